"""What the clients of a seed were told: what was acknowledged must be there in the end.

Must not know how it was asked for, nor how it is checked.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

AWS = "aws"


class Miss(AssertionError):
    """Something is not as it must be, whatever died: what the suite is there to find."""


@dataclass(frozen=True)
class Said:
    """A call that was answered well: by whom, what, with which token ('' for none)."""

    account: str
    operation: str
    members: dict[str, Any]
    token: str
    answer: Any


@dataclass(frozen=True)
class Edit:
    """An update by an account of an opportunity that stood at `base`: its title since, and since
    when; `sure` unless nobody can know any more whether it was made."""

    account: str
    base: str
    title: str
    at: str
    sure: bool = True


@dataclass
class Space:
    """A namespace, and all that its clients were told of it. It is `whole` while nothing was done
    in it but what is remembered here."""

    name: str
    catalog: str
    accounts: tuple[str, ...]
    whole: bool = True
    autopilot: bool = False  # AWS reviews by itself
    late: bool = False  # events come late, and some twice
    said: list[Said] = field(default_factory=list)
    opportunities: dict[str, str] = field(default_factory=dict)  # id → owner
    engagements: dict[str, str] = field(default_factory=dict)  # id → who made it
    invitations: dict[str, str] = field(default_factory=dict)  # id → what became of it
    tasks: dict[str, str] = field(default_factory=dict)  # id → the operation that started it
    jobs: dict[str, str] = field(default_factory=dict)  # id → owner
    members: set[tuple[str, str]] = field(default_factory=set)  # engagement, account
    edits: dict[str, list[Edit]] = field(default_factory=dict)
    tags: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)  # arn → whose, which
    events: list[tuple[int, str]] = field(default_factory=list)  # as they were followed
    boards: dict[str, str] = field(default_factory=dict)  # account → what all update
    shared: dict[str, tuple[str, str]] = field(default_factory=dict)  # opportunity → whose, where
    refused: int = 0  # tasks that a fault ended
    settled: int = 0  # when nothing was due any more in the end, in its own time


@dataclass
class Tally:
    """What a seed went through."""

    calls: Counter[str] = field(default_factory=Counter)
    lost: int = 0  # calls that nobody answered
    failed: int = 0  # answers that say that the server cannot
    kills: Counter[str] = field(default_factory=Counter)
