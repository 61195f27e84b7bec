"""A strict server for the tests of this folder: its keys, its namespaces, its short patience."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.wires import Signer
from tests.harness import ACCOUNT, OTHER, Server

BODY_S_MAX = 0.5
ORIGIN = "https://console.example"
HOST = "cosell.example"
ALPHA = Signer("AKIAALPHA", "alpha's secret")
BETA = Signer("AKIABETA", "beta's secret")
CONFIG = f"""
hosts = ["{HOST}"]

[limits]
body_s_max = {BODY_S_MAX}

[cors]
origins = ["{ORIGIN}"]

[[keys]]
id = "{ALPHA.key}"
secret = "{ALPHA.secret}"
account = "{ACCOUNT}"
principal = "user/alpha"
namespaces = ["default", "team-a-*"]

[[keys]]
id = "{BETA.key}"
secret = "{BETA.secret}"
account = "{OTHER}"
namespaces = ["team-?-*"]
"""


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that lets in two keys only; it must end cleanly when the tests are over."""
    folder = tmp_path_factory.mktemp("strict")
    running = strict_server(folder, str(folder / "state.db")).start()
    yield running
    assert running.stop() == 0


def strict_server(folder: Path, database: str) -> Server:
    """A strict server, not yet started, whose configuration lies in a folder."""
    config = folder / "cosell.toml"
    config.write_text(CONFIG)
    options = ("--auth", "strict", "--config", str(config))
    return Server(database, options, log=folder / "log")
