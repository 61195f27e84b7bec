"""The guides run: what a reader pastes, in the order of the page, against a server.

Python blocks of a page share their names, as in one interpreter; shell blocks have what Python told
the reader to export. Only the server's address is another.
"""

import io
import re
import subprocess
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from tests.harness import World, environment

ROOT = Path(__file__).resolve().parents[2]
EXPORT = re.compile(r"^export (\w+)=(\S+)$", re.MULTILINE)
BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str]]:
    """The language and the text of every block that runs."""
    return BLOCK.findall((ROOT / page).read_text())


def ran(world: World, page: str, told: str) -> str:
    """What the page prints when it is pasted block by block; `told` is the address in it."""
    names: dict[str, Any] = {}
    printed = io.StringIO()
    for language, text in blocks(page):
        text = text.replace(told, world.endpoint)
        if language == "python":
            with redirect_stdout(printed):
                exec(compile(text, page, "exec"), names)  # the page is ours
        else:
            printed.write(shell(text, printed.getvalue()) + "\n")
    return printed.getvalue()


def shell(text: str, told: str) -> str:
    known = dict(EXPORT.findall(told))
    done = subprocess.run(
        ["bash", "-euc", text],
        env={**environment(), **known},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "__type" not in done.stdout, done.stdout
    return done.stdout


def test_deal_of_the_guide_is_closed(world: World) -> None:
    printed = ran(world, "docs/guide/selling.md", "http://127.0.0.1:2673/ns/guide").splitlines()
    said = [line for line in printed if line and not line.startswith(("{", "export "))]
    assert said[0].startswith("COMPLETE eng-")
    assert said[1:3] == ["Action Required Which city?", "Co-Sell Engaged"]
    assert said[3] == "Approved"
    assert said[4].endswith("Prospect")
    assert said[5] == "Converted from Lead 2"


def test_first_minutes_of_the_readme(world: World) -> None:
    assert len(blocks("README.md")) >= 2
    printed = ran(world, "README.md", "http://127.0.0.1:2673")
    assert "EngagementInvitationId" in printed
    assert world.desk("GetClock")["Frozen"] is False
