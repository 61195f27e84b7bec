"""What worlds are made of is there before any test, all of it or nothing."""

from pathlib import Path

import grimp
import pytest

from cosell.operations import DESK, DUE, SELLING
from tests.testing.test_loading import ENGINE, LOADED, SDK, SERVER, run

BEFORE = set(
    grimp.build_graph(
        "cosell", exclude_type_checking_imports=True, cache_dir=None
    ).find_upstream_modules("cosell.testing.world")
) | {"cosell.testing.world"}
"""What a world may come to load, but for operations."""
HTTP = {"cosell.browsers", *(f"cosell.testing.{name}" for name in ("edge", "server", "there"))}
HTTP |= {"cosell.testing.run_server", "cosell.testing.sending"}


def test_who_takes_world_has_all_of_it_before_any_test() -> None:
    loaded = set(run(f"from cosell.testing import World; {LOADED}"))
    held = {*SELLING.handlers.values(), *DESK.handlers.values(), *DUE.values()}
    assert loaded >= (BEFORE - HTTP) | {one.__module__ for one in held} | {"re2"}
    assert not loaded & {*SERVER, *SDK, *HTTP}


LOADING = (
    "import os, pytest\n"
    "os.environ['PYTEST_DISABLE_PLUGIN_AUTOLOAD'] = '1'\n"
    "plugins = '-p', 'no:cacheprovider', '-p', 'cosell.pytest_plugin'\n"
)


@pytest.mark.parametrize(
    ("test", "options", "whole"),
    [
        ("def test_it(cosell): ...", [], True),
        ("def test_it(cosell_scene): ...", [], True),
        ("from cosell.testing import World\n\ndef test_it(): ...", [], True),
        ("def test_it(): ...", [], False),
        ("def test_it(cosell): ...", ["--collect-only"], False),
        ("def test_it(cosell): ...", ["--cosell-server=shared", "--setup-plan"], False),
    ],
)
def test_a_suite_has_all_of_a_world_before_its_first_test_or_nothing(
    tmp_path: Path, test: str, options: list[str], whole: bool
) -> None:
    (tmp_path / "conftest.py").write_text(
        "import sys\n\n"
        "def pytest_runtestloop(session):\n"
        "    sys.told = sorted(name for name in sys.modules)\n"
    )
    (tmp_path / "test_it.py").write_text(test)
    program = f"assert pytest.main([*plugins, *{[*options, str(tmp_path)]!r}]) == 0\n"
    loaded = set(run(f"{LOADING}{program}import sys; told = sys.told"))
    assert (BEFORE - HTTP <= loaded) is whole
    assert whole or not loaded & {*ENGINE, "cosell.testing.world"}
