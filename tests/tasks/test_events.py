"""The events of a referral and of what becomes of it: whole envelopes, in order, as captured and
as the developer guide has them."""

import re
from typing import Any, NamedTuple

import pytest

from tests.harness import ACCOUNT, OTHER, World
from tests.scenes import STEPS, TEMPLATE, start

DAY_S = 86_400
NOON = "2024-02-29T12:00:00"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ENVELOPE = [
    "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail",
]  # fmt: skip


class Scenario(NamedTuple):
    """A referral in a frozen world, and what its events say of it in one dialect or the other."""

    world: World
    catalog: str
    referred: Any
    documented: bool

    def arn(self, resource: str) -> str:
        return f"arn:aws:partnercentral:us-east-1::catalog/{self.catalog}/{resource}"

    @property
    def engagement(self) -> str:
        return self.arn(f"engagement/{self.referred['EngagementId']}")

    @property
    def invitation(self) -> str:
        return self.arn(f"engagement-invitation/{self.referred['EngagementInvitationId']}")

    def told(self, type: str, resources: list[str], **detail: Any) -> Any:
        """An event without its id, as it reaches the partner."""
        return {
            "version": "0",
            "detail-type": type,
            "source": "aws.partnercentral-selling",
            "account": ACCOUNT,
            "time": f"{NOON}Z",
            "region": "us-east-1",
            "resources": resources,
            "detail": {"catalog": self.catalog, **detail},
        }

    def invited(self, act: str, **more: Any) -> Any:
        about = {
            "arn": self.invitation,
            "id": self.referred["EngagementInvitationId"],
            "engagementId": self.referred["EngagementId"],
            "senderAccountId": "aws",
            "receiverAccountId": ACCOUNT,
            "participantType": "Receiver" if self.documented else "RECEIVER",
            "payloadType": "OpportunityInvitation",
            **more,
        }
        version = {} if self.documented else {"schemaVersion": "1.0"}
        return self.told(
            f"Engagement Invitation {act}",
            [self.invitation],
            engagementInvitation=about,
            **version,
        )

    def created(self) -> Any:
        return self.invited(
            "Created", senderCompanyName="AWS", expirationDate="2024-03-15T12:00:00.000Z"
        )

    def joined(self) -> Any:
        member = {"accountId": ACCOUNT, "companyName": f"Partner {ACCOUNT}"}
        return self.told(
            "Engagement Member Added",
            [self.engagement],
            engagement={"id": self.referred["EngagementId"]},
            engagementMember=member,
        )

    def opportunity(self, act: str) -> Any:
        event = self.told(
            f"Opportunity {act}",
            [],
            schemaVersion="1",
            opportunity={"identifier": self.referred["OpportunityId"]},
        )
        if self.documented:
            del event["resources"]
            event["version"] = "1"
        return event

    def shared(self, template: str = TEMPLATE) -> Any:
        engagement, resource = self.referred["EngagementId"], self.referred["OpportunityId"]
        path = f"resource/Opportunity/{resource}/template/{template}/snapshot"
        own = template == TEMPLATE  # else it is AWS's view, for the owner alone
        about: dict[str, Any] = {
            "arn": f"{self.engagement}/{path}/1",
            "engagementId": engagement,
            "resourceType": "Opportunity",
            "resourceId": resource,
            "createdBy": ACCOUNT if own else "aws",
        }
        version = {"schemaVersion": "1"}
        if self.documented:
            version = {}
            service = self.engagement.replace("partnercentral", "partnercentral-selling")
            about["arn"] = f"{service}/{path}/snapshot-1"
            about["targetMemberAccounts"] = ["aws", ACCOUNT] if own else [ACCOUNT]
            about["resourceSnapshotTemplateName"] = template
        return self.told(
            "Engagement Resource Snapshot Created",
            [self.engagement],
            resourceSnapshot=about,
            **version,
        )


@pytest.fixture(params=["Sandbox", "AWS", "documented"])
def scenario(world: World, request: pytest.FixtureRequest) -> Scenario:
    documented = request.param == "documented"
    catalog = "AWS" if documented else request.param
    if documented:
        world.desk("PutProfile", Profile="documented")
    world.desk("PutClock", Time=f"{NOON}Z", Frozen=True)
    return Scenario(world, catalog, world.referred(catalog=catalog), documented)


def ensure_told(scenario: Scenario, *expected: Any) -> None:
    """The partner got exactly these, in this order; nobody else got anything."""
    found = scenario.world.events()
    everybody = scenario.world.desk("ListEvents")["Events"]
    assert [one["Event"] for one in everybody] == found
    assert {one["AccountId"] for one in everybody} == {ACCOUNT}
    for event in found:
        assert list(event) == [one for one in ENVELOPE if one in event]
        assert UUID.fullmatch(event["id"])
    assert len({event.pop("id") for event in found}) == len(found)
    assert found == list(expected)


def accepted(scenario: Scenario) -> list[Any]:
    return [
        scenario.created(),
        scenario.invited("Accepted"),
        scenario.joined(),
        scenario.opportunity("Created"),
        scenario.opportunity("Updated"),
        scenario.shared("AwsOpportunitySummaryFullView"),
        scenario.shared(),
    ]


def at(time: str, event: Any) -> Any:
    return {**event, "time": f"{time}Z"}


def test_refer_opportunity_tells_the_receiver_of_an_invitation(scenario: Scenario) -> None:
    ensure_told(scenario, scenario.created())


def test_start_tells_all_that_the_task_did_in_order(scenario: Scenario) -> None:
    partner = scenario.world.client()
    task = start(partner, scenario.referred["EngagementInvitationId"], scenario.catalog)
    assert task["TaskStatus"] == "COMPLETE"
    ensure_told(scenario, *accepted(scenario))


@pytest.mark.parametrize(("step", "count"), [*zip(STEPS, [1, 3, 6, 7, 7], strict=True)])
def test_start_that_fails_at_a_step_tells_what_stays_and_goes_on(
    scenario: Scenario, step: str, count: int
) -> None:
    scenario.world.desk("PutTaskFault", Step=step, ReasonCode="InternalError")
    partner, id = scenario.world.client(), scenario.referred["EngagementInvitationId"]
    assert start(partner, id, scenario.catalog)["TaskStatus"] == "FAILED"
    ensure_told(scenario, *accepted(scenario)[:count])
    assert start(partner, id, scenario.catalog)["TaskStatus"] == "COMPLETE"
    ensure_told(scenario, *accepted(scenario))


def test_start_paced_tells_each_step_at_its_time(scenario: Scenario) -> None:
    scenario.world.desk("PutPace", Mode="Paced", StepSeconds=60)
    partner = scenario.world.client()
    start(partner, scenario.referred["EngagementInvitationId"], scenario.catalog)
    ensure_told(scenario, scenario.created())
    scenario.world.desk("AdvanceClock", Seconds=3600)
    minutes = (0, 1, 1, 2, 2, 2, 3)
    ensure_told(
        scenario,
        *(
            at(f"2024-02-29T12:0{minute}:00", event)
            for minute, event in zip(minutes, accepted(scenario), strict=True)
        ),
    )


def test_start_again_with_the_token_tells_nothing_more(scenario: Scenario) -> None:
    partner, id = scenario.world.client(), scenario.referred["EngagementInvitationId"]
    for _ in range(2):
        start(partner, id, scenario.catalog, ClientToken="one")
    ensure_told(scenario, *accepted(scenario))


def test_start_on_an_accepted_invitation_tells_nothing_more(scenario: Scenario) -> None:
    partner, id = scenario.world.client(), scenario.referred["EngagementInvitationId"]
    for _ in range(2):
        start(partner, id, scenario.catalog)
    ensure_told(scenario, *accepted(scenario))


def test_accept_engagement_invitation_alone_tells_of_the_member(scenario: Scenario) -> None:
    scenario.world.client().accept_engagement_invitation(
        Catalog=scenario.catalog, Identifier=scenario.referred["EngagementInvitationId"]
    )
    ensure_told(scenario, scenario.created(), scenario.invited("Accepted"), scenario.joined())


@pytest.mark.parametrize("reason", [{}, {"RejectionReason": "Customer problem unclear"}])
def test_reject_engagement_invitation_tells_once(
    scenario: Scenario, reason: dict[str, str]
) -> None:
    scenario.world.client().reject_engagement_invitation(
        Catalog=scenario.catalog,
        Identifier=scenario.referred["EngagementInvitationId"],
        **reason,
    )
    ensure_told(scenario, scenario.created(), scenario.invited("Rejected"))
    scenario.world.desk("AdvanceClock", Seconds=30 * DAY_S)
    ensure_told(scenario, scenario.created(), scenario.invited("Rejected"))


def test_advance_clock_over_fifteen_days_tells_of_the_expiry_at_its_end(
    scenario: Scenario,
) -> None:
    assert scenario.world.desk("AdvanceClock", Seconds=15 * DAY_S - 1)["Fired"] == 0
    ensure_told(scenario, scenario.created())
    assert scenario.world.desk("AdvanceClock", Seconds=30 * DAY_S)["Fired"] == 1
    expired = at("2024-03-15T12:00:00", scenario.invited("Expired"))
    ensure_told(scenario, scenario.created(), expired)


def test_advance_clock_after_acceptance_tells_of_no_expiry(scenario: Scenario) -> None:
    partner = scenario.world.client()
    start(partner, scenario.referred["EngagementInvitationId"], scenario.catalog)
    assert scenario.world.desk("AdvanceClock", Seconds=30 * DAY_S)["Fired"] == 0
    ensure_told(scenario, *accepted(scenario))


def test_refer_opportunity_to_another_account_tells_that_one_alone(world: World) -> None:
    world.referred(OTHER)
    assert world.events() == []
    [event] = world.events(OTHER)
    assert event["account"] == OTHER
    assert event["detail"]["engagementInvitation"]["receiverAccountId"] == OTHER


def test_list_events_in_pages_shows_each_once_with_growing_numbers(world: World) -> None:
    for account in (ACCOUNT, OTHER, ACCOUNT):
        world.referred(account)
    whole = world.desk("ListEvents")["Events"]
    assert [one["AccountId"] for one in whole] == [ACCOUNT, OTHER, ACCOUNT]
    assert [one["Seq"] for one in whole] == sorted({one["Seq"] for one in whole})
    seen: list[Any] = []
    page = world.desk("ListEvents", MaxResults=1)
    while page["NextToken"] is not None:
        seen += page["Events"]
        page = world.desk("ListEvents", MaxResults=1, NextToken=page["NextToken"])
    assert seen + page["Events"] == whole
    mine = world.desk("ListEvents", AccountId=ACCOUNT)["Events"]
    assert mine == [one for one in whole if one["AccountId"] == ACCOUNT]
