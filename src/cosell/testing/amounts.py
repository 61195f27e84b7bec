"""Checks how often, how much and how long a test says, and which words it says it with.

Whatever would be dropped or rounded without a word is refused here, by the name of its argument.
"""

from collections.abc import Collection, Iterable
from typing import Any

from cosell.errors import did_you_mean


def ensure_words(function: str, said: Iterable[str], known: Collection[str]) -> None:
    """TypeError for an argument that a function does not take."""
    for word in said:
        if word not in known:
            hint = did_you_mean(word, known)
            raise TypeError(f"{function} does not take {word}=.{hint}")


def times(said: Any) -> int:
    """How often something happens; ValueError for what is no whole number from 1 on."""
    if isinstance(said, bool) or not isinstance(said, int) or said < 1:
        raise ValueError(f"times: {said!r} is no number of times. Say a whole number from 1 on.")
    return said


def share(name: str, said: Any) -> float:
    """A part of a whole; ValueError for what is not between 0 and 1."""
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said <= 1:
        raise ValueError(f"{name}: {said!r} is no share. Say a number from 0 (none) to 1 (all).")
    return float(said)


def whole_seconds(name: str, said: Any) -> int:
    """Seconds of the world's time, which this counts in whole ones; ValueError for others."""
    whole = isinstance(said, int) or (isinstance(said, float) and said.is_integer())
    if isinstance(said, bool) or not whole:
        raise ValueError(f"{name}: {said!r} are no whole seconds. Say a whole number, such as 2.")
    return int(said)
