"""What a run prints: how far it is, one table, and the machine it was measured on."""

import platform
import sqlite3
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from os import cpu_count
from pathlib import Path

from bench import RESULTS

HEAD = ("measure", "cosell", "beside it", "cost")
INTRODUCTION = """# Results

Each table is one run of `make bench ARGS=--write` or `make bench-peers ARGS=--write` on the machine
that stands above it: medians of rounds in which cosell and what stands beside it took turns.
*cost* is cosell's time (or memory) over the other's in the same run: below 1.00 cosell is cheaper.
Figures of different runs are not to be compared, their costs are.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table; `cost` is None where there is nothing to compare with."""

    measure: str
    ours: str
    beside: str = ""
    cost: float | None = None

    def cells(self) -> tuple[str, str, str, str]:
        cost = "" if self.cost is None else f"{self.cost:.2f}"
        return self.measure, self.ours, self.beside, cost


class Progress:
    """A bar on a terminal, nothing elsewhere."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._done = 0
        self._shown = sys.stderr.isatty()

    def step(self, what: str) -> None:
        self._done += 1
        if not self._shown:
            return
        filled = 30 * min(self._done, self._steps) // self._steps
        bar = "#" * filled + "." * (30 - filled)
        sys.stderr.write(f"\r\x1b[K[{bar}] {self._done}/{self._steps} {what}")
        sys.stderr.flush()

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def rates(measure: str, beside: str, ours: Sequence[float], theirs: Sequence[float]) -> Line:
    """A line of two rates, per second, taken in turns."""
    cost = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    a, b = statistics.median(ours), statistics.median(theirs)
    return Line(measure, f"{a:,.0f}/s", f"{beside} {b:,.0f}/s", cost)


def amounts(
    measure: str, beside: str, unit: str, ours: Sequence[float], theirs: Sequence[float]
) -> Line:
    """A line of two amounts, less being better, taken in turns."""
    cost = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    a, b = statistics.median(ours), statistics.median(theirs)
    digits = ".0f" if min(a, b) >= 10 else ".2f"
    return Line(measure, f"{a:{digits}} {unit}", f"{beside} {b:{digits}} {unit}", cost)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(lines: Sequence[Line]) -> str:
    """Markdown that is also easy to read as it is."""
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    shown = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
             for row in rows]  # fmt: skip
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([shown[0], rule, *shown[1:]])


def machine(load: str) -> str:
    parts = (
        f"{cpu_count()} cores, {_cpu()}",
        f"{platform.system()} {platform.machine()}",
        f"CPython {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
        f"Granian {version('granian')}",
        f"load: {load}",
    )
    return "; ".join(parts)


def _cpu() -> str:
    listed = Path("/proc/cpuinfo")
    if not listed.exists():
        return platform.processor() or "unknown processor"
    for line in listed.read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def write(title: str, machine: str, lines: Sequence[Line]) -> None:
    """Add the table to the results, with the machine and the day."""
    before = RESULTS.read_text() if RESULTS.exists() else INTRODUCTION
    day = datetime.now(UTC).date().isoformat()
    RESULTS.write_text(f"{before}\n## {title}, {day}\n{machine}\n\n{table(lines)}\n")
