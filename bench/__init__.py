"""Measurements of cosell beside something that anybody can check: the floor program, bare commits,
neighbouring emulators. `make bench` and `make bench-peers`; nothing of this is in the wheel.

The words that its parts share. Everything runs on 127.0.0.1 and is bounded in count and time.
"""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / "bench" / ".state"
RESULTS = ROOT / "bench" / "RESULTS.md"

REGION = "us-east-1"
SERVICE = "partnercentral-selling"
TARGET = "AWSPartnerCentralSelling."
LIST = "ListEngagementByAcceptingInvitationTasks"
START = "StartEngagementByAcceptingInvitationTask"
CATALOG = "Sandbox"
PAGE = 20

ACCOUNT = "111122223333"
KEY_ID = "AKIABENCHBENCHBENCH0"
SECRET = "a secret of the bench, known to both sides"


class BenchError(Exception):
    """What was measured did not do what was asked of it; no figure comes of that."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much a run measures."""

    tasks: tuple[int, ...]
    rounds: int
    seconds: float
    starts: int
    writes: int
    lists: tuple[int, int]
    list_rounds: int
    list_seconds: float
    launches: int
    resets: tuple[int, ...]
    worlds: int
    hub_tasks: int
    hub_spaces: int
    listen_s: float


FULL = Sizes(
    tasks=(1_000, 10_000, 1_000_000),
    rounds=5,
    seconds=2.0,
    starts=1_500,
    writes=1_500,
    lists=(1_000, 1_000_000),
    list_rounds=3,
    list_seconds=1.0,
    launches=7,
    resets=(10_000, 1_000_000),
    worlds=500,
    hub_tasks=10_000,
    hub_spaces=1_000,
    listen_s=5.0,
)
QUICK = Sizes(
    tasks=(100, 1_000),
    rounds=1,
    seconds=0.2,
    starts=40,
    writes=40,
    lists=(60, 200),
    list_rounds=1,
    list_seconds=0.05,
    launches=1,
    resets=(1_000,),
    worlds=10,
    hub_tasks=40,
    hub_spaces=10,
    listen_s=0.5,
)
