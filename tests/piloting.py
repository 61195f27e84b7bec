"""What awaits AWS in a world, and what has become of it when time has passed.

Must not put rules of the autopilot.
"""

from typing import Any

from tests.harness import World
from tests.submitting import CO_SELL, shared, submittable

BOX = {"Catalog": "Sandbox"}
HOUR_S = 3600
DAY_S = 86_400


def titled(title: str) -> dict[str, Any]:
    """A change of a request: another title, so that no two are the same."""
    return {"Project": {**submittable()["Project"], "Title": title}}


def submitted(world: World, title: str = "Web shop on AWS") -> str:
    """An opportunity that awaits AWS: its id."""
    id = shared(world, **titled(title))
    world.client().submit_opportunity(**BOX, Identifier=id, **CO_SELL)
    return id


def life(world: World, id: str, catalog: str = "Sandbox") -> Any:
    return world.client().get_opportunity(Catalog=catalog, Identifier=id)["LifeCycle"]


def status(world: World, id: str) -> str:
    return str(life(world, id)["ReviewStatus"])


def answered(world: World, invitation: str) -> str:
    read = world.client().get_engagement_invitation(**BOX, Identifier=invitation)
    return str(read["Status"])


def advanced(world: World, seconds: int = 0) -> Any:
    return world.desk("AdvanceClock", Seconds=seconds)


def next_due(world: World) -> Any:
    return world.desk("GetClock")["NextDueTime"]
