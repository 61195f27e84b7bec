"""The oldest botocore that knows the service reaches a world as the newest does.

It lives in an environment of its own, which `make setup` makes from oldest.txt; the tests are those
of this folder. Must not import what is tested.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cosell.testing.too_old import OLDEST
from tests.harness import environment

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
PYTHON = Path(sys.prefix) / "oldest" / "bin" / "python"
MODULES = {  # in groups, so that none of them takes long where much is going on
    "clients": ("test_reaching", "test_time", "test_dead_calls", "test_memoized"),
    "surroundings": ("test_environment", "test_configuration", "test_neighbours", "test_loading"),
    "ways": ("test_egress", "test_places", "test_connections"),
}
# Python 3.12 and newer warn of what botocore asked in those days; here warnings are errors.
ITS_OWN = "ignore:datetime.datetime.utcnow:DeprecationWarning"


def test_it_is_the_oldest() -> None:
    pins = (FOLDER / "oldest.txt").read_text().splitlines()
    version = next(pin.partition("==")[2] for pin in pins if pin.startswith("botocore=="))
    assert version == OLDEST
    assert _run("-c", "import botocore; print(botocore.__version__)").strip() == version


@pytest.mark.parametrize("names", MODULES.values(), ids=MODULES.keys())
def test_the_oldest_sdk(names: tuple[str, ...]) -> None:
    modules = [str(FOLDER / f"{name}.py") for name in names]
    known = ("-W", ITS_OWN)  # Python is told too, for the processes that the tests begin
    told = _run(*known, "-m", "pytest", "-q", *known, "-p", "no:cacheprovider", *modules)
    assert " passed" in told


def _run(*arguments: str) -> str:
    assert PYTHON.exists(), f"{PYTHON} is not there: make setup"
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
