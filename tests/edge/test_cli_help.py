"""What the command line tells of itself, and that this is quick."""

import re
import subprocess
import sys

import pytest

from cosell import __version__
from cosell.selling.contract import CONTRACT
from tests.edge.test_cli_serve import ran
from tests.harness import environment


def test_version_names_the_model() -> None:
    done = ran("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"cosell {__version__} (API model of {CONTRACT.model_date})\n"


def test_a_command_loads_no_loop_before_there_is_one() -> None:
    """Whoever asks for the version or for help would wait for it."""
    program = "import cosell.cli, sys; print('cosell.serving' in sys.modules, *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )
    served, *loaded = done.stdout.split()
    assert served == "True"
    assert not {"asyncio", "granian", "cosell.app"} & {*loaded}


def test_no_command_shows_the_commands() -> None:
    done = ran()
    assert done.returncode == 2
    assert "serve" in done.stdout


@pytest.mark.parametrize("command", ["serve", "open", "migrate", "worker", "save", "load"])
def test_help_of_a_command_says_what_it_does_as_the_list_of_all(command: str) -> None:
    listed = re.search(rf"^    {command} +(.+(?:\n {{9,}}.+)*)", ran("--help").stdout, re.MULTILINE)
    assert listed
    said = " ".join(listed[1].split())
    told = " ".join(ran(command, "--help").stdout.split())
    assert f" {said[0].upper()}{said[1:]}. " in told
    assert not re.search(r"[A-Z]_[A-Z]", told), "no name that only the program knows"


def test_help_tells_what_a_file_is_and_what_is_so_by_itself() -> None:
    assert re.search(r"FILE +where to write it", ran("save", "--help").stdout)
    assert re.search(r"FILE +what `save` or SaveNamespace wrote", ran("load", "--help").stdout)
    told = " ".join(ran("serve", "--help").stdout.split())
    assert "log a line for each call (yes where lines are JSON, else no)" in told
    assert "/_cosell/metrics (yes on PostgreSQL, else no)" in told
