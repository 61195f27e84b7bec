"""Partner Central's selling service: its vocabulary. Imports no sibling."""

from typing import Final, TypeAlias, cast

from cosell.contract import Document, Json

AWS: Final = "aws"  # AWS's own account, in both catalogs
RENDERER: Final = 1  # grows when a stored summary would be rendered otherwise

Path: TypeAlias = str


class Kind:
    """The kinds of resource that the store keeps."""

    OPPORTUNITY: Final = "opportunity"
    ENGAGEMENT: Final = "engagement"
    INVITATION: Final = "engagement-invitation"
    JOB: Final = "resource-snapshot-job"
    TASK: Final = "engagement-by-accepting-invitation-task"


class Template:
    """What a resource snapshot shows. Source: domain rule 20."""

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
    value = at(document, path)
    return value if isinstance(value, str) else ""


def objects_at(document: Document, path: Path) -> list[Document]:
    """The list of objects that a dotted path names; empty where there is none."""
    value = at(document, path)
    return cast("list[Document]", value) if isinstance(value, list) else []


def object_at(document: Document, path: Path) -> Document:
    """The object that a dotted path names; empty where there is none."""
    value = at(document, path)
    return value if isinstance(value, dict) else {}


def without_nulls(document: Document) -> Document:
    """The document as it is kept: members that are null are left out, all the way down."""
    kept: Document = {}
    for name, value in document.items():
        if isinstance(value, dict):
            kept[name] = without_nulls(value)
        elif value is not None:
            kept[name] = value
    return kept
