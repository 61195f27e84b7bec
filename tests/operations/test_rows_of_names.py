"""Rows that look at who calls and at whom or what a request names, and at what the desk says."""

from collections.abc import Callable
from typing import Any

import pytest

from cosell.selling import Template
from cosell.selling.domain import engagements
from tests.breaking import Deal, Row, engage
from tests.engaging import lead
from tests.harness import ACCOUNT, OTHER, Reply
from tests.scenes import Scene

NOT_FOUND = "ResourceNotFoundException"
SANDBOX = {"Catalog": "Sandbox"}


def not_enrolled(scene: Scene) -> Reply:
    scene.desk("PutPartner", AccountId=ACCOUNT, Catalogs=["AWS"])
    return scene.ask("ListOpportunities")


def passing_a_role(scene: Scene) -> Reply:
    role = f"arn:aws:iam::{OTHER}:role/team/Sharing"
    return scene.ask("PutSellingSystemSettings", ResourceSnapshotJobRoleIdentifier=role)


def referring(operation: str) -> Callable[[Scene], Reply]:
    """Refer something to an account that is no partner in the Sandbox, once or every so often."""

    def bring(scene: Scene) -> Reply:
        scene.desk("PutPartner", AccountId=OTHER, Catalogs=["AWS"])
        rule = {"Act": "Refer"} if operation == "PutAutopilot" else {}
        return scene.desk_reply(operation, **SANDBOX, ReceiverAccountId=OTHER, **rule)

    return bring


OWN = {"Amount": "7", "CurrencyCode": "USD", "Frequency": "Monthly", "TargetCompany": "Self"}


def summing_up(**members: Any) -> Callable[[Scene], Reply]:
    """AWS says this of an opportunity."""

    def bring(scene: Scene) -> Reply:
        asked = {**SANDBOX, "OpportunityIdentifier": Deal(scene).id}
        return scene.desk_reply("UpdateAwsOpportunitySummary", **asked, **members)

    return bring


def referred(scene: Scene) -> str:
    """An opportunity that AWS referred, and its partner accepted."""
    made = scene.desk("ReferOpportunity", **SANDBOX, ReceiverAccountId=ACCOUNT)
    scene.start(made["EngagementInvitationId"], ACCOUNT)
    return str(made["OpportunityId"])


def updating(of: Callable[[Scene], str], **life_cycle: str) -> Callable[[Scene], Reply]:
    """AWS gives an opportunity such a LifeCycle."""

    def bring(scene: Scene) -> Reply:
        asked = {**SANDBOX, "OpportunityIdentifier": of(scene), "LifeCycle": life_cycle}
        return scene.desk_reply("UpdatePartnerOpportunity", **asked)

    return bring


def living(**life_cycle: str) -> Callable[[Scene], Reply]:
    """Refer an opportunity with this LifeCycle."""
    asked = {**SANDBOX, "ReceiverAccountId": ACCOUNT, "LifeCycle": life_cycle}
    return lambda scene: scene.desk_reply("ReferOpportunity", **asked)


def view_of_aws(scene: Scene) -> Reply:
    """Another member asks for what AWS shows to an opportunity's owner alone."""
    referred = scene.desk("ReferOpportunity", **SANDBOX, ReceiverAccountId=OTHER)
    scene.start(referred["EngagementInvitationId"], OTHER)
    with scene.store.write() as tx:
        call = scene.call(tx, ACCOUNT)
        engagement = engagements.find(scene.call(tx, OTHER), tx, referred["EngagementId"])
        engagements.join(call, tx, engagement, ACCOUNT)
    asked = {
        "EngagementIdentifier": referred["EngagementId"],
        "ResourceIdentifier": referred["OpportunityId"],
        "ResourceSnapshotTemplateIdentifier": Template.AWS_FULL,
        "ResourceType": "Opportunity",
    }
    assert scene.ask("GetResourceSnapshot", OTHER, **asked).status == 200
    return scene.ask("GetResourceSnapshot", **asked)


def naming(operation: str, resource: str, account: str = ACCOUNT) -> Callable[[Scene], Reply]:
    """Ask for, put or take away tags of a resource."""
    more: dict[str, dict[str, Any]] = {
        "TagResource": {"Tags": [{"Key": "k", "Value": ""}]},
        "UntagResource": {"TagKeys": ["k"]},
    }
    arn = f"arn:aws:partnercentral:us-east-1:{account}:catalog/Sandbox/{resource}"
    return lambda scene: scene.ask(operation, ResourceArn=arn, **more.get(operation, {}))


def saying(**said: object) -> Callable[[Scene], Reply]:
    """Say what prospecting an engagement finds, or why it fails."""
    return lambda scene: scene.desk_reply(
        "PutProspectingResult", **SANDBOX, EngagementIdentifier=engage(scene, lead()), **said
    )


def unseen(operation: str, member: str, id: str, **more: Any) -> Callable[[Scene], Reply]:
    """Name what is not there for the caller."""
    return lambda scene: scene.ask(operation, **{member: id}, **more)


def unseen_at_desk(operation: str, member: str, id: str, **more: Any) -> Callable[[Scene], Reply]:
    """Name to the desk what no account has."""
    return lambda scene: scene.desk_reply(operation, **{member: id}, **more)


def unmade_snapshot(scene: Scene) -> Reply:
    deal = Deal(scene)
    return scene.ask("GetResourceSnapshot", **deal.target(engage(scene)))


ROWS = [
    Row(
        "find.opportunity", "", NOT_FOUND,
        "There is no such opportunity in this catalog for your account.",
        unseen("GetOpportunity", "Identifier", "O1"),
    ),
    Row(
        "find.invitation", "", NOT_FOUND,
        "There is no such engagement invitation in this catalog for your account.",
        unseen("GetEngagementInvitation", "Identifier", "engi-0000000000000"),
    ),
    Row(
        "find.engagement", "", NOT_FOUND,
        "There is no such engagement, or you are not a member.",
        unseen("GetEngagement", "Identifier", "eng-00000000000000"),
    ),
    Row(
        "find.snapshot", "", NOT_FOUND, "There is no such snapshot in the engagement.",
        unmade_snapshot,
    ),
    Row(
        "find.job", "", NOT_FOUND, "There is no such snapshot job for your account.",
        unseen(
            "GetResourceSnapshotJob", "ResourceSnapshotJobIdentifier", "job-0000000000000"
        ),
    ),
    Row(
        "find.prospecting-task", "", NOT_FOUND,
        "There is no such prospecting task for your account.",
        unseen("GetProspectingFromEngagementTask", "TaskIdentifier", "task-00000000000000"),
    ),
    Row(
        "find.any-opportunity", "", NOT_FOUND, "There is no such opportunity in catalog Sandbox.",
        unseen_at_desk(
            "ReviewOpportunity", "OpportunityIdentifier", "O1", **SANDBOX, Outcome="Approved"
        ),
    ),
    Row(
        "find.any-invitation", "", NOT_FOUND,
        "There is no such engagement invitation in catalog Sandbox.",
        unseen_at_desk(
            "AnswerInvitation", "EngagementInvitationIdentifier", "engi-0000000000000", **SANDBOX
        ),
    ),
    Row(
        "find.any-engagement", "", NOT_FOUND, "There is no such engagement in catalog Sandbox.",
        unseen_at_desk(
            "PutProspectingResult", "EngagementIdentifier", "eng-00000000000000", **SANDBOX
        ),
    ),
    Row(
        "find.any-task", "", NOT_FOUND, "There is no such task in catalog Sandbox.",
        unseen_at_desk("AdvanceTask", "TaskIdentifier", "task-0000000000000", **SANDBOX),
    ),
    Row(
        "find.task", "", NOT_FOUND, "There is no such task in this namespace.",
        unseen_at_desk("GetTask", "TaskIdentifier", "task-0000000000000"),
    ),
    Row(
        "find.task", "", NOT_FOUND, "There is no such task in this namespace.",
        unseen_at_desk("AdvanceTask", "TaskIdentifier", "task-0000000000000"),
    ),
    Row(
        "account.enrolled", "", "AccessDeniedException",
        f"The account {ACCOUNT} is not enrolled as a partner in catalog Sandbox.", not_enrolled,
    ),
    Row(
        "settings.role-of-another", "", "AccessDeniedException",
        f"Cross-account pass role is not allowed. Name a role of account {ACCOUNT}.",
        passing_a_role,
    ),
    *(
        Row(
            "refer.receiver", "", NOT_FOUND, f"There is no partner {OTHER} in catalog Sandbox.",
            referring(operation),
        )
        for operation in ("PutAutopilot", "ReferLead", "ReferOpportunity")
    ),
    *(
        Row(
            "by-aws.unsubmitted", "lifeCycle.stage", "ACTION_NOT_PERMITTED",
            "An opportunity that was never submitted cannot become Closed Lost or Launched",
            updating(lambda scene: Deal(scene).id, **said),
        )
        for said in ({"Stage": "Launched"}, {"Stage": "Closed Lost", "ClosedLostReason": "Price"})
    ),
    Row(
        "by-aws.closed-lost-reason", "lifeCycle.closedLostReason", "REQUIRED_FIELD_MISSING",
        "ClosedLostReason is required with stage Closed Lost",
        updating(referred, Stage="Closed Lost"),
    ),
    Row(
        "by-aws.closed-lost-reason-stray", "lifeCycle.closedLostReason", "INVALID_VALUE",
        "ClosedLostReason is only for stage Closed Lost: say that stage, too",
        updating(referred, ClosedLostReason="Price"),
    ),
    *(
        Row(
            "create.stage", "lifeCycle.stage", "INVALID_VALUE",
            "An opportunity cannot be created as Closed Lost or Launched", living(Stage=stage),
        )
        for stage in ("Closed Lost", "Launched")
    ),
    *(
        Row(
            "opportunity.close-date-impossible", "lifeCycle.targetCloseDate", "INVALID_VALUE",
            "TargetCloseDate must be a day of the calendar", living(TargetCloseDate=date),
        )
        for date in ("2099-02-29", "2001-02-30")
    ),
    Row(
        "refer.review-status", "lifeCycle.reviewStatus", "ACTION_NOT_PERMITTED",
        "What AWS refers is Approved from the start: leave ReviewStatus out",
        living(ReviewStatus="Rejected"),
    ),
    Row(
        "snapshot.view-of-owner", "", NOT_FOUND, "There is no such snapshot in the engagement.",
        view_of_aws,
    ),
    *(
        Row(
            "tag.resource", "", NOT_FOUND, "There is no such taggable resource for your account.",
            naming(operation, *named),
        )
        for operation in ("ListTagsForResource", "TagResource", "UntagResource")
        for named in (("engagement/eng-00000000000000",), ("opportunity/O1", OTHER))
    ),
    Row(
        "prospect.found-or-failed", "reasonCode", "INVALID_VALUE",
        "Give either ReasonCode, or Customer, Insights or both",
        saying(ReasonCode="InternalError", Customer={"AccountName": "Example"}),
    ),
    Row(
        "prospect.message", "message", "INVALID_VALUE",
        "Message goes with ReasonCode; give that too, or leave it out", saying(Message="No."),
    ),
    Row(
        "summary.self", "project.expectedCustomerSpend.targetCompany", "INVALID_VALUE",
        "AWS says what is spent on AWS: a Self entry is the partner's own, in its opportunity",
        summing_up(Project={"ExpectedCustomerSpend": [OWN]}),
    ),
    Row(
        "summary.closed-lost-reason", "lifeCycle.closedLostReason", "INVALID_VALUE",
        "ClosedLostReason is only for stage Closed Lost: say that stage, too",
        summing_up(LifeCycle={"Stage": "Qualified", "ClosedLostReason": "Price"}),
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[f"{n} {row.rule}" for n, row in enumerate(ROWS)])
def test_one_rule_broken_tells_just_that(scene: Scene, row: Row) -> None:
    row.ensure_in(scene)
