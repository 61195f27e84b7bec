"""A call as `world.calls` tells it, and calls in order: what may be asked of those that are known.

Must not ask the desk for calls, nor judge one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, overload

from cosell.clock import datetime
from cosell.selling.contract import CONTRACT
from cosell.sts.contract import CONTRACT as STS
from cosell.testing.bodies import Said, shown
from cosell.testing.calling import SELLING
from cosell.testing.references import wire_name

if TYPE_CHECKING:
    from cosell.testing.partner import Who
    from cosell.testing.world import World

SUCCESS: Final = "Success"
DEAD: Final = "ParamValidationError"


class Rule(NamedTuple):
    """A rule that refused a call: its id, and where it comes from ("documented", "observed" …)."""

    id: str
    source: str
    cite: str


@dataclass(frozen=True)
class Call:
    """A call as the journal has it. `service` is "partnercentral-selling" or "sts"; `outcome` is
    "Success", the error's name, or "Cut"; `cleared` are the members (paths) that an
    UpdateOpportunity nulled by leaving them out; `warnings` what was doubtful and taken; `cut` says
    that the connection was closed instead of the answer, `replayed` that a client token answered.
    """

    operation: str
    account: str
    time: datetime
    outcome: str
    message: str = ""
    rules: tuple[Rule, ...] = ()
    cleared: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    status: int = 0
    duration_ms: float = 0.0
    fault_id: str | None = None
    replayed: bool = False
    cut: bool = False
    request_id: str = ""
    seq: int = -1
    dead: bool = False
    service: str = SELLING[0]
    _bodies: Callable[[], tuple[Any, Any]] = field(default=Said(), repr=False)

    @property
    def refused(self) -> bool:
        """Whether it was answered with an error, or died in the client."""
        return self.outcome != SUCCESS

    @property
    def request(self) -> Any:
        """The request's document; sensitive members are masked. LookupError, which says why, for
        one that the desk has not kept, or keeps no more."""
        return shown(self._bodies()[0])

    @property
    def response(self) -> Any:
        """The answer's document; None for an empty one and for a dead call; LookupError as
        above."""
        return shown(self._bodies()[1])

    def __str__(self) -> str:
        why = f" ({', '.join(rule.id for rule in self.rules)})" if self.rules else ""
        return f"{self.operation} as {self.account or 'nobody'}: {self.outcome}{why}"


class Calls(Sequence[Call]):
    """Calls in order, oldest first; a selection of them is one too. What the world's own builders
    called is left out: `world.calls.all` has it."""

    def __init__(self, read: Callable[[], Sequence[Call]], world: "World") -> None:
        self._read = read
        self._world = world

    def of(self, operation: str) -> "Calls":
        """Those of an operation, named as on the wire or as in boto3; ValueError for one that there
        is not."""
        name = wire_name(operation)
        found = [call for call in self._read() if call.operation == name]
        if not found:
            _ensure_known(name)
        return self._selected(found)

    def by(self, account: "Who") -> "Calls":
        """Those of an account: its id, a partner, a partner's label; None is the default one."""
        id = self._world.account_of(account)
        return self._selected([call for call in self._read() if call.account == id])

    @property
    def refused(self) -> "Calls":
        """Those that were answered with an error, or died in the client."""
        return self._selected([call for call in self._read() if call.refused])

    @property
    def dead(self) -> "Calls":
        """Those that boto3 refused before they left."""
        return self._selected([call for call in self._read() if call.dead])

    @property
    def last(self) -> Call:
        """The newest; LookupError if there is none."""
        found = self._read()
        if not found:
            raise LookupError("No such call was made.")
        return found[-1]

    @property
    def cleared(self) -> list[str]:
        """Every member that UpdateOpportunity nulled by leaving it out, as paths."""
        return [path for call in self._read() for path in call.cleared]

    @property
    def warnings(self) -> list[str]:
        """What was doubtful and taken, as `member: what is wrong with it`, call by call."""
        return [told for call in self._read() for told in call.warnings]

    @property
    def operations(self) -> list[str]:
        """The names of the operations, call by call."""
        return [call.operation for call in self._read()]

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> "Calls": ...
    def __getitem__(self, index: int | slice) -> "Call | Calls":
        found = self._read()
        return self._selected(found[index]) if isinstance(index, slice) else found[index]

    def _selected(self, calls: Sequence[Call]) -> "Calls":
        kept = tuple(calls)
        return Calls(lambda: kept, self._world)

    def __len__(self) -> int:
        return len(self._read())

    def __iter__(self) -> Iterator[Call]:
        return iter(self._read())

    def __repr__(self) -> str:
        return "<calls: " + "; ".join(map(str, self._read())) + ">"


def _ensure_known(operation: str) -> None:
    if operation not in CONTRACT.operations and operation not in STS.operations:
        raise ValueError(CONTRACT.lacking(operation, *STS.operations))
