"""UpdateOpportunity: every row of its rule tables but those of single members, alone; and for each
review status a table of faults that are repaired one by one."""

from typing import Any, NamedTuple

import pytest

from cosell.selling.rules import (
    opportunity_content,
    opportunity_members,
    spend,
    update_opportunity,
)
from tests import submitting
from tests.harness import OTHER, World
from tests.operations.test_create_opportunity_rules import ROWS as CREATE_ROWS
from tests.operations.test_create_opportunity_rules import URL, entry
from tests.operations.test_create_opportunity_rules import Row as CreateRow
from tests.refusal import Refusal, refusal
from tests.updating import (
    Body,
    body,
    changed,
    full,
    in_state,
    received,
    stripped,
    submitted,
    updated,
    whole,
)

STAGE, STATUS, CLOSE = "LifeCycle.Stage", "LifeCycle.ReviewStatus", "LifeCycle.TargetCloseDate"
NEEDS, OTHER_SOLUTION = "PrimaryNeedsFromAws", "Project.OtherSolutionDescription"
OVER = "Changes are not allowed when an opportunity stage is Closed Lost or Launched"
SIMULATED = "In the Sandbox reviewStatus can become Approved, Action Required or Rejected"
PENDING_STAGE = "You can not update the stage when Opportunity status is Pending Submission"
NO_SUPPORT = "Do Not Need Support from AWS Sales Rep"


def refused(world: World, id: str, changes: Body, catalog: str = "Sandbox") -> Refusal:
    return refusal(world.client().update_opportunity, **body(world, id, changes, catalog))


class Case(NamedTuple):
    """A rule of the update's own, how to come to it, and what is said."""

    rule: str
    start: str
    changes: Body
    field: str
    code: str
    message: str

    @property
    def error(self) -> tuple[str, str, str]:
        return self.field, self.code, self.message


def missing(rule: str, start: str, changes: Body, field: str, more: str = "") -> Case:
    told = f"{field} is required{more}"
    return Case(rule, start, changes, field, "REQUIRED_FIELD_MISSING", told)


FROM_PARTNER = " from Qualified on for an opportunity that came from a partner"


def start(world: World, name: str) -> str:
    """An opportunity in the state that a case starts with."""
    if name.startswith("received"):
        id = received(world, "Approved", **({"ExpectedCustomerSpend": []} if "no" in name else {}))
        updated(world, id, RECEIVED)
        return id
    if name in ("Co-Sell", "For Visibility Only"):
        id = submitting.created(world)
        submitted(world, id, {"InvolvementType": name})
        updated(world, id, {STATUS: "Approved"})
        return id
    status, _, stage = name.partition(", ")
    return in_state(world, status, stage)


# What a receiver has to add before it may go on to Qualified.
RECEIVED: Body = {
    "Project.CustomerUseCase": "Networking",
    "Project.DeliveryModels": ["Other"],
    OTHER_SOLUTION: "Ours",
    NEEDS: ["Co-Sell - Deal Support"],
    "Marketing.AwsFundingUsed": "No",
}
CASES = [
    Case(
        "update.review-status", "Approved", {STATUS: "Rejected"}, "lifeCycle.reviewStatus",
        "ACTION_NOT_PERMITTED", "reviewStatus is not editable if status is Approved",
    ),
    Case(
        "update.review-status", "Rejected", {STATUS: "Approved"}, "lifeCycle.reviewStatus",
        "ACTION_NOT_PERMITTED", "reviewStatus is not editable if status is Rejected",
    ),
    *(
        Case(
            "update.review-status-simulated", status, {STATUS: value}, "lifeCycle.reviewStatus",
            "ACTION_NOT_PERMITTED", SIMULATED,
        )
        for status in ("Pending Submission", "Submitted", "Action Required")
        for value in ("Pending Submission", "Submitted", "In review")
        if value != status
    ),
    *(
        Case(
            "update.stage-pending", "Pending Submission", {STAGE: stage}, "lifeCycle.stage",
            "ACTION_NOT_PERMITTED", PENDING_STAGE,
        )
        for stage in ("Qualified", "Committed", "Launched", "Closed Lost")
    ),
    *(
        Case(
            "update.stage-over", f"Approved, {stage}", {STAGE: to}, "lifeCycle.stage",
            "ACTION_NOT_PERMITTED", OVER,
        )
        for stage, other in (("Launched", "Closed Lost"), ("Closed Lost", "Launched"))
        for to in ("Prospect", "Committed", other)
    ),
    *(
        Case(
            "update.co-sell", "Co-Sell", {NEEDS: needs}, "primaryNeedsFromAws",
            "ACTION_NOT_PERMITTED", "A Co-Sell opportunity cannot become one For Visibility Only",
        )
        for needs in (None, [], [NO_SUPPORT])
    ),
    *(
        missing("update.lifeCycle.stage-required", status, {STAGE: None}, "lifeCycle.stage")
        for status in ("Pending Submission", "Submitted", "Action Required", "Approved")
    ),
    *(
        missing(
            "update.marketing.source-required", status, {"Marketing": None}, "marketing.source"
        )
        for status in ("Pending Submission", "Submitted", "Action Required", "Approved")
    ),
    *(
        Case(
            "update.solution", f"Approved, {stage}", {STAGE: to}, "relatedEntityIdentifiers",
            "REQUIRED_FIELD_MISSING",
            "A solution or an AWS Marketplace product is required from Committed on",
        )
        for stage, to in (("Prospect", "Committed"), ("Prospect", "Launched"),
                          ("Committed", "Launched"))
    ),
    Case(
        "update.closed-lost-reason", "Approved", {STAGE: "Closed Lost"},
        "lifeCycle.closedLostReason", "REQUIRED_FIELD_MISSING",
        "Closed Lost Reason is required when closing the opportunity",
    ),
    *(
        missing(
            f"update.received-{field}", "received", {STAGE: "Qualified", path: None}, field,
            FROM_PARTNER,
        )
        for path, field in (
            ("Project.CustomerUseCase", "project.customerUseCase"),
            ("Project.DeliveryModels", "project.deliveryModels"),
            (NEEDS, "primaryNeedsFromAws"),
            ("Marketing.AwsFundingUsed", "marketing.awsFundingUsed"),
        )
    ),
    missing(
        "update.received-project.expectedCustomerSpend", "received with no spend",
        {STAGE: "Qualified"}, "project.expectedCustomerSpend", FROM_PARTNER,
    ),
    Case(
        "update.received-solution", "received",
        {STAGE: "Business Validation", OTHER_SOLUTION: None},
        "relatedEntityIdentifiers", "REQUIRED_FIELD_MISSING",
        f"A solution, a product or Project.OtherSolutionDescription is required{FROM_PARTNER}",
    ),
    Case(
        "update.other-solution", "Approved, Committed", {OTHER_SOLUTION: None},
        "project.otherSolutionDescription", "REQUIRED_FIELD_MISSING",
        "OtherSolutionDescription is required from Committed on while nothing else is associated",
    ),
    missing(
        "update.upgrade-project.salesActivities", "For Visibility Only",
        {NEEDS: ["Co-Sell - Deal Support"], "Project.SalesActivities": None,
         "LifeCycle.NextSteps": "Call", "Customer.Contacts": [{"Email": "a@example.com"}]},
        "project.salesActivities", " for Co-Sell",
    ),
    missing(
        "update.upgrade-lifeCycle.nextSteps", "For Visibility Only",
        {NEEDS: ["Co-Sell - Deal Support"], "Customer.Contacts": [{"Email": "a@example.com"}]},
        "lifeCycle.nextSteps", " for Co-Sell",
    ),
    missing(
        "update.upgrade-customer.contacts", "For Visibility Only",
        {NEEDS: ["Co-Sell - Deal Support"], "LifeCycle.NextSteps": "Call"},
        "customer.contacts", " for Co-Sell",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[f"{n} {one.rule}" for n, one in enumerate(CASES)])
def test_update_opportunity_with_one_rule_broken_tells_just_that(world: World, case: Case) -> None:
    told = refused(world, start(world, case.start), case.changes)
    assert told.errors == [case.error]
    assert (told.code, told.status) == ("ValidationException", 400)
    assert told.reason == "BUSINESS_VALIDATION_FAILED"


def test_update_opportunity_has_a_case_for_each_rule() -> None:
    rules = [rule.id for table in update_opportunity.TABLES for rule in table.rules]
    members = {f"update.{opportunity_content.field_of(path)}" for path in MEMBER_PATHS}
    hit = {case.rule for case in CASES} | {"update.last-modified-date"}
    assert hit | members == set(rules)
    content = [*opportunity_content.TABLES, *spend.TABLES]
    assert {row.rule for row in CONTENT} == {rule.id for table in content for rule in table.rules}


MEMBER_PATHS = opportunity_members.PATHS
CONTENT = [row for row in CREATE_ROWS if not row.rule.startswith("create.")]


@pytest.mark.parametrize("row", CONTENT, ids=lambda row: row.rule)
def test_update_opportunity_holds_to_the_rules_of_content(world: World, row: CreateRow) -> None:
    world.desk("PutEstimate", EstimationUrl=URL, Amount="700")
    id = in_state(world, "Pending Submission", request=submitting.submittable())
    told = refused(world, id, {OTHER_SOLUTION: "Changed", **row.changes})
    assert told.errors == [row.error]


@pytest.mark.parametrize("row", CONTENT, ids=lambda row: row.rule)
def test_update_opportunity_of_something_else_lets_content_be(world: World, row: CreateRow) -> None:
    """A rule does not fire for what was there before: here the Sandbox's clock has moved on, an
    estimate is another, or a draft of AWS's lacks it."""
    world.desk("PutClock", Time="2030-01-01T00:00:00Z")
    id = received(world)
    world.desk("AdvanceClock", To="2100-06-01T00:00:00Z")
    world.desk("PutEstimate", EstimationUrl=URL)
    after = updated(world, id, {"Project.AdditionalComments": row.rule})
    assert after["Project"]["AdditionalComments"] == row.rule
    assert after["LifeCycle"]["TargetCloseDate"] == "2099-12-31"


# --- precedence: for each review status, faults that are repaired one by one ----------------------


class Fault(NamedTuple):
    """A fault, what is told of it, and whether the next ones are told together with it."""

    changes: Body
    error: tuple[str, str]


def ladder(status: str, stage: str, faults: list[tuple[Fault, ...]]) -> Any:
    return pytest.param(status, stage, faults, id=f"{status} {stage}".strip())


NOT_PERMITTED = "ACTION_NOT_PERMITTED"


def fault(path: str, value: Any, code: str = NOT_PERMITTED, field: str = "") -> Fault:
    named = field or ".".join(part[0].lower() + part[1:] for part in path.split("."))
    return Fault({path: value}, (named, code))


READ_ONLY = (
    fault("Project.Title", "Another"),
    fault("Project.AdditionalComments", "Later"),
    fault(CLOSE, "2001-01-01"),
)
LADDERS = [
    ladder(
        "Pending Submission", "",
        [
            (fault(STATUS, "In review"), fault(STAGE, "Qualified")),
            (
                fault("Customer.Account.WebsiteUrl", None, "REQUIRED_FIELD_MISSING"),
                fault("Customer.Account.Address.StateOrRegion", "NY", "INVALID_ENUM_VALUE"),
                fault("Project.Title", None, "REQUIRED_FIELD_MISSING"),
                fault("Marketing.CampaignName", "Spring", "INVALID_VALUE"),
                fault(CLOSE, "2001-01-01", "INVALID_VALUE"),
                fault(
                    "Project.ExpectedCustomerSpend", [entry(Amount="0")], "INVALID_VALUE",
                    "project.expectedCustomerSpend.amount",
                ),
            ),
        ],
    ),
    ladder("Submitted", "", [(fault(STATUS, "In review"), *READ_ONLY)]),
    ladder("Rejected", "", [(fault(STATUS, "Approved"), *READ_ONLY)]),
    ladder(
        "Action Required", "",
        [
            (
                fault(STATUS, "Submitted"),
                fault("Customer.Account.CompanyName", "Another"),
                fault("Project.Title", "Another"),
                fault("Marketing.CampaignName", "Spring"),
                fault(STAGE, "Qualified"),
            ),
            (
                fault("Customer.Account.WebsiteUrl", None, "REQUIRED_FIELD_MISSING"),
                fault("Customer.Account.Address.PostalCode", None, "REQUIRED_FIELD_MISSING"),
                fault(CLOSE, "2099-02-30", "INVALID_VALUE"),
            ),
        ],
    ),
    ladder(
        "Approved", "",
        [
            (
                fault(STATUS, "Action Required"),
                fault("NationalSecurity", "Yes"),
                fault("Customer.Account.CompanyName", "Another"),
                fault("Project.Title", "Another"),
            ),
            (
                Fault({STAGE: "Committed"}, ("relatedEntityIdentifiers", "REQUIRED_FIELD_MISSING")),
                fault("Project.CompetitorName", "*Other", "REQUIRED_FIELD_MISSING",
                      "project.otherCompetitorNames"),
                fault("Marketing.Channels", ["Email"], "INVALID_VALUE"),
                fault(CLOSE, "2001-01-01", "INVALID_VALUE"),
            ),
        ],
    ),
    ladder(
        "Approved", "Launched",
        [
            (
                fault(STATUS, "Rejected"),
                fault(STAGE, "Committed"),
                fault("Project.Title", "Another"),
                fault(CLOSE, "2001-01-01"),
            ),
            (fault("LifeCycle.ClosedLostReason", "Price", "INVALID_VALUE"),),
        ],
    ),
    ladder(
        "Approved", "Closed Lost",
        [(fault(STATUS, "Rejected"), fault(STAGE, "Qualified"), *READ_ONLY[::2])],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("status", "stage", "faults"), LADDERS)
def test_update_opportunity_repaired_fault_by_fault_meets_the_next(
    world: World, status: str, stage: str, faults: list[tuple[Fault, ...]]
) -> None:
    id = in_state(world, status, stage)
    partner = world.client()
    told_together = [list(group) for group in faults]
    whole_request = body(world, id)
    for one in (one for group in told_together for one in group):
        whole_request = changed(whole_request, one.changes)
    stale = "2001-01-01T00:00:00Z"
    for wrong in ({"Identifier": "O1"}, {"Catalog": "AWS"}):
        request = {**whole_request, "LastModifiedDate": stale, **wrong}
        assert refusal(partner.update_opportunity, **request).code == "ResourceNotFoundException"
    foreign = world.client(OTHER).update_opportunity
    assert refusal(foreign, **whole_request).code == "ResourceNotFoundException"
    late = refusal(partner.update_opportunity, **{**whole_request, "LastModifiedDate": stale})
    assert (late.code, late.message) == (
        "ConflictException",
        "Conflicting error, last modified date is not the latest",
    )
    assert late.errors == []
    while told_together:
        waiting = [one for group in told_together for one in group]
        request = body(world, id)
        for one in waiting:
            request = changed(request, one.changes)
        told = refusal(partner.update_opportunity, **request)
        assert told.fields == [one.error for one in told_together[0]]
        del told_together[0][0]
        told_together = [group for group in told_together if group]
    before = whole(world, id)
    updated(world, id)
    after = whole(world, id)
    assert after.pop("LastModifiedDate") > before.pop("LastModifiedDate")
    assert after == before


# --- the stage -----------------------------------------------------------------------------------

OPEN = ("Prospect", "Qualified", "Technical Validation", "Business Validation")


@pytest.mark.parametrize("stage", [*OPEN, "Committed"])
def test_update_opportunity_moves_an_approved_one_to_any_open_stage(
    world: World, stage: str
) -> None:
    for to in OPEN:
        id = in_state(world, "Approved", stage)
        assert updated(world, id, {STAGE: to})["LifeCycle"]["Stage"] == to
    closing = {STAGE: "Closed Lost", "LifeCycle.ClosedLostReason": "Price"}
    life = updated(world, in_state(world, "Approved", stage), closing)["LifeCycle"]
    assert (life["Stage"], life["ClosedLostReason"]) == ("Closed Lost", "Price")


def test_update_opportunity_from_a_partner_goes_on_with_what_it_needs(world: World) -> None:
    id = start(world, "received")
    told = refused(world, received(world, "Approved"), {STAGE: "Qualified"})
    assert [field for field, _ in told.fields] == [
        "project.customerUseCase",
        "project.deliveryModels",
        "relatedEntityIdentifiers",
        "primaryNeedsFromAws",
        "marketing.awsFundingUsed",
    ]
    for stage in ("Qualified", "Prospect", "Business Validation"):
        updated(world, id, {STAGE: stage})
    told = refused(world, id, {"Project.CustomerUseCase": None})
    assert told.fields == [("project.customerUseCase", "REQUIRED_FIELD_MISSING")]


def test_update_opportunity_with_the_documented_profile_moves_the_stage_early(
    world: World,
) -> None:
    world.desk("PutProfile", Profile="documented")
    id = in_state(world, "Pending Submission")
    assert updated(world, id, {STAGE: "Qualified"})["LifeCycle"]["Stage"] == "Qualified"
    told = refused(world, id, {STAGE: "Committed"})
    assert told.fields == [("relatedEntityIdentifiers", "REQUIRED_FIELD_MISSING")]
    closing = {STAGE: "Closed Lost", "LifeCycle.ClosedLostReason": "Price"}
    assert updated(world, id, closing)["LifeCycle"]["Stage"] == "Closed Lost"
    assert refused(world, id, {STAGE: "Prospect"}).errors == [
        ("lifeCycle.stage", "ACTION_NOT_PERMITTED", OVER)
    ]


def test_update_opportunity_in_catalog_aws_never_reviews(world: World) -> None:
    made = world.client().create_opportunity(Catalog="AWS", **full())
    for status in ("Approved", "Action Required", "Rejected", "In review", "Submitted"):
        told = refused(world, made["Id"], {STATUS: status}, "AWS")
        assert told.errors == [
            (
                "lifeCycle.reviewStatus",
                "ACTION_NOT_PERMITTED",
                "reviewStatus is not editable if status is Pending Submission",
            )
        ]
    got = stripped(whole(world, made["Id"], "AWS"))
    assert updated(world, made["Id"], {STATUS: "Pending Submission"}, "AWS")["Id"] == got["Id"]
