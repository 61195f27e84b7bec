"""ListEngagementByAcceptingInvitationTasks: pages, and which tokens are tokens."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness import OTHER, World
from tests.scenes import LIST, ids_of, listed, page, refusal, started, walked

ASCENDING = {"SortBy": "StartTime", "SortOrder": "ASCENDING"}
DESCENDING = {"SortBy": "StartTime", "SortOrder": "DESCENDING"}


@pytest.fixture
def three(world: World) -> World:
    """A world with three tasks in the Sandbox, so that a page of one leads on."""
    for _ in range(3):
        started(world)
    return world


def token_of(world: World, **members: Any) -> str:
    """What a page of one leads on with."""
    return str(page(world.client(), MaxResults=1, **members)["NextToken"])


def ensure_refused(world: World, token: str, **members: Any) -> None:
    """The token is refused as a value of that member, and nothing else is said."""
    ensure_refused_to(world.client(), token, **members)


def ensure_refused_to(partner: Any, token: str, **members: Any) -> None:
    asked = {"Catalog": "Sandbox", "NextToken": token, **members}
    told = refusal(getattr(partner, LIST), **asked)
    assert told["Error"]["Code"] == "ValidationException"
    assert told["Reason"] == "REQUEST_VALIDATION_FAILED"
    errors = [(error["FieldName"], error["Code"]) for error in told["ErrorList"]]
    assert errors == [("nextToken", "INVALID_VALUE")], token


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 4, 1000])
def test_list_tasks_in_pages_of_any_size_shows_each_once(world: World, size: int) -> None:
    made = [started(world) for _ in range(4)]
    assert walked(world.client(), size) == made[::-1]
    assert walked(world.client(), size, Sort=ASCENDING) == made


def test_list_tasks_of_exactly_one_page_has_no_token(three: World) -> None:
    answer = page(three.client(), MaxResults=3)
    assert len(answer["TaskSummaries"]) == 3
    assert "NextToken" not in answer
    raw = three.post(
        "ListEngagementByAcceptingInvitationTasks", {"Catalog": "Sandbox", "MaxResults": 3}
    )
    assert raw.document["NextToken"] is None


def test_list_tasks_with_another_page_size_goes_on_at_the_token(three: World) -> None:
    whole = ids_of(listed(three.client()))
    rest = page(three.client(), NextToken=token_of(three), MaxResults=1000)
    assert ids_of(rest["TaskSummaries"]) == whole[1:]
    rest = page(three.client(), NextToken=token_of(three))
    assert ids_of(rest["TaskSummaries"]) == whole[1:]


def test_list_tasks_with_a_token_twice_gives_the_same_page(three: World) -> None:
    token = token_of(three)
    first, second = (page(three.client(), NextToken=token, MaxResults=1) for _ in range(2))
    assert first["TaskSummaries"] == second["TaskSummaries"]


def test_list_tasks_with_the_default_sort_spelt_out_takes_the_token(three: World) -> None:
    whole = ids_of(listed(three.client()))
    assert ids_of(listed(three.client(), NextToken=token_of(three), Sort=DESCENDING)) == whole[1:]
    spelt_out = token_of(three, Sort=DESCENDING)
    assert ids_of(listed(three.client(), NextToken=spelt_out)) == whole[1:]


def test_list_tasks_with_an_old_token_goes_on_after_new_tasks(three: World) -> None:
    whole, token = ids_of(listed(three.client())), token_of(three)
    started(three)
    three.desk("AdvanceClock", Seconds=10 * 86_400)
    assert ids_of(listed(three.client(), NextToken=token)) == whole[1:]


def test_list_tasks_with_a_token_in_the_other_dialect_goes_on(three: World) -> None:
    body = {"Catalog": "Sandbox", "NextToken": token_of(three)}
    reply = three.post(
        "ListEngagementByAcceptingInvitationTasks", body, {"Content-Type": "application/json"}
    )
    assert ids_of(reply.document["TaskSummaries"]) == ids_of(listed(three.client()))[1:]


# --- what is no token ----------------------------------------------------------------------------


def spoilt(token: str) -> Iterator[str]:
    """The token with one character changed, added or missing, at every place."""
    for place in range(len(token)):
        other = "B" if token[place] == "A" else "A"
        yield token[:place] + other + token[place + 1 :]
        yield token[:place] + token[place + 1 :]
    for more in ("A", "=", "==", "!", "\n", " ", "é", token):
        yield token + more
        yield more + token


def test_list_tasks_with_a_spoilt_token_is_refused(three: World) -> None:
    for token in spoilt(token_of(three)):
        ensure_refused(three, token)


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "null",
        "0",
        "=",
        "é",
        "\U0001f642",
        "../../etc",
        "e30=",
        urlsafe_b64encode(bytes(24)).decode(),
        urlsafe_b64encode(bytes(16)).decode(),
        urlsafe_b64encode(bytes(range(256))).decode(),
        "A" * 2048,
    ],
)
def test_list_tasks_with_garbage_for_a_token_is_refused(three: World, token: str) -> None:
    ensure_refused(three, token)


def test_list_tasks_with_a_token_of_other_filters_is_refused(three: World) -> None:
    some: dict[str, Any] = {"TaskStatus": ["COMPLETE"]}
    other: dict[str, Any] = {"TaskStatus": ["COMPLETE", "FAILED"]}
    ensure_refused(three, token_of(three), **some)
    ensure_refused(three, token_of(three, **some))
    ensure_refused(three, token_of(three, **some), **other)
    opportunities = [task["OpportunityId"] for task in listed(three.client())]
    invitations = [task["EngagementInvitationId"] for task in listed(three.client())]
    narrow = token_of(three, OpportunityIdentifier=opportunities)
    ensure_refused(three, narrow, EngagementInvitationIdentifier=invitations)
    ensure_refused(three, narrow, OpportunityIdentifier=opportunities[:2])
    ensure_refused(three, narrow, OpportunityIdentifier=opportunities, **some)


def test_list_tasks_with_a_token_of_another_sort_is_refused(three: World) -> None:
    ensure_refused(three, token_of(three), Sort=ASCENDING)
    ensure_refused(three, token_of(three, Sort=ASCENDING))
    ensure_refused(three, token_of(three, Sort=ASCENDING), Sort=DESCENDING)


def test_list_tasks_with_a_token_of_another_catalog_is_refused(three: World) -> None:
    ensure_refused(three, token_of(three), Catalog="AWS")


def test_list_tasks_with_a_token_of_another_account_is_refused(three: World) -> None:
    started(three, OTHER)
    ensure_refused_to(three.client(OTHER), token_of(three))


def test_list_tasks_with_a_token_of_another_namespace_is_refused(three: World) -> None:
    ensure_refused(World(three.server), token_of(three))


def test_list_tasks_with_a_token_from_before_a_reset_is_refused(three: World) -> None:
    token = token_of(three)
    three.desk("ResetNamespace")
    ensure_refused(three, token)


def test_list_tasks_with_a_token_of_another_operation_is_refused(three: World) -> None:
    partner = three.client()
    opportunities = partner.list_opportunities(Catalog="Sandbox", MaxResults=1)
    ensure_refused(three, opportunities["NextToken"])
    asked = {"Catalog": "Sandbox", "NextToken": token_of(three)}
    told = refusal(partner.list_opportunities, **asked)
    [error] = told["ErrorList"]
    assert (error["FieldName"], error["Code"]) == ("nextToken", "INVALID_VALUE")


def test_list_opportunities_with_a_token_of_another_list_in_the_same_order_is_refused(
    three: World,
) -> None:
    """Two lists by CreatedDate, without filters: only the operation tells their tokens apart."""
    partner = three.client()
    jobs = partner.list_resource_snapshot_jobs(Catalog="Sandbox", MaxResults=1)
    asked = {
        "Catalog": "Sandbox",
        "NextToken": jobs["NextToken"],
        "Sort": {"SortBy": "CreatedDate", "SortOrder": "DESCENDING"},
    }
    [error] = refusal(partner.list_opportunities, **asked)["ErrorList"]
    assert (error["FieldName"], error["Code"]) == ("nextToken", "INVALID_VALUE")


def test_list_tasks_with_a_token_and_other_faults_is_refused_for_those(three: World) -> None:
    asked = {"Catalog": "Sandbox", "MaxResults": 1001, "NextToken": "garbage"}
    told = refusal(getattr(three.client(), LIST), **asked)
    [error] = told["ErrorList"]
    assert (error["FieldName"], error["Code"]) == ("maxResults", "VALUE_OUT_OF_RANGE")
