"""What can be said on the command line: the commands, their options, and what each is for.

Must not do anything of it, nor import what it does not need: `serve` begins here.
"""

import argparse
from typing import Any

from cosell import config

_DESCRIPTION = "AWS Partner Central's selling API on your own machine."
_DRAINING = "after SIGTERM: how long to answer on, and not be ready (0)"
_SAVED = "what `save` or SaveNamespace wrote"
_EPILOG = (
    "A server that is open to a network needs --auth strict, and a [[keys]] table (id, secret,"
    " account) for each who may call in the file that --config names."
)


def parser(version: type[argparse.Action]) -> argparse.ArgumentParser:
    """Understands a command and its options; `version` is what `--version` does."""
    made = argparse.ArgumentParser("cosell", description=_DESCRIPTION)
    made.add_argument(
        "--version",
        action=version,
        nargs=0,
        dest=argparse.SUPPRESS,
        help="this version, and its model's",
    )
    commands = made.add_subparsers(dest="command", metavar="COMMAND")
    serving = _command(commands, "serve", "answer the API")
    serving.epilog = _EPILOG
    serving.add_argument(
        "--database",
        help="a file, ':memory:', or postgresql://… (a file in your data directory)",
    )
    serving.add_argument("--workers", type=int, help="processes that answer, on PostgreSQL (1)")
    serving.add_argument(
        "--with-parent", action="store_true", help="end when the process that started it has ended"
    )
    opening = _command(commands, "open", "serve a saved namespace, to look around")
    opening.add_argument("file", metavar="FILE", help=_SAVED)
    for listening in (serving, opening):
        _add_listening(listening)
    for command, does in (
        ("migrate", "bring a PostgreSQL database up to date; before `serve` and `worker`"),
        ("worker", "do what is due on a PostgreSQL database"),
    ):
        hub = _command(commands, command, does)
        hub.add_argument("--database", help="postgresql://…")
        hub.add_argument("--config", metavar="FILE", help="settings, in TOML")
        if command == "worker":
            _add_logging(hub)
            _add_door(hub)
    for command, does, file in (
        ("save", "write a namespace of a running server to a file", "where to write it"),
        ("load", "let a namespace of a running server be what a file has", _SAVED),
    ):
        carrying = _command(commands, command, does)
        carrying.add_argument("file", metavar="FILE", help=file)
        carrying.add_argument("--namespace", help="which one (the endpoint's, or default)")
        carrying.add_argument(
            "--endpoint", metavar="URL", help="of the server (this machine's), or of a namespace"
        )
        carrying.add_argument("--config", metavar="FILE", help="of the server: its port, its keys")
        carrying.add_argument("--key", metavar="ID", help="which of those keys signs (the first)")
    return made


def _command(commands: Any, name: str, does: str) -> argparse.ArgumentParser:
    """What it does stands in the list of all, and above what is told of it alone."""
    told = f"{does[0].upper()}{does[1:]}."
    made: argparse.ArgumentParser = commands.add_parser(name, help=does, description=told)
    return made


def _add_listening(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--host", help="where to listen (127.0.0.1)")
    add("--port", type=int, help=f"where to listen ({config.DEFAULT_PORT})")
    add("--auth", choices=config.AUTH_MODES, help="who is let in (open)")
    add("--config", metavar="FILE", help="keys, limits and more, in TOML")
    add("--hosts", metavar="NAMES", help="names besides loopback that clients use, with commas")
    add(
        "--open-to-network",
        action="store_const",
        const=True,
        help="with --auth open: let in everybody who can reach --host",
    )
    _add_logging(parser)
    add("--drain", type=int, metavar="SECONDS", dest="drain_s", help=_DRAINING)
    add(
        "--metrics",
        action=argparse.BooleanOptionalAction,
        help="count, for Prometheus, at /_cosell/metrics (yes on PostgreSQL, else no)",
    )


def _add_logging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--log-format", choices=config.LOG_FORMATS, help="of the log (text)")
    parser.add_argument(
        "--log-calls",
        action=argparse.BooleanOptionalAction,
        help="log a line for each call (yes where lines are JSON, else no)",
    )


def _add_door(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--host", metavar="HOST", dest="worker_host", help="where --port is (127.0.0.1)")
    add("--port", type=int, metavar="PORT", dest="worker_port", help="for probes and metrics")
