"""An engine on a file; and whatever a test leaves alive is ended by its process id."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cosell.config import Config
from cosell.service import Engine
from cosell.store.sqlite import SqliteStore
from tests.durability.lives import BORN


def clear_away() -> None:
    while BORN:
        BORN.pop().clear_away()


@pytest.fixture(autouse=True)
def _nobody_is_left() -> Iterator[None]:
    yield
    clear_away()


@pytest.fixture(autouse=True, scope="session")
def _nobody_is_left_of_what_fixtures_began() -> Iterator[None]:
    yield
    clear_away()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    store = SqliteStore(str(tmp_path / "state.db"))
    made = Engine(store, Config(), b"k" * 32)
    yield made
    made.runner.stop()
    store.close()
