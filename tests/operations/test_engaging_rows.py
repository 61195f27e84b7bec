"""Engagements, their contexts and invitations to them: every row of their rules, alone, in its
words. In which order they are asked: test_create_invitations.py, test_engagement_contexts.py,
test_invitations_between_partners.py.
"""

from collections.abc import Callable
from typing import Any

import pytest

from cosell.selling.rules import (
    create_engagement_invitation,
    engagement_context,
    invitation,
    update_lead,
)
from tests.breaking import Deal, Row, engage, told
from tests.engaging import interaction, lead, lead_customer, opportunity_payload, project
from tests.engaging import invitation as invitation_of
from tests.engaging import prospecting as prospected
from tests.harness import ACCOUNT, OTHER, Reply, answered
from tests.scenes import Scene, opportunity_invitation

INVALID, MISSING, FORBIDDEN = "INVALID_VALUE", "REQUIRED_FIELD_MISSING", "ACTION_NOT_PERMITTED"
CONFLICT, QUOTA = "ConflictException", "ServiceQuotaExceededException"
NOT_FOUND = "ResourceNotFoundException"
PROJECT = "invitation.payload.opportunityInvitation.project"
SPEND = f"{PROJECT}.expectedCustomerSpend"
DATE = "TargetCompletionDate must be a day of the calendar"
URL = "https://calculator.aws/#/estimate?id=0123456789abcdef0123456789abcdef"


# --- invitations ---------------------------------------------------------------------------------


def invite(scene: Scene, engagement: str, receiver: str = OTHER, **changes: Any) -> Reply:
    body: dict[str, Any] = {"Invitation": invitation_of(receiver, **changes)}
    token = f"{engagement} {receiver} {changes}"[:255]
    asked = {"EngagementIdentifier": engagement, "ClientToken": token, **body}
    return scene.ask("CreateEngagementInvitation", **asked)


def inviting(receiver: str = OTHER, **about: Any) -> Callable[[Scene], Reply]:
    """Invite somebody; `about` replaces members of the payload's Project."""

    def bring(scene: Scene) -> Reply:
        scene.desk("PutEstimate", EstimationUrl=URL, Amount="700")
        return invite(scene, engage(scene), receiver, payload=opportunity_payload(**about))

    return bring


def inviting_again(*, accepted: bool) -> Callable[[Scene], Reply]:
    """Invite somebody who was invited already."""

    def bring(scene: Scene) -> Reply:
        engagement = engage(scene)
        first = answered(invite(scene, engagement))["Id"]
        if accepted:
            assert told(scene.ask("AcceptEngagementInvitation", OTHER, Identifier=first)) == []
        return invite(scene, engagement, Message="Once more.")

    return bring


def inviting_a_tenth(scene: Scene) -> Reply:
    engagement = engage(scene)
    for number in range(9):
        answered(invite(scene, engagement, f"{number:012}"))
    return invite(scene, engagement)


def spending(**changes: str) -> Callable[[Scene], Reply]:
    """Invite to an opportunity with an entry of spend; '' leaves a member out."""
    entry = {"Amount": "1", "CurrencyCode": "USD", "Frequency": "Monthly", "TargetCompany": "AWS"}
    kept = {name: value for name, value in {**entry, **changes}.items() if value}
    return inviting(ExpectedCustomerSpend=[kept])


INVITATIONS = [
    Row(
        "invite.receiver-unknown", "", NOT_FOUND, "There is no partner nobody in this catalog.",
        inviting("nobody"),
    ),
    Row(
        "invite.receiver-self", "invitation.receiver.account.awsAccountId", INVALID,
        "A partner cannot invite itself", inviting(ACCOUNT),
    ),
    Row(
        "invite.member", "", CONFLICT,
        f"The account {OTHER} is a member of the engagement already.",
        inviting_again(accepted=True),
    ),
    Row(
        "invite.pending", "", CONFLICT,
        f"The account {OTHER} has an invitation to the engagement that it has not answered yet.",
        inviting_again(accepted=False),
    ),
    Row(
        "invite.quota", "", QUOTA,
        "An engagement has at most 10 members, those that are invited included.",
        inviting_a_tenth,
    ),
    Row(
        "invite.completion-date-impossible", f"{PROJECT}.targetCompletionDate", INVALID, DATE,
        inviting(TargetCompletionDate="2099-02-30"),
    ),
    Row(
        "invite.spend-self", f"{SPEND}.targetCompany", INVALID,
        "TargetCompany must be 'AWS': a Self entry needs a contract's duration, and an invitation"
        " tells none", spending(TargetCompany="Self"),
    ),
    Row(
        "invite.spend.frequency", f"{SPEND}.frequency", INVALID,
        "Frequency must be 'None' for a Self entry with a contract duration, else 'Monthly'",
        spending(Frequency="None"),
    ),
    Row(
        "invite.spend.currency", f"{SPEND}.currencyCode", INVALID,
        "CurrencyCode must be USD or EUR", spending(CurrencyCode="GBP"),
    ),
    Row(
        "invite.spend.amount-missing", f"{SPEND}.amount", MISSING,
        "Amount is required unless EstimationUrl is given", spending(Amount=""),
    ),
    Row(
        "invite.spend.amount-positive", f"{SPEND}.amount", INVALID,
        "Amount must be greater than 0", spending(Amount="0"),
    ),
    Row(
        "invite.spend.estimation-url", f"{SPEND}.estimationUrl", INVALID,
        "Invalid Estimation URL: www.example.com",
        spending(Amount="", EstimationUrl="www.example.com"),
    ),
    Row(
        "invite.spend.estimate-currency", f"{SPEND}.currencyCode", INVALID,
        "CurrencyCode must be that of the estimate which EstimationUrl names",
        spending(Amount="", CurrencyCode="EUR", EstimationUrl=URL),
    ),
]  # fmt: skip

# --- answers -------------------------------------------------------------------------------------


def answering(act: str, account: str = ACCOUNT, **more: Any) -> Callable[[Scene], Reply]:
    def bring(scene: Scene) -> Reply:
        id = scene.invite(opportunity_invitation(), **more)
        return scene.ask(f"{act}EngagementInvitation", account, Identifier=id)

    return bring


def answering_twice(act: str, *before: str) -> Callable[[Scene], Reply]:
    def bring(scene: Scene) -> Reply:
        id = scene.invite(opportunity_invitation())
        for one in before:
            assert told(scene.ask(f"{one}EngagementInvitation", Identifier=id)) == []
        return scene.ask(f"{act}EngagementInvitation", Identifier=id)

    return bring


def answering_as_aws(
    receiver: str, *before: str, submitted: bool = False
) -> Callable[[Scene], Reply]:
    """AWS accepts an invitation at the desk; something may have been submitted by it."""

    def bring(scene: Scene) -> Reply:
        engagement = engage(scene)
        if submitted:
            deal = Deal(scene)
            shown = {**deal.target(engagement), "ClientToken": engagement}
            answered(scene.ask("CreateResourceSnapshot", **shown))
        id = answered(invite(scene, engagement, receiver))["Id"]
        if submitted:
            answered(deal.submit())
        asked = {"Catalog": "Sandbox", "EngagementInvitationIdentifier": id}
        for one in before:
            scene.desk("AnswerInvitation", **asked, Outcome=one)
        return scene.desk_reply("AnswerInvitation", **asked)

    return bring


ANSWERS = [
    *(
        Row(
            "answer.receiver", "", "AccessDeniedException",
            "Only the receiver of an engagement invitation can accept or reject it.",
            answering(act, OTHER),
        )
        for act in ("Accept", "Reject")
    ),
    *(
        Row(
            "answer.pending", "", CONFLICT,
            f"Only PENDING invitations can be {act.lower()}ed; this one is {before.upper()}ED.",
            answering_twice(act, before),
        )
        for act in ("Accept", "Reject")
        for before in ("Accept", "Reject")
    ),
    Row(
        "answer.receiver", "", "AccessDeniedException",
        "Only the receiver of an engagement invitation can accept or reject it.",
        answering_as_aws(OTHER),
    ),
    Row(
        "answer.pending", "", CONFLICT,
        "Only PENDING invitations can be accepted; this one is REJECTED.",
        answering_as_aws("aws", "Rejected"),
    ),
    Row(
        "answer.awaited", "", CONFLICT,
        "Opportunity * awaits AWS's review in this engagement, and the review answers the"
        " invitation: call ReviewOpportunity.",
        answering_as_aws("aws", submitted=True),
    ),
    Row(
        "join.member", "", CONFLICT, "The account is a member of the engagement already.",
        answering("Accept", joined=True),
    ),
    Row(
        "join.quota", "", QUOTA, "An engagement has at most 10 members.",
        answering("Accept", members=10),
    ),
]  # fmt: skip

# --- contexts ------------------------------------------------------------------------------------


def adding(context: dict[str, Any], *before: Any) -> Callable[[Scene], Reply]:
    def bring(scene: Scene) -> Reply:
        asked = {"EngagementIdentifier": engage(scene, *before), **context}
        return scene.ask("CreateEngagementContext", ClientToken="one", **asked)

    return bring


def changing(
    context: dict[str, Any], *before: Any, number: str = "1", at: str = ""
) -> Callable[[Scene], Reply]:
    """Update a context of an engagement that has these."""

    def bring(scene: Scene) -> Reply:
        id = engage(scene, *before)
        read = answered(scene.ask("GetEngagement", Identifier=id))
        asked = {
            "EngagementIdentifier": id,
            "EngagementLastModifiedAt": at or read["ModifiedAt"],
            "ContextIdentifier": number,
            **context,
        }
        return scene.ask("UpdateEngagementContext", **asked)

    return bring


def updated_lead(**about: Any) -> dict[str, Any]:
    return {"Type": "Lead", "Payload": {"Lead": {"Customer": lead_customer(), **about}}}


FULL = lead(Interactions=[interaction()] * 10)
CONTEXTS = [
    Row(
        "context.prospecting-result", "type", FORBIDDEN,
        "A ProspectingResult context is made by StartProspectingFromEngagementTask alone",
        adding(prospected()),
    ),
    Row(
        "context.payload-missing", "contexts[0].payload", MISSING, "payload is required",
        lambda scene: scene.ask(
            "CreateEngagement", ClientToken="one", Contexts=[{"Type": "Lead"}]
        ),
    ),
    Row(
        "context.payload-type", "payload", INVALID,
        "The payload is a CustomerProject, and Type says Lead",
        adding({**project(), "Type": "Lead"}),
    ),
    Row(
        "context.completion-date-impossible",
        "payload.customerProject.project.targetCompletionDate", INVALID, DATE,
        adding(project(TargetCompletionDate="2099-02-30")),
    ),
    Row(
        "context.quota", "", QUOTA, "An engagement has at most 5 contexts.",
        adding(lead(), *[project()] * 5),
    ),
    Row(
        "context.unknown", "", NOT_FOUND, "There is no such context in the engagement.",
        changing(project(), project(), number="2"),
    ),
    Row(
        "context.stale", "", CONFLICT,
        "The engagement changed since the given EngagementLastModifiedAt. Read it again with"
        " GetEngagement, and send its ModifiedAt.",
        changing(project(), project(), at="2020-01-01T00:00:00.000Z"),
    ),
    Row(
        "context.type-kept", "type", INVALID, "The context is a Lead; a context keeps its type",
        changing(project(), lead()),
    ),
    Row(
        "context.interactions", "payload.lead.interaction", "TOO_MANY_VALUES",
        "A lead has at most 10 interactions, and an update adds one",
        changing(updated_lead(Interaction=interaction()), FULL),
    ),
]  # fmt: skip


def retelling(*contexts: dict[str, Any], **more: Any) -> Callable[[Scene], Reply]:
    """AWS tells more of a lead in an engagement with such contexts."""

    def bring(scene: Scene) -> Reply:
        asked = {"Catalog": "Sandbox", "EngagementIdentifier": engage(scene, *contexts)}
        return scene.desk_reply("UpdateLead", **asked, **more)

    return bring


FULL_TOLD = (
    "A lead has at most 10 interactions, and these come to those it has; say Customer or Insights"
    " alone"
)
LEADS = [
    Row(
        "lead.unknown", "", NOT_FOUND, "There is no such context in the engagement.",
        retelling(lead(), ContextIdentifier="2"),
    ),
    Row(
        "lead.none", "engagementIdentifier", "INVALID_RESOURCE_STATE",
        "The engagement has no Lead context. ReferLead makes one with a lead",
        retelling(project()),
    ),
    Row(
        "lead.type", "contextIdentifier", INVALID,
        "This context is no Lead; leave ContextIdentifier out, and the newest lead is meant",
        retelling(project(), ContextIdentifier="1"),
    ),
    *(
        Row(
            "lead.interactions", "interactions", "TOO_MANY_VALUES", FULL_TOLD,
            retelling(FULL, **more),
        )
        for more in ({}, {"Interactions": [interaction()]})
    ),
]  # fmt: skip
ROWS = [*INVITATIONS, *ANSWERS, *CONTEXTS, *LEADS]


def test_every_rule_has_its_row() -> None:
    modules = (create_engagement_invitation, invitation, engagement_context, update_lead)
    rules = {rule.id for one in modules for table in one.TABLES for rule in table.rules}
    assert {row.rule for row in ROWS} == rules


@pytest.mark.parametrize("row", ROWS, ids=[f"{n} {row.rule}" for n, row in enumerate(ROWS)])
def test_one_rule_broken_tells_just_that(scene: Scene, row: Row) -> None:
    row.ensure_in(scene)
