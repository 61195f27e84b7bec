"""Engagements, their contexts and their members. See differences
`engagement.contexts` and `engagement.members`."""

from typing import NamedTuple, cast

from cosell import ids
from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document, Json
from cosell.selling import AWS, Kind, later, object_at, objects_at, text_at, truth
from cosell.selling.domain import anybodys, contexts
from cosell.selling.domain.accounts import company_of
from cosell.selling.domain.event_messages import tell_of_engagement, tell_of_member
from cosell.selling.rules import create_engagement_invitation, enforce, engagement_context
from cosell.selling.rules import find as rows
from cosell.selling.rules.engagement_context import ROOM, Context
from cosell.selling.rules.invitation import JOIN, Joining
from cosell.selling.views import ASSOCIATIONS, ENGAGEMENTS, engagement_row
from cosell.store import Tx, Value, documents, lag, late, named
from cosell.store.documents import Stored
from cosell.store.statements import statements

CONTEXTS_MAX = engagement_context.CONTEXTS_MAX
MEMBERS_MAX = create_engagement_invitation.MEMBERS_MAX
TITLE_MAX = 40
DESCRIPTION_MAX = 255


class Member(NamedTuple):
    """An account in an engagement, with its company as it is known by now; `joined_at` in ms."""

    account: str
    company: str
    website: str
    joined_at: int


def create(call: Call, tx: Tx, creator: str, content: Document) -> Stored:
    """An engagement whose creator is its only member. `content`: Title, Description, Contexts
    (each with Type and Payload; they are numbered here)."""
    id = ids.mint(call.random, "eng-", 14)
    created_at = iso(call.now)
    given = enumerate(objects_at(content, "Contexts"), 1)
    numbered: list[Json] = [contexts.made(call, number, one) for number, one in given]
    document: Document = {
        **content,
        "Contexts": numbered or None,
        "Id": id,
        "Arn": ids.arn("", call.catalog, f"engagement/{id}"),
        "Catalog": call.catalog,
        "CreatedAt": created_at,
        "CreatedBy": creator,
        "ModifiedAt": created_at,
        "ModifiedBy": creator,
        "MemberCount": 1,
    }
    seq = tx.number("seq")
    made = Stored(call.ns, Kind.ENGAGEMENT, id, call.catalog, creator, 1, seq, document)
    engagement = truth.insert(tx, made)
    tell_of_engagement(call, tx, engagement, "Created", [creator])
    company = _put_member(call, tx, engagement, creator, [])
    _show(call, tx, engagement, (creator, company), [])
    return engagement


def find(call: Call, tx: Tx, id: str | None) -> Stored:
    """An engagement that the caller is a member of, or ResourceNotFoundException."""
    found = id and documents.find_visible(tx, ENGAGEMENTS, call.key, Kind.ENGAGEMENT, id)
    return rows.ensure(rows.ENGAGEMENT, found or None)


def find_any(call: Call, tx: Tx, identifier: str) -> Stored:
    """An engagement of any account, by id or ARN, for AWS, or ResourceNotFoundException."""
    return anybodys.find_named(rows.ANY_ENGAGEMENT, call, tx, Kind.ENGAGEMENT, identifier)


def get(call: Call, tx: Tx, id: str) -> Stored:
    """An engagement that something else refers to, whoever may see it."""
    return documents.get(tx, call.ns, Kind.ENGAGEMENT, id)


def add_context(call: Call, tx: Tx, engagement: Stored, given: Document) -> tuple[Stored, str]:
    """One context more, of a Type and with a Payload, for all members to see; answers the
    engagement and the context's id.

    ServiceQuotaExceededException if the engagement has as many as it can have.
    """
    present = objects_at(engagement.document, "Contexts")
    context = contexts.made(call, len(present) + 1, given)
    enforce(ROOM, Context(text_at(context, "Type"), object_at(context, "Payload"), len(present)))
    return put_contexts(call, tx, engagement, [*present, context]), text_at(context, "Id")


def put_contexts(call: Call, tx: Tx, engagement: Stored, all: list[Document]) -> Stored:
    """The engagement's contexts are these from now on; its members are told."""
    present = [member.account for member in members(call, tx, engagement.id)]
    changes: Document = {"Contexts": cast("list[Json]", all)}
    changed = _change(call, tx, engagement, {**changes, "ModifiedBy": call.account}, present)
    tell_of_engagement(call, tx, changed, "Updated", present)
    return changed


def _change(
    call: Call, tx: Tx, engagement: Stored, changes: Document, present: list[str]
) -> Stored:
    """The engagement changes, and those who were members before see it."""
    modified = later(engagement.document, "ModifiedAt", call.now)
    document = {**engagement.document, "ModifiedAt": modified, **changes}
    changed = truth.replace(tx, engagement, document)
    for member in present:
        if member != AWS:
            documents.show_again(tx, ENGAGEMENTS, engagement_row(changed, member))
    return changed


def members(call: Call, tx: Tx, id: str) -> list[Member]:
    """Who is in an engagement, in order of joining."""
    kept, row = tx.kept, named.members(call.ns, id)
    if kept is not None and (known := kept.of(row)) is not None:
        return [*cast("tuple[Member, ...]", known)]
    asked: dict[str, Value] = {"ns": call.ns, "engagement": id}
    rows = late.rows_of(tx, [row], statements()["list_members"], asked)
    found = [Member(*cast("tuple[str, str, str, int]", row)) for row in rows]
    if kept is not None:
        kept.keep(row, tuple(found))
    return found


def join(call: Call, tx: Tx, engagement: Stored, account: str) -> Stored:
    """An account becomes a member; every member sees the engagement changed.

    ConflictException for a member, ServiceQuotaExceededException where there is no room.
    """
    present = [member.account for member in members(call, tx, engagement.id)]
    enforce(JOIN, Joining(account, lambda: present))
    return _admit(call, tx, engagement, account, present)


def _admit(call: Call, tx: Tx, engagement: Stored, account: str, present: list[str]) -> Stored:
    """An account is a member beside those who are present."""
    company = _put_member(call, tx, engagement, account, present)
    changes: Document = {"MemberCount": len(present) + 1, "ModifiedBy": account}
    engagement = _change(call, tx, engagement, changes, present)
    _show(call, tx, engagement, (account, company), present)
    return engagement


def _put_member(call: Call, tx: Tx, engagement: Stored, account: str, present: list[str]) -> str:
    """The row of a member beside those who are present; answers the name of its company."""
    company, website = company_of(call, tx, account)
    member = Member(account, company, website, call.now)
    seq = tx.number("seq")
    values: dict[str, Value] = {"ns": call.ns, "engagement": engagement.id, "seq": seq}
    values |= member._asdict()
    row = named.members(call.ns, engagement.id)
    late.add(tx, row, statements()["insert_member"], values)
    kept = tx.kept
    if kept is not None:
        known = kept.of(row) if present else ()
        if known is not None:
            kept.keep(row, (*cast("tuple[Member, ...]", known), member))
    return company


def _show(
    call: Call, tx: Tx, engagement: Stored, member: tuple[str, str], present: list[str]
) -> None:
    """A new member (an account, its company) sees the engagement, and what is shown in it; all are
    told."""
    account, _ = member
    if account != AWS:
        documents.show(tx, ENGAGEMENTS, engagement_row(engagement, account))
        _show_associations(tx, engagement, present, account)
    tell_of_member(call, tx, engagement, member, [*present, account])


def _show_associations(tx: Tx, engagement: Stored, present: list[str], account: str) -> None:
    """A new member sees which resources are shown; any other but AWS has the rows to copy."""
    member = next((one for one in present if one != AWS), None)
    if member is None:
        return
    shown: dict[str, Value] = {
        "ns": engagement.ns, "catalog": engagement.catalog, "engagement": engagement.id,
    }  # fmt: skip
    tx.run("copy_associations", member=member, account=account, **shown)
    if tx.lags_at is not None:
        for (id,) in tx.all("associations_in", account=account, **shown):
            row: dict[str, Value] = {"ns": engagement.ns, "account": account, "id": cast("str", id)}
            lag.note_again(tx, ASSOCIATIONS, row)
