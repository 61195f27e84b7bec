"""The files in which the processes of a server count, on a disk that is full, that may only be
read, or from which somebody removes them: no call is the worse for it."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.failures.conftest import Start
from tests.failures.disk import SmallDisk, small_disk
from tests.harness import Server, World, opportunity, send
from tests.observing.scraping import scrape
from tests.waiting import until, until_told

MANY = ("--workers", "2")
SIZE = 1 << 20  # room for the counts of two processes, and to spare
PAGE = {"Catalog": "Sandbox"}
LISTS = ("ListOpportunities", "ListEngagements", "ListSolutions", "ListResourceSnapshotJobs")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallDisk]:
    """Where the servers of the test have their temporary directory."""
    with small_disk(size=SIZE) as one:
        monkeypatch.setenv("TMPDIR", str(one.folder))
        yield one


def log_of(server: Server) -> str:
    assert server.log is not None
    return server.log.read_text()


def folder_of(disk: SmallDisk) -> Path:
    [folder] = disk.folder.glob("cosell-metrics-*")
    return folder


def seen_of_both(server: Server) -> dict[int, Any]:
    """What each of the two processes says when it is asked whether it is ready. Each is asked on
    the connection on which it has said who it is."""
    seen: dict[int, Any] = {}

    def ask() -> bool:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
        answers = []
        for path in ("/_cosell/health", "/_cosell/ready"):
            connection.request("GET", path)
            answers.append(connection.getresponse().read())
        connection.close()
        process = re.search(rb'"Process":(\d+)', answers[0])
        assert process is not None
        seen[int(process[1])] = answers[1].decode()
        return len(seen) == 2

    until(ask, "both processes answer")
    return seen


def ensure_answered(world: World) -> None:
    """Every kind of call, often enough that each process has some it has not counted before."""
    for number in range(8):
        world.client().create_opportunity(
            Catalog="Sandbox", ClientToken=str(number), **opportunity()
        )
        assert [world.post(one, PAGE).status for one in LISTS] == [200] * len(LISTS)
        assert world.desk("GetClock")["Frozen"] is False


def test_full_disk_under_the_counts_ends_no_process(
    database: str, serve: Start, disk: SmallDisk
) -> None:
    server = serve(database, *MANY)
    before = set(seen_of_both(server))
    disk.fill()
    ensure_answered(World(server))
    assert set(seen_of_both(server)) == before
    assert scrape(server).calls("ListSolutions") == 8
    assert "unexpectedly" not in log_of(server)


def test_process_that_begins_on_a_full_disk_says_that_it_counts_nothing(
    database: str, serve: Start, disk: SmallDisk
) -> None:
    server = serve(database, *MANY)
    killed, other = seen_of_both(server)
    disk.fill()
    server.kill(killed)
    until(lambda: "off in this process" in log_of(server), "another one tells")
    ensure_answered(World(server))
    seen = seen_of_both(server)
    assert killed not in seen
    assert '"Message"' not in seen.pop(other)
    assert seen.popitem()[1] == (
        '{"Status":"ready","Message":"Counting for the metrics is off in this process:'
        ' No space left on device."}'
    )
    replies = [send(server.url, "GET", "/_cosell/metrics") for _ in range(40)]
    assert {reply.status for reply in replies} <= {200, 503}
    assert "let TMPDIR name a directory" in log_of(server)


def test_counts_that_somebody_removes_are_told_and_no_call_is_the_worse(
    database: str, serve: Start, disk: SmallDisk
) -> None:
    server = serve(database, *MANY)
    killed, _ = seen_of_both(server)
    shutil.rmtree(folder_of(disk))
    ensure_answered(World(server))
    reply = send(server.url, "GET", "/_cosell/metrics")
    assert reply.status == 503
    assert "are gone; start the server anew" in reply.document["Message"]
    server.kill(killed)
    until(lambda: "off in this process" in log_of(server), "another one begins all the same")
    assert killed not in seen_of_both(server)
    ensure_answered(World(server))
    assert "Traceback" not in log_of(server)


def test_server_without_a_temporary_directory_answers_and_says_what_is_missing(
    database: str, serve: Start, disk: SmallDisk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A program of its own sees no place but the one that TMPDIR names."""
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, tempfile\n"
        "tempfile._candidate_tempdir_list = lambda: [tempfile._os.environ['TMPDIR']]\n"
        "from cosell.cli import main\n"
        "sys.exit(main())\n"
    )
    disk.only_read(yes=True)
    server = serve(database, *MANY, program=program)
    ensure_answered(World(server))
    for said in seen_of_both(server).values():
        assert "off in this process: there is no temporary directory that can be written" in said
    reply = send(server.url, "GET", "/_cosell/metrics")
    assert reply.status == 503
    assert "off in this process" in reply.document["Message"]
    told = until_told(server.log, "let TMPDIR name a directory that can be written")
    assert "Traceback" not in told


def test_folder_is_locked_against_whoever_tidies_up(
    database: str, serve: Start, disk: SmallDisk
) -> None:
    serve(database, *MANY)
    folder = os.open(folder_of(disk), os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(folder)
