"""Builders reach every state that they name, with data that is valid and their own."""

from datetime import datetime
from typing import Any

import pytest

from cosell.testing.calling import Answer, Refused
from cosell.testing.documents import filled
from cosell.testing.given import INVITATION_STATES, STATES, TASKS
from cosell.testing.world import World
from tests.harness import Server

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


def test_no_builder_answers_a_null(world: World) -> None:
    given = world.given
    found = [given.opportunity("Launched"), given.invitation(), given.engagement(), given.lead()]
    found += [given.task(), given.snapshot_job(), given.solution(), Answer(given.target())]
    for one in found:
        assert type(one) is Answer
        assert one == filled(one)
        assert one


def test_times_are_as_they_are_on_the_wire(world: World) -> None:
    """As the guide says; boto3 takes them as they are."""
    found, client = world.given.opportunity(), world.partner.client
    asked = client.get_opportunity(Catalog="Sandbox", Identifier=found.Id)
    assert found.CreatedDate.endswith("Z")
    assert datetime.fromisoformat(found.CreatedDate) == asked["CreatedDate"]
    client.update_opportunity(**world.drafts.update(found))


def test_builders_are_not_among_the_calls(world: World) -> None:
    world.given.opportunity("Approved")
    assert not world.calls
    assert "CreateOpportunity" in world.calls.all.operations


@pytest.mark.parametrize("mode", ["Relaxed", "Documented"])
def test_quotas_do_not_count_what_builders_call(somewhere: World, mode: str) -> None:
    somewhere.clock.freeze()
    somewhere.desk("PutQuotas", Mode=mode)
    for _ in range(3):
        assert somewhere.given.opportunity("Launched").LifeCycle.Stage == "Launched"
    request = somewhere.example("CreateEngagementInvitation")
    called = [one.Operation for one in somewhere.desk("ListCalls", MaxResults=1000).Calls]
    assert called.count("PutQuotas") == 1
    assert somewhere.desk("GetQuotas").Quotas == []
    somewhere.partner.client.create_engagement_invitation(**request)
    (counted,) = somewhere.desk("GetQuotas").Quotas
    assert (counted.Operation, counted.Calls) == ("CreateEngagementInvitation", 1)
    assert (counted.Throttled, counted.WouldHaveBeenThrottled) == (0, 0)


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


def test_builders_have_room_beside_all_rules_of_the_tests_own(somewhere: World) -> None:
    somewhere.aws.autopilot(delay_seconds=3600)
    mine = somewhere.given.opportunity("Submitted")
    for number in range(100):
        somewhere.aws.autopilot(act="Leave", identifier=mine, Id=f"mine-{number}")
    assert somewhere.given.opportunity("Approved").LifeCycle.ReviewStatus == "Approved"
    assert somewhere.given.invitation(to="aws", state="REJECTED").Status == "REJECTED"
    assert len(somewhere.desk("GetAutopilot").Rules) == 101


def test_what_was_built_is_the_autopilots_afterwards(somewhere: World) -> None:
    somewhere.aws.autopilot(outcome="Rejected", delay_seconds=60)
    waits = somewhere.given.opportunity("Submitted")
    in_review = somewhere.given.opportunity("In review")
    somewhere.clock.advance(minutes=2)
    for built in (waits, in_review):
        found = somewhere.caller()("GetOpportunity", Catalog="Sandbox", Identifier=built.Id)
        assert found.LifeCycle.ReviewStatus == "Rejected"


@pytest.mark.parametrize("rule", [{}, {"title_pattern": "^shop$"}])
def test_a_rule_for_the_title_leaves_what_is_built_alone_too(
    somewhere: World, rule: dict[str, str]
) -> None:
    somewhere.aws.autopilot(**rule)  # type: ignore[arg-type]
    for state in ("Submitted", "Rejected"):
        built = somewhere.given.opportunity(state, Project={"Title": "shop"})
        assert built.LifeCycle.ReviewStatus == state


def test_what_waits_already_waits_on_while_another_of_its_title_is_built(somewhere: World) -> None:
    somewhere.clock.freeze("2030-01-01")
    somewhere.aws.autopilot(delay_seconds=3600)
    somewhere.aws.autopilot(act="Accept", delay_seconds=3600)
    shop, told = {"Title": "shop"}, {"Message": "Please join"}
    somewhere.given.opportunity("Submitted", Project=shop)
    somewhere.given.invitation(to="aws", from_=None, **told)
    somewhere.clock.advance(seconds=1800)
    somewhere.given.opportunity("Submitted", Project=shop)
    somewhere.given.invitation(to="aws", from_=None, **told)
    assert _dues(somewhere) == ["01:00:00", "01:00:00", "01:30:00", "01:30:00"]


def test_builders_draw_the_same_waits_wherever_the_world_is(server: Server) -> None:
    found = []
    for place in (None, server.url):
        with World(server=place) as world:
            found.append(_drawn(world))
    assert found[0] == found[1]
    assert len(set(found[0])) == len(found[0]) == 6


def _drawn(world: World) -> list[str]:
    """The instants for which a suite with a seed has planned something, in order."""
    world.clock.freeze("2030-01-01")
    world.aws.autopilot(Id="take", outcome="In review", delay_seconds_max=36_000, seed=7)
    world.aws.autopilot(Id="decide", delay_seconds=40_000, delay_seconds_max=80_000, seed=8)
    world.aws.autopilot(act="Accept", delay_seconds_max=36_000, seed=9)
    for state in ("Approved", "Submitted", "Rejected", "In review", "Launched", "Submitted"):
        world.given.opportunity(state)
    for state in ("REJECTED", "PENDING", "ACCEPTED", "PENDING"):
        world.given.invitation(to="aws", from_=None, state=state)
    # What was taken up is decided later, beside what was in review: each twice or once.
    return _dues(world)[:6]


def _dues(world: World) -> list[str]:
    """When something is due, one after another, but for expiries."""
    times = []
    while (due := world.desk("GetClock").NextDueTime) and due < "2030-01-03":
        times += [due[11:19]] * world.desk("AdvanceClock", To=due).Fired
    return times
