"""An opportunity is submitted to AWS: whether it can be, in which engagement, and what follows.

A submission keeps its involvement, its visibility and its engagement with the opportunity
(`involvement`, `visibility`, `submitted_in`), which nobody is shown. `resubmitted` says that an
update of what AWS asked for submitted it again; `follows` and `followed_in`, which opportunity's
review one follows that was received, and where. See differences `submit.where`,
`submit.duplicates` and `update.action-required`.
"""

from typing import NamedTuple, cast

from cosell.calls import Call
from cosell.clock import iso_date
from cosell.contract import Document
from cosell.errors import FieldError, business_refused
from cosell.selling import AWS, Kind, object_at, objects_at, text_at
from cosell.selling.domain import (
    autopilot,
    changes,
    contexts,
    engagements,
    invitations,
    payloads,
    places,
)
from cosell.selling.domain.invitations import Room
from cosell.selling.involvement import VISIBILITY_ONLY, is_bound, submitted
from cosell.selling.lifecycle import OPPORTUNITY_REVIEW, UNDECIDED, follow, followed
from cosell.selling.profiles import profile
from cosell.selling.rules import check, enforce
from cosell.selling.rules.content import Content
from cosell.selling.rules.submit_opportunity import (
    FIELDS,
    NO_SUPPORT,
    SHARING,
    STATE,
    Sharing,
    Submitting,
)
from cosell.store import Tx, documents
from cosell.store.documents import Stored

_MESSAGE = "An opportunity was submitted to AWS. Please review it."
_RESPONSIBILITIES = ("Co-Sell Facilitator",)
_CONTACT = ("BusinessTitle", "Email", "FirstName", "LastName", "Phone")


class Submission(NamedTuple):
    """How AWS is to be involved, and how much of it its sellers see."""

    involvement: str
    visibility: str = "Full"


class Faults(NamedTuple):
    """What stands in the way of a submission: the opportunity's state, and what it lacks. What it
    lacks is not asked while its state forbids it."""

    state: tuple[FieldError, ...]
    fields: tuple[FieldError, ...]


def resubmitted(call: Call, tx: Tx, opportunity: Stored, submission: Submission) -> bool:
    """Whether an update of what AWS asked for has submitted the opportunity again, just as this
    submission would: then it has nothing left to do. One that asks for another involvement or
    visibility is a submission like any other."""
    if not _by_update(opportunity.document):
        return False
    reviewed = sent(call, tx, opportunity.document)
    return reviewed is not None and submitted(reviewed, *submission) == reviewed


def sent(call: Call, tx: Tx, document: Document) -> Document | None:
    """The opportunity with the submission that this one is reviewed by: its own, else that of the
    one which it follows. None if there was none."""
    while not text_at(document, "submitted_in"):
        leader = text_at(document, "follows")
        if not leader:
            return None
        document = documents.get(tx, call.ns, Kind.OPPORTUNITY, leader).document
    return document


def _by_update(document: Document) -> bool:
    """Whether an opportunity is Submitted through an update alone. The Sandbox's reviewer may ask
    for changes of what never reached AWS: such a one is still to be submitted."""
    status = text_at(document, "LifeCycle.ReviewStatus")
    return status == "Submitted" and document.get("resubmitted") is True


def faults(call: Call, tx: Tx, opportunity: Stored, submission: Submission) -> Faults:
    """Everything that stands in the way; nothing, for an opportunity that is `resubmitted`."""
    if resubmitted(call, tx, opportunity, submission):
        return Faults((), ())
    facts = _facts(call, tx, opportunity, submission)
    state = check(STATE, facts)
    return Faults(state, () if state else check(FIELDS, facts))


def _ensure(call: Call, tx: Tx, opportunity: Stored, submission: Submission) -> None:
    """ValidationException for an opportunity that cannot be submitted so."""
    state, fields = faults(call, tx, opportunity, submission)
    if state or fields:
        raise business_refused(*(state or fields))


def can_be(call: Call, tx: Tx, opportunity: Stored, submission: Submission) -> bool:
    """Whether the opportunity's state allows a submission, whatever it lacks for one."""
    return not check(STATE, _facts(call, tx, opportunity, submission))


def asked_beside(call: Call, tx: Tx, opportunity: Stored) -> list[Stored]:
    """The invitations by which AWS was asked to review the opportunity where it was not submitted
    in the end: a task was overtaken. One that the review of another opportunity answers is none of
    them."""
    place = text_at(opportunity.document, "submitted_in")
    beside = (shown for shown, _ in places.shown_in(call, tx, opportunity) if shown != place)
    ids = (invitations.open_in(call, tx, one).get(AWS) for one in beside)
    asked = (documents.get(tx, call.ns, Kind.INVITATION, id) for id in ids if id)
    return [
        one
        for one in asked
        if one.document.get(autopilot.FOR_REVIEW) == opportunity.id
        and not awaited_in(call, tx, one, besides=opportunity.id)
    ]


def awaited_in(call: Call, tx: Tx, invitation: Stored, besides: str = "") -> str | None:
    """An opportunity other than `besides`, whoever's, that awaits AWS's review in the engagement of
    an invitation, if there is one."""
    engagement = text_at(invitation.document, "EngagementId")
    rows = tx.all(
        "undecided_in",
        ns=call.ns,
        account=text_at(invitation.document, "SenderAwsAccountId"),
        catalog=invitation.catalog,
        engagement=engagement,
    )
    ids = (str(row[0]) for row in rows if row[0] != besides)
    shown = (documents.get(tx, call.ns, Kind.OPPORTUNITY, id) for id in ids)
    awaited = (
        one.id
        for one in shown
        if text_at(one.document, "submitted_in") == engagement
        and text_at(one.document, "LifeCycle.ReviewStatus") in UNDECIDED
    )
    return next(awaited, None)


def submit(
    call: Call, tx: Tx, opportunity: Stored, submission: Submission, place: str | None
) -> str | None:
    """The opportunity goes to AWS for review in the engagement `place`, where it has to be shown;
    AWS is invited there, unless it is a member. Answers AWS's invitation, if it has one to answer.
    Makes no snapshot and no job of its own."""
    if resubmitted(call, tx, opportunity, submission):
        return None
    _ensure(call, tx, opportunity, submission)
    engagement = engagements.get(call, tx, place) if place else None
    room = Room(call, tx, engagement) if engagement else None
    enforce(SHARING, sharing(room))
    room = cast("Room", room)
    document = _submitted(call, opportunity.document, submission)
    document["submitted_in"] = room.engagement.id
    after = changes.change(call, tx, opportunity, document)
    return ask_aws(call, tx, after, room)


def ask_aws(call: Call, tx: Tx, opportunity: Stored, room: Room) -> str | None:
    """The invitation of the owner's that AWS has yet to answer, made unless AWS was asked; None if
    AWS is a member of the engagement or another member has asked it."""
    if AWS in room.invited or AWS in room.accounts:
        return asked_by(call, tx, opportunity.owner, room)
    return _invite_aws(call, tx, opportunity, room).id


def asked_by(call: Call, tx: Tx, account: str, room: Room) -> str | None:
    """The invitation of an account's that AWS has yet to answer, if there is one; nobody may read
    another member's."""
    id = room.invited.get(AWS)
    asked = documents.get(tx, call.ns, Kind.INVITATION, id) if id else None
    own = asked is not None and text_at(asked.document, "SenderAwsAccountId") == account
    return id if own else None


def _invite_aws(call: Call, tx: Tx, opportunity: Stored, room: Room) -> Stored:
    """The opportunity's owner asks AWS into an engagement of its own. The invitation never expires,
    and speaks of the opportunity where the engagement has no title or description."""
    invitations.ensure_room(call, tx, room, AWS)
    document = opportunity.document
    about = {**payloads.engagement(document), **room.engagement.document}
    sender = objects_at(document, "OpportunityTeam")[0]
    words: Document = {
        "ReceiverResponsibilities": [*_RESPONSIBILITIES],
        "SenderContacts": [{name: sender[name] for name in _CONTACT if name in sender}],
    }
    return invitations.create(
        call,
        tx,
        room,
        opportunity.owner,
        {
            "Receiver": {"Account": {"AwsAccountId": AWS}},
            "InvitationMessage": _MESSAGE,
            "EngagementTitle": about["Title"],
            "EngagementDescription": about["Description"],
            "Payload": payloads.invitation(document, words),
            autopilot.FOR_REVIEW: opportunity.id,
        },
    )


def place(call: Call, tx: Tx, opportunity: Stored, task: str | None = None) -> str | None:
    """The engagement of a submission: where the opportunity is under review, by a submission of its
    own or that of the one which it follows; else that of the `task` which failed to submit it, else
    where it was shown last. Without a task ('' for one that failed nowhere) it has to be shown
    where it follows, or that does not count: nothing else will show it there."""
    document = opportunity.document
    if before := text_at(document, "submitted_in"):
        return before
    if text_at(document, "LifeCycle.ReviewStatus") in UNDECIDED and sent(call, tx, document):
        followed = places.reviewed_in(call, tx, opportunity)
        shown = (one for one, _ in places.shown_in(call, tx, opportunity))
        if followed and (task is not None or followed in shown):
            return followed
    return task or places.shared_in(call, tx, opportunity)


def sharing(room: Room | None) -> Sharing:
    """What the rules ask of the engagement of a submission."""
    if room is None:
        return Sharing(False, False, lambda: False)
    types = {text_at(one, "Type") for one in objects_at(room.engagement.document, "Contexts")}
    lacks_project = contexts.LEAD in types and contexts.CUSTOMER_PROJECT not in types
    return Sharing(True, lacks_project, lambda: not room.has_room_for(AWS))


def _facts(call: Call, tx: Tx, opportunity: Stored, submission: Submission) -> Submitting:
    status = text_at(opportunity.document, "LifeCycle.ReviewStatus")
    draft = Content(opportunity.document, iso_date(call.now), lambda _: True)
    return Submitting(
        draft,
        _by_update(opportunity.document)
        or follow(OPPORTUNITY_REVIEW, status, "submit") is not None,
        submission.involvement,
        submission.visibility,
        is_bound(opportunity.document),
        lambda: _twin(call, tx, opportunity),
    )


def _twin(call: Call, tx: Tx, opportunity: Stored) -> str | None:
    """An opportunity of the same owner that was submitted with the same company and title."""
    company = text_at(opportunity.document, "Customer.Account.CompanyName")
    if not profile(call).duplicates_refused or not company:
        return None
    rows = tx.all(
        "submitted_for",
        ns=call.ns,
        account=opportunity.owner,
        catalog=opportunity.catalog,
        company=company,
    )
    title = text_at(opportunity.document, "Project.Title")
    for row in rows:
        other = documents.get(tx, call.ns, Kind.OPPORTUNITY, str(row[0]))
        if other.id != opportunity.id and text_at(other.document, "Project.Title") == title:
            return other.id
    return None


def _submitted(call: Call, document: Document, submission: Submission) -> Document:
    life = {**object_at(document, "LifeCycle")}
    if not _by_update(document):
        status = text_at(life, "ReviewStatus")
        life["ReviewStatus"] = followed(OPPORTUNITY_REVIEW, status, "submit")
    after: Document = {
        **submitted(document, *submission),
        "LifeCycle": life,
        "resubmitted": None,
    }
    if submission.involvement == VISIBILITY_ONLY:
        after["PrimaryNeedsFromAws"] = [NO_SUPPORT]
        if profile(call).visibility_drops_next_steps:
            life.pop("NextSteps", None)
    return after
