"""A client that asks until it is answered, with the same token: as SDKs do, and for longer.

It leaves without listening now and then. Must not know who dies, nor what a story is about.
"""

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from cosell import operations
from tests.chaos.memory import Miss, Said, Space, Tally
from tests.chaos.points import is_command
from tests.harness import credential

PATIENCE_S = 45.0
PAUSE_S = 0.005
ANSWER_S_MAX = 15.0
LEAVES = 0.02  # of its calls a client does not wait for the answer
REPEATS = 0.05  # and so many it makes again with the same token, to be answered alike


class Lost(Exception):
    """No answer: whether the call did anything is not known."""


@dataclass(frozen=True)
class Reply:
    """An answer; `doubtful` if an earlier try of the same call may have had its effect."""

    status: int
    document: Any
    doubtful: bool

    @property
    def code(self) -> str:
        return str((self.document or {}).get("__type", ""))


@dataclass
class Journal:
    """What was done when, by whom: told if a seed fails."""

    begun: float = field(default_factory=time.monotonic)
    lines: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    answered: int = 0
    answered_at: float = field(default_factory=time.monotonic)
    stopping: threading.Event = field(default_factory=threading.Event)

    def note(self, who: str, what: str) -> None:
        self.lines.append(f"{time.monotonic() - self.begun:8.3f} {who:10} {what}")

    def count(self, operation: str) -> None:
        self.tally.calls[operation] += 1
        self.answered += 1
        self.answered_at = time.monotonic()


class Client:
    """One thread's: a connection of its own, its own decisions, tokens that nobody else has."""

    def __init__(
        self, name: str, address: Callable[[], int], random: Random, journal: Journal
    ) -> None:
        """`address` answers a port to ask at, another one each time if there are several."""
        self.name, self.journal = name, journal
        self.random = random  # decides what a story does: the same whenever a seed is run
        self.chance = Random(f"{name} {random.random()}")  # and what hangs on timing as well
        self._address = address
        self._connection: http.client.HTTPConnection | None = None
        self._tokens = 0

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    # --- one try ---------------------------------------------------------------------------------

    def _send(self, path: str, headers: dict[str, str], body: bytes, leaves: bool) -> Reply:
        if self._connection is None:
            port = self._address()
            self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S_MAX)
        try:
            self._connection.request("POST", path, body, headers)
            if leaves:
                raise ConnectionError("left without listening")
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.leave()
            raise Lost(str(error)) from error
        return Reply(answer.status, json.loads(content) if content else None, False)

    def leave(self) -> None:
        """Close the connection; the next call makes another, maybe to another server."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # --- until there is an answer ----------------------------------------------------------------

    def ask(self, space: Space, account: str, operation: str, members: dict[str, Any]) -> Reply:
        """Ask until somebody answers who can; `Miss` if nobody does for long. The desk is asked by
        no account in particular."""
        path, headers = _addressed(space, account, operation)
        body = json.dumps(members).encode()
        leaves = self.chance.random() < LEAVES
        began, doubtful = time.monotonic(), False
        while True:
            if self.journal.stopping.is_set():
                raise Miss("something else was found already")
            try:
                reply = self._send(path, headers, body, leaves)
                if reply.status < 500:
                    break
                self.journal.tally.failed += 1
                why = str(reply.document)
            except Lost as lost:
                self.journal.tally.lost += 1
                why = str(lost)
            doubtful, leaves = True, False
            self.journal.note(self.name, f"{space.name} {operation}: no answer, {why}")
            if time.monotonic() - began > PATIENCE_S:
                raise Miss(f"{operation} in {space.name} is never answered: {why}")
            time.sleep(PAUSE_S)
        self.journal.count(operation)
        told = _short(reply.document) if reply.status == 200 else str(reply.document)
        self.journal.note(self.name, f"{space.name} {operation} {reply.status} {told}")
        return Reply(reply.status, reply.document, doubtful)

    def do(self, space: Space, account: str, operation: str, **members: Any) -> Any:
        """Ask for what must succeed, with a token where there is one; answers what was said. Some
        calls are made twice."""
        token = self._give_token(operation, members)
        reply = self.ask(space, account, operation, members)
        if reply.status != 200:
            raise Miss(f"{operation} in {space.name} is refused: {members}: {reply.document}")
        if is_command(operation):
            space.said.append(Said(account, operation, members, token, reply.document))
        if token and self.chance.random() < REPEATS:
            again = self.ask(space, account, operation, members)
            ensure_alike(operation, reply.document, again.document)
        return reply.document

    def desk(self, space: Space, operation: str, **members: Any) -> Any:
        """The same at the desk."""
        return self.do(space, "", operation, **members)

    def partner(self, space: Space, account: str, operation: str, **members: Any) -> Any:
        """The same in the catalog of a space."""
        return self.do(space, account, operation, Catalog=space.catalog, **members)

    def token(self) -> str:
        """A client token that nobody else has."""
        self._tokens += 1
        return f"{self.name}-{self._tokens}"

    def _give_token(self, operation: str, members: dict[str, Any]) -> str:
        member = token_member(operation)
        if member:
            members.setdefault(member, self.token())
        return str(members.get(member, "")) if member else ""


def token_member(operation: str) -> str:
    """What an operation calls its client token; '' if it has none."""
    for service in (operations.SELLING, operations.DESK):
        if found := service.contract.operations.get(operation):
            return found.idempotency_token or ""
    raise KeyError(operation)


def ensure_alike(operation: str, first: Any, again: Any) -> None:
    """One token, one effect: the second answer names what the first one named. A task may have gone
    on meanwhile, and a clock."""
    if operation == "AdvanceClock":
        return
    names: tuple[str, ...] = (
        "Id",
        "Arn",
        "OpportunityId",
        "EngagementId",
        "EngagementInvitationId",
    )
    if "TaskId" in (first or {}):  # what a task names it may give up again, when it fails
        names = ("TaskId",)
    told = {name: (first or {}).get(name) for name in names if (first or {}).get(name)}
    if {name: (again or {}).get(name) for name in told} != told:
        raise Miss(f"{operation}: the same token was answered {first}, then {again}")


def _addressed(space: Space, account: str, operation: str) -> tuple[str, dict[str, str]]:
    if operation in operations.DESK.handlers:
        path = f"/ns/{space.name}/_cosell/{operation}"
        return path, {"content-type": "application/json"}
    return f"/ns/{space.name}/", {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"AWSPartnerCentralSelling.{operation}",
        "authorization": credential(account),
    }


def _short(document: Any) -> str:
    """What a line of the journal has of an answer."""
    kept = ("Id", "TaskId", "TaskStatus", "OpportunityId", "LastModifiedDate", "Time", "Fired")
    return " ".join(f"{name}={document[name]}" for name in kept if name in (document or {}))
