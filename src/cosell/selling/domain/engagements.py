"""Engagements and their members. Source: domain rules D1 to D9."""

from typing import NamedTuple, cast

from cosell import ids
from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document
from cosell.errors import (
    ConflictException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
)
from cosell.events import Event, emit
from cosell.selling import AWS, Kind, later, text_at, truth
from cosell.selling.domain.accounts import profile
from cosell.selling.views import ENGAGEMENTS, context_types, engagement_row
from cosell.store import Tx, documents
from cosell.store.documents import Stored

MEMBERS_MAX = 10
TITLE_MAX = 40
DESCRIPTION_MAX = 255


class Member(NamedTuple):
    """An account in an engagement, with its company as it was when it joined."""

    account: str
    company: str
    website: str
    joined_at: int


def create(call: Call, tx: Tx, creator: str, content: Document) -> Stored:
    """An engagement whose creator is its only member. `content`: Title, Description, Contexts."""
    id = ids.mint(call.random, "eng-", 14)
    created_at = iso(call.now)
    document: Document = {
        **content,
        "Id": id,
        "Arn": ids.arn("", call.catalog, f"engagement/{id}"),
        "Catalog": call.catalog,
        "CreatedAt": created_at,
        "CreatedBy": creator,
        "ModifiedAt": created_at,
        "ModifiedBy": creator,
        "MemberCount": 0,
    }
    seq = tx.number("seq")
    made = Stored(call.ns, Kind.ENGAGEMENT, id, call.catalog, creator, 1, seq, document)
    engagement = truth.insert(tx, made)
    emit(call, tx, _created(engagement), [creator])
    return join(call, tx, engagement, creator)


def find(call: Call, tx: Tx, id: str | None) -> Stored:
    """An engagement that the caller is a member of, or ResourceNotFoundException."""
    found = id and documents.find_visible(tx, ENGAGEMENTS, call.key, Kind.ENGAGEMENT, id)
    if not found:
        raise ResourceNotFoundException("There is no such engagement, or you are not a member.")
    return found


def get(call: Call, tx: Tx, id: str) -> Stored:
    """An engagement that something else refers to, whoever may see it."""
    return documents.get(tx, call.ns, Kind.ENGAGEMENT, id)


def members(call: Call, tx: Tx, id: str) -> list[Member]:
    """Who is in an engagement, in order of joining."""
    rows = tx.all("list_members", ns=call.ns, engagement=id)
    return [Member(*cast("tuple[str, str, str, int]", row)) for row in rows]


def join(call: Call, tx: Tx, engagement: Stored, account: str) -> Stored:
    """An account becomes a member; every member sees the engagement changed."""
    present = [member.account for member in members(call, tx, engagement.id)]
    if account in present:
        raise ConflictException("The account is a member of the engagement already.")
    if len(present) >= MEMBERS_MAX:
        raise ServiceQuotaExceededException(f"An engagement has at most {MEMBERS_MAX} members.")
    company, website = profile(call, tx, account)
    tx.run(
        "insert_member",
        ns=call.ns,
        engagement=engagement.id,
        account=account,
        seq=tx.number("seq"),
        company=company,
        website=website,
        joined_at=call.now,
    )
    changed: Document = {**engagement.document, "MemberCount": len(present) + 1}
    if present:
        modified = later(engagement.document, "ModifiedAt", call.now)
        changed |= {"ModifiedAt": modified, "ModifiedBy": account}
    engagement = truth.replace(tx, engagement, changed)
    for member in present:
        if member != AWS:
            row = engagement_row(engagement, member)
            documents.show_again(tx, ENGAGEMENTS, row)
    if account != AWS:
        documents.show(tx, ENGAGEMENTS, engagement_row(engagement, account))
        _show_associations(tx, engagement, present, account)
    joined: Document = {
        "catalog": engagement.catalog,
        "engagement": {"id": engagement.id},
        "engagementMember": {"accountId": account, "companyName": company},
    }
    event = Event("Engagement Member Added", (text_at(engagement.document, "Arn"),), joined)
    emit(call, tx, event, [*present, account])
    return engagement


def _show_associations(tx: Tx, engagement: Stored, present: list[str], account: str) -> None:
    """A new member sees which resources are shown; any other but AWS has the rows to copy."""
    member = next((one for one in present if one != AWS), None)
    if member is not None:
        tx.run(
            "copy_associations",
            ns=engagement.ns,
            catalog=engagement.catalog,
            engagement=engagement.id,
            member=member,
            account=account,
        )


def _created(engagement: Stored) -> Event:
    document = engagement.document
    detail: Document = {
        "catalog": engagement.catalog,
        "engagement": {
            "engagementArn": document["Arn"],
            "engagementId": engagement.id,
            "CreatedAt": document["CreatedAt"],
            "CreatedBy": document["CreatedBy"],
            "ContextTypes": context_types(document),
        },
    }
    return Event("Engagement Created", (text_at(document, "Arn"),), detail)
