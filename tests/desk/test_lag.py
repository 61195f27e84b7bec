"""Lists that lag: what was true some seconds ago by the namespace's clock, row by row."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from cosell.clock import iso, parse_iso
from cosell.config import Postgres
from cosell.selling.views import VIEWS
from cosell.store.postgres import PostgresStore
from tests.engaging import accepted, engaged, invited
from tests.harness import ACCOUNT, OTHER, World, answered, opportunity
from tests.inside import Inside
from tests.operations.test_answers import IMPLEMENTED, REQUESTS, Made
from tests.refusal import desk_refusal
from tests.scenes import started
from tests.sharing import shared
from tests.updating import body

BEGUN = "2030-01-01T00:00:00.000Z"
LAG = 30
Rows = dict[str, list[tuple[object, ...]]]


def lagging(world: World) -> World:
    """A clock that stands, and lists that lag."""
    world.desk("PutClock", Time=BEGUN, Frozen=True)
    assert world.desk("PutLag", Seconds=LAG) == {"Seconds": LAG, "SecondsBefore": 0}
    return world


def advance(world: World, seconds: int = LAG) -> None:
    world.desk("AdvanceClock", Seconds=seconds)


def opportunities(world: World, **members: Any) -> list[str]:
    page = world.client().list_opportunities(Catalog="Sandbox", **members)
    return [one["Id"] for one in page["OpportunitySummaries"]]


def create(world: World) -> str:
    return str(world.client().create_opportunity(Catalog="Sandbox", **opportunity())["Id"])


def rename(world: World, id: str, company: str) -> None:
    """The customer of an opportunity is called otherwise."""
    request = body(world, id, {"Customer.Account.CompanyName": company})
    answered(world.post("UpdateOpportunity", request))


def companies(world: World, **members: Any) -> list[str]:
    page = world.client().list_opportunities(Catalog="Sandbox", **members)
    return [one["Customer"]["Account"]["CompanyName"] for one in page["OpportunitySummaries"]]


# --- what a user sees ----------------------------------------------------------------------------


def test_created_resource_is_read_at_once_and_listed_later(world: World) -> None:
    lagging(world)
    id = create(world)
    assert world.client().get_opportunity(Catalog="Sandbox", Identifier=id)["Id"] == id
    assert opportunities(world) == []
    advance(world, LAG - 1)
    assert opportunities(world) == []
    advance(world, 1)
    assert opportunities(world) == [id]


def test_each_change_is_listed_when_its_own_time_has_come(world: World) -> None:
    lagging(world)
    id = create(world)
    advance(world, 20)
    rename(world, id, "Renamed")
    advance(world, 10)
    assert companies(world) == ["Example Company"]
    advance(world, 19)
    assert companies(world) == ["Example Company"]
    advance(world, 1)
    assert companies(world) == ["Renamed"]


def test_filters_and_sorts_see_what_the_list_sees(world: World) -> None:
    lagging(world)
    first, second = create(world), create(world)
    advance(world)
    rename(world, first, "Renamed")
    assert set(opportunities(world, CustomerCompanyName=["Example Company"])) == {first, second}
    assert opportunities(world, CustomerCompanyName=["Renamed"]) == []
    by_id = {"SortBy": "Identifier", "SortOrder": "ASCENDING"}
    assert opportunities(world, Sort=by_id) == [first, second]
    advance(world)
    assert opportunities(world, CustomerCompanyName=["Renamed"]) == [first]


def test_removed_row_is_listed_until_its_time_has_come(world: World) -> None:
    mine = shared(world)
    partner = world.client()
    job = partner.create_resource_snapshot_job(**mine)
    lagging(world)
    partner.delete_resource_snapshot_job(Catalog="Sandbox", ResourceSnapshotJobIdentifier=job["Id"])

    def jobs() -> list[str]:
        page = partner.list_resource_snapshot_jobs(Catalog="Sandbox")
        return [one["Id"] for one in page["ResourceSnapshotJobSummaries"]]

    assert jobs() == [job["Id"]]
    advance(world)
    assert jobs() == []


def test_what_was_there_before_the_lag_is_listed(world: World) -> None:
    ids = {create(world) for _ in range(3)}
    lagging(world)
    assert set(opportunities(world)) == ids


def test_lag_that_ends_ends_at_once(world: World) -> None:
    lagging(world)
    id = create(world)
    world.desk("PutLag", Seconds=0)
    assert opportunities(world) == [id]
    rename(world, id, "Renamed")
    assert companies(world) == ["Renamed"]
    world.desk("PutLag", Seconds=LAG)
    assert companies(world) == ["Renamed"]


def test_shorter_lag_holds_for_what_waits(world: World) -> None:
    lagging(world)
    id = create(world)
    advance(world, 5)
    world.desk("PutLag", Seconds=5)
    assert opportunities(world) == [id]


def test_expiry_in_a_list_lags_as_well(world: World) -> None:
    lagging(world)
    world.referred()
    advance(world)

    def status() -> str:
        page = world.client().list_engagement_invitations(
            Catalog="Sandbox", ParticipantType="RECEIVER"
        )
        return str(page["EngagementInvitationSummaries"][0]["Status"])

    found = world.client().list_engagement_invitations(
        Catalog="Sandbox", ParticipantType="RECEIVER"
    )["EngagementInvitationSummaries"][0]
    world.desk("AdvanceClock", To=found["ExpirationDate"].isoformat())
    got = world.client().get_engagement_invitation(Catalog="Sandbox", Identifier=found["Id"])
    assert (got["Status"], status()) == ("EXPIRED", "PENDING")
    advance(world)
    assert status() == "EXPIRED"


def test_solutions_that_nobody_made_are_listed_until_others_are(world: World) -> None:
    lagging(world)

    def names() -> set[str]:
        page = world.client().list_solutions(Catalog="Sandbox")
        return {one["Id"] for one in page["SolutionSummaries"]}

    given = names()
    made = world.desk("PutSolution", Catalog="Sandbox", AccountId=ACCOUNT)["Id"]
    assert names() == given
    advance(world)
    assert names() == {*given, made}


def test_engagements_made_by_others_are_looked_for_where_the_list_is(world: World) -> None:
    lagging(world)
    engaged(world)
    referred = world.referred()
    world.client().accept_engagement_invitation(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )

    def engagements() -> list[str]:
        page = world.client().list_engagements(Catalog="Sandbox", ExcludeCreatedBy=[ACCOUNT])
        return [one["Id"] for one in page["EngagementSummaryList"]]

    assert engagements() == []
    advance(world)
    assert engagements() == [referred["EngagementId"]]


def test_lag_comes_along_with_a_copy_and_goes_with_a_reset(world: World) -> None:
    lagging(world)
    old = create(world)
    advance(world)
    new = create(world)
    fork, loaded = World(world.server), World(world.server)
    fork.desk("ForkNamespace", Source=world.namespace)
    loaded.desk("LoadNamespace", State=world.desk("SaveNamespace")["State"])
    for copy in (world, fork, loaded):
        assert opportunities(copy) == [old]
        advance(copy)
        assert opportunities(copy) == [new, old]
    world.desk("ResetNamespace")
    assert opportunities(world) == []
    id = create(world)
    assert opportunities(world) == [id]


def test_page_token_of_a_list_that_lags_leads_on(world: World) -> None:
    lagging(world)
    ids = [create(world) for _ in range(3)]
    advance(world)
    page = world.client().list_opportunities(Catalog="Sandbox", MaxResults=2)
    create(world)
    rest = world.client().list_opportunities(Catalog="Sandbox", NextToken=page["NextToken"])
    seen = [*page["OpportunitySummaries"], *rest["OpportunitySummaries"]]
    assert sorted(one["Id"] for one in seen) == sorted(ids)


@pytest.mark.parametrize("seconds", [-1, 86_401])
def test_lag_out_of_range_is_refused(world: World, seconds: int) -> None:
    assert desk_refusal(world, "PutLag", Seconds=seconds).fields == [
        ("seconds", "VALUE_OUT_OF_RANGE")
    ]


# --- every row of every list ---------------------------------------------------------------------


@pytest.fixture
def walker() -> Iterator[Inside]:
    world = Inside("walker", seed=3)
    yield world
    world.close()


def test_tasks_at_work_are_counted_once(walker: Inside) -> None:
    """A change of pace plans every task at work anew; a row of a list is no task."""
    lagging(walker)
    walker.desk("PutPace", Mode="Paced", StepSeconds=60)
    task = started(walker)
    advance(walker)
    walker.desk("PutPace", Mode="Held")
    assert walker.desk("AdvanceClock", Seconds=3_600)["Fired"] == 0
    walker.desk("PutPace", Mode="Paced", StepSeconds=0)
    assert walker.desk("AdvanceClock", Seconds=1)["Fired"] == 5
    [listed] = walker.client().list_engagement_by_accepting_invitation_tasks(Catalog="Sandbox")[
        "TaskSummaries"
    ]
    assert (listed["TaskId"], listed["TaskStatus"]) == (task["TaskId"], "IN_PROGRESS")


def rows(world: Inside, shadows: bool) -> Rows:
    """Every row of every view, as lists have it that lag, or that do not."""
    found: Rows = {}
    with world.store.read() as tx:
        for view in VIEWS:
            lead = view.lead[1]
            names = [name for name in view.columns if name not in ("ns", lead)]
            mark = f"ltrim({lead}, '~'), {', '.join(names)}"
            which = f"{lead} {'>=' if shadows else '<'} '~'"
            text = f"select {mark} from {view.table} where {which}"
            found[view.table] = sorted(tx.query(text, {}), key=repr)
    return found


def ask_lists(world: Inside) -> None:
    """Any question will do: what has become visible is put there before it is answered."""
    world.client().list_opportunities(Catalog="Sandbox")


def test_lists_are_what_they_were_after_every_operation(walker: Inside) -> None:
    """Each operation at an instant of its own; then the same instants again, LAG later."""
    task = started(walker)
    found = walker.client().get_engagement_invitation(
        Catalog="Sandbox", Identifier=task["EngagementInvitationId"]
    )
    made = Made(walker, task, found["EngagementId"])
    lagging(walker)
    assert rows(walker, shadows=True) == rows(walker, shadows=False)
    told = []
    for operation in IMPLEMENTED:
        advance(walker, 7)
        request = {"Catalog": "Sandbox", **REQUESTS[operation](made)}
        assert walker.call(operation, request, ACCOUNT).status == 200, operation
        told.append((walker.desk("GetClock")["Time"], rows(walker, shadows=False)))
        ask_lists(walker)
        due = [found for at, found in told if at <= _ago(walker)]
        if due:
            assert rows(walker, shadows=True) == due[-1], operation
    advance(walker, 1_000)
    ask_lists(walker)
    assert rows(walker, shadows=True) == rows(walker, shadows=False)
    with walker.store.read() as tx:
        assert tx.query("select count(*) from lagging", {}) == [(0,)]
    behind = answers(walker, made)
    walker.desk("PutLag", Seconds=0)
    assert answers(walker, made) == behind
    assert not [view for view, left in rows(walker, shadows=True).items() if left]


def answers(world: Inside, made: Made) -> dict[str, bytes]:
    """What every list answers, letter by letter; each has something to show."""
    told = {}
    for operation in IMPLEMENTED:
        if operation.startswith("List"):
            request = {"Catalog": "Sandbox", **REQUESTS[operation](made)}
            told[operation] = world.call(operation, request, ACCOUNT).body
            assert b"[{" in told[operation], operation
    return told


def _ago(world: Inside) -> str:
    return iso(parse_iso(world.desk("GetClock")["Time"]) - LAG * 1_000)


def test_member_who_joins_lists_what_is_shared_when_that_has_come(walker: Inside) -> None:
    """The rows that a new member gets are copied from another member's."""
    lagging(walker)
    mine = shared(walker)
    walker.client().create_resource_snapshot(**mine)
    waiting = invited(walker, mine["EngagementIdentifier"])
    advance(walker)
    accepted(walker, waiting)

    def associations() -> int:
        page = walker.client(OTHER).list_engagement_resource_associations(Catalog="Sandbox")
        return len(page["EngagementResourceAssociationSummaries"])

    assert associations() == 0
    advance(walker)
    assert associations() == 1
    assert rows(walker, shadows=True) == rows(walker, shadows=False)


def test_row_of_what_is_no_more_that_another_renderer_made_is_left_out(walker: Inside) -> None:
    partner, mine = walker.client(), shared(walker)
    gone, kept = [partner.create_resource_snapshot_job(**one) for one in (mine, shared(walker))]
    lagging(walker)
    with walker.store.write() as tx:
        tx.execute("update job_view set renderer = 0", {})
    partner.delete_resource_snapshot_job(
        Catalog="Sandbox", ResourceSnapshotJobIdentifier=gone["Id"]
    )
    page = partner.list_resource_snapshot_jobs(Catalog="Sandbox")
    assert [one["Id"] for one in page["ResourceSnapshotJobSummaries"]] == [kept["Id"]]


# --- with a newer version on the same database ---------------------------------------------------


def test_rows_of_lists_keep_what_only_a_newer_version_knows(migrated: str) -> None:
    store = PostgresStore(migrated, Postgres())
    world = Inside(seed=5, store=store)
    create(world)
    with psycopg.connect(migrated, autocommit=True) as newer:
        newer.execute("alter table opportunity_view add column note text")
        newer.execute("update opportunity_view set note = 'first'")
        lagging(world)
        create(world)
        newer.execute("update lagging set body = jsonb_set(body::jsonb, '{note}', '\"second\"')")
        create(world)
        advance(world)
        assert len(opportunities(world)) == 3
        shown = "select note from opportunity_view where account like '~%' order by seq"
        assert newer.execute(shown).fetchall() == [("first",), ("second",), (None,)]
    store.close()
