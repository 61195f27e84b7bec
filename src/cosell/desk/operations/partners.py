"""Who the partners are, and what AWS shares with them besides opportunities."""

from typing import cast

from cosell.calls import Call, command
from cosell.contract import Document, Json
from cosell.selling import text_at
from cosell.selling.domain import accounts, drawn, leads, referrals
from cosell.selling.domain.acting import as_aws
from cosell.store import Tx


@command("PutPartner")
def put_partner(call: Call, tx: Tx) -> Document:
    """What is known of an account from now on: its company, and the catalogs that it is enrolled
    in. What is not said stays as it is, and so does what was sent before."""
    account = text_at(call.input, "AccountId")
    said = accounts.find(tx, call.ns, account)
    enrolled = cast("list[str]", call.input.get("Catalogs", said.catalogs))
    partner = accounts.Partner(
        text_at(call.input, "CompanyName") or said.company,
        text_at(call.input, "WebsiteUrl") or said.website,
        *(catalog in enrolled for catalog in accounts.CATALOGS),
    )
    accounts.put(tx, call.ns, account, partner)
    company, website = accounts.company_of(call, tx, account)
    catalogs: list[Json] = [*partner.catalogs]
    return {
        "AccountId": account,
        "Catalogs": catalogs,
        "CompanyName": company,
        "WebsiteUrl": website,
    }


@command("ReferLead")
def refer_lead(call: Call, tx: Tx) -> Document:
    """AWS refers a lead to a partner; what is not said has realistic defaults."""
    receiver = text_at(call.input, "ReceiverAccountId")
    referrals.ensure_partner(call, tx, receiver)
    lead = leads.completed(call.input, drawn.draw(call, tx, "lead"))
    message = text_at(call.input, "Message")
    invitation = leads.refer(as_aws(call), tx, receiver, lead, message)
    return {
        "ContextId": "1",
        "EngagementId": invitation.document["EngagementId"],
        "EngagementInvitationArn": invitation.document["Arn"],
        "EngagementInvitationId": invitation.id,
    }
