"""What is ordinary is done once: no transaction of it is begun in haste and done again with
care."""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
import pytest

from cosell.config import Config
from cosell.http import HttpRequest
from cosell.selling.contract import CONTRACT
from cosell.service import Engine
from cosell.store import Store, Tx
from cosell.store.retries import AGAIN, retrying, step
from cosell.testing import World
from cosell.testing.examples import example
from tests.harness import ACCOUNT, credential
from tests.submitting import submittable

CATALOG = {"Catalog": "Sandbox"}
DESK, SELLING = "CosellDesk", "AWSPartnerCentralSelling"


Told = Callable[[], list[str]]


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Told:
    """Why what was done since the test began had to be done again, each time."""
    caplog.set_level(logging.DEBUG, "cosell.store")
    return lambda: [one.getMessage() for one in caplog.records if one.msg == AGAIN]


def test_what_is_done_again_is_told(told: Told, store: Store) -> None:
    def work(tx: Tx) -> None:
        with suppress(ValueError), step(tx):
            raise ValueError("nothing like that")

    retrying(store, work)
    assert told() == [AGAIN % "a step failed: nothing like that"]


@pytest.mark.parametrize("operation", sorted(CONTRACT.operations))
def test_no_operation_is_done_twice(told: Told, operation: str) -> None:
    with World() as world:
        world.caller()(operation, **example(world, operation, None, {}))
        world.clock.advance(days=20)
    assert told() == []


def test_no_store_does_it_twice(told: Told, store: Store) -> None:
    engine = Engine(store, Config(), bytes(32))

    def call(service: str, operation: str, **members: Any) -> Any:
        headers = {
            "x-amz-target": f"{service}.{operation}",
            "authorization": credential(ACCOUNT),
            "content-type": "application/json",
        }
        body = orjson.dumps({**CATALOG, **members} if service == SELLING else members)
        answer = engine.handle(HttpRequest("POST", "/", "", headers, body))
        assert answer.status == 200, answer.body
        return orjson.loads(answer.body or b"null")

    rule = {"Outcome": "Approved", "DelaySeconds": 60}
    call(DESK, "PutAutopilot", **CATALOG, **rule)
    referred = call(DESK, "ReferOpportunity", **CATALOG, ReceiverAccountId=ACCOUNT)
    accepting = {"Identifier": referred["EngagementInvitationId"], "ClientToken": "accepting"}
    task = call(SELLING, "StartEngagementByAcceptingInvitationTask", **accepting)
    assert task["TaskStatus"] == "COMPLETE"
    made = call(SELLING, "CreateOpportunity", ClientToken="made", **submittable())
    call(
        SELLING, "AssociateOpportunity", OpportunityIdentifier=made["Id"],
        RelatedEntityType="Solutions", RelatedEntityIdentifier="S-1234567",
    )  # fmt: skip
    call(DESK, "PutPace", Mode="Paced", StepSeconds=1)
    call(
        SELLING, "StartEngagementFromOpportunityTask", ClientToken="submitting",
        Identifier=made["Id"], AwsSubmission={"InvolvementType": "Co-Sell"},
    )  # fmt: skip
    assert call(DESK, "AdvanceClock", Seconds=3_600)["Fired"] >= 7
    found = call(SELLING, "GetOpportunity", Identifier=made["Id"])
    assert found["LifeCycle"]["ReviewStatus"] == "Approved"
    assert told() == []
