"""The command line: `cosell serve`; `migrate` and `worker` for PostgreSQL; `open`, `save`, `load`
for files of namespaces. It says where it listens when it does.

The one place that prints. Must not hold logic; and `serve` imports nothing that it does not need,
since every millisecond of it is somebody's wait.
"""

import argparse
import errno
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TextIO

from cosell import __version__, config, options
from cosell.serving import State, listen
from cosell.settings import load as load_settings

_PORT_WAIT_S = 1.0  # how long a start waits for a server that is about to end
_PARENT_CHECK_S = 0.5
_OF_FILES = ("file", "endpoint", "namespace", "key")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; answers the exit code."""
    try:
        return _run(arguments)
    finally:
        for stream in filter(None, (sys.stdout, sys.stderr)):  # it may have none
            _let_go(stream)


def _run(arguments: Sequence[str] | None) -> int:
    parser = options.parser(_Version)
    said = vars(parser.parse_args(arguments))
    command = said.pop("command")
    if command is None:
        parser.print_help()
        return 2
    asked = {name: said.pop(name, None) for name in _OF_FILES}
    path = said.pop("config")
    if said.pop("with_parent", False):
        _end_with_parent()
    try:
        _ensure_said({**asked, "config": path})
        settings = load_settings(path, overrides=said)
        if command in ("save", "load"):
            return _carry(command, settings, {name: told or "" for name, told in asked.items()})
        if command in ("migrate", "worker"):
            return _on_postgres(command, settings)
        config.check(settings)
        return serve(settings) if command == "serve" else show(settings, asked["file"])
    except config.ConfigError as error:
        _tell(str(error))
        return 2
    except KeyboardInterrupt:  # before there was a server that could be stopped
        return 128 + signal.SIGINT


def _ensure_said(asked: dict[str, str | None]) -> None:
    """A variable of a script that is not set is no choice of the default: that may be somebody's
    namespace, or server."""
    for name, told in asked.items():
        if told == "" and name != "file":  # which is no option, and tells of itself
            raise config.ConfigError(f"--{name}: expected text that is not empty, found ''")


def serve(settings: config.Config) -> int:
    """Serve until somebody stops it."""
    database = settings.database or os.path.join(config.data_directory(), "state.db")
    if config.is_postgres(database):
        if (missing := _missing_extra()) is not None:
            return _complain(missing)
        where = f"{config.without_password(database)} (`cosell worker` does what is due)"
    else:
        where = "in memory: gone when the server stops" if database == ":memory:" else database
    if settings.workers > 1 and not config.is_postgres(database):
        raise config.ConfigError(
            "--workers: a state in a file or in memory belongs to one process. Several share a"
            " PostgreSQL: --database postgresql://…"
        )
    return _serve(settings, State(database), [f"  database  {where}"])


def _on_postgres(command: str, settings: config.Config) -> int:
    """Bring a PostgreSQL database up to date, or work on one until somebody stops it."""
    database = settings.database or ""
    if not config.is_postgres(database):
        why = (
            "a SQLite state is brought up to date by `cosell serve`"
            if command == "migrate"
            else "the server of a SQLite state does by itself what is due"
        )
        raise config.ConfigError(f"--database: {command} wants postgresql://…; {why}.")
    if (missing := _missing_extra()) is not None:
        return _complain(missing)
    from cosell.store import StoreError

    try:
        return _migrate(database) if command == "migrate" else _work(settings, database)
    except StoreError as error:
        return _complain(str(error))


def _migrate(database: str) -> int:
    from cosell.looks import Looks
    from cosell.store.postgres_pool import connected
    from cosell.store.postgres_schema import migrate

    where = config.without_password(database)
    with connected(database, where) as connection:
        before, after = migrate(connection, where, Looks(), _tell)
    done = f"was at format {after} already" if before == after else f"is at format {after} now"
    _say(f"{where} {done}")
    return 0


def _work(settings: config.Config, database: str) -> int:
    from cosell import worker
    from cosell.observing.logs import set_up

    set_up(settings.log)
    _say(f"cosell {__version__} worker\n  database  {config.without_password(database)}")
    worker.run(settings, database)
    return 0


def _missing_extra() -> str | None:
    """What is to be installed for PostgreSQL, if it is not."""
    from importlib.util import find_spec

    if all(find_spec(name) for name in ("psycopg", "psycopg_pool", "procrastinate")):
        return None
    return "PostgreSQL needs more packages: pip install 'cosell[postgres]'"


def _say(text: str, stream: TextIO | None = None) -> None:
    """Print, if anybody can read it: what was asked for is done all the same."""
    with suppress(OSError):
        print(text, file=stream or sys.stdout, flush=True)


def _tell(text: str) -> None:
    _say(f"cosell: {text}", sys.stderr)


def _complain(text: str) -> int:
    _tell(text)
    return 1


def _let_go(stream: TextIO) -> None:
    """Forget what could not be written: the exit code would speak of that alone."""
    try:
        stream.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def show(settings: config.Config, file: str) -> int:
    """Serve a saved namespace, in memory, until somebody stops it."""
    from cosell.kept_files import KeptFileError, contents
    from cosell.store.sqlite_file import newest_format

    try:
        header, counts, accounts = contents(file, newest_format())
    except KeptFileError as error:
        return _complain(str(error))
    settings = _as_it_was_kept(settings, header.account)
    goes = "and stands still" if header.frozen else "and goes on from there"
    lines = [
        f"  opened    {file}: namespace {header.namespace}, saved by cosell {header.cosell}",
        f"  time      {header.time} {goes}",
        f"  holds     {', '.join(counts) or 'nothing'}",
        *_whose(settings, accounts),
        "  database  in memory: nothing is written back to the file; Ctrl-C ends it",
    ]
    return _serve(settings, State(":memory:", file, header.namespace), lines)


def _as_it_was_kept(settings: config.Config, account: str) -> config.Config:
    """Keys that tell no account are of the one that saved the file, as they were where it did,
    unless the settings have another."""
    if not account or settings.auth.default_account != config.DEFAULT_ACCOUNT:
        return settings
    return replace(settings, auth=replace(settings.auth, default_account=account))


def _whose(settings: config.Config, accounts: list[str]) -> list[str]:
    """Whose it is that a file holds, and how one speaks as one of them: another's lists are
    empty."""
    if not accounts:
        return []
    speak = (
        "  as one    AWS_ACCESS_KEY_ID=<account>, with any secret; a key that tells no account is"
        f" {settings.auth.default_account}'s"
    )
    known = settings.auth.mode == "strict"  # its keys say who they are
    return [f"  accounts  {', '.join(accounts)}", *([] if known else [speak])]


def _carry(command: str, settings: config.Config, asked: dict[str, str]) -> int:
    """Save a namespace of a running server to a file, or load one from it."""
    from cosell import kept_files

    endpoint = asked["endpoint"] or f"http://{_shown(settings.host, settings.port)}"
    keys, named = settings.auth.keys, asked["key"]
    key = next((one for one in keys if named in ("", one.id)), None)
    if named and key is None:
        raise config.ConfigError(f"--key: the configuration has no key {named!r}")
    try:
        where = kept_files.found(endpoint, asked["namespace"])
        server = kept_files.Server(*where, key, settings.auth.regions[0])
        if command == "save":
            checksum = kept_files.save(server, asked["file"])
            _say(
                f"{asked['file']} has the namespace {server.namespace}, SHA-256 {checksum}",
                sys.stderr if _is_output(asked["file"]) else sys.stdout,
            )
        else:
            time = kept_files.load(server, asked["file"])
            _say(f"the namespace {server.namespace} is what {asked['file']} has, at {time}")
    except kept_files.KeptFileError as error:
        return _complain(str(error))
    return 0


def _is_output(path: str) -> bool:
    """Whether it is where this prints to, which then has the file alone."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(sys.stdout.fileno()))
    except (OSError, ValueError):  # there is none
        return False


def _serve(settings: config.Config, state: State, lines: list[str]) -> int:
    """Serve until somebody stops it; say where, and what the lines say, when it listens there."""
    try:
        address = _free_address(settings.host, settings.port)
    except OSError as error:
        where = _shown(settings.host, settings.port)
        return _complain(f"{where}: {_why_not(error)}")
    settings = replace(settings, port=address[1])
    return listen(address, settings, state, lambda: _announce(settings, state, lines))


def _end_with_parent() -> None:
    """Whoever started this server may be killed: it ends then, as by SIGTERM."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_CHECK_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="cosell-parent", daemon=True).start()


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from cosell.selling.contract import CONTRACT

        print(f"cosell {__version__} (API model of {CONTRACT.model_date})")
        parser.exit()


def _free_address(host: str, port: int) -> tuple[str, int]:
    """The number of a host, and a port (any for 0) where nobody listens yet; OSError if it cannot
    be had. The server itself would share its port with others without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        until = time.monotonic() + _PORT_WAIT_S
        while not _bound(probe, host.strip("[]"), port, until):
            time.sleep(0.02)
        number, free = probe.getsockname()[:2]
        return str(number), int(free)


def _bound(probe: socket.socket, host: str, port: int, until: float) -> bool:
    """Whether the address could be had; OSError if it never can, or not in time."""
    try:
        probe.bind((host, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE or time.monotonic() > until:
            raise
        return False
    return True


def _why_not(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "somebody listens there already. Stop it, or choose another --port."
    return f"cannot listen there: {error.strerror}. Choose another --host or --port."


def _shown(host: str, port: int) -> str:
    bare = host.strip("[]")
    return f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"


def _announce(settings: config.Config, state: State, told: list[str]) -> None:
    mode = settings.auth.mode
    guard = {
        "open": "open: any credentials are let in",
        "soft": "soft: any credentials are let in; what strict would refuse is logged",
        "strict": f"strict: {len(settings.auth.keys)} known keys, signatures verified",
    }[mode]
    endpoint = f"http://{_shown(settings.host, settings.port)}"
    copies = [f"  a copy    {endpoint}/ns/{state.namespace}"]
    lines = [
        f"cosell {__version__}",
        f"  endpoint  {endpoint}",
        *(copies if state.namespace != "default" else ()),
        f"  auth      {guard}",
        *told,
    ]
    if mode != "strict" and not config.is_loopback(settings.host):
        lines.append("  OPEN TO THE NETWORK: EVERYBODY WHO CAN REACH THIS ADDRESS CAN DO ANYTHING")
    _say("\n".join(lines))
