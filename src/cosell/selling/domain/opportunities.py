"""Opportunities: made by a partner, referred by AWS, or made from an invitation.

See differences `opportunity.server-owned`, `sandbox.referral` and `task.received`.
"""

from typing import cast

from cosell import ids
from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document, Json
from cosell.selling import Kind, later, object_at, objects_at, related, text_at, truth
from cosell.selling.domain import anybodys, autopilot, aws_views, estimates, summaries
from cosell.selling.domain.accounts import company_of, host
from cosell.selling.domain.event_messages import tell_of_opportunity
from cosell.selling.lifecycle import DRAFT, followed_from, is_followed
from cosell.selling.rules import find as rows
from cosell.selling.rules import spend
from cosell.selling.rules.content import NEW_BUSINESS
from cosell.selling.rules.opportunity_members import SERVER_OWNED
from cosell.selling.rules.spend import Estimates, nothing_known
from cosell.selling.rules.submit_opportunity import NO_SUPPORT
from cosell.selling.views import OPPORTUNITIES, opportunity_row
from cosell.store import Tx, Value, documents, late, named
from cosell.store.documents import Stored
from cosell.store.statements import statements

_FIRST_NUMBER = 1_000_000
_KEPT = (
    "Customer",
    "LifeCycle",
    "Marketing",
    "NationalSecurity",
    "OpportunityTeam",
    "OpportunityType",
    "PartnerOpportunityIdentifier",
    "PrimaryNeedsFromAws",
    "Project",
    "SoftwareRevenue",
)


def reserve_id(tx: Tx) -> str:
    """The id of an opportunity that is yet to be made; ids grow."""
    return f"O{_FIRST_NUMBER - 1 + tx.number('opportunity')}"


def arn(call: Call, id: str, owner: str) -> str:
    return ids.arn(owner, call.catalog, f"opportunity/{id}")


def drafted(request: Document, estimates: Estimates = nothing_known) -> Document:
    """What a new opportunity keeps of a request, with the service's defaults."""
    kept = {name: request[name] for name in _KEPT if name in request}
    life = object_at(request, "LifeCycle")
    project = {**object_at(request, "Project")}
    if project.get("ExpectedContractDuration") is None:
        project.pop("ExpectedContractDuration", None)
    if request.get("OpportunityType", NEW_BUSINESS) == NEW_BUSINESS:
        project.pop("RelatedOpportunityIdentifier", None)  # it has none, and one sent is ignored
    if objects_at(request, "Project.ExpectedCustomerSpend"):
        entries = spend.completed(spend.spend_of(project, estimates))
        project["ExpectedCustomerSpend"] = cast("list[Json]", entries)
    return {
        "NationalSecurity": "No",
        "OpportunityType": NEW_BUSINESS,
        **kept,
        "LifeCycle": {
            "Stage": "Prospect",
            **{n: value for n, value in life.items() if f"LifeCycle.{n}" not in SERVER_OWNED},
            "ReviewStatus": DRAFT,
        },
        "Marketing": {"Source": "None", **object_at(request, "Marketing")},
        "Project": project,
    }


def insert(call: Call, tx: Tx, id: str, owner: str, content: Document) -> Stored:
    """An opportunity comes to be, and nobody sees it yet: see `reveal`."""
    created_at = iso(call.now)
    document: Document = {
        **content,
        "Id": id,
        "Arn": arn(call, id, owner),
        "Catalog": call.catalog,
        "CreatedDate": created_at,
        "LastModifiedDate": created_at,
        "OpportunityTeam": _team(call, tx, content, owner),
        related.MEMBER: related.all_of(content),
    }
    seq = tx.number("seq")
    made = Stored(call.ns, Kind.OPPORTUNITY, id, call.catalog, owner, 1, seq, document)
    return truth.insert(tx, made)


def reveal(call: Call, tx: Tx, opportunity: Stored) -> None:
    """The owner may list and read the opportunity from now on."""
    documents.show(tx, OPPORTUNITIES, opportunity_row(opportunity))
    tell_of_opportunity(call, tx, opportunity, "Created")


def change(call: Call, tx: Tx, opportunity: Stored, document: Document) -> Stored:
    """The opportunity is `document` from now on: see `changes.change` for what else follows."""
    modified = later(opportunity.document, "LastModifiedDate", call.now)
    document = summaries.fitted(call, tx, opportunity._replace(document=document))
    changed = truth.replace(tx, opportunity, {**document, "LastModifiedDate": modified})
    documents.show_again(tx, OPPORTUNITIES, opportunity_row(changed))
    tell_of_opportunity(call, tx, changed, "Updated")
    autopilot.await_review(call, tx, opportunity, changed)
    return changed


def find(call: Call, tx: Tx, id: str) -> Stored:
    """One of the caller's opportunities, or ResourceNotFoundException."""
    return rows.ensure(rows.OPPORTUNITY, find_own(call, tx, id))


def find_any(call: Call, tx: Tx, id: str) -> Stored:
    """An opportunity of any account, for AWS, or ResourceNotFoundException. One that AWS referred
    is there once it was accepted."""

    def look(call: Call) -> Stored | None:
        there = documents.find(tx, call.ns, Kind.OPPORTUNITY, id)
        return find_own(call._replace(account=there.owner), tx, id) if there else None

    return anybodys.find(rows.ANY_OPPORTUNITY, call, look)


def find_own(call: Call, tx: Tx, id: str) -> Stored | None:
    """One of the caller's opportunities, if there is such a one."""
    return documents.find_visible(tx, OPPORTUNITIES, call.key, Kind.OPPORTUNITY, id)


def accept_referral(call: Call, tx: Tx, id: str) -> Stored:
    """The opportunity that AWS referred becomes the receiver's: Approved from the start, created
    when it was referred, changed now, when it comes into the list: who reads on from the last
    change there finds it. AWS has its own view of it."""
    referred = documents.get(tx, call.ns, Kind.OPPORTUNITY, id)
    modified = later(referred.document, "LastModifiedDate", call.now)
    accepted = truth.replace(tx, referred, {**referred.document, "LastModifiedDate": modified})
    reveal(call, tx, accepted)
    tell_of_opportunity(call, tx, accepted, "Updated")
    aws_views.show(call, tx, accepted)
    return accepted


def create_from_invitation(call: Call, tx: Tx, invitation: Stored, id: str) -> Stored:
    """The receiver's own opportunity, drawn from what the invitation says and from nothing else.
    Its review follows, in the invitation's engagement, that of the opportunity which the sender had
    shared last there when the invitation was accepted, if there is one and AWS has not rejected
    it."""
    named = text_at(invitation.document, "shared")
    shared = documents.get(tx, call.ns, Kind.OPPORTUNITY, named) if named else None
    leader = text_at(shared.document, "LifeCycle.ReviewStatus") if shared else DRAFT
    leads = shared if is_followed(leader) else None
    engagement = text_at(invitation.document, "EngagementId")
    payload = object_at(invitation.document, "Payload.OpportunityInvitation")
    customer, project = object_at(payload, "Customer"), object_at(payload, "Project")
    content: Document = {
        "Customer": {
            "Account": {
                "Address": {"CountryCode": customer.get("CountryCode")},
                "CompanyName": customer.get("CompanyName"),
                "Industry": customer.get("Industry"),
                "WebsiteUrl": customer.get("WebsiteUrl"),
            }
        },
        "LifeCycle": {
            "ReviewStatus": followed_from(leader),
            "Stage": "Prospect",
            "TargetCloseDate": project.get("TargetCompletionDate"),
        },
        "Marketing": {"Source": "None", **_campaign(shared)},
        "NationalSecurity": "No",
        "OpportunityType": NEW_BUSINESS,
        "PrimaryNeedsFromAws": [NO_SUPPORT],  # observed
        "received": True,  # from a partner: asks for more at Qualified
        "Project": {
            "CustomerBusinessProblem": project.get("BusinessProblem"),
            "ExpectedCustomerSpend": [*_spend(call, tx, project)],
            "Title": project.get("Title"),
        },
        "follows": leads.id if leads else None,
        "followed_in": engagement if leads else None,
    }
    opportunity = insert(call, tx, id, call.account, content)
    if leads:
        tx.run("follow", ns=call.ns, leader=leads.id, follower=id)
    reveal(call, tx, opportunity)
    tell_of_opportunity(call, tx, opportunity, "Updated")
    aws_views.show(call, tx, opportunity)
    return opportunity


def _spend(call: Call, tx: Tx, project: Document) -> list[Document]:
    entries = objects_at(project, "ExpectedCustomerSpend")
    return spend.priced(entries, estimates.known(call, tx))


def shared_by_sender(call: Call, tx: Tx, invitation: Stored) -> str | None:
    """The opportunity that the sender has shared last in the invitation's engagement. Who accepts
    keeps it with the invitation (`shared`): later the sender may share another."""
    engagement = text_at(invitation.document, "EngagementId")
    asked: dict[str, Value] = {
        "ns": call.ns,
        "engagement": engagement,
        "account": text_at(invitation.document, "SenderAwsAccountId"),
    }
    shown = named.snapshots(call.ns, engagement)
    shared = late.rows_within(tx, shown, statements()["latest_snapshotted_by"], asked)
    return str(shared[0][0]) if shared else None


def _campaign(shared: Stored | None) -> Document:
    name = text_at(shared.document, "Marketing.CampaignName") if shared else ""
    return {"CampaignName": name} if name else {}


def _team(call: Call, tx: Tx, content: Document, owner: str) -> list[Json]:
    """The owner first, always; then whom the request named. Observed: see
    difference `opportunity.team`."""
    lead: Document = {
        "BusinessTitle": "OpportunityOwner",
        "Email": f"alliance-lead@{host(company_of(call, tx, owner))}",
        "FirstName": "Alliance",
        "LastName": "Lead",
    }
    named = objects_at(content, "OpportunityTeam")
    return [lead, *(one for one in named if one.get("BusinessTitle") != "OpportunityOwner")]
