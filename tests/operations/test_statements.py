"""What a call asks the store for: nothing twice that cannot have changed, and no body in vain."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from cosell.store.sqlite import SqliteStore
from tests.inside import Inside
from tests.sharing import SUMMARY, target
from tests.submitting import CO_SELL, created, shown
from tests.tasking import SANDBOX, SUBMITTING, complete, failure
from tests.updating import body, in_state

MEMBERS, INVITED = "from member m", "from invited where"
PLACES, SOLUTION = "from association_view a ", "from solution_view"


@pytest.fixture
def inside() -> Iterator[Inside]:
    """On SQLite, which tells what it is asked."""
    world = Inside("statements", store=SqliteStore(":memory:"))
    yield world
    world.close()


@contextmanager
def asked(world: Inside) -> Iterator[list[str]]:
    """The statements of a block, each in one line."""
    log: list[str] = []

    def note(text: str) -> None:
        log.append(" ".join(text.split()))

    writer = cast("SqliteStore", world.store)._writer
    writer.set_trace_callback(note)
    yield log
    writer.set_trace_callback(None)


def count(log: list[str], part: str) -> int:
    return sum(part in one and one.startswith("select") for one in log)


def bodies(log: list[str]) -> list[str]:
    """What reads a whole revision."""
    return [one for one in log if "body from snapshot" in one]


def test_submission_task_looks_up_nowhere_who_is_in_what_it_made(inside: Inside) -> None:
    members = complete(inside)
    with asked(inside) as log:
        assert failure(SUBMITTING.start(inside, **members)) == ("COMPLETE", None)
    # The last step asks who is invited, as the one before it did; who is in it is known, since the
    # task made it.
    assert (count(log, MEMBERS), count(log, INVITED), count(log, PLACES)) == (0, 2, 1)
    assert bodies(log) == []
    assert len(log) <= 80  # begin and commit included


def test_direct_submission_looks_up_once_who_is_there(inside: Inside) -> None:
    id = created(inside)
    engagement = inside.client().create_engagement(
        **SANDBOX, Title="Web shop", Description="Shared work"
    )["Id"]
    shown(inside, id, engagement)
    with asked(inside) as log:
        inside.client().submit_opportunity(**SANDBOX, Identifier=id, **CO_SELL)
    assert (count(log, MEMBERS), count(log, INVITED), count(log, PLACES)) == (1, 1, 1)


def test_update_that_a_job_shares_compares_once_and_reads_no_body(inside: Inside) -> None:
    members = complete(inside)
    task = SUBMITTING.start(inside, **members)
    partner: Any = inside.client()
    partner.put_selling_system_settings(**SANDBOX, ResourceSnapshotJobRoleIdentifier="role")
    id = members["Identifier"]
    review = {"OpportunityIdentifier": id, "Outcome": "Approved"}
    inside.desk("ReviewOpportunity", **SANDBOX, **review)
    before = partner.get_resource_snapshot(**target(task["EngagementId"], id, SUMMARY))["Revision"]
    request = body(inside, id, {"LifeCycle.NextSteps": "Call them."})
    with asked(inside) as log:
        partner.update_opportunity(**request)
    after = partner.get_resource_snapshot(**target(task["EngagementId"], id, SUMMARY))["Revision"]
    assert after == before + 1
    assert (count(log, "from snapshot where"), count(log, MEMBERS)) == (1, 1)
    assert bodies(log) == []


def test_association_looks_its_solution_up_once(inside: Inside) -> None:
    id = created(inside)
    with asked(inside) as log:
        inside.client().associate_opportunity(
            **SANDBOX,
            OpportunityIdentifier=id,
            RelatedEntityType="Solutions",
            RelatedEntityIdentifier="S-1234567",
        )
    assert count(log, SOLUTION) == 2  # its own of that name, and whether there is any of its own


def test_leaving_one_alone_costs_the_same_however_many_await_aws(inside: Inside) -> None:
    inside.desk("PutAutopilot", DelaySeconds=3_600)
    costs = []
    for _ in range(2):
        id = in_state(inside, "Submitted")
        with asked(inside) as log:
            rule = inside.desk("PutAutopilot", **SANDBOX, Act="Leave", Identifier=id)["Id"]
            inside.desk("DeleteAutopilot", Id=rule)
        costs.append(len(log))
        for _ in range(9):
            in_state(inside, "Submitted")
    assert costs[0] == costs[1]
