"""AWS updates a partner's opportunity directly: what changes, what stays, who is told, and what the
partner has to read again."""

from typing import Any

import pytest

from tests.harness import OTHER, World
from tests.refusal import desk_refusal, refusal
from tests.submitting import created
from tests.updating import body, in_state, stripped, submitted, updated, whole

BOX = {"Catalog": "Sandbox"}
STATES = (
    "Pending Submission", "Submitted", "In review", "Action Required", "Approved", "Rejected",
)  # fmt: skip
NAME = {"Customer": {"Account": {"CompanyName": "Example Holding"}}}
CLOSED = {"Stage": "Closed Lost", "ClosedLostReason": "Price"}


def named(id: str, catalog: str = "Sandbox") -> dict[str, Any]:
    return {"Catalog": catalog, "OpportunityIdentifier": id}


def update(world: World, id: str, **said: Any) -> Any:
    return world.desk("UpdatePartnerOpportunity", **named(id), **said)


def refused(world: World, id: str, **said: Any) -> Any:
    return desk_refusal(world, "UpdatePartnerOpportunity", **named(id), **said)


def seen(world: World, id: str) -> dict[str, Any]:
    return dict(stripped(whole(world, id)))


@pytest.mark.parametrize("catalog", ["AWS", "Sandbox"])
def test_without_words_the_opportunity_closes_a_month_later(world: World, catalog: str) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z")
    made = world.referred(catalog=catalog, LifeCycle={"TargetCloseDate": "2030-01-31"})
    task = world.client().start_engagement_by_accepting_invitation_task(
        Catalog=catalog, Identifier=made["EngagementInvitationId"]
    )
    id = task["OpportunityId"]
    before = stripped(whole(world, id, catalog))
    told = len(world.events())
    answer = world.desk("UpdatePartnerOpportunity", **named(id, catalog))
    after = stripped(whole(world, id, catalog))
    assert answer == {"LastModifiedDate": after["LastModifiedDate"], "OpportunityId": id}
    assert after["LastModifiedDate"] > before["LastModifiedDate"]
    assert after["LifeCycle"] == before["LifeCycle"] | {"TargetCloseDate": "2030-03-02"}
    for one in (before, after):
        del one["LastModifiedDate"], one["LifeCycle"]
    assert before == after
    event, shown = world.events()[told:]
    assert event["detail-type"] == "Opportunity Updated"
    assert shown["detail-type"] == "Engagement Resource Snapshot Created"
    assert event["detail"]["opportunity"] == {"identifier": id}
    assert world.events(OTHER) == []


@pytest.mark.parametrize("catalog", ["AWS", "Sandbox"])
@pytest.mark.parametrize(
    ("closes", "later"),
    [
        ("9999-12-01", "9999-12-31"),
        ("9999-12-02", "9999-12-31"),
        ("9999-12-31", "9999-12-31"),
        ("9999-11-30", "9999-12-30"),
    ],
)
def test_no_opportunity_closes_after_the_end_of_the_calendar(
    world: World, catalog: str, closes: str, later: str
) -> None:
    life = {"Stage": "Prospect", "TargetCloseDate": closes}
    id = created(world, catalog=catalog, LifeCycle=life)
    before = whole(world, id, catalog)
    world.desk("UpdatePartnerOpportunity", **named(id, catalog))
    after = whole(world, id, catalog)
    assert after["LifeCycle"]["TargetCloseDate"] == later
    assert after["LastModifiedDate"] > before["LastModifiedDate"]
    assert world.events()[-1]["detail-type"] == "Opportunity Updated"


@pytest.mark.parametrize("status", STATES)
def test_aws_changes_what_the_state_closes_to_the_owner(world: World, status: str) -> None:
    id = in_state(world, status)
    before = seen(world, id)
    update(world, id, **NAME, Project={"Title": "By AWS"})
    after = seen(world, id)
    assert after["LifeCycle"] == before["LifeCycle"]
    assert after["Customer"]["Account"] == {
        **before["Customer"]["Account"],
        "CompanyName": "Example Holding",
    }
    assert after["Project"] == {**before["Project"], "Title": "By AWS"}
    [row] = world.client().list_opportunities(**BOX)["OpportunitySummaries"]
    assert row["Customer"]["Account"]["CompanyName"] == "Example Holding"


def test_partner_who_read_it_before_has_to_read_it_again(world: World) -> None:
    id = in_state(world, "Approved")
    request = body(world, id, {"LifeCycle.NextSteps": "Ours"})
    update(world, id, LifeCycle={"NextSteps": "By AWS"})
    told = refusal(world.client().update_opportunity, **request)
    assert told.code == "ConflictException"
    life = updated(world, id, {"LifeCycle.NextSteps": "Ours"})["LifeCycle"]
    assert [one["Value"] for one in life["NextStepsHistory"]][-2:] == ["By AWS", "Ours"]


def test_address_is_put_right_member_by_member_and_a_list_as_a_whole(world: World) -> None:
    id = in_state(world, "Approved")
    before = seen(world, id)
    address = {"Account": {"Address": {"PostalCode": "98109"}}}
    update(world, id, Customer=address, PrimaryNeedsFromAws=["Co-Sell - Deal Support"])
    after = seen(world, id)
    kept = before["Customer"]["Account"]["Address"]
    assert after["Customer"]["Account"]["Address"] == {**kept, "PostalCode": "98109"}
    assert after["PrimaryNeedsFromAws"] == ["Co-Sell - Deal Support"]


def test_what_aws_changes_is_shared_by_a_running_job(world: World) -> None:
    partner = world.client()
    partner.put_selling_system_settings(**BOX, ResourceSnapshotJobRoleIdentifier="MyRole")
    made = world.referred()
    task = partner.start_engagement_by_accepting_invitation_task(
        **BOX, Identifier=made["EngagementInvitationId"]
    )
    update(world, task["OpportunityId"], **NAME)
    snapshot = partner.get_resource_snapshot(
        **BOX,
        EngagementIdentifier=made["EngagementId"],
        ResourceType="Opportunity",
        ResourceIdentifier=task["OpportunityId"],
        ResourceSnapshotTemplateIdentifier="OpportunitySummaryView",
    )
    assert snapshot["Revision"] == 2
    account = snapshot["Payload"]["OpportunitySummary"]["Customer"]["Account"]
    assert account["CompanyName"] == "Example Holding"


def test_aws_closes_and_opens_again(world: World) -> None:
    id = in_state(world, "Approved", "Qualified")
    update(world, id, LifeCycle=CLOSED)
    assert seen(world, id)["LifeCycle"]["ClosedLostReason"] == "Price"
    update(world, id, LifeCycle={"Stage": "Qualified"})
    life = seen(world, id)["LifeCycle"]
    assert (life["Stage"], life.get("ClosedLostReason")) == ("Qualified", None)


def test_contract_value_stays_beside_what_aws_changes(world: World) -> None:
    own = {"Amount": "1200", "CurrencyCode": "USD", "Frequency": "None", "TargetCompany": "Self"}
    id = in_state(world, "Pending Submission")
    changes = {
        "Project.ExpectedContractDuration": {"Term": "Months", "Value": "12"},
        "Project.ExpectedCustomerSpend": [own],
    }
    before = updated(world, id, changes)["Project"]
    update(world, id, Project={"Title": "By AWS"})
    assert seen(world, id)["Project"] == {**before, "Title": "By AWS"}


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"LifeCycle": {"TargetCloseDate": "2030-02-30"}}, "lifeCycle.targetCloseDate", "VALUE"),
        ({"LifeCycle": {"Stage": "Closed Lost"}}, "lifeCycle.closedLostReason", "MISSING"),
        ({"LifeCycle": {"ClosedLostReason": "Price"}}, "lifeCycle.closedLostReason", "VALUE"),
        (
            {"Customer": {"Account": {"Address": {"StateOrRegion": "WA"}}}},
            "customer.account.address.stateOrRegion",
            "ENUM",
        ),
        ({"OpportunityType": "Flat Renewal"}, "project.relatedOpportunityIdentifier", "MISSING"),
        (
            {"Project": {"ExpectedCustomerSpend": [
                {"Amount": "0", "CurrencyCode": "USD", "Frequency": "Monthly",
                 "TargetCompany": "AWS"},
            ]}},
            "project.expectedCustomerSpend.amount",
            "VALUE",
        ),
    ],
)  # fmt: skip
def test_what_no_opportunity_can_be_is_refused(
    world: World, said: dict[str, Any], field: str, code: str
) -> None:
    codes = {
        "VALUE": "INVALID_VALUE",
        "MISSING": "REQUIRED_FIELD_MISSING",
        "ENUM": "INVALID_ENUM_VALUE",
    }
    id = in_state(world, "Approved")
    before = seen(world, id)
    told = refused(world, id, **said)
    assert told.reason == "BUSINESS_VALIDATION_FAILED"
    assert told.fields == [(field, codes[code])]
    assert seen(world, id) == before


def test_draft_is_not_closed_and_nothing_is_its_own_parent(world: World) -> None:
    id = in_state(world, "Pending Submission")
    for life in (CLOSED, {"Stage": "Launched"}):
        told = refused(world, id, LifeCycle=life)
        assert told.fields == [("lifeCycle.stage", "ACTION_NOT_PERMITTED")]
    parent = {"OpportunityType": "Expansion", "Project": {"RelatedOpportunityIdentifier": id}}
    told = refused(world, id, **parent)
    assert told.fields == [("project.relatedOpportunityIdentifier", "INVALID_VALUE")]
    update(world, id, LifeCycle={"Stage": "Qualified"})
    submitted(world, id)


def test_review_is_no_update(world: World) -> None:
    id = in_state(world, "Submitted")
    told = refused(world, id, LifeCycle={"ReviewStatus": "Approved"})
    assert told.fields == [("lifeCycle.reviewStatus", "INVALID_VALUE")]
    assert told.reason == "REQUEST_VALIDATION_FAILED"


def test_what_nobody_has_is_not_found(world: World) -> None:
    id = in_state(world, "Approved")
    waiting = world.referred()["OpportunityId"]
    for members in (named("O1"), named(id, "AWS"), named(waiting)):
        told = desk_refusal(world, "UpdatePartnerOpportunity", **members, **NAME)
        assert told.code == "ResourceNotFoundException"


def test_with_one_token_it_is_updated_once(world: World) -> None:
    id = in_state(world, "Approved")
    first = update(world, id, ClientToken="one")
    assert update(world, id, ClientToken="one") == first
    assert seen(world, id)["LastModifiedDate"] == first["LastModifiedDate"]
