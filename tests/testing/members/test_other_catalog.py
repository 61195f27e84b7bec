"""AWS is asked for something in one catalog, and the other has it: that is said."""

from collections.abc import Callable
from typing import Any

import pytest

from cosell.testing.calling import Refused
from cosell.testing.world import World


def opportunity(world: World) -> Any:
    return world.given.opportunity("Submitted", Catalog="AWS")


def engagement(world: World) -> Any:
    return world.given.engagement(Catalog="AWS")


def lead(world: World) -> Any:
    return world.given.lead(Catalog="AWS")


def invitation(world: World) -> Any:
    return world.given.invitation(to="aws", Catalog="AWS")


def members(world: World, named: str) -> None:
    world.desk("ListMembers", Catalog="Sandbox", EngagementIdentifier=named)


def leave(world: World, named: str) -> None:
    world.aws.autopilot(act="Leave", identifier=named, Catalog="Sandbox")


def aws(act: str) -> Callable[[World, str], None]:
    """AWS does something with what is named, as the member of `world.aws` has it."""

    def does(world: World, named: str) -> None:
        getattr(world.aws, act)(named, Catalog="Sandbox")

    does.__name__ = act  # by which the test is known
    return does


@pytest.mark.parametrize("by", ["Id", "Arn"])
@pytest.mark.parametrize(
    ("make", "act", "kind"),
    [
        (opportunity, aws("review"), "opportunity"),
        (opportunity, aws("update_summary"), "opportunity"),
        (opportunity, aws("update_opportunity"), "opportunity"),
        (opportunity, leave, "opportunity"),
        (invitation, aws("answer_invitation"), "engagement invitation"),
        (invitation, leave, "engagement invitation"),
        (lead, aws("update_lead"), "engagement"),
        (engagement, leave, "engagement"),
        (engagement, aws("put_prospect"), "engagement"),
        (engagement, members, "engagement"),
    ],
)
def test_what_the_other_catalog_has_is_said(
    world: World, make: Any, act: Any, kind: str, by: str
) -> None:
    made = make(world)
    with pytest.raises(Refused) as refused:
        act(world, made[by])
    assert refused.value.code == "ResourceNotFoundException"
    assert refused.value.message == (
        f"There is no such {kind} in catalog Sandbox. It is in catalog AWS: name that one."
    )


@pytest.mark.parametrize("by", ["TaskId", "TaskArn"])
def test_a_task_of_the_other_catalog(world: World, by: str) -> None:
    task = world.given.task("StartEngagementByAcceptingInvitationTask")
    with pytest.raises(
        Refused, match=r"There is no such task in catalog AWS\. It is in catalog Sandbox: name"
    ):
        world.desk("AdvanceTask", Catalog="AWS", TaskIdentifier=task[by])


def test_what_nobody_has_accepted_yet_is_in_no_catalog(world: World) -> None:
    made = world.aws.refer(Catalog="AWS")
    with pytest.raises(Refused, match=r"There is no such opportunity in catalog Sandbox\.$"):
        world.aws.review(made.OpportunityId)
    world.partner.client.start_engagement_by_accepting_invitation_task(
        Catalog="AWS", Identifier=made.EngagementInvitationId
    )
    with pytest.raises(Refused, match="It is in catalog AWS"):
        world.aws.review(made.OpportunityId)
