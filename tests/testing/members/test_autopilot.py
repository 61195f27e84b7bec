"""What AWS does by itself, and what it leaves alone, in a world's words."""

import pytest

from cosell.testing.aws import AutopilotRule
from cosell.testing.calling import Refused
from cosell.testing.references import Thing
from cosell.testing.world import World
from tests.harness import Server

WAITS: AutopilotRule = {"delay_seconds": 60, "delay_seconds_max": 86_400}


def dues(world: World, *rules: AutopilotRule) -> list[str]:
    """When each rule reviews the first thing that meets it, in their order."""
    world.clock.freeze("2030-01-01")
    for rule in rules:
        world.aws.autopilot(**rule)
    found = []
    for rule in rules:
        before = world.clock.now()
        world.given.opportunity("Submitted", Project={"Title": rule.get("title_pattern", "else")})
        due = world.clock.next_due
        assert due is not None
        found.append(str(due - before))
        world.clock.advance_to_next()
    return found


# --- waits ---------------------------------------------------------------------------------------


def test_a_worlds_seed_draws_its_waits_wherever_it_is(server: Server) -> None:
    found = []
    for place, seed in ((None, 7), (None, 7), (server.url, 7), (None, 8)):
        with World(server=place, seed=seed) as world:
            found.append(dues(world, WAITS))
    assert found[0] == found[1] == found[2] != found[3]


def test_no_two_rules_of_a_seed_draw_alike(world: World) -> None:
    one: AutopilotRule = {**WAITS, "title_pattern": "one"}
    two: AutopilotRule = {**WAITS, "title_pattern": "two"}
    assert len(set(dues(world, one, two, WAITS))) == 3


def test_a_seed_that_is_said_is_the_rules(world: World) -> None:
    said: AutopilotRule = {**WAITS, "seed": 5}
    assert world.aws.autopilot(**said).Rules[0].Seed == 5


def test_the_same_rule_again_changes_nothing(world: World) -> None:
    world.clock.freeze("2030-01-01")
    rules = world.aws.autopilot(**WAITS).Rules
    world.given.opportunity("Submitted")
    due = world.clock.next_due
    world.clock.advance(seconds=30)
    assert world.aws.autopilot(**WAITS).Rules == rules
    assert world.clock.next_due == due


@pytest.mark.parametrize("act", ["Refer", "Leave"])
def test_a_wait_of_a_rule_that_has_none_is_refused_alone(world: World, act: str) -> None:
    said: AutopilotRule = {"act": act, "delay_seconds_max": 60}
    if act == "Leave":
        said["identifier"] = world.given.opportunity()
    with pytest.raises(Refused) as refused:
        world.aws.autopilot(**said)
    assert "delaySecondsMax" in str(refused.value)
    assert "seed" not in str(refused.value)


# --- what is left alone --------------------------------------------------------------------------


@pytest.mark.parametrize("catalog", ["AWS", "Sandbox"])
@pytest.mark.parametrize("by", ["answer", "arn"])
def test_an_opportunity_is_left_alone_by_any_name(world: World, by: str, catalog: str) -> None:
    world.aws.autopilot(delay_seconds=60)
    found = world.given.opportunity("Submitted", Catalog=catalog)
    named = {"answer": found, "arn": found.Arn}[by]
    rule = world.aws.autopilot(act="Leave", identifier=named)
    assert rule.Id == f"leave-{catalog}-{found.Id}"
    assert world.clock.advance(seconds=60) == 0
    world.aws.autopilot(act="Leave", Identifier=found.Id, Catalog=catalog)


def test_an_id_alone_is_of_the_worlds_catalog(world: World) -> None:
    found = world.given.opportunity(Catalog="AWS")
    with pytest.raises(Refused, match="ResourceNotFoundException"):
        world.aws.autopilot(act="Leave", identifier=found.Id)
    assert world.aws.autopilot(act="Leave", identifier=found.Id, catalog="AWS").Rules


@pytest.mark.parametrize("by", ["answer", "id", "arn", "what sent it", "engagement", "its answer"])
def test_an_invitation_is_left_alone_by_any_name(world: World, by: str) -> None:
    world.aws.autopilot(act="Accept", delay_seconds=60)
    found = world.given.invitation(to="aws")
    named: dict[str, Thing] = {
        "answer": found,
        "id": found.Id,
        "arn": found.Arn,
        "what sent it": {"Id": found.Id, "Arn": found.Arn},
        "engagement": found.EngagementId,
        "its answer": {"Id": found.EngagementId},
    }
    left = found.EngagementId if by in ("engagement", "its answer") else found.Id
    rule = world.aws.autopilot(act="Leave", identifier=named[by])
    assert rule.Rules[-1].Identifier == left
    assert world.clock.advance(seconds=60) == 0
    assert world.aws.answer_invitation(found, "Rejected").Status == "REJECTED"


def test_what_cannot_be_left_alone_is_said(world: World) -> None:
    told = (
        "No opportunity, invitation or engagement is named by 'task-1'. Give its id, its ARN, or an"
        " answer with OpportunityId, EngagementInvitationId, EngagementId or Id in it."
    )
    with pytest.raises(ValueError, match=told):
        world.aws.autopilot(act="Leave", identifier="task-1")
    with pytest.raises(Refused, match="identifier: is required with Act Leave"):
        world.aws.autopilot(act="Leave")
    with pytest.raises(Refused, match="identifier: is not for rules with Act Review"):
        world.aws.autopilot(identifier=world.given.opportunity())
