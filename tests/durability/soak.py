"""Kills at random instants under load, for as long as one likes.

    python -m tests.durability.soak --rounds 200 --seed 7

Threads refer and start tasks, inline and paced, with client tokens, and ask again until they are
answered. Each round somebody is killed at a random instant; life goes on. In the end whatever was
acknowledged must be there, and everything once.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from tests.durability.lives import Life, Lost, is_running, kill
from tests.durability.truths import check_file

PACES = {"inline": "Inline", "paced": "Paced"}
THREADS = 2  # of each pace
KILL_S_MAX = 0.7
END_S_MAX = 60.0


@dataclass
class Load:
    """Threads that ask, and what they were told: token → id."""

    life: Life
    stopping: threading.Event = field(default_factory=threading.Event)
    referred: dict[str, str] = field(default_factory=dict)
    started: dict[str, str] = field(default_factory=dict)
    failures: list[BaseException] = field(default_factory=list)

    def run(self, pace: str, number: int) -> None:
        """One thread: refer, start, again and again."""
        life = Life(self.life.folder, namespace=pace)
        life.server = self.life.server
        try:
            serial = 0
            while not self.stopping.is_set():
                token = f"{pace}-{number}-{serial}"
                serial += 1
                referral = self._told(self.referred, token, partial(self._refer, life, token))
                self._told(self.started, token, partial(self._start, life, referral, token))
        except BaseException as error:
            self.failures.append(error)

    def _refer(self, life: Life, token: str) -> str:
        return str(
            life.world.desk(
                "ReferOpportunity",
                Catalog="AWS",
                ReceiverAccountId="111122223333",
                ClientToken=token,
            )["EngagementInvitationId"]
        )

    def _start(self, life: Life, invitation: str, token: str) -> str:
        members: Any = {"Catalog": "AWS", "Identifier": invitation, "ClientToken": token}
        reply = life.world.post("StartEngagementByAcceptingInvitationTask", members)
        assert reply.status == 200, reply
        return str(reply.document["TaskId"])

    def _told(self, told: dict[str, str], token: str, call: Callable[[], str]) -> str:
        """Ask until there is an answer, twice sometimes: the same token has the same answer."""
        until = time.monotonic() + END_S_MAX
        while token not in told:
            try:
                told[token] = self.life.ask(call)
            except Lost:
                assert time.monotonic() < until, f"{token} is never answered"
                time.sleep(0.02)
        return told[token]

    def check_again(self) -> None:
        """Every token still stands for what it was told."""
        for token, task in self.started.items():
            life = Life(self.life.folder, namespace=token.partition("-")[0])
            life.server = self.life.server
            assert self._start(life, self.referred[token], token) == task


@dataclass(frozen=True)
class Result:
    """What a soak went through."""

    rounds: int
    killed: Counter[str]
    tasks: int
    found: Counter[str]


def soak(folder: Path, rounds: int, seed: int, tell: Callable[[int], None]) -> Result:
    """That many kills; AssertionError if anything was lost, doubled or left over."""
    life = Life(folder).begin()
    try:
        return _soak(life, rounds, Random(seed), tell)
    finally:
        life.clear_away()


def _soak(life: Life, rounds: int, random: Random, tell: Callable[[int], None]) -> Result:
    for namespace, mode in PACES.items():
        life.namespace = namespace
        life.desk("PutPace", Mode=mode, StepSeconds=0)
    load = Load(life)
    threads = [
        threading.Thread(target=load.run, args=(pace, number), daemon=True)
        for pace in PACES
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    killed: Counter[str] = Counter()
    for number in range(rounds):
        time.sleep(random.uniform(0.0, KILL_S_MAX))
        whom = random.choice(["worker", "main", "both"])
        _kill(life, whom)
        killed[whom] += 1
        life.revive()
        tell(number + 1)
        assert not load.failures, load.failures
    load.stopping.set()
    for thread in threads:
        thread.join(END_S_MAX)
    assert not load.failures, load.failures
    load.check_again()
    _wait_until_idle(life)
    life.end()
    found = check_file(life.state)
    tasks = found["engagement-by-accepting-invitation-task"]
    assert tasks == len(load.started)
    assert found["engagement-invitation"] == len(load.referred)
    return Result(rounds, killed, tasks, found)


def _kill(life: Life, whom: str) -> None:
    assert life.server.main is not None
    main, worker = life.server.main.pid, life.server.worker()
    kill(*{"worker": [worker], "main": [main], "both": [main, worker]}[whom])
    if whom != "worker":
        life.server.main.wait()
    until = time.monotonic() + 1.0
    while is_running(worker):
        assert time.monotonic() < until, f"the worker {worker} outlives its main process"
        time.sleep(0.005)


def _wait_until_idle(life: Life) -> None:
    until = time.monotonic() + END_S_MAX
    life.namespace = "paced"
    while life.partner("list_engagement_by_accepting_invitation_tasks", TaskStatus=["IN_PROGRESS"])[
        "TaskSummaries"
    ]:
        assert time.monotonic() < until, "tasks are still at work"
        time.sleep(0.05)


def main() -> int:
    parser = argparse.ArgumentParser("tests.durability.soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()

    def tell(done: int) -> None:
        filled = 40 * done // asked.rounds
        sys.stderr.write(f"\r[{'#' * filled:<40}] {done}/{asked.rounds} kills")
        sys.stderr.flush()

    with tempfile.TemporaryDirectory() as folder:
        result = soak(Path(folder), asked.rounds, asked.seed, tell)
    sys.stderr.write("\n")
    who = ", ".join(f"{name} {count}" for name, count in sorted(result.killed.items()))
    said = f"{result.rounds} kills ({who}), seed {asked.seed}: {result.tasks} tasks, none lost"
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
