"""What a test may hand in where the API wants an identifier: an id, an ARN, or a former answer.

Must not call anything: that a thing exists is for the operation to say.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

Thing: TypeAlias = str | Mapping[str, Any]
"""An id, an ARN, or an answer that names it."""

# Of each kind: how its ids look, and the members by which answers name it.
_KINDS: Final = {
    "opportunity": (
        r"O[0-9]{1,19}",
        ("OpportunityId", "RelatedOpportunityId", "OpportunityIdentifier"),
    ),
    "engagement": (r"eng-[0-9a-z]{14}", ("EngagementId", "EngagementIdentifier")),
    "invitation": (
        r"engi-[0-9a-z]{13}",
        ("EngagementInvitationId", "EngagementInvitationIdentifier"),
    ),
    "task": (r"task-[0-9a-z]{13,14}", ("TaskId", "TaskIdentifier")),
    "job": (r"job-[0-9a-z]{13}", ("ResourceSnapshotJobId", "ResourceSnapshotJobIdentifier")),
}
_ANY: Final = ("Id", "Identifier")


def id_of(kind: str, thing: object) -> str:
    """The plain id that an id, an ARN or an answer names; ValueError if it names none."""
    return id_of_one((kind,), thing)


def id_of_one(kinds: Sequence[str], thing: object) -> str:
    """The same where things of several kinds may be named: an answer that names more than one
    means the kind that stands first."""
    for pattern, members in (_KINDS[kind] for kind in kinds):
        for found in _said(thing, (*members, *_ANY)):
            plain = found.rpartition("/")[2] if found.startswith("arn:") else found
            if re.fullmatch(pattern, plain):
                return plain
    by = [_KINDS[kind][1][0] for kind in kinds]
    raise ValueError(
        f"No {_or(kinds)} is named by {_short(thing)}. Give its id, its ARN, or an answer with "
        f"{_or((*by, *_ANY[:1]))} in it."
    )


def catalog_of(thing: object) -> str | None:
    """The catalog that an ARN or an answer names, if it does."""
    if isinstance(thing, Mapping):
        said = thing.get("Catalog")
        if isinstance(said, str):
            return said
    for found in _said(thing, ("Arn",)):
        path = re.search(r":catalog/([A-Za-z]+)/", found)
        if path:
            return path[1]
    return None


def wire_name(name: Any) -> str:
    """`create_opportunity` as the wire spells it, `CreateOpportunity`; other names as they are.
    ValueError for what is no name."""
    if not isinstance(name, str) or not name:
        raise ValueError(
            f"There is no operation {name!r}: name one as on the wire (CreateOpportunity) or as in"
            " boto3 (create_opportunity)."
        )
    if not name[:1].islower():
        return name
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _said(thing: object, members: tuple[str, ...]) -> list[str]:
    if isinstance(thing, str):
        return [thing]
    if isinstance(thing, Mapping):
        return [thing[name] for name in members if isinstance(thing.get(name), str)]
    return []


def _or(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _short(thing: object) -> str:
    text = repr(thing)
    return text if len(text) <= 80 else text[:77] + "..."
