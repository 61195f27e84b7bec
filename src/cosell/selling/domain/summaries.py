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
    without_nulls,
)
from cosell.selling.domain import next_steps, payloads, snapshots
from cosell.selling.involvement import VISIBILITY_ONLY, in_force
from cosell.selling.lifecycle import CLOSED, DRAFT
from cosell.store import Tx, documents
from cosell.store.documents import Stored

DEFAULTS: Final = "aws_summary"  # who is in AWS's team, and what AWS says
_MERGED = ("Customer", "Insights", "LifeCycle", "Project", "RelatedEntityIds")


def read(call: Call, tx: Tx, opportunity: Stored) -> Document:
    """The summary as it is now. An opportunity that was received has the summary of the one that it
    follows, until its owner submits it."""
    passed = [opportunity]
    while leader := leader_of(passed[-1].document):
        passed.append(documents.get(tx, call.ns, Kind.OPPORTUNITY, leader))
    summary = _copied(passed[-1].document)
    for one in reversed(passed):
        summary = received(summary, one)
    return summary


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


def say(call: Call, tx: Tx, opportunity: Stored, worded: Document) -> Stored:
    """AWS says something of an opportunity: what is worded, or what fits it, if nothing is. Next
    steps that differ from the last ones go into their history, a change of involvement has a
    reason; the opportunity itself does not change."""
    before = object_at(opportunity.document, "aws_says")
    unworded = unsaid(opportunity.document)
    said = {**(worded or unworded)}
    if worded:
        unworded = _without(object_at(opportunity.document, "aws_unworded"), worded)
    if isinstance(said.get("LifeCycle"), dict):
        said["LifeCycle"] = _remembered(call, before, object_at(said, "LifeCycle"))
    involved = said.get("InvolvementType")
    if involved is not None and involved != read(call, tx, opportunity).get("InvolvementType"):
        reason = values.defaults(DEFAULTS)["InvolvementTypeChangeReason"]
        said = {"InvolvementTypeChangeReason": reason, **said}
    kept = {**opportunity.document, "aws_says": _over(before, said), "aws_unworded": unworded}
    return truth.replace(tx, opportunity, kept)


def followed(call: Call, before: Document, after: Document) -> Document:
    """An opportunity that changed, with what AWS says of it and nobody worded as it fits now; what
    was worded stays."""
    then, now = object_at(after, "aws_unworded"), unsaid(after)
    if not then or now == unsaid(before):
        return after
    says = object_at(after, "aws_says")
    worded = _without(says, then)
    unworded = _without(now, worded)
    said = {**unworded}
    if life := object_at(unworded, "LifeCycle"):
        said["LifeCycle"] = _remembered(call, says, life)
    return {**after, "aws_says": _over(worded, said), "aws_unworded": unworded}


def speaks_anew(before: Document, after: Document) -> bool:
    """Whether AWS has other words of an opportunity than before, without being told any."""
    return object_at(before, "aws_unworded") != object_at(after, "aws_unworded")


def unsaid(document: Document) -> Document:
    """What AWS says of an opportunity when it is not told what: it follows how far that has
    come."""
    status, stage = (
        text_at(document, "LifeCycle.ReviewStatus"),
        text_at(document, "LifeCycle.Stage"),
    )
    looks_on = in_force(document) == VISIBILITY_ONLY and stage not in CLOSED
    key = status if status != "Approved" else VISIBILITY_ONLY if looks_on else stage
    return object_at(object_at(values.defaults(DEFAULTS), "Updates"), key)


def show(call: Call, tx: Tx, opportunity: Stored, engagement: str) -> None:
    """The summary as it is now is a revision of AWS's own view, for the opportunity's owner."""
    summary = without_nulls(read(call, tx, opportunity))
    del summary["Catalog"]
    snapshots.create_aws_view(call, tx, engagement, opportunity, summary)


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
    """What stands in `document` and not in `members`, member by member. The reason of a lost deal
    goes with its stage."""
    left: Document = {}
    for name, value in document.items():
        taken = object_at(members, name)
        if "Stage" in taken:
            taken = {"ClosedLostReason": None, **taken}
        if isinstance(value, dict):
            value = {member: one for member, one in value.items() if member not in taken}
        if value or name not in members:
            left[name] = value
    return left


def _over(summary: Document, said: Document) -> Document:
    """`said` over `summary`; of what has members of its own, member by member."""
    merged = {**summary, **said}
    for name in _MERGED:
        under, over = summary.get(name), said.get(name)
        if isinstance(under, dict) and isinstance(over, dict):
            merged[name] = {**under, **over}
    return merged


def _remembered(call: Call, before: Document, life: Document) -> Document:
    """What AWS says of its life cycle, with the next steps that it has said so far."""
    history = at(before, "LifeCycle.NextStepsHistory")
    steps = text_at(life, "NextSteps")
    if steps and steps != text_at(before, "LifeCycle.NextSteps"):
        history = next_steps.grown(call, before, steps)
    return {**life, "NextStepsHistory": history or None}
