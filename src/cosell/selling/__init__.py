"""Partner Central's selling service: its vocabulary. Imports no sibling."""

from typing import Final, TypeAlias, cast

from cosell.clock import iso, parse_iso
from cosell.contract import Document, Json
from cosell.originals import orjson

AWS: Final = "aws"  # AWS's own account, in both catalogs
RENDERER: Final = 1  # grows when a stored summary would be rendered otherwise

_NULL: Final = b":null"

Path: TypeAlias = str


class Kind:
    """The kinds of resource that the store keeps; snapshots and associations have no document."""

    OPPORTUNITY: Final = "opportunity"
    ENGAGEMENT: Final = "engagement"
    INVITATION: Final = "engagement-invitation"
    JOB: Final = "resource-snapshot-job"
    SNAPSHOT: Final = "resource-snapshot"
    ASSOCIATION: Final = "engagement-resource-association"
    SOLUTION: Final = "solution"
    TASK: Final = "engagement-by-accepting-invitation-task"
    SUBMISSION_TASK: Final = "engagement-from-opportunity-task"
    CONVERSION_TASK: Final = "opportunity-from-engagement-task"
    PROSPECTING_TASK: Final = "prospecting-from-engagement-task"


class Template:
    """What a resource snapshot shows. See difference `snapshot.full-view`."""

    SUMMARY: Final = "OpportunitySummaryView"
    AWS_FULL: Final = "AwsOpportunitySummaryFullView"


def at(document: Document, path: Path) -> Json:
    """The member that a dotted path names (`LifeCycle.Stage`); None where a part is missing."""
    value: Json = document
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def text_at(document: Document, path: Path) -> str:
    """The text that a dotted path names; '' where there is none."""
    value = at(document, path) if "." in path else document.get(path)
    return value if isinstance(value, str) else ""


def objects_at(document: Document, path: Path) -> list[Document]:
    """The list of objects that a dotted path names; empty where there is none."""
    value = at(document, path) if "." in path else document.get(path)
    return cast("list[Document]", value) if isinstance(value, list) else []


def object_at(document: Document, path: Path) -> Document:
    """The object that a dotted path names; empty where there is none."""
    value = at(document, path) if "." in path else document.get(path)
    return value if isinstance(value, dict) else {}


def as_kept(document: Document) -> tuple[Document, bytes]:
    """A document as it is kept, without nulls all the way down, and as that is written. Nearly all
    nulls are members of its own: what is within these is only gone through if what would be written
    seems to have one."""
    document = {name: value for name, value in document.items() if value is not None}
    body = orjson.dumps(document)
    if _NULL not in body:
        return document, body
    document = _without_nulls(document)
    return document, orjson.dumps(document)


def _without_nulls(document: Document) -> Document:
    # Most members are texts: no call for each.
    return {
        name: _pruned(value) if isinstance(value, dict | list) else value
        for name, value in document.items()
        if value is not None
    }


def _pruned(value: dict[str, Json] | list[Json]) -> Json:
    if isinstance(value, dict):
        return _without_nulls(value)
    return [_pruned(one) if isinstance(one, dict | list) else one for one in value]


def overlaid(document: Document, said: Document) -> Document:
    """`said` over the document, object by object; a list replaces the list that was there."""
    merged = {**document, **said}
    for name, value in said.items():
        under = document.get(name)
        if isinstance(value, dict) and isinstance(under, dict):
            merged[name] = overlaid(under, value)
    return merged


def later(document: Document, member: str, now: int) -> str:
    """The instant of a change: now, and a millisecond after the last one at least, so that an
    optimistic lock meets every change, also while the clock stands still or a late step runs."""
    last = document.get(member)
    return iso(max(now, parse_iso(last) + 1) if isinstance(last, str) else now)
