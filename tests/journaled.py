"""The journal of a namespace as the desk tells it (ListCalls, GetCall)."""

from typing import Any

from tests.harness import World


def calls(world: World, **members: Any) -> list[Any]:
    """The journal's calls, page by page."""
    found: list[Any] = []
    while True:
        page = world.desk("ListCalls", **members)
        found += page["Calls"]
        if page["NextToken"] is None:
            return found
        members["NextToken"] = page["NextToken"]


def last(world: World) -> Any:
    """The newest call."""
    return calls(world)[-1]


def rules(call: Any) -> list[str]:
    """The rules that refused a call, by their ids."""
    return [rule["Id"] for rule in call["Rules"]]


def whole(world: World, call: Any) -> Any:
    """A call with its request and its answer."""
    return world.desk("GetCall", RequestId=call["RequestId"])
