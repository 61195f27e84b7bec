"""A call in the middle of another one of the same thread, as a signal's handler makes one: it is
refused, wherever the world is; and who is in the middle of something else is answered.
"""

import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http.client import HTTPConnection
from types import CodeType, FrameType
from typing import Any, Final

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ParamValidationError

from cosell.service import Engine
from cosell.testing import CallWithinAnother, World
from cosell.testing.calling import DESK, Caller
from cosell.testing.place import Here

REFUSED: Final = "in the middle of another one of the same thread"
AT_WORK: Final = {Engine._begin.__code__, HTTPConnection.request.__code__}  # here, and there


class Meanwhile:
    """Something that is done within something else, once: when the first function of `codes` has
    returned; without them, at the `at`th step that cosell takes."""

    def __init__(self, act: Callable[[], object], codes: set[CodeType], at: int = 0) -> None:
        self._act = act
        self._codes = codes
        self._left = at
        self.happened = False
        self.error: Exception | None = None

    def run(self, outer: Callable[[], object]) -> object:
        sys.setprofile(self._step)
        try:
            return outer()
        finally:
            sys.setprofile(None)

    def _step(self, frame: FrameType, event: str, _: object) -> None:
        if self._codes:
            if event != "return" or frame.f_code not in self._codes:
                return
        elif event == "c_call" or "/cosell/" not in frame.f_code.co_filename:
            return
        self._left -= 1
        if self._left >= 0:
            return
        sys.setprofile(None)
        self.happened = True
        try:
            self._act()
        except Exception as error:
            self.error = error


def within(outer: Callable[[], object], inner: Callable[[], object]) -> Exception | None:
    """How the inner one ended, which came while an engine or a server was at work for the other."""
    meanwhile = Meanwhile(inner, AT_WORK)
    meanwhile.run(outer)
    assert meanwhile.happened
    return meanwhile.error


def everywhere(outer: Callable[[], object], inner: Callable[[], object]) -> list[Exception | None]:
    """How the inner one ended, at every step of the outer one, which goes on each time."""
    ended: list[Exception | None] = []
    while True:
        meanwhile = Meanwhile(inner, set(), at=len(ended))
        meanwhile.run(outer)
        if not meanwhile.happened:
            return ended
        ended.append(meanwhile.error)


def listing(world: World) -> Callable[[], object]:
    client = world.client(config=Config(retries={"total_max_attempts": 1}))
    return partial(client.list_opportunities, Catalog="Sandbox")


def another(world: World) -> Callable[[], object]:
    """A world that is made, called and closed where the other one is."""
    url = None if isinstance(world.place, Here) else world.place.url

    def live() -> None:
        with World(server=url) as made:
            made.desk("GetClock")

    return live


KINDS: Final[dict[str, Callable[[World], Callable[[], object]]]] = {
    "desk": lambda world: partial(world.desk, "GetClock"),
    "client": listing,
    "world": another,
}


@pytest.mark.parametrize("inner", KINDS)
@pytest.mark.parametrize("outer", KINDS)
def test_it_is_refused_and_the_other_goes_on(somewhere: World, outer: str, inner: str) -> None:
    error = within(KINDS[outer](somewhere), KINDS[inner](somewhere))
    assert isinstance(error, CallWithinAnother)
    assert REFUSED in str(error)
    assert not somewhere.way.waiting(since=0)
    assert KINDS[inner](somewhere)() is not None or inner == "world"


@pytest.mark.parametrize(
    ("outer", "inner"), [("client", "desk"), ("world", "client"), ("client", "world")]
)
def test_at_every_step_it_is_answered_or_refused(world: World, outer: str, inner: str) -> None:
    act, meanwhile = KINDS[outer](world), KINDS[inner](world)
    act()
    meanwhile()
    ended = everywhere(act, meanwhile)
    assert len(ended) > 100
    assert {type(error) for error in ended} == {CallWithinAnother, type(None)}
    assert not world.way.waiting(since=0)


def test_a_client_is_made_while_another_one_is_made(world: World) -> None:
    world.client()
    assert set(everywhere(world.client, world.client)) == {None}


def test_partners_are_made_while_others_are(world: World) -> None:
    labels = iter(map(str.format, ["p{}"] * 1000, range(1000)))
    assert set(everywhere(lambda: world.partner(next(labels)), lambda: world.partner("B"))) == {
        None
    }


def test_a_call_that_dies_in_boto3_dies_of_boto3s_own_error(world: World) -> None:
    client = boto3.client("partnercentral-selling")
    ended = everywhere(listing(world), lambda: client.list_opportunities(Katalog="AWS"))
    assert {type(error) for error in ended} == {ParamValidationError}
    assert world.calls.dead.operations == ["ListOpportunities"] * len(ended)


def test_the_journal_has_each_call_once_when_it_is_read_while_it_is_read(world: World) -> None:
    act = listing(world)
    for _ in range(3):
        act()
    made, at = 3, 0
    while True:
        act()
        made += 1
        meanwhile = Meanwhile(lambda: len(world.calls), set(), at)
        assert meanwhile.run(lambda: len(world.calls)) == made
        if not meanwhile.happened:
            return
        at += 7


def test_what_happens_before_a_call_is_set_off_once(world: World) -> None:
    calls: list[str] = []
    act = listing(world)
    fault = world.faults.meanwhile("ListOpportunities", lambda: calls.append("one"), times=None)
    ended = everywhere(act, act)
    assert set(map(type, ended)) == {CallWithinAnother, type(None)}
    assert fault.fired == len(calls)


def test_a_world_is_not_closed_in_the_middle_of_a_call(somewhere: World) -> None:
    act = listing(somewhere)
    act()
    assert isinstance(within(act, somewhere.close), CallWithinAnother)
    assert not somewhere.closed
    assert somewhere.calls.operations == ["ListOpportunities"] * 2


def test_what_was_broken_off_does_not_count_as_a_call_at_work(somewhere: World) -> None:
    class Signal(BaseException):
        pass

    def end() -> None:
        raise Signal

    act = listing(somewhere)
    sys.setprofile(lambda frame, event, _: end() if frame.f_code in AT_WORK else None)
    with suppress(Signal):
        act()
    sys.setprofile(None)
    assert len(somewhere.way.waiting(since=0)) == 1
    act()
    assert within(act, act) is not None


def test_a_connection_is_nobody_elses_while_a_call_waits_on_it(server: Any) -> None:
    """Who comes by no way of a world's is not refused there."""
    with World(server=server.url) as world:
        outer, inner = (Caller(world.place, world.name, world.account, DESK) for _ in "12")
        assert within(partial(outer, "GetClock"), partial(inner, "GetClock")) is None
        assert outer("GetClock").Time


def test_another_process_may_be_told_it() -> None:
    error = pickle.loads(pickle.dumps(CallWithinAnother()))
    assert type(error) is CallWithinAnother
    assert REFUSED in str(error)
