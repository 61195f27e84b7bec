"""What a client token binds, for whom and for how long; and the tags that a Start carries."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cosell.clock import DAY_MS
from cosell.store import ledger, namespaces
from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.scenes import STEPS, UNKNOWN, Scene, ids_of, listed, refusal, refused, start, started

TOKEN = "a-token-of-ours"
NOW, WALL = 4_000 * DAY_MS, 20_000 * DAY_MS
HOUR_MS = DAY_MS // 24


def referred(world: World, account: str = ACCOUNT, catalog: str = "Sandbox") -> str:
    return str(world.referred(account, catalog)["EngagementInvitationId"])


def start_refused(world: World, identifier: str, account: str = ACCOUNT, **members: Any) -> str:
    call = world.client(account).start_engagement_by_accepting_invitation_task
    return refused(call, Catalog="Sandbox", Identifier=identifier, **members)


# --- the same again ------------------------------------------------------------------------------


def test_start_again_with_the_token_answers_the_same_task(world: World) -> None:
    partner, invitation = world.client(), referred(world)
    first = start(partner, invitation, ClientToken=TOKEN)
    assert start(partner, invitation, ClientToken=TOKEN) == first
    assert listed(partner) == [first]


def test_start_again_with_the_token_answers_the_tasks_present_state(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    partner, invitation = world.client(), referred(world)
    first = start(partner, invitation, ClientToken=TOKEN)
    asked = {"Catalog": "Sandbox", "TaskIdentifier": first["TaskId"]}
    for steps in (1, 3, 1):
        world.desk("AdvanceTask", **asked, Steps=steps)
        again = start(partner, invitation, ClientToken=TOKEN)
        assert [again] == listed(partner)
        assert again["TaskId"] == first["TaskId"]
    assert again["TaskStatus"] == "COMPLETE"
    assert again["ResourceSnapshotJobId"]


def test_start_again_with_the_token_in_any_spelling_of_the_body_is_the_same(world: World) -> None:
    body = {"Catalog": "Sandbox", "ClientToken": TOKEN, "Identifier": referred(world)}
    bodies: list[dict[str, Any]] = [
        body,
        dict(reversed(body.items())),
        {**body, "Tags": None},
        {**body, "PartnerId": "unknown"},
    ]
    operation = "StartEngagementByAcceptingInvitationTask"
    answers = [world.post(operation, one).body for one in bodies]
    assert len(set(answers)) == 1
    assert len(listed(world.client())) == 1


def test_start_with_a_failed_answer_binds_its_token(world: World) -> None:
    partner, invitation = world.client(), referred(world)
    world.desk("PutTaskFault", Step=STEPS[2], ReasonCode="InternalError")
    failed = start(partner, invitation, ClientToken=TOKEN)
    assert failed["TaskStatus"] == "FAILED"
    assert start(partner, invitation, ClientToken=TOKEN) == failed
    done = start(partner, invitation, ClientToken=TOKEN + "-2")
    assert done["TaskStatus"] == "COMPLETE"
    assert start(partner, invitation, ClientToken=TOKEN) == failed
    assert listed(partner) == [done, failed]


def test_start_that_was_refused_binds_no_token(world: World) -> None:
    partner, invitation = world.client(), referred(world)
    twice = [{"Key": "team", "Value": "blue"}] * 2
    assert start_refused(world, UNKNOWN, ClientToken=TOKEN) == "ResourceNotFoundException"
    assert start_refused(world, invitation, ClientToken=TOKEN, Tags=twice) == "ValidationException"
    operation = "StartEngagementByAcceptingInvitationTask"
    world.desk("PutFault", Operation=operation, Error="ThrottlingException")
    assert start_refused(world, invitation, ClientToken=TOKEN) == "ThrottlingException"
    assert listed(partner) == []
    assert start(partner, invitation, ClientToken=TOKEN)["TaskStatus"] == "COMPLETE"


@pytest.mark.parametrize("one_token", [True, False])
def test_start_by_many_at_once_accepts_once(world: World, one_token: bool) -> None:
    invitation, operation = referred(world), "StartEngagementByAcceptingInvitationTask"
    bodies = [
        {
            "Catalog": "Sandbox",
            "ClientToken": TOKEN if one_token else f"token-{number}",
            "Identifier": invitation,
        }
        for number in range(8)
    ]
    with ThreadPoolExecutor(len(bodies)) as pool:
        tasks = [one.document for one in pool.map(lambda body: world.post(operation, body), bodies)]
    states = sorted(task["TaskStatus"] for task in tasks)
    assert states == (["COMPLETE"] * 8 if one_token else ["COMPLETE", *["FAILED"] * 7])
    assert len(set(ids_of(tasks))) == (1 if one_token else 8)
    assert len(world.client().list_opportunities(Catalog="Sandbox")["OpportunitySummaries"]) == 1


# --- another body --------------------------------------------------------------------------------


def test_start_with_the_token_and_another_body_is_a_conflict(world: World) -> None:
    partner, invitation, other = world.client(), referred(world), referred(world)
    first = start(partner, invitation, ClientToken=TOKEN)
    found = partner.get_engagement_invitation(Catalog="Sandbox", Identifier=invitation)
    tags = [{"Key": "team", "Value": "blue"}]
    for identifier, members in (
        (other, {}),
        (found["Arn"], {}),
        (invitation, {"Tags": tags}),
        (UNKNOWN, {}),
    ):
        told = refusal(
            partner.start_engagement_by_accepting_invitation_task,
            Catalog="Sandbox",
            Identifier=identifier,
            ClientToken=TOKEN,
            **members,
        )
        assert told["Error"]["Code"] == "ConflictException"
        assert told["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert listed(partner) == [first]


# --- the scope -----------------------------------------------------------------------------------


def test_start_with_the_token_of_another_account_is_its_own(world: World) -> None:
    mine = start(world.client(), referred(world), ClientToken=TOKEN)
    theirs = start(world.client(OTHER), referred(world, OTHER), ClientToken=TOKEN)
    assert [mine["TaskStatus"], theirs["TaskStatus"]] == ["COMPLETE"] * 2


def test_start_with_the_token_of_another_catalog_is_its_own(world: World) -> None:
    partner = world.client()
    first = start(partner, referred(world), ClientToken=TOKEN)
    second = start(partner, referred(world, catalog="AWS"), "AWS", ClientToken=TOKEN)
    assert first["TaskId"] != second["TaskId"]


def test_start_with_the_token_of_another_operation_is_its_own(world: World) -> None:
    partner = world.client()
    partner.create_opportunity(Catalog="Sandbox", ClientToken=TOKEN, **opportunity())
    assert start(partner, referred(world), ClientToken=TOKEN)["TaskStatus"] == "COMPLETE"


def test_start_with_the_token_of_another_namespace_is_its_own(world: World) -> None:
    other = World(world.server)
    tasks = [start(one.client(), referred(one), ClientToken=TOKEN) for one in (world, other)]
    assert len(set(ids_of(tasks))) == 2


def test_start_with_a_token_from_before_a_reset_is_new(world: World) -> None:
    start(world.client(), referred(world), ClientToken=TOKEN)
    world.desk("ResetNamespace")
    assert start(world.client(), referred(world), ClientToken=TOKEN)["TaskStatus"] == "COMPLETE"


@pytest.mark.parametrize("token", ["x", "y" * 255, "with blanks and ümlauts \U0001f642"])
def test_start_with_any_token_of_the_pattern_is_taken(world: World, token: str) -> None:
    invitation = referred(world)
    tasks = [start(world.client(), invitation, ClientToken=token) for _ in range(2)]
    assert tasks[0] == tasks[1]


@pytest.mark.parametrize("token", ["", "y" * 256, "a\nb"])
def test_start_with_a_token_off_the_pattern_is_refused(world: World, token: str) -> None:
    call = world.client().start_engagement_by_accepting_invitation_task
    asked = {"Catalog": "Sandbox", "Identifier": referred(world), "ClientToken": token}
    [error] = refusal(call, **asked)["ErrorList"]
    assert (error["FieldName"], error["Code"]) == ("clientToken", "INVALID_STRING_FORMAT")


# --- a day of both times -------------------------------------------------------------------------


def test_start_after_a_day_of_namespace_time_alone_remembers_the_token(world: World) -> None:
    partner, invitation = world.client(), referred(world)
    first = start(partner, invitation, ClientToken=TOKEN)
    world.desk("AdvanceClock", Seconds=25 * 3600)
    assert start(partner, invitation, ClientToken=TOKEN) == first
    assert start_refused(world, referred(world), ClientToken=TOKEN) == "ConflictException"


@pytest.mark.parametrize(("now_h", "wall_h"), [*itertools.product([0, 24, 25], repeat=2)])
def test_ledger_forgets_a_token_when_both_days_are_over(
    scene: Scene, now_h: int, wall_h: int
) -> None:
    key = ledger.Key(1, ACCOUNT, "Sandbox", "Any", TOKEN)
    with scene.store.write() as tx:
        ledger.record(tx, key, b"digest", b"answer", (NOW, WALL))
        found = ledger.recall(tx, key, NOW + now_h * HOUR_MS, WALL + wall_h * HOUR_MS)
    expected = None if now_h > 24 and wall_h > 24 else (b"digest", b"answer")
    assert found == expected


def test_start_with_a_token_that_is_forgotten_is_new_and_bound_anew(scene: Scene) -> None:
    """The binding is put two days back in the ledger: real time cannot be waited for."""
    asked = {"Catalog": "Sandbox", "ReceiverAccountId": ACCOUNT}
    invitations = [scene.desk("ReferOpportunity", **asked) for _ in range(2)]
    operation = "StartEngagementByAcceptingInvitationTask"
    first, second = (
        {"Identifier": one["EngagementInvitationId"], "ClientToken": TOKEN} for one in invitations
    )
    assert scene.ask(operation, **first).document["TaskStatus"] == "COMPLETE"
    assert scene.ask(operation, **second).document["__type"] == "ConflictException"
    with scene.store.write() as tx:
        ns = namespaces.find(tx, "scene").ns
        key = ledger.Key(ns, ACCOUNT, "Sandbox", operation, TOKEN)
        found = ledger.recall(tx, key, 0, 0)
        assert found is not None
        ledger.record(tx, key, *found, (0, 0))
    done = scene.ask(operation, **second).document
    assert done["TaskStatus"] == "COMPLETE"
    assert scene.ask(operation, **second).document == done
    assert scene.ask(operation, **first).document["__type"] == "ConflictException"


# --- tags ----------------------------------------------------------------------------------------


def tags_of(world: World, task: Any) -> list[Any]:
    partner = world.client()
    found = partner.get_opportunity(Catalog="Sandbox", Identifier=task["OpportunityId"])
    return list(partner.list_tags_for_resource(ResourceArn=found["Arn"])["Tags"])


def test_start_with_tags_puts_them_on_the_opportunity_by_key(world: World) -> None:
    tags = [{"Key": key, "Value": f"is {key}"} for key in ("team", "Ätna", "a:b", "Team")]
    task = started(world, Tags=tags)
    assert tags_of(world, task) == sorted(tags, key=lambda tag: tag["Key"])


def test_start_held_with_tags_puts_them_when_the_opportunity_is_there(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    task = started(world, Tags=[{"Key": "team", "Value": ""}])
    world.desk("AdvanceTask", Catalog="Sandbox", TaskIdentifier=task["TaskId"], Steps=2)
    assert tags_of(world, task) == [{"Key": "team", "Value": ""}]


def test_start_without_tags_puts_none(world: World) -> None:
    assert tags_of(world, started(world)) == []


def test_start_with_200_tags_is_taken_and_with_201_refused(world: World) -> None:
    tags = [{"Key": f"key-{n:03}", "Value": "x"} for n in range(201)]
    assert tags_of(world, started(world, Tags=tags[:200])) == tags[:200]
    call = world.client().start_engagement_by_accepting_invitation_task
    asked = {"Catalog": "Sandbox", "Identifier": referred(world), "Tags": tags}
    [error] = refusal(call, **asked)["ErrorList"]
    assert (error["FieldName"], error["Code"]) == ("tags", "TOO_MANY_VALUES")


def test_start_with_a_tag_key_twice_is_refused_for_each_repetition(world: World) -> None:
    tags = [{"Key": key, "Value": "x"} for key in ("team", "Team", "team", "cost", "team")]
    call = world.client().start_engagement_by_accepting_invitation_task
    told = refusal(call, Catalog="Sandbox", Identifier=referred(world), Tags=tags)
    assert told["Error"]["Code"] == "ValidationException"
    assert told["Reason"] == "REQUEST_VALIDATION_FAILED"
    errors = [(error["FieldName"], error["Code"]) for error in told["ErrorList"]]
    assert errors == [
        ("tags[2].key", "DUPLICATE_KEY_VALUE"),
        ("tags[4].key", "DUPLICATE_KEY_VALUE"),
    ]
    assert listed(world.client()) == []
