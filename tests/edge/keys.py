"""The configuration of a strict server: its keys, its namespaces, its short patience."""

from pathlib import Path

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


def strict_server(folder: Path, database: str) -> Server:
    """A strict server, not yet started, whose configuration lies in a folder."""
    config = folder / "cosell.toml"
    config.write_text(CONFIG)
    options = ("--auth", "strict", "--config", str(config))
    return Server(database, options, log=folder / "log")
