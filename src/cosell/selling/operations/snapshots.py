"""Resource snapshots, and the jobs that keep them up to date."""

from cosell.calls import Call, Rendered, command, query
from cosell.contract import Document
from cosell.selling import Kind, text_at
from cosell.selling.domain import engagements, jobs, opportunities, showing, snapshots, tags
from cosell.selling.domain.snapshots import Target, target_of
from cosell.selling.listing import By, List, answer
from cosell.selling.rules import enforce
from cosell.selling.rules.resource_snapshots import VIEW, Looking
from cosell.selling.views import (
    ASSOCIATIONS,
    JOBS,
    SNAPSHOTS,
    Place,
    association_row,
    job_row,
    snapshot_row,
)
from cosell.store import Tx
from cosell.store.documents import Stored
from cosell.store.pages import Order

_PAGE = 50  # documented for jobs; the other two lists are given the same
_NEWEST_FIRST = {"CreatedDate": Order("created_at")}  # documented for jobs only, as above
_NOWHERE = Place(0, 0, 0)  # a row that is made for its summary alone
_JOBS = List(
    JOBS,
    "ResourceSnapshotJobSummaries",
    _PAGE,
    Kind.JOB,
    lambda job, _: job_row(job),
    _NEWEST_FIRST,
    (By("EngagementIdentifier", "engagement"), By("Status", "status")),
)
_SNAPSHOTS = List(
    SNAPSHOTS,
    "ResourceSnapshotSummaries",
    _PAGE,
    Kind.SNAPSHOT,
    lambda made, _: snapshot_row(_NOWHERE, "", made.document),
    _NEWEST_FIRST,
    (
        By("ResourceIdentifier", "resource"),
        By("ResourceSnapshotTemplateIdentifier", "template"),
        By("CreatedBy", "created_by"),
    ),
    read=snapshots.listed,
    others=lambda call: (call.account,),  # what only the caller sees, beside what every member does
)
_ASSOCIATIONS = List(
    ASSOCIATIONS,
    "EngagementResourceAssociationSummaries",
    _PAGE,
    Kind.ASSOCIATION,
    lambda made, call: association_row(_NOWHERE, call.account, made.document),
    _NEWEST_FIRST,
    (
        By("EngagementIdentifier", "engagement"),
        By("ResourceIdentifier", "resource"),
        By("CreatedBy", "created_by"),
    ),
    read=snapshots.associated,
)
_TARGET = (
    "EngagementIdentifier",
    "ResourceIdentifier",
    "ResourceSnapshotTemplateIdentifier",
)


def _shareable(call: Call, tx: Tx, target: Target) -> Stored:
    """The caller's opportunity, to be shown in an engagement that the caller is a member of."""
    engagements.find(call, tx, target.engagement)
    opportunity = opportunities.find(call, tx, target.resource)
    snapshots.ensure_template(target.template)
    return opportunity


@command("CreateResourceSnapshot")
def create_resource_snapshot(call: Call, tx: Tx) -> Document:
    """The next revision, also when nothing changed."""
    target = target_of(call.input, _TARGET)
    opportunity = _shareable(call, tx, target)
    draft = snapshots.draft(call, tx, target, opportunity)
    revision = showing.show(call, tx, draft, opportunity)
    return {"Arn": snapshots.arn(call.catalog, target, revision), "Revision": revision}


@query("GetResourceSnapshot")
def get_resource_snapshot(call: Call, tx: Tx) -> Document:
    """A revision, or the latest, for every member; AWS's own view for the owner alone."""
    target = target_of(call.input, _TARGET)
    engagements.find(call, tx, target.engagement)

    def owns() -> bool:
        return opportunities.find_own(call, tx, target.resource) is not None

    enforce(VIEW, Looking(target.template, owns))
    revision = call.input.get("Revision")
    return snapshots.read(call, tx, target, revision if isinstance(revision, int) else None)


@command("CreateResourceSnapshotJob")
def create_resource_snapshot_job(call: Call, tx: Tx) -> Document:
    """A job that stands still; one for each engagement, resource and template."""
    labels = tags.tags_of(call.input)
    target = target_of(call.input, _TARGET)
    _shareable(call, tx, target)
    job = jobs.create_direct(call, tx, target, labels)
    return {"Arn": job.document["Arn"], "Id": job.id}


@command("StartResourceSnapshotJob")
def start_resource_snapshot_job(call: Call, tx: Tx) -> Document:
    """Let the job run: at once it shares what is new."""
    id = text_at(call.input, "ResourceSnapshotJobIdentifier")
    jobs.start(call, tx, jobs.find(call, tx, id))
    return {}


@command("StopResourceSnapshotJob")
def stop_resource_snapshot_job(call: Call, tx: Tx) -> Document:
    """Let the job stand still."""
    jobs.stop(tx, jobs.find(call, tx, text_at(call.input, "ResourceSnapshotJobIdentifier")))
    return {}


@command("DeleteResourceSnapshotJob")
def delete_resource_snapshot_job(call: Call, tx: Tx) -> Document:
    """A stopped job is no more; the snapshots that it made stay."""
    id = text_at(call.input, "ResourceSnapshotJobIdentifier")
    jobs.delete(call, tx, jobs.find(call, tx, id))
    return {}


@query("GetResourceSnapshotJob")
def get_resource_snapshot_job(call: Call, tx: Tx) -> Document:
    """One of the caller's jobs."""
    return jobs.find(call, tx, text_at(call.input, "ResourceSnapshotJobIdentifier")).document


@query("ListResourceSnapshotJobs", single=True)
def list_resource_snapshot_jobs(call: Call, tx: Tx) -> Rendered:
    """The caller's own jobs."""
    return answer(call, tx, _JOBS, call.key)


@query("ListResourceSnapshots")
def list_resource_snapshots(call: Call, tx: Tx) -> Rendered:
    """The revisions in an engagement of the caller's; AWS's own view for the owner alone."""
    engagement = text_at(call.input, "EngagementIdentifier")
    engagements.find(call, tx, engagement)
    return answer(call, tx, _SNAPSHOTS, (call.ns, engagement, ""))


@query("ListEngagementResourceAssociations", single=True)
def list_engagement_resource_associations(call: Call, tx: Tx) -> Rendered:
    """What is shown in the caller's engagements; an engagement of others' holds nothing."""
    return answer(call, tx, _ASSOCIATIONS, call.key)
