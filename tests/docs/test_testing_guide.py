"""The guide to testing runs: its blocks are modules of a suite that pytest runs."""

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

PAGE = Path(__file__).resolve().parents[2] / "docs/guide/testing.md"
README = PAGE.parents[2] / "README.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# (\w+\.py)\n")
# What other parts of a world ask, and no test.
INTERNAL = {
    "about_to_call", "about_to_forget", "adopt", "end", "has_forgotten", "note", "resting",
}  # fmt: skip
TEST = re.compile(r"^def (test_\w+)", re.MULTILINE)


@pytest.mark.parametrize("where", [(), ("--cosell-server=shared",)], ids=["here", "server"])
def test_every_block_runs(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, where: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    readme = BLOCK.findall(README.read_text(encoding="utf-8"))
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    blocks += [block for block in readme if TEST.search(block)]
    for number, block in enumerate(blocks):
        named = NAMED.match(block)
        name = named[1] if named else f"test_block_{number}.py"
        (pytester.path / name).write_text(block, encoding="utf-8")
    result = pytester.runpytest_subprocess("-p", "cosell.pytest_plugin", "--strict-markers", *where)
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}, str(result.stdout)
    assert outcomes["passed"] >= sum(len(TEST.findall(block)) for block in blocks) > 30


@pytest.mark.parametrize("module", ["given", "aws", "clock", "tasks", "faults", "events"])
def test_every_public_word_of_a_member_is_in_the_guide(module: str) -> None:
    from importlib import import_module

    page = PAGE.read_text(encoding="utf-8")
    found = import_module(f"cosell.testing.{module}")
    face = getattr(found, module.capitalize())
    words = [name for name in vars(face) if not name.startswith("_") and name not in INTERNAL]
    hidden = [name for name in words if not re.search(rf"\b{module}\.{name}\b|`{name}", page)]
    assert not hidden
