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


CONTOSO = "Contoso"


def of_referral(name: str) -> dict[str, Any]:
    return {"Customer": {"Account": {"CompanyName": name}}}


def of_lead(name: str) -> dict[str, Any]:
    return {"Customer": {"CompanyName": name}}


def customers(world: World) -> list[Any]:
    """What the invitations tell of their customers."""
    partner = world.client()
    found = partner.list_engagement_invitations(
        Catalog="AWS", ParticipantType="RECEIVER", MaxResults=100
    )["EngagementInvitationSummaries"]
    wholes = [
        partner.get_engagement_invitation(Catalog="AWS", Identifier=one["Id"]) for one in found
    ]
    return [one["Payload"][next(iter(one["Payload"]))]["Customer"] for one in wholes]


@pytest.mark.parametrize(
    ("operation", "said"), [("ReferOpportunity", of_referral), ("ReferLead", of_lead)]
)
def test_a_customer_whose_name_is_said_stays_one(world: World, operation: str, said: Any) -> None:
    for number in range(MANY):
        spelling = CONTOSO if number % 2 else CONTOSO.upper()
        world.desk(operation, **LEAD_TO, **said(spelling))
    told = customers(world)
    assert {one.pop("CompanyName").casefold() for one in told} == {CONTOSO.casefold()}
    assert told == [told[0]] * MANY


def test_a_rule_names_one_customer(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    rule = {"Act": "Refer", **LEAD_TO, "EverySeconds": 60, "Referral": of_referral(CONTOSO)}
    world.desk("PutAutopilot", **rule)
    world.desk("AdvanceClock", Seconds=60 * MANY)
    told = customers(world)
    assert told == [told[0]] * MANY
    titles = {title for _, title in pairs(world)}
    assert len(titles) == MANY, "what it wants is another each time"


def test_contacts_and_site_stay_with_the_name_as_do_lead_and_opportunity() -> None:
    call: Any = type("Now", (), {"now": 0})()
    whole: list[Any] = [
        referrals.completed(call, of_referral(CONTOSO), turn)["Customer"] for turn in range(12)
    ]
    assert whole == [whole[0]] * 12
    lead: Any = leads.completed(of_lead(CONTOSO), 5)
    assert lead["Customer"]["WebsiteUrl"] == whole[0]["Account"]["WebsiteUrl"]
    assert lead["Interactions"][0]["Contact"] == whole[0]["Contacts"][0]


def test_names_lead_to_different_customers_and_an_example_to_itself() -> None:
    places = {str(example(0, f"Customer {number}").customer["Address"]) for number in range(40)}
    assert len(places) > MANY
    table: Any = values.defaults("examples")
    for one in table["Customers"]:
        assert example(3, one["CompanyName"]).customer == one


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


def test_every_example_is_one_that_may_be_referred(world: World) -> None:
    """What nobody said is not checked when it is referred; what somebody said is, with the rest."""
    table: Any = values.defaults("examples")
    for _ in range(len(table["Customers"]) * len(table["Projects"])):
        world.desk("ReferOpportunity", **LEAD_TO, NationalSecurity="No")
