"""Events, as EventBridge brings them: once or twice, in order or not."""

import asyncio
from typing import Any

import pytest

from cosell.testing.world import World

FRIEND = "444455556666"
CREATED, EXPIRED = "Engagement Invitation Created", "Engagement Invitation Expired"


def test_events_of_an_account(world: World) -> None:
    world.aws.refer()
    world.aws.refer(FRIEND)
    assert [event["detail-type"] for event in world.events.to()] == [CREATED]
    assert world.events.to(FRIEND)[0]["account"] == FRIEND
    assert len(list(world.events)) == 2
    assert world.partner.events == world.events.to()
    assert world.partner(FRIEND).events == world.events.to(FRIEND)
    assert world.partner("C").events == []


def test_since_a_mark(world: World) -> None:
    assert world.events.since(world.events.mark()) == []
    world.aws.refer()
    mark = world.events.mark()
    assert world.events.since(mark) == []
    world.clock.advance(days=15)
    assert [event["detail-type"] for event in world.events.since(mark)] == [EXPIRED]


def test_each_is_delivered_once(world: World) -> None:
    seen: list[Any] = []
    world.aws.refer()
    assert world.events.deliver_all(seen.append) == 1
    assert world.events.deliver_all(seen.append) == 0
    world.clock.advance(days=15)
    assert world.events.deliver_all(seen.append) == 1
    assert [event["detail-type"] for event in seen] == [CREATED, EXPIRED]
    assert type(seen[0]) is dict


def test_duplicates(world: World) -> None:
    for _ in range(20):
        world.aws.refer()
    seen: list[Any] = []
    assert world.events.deliver_all(seen.append, duplicate=1.0) == 40
    assert [event["id"] for event in seen[:20]] == [event["id"] for event in seen[20:]]


def test_a_seed_decides(world: World) -> None:
    for _ in range(20):
        world.aws.refer()
        world.aws.refer(FRIEND)
    orders = []
    for seed in (1, 2, 1):
        seen: list[Any] = []
        world.events.rewind()
        world.events.deliver_all(seen.append, duplicate=0.5, shuffle=True, seed=seed)
        assert 20 < len(seen) < 40
        orders.append([event["id"] for event in seen])
    assert orders[0] == orders[2] != orders[1]


def test_what_the_handler_causes_is_delivered_too(world: World) -> None:
    seen: list[str] = []

    def accept(event: Any, context: Any) -> None:
        assert context.aws_request_id == event["id"]
        seen.append(event["detail-type"])
        if event["detail-type"] == CREATED:
            id = event["detail"]["engagementInvitation"]["id"]
            world.caller()("AcceptEngagementInvitation", Catalog="Sandbox", Identifier=id)

    world.aws.refer()
    world.events.deliver_all(accept)
    assert "Engagement Invitation Accepted" in seen


def test_handler_without_an_end_is_stopped(world: World) -> None:
    def answer(_: Any) -> None:
        world.aws.refer()

    world.aws.refer()
    with pytest.raises(RuntimeError, match="answer causes events each time it is called"):
        world.events.deliver_all(answer)


def test_handler_cannot_spoil_what_others_see(world: World) -> None:
    world.aws.refer()
    world.events.deliver_all(dict.clear)
    assert world.events.to()[0]["detail-type"] == CREATED


@pytest.mark.parametrize("shuffle", [False, True])
def test_an_error_of_the_handler_loses_nothing(world: World, shuffle: bool) -> None:
    for _ in range(9):
        world.aws.refer()
    seen: list[str] = []

    def handler(event: Any) -> None:
        if len(seen) == 2:
            seen.clear()
            failed.append(event["id"])
            raise OSError("no database")
        seen.append(event["id"])

    failed: list[str] = []
    with pytest.raises(OSError, match="no database"):
        world.events.deliver_all(handler, shuffle=shuffle)
    seen.extend(["", "", ""])
    assert world.events.deliver_all(handler, shuffle=shuffle) == 7
    assert failed[0] in seen
    assert len(set(seen[3:])) == 7
    assert world.events.deliver_all(handler) == 0


def test_a_duplicate_that_fails_was_delivered_before(world: World) -> None:
    world.aws.refer()
    seen: list[Any] = []

    def handler(event: Any) -> None:
        seen.append(event)
        if len(seen) == 2:
            raise OSError("no database")

    with pytest.raises(OSError, match="no database"):
        world.events.deliver_all(handler, duplicate=1.0)
    assert world.events.deliver_all(handler) == 0


def test_async_handler_is_awaited(world: World) -> None:
    seen: list[Any] = []

    async def handler(event: Any) -> None:
        await asyncio.sleep(0)
        seen.append(event)

    world.aws.refer()
    assert world.events.deliver_all(handler) == len(seen) == 1

    async def test() -> None:
        with pytest.raises(RuntimeError, match=r"asyncio\.to_thread"):
            world.events.deliver_all(handler)
        assert await asyncio.to_thread(world.events.deliver_all, handler) == 1

    world.aws.refer()
    asyncio.run(test())
    assert len(seen) == 2


def test_context_is_as_lambdas(world: World) -> None:
    contexts: list[Any] = []

    def handler(_: Any, context: Any) -> None:
        contexts.append(context)

    world.aws.refer()
    world.events.deliver_all(handler)
    [context] = contexts
    assert 0 < context.get_remaining_time_in_millis() <= 900_000
    assert context.invoked_function_arn.endswith(f":{world.account}:function:handler")
    assert context.function_name == "handler"


def test_a_scene_brings_its_events_with_it(world: World) -> None:
    world.aws.refer()
    world.events.deliver_all(dict)
    with World() as scene:
        scene.aws.refer()
        world.start_from(scene)
    assert world.events.deliver_all(dict) == len(world.events.to()) == 1
