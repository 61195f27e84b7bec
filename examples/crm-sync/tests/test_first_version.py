"""The first version of the service: its own suite is green, and this one finds both dead calls.

README.md shows what is printed then; that is held against what is printed now.
"""

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
FOUND_BY = (
    "tests/test_invitations.py::test_a_decline_tells_aws_why",
    "tests/test_deals.py::test_an_edit_reaches_aws_and_nothing_else_changes",
)
SHOWN = re.compile(r"^```\n(calls:\n.*?)^```$", re.MULTILINE | re.DOTALL)


def suite(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """A run of pytest in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def timeless(text: str) -> list[str]:
    """The lines of a text, whenever it was printed."""
    return re.sub(r"\d+", "0", text).splitlines()


def test_the_mocked_suite_is_green() -> None:
    run = suite("before")
    assert run.returncode == 0, run.stdout


def test_this_suite_finds_both_dead_calls() -> None:
    run = suite("-p", "before.first_version", *FOUND_BY)
    assert re.search(r"^2 failed", run.stdout, re.MULTILINE), run.stdout + run.stderr
    assert re.search(r"RejectEngagementInvitation +ParamValidationError", run.stdout)
    assert re.search(r"UpdateOpportunity +ValidationException +update\.", run.stdout)

    shown = SHOWN.findall((PROJECT / "README.md").read_text(encoding="utf-8"))
    assert len(shown) == len(FOUND_BY)
    printed = timeless(run.stdout)
    for report in shown:
        assert [line for line in timeless(report) if line not in printed] == []


def test_every_test_that_the_readme_names_is_there() -> None:
    named = re.findall(r"`(test_\w+)`", (PROJECT / "README.md").read_text(encoding="utf-8"))
    written = "".join(path.read_text(encoding="utf-8") for path in PROJECT.glob("tests/*.py"))
    assert [name for name in named if f"def {name}(" not in written] == []
