"""`make bench-peers`: cosell beside emulators that people run today.

None of them has Partner Central, so their nearest operation is measured: Step Functions'
ListExecutions, a page of 20 (beside a page of 20 tasks), and StartExecution of a machine that only
passes (beside Start to COMPLETE, which is much more work). Each peer lives in a venv of its own
under bench/.venvs; rounds take turns. `--write` adds the table to RESULTS.md.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import CATALOG, LIST, PAGE, ROOT, STATE, BenchError, fill, report, servers
from bench.load import drive, once, rate, tool
from bench.report import Line, Progress
from bench.servers import Server
from bench.signed import Request, sign, sign_for
from bench.suites import suites

VENVS = ROOT / "bench" / ".venvs"
MACHINE = json.dumps({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}})
ROLE = "arn:aws:iam::111122223333:role/bench"
COUNTS = (1_000, 10_000)
MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Peer:
    """An emulator: what pip installs, and how its server is started."""

    name: str
    requirement: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


PEERS = (
    Peer("moto", "moto[server]==5.2.5", ("moto_server", "-H", "127.0.0.1", "-p", "{port}")),
    Peer("MiniStack", "ministack==1.5.33", ("ministack",), {"GATEWAY_PORT": "{port}"}),
)


@dataclass(slots=True)
class Seen:
    """What was measured of one server."""

    start_s: list[float] = field(default_factory=list)
    memory_mb: float = 0.0
    starts: list[float] = field(default_factory=list)
    pages: dict[int, list[float]] = field(default_factory=dict)


class Subject:
    """One server under measurement, cosell or a peer: how it is asked what."""

    def __init__(self, name: str, launch: Callable[[], AbstractContextManager[Server]]) -> None:
        self.name = name
        self.launch = launch
        self.seen = Seen()

    def first_call(self, server: Server) -> Request:
        return sign(server.url(), LIST, {"Catalog": CATALOG})

    def prepare(self, server: Server) -> None:
        """What has to be there before anything can be started."""

    def starts(self, server: Server, count: int) -> list[Request]:
        referral = fill.refer(server)
        referred = drive([referral.bytes()] * count, referral.address, keep=True)
        invitations = [json.loads(body)["EngagementInvitationId"] for body in referred.bodies]
        return [fill.start(server, invitation) for invitation in invitations]

    def page(self, server: Server) -> Request:
        return sign(server.url(), LIST, {"Catalog": CATALOG, "MaxResults": PAGE})


class PeerSubject(Subject):
    """A peer, asked through Step Functions."""

    machine = ""

    def first_call(self, server: Server) -> Request:
        return states(server, "ListStateMachines", {})

    def prepare(self, server: Server) -> None:
        document = {"name": "bench", "definition": MACHINE, "roleArn": ROLE}
        self.machine = json.loads(once(states(server, "CreateStateMachine", document)))[
            "stateMachineArn"
        ]

    def starts(self, server: Server, count: int) -> list[Request]:
        return [
            states(
                server,
                "StartExecution",
                {"stateMachineArn": self.machine, "name": str(uuid.uuid4()), "input": "{}"},
            )
            for _ in range(count)
        ]

    def page(self, server: Server) -> Request:
        document = {"stateMachineArn": self.machine, "maxResults": PAGE}
        return states(server, "ListExecutions", document)


def states(server: Server, operation: str, document: Mapping[str, object]) -> Request:
    return sign_for("states", f"AWSStepFunctions.{operation}", server.url(), document)


def installed(peer: Peer) -> Path:
    """The peer's venv, made if it is not there with that very version."""
    venv = VENVS / peer.name.lower()
    stamp = venv / ".installed"
    if not stamp.exists() or stamp.read_text() != peer.requirement:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "-qq"]
        subprocess.run([*pip, "--disable-pip-version-check", peer.requirement], check=True)
        stamp.write_text(peer.requirement)
    return venv


def launcher(peer: Peer, folder: Path) -> Callable[[], AbstractContextManager[Server]]:
    program, *arguments = peer.command
    words = [str(installed(peer) / "bin" / program), *arguments]

    @contextmanager
    def launch() -> Iterator[Server]:
        log = folder / f"{peer.name}.log"
        with servers.launched(words, log, peer.environment) as server:
            yield server

    return launch


def cosell_launcher(folder: Path) -> Callable[[], AbstractContextManager[Server]]:
    """Each launch has a state file of its own, as each launch of a peer begins with nothing."""
    return lambda: servers.cosell(folder / f"cosell-{uuid.uuid4()}.db")


def start_up(subject: Subject) -> None:
    with subject.launch() as server:
        subject.seen.start_s.append(server.first_answer(subject.first_call(server)))


def run_together(subjects: list[Subject], rounds: int, seconds: float, progress: Progress) -> None:
    """All servers up at once, so that their rounds can take turns."""
    with launched_all(subjects) as live:
        for subject, server in live:
            server.first_answer(subject.first_call(server))
            subject.seen.memory_mb = server.memory_bytes() / MEGABYTE
            subject.prepare(server)
        for count, more in zip(COUNTS, (COUNTS[0], COUNTS[1] - COUNTS[0]), strict=True):
            for subject, server in live:
                progress.step(f"{subject.name}: up to {count:,}")
                calls = subject.starts(server, more)
                sent = drive([call.bytes() for call in calls], calls[0].address)
                subject.seen.starts.append(sent.rate)
            for subject, server in live * rounds:
                progress.step(f"{subject.name}: page of {count:,}")
                call = subject.page(server)
                subject.seen.pages.setdefault(count, []).append(rate(call, seconds))


@contextmanager
def launched_all(subjects: list[Subject]) -> Iterator[list[tuple[Subject, Server]]]:
    if not subjects:
        yield []
        return
    with subjects[0].launch() as server, launched_all(subjects[1:]) as others:
        yield [(subjects[0], server), *others]


def lines(subjects: list[Subject]) -> Iterator[Line]:
    """One line per measure and peer; cost is cosell's time or memory over the peer's."""
    own, *peers = subjects
    for peer in peers:
        a, b = own.seen, peer.seen
        yield report.amounts("process start to first answer", peer.name, "s", a.start_s, b.start_s)
        yield report.amounts("memory then", peer.name, "MB", [a.memory_mb], [b.memory_mb])
        for count in COUNTS:
            yield report.rates(
                f"list {PAGE} of {count:,}", peer.name, a.pages[count], b.pages[count]
            )
        for count, ours, theirs in zip(COUNTS, a.starts, b.starts, strict=True):
            yield report.rates(f"starts, up to {count:,}", peer.name, [ours], [theirs])


def measure_suites(rounds: int) -> list[Line]:
    """The test suites alone."""
    STATE.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=STATE))
    progress = Progress(rounds * 3 + 1)
    try:
        return list(suites(folder, rounds, progress))
    finally:
        progress.end()
        shutil.rmtree(folder)


def measure(rounds: int, seconds: float, launches: int) -> list[Line]:
    STATE.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=STATE))
    subjects: list[Subject] = [Subject("cosell", cosell_launcher(folder))]
    subjects += [PeerSubject(peer.name, launcher(peer, folder)) for peer in PEERS]
    turns = launches + len(COUNTS) * (rounds + 1)
    progress = Progress(turns * len(subjects) + rounds * 3 + 1)
    try:
        for number in range(launches):
            for subject in subjects:
                progress.step(f"{subject.name}: starting up, round {number + 1}")
                start_up(subject)
        run_together(subjects, rounds, seconds, progress)
        return [*lines(subjects), *suites(folder, rounds, progress)]
    finally:
        progress.end()
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-peers", description=__doc__)
    parser.add_argument("--write", action="store_true", help="add the table to RESULTS.md")
    parser.add_argument("--suites", action="store_true", help="the test suites alone")
    chosen = parser.parse_args()
    seconds = 3.0
    try:
        if chosen.suites:
            found = measure_suites(rounds=3)
        else:
            found = measure(rounds=3, seconds=seconds, launches=5)
    except BenchError as error:
        sys.exit(f"bench-peers: {error}")
    machine = report.machine(tool(seconds))
    print(machine)
    print(report.table(found))
    if chosen.write:
        report.write("Beside other emulators", machine, found)


if __name__ == "__main__":
    main()
