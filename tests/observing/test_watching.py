"""What watches calls may fail: no answer changes for it, and that it fails is told."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pytest

from cosell.config import Log
from cosell.observing import watching
from cosell.observing.lines import Lines
from cosell.observing.logs import CallLines
from tests.harness import ACCOUNT, START_S_MAX, Server, World, client, environment, send
from tests.inside import Inside
from tests.observing.scraping import scrape
from tests.waiting import until

FULL = Path("/dev/full")  # each write there meets a full disk
JSON = ("--log-format", "json")
PAGE = {"Catalog": "Sandbox"}


def ready(server: Server) -> Any:
    reply = send(server.url, "GET", "/_cosell/ready")
    assert reply.status == 200
    return reply.document


# --- the log -------------------------------------------------------------------------------------


def test_full_disk_of_the_log_changes_no_answer(tmp_path: Path) -> None:
    server = Server(str(tmp_path / "state.db"), (*JSON, "--metrics"), log=FULL).start()
    world = World(server)
    made = world.client().create_engagement(Catalog="Sandbox", Title="One", Description="Two")
    assert made["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
    for operation, status in (("ListEngagements", 200), ("GetEngagement", 400), ("Nothing", 400)):
        reply = world.post(operation, PAGE)
        assert (reply.status, bool(reply.headers["x-amzn-requestid"])) == (status, True)
    elsewhere = send(server.url, "POST", "/", PAGE, {"Host": "elsewhere.example"})
    assert (elsewhere.status, bool(elsewhere.headers["x-amzn-requestid"])) == (403, True)
    full = {"Status": "ready", "Message": "Logging calls fails: No space left on device."}
    until(lambda: ready(server) == full, "it is told")
    assert scrape(server).calls("CreateEngagement") == 1, "the others who watch are told"
    assert server.stop() == 0


def test_log_whose_reader_is_gone_changes_no_answer_and_goes_on_with_another(
    tmp_path: Path,
) -> None:
    pipe = tmp_path / "log"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    server = Server(str(tmp_path / "state.db"), JSON, log=pipe).start()
    world = World(server)
    until(lambda: b"endpoint" in read(reader), "it has said where it listens")
    os.close(reader)
    assert [world.post("ListEngagements", PAGE).status for _ in range(3)] == [200] * 3
    gone = "Logging calls fails: Broken pipe."
    until(lambda: ready(server).get("Message") == gone, "it is told")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    until(lambda: goes_on(world), "it is found out that the log can be written")
    until(lambda: b"Logging calls goes on; it had failed" in read(reader), "it is told")
    assert server.stop() == 0
    os.close(reader)


def read(pipe: int) -> bytes:
    try:
        return os.read(pipe, 65_536)
    except BlockingIOError:  # nothing has been written yet
        return b""


def goes_on(world: World) -> bool:
    assert world.post("ListEngagements", PAGE).status == 200
    return bool(ready(world.server) == {"Status": "ready"})


def test_server_that_cannot_say_why_it_does_not_start_ends_all_the_same(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    state.write_bytes(b"no database" * 1_000)
    command = [sys.executable, "-m", "cosell", "serve", "--port", "0", "--database", str(state)]
    with FULL.open("wb") as full:
        ended = subprocess.run(
            command, stdout=full, stderr=full, env=environment(), timeout=START_S_MAX
        )
    assert ended.returncode == 1


def test_worker_that_cannot_log_works_and_ends_in_order(migrated: str, tmp_path: Path) -> None:
    server = Server(migrated, log=tmp_path / "log").start()
    command = [sys.executable, "-m", "cosell", "worker", "--database", migrated]
    with FULL.open("wb") as full:
        worker = subprocess.Popen(command, stdout=full, stderr=full, env=environment())
    world = World(server)
    world.desk("PutPace", Mode="Paced", StepSeconds=0)
    invitation = world.referred()["EngagementInvitationId"]
    partner = world.client()
    partner.start_engagement_by_accepting_invitation_task(Catalog="Sandbox", Identifier=invitation)
    list_tasks = partner.list_engagement_by_accepting_invitation_tasks
    until(
        lambda: list_tasks(Catalog="Sandbox")["TaskSummaries"][0]["TaskStatus"] == "COMPLETE",
        "the worker does what is due",
    )
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=START_S_MAX) == 0
    assert server.stop() == 0


# --- the counts of several processes ------------------------------------------------------------


def test_file_of_counts_that_may_not_grow_keeps_what_it_has(tmp_path: Path) -> None:
    """A limit stands for a disk without room. In a process of its own: the library is told where to
    count once."""
    done = subprocess.run(
        [sys.executable, "-c", GROWING, str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=START_S_MAX,
    )
    assert done.returncode == 0, done.stderr
    met, known, later = done.stdout.split()
    assert met == "EFBIG"
    assert float(known) == 2.0, "what was counted before is counted on"
    assert float(later) == 1.0, "and what there was no room for, once there is"


GROWING = """
import errno, os, resource, sys
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from cosell.observing import processes, together

together.begin(sys.argv[1])
size = os.path.getsize(f"{sys.argv[1]}/counter_{os.getpid()}.db")
resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
counter = Counter("c", "h" * 1_000, ["name"], registry=CollectorRegistry())
known = counter.labels("known")
known.inc()
try:
    for number in range(200):
        name = f"n{number}"
        counter.labels(name)
except OSError as error:
    print(errno.errorcode[error.errno])
known.inc()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
counter.labels(name).inc()
told = CollectorRegistry()
MultiProcessCollector(told, sys.argv[1])
processes.ensure_kept(sys.argv[1])
print(told.get_sample_value("c_total", {"name": "known"}))
print(told.get_sample_value("c_total", {"name": name}))
"""


# --- whoever else watches ------------------------------------------------------------------------


class Failing:
    """Counts nothing, as on a disk that is full, until there is room."""

    def __init__(self) -> None:
        self.is_full = True
        self.counted: list[str] = []

    def ran(self, kind: str, *, failed: bool) -> None:
        self._count(kind)

    def ended(self, kind: str, state: str) -> None:
        self._count(state)

    def _count(self, what: str) -> None:
        if self.is_full:
            raise OSError(28, "No space left on device")
        self.counted.append(what)


@pytest.fixture
def inside() -> Iterator[Inside]:
    made = Inside()
    yield made
    made.store.close()


@pytest.fixture
def full() -> Iterator[TextIO]:
    with FULL.open("w") as stream:
        yield stream
        make_room(stream)  # it is tried again when it is closed


def make_room(stream: TextIO) -> None:
    with Path(os.devnull).open("w") as room:
        os.dup2(room.fileno(), stream.fileno())


def test_task_is_started_and_ends_though_nobody_can_count_it(inside: Inside) -> None:
    counts = Failing()
    inside.engine.watching.count_by(counts)
    for pace in ("Inline", "Paced"):
        inside.desk("PutPace", Mode=pace, StepSeconds=1)
        inside.client().start_engagement_by_accepting_invitation_task(
            Catalog="Sandbox", Identifier=inside.referred()["EngagementInvitationId"]
        )
        assert inside.engine.watching.wrong() == (
            "Counting for the metrics fails: No space left on device."
        )
    inside.desk("AdvanceClock", Seconds=60)
    listed = inside.client().list_engagement_by_accepting_invitation_tasks(Catalog="Sandbox")
    assert [one["TaskStatus"] for one in listed["TaskSummaries"]] == ["COMPLETE"] * 2
    assert counts.counted == []


def test_watcher_that_fails_is_told_once_and_keeps_nothing_from_the_others(
    inside: Inside, full: TextIO, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []
    told, lines = inside.engine.watching, Lines(full.fileno(), lambda lost: b"")
    told.add(watching.LINES, CallLines(Log(format="json"), lines, told), tells=True)
    told.add(watching.COUNTS, lambda trace, response: seen.append(trace.operation))
    with caplog.at_level(logging.INFO, "cosell"):
        for _ in range(3):
            assert inside.call("ListEngagements", PAGE).status == 200
        lines.flush()
    [record] = caplog.records
    assert "Logging calls fails: [Errno 28] No space left on device." in record.getMessage()
    assert seen == ["ListEngagements"] * 3
    assert told.wrong(watching.LINES) == "Logging calls fails: No space left on device."
    assert told.wrong(watching.COUNTS) == ""
    make_room(full)
    until(lambda: inside.call("ListEngagements", PAGE).status == 200 and not told.wrong())
    assert "Logging calls goes on; it had failed 3 times." in caplog.text


def test_journal_that_cannot_be_written_changes_no_answer(
    inside: Inside, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A row's value, which an error may quote, is not told."""

    def broken(*_: object) -> None:
        raise ValueError("zqx7")

    monkeypatch.setattr(inside.engine.runner.journal, "add", broken)
    for operation, status in (("ListEngagements", 200), ("GetEngagement", 400)):
        assert inside.call(operation, PAGE).status == status
    wrong = inside.engine.watching.wrong()
    assert wrong == "Writing the journal fails: ValueError."
    assert "zqx7" not in " ".join(one.getMessage() for one in caplog.records)


def test_who_asks_twice_is_answered_twice_on_a_full_disk(tmp_path: Path) -> None:
    """A repetition with the same token is no other call."""
    server = Server(str(tmp_path / "state.db"), JSON, log=FULL).start()
    partner = client(server.url, ACCOUNT)
    said = {"Catalog": "Sandbox", "Title": "One", "Description": "Two", "ClientToken": "1"}
    ids = {partner.create_engagement(**said)["Id"] for _ in range(3)}
    assert len(ids) == 1
    assert server.stop() == 0
