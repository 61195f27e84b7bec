"""A file that is sealed as it should be, and damaged within: it is told what is, and nothing is
changed. What cosell itself saves is never taken for damaged.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cosell import operations
from cosell.desk import soundness
from cosell.kept_files import contents
from cosell.store import Batch
from cosell.store.saved import Header, read, write
from cosell.store.sqlite_file import newest_format
from tests.harness import ACCOUNT, OTHER, opportunity
from tests.inside import Inside
from tests.refusal import desk_refusal
from tests.upgrade.make_state import live

FAR = 1 << 62
RARE = "GetProspectingFromEngagementTask"  # nobody calls it here
NO_OBJECTS = [b"", b"{]", b"[]", b"null", b"\xff\xfe", b'"text"']


@pytest.fixture
def inside() -> Iterator[Inside]:
    world = Inside("here")
    yield world
    world.close()


@cache
def saved() -> tuple[Header, list[Batch]]:
    """A namespace with something of everything in it, while its lists lag."""
    world = Inside("full")
    live(world)
    world.desk("PutLag", Seconds=60)
    world.client().create_opportunity(Catalog="Sandbox", **opportunity())
    for effect in ({"Error": "ThrottlingException"}, {"Effect": "Cut", "When": "After"}):
        world.desk("PutFault", Operation=RARE, **effect, Share=0.5, ExpiresInSeconds=60)
    world.desk("PutFault", Operation=RARE, Effect="Delay", DelayMilliseconds=300_000)
    world.desk("PutTaskFault", Step="CreateOpportunity", ReasonCode="InternalError")
    world.desk("PutPartner", AccountId=OTHER, Catalogs=["AWS"])
    world.desk("PutAutopilot", Catalog="AWS", Outcome="Approved")
    world.desk("PutSolution", Catalog="AWS", AccountId=ACCOUNT)
    header, batches = read(b64decode(world.desk("SaveNamespace")["State"]), newest_format())
    kept = [*batches]
    world.close()
    return header, kept


def state_of(batches: list[Batch]) -> str:
    return b64encode(write(saved()[0], batches)[0]).decode()


def damaged(table: str, column: str, value: Any) -> str:
    """The file, with another value in the last of the rows that have one in a column."""
    batches = []
    for batch in saved()[1]:
        rows = [[*row] for row in batch.rows]
        if batch.table == table:
            at = [*batch.columns].index(column)
            [row for row in rows if row[at] is not None][-1][at] = value
        batches.append(batch._replace(rows=rows))
    return state_of(batches)


def columns() -> list[tuple[str, str, str]]:
    return [
        (batch.table, column, kind)
        for batch in saved()[1]
        for column, kind in batch.columns.items()
    ]


def ensure_refused(world: Inside, table: str, column: str, value: Any) -> None:
    refused = desk_refusal(world, "LoadNamespace", State=damaged(table, column, value))
    assert (refused.code, refused.fields) == (
        "ValidationException", [("state", "INVALID_VALUE")]
    )  # fmt: skip
    assert f"It is damaged: {table}.{column} of row " in refused.message


def listed(world: Inside) -> list[str]:
    page = world.client().list_opportunities(Catalog="Sandbox")["OpportunitySummaries"]
    return [one["Id"] for one in page]


def test_what_is_saved_is_sound(inside: Inside) -> None:
    inside.desk("LoadNamespace", State=state_of(saved()[1]))
    inside.desk("AdvanceClock", Seconds=86_400 * 30)
    assert listed(inside)


def test_whatever_holds_an_object_is_looked_at(inside: Inside) -> None:
    """Documents, lists, events, tokens' answers, what the desk has put."""
    found = [(t, c) for t, c, kind in columns() if kind == "blob" and c != "digest"]
    assert {"document", "outbox", "ledger", "snapshot", "desk_rule"} < {table for table, _ in found}
    assert len([table for table, _ in found if table.endswith("_view")]) == 9
    for table, column in found:
        for value in NO_OBJECTS:
            ensure_refused(inside, table, column, value)


def test_what_lists_and_the_desk_show_says_something(inside: Inside) -> None:
    found = [(t, c) for t, c, _ in columns() if c == "summary"]
    assert len(found) == 9
    for table, column in [*found, ("document", "body"), ("desk_rule", "body")]:
        ensure_refused(inside, table, column, b"{}")


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("namespace", "profile", "obserwed"),
        ("namespace", "pace", ""),
        ("namespace", "quotas", "relaxed"),
        ("namespace", "step_ms", FAR),
        ("namespace", "lag_ms", -1),
        ("document", "kind", "oportunity"),
        ("document", "owner", "{]"),
        ("document", "owner", "11112222333"),
        ("invitation_view", "account", ""),
        ("outbox", "account", "nobody"),
        ("task_view", "kind", ""),
        ("task_view", "kind", "opportunity"),
        ("agenda", "kind", ""),
        ("agenda", "kind", "expiry"),
        ("agenda", "due_at", FAR),
        ("fault", "effect", "error"),
        ("fault", "moment", "during"),
        ("fault", "error", "SomethingElse"),
        ("fault", "delay_ms", -1),
        ("fault", "expires_at", FAR),
        ("lagging", "view", "nothing_view"),
        ("lagging", "body", "{]"),
        ("lagging", "body", "{}"),
        ("lagging", "body", '{"summary": "{]"}'),
        ("lagging", "body", '{"summary": "{}"}'),
        ("lagging", "body", '{"summary": "\u20ac"}'),
    ],
)
def test_what_nothing_here_would_have_written(
    inside: Inside, table: str, column: str, value: Any
) -> None:
    inside.client().create_opportunity(Catalog="Sandbox", **opportunity())
    before = listed(inside)
    ensure_refused(inside, table, column, value)
    assert listed(inside) == before
    fresh = Inside("fresh")
    desk_refusal(fresh, "LoadNamespace", State=damaged(table, column, value))
    assert fresh.desk("ListNamespaces")["Namespaces"] == []
    fresh.close()


def test_a_clock_that_ran_on_from_its_end_is_saved_and_loaded(
    inside: Inside, tmp_path: Path
) -> None:
    inside.desk("PutClock", Time="9000-01-01T00:00:00Z", Frozen=False)
    while (before := inside.desk("GetClock")["Time"]) <= "9000-01-01T00:00:00.000Z":
        pass
    state = inside.desk("SaveNamespace")["State"]
    loaded = inside.desk("LoadNamespace", State=state)
    assert loaded["Time"] >= before
    file = tmp_path / "end.cosell"
    file.write_bytes(b64decode(state))
    assert contents(str(file), newest_format())[0].time >= before


def test_a_row_is_named_by_its_place_among_all_of_its_table() -> None:
    columns = {"owner": "text"}
    good, bad = Batch("document", columns, [[ACCOUNT]] * 500), Batch("document", columns, [["x"]])
    other = Batch("snapshot", {"created_at": "integer"}, [[0]])
    with pytest.raises(ValueError, match=r"document\.owner of row 501 cannot be 'x'"):
        list(soundness.sound([good, other, bad]))


def test_an_agenda_knows_what_there_is_to_do() -> None:
    assert {*operations.DUE} == soundness.DUE
