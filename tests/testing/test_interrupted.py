"""An exception out of nowhere in the middle of a call (Ctrl-C, the end of a test's time): the next
call finds everything as it was, and so does another thread.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import FrameType
from typing import Any

import pytest

from cosell.store.sqlite_tx import SqliteTx
from cosell.testing import World
from cosell.testing.calling import Refused
from cosell.testing.place import Here
from tests.interrupting import everywhere

STORE = "/cosell/store/"
PATIENCE_S = 60  # only a call that hangs needs it


CALLS: dict[str, Callable[[World], object]] = {
    "read": lambda world: world.desk("GetClock"),
    "list": lambda world: world.caller()("ListOpportunities", Catalog="Sandbox"),
    "namespace": lambda world: world.desk("PutPace", Mode="Held"),
    "document": lambda world: world.given.opportunity(),
}


def goes_on(world: World) -> Callable[[str], None]:
    """Calls of this thread and of another one are answered."""

    def then(where: str) -> None:
        with ThreadPoolExecutor(1) as other:
            pace = other.submit(world.desk, "PutPace", Mode="Inline")
            assert pace.result(PATIENCE_S)["Mode"] == "Inline", where
        assert world.desk("PutPace", Mode="Paced")["Mode"] == "Paced", where

    return then


@pytest.mark.parametrize("called", CALLS)
def test_nothing_of_threading_s_own_is_left_taken(world: World, called: str) -> None:
    """Its conditions are written in Python: an exception there leaves the lock below them taken."""
    everywhere(lambda: CALLS[called](world), goes_on(world), "/threading.py")
    goes_on(world)("afterwards")


@pytest.mark.parametrize(
    ("called", "within", "stride"),
    [
        ("read", STORE, 1),
        ("read", "", 1),
        ("list", STORE, 7),
        ("namespace", STORE, 3),
        ("namespace", "", 1),
        ("document", STORE, 41),
        ("document", "", 23),
    ],
)
def test_interrupted_call_is_over(world: World, called: str, within: str, stride: int) -> None:
    call = CALLS[called]
    call(world)

    assert everywhere(lambda: call(world), goes_on(world), within, stride) > 10
    listed = world.caller()("ListOpportunities", Catalog="Sandbox")["OpportunitySummaries"]
    ids = [one["Id"] for one in listed]
    assert len(ids) == len(set(ids))
    for id in ids:
        world.caller()("GetOpportunity", Catalog="Sandbox", Identifier=id)


def test_interruption_that_became_an_answer(world: World) -> None:
    """A handler that raises an ordinary exception: the call is answered, with an internal error."""

    def call() -> None:
        with suppress(Refused):
            world.desk("PutPace", Mode="Held")

    def then(where: str) -> None:
        with ThreadPoolExecutor(1) as other:
            assert other.submit(world.desk, "GetClock").result(PATIENCE_S), where
        assert world.desk("PutPace", Mode="Paced")["Mode"] == "Paced", where

    assert everywhere(call, then, STORE, 5, TimeoutError) > 10


@pytest.mark.parametrize("called", ["GetClock", "ListCalls", "PutPace", "ListEvents"])
def test_call_of_a_signals_handler_ends_no_other(world: World, called: str) -> None:
    """It comes in the middle of a call of the same thread: it is refused, and that one goes on."""
    world.desk("GetClock")
    made, refused = in_the_middle(world, called)
    assert refused == [called]
    world.caller()("GetOpportunity", Catalog="Sandbox", Identifier=made["Id"])


def test_call_of_a_signals_handler_while_the_first_call_makes_the_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = Here()
    monkeypatch.setattr("cosell.testing.place.here", lambda: place)
    with World() as world:
        made, refused = in_the_middle(world, "GetClock")
        assert refused == ["GetClock"]
        world.caller()("GetOpportunity", Catalog="Sandbox", Identifier=made["Id"])


def in_the_middle(world: World, called: str) -> tuple[Any, list[str]]:
    """An opportunity that was made, and what was refused as it was called where the first
    transaction of that writes."""
    refused: list[str] = []

    def call_within(frame: FrameType, event: str, arg: Any) -> None:
        if event == "return" and frame.f_code is SqliteTx.run.__code__ and not refused:
            sys.setprofile(None)
            with pytest.raises(RuntimeError, match="in the middle of another one of the same"):
                world.desk(called, Mode="Inline") if called == "PutPace" else world.desk(called)
            refused.append(called)

    sys.setprofile(call_within)
    try:
        made = world.given.opportunity()
    finally:
        sys.setprofile(None)
    return made, refused
