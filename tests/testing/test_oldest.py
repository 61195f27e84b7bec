"""The oldest botocore that knows the service reaches a world as the newest does.

It lives in an environment of its own, which `make setup` makes from oldest.txt; the tests are those
of this folder. Must not import what is tested.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.harness import environment

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
PYTHON = Path(sys.prefix) / "oldest" / "bin" / "python"
MODULES = (
    "test_reaching",
    "test_egress",
    "test_environment",
    "test_neighbours",
    "test_places",
    "test_connections",
    "test_loading",
    "test_time",
    "test_dead_calls",
)


def test_the_oldest_sdk() -> None:
    assert PYTHON.exists(), f"{PYTHON} is not there: make setup"
    pins = (FOLDER / "oldest.txt").read_text().splitlines()
    version = next(pin.partition("==")[2] for pin in pins if pin.startswith("botocore=="))
    assert _run("-c", "import botocore; print(botocore.__version__)").strip() == version
    modules = [str(FOLDER / f"{name}.py") for name in MODULES]
    told = _run("-m", "pytest", "-q", "-p", "no:cacheprovider", *modules)
    assert " passed" in told


def _run(*arguments: str) -> str:
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [str(PYTHON), *arguments],
        cwd=ROOT,
        env={**environment(), "PYTHONPATH": path.strip(os.pathsep)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
