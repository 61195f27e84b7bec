"""A process that was forked off while a world was open leaves it, however it ends: it ends nothing
of its parent's.
"""

import subprocess
import sys

import pytest

PROGRAM = """
import os, sys
from cosell.testing import World
from cosell.testing.server import start

place, ending = sys.argv[1:]
server = start() if place == "server" else None
try:
    with World(server=server and server.url) as world:
        world.faults.throttle("ListSolutions", optional=ending != "left")
        world.given.opportunity()
        _ = world.endpoint_url
        child = os.fork()
        if not child:
            if ending == "exit":
                sys.exit(7)
            if ending == "error":
                raise OSError("in the child")
            if ending == "closed":
                world.close()
                assert world.closed
                sys.exit(7)
        else:
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            assert code == (0 if ending == "left" else 1 if ending == "error" else 7), code
            found = world.caller()("ListOpportunities", Catalog="Sandbox")
            print("parent:", len(found.OpportunitySummaries), world.closed)
            if ending == "left":
                try:
                    world.caller()("ListSolutions", Catalog="AWS")
                except Exception:
                    pass
finally:
    if server:
        server.stop()
"""


@pytest.mark.parametrize("place", ["here", "server"])
@pytest.mark.parametrize("ending", ["exit", "error", "closed", "left"])
def test_a_forked_process_ends_nothing_of_its_parents(place: str, ending: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, place, ending], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "parent: 1 False\n"), done.stderr
    assert "FaultNeverFired" not in done.stderr


BUILDING = """
import os
from cosell.testing import World

def forked(child):
    pid = os.fork()
    if not pid:
        child()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0

with World() as world:
    _ = world.endpoint_url
    call = world.caller()
    forked(lambda: (world.given.opportunity("Approved"), call("ListSolutions", Catalog="AWS")))
    forked(lambda: print("child:", world.calls.operations, flush=True))
    print("parent:", world.calls.operations, len(world.calls.all) > 3)
"""


def test_what_its_builders_call_is_not_the_codes_either() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUILDING], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "child: ['ListSolutions']\nparent: ['ListSolutions'] True\n", done.stderr


MAKING = """
import os, signal, threading
import botocore.session
from cosell.testing import World

ours, theirs = threading.Event(), threading.Event()
create_client = botocore.session.Session.create_client

def held(session, *how, **named):
    if threading.current_thread() is not threading.main_thread():
        ours.set()
        theirs.wait()
    return create_client(session, *how, **named)

with World() as world:
    _ = world.endpoint_url
    botocore.session.Session.create_client = held
    other = threading.Thread(target=world.client)
    other.start()
    ours.wait()  # it is in the middle of making one
    child = os.fork()
    if not child:
        signal.alarm(30)
        world.client().list_solutions(Catalog="AWS")
        os._exit(0)
    code = os.waitpid(child, 0)[1]
    theirs.set()
    other.join()
    print(code, world.calls.operations)
"""


def test_a_forked_process_makes_clients_though_a_thread_was_at_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MAKING], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "0 ['ListSolutions']\n"), done.stderr


BESIDE = """
import os, signal, sys, threading
from contextlib import suppress
from time import sleep
import boto3
from botocore.exceptions import ParamValidationError
from cosell.contract.memo import Memo
from cosell.testing import World, environment, interception
from cosell.testing.place import here

client = boto3.client("partnercentral-selling", region_name="us-east-1")
ours, theirs = threading.Event(), threading.Event()

def stay():
    ours.set()
    theirs.wait()

def reads():  # and has begun to
    def come(frame, event, _):
        if frame.f_code.co_name == "_read_pages" and event == "call":
            stay()
    sys.setprofile(come)
    world.calls.mark()

def makes(name):
    if threading.current_thread() is not threading.main_thread():
        stay()
    return name.upper()

def holds(lock, s):
    with lock:
        stay()
        sleep(s)

with World() as world:
    world.faults.meanwhile("ListSolutions", lambda: None, times=None, optional=True)
    memo = Memo(makes, lambda name: name)
    done_anew = [
        reads,
        lambda: memo.of("a"),
        lambda: holds(world.faults._meanwhile[0]._counting, 0),
    ]
    # Who forks waits for them: they are told when that has begun.
    waited_for = [
        lambda: holds(environment._lock, 0.2),
        lambda: holds(interception._lock, 0.2),
        lambda: holds(here()._making, 0.2),
    ]
    threads = [threading.Thread(target=target) for target in WHICH]
    for thread in threads:
        thread.start()
        ours.wait()
        ours.clear()
    if threads[0]._target is waited_for[0]:
        os.register_at_fork(before=theirs.set)
    child = os.fork()
    if not child:
        signal.alarm(30)
        assert memo.of("a") == "A"
        with suppress(ParamValidationError):
            client.list_solutions(Katalog="AWS")
        client.list_solutions(Catalog="AWS")
        assert [call.dead for call in world.calls] == [True, False], world.calls
        with World() as own:
            client.list_solutions(Catalog="AWS")
            assert own.calls.operations == ["ListSolutions"]
        os._exit(0)
    code = os.waitpid(child, 0)[1]
    theirs.set()
    for thread in threads:
        thread.join()
    print(code, world.calls.operations)
"""


@pytest.mark.parametrize("which", ["done_anew", "waited_for"])
def test_a_forked_process_waits_for_no_thread_of_its_parents(which: str) -> None:
    program = BESIDE.replace("WHICH", which)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "0 ['ListSolutions']\n"), done.stderr


ASKED_FIRST = """
import os, signal, sys, threading
from cosell.testing import World

world = World()
ours, theirs = threading.Event(), threading.Event()

def asks():
    def come(frame, event, _):
        if frame.f_code.co_name == "faults" and event == "call":
            ours.set()
            theirs.wait()
    sys.setprofile(come)
    made.append(world.faults)

made = []
other = threading.Thread(target=asks)
other.start()
ours.wait()
child = os.fork()
if not child:
    signal.alarm(30)
    world.given.opportunity()
    assert world.faults.fired == []
    os._exit(0)
code = os.waitpid(child, 0)[1]
made.append(world.faults)
theirs.set()
other.join()
found = world.caller()("ListOpportunities", Catalog="Sandbox").OpportunitySummaries
print(code, made[0] is made[1] is world.faults, len(found))
"""


def test_a_member_that_a_thread_asks_for_is_there_once_and_for_all() -> None:
    """In the process that is forked off meanwhile as well, which is in the same world, though
    nobody has entered that."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED_FIRST], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "0 True 1\n"), done.stderr
