"""AWS's own summary of an opportunity: copied from the opportunity, and what AWS says besides.

What AWS says is kept with the opportunity (`aws_says`), which nobody is shown, and stands over the
copy; what of it nobody worded is kept besides (`aws_unworded`), and follows the opportunity. Must
not decide who reviews. See differences `summary.when`, `summary.desk` and `summary.received`.
"""

from typing import Final

from cosell.calls import Call
from cosell.contract import Document
from cosell.selling import (
    Kind,
    at,
    object_at,
    related,
    text_at,
    truth,
    values,
)
from cosell.selling.domain import next_steps, payloads
from cosell.selling.involvement import VISIBILITY_ONLY, in_force
from cosell.selling.lifecycle import CLOSED, DRAFT
from cosell.store import Tx, documents
from cosell.store.documents import Stored

DEFAULTS: Final = "aws_summary"  # who is in AWS's team, and what AWS says
_STEPS: Final = ("LifeCycle.NextSteps", "LifeCycle.Stage")
_LOST: Final = "Closed Lost"
_REASON: Final = "InvolvementTypeChangeReason"
_MERGED = ("Customer", "Insights", "LifeCycle", "Project", "RelatedEntityIds")


def read(call: Call, tx: Tx, opportunity: Stored) -> Document:
    """The summary as it is now. An opportunity that was received has the summary of the one that it
    follows, until its owner submits it."""
    passed = _passed(call, tx, opportunity)
    summary = _copied(passed[0].document)
    for one in passed:
        summary = received(summary, one)
    return summary


def _passed(call: Call, tx: Tx, opportunity: Stored) -> list[Stored]:
    """The opportunity that a summary is copied from, those that it is passed on by, and that which
    has it, last."""
    passed = [opportunity]
    while leader := leader_of(passed[0].document):
        passed.insert(0, documents.get(tx, call.ns, Kind.OPPORTUNITY, leader))
    return passed


def is_spoken_of(call: Call, tx: Tx, opportunity: Stored) -> bool:
    """Whether AWS has said something of an opportunity, or of one that its summary is from."""
    return any("aws_says" in one.document for one in _passed(call, tx, opportunity))


def own(document: Document) -> tuple[str, Document, Document]:
    """All that an opportunity gives to its summary, which is the same while this is: the one that
    it has it from, or else its own copy; and what AWS says of it."""
    leader = leader_of(document)
    copied = {} if leader else _copied(document)
    return leader, copied, object_at(document, "aws_says")


def leader_of(document: Document) -> str:
    """The opportunity that this one has its summary from; '' if it has one of its own."""
    return "" if text_at(document, "submitted_in") else text_at(document, "follows")


def received(summary: Document, opportunity: Stored) -> Document:
    """The summary that an opportunity has of the one which it follows: what AWS says of it stands
    over that."""
    own = {**summary, "RelatedOpportunityId": opportunity.id}
    return _over(own, object_at(opportunity.document, "aws_says"))


def say(call: Call, tx: Tx, opportunity: Stored, said: Document) -> Stored:
    """AWS says something of an opportunity: what is worded, or what fits it, if nothing is. Next
    steps that differ from the last ones go into their history, a change of involvement has a
    reason; the opportunity itself does not change."""
    document = opportunity.document
    passed = _passed(call, tx, opportunity)
    involved = said.get("InvolvementType")
    if involved is not None and involved != _involvement(passed):
        said = {_REASON: values.defaults(DEFAULTS)[_REASON], **said}
    unworded = object_at(document, "aws_unworded")
    worded = _without(object_at(document, "aws_says"), unworded)
    if said:
        worded = _over(worded, _remembered(call, passed, said))
    told = opportunity._replace(document={**document, "aws_says": worded})
    now = [*passed[:-1], told]
    fitting = unsaid(told.document, _involvement(now))
    if not said:
        worded, unworded = _without(worded, fitting), fitting
    elif unworded or _stands_apart(now):
        unworded = _without(fitting, worded)
    says = _over(worded, _remembered(call, passed, unworded))
    return truth.replace(tx, opportunity, {**document, "aws_says": says, "aws_unworded": unworded})


def fitted(call: Call, tx: Tx, opportunity: Stored) -> Document:
    """An opportunity with what AWS says of it and nobody worded as it fits now; what was worded
    stays."""
    document = opportunity.document
    unworded = object_at(document, "aws_unworded")
    if not unworded and not _is_involved_apart(document):
        return document
    passed = _passed(call, tx, opportunity)
    if not unworded and not _stands_apart(passed):
        return document
    worded = _without(object_at(document, "aws_says"), unworded)
    fitting = _without(unsaid(document, _involvement(passed)), worded)
    if fitting == unworded:
        return document
    says = _over(worded, _remembered(call, passed, fitting))
    return {**document, "aws_says": says, "aws_unworded": fitting}


def fit(call: Call, tx: Tx, opportunity: Stored) -> Stored:
    """AWS says of an opportunity what fits it now (`fitted`); the opportunity itself does not
    change."""
    document = fitted(call, tx, opportunity)
    same = document is opportunity.document
    return opportunity if same else truth.replace(tx, opportunity, document)


def unsaid(document: Document, involvement: str) -> Document:
    """What AWS says of an opportunity when it is not told what: it follows how far that has come,
    and how AWS is involved."""
    status, stage = (
        text_at(document, "LifeCycle.ReviewStatus"),
        text_at(document, "LifeCycle.Stage"),
    )
    looks_on = involvement == VISIBILITY_ONLY and stage not in CLOSED
    key = status if status != "Approved" else VISIBILITY_ONLY if looks_on else stage
    return object_at(object_at(values.defaults(DEFAULTS), "Updates"), key)


def _is_involved_apart(document: Document) -> bool:
    """Whether AWS says how it is involved in an opportunity that has its summary from another."""
    return bool(leader_of(document) and text_at(document, "aws_says.InvolvementType"))


def _stands_apart(passed: list[Stored]) -> bool:
    """Whether AWS is involved in an opportunity otherwise than in those which its summary is from,
    and nobody worded what that says: what fits these does not fit it."""
    *others, own = (one.document for one in passed)
    if not _is_involved_apart(own) or _involvement(passed) == _involvement(passed[:-1]):
        return False
    unworded = [object_at(one, "aws_unworded") for one in others]
    worded = (
        _without(object_at(one, "aws_says"), those)
        for one, those in zip(others, unworded, strict=True)
    )
    return any(unworded) and not any(
        at(said, path) for said in worded for path in ("Insights", *_STEPS)
    )


def _involvement(passed: list[Stored]) -> str:
    """How AWS is involved, as the summary has it."""
    said = [text_at(one.document, "aws_says.InvolvementType") for one in reversed(passed)]
    return next(filter(None, said), text_at(passed[0].document, "involvement"))


def _copied(document: Document) -> Document:
    """What the summary has of the opportunity, more and more of it in the course of the review."""
    status = text_at(document, "LifeCycle.ReviewStatus")
    summary: Document = {
        "Catalog": document["Catalog"],
        "Origin": document.get("origin", "Partner Referral"),
        "OpportunityTeam": [],
        "Project": {
            "AwsPartition": at(document, "Project.AwsPartition"),
            "ExpectedCustomerSpend": payloads.spend_with_aws(document),
        },
    }
    if status == DRAFT:
        return summary
    summary |= {
        "Customer": {"Contacts": at(document, "Customer.Contacts")},
        "InvolvementType": in_force(document) or None,
        "RelatedEntityIds": {type: [*related.entities(document, type)] for type in related.NEEDED},
        "Visibility": document.get("visibility"),
    }
    if status == "Approved":
        summary["LifeCycle"] = {"NextSteps": at(document, "LifeCycle.NextSteps")}
        summary["OpportunityTeam"] = values.defaults(DEFAULTS)["OpportunityTeam"]
    return summary


def _without(document: Document, members: Document) -> Document:
    """What stands in `document` and not in `members`, member by member."""
    left: Document = {}
    for name, value in document.items():
        taken = object_at(members, name)
        if isinstance(value, dict):
            value = {member: one for member, one in value.items() if member not in taken}
        if value or name not in members:
            left[name] = value
    return left


def _over(summary: Document, said: Document) -> Document:
    """`said` over `summary`; of what has members of its own, member by member. A reason goes with
    what it is the reason of: that of a change with the involvement, that of a lost deal with the
    stage."""
    merged = {**summary, **said}
    involved = summary.get("InvolvementType")
    if involved and merged["InvolvementType"] != involved and _REASON not in said:
        merged.pop(_REASON, None)
    for name in _MERGED:
        under, over = summary.get(name), said.get(name)
        if isinstance(under, dict) and isinstance(over, dict):
            merged[name] = {**under, **over}
    life = object_at(merged, "LifeCycle")
    if life.get("ClosedLostReason") and life.get("Stage") not in (None, _LOST):
        merged["LifeCycle"] = {name: life[name] for name in life if name != "ClosedLostReason"}
    return merged


def _remembered(call: Call, passed: list[Stored], said: Document) -> Document:
    """What AWS says of an opportunity, with the next steps that it has said so far if it says
    some: of this one, and of those that its summary is from."""
    steps = text_at(said, "LifeCycle.NextSteps")
    if not steps:
        return said
    before: Document = {}
    for one in passed:
        before = _over(before, object_at(one.document, "aws_says"))
    history = at(before, "LifeCycle.NextStepsHistory")
    if steps != text_at(before, "LifeCycle.NextSteps"):
        history = next_steps.grown(call, before, steps)
    life: Document = {**object_at(said, "LifeCycle"), "NextStepsHistory": history or None}
    return {**said, "LifeCycle": life}
