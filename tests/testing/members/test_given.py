"""Builders reach every state that they name, with data that is valid and their own."""

from typing import Any

import pytest

from cosell.testing.calling import Refused
from cosell.testing.given import INVITATION_STATES, STATES, TASKS
from cosell.testing.world import World

FRIEND = "444455556666"
REVIEWED = ("Submitted", "In review", "Action Required", "Approved", "Rejected")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("catalog", ["AWS", "Sandbox"])
def test_opportunity_is_in_the_state_that_is_asked_for(
    world: World, state: str, catalog: str
) -> None:
    found = world.given.opportunity(state, Catalog=catalog)
    life = found.LifeCycle
    assert state in (life.ReviewStatus, life.Stage)
    if state not in (*REVIEWED, "Pending Submission"):
        assert (life.ReviewStatus, life.Stage) == ("Approved", state)
    assert found.Catalog == catalog
    answer = world.partner.client.get_opportunity(Catalog=catalog, Identifier=found.Id)
    assert found.keys() == answer.keys() - {"ResponseMetadata"}
    assert found.Customer == answer["Customer"]


@pytest.mark.parametrize("mode", ["Paced", "Held"])
def test_opportunity_does_not_wait_for_the_pace(world: World, mode: str) -> None:
    world.desk("PutPace", Mode=mode)
    assert world.given.opportunity("Approved").LifeCycle.ReviewStatus == "Approved"


def test_members_go_over_the_builders_own(world: World) -> None:
    found = world.given.opportunity(
        Project={"Title": "Mine"}, NationalSecurity=None, LifeCycle={"NextSteps": None}
    )
    assert found.Project.Title == "Mine"
    assert found.Project.CustomerBusinessProblem
    assert found.LifeCycle.Stage == "Prospect"
    assert "NextSteps" not in found.LifeCycle


def test_what_is_built_is_told_apart(world: World) -> None:
    one, two = world.given.opportunity(), world.given.opportunity()
    assert one.Project.Title != two.Project.Title
    assert one.Customer.Account.CompanyName != two.Customer.Account.CompanyName


def test_dates_follow_the_world(world: World) -> None:
    world.clock.set("2031-05-01")
    assert world.given.opportunity("Approved").LifeCycle.TargetCloseDate == "2031-07-30"


def test_opportunity_of_another_partner(world: World) -> None:
    found = world.given.opportunity(owner=FRIEND)
    assert f":{FRIEND}:" in found.Arn
    with pytest.raises(Refused, match="ResourceNotFoundException"):
        world.caller()("GetOpportunity", Catalog="Sandbox", Identifier=found.Id)


def test_state_that_there_is_not_is_said(world: World) -> None:
    with pytest.raises(ValueError, match=r"No opportunity can be 'Won'. It can be Pending"):
        world.given.opportunity("Won")


@pytest.mark.parametrize("state", ["PENDING", "ACCEPTED", "REJECTED"])
@pytest.mark.parametrize("sender", ["aws", "111122223333", FRIEND])
def test_invitation(world: World, state: str, sender: str) -> None:
    found = world.given.invitation(from_=sender, state=state)
    assert (found.Status, found.SenderAwsAccountId) == (state, sender)
    receiver = found.Receiver.Account.AwsAccountId
    assert receiver != sender
    assert (receiver == world.account) is (sender != world.account)


@pytest.mark.parametrize("state", ["PENDING", "ACCEPTED", "REJECTED"])
def test_invitation_to_aws(world: World, state: str) -> None:
    found = world.given.invitation(to="aws", state=state)
    assert (found.Status, found.SenderAwsAccountId) == (state, world.account)
    assert found.Receiver.Account.AwsAccountId == "aws"


def test_invitation_expires_by_time_alone(world: World) -> None:
    with pytest.raises(ValueError, match=r"cosell\.clock\.advance\(days=15\)"):
        world.given.invitation(state="EXPIRED")
    found = world.given.invitation()
    assert world.clock.advance(days=15) == 1
    named = {"Catalog": "Sandbox", "Identifier": found.Id}
    assert world.caller()("GetEngagementInvitation", **named).Status == "EXPIRED"


def test_invitation_says_what_it_is_told_to(world: World) -> None:
    assert world.given.invitation(Message="Look!").InvitationMessage == "Look!"
    sent = world.given.invitation(from_=FRIEND, Message="Look!")
    assert sent.InvitationMessage == "Look!"


def test_engagement_has_its_members(world: World) -> None:
    found = world.given.engagement(with_=[FRIEND, "777788889999"], Title="Together")
    assert (found.MemberCount, found.Title) == (3, "Together")
    assert world.given.engagement(owner=FRIEND).CreatedBy == FRIEND


@pytest.mark.parametrize("from_", ["aws", None])
def test_lead(world: World, from_: Any) -> None:
    found = world.given.lead(from_=from_, QualificationStatus="Qualified")
    assert found.Contexts[0].Payload.Lead.QualificationStatus == "Qualified"
    made = world.given.task("StartOpportunityFromEngagementTask", Identifier=found.Id)
    assert made.TaskStatus == "COMPLETE"


def test_lead_of_one_partner_for_another_is_not_made(world: World) -> None:
    with pytest.raises(ValueError, match="A lead comes from AWS or is the partner's own"):
        world.given.lead(from_=FRIEND)


@pytest.mark.parametrize("kind", TASKS)
def test_task(world: World, kind: str) -> None:
    made = world.given.task(kind)
    assert made.TaskId.startswith("task-")
    assert world.tasks[made].kind == kind


def test_task_of_no_kind_is_said(world: World) -> None:
    with pytest.raises(ValueError, match="No operation 'CreateOpportunity' starts a task"):
        world.given.task("CreateOpportunity")


@pytest.mark.parametrize("state", ["Running", "Stopped"])
def test_snapshot_job(world: World, state: str) -> None:
    assert world.given.snapshot_job(state).Status == state


def test_solution(world: World) -> None:
    made = world.given.solution(Name="Ours")
    listed = world.caller()("ListSolutions", Catalog="Sandbox", Identifier=[made.Id])
    assert listed.SolutionSummaries[0].Name == "Ours"


def test_builders_are_not_among_the_calls(world: World) -> None:
    world.given.opportunity("Approved")
    assert not world.calls
    assert "CreateOpportunity" in world.calls.all.operations


def test_builders_do_not_wait_for_quotas(world: World) -> None:
    world.desk("PutQuotas", Mode="Documented")
    for _ in range(3):
        assert world.given.opportunity("Launched").LifeCycle.Stage == "Launched"
    assert world.desk("GetQuotas").Mode == "Documented"


@pytest.mark.parametrize("profile", ["documented", "newly-onboarded", "production-like"])
def test_builders_work_in_every_profile(profile: str) -> None:
    with World(profile=profile, seed=1) as world:
        for state in STATES:
            found = world.given.opportunity(state)
            assert state in (found.LifeCycle.ReviewStatus, found.LifeCycle.Stage)
        assert world.given.invitation(from_="B", state="ACCEPTED").Status == "ACCEPTED"
        assert world.given.lead().Contexts[0].Type == "Lead"


def test_builders_meet_faults(world: World) -> None:
    with world.faults.throttle("CreateOpportunity"), pytest.raises(Refused, match="Throttling"):
        world.given.opportunity()


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda given: given.opportunity(Projct={}), "Projct. Did you mean Project"),
        (lambda given: given.opportunity(project={}), "project. Did you mean Project"),
        (
            lambda given: given.opportunity(Project={"Titel": ""}),
            "Project.Titel. Did you mean Title",
        ),
        (lambda given: given.engagement(Titel="x"), "Titel. Did you mean Title"),
        (lambda given: given.invitation(to="B", from_="C", Mesage=""), "Invitation.Mesage. Did"),
        (lambda given: given.invitation(to="B", frm="C"), "frm"),
        (
            lambda given: given.lead(from_=None, Custmer={}),
            r"Contexts.0..Payload.Lead.Custmer. Did",
        ),
        (lambda given: given.snapshot_job(Tag=[]), "Tag. Did you mean Tags"),
        (lambda given: given.target(Kind="x"), "Kind"),
        (lambda given: given.task(Identifer="x"), "Identifer. Did you mean Identifier"),
    ],
)
def test_misspelt_members_are_told(world: World, build: Any, told: str) -> None:
    with pytest.raises((ValueError, Refused), match=told):
        build(world.given)
    assert not world.caller()("ListOpportunities", Catalog="Sandbox").OpportunitySummaries


def test_misspelt_members_of_an_example_are_told(world: World) -> None:
    with pytest.raises(ValueError, match="no member Lifecycle"):
        world.example("UpdateOpportunity", Lifecycle={})


@pytest.mark.parametrize("state", [state for state in STATES if state != "Pending Submission"])
def test_opportunity_beside_an_autopilot(somewhere: World, state: str) -> None:
    """On a server it acts by itself, between two calls of a builder's."""
    rules = somewhere.aws.autopilot(outcome="Approved").Rules
    life = somewhere.given.opportunity(state, Project={"Title": "100% (a.b*c) é"}).LifeCycle
    assert state in (life.ReviewStatus, life.Stage)
    assert somewhere.desk("GetAutopilot").Rules == rules


@pytest.mark.parametrize("state", INVITATION_STATES)
def test_invitation_to_aws_beside_an_autopilot(somewhere: World, state: str) -> None:
    rules = somewhere.aws.autopilot(act="Accept").Rules
    assert somewhere.given.invitation(to="aws", from_=None, state=state).Status == state
    assert somewhere.desk("GetAutopilot").Rules == rules


def test_what_was_built_is_the_autopilots_afterwards(somewhere: World) -> None:
    somewhere.aws.autopilot(outcome="Rejected", delay_seconds=60)
    waits = somewhere.given.opportunity("Submitted")
    in_review = somewhere.given.opportunity("In review")
    somewhere.clock.advance(minutes=2)
    for built in (waits, in_review):
        found = somewhere.caller()("GetOpportunity", Catalog="Sandbox", Identifier=built.Id)
        assert found.LifeCycle.ReviewStatus == "Rejected"


def test_a_decision_that_was_there_first_is_told(world: World) -> None:
    """On a server a rule that names this title itself may be as quick."""
    world.aws.autopilot(outcome="Rejected")
    call, built = world.drafts.caller(), world.given.opportunity("Submitted")
    named = {"Catalog": built.Catalog, "Identifier": built.Id}
    world.clock.advance(1)
    world.given._review(call, named, "Rejected")
    told = "It cannot be Approved: a rule of cosell.aws.autopilot was there first"
    with pytest.raises(ValueError, match=told):
        world.given._review(call, named, "Approved")


def test_an_answer_that_was_there_first_is_told(world: World) -> None:
    world.aws.autopilot(act="Accept")
    call, sent = world.drafts.caller(), world.given.invitation(to="aws", from_=None)
    named = {"Catalog": sent.Catalog, "Identifier": sent.Id}
    world.clock.advance(1)
    world.given._answer(call, named, "ACCEPTED")
    with pytest.raises(ValueError, match=r"It cannot be REJECTED: .* and it is ACCEPTED"):
        world.given._answer(call, named, "REJECTED")
