"""Calls that botocore itself refuses leave a trace in the world that they were for.

Must not ask what the world would have answered.
"""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidationDecorator

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


def test_it_is_its_client_s_account_s(world: World) -> None:
    other = world.partner("B")
    for client in (other.client, boto3.client("partnercentral-selling")):
        with pytest.raises(ParamValidationError):
            client.list_opportunities()
    assert [call.account for call in world.calls.dead] == [other.account, world.account]


def test_its_parameters_are_kept_as_the_journal_shows_them(world: World) -> None:
    project = {"Title": "s3cret", "DeliveryModels": {"Other"}, "Hidden": "s3cret"}
    with pytest.raises(ParamValidationError):
        world.partner.client.create_opportunity(Catalog="Sandbox", ClientToken=7, Project=project)
    assert world.calls.last.response is None
    request = world.calls.last.request
    assert (request["Catalog"], request["ClientToken"]) == ("Sandbox", 7)
    assert request["Project"]["DeliveryModels"] == "***"
    assert "s3cret" not in str(request)


def test_parameters_that_cannot_be_shown_are_not(world: World) -> None:
    with pytest.raises(ParamValidationError):
        world.partner.client.list_opportunities(
            Catalog="Sandbox", MaxResults="many", NextToken=9**99
        )
    assert world.calls.last.request is None


def test_those_of_other_services_are_not_ours(world: World) -> None:
    with pytest.raises(ParamValidationError):
        boto3.client("sqs").create_queue()
    assert world.dead_calls == []


def test_calls_that_live_are_none(world: World) -> None:
    world.partner.client.list_opportunities(Catalog="AWS")
    assert world.dead_calls == []


def test_a_dead_call_is_told_once_whoever_has_wrapped_the_hook(
    bare: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ParamValidationDecorator.serialize_to_request
    monkeypatch.setattr(
        ParamValidationDecorator, "serialize_to_request", before
    )  # so it is there again
    with World():
        hooked = ParamValidationDecorator.serialize_to_request

        def traced(*given: Any) -> Any:
            return hooked(*given)

        monkeypatch.setattr(ParamValidationDecorator, "serialize_to_request", traced)
    with World() as world:
        with pytest.raises(ParamValidationError):
            world.partner.client.list_solutions(Katalog="AWS")
        assert world.calls.dead.operations == ["ListSolutions"]
