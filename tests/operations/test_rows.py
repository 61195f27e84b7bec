"""Every row of the smaller tables of rules, alone, in its words."""

from collections.abc import Callable
from typing import Any

import pytest

from cosell.selling import related
from tests.breaking import Deal, Row, engage, told
from tests.harness import ACCOUNT, OTHER, Reply, answered
from tests.relating import ENTITIES, GIVEN
from tests.scenes import Scene

ENTITY, FORBIDDEN, STATE = (
    "relatedEntityIdentifier",
    "ACTION_NOT_PERMITTED",
    "INVALID_RESOURCE_STATE",
)
MISSING, MANY, NOT_FOUND = "REQUIRED_FIELD_MISSING", "TOO_MANY_VALUES", "ResourceNotFoundException"
CONFLICT = "ConflictException"
STATUS, STAGE = "LifeCycle.ReviewStatus", "LifeCycle.Stage"


# --- what an opportunity is associated with, and who is in its team -------------------------------


def associating(type: str, identifier: str, *before: tuple[str, str]) -> Callable[[Scene], Reply]:
    """Associate an opportunity that has some entities already."""

    def bring(scene: Scene) -> Reply:
        deal = Deal(scene)
        for one in before:
            deal.has(*one)
        return deal.relate("Associate", type, identifier)

    return bring


def inactive(scene: Scene) -> Reply:
    scene.desk(
        "PutSolution", Catalog="Sandbox", AccountId=ACCOUNT, Identifier="S-7", Status="Draft"
    )
    return Deal(scene).relate("Associate", "Solutions", "S-7")


def losing(type: str, changes: dict[str, Any]) -> Callable[[Scene], Reply]:
    """Take the last entity of a type away from an opportunity whose document says this."""

    def bring(scene: Scene) -> Reply:
        deal = Deal(scene).has(type, ENTITIES[type])
        deal.write(changes)
        return deal.relate("Disassociate", type, ENTITIES[type])

    return bring


def assigning(team: int = 0, **assignee: Any) -> Callable[[Scene], Reply]:
    """Assign somebody to an opportunity whose team has so many."""
    person = {
        "BusinessTitle": "PartnerAccountManager",
        "Email": "a@example.com",
        "FirstName": "Some",
        "LastName": "One",
    }

    def bring(scene: Scene) -> Reply:
        deal = Deal(scene)
        if team:
            members = [{**person, "BusinessTitle": f"Seller {one}"} for one in range(team)]
            deal.write({"OpportunityTeam": members})
        asked = {**person, **assignee}
        return scene.ask("AssignOpportunity", Identifier=deal.id, Assignee=asked)

    return bring


SOLUTIONS = [("AwsMarketplaceSolutions", f"soln-{number}") for number in range(10)]
ASSOCIATIONS = [
    *(
        Row(
            "associate.form", ENTITY, "INVALID_VALUE",
            "This is not how such an entity of AWS Marketplace is called; an example:"
            f" {related.EXAMPLES[type]}", associating(type, "nothing"),
        )
        for type in related.EXAMPLES
    ),
    Row(
        "associate.solution-unknown", "", NOT_FOUND,
        "There is no such solution in this catalog for your account. ListSolutions shows them; each"
        " is named by its Id, not by its Arn. One that is not there is told in"
        " Project.OtherSolutionDescription.",
        associating("Solutions", "S-404"),
    ),
    Row(
        "associate.product-unknown", "", NOT_FOUND,
        "There is no such AWS product. Use an Identifier of AWS's list, such as AmazonEC2Linux.",
        associating("AwsProducts", "Nothing"),
    ),
    Row(
        "associate.solution-inactive", ENTITY, STATE,
        "Only an Active solution can be associated; this one is Draft", inactive,
    ),
    *(
        Row(
            "associate.offer-or-set", ENTITY, MANY,
            "An opportunity has either an offer or an offer set; disassociate the other first",
            associating(one, ENTITIES[one], (other, ENTITIES[other])),
        )
        for one, other in (related.OFFERS, related.OFFERS[::-1])
    ),
    Row(
        "associate.limit", ENTITY, MANY,
        "An opportunity has at most 10 associated AwsMarketplaceSolutions",
        associating("AwsMarketplaceSolutions", "soln-10", *SOLUTIONS),
    ),
    Row(
        "associate.limit", ENTITY, MANY,
        "An opportunity has at most 1 associated AwsMarketplaceOffers",
        associating("AwsMarketplaceOffers", "offer-2", ("AwsMarketplaceOffers", "offer-1")),
    ),
    Row(
        "disassociate.absent", ENTITY, "INVALID_VALUE",
        "The opportunity is not associated with this entity",
        lambda scene: Deal(scene).relate("Disassociate", "Solutions", GIVEN[0]),
    ),
    *(
        Row(
            "disassociate.last-in-review", ENTITY, FORBIDDEN,
            "A submitted opportunity without OtherSolutionDescription needs a solution or a"
            " product; associate another one first",
            losing("AwsProducts", {STATUS: status, "Project.OtherSolutionDescription": None}),
        )
        for status in ("Submitted", "In review")
    ),
    *(
        Row(
            "disassociate.last-sold", ENTITY, FORBIDDEN,
            "An opportunity at Committed or Launched needs a solution or an AWS Marketplace"
            " product; associate another one first",
            losing("Solutions", {STATUS: "Approved", STAGE: stage}),
        )
        for stage in ("Committed", "Launched")
    ),
    *(
        Row(
            f"assign.{member[0].lower()}{member[1:]}", f"assignee.{member[0].lower()}{member[1:]}",
            MISSING, f"assignee.{member[0].lower()}{member[1:]} is required",
            assigning(0, **{member: ""}),
        )
        for member in ("FirstName", "LastName", "BusinessTitle")
    ),
    Row(
        "assign.team-full", "assignee", MANY,
        "A team has at most 10 members: name an OpportunityOwner, or a BusinessTitle that one of"
        " them has",
        assigning(10),
    ),
]  # fmt: skip

# --- what AWS decides -----------------------------------------------------------------------------


def reviewing(status: str, outcome: str) -> Callable[[Scene], Reply]:
    def bring(scene: Scene) -> Reply:
        deal = Deal(scene)
        deal.write({STATUS: status})
        asked = {"Catalog": "Sandbox", "OpportunityIdentifier": deal.id}
        return scene.desk_reply("ReviewOpportunity", **asked, Outcome=outcome)

    return bring


REVIEWS = [
    Row(
        "review.approved", "outcome", FORBIDDEN,
        "reviewStatus is not editable if status is Approved", reviewing("Approved", "Rejected"),
    ),
    Row(
        "review.draft", "outcome", STATE,
        "An opportunity that is Pending Submission cannot be reviewed: its partner has to"
        " submit it first (SubmitOpportunity)",
        reviewing("Pending Submission", "Approved"),
    ),
    Row(
        "review.state", "outcome", STATE,
        "An opportunity that is Rejected cannot become In review",
        reviewing("Rejected", "InReview"),
    ),
    Row(
        "review.unsubmitted", "outcome", STATE,
        "An opportunity that never reached AWS cannot be reviewed: its partner has to submit it"
        " first (SubmitOpportunity), or decides in the Sandbox itself (UpdateOpportunity)",
        reviewing("Submitted", "Approved"),
    ),
]  # fmt: skip

# --- snapshots, jobs, tags ------------------------------------------------------------------------


def snapshot(operation: str, template: str) -> Callable[[Scene], Reply]:
    def bring(scene: Scene) -> Reply:
        deal = Deal(scene)
        body = {**deal.target(engage(scene)), "ResourceSnapshotTemplateIdentifier": template}
        return scene.ask(operation, ClientToken="one", **body)

    return bring


def job_of(scene: Scene) -> tuple[Deal, str, dict[str, str]]:
    """An opportunity, the job that shares it, and what the job was asked for."""
    deal = Deal(scene)
    body = deal.target(engage(scene))
    made = scene.ask("CreateResourceSnapshotJob", ClientToken="one", **body)
    return deal, answered(made)["Id"], body


def second_job(scene: Scene) -> Reply:
    _, _, body = job_of(scene)
    return scene.ask("CreateResourceSnapshotJob", ClientToken="two", **body)


def stopped_twice(scene: Scene) -> Reply:
    _, job, _ = job_of(scene)
    return scene.ask("StopResourceSnapshotJob", ResourceSnapshotJobIdentifier=job)


def deleted_at_work(scene: Scene) -> Reply:
    _, job, _ = job_of(scene)
    assert told(scene.ask("StartResourceSnapshotJob", ResourceSnapshotJobIdentifier=job)) == []
    return scene.ask("DeleteResourceSnapshotJob", ResourceSnapshotJobIdentifier=job)


def tagging(*parts: list[str]) -> Callable[[Scene], Reply]:
    """Put tags on an opportunity, one request after the other: the last one's answer."""

    def bring(scene: Scene) -> Reply:
        deal = Deal(scene)
        arn = f"arn:aws:partnercentral:us-east-1:{ACCOUNT}:catalog/Sandbox/opportunity/{deal.id}"
        for keys in parts:
            tags = [{"Key": key, "Value": ""} for key in keys]
            reply = scene.ask("TagResource", ResourceArn=arn, Tags=tags)
        return reply

    return bring


KEYS = [f"key{number}" for number in range(201)]
SHARED = [
    *(
        row
        for operation in ("CreateResourceSnapshot", "CreateResourceSnapshotJob")
        for row in (
            Row(
                "snapshot.template-of-aws", "resourceSnapshotTemplateIdentifier", FORBIDDEN,
                "Only AWS makes snapshots with this template",
                snapshot(operation, "AwsOpportunitySummaryFullView"),
            ),
            Row(
                "snapshot.template", "resourceSnapshotTemplateIdentifier", "INVALID_VALUE",
                "There is no such template; use OpportunitySummaryView",
                snapshot(operation, "AnotherView"),
            ),
        )
    ),
    Row(
        "job.second", "", CONFLICT,
        "The job * exists for this engagement, resource and template.", second_job,
    ),
    Row(
        "job.stop", "resourceSnapshotJobIdentifier", STATE,
        "The job must be started prior to being stopped; this one is Stopped", stopped_twice,
    ),
    Row(
        "job.delete", "", CONFLICT,
        "A job must be stopped before it can be deleted; this one is Running.", deleted_at_work,
    ),
    Row(
        "tag.key-twice", "tags[1].key", "DUPLICATE_KEY_VALUE",
        "The key stands twice in this request", tagging(["a", "a"]),
    ),
    Row(
        "tag.too-many", "tags", MANY, "A resource has at most 200 tags",
        tagging(KEYS[:200], KEYS[200:]),
    ),
]  # fmt: skip

ROWS = [*ASSOCIATIONS, *REVIEWS, *SHARED]


@pytest.mark.parametrize("row", ROWS, ids=[f"{n} {row.rule}" for n, row in enumerate(ROWS)])
def test_one_rule_broken_tells_just_that(scene: Scene, row: Row) -> None:
    row.ensure_in(scene)


# --- in order ------------------------------------------------------------------------------------


def test_disassociate_repaired_fault_by_fault_tells_the_next(scene: Scene) -> None:
    """Each line repairs the fault that was told before, and meets the next."""
    deal = Deal(scene).has("Solutions", GIVEN[0])
    without = {"Project.OtherSolutionDescription": None}
    deal.write({STATUS: "Submitted", STAGE: "Committed", **without})
    asked = {"RelatedEntityType": "Solution", "RelatedEntityIdentifier": GIVEN[1]}

    def answer(account: str = ACCOUNT, **members: str) -> list[tuple[str, str]]:
        asked.update({"OpportunityIdentifier": deal.id, **members})
        reply = scene.ask("DisassociateOpportunity", account, **asked)
        return [(field, code) for field, code, _ in told(reply)]

    assert answer(OTHER) == [("relatedEntityType", "INVALID_ENUM_VALUE")]
    assert answer(OTHER, RelatedEntityType="Solutions") == [("", NOT_FOUND)]
    assert answer() == [(ENTITY, "INVALID_VALUE")]
    assert answer(RelatedEntityIdentifier=GIVEN[0]) == [(ENTITY, FORBIDDEN)]
    deal.write({STATUS: "Approved"})
    reply = scene.ask("DisassociateOpportunity", **asked)
    assert "Committed or Launched" in told(reply)[0][2]
    deal.has("Solutions", GIVEN[1])
    assert answer() == []


def test_job_meets_the_next_rule_when_one_is_repaired(scene: Scene) -> None:
    """From its making to its end."""
    deal = Deal(scene)
    body = {**deal.target(engage(scene)), "ResourceSnapshotTemplateIdentifier": "AnotherView"}

    def make(token: str, account: str = ACCOUNT, **members: str) -> str:
        body.update(members)
        reply = scene.ask("CreateResourceSnapshotJob", account, ClientToken=token, **body)
        return "".join(code for _, code, _ in told(reply)) or str(answered(reply)["Id"])

    def act(name: str, account: str = ACCOUNT) -> str:
        named = {"ResourceSnapshotJobIdentifier": job}
        reply = scene.ask(f"{name}ResourceSnapshotJob", account, **named)
        return "".join(code for _, code, _ in told(reply))

    assert make("one", OTHER) == NOT_FOUND
    assert make("one") == "INVALID_VALUE"
    template = "ResourceSnapshotTemplateIdentifier"
    assert make("one", **{template: "AwsOpportunitySummaryFullView"}) == FORBIDDEN
    job = make("one", **{template: "OpportunitySummaryView"})
    assert make("two") == CONFLICT
    assert [act(name, OTHER) for name in ("Start", "Stop", "Delete")] == [NOT_FOUND] * 3
    assert act("Stop") == STATE
    assert [act("Start"), act("Start"), act("Delete")] == ["", "", CONFLICT]
    assert [act("Stop"), act("Stop")] == ["", STATE]
    assert [act("Delete"), act("Delete"), act("Stop")] == ["", NOT_FOUND, NOT_FOUND]
