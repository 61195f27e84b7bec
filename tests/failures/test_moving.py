"""Namespaces move: from a SQLite state to PostgreSQL and back, and from the formats that older
versions wrote. What they answer stays the same, and what was at work goes on."""

import json
import shutil
from pathlib import Path

import pytest

from tests.desk.test_saved_namespaces import written_by
from tests.failures.conftest import Start, run
from tests.harness import World
from tests.upgrade.make_state import CATALOG, FORMAT, answers, answers_of, state_of

HOUR_S = 3_600


def moved(of: World, to: World, file: Path) -> None:
    """By the command line, as an operator does it."""
    saved = run("save", str(file), "--namespace", of.namespace, "--endpoint", of.server.url)
    assert saved.returncode == 0, saved.stderr
    loaded = run("load", str(file), "--namespace", to.namespace, "--endpoint", to.server.url)
    assert loaded.returncode == 0, loaded.stderr


def ended(world: World) -> list[str]:
    listed = world.client().list_engagement_by_accepting_invitation_tasks(Catalog=CATALOG)
    return sorted(task["TaskStatus"] for task in listed["TaskSummaries"])


def test_namespace_moves_to_postgresql_and_back(
    database: str, serve: Start, tmp_path: Path
) -> None:
    state = tmp_path / "state.db"
    shutil.copy(state_of(FORMAT), state)
    file = World(serve(str(state)), "kept")
    kept = answers(file)
    there = World(serve(database), "kept")
    moved(file, there, tmp_path / "kept.cosell")
    assert answers(there) == kept
    back = World(file.server, "back")
    moved(there, back, tmp_path / "back.cosell")
    assert answers(back) == kept
    for world in (there, back):
        world.desk("AdvanceClock", Seconds=HOUR_S)
    assert ended(there) == ended(back) == ["COMPLETE", "COMPLETE", "FAILED"]


@pytest.mark.parametrize("format", range(1, FORMAT + 1))
def test_file_of_any_format_is_loaded_on_postgresql(
    database: str, serve: Start, tmp_path: Path, format: int
) -> None:
    file = tmp_path / "kept.cosell"
    file.write_bytes(written_by(format))
    world = World(serve(database), "kept")
    loaded = run("load", str(file), "--namespace", "kept", "--endpoint", world.server.url)
    assert loaded.returncode == 0, loaded.stderr
    kept = json.loads(answers_of(format).read_text())
    assert {name: one for name, one in answers(world).items() if name in kept} == kept
    world.desk("AdvanceClock", Seconds=HOUR_S)
    assert ended(world) == ["COMPLETE", "COMPLETE", "FAILED"]
