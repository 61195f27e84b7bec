"""The end of a process with worlds in it: threads that are at a call then, and who comes too late.

Each program is one that ends by itself; what it is told stands in its output.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from cosell.testing.too_late import Admission, WorldClosed
from tests.harness import environment

TOO_LATE = (
    "This process ends, and its worlds are closed: only what was registered with atexit after the"
    " first world was made could still call one."
)


def ended(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A program that was waited for; TimeoutExpired if it does not end."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


CALLING = """
import sys, threading
from itertools import count
from cosell.testing import World
operation, threads = sys.argv[1], int(sys.argv[2])
world = World()
request = world.example(operation)
called = threading.Event()
def call():
    for number in count():
        if "ClientToken" in request:
            token = f"{threading.get_ident()}-{number}"
            world.partner.call(operation, **{**request, "ClientToken": token})
        else:
            world.partner.call(operation, **request)
        if number == 20:
            called.set()
for _ in range(threads):
    threading.Thread(target=call, daemon=True).start()
called.wait()
"""


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("operation", ["CreateOpportunity", "ListOpportunities"])
def test_a_program_ends_in_order_while_threads_of_it_call(operation: str, threads: int) -> None:
    for _ in range(4):  # it need not come to harm each time
        done = ended(CALLING, operation, str(threads))
        assert done.returncode == 0, done.stderr


def test_a_program_ends_in_order_while_threads_of_it_make_worlds() -> None:
    program = """
import threading
from cosell.testing import World
made = threading.Event()
def make():
    while True:
        with World() as world:
            world.given.opportunity()
        made.set()
for _ in range(2):
    threading.Thread(target=make, daemon=True).start()
made.wait()
"""
    for _ in range(4):
        done = ended(program)
        assert done.returncode == 0, done.stderr


def test_a_call_that_a_fault_delays_does_not_hold_the_end() -> None:
    done = ended("""
import threading
from cosell.testing import World
world = World()
fault = world.faults.delay("ListOpportunities", seconds=300)
call = lambda: world.partner.call("ListOpportunities", Catalog="AWS")
threading.Thread(target=call, daemon=True).start()
while not fault.fired:
    pass
""")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_thread_that_is_waited_for_at_exit_is_told() -> None:
    done = ended("""
import atexit, threading
called = threading.Event()
def work():
    try:
        while True:
            world.partner.call("ListOpportunities", Catalog="AWS")
            called.set()
    except WorldClosed as late:
        print(late)
worker = threading.Thread(target=work, daemon=True)
atexit.register(worker.join)
from cosell.testing import World, WorldClosed
world = World()
worker.start()
called.wait()
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{TOO_LATE}\n", "")


def test_a_world_that_is_closed_after_the_end_is_closed_in_silence() -> None:
    done = ended("""
import atexit
from contextlib import ExitStack
stack = ExitStack()
atexit.register(stack.close)
from cosell.testing import World
first, world = (stack.enter_context(World()) for _ in range(2))
stack.callback(world.close)
world.faults.throttle("ListOpportunities")
world.partner.call("ListSolutions", Catalog="AWS")
atexit.register(first.close)
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "late",
    [
        'world.partner.call("ListOpportunities", Catalog="AWS")',
        "world.faults.throttle('ListOpportunities')",
        "world.desk('ResetNamespace')",
        "World()",
    ],
)
def test_who_calls_after_the_end_is_told_in_a_sentence(late: str) -> None:
    done = ended(f"""
import atexit
def call():
    try:
        {late}
    except WorldClosed as late:
        print(late)
atexit.register(call)
from cosell.testing import World, WorldClosed
world = World()
""")
    assert (done.stdout, done.stderr) == (f"{TOO_LATE}\n", "")


def test_a_client_that_calls_after_the_end_is_told_in_a_sentence() -> None:
    done = ended("""
import atexit, boto3
def call():
    try:
        client.list_opportunities(Catalog="AWS")
    except NotLetOut as late:
        print(late)
atexit.register(call)
from cosell.testing import NotLetOut, World
world = World().__enter__()
client = boto3.client("partnercentral-selling")
atexit.register(client.list_opportunities, Catalog="AWS")
""")
    told = f"ListOpportunities had no world to go to. {TOO_LATE} The call was made at <string>:5"
    assert done.stderr == ""
    assert done.stdout.startswith(told)


def test_nobody_is_let_in_after_the_end() -> None:
    admission = Admission()
    assert admission.within(len, "four") == 4
    assert admission.end()
    with pytest.raises(WorldClosed):
        admission.within(len, "four")


@pytest.mark.parametrize("is_forked", [False, True])
def test_what_somebody_is_at_is_not_done_at_the_end(is_forked: bool) -> None:
    admission, began, done = Admission(), Event(), Event()

    def work() -> None:
        began.set()
        done.wait()

    with ThreadPoolExecutor() as pool:
        pool.submit(admission.within, work)
        began.wait()
        if is_forked:
            admission.lose_others()
        try:
            assert not admission.end()
        finally:
            done.set()
