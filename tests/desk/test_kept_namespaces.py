"""Whatever the desk is told, a namespace can be saved with it and loaded again, every row as it
was; a rule that lacks what its act needs is told as damage."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from typing import Any, cast

import orjson
import pytest

from cosell.desk.contract import CONTRACT
from cosell.desk.operations.autopilot import KEPT
from cosell.store.saved import read, write
from cosell.store.sqlite_file import newest_format
from tests.engaging import engaged, invited, lead
from tests.harness import ACCOUNT, OTHER
from tests.inside import Inside
from tests.refusal import desk_refusal
from tests.submitting import submittable
from tests.updating import in_state

BOX = {"Catalog": "Sandbox"}
OPEN_END = {"LifeCycle": {"Stage": "Prospect", "TargetCloseDate": "9999-12-31"}}
RECEIVER = {"ReceiverAccountId": ACCOUNT}
ESTIMATE = {"EstimationUrl": f"https://calculator.aws/#/estimate?id={'0' * 40}"}
DELAY = {"DelaySeconds": 60, "DelaySecondsMax": 90}
THERE = "RelatedEntityIdentifiers"
AT_THE_END: dict[str, dict[str, Any]] = {
    "AdvanceClock": {"Seconds": 0},
    "PutClock": {"Time": "9000-01-01T00:00:00Z"},
}
WRITES_NOTHING = ("Delete", "Forget", "Fork", "Get", "List", "Load", "Reset", "Save")
# What each operation of the desk is told, in short and at length.
SAID: dict[str, list[dict[str, Any]]] = {
    "AdvanceClock": [{"Seconds": 60}],
    "AdvanceTask": [{"TaskIdentifier": "task"}],
    "AnswerInvitation": [
        {"EngagementInvitationIdentifier": "invitation", "Outcome": outcome}
        for outcome in ("Accepted", "Rejected")
    ],
    "PutAutopilot": [
        {},
        {"Act": "Review"},
        *({"Act": "Review", "Outcome": one} for one in ("Rejected", "ActionRequired", "InReview")),
        {"Act": "Review", "Id": "mine", "TitlePattern": "a/b", "Seed": 7, **DELAY, **BOX},
        {"Act": "Accept"},
        {"Act": "Accept", "TitlePattern": "x", **DELAY, **BOX},
        {"Act": "Reject"},
        {"Act": "Reject", "Reason": "Other", **DELAY, **BOX},
        {"Act": "Refer", **BOX, **RECEIVER},
        {"Act": "Refer", "Catalog": "AWS", "Id": "mine", "EverySeconds": 3_600, **RECEIVER,
         "Referral": {"Message": "For you", THERE: {"Solutions": ["S-1234567"]}}},
        {"Act": "Leave", "Identifier": "submitted"},
        {"Act": "Leave", "Identifier": "engagement", "Id": "leave"},
    ],
    "PutClock": [{"Time": "2031-01-01T00:00:00Z"}],
    "PutEstimate": [ESTIMATE, {**ESTIMATE, "Amount": "100.00", "CurrencyCode": "EUR"}],
    "PutFault": [
        {"Error": "ThrottlingException"},
        {"Error": "ConflictException", "Operation": "UpdateOpportunity", "AccountId": OTHER},
        {"Effect": "Delay", "DelayMilliseconds": 5, "Share": 0.5, "ExpiresInSeconds": 60},
        {"Effect": "Cut", "When": "After", "Count": 3},
    ],
    "PutLag": [{"Seconds": 60}],
    "PutPace": [{"Mode": mode} for mode in ("Inline", "Paced", "Held")],
    "PutPartner": [{"AccountId": OTHER, "Catalogs": ["AWS"]}, {"AccountId": OTHER, "Catalogs": []}],
    "PutProfile": [
        {"Profile": name}
        for name in ("observed", "documented", "newly-onboarded", "production-like")
    ],
    "PutProspectingResult": [
        {"EngagementIdentifier": "engagement"},
        {"EngagementIdentifier": "engagement", "ReasonCode": "InternalError"},
    ],
    "PutQuotas": [{"Mode": "Documented"}, {"Mode": "Relaxed"}],
    "PutSolution": [{**BOX, "AccountId": ACCOUNT}],
    "PutTaskFault": [{"Step": "CreateOpportunity", "ReasonCode": "InternalError"}],
    "ReferLead": [{**BOX, **RECEIVER}],
    "ReferOpportunity": [{**BOX, **RECEIVER}, {**BOX, **RECEIVER, THERE: {"Solutions": []}}],
    "ReviewOpportunity": [
        {"OpportunityIdentifier": "submitted", "Outcome": outcome}
        for outcome in ("Approved", "Rejected", "ActionRequired", "InReview")
    ],
    "UpdateAwsOpportunitySummary": [
        {"OpportunityIdentifier": "approved"},
        {"OpportunityIdentifier": "submitted",
         "Insights": {"AwsProductsSpendInsightsBySource": {"AWS": {}}}},
    ],
    "UpdateLead": [{"EngagementIdentifier": "engagement"}],
    "UpdatePartnerOpportunity": [{"OpportunityIdentifier": "approved"}],
}  # fmt: skip


@pytest.fixture
def inside() -> Iterator[Inside]:
    world = Inside("here")
    yield world
    world.close()


@pytest.fixture
def elsewhere() -> Iterator[Inside]:
    world = Inside("elsewhere")
    yield world
    world.close()


def task(world: Inside) -> str:
    world.desk("PutPace", Mode="Held")
    id = world.referred()["EngagementInvitationId"]
    start = world.client().start_engagement_by_accepting_invitation_task
    return str(start(**BOX, Identifier=id)["TaskId"])


def engagement(world: Inside) -> str:
    return str(engaged(world, lead())["Id"])


ABOUT: dict[str, Callable[[Inside], str]] = {
    "task": task,
    "engagement": engagement,
    "invitation": lambda world: invited(world, engagement(world), "aws"),
    "submitted": lambda world: in_state(world, "Submitted", request=submittable(**OPEN_END)),
    "approved": lambda world: in_state(world, "Approved", request=submittable(**OPEN_END)),
}
CASES = [(name, said) for name, several in SAID.items() for said in several]


def tell(world: Inside, operation: str, said: dict[str, Any]) -> None:
    """The desk is told; a value that names what it is about is the id of such a thing."""
    ids = {
        member: ABOUT[what](world)
        for member, what in said.items()
        if isinstance(what, str) and what in ABOUT
    }
    world.desk(operation, **{**(BOX if ids else {}), **said, **ids})


def kept(world: Inside) -> dict[str, list[Any]]:
    """All that is saved of a namespace, table by table, but for how far its clock, which stands, is
    from real time."""
    batches = read(b64decode(world.desk("SaveNamespace")["State"]), newest_format())[1]
    tables: dict[str, list[Any]] = {}
    for batch in batches:
        told = (dict(zip(batch.columns, row, strict=True)) for row in batch.rows)
        tables.setdefault(batch.table, []).extend({**row, "offset_ms": 0} for row in told)
    return tables


def ensure_kept(world: Inside, elsewhere: Inside) -> None:
    """Saved and loaded elsewhere it is as it was, and what the autopilot does goes on alike."""
    elsewhere.desk("LoadNamespace", State=world.desk("SaveNamespace")["State"])
    assert kept(elsewhere) == kept(world)
    fired = [one.desk("AdvanceClock", Seconds=172_800)["Fired"] for one in (world, elsewhere)]
    assert fired[0] == fired[1]
    rules = [one.desk("GetAutopilot")["Rules"] for one in (world, elsewhere)]
    assert rules[0] == rules[1]
    elsewhere.desk("LoadNamespace", State=world.desk("SaveNamespace")["State"])


@pytest.mark.parametrize(("operation", "said"), CASES)
def test_what_the_desk_is_told_is_kept(
    inside: Inside, elsewhere: Inside, operation: str, said: dict[str, Any]
) -> None:
    inside.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    tell(inside, operation, said)
    ensure_kept(inside, elsewhere)


@pytest.mark.parametrize(("operation", "said"), CASES)
def test_whatever_is_told_at_the_end_of_the_clock_has_room(
    inside: Inside, elsewhere: Inside, operation: str, said: dict[str, Any]
) -> None:
    inside.desk("PutClock", Time="9000-01-01T00:00:00Z", Frozen=True)
    tell(inside, operation, {**said, **AT_THE_END.get(operation, {})})
    inside.desk("GetClock")
    elsewhere.desk("LoadNamespace", State=inside.desk("SaveNamespace")["State"])
    assert kept(elsewhere) == kept(inside)


def test_no_operation_of_the_desk_is_left_out() -> None:
    told = {name for name in CONTRACT.operations if not name.startswith(WRITES_NOTHING)}
    assert told == {*SAID}
    assert {said.get("Act", "Review") for said in SAID["PutAutopilot"]} == {*KEPT}


def test_rules_for_every_act_and_what_became_of_them_are_kept(
    inside: Inside, elsewhere: Inside
) -> None:
    inside.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    for said in SAID["PutAutopilot"]:
        tell(inside, "PutAutopilot", said)
    inside.desk("PutPartner", AccountId=ACCOUNT, Catalogs=["AWS"])
    inside.desk("AdvanceClock", Seconds=86_400)
    assert "LastFailure" in str(inside.desk("GetAutopilot")["Rules"])
    ensure_kept(inside, elsewhere)


@pytest.mark.parametrize(("act", "member"), [(act, one) for act in KEPT for one in KEPT[act][1:]])
def test_rule_without_what_its_act_needs_is_damaged(inside: Inside, act: str, member: str) -> None:
    more = {"Refer": {**BOX, **RECEIVER}, "Leave": {"Identifier": "engagement"}}.get(act, {})
    tell(inside, "PutAutopilot", {"Act": act, **more})
    header, read_once = read(b64decode(inside.desk("SaveNamespace")["State"]), newest_format())
    batches = [*read_once]
    for wrong, words in ({member: None}, f"has no {member}"), ({"Act": "Nod"}, "has Act, which"):
        told = []
        for batch in batches:
            if batch.table == "desk_rule":
                [row], at = batch.rows, [*batch.columns].index("body")
                rule = {**orjson.loads(cast("bytes", row[at])), **wrong}
                body = orjson.dumps({name: one for name, one in rule.items() if one is not None})
                batch = batch._replace(rows=[(*row[:at], body, *row[at + 1 :])])
            told.append(batch)
        state = b64encode(write(header, told)[0]).decode()
        assert words in desk_refusal(inside, "LoadNamespace", State=state).message
