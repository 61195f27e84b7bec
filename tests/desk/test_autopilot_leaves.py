"""One thing that the autopilot leaves alone: AWS looks at it once that is over, as if it had been
waiting all along."""

from typing import Any

import pytest

from cosell import testing as laboratory
from cosell.clock import wall_ms
from cosell.store import agenda, namespaces
from cosell.testing.place import here
from tests.engaging import engaged, invited
from tests.harness import World
from tests.piloting import (
    BOX,
    HOUR_S,
    advanced,
    answered,
    next_due,
    status,
    submitted,
    titled,
)
from tests.refusal import desk_refusal
from tests.sharing import target
from tests.submitting import CO_SELL, created, shared

LEAVE = {"Act": "Leave", **BOX}


def leave(world: World, id: str, **more: str) -> Any:
    return world.desk("PutAutopilot", **LEAVE, Identifier=id, **more)


def test_it_waits_on_while_it_is_left_alone(still: World) -> None:
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    id, other = submitted(still), submitted(still)
    advanced(still, 60)
    rule = leave(still, id)["Id"]
    assert rule == f"leave-Sandbox-{id}"
    assert advanced(still, 60)["Fired"] == 0
    still.desk("DeleteAutopilot", Id=rule)
    assert next_due(still) == "2030-01-01T01:00:00.000Z"
    assert advanced(still, HOUR_S - 120)["Fired"] == 2
    assert [status(still, one) for one in (id, other)] == ["Approved", "Approved"]


def test_what_became_due_meanwhile_happens_at_once(still: World) -> None:
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    id, other = submitted(still), submitted(still)
    rule = leave(still, id)["Id"]
    assert advanced(still, 2 * HOUR_S)["Fired"] == 1
    assert [status(still, one) for one in (id, other)] == ["Submitted", "Approved"]
    still.desk("DeleteAutopilot", Id=rule)
    advanced(still)  # unless it has happened by itself already
    assert status(still, id) == "Approved"
    # Now, and not when it was due: who lists what has changed since then has to see it.
    changed = still.client().get_opportunity(**BOX, Identifier=id)["LastModifiedDate"]
    assert changed.isoformat() == "2030-01-01T02:00:00+00:00"


def test_what_begins_to_wait_meanwhile_draws_its_wait_as_ever(still: World) -> None:
    """With the same seed, one that is left alone and one that is not."""
    rule = {"DelaySecondsMax": 36_000, "Seed": 7}
    still.desk("PutAutopilot", **rule)
    submitted(still)
    first = next_due(still)
    still.desk("DeleteAutopilot")
    still.desk("PutAutopilot", **rule, Id="again", TitlePattern="^shop$")
    id = shared(still, **titled("shop"))
    leave(still, id)
    still.client().submit_opportunity(**BOX, Identifier=id, **CO_SELL)
    assert next_due(still) is None
    shown = still.desk("GetAutopilot")["Rules"]
    assert shown[1] == {"Id": f"leave-Sandbox-{id}", **LEAVE, "Identifier": id}
    still.desk("DeleteAutopilot", Id=shown[1]["Id"])
    assert next_due(still) == first


def test_look_that_an_older_program_planned_waits_as_well() -> None:
    """On one database with this one, it knows no rules that leave anything alone."""
    with laboratory.World() as own:
        own.clock.freeze("2030-01-01")
        own.aws.autopilot(delay_seconds=HOUR_S)
        id = own.given.opportunity("Submitted").Id
        rule = f"leave-Sandbox-{id}"
        own.aws.autopilot(act="Leave", identifier=id)
        with here().engine.store.write() as tx:
            found = namespaces.find(tx, own.name)
            agenda.plan(tx, found.ns, found.now(wall_ms()), "autopilot-review", id)
        assert own.settle().fired == 1
        seen = own.partner.call("GetOpportunity", **BOX, Identifier=id)
        assert seen.LifeCycle["ReviewStatus"] == "Submitted"
        own.desk("DeleteAutopilot", Id=rule)
        assert own.settle().fired == 1
        seen = own.partner.call("GetOpportunity", **BOX, Identifier=id)
        assert seen.LifeCycle["ReviewStatus"] == "Approved"


def test_what_was_decided_meanwhile_is_not_looked_at(still: World) -> None:
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    id = submitted(still)
    rule = leave(still, id)["Id"]
    still.desk("ReviewOpportunity", **BOX, OpportunityIdentifier=id, Outcome="Rejected")
    still.desk("DeleteAutopilot", Id=rule)
    assert next_due(still) is None


def test_rules_that_change_meanwhile_hold_afterwards(still: World) -> None:
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    id = submitted(still)
    rule = leave(still, id)["Id"]
    still.desk("PutAutopilot", DelaySeconds=60, Outcome="Rejected")
    assert next_due(still) is None
    still.desk("DeleteAutopilot", Id=rule)
    assert next_due(still) == "2030-01-01T00:01:00.000Z"
    leave(still, id)
    still.desk("DeleteAutopilot", Id="review")
    still.desk("DeleteAutopilot", Id=rule)
    assert next_due(still) is None


def test_it_is_left_alone_by_two_until_both_are_gone(still: World) -> None:
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    id = submitted(still)
    for name in ("one", "two"):
        leave(still, id, Id=name)
    still.desk("DeleteAutopilot", Id="one")
    assert next_due(still) is None
    still.desk("DeleteAutopilot", Id="two")
    assert next_due(still) == "2030-01-01T01:00:00.000Z"


def test_a_rule_that_comes_to_leave_another_alone_gives_the_first_back(still: World) -> None:
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    first, second = submitted(still), submitted(still)
    leave(still, first, Id="it")
    leave(still, second, Id="it")
    assert advanced(still, HOUR_S)["Fired"] == 1
    assert [status(still, id) for id in (first, second)] == ["Approved", "Submitted"]


def test_invitations_into_an_engagement(still: World) -> None:
    still.desk("PutAutopilot", Act="Accept", DelaySeconds=HOUR_S)
    engagement = engaged(still)["Id"]
    rule = leave(still, engagement)["Id"]
    invitation = invited(still, engagement, "aws")
    other = invited(still, engaged(still)["Id"], "aws")
    assert advanced(still, HOUR_S)["Fired"] == 1
    assert [answered(still, one) for one in (invitation, other)] == ["PENDING", "ACCEPTED"]
    still.desk("DeleteAutopilot", Id=rule)
    advanced(still)  # unless it has happened by itself already
    assert answered(still, invitation) == "ACCEPTED"


def test_one_invitation_alone(still: World) -> None:
    still.desk("PutAutopilot", Act="Accept", DelaySeconds=HOUR_S)
    engagements = [engaged(still)["Id"] for _ in range(2)]
    invitation, other = [invited(still, one, "aws") for one in engagements]
    rule = leave(still, invitation)
    assert rule["Id"] == f"leave-Sandbox-{invitation}"
    assert rule["Rules"][-1]["Identifier"] == invitation
    assert advanced(still, HOUR_S)["Fired"] == 1
    assert [answered(still, one) for one in (invitation, other)] == ["PENDING", "ACCEPTED"]
    still.desk("DeleteAutopilot", Id=rule["Id"])
    advanced(still)  # unless it has happened by itself already
    assert answered(still, invitation) == "ACCEPTED"


def test_an_invitation_is_left_alone_with_its_engagement_until_both_are_gone(still: World) -> None:
    still.desk("PutAutopilot", Act="Accept", DelaySeconds=HOUR_S)
    engagement = engaged(still)["Id"]
    invitation = invited(still, engagement, "aws")
    rules = [leave(still, one)["Id"] for one in (engagement, invitation)]
    for rule, due in zip(rules, (None, "2030-01-01T01:00:00.000Z"), strict=True):
        assert next_due(still) is None
        still.desk("DeleteAutopilot", Id=rule)
        assert next_due(still) == due


def test_what_aws_has_looked_at_it_looks_at_no_more(still: World) -> None:
    """It has left the invitation to the review, and does so still."""
    still.desk("PutAutopilot", Act="Accept", DelaySeconds=HOUR_S)
    engagement, id = engaged(still)["Id"], created(still)
    still.client().create_resource_snapshot(**target(engagement, id))
    invitation = invited(still, engagement, "aws")
    still.client().submit_opportunity(**BOX, Identifier=id, **CO_SELL)
    assert advanced(still, HOUR_S)["Fired"] == 1
    rule = leave(still, engagement)["Id"]
    still.desk("DeleteAutopilot", Id=rule)
    assert next_due(still) is None
    assert answered(still, invitation) == "PENDING"


def test_a_copy_has_what_is_left_alone(still: World) -> None:
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    id = submitted(still)
    leave(still, id)
    copy = World(still.server)
    copy.desk("ForkNamespace", Source=still.namespace)
    assert copy.desk("DeleteAutopilot", Id=f"leave-Sandbox-{id}")["Deleted"] == 1
    assert next_due(copy) == "2030-01-01T01:00:00.000Z"
    assert next_due(still) is None


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        (LEAVE, [("identifier", "REQUIRED_FIELD_MISSING")]),
        ({**LEAVE, "Identifier": "O1", "DelaySeconds": 1}, [("delaySeconds", "INVALID_VALUE")]),
        ({"Act": "Leave", "Identifier": "O1"}, [("catalog", "REQUIRED_FIELD_MISSING")]),
        ({**LEAVE, "Identifier": "eng-1"}, [("identifier", "INVALID_STRING_FORMAT")]),
        ({"Identifier": "O1"}, [("identifier", "INVALID_VALUE")]),
    ],
)
def test_what_cannot_be_left_alone_is_refused(
    world: World, rule: dict[str, Any], fields: list[tuple[str, str]]
) -> None:
    assert desk_refusal(world, "PutAutopilot", **rule).fields == fields
    assert world.desk("GetAutopilot")["Rules"] == []


@pytest.mark.parametrize("id", ["O1234567", "eng-0123456789abcd", "engi-0123456789abc"])
def test_what_is_not_there_is_not_left_alone(world: World, id: str) -> None:
    refused = desk_refusal(world, "PutAutopilot", **LEAVE, Identifier=id)
    assert refused.code == "ResourceNotFoundException"
    assert world.desk("GetAutopilot")["Rules"] == []


def test_there_is_room_beside_all_other_rules(still: World) -> None:
    for number in range(100):
        still.desk("PutAutopilot", Id=f"rule-{number}")
    id = submitted(still)
    for number in range(100):
        leave(still, id, Id=f"leave-{number}")
    refused = desk_refusal(still, "PutAutopilot", **LEAVE, Identifier=id, Id="one-more")
    assert refused.fields == [("id", "INVALID_VALUE")]
    assert refused.errors[0][2] == "There are 100 rules with Act Leave at most"


def test_there_is_room_beside_those_for_what_is_left_alone_for_a_moment(still: World) -> None:
    id = submitted(still)
    for number in range(100):
        leave(still, id, Id=f"leave-{number}")
    for number in range(100):
        leave(still, id, Id=f"by-hand-{number}")
    refused = desk_refusal(still, "PutAutopilot", **LEAVE, Identifier=id, Id="by-hand-more")
    told = "There are 100 rules with Act Leave and an Id such as by-hand-1 at most"
    assert refused.errors == [("id", "INVALID_VALUE", told)]
