"""`cosell serve` as somebody types it: what it says, what it refuses, how it ends."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from cosell import __version__
from cosell.config import Limits
from tests.harness import Server, environment, free_port, send

COSELL = (sys.executable, "-m", "cosell")
PATIENCE_S = 30.0


def ran(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command that is expected to end by itself."""
    return subprocess.run(
        [*COSELL, *arguments],
        env=environment() | settings, capture_output=True, text=True,
        timeout=PATIENCE_S, check=False,
    )  # fmt: skip


def started(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    """A command that goes on."""
    return subprocess.Popen(
        [*COSELL, *arguments],
        env=environment() | settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def serving(
    *arguments: str, **settings: str
) -> AbstractContextManager[tuple[subprocess.Popen[str], str]]:
    """A server, and what it said until it answered; it must end cleanly with Ctrl-C."""
    return running("serve", *arguments, **settings)


@contextmanager
def running(*arguments: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """As `serving`, of any command that serves."""
    process = started(*arguments, **settings)
    try:
        said = said_at_start(process)
        wait_for(said)
        yield process, said
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.communicate()


def said_at_start(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("  database"):
            break
    return "".join(lines)


def wait_for(said: str) -> None:
    url = url_of(said)
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            assert send(url, "GET", "/_cosell/health").status == 200
            return
        except OSError:
            assert time.monotonic() < until, said
            time.sleep(0.02)


def url_of(said: str) -> str:
    found = re.search(r"^  endpoint  (http://\S+)$", said, re.MULTILINE)
    assert found, said
    return found[1].replace("0.0.0.0", "127.0.0.1")


def refused(process: subprocess.CompletedProcess[str], code: int) -> str:
    """What a command said that ended with a code: no traceback, whatever it was."""
    assert process.returncode == code, process
    assert "Traceback" not in process.stderr
    return process.stderr


# --- what it says --------------------------------------------------------------------------------


def test_serve_says_what_it_is_about_to_do(tmp_path: Path) -> None:
    state, port = tmp_path / "state.db", free_port()
    with serving("--port", str(port), "--database", str(state)) as (_, said):
        assert said.splitlines() == [
            f"cosell {__version__}",
            f"  endpoint  http://127.0.0.1:{port}",
            "  auth      open: any credentials are let in",
            f"  database  {state}",
        ]
    assert state.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("words", [(), ("--drain", "60")])
def test_where_it_listens_is_said_when_it_does(words: tuple[str, ...]) -> None:
    """Whoever reads the line may connect at once."""
    process = started("serve", "--port", "0", "--database", ":memory:", *words)
    try:
        url = url_of(said_at_start(process))
        assert send(url, "GET", "/_cosell/health").status == 200
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
        process.communicate()


def test_a_server_that_cannot_open_its_state_says_no_address(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with serving("--port", "0", "--database", str(state)):
        other = ran("serve", "--port", "0", "--database", str(state))
    assert str(state) in refused(other, 1)
    assert other.stdout == ""


def test_memory_is_said_to_be_gone_with_the_server() -> None:
    with serving("--port", "0", "--database", ":memory:") as (_, said):
        assert "  database  in memory: gone when the server stops\n" in said


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_loopback_host_is_listened_on(host: str) -> None:
    with serving("--host", host, "--port", "0", "--database", ":memory:") as (_, said):
        assert re.search(rf"endpoint  http://{host}:[1-9]\d+$", said, re.MULTILINE)


def test_open_to_the_network_is_said_in_capitals() -> None:
    """127.1 is 127.0.0.1 in another spelling, which is not known to be loopback."""
    words = ("--auth", "open", "--open-to-network", "--port", "0", "--database", ":memory:")
    with serving("--host", "127.1", *words) as (process, _):
        assert process.stdout is not None
        warning = process.stdout.readline()
        assert warning == (
            "  OPEN TO THE NETWORK: EVERYBODY WHO CAN REACH THIS ADDRESS CAN DO ANYTHING\n"
        )


def test_the_environment_says_what_the_command_line_does_not() -> None:
    settings = {"COSELL_PORT": str(free_port()), "COSELL_DATABASE": ":memory:"}
    with serving("--auth", "soft", COSELL_AUTH="open", **settings) as (_, said):
        assert settings["COSELL_PORT"] in url_of(said)
        assert "soft: any credentials are let in; what strict would refuse is logged" in said


def test_the_state_lies_in_the_users_data_directory(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    with serving("--port", "0", **home) as (_, said):
        said_path = Path(said.rsplit("database  ", 1)[1].strip())
        assert said_path.is_relative_to(tmp_path)
        assert said_path.exists()
        if sys.platform != "darwin":
            assert said_path == tmp_path / "data" / "cosell" / "state.db"


# --- what it refuses -----------------------------------------------------------------------------


def test_a_port_that_is_taken_is_refused() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = refused(ran("serve", "--port", str(port), "--database", ":memory:"), 1)
    assert told == (
        f"cosell: 127.0.0.1:{port}: somebody listens there already. Stop it, or choose another"
        " --port.\n"
    )


def test_an_address_that_is_not_ours_is_refused() -> None:
    told = refused(ran("serve", "--host", "192.0.2.1", "--auth", "open", "--open-to-network"), 1)
    assert told.startswith("cosell: 192.0.2.1:2673: cannot listen there: ")


@pytest.mark.parametrize(
    ("arguments", "settings", "told"),
    [
        (["--port", "70000"], {}, "--port: expected a whole number from 0 to 65535"),
        ([], {"COSELL_PORT": "many"}, "environment: COSELL_PORT: expected a whole number"),
        ([], {"COSELL_PROT": "1"}, "COSELL_PROT is not a setting; did you mean COSELL_PORT?"),
        (["--auth", "strict"], {}, "strict mode knows no keys"),
        (["--config", "/nowhere/cosell.toml"], {}, "/nowhere/cosell.toml: cannot be read"),
    ],
)
def test_a_bad_setting_is_named(
    arguments: list[str], settings: Mapping[str, str], told: str
) -> None:
    assert told in refused(ran("serve", *arguments, **settings), 2)


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    config = tmp_path / "cosell.toml"
    config.write_text('prot = 1\n[limits]\ndepth_max = 1\n[[keys]]\nid = "K"\nsecret = "shh"\n')
    told = refused(ran("serve", "--config", str(config)), 2)
    assert "prot is not a setting; did you mean port?" in told
    assert "[limits] depth_max: expected a whole number from 8 to 500, found 1" in told
    assert "[[keys]] number 1: account is missing" in told
    assert "shh" not in told


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "cosell.example"])
@pytest.mark.parametrize("auth", ["open", "soft"])
def test_beyond_loopback_only_strict_is_served(host: str, auth: str) -> None:
    told = refused(ran("serve", "--host", host, "--auth", auth), 2)
    assert f"{host} can be reached from other machines" in told
    assert "--open-to-network" in told


def test_soft_mode_is_never_open_to_a_network() -> None:
    refused(ran("serve", "--host", "0.0.0.0", "--auth", "soft", "--open-to-network"), 2)


# --- whose state it is ---------------------------------------------------------------------------


def test_a_second_server_on_the_same_state_says_whose_it_is(tmp_path: Path) -> None:
    first = Server(str(tmp_path / "state.db")).start()
    assert first.main is not None
    try:
        second = ran("serve", "--port", "0", "--database", first.database)
        told = refused(second, 1)
        assert f"belongs to another cosell (process {first.main.pid})" in told
        assert "--database" in told
        assert first.worker()  # it goes on
        os.kill(int(re.findall(r"process (\d+)", told)[0]), signal.SIGTERM)
        assert first.main.wait(PATIENCE_S) == 0  # that was the process to stop
    finally:
        first.main.kill()
        first.main.wait()


def test_a_state_of_a_newer_format_is_refused_and_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    Server(str(state)).start().stop()
    with closing(sqlite3.connect(state)) as database:
        database.execute("pragma user_version = 99")
    before = state.read_bytes()
    told = refused(ran("serve", "--port", "0", "--database", str(state)), 1)
    assert f"The state {state} has format 99; this cosell knows formats up to" in told
    assert "newer cosell" in told
    assert state.read_bytes() == before


def test_a_file_that_is_no_state_is_refused_and_left_alone(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("Not a database at all, but somebody's notes, which are worth something.\n")
    before = notes.read_bytes()
    told = refused(ran("serve", "--port", "0", "--database", str(notes)), 1)
    assert f"The state {notes} cannot be used" in told
    assert notes.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.db"
    with closing(sqlite3.connect(theirs)) as database:
        database.execute("create table photo (name text)")
    before = theirs.read_bytes()
    told = refused(ran("serve", "--port", "0", "--database", str(theirs)), 1)
    assert "is a database of another program" in told
    assert theirs.read_bytes() == before


def test_a_place_where_no_state_can_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "file" / "state.db"):
        told = refused(ran("serve", "--port", "0", "--database", str(place)), 1)
        assert f"The state cannot be kept at {place}: " in told


# --- how it ends ---------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_told_to_ends_cleanly(tmp_path: Path, word: signal.Signals) -> None:
    with serving("--port", "0", "--database", str(tmp_path / "state.db")) as (process, said):
        process.send_signal(word)
        assert process.wait(PATIENCE_S) == 0
        with pytest.raises(OSError, match="refused"):
            send(url_of(said), "GET", "/_cosell/health")
        assert process.stdout is not None
        assert "Traceback" not in process.stdout.read()
    with serving("--port", "0", "--database", str(tmp_path / "state.db")):
        pass


def test_ctrl_c_at_a_terminal_does_not_wait_for_a_client_that_stalls(tmp_path: Path) -> None:
    """A terminal sends the signal to the whole group; a body is waited for longer than that."""
    process = subprocess.Popen(
        [*COSELL, "serve", "--port", "0", "--database", str(tmp_path / "state.db")],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    said = said_at_start(process)
    wait_for(said)
    port = int(url_of(said).rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)) as half:
        half.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n{")
        time.sleep(0.1)
        begun = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, rest) == (0, "")
    assert time.monotonic() - begun < Limits().body_s_max / 2


def test_with_parent_it_ends_when_who_started_it_was_killed(tmp_path: Path) -> None:
    """A run of tests that is killed leaves no server behind."""
    said = tmp_path / "said"
    starts = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-m', 'cosell', 'serve', '--port', '0', '--database',"
        f" ':memory:', '--with-parent'], stdout=open({str(said)!r}, 'w'))\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", starts])
    try:
        until = time.monotonic() + PATIENCE_S
        while not (said.exists() and "  database" in said.read_text()):
            assert time.monotonic() < until
            time.sleep(0.05)
        wait_for(said.read_text())
    finally:
        parent.kill()
        parent.wait()
    host, port = url_of(said.read_text()).rpartition("/")[2].split(":")
    until = time.monotonic() + PATIENCE_S
    while listens(host, int(port)):
        assert time.monotonic() < until
        time.sleep(0.1)


def listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port)).close()
    except ConnectionRefusedError:
        return False
    return True
