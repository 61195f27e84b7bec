"""Every way in which an answer may leave the model's shapes stands in a row of the differences, and
every such row is one that the checks of answers allow."""

from typing import Any

import pytest

from cosell.selling.differences.rows import SUBJECTS
from tests import deviations
from tests.answers import MODEL, faults
from tests.deals import CATALOGS, Deal, created
from tests.harness import World
from tests.refusal import refusal
from tools.reference.__main__ import PAGES

ROWS = [row for subject in SUBJECTS for row in subject.rows if row.outside]


def test_rows_and_deviations_are_the_same_one_by_one() -> None:
    told = [name for row in ROWS for name in row.outside]
    assert sorted(told) == sorted(deviations.names())
    assert len(set(told)) == len(told)


def test_page_names_every_deviation() -> None:
    page = PAGES["differences.md"]()
    for row in ROWS:
        for name in row.outside:
            assert f"`{name}`" in page, name


@pytest.mark.parametrize("name", sorted(deviations.names()))
def test_deviation_is_of_a_shape_that_the_model_has(name: str) -> None:
    shape, _, member = name.split(": ")[0].partition(".")
    assert shape in MODEL["shapes"]
    assert not member or member in MODEL["shapes"][shape]["members"]


def submitted(deal: Deal) -> tuple[str, str]:
    """The engagement and the invitation of a submission: every answer on the way is checked."""
    task = deal.partner.start_engagement_from_opportunity_task(
        **deal.named, AwsSubmission={"InvolvementType": "Co-Sell", "Visibility": "Full"}
    )
    assert task["TaskStatus"] == "COMPLETE", task
    return task["EngagementId"], task["EngagementInvitationId"]


ACCOUNT = "Customer.Account"
SECRET = {
    f"{ACCOUNT}.CompanyName": "", f"{ACCOUNT}.WebsiteUrl": None,
    f"{ACCOUNT}.Industry": "Government", "NationalSecurity": "Yes",
}  # fmt: skip


@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize(
    "changes",
    [
        {f"{ACCOUNT}.WebsiteUrl": "http://localhost"},
        {f"{ACCOUNT}.WebsiteUrl": "müller.example"},
        SECRET,
    ],
    ids=["host", "umlaut", "secret"],
)
def test_customer_is_told_as_the_opportunity_has_it(
    world: World, catalog: str, changes: dict[str, Any]
) -> None:
    deal = created(world, changes, catalog)
    engagement, invitation = submitted(deal)
    asked = deal.partner.get_engagement_invitation(Catalog=catalog, Identifier=invitation)
    deal.partner.get_engagement(Catalog=catalog, Identifier=engagement)
    told = asked["Payload"]["OpportunityInvitation"]["Customer"]
    assert told["WebsiteUrl"] == (changes[f"{ACCOUNT}.WebsiteUrl"] or "")


def test_sender_is_told_as_the_team_has_it(world: World) -> None:
    deal = created(world)
    whom = {
        "Email": "a`b@example.com", "FirstName": "A", "LastName": "B",
        "BusinessTitle": "OpportunityOwner",
    }  # fmt: skip
    deal.partner.assign_opportunity(**deal.named, Assignee=whom)
    _, invitation = submitted(deal)
    asked = deal.partner.get_engagement_invitation(Catalog=deal.catalog, Identifier=invitation)
    [contact] = asked["Payload"]["OpportunityInvitation"]["SenderContacts"]
    assert contact["Email"] == whom["Email"]


def test_nothing_else_is_let_through(world: World) -> None:
    """The checks still see what no row allows."""
    deal = created(world)
    body = world.post("GetOpportunity", deal.named).body
    assert faults("GetOpportunity", body) == []
    wrong = body.replace(b'"Origin', b'"Origin').replace(b"Pending Submission", b"Pending")
    assert faults("GetOpportunity", wrong)
    assert refusal(deal.partner.get_engagement_invitation, Catalog="AWS", Identifier="engi-0").code
