"""How each kind of resource is listed: its view table, and the row that an account sees of it.

Rows are rendered when the resource changes, not when it is read. Must not decide who sees what.
"""

from typing import Final, NamedTuple

from cosell.clock import parse_iso
from cosell.contract import Document, Json
from cosell.originals import orjson
from cosell.selling import RENDERER, objects_at, text_at
from cosell.selling.contract import CONTRACT
from cosell.store import Value, View
from cosell.store.documents import Stored

# The types of an engagement's contexts as one number, so that a filter on them is a list of values.
CONTEXT_BITS: Final = {"CustomerProject": 1, "Lead": 2, "ProspectingResult": 4}

TASKS = View(
    table="task_view",
    lead=("ns", "account", "catalog", "kind"),
    sort="start_at",
    columns=(
        "ns", "account", "catalog", "kind", "start_at", "seq", "id", "status", "invitation",
        "opportunity", "engagement", "context", "subject", "renderer", "summary",
    ),
    filters={
        "id": "task_view_by_id",
        "invitation": "task_view_by_invitation",
        "opportunity": "task_view_by_opportunity",
        "engagement": "task_view_by_engagement",
        "context": "task_view_by_context",
        "status": "task_view_by_status",
    },
    orders={},
    kept=("start_at", "invitation"),
)  # fmt: skip

PROSPECTING_TASKS = View(
    table="prospecting_view",
    lead=("ns", "account", "catalog"),
    sort="start_at",
    columns=(
        "ns", "account", "catalog", "start_at", "seq", "id", "name", "status", "failed", "renderer",
        "summary",
    ),
    filters={"id": "prospecting_view_by_id", "name": "prospecting_view_by_name"},
    orders={"name": "prospecting_view_in_name", "failed": "prospecting_view_in_failed"},
    kept=("start_at", "name"),
)  # fmt: skip

INVITATIONS = View(
    table="invitation_view",
    lead=("ns", "account", "catalog", "participant"),
    sort="invited_at",
    columns=(
        "ns", "account", "catalog", "participant", "invited_at", "seq", "id", "status",
        "expires_at", "engagement", "payload_type", "sender", "renderer", "summary",
    ),
    filters={
        "engagement": "invitation_view_by_engagement",
        "sender": "invitation_view_by_sender",
        "status": "invitation_view_by_status",
        "payload_type": "invitation_view_by_payload_type",
    },
    orders={},
    kept=("invited_at", "engagement", "payload_type", "sender"),
)  # fmt: skip

OPPORTUNITIES = View(
    table="opportunity_view",
    lead=("ns", "account", "catalog"),
    sort="modified_at",
    columns=(
        "ns", "account", "catalog", "modified_at", "seq", "id", "number", "created_at", "company",
        "stage", "review_status", "close_date", "renderer", "summary",
    ),
    filters={
        "id": "opportunity_view_by_id",
        "company": "opportunity_view_by_company",
        "stage": "opportunity_view_by_stage",
        "review_status": "opportunity_view_by_review_status",
    },
    orders={
        "number": "opportunity_view_in_number",
        "company": "opportunity_view_in_company",
        "created_at": "opportunity_view_in_created",
        "close_date": "opportunity_view_in_close_date",
    },
    kept=("number", "created_at"),
)  # fmt: skip

ENGAGEMENTS = View(
    table="engagement_view",
    lead=("ns", "account", "catalog"),
    sort="created_at",
    columns=(
        "ns", "account", "catalog", "created_at", "seq", "id", "created_by", "contexts", "renderer",
        "summary",
    ),
    filters={
        "id": "engagement_view_by_id",
        "created_by": "engagement_view_by_created_by",
        "contexts": "engagement_view_by_contexts",
    },
    orders={},
    kept=("created_at", "created_by"),
)  # fmt: skip

JOBS = View(
    table="job_view",
    lead=("ns", "account", "catalog"),
    sort="created_at",
    columns=(
        "ns", "account", "catalog", "created_at", "seq", "id", "engagement", "resource", "status",
        "renderer", "summary",
    ),
    filters={
        "resource": "job_view_by_resource",
        "engagement": "job_view_by_engagement",
        "status": "job_view_by_status",
    },
    orders={},
    kept=("created_at", "engagement", "resource"),
)  # fmt: skip

# What an engagement's members see of it; what only one account sees has it as `audience`.
SNAPSHOTS = View(
    table="snapshot_view",
    lead=("ns", "engagement", "audience"),
    sort="created_at",
    columns=(
        "ns", "engagement", "audience", "created_at", "seq", "id", "resource", "template",
        "created_by", "renderer", "summary",
    ),
    filters={
        "resource": "snapshot_view_by_resource",
        "created_by": "snapshot_view_by_created_by",
        "template": "snapshot_view_by_template",
    },
    orders={},
)  # fmt: skip

ASSOCIATIONS = View(
    table="association_view",
    lead=("ns", "account", "catalog"),
    sort="created_at",
    columns=(
        "ns", "account", "catalog", "created_at", "seq", "id", "engagement", "resource",
        "created_by", "renderer", "summary",
    ),
    filters={
        "engagement": "association_view_by_engagement",
        "resource": "association_view_by_resource",
        "created_by": "association_view_by_created_by",
    },
    orders={},
)  # fmt: skip

SOLUTIONS = View(
    table="solution_view",
    lead=("ns", "account", "catalog"),
    sort="number",
    columns=(
        "ns", "account", "catalog", "number", "seq", "id", "identifier", "name", "status",
        "category", "created_at", "offering", "renderer", "summary",
    ),
    filters={
        "identifier": "solution_view_by_identifier",
        "offering": "solution_view_by_offering",
        "category": "solution_view_by_category",
        "status": "solution_view_by_status",
    },
    orders={
        "name": "solution_view_in_name",
        "status": "solution_view_in_status",
        "category": "solution_view_in_category",
        "created_at": "solution_view_in_created",
    },
    kept=("number", "identifier"),
)  # fmt: skip

VIEWS: Final = (
    TASKS, PROSPECTING_TASKS, INVITATIONS, OPPORTUNITIES, ENGAGEMENTS, JOBS, SNAPSHOTS,
    ASSOCIATIONS, SOLUTIONS,
)  # fmt: skip


def task_row(task: Stored, shape: str, subject: str | None) -> dict[str, Value]:
    """A task about one thing as its owner lists it; `subject` is what it has to itself."""
    document = task.document
    return _row(
        task,
        task.owner,
        shape,
        {
            "kind": task.kind,
            "start_at": parse_iso(text_at(document, "StartTime")),
            "status": text_at(document, "TaskStatus"),
            "invitation": text_at(document, "EngagementInvitationId") or None,
            "opportunity": text_at(document, "OpportunityId") or None,
            "engagement": text_at(document, "EngagementId") or None,
            "context": text_at(document, "ContextId") or None,
            "subject": subject,
        },
    )


def prospecting_row(task: Stored) -> dict[str, Value]:
    """A prospecting task as its owner lists it."""
    document = task.document
    states = [text_at(one, "Status") for one in objects_at(document, "Engagements")]
    failed = states.count("FAILED")
    counted: Document = {
        "TotalEngagementCount": len(states),
        "CompletedEngagementCount": states.count("COMPLETED"),
        "FailedEngagementCount": failed,
    }
    return _row(
        task._replace(document={**document, **counted}),
        task.owner,
        "ProspectingTaskSummary",
        {
            "start_at": parse_iso(text_at(document, "StartTime")),
            "name": text_at(document, "TaskName"),
            "status": text_at(document, "TaskStatus"),
            "failed": failed,
        },
    )


def invitation_row(invitation: Stored, account: str, participant: str) -> dict[str, Value]:
    """An invitation as its sender or its receiver lists it."""
    document = invitation.document
    expires = text_at(document, "ExpirationDate")
    seen = {**document, "ParticipantType": participant}
    return _row(
        invitation._replace(document=seen),
        account,
        "EngagementInvitationSummary",
        {
            "participant": participant,
            "invited_at": parse_iso(text_at(document, "InvitationDate")),
            "status": text_at(document, "Status"),
            "expires_at": parse_iso(expires) if expires else None,
            "engagement": text_at(document, "EngagementId"),
            "payload_type": text_at(document, "PayloadType"),
            "sender": text_at(document, "SenderAwsAccountId"),
        },
    )


def opportunity_row(opportunity: Stored) -> dict[str, Value]:
    """An opportunity as its owner lists it."""
    document = opportunity.document
    return _row(
        opportunity,
        opportunity.owner,
        "OpportunitySummary",
        {
            "modified_at": parse_iso(text_at(document, "LastModifiedDate")),
            "number": int(opportunity.id[1:]),
            "created_at": parse_iso(text_at(document, "CreatedDate")),
            "company": text_at(document, "Customer.Account.CompanyName"),
            "stage": text_at(document, "LifeCycle.Stage"),
            "review_status": text_at(document, "LifeCycle.ReviewStatus"),
            "close_date": text_at(document, "LifeCycle.TargetCloseDate"),
        },
    )


def engagement_row(engagement: Stored, account: str) -> dict[str, Value]:
    """An engagement as one of its members lists it."""
    types = context_types(engagement.document)
    seen = engagement._replace(document={**engagement.document, "ContextTypes": types})
    created = parse_iso(text_at(engagement.document, "CreatedAt"))
    return _row(
        seen,
        account,
        "EngagementSummary",
        {
            "created_at": created,
            "created_by": text_at(engagement.document, "CreatedBy"),
            "contexts": sum(CONTEXT_BITS[str(type)] for type in types),
        },
    )


def context_types(engagement: Document) -> list[Json]:
    """The types of an engagement's contexts, each once, in order."""
    contexts = objects_at(engagement, "Contexts")
    return list(dict.fromkeys(text_at(context, "Type") for context in contexts))


def job_row(job: Stored) -> dict[str, Value]:
    """A snapshot job as its owner lists it."""
    return _row(
        job,
        job.owner,
        "ResourceSnapshotJobSummary",
        {
            "created_at": parse_iso(text_at(job.document, "CreatedAt")),
            "engagement": text_at(job.document, "EngagementId"),
            "resource": text_at(job.document, "ResourceId"),
            "status": text_at(job.document, "Status"),
        },
    )


class Place(NamedTuple):
    """Where a row without a document stands in its list: namespace, number, instant."""

    ns: int
    seq: int
    created_at: int


def snapshot_row(place: Place, audience: str, snapshot: Document) -> dict[str, Value]:
    """A revision as an engagement's members list it, or as the one account that may see it does."""
    return {
        **place._asdict(),
        "engagement": text_at(snapshot, "EngagementId"),
        "audience": audience,
        "id": text_at(snapshot, "Arn"),
        "resource": text_at(snapshot, "ResourceId"),
        "template": text_at(snapshot, "ResourceSnapshotTemplateName"),
        "created_by": text_at(snapshot, "CreatedBy"),
        "renderer": RENDERER,
        "summary": orjson.dumps(CONTRACT.render("ResourceSnapshotSummary", snapshot)),
    }


def association_row(place: Place, account: str, snapshot: Document) -> dict[str, Value]:
    """A resource that is shown in an engagement, as a member of that lists it."""
    engagement, resource = text_at(snapshot, "EngagementId"), text_at(snapshot, "ResourceId")
    shape = "EngagementResourceAssociationSummary"
    return {
        **place._asdict(),
        "account": account,
        "catalog": text_at(snapshot, "Catalog"),
        "id": f"{engagement}/{resource}",
        "engagement": engagement,
        "resource": resource,
        "created_by": text_at(snapshot, "CreatedBy"),
        "renderer": RENDERER,
        "summary": orjson.dumps(CONTRACT.render(shape, snapshot)),
    }


def solution_row(solution: Stored) -> dict[str, Value]:
    """A solution as its account lists it. The row is all that is kept of it."""
    document = solution.document
    return _row(
        solution,
        solution.owner,
        "SolutionBase",
        {
            "number": int(text_at(document, "Id").removeprefix("S-")),
            "identifier": text_at(document, "Id"),
            "name": text_at(document, "Name"),
            "status": text_at(document, "Status"),
            "category": text_at(document, "Category"),
            "created_at": parse_iso(text_at(document, "CreatedDate")),
            "offering": text_at(document, "AwsMarketplaceSolutionArn"),
        },
    )


def _row(stored: Stored, account: str, shape: str, columns: dict[str, Value]) -> dict[str, Value]:
    return {
        "ns": stored.ns,
        "account": account,
        "catalog": stored.catalog,
        "seq": stored.seq,
        "id": stored.id,
        "renderer": RENDERER,
        "summary": orjson.dumps(CONTRACT.render(shape, stored.document)),
        **columns,
    }
