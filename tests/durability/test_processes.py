"""Main process and worker: either may be killed, and nobody is left over with the state."""

import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.durability.lives import Life, is_running, kill, wait_until_gone
from tests.durability.truths import check_file
from tests.harness import Server

GONE_S_MAX = 1.0


def owner_of(state: Path) -> str:
    return Path(f"{state}.lock").read_text().strip()


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path).begin()


def main_of(life: Life) -> int:
    assert life.server.main is not None
    return life.server.main.pid


def test_worker_whose_main_process_is_killed_ends_within_a_second(life: Life) -> None:
    worker = life.server.worker()
    kill(main_of(life))
    wait_until_gone(worker, GONE_S_MAX)


def test_worker_whose_main_process_is_killed_while_it_starts_ends(tmp_path: Path) -> None:
    """Before the worker has looked for the first time who its parent is."""
    for wait_s in (0.0, 0.02, 0.05, 0.1, 0.2):
        server = Server(str(tmp_path / "state.db"), log=tmp_path / "log")
        begin_without_waiting(server)
        worker = only_child(server)
        time.sleep(wait_s)  # different instants of its start; none decides the outcome
        assert server.main is not None
        server.main.kill()
        server.main.wait()
        wait_until_gone(worker, 10.0)
    Life(tmp_path).begin().end()


def begin_without_waiting(server: Server) -> None:
    server.port = 0
    ready = server.wait
    server.wait = lambda: None  # type: ignore[method-assign]
    server.start()
    server.wait = ready  # type: ignore[method-assign]


def only_child(server: Server) -> int:
    """The worker, as soon as there is one."""
    assert server.main is not None
    until = time.monotonic() + 10.0
    while True:
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True)
        pairs = [line.split() for line in listed.stdout.decode().splitlines()]
        for process, parent in pairs:
            if int(parent) == server.main.pid:
                return int(process)
        assert time.monotonic() < until, "no worker"


def test_server_that_starts_right_after_its_main_process_was_killed_takes_the_state(
    life: Life,
) -> None:
    referred = life.refer("refer")
    worker, main = life.server.worker(), main_of(life)
    kill(main)
    assert life.server.main is not None
    life.server.main.wait()
    life.server.start()  # on the same port, where the old worker may still answer
    wait_until_gone(worker, GONE_S_MAX)
    life.server.wait()
    assert owner_of(life.state) == f"process {main_of(life)}"
    task = life.start(referred["EngagementInvitationId"], "start")
    assert task["TaskStatus"] == "COMPLETE"
    life.end()
    check_file(life.state)


def test_worker_that_is_killed_is_made_anew_on_the_same_port(life: Life) -> None:
    referred = life.refer("refer")
    worker, main = life.server.worker(), main_of(life)
    kill(worker)
    wait_until_gone(worker, GONE_S_MAX)
    life.server.wait()
    assert life.server.worker() != worker
    assert (main_of(life), life.is_main_alive) == (main, True)
    task = life.start(referred["EngagementInvitationId"], "start")
    assert task["TaskStatus"] == "COMPLETE"
    life.end()
    check_file(life.state)


def test_both_killed_leave_a_state_that_is_free(life: Life) -> None:
    worker, main = life.server.worker(), main_of(life)
    kill(main, worker)
    assert life.server.main is not None
    life.server.main.wait()
    life.server.start()
    assert not is_running(worker)
    life.end()


def test_server_that_is_asked_to_end_leaves_nobody(life: Life) -> None:
    worker = life.server.worker()
    life.end()
    assert not is_running(worker)


def test_worker_that_dies_twice_is_replaced_and_one_that_dies_on_ends_the_server_which_says_so(
    tmp_path: Path,
) -> None:
    server = Server(str(tmp_path / "state.db"), log=tmp_path / "log").start()
    killed = {server.worker()}
    kill(*killed)
    for _ in range(2):
        one = kill_next(server, killed)
        assert one is not None
        killed.add(one)
    server.wait()
    assert server.worker() not in killed
    while (one := kill_next(server, killed)) is not None:
        killed.add(one)
    assert server.main is not None
    assert server.main.wait(30) == 1
    told = (tmp_path / "log").read_text()
    assert told.count("A process of this server ended again and again, 6 times within 60") == 1
    assert len(killed) == 6


def kill_next(server: Server, killed: set[int]) -> int | None:
    """Kill the process that takes the place of those, as soon as there is one; None if none does
    any more."""
    assert server.main is not None
    while server.main.poll() is None:
        for one in children(server.main.pid) - killed:
            kill(one)
            return one
        time.sleep(0.01)
    return None


def children(process: int) -> set[int]:
    with suppress(OSError):
        told = Path(f"/proc/{process}/task/{process}/children").read_text()
        return {int(one) for one in told.split()}
    return set()
