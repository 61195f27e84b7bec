"""A state of every format that was ever released opens, answers as it did, and goes on.

Format 3 is not released yet: when it changes, make its file anew (make_state.py says how).
"""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from cosell.store.sqlite import SqliteStore
from tests.harness import Server, World
from tests.upgrade.make_state import CATALOG, FORMAT, answers, answers_of, others, state_of

STEPS = {1: 5, 2: 5 + 6 + 7 + 2, 3: 5 + 6 + 7 + 2}  # of the tasks that are at work


@pytest.mark.parametrize("format", range(1, FORMAT + 1))
def test_state_of_a_released_format_answers_as_it_did_and_goes_on(
    tmp_path: Path, format: int
) -> None:
    state = tmp_path / "state.db"
    shutil.copy(state_of(format), state)
    server = Server(str(state), log=tmp_path / "log").start()
    world = World(server, "kept")
    kept = json.loads(answers_of(format).read_text())
    assert {name: one for name, one in answers(world).items() if name in kept} == kept

    partner = world.client()
    at_work = next(task for task in tasks(world) if task["TaskStatus"] == "IN_PROGRESS")
    again = partner.start_engagement_by_accepting_invitation_task(
        Catalog=CATALOG,
        ClientToken="at-work",
        Identifier=at_work["EngagementInvitationId"],
    )
    assert again["TaskId"] == at_work["TaskId"], "the token is remembered"
    with pytest.raises(ClientError, match="ThrottlingException"):
        partner.get_opportunity(Catalog=CATALOG, Identifier="O1")
    assert world.desk("AdvanceClock", Seconds=3_600)["Fired"] == STEPS[format]
    ended = [
        task["TaskStatus"]
        for name in ("conversions", "submissions")
        for task in others(world)[name]["TaskSummaries"]
    ]
    assert ended == ["COMPLETE"] * (2 if format > 1 else 0)
    assert sorted(task["TaskStatus"] for task in tasks(world)) == ["COMPLETE", "COMPLETE", "FAILED"]
    assert world.referred(catalog=CATALOG)["OpportunityId"] not in {
        task.get("OpportunityId") for task in tasks(world)
    }
    assert server.stop() == 0


def tasks(world: World) -> list[dict[str, str]]:
    listed = world.client().list_engagement_by_accepting_invitation_tasks(Catalog=CATALOG)
    found: list[dict[str, str]] = listed["TaskSummaries"]
    return found


def test_kept_state_is_small() -> None:
    for format in range(1, FORMAT + 1):
        assert state_of(format).stat().st_size < 600_000


def test_kept_state_has_the_schema_that_its_migrations_make(tmp_path: Path) -> None:
    """The newest format only: an older file has an older schema."""
    SqliteStore(str(tmp_path / "new.db")).close()
    schemas = []
    for file in (tmp_path / "new.db", state_of(FORMAT)):
        connection = sqlite3.connect(file)
        schemas.append(sorted(connection.execute("select name, sql from sqlite_master").fetchall()))
        connection.close()
    assert schemas[0] == schemas[1], "make it anew: python -m tests.upgrade.make_state"
