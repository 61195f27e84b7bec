"""What is loaded when: each case is a process of its own.

Must not depend on what this process has loaded.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore

from tests.harness import environment
from tests.testing.sdks import older_botocore

SERVER = ("granian", "uvloop", "asyncio", "argparse", "click", "http.server", "cosell.app")
SDK = ("boto3", "botocore")
ENGINE = ("cosell.config", "cosell.service", "orjson", "sqlite3", "re2")


def run(program: str, path: Path | None = None) -> Any:
    """What a program leaves in `told`; `path` goes before everything else that is importable."""
    paths = [str(path)] if path else []
    paths += [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
    warnings = [f"-W{one}" for one in ("error", *sys.warnoptions)]  # as this process was told
    done = subprocess.run(
        [sys.executable, *warnings, "-c", f"{program}\nimport json\nprint(json.dumps(told))"],
        env={**environment(), "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


LOADED = "import sys; told = sorted(name for name in sys.modules)"


def test_who_only_has_it_installed_pays_nothing() -> None:
    loaded = set(run(f"import cosell.testing; {LOADED}"))
    assert not loaded & {*SERVER, *SDK, *ENGINE, "cosell.testing.world"}


def test_hooks_load_neither_an_sdk_nor_the_engine() -> None:
    """A suite that never touches boto3 has them in all its tests."""
    loaded = set(
        run(
            "from cosell.testing.interception import Interception;"
            f" Interception().begin(); {LOADED}"
        )
    )
    assert not loaded & {*SERVER, *SDK, *ENGINE}


def test_a_world_needs_neither_a_server_nor_an_sdk() -> None:
    loaded = set(
        run(
            "from cosell.testing import World\n"
            "with World() as world:\n"
            "    world.partner.call('ListOpportunities', Catalog='AWS')\n"
            "    world.desk('GetClock')\n"
            f"{LOADED}"
        )
    )
    assert not loaded & {*SERVER, *SDK}


def test_botocore_needs_no_server_either() -> None:
    loaded = set(
        run(
            "from cosell.testing import World\n"
            "with World() as world:\n"
            "    world.partner.client.list_opportunities(Catalog='AWS')\n"
            f"{LOADED}"
        )
    )
    assert not loaded & {"granian", "uvloop", "http.server", "cosell.app", "cosell.cli"}
    assert "boto3" not in loaded


def test_an_sdk_that_is_loaded_later_is_hooked_too() -> None:
    told = run(
        "import sys\n"
        "from cosell.testing import World\n"
        "with World() as world:\n"
        "    import boto3\n"
        "    client = boto3.client('partnercentral-selling')\n"
        "    listed = client.list_opportunities(Catalog='AWS')['OpportunitySummaries']\n"
        "    try:\n"
        "        client.list_opportunities()\n"
        "    except Exception as error:\n"
        "        dead = world.dead_calls[0].message == str(error)\n"
        "from botocore.httpsession import URLLib3Session as Session\n"
        "finders = [type(one).__module__ for one in sys.meta_path]\n"
        "told = [listed, dead, Session.send.__module__, finders]\n"
    )
    assert told[:3] == [[], True, "botocore.httpsession"]
    assert "cosell.testing.interception" not in told[3]


def test_an_sdk_that_is_loaded_after_the_world_is_left_alone() -> None:
    told = run(
        "from cosell.testing import World\n"
        "with World() as world:\n"
        "    pass\n"
        "from botocore.httpsession import URLLib3Session as Session\n"
        "told = Session.send.__module__ + ' ' + Session.send.__code__.co_filename\n"
    )
    assert told.startswith("botocore.httpsession ")
    assert "cosell" not in told


def test_without_an_sdk_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "botocore.py").write_text("raise ModuleNotFoundError('No module named botocore')")
    listed, told = run(
        "from cosell.testing import World\n"
        "with World() as world:\n"
        "    listed = world.partner.call('ListOpportunities', Catalog='AWS').OpportunitySummaries\n"
        "    try:\n"
        "        world.partner.client\n"
        "    except ImportError as error:\n"
        "        told = [listed, str(error)]\n",
        tmp_path,
    )
    assert listed == []
    assert told == (
        "A client needs boto3: pip install boto3. Without it call operations by name:"
        ' partner.call("ListOpportunities", Catalog="AWS").'
    )


def test_an_sdk_that_does_not_know_the_service_is_told_in_one_sentence(tmp_path: Path) -> None:
    older_botocore(tmp_path)
    told = run(
        "from cosell.testing import World\n"
        "with World() as world:\n"
        "    try:\n"
        "        world.partner.client\n"
        "    except ValueError as error:\n"
        "        told = str(error)\n",
        tmp_path,
    )
    assert told == (
        f"botocore {botocore.__version__} does not know partnercentral-selling: install 1.35.61 or"
        " newer (pip install 'boto3>=1.35.61')."
    )
