"""What prospecting finds that nobody worded: it follows the lead, and what the desk says of it."""

from itertools import product
from typing import Any

import pytest

import cosell.testing
from cosell.selling import values
from cosell.selling.domain.prospecting import result
from tests.engaging import engaged, interaction, lead, lead_customer
from tests.harness import ACCOUNT, World
from tests.tasking import SANDBOX, prospect

MIGRATES, HOLDS = "AWS Migration Acceleration Program", "AWS Well-Architected"


def found(world: World, id: str) -> Any:
    """What AWS found: the result in the engagement's last context."""
    engagement = world.client().get_engagement(**SANDBOX, Identifier=id)
    return engagement["Contexts"][-1]["Payload"]["ProspectingResult"]["Aws"]


def test_result_leaves_out_what_a_lead_says_in_words_of_its_own(world: World) -> None:
    customer = lead_customer(Industry="Alchemy", Address={"CountryCode": "Utopia"})
    id = engaged(world, lead(Customer={**customer, "MarketSegment": "Enterprise"}))["Id"]
    prospect(world, id)
    told = found(world, id)["Customer"]
    assert not {"Industry", "Country"} & set(told)
    assert told["Segment"] == "Enterprise"


@pytest.mark.parametrize(
    ("country", "segment", "expected"),
    [
        ("US", "Small", ("AMER", "US", "201-500")),
        ("DE", "Enterprise", ("EMEA", None, "10,001+")),
        ("JP", "Of its own", ("APJ", None, None)),
        ("IS", "Micro", (None, None, "1-200")),
        ("Utopia", None, (None, None, "201-500")),
        ("In.Country", "In.Segment", (None, None, None)),
    ],
)
def test_default_result_follows_the_lead(
    world: World, country: str, segment: str | None, expected: tuple[str | None, ...]
) -> None:
    customer = lead_customer(Address={"CountryCode": country})
    customer |= {"MarketSegment": segment} if segment else {}
    id = engaged(world, lead(Customer=customer))["Id"]
    prospect(world, id)
    told = found(world, id)["Customer"]
    assert tuple(told.get(name) for name in ("Geo", "Region", "CompanySize")) == expected
    assert told["Segment"] == (segment or "Small")


@pytest.mark.parametrize(
    ("usecase", "maturity", "category", "programs"),
    [
        ("AI Machine Learning and Analytics", "Multi-Account", "Machine Learning", [HOLDS]),
        ("IOT", "Evaluating", "IoT", ["AWS Greenfield"]),
        ("SAP", "Multi-Account", "Business Applications", [HOLDS, MIGRATES]),
        ("Migration/Database Migration", "Of its own", "Infrastructure Software", [MIGRATES]),
        ("Security & Compliance", None, "Infrastructure Software", ["AWS Greenfield"]),
        (None, None, "Business Applications", ["AWS Greenfield", MIGRATES]),
        ("Of its own", "Of its own", None, None),
    ],
)
def test_default_insights_follow_what_the_lead_wants_and_how_far_it_is(
    world: World, usecase: str | None, maturity: str | None, category: str | None, programs: Any
) -> None:
    customer = lead_customer(**({"AwsMaturity": maturity} if maturity else {}))
    asked = [interaction(Usecase=one) for one in ("Blockchain", usecase) if usecase]
    about = lead(Customer=customer, Interactions=[*asked, interaction()])
    id = engaged(world, about)["Id"]
    prospect(world, id)
    told = found(world, id)
    assert told["Insights"].get("SolutionCategory") == category
    assert told["Customer"].get("EligiblePrograms") == programs
    assert told["Customer"]["PublicProfileSummary"].startswith("Example Company ")


def test_every_use_case_has_a_category_and_every_program_a_reason() -> None:
    table: Any = values.defaults("prospecting")
    spelled = {values.spelled_use_case(one) for one in values.use_cases()}
    assert spelled == {*table["InUseCase"]} - {""}
    found = {one["SolutionSubCategory"] for one in table["InUseCase"].values()}
    assert {*table["ProgramsInSubCategory"]} <= found


def scores(told: Any) -> tuple[str, str]:
    return told["MarketplaceEngagementScore"], told["SolutionScore"]


def test_no_pair_of_scores_comes_back_before_each_was_there() -> None:
    about: Any = {"Customer": lead_customer(), "Interactions": []}
    drawn = [scores(result(about, {}, turn)["Insights"]) for turn in range(9)]
    assert {*drawn} == {*product(("High", "Medium", "Low"), repeat=2)}


def test_scores_are_the_same_in_each_run_and_stay_an_engagements_own() -> None:
    def run() -> list[tuple[str, str]]:
        with cosell.testing.World(seed=7) as world:
            partner, told = world.partner.client, []
            ids = [
                partner.create_engagement(
                    **SANDBOX, Title="Shop", Description="Web", Contexts=[lead()]
                )["Id"]
                for _ in range(3)
            ]
            for id in (*ids, ids[0]):
                partner.start_prospecting_from_engagement_task(
                    **SANDBOX, Identifiers=[id], TaskName="Find"
                )
                found = partner.get_engagement(**SANDBOX, Identifier=id)["Contexts"][-1]
                told.append(scores(found["Payload"]["ProspectingResult"]["Aws"]["Insights"]))
        return told

    first = run()
    assert first[3] == first[0]
    assert len({*first}) == 3
    assert first == run()


@pytest.mark.parametrize(
    ("said", "expected", "programs"),
    [
        ({"SolutionCategory": "IoT"}, ("IoT", None), ["AWS Greenfield"]),
        (
            {"SolutionCategory": "Infrastructure Software"},
            ("Infrastructure Software", "Security"),
            ["AWS Greenfield"],
        ),
        (
            {"SolutionSubCategory": "Enterprise Resource Planning"},
            ("Business Applications", "Enterprise Resource Planning"),
            ["AWS Greenfield", MIGRATES],
        ),
        (
            {"SolutionSubCategory": "Migration"},
            ("Infrastructure Software", "Migration"),
            ["AWS Greenfield", MIGRATES],
        ),
        ({"SolutionSubCategory": "Of its own"}, (None, "Of its own"), ["AWS Greenfield"]),
        (
            {"SolutionCategory": "IoT", "SolutionSubCategory": "Databases"},
            ("IoT", "Databases"),
            ["AWS Greenfield", MIGRATES],
        ),
    ],
)
def test_half_a_pair_that_is_said_has_its_own_other_half(
    said: Any, expected: Any, programs: Any
) -> None:
    asked: Any = [interaction(Usecase="Security & Compliance")]
    about: Any = {"Customer": lead_customer(), "Interactions": asked}
    told: Any = result(about, {"Insights": said}, 0)
    insights = told["Insights"]
    pair = tuple(insights.get(f"Solution{name}") for name in ("Category", "SubCategory"))
    assert pair == expected
    assert told["Customer"]["EligiblePrograms"] == programs


def test_prospected_leads_are_told_apart_by_what_is_found(world: World) -> None:
    said = {"Catalog": "AWS", "ReceiverAccountId": ACCOUNT}
    made = [world.desk("ReferLead", **said) for _ in range(12)]
    partner = world.client()
    for one in made:
        id = one["EngagementInvitationId"]
        partner.accept_engagement_invitation(Catalog="AWS", Identifier=id)
    prospect(world, *(one["EngagementId"] for one in made), Catalog="AWS")
    seen = set()
    for one in made:
        whole = partner.get_engagement(Catalog="AWS", Identifier=one["EngagementId"])
        told = whole["Contexts"][-1]["Payload"]["ProspectingResult"]["Aws"]
        seen.add(told["Insights"]["SolutionSubCategory"])
    assert len(seen) > len(made) // 2


def test_default_result_follows_what_the_desk_says(world: World) -> None:
    id = engaged(world, lead())["Id"]
    customer = {"Country": "DE", "Segment": "Enterprise"}
    world.desk("PutProspectingResult", **SANDBOX, EngagementIdentifier=id, Customer=customer)
    prospect(world, id)
    told = found(world, id)["Customer"]
    assert (told["Geo"], told.get("Region"), told["CompanySize"]) == ("EMEA", None, "10,001+")
