"""Events, as EventBridge brings them: once or twice, in order or not."""

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
