"""The server that a run says: worlds are there, also those that tests make; one that they cannot be
on is told once, before any test.
"""

import socket
from pathlib import Path
from threading import Thread

import pytest

from cosell.testing import World, whole_run
from tests.edge.keys import strict_server
from tests.harness import Server, free_port
from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

ONE = """
def test_it(cosell):
    cosell.given.opportunity()
"""


def told(suite: Suite, server: str) -> str:
    """What a run says that is refused as a whole."""
    result = suite(ONE, f"--cosell-server={server}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    [line] = [line for line in result.errlines if line.strip()]
    return line


@pytest.mark.parametrize(
    ("server", "wrong"),
    [
        ("://there", "it begins with ://, and a server is asked over http:// or https://"),
        ("http://[::1", "an address of IPv6 stands in brackets, as in http://[::1]:2673"),
    ],
)
def test_an_address_that_is_none(suite: Suite, server: str, wrong: str) -> None:
    assert told(suite, server) == (
        f"ERROR: --cosell-server: {server!r} is no address of a server, as http://127.0.0.1:2673"
        f" is: {wrong}."
    )


def test_a_word_that_is_misspelt(suite: Suite) -> None:
    assert told(suite, "sharde").endswith(" Did you mean shared?")


def test_a_server_that_is_not_there(suite: Suite) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    line = told(suite, url)
    assert line.startswith(f"ERROR: --cosell-server: No cosell answers at {url} (")
    assert "cosell serve" in line


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", b""])
def test_a_server_of_something_else(suite: Suite, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert told(suite, url).endswith(f"What answers at {url} is no cosell server.")


def test_a_strict_server(suite: Suite, tmp_path: Path) -> None:
    strict = strict_server(tmp_path, str(tmp_path / "state.db")).start()
    try:
        line = told(suite, strict.url)
    finally:
        strict.stop()
    assert "checks signatures (its auth mode is strict)" in line
    assert "--auth open" in line


def test_one_that_does(suite: Suite, server: Server) -> None:
    suite(ONE, f"--cosell-server={server.url}").assert_outcomes(passed=1)


MADE = """
import pytest
from cosell.testing import World
from cosell.testing.place import Here

def test_as_the_run_says():
    with World() as world, World(server=True) as other:
        assert world.place is other.place
        assert world.place.url == "{url}"

def test_in_this_process():
    with World(server=False) as world:
        assert isinstance(world.place, Here)

@pytest.mark.cosell(server=False)
def test_marked(cosell):
    assert isinstance(cosell.place, Here)
"""


def test_worlds_that_a_test_makes_are_there_too(suite: Suite, server: Server) -> None:
    result = suite(MADE.format(url=server.url), f"--cosell-server={server.url}")
    result.assert_outcomes(passed=3)


def test_a_world_on_the_server_of_a_run_that_is_not_there() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whole_run, "_present", [])
        with pytest.raises(ValueError, match="there is no run of tests here that has one"):
            World(server=True)
    with pytest.raises(ValueError, match="5 is neither True nor False nor an address"):
        World(server=5)  # type: ignore[arg-type]


def marked(suite: Suite, server: object) -> pytest.RunResult:
    return suite(
        f"import pytest\npytestmark = pytest.mark.cosell(server={server!r})\n{ONE}\n"
        "def test_another(cosell):\n    cosell.given.opportunity()\n"
    )


def test_a_marker_with_a_strict_server(suite: Suite, tmp_path: Path) -> None:
    strict = strict_server(tmp_path, str(tmp_path / "state.db")).start()
    try:
        result = marked(suite, strict.url)
    finally:
        strict.stop()
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines([f"The server at {strict.url} checks signatures*--auth open."])
    assert "Traceback" not in str(result.stdout)


def test_a_marker_with_a_server_that_is_not_there(suite: Suite) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    result = marked(suite, url)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines([f"No cosell answers at {url} (*"])
    assert "During handling" not in str(result.stdout)


def test_a_marker_with_something_else(suite: Suite) -> None:
    result = marked(suite, 5)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["server: 5 is neither True nor False nor an address."])
