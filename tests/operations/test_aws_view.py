"""AWS's own view of an opportunity, in the engagement where it is shown: made when AWS approves and
whenever it says something, for the opportunity's owner alone."""

from typing import Any

import pytest

from tests.deals import AWS_VIEW, CATALOGS, Deal, created, engaged, followed, shown, submitted
from tests.harness import ACCOUNT, World
from tests.refusal import refusal


def view(deal: Deal, **members: Any) -> Any:
    return deal.snapshot(AWS_VIEW, **members)


@pytest.mark.parametrize("catalog", CATALOGS)
def test_approval_makes_awss_view(world: World, catalog: str) -> None:
    deal = submitted(world, catalog)
    assert is_unseen(deal)
    deal.review("Approved")
    made = view(deal)
    assert (made["Revision"], made["CreatedBy"], made["ResourceId"]) == (1, "aws", deal.id)
    assert made["TargetMemberAccounts"] == [ACCOUNT]
    assert made["Payload"] == {AWS_VIEW: deal.as_viewed()}
    assert made["Arn"].endswith(f"/template/{AWS_VIEW}/snapshot/1")


def test_accepted_referral_has_awss_view(world: World) -> None:
    referred = world.referred()
    deal = Deal(world, referred["OpportunityId"], referred["EngagementId"])
    deal.partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )
    made = view(deal)
    assert made["Revision"] == 1
    assert made["Payload"][AWS_VIEW]["Origin"] == "AWS Referral"


def test_each_update_makes_a_revision_unless_it_says_nothing_new(world: World) -> None:
    deal = submitted(world)
    deal.review("Approved")
    for number, score in ((2, "High"), (2, "High"), (3, "Low")):
        deal.say(Insights={"EngagementScore": score})
        made = view(deal)
        assert made["Revision"] == number
        shown = made["Payload"][AWS_VIEW]
        assert shown["Insights"] == {"EngagementScore": score}
    assert "Insights" not in view(deal, Revision=1)["Payload"][AWS_VIEW]


def test_update_of_what_is_shown_nowhere_makes_no_view(world: World) -> None:
    deal = created(world)
    deal.say(Insights={"EngagementScore": "High"})
    assert deal.summary()["Insights"] == {"EngagementScore": "High"}


def test_update_of_what_was_never_submitted_makes_a_view_where_it_is_shown(world: World) -> None:
    deal = engaged(world)
    deal.say(Insights={"EngagementScore": "High"})
    assert view(deal)["Revision"] == 1


def viewed(deal: Deal) -> bool:
    """Whether the view is as the summary is."""
    return bool(view(deal)["Payload"] == {AWS_VIEW: deal.as_viewed()})


def is_unseen(deal: Deal) -> bool:
    """Whether there is no view."""
    told = refusal(deal.partner.get_resource_snapshot, **deal.target(AWS_VIEW))
    return told.code == "ResourceNotFoundException"


@pytest.mark.parametrize("status", ["Approved", "Rejected", "Action Required"])
def test_view_of_what_was_never_submitted_follows_the_sandboxs_reviewer(
    world: World, status: str
) -> None:
    deal = engaged(world)
    deal.say()
    deal.update({"LifeCycle.ReviewStatus": status})
    assert view(deal)["Revision"] == 2
    assert viewed(deal)


def test_unspoken_draft_that_the_sandboxs_reviewer_approves_has_no_view_until_aws_speaks(
    world: World,
) -> None:
    deal = engaged(world)
    deal.update({"LifeCycle.ReviewStatus": "Approved"})
    assert is_unseen(deal)
    deal.say()
    assert view(deal)["Revision"] == 1
    assert viewed(deal)


def test_draft_that_aws_spoke_of_before_it_was_shown_has_a_view_with_its_next_act(
    world: World,
) -> None:
    spoken = created(world)
    spoken.say()
    deal = shown(spoken, engaged(world).engagement)
    deal.update({"LifeCycle.NextSteps": "Call again."})
    assert is_unseen(deal)
    deal.update({"LifeCycle.ReviewStatus": "Approved"})
    assert view(deal)["Revision"] == 1
    assert viewed(deal)


def test_view_of_what_aws_said_of_a_draft_follows_its_submission(world: World) -> None:
    """What AWS said of its involvement gives way to that."""
    deal = engaged(world)
    deal.say(InvolvementType="Co-Sell")
    deal.submit(InvolvementType="For Visibility Only", Visibility="Limited")
    assert view(deal)["Revision"] == 2
    assert viewed(deal)


@pytest.mark.parametrize("outcome", ["InReview", "ActionRequired", "Rejected"])
def test_no_other_outcome_makes_a_view_where_aws_said_nothing(world: World, outcome: str) -> None:
    deal = submitted(world)
    deal.review(outcome)
    assert is_unseen(deal)


def test_no_view_is_made_of_what_its_owner_alone_changes(world: World) -> None:
    deal = submitted(world)
    deal.review("Approved")
    deal.say(Insights={"EngagementScore": "High"})
    deal.update({"Customer.Contacts": [{"Email": "other@example.com"}]})
    assert view(deal)["Revision"] == 2
    deal.say(Insights={"EngagementScore": "High"})
    assert view(deal)["Revision"] == 3, "AWS speaks, if with the same words"
    assert viewed(deal)


def test_awss_view_is_for_the_owner_alone(world: World) -> None:
    deal = submitted(world)
    follower = followed(deal)
    deal.review("Approved")
    asked = deal.target(AWS_VIEW)
    told = refusal(follower.partner.get_resource_snapshot, **asked)
    assert told.code == "ResourceNotFoundException"

    def listed(one: Deal) -> list[tuple[str, str]]:
        found = one.partner.list_resource_snapshots(
            Catalog=one.catalog, EngagementIdentifier=one.engagement, MaxResults=100
        )["ResourceSnapshotSummaries"]
        return sorted((made["ResourceId"], made["ResourceSnapshotTemplateName"]) for made in found)

    for one, other in ((deal, follower), (follower, deal)):  # each has a view of its own
        assert (one.id, AWS_VIEW) in listed(one)
        assert (other.id, AWS_VIEW) not in listed(one)
        events = [made["detail"] for made in world.events(one.account)]
        arns = [made["resourceSnapshot"]["arn"] for made in events if "resourceSnapshot" in made]
        assert [f"/{one.id}/" in arn for arn in arns if AWS_VIEW in arn] == [True]


@pytest.mark.parametrize("operation", ["create_resource_snapshot", "create_resource_snapshot_job"])
def test_awss_view_is_not_a_partners_to_make(world: World, operation: str) -> None:
    deal = submitted(world)
    told = refusal(getattr(deal.partner, operation), **deal.target(AWS_VIEW))
    assert told.fields == [("resourceSnapshotTemplateIdentifier", "ACTION_NOT_PERMITTED")]
