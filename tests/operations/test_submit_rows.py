"""SubmitOpportunity and its task: every row of their rules, alone, in its words; and all of them in
order. What the opportunity lacks is taken out of its document: what makes one asks for most of it.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from cosell.selling.rules import submit_opportunity, submit_task
from tests.breaking import Deal, Row, told
from tests.engaging import invitation, lead
from tests.harness import OTHER, Reply, answered
from tests.scenes import Scene
from tests.submitting import CO_SELL, VISIBILITY_ONLY
from tests.updating import Body

ACCOUNT, ADDRESS, PROJECT = "Customer.Account", "Customer.Account.Address", "Project"
STATUS, STAGE = "LifeCycle.ReviewStatus", "LifeCycle.Stage"
MISSING, FORBIDDEN = "REQUIRED_FIELD_MISSING", "ACTION_NOT_PERMITTED"
STATE = "INVALID_RESOURCE_STATE"
LIMITED = {"Visibility": "Limited"}


def submitted_with(changes: Body, members: dict[str, str]) -> Callable[[Scene], Reply]:
    """A submission of an opportunity whose document has these values, shown in an engagement."""

    def bring(scene: Scene) -> Reply:
        deal = Deal(scene)
        deal.show()
        deal.write(changes)
        return deal.submit(**members)

    return bring


def after_co_sell(scene: Scene) -> Reply:
    deal = Deal(scene)
    deal.show()
    answered(deal.submit())
    deal.review("ActionRequired")
    return deal.submit(**VISIBILITY_ONLY)


def double(scene: Scene) -> Reply:
    scene.desk("PutProfile", Profile="documented")
    for _ in range(2):
        deal = Deal(scene)
        deal.show()
        reply = deal.submit()
    return reply


def full(scene: Scene, engagement: str) -> str:
    """Nine accounts are invited beside the member; answers the invitation of 000000000008."""
    asked = "CreateEngagementInvitation"
    for number in range(9):
        body: Body = {"EngagementIdentifier": engagement, "Invitation": invitation(f"{number:012}")}
        made = answered(scene.ask(asked, ClientToken=f"{engagement} {number}", **body))
    return str(made["Id"])


def into_a_full_one(scene: Scene) -> Reply:
    deal = Deal(scene)
    full(scene, deal.show())
    return deal.submit()


def into_a_leads(scene: Scene) -> Reply:
    deal = Deal(scene)
    deal.show(*[lead()] * 5)
    return deal.submit()


def state(rule: str, field: str, message: str, changes: Body, **members: str) -> Row:
    bring = submitted_with(changes, members)
    return Row(f"submit.{rule}", field, FORBIDDEN, message, bring)


def field_of(path: str) -> str:
    return ".".join(part[0].lower() + part[1:] for part in path.split("."))


def lacks(rule: str, path: str, message: str, changes: Body | None = None) -> Row:
    bring = submitted_with(changes or {path: None}, {})
    return Row(f"submit.{rule}", field_of(path), MISSING, message, bring)


def needed(path: str, more: str = "") -> Row:
    field = field_of(path)
    return lacks(field, path, f"{field} is required{more}")


STATES = [
    *(
        state(
            "review-status", "lifeCycle.reviewStatus",
            "Only Pending Submission or action required opportunities can be submitted; this one"
            f" is {status}", {STATUS: status},
        )
        for status in ("Submitted", "In review", "Approved", "Rejected")
    ),
    *(
        state(
            "stage", "lifeCycle.stage",
            "An opportunity that is Closed Lost or Launched cannot be submitted", {STAGE: stage},
        )
        for stage in ("Closed Lost", "Launched")
    ),
    state(
        "co-sell-limited", "primaryNeedsFromAws",
        "Cannot set visibility to limited on a Co-Sell opportunity", {}, **LIMITED,
    ),
    state(
        "visibility-national-security", "nationalSecurity",
        "A national security opportunity cannot be submitted For Visibility Only",
        {"NationalSecurity": "Yes"}, **VISIBILITY_ONLY,
    ),
    Row(
        "submit.visibility-after-co-sell", "involvementType", FORBIDDEN,
        "A Co-Sell opportunity cannot become one For Visibility Only", after_co_sell,
    ),
    Row(
        "submit.duplicate", "project.title", "DUPLICATE_KEY_VALUE",
        "Duplicate Record: another opportunity for this customer with this title was submitted",
        double,
    ),
]  # fmt: skip
FIELDS = [
    needed(f"{ACCOUNT}.CompanyName"),
    needed(f"{ACCOUNT}.WebsiteUrl"),
    needed(f"{ACCOUNT}.Industry"),
    lacks(
        "customer.account.address.countryCode", f"{ADDRESS}.CountryCode",
        "customer.account.address.countryCode is required",
        {f"{ADDRESS}.CountryCode": None, f"{ADDRESS}.PostalCode": "98101"},
    ),
    lacks(
        "postal-code", f"{ADDRESS}.PostalCode",
        "PostalCode is required in a country that has postal codes",
    ),
    lacks(
        "state", f"{ADDRESS}.StateOrRegion", "State is required when Country is United States"
    ),
    needed(f"{PROJECT}.Title"),
    needed(f"{PROJECT}.CustomerBusinessProblem"),
    lacks(
        "spend", f"{PROJECT}.ExpectedCustomerSpend",
        "Estimated AWS Monthly Recurring Revenue cannot be blank or 0",
    ),
    lacks(
        "other-competitor", f"{PROJECT}.OtherCompetitorNames",
        "OtherCompetitorNames is required when CompetitorName is '*Other'",
        {f"{PROJECT}.CompetitorName": "*Other"},
    ),
    lacks(
        "renewal", f"{PROJECT}.RelatedOpportunityIdentifier",
        "RelatedOpportunityIdentifier is required for a Flat Renewal",
        {"OpportunityType": "Flat Renewal"},
    ),
    lacks(
        "marketing-funding", "Marketing.AwsFundingUsed",
        "AwsFundingUsed is required when Source is 'Marketing Activity'",
        {"Marketing": {"Source": "Marketing Activity"}},
    ),
    needed("LifeCycle.TargetCloseDate"),
    lacks(
        "other-industry", f"{ACCOUNT}.OtherIndustry",
        "OtherIndustry is required when the industry is Other", {f"{ACCOUNT}.Industry": "Other"},
    ),
    needed(f"{PROJECT}.CustomerUseCase"),
    needed(f"{PROJECT}.DeliveryModels"),
    needed(f"{PROJECT}.SalesActivities", " for Co-Sell"),
    *(
        lacks(
            "primary-needs", "PrimaryNeedsFromAws", "primaryNeedsFromAws is required for Co-Sell",
            {"PrimaryNeedsFromAws": needs},
        )
        for needs in (None, [], ["Do Not Need Support from AWS Sales Rep"])
    ),
    Row(
        "submit.related-entity", "relatedEntityIdentifiers", MISSING,
        "A solution, a product or Project.OtherSolutionDescription is required",
        submitted_with({f"{PROJECT}.OtherSolutionDescription": None}, {}),
    ),
]  # fmt: skip
PLACES = [
    Row(
        "submit.engagement", "identifier", STATE,
        "The opportunity is shown in no engagement; share it with CreateResourceSnapshot, or use"
        " StartEngagementFromOpportunityTask", lambda scene: Deal(scene).submit(),
    ),
    Row(
        "submit.customer-project", "identifier", STATE,
        "The engagement comes from a lead and has no context of type CustomerProject", into_a_leads,
    ),
    Row(
        "submit.members", "identifier", STATE,
        "The engagement has no room for AWS: members and invited accounts are as many as can be",
        into_a_full_one,
    ),
]  # fmt: skip


def beside_another(scene: Scene) -> Reply:
    scene.desk("PutPace", Mode="Held")
    deal = Deal(scene)
    answered(deal.start())
    return deal.start()


def task_in_a_leads(scene: Scene) -> Reply:
    deal = Deal(scene)
    deal.show(*[lead()] * 5)
    return deal.start()


TASKS = [
    Row(
        "submit-task.busy", "", "OpportunityConflict",
        "The task * is at work on this opportunity. Wait for it to end.", beside_another,
    ),
    Row(
        "submit-task.customer-project", "", "EngagementValidationFailed",
        "The engagement comes from a lead and has no context of type CustomerProject",
        task_in_a_leads,
    ),
]  # fmt: skip
ROWS = [*STATES, *FIELDS, *PLACES, *TASKS]


def test_every_rule_has_its_row() -> None:
    tables = (*submit_opportunity.TABLES, *submit_task.TABLES)
    rules = [rule.id for table in tables for rule in table.rules]
    assert list(dict.fromkeys(row.rule for row in (*STATES, *FIELDS, *PLACES))) == rules[:-2]
    assert [row.rule for row in TASKS] == rules[-2:]


@pytest.mark.parametrize("row", ROWS, ids=[f"{n} {row.rule}" for n, row in enumerate(ROWS)])
def test_submission_with_one_rule_broken_tells_just_that(scene: Scene, row: Row) -> None:
    row.ensure_in(scene)


# --- in order ------------------------------------------------------------------------------------

NOTHING: Body = {
    f"{ACCOUNT}.CompanyName": None,
    f"{ACCOUNT}.Industry": "Other",
    f"{ADDRESS}.PostalCode": None,
    f"{ADDRESS}.StateOrRegion": None,
    f"{PROJECT}.Title": None,
    f"{PROJECT}.ExpectedCustomerSpend": [],
    f"{PROJECT}.CustomerUseCase": None,
    f"{PROJECT}.DeliveryModels": None,
    f"{PROJECT}.SalesActivities": None,
    "PrimaryNeedsFromAws": None,
    f"{PROJECT}.OtherSolutionDescription": None,
}
LACKED = [
    f"{ACCOUNT}.CompanyName", f"{ADDRESS}.PostalCode", f"{ADDRESS}.StateOrRegion",
    f"{PROJECT}.Title", f"{PROJECT}.ExpectedCustomerSpend", f"{ACCOUNT}.OtherIndustry",
    f"{PROJECT}.CustomerUseCase", f"{PROJECT}.DeliveryModels", f"{PROJECT}.SalesActivities",
    "PrimaryNeedsFromAws", "RelatedEntityIdentifiers",
]  # fmt: skip
REPAIRED: Body = {
    f"{ACCOUNT}.CompanyName": "Example Company",
    f"{ADDRESS}.PostalCode": "98101",
    f"{ADDRESS}.StateOrRegion": "Washington",
    f"{PROJECT}.Title": "Web shop",
    f"{PROJECT}.ExpectedCustomerSpend": [{"Amount": "1", "CurrencyCode": "USD"}],
    f"{ACCOUNT}.OtherIndustry": "Shops",
    f"{PROJECT}.CustomerUseCase": "Networking",
    f"{PROJECT}.DeliveryModels": ["Other"],
    f"{PROJECT}.SalesActivities": ["SOW Signed"],
    "PrimaryNeedsFromAws": ["Co-Sell - Deal Support"],
    "RelatedEntityIdentifiers": {"AwsProducts": ["AmazonEC2Linux"]},
}


def fields(reply: Reply) -> list[str]:
    return [field for field, _, _ in told(reply)]


def refuse_states(deal: Deal, ask: Callable[..., Reply]) -> Iterator[tuple[list[str], list[str]]]:
    """What is told of the state, and what ought to be, as one fault after the other is repaired."""
    deal.write({STATUS: "Rejected", STAGE: "Launched", **NOTHING})
    every = ["lifeCycle.reviewStatus", "lifeCycle.stage", "primaryNeedsFromAws"]
    yield fields(ask(**LIMITED)), every
    deal.write({STATUS: "Action Required"})
    yield fields(ask(**LIMITED)), every[1:]
    deal.write({STAGE: "Prospect"})
    yield fields(ask(**LIMITED)), every[2:]
    expected = [field_of(path) for path in LACKED]
    for path, value in REPAIRED.items():
        yield fields(ask()), expected
        deal.write({path: value})
        expected = expected[1:]


def test_submission_repaired_fault_by_fault_tells_the_next(scene: Scene) -> None:
    deal = Deal(scene)
    another = {"Identifier": deal.id, **CO_SELL}
    assert told(scene.ask("SubmitOpportunity", OTHER, **another))[0][1] == (
        "ResourceNotFoundException"
    )
    for found, expected in refuse_states(deal, deal.submit):
        assert found == expected
    PLACES[0].ensure(deal.submit())
    engagement = deal.show(*[lead()] * 5)
    full(scene, engagement)
    assert [one[2] for one in told(deal.submit())] == [row.message for row in PLACES[1:]]
    second = deal.show()
    full(scene, second)
    PLACES[2].ensure(deal.submit())
    deal.show()
    assert told(deal.submit()) == []


def test_submission_task_repaired_fault_by_fault_ends_with_the_next(scene: Scene) -> None:
    deal = Deal(scene)

    def ask(**submission: Any) -> Reply:
        """The task's message, as field errors."""
        task = answered(deal.start(**submission))
        errors = re.findall(r"([A-Z_]+) ([\w.]+): ", task["Message"])
        listed = [{"Code": code, "FieldName": field, "Message": ""} for code, field in errors]
        return Reply(400, {}, orjson.dumps({"ErrorList": listed}))

    for found, expected in refuse_states(deal, ask):
        assert found == expected
    engagement = deal.show(*[lead()] * 5)
    full(scene, engagement)
    TASKS[1].ensure(deal.start())
    last = full(scene, deal.show())
    assert told(deal.start())[0][:2] == ("", "ServiceQuotaExceeded")
    scene.ask("RejectEngagementInvitation", "000000000008", Identifier=last)
    scene.desk("PutPace", Mode="Held")
    first = answered(deal.start())
    assert told(deal.start())[0][1] == "OpportunityConflict"
    asked = {"Catalog": "Sandbox", "TaskIdentifier": first["TaskId"]}
    done = scene.desk("AdvanceTask", **asked, Steps=9)
    assert (done["TaskStatus"], done["ReasonCode"]) == ("COMPLETE", None)
