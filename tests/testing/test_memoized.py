"""What botocore makes of a value is what it makes of it without a world, each time it is asked.

Must not look at how long anything takes.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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

from cosell.testing import World
from cosell.testing.memoized import _KEPT_MAX, cleaning_parts, reading_times
from tests.testing.invitations import refer

OF_UTC = ("2026-03-01T08:09:10.123Z", "2026-03-01T08:09:10Z")
OTHERS = ("2026-03-01T08:09:10+02:00", "Sun, 01 Mar 2026 08:09:10 GMT", "17.5", 17)
PARSER = create_parser("json")


def _read(parser: Any, value: object) -> Any:
    return parser._handle_timestamp(None, value)


def _own(cls: type, method: str) -> Callable[..., Any]:
    """What botocore has there without a hook; the plugin is at work in these tests too."""
    found = getattr(cls, method)
    assert hasattr(found, "cosell_hook")
    own: Callable[..., Any] = found.__wrapped__
    return own


def _counting() -> tuple[Callable[..., Any], list[object]]:
    """What reads times, and what it has asked botocore itself."""
    asked: list[object] = []
    own = _own(BaseJSONParser, "_handle_timestamp")

    def _handle_timestamp(parser: Any, shape: Any, value: Any) -> Any:
        asked.append(value)
        return own(parser, shape, value)

    with mock.patch.dict(globals(), DEFAULT_TIMESTAMP_PARSER=parsers.DEFAULT_TIMESTAMP_PARSER):
        return reading_times(_handle_timestamp), asked


@pytest.mark.parametrize("value", [*OF_UTC, *OTHERS])
def test_a_time_is_what_botocore_reads(value: object) -> None:
    wanted = _own(BaseJSONParser, "_handle_timestamp")(PARSER, None, value)
    for found in (_read(PARSER, value), _read(PARSER, value)):
        assert (found, type(found), repr(found)) == (wanted, type(wanted), repr(wanted))


def test_a_time_in_utc_is_read_once_and_others_each_time() -> None:
    read, asked = _counting()
    for value in (*OF_UTC, *OTHERS) * 2:
        read(PARSER, None, value)
    assert asked == [*OF_UTC, *OTHERS, *OTHERS]


def test_what_cannot_be_read_is_refused_each_time() -> None:
    read, asked = _counting()
    for _ in range(2):
        with pytest.raises(ValueError, match="Invalid timestamp"):
            read(PARSER, None, "yesterdayZ")
    assert len(asked) == 2


def test_no_more_than_so_many_times_are_kept() -> None:
    read, asked = _counting()
    start = datetime(2026, 3, 1, tzinfo=UTC)
    times = [f"{start + timedelta(seconds=number):%FT%TZ}" for number in range(_KEPT_MAX + 1)]
    for value in (*times, times[-1], times[0]):
        read(PARSER, None, value)
    assert asked == [*times, times[0]]  # all were forgotten when there was no room for the last


def test_a_clock_that_a_test_freezes_has_times_of_its_own() -> None:
    value = OF_UTC[0]
    assert type(_read(PARSER, value)) is datetime
    with freeze_time("2020-01-01"):
        assert type(_read(PARSER, value)) is FakeDatetime
    assert type(_read(PARSER, value)) is datetime


def test_what_a_test_puts_in_the_place_of_reading_is_asked() -> None:
    value = OF_UTC[0]
    before = _read(PARSER, value)
    with mock.patch.object(dateutil.parser, "parse", return_value="Monday") as parse:
        assert [_read(PARSER, value) for _ in range(2)] == ["Monday", "Monday"]
    assert parse.call_count == 2
    assert _read(PARSER, value) == before


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

    read = reading_times(_handle_timestamp)  # of this module, which has no usual parser
    assert [read(PARSER, None, OF_UTC[0]) for _ in range(2)] == [OF_UTC[0]] * 2
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

    clean = cleaning_parts(to_string)
    sized, free = mock.Mock(size_config=object()), UserAgentComponent("md", "x")
    parts = [sized, free, sized, UserAgentComponent("md", "x")]
    assert [clean(part) for part in parts] == ["m/A,B"] * 4
    assert asked == [sized, free, sized]
