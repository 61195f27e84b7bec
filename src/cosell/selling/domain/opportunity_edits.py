"""What an update asks for: the opportunity as it would be, and which members that changes.

A request replaces all that its owner may write; what it leaves out is to be null. The contract's
duration alone stays when it is left out, and the deal's value with it. What means the same as
before stays as it is kept. Must not decide whether a change is allowed.
"""

from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import NamedTuple, cast

from cosell.calls import Call
from cosell.contract import Document, Json
from cosell.selling import Path, at, object_at, objects_at, text_at
from cosell.selling.domain import estimates, next_steps
from cosell.selling.rules import check, spend
from cosell.selling.rules.content import NEW_BUSINESS
from cosell.selling.rules.opportunity_members import PATHS
from cosell.selling.rules.spend import Spend
from cosell.store import Tx

_SPEND = "Project.ExpectedCustomerSpend"
_DURATION = "Project.ExpectedContractDuration"
_PARTITION = "Project.AwsPartition"
_ACTIVITIES = "Project.SalesActivities"
_REVENUE = "SoftwareRevenue.Value.Amount"
_NEXT_STEPS = "LifeCycle.NextSteps"


class Edit(NamedTuple):
    """The opportunity as it would be, the members that differ from now, and its spend."""

    wanted: Document
    changed: frozenset[Path]
    spend: Spend


def edit(call: Call, tx: Tx, before: Document, asked: Document) -> Edit:
    """What a request makes of an opportunity."""
    project = {**object_at(asked, "Project")}
    wanted: Document = {
        **asked,
        "NationalSecurity": asked.get("NationalSecurity", "No"),
        "OpportunityType": asked.get("OpportunityType", NEW_BUSINESS),
        "Project": project,
    }
    if wanted["OpportunityType"] == NEW_BUSINESS:
        project.pop("RelatedOpportunityIdentifier", None)  # it has none, and one sent is ignored
    if "ExpectedContractDuration" not in project:
        project["ExpectedContractDuration"] = at(before, _DURATION)
    sent = _spend(call, tx, before, project)
    kept = _kept(before, sent)
    project["ExpectedCustomerSpend"] = cast("list[Json]", [*sent.entries])
    changed = {path for path in PATHS if not _same(path, at(before, path), at(wanted, path))}
    project["ExpectedCustomerSpend"] = kept
    if _same(_SPEND, at(before, _SPEND), kept):
        changed.discard(_SPEND)
    parts = {_SPEND: spend.ENTRIES, _DURATION: spend.DURATION, _PARTITION: spend.PARTITION}
    touched = frozenset(part for path, part in parts.items() if path in changed)
    return Edit(wanted, frozenset(changed), sent._replace(changed=touched))


def applied(call: Call, before: Document, edit: Edit) -> Document:
    """The opportunity with the changes and nothing else: what the service owns is as it was, but
    for the history of its next steps, which grows by what is new."""
    document = before
    estimated = {_SPEND} if _DURATION in edit.changed else set()  # anew, whatever was sent
    for path in sorted(edit.changed | estimated):
        document = _with(document, path.split("."), at(edit.wanted, path))
    steps = text_at(document, _NEXT_STEPS)
    if _NEXT_STEPS not in edit.changed or not steps:
        return document
    return _with(document, ["LifeCycle", "NextStepsHistory"], next_steps.grown(call, before, steps))


def cleared(before: Document, edit: Edit, asked: Document) -> tuple[Path, ...]:
    """The members that the opportunity loses because the request leaves them out. The contract's
    duration is not among them: only an explicit null takes it away."""
    return tuple(
        path
        for path in PATHS
        if path in edit.changed
        and path != _DURATION
        and at(before, path)
        and not at(edit.wanted, path)
        and at(asked, path) is None
    )


def with_remarks(document: Document, asked: Document) -> Document:
    """What a reviewer says goes into the opportunity, and what it leaves out goes away."""
    for name in ("ReviewComments", "ReviewStatusReason"):
        document = _with(document, ["LifeCycle", name], at(asked, f"LifeCycle.{name}"))
    return document


def _spend(call: Call, tx: Tx, before: Document, project: Document) -> Spend:
    """The spend as it was sent, with the deal's value as it was if a duration came without it."""
    sent = spend.spend_of(project, estimates.known(call, tx))
    if sent.duration is None or sent.own:
        return sent
    own = [one for one in objects_at(before, _SPEND) if one.get("TargetCompany") == "Self"]
    return sent._replace(entries=(*own, *sent.entries))


def _kept(before: Document, sent: Spend) -> list[Json]:
    """The spend as it would be kept; as it was sent, if it could not be."""
    stored, entries = objects_at(before, _SPEND), list(sent.entries)
    if sent.duration == at(before, _DURATION) and _entries(stored) == _entries(entries):
        return cast("list[Json]", stored)
    fits = entries and not check(spend.RULES, sent)
    return cast("list[Json]", spend.completed(sent) if fits else entries)


# --- what means the same -------------------------------------------------------------------------


def _same(path: Path, one: Json, other: Json) -> bool:
    """Whether two values of a member mean the same: amounts are numbers, lists of words are sets,
    and an empty value is none."""
    if one == other:
        return True
    if not one and not other:
        return path != _ACTIVITIES or other is None  # an empty list there is refused, not ignored
    if path == _REVENUE:
        return _number(one) == _number(other)
    if path == _SPEND:
        return _entries(cast("list[Document]", one)) == _entries(cast("list[Document]", other))
    if isinstance(one, list) and isinstance(other, list):
        return _items(one) == _items(other)
    return False


def _number(value: Json) -> Decimal | Json:
    try:
        return Decimal(value) if isinstance(value, str) else value
    except InvalidOperation:
        return value


def _entries(entries: list[Document] | None) -> Counter[frozenset[tuple[str, object]]]:
    """Entries of the spend, so that they can be compared whatever their order."""
    said = [{**entry, "Amount": _number(entry.get("Amount"))} for entry in entries or ()]
    return Counter(frozenset((name, item) for name, item in one.items() if item) for one in said)


def _items(values: list[Json]) -> set[str] | list[Json]:
    if all(isinstance(value, str) for value in values):
        return {str(value) for value in values}
    return [
        {name: item for name, item in value.items() if item} if isinstance(value, dict) else value
        for value in values
    ]


def _with(document: Document, path: list[str], value: Json) -> Document:
    """The document with another value at a path; None takes the member away, and an object that
    is left empty with it."""
    name, *rest = path
    if rest:
        inner = _with(object_at(document, name), rest, value)
        value = inner or None
    if value is None:
        return {other: item for other, item in document.items() if other != name}
    return {**document, name: value}
