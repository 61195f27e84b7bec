"""UpdateOpportunity: every row of its rules, alone; single members have their own file."""

from typing import NamedTuple

import pytest

from cosell.selling.rules import (
    opportunity_content,
    opportunity_members,
    spend,
    update_opportunity,
)
from cosell.selling.rules.content import field_of
from tests import submitting
from tests.harness import World
from tests.operations.test_create_opportunity_rules import ROWS as CREATE_ROWS
from tests.operations.test_create_opportunity_rules import URL
from tests.operations.test_create_opportunity_rules import Row as CreateRow
from tests.refusal import Refusal, refusal, rules_named
from tests.updating import (
    Body,
    body,
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


ONCE = " once the opportunity is submitted"
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
    if name == "documented":
        world.desk("PutProfile", Profile="documented")
        id = in_state(world, "Pending Submission")
        sold = {"RelatedEntityType": "Solutions", "RelatedEntityIdentifier": "S-1234567"}
        world.client().associate_opportunity(Catalog="Sandbox", OpportunityIdentifier=id, **sold)
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
        for status in ("Pending Submission", "Submitted", "In review", "Action Required")
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
            "update.stage-unsubmitted", "documented",
            {STAGE: stage, "LifeCycle.ClosedLostReason": reason}, "lifeCycle.stage",
            "ACTION_NOT_PERMITTED",
            "An opportunity cannot become Closed Lost or Launched before it is submitted",
        )
        for stage, reason in (("Launched", None), ("Closed Lost", "Price"))
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
    *(
        missing(f"update.submitted-{field}", involved, {path: None}, field, f"{ONCE}{more}")
        for involved, path, field, more in (
            ("Co-Sell", "Project.CustomerUseCase", "project.customerUseCase", ""),
            ("For Visibility Only", "Project.CustomerUseCase", "project.customerUseCase", ""),
            ("Co-Sell", "Project.DeliveryModels", "project.deliveryModels", ""),
            ("For Visibility Only", "Project.DeliveryModels", "project.deliveryModels", ""),
            ("Co-Sell", "Project.SalesActivities", "project.salesActivities", " for Co-Sell"),
        )
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
    assert rules_named(world) == [case.rule]
    assert (told.code, told.status) == ("ValidationException", 400)
    assert told.reason == "BUSINESS_VALIDATION_FAILED"


def test_update_opportunity_has_a_case_for_each_rule() -> None:
    rules = [rule.id for table in update_opportunity.TABLES for rule in table.rules]
    members = {f"update.{field_of(path)}" for path in MEMBER_PATHS}
    hit = {case.rule for case in CASES} | {"update.last-modified-date", "update.renewal-itself"}
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
    assert rules_named(world) == [row.rule]


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


SOLD = "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace"


@pytest.mark.parametrize(
    ("type", "identifier", "enough"),
    [
        ("Solutions", "S-1234567", True),
        ("AwsMarketplaceSolutions", f"{SOLD}/Solution/soln-example", True),
        ("AwsMarketplaceProducts", f"{SOLD}/SaaSProduct/prod-example", True),
        ("AwsProducts", "AmazonEC2Linux", False),
        ("AwsMarketplaceOffers", f"{SOLD}/Offer/offer-example", False),
    ],
)
def test_update_opportunity_commits_and_launches_what_is_sold(
    world: World, type: str, identifier: str, enough: bool
) -> None:
    id = in_state(world, "Approved")
    entity = {"RelatedEntityType": type, "RelatedEntityIdentifier": identifier}
    world.client().associate_opportunity(Catalog="Sandbox", OpportunityIdentifier=id, **entity)
    if not enough:
        told = refused(world, id, {STAGE: "Committed"})
        assert told.fields == [("relatedEntityIdentifiers", "REQUIRED_FIELD_MISSING")]
        return
    for stage in ("Committed", "Qualified", "Committed", "Launched"):
        assert updated(world, id, {STAGE: stage})["LifeCycle"]["Stage"] == stage
    assert refused(world, id, {STAGE: "Committed"}).errors == [
        ("lifeCycle.stage", "ACTION_NOT_PERMITTED", OVER)
    ]
    lasting = {"LifeCycle.NextSteps": "Renew", "Project.AdditionalComments": "Live"}
    assert updated(world, id, lasting)["LifeCycle"]["NextSteps"] == "Renew"


def test_update_opportunity_needs_no_words_beside_a_solution(world: World) -> None:
    id = in_state(world, "Approved", "Committed")
    solution = {"RelatedEntityType": "Solutions", "RelatedEntityIdentifier": "S-1234567"}
    world.client().associate_opportunity(Catalog="Sandbox", OpportunityIdentifier=id, **solution)
    assert "OtherSolutionDescription" not in updated(world, id, {OTHER_SOLUTION: None})["Project"]


def test_update_opportunity_from_a_partner_goes_on_with_what_it_needs(world: World) -> None:
    id = start(world, "received")
    without = {STAGE: "Qualified", "PrimaryNeedsFromAws": None}
    told = refused(world, received(world, "Approved"), without)
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


@pytest.mark.parametrize("type", ["Flat Renewal", "Expansion"])
def test_opportunity_does_not_renew_itself(world: World, type: str) -> None:
    id, parent = in_state(world, "Pending Submission"), in_state(world, "Pending Submission")
    related = "Project.RelatedOpportunityIdentifier"
    told = refused(world, id, {"OpportunityType": type, related: id})
    message = "RelatedOpportunityIdentifier must be another opportunity than this one"
    assert told.errors == [("project.relatedOpportunityIdentifier", "INVALID_VALUE", message)]
    updated(world, id, {"OpportunityType": type, related: parent})
    updated(world, id, {"OpportunityType": "Net New Business", related: id})  # which has none


def test_update_opportunity_with_the_documented_profile_moves_the_stage_early(
    world: World,
) -> None:
    world.desk("PutProfile", Profile="documented")
    id = in_state(world, "Pending Submission")
    assert updated(world, id, {STAGE: "Qualified"})["LifeCycle"]["Stage"] == "Qualified"
    told = refused(world, id, {STAGE: "Committed"})
    assert told.fields == [("relatedEntityIdentifiers", "REQUIRED_FIELD_MISSING")]
    assert updated(world, id, {STAGE: "Prospect"})["LifeCycle"]["Stage"] == "Prospect"


def test_update_opportunity_with_the_documented_profile_ends_what_was_approved(
    world: World,
) -> None:
    id = start(world, "documented")
    submitted(world, id)
    asked = {"Catalog": "Sandbox", "OpportunityIdentifier": id}
    world.desk("ReviewOpportunity", **asked, Outcome="Approved")
    closing = {STAGE: "Closed Lost", "LifeCycle.ClosedLostReason": "Price"}
    assert updated(world, id, closing)["LifeCycle"]["Stage"] == "Closed Lost"


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
