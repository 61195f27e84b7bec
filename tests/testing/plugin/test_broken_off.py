"""A run that is broken off (Ctrl-C, `pytest.exit`, the debugger's `q`), or that leaves worlds open:
none of them stays on the user's server, and the run's outcome is what it was.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import TypeAlias

import pytest

from cosell.testing import World
from tests.harness import Server
from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

BROKEN_OFF = """
import signal
import boto3
import pytest
from cosell.testing import World

@pytest.fixture(scope="session")
def pipeline(cosell_scene):
    cosell_scene.given.opportunity()
    return cosell_scene

@pytest.fixture(scope="module")
def shared():
    with World() as world:
        world.given.opportunity()
        yield world

def test_before(cosell):
    cosell.given.opportunity()

def test_it(shared, cosell, pipeline):
    cosell.start_from(pipeline)
    kept = World()
    kept.given.opportunity()
    with World() as other:
        other.given.opportunity()
        {what}

def test_after(cosell):
    cosell.given.opportunity()
"""
HOW = {
    "signal": "signal.raise_signal(signal.SIGINT)",
    "interrupt": "raise KeyboardInterrupt",
    "exit": 'pytest.exit("enough")',
}
XDIST = ("-p", "xdist", "-n", "1")

Names: TypeAlias = Callable[[], set[str]]


@pytest.fixture
def left(server: Server) -> Names:
    """The namespaces that were not on the server before."""

    def names() -> set[str]:
        with World(server=server.url) as world:
            return {one.Name for one in world.desk("ListNamespaces").Namespaces}

    before = names()
    return lambda: names() - before


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("options", [(), XDIST])
def test_nothing_stays_on_a_server(
    suite: Suite, server: Server, left: Names, how: str, options: tuple[str, ...]
) -> None:
    text = BROKEN_OFF.format(what=HOW[how])
    result = suite(text, f"--cosell-server={server.url}", *options)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(passed=1, failed=int(options == XDIST))  # to xdist a worker has crashed
    assert left() == set()


def test_nothing_stays_of_all_workers(
    suite: Suite, pytester: pytest.Pytester, server: Server, left: Names
) -> None:
    """As a terminal does it: all processes get the signal."""
    pytester.makepyfile(
        test_suite="""
        import os, signal, time
        import pytest

        @pytest.mark.parametrize("number", range(2))
        def test_it(cosell, number):
            cosell.given.opportunity()
            open(f"began-{number}", "w").close()
            while not os.path.exists(f"began-{1 - number}"):
                time.sleep(0.01)
            if number == 0:
                os.killpg(0, signal.SIGINT)
            while True:
                time.sleep(60)
        """
    )
    run = pytester.popen(
        [sys.executable, "-m", "pytest", "-p", "cosell.pytest_plugin", "-p", "xdist", "-n", "2"]
        + [f"--cosell-server={server.url}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        told = run.communicate(timeout=60)[0].decode()
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        raise
    assert run.returncode == pytest.ExitCode.INTERRUPTED, told
    assert left() == set()


def test_nothing_stays_after_the_debugger(
    suite: Suite, pytester: pytest.Pytester, server: Server, left: Names
) -> None:
    pytester.makepyfile(test_suite=BROKEN_OFF.format(what="assert not kept"))
    result = pytester.run(
        *(sys.executable, "-m", "pytest", "-p", "cosell.pytest_plugin", "--pdb"),
        f"--cosell-server={server.url}",
        stdin=b"q\n",
    )
    assert "_pytest.outcomes.Exit: Quitting debugger" in str(result.stdout)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert left() == set()


def test_worlds_that_nobody_closes_end_with_a_run(
    suite: Suite, server: Server, left: Names
) -> None:
    result = suite(BROKEN_OFF.format(what="pytest.kept = kept"), f"--cosell-server={server.url}")
    result.assert_outcomes(passed=3)
    assert left() == set()


def test_worlds_that_nobody_has_any_more_end_with_a_run(
    suite: Suite, server: Server, left: Names
) -> None:
    result = suite(
        """
        import gc
        import pytest
        from cosell.testing import World

        @pytest.mark.parametrize("number", range(3))
        def test_it(number):
            World().given.opportunity()
            gc.collect()
        """,
        f"--cosell-server={server.url}",
    )
    result.assert_outcomes(passed=3)
    assert left() == set()


STANDING = """
import os
import signal
from contextlib import suppress
import pytest
from cosell.testing import World, hurry

@pytest.fixture(scope="module")
def shared():
    with World() as world:
        yield world

@pytest.fixture
def faulty(cosell):
    with cosell.faults.throttle("ListEngagements"), cosell.faults.lag(3):
        yield

@pytest.fixture
def asking(cosell, faulty):
    yield
    with suppress(OSError):
        len(cosell.calls)

def use(fault, calls, clock):  # what pytest tells of an interrupt
    {what}

def test_it(shared, cosell, asking):
    hurry._PATIENCE_S = 0.5
    pytest.made = made = [World() for _ in range(3)]
    for one in (shared, cosell, *made):
        one.given.opportunity()
    fault = cosell.faults.throttle("ListOpportunities")
    with World() as other, other.faults.throttle("ListSolutions"):
        for process in {processes}:
            os.kill(process, signal.SIGSTOP)
        use(fault, cosell.calls, (cosell.clock,))
"""


@pytest.mark.parametrize("how", HOW)
def test_a_server_that_stands_still_is_not_waited_for_again(suite: Suite, how: str) -> None:
    """Nor by fixtures, which pytest tears down as after any other test."""
    still = Server(":memory:").start()
    assert still.main is not None
    processes = (still.main.pid, still.worker())
    try:
        text = STANDING.format(processes=processes, what=HOW[how])
        result = suite(text, f"--cosell-server={still.url}")
    finally:
        still.kill(*processes)
        still.main.wait()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    told = str(result.stdout)
    assert f"{still.url} did not answer within 0.5 s. Nor were 5 more." in told
    assert told.count("could not be taken away") == 1
    assert "INTERNALERROR" not in told
    assert "Traceback" not in told + str(result.stderr)


FULL = """
import socket
import pytest
from cosell.testing import World, hurry

def full():
    listening = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = []
    with pytest.raises(TimeoutError):
        while True:
            waiting.append(socket.create_connection(listening.getsockname(), 1.0))
    return listening, waiting

def test_it():
    hurry._PATIENCE_S = 0.5
    pytest.kept = listening, _ = full()
    server = "http://127.0.0.1:%d" % listening.getsockname()[1]
    for _ in range(2):
        World(server=server)
        World().given.opportunity()
    raise KeyboardInterrupt
"""


def test_a_server_that_takes_no_connection_keeps_no_other_waiting(
    suite: Suite, server: Server, left: Names
) -> None:
    result = suite(FULL, f"--cosell-server={server.url}")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    told = str(result.stdout)
    assert "did not answer within 0.5 s. Nor were 1 more." in told
    assert told.count("could not be taken away") == 1
    assert left() == set()


FORKING = """
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from cosell.testing import World

kept = []

def make():
    kept.append(World())
    kept[-1].given.opportunity()
    return kept[-1].name

def process():
    child = multiprocessing.get_context("fork").Process(target=make)
    child.start()
    child.join()

def pool():
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        for _ in range(2):
            assert pool.submit(make).result()

def test_it(cosell):
    cosell.given.opportunity()
    {how}()
    assert cosell.given.opportunity()
"""


@pytest.mark.parametrize("how", ["process", "pool"])
def test_a_process_that_is_forked_off_ends_its_own_worlds(
    suite: Suite, server: Server, left: Names, how: str
) -> None:
    result = suite(FORKING.format(how=how), f"--cosell-server={server.url}")
    result.assert_outcomes(passed=1)
    assert left() == set()


def test_what_ends_a_test_alone_is_no_hurry(suite: Suite) -> None:
    result = suite(
        """
        from asyncio import CancelledError
        from bdb import BdbQuit
        import pytest
        from cosell.testing import failing

        MORE = [KeyboardInterrupt(), BdbQuit(), pytest.exit.Exception("enough")]
        ALONE = [pytest.fail.Exception("no"), pytest.skip.Exception("no"), AssertionError(), None]
        ALONE += [CancelledError(), SystemExit(3), GeneratorExit()]

        def test_it():
            assert [failing.breaks_off(error) for error in MORE] == [True] * 3
            assert [failing.breaks_off(error) for error in ALONE] == [False] * 7
        """
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("error", ["SystemExit(3)", "CancelledError()"])
def test_a_teardown_that_fails_of_it_ends_its_world(suite: Suite, error: str) -> None:
    result = suite(
        f"""
        from asyncio import CancelledError
        import pytest
        from cosell.testing import failing

        @pytest.fixture
        def failing_last(cosell):
            yield
            raise {error}

        def test_it(cosell, failing_last):
            cosell.given.opportunity()

        def test_another():
            assert not failing.still_open()
        """
    )
    result.assert_outcomes(passed=2, errors=1)
    assert str(result.stdout).count("cosell open") == 1


GONE = """
import os
import signal
import pytest

def test_it(cosell, cosell_scene):
    cosell.given.opportunity()
    cosell_scene.given.opportunity()
    os.kill({main}, signal.SIGTERM)
    with pytest.raises(ConnectionError):
        while True:
            cosell.given.opportunity()
    {what}
"""


@pytest.mark.parametrize(
    ("what", "outcome", "last"),
    [
        ("raise KeyboardInterrupt", pytest.ExitCode.INTERRUPTED, "no tests ran in"),
        ('pytest.exit("enough")', pytest.ExitCode.INTERRUPTED, "Exit: enough"),
        ("assert 0", pytest.ExitCode.TESTS_FAILED, "1 failed, 1 error in"),
        ("", pytest.ExitCode.TESTS_FAILED, "1 passed, 1 error in"),
    ],
)
def test_a_server_that_has_gone_hides_no_outcome(
    suite: Suite, what: str, outcome: pytest.ExitCode, last: str
) -> None:
    gone = Server(":memory:").start()
    try:
        assert gone.main is not None
        text = GONE.format(main=gone.main.pid, what=what)
        result = suite(text, f"--cosell-server={gone.url}")
    finally:
        gone.stop()
    assert result.ret == outcome
    told = str(result.stdout)
    assert last in told
    assert "INTERNALERROR" not in told
    assert f"could not be taken away: No cosell answers at {gone.url}" in told
    assert "Traceback" not in str(result.stderr)
