"""StartOpportunityFromEngagementTask: what it makes, and Start on a lead in every state."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.engaging import (
    accepted,
    engaged,
    interaction,
    invited,
    lead,
    lead_customer,
    lead_payload,
    project,
)
from tests.harness import ACCOUNT, OTHER, World
from tests.refusal import refusal
from tests.tasking import CONVERTING, SANDBOX, advance, failure, led

TAGS = [{"Key": "team", "Value": "blue"}]
UNKNOWN = "eng-00000000000000"
ARN = "arn:aws:partnercentral:us-east-1::catalog/{}/engagement/{}"


def on(id: str, context: str = "1") -> dict[str, str]:
    return {"Identifier": id, "ContextIdentifier": context}


def read(world: World, id: str, account: str = ACCOUNT) -> Any:
    return world.client(account).get_engagement(**SANDBOX, Identifier=id)


def opportunities(world: World, account: str = ACCOUNT) -> list[Any]:
    return list(world.client(account).list_opportunities(**SANDBOX)["OpportunitySummaries"])


def not_found(world: World, account: str = ACCOUNT, **members: str) -> None:
    """Start answers that there is no such engagement, and leaves no task."""
    start = world.client(account).start_opportunity_from_engagement_task
    told = refusal(start, **{**SANDBOX, **members})
    assert (told.code, told.status) == ("ResourceNotFoundException", 400)
    for catalog in ("AWS", "Sandbox"):
        assert CONVERTING.listed(world, account, Catalog=catalog) == []


def ensure_failed(world: World, members: dict[str, str], code: str) -> str:
    """Start FAILED before it did anything; its message."""
    before = len(opportunities(world)), read(world, members["Identifier"]).get("Contexts")
    task = CONVERTING.start(world, **members)
    assert failure(task) == ("FAILED", code)
    assert task["EngagementId"] == members["Identifier"]
    assert not {"OpportunityId", "ResourceSnapshotJobId", "ContextId"} & set(task)
    assert CONVERTING.listed(world, TaskIdentifier=[task["TaskId"]]) == [task]
    assert (len(opportunities(world)), read(world, members["Identifier"]).get("Contexts")) == before
    return str(task["Message"])


# --- what it makes -------------------------------------------------------------------------------


@pytest.mark.parametrize("catalog", ["Sandbox", "AWS"])
def test_start_makes_a_draft_of_the_lead(world: World, catalog: str) -> None:
    world.desk("PutClock", Time="2030-01-01T08:00:00Z", Frozen=True)
    task = CONVERTING.start(world, Catalog=catalog, **led(world, catalog=catalog))
    assert failure(task) == ("COMPLETE", None)
    body = {"Catalog": catalog, "Identifier": task["OpportunityId"]}
    made = world.post("GetOpportunity", body).document
    account = made["Customer"]["Account"]
    assert account["Address"] == {
        "City": None,
        "CountryCode": "US",
        "PostalCode": None,
        "StateOrRegion": None,
        "StreetAddress": None,
    }
    assert (account["CompanyName"], account["Industry"], account["WebsiteUrl"]) == (
        "Example Company", "Retail", "https://www.example.com",
    )  # fmt: skip
    assert made["Customer"]["Contacts"] == []
    life = made["LifeCycle"]
    assert (life["Stage"], life["ReviewStatus"]) == ("Prospect", "Pending Submission")
    assert date.fromisoformat(life["TargetCloseDate"]) == date(2030, 1, 1) + timedelta(days=90)
    assert (made["NationalSecurity"], made["OpportunityType"]) == ("No", "Net New Business")
    assert made["Marketing"]["Source"] == "None"
    assert made["Project"]["Title"] == "Converted from Lead"
    problem = "The customer asked how to move its web shop to AWS."
    assert made["Project"]["CustomerBusinessProblem"] == problem
    assert made["Project"]["ExpectedCustomerSpend"] == []


def test_start_adds_a_customer_project_and_names_it(world: World) -> None:
    members = led(world)
    task = CONVERTING.start(world, **members)
    assert (task["EngagementId"], task["ContextId"]) == (members["Identifier"], "2")
    first, second = read(world, members["Identifier"])["Contexts"]
    assert (first["Type"], second["Id"], second["Type"]) == ("Lead", "2", "CustomerProject")
    opportunity = world.client().get_opportunity(**SANDBOX, Identifier=task["OpportunityId"])
    about = second["Payload"]["CustomerProject"]
    assert about["Customer"] == {
        "CompanyName": "Example Company",
        "CountryCode": "US",
        "Industry": "Retail",
        "WebsiteUrl": "https://www.example.com",
    }
    assert about["Project"] == {
        "BusinessProblem": opportunity["Project"]["CustomerBusinessProblem"],
        "TargetCompletionDate": opportunity["LifeCycle"]["TargetCloseDate"],
        "Title": "Converted from Lead",
    }


def test_start_shares_the_draft_where_the_lead_is(world: World) -> None:
    task = CONVERTING.started(world)
    partner = world.client()
    snapshot = partner.get_resource_snapshot(
        **SANDBOX,
        EngagementIdentifier=task["EngagementId"],
        ResourceType="Opportunity",
        ResourceIdentifier=task["OpportunityId"],
        ResourceSnapshotTemplateIdentifier="OpportunitySummaryView",
    )
    assert snapshot["Revision"] == 1
    job = partner.get_resource_snapshot_job(
        **SANDBOX, ResourceSnapshotJobIdentifier=task["ResourceSnapshotJobId"]
    )
    assert (job["Status"], job["EngagementId"]) == ("Running", task["EngagementId"])


def test_start_puts_its_tags_on_the_opportunity(world: World) -> None:
    task = CONVERTING.started(world, Tags=TAGS)
    partner = world.client()
    arn = partner.get_opportunity(**SANDBOX, Identifier=task["OpportunityId"])["Arn"]
    assert partner.list_tags_for_resource(ResourceArn=arn)["Tags"] == TAGS
    job = partner.get_resource_snapshot_job(
        **SANDBOX, ResourceSnapshotJobIdentifier=task["ResourceSnapshotJobId"]
    )
    assert partner.list_tags_for_resource(ResourceArn=job["Arn"])["Tags"] == []


def test_start_takes_the_problem_that_was_told_last(world: World) -> None:
    told = [
        interaction(BusinessProblem=f"The customer told problem number {number}.")
        for number in range(2)
    ]
    silent = interaction()
    del silent["BusinessProblem"]
    id = engaged(world, lead(Interactions=[*told, silent]))["Id"]
    task = CONVERTING.start(world, **on(id))
    made = world.client().get_opportunity(**SANDBOX, Identifier=task["OpportunityId"])
    assert made["Project"]["CustomerBusinessProblem"] == "The customer told problem number 1."


# --- Start on … ----------------------------------------------------------------------------------


def test_start_on_an_unknown_engagement_is_not_found(world: World) -> None:
    not_found(world, **on(UNKNOWN))
    not_found(world, **on(ARN.format("Sandbox", UNKNOWN)))


def test_start_on_anothers_engagement_is_not_found(world: World) -> None:
    not_found(world, OTHER, **led(world))


def test_start_on_an_engagement_of_another_catalog_or_namespace_is_not_found(
    world: World,
) -> None:
    not_found(world, **led(world, catalog="AWS"))
    not_found(world, Catalog="AWS", **led(world))
    not_found(world, **led(World(world.server)))


def test_start_on_an_arn_is_as_on_its_id(world: World) -> None:
    id = led(world)["Identifier"]
    for arn in (ARN.format("AWS", id), ARN.format("Sandbox", id).replace("engagement/", "task/")):
        not_found(world, **on(arn))
    task = CONVERTING.start(world, **on(ARN.format("Sandbox", id)))
    assert (task["TaskStatus"], task["EngagementId"]) == ("COMPLETE", id)


@pytest.mark.parametrize("context", ["2", "99", "123456789"])
def test_start_on_an_unknown_context_fails(world: World, context: str) -> None:
    id = led(world)["Identifier"]
    assert context in ensure_failed(world, on(id, context), "ContextNotFound")


def test_start_on_a_customer_project_fails(world: World) -> None:
    id = engaged(world, project())["Id"]
    ensure_failed(world, on(id), "CustomerProjectContextNotPermitted")


def test_start_on_a_prospecting_result_fails(world: World) -> None:
    id = led(world)["Identifier"]
    world.client().start_prospecting_from_engagement_task(
        **SANDBOX, Identifiers=[id], TaskName="Spring"
    )
    ensure_failed(world, on(id, "2"), "CustomerProjectContextNotPermitted")


def test_start_on_a_disqualified_lead_fails(world: World) -> None:
    id = engaged(world, lead(QualificationStatus="Disqualified"))["Id"]
    ensure_failed(world, on(id), "DisqualifiedLeadNotPermitted")


@pytest.mark.parametrize("status", ["Unqualified", "Qualified", "Warm, they called twice"])
def test_start_on_a_lead_of_any_other_status_completes(world: World, status: str) -> None:
    id = engaged(world, lead(QualificationStatus=status))["Id"]
    assert failure(CONVERTING.start(world, **on(id))) == ("COMPLETE", None)


def test_start_by_any_member_completes(world: World) -> None:
    id = engaged(world, lead())["Id"]
    accepted(world, invited(world, id, Payload=lead_payload()))
    mine, theirs = (CONVERTING.start(world, one, **on(id)) for one in (ACCOUNT, OTHER))
    assert (mine["ContextId"], theirs["ContextId"]) == ("2", "3")
    assert [one["Id"] for one in opportunities(world, OTHER)] == [theirs["OpportunityId"]]
    assert [one["Id"] for one in opportunities(world)] == [mine["OpportunityId"]]
    assert len(read(world, id)["Contexts"]) == 3


def without(*paths: str) -> dict[str, Any]:
    """A lead that lacks something."""
    customer, contacted = lead_customer(), interaction()
    for path in paths:
        if path == "CountryCode":
            customer["Address"] = {"City": "Seattle"}
        elif path == "BusinessProblem":
            del contacted[path]
        else:
            del customer[path]
    return lead(Customer=customer, Interactions=[contacted])


FIELDS = {
    "Industry": "payload.customerProject.customer.industry",
    "WebsiteUrl": "payload.customerProject.customer.websiteUrl",
    "CountryCode": "payload.customerProject.customer.countryCode",
    "BusinessProblem": "payload.customerProject.project.businessProblem",
}


@pytest.mark.parametrize("member", FIELDS)
def test_start_on_a_lead_that_lacks_something_fails_and_names_it(world: World, member: str) -> None:
    id = engaged(world, without(member))["Id"]
    told = ensure_failed(world, on(id), "EngagementValidationFailed")
    assert told == f"REQUIRED_FIELD_MISSING {FIELDS[member]}: {FIELDS[member]} is required"


def test_start_on_a_lead_that_lacks_everything_names_it_all(world: World) -> None:
    id = engaged(world, without(*FIELDS))["Id"]
    told = ensure_failed(world, on(id), "EngagementValidationFailed")
    assert [one.split(": ")[0] for one in told.split("; ")] == [
        f"REQUIRED_FIELD_MISSING {field}" for field in FIELDS.values()
    ]


@pytest.mark.parametrize(
    ("about", "code"),
    [
        (lead(Customer=lead_customer(Industry="Alchemy")), "INVALID_ENUM_VALUE"),
        (lead(Customer=lead_customer(WebsiteUrl="nowhere")), "INVALID_STRING_FORMAT"),
        (lead(Customer=lead_customer(Address={"CountryCode": "XX"})), "INVALID_ENUM_VALUE"),
        (lead(Interactions=[interaction(BusinessProblem="Too short")]), "INVALID_STRING_FORMAT"),
    ],
    ids=["industry", "website", "country", "problem"],
)
def test_start_on_a_lead_that_a_customer_project_cannot_say_fails(
    world: World, about: dict[str, Any], code: str
) -> None:
    id = engaged(world, about)["Id"]
    assert ensure_failed(world, on(id), "EngagementValidationFailed").startswith(code)


def test_start_where_five_contexts_stand_fails(world: World) -> None:
    id = engaged(world, lead(), *[project()] * 3)["Id"]
    assert CONVERTING.start(world, **on(id))["ContextId"] == "5"
    ensure_failed(world, on(id), "ServiceQuotaExceeded")


def test_start_beside_an_unfinished_task_fails_and_leaves_that_alone(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    id = engaged(world, lead(), lead())["Id"]
    first = CONVERTING.start(world, **on(id))
    assert first["TaskId"] in ensure_failed(world, on(id), "EngagementConflict")
    assert CONVERTING.start(world, **on(id, "2"))["TaskStatus"] == "IN_PROGRESS"
    assert advance(world, first, Steps=6)["TaskStatus"] == "COMPLETE"
    assert CONVERTING.start(world, **on(id))["TaskStatus"] == "IN_PROGRESS"


def test_start_by_two_members_at_once_disturbs_nobody(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    id = engaged(world, lead())["Id"]
    accepted(world, invited(world, id, Payload=lead_payload()))
    for account in (ACCOUNT, OTHER):
        assert CONVERTING.start(world, account, **on(id))["TaskStatus"] == "IN_PROGRESS"


def test_start_on_a_lead_that_was_converted_makes_a_second_draft(world: World) -> None:
    members = led(world)
    first, second = (CONVERTING.start(world, **members) for _ in range(2))
    assert (first["ContextId"], second["ContextId"]) == ("2", "3")
    assert first["OpportunityId"] != second["OpportunityId"]
    assert first["ResourceSnapshotJobId"] != second["ResourceSnapshotJobId"]


# --- one fault repaired, the next met ------------------------------------------------------------


def test_start_meets_the_next_rule_when_one_is_repaired(world: World) -> None:
    """The order of precedence of the whole table, over one engagement."""
    partner = world.client()
    id = engaged(world, without("Industry"), *[project()] * 3, account=OTHER)["Id"]
    not_found(world, **on(id, "6"))
    accepted(world, invited(world, id, ACCOUNT, OTHER, Payload=lead_payload()), ACCOUNT)
    ensure_failed(world, on(id, "5"), "ContextNotFound")
    partner.create_engagement_context(**SANDBOX, EngagementIdentifier=id, **project())
    ensure_failed(world, on(id, "5"), "CustomerProjectContextNotPermitted")

    def update(**about: Any) -> None:
        at = read(world, id)["ModifiedAt"]
        payload = {"Lead": {"Customer": lead_customer(), **about}}
        partner.update_engagement_context(
            **SANDBOX,
            EngagementIdentifier=id,
            EngagementLastModifiedAt=at,
            ContextIdentifier="1",
            Type="Lead",
            Payload=payload,
        )

    poor = lead_customer()
    del poor["Industry"]
    update(Customer=poor, QualificationStatus="Disqualified")
    ensure_failed(world, on(id), "DisqualifiedLeadNotPermitted")
    update(Customer=poor, QualificationStatus="Qualified")
    ensure_failed(world, on(id), "EngagementValidationFailed")
    update()
    ensure_failed(world, on(id), "ServiceQuotaExceeded")


def test_advance_task_after_the_lead_was_disqualified_fails_it(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    members = led(world)
    task = CONVERTING.start(world, **members)
    assert task["OpportunityId"]
    at = read(world, members["Identifier"])["ModifiedAt"]
    world.client().update_engagement_context(
        **SANDBOX,
        EngagementIdentifier=members["Identifier"],
        EngagementLastModifiedAt=at,
        ContextIdentifier="1",
        Type="Lead",
        Payload={"Lead": {"Customer": lead_customer(), "QualificationStatus": "Disqualified"}},
    )
    told = advance(world, task)
    assert failure(told) == ("FAILED", "DisqualifiedLeadNotPermitted")
    assert told["OpportunityId"] is None


def test_start_names_its_instant(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T08:00:00Z", Frozen=True)
    assert CONVERTING.started(world)["StartTime"] == datetime(2030, 1, 1, 8, tzinfo=UTC)
