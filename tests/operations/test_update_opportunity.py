"""UpdateOpportunity: what it keeps, what follows from it, its lock, its spend."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from tests import submitting
from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import refusal
from tests.sharing import joined, target
from tests.updating import (
    Body,
    body,
    changed,
    decided,
    full,
    in_state,
    renamed,
    submitted,
    updated,
    whole,
)

STEPS, STATUS, STAGE = "LifeCycle.NextSteps", "LifeCycle.ReviewStatus", "LifeCycle.Stage"
SPEND = "Project.ExpectedCustomerSpend"


def told(world: World, type: str = "Opportunity Updated") -> int:
    return [one["detail-type"] for one in world.events()].count(type)


# --- what is kept --------------------------------------------------------------------------------


def test_update_opportunity_answers_id_and_date(world: World) -> None:
    id = in_state(world, "Pending Submission")
    reply = world.post("UpdateOpportunity", body(world, id, {"Project.Title": "Another"}))
    assert list(reply.document) == ["Id", "LastModifiedDate"]
    got = whole(world, id)
    assert reply.document == {"Id": id, "LastModifiedDate": got["LastModifiedDate"]}
    assert got["Project"]["Title"] == "Another"


def test_update_opportunity_replaces_all_and_leaves_nothing(world: World) -> None:
    id = in_state(world, "Pending Submission", request=full())
    plain = opportunity()
    plain["LifeCycle"]["TargetCloseDate"] = "2098-01-01"
    plain["Marketing"] = {"Source": "None"}
    plain["Project"]["ExpectedContractDuration"] = None  # else it would stay
    date = whole(world, id)["LastModifiedDate"]
    request = {**plain, "Catalog": "Sandbox", "Identifier": id, "LastModifiedDate": date}
    assert world.post("UpdateOpportunity", request).status == 200
    fresh = world.client().create_opportunity(Catalog="Sandbox", **opportunity())["Id"]
    after, like = renamed(whole(world, id)), renamed(whole(world, fresh))
    assert after["LifeCycle"].pop("TargetCloseDate") == "2098-01-01"
    like["LifeCycle"].pop("TargetCloseDate")
    for one in (after, like):
        for name in ("Identifier", "LastModifiedDate"):
            del one[name]
    assert after == like


def test_update_opportunity_leaves_what_the_service_owns(world: World) -> None:
    id = in_state(world, "Pending Submission")
    before = whole(world, id)
    request = body(world, id, {
        "Arn": "arn:aws:elsewhere", "CreatedDate": "2001-01-01T00:00:00Z", "OpportunityTeam": [],
        "Origin": "AWS Referral", "RelatedEntityIdentifiers": {"Solutions": ["S-1"]},
        "LifeCycle.NextStepsHistory": [{"Value": "x", "Time": "2001-01-01T00:00:00Z"}],
        "LifeCycle.ReviewComments": "Fine", "LifeCycle.ReviewStatusReason": "None",
        "received": True, "involvement": "Co-Sell", "Tags": [{"Key": "a", "Value": "b"}],
    })  # fmt: skip
    assert world.post("UpdateOpportunity", request).status == 200
    after = whole(world, id)
    assert after.pop("LastModifiedDate") > before.pop("LastModifiedDate")
    assert after == before


def test_update_opportunity_without_a_review_status_keeps_it(world: World) -> None:
    for status in ("Pending Submission", "Submitted", "Approved", "Rejected"):
        id = in_state(world, status)
        assert updated(world, id, {STATUS: None})["LifeCycle"]["ReviewStatus"] == status


def test_update_opportunity_falls_back_to_the_service_s_defaults(world: World) -> None:
    own = in_state(world, "Pending Submission")
    renewal = {
        "OpportunityType": "Flat Renewal",
        "NationalSecurity": "Yes",
        "Customer.Account.Industry": "Government",
        "Project.RelatedOpportunityIdentifier": own,
    }
    id = in_state(world, "Pending Submission")
    updated(world, id, renewal)
    after = updated(world, id, {"OpportunityType": None, "NationalSecurity": None})
    assert after["OpportunityType"] == "Net New Business"
    assert after["NationalSecurity"] == "No"
    assert "RelatedOpportunityIdentifier" not in after["Project"]


def test_update_opportunity_is_seen_in_the_list(world: World) -> None:
    first, second = in_state(world, "Approved"), in_state(world, "Approved")
    updated(world, first, {STAGE: "Qualified", "LifeCycle.TargetCloseDate": "2098-01-01"})
    listed = world.client().list_opportunities(Catalog="Sandbox")["OpportunitySummaries"]
    assert [one["Id"] for one in listed] == [first, second]
    assert listed[0]["LifeCycle"]["Stage"] == "Qualified"
    found = world.client().list_opportunities(Catalog="Sandbox", LifeCycleStage=["Qualified"])
    assert [one["Id"] for one in found["OpportunitySummaries"]] == [first]


def test_update_opportunity_tells_its_owner_each_time(world: World) -> None:
    id = in_state(world, "Pending Submission")
    for count in (1, 2):  # the second one changes nothing
        updated(world, id, {"Project.Title": "Another"})
        assert told(world) == count
    assert world.events(OTHER) == []
    event = world.events()[-1]
    assert event["detail"]["opportunity"] == {"identifier": id}


# --- the lock ------------------------------------------------------------------------------------


def test_update_opportunity_with_an_old_date_conflicts(world: World) -> None:
    id = in_state(world, "Pending Submission")
    first = body(world, id, {"Project.Title": "First"})
    world.client().update_opportunity(**first)
    refused = refusal(world.client().update_opportunity, **first)
    assert (refused.code, refused.status) == ("ConflictException", 400)
    assert refused.message == "Conflicting error, last modified date is not the latest"
    assert whole(world, id)["Project"]["Title"] == "First"


def test_update_opportunity_meets_every_change_while_the_clock_stands(world: World) -> None:
    world.desk("PutClock", Frozen=True)
    id = in_state(world, "Pending Submission")
    first = body(world, id)
    updated(world, id, {"Project.Title": "Another"})
    assert refusal(world.client().update_opportunity, **first).code == "ConflictException"


def test_update_opportunity_takes_the_date_as_clients_write_it(world: World) -> None:
    id = in_state(world, "Pending Submission")
    for _ in range(3):
        for write in (
            lambda at: at.isoformat().replace("+00:00", "Z"),
            lambda at: at.isoformat(timespec="milliseconds"),
            lambda at: str(at),
            lambda at: at.timestamp(),
        ):
            request = body(world, id)
            at = datetime.fromisoformat(request["LastModifiedDate"]).astimezone(UTC)
            reply = world.post("UpdateOpportunity", {**request, "LastModifiedDate": write(at)})
            assert reply.status == 200, reply.body


def test_update_opportunity_at_once_is_done_once(world: World) -> None:
    id = in_state(world, "Pending Submission")
    asked = [body(world, id, {"Project.Title": f"Title {number}"}) for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda one: world.post("UpdateOpportunity", one), asked))
    outcomes = sorted(str(reply.document.get("__type", "done")) for reply in statuses)
    assert outcomes == [*["ConflictException"] * 7, "done"]


def test_update_opportunity_of_others_is_not_found(world: World) -> None:
    id = in_state(world, "Pending Submission")
    request = body(world, id)
    hidden = world.referred()["OpportunityId"]
    for account, wrong in (
        (OTHER, {}), (ACCOUNT, {"Catalog": "AWS"}), (ACCOUNT, {"Identifier": "O1"}),
        (ACCOUNT, {"Identifier": hidden}),
    ):  # fmt: skip
        refused = refusal(world.client(account).update_opportunity, **{**request, **wrong})
        assert refused.code == "ResourceNotFoundException"
    elsewhere = World(world.server)
    refused = refusal(elsewhere.client().update_opportunity, **request)
    assert refused.code == "ResourceNotFoundException"


# --- what means the same -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "same",
    [
        {"SoftwareRevenue.Value.Amount": "100"},
        {"Project.ApnPrograms": ["Two", "One"]},
        {"Project.SalesActivities": ["SOW Signed", "Conducted POC / Demo"]},
        {"Marketing.Channels": ["Telemarketing", "Email", "Email"]},
        {"LifeCycle.ClosedLostReason": None},
        {"Project.RelatedOpportunityIdentifier": None},
    ],
)
def test_update_opportunity_with_what_means_the_same_changes_nothing(
    world: World, same: Body
) -> None:
    id = in_state(world, "Pending Submission", request=full())
    decided(world, id, "Rejected")
    before = whole(world, id)
    world.client().update_opportunity(**body(world, id, same))
    after = whole(world, id)
    assert after.pop("LastModifiedDate") > before.pop("LastModifiedDate")
    assert after == before


@pytest.mark.parametrize("amount", ["2500", "2500.", "2500.0", "2500.00"])
def test_update_opportunity_compares_amounts_as_numbers(world: World, amount: str) -> None:
    id = in_state(world, "Submitted")
    entry = {**body(world, id)["Project"]["ExpectedCustomerSpend"][0], "Amount": amount}
    assert updated(world, id, {SPEND: [entry]})["Project"]["ExpectedCustomerSpend"] == [
        {**entry, "Amount": "2500.00"}
    ]
    other = refusal(
        world.client().update_opportunity,
        **body(world, id, {SPEND: [{**entry, "Amount": "2500.01"}]}),
    )
    assert other.fields == [("project.expectedCustomerSpend", "ACTION_NOT_PERMITTED")]


@pytest.mark.parametrize("nothing", [None, [], ""])
def test_update_opportunity_takes_empty_values_for_none(world: World, nothing: Any) -> None:
    id = in_state(world, "Submitted")
    empty: Body = {}
    if nothing != []:
        empty |= {"PartnerOpportunityIdentifier": nothing, STEPS: nothing}
    if nothing != "":
        empty |= {"Customer.Contacts": nothing, "Marketing.Channels": nothing}
    before = whole(world, id)
    request = changed(body(world, id), {})
    for path, value in empty.items():
        *parents, name = path.split(".")
        holder = request
        for parent in parents:
            holder = holder.setdefault(parent, {})
        holder[name] = value
    assert world.post("UpdateOpportunity", request).status == 200
    after = whole(world, id)
    assert after.pop("LastModifiedDate") > before.pop("LastModifiedDate")
    assert after == before


# --- next steps ----------------------------------------------------------------------------------


def test_update_opportunity_keeps_a_history_of_next_steps(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    request = submitting.submittable()
    request["LifeCycle"]["NextSteps"] = "First"
    id = in_state(world, "Pending Submission", request=request)
    assert "NextStepsHistory" not in updated(world, id)["LifeCycle"]
    for steps in ("Second", "Second", None, "Third"):
        world.desk("AdvanceClock", Seconds=60)
        life = updated(world, id, {STEPS: steps})["LifeCycle"]
    assert life["NextSteps"] == "Third"
    assert life["NextStepsHistory"] == [
        {"Time": "2030-01-01T00:01:00.000Z", "Value": "Second"},
        {"Time": "2030-01-01T00:04:00.000Z", "Value": "Third"},
    ]


def test_update_opportunity_keeps_the_last_50_next_steps(world: World) -> None:
    id = in_state(world, "Approved")
    for number in range(53):
        life = updated(world, id, {STEPS: f"Step {number}"})["LifeCycle"]
    assert [one["Value"] for one in life["NextStepsHistory"]] == [
        f"Step {number}" for number in range(3, 53)
    ]


# --- Action Required, and needs that come later --------------------------------------------------


def test_update_opportunity_of_what_aws_asked_for_submits_it_again(world: World) -> None:
    id = in_state(world, "Pending Submission")
    submitted(world, id)
    decided(world, id, "Action Required")
    unchanged = updated(world, id)["LifeCycle"]
    assert unchanged["ReviewStatus"] == "Action Required"
    life = updated(world, id, {"Customer.Account.Address.City": "Seattle"})["LifeCycle"]
    assert life["ReviewStatus"] == "Submitted"
    world.client().submit_opportunity(Catalog="Sandbox", Identifier=id, **submitting.CO_SELL)
    assert whole(world, id)["LifeCycle"]["ReviewStatus"] == "Submitted"


def test_update_opportunity_with_needs_makes_co_sell_of_what_was_shown(world: World) -> None:
    id = submitting.created(world)
    submitted(world, id, {**submitting.VISIBILITY_ONLY, "Visibility": "Limited"})
    decided(world, id, "Approved")
    asked = {"Catalog": "Sandbox", "RelatedOpportunityIdentifier": id}
    seen = world.client().get_aws_opportunity_summary(**asked)
    assert (seen["InvolvementType"], seen["Visibility"]) == ("For Visibility Only", "Limited")
    updated(world, id, {
        "PrimaryNeedsFromAws": ["Co-Sell - Deal Support"], STEPS: "Call",
        "Customer.Contacts": [{"Email": "a@example.com"}],
    })  # fmt: skip
    seen = world.client().get_aws_opportunity_summary(**asked)
    assert (seen["InvolvementType"], seen["Visibility"]) == ("Co-Sell", "Full")
    back = refusal(
        world.client().update_opportunity, **body(world, id, {"PrimaryNeedsFromAws": None})
    )
    assert back.fields == [("primaryNeedsFromAws", "ACTION_NOT_PERMITTED")]


# --- snapshots -----------------------------------------------------------------------------------


def test_update_opportunity_is_shared_by_a_running_job_if_it_shows(world: World) -> None:
    partner = world.client()
    id = in_state(world, "Pending Submission")
    partner.put_selling_system_settings(
        Catalog="Sandbox", ResourceSnapshotJobRoleIdentifier="Snapshots"
    )
    place = target(joined(world), id)
    job = partner.create_resource_snapshot_job(**place)["Id"]
    partner.start_resource_snapshot_job(Catalog="Sandbox", ResourceSnapshotJobIdentifier=job)
    for changes, revision in (
        ({}, 1),
        ({"Project.Title": "Not shown to others"}, 1),
        ({"Marketing.Source": "Marketing Activity", "Marketing.AwsFundingUsed": "No"}, 1),
        ({STEPS: "Call"}, 2),
        ({"Project.DeliveryModels": ["Other"]}, 3),
        ({"Project.DeliveryModels": ["Other", "Other"]}, 3),
    ):
        updated(world, id, changes)
        assert partner.get_resource_snapshot(**place)["Revision"] == revision


def test_update_opportunity_without_its_source_misses_that_alone(world: World) -> None:
    """What stands beside the source is as it was, and out of place by nothing that was said."""
    marketing = {
        "Source": "Marketing Activity", "AwsFundingUsed": "Yes", "CampaignName": "Spring",
        "Channels": ["Email"], "UseCases": ["Analytics"],
    }  # fmt: skip
    id = in_state(world, "Pending Submission", request={**full(), "Marketing": marketing})
    told = refusal(world.client().update_opportunity, **body(world, id, {"Marketing.Source": None}))
    assert told.fields == [("marketing.source", "REQUIRED_FIELD_MISSING")]
    told = refusal(
        world.client().update_opportunity, **body(world, id, {"Marketing.Source": "None"})
    )
    assert len(told.fields) == 4, "said to come from none, all of it is out of place"
