"""Invitations: listed, read, accepted, rejected; and the engagement behind one."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, Server, World
from tests.refusal import refusal

AWS = "aws"
START = datetime(2030, 1, 1, tzinfo=UTC)
DAY_S = 86_400
REASON = "Duplicate of partner referral"


def ids(partner: Any, size: int | None = None, **members: Any) -> list[str]:
    """The ids of a whole walk, page by page; received ones unless told otherwise."""
    found: list[str] = []
    asked = {"Catalog": "Sandbox", "ParticipantType": "RECEIVER", **members}
    if size:
        asked["MaxResults"] = size
    while True:
        page = partner.list_engagement_invitations(**asked)
        found += [one["Id"] for one in page["EngagementInvitationSummaries"]]
        if "NextToken" not in page:
            return found
        asked["NextToken"] = page["NextToken"]


def refer(world: World, count: int = 1, **members: Any) -> list[Any]:
    return [world.referred(**members) for _ in range(count)]


def accept(world: World, referred: Any) -> None:
    world.client().accept_engagement_invitation(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )


def read(world: World, referred: Any) -> Any:
    return world.client().get_engagement_invitation(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )


# --- lists -------------------------------------------------------------------------------------


class Inbox:
    """A world whose clock stands, with invitations in every status: `ids` by status, oldest first.

    A day lies between the first two; the last two were made at one instant.
    """

    def __init__(self, server: Server) -> None:
        self.world = World(server)
        world, partner = self.world, self.world.client()
        world.desk("PutClock", Time=START.isoformat(), Frozen=True)
        late = world.referred()
        world.desk("AdvanceClock", Seconds=DAY_S)
        self.referrals = [late, *refer(world, 5)]
        named = [one["EngagementInvitationId"] for one in self.referrals]
        accept(world, self.referrals[1])
        partner.reject_engagement_invitation(
            Catalog="Sandbox", Identifier=named[2], RejectionReason=REASON
        )
        world.desk("AdvanceClock", To="2030-01-16T00:00:00Z")  # the first one's time is over
        self.ids = {
            "EXPIRED": named[:1], "ACCEPTED": named[1:2], "REJECTED": named[2:3],
            "PENDING": named[3:],
        }  # fmt: skip
        self.newest_first = named[::-1]
        world.referred(OTHER)
        world.referred(catalog="AWS")


@pytest.fixture(scope="module")
def inbox(server: Server) -> Inbox:
    return Inbox(server)


@pytest.mark.parametrize("size", [None, 1, 4, 6])
def test_list_engagement_invitations_begins_with_the_latest(inbox: Inbox, size: int | None) -> None:
    partner = inbox.world.client()
    assert ids(partner, size) == inbox.newest_first
    sort = {"SortBy": "InvitationDate", "SortOrder": "ASCENDING"}
    assert ids(partner, size, Sort=sort) == inbox.newest_first[::-1]
    assert ids(partner, size, Sort=sort | {"SortOrder": "DESCENDING"}) == inbox.newest_first


def test_list_engagement_invitations_of_sender_has_none_of_aws(inbox: Inbox) -> None:
    assert ids(inbox.world.client(), ParticipantType="SENDER") == []


@pytest.mark.parametrize(
    "statuses",
    [["PENDING"], ["EXPIRED"], ["ACCEPTED"], ["REJECTED"], ["EXPIRED", "PENDING"],
     ["PENDING", "PENDING", "REJECTED"], ["ACCEPTED", "EXPIRED", "PENDING", "REJECTED"]],
)  # fmt: skip
def test_list_engagement_invitations_of_status_shows_those(
    inbox: Inbox, statuses: list[str]
) -> None:
    chosen = {id for status in statuses for id in inbox.ids[status]}
    wanted = [id for id in inbox.newest_first if id in chosen]
    assert ids(inbox.world.client(), Status=statuses) == wanted
    assert ids(inbox.world.client(), 1, Status=statuses) == wanted


def test_list_engagement_invitations_tells_status_and_expiration(inbox: Inbox) -> None:
    body = {"Catalog": "Sandbox", "ParticipantType": "RECEIVER"}
    answer = inbox.world.post("ListEngagementInvitations", body).document
    for one in answer["EngagementInvitationSummaries"]:
        assert one["Id"] in inbox.ids[one["Status"]]
        pending = one["Status"] == "PENDING"
        assert one["ExpirationDate"] == ("2030-01-17T00:00:00.000Z" if pending else None)
        assert one["ParticipantType"] == "RECEIVER"
        assert one["PayloadType"] == "OpportunityInvitation"
        assert one["Receiver"] == {"Account": {"Alias": None, "AwsAccountId": ACCOUNT}}


Wanted = Callable[[Inbox], list[str]]
FILTERS: dict[str, tuple[Callable[[Inbox], dict[str, Any]], Wanted]] = {
    "an engagement": (
        lambda box: {"EngagementIdentifier": [box.referrals[1]["EngagementId"]]},
        lambda box: box.ids["ACCEPTED"],
    ),
    "engagements by id and ARN": (
        lambda box: {
            "EngagementIdentifier": [
                arn_of(box.referrals[1]), box.referrals[1]["EngagementId"],
                box.referrals[0]["EngagementId"], "eng-00000000000000",
            ]
        },
        lambda box: [*box.ids["ACCEPTED"], *box.ids["EXPIRED"]],
    ),
    "an ARN of the other catalog": (
        lambda box: {
            "EngagementIdentifier": [arn_of(box.referrals[1]).replace("Sandbox", "AWS")]
        },
        lambda box: [],
    ),
    "the sender": (lambda box: {"SenderAwsAccountId": [AWS]}, lambda box: box.newest_first),
    "another sender": (lambda box: {"SenderAwsAccountId": [OTHER]}, lambda box: []),
    "the payload": (
        lambda box: {"PayloadType": ["OpportunityInvitation"]},
        lambda box: box.newest_first,
    ),
    "both payloads": (
        lambda box: {"PayloadType": ["LeadInvitation", "OpportunityInvitation"]},
        lambda box: box.newest_first,
    ),
    "another payload": (lambda box: {"PayloadType": ["LeadInvitation"]}, lambda box: []),
    "everything": (
        lambda box: {
            "EngagementIdentifier": [one["EngagementId"] for one in box.referrals[:4]],
            "PayloadType": ["OpportunityInvitation"],
            "SenderAwsAccountId": [AWS],
            "Status": ["PENDING", "EXPIRED"],
        },
        lambda box: [box.ids["PENDING"][0], *box.ids["EXPIRED"]],
    ),
}  # fmt: skip


def arn_of(referred: Any) -> str:
    id = referred["EngagementId"]
    return f"arn:aws:partnercentral:us-east-1::catalog/Sandbox/engagement/{id}"


@pytest.mark.parametrize(("members", "wanted"), FILTERS.values(), ids=FILTERS)
def test_list_engagement_invitations_filtered_shows_those(
    inbox: Inbox, members: Callable[[Inbox], dict[str, Any]], wanted: Wanted
) -> None:
    assert ids(inbox.world.client(), **members(inbox)) == wanted(inbox)
    assert ids(inbox.world.client(), 1, **members(inbox)) == wanted(inbox)


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"ParticipantType": None}, "participantType", "REQUIRED_FIELD_MISSING"),
        ({"ParticipantType": "BOTH"}, "participantType", "INVALID_ENUM_VALUE"),
        ({"Status": ["OPEN"]}, "status[0]", "INVALID_ENUM_VALUE"),
        ({"MaxResults": 101}, "maxResults", "VALUE_OUT_OF_RANGE"),
        ({"NextToken": "AAMA-x"}, "nextToken", "INVALID_VALUE"),
    ],
)
def test_list_engagement_invitations_out_of_shape_is_refused(
    world: World, members: dict[str, Any], field: str, code: str
) -> None:
    body = {"Catalog": "Sandbox", "ParticipantType": "RECEIVER", **members}
    reply = world.post("ListEngagementInvitations", body)
    assert reply.document["Reason"] == "REQUEST_VALIDATION_FAILED"
    [error] = reply.document["ErrorList"]
    assert (error["FieldName"], error["Code"]) == (field, code)


def test_list_engagement_invitations_shows_20_and_then_the_rest(world: World) -> None:
    refer(world, 21)
    asked = {"Catalog": "Sandbox", "ParticipantType": "RECEIVER"}
    first = world.client().list_engagement_invitations(**asked)
    assert len(first["EngagementInvitationSummaries"]) == 20
    rest = world.client().list_engagement_invitations(**asked, NextToken=first["NextToken"])
    assert len(rest["EngagementInvitationSummaries"]) == 1
    assert "NextToken" not in rest


# --- one invitation ------------------------------------------------------------------------------


def test_get_engagement_invitation_takes_id_and_arn(world: World) -> None:
    referred = world.referred()
    partner = world.client()
    by_id = read(world, referred)
    by_arn = partner.get_engagement_invitation(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationArn"]
    )
    assert by_id["Arn"] == referred["EngagementInvitationArn"]
    assert by_arn["Id"] == by_id["Id"]
    assert by_id["ExistingMembers"] == [{"CompanyName": "AWS", "WebsiteUrl": "www.aws.com"}]
    assert by_id["Status"] == "PENDING"
    assert "referral" not in by_id
    payload = by_id["Payload"]["OpportunityInvitation"]
    assert "Address" not in str(payload)


def test_get_engagement_invitation_of_others_is_not_found(world: World) -> None:
    referred = world.referred()
    arn = referred["EngagementInvitationArn"]
    stray = World(world.server)
    for account, catalog, identifier in (
        (OTHER, "Sandbox", arn),
        (ACCOUNT, "AWS", referred["EngagementInvitationId"]),
        (ACCOUNT, "AWS", arn),
        (ACCOUNT, "AWS", arn.replace("Sandbox", "AWS")),
        (ACCOUNT, "Sandbox", arn.replace("Sandbox", "AWS")),
        (ACCOUNT, "Sandbox", arn.replace("us-east-1::", f"us-east-1:{ACCOUNT}:")),
        (ACCOUNT, "Sandbox", "engi-0000000000000"),
    ):
        asked = {"Catalog": catalog, "Identifier": identifier}
        for name in ("get", "accept", "reject"):
            method = getattr(world.client(account), f"{name}_engagement_invitation")
            assert refusal(method, **asked).code == "ResourceNotFoundException", (name, asked)
        method = stray.client().get_engagement_invitation
        assert refusal(method, **asked).code == "ResourceNotFoundException"
    assert read(world, referred)["Status"] == "PENDING"


# --- accept and reject ---------------------------------------------------------------------------


def test_accept_engagement_invitation_makes_a_member_and_nothing_more(world: World) -> None:
    world.desk("PutClock", Time=START.isoformat(), Frozen=True)
    referred = world.referred()
    asked = {"Catalog": "Sandbox", "Identifier": referred["EngagementId"]}
    partner = world.client()
    assert refusal(partner.get_engagement, **asked).code == "ResourceNotFoundException"
    world.desk("AdvanceClock", Seconds=60)
    reply = world.post(
        "AcceptEngagementInvitation",
        {"Catalog": "Sandbox", "Identifier": referred["EngagementInvitationArn"]},
    )
    assert (reply.status, reply.body) == (200, b"")
    engagement = partner.get_engagement(**asked)
    assert engagement["CreatedBy"] == AWS
    assert engagement["MemberCount"] == 2
    assert engagement["ModifiedBy"] == ACCOUNT
    assert engagement["CreatedAt"] == START
    assert (engagement["ModifiedAt"] - START).total_seconds() == 60
    [context] = engagement["Contexts"]
    assert (context["Id"], context["Type"]) == ("1", "CustomerProject")
    by_arn = partner.get_engagement(Catalog="Sandbox", Identifier=arn_of(referred))
    assert by_arn["Id"] == engagement["Id"]
    invitation = read(world, referred)
    assert invitation["Status"] == "ACCEPTED"
    assert "ExpirationDate" not in invitation
    assert partner.list_opportunities(Catalog="Sandbox")["OpportunitySummaries"] == []
    for account, catalog in ((OTHER, "Sandbox"), (ACCOUNT, "AWS")):
        method = world.client(account).get_engagement
        refused = refusal(method, Catalog=catalog, Identifier=referred["EngagementId"])
        assert refused.code == "ResourceNotFoundException"


def test_reject_engagement_invitation_keeps_it_with_its_reason(world: World) -> None:
    first, second = refer(world, 2)
    partner = world.client()
    for referred, reason in ((first, {"RejectionReason": "Größe, 大"}), (second, {})):
        partner.reject_engagement_invitation(
            Catalog="Sandbox", Identifier=referred["EngagementInvitationArn"], **reason
        )
        invitation = read(world, referred)
        assert invitation["Status"] == "REJECTED"
        assert invitation.get("RejectionReason") == reason.get("RejectionReason")
        assert "ExpirationDate" not in invitation
        refused = refusal(
            partner.get_engagement, Catalog="Sandbox", Identifier=referred["EngagementId"]
        )
        assert refused.code == "ResourceNotFoundException"
    assert len(ids(partner, Status=["REJECTED"])) == 2


@pytest.mark.parametrize("reason", ["", "x" * 81, "two\nlines", "\u0000", "\ufffe", "😀"])
def test_reject_engagement_invitation_with_odd_reason_is_refused(world: World, reason: str) -> None:
    referred = world.referred()
    body = {"Catalog": "Sandbox", "Identifier": referred["EngagementInvitationId"]}
    reply = world.post("RejectEngagementInvitation", body | {"RejectionReason": reason})
    [error] = reply.document["ErrorList"]
    assert (error["FieldName"], error["Code"]) == ("rejectionReason", "INVALID_STRING_FORMAT")
    assert read(world, referred)["Status"] == "PENDING"


@pytest.mark.parametrize("first", ["accept", "reject"])
def test_invitation_that_is_over_conflicts(world: World, first: str) -> None:
    asked = {
        "Catalog": "Sandbox",
        "Identifier": world.referred()["EngagementInvitationId"],
    }
    partner = world.client()
    getattr(partner, f"{first}_engagement_invitation")(**asked)
    for act in ("accept", "reject"):
        refused = refusal(getattr(partner, f"{act}_engagement_invitation"), **asked)
        assert refused.code == "ConflictException"
        assert refused.message == (
            f"Only PENDING invitations can be {act}ed; this one is {first.upper()}ED."
        )


def test_accept_while_the_clock_stands_raises_the_engagements_modification(world: World) -> None:
    world.desk("PutClock", Frozen=True)
    referred = world.referred()
    partner = world.client()
    partner.accept_engagement_invitation(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )
    engagement = partner.get_engagement(Catalog="Sandbox", Identifier=referred["EngagementId"])
    assert engagement["ModifiedAt"] > engagement["CreatedAt"]
