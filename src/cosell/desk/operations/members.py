"""Engagements of all accounts, as AWS sees them: who is in one, and since when."""

from cosell.calls import Call, query
from cosell.clock import iso
from cosell.contract import Document, Json
from cosell.selling import text_at
from cosell.selling.domain import engagements
from cosell.store import Tx


@query("ListMembers")
def list_members(call: Call, tx: Tx) -> Document:
    """Who is in an engagement, whoever's it is, and since when, in the order of joining."""
    engagement = engagements.find_any(call, tx, text_at(call.input, "EngagementIdentifier"))
    members: list[Json] = [
        {
            "AccountId": one.account,
            "CompanyName": one.company,
            "WebsiteUrl": one.website,
            "JoinedAt": iso(one.joined_at),
        }
        for one in engagements.members(call, tx, engagement.id)
    ]
    return {"EngagementId": engagement.id, "Members": members}
