"""PostgreSQL servers that tests may stop and break."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.failures.cluster import Cluster
from tests.failures.disk import may_mount
from tests.harness import Server, Worker, environment

_WANT_DISKS = ["test_counting_on_disks.py", "test_disks.py"]
collect_ignore = [] if may_mount() else _WANT_DISKS  # they have none to try

Start = Callable[..., Server]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL for the tests of a module. Crashes of it are told to the disk: fsync is on."""
    running = Cluster()
    yield running
    running.end()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[str]:
    """The URL of a database that `cosell migrate` has been at."""
    url = cluster.create("kept")
    migrate(url)
    yield url
    cluster.ask("drop database kept with (force)")


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Start]:
    """Starts a server on a database; each must end in order when the test is over, unless the test
    has ended it."""
    started: list[Server] = []

    def start(database: str, *options: str, program: Path | None = None) -> Server:
        server = Server(database, options, log=tmp_path / f"server-{len(started)}.log")
        if program is not None:  # another than this one
            server.program = (str(program),)
        started.append(server)
        return server.start()

    yield start
    running = [one for one in started if one.main is not None and one.main.poll() is None]
    assert [one.stop() for one in running] == [0] * len(running)


@pytest.fixture
def worker(database: str, tmp_path: Path) -> Iterator[Worker]:
    """A worker on the database; it must end in order."""
    running = Worker(database, tmp_path / "worker.log").start()
    yield running
    if running.main is not None and running.main.poll() is None:
        assert running.stop() == 0


def migrate(url: str) -> None:
    """What an operator does before the first start."""
    ended = run("migrate", "--database", url)
    assert ended.returncode == 0, ended.stderr


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command of cosell's that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "cosell", *arguments],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
    )
