"""Places by name: who has one, who waits, and whose turn is next. No clock matters."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from cosell.turns import Places

LONG_S = 60.0


def run(what: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(what, LONG_S))


async def asked(places: Places, *names: str) -> list["asyncio.Task[bool]"]:
    """Tasks that take places, each as far as it gets."""
    tasks = [asyncio.create_task(places.take(name, LONG_S)) for name in names]
    await asyncio.sleep(0)
    return tasks


def done(tasks: list["asyncio.Task[bool]"]) -> list[bool]:
    return [task.done() for task in tasks]


async def settle() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


def test_one_name_has_no_more_than_its_share_and_others_have_the_rest() -> None:
    async def what() -> None:
        places = Places(3, 2)
        tasks = await asked(places, "a", "a", "a", "b", "b")
        assert done(tasks) == [True, True, False, True, False]
        places.give_back("a")
        await settle()
        assert done(tasks) == [True, True, True, True, False]
        places.give_back("b")
        await settle()
        assert all(task.result() for task in tasks)

    run(what())


def test_names_come_in_turn_and_who_asks_for_one_in_order() -> None:
    async def what() -> None:
        places = Places(1, 1)
        await asked(places, "a")
        order: list[str] = []

        async def take(name: str, who: str) -> None:
            assert await places.take(name, LONG_S)
            order.append(who)
            places.give_back(name)

        tasks = [
            asyncio.create_task(take(who[0], who)) for who in ("a1", "a2", "a3", "b1", "b2", "c1")
        ]
        await settle()
        places.give_back("a")
        await asyncio.gather(*tasks)
        assert order == ["a1", "b1", "c1", "a2", "b2", "a3"]

    run(what())


def test_who_waits_in_vain_has_no_place_and_takes_none_later() -> None:
    async def what() -> None:
        places = Places(1, 1)
        assert await places.take("a", LONG_S)
        assert not await places.take("a", 0.0)
        assert not await places.take("b", 0.0)
        places.give_back("a")
        assert await places.take("b", 0.0)

    run(what())


@pytest.mark.parametrize("called", [False, True])
def test_who_leaves_while_he_waits_takes_no_place_with_him(called: bool) -> None:
    async def what() -> None:
        places = Places(1, 1)
        assert await places.take("a", LONG_S)
        [task] = await asked(places, "a")
        if called:  # he has the place, and does not know it yet
            places.give_back("a")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        if not called:
            places.give_back("a")
        assert await places.take("a", 0.0)

    run(what())
