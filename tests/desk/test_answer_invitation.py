"""AnswerInvitation: AWS accepts or rejects what a partner invited it to, without a submission."""

from typing import Any

import pytest

from tests.engaging import CATALOG, engaged, invited, lead, lead_payload
from tests.harness import ACCOUNT, OTHER, World
from tests.refusal import desk_refusal
from tests.sharing import target
from tests.submitting import CO_SELL, created

BOX = {"Catalog": CATALOG}


def named(invitation: str, **more: Any) -> dict[str, Any]:
    return {**BOX, "EngagementInvitationIdentifier": invitation, **more}


def read(world: World, invitation: str) -> Any:
    return world.client().get_engagement_invitation(**BOX, Identifier=invitation)


def members(world: World, engagement: str) -> list[str]:
    told = world.client().list_engagement_members(**BOX, Identifier=engagement)
    return [one["AccountId"] for one in told["EngagementMemberList"]]


def events(world: World, account: str = ACCOUNT) -> list[str]:
    told = world.desk("ListEvents", AccountId=account)["Events"]
    return [one["Event"]["detail-type"] for one in told]


def sent_by(world: World) -> list[tuple[str, str]]:
    """What the sender lists: ids and statuses."""
    page = world.client().list_engagement_invitations(**BOX, ParticipantType="SENDER")
    return [(one["Id"], one["Status"]) for one in page["EngagementInvitationSummaries"]]


# --- the sender's side ---------------------------------------------------------------------------


def test_aws_accepts_in_the_shortest_call(world: World) -> None:
    engagement = engaged(world)["Id"]
    invitation = invited(world, engagement, "aws")
    assert world.desk("AnswerInvitation", **named(invitation)) == {
        "EngagementId": engagement,
        "EngagementInvitationId": invitation,
        "RejectionReason": None,
        "Status": "ACCEPTED",
    }
    assert read(world, invitation)["Status"] == "ACCEPTED"
    assert sent_by(world) == [(invitation, "ACCEPTED")]
    assert members(world, engagement) == [ACCOUNT, "aws"]
    assert events(world)[-2:] == [
        "Engagement Invitation Accepted",
        "Engagement Member Added",
    ]


@pytest.mark.parametrize("outcome", ["Rejected", "REJECTED"])
def test_aws_rejects_with_a_reason(world: World, outcome: str) -> None:
    engagement = engaged(world)["Id"]
    invitation = invited(world, engagement, "aws")
    arn = read(world, invitation)["Arn"]
    told = world.desk("AnswerInvitation", **named(arn, Outcome=outcome, Reason="Not our business"))
    assert (told["Status"], told["RejectionReason"]) == ("REJECTED", "Not our business")
    after = read(world, invitation)
    assert (after["Status"], after["RejectionReason"]) == ("REJECTED", "Not our business")
    assert sent_by(world) == [(invitation, "REJECTED")]
    assert members(world, engagement) == [ACCOUNT]
    assert events(world)[-1] == "Engagement Invitation Rejected"
    again = invited(world, engagement, "aws")  # it may be asked again
    assert world.desk("AnswerInvitation", **named(again))["Status"] == "ACCEPTED"


def test_aws_rejects_without_a_reason(world: World) -> None:
    invitation = invited(world, engaged(world)["Id"], "aws")
    world.desk("AnswerInvitation", **named(invitation, Outcome="Rejected"))
    assert read(world, invitation)["RejectionReason"] == "Other"


def test_aws_answers_an_invitation_to_a_lead(world: World) -> None:
    engagement = engaged(world, lead())["Id"]
    invitation = invited(world, engagement, "aws", Payload=lead_payload())
    assert world.desk("AnswerInvitation", **named(invitation))["Status"] == "ACCEPTED"
    assert members(world, engagement) == [ACCOUNT, "aws"]


def test_answer_again_with_its_token_is_the_first_one(world: World) -> None:
    invitation = invited(world, engaged(world)["Id"], "aws")
    first = world.desk("AnswerInvitation", **named(invitation, ClientToken="one"))
    assert world.desk("AnswerInvitation", **named(invitation, ClientToken="one")) == first
    other = desk_refusal(
        world, "AnswerInvitation", **named(invitation, Outcome="Rejected", ClientToken="one")
    )
    assert other.code == "ConflictException"


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["Accepted", "Rejected"])
@pytest.mark.parametrize("after", ["Accepted", "Rejected"])
def test_what_was_answered_stays_so(world: World, before: str, after: str) -> None:
    invitation = invited(world, engaged(world)["Id"], "aws")
    world.desk("AnswerInvitation", **named(invitation, Outcome=before))
    told = desk_refusal(world, "AnswerInvitation", **named(invitation, Outcome=after))
    assert told.code == "ConflictException"
    assert read(world, invitation)["Status"] == before.upper()


def test_invitation_of_somebody_else_is_not_for_aws_to_answer(world: World) -> None:
    invitation = invited(world, engaged(world)["Id"], OTHER)
    told = desk_refusal(world, "AnswerInvitation", **named(invitation))
    assert told.code == "AccessDeniedException"
    assert read(world, invitation)["Status"] == "PENDING"


def test_invitation_of_another_catalog_or_namespace_is_not_found(world: World) -> None:
    invitation = invited(world, engaged(world)["Id"], "aws")
    arn = read(world, invitation)["Arn"]
    foreign = World(world.server)
    for place, asked in (
        (world, named(invitation, Catalog="AWS")),
        (world, named(arn, Catalog="AWS")),
        (world, named(arn.replace("engagement-invitation/engi-", "engagement/eng-"))),
        (foreign, named(invitation)),
        (foreign, named(arn)),
    ):
        assert desk_refusal(place, "AnswerInvitation", **asked).code == "ResourceNotFoundException"
    assert read(world, invitation)["Status"] == "PENDING"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"Outcome": "Maybe"}, ("outcome", "INVALID_ENUM_VALUE")),
        ({"Reason": "Why not"}, ("reason", "INVALID_VALUE")),
        ({"Reason": "x" * 81, "Outcome": "Rejected"}, ("reason", "INVALID_STRING_FORMAT")),
        (
            {"EngagementInvitationIdentifier": "engi-1"},
            ("engagementInvitationIdentifier", "INVALID_STRING_FORMAT"),
        ),
    ],
)
def test_answer_that_cannot_be_is_refused(
    world: World, wrong: dict[str, Any], field: tuple[str, str]
) -> None:
    invitation = invited(world, engaged(world)["Id"], "aws")
    told = desk_refusal(world, "AnswerInvitation", **{**named(invitation), **wrong})
    assert told.fields == [field]
    assert read(world, invitation)["Status"] == "PENDING"


@pytest.mark.parametrize("outcome", ["Accepted", "Rejected"])
def test_invitation_of_a_submission_is_left_to_the_review(world: World, outcome: str) -> None:
    id = created(world)
    engagement = engaged(world)["Id"]
    world.client().create_resource_snapshot(**target(engagement, id))
    invitation = invited(world, engagement, "aws")
    world.client().submit_opportunity(**BOX, Identifier=id, **CO_SELL)
    told = desk_refusal(world, "AnswerInvitation", **named(invitation, Outcome=outcome))
    assert told.code == "ConflictException"
    assert told.message == (
        f"Opportunity {id} awaits AWS's review in this engagement, and the review answers the"
        " invitation: call ReviewOpportunity."
    )
    world.desk("ReviewOpportunity", **BOX, OpportunityIdentifier=id, Outcome="Approved")
    assert read(world, invitation)["Status"] == "ACCEPTED"


# --- by itself -----------------------------------------------------------------------------------


def test_autopilot_rejects_what_it_is_told_to(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    put = world.desk("PutAutopilot", Act="Reject", TitlePattern="^No", Reason="No", DelaySeconds=60)
    assert put["Rules"][0]["Act"] == "Reject"
    world.desk("PutAutopilot", Act="Accept", DelaySeconds=60)
    world.desk("PutAutopilot", Id="later", Act="Reject")
    ids = [invited(world, engaged(world, Title=title)["Id"], "aws") for title in ("No", "Yes")]
    assert world.desk("AdvanceClock", Seconds=60)["Fired"] == 2
    told = [read(world, id) for id in ids]
    assert [(one["Status"], one.get("RejectionReason")) for one in told] == [
        ("REJECTED", "No"),
        ("ACCEPTED", None),
    ]
