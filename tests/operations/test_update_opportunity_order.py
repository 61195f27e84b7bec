"""UpdateOpportunity: for each review status, faults that are repaired one by one."""

from typing import Any, NamedTuple

import pytest

from tests.harness import OTHER, World
from tests.operations.test_create_opportunity_rules import entry
from tests.refusal import refusal
from tests.updating import Body, body, changed, in_state, updated, whole

STAGE, STATUS, CLOSE = "LifeCycle.Stage", "LifeCycle.ReviewStatus", "LifeCycle.TargetCloseDate"


class Fault(NamedTuple):
    """A fault, what is told of it, and whether the next ones are told together with it."""

    changes: Body
    error: tuple[str, str]


def ladder(status: str, stage: str, faults: list[tuple[Fault, ...]]) -> Any:
    return pytest.param(status, stage, faults, id=f"{status} {stage}".strip())


NOT_PERMITTED = "ACTION_NOT_PERMITTED"


def fault(path: str, value: Any, code: str = NOT_PERMITTED, field: str = "") -> Fault:
    named = field or ".".join(part[0].lower() + part[1:] for part in path.split("."))
    return Fault({path: value}, (named, code))


READ_ONLY = (
    fault("Project.Title", "Another"),
    fault("Project.AdditionalComments", "Later"),
    fault(CLOSE, "2001-01-01"),
)
LADDERS = [
    ladder(
        "Pending Submission", "",
        [
            (fault(STATUS, "In review"), fault(STAGE, "Qualified")),
            (
                fault("Customer.Account.WebsiteUrl", None, "REQUIRED_FIELD_MISSING"),
                fault("Customer.Account.Address.StateOrRegion", "NY", "INVALID_ENUM_VALUE"),
                fault("Project.Title", None, "REQUIRED_FIELD_MISSING"),
                fault("Marketing.CampaignName", "Spring", "INVALID_VALUE"),
                fault(CLOSE, "2001-01-01", "INVALID_VALUE"),
                fault(
                    "Project.ExpectedCustomerSpend", [entry(Amount="0")], "INVALID_VALUE",
                    "project.expectedCustomerSpend.amount",
                ),
            ),
        ],
    ),
    ladder("Submitted", "", [(fault(STATUS, "In review"), *READ_ONLY)]),
    ladder("In review", "", [(fault(STATUS, "Submitted"), *READ_ONLY)]),
    ladder("Rejected", "", [(fault(STATUS, "Approved"), *READ_ONLY)]),
    ladder(
        "Action Required", "",
        [
            (
                fault(STATUS, "Submitted"),
                fault("Customer.Account.CompanyName", "Another"),
                fault("Project.Title", "Another"),
                fault("Marketing.CampaignName", "Spring"),
                fault(STAGE, "Qualified"),
            ),
            (
                fault("Customer.Account.WebsiteUrl", None, "REQUIRED_FIELD_MISSING"),
                fault("Customer.Account.Address.PostalCode", None, "REQUIRED_FIELD_MISSING"),
                fault(CLOSE, "2099-02-30", "INVALID_VALUE"),
            ),
        ],
    ),
    ladder(
        "Approved", "",
        [
            (
                fault(STATUS, "Action Required"),
                fault("NationalSecurity", "Yes"),
                fault("Customer.Account.CompanyName", "Another"),
                fault("Project.Title", "Another"),
            ),
            (
                Fault({STAGE: "Committed"}, ("relatedEntityIdentifiers", "REQUIRED_FIELD_MISSING")),
                fault("Project.CompetitorName", "*Other", "REQUIRED_FIELD_MISSING",
                      "project.otherCompetitorNames"),
                fault("Marketing.Channels", ["Email"], "INVALID_VALUE"),
                fault(CLOSE, "2001-01-01", "INVALID_VALUE"),
            ),
        ],
    ),
    ladder(
        "Approved", "Launched",
        [
            (
                fault(STATUS, "Rejected"),
                fault(STAGE, "Committed"),
                fault("Project.Title", "Another"),
                fault(CLOSE, "2001-01-01"),
            ),
            (fault("LifeCycle.ClosedLostReason", "Price", "INVALID_VALUE"),),
        ],
    ),
    ladder(
        "Approved", "Closed Lost",
        [(fault(STATUS, "Rejected"), fault(STAGE, "Qualified"), *READ_ONLY[::2])],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("status", "stage", "faults"), LADDERS)
def test_update_opportunity_repaired_fault_by_fault_meets_the_next(
    world: World, status: str, stage: str, faults: list[tuple[Fault, ...]]
) -> None:
    id = in_state(world, status, stage)
    partner = world.client()
    told_together = [list(group) for group in faults]
    whole_request = body(world, id)
    for one in (one for group in told_together for one in group):
        whole_request = changed(whole_request, one.changes)
    stale = "2001-01-01T00:00:00Z"
    for wrong in ({"Identifier": "O1"}, {"Catalog": "AWS"}):
        request = {**whole_request, "LastModifiedDate": stale, **wrong}
        assert refusal(partner.update_opportunity, **request).code == "ResourceNotFoundException"
    foreign = world.client(OTHER).update_opportunity
    assert refusal(foreign, **whole_request).code == "ResourceNotFoundException"
    late = refusal(partner.update_opportunity, **{**whole_request, "LastModifiedDate": stale})
    assert (late.code, late.message) == (
        "ConflictException",
        "Conflicting error, last modified date is not the latest",
    )
    assert late.errors == []
    while told_together:
        waiting = [one for group in told_together for one in group]
        request = body(world, id)
        for one in waiting:
            request = changed(request, one.changes)
        told = refusal(partner.update_opportunity, **request)
        assert told.fields == [one.error for one in told_together[0]]
        del told_together[0][0]
        told_together = [group for group in told_together if group]
    before = whole(world, id)
    updated(world, id)
    after = whole(world, id)
    assert after.pop("LastModifiedDate") > before.pop("LastModifiedDate")
    assert after == before
