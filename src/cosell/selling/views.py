"""How each kind of resource is listed: its view table, and the row that an account sees of it.

Rows are rendered when the resource changes, not when it is read. Must not decide who sees what.
"""

import dataclasses

import orjson

from cosell.clock import parse_iso
from cosell.contract import Document, Json
from cosell.selling import RENDERER, objects_at, text_at
from cosell.selling.contract import CONTRACT
from cosell.store import Value, View
from cosell.store.documents import Stored

TASKS = View(
    table="task_view",
    lead=("ns", "account", "catalog", "kind"),
    sort="start_at",
    columns=(
        "ns", "account", "catalog", "kind", "start_at", "seq", "id", "status", "invitation",
        "opportunity", "renderer", "summary",
    ),
    filters={
        "id": "task_view_by_id",
        "invitation": "task_view_by_invitation",
        "opportunity": "task_view_by_opportunity",
        "status": "task_view_by_status",
    },
    orders={},
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
)  # fmt: skip

ENGAGEMENTS = View(
    table="engagement_view",
    lead=("ns", "account", "catalog"),
    sort="created_at",
    columns=("ns", "account", "catalog", "created_at", "seq", "id", "renderer", "summary"),
    filters={},
    orders={},
)

JOBS = View(
    table="job_view",
    lead=("ns", "account", "catalog"),
    sort="created_at",
    columns=(
        "ns", "account", "catalog", "created_at", "seq", "id", "engagement", "status", "renderer",
        "summary",
    ),
    filters={"engagement": "job_view_by_engagement", "status": "job_view_by_status"},
    orders={},
)  # fmt: skip


def task_row(task: Stored) -> dict[str, Value]:
    """A task as its owner lists it."""
    document = task.document
    return _row(
        task,
        task.owner,
        "ListEngagementByAcceptingInvitationTaskSummary",
        {
            "kind": task.kind,
            "start_at": parse_iso(text_at(document, "StartTime")),
            "status": text_at(document, "TaskStatus"),
            "invitation": text_at(document, "EngagementInvitationId") or None,
            "opportunity": text_at(document, "OpportunityId") or None,
        },
    )


def invitation_row(invitation: Stored, account: str, participant: str) -> dict[str, Value]:
    """An invitation as its sender or its receiver lists it."""
    document = invitation.document
    expires = text_at(document, "ExpirationDate")
    seen = {**document, "ParticipantType": participant}
    return _row(
        dataclasses.replace(invitation, document=seen),
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
    seen = dataclasses.replace(engagement, document={**engagement.document, "ContextTypes": types})
    created = parse_iso(text_at(engagement.document, "CreatedAt"))
    return _row(seen, account, "EngagementSummary", {"created_at": created})


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
            "status": text_at(job.document, "Status"),
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
