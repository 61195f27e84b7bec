"""StartEngagementFromOpportunityTask: an engagement for an opportunity, and AWS asked into it.

Each step makes what there is not yet, so that a new Start after a failure, or after AWS required
action, goes on without litter. Whether the opportunity can be submitted is asked first and last.
An opportunity that an update submitted again, as the task would, has nothing left to do but that
its job runs: the steps name what there is.

Source: the operation's page of the API reference names the acts in this order; see differences
`submit.where` and `task.titles`.
"""

from typing import Final

from cosell.calls import Call
from cosell.contract import Document, Json
from cosell.errors import ServiceQuotaExceededException, ValidationException, causes_of
from cosell.selling import Kind, Template, text_at
from cosell.selling.domain import (
    conversions,
    engagements,
    jobs,
    opportunities,
    payloads,
    snapshots,
    submissions,
)
from cosell.selling.domain.invitations import Room
from cosell.selling.domain.snapshots import Target
from cosell.selling.domain.submissions import Submission
from cosell.selling.rules.submit_task import BUSY, ENGAGEMENT
from cosell.selling.workflows import Reasons, Step, TaskEnd, ensure, reasons_of, sharing, told
from cosell.selling.workflows.single import Trait, single
from cosell.store import Tx
from cosell.store.documents import Stored


def _opportunity(call: Call, tx: Tx, task: Stored) -> Stored:
    return opportunities.find(call, tx, text_at(task.document, "OpportunityId"))


def _submission(task: Stored) -> Submission:
    return Submission(text_at(task.document, "involvement"), text_at(task.document, "visibility"))


def _target(task: Stored) -> Target:
    return Target(
        text_at(task.document, "EngagementId"),
        text_at(task.document, "OpportunityId"),
        Template.SUMMARY,
    )


def _is_done(call: Call, tx: Tx, task: Stored) -> bool:
    """Whether an update has submitted the opportunity as the task would."""
    return submissions.resubmitted(call, tx, _opportunity(call, tx, task), _submission(task))


def _is_anothers(call: Call, tx: Tx, task: Stored) -> bool:
    """Whether it is done with the submission of the one which it follows: then it is shown by what
    its owner made, and not by a job of this task's."""
    own = text_at(_opportunity(call, tx, task).document, "submitted_in")
    return not own and _is_done(call, tx, task)


def _get_opportunity(call: Call, tx: Tx, task: Stored) -> Document:
    opportunity = _opportunity(call, tx, task)
    state, fields = submissions.faults(call, tx, opportunity, _submission(task))
    if state:
        raise TaskEnd("OpportunitySubmissionFailed", told(state), causes_of(state))
    if fields:
        raise TaskEnd("OpportunityValidationFailed", told(fields), causes_of(fields))
    return {}


def _create_engagement(call: Call, tx: Tx, task: Stored) -> Document:
    opportunity = _opportunity(call, tx, task)
    place = submissions.place(call, tx, opportunity, text_at(task.document, "EngagementId"))
    if place:
        engagement = engagements.find(call, tx, place)
        ensure(ENGAGEMENT, submissions.sharing(Room(call, tx, engagement)))
    else:
        content = {**payloads.engagement(opportunity.document), "Contexts": _contexts(opportunity)}
        engagement = engagements.create(call, tx, call.account, content)
    return {"EngagementId": engagement.id}


def _contexts(opportunity: Stored) -> list[Json]:
    """The customer project, if the opportunity says all that such a context has to."""
    if conversions.lacks(opportunity.document):
        return []
    return [payloads.project_context(opportunity)]


def _create_snapshot(call: Call, tx: Tx, task: Stored) -> Document:
    if not _is_done(call, tx, task):
        snapshots.create(call, tx, _target(task), _opportunity(call, tx, task))
    return {}


def _create_job(call: Call, tx: Tx, task: Stored) -> Document:
    """A job of this kind's own, beside that of a conversion."""
    target = _target(task)
    job = jobs.made_by(call, tx, target, Kind.SUBMISSION_TASK)
    if job is None:
        if _is_anothers(call, tx, task):
            return {}
        job = jobs.create(call, tx, target, {}, Kind.SUBMISSION_TASK)
    sharing.label(call, tx, task, text_at(job.document, "Arn"))
    return {"ResourceSnapshotJobId": job.id}


def _start_job(call: Call, tx: Tx, task: Stored) -> Document:
    if not _is_anothers(call, tx, task):
        sharing.start_job(call, tx, task)
    return {}


def _invite(call: Call, tx: Tx, task: Stored) -> Document:
    """AWS is asked unless there is nothing to ask any more: the task was overtaken."""
    engagement = engagements.find(call, tx, text_at(task.document, "EngagementId"))
    room, opportunity = Room(call, tx, engagement), _opportunity(call, tx, task)
    submission = _submission(task)
    done = submissions.resubmitted(call, tx, opportunity, submission)
    if done or not submissions.can_be(call, tx, opportunity, submission):
        return {"EngagementInvitationId": submissions.asked_by(call, tx, call.account, room)}
    return {"EngagementInvitationId": submissions.ask_aws(call, tx, opportunity, room)}


def _submit(call: Call, tx: Tx, task: Stored) -> Document:
    """In the task's own engagement, wherever else the opportunity was shown meanwhile; AWS may have
    answered the invitation meanwhile, and be asked again."""
    opportunity, engagement = _opportunity(call, tx, task), text_at(task.document, "EngagementId")
    asked = submissions.submit(call, tx, opportunity, _submission(task), engagement)
    return {"EngagementInvitationId": asked} if asked else {}


_QUOTA: Final[Reasons] = {ServiceQuotaExceededException: "ServiceQuotaExceeded"}
SUBMITTING: Final = single(
    "StartEngagementFromOpportunityTask",
    Kind.SUBMISSION_TASK,
    (
        Step(
            "GetOpportunity",
            _get_opportunity,
            reasons_of("Opportunity"),
            ("OpportunitySubmissionFailed",),
        ),
        Step("CreateEngagement", _create_engagement, {**reasons_of("Engagement"), **_QUOTA}),
        Step("CreateResourceSnapshot", _create_snapshot, reasons_of("ResourceSnapshot")),
        Step("CreateResourceSnapshotJob", _create_job, reasons_of("ResourceSnapshotJob")),
        Step("StartResourceSnapshotJob", _start_job, reasons_of("ResourceSnapshotJob")),
        Step(
            "CreateEngagementInvitation",
            _invite,
            {**reasons_of("Invitation", "EngagementInvitationConflict"), **_QUOTA},
        ),
        Step(
            "SubmitOpportunity",
            _submit,
            {
                **reasons_of("Opportunity", "OpportunitySubmissionFailed"),
                ValidationException: "OpportunitySubmissionFailed",
            },
        ),
    ),
    Trait(
        summary="ListEngagementFromOpportunityTaskSummary",
        subject=lambda task: text_at(task, "OpportunityId"),
        trace="EngagementId",
        kept=("EngagementId", "tags"),
        busy=BUSY,
        promises=False,
    ),
)
