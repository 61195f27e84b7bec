"""What AWS says without words follows what it is about: customers and projects in turn, the
partition's currency, how far the opportunity has come."""

from typing import Any

import pytest

from cosell.clock import is_date
from cosell.desk.contract import CONTRACT as DESK
from cosell.selling import values
from cosell.selling.contract import CONTRACT
from cosell.selling.domain import leads, referrals
from cosell.selling.domain.drawn import example
from tests.deals import CATALOGS, Deal, created, engaged, submitted
from tests.harness import ACCOUNT, World
from tests.refusal import desk_refusal
from tests.submitting import VISIBILITY_ONLY

MANY = 7
LEAD_TO = {"Catalog": "AWS", "ReceiverAccountId": ACCOUNT}


def pairs(world: World) -> list[tuple[str, str]]:
    """Who the customers of the invitations are, and what they are about; oldest first."""
    partner = world.client()
    found = partner.list_engagement_invitations(
        Catalog="AWS", ParticipantType="RECEIVER", MaxResults=100
    )["EngagementInvitationSummaries"]
    seen = []
    for one in reversed(found):
        whole = partner.get_engagement_invitation(Catalog="AWS", Identifier=one["Id"])
        ((kind, payload),) = whole["Payload"].items()
        about = payload["Project"]["Title"] if kind.startswith("Opp") else whole["EngagementTitle"]
        seen.append((payload["Customer"]["CompanyName"], about))
    return seen


@pytest.mark.parametrize("operation", ["ReferOpportunity", "ReferLead"])
def test_referrals_without_words_are_told_apart(world: World, operation: str) -> None:
    for _ in range(MANY):
        world.desk(operation, **LEAD_TO)
    seen = pairs(world)
    assert len({company for company, _ in seen}) == len({about for _, about in seen}) == MANY
    world.desk("ResetNamespace")
    for _ in range(MANY):
        world.desk(operation, **LEAD_TO)
    assert pairs(world) == seen, "a namespace begins anew, and draws the same"


def test_rule_refers_another_deal_each_time(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    world.desk("PutAutopilot", Act="Refer", **LEAD_TO, EverySeconds=60)
    world.desk("AdvanceClock", Seconds=60 * MANY)
    assert len({company for company, _ in pairs(world)}) == MANY


def test_examples_come_back_together_only_after_all_pairs() -> None:
    table: Any = values.defaults("examples")
    rounds = len(table["Customers"]) * len(table["Projects"])
    drawn = [example(turn) for turn in range(rounds + 1)]
    names = [(one.customer["CompanyName"], one.project["Title"]) for one in drawn]
    assert len(set(names)) == rounds
    assert names[rounds] == names[0]


@pytest.mark.parametrize("turn", range(12))
def test_every_example_is_a_sound_request(world: World, turn: int) -> None:
    """What AWS refers by default, a partner may create too, without a word refused."""
    del world
    call: Any = type("Now", (), {"now": 0})()
    content = referrals.completed(call, {}, turn)
    body = {"Catalog": "AWS", "ClientToken": "one", **content}
    assert is_date(str(content["LifeCycle"]["TargetCloseDate"]))  # type: ignore[call-overload,index]
    assert CONTRACT.operations["CreateOpportunity"].validate(body)[1] == ()
    lead = leads.completed({}, turn)
    request = {
        "Catalog": "AWS", "ClientToken": "one", "Title": "A", "Description": "B",
        "Contexts": [{"Type": "Lead", "Payload": {"Lead": lead}}],
    }  # fmt: skip
    assert CONTRACT.operations["CreateEngagement"].validate(request)[1] == ()


@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize(("partition", "currency"), [("aws-eusc", "EUR"), (None, "USD")])
def test_default_spend_has_the_currency_of_the_partition(
    world: World, catalog: str, partition: str | None, currency: str
) -> None:
    said = {"Project": {"AwsPartition": partition}} if partition else {}
    made = world.desk("ReferOpportunity", Catalog=catalog, ReceiverAccountId=ACCOUNT, **said)
    partner = world.client()
    partner.start_engagement_by_accepting_invitation_task(
        Catalog=catalog, Identifier=made["EngagementInvitationId"]
    )
    deal = Deal(world, made["OpportunityId"], made["EngagementId"], catalog)
    [entry] = deal.read()["Project"]["ExpectedCustomerSpend"]
    assert (entry["CurrencyCode"], entry["TargetCompany"]) == (currency, "AWS")
    deal.update({"LifeCycle.NextSteps": "Go on"})


# --- AWS's summary -------------------------------------------------------------------------------


def said(deal: Deal) -> tuple[str, str]:
    """The stage and the next steps that the shortest update leaves."""
    deal.say()
    life = deal.summary().get("LifeCycle") or {}
    return life.get("Stage", ""), life.get("NextSteps", "")


def staged(world: World, stage: str) -> Deal:
    deal = submitted(world)
    deal.partner.associate_opportunity(
        Catalog=deal.catalog, OpportunityIdentifier=deal.id,
        RelatedEntityType="Solutions", RelatedEntityIdentifier="S-1234567",
    )  # fmt: skip
    deal.review("Approved")
    lost = {"LifeCycle.ClosedLostReason": "Other"} if stage == "Closed Lost" else {}
    deal.update({"LifeCycle.Stage": stage, **lost})
    return deal


@pytest.mark.parametrize(
    "stage",
    ["Qualified", "Technical Validation", "Business Validation", "Committed", "Launched",
     "Closed Lost"],
)  # fmt: skip
def test_shortest_update_follows_the_stage(world: World, stage: str) -> None:
    found, steps = said(staged(world, stage))
    assert found == stage
    assert "contacts the customer" not in steps


@pytest.mark.parametrize("outcome", ["", "InReview", "ActionRequired", "Rejected"])
def test_shortest_update_follows_the_review(world: World, outcome: str) -> None:
    deal = submitted(world)
    if outcome:
        deal.review(outcome)
    stages = {
        "": "Research", "InReview": "Evaluating", "ActionRequired": "On-hold",
        "Rejected": "Closed Incomplete",
    }  # fmt: skip
    assert said(deal)[0] == stages[outcome]


def test_shortest_update_of_a_draft_says_nothing_of_a_life_cycle(world: World) -> None:
    deal = created(world)
    assert said(deal) == ("", "")
    assert deal.summary()["Insights"]["EngagementScore"] == "Low"


def test_shortest_update_of_what_aws_only_looks_on_at(world: World) -> None:
    deal = submitted(world, **VISIBILITY_ONLY)
    deal.review("Approved")
    assert said(deal)[0] == "Deferred to Partner"


def test_every_default_summary_is_a_sound_request() -> None:
    updates: Any = values.defaults("aws_summary")["Updates"]
    for key, one in updates.items():
        body = {"Catalog": "AWS", "OpportunityIdentifier": "O1", "ClientToken": "one", **one}
        assert DESK.operations["UpdateAwsOpportunitySummary"].validate(body)[1] == (), key


ENTRY = {"Amount": "7.00", "CurrencyCode": "USD", "Frequency": "Monthly", "TargetCompany": "AWS"}
COUNTED = "project.expectedCustomerSpend"


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"Amount": "0"}, "amount"),
        ({"CurrencyCode": "GBP"}, "currencyCode"),
        ({"Frequency": "None"}, "frequency"),
        ({"TargetCompany": "Self"}, "targetCompany"),
        ({"Amount": None}, "amount"),
    ],
)
def test_summary_takes_no_spend_that_nobody_can_have(
    world: World, entry: dict[str, Any], field: str
) -> None:
    deal = engaged(world)
    spend = {name: value for name, value in {**ENTRY, **entry}.items() if value is not None}
    asked = {"Catalog": "Sandbox", "OpportunityIdentifier": deal.id}
    told = desk_refusal(
        world, "UpdateAwsOpportunitySummary", **asked, Project={"ExpectedCustomerSpend": [spend]}
    )
    assert [name for name, _ in told.fields] == [f"{COUNTED}.{field}"]
    assert deal.summary().get("Project") == created(world).summary()["Project"]


def test_summary_asks_for_euro_where_the_opportunity_does(world: World) -> None:
    euro = [{**ENTRY, "CurrencyCode": "EUR"}]
    deal = engaged(
        world, {"Project.AwsPartition": "aws-eusc", "Project.ExpectedCustomerSpend": euro}
    )
    asked = {"Catalog": "Sandbox", "OpportunityIdentifier": deal.id}
    told = desk_refusal(
        world, "UpdateAwsOpportunitySummary", **asked, Project={"ExpectedCustomerSpend": [ENTRY]}
    )
    assert told.fields == [(f"{COUNTED}.currencyCode", "INVALID_VALUE")]
    deal.say(Project={"ExpectedCustomerSpend": [{**euro[0], "TargetCompany": "X"}]})
    assert deal.summary()["Project"]["ExpectedCustomerSpend"] == euro
