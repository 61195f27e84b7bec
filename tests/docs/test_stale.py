"""What stands in docs/reference/ is what the program says of itself now."""

import subprocess
import sys

from tests.test_tidy import ROOT
from tools.reference.__main__ import stale


def test_reference_pages_are_as_make_docs_writes_them() -> None:
    assert stale() == [], "docs/reference/ is not what the program says now. Run: make docs"


def test_check_names_stale_pages_and_writes_nothing() -> None:
    """What CI runs: quiet and successful while nothing is stale."""
    command = [sys.executable, "-m", "tools.reference", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
