"""Worlds that become others."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cosell.testing.calling import Refused
from cosell.testing.world import World
from tests.harness import Server


def count(world: World, catalog: str = "Sandbox") -> int:
    return len(world.caller()("ListOpportunities", Catalog=catalog).OpportunitySummaries)


def test_start_from_another_world(world: World) -> None:
    with World() as scene:
        scene.clock.freeze("2026-03-01")
        scene.given.opportunity("Approved", LifeCycle={"TargetCloseDate": "2026-05-01"})
        for _ in range(2):
            world.start_from(scene)
            assert count(world) == 1
            assert world.clock.now() == scene.clock.now()
            world.given.opportunity()
        assert (count(world), count(scene)) == (2, 1)
    assert count(world) == 2  # the scene is closed, and what began with it goes on


def test_what_is_built_later_is_told_apart_from_the_scene(world: World) -> None:
    with World() as scene:
        there = scene.given.opportunity()
        world.start_from(scene)
    assert world.given.opportunity().Project.Title != there.Project.Title


def test_calls_and_marks_begin_anew(world: World) -> None:
    world.caller()("ListSolutions", Catalog="AWS")
    with World() as scene:
        scene.caller()("ListEngagements", Catalog="AWS")
        scene.given.opportunity()
        world.start_from(scene)
    assert not world.calls
    world.caller()("ListOpportunities", Catalog="AWS")
    assert world.calls.operations == ["ListOpportunities"]


def test_an_empty_scene(world: World) -> None:
    world.given.opportunity()
    with World() as scene:
        world.start_from(scene)
    assert count(world) == 0


def test_a_world_in_which_nothing_was_made_is_saved_too(world: World, tmp_path: Path) -> None:
    with World() as empty:
        empty.caller()("ListOpportunities", Catalog="AWS")
        path = empty.save(tmp_path / "empty.cosell")
        assert empty.calls.operations == ["ListOpportunities"]
        assert empty.calls.last.response["OpportunitySummaries"] == []
    world.given.opportunity()
    world.start_from(path)
    assert count(world) == 0


def test_files(world: World, tmp_path: Path) -> None:
    world.clock.freeze("2026-03-01")
    world.given.opportunity("Approved")
    path = world.save(tmp_path / "new" / "scene.cosell")
    world.given.opportunity()
    world.start_from(path)
    assert count(world) == 1
    with World.load(str(path), account="444455556666") as another:
        assert another.clock.now() == world.clock.now()
        assert count(another) == 0  # another account's
        assert len(another.caller(world.account)("ListOpportunities", Catalog="Sandbox")) == 2


def test_what_the_world_was_made_with_goes_on() -> None:
    with World() as scene, World(pace="Held", profile="newly-onboarded") as world:
        scene.given.opportunity()
        world.start_from(scene)
        assert world.given.task().TaskStatus == "IN_PROGRESS"
        assert not world.caller()("ListSolutions", Catalog="AWS").SolutionSummaries


def test_a_scene_that_is_closed_is_told(world: World) -> None:
    with World() as scene:
        scene.given.opportunity()
    with pytest.raises(ValueError, match="The scene is closed"):
        world.start_from(scene)


def test_a_refused_file_leaves_faults_as_they_were(world: World, tmp_path: Path) -> None:
    path = tmp_path / "scene.cosell"
    path.write_bytes(b"nothing")
    fault = world.faults.throttle("ListOpportunities", times=2)
    with pytest.raises(Refused, match="LoadNamespace"):
        world.start_from(path)
    with pytest.raises(Refused, match="Throttling"):
        count(world)
    assert (fault.fired, fault.remaining) == (1, 1)


def test_damaged_file_changes_nothing(world: World, tmp_path: Path) -> None:
    world.given.opportunity()
    path = world.save(tmp_path / "scene.cosell")
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    world.given.opportunity()
    with pytest.raises(Refused, match="LoadNamespace: ValidationException"):
        world.start_from(path)
    assert count(world) == 2


def test_between_places(world: World, server: Server) -> None:
    world.given.opportunity("Approved")
    with World(server=server.url) as there:
        there.start_from(world)
        assert count(there) == 1
        there.given.opportunity()
        world.start_from(there)
    assert count(world) == 2


def test_what_is_built_later_is_told_apart_from_a_file(world: World, tmp_path: Path) -> None:
    first, second = tmp_path / "first.cosell", tmp_path / "second.cosell"
    world.given.opportunity()
    world.save(first)
    for _ in range(2):
        with World.load(first) as loaded:
            loaded.given.opportunity()
            loaded.save(second)
        with World.load(second) as again:
            again.given.opportunity()
            found = again.caller()("ListOpportunities", Catalog="Sandbox").OpportunitySummaries
            assert len({one.Customer.Account.CompanyName for one in found}) == 3


def test_the_scenes_faults_are_told(world: World) -> None:
    with World() as scene:
        scene.given.opportunity()
        scene.faults.throttle("ListOpportunities", times=5, optional=True)
        scene.faults.fail_task(at="CreateOpportunity", optional=True)
        with pytest.raises(Refused):
            scene.caller()("ListOpportunities", Catalog="AWS")
        world.start_from(scene)
        world.faults.check()
        assert world.faults.fired == []
        for _ in range(2):
            with pytest.raises(Refused):
                world.caller()("ListOpportunities", Catalog="AWS")
        world.given.task()
        assert world.faults.fired == [
            "ThrottlingException on ListOpportunities (2 times)",
            "of any task at CreateOpportunity (InternalError) (once)",
        ]
        assert scene.faults.fired == ["ThrottlingException on ListOpportunities (once)"]


def test_a_scene_that_is_written_anew_is_never_half_there(world: World, tmp_path: Path) -> None:
    """Others read it meanwhile, or write it too: a write ends as a whole or changes nothing."""
    world.given.opportunity()
    file = world.save(tmp_path / "scene.cosell")
    before = file.read_bytes()
    for number in range(40):
        world.given.opportunity(PartnerOpportunityIdentifier=f"scene-{number}")
    read: list[int] = []

    def follow() -> None:
        with World() as other:
            while not done:
                other.start_from(file)
                read.append(1)

    done: list[int] = []
    with ThreadPoolExecutor() as pool:
        reader = pool.submit(follow)
        list(pool.map(lambda _: world.save(file), range(8)))
        while not read and not reader.done():
            pass
        done.append(1)
        reader.result()
    assert file.read_bytes() != before
    assert [one.name for one in tmp_path.iterdir()] == [file.name]
