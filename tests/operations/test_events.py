"""Which events tell whom of what, in order, and how each is spelled in both dialects.

Order and receivers: the developer guide's table of scenarios. Whole envelopes of a referral stand
in tests/tasks/test_events.py.
"""

import re
from typing import Any

import pytest

from tests.engaging import THIRD, accepted, engaged, invited, lead, lead_payload, project
from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.scenes import start
from tests.sharing import target
from tests.submitting import CO_SELL, created

BOX = {"Catalog": "Sandbox"}
NOON = "2030-01-01T12:00:00"
OBSERVED, DOCUMENTED = "observed", "documented"
ARN = re.compile(r"arn:aws:partnercentral:us-east-1::catalog/Sandbox/")
INVITED = (
    "arn", "id", "engagementId", "senderAccountId", "receiverAccountId", "participantType",
    "payloadType",
)  # fmt: skip
SHOWN = ("arn", "engagementId", "resourceType", "resourceId", "createdBy")
CREATED = ("engagementArn", "engagementId", "CreatedAt", "CreatedBy", "ContextTypes")
UPDATED = ("engagementArn", "engagementId", "LastModifiedAt", "LastModifiedBy", "ContextTypes")
# The members of each event's detail: {path: names}, the same in both dialects unless it says so.
SPELLED: dict[str, dict[str, tuple[str, ...]]] = {
    "Opportunity": {"opportunity": ("identifier",)},
    "Engagement Invitation Created": {
        "engagementInvitation": (*INVITED, "senderCompanyName", "expirationDate")
    },
    "Engagement Invitation": {"engagementInvitation": INVITED},
    "Engagement Member Added": {
        "engagement": ("id",),
        "engagementMember": ("accountId", "companyName"),
    },
    "Engagement Resource Snapshot Created": {"resourceSnapshot": SHOWN},
    "Engagement Created": {"engagement": CREATED},
    "Engagement Updated": {"engagement": UPDATED},
}
MORE_IN_SNAPSHOTS = ("targetMemberAccounts", "resourceSnapshotTemplateName")


@pytest.fixture
def still(world: World) -> World:
    world.desk("PutClock", Time=f"{NOON}Z", Frozen=True)
    return world


class Ear:
    """What an account hears from now on."""

    def __init__(self, world: World, account: str = ACCOUNT) -> None:
        self.world, self.account = world, account
        self.heard = len(world.events(account))

    def events(self) -> list[Any]:
        """What it heard since it was asked last."""
        every = self.world.events(self.account)
        fresh, self.heard = every[self.heard :], len(every)
        return fresh

    def types(self) -> list[str]:
        return [event["detail-type"] for event in self.events()]


# --- scenarios -----------------------------------------------------------------------------------


def test_create_and_update_of_an_opportunity_tell_its_owner(still: World) -> None:
    owner, other = Ear(still), Ear(still, OTHER)
    partner = still.client()
    made = partner.create_opportunity(**BOX, **opportunity())
    assert owner.types() == ["Opportunity Created"]
    partner.associate_opportunity(
        **BOX,
        OpportunityIdentifier=made["Id"],
        RelatedEntityType="Solutions",
        RelatedEntityIdentifier="S-1234567",
    )
    assert owner.types() == ["Opportunity Updated"]
    assert other.events() == []


def test_create_engagement_tells_its_creator(still: World) -> None:
    creator = Ear(still)
    engagement = engaged(still, lead())
    first, second = creator.events()
    assert [first["detail-type"], second["detail-type"]] == [
        "Engagement Created",
        "Engagement Member Added",
    ]
    assert first["resources"] == [engagement["Arn"]]
    assert first["detail"]["engagement"] == {
        "engagementArn": engagement["Arn"],
        "engagementId": engagement["Id"],
        "CreatedAt": f"{NOON}.000Z",
        "CreatedBy": ACCOUNT,
        "ContextTypes": ["Lead"],
    }
    assert second["detail"]["engagementMember"]["accountId"] == ACCOUNT


def test_contexts_tell_every_member(still: World) -> None:
    engagement = engaged(still, lead())
    accepted(still, invited(still, engagement["Id"]))
    ears = [Ear(still), Ear(still, OTHER), Ear(still, THIRD)]
    still.client(OTHER).create_engagement_context(
        **BOX, EngagementIdentifier=engagement["Id"], **project()
    )
    heard = [ear.events() for ear in ears]
    assert [len(events) for events in heard] == [1, 1, 0]
    for (event,) in heard[:2]:
        assert event["detail-type"] == "Engagement Updated"
        told = event["detail"]["engagement"]
        assert (told["LastModifiedBy"], told["ContextTypes"]) == (
            OTHER,
            ["Lead", "CustomerProject"],
        )


@pytest.mark.parametrize("profile", [OBSERVED, DOCUMENTED])
def test_invitation_between_partners_tells_each_its_part(still: World, profile: str) -> None:
    still.desk("PutProfile", Profile=profile)
    engagement = engaged(still)["Id"]
    ears = {"Sender": Ear(still), "Receiver": Ear(still, OTHER)}
    bystander = Ear(still, THIRD)
    answers = {
        "Accepted": still.client(OTHER).accept_engagement_invitation,
        "Rejected": still.client(OTHER).reject_engagement_invitation,
        "Expired": None,
    }
    for act, answer in answers.items():
        engagement = engaged(still)["Id"]
        for ear in ears.values():
            ear.events()
        id = invited(still, engagement)
        if answer is None:
            still.desk("AdvanceClock", Seconds=15 * 86_400)
        else:
            answer(**BOX, Identifier=id)
        for part, ear in ears.items():
            events = ear.events()
            types = [f"Engagement Invitation {one}" for one in ("Created", act)]
            if act == "Accepted":
                types.append("Engagement Member Added")
            assert [event["detail-type"] for event in events] == types
            for event in events[:2]:
                told = event["detail"]["engagementInvitation"]
                expected = part if profile == DOCUMENTED else part.upper()
                assert told["participantType"] == expected
                assert (told["senderAccountId"], told["receiverAccountId"]) == (ACCOUNT, OTHER)
    assert bystander.events() == []


def test_member_added_tells_all_members_and_the_new_one(still: World) -> None:
    engagement = engaged(still)["Id"]
    accepted(still, invited(still, engagement))
    ears = [Ear(still), Ear(still, OTHER)]
    accepted(still, invited(still, engagement, THIRD), THIRD)
    for ear in ears:
        [added] = [event for event in ear.events() if "Member" in event["detail-type"]]
        assert added["detail"]["engagementMember"]["accountId"] == THIRD
    third = [event["detail-type"] for event in still.events(THIRD)]
    assert third[-1] == "Engagement Member Added"


def test_accepting_by_task_tells_the_receiver_in_order(still: World) -> None:
    engagement = engaged(still)["Id"]
    id = invited(still, engagement)
    sender, receiver = Ear(still), Ear(still, OTHER)
    assert start(still.client(OTHER), id)["TaskStatus"] == "COMPLETE"
    assert receiver.types() == [
        "Engagement Invitation Accepted",
        "Engagement Member Added",
        "Opportunity Created",
        "Opportunity Updated",
        "Engagement Resource Snapshot Created",
    ]
    assert sender.types() == [
        "Engagement Invitation Accepted",
        "Engagement Member Added",
        "Engagement Resource Snapshot Created",
    ]


def test_snapshots_tell_every_member_but_aws(still: World) -> None:
    engagement = engaged(still)["Id"]
    accepted(still, invited(still, engagement))
    id = created(still)
    ears = [Ear(still), Ear(still, OTHER), Ear(still, THIRD)]
    still.client().create_resource_snapshot(**target(engagement, id))
    heard = [ear.types() for ear in ears]
    assert heard == [*[["Engagement Resource Snapshot Created"]] * 2, []]


def submitted(world: World) -> str:
    """An opportunity that awaits AWS in an engagement of the account's own."""
    engagement, id = engaged(world)["Id"], created(world)
    world.client().create_resource_snapshot(**target(engagement, id))
    world.client().submit_opportunity(**BOX, Identifier=id, **CO_SELL)
    return id


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (
            "Approved",
            ["Engagement Invitation Accepted", "Engagement Member Added", "Opportunity Updated",
             "Engagement Resource Snapshot Created", "Engagement Resource Snapshot Created"],
        ),
        (
            "Rejected",
            ["Engagement Invitation Rejected", "Opportunity Updated",
             "Engagement Resource Snapshot Created"],
        ),
        ("Action Required", ["Opportunity Updated"]),
    ],
)  # fmt: skip
def test_review_tells_in_order(still: World, outcome: str, expected: list[str]) -> None:
    id = submitted(still)
    owner = Ear(still)
    still.desk("ReviewOpportunity", **BOX, OpportunityIdentifier=id, Outcome=outcome)
    assert owner.types() == expected


def test_aws_summary_of_an_opportunity_is_told_to_its_owner_alone(still: World) -> None:
    engagement, id = engaged(still)["Id"], created(still)
    accepted(still, invited(still, engagement))
    still.client().create_resource_snapshot(**target(engagement, id))
    still.client().submit_opportunity(**BOX, Identifier=id, **CO_SELL)
    owner, member = Ear(still), Ear(still, OTHER)
    still.desk("ReviewOpportunity", **BOX, OpportunityIdentifier=id, Outcome="Approved")
    views = [
        [
            event["detail"]["resourceSnapshot"]["arn"].split("/template/")[1].split("/")[0]
            for event in ear.events()
            if "Snapshot" in event["detail-type"]
        ]
        for ear in (owner, member)
    ]
    assert views == [
        ["OpportunitySummaryView", "AwsOpportunitySummaryFullView"],
        ["OpportunitySummaryView"],
    ]


# --- spelling ------------------------------------------------------------------------------------


def story(world: World) -> list[Any]:
    """Everything that can be told, once at least."""
    engagement = engaged(world, lead())["Id"]
    accepted(world, invited(world, engagement, payload=lead_payload()))
    world.client(THIRD).reject_engagement_invitation(
        **BOX, Identifier=invited(world, engagement, THIRD)
    )
    invited(world, engagement, THIRD)
    world.desk("AdvanceClock", Seconds=15 * 86_400)
    world.client().create_engagement_context(**BOX, EngagementIdentifier=engagement, **project())
    id = submitted(world)
    world.desk("ReviewOpportunity", **BOX, OpportunityIdentifier=id, Outcome="Approved")
    return world.events()


def names_of(type: str) -> dict[str, tuple[str, ...]]:
    return next(names for prefix, names in SPELLED.items() if type.startswith(prefix))


def ensure_spelled(event: Any, profile: str) -> None:
    """The envelope and the detail have the members that the dialect has, and no other."""
    type, detail = event["detail-type"], event["detail"]
    of_opportunity = type.startswith("Opportunity")
    documented = profile == DOCUMENTED
    assert event["version"] == ("1" if documented and of_opportunity else "0")
    if of_opportunity:
        assert event.get("resources") == (None if documented else [])
    else:
        assert [bool(ARN.match(arn)) for arn in event["resources"]] == [True]
    schema = {True: "1", False: None} if documented else {True: "1"}
    if type.startswith("Engagement Invitation"):
        expected = None if documented else "1.0"
    elif type == "Engagement Resource Snapshot Created":
        expected = None if documented else "1"
    else:
        expected = schema.get(of_opportunity)
    assert detail.get("schemaVersion") == expected, type
    names = names_of(type)
    known = {"catalog", *names, *(["schemaVersion"] if expected else [])}
    assert set(detail) == known, type
    for path, members in names.items():
        if path == "resourceSnapshot" and documented:
            members = (*members, *MORE_IN_SNAPSHOTS)
        if detail[path].get("receiverAccountId") == "aws":  # that one never expires
            members = tuple(name for name in members if name != "expirationDate")
        assert set(detail[path]) == set(members), type


@pytest.mark.parametrize("profile", [OBSERVED, DOCUMENTED])
def test_each_event_is_spelled_as_its_dialect_has_it(still: World, profile: str) -> None:
    still.desk("PutProfile", Profile=profile)
    events = story(still)
    assert len({event["detail-type"] for event in events}) == 10
    for event in events:
        ensure_spelled(event, profile)
        assert event["time"].endswith("Z")
        assert len(event["time"]) == len("2030-01-01T12:00:00Z")


def test_snapshot_events_in_the_guide_s_dialect(still: World) -> None:
    still.desk("PutProfile", Profile=DOCUMENTED)
    engagement, id = engaged(still)["Id"], created(still)
    accepted(still, invited(still, engagement))
    owner = Ear(still)
    still.client().create_resource_snapshot(**target(engagement, id))
    [event] = owner.events()
    told = event["detail"]["resourceSnapshot"]
    assert told["arn"] == (
        f"arn:aws:partnercentral-selling:us-east-1::catalog/Sandbox/engagement/{engagement}"
        f"/resource/Opportunity/{id}/template/OpportunitySummaryView/snapshot/snapshot-1"
    )
    assert told["targetMemberAccounts"] == [ACCOUNT, OTHER]
    assert told["resourceSnapshotTemplateName"] == "OpportunitySummaryView"
