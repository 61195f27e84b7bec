"""A fault that stands at the desk: how often it fired, and what is known of that once it is gone.

Must not say which faults there are, nor put one.
"""

from typing import TYPE_CHECKING

from cosell.testing.calling import HIDES_REFUSALS, Answer, Refused
from cosell.testing.expected import ensure_fired, enter, leave
from cosell.testing.fault_words import (
    ended,
    expired,
    forgotten,
    has_expired,
    is_of_task,
    taken_back,
    unasked,
    unmet,
)

if TYPE_CHECKING:
    from cosell.testing.place import WhileOpen
    from cosell.testing.world import World

__tracebackhide__ = HIDES_REFUSALS


class Fault:
    """A fault that stands at the desk. As a context manager it is removed at the end, and fails if
    it never fired."""

    def __init__(self, world: "World", answer: Answer, told: str, optional: bool) -> None:
        self._world = world
        self._before = int(answer.get("Fired") or 0)  # in the scene that it comes from
        self._seen = answer  # how it stood when the desk was asked last
        self._last: Answer | None = None  # how it stood at its end
        self._is_gone = False  # from the desk, by a hand that the world did not see
        self._is_unasked = False  # at the end of its world
        self.ended_by = ""
        """What ended it before the test did, in words."""
        self.is_known = True
        self._told = told
        self._is_of_task = is_of_task(answer)
        self.id: str = answer.FaultId
        self.optional = optional

    @property
    def way(self) -> "WhileOpen":
        """On which it is taken back."""
        return self._world.way

    @property
    def fired(self) -> int:
        """How many calls, or tasks, met it."""
        return int(self._now().get("Fired") or 0) - self._before

    @property
    def is_over(self) -> bool:
        """Whether the desk need not be asked any more."""
        return self._last is not None

    @property
    def is_expired(self) -> bool:
        """Whether its time was over before it was taken back."""
        return has_expired(self._last or self._seen)

    @property
    def remaining(self) -> int | None:
        """How many more will; None if that has no end."""
        now = self._now()
        if has_expired(now):
            return 0
        remaining = now.get("Remaining")
        return None if remaining is None else int(remaining)

    def remove(self) -> None:
        """Take it back; what fired so far stays known."""
        if self._last is None:
            self.rest()
            try:
                self._world.desk("DeleteFault", FaultId=self.id)
            except Refused as refused:
                if refused.code != "ResourceNotFoundException":  # somebody else took it back
                    raise

    def rest(self) -> bool:
        """Keep how it stands now, since the desk is about to forget it; whether it was there."""
        if self._last is not None:
            return False
        self._last = Answer({**self._now(), "Remaining": 0})
        return True

    def end(self) -> None:
        """The desk has forgotten it, or is about to: it stays as it was seen last."""
        if self._last is None:
            self._last = Answer({**self._seen, "Remaining": 0})

    def lose(self) -> None:
        """Its world ends, and nobody can be asked: it stays as it was seen last."""
        self.end()
        self.is_known, self._is_unasked = False, True

    def wake(self) -> None:
        """The desk has not forgotten it."""
        self._last = None

    @property
    def in_vain(self) -> str:
        """What to say if it never fired."""
        if self._is_unasked:
            return unasked(f"the fault {self._told}")
        if not self.is_known:
            return forgotten(self._told, self._world.name)
        if self._is_gone:
            return taken_back(self._told)
        if self.ended_by:
            return ended(f"The fault {self._told} never fired", self.ended_by)
        return expired(self._told) if self.is_expired else unmet(self._told, self._seen)

    def _now(self) -> Answer:
        if self._last is not None:
            return self._last
        if self._seen.get("Remaining") == 0:  # it is over
            return self._seen
        for told in self._world.desk("ListFaults", FaultId=self.id).Faults:
            self.see(told)
            return self._seen
        return self._sought()

    def _sought(self) -> Answer:
        """How it stood, as far as can be known: it was taken back at the desk, or the namespace
        began anew, and nobody saw it pass. What calls met it the journal knows, if that goes back
        to where the fault was put; it began anew with the namespace."""
        self._is_gone = True
        calls = self._world.calls
        met = sum(1 for call in calls.looked_up() if call.fault_id == self.id) + self._before
        self.is_known = not self._is_of_task and calls.go_back_to("PutFault", f'"{self.id}"')
        fired = max(int(self._seen.get("Fired") or 0), met)
        self._last = Answer({**self._seen, "Fired": fired, "Remaining": 0})
        return self._last

    def see(self, told: Answer) -> None:
        """The desk says how it stands."""
        self._seen = told

    check = ensure_fired
    __enter__, __exit__ = enter, leave

    def __str__(self) -> str:
        return self._told

    def __repr__(self) -> str:
        fired, remaining = self.fired, self.remaining
        over = ", expired" * self.is_expired
        return f"<fault {self._told}: fired {fired}, remaining {remaining}{over}>"
