"""`make bench`: cosell beside the floor program and bare commits, as one table of one run.

`--quick` takes seconds and shows that everything runs; its figures mean nothing. `--only NAME`
measures one part. `--write` adds the table to RESULTS.md.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import (
    FULL,
    QUICK,
    STATE,
    BenchError,
    Sizes,
    hub,
    in_process,
    laboratory,
    load,
    many,
    measures,
    report,
    writes,
)
from bench.measures import Bench
from bench.report import Line, Progress

PARTS: dict[str, Callable[[Bench], Iterator[Line]]] = {
    "lists": measures.lists,
    "starts": measures.starts,
    "writes": writes.writes,
    "many": many.many,
    "in-process": in_process.in_process,
    "launches": measures.launches,
    "resets": measures.resets,
    "laboratory": laboratory.laboratory,
    "hub": hub.hubs,
}
FILLED = {"lists", "resets"}


def steps(sizes: Sizes) -> int:
    filled = len({*sizes.tasks, *sizes.resets}) + len(many.LISTS)
    rounds = sizes.rounds * (len(sizes.tasks) * 5 + 1 + 3)
    in_process_rounds = sizes.rounds * 6
    pages = sum(3 + 2 * len(listed.sorts) for listed in many.LISTS)
    others = sizes.launches + len(sizes.resets) + 2
    return filled + rounds + in_process_rounds + pages + others


def measure(sizes: Sizes, parts: list[str], lines: list[Line]) -> None:
    """Run the parts in a folder of their own, which is gone afterwards."""
    STATE.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=STATE))
    progress = Progress(steps(sizes))
    bench = Bench(folder, sizes, progress)
    try:
        if FILLED & set(parts):
            measures.fill(bench)
        for part in parts:
            lines.extend(PARTS[part](bench))
    finally:
        progress.end()
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, seconds")
    parser.add_argument("--only", action="append", choices=PARTS, help="one part")
    parser.add_argument("--write", action="store_true", help="add the table to RESULTS.md")
    chosen = parser.parse_args()
    sizes = QUICK if chosen.quick else FULL
    lines: list[Line] = []
    failure = None
    try:
        measure(sizes, chosen.only or list(PARTS), lines)
    except BenchError as error:
        failure = f"bench: {error}"
    machine = report.machine(load.tool(sizes.seconds))
    print(machine)
    print(report.table(lines))
    if failure:
        sys.exit(failure)
    if chosen.write:
        report.write("Beside the floor", machine, lines)


if __name__ == "__main__":
    main()
