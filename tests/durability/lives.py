"""A server that dies and is started again, and a client that asks until it is answered.

Must not know when it dies, nor what must be true afterwards.
"""

import http.client
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from botocore.exceptions import ConnectionError as NoConnection
from botocore.exceptions import HTTPClientError

from tests.durability.launcher import Plan
from tests.harness import ACCOUNT, Server, World

PLAIN = ("-m", "cosell")
PATIENCE_S = 30.0
ORPHAN_S_MAX = 1.0
CATALOG = "AWS"
T = TypeVar("T")


class Lost(Exception):
    """No answer: whether the call did anything is not known."""


@dataclass
class Life:
    """A server on one port and one state, over all of its deaths."""

    folder: Path
    plan: Plan | None = None
    namespace: str = "default"
    server: Server = field(init=False)
    deaths: int = 0

    def __post_init__(self) -> None:
        BORN.append(self)
        program = self.plan.program if self.plan else PLAIN
        self.server = Server(
            str(self.folder / "state.db"), log=self.folder / "log", program=program
        )

    @property
    def state(self) -> Path:
        return self.folder / "state.db"

    @property
    def world(self) -> World:
        return World(self.server, self.namespace)

    @property
    def is_main_alive(self) -> bool:
        return self.server.main is not None and self.server.main.poll() is None

    def begin(self) -> "Life":
        """Start; a plan may end it before it is up."""
        try:
            self.server.start()
        except AssertionError:
            self.revive()
        return self

    def end(self) -> None:
        """Ask it to end, and see that it does so well (the next one, if it was killed)."""
        if not self.is_main_alive:
            self.revive()
        code = self.server.stop()
        told = (self.folder / "log").read_text()[-1500:]
        assert code == 0, f"the server did not end well: {code}\n{told}"

    def revive(self) -> None:
        """Wait for the worker that the main process makes anew, or start the server again."""
        self.deaths += 1
        if self.is_main_alive:
            try:
                self.server.wait()
                return
            except AssertionError:
                pass
        assert self.server.main is not None
        self.server.main.wait(PATIENCE_S)
        self._see_worker_end()
        self.server.program = PLAIN
        self.server.start()

    def _see_worker_end(self) -> None:
        """A worker that has lost its main process answers for a moment, then ends by itself."""
        until = time.monotonic() + ORPHAN_S_MAX
        while True:
            try:
                self.ask(self.server.worker)
            except Lost:
                return
            assert time.monotonic() < until, "the worker of a dead main process goes on"
            time.sleep(0.01)

    def clear_away(self) -> None:
        """End whatever is left of a life that a test did not end."""
        if not self.is_main_alive:
            return
        try:
            self.server.kill()
        except (OSError, http.client.HTTPException):
            self.server.kill(self.server.main.pid if self.server.main else 0)
        assert self.server.main is not None
        self.server.main.wait(PATIENCE_S)

    # --- calls -----------------------------------------------------------------------------------

    def insist(self, call: Callable[[], T]) -> T:
        """Ask until there is an answer, as a client with retries does."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.ask(call)
            except Lost:
                if time.monotonic() > until:
                    raise
                self.revive()

    def ask(self, call: Callable[[], T]) -> T:
        """Ask once; `Lost` if nobody answers."""
        try:
            return call()
        except (OSError, http.client.HTTPException, HTTPClientError, NoConnection) as error:
            raise Lost from error

    def desk(self, operation: str, **members: Any) -> Any:
        return self.insist(lambda: self.world.desk(operation, **members))

    def partner(self, operation: str, **members: Any) -> Any:
        """An operation of the API through boto3."""
        return self.insist(
            lambda: getattr(self.world.client(), operation)(Catalog=CATALOG, **members)
        )

    def refer(self, token: str) -> Any:
        return self.desk(
            "ReferOpportunity", Catalog=CATALOG, ReceiverAccountId=ACCOUNT, ClientToken=token
        )

    def start(self, invitation: str, token: str) -> Any:
        return self.partner(
            "start_engagement_by_accepting_invitation_task",
            Identifier=invitation,
            ClientToken=token,
        )

    def ended(self, invitation: str, token: str) -> Any:
        """The task when it has ended: asked for with the same token, as clients poll."""
        until = time.monotonic() + PATIENCE_S
        while (task := self.start(invitation, token))["TaskStatus"] == "IN_PROGRESS":
            assert time.monotonic() < until, f"the task is still at work: {task}"
            time.sleep(0.01)
        return task


BORN: list[Life] = []  # every life that a test may have left


def is_running(process: int) -> bool:
    """Whether a process is there (one that nobody has reaped yet is not)."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat")
        return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")
    except (ProcessLookupError, FileNotFoundError):
        return False


def wait_until_gone(process: int, seconds: float) -> float:
    """How long it takes a process to end; AssertionError if longer than that."""
    begun = time.monotonic()
    while is_running(process):
        assert time.monotonic() < begun + seconds, f"{process} still runs after {seconds} s"
        time.sleep(0.01)
    return time.monotonic() - begun


def kill(*processes: int) -> None:
    for process in processes:
        os.kill(process, signal.SIGKILL)
