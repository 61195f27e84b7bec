"""`world.faults`: what goes wrong, on demand, counted.

A fault that never fired is a test that does not test what it says: it fails, unless the fault is
optional. Must not decide whether a call meets a fault; the desk does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

from cosell.testing import amounts
from cosell.testing.calling import HIDES_REFUSALS
from cosell.testing.fault_words import is_of_task, of_call, of_task, often
from cosell.testing.lagging import Lag
from cosell.testing.partner import label_of
from cosell.testing.references import wire_name
from cosell.testing.remembered import FAULTS_UNNOTED_MAX
from cosell.testing.standing_faults import Fault

_SHARE_MIN: Final = 1e-6
_DELAY_MAX: Final = (
    300  # seconds; these are the desk's bounds, told by the names that are used here
)
_LAG_MAX: Final = 86_400
_LIFE_MAX: Final = 315_576_000
_LEFT: Final = "start_from left it behind"
_RENEWED: Final = "the namespace began anew"

if TYPE_CHECKING:
    from cosell.testing.meanwhile import Meanwhile
    from cosell.testing.partner import Who
    from cosell.testing.world import World

__tracebackhide__ = HIDES_REFUSALS


class Scope(TypedDict, total=False):
    """Which calls meet a fault. Without `times` and `share` the next call does; `times=None` means
    every call until the fault is removed."""

    times: int | None
    """The next so many calls."""
    share: float
    """This share of calls, 0 to 1, until the fault is removed."""
    account: "Who"
    """Calls of this account alone: an id, a partner, a partner's label."""
    seed: int
    """Which calls a share picks; the world's seed by default."""
    expires_seconds: int
    """The fault is over after so many seconds of the world's time."""
    after: bool
    """The effect is committed before the call fails."""
    optional: bool
    """Nobody minds if the fault never fires."""


class TaskScope(TypedDict, total=False):
    """Which tasks meet a fault."""

    times: int
    """The next so many tasks; 1 by default."""
    optional: bool
    """Nobody minds if the fault never fires."""


class Faults:
    """What goes wrong in one world. Operations are named as on the wire or as in boto3."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._asked: list[Fault | Lag | Meanwhile] = []
        self._meanwhile: list[Meanwhile] = []
        self._lags: list[Lag] = []
        self._noted = 0  # how many of them there were then

    def fail(
        self,
        operation: str | None = None,
        error: str = "InternalServerException",
        *,
        message: str | None = None,
        reason: str | None = None,
        errors: Sequence[Mapping[str, str]] | None = None,
        **scope: Unpack[Scope],
    ) -> Fault:
        """Calls of an operation (of any, without one) answer one of its declared errors, or one
        that AWS may answer any call, as ExpiredTokenException. `errors` is the ErrorList of a
        ValidationException, its items as boto3 has them: `[{"FieldName": "project.title"}]`.

        SDKs try again after ThrottlingException and InternalServerException: `times=5` outlasts
        their defaults.
        """
        listed = None if errors is None else _error_list(errors)
        said = {"Message": message, "Reason": reason, "ErrorList": listed}
        effect = {"Effect": "Error", "Error": error} | {
            k: v for k, v in said.items() if v is not None
        }
        return self._put(operation, effect, scope)

    def throttle(self, operation: str | None = None, **scope: Unpack[Scope]) -> Fault:
        """Calls answer ThrottlingException, as AWS's do beyond the quota."""
        return self._put(operation, {"Effect": "Error", "Error": "ThrottlingException"}, scope)

    def delay(self, operation: str | None, seconds: float, **scope: Unpack[Scope]) -> Fault:
        """Calls are answered so many real seconds later (milliseconds count)."""
        effect = {
            "Effect": "Delay",
            "DelayMilliseconds": amounts.milliseconds("seconds", seconds, _DELAY_MAX),
        }
        return self._put(operation, effect, scope)

    def cut(self, operation: str | None = None, **scope: Unpack[Scope]) -> Fault:
        """The connection closes before anything happened; SDKs try again."""
        return self._put(operation, {"Effect": "Cut"}, scope)

    def lose_answer(self, operation: str | None = None, **scope: Unpack[Scope]) -> Fault:
        """The call is carried out, and the connection closes instead of an answer: whoever tries
        again without the same client token does it twice."""
        return self._put(operation, {"Effect": "Cut"}, {**scope, "after": True})

    def fail_task(
        self,
        kind: str | None = None,
        *,
        at: str,
        reason_code: str = "InternalError",
        message: str | None = None,
        **scope: Unpack[TaskScope],
    ) -> Fault:
        """The next `times` tasks (of the kind that the operation `kind` starts) end FAILED at the
        step `at`, with a reason code that the step knows."""
        amounts.ensure_words("fail_task", scope, TaskScope.__annotations__)
        count = amounts.times(scope.get("times", 1))
        asked: dict[str, Any] = {"Step": at, "ReasonCode": reason_code, "Count": count}
        if kind is not None:
            asked["Task"] = wire_name(kind)
        if message is not None:
            asked["Message"] = message
        answer = self._world.desk("PutTaskFault", **asked)
        return self._kept(Fault(self._world, answer, of_task(asked), scope.get("optional", False)))

    def lag(self, seconds: int, *, optional: bool = False) -> Lag:
        """Lists show what was true so many whole seconds of the world's time ago; at the end of
        `with` they lag as before. It fires with each list, but for those that never lag."""
        seconds = amounts.whole_seconds("seconds", seconds, 0, _LAG_MAX)
        lag = Lag(self._world, seconds, optional, self._lags)
        self._asked.append(lag)
        return lag

    def meanwhile(
        self,
        operation: str,
        act: Callable[[], object],
        *,
        times: int | None = 1,
        optional: bool = False,
    ) -> "Meanwhile":
        """Somebody else is quicker: `act` happens right before the next `times` calls (None: all)
        of an operation that boto3 makes in this process. A colleague's update, and the caller's
        own meets ConflictException."""
        from cosell.testing.meanwhile import Meanwhile

        way = self._world.way
        way.ensure_open()
        meanwhile = Meanwhile(way, operation, act, times, optional)
        self._meanwhile.append(meanwhile)
        self._asked.append(meanwhile)
        return meanwhile

    def about_to_call(self, operation: str) -> None:
        """A call of boto3's is about to reach the world: what was to happen before it happens."""
        for meanwhile in self._meanwhile:
            meanwhile.happen(operation)

    def note(self) -> None:
        """Keep how each stands now, since the desk is about to forget some."""
        self._noted = len(self._asked)
        told = {one.FaultId: one for one in self._world.desk("ListFaults").Faults}
        for fault in self._asked:
            if isinstance(fault, Fault) and fault.id in told:
                fault.see(told[fault.id])
            elif isinstance(fault, Fault | Lag):
                _ = fault.fired  # it is over, or is sought in the journal, which is read now

    def about_to_forget(self, id: str | None) -> None:
        """The desk is about to forget a fault or (None) all of them, and the lag."""
        if id is None and self._standing():
            self.note()
        for fault in self._standing():
            if fault.id == id:
                _ = fault.fired

    def has_forgotten(self, id: str | None) -> None:
        """It has; what they did until now was noted."""
        for one in self._standing():
            if id is None or one.id == id:
                one.end()
                one.ended_by = _RENEWED if id is None else ""

    def _standing(self) -> "list[Fault | Lag]":
        """Those that stand at the desk, as far as is known."""
        at_desk = [one for one in self._asked if isinstance(one, Fault | Lag)]
        return [one for one in at_desk if not one.is_over]

    def end(self) -> None:
        """The world ends: what each did until now stays known."""
        try:
            if self._standing():
                self.note()
            for lag in self._lags:
                lag.rest()
            for one in self._standing():
                one.end()
        finally:
            for one in self._standing():  # an error came first
                one.lose()

    def check(self) -> None:
        """FaultNeverFired for the first that never did and is not optional."""
        if len(self._standing()) > 1:
            self.note()  # in one look what would be one for each
        for fault in self._asked:
            fault.check()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Within it the world becomes another, and the desk forgets its faults: what they did until
        now stays known."""
        rested = [one for one in self._standing() if one.rest()]
        try:
            yield
        except BaseException:  # it stays as it was
            for one in rested:
                one.wake()
            raise
        for one in rested:
            one.ended_by = _LEFT

    def adopt(self) -> None:
        """The world became another: that one's faults act here too, and nobody minds if they do
        not."""
        for told in self._world.desk("ListFaults").Faults:
            named = of_task(told) if is_of_task(told) else of_call(told)
            self._kept(Fault(self._world, told, named, optional=True))

    @property
    def fired(self) -> list[str]:
        """Those that fired, in words."""
        return [f"{fault} ({often(fault.fired)})" for fault in self._asked if fault.fired]

    @property
    def unfired(self) -> list[str]:
        """Those that wait for their first call, in words, and those that ended before one came; a
        test that has taken back what it called optional knows."""
        told: list[str] = []
        for one in self._asked:
            if one.fired:
                continue
            ended_by = one.ended_by
            if not ended_by and one.remaining == 0:
                if one.optional:
                    continue
                is_expired = isinstance(one, Fault) and one.is_expired
                ended_by = "it expired" if is_expired else "taken back"
            told.append(f"{one} ({ended_by})" if ended_by else str(one))
        return told

    def _put(self, operation: str | None, effect: dict[str, Any], scope: Scope) -> Fault:
        asked = dict(effect)
        if operation is not None:
            asked["Operation"] = wire_name(operation)
        amounts.ensure_words("A fault", scope, Scope.__annotations__)
        asked |= self._how_often(scope)
        if scope.get("after"):
            asked["When"] = "After"
        label = ""
        if "account" in scope:
            asked["AccountId"] = self._world.account_of(scope["account"])
            label = label_of(scope["account"])
        if "expires_seconds" in scope:
            asked["ExpiresInSeconds"] = amounts.whole_seconds(
                "expires_seconds", scope["expires_seconds"], 1, _LIFE_MAX
            )
        answer = self._world.desk("PutFault", **asked)
        named = of_call(asked, label)
        return self._kept(Fault(self._world, answer, named, scope.get("optional", False)))

    def _how_often(self, scope: Scope) -> dict[str, Any]:
        if "share" not in scope:
            if "seed" in scope:
                raise ValueError("seed picks which calls a share= meets: say one, or no seed.")
            said = scope.get("times", 1)
            return {"Share": 1.0} if said is None else {"Count": amounts.times(said)}
        if scope.get("times") is not None:
            raise ValueError(
                "times and share exclude each other: the next so many calls, or a share of all."
            )
        share = amounts.share("share", scope["share"], _SHARE_MIN)
        return {"Share": share, "Seed": amounts.seed(scope.get("seed", self._world.seed))}

    def _kept(self, fault: Fault) -> Fault:
        if len(self._asked) - self._noted > FAULTS_UNNOTED_MAX:
            self.note()
        self._asked.append(fault)
        return fault


def _error_list(errors: object) -> list[dict[str, Any]]:
    items = errors if isinstance(errors, Sequence) else [None]
    if isinstance(errors, str) or not all(isinstance(one, Mapping) for one in items):
        raise ValueError(
            f"errors: {errors!r} is no list of errors. Say a list of items such as"
            ' {"FieldName": "project.title"}.'
        )
    return [*map(dict, items)]
