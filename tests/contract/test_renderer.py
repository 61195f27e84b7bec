"""What a stored summary looks like has a number: whoever changes the look raises the number."""

import hashlib
import json
from importlib.resources import files
from typing import Any

from cosell import selling
from cosell.selling import RENDERER
from cosell.selling.contract import ADDITIONS

# Of each renderer, the digest of the shapes that it renders.
KNOWN = {1: "43ba56862fd7efd0563813a604288d231e6aa992cdeb811f982c55a8def8f13c"}
SUMMARIES = (
    "EngagementInvitationSummary",
    "EngagementResourceAssociationSummary",
    "EngagementSummary",
    "ListEngagementByAcceptingInvitationTaskSummary",
    "ListEngagementFromOpportunityTaskSummary",
    "ListOpportunityFromEngagementTaskSummary",
    "OpportunitySummary",
    "ProspectingTaskSummary",
    "ResourceSnapshotJobSummary",
    "ResourceSnapshotSummary",
    "SolutionBase",
)


def looks() -> dict[str, Any]:
    """The members and types of every shape that a stored summary is made of."""
    shapes = json.loads((files(selling) / "model.json").read_bytes())["shapes"]
    found: dict[str, Any] = {}
    wanted = list(SUMMARIES)
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        shape = shapes[name]
        parts = {**shape.get("members", {}), "": shape.get("member", {})}
        inner = {member: ref["shape"] for member, ref in parts.items() if ref}
        found[name] = [shape["type"], shape.get("union", False), sorted(inner.items())]
        wanted += inner.values()
    return found


def test_summaries_that_look_otherwise_have_another_renderer() -> None:
    shapes = looks()
    ours = [
        sorted(pair for pair in kind if pair[0] in shapes)
        for kind in (
            ADDITIONS.empty_lists,
            ADDITIONS.objects,
        )
    ]
    told = json.dumps([sorted(shapes.items()), ours], sort_keys=True).encode()
    digest = hashlib.sha256(told).hexdigest()
    assert KNOWN.get(RENDERER) == digest, (
        "Stored summaries would look otherwise now. Raise RENDERER in cosell/selling, so that"
        f" old ones are rendered again, and record {{{RENDERER + 1}: {digest!r}}} here."
    )
