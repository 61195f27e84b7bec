"""What every test begins with: an empty CRM, a world that nobody waits for, and one March."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cosell.testing import World
from crm_sync.crm import Crm


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the CRM's records are, for the Lambda function too."""
    path = tmp_path / "crm.db"
    monkeypatch.setenv("CRM_SYNC_DATABASE", str(path))
    return path


@pytest.fixture
def crm(database: Path) -> Iterator[Crm]:
    """A CRM with nothing in it."""
    with Crm(database) as records:
        yield records


@pytest.fixture(autouse=True)
def sleeps(cosell: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits, waits in the world's time: the service, and botocore between its tries."""
    monkeypatch.setattr("time.sleep", cosell.clock.sleep)


@pytest.fixture(scope="session")
def spring(cosell_scene: World) -> World:
    """The first days of March 2026: an approved opportunity, one under review, and a referral."""
    cosell_scene.clock.set("2026-03-02T09:00:00Z")
    cosell_scene.given.opportunity("Approved", Project={"Title": "Web shop"})
    cosell_scene.given.opportunity("Submitted", Project={"Title": "Data lake"})
    cosell_scene.aws.refer(Project={"Title": "Order processing"})
    return cosell_scene
