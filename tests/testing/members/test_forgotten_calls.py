"""Calls that are missing because others had the namespace begin anew: somebody says so."""

import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from cosell.testing import World
from cosell.testing.calling import DESK, Caller, Refused
from cosell.testing.missing import CallsForgotten


def call(world: World) -> None:
    world.caller()("ListSolutions", Catalog="AWS")


def look(world: World) -> None:
    len(world.calls)


def reset(world: World) -> None:
    world.desk("ResetNamespace")


def reset_elsewhere(world: World) -> None:
    Caller(world.place, world.name, world.account, DESK)("ResetNamespace")


def load_nothing(world: World) -> None:
    with suppress(Refused):
        world.desk("LoadNamespace", State="bm8gc2NlbmU=")


def start(world: World) -> None:
    with World(server=None) as scene:
        scene.given.opportunity()
        world.start_from(scene)


ACTS: dict[str, Callable[[World], Any]] = {
    "call": call,
    "look": look,
    "reset": reset,
    "reset elsewhere": reset_elsewhere,
    "load nothing": load_nothing,
    "start": start,
}

MISSING = [
    "call, look, call, reset elsewhere, call",
    "call, look, reset, call, reset elsewhere, call",
    "call, look, reset, look, call, reset elsewhere, call",
    "call, reset, call, reset elsewhere, call",
    "call, look, reset, call, reset elsewhere, reset, call",
    "call, look, reset, call, reset elsewhere, call, reset, call",
    "reset, call, reset elsewhere, call",
    "call, look, start, call, reset elsewhere, call",
    "call, look, load nothing, call, reset elsewhere, call",
    "call, reset, load nothing, call, reset elsewhere, call",
]


@pytest.mark.parametrize("acts", MISSING)
def test_a_call_that_is_missing_is_told_of(somewhere: World, acts: str) -> None:
    for act in acts.split(", "):
        ACTS[act](somewhere)
    with pytest.warns(CallsForgotten, match="may be missing here: the desk's journal began anew"):
        look(somewhere)


PRESENT = [
    "call, reset, call, reset, call",
    "call, look, reset, look, call, look, reset, call",
    "reset, look, reset, call, reset, look, call",
    "call, look, reset, reset elsewhere, call",
    "call, load nothing, call, reset, load nothing, call",
    "call, look, reset, load nothing, look, load nothing, call, reset, call",
]


@pytest.mark.parametrize("acts", PRESENT)
def test_nothing_is_told_where_every_call_is_known(somewhere: World, acts: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", CallsForgotten)
        for act in acts.split(", "):
            ACTS[act](somewhere)
        assert len(somewhere.calls) == acts.count("call")
