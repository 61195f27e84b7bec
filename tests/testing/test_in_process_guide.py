"""The guide of how calls reach a world runs, block by block.

Must not know more than the page says.
"""

import io
import os
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "in-process.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_guide_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    monkeypatch.setenv("PATH", beside)  # where the AWS CLI is
    names: dict[str, Any] = {}
    printed = io.StringIO()
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        with redirect_stdout(printed):
            exec(compile(block, str(PAGE), "exec"), names)  # the page is ours
    for name in [name for name in names if name.startswith("test_")]:
        names[name]()
    said = printed.getvalue().splitlines()
    assert said[:4] == ["1 invitation", "[]", "True us-east-1", "True"]
    assert '    "OpportunitySummaries": []' in said
