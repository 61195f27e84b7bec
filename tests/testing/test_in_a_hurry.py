"""Ctrl-C, once, where a server stands still: whoever is at it leaves soon, and what stays on the
server is told beside it. Each case is a process of its own.
"""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.harness import Server

LIMIT_S = 60  # only who waits for the server for ever needs it
PROGRAM = """
import os, signal, sys
from cosell.testing import World, hurry
from cosell.testing.by_hand import by_hand

url, *processes = sys.argv[1:]
hurry._PATIENCE_S = 0.5

def stand_still():
    for process in processes:
        os.kill(int(process), signal.SIGSTOP)
    print("standing", flush=True)

def go_on():
    for process in processes:
        os.kill(int(process), signal.SIGCONT)

def hang():
    stand_still()
    world.desk("GetClock")

"""
AT_A_CALL = {
    "world": """
with World(server=url) as world:
    world.given.opportunity()
    hang()
""",
    "fault": """
with World(server=url) as world, world.faults.throttle("ListSolutions"):
    hang()
""",
    "lag": """
with World(server=url) as world, world.faults.lag(3):
    hang()
""",
    "many": """
with World(server=url) as world, World(server=url) as other:
    with world.faults.throttle("ListSolutions"), other.faults.lag(3), other.faults.cut():
        hang()
""",
    "builder": """
with World(server=url) as world:
    with by_hand(world, "Sandbox", world.given.opportunity().Id):
        hang()
""",
    "making": """
with World(server=url) as world:
    stand_still()
    World(server=url, pace="held")
""",
    "leaving": """
with World(server=url) as world:
    world.given.opportunity()
    stand_still()
""",
}


@pytest.fixture
def still() -> Iterator[tuple[Server, list[int]]]:
    """A server that no other test has, and its processes."""
    running = Server(":memory:").start()
    assert running.main is not None
    processes = [running.main.pid, running.worker()]
    yield running, processes
    running.kill(*processes)
    running.main.wait()


def interrupted(text: str, server: Server, processes: list[int]) -> tuple[int, str, str]:
    """How a program ended that got the signal once, as soon as the server stood still; and what it
    printed, and as its error."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM + text, server.url, *map(str, processes)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        try:
            assert program.stdout.readline() == "standing\n"
            program.send_signal(signal.SIGINT)
            out, err = program.communicate(timeout=LIMIT_S)
        finally:
            program.kill()
    return program.returncode, out, err


@pytest.mark.parametrize("where", AT_A_CALL)
def test_one_interrupt_is_enough(still: tuple[Server, list[int]], where: str) -> None:
    server, processes = still
    code, _, told = interrupted(AT_A_CALL[where], server, processes)
    assert code == -signal.SIGINT, told
    assert re.search(
        rf"^The world test-\S+ could not be taken away: {server.url} did not answer within 0.5 s.$",
        told,
        re.MULTILINE,
    ), told
    assert "AnswerLate" not in told


OTHERS = """
from bdb import BdbQuit

with World(server=url) as world, world.faults.lag(3):
    world.given.opportunity()
    stand_still()
    raise {error}
"""


@pytest.mark.parametrize("error", ["BdbQuit", "SystemExit(7)", "GeneratorExit"])
def test_what_ends_more_than_a_test_is_not_kept_either(
    still: tuple[Server, list[int]], error: str
) -> None:
    server, processes = still
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + OTHERS.format(error=error), server.url]
        + [*map(str, processes)],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert done.returncode == (7 if "Exit(" in error else 1), done.stderr
    assert "AnswerLate" not in done.stderr
    assert error.partition("(")[0] in done.stderr or done.returncode == 7


GOING_ON = """
with World(server=url) as world:
    try:
        with world.faults.throttle("ListSolutions", optional=True) as fault:
            hang()
    except KeyboardInterrupt as error:
        print(*error.__notes__, sep="; ")
    go_on()
    hurry._PATIENCE_S = 0.0
    world.given.opportunity()
    with world.faults.fail("GetOpportunity", optional=True):
        print(fault.remaining, world.faults.unfired)
    name = world.name
with World(server=url) as other:
    print(name in [one.Name for one in other.desk("ListNamespaces").Namespaces])
"""


def test_who_goes_on_waits_as_ever(still: tuple[Server, list[int]]) -> None:
    server, _ = still
    code, out, told = interrupted(GOING_ON, *still)
    assert code == 0, told
    notes, faults, is_there = out.splitlines()
    assert notes == (
        "ThrottlingException on ListSolutions was not taken back:"
        f" {server.url} did not answer within 0.5 s."
    )
    assert faults.startswith("1 [")
    assert is_there == "False"
