"""What a type checker knows of a test: the clients' types where their stubs are installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
TEST = """
from cosell.testing import World

def test_it(cosell: World) -> None:
    reveal_type(cosell.partner.client)
    reveal_type(cosell.partner("B").client)
    reveal_type(cosell.client("B", use_ssl=True))
    reveal_type(cosell.client(service="sts"))
"""
STUBS = "class PartnerCentralSellingAPIClient: ...\n"
TYPED = "types_boto3_partnercentral_selling.PartnerCentralSellingAPIClient"


@pytest.mark.parametrize(("stubs", "told"), [(True, [TYPED] * 3 + ["Any"]), (False, ["Any"] * 4)])
def test_clients_have_their_type_where_it_is_known(
    tmp_path: Path, stubs: bool, told: list[str]
) -> None:
    if stubs:
        package = tmp_path / "types_boto3_partnercentral_selling"
        package.mkdir()
        (package / "__init__.pyi").write_text(STUBS, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(TEST, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--follow-imports=silent", "test_it.py"],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": f"{SOURCE}{os.pathsep}{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = [line.split('"')[1] for line in done.stdout.splitlines() if "Revealed" in line]
    assert found == told, done.stdout + done.stderr


def test_nobody_imports_stubs() -> None:
    program = "import sys, cosell.testing.world; print([n for n in sys.modules if 'types_' in n])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
