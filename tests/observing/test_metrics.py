"""A server's metrics, scraped as Prometheus does: what was called is what was counted."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, HTTPClientError
from prometheus_client.parser import text_string_to_metric_families

from cosell import counting
from cosell.clock import wall_ms
from cosell.contract import Document
from cosell.observing.metrics import Metrics
from cosell.operations import DESK, SELLING
from cosell.store import agenda, namespaces
from tests.edge.keys import strict_server
from tests.harness import ACCOUNT, Server, World, client, opportunity, send
from tests.inside import Inside
from tests.observing.scraping import Scrape, scrape

KNOWN = {*SELLING.contract.operations, *DESK.contract.operations}
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "observing.md"
ACCEPTING = "engagement-by-accepting-invitation-task"


@pytest.fixture
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world on a server of its own, which counts."""
    folder = tmp_path_factory.mktemp("counted")
    running = Server(str(folder / "state.db"), ("--metrics",), log=folder / "log").start()
    yield World(running)
    assert running.stop() == 0


class Counted(Inside):
    """A world in this process, whose engine counts; nothing runs by itself in it."""

    def __init__(self) -> None:
        super().__init__()
        metrics = counting.begin(self.store, None, self.engine.watching)
        assert metrics is not None
        self.metrics: Metrics = metrics

    def scrape(self) -> Scrape:
        return Scrape(self.metrics.text().decode())


@pytest.fixture
def inside() -> Iterator[Counted]:
    made = Counted()
    yield made
    made.store.close()


def test_calls_are_counted_by_operation_and_outcome(counted: World) -> None:
    partner = counted.client()
    for _ in range(3):
        partner.list_opportunities(Catalog="Sandbox")
    partner.create_opportunity(Catalog="Sandbox", ClientToken="one", **opportunity())
    for wrong in ("ResourceNotFoundException", "ValidationException"):
        identifier = "O1" if wrong.startswith("Resource") else "no opportunity"
        with pytest.raises(ClientError, match=wrong):
            partner.get_opportunity(Catalog="Sandbox", Identifier=identifier)
    counted.desk("GetClock")
    found = scrape(counted.server)
    assert found.calls("ListOpportunities") == 3
    assert found.calls("CreateOpportunity") == 1
    assert found.calls("GetOpportunity", "ResourceNotFoundException") == 1
    assert found.calls("GetOpportunity", "ValidationException") == 1
    assert found.calls("GetOpportunity") == 0
    assert found.calls("GetClock", service="desk") == 1
    assert sum(one.value for one in found if one.name == "cosell_calls_total") == 7


def test_durations_are_counted_in_buckets_that_add_up(counted: World) -> None:
    partner = counted.client()
    for _ in range(5):
        partner.list_opportunities(Catalog="Sandbox")
    fault = {"Operation": "ListOpportunities", "Effect": "Delay", "DelayMilliseconds": 300}
    for when in ("Before", "After"):
        counted.desk("PutFault", **fault, When=when, Count=1)
        partner.list_opportunities(Catalog="Sandbox")
    found = scrape(counted.server)
    name, labels = "cosell_call_duration_seconds", {"service": "selling"}
    labels["operation"] = "ListOpportunities"
    assert found.number(f"{name}_count", **labels) == 7
    assert found.number(f"{name}_bucket", **labels, le="+Inf") == 7
    assert found.number(f"{name}_bucket", **labels, le="0.25") <= 5, "waits are part of a call"
    assert found.number(f"{name}_sum", **labels) >= 0.6
    buckets = [
        one
        for one in found
        if one.name == f"{name}_bucket" and one.labels.items() >= labels.items()
    ]
    assert [one.value for one in buckets] == sorted(one.value for one in buckets)
    assert [float(one.labels["le"]) for one in buckets][::13] == [0.0005, 10.0]


def test_faults_are_counted_as_what_the_client_got(counted: World) -> None:
    partner = counted.client()
    fault = {"Operation": "ListOpportunities", "Error": "ThrottlingException"}
    counted.desk("PutFault", **fault, Count=1)
    counted.desk("PutFault", **fault, When="After", Count=1)
    for _ in range(2):
        with pytest.raises(ClientError, match="ThrottlingException"):
            partner.list_opportunities(Catalog="Sandbox")
    for when in ("Before", "After"):
        counted.desk("PutFault", Operation="ListOpportunities", Effect="Cut", When=when)
        with pytest.raises(HTTPClientError):
            partner.list_opportunities(Catalog="Sandbox")
    found = scrape(counted.server)
    assert found.calls("ListOpportunities", "ThrottlingException") == 2
    assert found.calls("ListOpportunities", "Cut") == 2
    assert found.calls("ListOpportunities") == 0


def test_what_was_refused_before_an_operation_was_known_has_no_words_of_the_client(
    counted: World,
) -> None:
    url, unknown = counted.server.url, {"service": "unknown"}
    for number in range(3):
        send(url, "POST", f"/Operation{number}", {})
        send(url, "POST", "/", {}, {"X-Amz-Target": f"Service{number}.Call{number}"})
    send(url, "GET", "/_cosell/health", headers={"Host": "elsewhere.example"})
    send(url, "DELETE", "/")
    send(url, "POST", "/ListOpportunities", b"{" + b" " * 1_100_000)
    found = scrape(counted.server)
    assert found.calls("unknown", "UnknownOperationException", **unknown) >= 3
    assert found.calls("unknown", "ForbiddenOriginException", **unknown) == 1
    assert found.calls("unknown", "RequestEntityTooLargeException", **unknown) == 1
    told = [one.labels for one in found if one.name == "cosell_calls_total"]
    assert {one["operation"] for one in told} == {"unknown"}
    assert not found.has("cosell_call_duration_seconds_count"), "nobody timed them"


def test_the_token_service_is_counted(counted: World) -> None:
    sts = client(counted.server.url, service="sts")
    assert sts.get_caller_identity()["Account"] == ACCOUNT
    with pytest.raises(ClientError):
        sts.get_session_token()
    found = scrape(counted.server)
    assert found.calls("GetCallerIdentity", service="sts") == 1
    of_sts = [one for one in found if one.labels.get("service") == "sts"]
    assert {one.labels["operation"] for one in of_sts} == {"GetCallerIdentity", "unknown"}


def test_labels_are_bounded_and_name_nobody(counted: World) -> None:
    counted.referred()
    counted.client().list_opportunities(Catalog="Sandbox")
    for sample in scrape(counted.server):
        assert ACCOUNT not in str(sample.labels)
        assert counted.namespace not in str(sample.labels)
        if "operation" in sample.labels:
            assert sample.labels["operation"] in {*KNOWN, "unknown"}


def test_tasks_at_work_and_tasks_that_ended(counted: World) -> None:
    partner = counted.client()
    counted.desk("PutPace", Mode="Held")
    tasks = []
    for _ in range(2):
        invitation = counted.referred()["EngagementInvitationId"]
        tasks.append(
            partner.start_engagement_by_accepting_invitation_task(
                Catalog="Sandbox", Identifier=invitation
            )["TaskId"]
        )
    held = scrape(counted.server)
    assert held.number("cosell_tasks", kind=ACCEPTING, state="IN_PROGRESS") == 2
    assert held.number("cosell_tasks_ended_total", kind=ACCEPTING, state="COMPLETE") == 0
    for id in tasks:  # one that is still held would meet the fault when the pace changes
        counted.desk("AdvanceTask", Catalog="Sandbox", TaskIdentifier=id, Steps=20)
    invitation = counted.referred()["EngagementInvitationId"]
    counted.desk("PutPace", Mode="Inline")
    counted.desk("PutTaskFault", Step="AcceptInvitation", ReasonCode="InternalError")
    failed = partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=invitation
    )
    assert failed["TaskStatus"] == "FAILED"
    ended = scrape(counted.server)
    assert ended.number("cosell_tasks_ended_total", kind=ACCEPTING, state="FAILED") == 1
    assert ended.number("cosell_tasks_ended_total", kind=ACCEPTING, state="COMPLETE") == 2


def test_a_repeated_start_ends_nothing_again(inside: Counted) -> None:
    invitation = inside.referred()["EngagementInvitationId"]
    start: Document = {"Catalog": "Sandbox", "Identifier": invitation, "ClientToken": "once"}
    for _ in range(3):
        inside.post("StartEngagementByAcceptingInvitationTask", start)
    found = inside.scrape()
    assert found.calls("StartEngagementByAcceptingInvitationTask") == 3
    assert found.number("cosell_tasks_ended_total", kind=ACCEPTING, state="COMPLETE") == 1


def test_what_is_due_is_counted_when_it_ran(inside: Counted) -> None:
    inside.desk("PutPace", Mode="Paced", StepSeconds=60)
    invitation = inside.referred()["EngagementInvitationId"]
    inside.client().start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=invitation
    )
    entries = inside.desk("AdvanceClock", Seconds=3600)["Fired"]
    found = inside.scrape()
    labels = {"kind": "task-step", "outcome": "done"}
    assert found.number("cosell_agenda_entries_run_total", **labels) == entries > 0
    assert found.number("cosell_tasks_ended_total", kind=ACCEPTING, state="COMPLETE") == 1


def test_an_entry_that_nobody_foresaw_is_counted_as_failed(inside: Counted) -> None:
    made = inside.client().create_opportunity(Catalog="Sandbox", ClientToken="1", **opportunity())
    plan(inside, "task-step", f"opportunity/{made['Id']}", overdue_ms=1)
    with pytest.raises(KeyError):
        inside.engine.runner.work(inside.namespace, 60.0, lambda *_: True)
    labels = {"kind": "task-step", "outcome": "failed"}
    assert inside.scrape().number("cosell_agenda_entries_run_total", **labels) == 1


def test_the_lag_of_the_agenda_is_that_of_its_most_overdue_entry(inside: Counted) -> None:
    assert inside.scrape().number("cosell_agenda_lag_seconds") == 0
    inside.desk("PutClock", Time="2027-01-01T00:00:00Z")
    inside.client().create_opportunity(Catalog="Sandbox", ClientToken="1", **opportunity())
    plan(inside, "task-step", "a-task/later", overdue_ms=-600_000)
    assert inside.scrape().number("cosell_agenda_lag_seconds") == 0
    plan(inside, "task-step", "a-task/sooner", overdue_ms=90_000)
    assert 90 <= inside.scrape().number("cosell_agenda_lag_seconds") < 600
    first, inside.namespace = inside.namespace, "a-second"
    inside.client().create_opportunity(Catalog="Sandbox", ClientToken="1", **opportunity())
    inside.desk("PutClock", Time="2031-01-01T00:00:00Z")
    assert 90 <= inside.scrape().number("cosell_agenda_lag_seconds") < 600
    plan(inside, "task-step", "a-task/soonest", overdue_ms=7_200_000)
    assert 7_200 <= inside.scrape().number("cosell_agenda_lag_seconds") < 7_800
    inside.desk("PutClock", Frozen=True)
    assert 90 <= inside.scrape().number("cosell_agenda_lag_seconds") < 600
    inside.namespace = first
    inside.desk("PutClock", Frozen=True)
    assert inside.scrape().number("cosell_agenda_lag_seconds") == 0, "no clock runs"


def test_what_is_yet_to_be_swept_is_told(inside: Counted) -> None:
    assert inside.scrape().number("cosell_retired_namespaces") == 0
    inside.client().create_opportunity(Catalog="Sandbox", ClientToken="1", **opportunity())
    inside.desk("ResetNamespace")
    assert inside.scrape().number("cosell_retired_namespaces") == 1
    while inside.store.sweep(1_000):
        pass
    assert inside.scrape().number("cosell_retired_namespaces") == 0


def plan(inside: Inside, kind: str, ref: str, overdue_ms: int) -> None:
    """Put something on the agenda of a world."""
    with inside.store.write() as tx:
        namespace = namespaces.find(tx, inside.namespace)
        agenda.plan(tx, namespace.ns, namespace.now(wall_ms()) - overdue_ms, kind, ref)


def test_who_is_let_in_by_host_may_scrape_a_strict_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("strict")
    server = strict_server(folder, ":memory:")
    server.options += ("--metrics",)
    server.start()
    send(server.url, "POST", "/ListOpportunities", {})
    found = scrape(server)
    assert found.calls("ListOpportunities", "MissingAuthenticationTokenException") == 1
    away = send(server.url, "GET", "/_cosell/metrics", headers={"Host": "elsewhere.example"})
    assert away.status == 403
    assert server.stop() == 0


def test_a_server_that_counts_nothing_says_how_it_would(world: World) -> None:
    reply = send(world.server.url, "GET", "/_cosell/metrics")
    assert reply.status == 404
    assert "--metrics" in reply.document["Message"]


def test_metrics_can_be_asked_for_in_the_environment(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path_factory.mktemp("told") / "cosell.toml"
    path.write_text("metrics = true\n")
    server = Server(":memory:", ("--config", str(path))).start()
    assert scrape(server).number("cosell_store_up") == 1
    assert server.stop() == 0
    # Somebody else's processes may count together; that is no business of this server's.
    monkeypatch.setitem(os.environ, "PROMETHEUS_MULTIPROC_DIR", "/nowhere")
    server = Server(":memory:", ("--config", str(path), "--no-metrics")).start()
    assert send(server.url, "GET", "/_cosell/metrics").status == 404
    assert server.stop() == 0
    server = Server(":memory:", ("--metrics",)).start()
    assert scrape(server).number("cosell_store_up") == 1
    assert server.stop() == 0


def test_the_guide_lists_every_series_with_its_type_and_labels(inside: Counted) -> None:
    inside.client().create_opportunity(Catalog="Sandbox", ClientToken="1", **opportunity())
    inside.metrics.ran("task-step", failed=False)
    inside.metrics.ended(ACCEPTING, "COMPLETE")
    rows = re.findall(r"^\| `(cosell_\w+)` \| (\w+) \| (.*?) \|", GUIDE.read_text(), re.MULTILINE)
    told = {name: (type, set(re.findall(r"`(\w+)`", labels))) for name, type, labels in rows}
    found = {}
    for family in text_string_to_metric_families(inside.metrics.text().decode()):
        if family.name.startswith("cosell_"):
            name = family.name + ("_total" if family.type == "counter" else "")
            labels = {label for one in family.samples for label in one.labels} - {"le"}
            found[name] = (family.type, labels)
    found["cosell_pool_connections"] = ("gauge", {"state"})  # of PostgreSQL's pool alone
    assert told == found


def test_a_server_that_counts_nothing_does_not_import_what_counts() -> None:
    """It takes a tenth of a second, which is somebody's wait at every start."""
    program = "import cosell.app, sys; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    imported = set(found.stdout.split())
    assert "cosell.observing.probes" in imported
    untold = {"prometheus_client", "cosell.observing.metrics", "cosell.selling.workflows.kinds"}
    assert not imported & {*untold, "http.server"}
