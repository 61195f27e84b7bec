"""How large a hub is, as its guide says, is what was measured: each figure stands in the results,
in the section of the run that the guide names."""

import re

from tests.test_tidy import ROOT

GUIDE = ROOT / "docs/guide/hub.md"
RESULTS = ROOT / "bench/RESULTS.md"
RUN = "The hub alone, in full size"
COMMIT = re.compile(r"\bat ([0-9a-f]{7})\b", re.IGNORECASE)
FIGURE = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?: (?:KiB|MiB|MB|ms)\b|(?!\w))")
BOUND = "32 MiB"  # of the journal, which is no measure of a run


def figures(text: str) -> set[str]:
    """Numbers, with their units where those are of memory and of time."""
    return {one.rstrip(",") for one in FIGURE.findall(text)}


def test_every_figure_of_how_large_a_hub_is_was_measured() -> None:
    results = RESULTS.read_text()
    told = GUIDE.read_text().split("\n## How large\n")[1].split("\n## ")[0]
    assert f"*{RUN}*" in told
    named, *others = COMMIT.findall(told)
    [run] = [one for one in results.split("\n## ") if one.startswith(RUN) and f"At {named};" in one]
    assert [one for one in others if f"at {one}" not in run] == []
    assert len(figures(told)) > 20, "they are found"
    assert figures(told) - figures(run) == {BOUND}
    assert f"{BOUND} in all, at most" in results
