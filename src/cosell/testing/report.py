"""What is told of a world when its test failed: its time, its seed, its last calls.

Must not fail a test that has failed already.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from shlex import quote
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

from cosell import __version__
from cosell.http import HttpRequest
from cosell.originals import Path
from cosell.selling.contract import CONTRACT
from cosell.testing import catalogs, failing, scenes
from cosell.testing.calling import DESK, Answer, Refused
from cosell.testing.clock import instant
from cosell.testing.fault_words import often
from cosell.testing.keeping import Folder, write
from cosell.testing.known_calls import Call, Rule
from cosell.wire.aws_json import addressed

if TYPE_CHECKING:
    from cosell.testing.world import World

_CALLS_MAX: Final = 20
_MESSAGE_MAX: Final = 300
_NAMED_MAX: Final = 3
_NAME_MAX: Final = 120  # characters of a test in its file's name
_HEADINGS: Final = ("time", "account", "operation", "outcome", "rule", "source")


class Story(NamedTuple):
    """What is to be told of a world that may be gone by then: the lines above and below that of its
    file; and what is to be in that, or why it cannot be had."""

    above: list[str]
    state: bytes | str
    below: list[str]

    def told(self, folders: Iterable[Folder], test: str) -> str:
        """The section of a report; the world is kept in a file of the test's name, in the first of
        the folders that takes it."""
        saved = _kept(self.state, folders, test)
        look = (
            f"look      cosell open {quote(str(saved))}"
            if isinstance(saved, Path)
            else f"not kept  {saved}"
        )
        return "\n".join([*self.above, look, *self.below])


def look_at(world: "World") -> Story:
    """How a world stands now."""
    return Story(_above(world), _state(world), _below(world))


def _above(world: "World") -> list[str]:
    lines = _about(world)
    lines += _line_of("faults", lambda: world.faults.fired)
    lines += _line_of("unfired", lambda: world.faults.unfired)
    return lines + _line_of("held", lambda: [str(task) for task in world.tasks.held])


def _below(world: "World") -> list[str]:
    lines: list[str] = []
    waiting = list(filter(None, map(_asked, world.way.waiting(failing.test_began()))))
    if waiting:
        lines.append(f"waiting   {'; '.join(waiting)}: no answer had come when the test ended")
    given_up = Counter(filter(None, map(_asked, tuple(world.way.given_up))))
    if given_up:
        told = "; ".join(f"{name} ({often(times)})" for name, times in given_up.items())
        lines.append(
            f"gave up   {told}: its client waited no longer (read_timeout); what it asked for may"
            " have happened, or may yet"
        )
    try:
        found: Sequence[Call] = world.calls[:]
        calls = _called(found, bool(waiting or given_up), world.calls.lost)
    except Exception as error:
        found, calls = (), [f"calls     {_unknown(error)}"]
    with suppress(Exception):  # of a server, or a file, that has gone
        calls += catalogs.elsewhere(found[-_CALLS_MAX:], world.desk.acted_in)
    return [*lines, *calls]


def _line_of(heading: str, found: Callable[[], list[str]]) -> list[str]:
    """A line of what was found, if anything was; what cannot be known keeps nothing else away."""
    try:
        told = "; ".join(found())
    except Exception as error:
        told = _unknown(error)
    return [f"{heading:<10}{told}"] if told else []


def _unknown(error: Exception) -> str:
    return f"not known: {type(error).__name__}: {error}"


def _asked(request: HttpRequest) -> str:
    """The operation of a call that waits; '' for the desk's."""
    if request.headers.get("x-amz-target", "").startswith(DESK[1]) or "/_cosell" in request.path:
        return ""
    return re.split("[./]", addressed(request))[-1] or "a call of the token service"


def _about(world: "World") -> list[str]:
    clock = world.desk("GetClock")
    standing = " (it stands)" if clock.Frozen else ""
    told = [
        f"world     {world.name}, account {world.account}, catalog {world.catalog}, "
        f"seed {world.seed}",
        f"clock     {clock.Time}{standing}{_due(clock)}",
    ]
    found = _namespace(world)
    if found:
        told.append(f"pace      {found.Pace}, profile {found.Profile}")
    return told


def _due(clock: Answer) -> str:
    """What waits for the world's time; what it has reached waits for somebody to run it."""
    if not clock.NextDueTime:
        return ""
    if instant(clock.NextDueTime) > instant(clock.Time):
        return f", next due {clock.NextDueTime}"
    return f", due since {clock.NextDueTime}: cosell.settle() or cosell.clock runs it"


def _namespace(world: "World") -> Answer | None:
    asked: dict[str, object] = {}
    while True:
        page = world.desk("ListNamespaces", **asked)
        found: Answer | None = next(
            (one for one in page.Namespaces if one.Name == world.name), None
        )
        if found is not None or not page.get("NextToken"):
            return found
        asked["NextToken"] = page.NextToken


def _called(calls: Sequence[Call], waits: bool, lost: int) -> list[str]:
    if not calls and lost:
        return [f"calls     not known: the desk had forgotten {lost} of them before they were read"]
    if not calls and waits:
        return ["calls     none that was answered"]
    if not calls:
        return ["calls     none: the code under test called nothing in this world"]
    shown = list(calls)[-_CALLS_MAX:]
    rows = [_HEADINGS, *(_row(call) for call in shown)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    more = f", the last {len(shown)} of {len(calls)}" if len(calls) > len(shown) else ""
    table = [f"calls{more}:", *("  " + _line(row, widths) for row in rows)]
    refused = next((call for call in reversed(shown) if call.refused and call.message), None)
    if refused is not None:
        table.append(f"the last refusal: {refused.operation}: {_short(refused.message)}")
        if any(_is_of_values(rule) for rule in refused.rules):
            table.append(
                f"  (values as of {CONTRACT.model_date}, the API model that cosell {__version__}"
                " has; a newer one may have more)"
            )
    return table


def _is_of_values(rule: Rule) -> bool:
    """Whether it is the model's own, which lists what a member may say."""
    return rule.id.startswith("model.") and rule.id.endswith("-enum")


def _row(call: Call) -> tuple[str, ...]:
    return (
        call.time.strftime("%Y-%m-%d %H:%M:%S"),
        call.account,
        call.operation,
        call.outcome + _further(call),
        _each(rule.id for rule in call.rules),
        _each(rule.source for rule in call.rules),
    )


def _further(call: Call) -> str:
    if call.cut and not call.refused:
        return " (its answer was lost: a fault)"
    if call.replayed:
        return " (replayed)"
    return " (a fault)" if call.fault_id else ""


def _each(values: Iterable[str]) -> str:
    found = list(dict.fromkeys(values))
    more = [f"and {len(found) - _NAMED_MAX} more"] if len(found) > _NAMED_MAX else []
    return ", ".join([*found[:_NAMED_MAX], *more])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _short(text: str) -> str:
    return text if len(text) <= _MESSAGE_MAX else text[: _MESSAGE_MAX - 1] + "…"


def _state(world: "World") -> bytes | str:
    try:
        return scenes.state_of(world)
    except Refused as refused:
        if refused.code == "ResourceNotFoundException":
            return "nothing was made in it"
        return f"it could not be saved: {refused}"
    except Exception as error:
        return f"it could not be saved: {type(error).__name__}: {error}"


def _kept(state: bytes | str, folders: Iterable[Folder], test: str) -> Path | str:
    """A world's file under its test's name, or why there is none."""
    if isinstance(state, str):
        return state
    name = re.sub(r"[^\w.-]+", "-", test).strip("-")
    if "[" in test or len(name) > _NAME_MAX:  # others may differ in what is left out here
        name = f"{name[-_NAME_MAX:]}-{crc32(test.encode()):08x}"
    why = []
    for folder in folders:
        where = ""
        try:
            path = folder()
            where = f" in {path}"
            return write(path / f"{name}.cosell", state)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # also a patch's `pytest.fail`: pytest's folders are its own
            why.append(f"{where}: {type(error).__name__}: {error}")
    return f"it could not be saved{';'.join(why)}"
