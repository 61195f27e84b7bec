"""Whatever a test leaves alive is ended by its process id."""

from collections.abc import Iterator

import pytest

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
