"""Opportunities: what AWS says of them becomes what the CRM says of its deals.

Must not know invitations, nor call anything that changes something at AWS.
"""

import logging
from datetime import UTC, datetime
from typing import Any

from crm_sync.crm import Crm
from crm_sync.partner_central import Answer, call, client, pages

# Where the fields of a deal stand in an opportunity.
PLACES = {
    "title": ("Project", "Title"),
    "customer": ("Customer", "Account", "CompanyName"),
    "stage": ("LifeCycle", "Stage"),
    "close_date": ("LifeCycle", "TargetCloseDate"),
    "next_steps": ("LifeCycle", "NextSteps"),
    "review_status": ("LifeCycle", "ReviewStatus"),
    "review_comments": ("LifeCycle", "ReviewComments"),
}

log = logging.getLogger(__name__)


def refresh(crm: Crm, opportunity_id: str) -> None:
    """Read an opportunity and tell the CRM; one that we may not see (yet) is left alone."""
    try:
        found = call(client.get_opportunity, Identifier=opportunity_id)
    except client.exceptions.ResourceNotFoundException:
        log.info("%s is not ours to see", opportunity_id)
        return
    crm.tell(opportunity_id, fields_of(found))


def catch_up(crm: Crm) -> None:
    """Read what changed since the CRM last heard of a change: events may get lost."""
    since = crm.caught_up_until()
    changed = {"LastModifiedDate": {"AfterLastModifiedDate": since}} if since else {}
    known = {deal.opportunity_id: deal.modified_at for deal in crm.deals()}
    for one in pages(
        client.list_opportunities,
        "OpportunitySummaries",
        Sort={"SortBy": "LastModifiedDate", "SortOrder": "ASCENDING"},
        **changed,
    ):
        modified_at = _instant(one["LastModifiedDate"])
        if known.get(one["Id"]) != modified_at:
            refresh(crm, one["Id"])
        crm.catch_up_until(modified_at)


def fields_of(found: Answer) -> dict[str, str]:
    """What the CRM keeps of an opportunity; '' for what is unset."""
    fields = {name: str(_at(found, place) or "") for name, place in PLACES.items()}
    return {**fields, "modified_at": _instant(found["LastModifiedDate"])}


def _at(value: Any, place: tuple[str, ...]) -> Any:
    for step in place:
        value = (value or {}).get(step)
    return value


def _instant(moment: datetime) -> str:
    """An instant in a form that sorts."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
