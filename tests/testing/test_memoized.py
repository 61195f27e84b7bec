"""What botocore makes of a value is what it makes of it without a world, each time it is asked.

Must not look at how long anything takes.
"""

import time
from collections.abc import Callable, Iterator, Sized
from datetime import UTC, date, datetime, timedelta
from random import Random
from types import ModuleType
from typing import Any
from unittest import mock

import boto3
import botocore.session
import dateutil.parser  # type: ignore[import-untyped]
import pytest
from botocore import parsers
from botocore.parsers import BaseJSONParser, create_parser
from botocore.useragent import UserAgentComponent
from freezegun import freeze_time
from freezegun.api import FakeDatetime

from cosell.testing import World, interception
from cosell.testing.memoized import _KEPT_MAX, cleaning_parts, reading_times
from tests.testing.invitations import refer

OURS = ("2026-03-01T08:09:10.123Z", "2026-03-01T08:09:11Z")
OTHERS = (
    "2026-03-01T08:09:10+02:00", "2026-03-01T08:09:10.1234567Z", "2026-03-01",
    "Sun, 01 Mar 2026 08:09:10 GMT", "17.5", 17,
)  # fmt: skip
PARSER = create_parser("json")
MONDAY = datetime(2020, 1, 6, tzinfo=UTC)  # as a test may have a mock answer


@pytest.fixture(autouse=True)
def hooked() -> Iterator[None]:
    with World():
        yield


def _read(parser: Any, value: object) -> Any:
    return parser._handle_timestamp(None, value)


def _own(cls: type, method: str) -> Callable[..., Any]:
    """What botocore has there without a hook."""
    found = getattr(cls, method)
    assert hasattr(found, "cosell_hook")
    own: Callable[..., Any] = found.__wrapped__
    return own


def _counting(active: Sized = ("a world",)) -> tuple[Callable[..., Any], list[object]]:
    """What reads times, and what it has asked botocore itself."""
    asked: list[object] = []
    own = _own(BaseJSONParser, "_handle_timestamp")

    def _handle_timestamp(parser: Any, shape: Any, value: Any) -> Any:
        asked.append(value)
        return own(parser, shape, value)

    with mock.patch.dict(globals(), DEFAULT_TIMESTAMP_PARSER=parsers.DEFAULT_TIMESTAMP_PARSER):
        return reading_times(_handle_timestamp, active), asked


@pytest.mark.parametrize("value", [*OURS, *OTHERS])
def test_a_time_is_what_botocore_reads(value: object) -> None:
    wanted = _own(BaseJSONParser, "_handle_timestamp")(PARSER, None, value)
    for found in (_read(PARSER, value), _read(PARSER, value)):
        assert (found, type(found), repr(found)) == (wanted, type(wanted), repr(wanted))


def test_every_time_is_what_botocore_reads() -> None:
    own, random = _own(BaseJSONParser, "_handle_timestamp"), Random(1)
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
    for _ in range(500):
        instant = first + random.random() * (last - first)
        told = instant.isoformat(timespec="seconds").removesuffix("+00:00")
        for value in (f"{told}.{random.randrange(1000):03}Z", f"{told}Z", f"{told}.000Z"):
            assert repr(_read(PARSER, value)) == repr(own(PARSER, None, value))


def test_a_second_is_read_once_and_other_times_each_time() -> None:
    read, asked = _counting()
    for value in (*OURS, *OTHERS) * 2:
        read(PARSER, None, value)
    for value in ("2026-03-01T08:09:10Z", "2026-03-01T08:09:11.999Z"):
        read(PARSER, None, value)
    assert asked == [*OURS, *OTHERS, *OTHERS]


@pytest.mark.parametrize("value", ["yesterday", "2026-02-30T08:09:10.123Z", "2026-02-30T08:09:10Z"])
def test_what_cannot_be_read_is_refused_each_time(value: str) -> None:
    read, asked = _counting()
    for _ in range(2):
        with pytest.raises(ValueError, match=f'Invalid timestamp "{value}"'):
            read(PARSER, None, value)
    assert len(asked) == 2


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="no time zone can be set here")
def test_a_time_zone_that_a_test_sets_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    own = _own(BaseJSONParser, "_handle_timestamp")
    try:
        for zone in ("UTC", "Europe/Paris", "UTC+3", "UTC", "UTC0UTC-1,M3.5.0,M10.5.0"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            found, wanted = _read(PARSER, OURS[0]), own(PARSER, None, OURS[0])
            assert repr(found) == repr(wanted)
            assert found.isoformat() == wanted.isoformat()
    finally:
        monkeypatch.undo()
        time.tzset()


def test_no_more_than_so_many_times_are_kept() -> None:
    read, asked = _counting()
    start = datetime(2026, 3, 1, tzinfo=UTC)
    times = [f"{start + timedelta(seconds=number):%FT%TZ}" for number in range(_KEPT_MAX + 1)]
    for value in (*times, times[-1], times[0]):
        read(PARSER, None, value)
    assert asked == [*times, times[0]]  # all were forgotten when there was no room for the last


def test_a_clock_that_a_test_freezes_has_times_of_its_own() -> None:
    value = OURS[0]
    assert type(_read(PARSER, value)) is datetime
    with freeze_time("2020-01-01"):
        assert type(_read(PARSER, value)) is FakeDatetime
    assert type(_read(PARSER, value)) is datetime


def test_what_a_test_puts_in_the_place_of_reading_is_asked() -> None:
    value = OURS[0]
    before = _read(PARSER, value)
    with mock.patch.object(dateutil.parser, "parse", return_value="Monday") as parse:
        assert [_read(PARSER, value) for _ in range(2)] == ["Monday", "Monday"]
    assert parse.call_count == 2
    assert _read(PARSER, value) == before


@pytest.mark.parametrize("told", ["Monday", None, date(2026, 3, 1), MONDAY], ids=repr)
def test_what_stands_there_when_a_hook_is_put_in_stays_nowhere(told: object) -> None:
    with mock.patch.object(dateutil.parser, "parse", return_value=told) as parse:
        read, asked = _counting()
        assert [read(PARSER, None, value) for value in (*OURS, *OURS)] == [told] * 4
        assert parse.call_count == 4
    assert [read(PARSER, None, value).year for value in (*OURS, *OURS)] == [2026] * 4
    assert asked == [*OURS, *OURS, *OURS]


def test_a_hook_that_is_put_in_while_a_clock_stands_remembers_afterwards() -> None:
    with freeze_time("2020-01-01"):
        read, asked = _counting()
        assert [type(read(PARSER, None, OURS[0])) for _ in range(2)] == [FakeDatetime] * 2
    assert [type(read(PARSER, None, OURS[0])) for _ in range(2)] == [datetime] * 2
    assert asked == [OURS[0]] * 3


def test_two_times_are_two_objects() -> None:
    """What writes one down may tell by that whether it is the same (YAML)."""
    assert _read(PARSER, OURS[1]) is not _read(PARSER, OURS[1])


def test_a_hook_that_a_patch_puts_back_remembers_nothing() -> None:
    """It is begun in a world, and ends after it."""
    active = ["a world"]
    read, asked = _counting(active)
    read(PARSER, None, OURS[0])
    active.clear()
    assert [read(PARSER, None, OURS[0]).year for _ in range(2)] == [2026] * 2
    assert asked == [OURS[0]] * 3


def test_a_parser_of_the_users_own_is_asked_each_time() -> None:
    asked: list[str] = []

    def parse(value: str) -> str:
        asked.append(value)
        return value

    session = botocore.session.Session()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=parse)
    with World() as world:
        refer(world, "Asked")
        client = boto3.Session(botocore_session=session).client("partnercentral-selling")
        for _ in range(2):
            answer = client.list_engagement_invitations(Catalog="AWS", ParticipantType="RECEIVER")
            invitation = answer["EngagementInvitationSummaries"][0]
            assert invitation["InvitationDate"] in asked
    assert len(asked) == 2 * len(set(asked))


def test_a_parser_of_which_nothing_is_known_is_asked_each_time() -> None:
    asked: list[object] = []

    def _handle_timestamp(parser: Any, shape: Any, value: Any) -> Any:
        asked.append(value)
        return value

    read = reading_times(_handle_timestamp, ["a world"])  # here is no usual parser
    assert [read(PARSER, None, OURS[0]) for _ in range(2)] == [OURS[0]] * 2
    assert len(asked) == 2


@pytest.mark.parametrize("said", [("md", "a name", "of & more"), ("md", "bare"), ("x#", "y#z", "")])
def test_a_part_of_a_user_agent_is_what_botocore_makes_of_it(said: tuple[str, ...]) -> None:
    wanted = _own(UserAgentComponent, "to_string")(UserAgentComponent(*said))
    assert [UserAgentComponent(*said).to_string() for _ in range(2)] == [wanted, wanted]


def test_a_part_is_cleaned_once_unless_it_has_a_greatest_size() -> None:
    asked: list[object] = []

    def to_string(part: Any) -> str:
        asked.append(part)
        return "m/A,B"

    active = ["a world"]
    clean = cleaning_parts(to_string, active)
    sized, free = mock.Mock(size_config=object()), UserAgentComponent("md", "x")
    parts = [sized, free, sized, UserAgentComponent("md", "x")]
    assert [clean(part) for part in parts] == ["m/A,B"] * 4
    assert asked == [sized, free, sized]
    active.clear()
    assert clean(free) == "m/A,B"
    assert asked == [sized, free, sized, free]


@pytest.mark.parametrize(
    "lacks",
    [
        "parsers.BaseJSONParser",
        "useragent.UserAgentComponent",
        "configprovider.ConfiguredEndpointProvider",
    ],
)
def test_a_botocore_that_has_such_a_part_no_more_goes_without(lacks: str) -> None:
    name, _, cls = lacks.partition(".")
    module = ModuleType(f"botocore.{name}")
    bare = type(cls, (), {})
    setattr(module, cls, bare)
    before = dict(vars(bare))
    assert interception._hook(module)
    assert dict(vars(bare)) == before
