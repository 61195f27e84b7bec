"""Clients that call on and on, each on a thread of its own, and note how each call went.

Must not know what goes wrong meanwhile.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tests.harness import World, opportunity

PAUSE_S = 0.02


@dataclass(frozen=True)
class Asked:
    """One call: when it began (monotonic seconds), how long it took, and its answer or refusal."""

    operation: str
    began: float
    took_s: float
    answer: Any = None
    error: Exception | None = None

    @property
    def status(self) -> int:
        """0: no answer came."""
        if self.error is None:
            return 200
        if isinstance(self.error, ClientError):
            return int(self.error.response["ResponseMetadata"]["HTTPStatusCode"])
        return 0

    @property
    def request_id(self) -> str:
        answer = self.error.response if isinstance(self.error, ClientError) else self.answer
        return str((answer or {}).get("ResponseMetadata", {}).get("RequestId", ""))

    def __str__(self) -> str:
        return f"{self.operation} {self.status} {self.took_s:.2f}s {self.error or ''}"


@dataclass
class Crowd:
    """Who calls: some create opportunities, some read them, and what all of them saw."""

    asked: list[Asked] = field(default_factory=list)
    made: set[str] = field(default_factory=set)  # opportunities that were acknowledged

    def ask(self, operation: str, call: Callable[[], Any]) -> Asked:
        """One call."""
        began, answer, error = time.monotonic(), None, None
        try:
            answer = call()
        except Exception as raised:
            error = raised
        asked = Asked(operation, began, time.monotonic() - began, answer, error)
        self.asked.append(asked)
        return asked

    def since(self, instant: float) -> list[Asked]:
        return [one for one in list(self.asked) if one.began >= instant]

    def good_since(self, instant: float, count: int, within_s: float = 30.0) -> float:
        """Wait until so many calls that began since have succeeded; when the first ended."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            good = [one for one in self.since(instant) if one.status == 200]
            if len(good) >= count:
                return min(one.began + one.took_s for one in good)
            time.sleep(0.02)
        last = "\n".join(map(str, self.asked[-5:]))
        raise AssertionError(f"the service does not resume; the last calls:\n{last}")

    @property
    def errors(self) -> list[Asked]:
        return [one for one in self.asked if one.status != 200]


@contextmanager
def crowd(worlds: list[World], writers: int, readers: int) -> Iterator[Crowd]:
    """So many clients call in turn in the worlds until the end."""
    seen = Crowd()
    over = threading.Event()

    def write(world: World, number: int) -> None:
        partner, count = world.client(), 0
        while not over.is_set():
            count += 1
            token = f"token-{number}-{count}"
            asked = seen.ask(
                "CreateOpportunity",
                lambda token=token: partner.create_opportunity(  # type: ignore[misc]
                    Catalog="Sandbox", ClientToken=token, **opportunity()
                ),
            )
            if asked.status == 200:
                seen.made.add(f"{world.namespace}/{asked.answer['Id']}")
            time.sleep(PAUSE_S)

    def read(world: World, number: int) -> None:
        partner = world.client()
        while not over.is_set():
            seen.ask("ListOpportunities", lambda: partner.list_opportunities(Catalog="Sandbox"))
            time.sleep(PAUSE_S)

    threads = [
        threading.Thread(target=what, args=(worlds[number % len(worlds)], number), daemon=True)
        for what, count in ((write, writers), (read, readers))
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join(30)


def kept(world: World) -> set[str]:
    """Every opportunity that the account of the crowd can list."""
    pages = world.client().get_paginator("list_opportunities").paginate(Catalog="Sandbox")
    return {
        f"{world.namespace}/{one['Id']}" for page in pages for one in page["OpportunitySummaries"]
    }
