"""The suite as it was: boto3 mocked by hand. It is green, and two of the calls it sees are dead."""

from collections.abc import Iterator
from datetime import UTC, datetime
from unittest.mock import MagicMock

import pytest
from botocore.exceptions import ClientError

from crm_sync import invitations, opportunities, outgoing, partner_central
from crm_sync.crm import ACCEPT, ACCEPTED, DECLINE, DECLINED, WAITS, Crm
from crm_sync.sync import sync_once

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 9, 31, tzinfo=UTC)
INVITATION = {
    "Id": "engi-0123456789abc",
    "EngagementTitle": "Web shop on AWS",
    "SenderCompanyName": "AWS",
    "ExpirationDate": datetime(2026, 3, 17, tzinfo=UTC),
}
# What the client raises.
CONFLICT = type("ConflictException", (ClientError,), {})
THROTTLED = type("ThrottlingException", (ClientError,), {})
REFUSED = type("ValidationException", (ClientError,), {})


def opportunity(modified: datetime = NOW, **life_cycle: str) -> dict[str, object]:
    """What GetOpportunity answers."""
    return {
        "Id": "O1000001",
        "Catalog": "Sandbox",
        "LastModifiedDate": modified,
        "Customer": {"Account": {"CompanyName": "Example Company"}},
        "Project": {"Title": "Web shop on AWS"},
        "LifeCycle": {"Stage": "Prospect", "TargetCloseDate": "2026-05-31", **life_cycle},
    }


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> MagicMock:
    """A client that answers what the service hopes for."""
    client = MagicMock()
    client.exceptions.ConflictException = CONFLICT
    client.exceptions.ThrottlingException = THROTTLED
    client.exceptions.ResourceNotFoundException = REFUSED
    client.exceptions.ValidationException = REFUSED
    client.list_engagement_invitations.return_value = {"EngagementInvitationSummaries": []}
    client.list_opportunities.return_value = {"OpportunitySummaries": []}
    client.get_opportunity.return_value = opportunity()
    for module in (invitations, opportunities, outgoing, partner_central):
        monkeypatch.setattr(module, "client", client)
    return client


@pytest.fixture
def crm() -> Iterator[Crm]:
    """A CRM with nothing in it."""
    with Crm(":memory:") as records:
        yield records


def test_an_invitation_comes_in(aws: MagicMock, crm: Crm) -> None:
    aws.list_engagement_invitations.return_value = {"EngagementInvitationSummaries": [INVITATION]}
    sync_once(crm)
    assert [one.state for one in crm.invitations()] == [WAITS]


def test_an_invitation_is_accepted(aws: MagicMock, crm: Crm) -> None:
    aws.start_engagement_by_accepting_invitation_task.return_value = {"TaskId": "task-1"}
    aws.list_engagement_by_accepting_invitation_tasks.return_value = {
        "TaskSummaries": [
            {"TaskId": "task-1", "TaskStatus": "COMPLETE", "OpportunityId": "O1000001"}
        ]
    }
    crm.add_invitation("engi-0123456789abc", "Web shop on AWS", "AWS", "2026-03-17")
    crm.decide("engi-0123456789abc", ACCEPT)
    sync_once(crm)
    assert [one.state for one in crm.invitations()] == [ACCEPTED]
    assert crm.deal("O1000001").title == "Web shop on AWS"


def test_an_invitation_is_declined(aws: MagicMock, crm: Crm) -> None:
    crm.add_invitation("engi-0123456789abc", "Web shop on AWS", "AWS", "2026-03-17")
    crm.decide("engi-0123456789abc", DECLINE, "Not a market of ours")
    outgoing.answer(crm)
    aws.reject_engagement_invitation.assert_called_once()
    assert [one.state for one in crm.invitations()] == [DECLINED]


def test_an_edit_is_sent(aws: MagicMock, crm: Crm) -> None:
    opportunities.refresh(crm, "O1000001")
    crm.edit("O1000001", close_date="2026-06-30")
    aws.get_opportunity.side_effect = [
        opportunity(),
        opportunity(LATER, TargetCloseDate="2026-06-30"),
    ]
    outgoing.push_edits(crm)
    aws.update_opportunity.assert_called_once_with(
        Catalog="Sandbox",
        Identifier="O1000001",
        LastModifiedDate=NOW,
        LifeCycle={"TargetCloseDate": "2026-06-30"},
    )
    assert not crm.deal("O1000001").edits


def test_a_conflict_is_followed_by_a_second_try(aws: MagicMock, crm: Crm) -> None:
    opportunities.refresh(crm, "O1000001")
    crm.edit("O1000001", next_steps="Call the customer.")
    aws.get_opportunity.side_effect = [
        opportunity(),
        opportunity(LATER),
        opportunity(LATER, NextSteps="Call the customer."),
    ]
    conflict = CONFLICT({"Error": {"Code": "ConflictException"}}, "UpdateOpportunity")
    aws.update_opportunity.side_effect = [conflict, None]
    outgoing.push_edits(crm)
    assert aws.update_opportunity.call_count == 2
    assert not crm.deal("O1000001").edits


def test_throttling_is_waited_for(
    aws: MagicMock, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep = MagicMock()
    monkeypatch.setattr("crm_sync.partner_central.time.sleep", sleep)
    throttled = THROTTLED({"Error": {"Code": "ThrottlingException"}}, "GetOpportunity")
    aws.get_opportunity.side_effect = [throttled, opportunity()]
    opportunities.refresh(crm, "O1000001")
    assert sleep.call_count == 1
    assert crm.deal("O1000001").close_date == "2026-05-31"
