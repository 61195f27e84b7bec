"""Engagements: made, read and listed by their members; their contexts, made and updated."""

from typing import cast

from cosell import ids, paging
from cosell.calls import Call, Rendered, command, query
from cosell.contract import Document
from cosell.errors import business_refused
from cosell.selling import Kind, object_at, objects_at, text_at
from cosell.selling.domain import contexts, engagements
from cosell.selling.listing import By, List, answer
from cosell.selling.rules import enforce
from cosell.selling.rules.engagement_context import CONTENT, UPDATE, Context, faults_of
from cosell.selling.views import CONTEXT_BITS, ENGAGEMENTS, engagement_row
from cosell.store import Tx
from cosell.store.documents import Stored
from cosell.store.pages import Bound, Entry, Filter, Order

_OWN = ("Title", "Description", "Contexts")
_MEMBERS = 10  # on a page, which is as many as there can be
_CREATORS_MAX = 100  # so many runs of a page are merged; beyond, see `_not_made_by`
_ENGAGEMENTS = List(
    ENGAGEMENTS,
    "EngagementSummaryList",
    20,  # not documented: see difference `page.defaults`
    Kind.ENGAGEMENT,
    lambda engagement, call: engagement_row(engagement, call.account),
    {"CreatedDate": Order("created_at")},
    (By("EngagementIdentifier", "id", Kind.ENGAGEMENT),),
)


def _named(call: Call, tx: Tx, member: str) -> Stored:
    """The engagement that a request names by id or ARN, if the caller is a member."""
    id = ids.plain_id(text_at(call.input, member), call.catalog, Kind.ENGAGEMENT)
    return engagements.find(call, tx, id)


@command("CreateEngagement")
def create_engagement(call: Call, tx: Tx) -> Document:
    """An engagement whose first member is the caller; contexts are numbered as they come."""
    errors = faults_of(objects_at(call.input, "Contexts"))
    if errors:
        raise business_refused(*errors)
    content = {name: call.input[name] for name in _OWN if name in call.input}
    made = engagements.create(call, tx, call.account, content)
    return {
        "Arn": made.document["Arn"],
        "Id": made.id,
        "ModifiedAt": made.document["ModifiedAt"],
    }


@query("GetEngagement")
def get_engagement(call: Call, tx: Tx) -> Document:
    """An engagement, for its members; to everybody else it is not there."""
    return _named(call, tx, "Identifier").document


@query("ListEngagements")
def list_engagements(call: Call, tx: Tx) -> Rendered:
    """The engagements that the caller is a member of."""
    return answer(call, tx, _ENGAGEMENTS, call.key, (*_with_contexts(call), *_made_by(call, tx)))


def _with_contexts(call: Call) -> list[Filter]:
    """Engagements with a context of one of these types at least, and without one of those: every
    set of types that fits, since the view keeps an engagement's types as one number."""
    wanted, unwanted = _texts(call, "ContextTypes"), _texts(call, "ExcludeContextTypes")
    if not wanted and not unwanted:
        return []
    some, none = (sum(CONTEXT_BITS[type] for type in set(types)) for types in (wanted, unwanted))
    fitting = [
        types
        for types in range(sum(CONTEXT_BITS.values()) + 1)
        if not types & none and (not wanted or types & some)
    ]
    return [Filter("contexts", tuple(fitting) or (-1,))]  # no engagement has -1


def _made_by(call: Call, tx: Tx) -> list[Filter | Bound]:
    """Engagements that one of these accounts made, and none of those."""
    wanted, unwanted = _texts(call, "CreatedBy"), _texts(call, "ExcludeCreatedBy")
    if wanted:
        makers = tuple(dict.fromkeys(one for one in wanted if one not in unwanted))
        return [Filter("created_by", makers or ("",))]  # nobody is called ''
    return _not_made_by(call, tx, unwanted) if unwanted else []


def _not_made_by(call: Call, tx: Tx, unwanted: list[str]) -> list[Filter | Bound]:
    """Engagements that others made: those others are looked up, one step in the index for each,
    and their rows merged like the values of any filter, so that the page costs the same however
    many engagements the unwanted made.

    An account with more than _CREATORS_MAX other makers of its engagements walks its list in order
    instead and leaves out what is unwanted: at most one walk through its catalog's index, and short
    unless nearly all that it has was made by the unwanted.
    """
    limit = _CREATORS_MAX + 1 + len(unwanted)
    rows = tx.all("creators", ns=call.ns, account=call.lister, catalog=call.catalog, limit=limit)
    others = [str(row[0]) for row in rows if row[0] not in unwanted]
    if len(others) <= _CREATORS_MAX:
        return [Filter("created_by", tuple(others) or ("",))]
    return [Bound("created_by", "<>", one) for one in unwanted]


def _texts(call: Call, member: str) -> list[str]:
    return cast("list[str]", call.input.get(member) or [])


@query("ListEngagementMembers")
def list_engagement_members(call: Call, tx: Tx) -> Document:
    """Who is in an engagement, in order of joining, for those who are."""
    engagement = _named(call, tx, "Identifier")
    joined, size = ("Joined", False), cast("int", call.input.get("MaxResults", _MEMBERS))
    place = paging.position(call, joined)
    first = cast("int", place[0]) + 1 if place else 0
    members = engagements.members(call, tx, engagement.id)[first : first + size + 1]
    entries = [Entry(first + number, 0, None) for number in range(len(members))]
    return {
        "EngagementMemberList": [
            {"AccountId": one.account, "CompanyName": one.company, "WebsiteUrl": one.website}
            for one in members[:size]
        ],
        "NextToken": paging.token(call, joined, entries, size),
    }


@command("CreateEngagementContext")
def create_engagement_context(call: Call, tx: Tx) -> Document:
    """One context more, by any member."""
    engagement = _named(call, tx, "EngagementIdentifier")
    type, payload = text_at(call.input, "Type"), object_at(call.input, "Payload")
    enforce(CONTENT, Context(type, payload))
    given: Document = {"Type": type, "Payload": payload}
    changed, id = engagements.add_context(call, tx, engagement, given)
    return _answer(changed, id)


@command("UpdateEngagementContext")
def update_engagement_context(call: Call, tx: Tx) -> Document:
    """A context changes, by any member who knows the engagement as it is now."""
    engagement = _named(call, tx, "EngagementIdentifier")
    id, payload = text_at(call.input, "ContextIdentifier"), object_at(call.input, "Payload")
    stored = contexts.find(engagement.document, id)
    stale = call.input["EngagementLastModifiedAt"] != engagement.document["ModifiedAt"]
    type = text_at(call.input, "Type")
    enforce(UPDATE, Context(type, payload, stored=stored, stale=stale))
    after = contexts.updated(call, cast("Document", stored), payload)
    present = objects_at(engagement.document, "Contexts")
    kept = [after if one is stored else one for one in present]
    return _answer(engagements.put_contexts(call, tx, engagement, kept), id)


def _answer(engagement: Stored, context: str) -> Document:
    return {
        "ContextId": context,
        "EngagementArn": engagement.document["Arn"],
        "EngagementId": engagement.id,
        "EngagementLastModifiedAt": engagement.document["ModifiedAt"],
    }
