"""Calls that botocore itself refuses leave a trace in the world that they were for.

Must not ask what the world would have answered.
"""

import boto3
import pytest
from botocore.exceptions import ParamValidationError

from cosell.clock import wall_ms
from cosell.testing import World


def test_a_dead_call_is_recorded(world: World) -> None:
    client = boto3.client("partnercentral-selling")
    before = wall_ms()
    with pytest.raises(ParamValidationError) as refused:
        client.update_opportunity(Catalog="AWS", Identifier=7, Project=None)
    (dead,) = world.dead_calls
    assert dead.operation == "UpdateOpportunity"
    assert dead.message == str(refused.value)
    assert "Identifier" in dead.message
    assert before <= dead.real_ms <= wall_ms()


def test_in_the_world_that_it_was_for() -> None:
    with World() as outer, World() as inner:
        for client in (outer.partner.client, boto3.client("partnercentral-selling")):
            with pytest.raises(ParamValidationError):
                client.list_opportunities()
        assert len(outer.dead_calls) == len(inner.dead_calls) == 1


def test_those_of_other_services_are_not_ours(world: World) -> None:
    with pytest.raises(ParamValidationError):
        boto3.client("sqs").create_queue()
    assert world.dead_calls == []


def test_calls_that_live_are_none(world: World) -> None:
    world.partner.client.list_opportunities(Catalog="AWS")
    assert world.dead_calls == []
