"""Prospecting: what becomes of each engagement, of the task, and what the desk says beforehand."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.engaging import (
    accepted,
    engaged,
    invited,
    lead,
    lead_payload,
    project,
)
from tests.harness import ACCOUNT, OTHER, Refused, World
from tests.refusal import desk_refusal, refusal
from tests.tasking import SANDBOX, advance, prospect, prospected, so_far, states

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
UNKNOWN = "eng-00000000000000"


def outcomes(world: World, task: Any, account: str = ACCOUNT) -> list[tuple[str, str | None]]:
    """Status and reason code of each engagement."""
    found = prospected(world, task, account)["Engagements"]
    return [(one["Status"], one.get("ReasonCode")) for one in found]


def contexts(world: World, id: str, account: str = ACCOUNT) -> list[Any]:
    found = world.client(account).get_engagement(**SANDBOX, Identifier=id)
    return list(found.get("Contexts", []))


def found(world: World, id: str) -> Any:
    """What AWS found: the result in the engagement's last context."""
    return contexts(world, id)[-1]["Payload"]["ProspectingResult"]["Aws"]


# --- outcomes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("catalog", ["Sandbox", "AWS"])
def test_prospected_lead_gets_a_result_as_its_next_context(world: World, catalog: str) -> None:
    world.desk("PutClock", Time="2030-01-01T12:00:00Z", Frozen=True)
    id = engaged(world, lead(), Catalog=catalog)["Id"]
    task = prospect(world, id, Catalog=catalog)
    assert (task["TaskStatus"], task["TaskName"], task["Identifiers"]) == (
        "COMPLETED", "Spring", [id],
    )  # fmt: skip
    assert task["StartTime"] == NOON
    assert not {"Message", "ReasonCode"} & set(task)
    partner = world.client()
    told = partner.get_prospecting_from_engagement_task(
        Catalog=catalog, TaskIdentifier=task["TaskId"]
    )
    assert (told["StartTime"], told["EndTime"]) == (NOON, NOON)
    [outcome] = told["Engagements"]
    assert (outcome["EngagementIdentifier"], outcome["Status"]) == (id, "COMPLETED")
    assert re.fullmatch("ctx-[0-9a-z]{14}", outcome["EngagementContextId"])
    engagement = partner.get_engagement(Catalog=catalog, Identifier=id)
    _, second = engagement["Contexts"]
    assert (second["Id"], second["Type"]) == ("2", "ProspectingResult")
    assert engagement["ModifiedBy"] == "aws"
    result = second["Payload"]["ProspectingResult"]["Aws"]
    assert (result["TaskId"], result["TaskArn"], result["TaskName"]) == (
        task["TaskId"], task["TaskArn"], "Spring",
    )  # fmt: skip
    assert (result["StartTime"], result["EndTime"]) == (NOON, NOON)
    assert (result["Customer"]["AccountName"], result["Customer"]["Country"]) == (
        "Example Company", "US",
    )  # fmt: skip
    assert result["Customer"]["Industry"] == "Retail"
    assert result["Insights"]["MarketplaceEngagementScore"] in ("High", "Medium", "Low")


def test_each_engagement_has_an_outcome_of_its_own(world: World) -> None:
    good = engaged(world, lead())["Id"]
    foreign = engaged(world, lead(), account=OTHER)["Id"]
    elsewhere = engaged(world, lead(), Catalog="AWS")["Id"]
    bare = engaged(world)["Id"]
    plain = engaged(world, project())["Id"]
    spoilt = engaged(world, lead(QualificationStatus="Disqualified"))["Id"]
    full = engaged(world, lead(), *[project()] * 4)["Id"]
    task = prospect(world, UNKNOWN, foreign, elsewhere, bare, plain, spoilt, full, good)
    assert task["TaskStatus"] == "COMPLETED"
    assert outcomes(world, task) == [
        ("FAILED", "EngagementAccessDenied"),
        ("FAILED", "EngagementAccessDenied"),
        ("FAILED", "EngagementAccessDenied"),
        ("FAILED", "ContextNotFound"),
        ("FAILED", "ContextNotFound"),
        ("FAILED", "DisqualifiedLeadNotPermitted"),
        ("FAILED", "ServiceQuotaExceeded"),
        ("COMPLETED", None),
    ]
    for one in prospected(world, task)["Engagements"]:
        assert ("Message" in one) == (one["Status"] == "FAILED")
        assert ("EngagementContextId" in one) == (one["Status"] == "COMPLETED")
    assert len(contexts(world, good)) == 2
    assert len(contexts(world, spoilt)) == 1


def test_engagement_meets_the_next_rule_when_one_is_repaired(world: World) -> None:
    """The order of precedence of the whole table, over one engagement."""
    partner, id = world.client(), engaged(world, *[project()] * 2, account=OTHER)["Id"]
    world.desk("PutProspectingResult", **SANDBOX, EngagementIdentifier=id, ReasonCode=ASKED)

    def outcome() -> str | None:
        [(_, reason)] = outcomes(world, prospect(world, id))
        return reason

    assert outcome() == "EngagementAccessDenied"
    accepted(world, invited(world, id, ACCOUNT, OTHER, Payload=lead_payload()), ACCOUNT)
    assert outcome() == "ContextNotFound"
    spoilt = lead(QualificationStatus="Disqualified")
    partner.create_engagement_context(**SANDBOX, EngagementIdentifier=id, **spoilt)
    assert outcome() == "DisqualifiedLeadNotPermitted"
    partner.create_engagement_context(**SANDBOX, EngagementIdentifier=id, **lead())
    assert outcome() == ASKED
    partner.create_engagement_context(**SANDBOX, EngagementIdentifier=id, **project())
    assert outcome() == "ServiceQuotaExceeded"


def test_any_member_may_prospect(world: World) -> None:
    id = engaged(world, lead())["Id"]
    accepted(world, invited(world, id, Payload=lead_payload()))
    task = prospect(world, id, account=OTHER)
    assert outcomes(world, task, OTHER) == [("COMPLETED", None)]
    assert [one["Type"] for one in contexts(world, id)] == ["Lead", "ProspectingResult"]


def test_engagement_that_stands_twice_is_prospected_once(world: World) -> None:
    one, other = (engaged(world, lead())["Id"] for _ in range(2))
    task = prospect(world, one, other, one)
    assert task["Identifiers"] == [one, other, one]
    told = prospected(world, task)["Engagements"]
    assert [each["EngagementIdentifier"] for each in told] == [one, other]
    assert len(contexts(world, one)) == 2


def test_task_without_engagements_is_completed(world: World) -> None:
    task = prospect(world)
    assert (task["TaskStatus"], task["Identifiers"]) == ("COMPLETED", [])
    told = prospected(world, task)
    assert (told["Engagements"], told["EndTime"]) == ([], told["StartTime"])
    world.desk("PutPace", Mode="Held")
    assert prospect(world)["TaskStatus"] == "COMPLETED"


def test_task_fails_only_if_every_engagement_did(world: World) -> None:
    bare = engaged(world)["Id"]
    task = prospect(world, bare)
    assert (task["TaskStatus"], task["ReasonCode"]) == ("FAILED", "ContextNotFound")
    assert task["Message"] == "The engagement has no context of type Lead."
    task = prospect(world, UNKNOWN, bare)
    assert (task["TaskStatus"], task["ReasonCode"]) == ("FAILED", "EngagementAccessDenied")
    assert task["Message"].startswith("All 2 engagements failed. The first: ")


def test_held_task_goes_from_pending_over_in_progress_to_its_end(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    ids = [engaged(world, lead())["Id"], UNKNOWN, engaged(world, lead())["Id"]]
    task = prospect(world, *ids)
    assert task["TaskStatus"] == "PENDING"
    assert outcomes(world, task) == [("PENDING", None)] * 3
    assert "EndTime" not in prospected(world, task)
    expected = ["DONE", "FAILED", "DONE"]
    for number in range(1, 4):
        told = advance(world, task)
        assert told["TaskStatus"] == ("COMPLETED" if number == 3 else "IN_PROGRESS")
        assert states(told) == so_far(number, 3, *expected[:number])
        assert [one["Name"] for one in told["Steps"]] == ["ProspectEngagement"] * 3
        assert (told["EndTime"] is None) == (number < 3)
    assert advance(world, task, Steps=9) == told


@pytest.mark.parametrize("id", ["eng-1", "arn:aws:partnercentral:us-east-1::catalog/Sandbox/x"])
def test_identifier_off_the_pattern_is_refused(world: World, id: str) -> None:
    start = world.client().start_prospecting_from_engagement_task
    told = refusal(start, **SANDBOX, Identifiers=[UNKNOWN, id], TaskName="Spring")
    assert told.fields == [("identifiers[1]", "INVALID_STRING_FORMAT")]


def test_hundred_engagements_are_the_most(world: World) -> None:
    start = world.client().start_prospecting_from_engagement_task
    ids = [f"eng-{number:014}" for number in range(101)]
    told = refusal(start, **SANDBOX, Identifiers=ids, TaskName="Spring")
    assert told.fields == [("identifiers", "TOO_MANY_VALUES")]
    assert len(outcomes(world, prospect(world, *ids[:100]))) == 100


def test_start_meets_a_not_found_that_was_asked_for(world: World) -> None:
    operation = "StartProspectingFromEngagementTask"
    world.desk("PutFault", Operation=operation, Error="ResourceNotFoundException")
    start = world.client().start_prospecting_from_engagement_task
    told = refusal(start, **SANDBOX, Identifiers=[], TaskName="Spring")
    assert told.code == "ResourceNotFoundException"


# --- Get -----------------------------------------------------------------------------------------


def test_get_of_what_the_caller_did_not_start_is_not_found(world: World) -> None:
    id = prospect(world)["TaskId"]
    get, other = "get_prospecting_from_engagement_task", World(world.server)
    for client, catalog, asked in (
        (world.client(OTHER), "Sandbox", id),
        (world.client(), "AWS", id),
        (other.client(), "Sandbox", id),
        (world.client(), "Sandbox", "task-00000000000000"),
    ):
        told = refusal(getattr(client, get), Catalog=catalog, TaskIdentifier=asked)
        assert (told.code, told.status) == ("ResourceNotFoundException", 400)


def test_get_by_the_id_of_a_task_of_another_kind_is_refused_for_its_form(world: World) -> None:
    get = world.client().get_prospecting_from_engagement_task
    told = refusal(get, **SANDBOX, TaskIdentifier="task-0000000000000")
    assert told.fields == [("taskIdentifier", "INVALID_STRING_FORMAT")]


# --- what the desk says --------------------------------------------------------------------------

ASKED = "OpportunityConflict"  # a code with which this task never ends by itself


def test_put_prospecting_result_is_what_is_found_from_then_on(world: World) -> None:
    id = engaged(world, lead())["Id"]
    said = {
        "Customer": {"AccountName": "Another Name", "EligiblePrograms": ["MAP"], "Country": "DE"},
        "Insights": {"SolutionScore": "Low"},
    }
    answer = world.desk("PutProspectingResult", **SANDBOX, EngagementIdentifier=id, **said)
    assert (answer["EngagementIdentifier"], answer["ReasonCode"]) == (id, None)
    for _ in range(2):
        prospect(world, id)
        told = found(world, id)
        assert told["Customer"]["AccountName"] == "Another Name"
        assert told["Customer"]["EligiblePrograms"] == ["MAP"]
        assert (told["Customer"]["Country"], told["Customer"]["Industry"]) == ("DE", "Retail")
        assert told["Insights"]["SolutionScore"] == "Low"
    other = engaged(world, lead())["Id"]
    prospect(world, other)
    assert found(world, other)["Customer"]["AccountName"] == "Example Company"


def test_put_prospecting_result_with_a_reason_code_fails_the_engagement(world: World) -> None:
    good, bad = (engaged(world, lead())["Id"] for _ in range(2))
    asked = {**SANDBOX, "EngagementIdentifier": bad, "ReasonCode": ASKED}
    world.desk("PutProspectingResult", **asked, Message="Nothing is known of it.")
    task = prospect(world, bad, good)
    assert outcomes(world, task) == [("FAILED", ASKED), ("COMPLETED", None)]
    assert prospected(world, task)["Engagements"][0]["Message"] == "Nothing is known of it."
    assert len(contexts(world, bad)) == 1
    world.desk("PutProspectingResult", **asked)
    assert outcomes(world, prospect(world, bad)) == [("FAILED", ASKED)]


def test_results_are_listed_replaced_and_taken_back(world: World) -> None:
    one, other = (engaged(world, lead())["Id"] for _ in range(2))
    for id in (one, other):
        world.desk(
            "PutProspectingResult", **SANDBOX, EngagementIdentifier=id, ReasonCode="InternalError"
        )
    found = {"Insights": {"SolutionScore": "Low"}}
    world.desk("PutProspectingResult", **SANDBOX, EngagementIdentifier=one, **found)
    listed = world.desk("ListProspectingResults")["Results"]
    assert [each["EngagementIdentifier"] for each in listed] == [one, other]
    assert [each["ReasonCode"] for each in listed] == [None, "InternalError"]
    assert outcomes(world, prospect(world, one, other))[0] == ("COMPLETED", None)
    assert world.desk("DeleteProspectingResult", EngagementIdentifier=other) == {"Deleted": 1}
    assert outcomes(world, prospect(world, other)) == [("COMPLETED", None)]
    assert world.desk("DeleteProspectingResult", EngagementIdentifier=other) == {"Deleted": 0}
    assert world.desk("DeleteProspectingResult") == {"Deleted": 1}
    assert world.desk("ListProspectingResults") == {"Results": []}


def test_put_prospecting_result_of_an_unknown_engagement_is_not_found(world: World) -> None:
    id = engaged(world, lead())["Id"]
    for asked in (
        {**SANDBOX, "EngagementIdentifier": UNKNOWN},
        {"Catalog": "AWS", "EngagementIdentifier": id},
    ):
        with pytest.raises(Refused) as caught:
            world.desk("PutProspectingResult", **asked, ReasonCode=ASKED)
        assert caught.value.code == "ResourceNotFoundException"


@pytest.mark.parametrize("catalog", ["Sandbox", "AWS"])
def test_shortest_put_prospecting_result_finds_the_defaults(world: World, catalog: str) -> None:
    """Also where another outcome was asked for before."""
    referred = world.desk("ReferLead", Catalog=catalog, ReceiverAccountId=ACCOUNT)
    world.client().accept_engagement_invitation(
        Catalog=catalog, Identifier=referred["EngagementInvitationId"]
    )
    asked = {"Catalog": catalog, "EngagementIdentifier": referred["EngagementId"]}
    world.desk("PutProspectingResult", **asked, ReasonCode=ASKED)
    answer = world.desk("PutProspectingResult", **asked)
    assert {name for name, value in answer.items() if value} == {"EngagementIdentifier"}
    assert len(world.desk("ListProspectingResults")["Results"]) == 1
    task = prospect(world, referred["EngagementId"], Catalog=catalog)
    assert task["TaskStatus"] == "COMPLETED"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"Message": "No."}, "message"),
        ({"Message": "No.", "Insights": {"SolutionScore": "Low"}}, "message"),
        ({"ReasonCode": ASKED, "Insights": {"SolutionScore": "Low"}}, "reasonCode"),
    ],
    ids=["message", "message of a finding", "both"],
)
def test_put_prospecting_result_that_contradicts_itself_is_refused(
    world: World, said: dict[str, Any], field: str
) -> None:
    id = engaged(world, lead())["Id"]
    told = desk_refusal(world, "PutProspectingResult", **SANDBOX, EngagementIdentifier=id, **said)
    assert told.fields == [(field, "INVALID_VALUE")]
    assert world.desk("ListProspectingResults") == {"Results": []}
