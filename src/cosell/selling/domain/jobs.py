"""Resource snapshot jobs: they keep an opportunity's snapshots up to date in an engagement.

See differences `job.twice`, `job.no-role` and `job.start-stop`.
"""

from cosell import ids
from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document
from cosell.selling import Kind, text_at, truth
from cosell.selling.domain import opportunities, settings, showing, snapshots, tags
from cosell.selling.domain.acting import as_owner
from cosell.selling.domain.snapshots import Target, target_of
from cosell.selling.lifecycle import JOB, follow, followed
from cosell.selling.rules import enforce
from cosell.selling.rules import find as rows
from cosell.selling.rules import resource_snapshots as rules
from cosell.selling.views import JOBS, job_row
from cosell.store import Tx, Value, documents
from cosell.store.documents import Stored

NO_ROLE = (
    "No ResourceSnapshotJobRole is set for this account and catalog, so changes are not shared."
    " Set one with PutSellingSystemSettings."
)

_TARGET = ("EngagementId", "ResourceId", "ResourceSnapshotTemplateName")


def create(
    call: Call, tx: Tx, target: Target, labels: dict[str, str], maker: str | None = None
) -> Stored:
    """A job that stands still until it is started. Tasks make jobs of their own, and each kind of
    task (the `maker`) may know its own again; of those that somebody asks for there is one for each
    target: see `create_direct`."""
    id = ids.mint(call.random, "job-", 13)
    arn = ids.arn(call.account, call.catalog, f"resource-snapshot-job/{id}")
    document: Document = {
        "Id": id,
        "Arn": arn,
        "Catalog": call.catalog,
        "CreatedAt": iso(call.now),
        "EngagementId": target.engagement,
        "ResourceType": snapshots.RESOURCE_TYPE,
        "ResourceId": target.resource,
        "ResourceArn": opportunities.arn(call, target.resource, call.account),
        "ResourceSnapshotTemplateName": target.template,
        "Status": "Stopped",
        "maker": maker,
    }
    seq = tx.number("seq")
    made = Stored(call.ns, Kind.JOB, id, call.catalog, call.account, 1, seq, document)
    job = truth.insert(tx, made)
    documents.show(tx, JOBS, job_row(job))
    tags.add(call, tx, arn, labels)
    return job


def create_direct(call: Call, tx: Tx, target: Target, labels: dict[str, str]) -> Stored:
    """A job that somebody asks for; ConflictException if it has been asked for before."""
    row = tx.one("find_job_target", ns=call.ns, **target._asdict())
    enforce(rules.SECOND_JOB, rules.Wanted(target.template, "" if row is None else str(row[0])))
    job = create(call, tx, target, labels)
    tx.run("insert_job_target", ns=call.ns, job=job.id, **target._asdict())
    return job


def made_by(call: Call, tx: Tx, target: Target, maker: str) -> Stored | None:
    """The caller's job for a target that a kind of task made, if it is still there."""
    key: dict[str, Value] = {"ns": call.ns, "account": call.account, "catalog": call.catalog}
    for row in tx.all("jobs_in", **key, resource=target.resource, engagement=target.engagement):
        job = documents.get(tx, call.ns, Kind.JOB, str(row[0]))
        if job.document.get("maker") == maker and target_of(job.document, _TARGET) == target:
            return job
    return None


def find(call: Call, tx: Tx, id: str) -> Stored:
    """One of the caller's jobs, or ResourceNotFoundException."""
    return rows.ensure(rows.JOB, documents.find_visible(tx, JOBS, call.key, Kind.JOB, id))


def start(call: Call, tx: Tx, job: Stored) -> Stored:
    """The job runs: at once it shares what changed meanwhile, also if it ran before: a role may
    have been set since. With nothing new to show, a running job stays as it is."""
    status = followed(JOB, text_at(job.document, "Status"), "start")
    opportunity = opportunities.find(call, tx, text_at(job.document, "ResourceId"))
    outcome = _execute(call, tx, job, opportunity, set())
    if not outcome and status == text_at(job.document, "Status"):
        return job
    return _put(tx, job, {"Status": status, **outcome})


def stop(tx: Tx, job: Stored) -> Stored:
    """The job stands still; what changes from now on is shared when it is started again."""
    turn = _turn(job, "stop")
    enforce(rules.STOP, turn)
    return _put(tx, job, {"Status": turn.after})


def delete(call: Call, tx: Tx, job: Stored) -> None:
    """The job is no more, nor are its tags; another may be made for its target. What it shared
    stays."""
    enforce(rules.DELETE, _turn(job, "delete"))
    documents.hide(tx, JOBS, call.ns, job.owner, job.id)
    documents.remove(tx, job)
    tags.clear(call, tx, text_at(job.document, "Arn"))
    target = target_of(job.document, _TARGET)
    tx.run("delete_job_target", ns=call.ns, job=job.id, **target._asdict())


def _turn(job: Stored, act: str) -> rules.Turn:
    status = text_at(job.document, "Status")
    return rules.Turn(status, follow(JOB, status, act))


def share(call: Call, tx: Tx, opportunity: Stored) -> None:
    """An opportunity changed: its owner's running jobs make new revisions of what is new. Of jobs
    that have one target the first makes it, and all of them have shared it."""
    shown: set[Target] = set()
    running = tx.all(
        "running_jobs",
        ns=call.ns,
        account=opportunity.owner,
        catalog=opportunity.catalog,
        resource=opportunity.id,
    )
    for row in running:
        job = documents.get(tx, call.ns, Kind.JOB, str(row[0]))
        outcome = _execute(call, tx, job, opportunity, shown)
        if outcome:
            _put(tx, job, outcome)


def _execute(call: Call, tx: Tx, job: Stored, opportunity: Stored, shown: set[Target]) -> Document:
    """What a job learns from one execution; nothing, if there is nothing new to show. What another
    made visible meanwhile, a job has shared that failed to before, if it could by now. `shown` has
    the targets that this change was shown in, and gets the job's own. It is its owner's, whoever
    changed the opportunity."""
    call = as_owner(call, job)
    target = target_of(job.document, _TARGET)
    draft = snapshots.draft(call, tx, target, opportunity)
    failed = bool(text_at(job.document, "LastFailure"))
    if not draft.differs and not failed and target not in shown:
        return {}
    if settings.role(call, tx, job.owner) is None:
        return {"LastFailure": NO_ROLE} if draft.differs else {}
    if draft.differs:
        showing.show(call, tx, draft, opportunity)
        shown.add(target)
    return {"LastSuccessfulExecutionDate": iso(call.now), "LastFailure": None}


def _put(tx: Tx, job: Stored, changes: Document) -> Stored:
    job = truth.replace(tx, job, {**job.document, **changes})
    documents.show_again(tx, JOBS, job_row(job))
    return job
