"""Tests that put things of their own in the place of what a world is made with, first in a process:
the world goes on as it is, and so do those of the tests after them.

Each case is a process of its own, in which nothing of the engine is loaded at first; and pytest
looks for asserts in all of cosell, as it does where that is installed.
"""

import pytest

from tests.testing.plugin.conftest import Suite

pytest_plugins = ("pytester",)

HEAD = """
import builtins, io, os, pathlib
from unittest import mock

import boto3
import pytest

client = boto3.client("partnercentral-selling")


def use(world):
    client.list_opportunities(Catalog="Sandbox")
    opportunity = world.given.opportunity("Approved")
    world.given.invitation()
    world.aws.update_summary(opportunity)
    world.aws.refer_lead()
    world.clock.advance(days=1)
    world.tasks.hold()
    world.given.task()
    world.tasks.step()
    world.tasks.release()
    with world.faults.throttle("ListOpportunities"):
        client.list_opportunities(Catalog="Sandbox")
    assert world.events.to()
    world.events.deliver_all(lambda event: None, shuffle=True)
    assert world.calls.last.operation
    assert world.partner("B").account != world.account
"""

AFTER = """

def test_after(cosell, tmp_path):
    use(cosell)
    cosell.start_from(cosell.save(tmp_path / "world.cosell"))
    use(cosell)
"""

FILES = """
def test_files(cosell, monkeypatch):
    def patched(*_, **__):
        raise AssertionError("patched")

    for name in ("read_text", "read_bytes", "open", "exists", "stat", "iterdir", "glob"):
        monkeypatch.setattr(pathlib.Path, name, patched)
    for module, name in ((builtins, "open"), (io, "open"), (io, "open_code")):
        monkeypatch.setattr(module, name, patched)
    for name in ("stat", "open", "scandir", "listdir"):
        monkeypatch.setattr(os, name, patched)
    try:
        use(cosell)
    finally:
        monkeypatch.undo()
"""

SAID = """
def test_said(cosell):
    with mock.patch("pathlib.Path.read_text", return_value="acme"):
        use(cosell)
"""

FIRST = {
    "files": FILES,
    "what a file says": SAID,
}


@pytest.mark.parametrize("first", FIRST)
def test_what_a_test_patches_reaches_no_world(
    pytester: pytest.Pytester, suite: Suite, first: str
) -> None:
    pytester.makeconftest('import pytest\npytest.register_assert_rewrite("cosell")')
    suite(HEAD + FIRST[first] + AFTER).assert_outcomes(passed=2)


FAILING = """
def test_failing(cosell, monkeypatch):
    def patched(*_, **__):
        pytest.fail("no files here")

    client.list_opportunities(Catalog="AWS")
    for name in ("read_text", "read_bytes", "open", "write_text", "write_bytes"):
        monkeypatch.setattr(pathlib.Path, name, patched)
    monkeypatch.setattr(builtins, "open", patched)
    monkeypatch.setattr(io, "open", patched)
    assert 0, "the test's own"
"""


def test_a_failure_is_told_whatever_is_patched(pytester: pytest.Pytester, suite: Suite) -> None:
    pytester.makeconftest('import pytest\npytest.register_assert_rewrite("cosell")')
    result = suite(HEAD + FAILING + AFTER)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*AssertionError: the test's own*", "world *", "*ListOpportun*"])
