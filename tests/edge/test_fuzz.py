"""Whatever is sent, the answer is no 5xx: documents that nearly mean something, and plain bytes.

The names are the model's own, so that the fuzz gets past the first look.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edge.wires import LIST, START
from tests.harness import Reply, World, opportunity, send

EXAMPLES = 60
OPERATIONS = (
    LIST,
    START,
    "CreateOpportunity",
    "GetOpportunity",
    "ListTagsForResource",
    "CreateEngagementInvitation",
    "_cosell/ReferOpportunity",
    "_cosell/PutClock",
    "_cosell/AdvanceClock",
    "_cosell/AdvanceTask",
    "_cosell/PutFault",
    "_cosell/ListEvents",
)
TEXTS = (
    "AWS", "Sandbox", "O1234567", "engi-0000000000000", "USD", "2500", "", " ", "\0", "é", "😀",
    "2026-11-23T08:00:00Z", "9999-12-31", "0000-00-00", "COMPLETE", "a" * 3000, "-1", "1e9", "%s",
    "arn:aws:partnercentral:us-east-1:111122223333:catalog/AWS/opportunity/O1234567", "{}", "../..",
)  # fmt: skip


@cache
def model(folder: str) -> Any:
    return json.loads((files("cosell") / folder / "model.json").read_bytes())


@cache
def names() -> list[str]:
    shapes = [shape for folder in ("selling", "desk") for shape in model(folder)["shapes"].values()]
    return sorted({name for shape in shapes for name in shape.get("members", ())})


def members(operation: str) -> list[str]:
    own = model("desk" if operation.startswith("_cosell/") else "selling")
    shape = own["operations"][operation.removeprefix("_cosell/")]["input"]["shape"]
    return sorted(own["shapes"][shape]["members"])


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(TEXTS)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.deferred(lambda: st.dictionaries(st.sampled_from(names()), inner, max_size=6))
    ),
    max_leaves=12,
)
SOUND = {"Catalog": "Sandbox", "ClientToken": "t", "Identifier": "O1234567", **opportunity()}


def posted(world: World, operation: str, body: bytes) -> Reply:
    path = f"/ns/{world.namespace}/{operation}"
    return send(world.server.url, "POST", path, body, {"Content-Type": "application/json"})


def unbroken(reply: Reply) -> bool:
    """No 5xx but the one that says that an operation is not built."""
    return reply.status < 500 or reply.document["__type"] == "NotImplemented"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_any_document_is_answered_below_500(world: World, operation: str) -> None:
    """Some members with any values, over a request that is in order."""

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(st.dictionaries(st.sampled_from(members(operation)), VALUES, min_size=1, max_size=4))
    def check(changed: dict[str, Any]) -> None:
        reply = posted(world, operation, json.dumps(SOUND | changed).encode())
        assert unbroken(reply), reply.document

    check()


@pytest.mark.parametrize("operation", ["", LIST, "CreateOpportunity", "_cosell/ListEvents", "%00"])
def test_any_bytes_are_answered_below_500(world: World, operation: str) -> None:
    nearly = st.text('{}[]",:0123456789.eE+-\\uDd truefalsnNaI', max_size=60).map(str.encode)

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(st.binary(max_size=60) | nearly)
    def check(body: bytes) -> None:
        assert unbroken(posted(world, operation, body))

    check()


def test_any_headers_are_answered_below_500(world: World) -> None:
    text = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
    known = ("Authorization", "X-Amz-Target", "Content-Type", "Origin", "X-Amz-Security-Token")
    scope = "AWS4-HMAC-SHA256 Credential="

    @settings(max_examples=EXAMPLES * 3, deadline=None)
    @given(st.dictionaries(st.sampled_from(known), text | text.map(lambda t: scope + t)))
    def check(headers: dict[str, str]) -> None:
        reply = send(world.server.url, "POST", f"/ns/{world.namespace}/", b"{}", headers)
        assert reply.status < 500 or b"NotImplemented" in reply.body

    check()
