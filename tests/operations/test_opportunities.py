"""GetOpportunity and ListOpportunities: visibility, every filter, every sort, every page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pytest

from tests.harness import OTHER, Server, World, opportunity
from tests.refusal import refusal

START = datetime(2030, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Made:
    """An opportunity of the pipeline: `minute` after its start it was made."""

    id: str
    number: int
    minute: int
    company: str
    stage: str
    close: str
    status: str = "Pending Submission"

    @property
    def at(self) -> datetime:
        return START + self.minute * MINUTE


@dataclass(frozen=True)
class Pipeline:
    """A world with opportunities, in the order in which they were made."""

    world: World
    made: list[Made]

    def listed(self, size: int | None = None, **members: Any) -> list[str]:
        """The ids of a whole walk, page by page."""
        found: list[str] = []
        if size:
            members["MaxResults"] = size
        while True:
            page = self.world.client().list_opportunities(Catalog="AWS", **members)
            summaries = page["OpportunitySummaries"]
            assert len(summaries) <= (size or 20)
            found += [one["Id"] for one in summaries]
            if "NextToken" not in page:
                return found
            assert len(summaries) == (size or 20)
            members["NextToken"] = page["NextToken"]


# Minute, company, stage, close date: with ties in each.
PLAN = [
    (0, "Beta", "Prospect", "2031-01-01"),
    (1, "alpha", "Qualified", "2031-03-01"),
    (1, "Beta", "Qualified", "2031-01-01"),
    (1, "Ärger", "Prospect", "2031-02-01"),
    (3, "Alpha", "Committed", "2032-01-01"),
    (4, "", "Prospect", "2031-01-01"),
    (4, "Beta", "Technical Validation", "2031-02-01"),
    (6, "Gamma", "Prospect", "2031-01-02"),
]


def put(world: World, company: str, stage: str, close: str) -> str:
    """An opportunity; without a company it is one of national security."""
    account = opportunity()["Customer"]["Account"] | {"CompanyName": company}
    request = opportunity(LifeCycle={"Stage": stage, "TargetCloseDate": close})
    if not company:
        account["Industry"] = "Government"
        request["NationalSecurity"] = "Yes"
    request["Customer"] = {"Account": account}
    return str(world.client().create_opportunity(Catalog="AWS", **request)["Id"])


@pytest.fixture(scope="module")
def pipeline(server: Server) -> Pipeline:
    world = World(server)
    before = START - MINUTE  # created then, and in the list from START on
    world.desk("PutClock", Time=before.isoformat(), Frozen=True)
    referred = world.referred(catalog="AWS")
    world.desk("AdvanceClock", To=START.isoformat())
    world.client().start_engagement_by_accepting_invitation_task(
        Catalog="AWS", Identifier=referred["EngagementInvitationId"]
    )
    close = (before + timedelta(days=90)).date().isoformat()
    company = "Example Retail Corporation"
    made = [Made(referred["OpportunityId"], -1, 0, company, "Prospect", close, "Approved")]
    for number, (minute, *rest) in enumerate(PLAN):
        world.desk("AdvanceClock", To=(START + minute * MINUTE).isoformat())
        made.append(Made(put(world, *rest), number, minute, *rest))
    World(server, world.namespace).client(OTHER).create_opportunity(Catalog="AWS", **opportunity())
    world.client().create_opportunity(Catalog="Sandbox", **opportunity())
    return Pipeline(world, made)


Key: TypeAlias = Callable[[Made], Any]
SORTS: dict[str, Key] = {
    "LastModifiedDate": lambda one: one.minute,
    "Identifier": lambda one: int(one.id[1:]),
    "CustomerCompanyName": lambda one: one.company,
    "CreatedDate": lambda one: one.minute,
    "TargetCloseDate": lambda one: one.close,
}


def expected(made: list[Made], by: str = "LastModifiedDate", descending: bool = True) -> list[str]:
    """Ties follow the order in which the opportunities were made."""
    keyed = sorted(made, key=lambda one: (SORTS[by](one), one.number), reverse=descending)
    return [one.id for one in keyed]


# --- sorts and pages ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [None, 1, 2, 9, 10])
def test_list_opportunities_without_sort_begins_with_the_latest(
    pipeline: Pipeline, size: int | None
) -> None:
    assert pipeline.listed(size) == expected(pipeline.made)


@pytest.mark.parametrize("order", ["ASCENDING", "DESCENDING"])
@pytest.mark.parametrize("by", SORTS)
def test_list_opportunities_sorted_keeps_the_order_over_pages(
    pipeline: Pipeline, by: str, order: str
) -> None:
    sort = {"SortBy": by, "SortOrder": order}
    wanted = expected(pipeline.made, by, order == "DESCENDING")
    assert pipeline.listed(Sort=sort) == wanted
    assert pipeline.listed(2, Sort=sort) == wanted


def test_list_opportunities_before_1970_is_listed_in_every_order(world: World) -> None:
    world.desk("PutClock", Time="1969-07-20T20:17:00Z", Frozen=True)
    id = put(world, "Example", "Prospect", "1970-01-01")
    for by in SORTS:
        for order in ("ASCENDING", "DESCENDING"):
            page = world.client().list_opportunities(
                Catalog="AWS", Sort={"SortBy": by, "SortOrder": order}
            )
            assert [one["Id"] for one in page["OpportunitySummaries"]] == [id], (by, order)


# --- filters -----------------------------------------------------------------------------------


def iso(minute: int) -> str:
    return (START + minute * MINUTE).isoformat()


FILTERS: dict[str, tuple[dict[str, Any], Callable[[Made], bool]]] = {
    "one stage": ({"LifeCycleStage": ["Qualified"]}, lambda one: one.stage == "Qualified"),
    "two stages": (
        {"LifeCycleStage": ["Committed", "Prospect", "Committed"]},
        lambda one: one.stage in ("Committed", "Prospect"),
    ),
    "a stage that none has": ({"LifeCycleStage": ["Launched"]}, lambda one: False),
    "a review status": (
        {"LifeCycleReviewStatus": ["Approved"]},
        lambda one: one.status == "Approved",
    ),
    "two review statuses": (
        {"LifeCycleReviewStatus": ["Approved", "Pending Submission"]},
        lambda one: True,
    ),
    "companies": (
        {"CustomerCompanyName": ["Beta", "Alpha", "Bet", "gamma"]},
        lambda one: one.company in ("Beta", "Alpha"),
    ),
    "created from": ({"CreatedDate": {"AfterCreatedDate": iso(1)}}, lambda one: one.minute >= 1),
    "created until": ({"CreatedDate": {"BeforeCreatedDate": iso(1)}}, lambda one: one.minute <= 1),
    "created between": (
        {"CreatedDate": {"AfterCreatedDate": iso(1), "BeforeCreatedDate": iso(4)}},
        lambda one: 1 <= one.minute <= 4,
    ),
    "created at no time": (
        {"CreatedDate": {"AfterCreatedDate": iso(4), "BeforeCreatedDate": iso(1)}},
        lambda one: False,
    ),
    "modified from": (
        {"LastModifiedDate": {"AfterLastModifiedDate": iso(4)}},
        lambda one: one.minute >= 4,
    ),
    "modified until": (
        {"LastModifiedDate": {"BeforeLastModifiedDate": iso(3)}},
        lambda one: one.minute <= 3,
    ),
    "closing": (
        {
            "TargetCloseDate": {
                "AfterTargetCloseDate": "2031-01-01",
                "BeforeTargetCloseDate": "2031-02-01",
            }
        },
        lambda one: "2031-01-01" <= one.close <= "2031-02-01",
    ),
    "everything at once": (
        {
            "CustomerCompanyName": ["Beta", "Gamma"],
            "LifeCycleStage": ["Prospect", "Qualified"],
            "LifeCycleReviewStatus": ["Pending Submission"],
            "CreatedDate": {"AfterCreatedDate": iso(1)},
            "LastModifiedDate": {"BeforeLastModifiedDate": iso(6)},
            "TargetCloseDate": {"BeforeTargetCloseDate": "2031-01-02"},
        },
        lambda one: one.number in (2, 7),
    ),
    "empty filters": (
        {
            "Identifier": [],
            "CustomerCompanyName": [],
            "LifeCycleStage": [],
            "LifeCycleReviewStatus": [],
            "CreatedDate": {},
            "LastModifiedDate": {},
            "TargetCloseDate": {},
        },
        lambda one: True,
    ),
}


@pytest.mark.parametrize(("members", "passes"), FILTERS.values(), ids=FILTERS)
def test_list_opportunities_filtered_keeps_filter_and_order_over_pages(
    pipeline: Pipeline, members: dict[str, Any], passes: Callable[[Made], bool]
) -> None:
    kept = [one for one in pipeline.made if passes(one)]
    assert pipeline.listed(**members) == expected(kept)
    for by, order in (("LastModifiedDate", "ASCENDING"), ("CustomerCompanyName", "DESCENDING")):
        sort = {"SortBy": by, "SortOrder": order}
        wanted = expected(kept, by, order == "DESCENDING")
        assert pipeline.listed(2, Sort=sort, **members) == wanted


def test_list_opportunities_by_identifier_finds_own_ones(pipeline: Pipeline) -> None:
    wanted = [pipeline.made[4], pipeline.made[2]]
    foreign = pipeline.world.client(OTHER).list_opportunities(Catalog="AWS")
    ids = [one.id for one in wanted] + [foreign["OpportunitySummaries"][0]["Id"], "O1"]
    assert pipeline.listed(Identifier=ids) == expected(wanted)
    by_company = {"SortBy": "CustomerCompanyName", "SortOrder": "ASCENDING"}
    listed = pipeline.listed(1, Identifier=ids, Sort=by_company)
    assert listed == expected(wanted, "CustomerCompanyName", descending=False)
    assert pipeline.listed(Identifier=ids, LifeCycleStage=["Launched"]) == []


def test_list_opportunities_with_nulls_has_no_filter(pipeline: Pipeline) -> None:
    body = {
        "Catalog": "AWS", "CreatedDate": {"AfterCreatedDate": None}, "Identifier": None,
        "LastModifiedDate": None, "NextToken": None, "Sort": None,
        "TargetCloseDate": {"AfterTargetCloseDate": None, "BeforeTargetCloseDate": None},
    }  # fmt: skip
    answer = pipeline.world.post("ListOpportunities", body).document
    assert [one["Id"] for one in answer["OpportunitySummaries"]] == expected(pipeline.made)
    assert answer["NextToken"] is None


# --- the token and the size ----------------------------------------------------------------------


def test_list_opportunities_shows_20_and_then_the_rest(world: World) -> None:
    partner = world.client()
    for _ in range(21):
        partner.create_opportunity(Catalog="AWS", **opportunity())
    first = partner.list_opportunities(Catalog="AWS")
    assert len(first["OpportunitySummaries"]) == 20
    rest = partner.list_opportunities(Catalog="AWS", NextToken=first["NextToken"], MaxResults=100)
    assert len(rest["OpportunitySummaries"]) == 1
    assert "NextToken" not in rest


def test_list_opportunities_with_token_of_another_question_is_refused(pipeline: Pipeline) -> None:
    partner = pipeline.world.client()
    asked = {"Catalog": "AWS", "MaxResults": 2, "LifeCycleStage": ["Prospect"]}
    token = partner.list_opportunities(**asked)["NextToken"]
    sort = {"SortBy": "CreatedDate", "SortOrder": "DESCENDING"}
    changes: list[dict[str, Any]] = [
        {"LifeCycleStage": ["Qualified"]}, {"LifeCycleStage": []}, {"Catalog": "Sandbox"},
        {"Sort": sort}, {"CreatedDate": {"AfterCreatedDate": iso(0)}},
        {"NextToken": token[:-1]}, {"NextToken": "x"}, {"NextToken": "ü"}, {"NextToken": ""},
    ]  # fmt: skip
    for change in changes:
        refused = refusal(partner.list_opportunities, **{**asked, "NextToken": token, **change})
        assert refused.reason == "REQUEST_VALIDATION_FAILED"
        assert refused.fields == [("nextToken", "INVALID_VALUE")], change
    other = pipeline.world.client(OTHER)
    assert refusal(other.list_opportunities, **asked, NextToken=token).fields
    told = {"SortBy": "LastModifiedDate", "SortOrder": "DESCENDING"}
    same = {**asked, "NextToken": token, "MaxResults": 1, "Sort": told, "Identifier": []}
    assert partner.list_opportunities(**same)["OpportunitySummaries"]


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"MaxResults": 101}, "maxResults", "VALUE_OUT_OF_RANGE"),
        ({"MaxResults": 0}, "maxResults", "VALUE_OUT_OF_RANGE"),
        ({"LifeCycleStage": ["Won"]}, "lifeCycleStage[0]", "INVALID_ENUM_VALUE"),
        ({"Sort": {"SortBy": "Title", "SortOrder": "ASCENDING"}}, "sort.sortBy",
         "INVALID_ENUM_VALUE"),
        ({"Sort": {"SortBy": "CreatedDate"}}, "sort.sortOrder", "REQUIRED_FIELD_MISSING"),
        ({"TargetCloseDate": {"AfterTargetCloseDate": "1.1.2030"}},
         "targetCloseDate.afterTargetCloseDate", "INVALID_STRING_FORMAT"),
        ({"Identifier": ["1"]}, "identifier[0]", "INVALID_STRING_FORMAT"),
        ({"Catalog": "Elsewhere"}, "catalog", "INVALID_ENUM_VALUE"),
        ({"Catalog": None}, "catalog", "REQUIRED_FIELD_MISSING"),
    ],
)  # fmt: skip
def test_list_opportunities_out_of_shape_is_refused(
    world: World, members: dict[str, Any], field: str, code: str
) -> None:
    reply = world.post("ListOpportunities", {"Catalog": "AWS", **members})
    assert (reply.status, reply.document["Reason"]) == (400, "REQUEST_VALIDATION_FAILED")
    assert [(one["FieldName"], one["Code"]) for one in reply.document["ErrorList"]] == [
        (field, code)
    ]


# --- one opportunity -----------------------------------------------------------------------------


def test_get_opportunity_of_others_is_not_found(world: World) -> None:
    partner = world.client()
    id = partner.create_opportunity(Catalog="AWS", **opportunity())["Id"]
    asked = {"Catalog": "AWS", "Identifier": id}
    assert partner.get_opportunity(**asked)["Id"] == id
    told = set()
    for method, members in (
        (partner.get_opportunity, {"Catalog": "AWS", "Identifier": "O1"}),
        (partner.get_opportunity, {"Catalog": "Sandbox", "Identifier": id}),
        (world.client(OTHER).get_opportunity, asked),
        (World(world.server).client().get_opportunity, asked),
    ):
        refused = refusal(method, **members)
        assert (refused.code, refused.status) == ("ResourceNotFoundException", 400)
        told.add(refused.message)
    assert len(told) == 1


def test_get_opportunity_always_has_its_objects(pipeline: Pipeline) -> None:
    for made in pipeline.made:
        body = {"Catalog": "AWS", "Identifier": made.id}
        answer = pipeline.world.post("GetOpportunity", body).document
        assert answer["RelatedEntityIdentifiers"] == {
            "AwsMarketplaceOfferSets": [], "AwsMarketplaceOffers": [],
            "AwsMarketplaceProducts": [], "AwsMarketplaceSolutions": [],
            "AwsProducts": [], "Solutions": [],
        }  # fmt: skip
        for member in ("Customer", "LifeCycle", "Marketing", "Project"):
            assert isinstance(answer[member], dict)
        assert answer["LifeCycle"]["ReviewStatus"] == made.status
        assert answer["LifeCycle"]["NextStepsHistory"] is None
        assert answer["SoftwareRevenue"] is None


def test_list_opportunities_summarises_what_get_says(pipeline: Pipeline) -> None:
    partner = pipeline.world.client()
    for summary in partner.list_opportunities(Catalog="AWS")["OpportunitySummaries"]:
        whole = partner.get_opportunity(Catalog="AWS", Identifier=summary["Id"])
        for member in ("Arn", "Catalog", "CreatedDate", "LastModifiedDate", "OpportunityType"):
            assert summary[member] == whole[member]
        life = summary["LifeCycle"]
        assert life.items() <= whole["LifeCycle"].items()
        account = whole["Customer"]["Account"]
        assert summary["Customer"]["Account"]["CompanyName"] == account["CompanyName"]
        assert summary["Project"].items() <= whole["Project"].items()
