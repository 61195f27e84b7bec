"""What EventBridge is told: the ten events of the selling service, each with its receivers.

They are spelled in one of two dialects: as events were captured, or as the developer guide's
samples have them (profile switch `documented_events`). Both stand here and nowhere else. Must not
decide when something is told.
"""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from cosell import ids
from cosell.calls import Call
from cosell.contract import Document, Json
from cosell.events import Event
from cosell.selling import text_at
from cosell.selling.domain.deliveries import tell
from cosell.selling.profiles import profile
from cosell.selling.views import context_types
from cosell.store import Tx
from cosell.store.documents import Stored

Answered: TypeAlias = Literal["Created", "Accepted", "Rejected", "Expired"]
Written: TypeAlias = Literal["Created", "Updated"]

_INVITATION_SCHEMA = {"schemaVersion": "1.0"}
_SCHEMA = {"schemaVersion": "1"}  # the guide's samples have the member and leave its value open


def tell_of_opportunity(call: Call, tx: Tx, opportunity: Stored, act: Written) -> None:
    """An opportunity was created or updated: its owner is told, by id alone."""
    detail: Document = {
        **_SCHEMA,
        "catalog": opportunity.catalog,
        "opportunity": {"identifier": opportunity.id},
    }
    event = Event(f"Opportunity {act}", (), detail)
    if profile(call).documented_events:
        event = event._replace(resources=None, version="1")
    tell(call, tx, event, [opportunity.owner])


def tell_of_invitation(
    call: Call, tx: Tx, invitation: Stored, participants: Iterable[tuple[str, str]], act: Answered
) -> None:
    """An invitation was made, answered or left to expire: each participant (an account, and SENDER
    or RECEIVER) is told, with the part that it has."""
    documented = profile(call).documented_events
    document = invitation.document
    for account, participant in participants:
        told: Document = {
            "arn": document["Arn"],
            "id": invitation.id,
            "engagementId": document["EngagementId"],
            "senderAccountId": document["SenderAwsAccountId"],
            "receiverAccountId": invitation.owner,
            "participantType": participant.capitalize() if documented else participant,
            "payloadType": document["PayloadType"],
        }
        if act == "Created":
            told["senderCompanyName"] = document["SenderCompanyName"]
            if expires := document.get("ExpirationDate"):
                told["expirationDate"] = expires  # AWS's own has none
        detail: Document = {"catalog": invitation.catalog, "engagementInvitation": told}
        if not documented:
            detail = {**_INVITATION_SCHEMA, **detail}
        event = Event(f"Engagement Invitation {act}", (text_at(document, "Arn"),), detail)
        tell(call, tx, event, [account])


def tell_of_engagement(
    call: Call, tx: Tx, engagement: Stored, act: Written, accounts: Iterable[str]
) -> None:
    """An engagement was created (its creator is told) or updated (all its members are). Some of the
    members begin with a capital, as AWS has them."""
    document = engagement.document
    when, by = ("CreatedAt", "CreatedBy")
    told = {when: document[when], by: document[by]}
    if act == "Updated":
        told = {"LastModifiedAt": document["ModifiedAt"], "LastModifiedBy": document["ModifiedBy"]}
    detail: Document = {
        "catalog": engagement.catalog,
        "engagement": {
            "engagementArn": document["Arn"],
            "engagementId": engagement.id,
            **told,
            "ContextTypes": context_types(document),
        },
    }
    event = Event(f"Engagement {act}", (text_at(document, "Arn"),), detail)
    tell(call, tx, event, accounts)


def tell_of_member(
    call: Call, tx: Tx, engagement: Stored, member: tuple[str, str], accounts: Iterable[str]
) -> None:
    """An account (with its company's name) joined an engagement: all members are told, it too."""
    account, company = member
    detail: Document = {
        "catalog": engagement.catalog,
        "engagement": {"id": engagement.id},
        "engagementMember": {"accountId": account, "companyName": company},
    }
    arn = text_at(engagement.document, "Arn")
    tell(call, tx, Event("Engagement Member Added", (arn,), detail), accounts)


def tell_of_snapshot(
    call: Call, tx: Tx, snapshot: Document, targets: Iterable[str], accounts: Iterable[str]
) -> None:
    """A revision was made. `snapshot` has the members of its summary in a list, `targets` are the
    accounts that it is for; those in `accounts` are told."""
    told: Document = {
        "arn": snapshot["Arn"],
        "engagementId": snapshot["EngagementId"],
        "resourceType": snapshot["ResourceType"],
        "resourceId": snapshot["ResourceId"],
        "createdBy": snapshot["CreatedBy"],
    }
    detail: Document = {"catalog": snapshot["Catalog"], "resourceSnapshot": told}
    if profile(call).documented_events:
        told["arn"] = _documented_arn(text_at(snapshot, "Arn"))
        listed: list[Json] = [*targets]
        told["targetMemberAccounts"] = listed
        told["resourceSnapshotTemplateName"] = snapshot["ResourceSnapshotTemplateName"]
    else:
        detail = {**_SCHEMA, **detail}
    path = f"engagement/{snapshot['EngagementId']}"
    engagement = ids.arn("", text_at(snapshot, "Catalog"), path)
    tell(call, tx, Event("Engagement Resource Snapshot Created", (engagement,), detail), accounts)


def _documented_arn(arn: str) -> str:
    """A snapshot's ARN in the guide's spelling, which the API itself never uses."""
    path, _, revision = arn.rpartition("/")
    return f"{path}/snapshot-{revision}".replace(
        "arn:aws:partnercentral:", "arn:aws:partnercentral-selling:", 1
    )
