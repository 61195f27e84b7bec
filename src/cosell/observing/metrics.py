"""The metrics: what is counted as it happens, and what is asked of the store at a scrape, as
Prometheus reads it.

Labels are few and their values are bounded: no account, no namespace, nothing that a client says.
Imports prometheus_client, which takes its time: only a server that is to count imports this file.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from cosell.clock import wall_ms
from cosell.http import HttpResponse
from cosell.journal import Trace
from cosell.observing import processes, together
from cosell.store import Store, StoreError, Tx, agenda, namespaces

log = logging.getLogger("cosell.metrics")

UNKNOWN: Final = "unknown"
_BUCKETS_S: Final = (
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip
_CELLS_MAX: Final = 10_000  # never met: there are fewer operations and codes


class Tasks(NamedTuple):
    """The kinds of task, each with the states in which it is at work, and how many are: rows of
    kind, state and number."""

    states: Mapping[str, frozenset[str]]
    at_work: Callable[[Tx], list[tuple[str, str, int]]]


class Build(NamedTuple):
    """Which program this is."""

    version: str
    model_date: str


_Cell: TypeAlias = tuple[Counter, Histogram | None]


class Metrics:
    """Counts what happens in this process, and tells it with what others counted."""

    def __init__(self, store: Store, tasks: Tasks, build: Build, directory: str | None) -> None:
        """`directory` is where the processes of one server count together; None: there is one.
        OSError if this one cannot."""
        if directory is not None:
            together.begin(directory)
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._store = store
        self._directory = directory
        registry = CollectorRegistry()
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry, multiprocess_mode="livesum")
        self._calls = counter(
            "cosell_calls",
            "Calls that were answered, by how: Success, the code of an error, or Cut.",
            ("service", "operation", "outcome"),
        )
        self._durations = Histogram(
            "cosell_call_duration_seconds",
            "From the whole request to its answer, waits that a fault brought included.",
            ("service", "operation"),
            buckets=_BUCKETS_S,
            registry=registry,
        )
        self._ended = counter(
            "cosell_tasks_ended",
            "Tasks that came to their last state in this server.",
            ("kind", "state"),
        )
        self._ran = counter(
            "cosell_agenda_entries_run",
            "What was due and was run: done, or failed in a way that nobody foresaw.",
            ("kind", "outcome"),
        )
        self._in_progress = gauge(
            "cosell_calls_in_progress", "Calls that have begun and have no answer yet."
        )
        self._connections = gauge(
            "cosell_pool_connections",
            "Connections to the database by state; none where the state is a file.",
            ("state",),
        )
        self._cells: dict[tuple[str, str, str], _Cell] = {}
        self._running: Callable[[], int] = lambda: 0
        self._scraped = _scraped(registry, directory)
        self._scraped.register(_Asked(store, tasks, build))

    # --- as it happens --------------------------------------------------------------------------

    def answered(self, trace: Trace, _: HttpResponse) -> None:
        """A call was answered. One whose operation was not known yet is counted, and not timed."""
        key = (trace.service, trace.operation, trace.outcome)
        try:
            counter, histogram = self._cells[key]
        except KeyError:
            counter, histogram = self._cell(*key)
        counter.inc()
        if histogram is not None:
            histogram.observe(trace.lasted_s)

    def ran(self, kind: str, *, failed: bool) -> None:
        self._ran.labels(kind, "failed" if failed else "done").inc()

    def ended(self, kind: str, state: str) -> None:
        self._ended.labels(kind, state).inc()

    def _cell(self, service: str, operation: str, outcome: str) -> _Cell:
        if not service or not operation:  # what was asked for then is whatever a client says
            return self._calls.labels(service or UNKNOWN, UNKNOWN, outcome), None
        cell = (
            self._calls.labels(service, operation, outcome),
            self._durations.labels(service, operation),
        )
        if len(self._cells) < _CELLS_MAX:
            self._cells[service, operation, outcome] = cell
        return cell

    # --- at a scrape ----------------------------------------------------------------------------

    def watch(self, running: Callable[[], int]) -> None:
        """How many calls are in progress is asked there."""
        self._running = running

    def note(self) -> None:
        """Write down what is so at present in this process; others may be asked to tell it."""
        self._in_progress.set(self._running())
        for state, number in self._store.pool_use().items():
            self._connections.labels(state).set(number)

    def text(self) -> bytes:
        """Everything, in the text format. What the store does not tell is missing in it; OSError if
        what the processes counted is gone."""
        self.note()
        if self._directory is not None:
            processes.ensure_kept(self._directory)
            processes.forget_ended(self._directory)
        return generate_latest(self._scraped)


class _Asked(Collector):
    """What is asked of the store when somebody scrapes."""

    def __init__(self, store: Store, tasks: Tasks, build: Build) -> None:
        self._store = store
        self._tasks = tasks
        self._build = build

    def collect(self) -> Iterator[Metric]:
        built = GaugeMetricFamily(
            "cosell_build_info",
            "1: which cosell this is, and the date of its API model.",
            labels=("version", "model_date"),
        )
        built.add_metric(self._build, 1)
        yield built
        up = GaugeMetricFamily("cosell_store_up", "1 if the store answered this scrape, else 0.")
        try:
            with self._store.read() as tx:
                counted = {(kind, state): n for kind, state, n in self._tasks.at_work(tx)}
                lag_ms = agenda.lag_ms(tx, wall_ms())
                retired = namespaces.count_retired(tx)
        except StoreError as error:
            log.warning("The store does not answer a scrape: %s", error)
            up.add_metric((), 0)
            yield up
            return
        up.add_metric((), 1)
        yield up
        yield from self._told(counted, lag_ms)
        left = GaugeMetricFamily(
            "cosell_retired_namespaces",
            "Namespaces that are no more, and of which the rows are yet to be swept.",
        )
        left.add_metric((), retired)
        yield left

    def _told(self, counted: Mapping[tuple[str, str], int], lag_ms: int) -> Iterator[Metric]:
        tasks = GaugeMetricFamily(
            "cosell_tasks", "Tasks that are at work, in all namespaces.", labels=("kind", "state")
        )
        for kind, states in self._tasks.states.items():
            for state in sorted(states):
                tasks.add_metric((kind, state), counted.get((kind, state), 0))
        yield tasks
        lag = GaugeMetricFamily(
            "cosell_agenda_lag_seconds",
            "How long what is due longest has been due, over all namespaces whose clock runs.",
        )
        lag.add_metric((), lag_ms / 1000)
        yield lag


def _scraped(registry: CollectorRegistry, directory: str | None) -> CollectorRegistry:
    """What a scrape reads: this process's counts and its memory, or the counts of all."""
    if directory is None:
        ProcessCollector(registry=registry)
        return registry
    all = CollectorRegistry()
    MultiProcessCollector(all, directory)  # type: ignore[no-untyped-call]
    return all
