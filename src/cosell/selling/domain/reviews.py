"""AWS reviews an opportunity, and everything that follows from what it decides.

The desk and the Sandbox's reviewer both come here. Must not know who may decide. Source: developer
guide, Selling API events; see differences `review.states`, `review.invitation` and
`review.followers`.
"""

import re
from typing import Final

from cosell.calls import Call
from cosell.contract import Document
from cosell.selling import AWS, Kind, object_at, text_at
from cosell.selling.domain import (
    autopilot,
    aws_views,
    changes,
    followers,
    invitations,
    jobs,
    opportunities,
    places,
    snapshots,
    submissions,
    summaries,
)
from cosell.selling.domain.acting import as_aws
from cosell.selling.domain.changes import Changed
from cosell.selling.domain.event_messages import tell_of_opportunity
from cosell.selling.lifecycle import DECIDED, OPPORTUNITY_REVIEW, follow
from cosell.store import Tx, documents
from cosell.store.documents import Stored

_WRITABLE = re.compile(r"[\u0020-\u007E\u00A0-\uD7FF\uE000-\uFFFD]{1,80}")  # as the model has it
_OTHER = "Other"
REASONS: Final = {"Action Required": "Customer problem unclear", "Rejected": _OTHER}


def conclude(call: Call, tx: Tx, opportunity: Stored, document: Document, status: str) -> Stored:
    """The opportunity is `document` from now on, with that review status, and what AWS's decision
    brings about comes about, in this order: AWS answers its invitation, the status, the revisions,
    its invitations elsewhere, the opportunities that follow. One that was never submitted has the
    status alone, and AWS's own view if it has one, and those that follow it have theirs; one that
    follows another's was submitted where it is shown, without an invitation of its own."""
    asked = text_at(opportunity.document, "submitted_in")
    reviewed = _with_status({**_hidden(opportunity.document), **document}, status)
    if status not in DECIDED:
        return changes.change(call, tx, opportunity, reviewed)
    if asked and status == "Approved":
        _admit_aws(call, tx, asked)
    elif asked:
        _decline(call, tx, opportunity._replace(document=reviewed), asked)
    decided = _decide(call, tx, opportunity, reviewed)
    changes.tell_followers(call, tx, decided)
    return decided[0][1]


def _decide(call: Call, tx: Tx, opportunity: Stored, document: Document) -> list[Changed]:
    """An opportunity has a decision from now on, and those that follow it are decided alike, and
    those that follow these: each with its own before the next. Answers all of them, this first."""
    led: list[Changed] = []
    waiting = [(opportunity, document)]
    while waiting:
        before, document = waiting.pop()
        after = opportunities.change(call, tx, before, document)
        _show(call, tx, before, after)
        _decline_beside(call, tx, after)
        led.append((before, after))
        waiting += _waiting_for(call, tx, after)
    return led


def _waiting_for(call: Call, tx: Tx, decided: Stored) -> list[tuple[Stored, Document]]:
    """The opportunities that wait for the decision on this one, the first of them last, and what
    they are with it."""
    decision = text_at(decided.document, "LifeCycle.ReviewStatus")
    found: list[tuple[Stored, Document]] = []
    for id in followers.of(call, tx, decided.id):
        one = documents.get(tx, call.ns, Kind.OPPORTUNITY, id)
        if (status := _following(one.document, decision)) is not None:
            found.append((one, taken_over(one.document, status)))
    return found


def say(call: Call, tx: Tx, opportunity: Stored, said: Document) -> Stored:
    """AWS says something of an opportunity (`summaries.say`): its owner is told and shown it, and
    so are the owners of those that have their summary from this one, if it changes theirs."""
    told = summaries.say(call, tx, opportunity, said)
    for one in (told, *followers.changed(call, tx, opportunity, told)):
        tell_of_opportunity(call, tx, one, "Updated")
        snapshots.renew(call, tx, aws_views.place_of(call, tx, one), one)
        aws_views.show(call, tx, one)
    return told


def _show(call: Call, tx: Tx, before: Stored, decided: Stored) -> None:
    """A decision is shown where it was asked for, and other engagements see it if a job shares it
    there."""
    snapshots.renew(call, tx, places.reviewed_in(call, tx, decided), decided)
    aws_views.follow(call, tx, before, decided)
    jobs.share(call, tx, decided)


def taken_over(document: Document, status: str) -> Document:
    """An opportunity with the decision on the one that it follows. What AWS said of it before is
    past; what it says of the other is for that one's owner alone."""
    life: Document = {
        **object_at(document, "LifeCycle"),
        "ReviewComments": None,
        "ReviewStatusReason": REASONS.get(status),
    }
    return _with_status({**document, "LifeCycle": life}, status)


def missed(call: Call, tx: Tx, document: Document) -> str | None:
    """The decision on the opportunity that this one follows, which did not reach it while AWS
    waited for its owner; None if there is none for it."""
    leader = text_at(document, "follows")
    if not leader:
        return None
    followed = documents.get(tx, call.ns, Kind.OPPORTUNITY, leader).document
    return _following(document, text_at(followed, "LifeCycle.ReviewStatus"))


def _following(document: Document, decision: str) -> str | None:
    """An opportunity's review status after the decision on the one that it follows; None if it
    waits for none: one that its owner submitted has a review of its own."""
    if text_at(document, "submitted_in"):
        return None
    status = text_at(document, "LifeCycle.ReviewStatus")
    return follow(OPPORTUNITY_REVIEW, status, f"follow {decision}")


def _admit_aws(call: Call, tx: Tx, engagement: str) -> None:
    """AWS becomes a member, unless it is one."""
    if (invitation := _invitation(call, tx, engagement)) is not None:
        invitations.accept(as_aws(call), tx, invitation, {})


def _decline(call: Call, tx: Tx, rejected: Stored, engagement: str) -> None:
    """AWS rejects its invitation, unless another opportunity awaits AWS there."""
    invitation = _invitation(call, tx, engagement)
    if invitation and not submissions.awaited_in(call, tx, invitation, besides=rejected.id):
        reason = _reason(call, tx, invitation, rejected)
        invitations.reject(as_aws(call), tx, invitation, reason)


def _reason(call: Call, tx: Tx, invitation: Stored, rejected: Stored) -> str:
    """Why AWS rejects an invitation: what it said to the sender. Its words to another partner,
    whose opportunity was the last to be rejected, stay that one's."""
    if rejected.owner != text_at(invitation.document, "SenderAwsAccountId"):
        asked_for = text_at(invitation.document, autopilot.FOR_REVIEW)
        if not asked_for:
            return _OTHER
        rejected = documents.get(tx, call.ns, Kind.OPPORTUNITY, asked_for)
    if text_at(rejected.document, "LifeCycle.ReviewStatus") != "Rejected":
        return _OTHER
    told = _WRITABLE.match(text_at(rejected.document, "LifeCycle.ReviewStatusReason"))
    return told[0] if told else _OTHER


def _decline_beside(call: Call, tx: Tx, decided: Stored) -> None:
    """What AWS decided is reviewed nowhere else: it rejects the invitations for that."""
    for invitation in submissions.asked_beside(call, tx, decided):
        invitations.reject(as_aws(call), tx, invitation, _OTHER)


def _invitation(call: Call, tx: Tx, engagement: str) -> Stored | None:
    """The invitation of AWS to an engagement that it has not answered."""
    id = invitations.open_in(call, tx, engagement).get(AWS)
    return None if id is None else documents.get(tx, call.ns, Kind.INVITATION, id)


def _hidden(document: Document) -> Document:
    """What is kept with an opportunity and not shown: whoever makes a new document of it from a
    request may leave it out."""
    return {name: value for name, value in document.items() if name[0].islower()}


def _with_status(document: Document, status: str) -> Document:
    life: Document = {**object_at(document, "LifeCycle"), "ReviewStatus": status}
    after = {**document, "LifeCycle": life}
    after.pop("resubmitted", None)
    return after
