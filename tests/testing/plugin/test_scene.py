"""The scene of a run: which fixtures and tests reach it, and what starts from it."""

from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

SCENE = """
import boto3
import pytest
from cosell.testing.current import current

@pytest.fixture(scope="session")
def pipeline(cosell_scene):
    cosell_scene.clock.freeze("2026-03-01")
    client = boto3.client("partnercentral-selling")
    client.create_opportunity(**cosell_scene.example("CreateOpportunity"))
    cosell_scene.given.opportunity("Approved")
    return cosell_scene

def ids(client=None):
    client = client or boto3.client("partnercentral-selling")
    found = client.list_opportunities(Catalog="Sandbox")["OpportunitySummaries"]
    return {one["Id"] for one in found}
"""


def test_scene_is_built_once_and_left_as_it_is(suite: Suite) -> None:
    result = suite(
        SCENE
        + """
@pytest.mark.parametrize("number", range(3))
def test_it(cosell, pipeline, number):
    assert ids() == set()
    cosell.start_from(pipeline)
    assert len(ids()) == 2
    assert cosell.clock.now().year == 2026
    assert cosell.clock.frozen
    made = cosell.given.opportunity()
    assert made.Project.Title.endswith(" 3")
    assert len(ids()) == 3
    assert len(ids(pipeline.client())) == 2
    assert cosell.calls.operations == ["ListOpportunities"] * 2
"""
    )
    result.assert_outcomes(passed=3)


def test_scene_is_not_what_a_test_without_a_world_reaches(suite: Suite) -> None:
    result = suite(
        SCENE
        + """
def test_it(pipeline):
    assert current() is None

def test_it_again(pipeline, cosell):
    cosell.start_from(pipeline)
    assert len(ids()) == 2
"""
    )
    result.assert_outcomes(passed=2)


def test_fixtures_of_one_test_do_not_reach_the_scene(suite: Suite) -> None:
    result = suite(
        SCENE
        + """
from cosell.testing import World

@pytest.fixture
def stray(pipeline):
    assert current() is None

@pytest.fixture(scope="module")
def shared():
    with World() as world:
        yield world

@pytest.fixture
def seeded(shared):
    client = boto3.client("partnercentral-selling")
    client.create_opportunity(**shared.example("CreateOpportunity"))

@pytest.fixture(scope="module")
def larger(pipeline):
    return pipeline

@pytest.fixture(scope="module")
def largest(larger):
    assert len(ids()) == 2

def test_stray(stray):
    pass

def test_shared_world_is_current_beside_the_scene(shared, pipeline, seeded):
    assert len(ids()) == 1

def test_without_world_again(pipeline, shared):
    assert len(ids()) == 1

def test_built_by_way_of_another(largest, pipeline):
    assert len(ids(pipeline.client())) == 2
"""
    )
    result.assert_outcomes(passed=4)


def test_marked_pace_goes_on_from_a_scene(suite: Suite) -> None:
    result = suite(
        SCENE
        + """
@pytest.mark.cosell(pace=30)
def test_it(cosell, pipeline):
    cosell.start_from(pipeline)
    assert cosell.given.task().TaskStatus == "IN_PROGRESS"
    assert cosell.clock.advance(seconds=150) == 5
"""
    )
    result.assert_outcomes(passed=1)


def test_scene_in_a_file(suite: Suite) -> None:
    result = suite(
        SCENE
        + """
from cosell.testing import World

def test_it(cosell, pipeline, tmp_path):
    path = pipeline.save(tmp_path / "scenes" / "spring.cosell")
    cosell.start_from(path)
    assert len(ids()) == 2
    with World.load(path) as other:
        other.given.opportunity()
        assert len(ids()) == 3
    assert len(ids()) == 2

def test_damaged(cosell, pipeline, tmp_path):
    path = pipeline.save(tmp_path / "spring.cosell")
    kept = path.read_bytes()
    path.write_bytes(kept[:-20] + b"x" * 20)
    made = cosell.given.opportunity()
    with pytest.raises(Exception, match="hecksum"):
        cosell.start_from(path)
    assert ids() == {made.Id}
"""
    )
    result.assert_outcomes(passed=2)
