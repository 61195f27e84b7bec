"""The bench runs from end to end; its figures are nobody's business here."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_quick_bench_measures_everything() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bench.run", "--quick"],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    for measure in (
        "list 20 of 100: first page",
        "list 20 of 1,000: last page",
        "Start to COMPLETE",
        "CreateOpportunity",
        "UpdateOpportunity",
        "GetOpportunity",
        "Opportunities of 200: last page by TargetCloseDate",
        "EngagementInvitations of 200: a Status that few have",
        "ProspectingFromEngagementTasks of 200: last page",
        "process start to first answer",
        "memory after the first answer",
        "reset of 1,000 tasks",
        "a fresh world, in process",
        "a fork of 1,000 resources, in process",
    ):
        assert f"| {measure}" in ran.stdout
