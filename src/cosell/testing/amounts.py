"""Checks how often, how much and how long a test says, and which words it says it with.

Whatever would be dropped or rounded without a word is refused here, by the name of its argument.
"""

import math
from collections.abc import Collection, Iterable
from typing import Any, Final

from cosell.clock import SECOND_MS
from cosell.errors import did_you_mean

_SEED_MAX: Final = (1 << 63) - 1


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


def share(name: str, said: Any, least: float = 0) -> float:
    """A part of a whole; ValueError for what is not between the least that there is and 1."""
    if isinstance(said, bool) or not isinstance(said, int | float) or not least <= said <= 1:
        lowest = f"{least:.6f}" if least else "0 (none)"
        raise ValueError(f"{name}: {said!r} is no share. Say a number from {lowest} to 1 (all).")
    return float(said)


def seed(said: Any) -> int:
    """What decides whatever is left to chance; ValueError for what the desk could not draw by."""
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said <= _SEED_MAX:
        raise ValueError(f"seed: {said!r} is no seed. Say a whole number from 0 to {_SEED_MAX}.")
    return said


def mark(said: Any, least: int) -> None:
    """ValueError for what no `mark()` answered, which is `least` if there is nothing yet."""
    if isinstance(said, bool) or not isinstance(said, int) or said < least:
        raise ValueError(f"mark: {said!r} is no mark. Say what mark() answered before.")


def milliseconds(name: str, said: Any, most: float) -> int:
    """Real seconds in milliseconds; ValueError for what is no whole number of them, or more than
    `most` seconds."""
    if not isinstance(said, bool) and isinstance(said, int | float) and math.isfinite(said):
        whole = round(said * SECOND_MS)
        if whole > most * SECOND_MS:
            raise ValueError(f"{name}: {said!r} is too long. Say {most:g} at most.")
        if whole >= 0 and math.isclose(said * SECOND_MS, whole):
            return whole
    raise ValueError(
        f"{name}: {said!r} are no seconds that can be waited for. Say a number of them, in whole"
        " milliseconds, such as 2 or 0.05."
    )


def finite(name: str, said: Any) -> float:
    """A number; ValueError for what is none."""
    if isinstance(said, bool) or not isinstance(said, int | float) or not math.isfinite(said):
        raise ValueError(f"{name}: {said!r} is no number that time can move by.")
    return said


def whole_seconds(name: str, said: Any, least: int, most: int) -> int:
    """Seconds of the world's time, which this counts in whole ones; ValueError for others, and for
    fewer than `least` or more than `most`."""
    whole = isinstance(said, int) or (isinstance(said, float) and said.is_integer())
    if isinstance(said, bool) or not whole:
        raise ValueError(f"{name}: {said!r} are no whole seconds. Say a whole number, such as 2.")
    if not least <= said <= most:
        raise ValueError(f"{name}: {said!r}: say whole seconds from {least} to {most}.")
    return int(said)
