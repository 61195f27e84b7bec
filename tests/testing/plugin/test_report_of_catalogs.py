"""What a failing test's report says where the code asked in one catalog and the rest is in another,
and where it says nothing of it."""

import re

from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

HINT = "these calls asked in catalog AWS, and the test's own words (given, aws), or its scene's,"
ASKING = """
import pytest
from urllib.request import Request, urlopen
from cosell.testing import Refused, World

@pytest.fixture(scope="session")
def kept(cosell_scene, tmp_path_factory):
    cosell_scene.aws.refer()
    return cosell_scene.save(tmp_path_factory.mktemp("scenes") / "sandbox.cosell")

def ask(world, catalog="AWS"):
    world.partner.call("ListOpportunities", Catalog=catalog)
    assert False
"""
FOUND = {
    "a world": "cosell.start_from(cosell_scene); ask(cosell)",
    "a file": "cosell.start_from(kept); ask(cosell)",
    "a file of a new world": "with World.load(kept) as world: ask(world)",
    "a file of another folder": (
        "monkeypatch.chdir(kept.parent); cosell.start_from(kept.name); monkeypatch.undo();"
        " ask(cosell)"
    ),
    "a world from a file": "with World.load(kept) as w: cosell.start_from(w)\n    ask(cosell)",
    "before start_from": (
        "cosell.given.opportunity(Catalog='AWS'); cosell.start_from(cosell_scene); ask(cosell)"
    ),
    "a refused word": (
        "cosell.aws.refer()\n"
        "    with pytest.raises(Refused): cosell.aws.refer(Catalog='Prod')\n"
        "    ask(cosell)"
    ),
}
SILENT = {
    "a reset": "cosell.given.opportunity(); cosell.desk('ResetNamespace'); ask(cosell)",
    "a reset by hand": (
        "cosell.given.opportunity()\n"
        "    url = cosell.endpoint_url + '/_cosell/ResetNamespace'\n"
        "    urlopen(Request(url, b'{}', {'Content-Type': 'application/json'})); ask(cosell)"
    ),
    "start_from an empty world": (
        "cosell.given.opportunity()\n"
        "    with World() as empty: cosell.start_from(empty)\n"
        "    ask(cosell)"
    ),
    "a refused word alone": (
        "with pytest.raises(Refused): cosell.aws.refer(Catalog='Prod')\n    ask(cosell)"
    ),
    "a file of that catalog": "cosell.start_from(kept); ask(cosell, 'Sandbox')",
    "a file that is gone": "cosell.start_from(kept); kept.unlink(); ask(cosell)",
}


def test_what_stands_in_the_other_catalog_is_told_and_what_does_not_is_not(suite: Suite) -> None:
    cases = FOUND | SILENT
    text = ASKING + "".join(
        f"\ndef test_{number}(cosell, cosell_scene, kept, monkeypatch):\n    {body}\n"
        for number, body in enumerate(cases.values())
    )
    result = suite(text)
    result.assert_outcomes(failed=len(cases))
    reports = re.split(r"(?m)^_+ test_\d+ _+$", str(result.stdout))[1:]
    assert len(reports) == len(cases)
    for name, report in zip(cases, reports, strict=True):
        assert "ListOpportunities  Success" in report, name
        hint = f"{HINT} acted in Sandbox: they act in cosell.catalog"
        assert (hint in report) == (name in FOUND), name
