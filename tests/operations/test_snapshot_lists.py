"""ListResourceSnapshots and ListEngagementResourceAssociations: who sees what, filters, pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, Server, World, opportunity
from tests.refusal import refusal
from tests.sharing import SUMMARY, joined, target

AWS_FULL = "AwsOpportunitySummaryFullView"


def walk(method: Callable[..., Any], member: str, **members: Any) -> list[Any]:
    """Every row of a list, page by page; `MaxResults` rows to a page at most."""
    found: list[Any] = []
    asked = {"Catalog": "Sandbox", **members}
    while True:
        page = method(**asked)
        assert len(page[member]) <= asked.get("MaxResults", 50)
        found += page[member]
        if "NextToken" not in page:
            return found
        asked["NextToken"] = page["NextToken"]


def snapshots(world: World, account: str = ACCOUNT, **members: Any) -> list[Any]:
    method = world.client(account).list_resource_snapshots
    return walk(method, "ResourceSnapshotSummaries", **members)


def associations(world: World, account: str = ACCOUNT, **members: Any) -> list[Any]:
    method = world.client(account).list_engagement_resource_associations
    return walk(method, "EngagementResourceAssociationSummaries", **members)


@dataclass(frozen=True)
class Shared:
    """Two engagements of the account, and what was shown in each: (resource, revision), in order
    of making; some of them at one instant."""

    world: World
    engagements: tuple[str, str]
    made: dict[str, list[tuple[str, int]]]

    def seen(self, engagement: str, passes: Callable[[str], bool] = lambda _: True) -> list[Any]:
        made = self.made[engagement]
        return [one for one in made if passes(one[0])][::-1]


@pytest.fixture(scope="module")
def shown(server: Server) -> Shared:
    world = World(server)
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    first, second = joined(world), joined(world)
    partner = world.client()
    ids = [partner.create_opportunity(Catalog="Sandbox", **opportunity())["Id"] for _ in range(3)]
    made: dict[str, list[tuple[str, int]]] = {first: [], second: []}
    for number, (engagement, id) in enumerate(
        [(first, ids[0]), (first, ids[1]), (second, ids[0]), (first, ids[0]), (first, ids[2]),
         (first, ids[1]), (first, ids[0]), (second, ids[0])]
    ):  # fmt: skip
        if number in (2, 5):
            world.desk("AdvanceClock", Seconds=60)
        revision = partner.create_resource_snapshot(**target(engagement, id))["Revision"]
        made[engagement].append((id, revision))
    return Shared(world, (first, second), made)


def pairs(rows: list[Any]) -> list[tuple[str, int]]:
    return [(row["ResourceId"], row["Revision"]) for row in rows]


@pytest.mark.parametrize("size", [1, 2, 6, 50])
def test_list_resource_snapshots_begins_with_the_newest(shown: Shared, size: int) -> None:
    for engagement in shown.engagements:
        rows = snapshots(shown.world, EngagementIdentifier=engagement, MaxResults=size)
        assert pairs(rows) == shown.seen(engagement)


def test_list_resource_snapshots_shows_what_get_shows(shown: Shared) -> None:
    for row in snapshots(shown.world, EngagementIdentifier=shown.engagements[0]):
        asked = target(shown.engagements[0], row["ResourceId"])
        got = shown.world.client().get_resource_snapshot(**asked, Revision=row["Revision"])
        assert row == {name: got[name] for name in row}
        assert set(row) == {
            "Arn", "CreatedBy", "ResourceId", "ResourceSnapshotTemplateName", "ResourceType",
            "Revision",
        }  # fmt: skip


@pytest.mark.parametrize("size", [1, 50])
def test_list_resource_snapshots_filters(shown: Shared, size: int) -> None:
    engagement = shown.engagements[0]
    some = shown.made[engagement][0][0]
    cases: list[tuple[dict[str, Any], Callable[[str], bool]]] = [
        ({"ResourceType": "Opportunity"}, lambda _: True),
        ({"ResourceIdentifier": some}, lambda id: id == some),
        ({"ResourceIdentifier": "O1"}, lambda _: False),
        ({"ResourceSnapshotTemplateIdentifier": SUMMARY}, lambda _: True),
        ({"ResourceSnapshotTemplateIdentifier": AWS_FULL}, lambda _: False),
        ({"ResourceSnapshotTemplateIdentifier": "Unknown"}, lambda _: False),
        ({"CreatedBy": ACCOUNT}, lambda _: True),
        ({"CreatedBy": OTHER}, lambda _: False),
        ({"CreatedBy": "aws"}, lambda _: False),
        (
            {
                "CreatedBy": ACCOUNT,
                "ResourceIdentifier": some,
                "ResourceSnapshotTemplateIdentifier": SUMMARY,
                "ResourceType": "Opportunity",
            },
            lambda id: id == some,
        ),
        ({"CreatedBy": OTHER, "ResourceIdentifier": some}, lambda _: False),
    ]
    for members, passes in cases:
        asked = {"EngagementIdentifier": engagement, "MaxResults": size, **members}
        assert pairs(snapshots(shown.world, **asked)) == shown.seen(engagement, passes), members


def test_list_resource_snapshots_shows_50_and_then_the_rest(world: World) -> None:
    partner = world.client()
    engagement = joined(world)
    id = partner.create_opportunity(Catalog="Sandbox", **opportunity())["Id"]
    for _ in range(51):
        partner.create_resource_snapshot(**target(engagement, id))
    asked = {"Catalog": "Sandbox", "EngagementIdentifier": engagement}
    first = partner.list_resource_snapshots(**asked)
    assert len(first["ResourceSnapshotSummaries"]) == 50
    rest = partner.list_resource_snapshots(**asked, NextToken=first["NextToken"])
    assert pairs(rest["ResourceSnapshotSummaries"]) == [(id, 1)]


def test_list_resource_snapshots_of_no_members_engagement_is_not_found(shown: Shared) -> None:
    engagement = shown.engagements[0]
    waiting = shown.world.referred()["EngagementId"]
    elsewhere = World(shown.world.server)
    for world, account, catalog, id in (
        (shown.world, OTHER, "Sandbox", engagement), (shown.world, ACCOUNT, "AWS", engagement),
        (elsewhere, ACCOUNT, "Sandbox", engagement), (shown.world, ACCOUNT, "Sandbox", waiting),
        (shown.world, ACCOUNT, "Sandbox", "eng-00000000000000"),
    ):  # fmt: skip
        method = world.client(account).list_resource_snapshots
        refused = refusal(method, Catalog=catalog, EngagementIdentifier=id)
        assert refused.code == "ResourceNotFoundException", (account, catalog, id)


def test_list_resource_snapshots_with_token_of_another_question_is_refused(shown: Shared) -> None:
    partner = shown.world.client()
    first, second = shown.engagements
    asked = {"Catalog": "Sandbox", "EngagementIdentifier": first, "MaxResults": 1}
    token = partner.list_resource_snapshots(**asked)["NextToken"]
    for change in ({"EngagementIdentifier": second}, {"CreatedBy": ACCOUNT}, {"NextToken": "x"}):
        refused = refusal(
            partner.list_resource_snapshots, **{**asked, "NextToken": token, **change}
        )
        assert refused.fields == [("nextToken", "INVALID_VALUE")], change


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"EngagementIdentifier": None}, "engagementIdentifier", "REQUIRED_FIELD_MISSING"),
        ({"EngagementIdentifier": "eng-1"}, "engagementIdentifier", "INVALID_STRING_FORMAT"),
        ({"ResourceType": "Lead"}, "resourceType", "INVALID_ENUM_VALUE"),
        ({"ResourceIdentifier": "1"}, "resourceIdentifier", "INVALID_STRING_FORMAT"),
        ({"CreatedBy": "some one"}, "createdBy", "INVALID_STRING_FORMAT"),
        ({"MaxResults": 0}, "maxResults", "VALUE_OUT_OF_RANGE"),
        ({"MaxResults": 1001}, "maxResults", "VALUE_OUT_OF_RANGE"),
    ],
)
@pytest.mark.parametrize(
    "operation", ["ListResourceSnapshots", "ListEngagementResourceAssociations"]
)
def test_lists_of_snapshots_out_of_shape_are_refused(
    world: World, operation: str, members: dict[str, Any], field: str, code: str
) -> None:
    engagement = {"EngagementIdentifier": "eng-00000000000000"}
    reply = world.post(operation, {"Catalog": "Sandbox", **engagement, **members})
    if members == {"EngagementIdentifier": None} and operation.endswith("Associations"):
        assert reply.status == 200
        return
    assert (reply.status, reply.document["Reason"]) == (400, "REQUEST_VALIDATION_FAILED")
    assert [(one["FieldName"], one["Code"]) for one in reply.document["ErrorList"]] == [
        (field, code)
    ]


# --- associations --------------------------------------------------------------------------------


def in_order(shown: Shared) -> list[tuple[str, str]]:
    """What is associated with what, newest first: at the first revision of each."""
    first, second = shown.engagements
    ids = [id for id, revision in shown.made[first] if revision == 1]
    return [(first, ids[2]), (second, ids[0]), (first, ids[1]), (first, ids[0])]


@pytest.mark.parametrize("size", [1, 3, 4, 50])
def test_list_engagement_resource_associations_filters_and_pages(shown: Shared, size: int) -> None:
    first, second = shown.engagements
    every = in_order(shown)
    id = every[-1][1]
    cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({}, every),
        ({"ResourceType": "Opportunity"}, every),
        ({"EngagementIdentifier": first}, [one for one in every if one[0] == first]),
        ({"EngagementIdentifier": "eng-00000000000000"}, []),
        ({"ResourceIdentifier": id}, [one for one in every if one[1] == id]),
        ({"ResourceIdentifier": "O1"}, []),
        ({"CreatedBy": ACCOUNT}, every),
        ({"CreatedBy": "aws"}, []),
        ({"EngagementIdentifier": second, "ResourceIdentifier": id}, [(second, id)]),
        ({"EngagementIdentifier": second, "ResourceIdentifier": every[0][1]}, []),
        ({"Catalog": "AWS"}, []),
    ]
    for members, wanted in cases:
        rows = associations(shown.world, MaxResults=size, **members)
        assert [(row["EngagementId"], row["ResourceId"]) for row in rows] == wanted, members
        for row in rows:
            assert row["CreatedBy"] == ACCOUNT
            assert (row["Catalog"], row["ResourceType"]) == ("Sandbox", "Opportunity")


def test_list_engagement_resource_associations_of_others_shows_nothing(shown: Shared) -> None:
    assert associations(shown.world, OTHER) == []
    assert associations(shown.world, OTHER, EngagementIdentifier=shown.engagements[0]) == []
    assert associations(World(shown.world.server)) == []
