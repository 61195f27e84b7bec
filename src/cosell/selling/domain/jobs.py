"""Resource snapshot jobs: they keep an opportunity's snapshots up to date in an engagement.

Source: domain rules D23 to D25, and decisions-operations, point 3 and section 4.
"""

from cosell import ids
from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document
from cosell.errors import ConflictException, ResourceNotFoundException
from cosell.selling import Kind, text_at
from cosell.selling.domain import opportunities, snapshots, tags
from cosell.selling.domain.snapshots import Target
from cosell.selling.lifecycle import JOB, follow
from cosell.selling.views import JOBS, job_row
from cosell.store import Tx, documents
from cosell.store.documents import Stored

NO_ROLE = (
    "No ResourceSnapshotJobRole is set for this account and catalog, so changes are not shared."
    " Set one with PutSellingSystemSettings."
)


def create(call: Call, tx: Tx, target: Target, labels: dict[str, str]) -> Stored:
    """A job that stands still until it is started. Tasks make jobs of their own; of those that
    somebody asks for there is one for each target: see `create_direct`."""
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
    }
    seq = tx.number("seq")
    job = Stored(call.ns, Kind.JOB, id, call.catalog, call.account, 1, seq, document)
    documents.insert(tx, job)
    documents.show(tx, JOBS, job_row(job))
    tags.put(call, tx, arn, labels)
    return job


def create_direct(call: Call, tx: Tx, target: Target, labels: dict[str, str]) -> Stored:
    """A job that somebody asks for; ConflictException if it has been asked for before."""
    row = tx.one("find_job_target", ns=call.ns, **target._asdict())
    if row is not None:
        raise ConflictException(
            f"The job {row[0]} exists for this engagement, resource and template."
        )
    job = create(call, tx, target, labels)
    tx.run("insert_job_target", ns=call.ns, job=job.id, **target._asdict())
    return job


def find(call: Call, tx: Tx, id: str) -> Stored:
    """One of the caller's jobs, or ResourceNotFoundException."""
    key = (call.ns, call.account, call.catalog)
    found = documents.find_visible(tx, JOBS, key, Kind.JOB, id)
    if found is None:
        raise ResourceNotFoundException("There is no such snapshot job for your account.")
    return found


def start(call: Call, tx: Tx, job: Stored) -> Stored:
    """The job runs: at once it shares what changed meanwhile. A running job stays as it is."""
    status = follow(JOB, text_at(job.document, "Status"), "start")
    if status == text_at(job.document, "Status"):
        return job
    changes: Document = {"Status": status}
    target = Target(
        text_at(job.document, "EngagementId"),
        text_at(job.document, "ResourceId"),
        text_at(job.document, "ResourceSnapshotTemplateName"),
    )
    opportunity = opportunities.find(call, tx, target.resource)
    if snapshots.differs(call, tx, target, opportunity):
        # The role comes with the account's settings; until it has one nothing is shared.
        changes["LastFailure"] = NO_ROLE
    job = documents.replace(tx, job, {**job.document, **changes})
    documents.show_again(tx, JOBS, job_row(job))
    return job
