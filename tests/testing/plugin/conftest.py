"""Suites of a stranger, run by a pytest of their own with the plugin in it."""

from collections.abc import Callable
from typing import TypeAlias

import pytest

Suite: TypeAlias = Callable[..., pytest.RunResult]
LIMIT_S = 120  # only a suite that hangs needs it


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Write a test module and run it: `suite(text, "--option")`."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # whether or not it is installed

    def run(text: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(test_suite=text)
        return pytester.runpytest_subprocess(
            "-p", "cosell.pytest_plugin", *options, timeout=LIMIT_S
        )

    return run
