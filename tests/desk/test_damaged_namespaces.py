"""A file that is sealed as it should be, and damaged within: it is told what is, and nothing is
changed. What cosell itself saves is never taken for damaged.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import orjson
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
    slower = {"Error": "ThrottlingException", "Message": "Slower."}
    for effect in (slower, {"Effect": "Cut", "When": "After"}):
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
        ("ledger", "bound_wall", FAR),
        ("fault", "effect", "error"),
        ("fault", "moment", "during"),
        ("fault", "error", "SomethingElse"),
        ("fault", "said", "{]"),
        ("fault", "said", '{"Error": "ThrottlingException"}'),
        ("fault", "said", '{"Reason": "NONE"}'),
        ("fault", "said", '{"ErrorList": [{"Code": null}]}'),
        ("fault", "delay_ms", -1),
        ("fault", "expires_at", FAR),
        ("fault", "share", None),
        ("fault", "seed", None),
        ("agenda", "ref", ""),
        ("agenda", "ref", "zz"),
        ("agenda", "ref", "opportunity/O1"),
        ("invited", "invitation", ""),
        ("invited", "invitation", "engi-aaaaaaaaaaaaa"),
        ("invited", "engagement", "zz"),
        ("member", "engagement", "zz"),
        ("desk_rule", "body", b'{"a":1}'),
        ("desk_rule", "body", b'{"Next":"1"}'),
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


def test_a_body_is_of_its_row(inside: Inside) -> None:
    """What it says is what the row is, and what the model has of such a thing."""
    for table, column in [(t, c) for t, c, _ in columns() if c == "summary"]:
        ensure_refused(inside, table, column, b'{"a":1}')
    for kind, body in bodies().items():
        name = "TaskId" if "TaskId" in body else "Id"
        for wrong in ({"a": 1}, {name: body[name]}, {**body, name: "another"}):
            ensure_body_refused(inside, kind, wrong)


@pytest.mark.parametrize(
    ("kind", "member", "value"),
    [
        ("opportunity", "LifeCycle", []),
        ("opportunity", "LastModifiedDate", "yesterday"),
        ("opportunity", "RelatedEntityIdentifiers", None),
        ("engagement", "Contexts", "none"),
        ("engagement", "MemberCount", "2"),
        ("engagement-invitation", "Arn", None),
        ("engagement-invitation", "Receiver", None),
        ("resource-snapshot-job", "Status", 1),
        ("engagement-from-opportunity-task", "step", None),
        ("engagement-from-opportunity-task", "step", "0"),
        ("engagement-from-opportunity-task", "step", -1),
        ("engagement-from-opportunity-task", "step", 99),
        ("prospecting-from-engagement-task", "step", 2),
        ("prospecting-from-engagement-task", "StartTime", "now"),
        ("engagement-from-opportunity-task", "rules", None),
        ("engagement-from-opportunity-task", "rules", "x"),
        ("engagement-from-opportunity-task", "rules", {"Id": "any"}),
        ("engagement-from-opportunity-task", "rules", [1]),
        ("engagement-from-opportunity-task", "rules", [["Id", "Source", "Cite"]]),
        ("engagement-from-opportunity-task", "rules", [{"Id": 1}]),
        ("prospecting-from-engagement-task", "Engagements", [{"rules": "x"}]),
        ("prospecting-from-engagement-task", "Engagements", [{"rules": [{"Cite": []}]}]),
    ],
)
def test_a_body_has_what_its_kind_has(inside: Inside, kind: str, member: str, value: Any) -> None:
    ensure_body_refused(inside, kind, {**bodies()[kind], member: value})


LEFT = "O1234567"
RULES: dict[str, Any] = {
    "autopilot": {
        "Id": "review", "Act": "Review", "Outcome": "Approved", "DelaySeconds": 60,
        "DelaySecondsMax": 600, "Seed": 3, "drawn": 1, "LastFailure": "None came.",
        "LastFailureTime": "2030-01-01T00:00:00.000Z",
    },
    "leave": {
        "Id": "leave", "Act": "Leave", "Catalog": "Sandbox", "Identifier": LEFT,
        "due": {f"autopilot-review/{LEFT}": 1_900_000_000_000},
    },
    "refer": {
        "Id": "refer", "Act": "Refer", "Catalog": "Sandbox", "ReceiverAccountId": ACCOUNT,
        "EverySeconds": 3600, "Referral": {"Project": {"Title": "Shop"}},
    },
    "drawn": {"Next": 1},
    "event-delivery": {"seed": (1 << 63) - 1, "drawn": 4},
    "estimate": {
        "EstimationUrl": f"https://calculator.aws/#/estimate?id={'a' * 40}",
        "CurrencyCode": "USD", "Amount": "100.00",
    },
    "prospecting-result": {
        "EngagementIdentifier": "eng-0123456789abcd", "Customer": {"AccountName": "AnyCompany"},
    },
}  # fmt: skip
"""What the desk keeps of what it was told, one of each."""
NAMED = ("Id", "EstimationUrl", "EngagementIdentifier")


def with_rule(kept: str, body: dict[str, Any]) -> str:
    """The file, with nothing that the desk was told but this."""
    kind = kept if kept not in ("leave", "refer") else "autopilot"
    name = next((body[name] for name in NAMED if name in body), "any")
    row = {"kind": kind, "name": name, "seq": 1, "body": orjson.dumps(body)}
    return state_of(
        [
            batch._replace(rows=[[row[column] for column in batch.columns]])
            if batch.table == "desk_rule"
            else batch
            for batch in saved()[1]
        ]
    )


@pytest.mark.parametrize("kept", RULES)
def test_what_the_desk_was_told_is_sound(inside: Inside, kept: str) -> None:
    inside.desk("LoadNamespace", State=with_rule(kept, RULES[kept]))
    assert inside.desk("SaveNamespace")["State"]


@pytest.mark.parametrize(
    ("kept", "member", "value"),
    [
        ("leave", "due", {f"autopilot-review/{LEFT}": FAR}),
        ("leave", "due", {f"autopilot-review/{LEFT}": -FAR}),
        ("leave", "due", {f"autopilot-review/{LEFT}": "2030-01-01T00:00:00Z"}),
        ("leave", "due", {f"autopilot-review/{LEFT}": None}),
        ("leave", "due", {f"autopilot-review/{LEFT}": True}),
        ("leave", "due", []),
        ("leave", "Act", []),
        ("leave", "Identifier", "zz"),
        ("leave", "Catalog", "Elsewhere"),
        ("autopilot", "drawn", -1),
        ("autopilot", "drawn", (1 << 64) - 1),
        ("autopilot", "LastFailure", 1),
        ("autopilot", "LastFailureTime", "yesterday"),
        ("autopilot", "DelaySeconds", FAR),
        ("autopilot", "DelaySecondsMax", None),
        ("autopilot", "DelaySecondsMax", 30),
        ("autopilot", "Seed", -1),
        ("autopilot", "Outcome", "Maybe"),
        ("autopilot", "TitlePattern", "("),
        ("autopilot", "TitlePattern", 1),
        ("refer", "EverySeconds", 0),
        ("refer", "ReceiverAccountId", "nobody"),
        ("refer", "Referral", []),
        ("refer", "Referral", {"Project": {"Title": 1}}),
        ("drawn", "Next", (1 << 64) - 1),
        ("event-delivery", "drawn", -1),
        ("estimate", "Amount", "much"),
        ("estimate", "Amount", 100),
        ("prospecting-result", "Customer", []),
        ("prospecting-result", "Insights", {"SolutionCategory": 1}),
    ],
)
def test_what_the_desk_was_told_could_be_said_again(
    inside: Inside, kept: str, member: str, value: Any
) -> None:
    state = with_rule(kept, {**RULES[kept], member: value})
    told = desk_refusal(inside, "LoadNamespace", State=state).message
    assert f"It is damaged: desk_rule.body of row 1 has {member[0]}" in told.replace(
        member[0].lower() + member[1:], member
    )


def test_a_drawn_wait_has_its_seed(inside: Inside) -> None:
    body = {name: value for name, value in RULES["autopilot"].items() if name != "Seed"}
    told = desk_refusal(inside, "LoadNamespace", State=with_rule("autopilot", body)).message
    assert "desk_rule.body of row 1 has no Seed" in told


def test_what_a_repeated_start_is_answered_with_is_there(inside: Inside) -> None:
    for answer in (b'{"a":1}', b'{"TaskId":"task-aaaaaaaaaaaaa"}'):
        batches = [batch._replace(rows=[[*row] for row in batch.rows]) for batch in saved()[1]]
        [ledger] = [batch for batch in batches if batch.table == "ledger"]
        at = [*ledger.columns].index("answer")
        started = [row for row in ledger.rows if "StartEngagementFromOpportunityTask" in row]
        cast("list[object]", started[0])[at] = answer
        told = desk_refusal(inside, "LoadNamespace", State=state_of(batches)).message
        assert "It is damaged: ledger.answer of row " in told


def bodies() -> dict[str, dict[str, Any]]:
    """The last body of each kind of resource."""
    [documents] = [batch for batch in saved()[1] if batch.table == "document"]
    kind, body = ([*documents.columns].index(name) for name in ("kind", "body"))
    return {str(row[kind]): orjson.loads(cast("bytes", row[body])) for row in documents.rows}


def ensure_body_refused(world: Inside, kind: str, said: dict[str, Any]) -> None:
    batches = []
    for batch in saved()[1]:
        rows = [[*row] for row in batch.rows]
        if batch.table == "document":
            at = [*batch.columns].index("body")
            [row for row in rows if kind in row][-1][at] = orjson.dumps(said)
        batches.append(batch._replace(rows=rows))
    refused = desk_refusal(world, "LoadNamespace", State=state_of(batches))
    assert "It is damaged: document.body of row " in refused.message


def written_again(id: str | None) -> str:
    """The file, with the last row that lists show later written once more, maybe as another's."""
    batches = [batch._replace(rows=[[*row] for row in batch.rows]) for batch in saved()[1]]
    [lagging] = [batch for batch in batches if batch.table == "lagging"]
    names, again = [*lagging.columns], [*lagging.rows[-1]]
    again[names.index("seq")] = 1 + cast("int", again[names.index("seq")])
    again[names.index("id")] = again[names.index("id")] if id is None else id
    cast("list[list[object]]", lagging.rows).append(again)
    return state_of(batches)


@pytest.mark.parametrize("id", ["", "zz", "O1000000"])
def test_what_lists_show_later_can_be_shown(inside: Inside, id: str) -> None:
    inside.desk("LoadNamespace", State=written_again(None))
    inside.desk("ResetNamespace")
    told = desk_refusal(inside, "LoadNamespace", State=written_again(id)).message
    assert "It is damaged: lagging has a row that lists cannot show: " in told
    assert listed(inside) == []


def test_what_lists_show_later_is_not_shown_by_the_load(inside: Inside) -> None:
    inside.desk("LoadNamespace", State=state_of(saved()[1]))
    before = listed(inside)
    inside.desk("AdvanceClock", Seconds=60)
    assert len(listed(inside)) == len(before) + 1


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
