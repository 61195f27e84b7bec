"""What a seed runs on: servers on a database, who can be killed there, and how the truth is read.

One class for each kind of database; this one says what a seed asks of any. Must not know what
clients do.
"""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from tests.chaos.client import Journal
from tests.chaos.memory import Miss
from tests.chaos.plan import Plan, Trouble
from tests.harness import environment, free_port

START_S_MAX = 60.0
END_S_MAX = 40.0
ENDS_MAX = 4  # at most: deaths that are still to come may spoil some
HEALTH_S_MAX = 0.5
POLL_S = 0.003
AT_WORK = "At work on"  # a worker's word
TOLD_MAX = 20_000  # bytes of a log that are looked at


class Ground(Protocol):
    """A database and the servers on it, over all of their deaths."""

    acts: tuple[str, ...]

    def begin(self, folder: Path, plan: Plan, journal: Journal) -> None:
        """Make an empty database, and servers on it, which die as is planned."""

    def port(self) -> int:
        """Where one of the servers listens, or will again."""
        ...

    def tend(self) -> None:
        """See who has died, and let somebody else take the place."""

    def make(self, trouble: Trouble) -> bool:
        """Do what is planned to the servers, or to the database; whether it could be done."""
        ...

    def end(self) -> None:
        """Ask all servers to end; `Miss` if one does not do so well."""

    def rows(self, text: str, **values: Any) -> list[tuple[Any, ...]]:
        """Ask the database itself, when all have ended."""
        ...

    def ensure_sound(self) -> None:
        """`Miss` if the database itself is damaged."""

    def clear_away(self) -> None:
        """End whatever is left."""


class Nursery:
    """The process that forks servers (nursery.py), asked from this one."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment(), "COSELL_DEFAULT_ACCOUNT": "990011223344"},
            text=True,
        )

    def bear(self, arguments: list[str], about: dict[str, Any]) -> int:
        """A process that carries out a command of `cosell`; answers its number."""
        return int(self._ask({"arguments": arguments, **about}))

    def ended(self, process: int) -> int | None:
        """The exit code of a process, below 0 for a signal; None while it runs."""
        code = self._ask({"process": process})
        return None if code is None else int(code)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(END_S_MAX)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(question)}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class Living:
    """A process of cosell's, and whoever takes its place when it dies; with one log."""

    def __init__(self, nursery: Nursery, log: Path, command: list[str], about: Any) -> None:
        self._nursery, self._command, self.log = nursery, command, log
        self._about = {**about, "folder": str(log.parent), "log": str(log)}
        self.main = 0

    def start(self) -> None:
        """Start it; it is at work when it is."""
        self._begun = self.log.stat().st_size if self.log.exists() else 0
        self.main = self._nursery.bear(self._command, self._about)

    def wait(self) -> None:
        """Wait until it is at work: before that it is ended by any signal, and says nothing."""
        until = time.monotonic() + START_S_MAX
        while AT_WORK not in self._log_since_start() and time.monotonic() < until:
            if self.code() is not None:
                self.start()
            time.sleep(POLL_S)

    def _log_since_start(self) -> str:
        return self.log.read_bytes()[self._begun :].decode(errors="replace")

    def code(self) -> int | None:
        """The exit code of the main process; None while it runs."""
        return self._nursery.ended(self.main) if self.main else 0

    def stop(self) -> int | None:
        """Ask it to end; answers its exit code, None if it does not."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.main, signal.SIGTERM)
        until = time.monotonic() + END_S_MAX
        while (code := self.code()) is None and time.monotonic() < until:
            time.sleep(POLL_S)
        return code

    def end(self) -> None:
        """Ask it to end, and the next one if somebody died meanwhile; `Miss` if it does not end
        well when nobody did, or was surprised by something."""
        for _ in range(ENDS_MAX):
            self.wait()
            code = self.stop()
            if code == 0:
                break
            self.start()
        if code != 0:
            raise Miss(f"{self._command[0]} ended with {code}:\n{self.told()}")
        if "Traceback" in self.told():
            raise Miss(f"{self._command[0]} did not expect what happened:\n{self.told()}")

    def told(self) -> str:
        return self.log.read_text(errors="replace")[-TOLD_MAX:] if self.log.exists() else ""

    def clear_away(self) -> None:
        if self.code() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.main, signal.SIGKILL)


class Serving(Living):
    """One `cosell serve`, over all of its deaths on one port."""

    def __init__(
        self, nursery: Nursery, log: Path, database: str, about: dict[str, Any], *options: str
    ) -> None:
        self.port = free_port()
        command = ["serve", "--port", str(self.port), "--database", database, *options]
        super().__init__(nursery, log, command, about)

    def start(self) -> None:
        """Start it, and again if somebody dies of that, until it answers."""
        until = time.monotonic() + START_S_MAX
        while True:
            super().start()
            if self._is_up(until):
                return
            if time.monotonic() > until:
                raise Miss(f"the server cannot be started:\n{self.told()}")

    def _is_up(self, until: float) -> bool:
        """Whether it came up; False as soon as its main process has ended."""
        while time.monotonic() < until:
            if self.health().get("Main") == self.main:
                return True
            if self.code() is not None:
                return False
            time.sleep(POLL_S)
        return False

    def wait(self) -> None:
        """It is at work since it was started."""

    def health(self) -> dict[str, Any]:
        """What the server says of itself; nothing if it does not answer at once."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HEALTH_S_MAX)
        try:
            connection.request("GET", "/_cosell/health")
            return dict(json.loads(connection.getresponse().read()))
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()

    def victims(self, whom: str) -> list[int]:
        """The processes that are meant; none if nobody can say which they are."""
        health = self.health()
        if health.get("Main") != self.main:
            return []
        worker = int(health["Process"])
        return {"worker": [worker], "main": [self.main], "both": [self.main, worker]}[whom]


def paused(processes: list[int], seconds: float) -> None:
    """Let processes stand still for a while, as a busy machine does."""
    _signal(processes, signal.SIGSTOP)
    time.sleep(seconds)
    _signal(processes, signal.SIGCONT)


def killed(processes: list[int]) -> None:
    _signal(processes, signal.SIGKILL)


def _signal(processes: list[int], number: int) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


def told_of(plan: Plan, plant: str) -> dict[str, Any]:
    """What a process is told when it is born."""
    return {"deaths": [asdict(one) for one in plan.deaths], "plant": plant, "net": plan.net}
