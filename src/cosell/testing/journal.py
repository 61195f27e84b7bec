"""`world.calls`: what was asked of Partner Central and what came of it, dead calls included.

A dead call never left the client: boto3 itself refused its parameters. What the desk has told once
is kept, since its journal forgets the oldest. Must not judge a call.
"""

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cosell import forks
from cosell.clock import iso
from cosell.originals import RLock
from cosell.testing import amounts
from cosell.testing.bodies import ANEW, ANOTHER, Bodies, Said
from cosell.testing.calling import DESK, Answer, Refused
from cosell.testing.clock import instant
from cosell.testing.dead_calls import DeadCall
from cosell.testing.known_calls import DEAD, Call, Calls, Rule
from cosell.testing.missing import Missing
from cosell.testing.place import Here

if TYPE_CHECKING:
    from cosell.testing.world import World

_PAGE: Final = 1000


class Journal(Calls):
    """The calls of one world as they come in; the desk is asked for new ones each time."""

    def __init__(self, world: "World") -> None:
        super().__init__(self._of_code, world)
        self._seen: list[Call] = []
        self._seq: int | None = None  # of the newest that was read
        self.begin_anew()
        forks.renew(self)
        self._begun = ""  # what the desk's journal counted in when it was read last
        self._renewed = False  # since then, by a call that passed on the world's way
        self._was_renewed = False  # before the last such call
        self._missing = Missing(world.name)
        self._passed = 0  # so many calls of the desk's journal were read, or are lost
        self._kept = 0  # so many of those that were seen, the oldest, have their bodies with them
        self._are_bodies_told = True  # with calls; an older server does not know how
        self._ended = False

    def begin_anew(self) -> None:
        """Nobody reads it now."""
        self._reading = RLock()
        self._is_read_now = False

    @property
    def all(self) -> Calls:
        """Every call, those of `given`, `example` and other members included."""
        return Calls(self._everything, self._world)

    def mark(self) -> int:
        """A mark behind the newest call, for `since`."""
        return len(self.looked_up())

    def looked_up(self) -> list[Call]:
        """Every call, for who looks for one: that some are missing is told to who asks for all."""
        with self._reading:
            self._read_new()
        return self._seen

    def since(self, mark: int) -> Calls:
        """The calls after a mark."""
        amounts.mark(mark, 0)
        self._everything()
        return self.known_since(mark)

    def known_since(self, mark: int) -> Calls:
        """Those of them that were read already."""
        own = self._world.own_requests
        return self._selected([call for call in self._seen[mark:] if call.request_id not in own])

    def go_back_to(self, operation: str, said: str) -> bool:
        """Whether every call is known since one of the desk's, which was answered with this: the
        journal still has that, or it had forgotten it as it forgets the oldest, after they were
        read. After a reset it begins anew."""
        with self._reading:
            self._read_new()
            page = self._world.desk("ListCalls", MaxResults=_PAGE)
            if page.get("Forgotten"):
                if self._missing.lost or self._missing.gaps:
                    return False
                return bool(page.Forgotten + len(page.Calls) >= self._passed)
        told = (one.RequestId for one in page.Calls if one.Operation == operation)
        wholes = (self._world.desk("GetCall", RequestId=id) for id in told)
        return any(said in (whole.get("Response") or "") for whole in wholes)

    def end(self) -> None:
        """The world ends: its calls, and what those of the code under test said, stay known."""
        try:
            self._read_whole()
        except Exception as error:
            self._missing.unasked = self._missing.unasked or error
            raise
        finally:
            self._ended = True

    def end_uncalled(self) -> None:
        """The world ended, and nobody had called it."""
        self._ended = True

    def _read_whole(self) -> None:
        with self._reading:
            self._read_new()
            self._keep()

    def add_dead(self, dead: DeadCall) -> None:
        """A call died in the client now, after every call that the journal has."""
        time, account = instant(iso(dead.real_ms)), dead.account or self._world.account
        # Nobody may be there to ask, or not now (a signal's handler): the call died all the same.
        with suppress(Exception), self._reading:
            self._read_new()
            time = self._world.clock.now()
        call = Call(dead.operation, account, time, DEAD, dead.message, dead=True)
        call = replace(call, service=dead.service)
        self._seen.append(replace(call, _bodies=Said(dead.request)))

    def read_on(self) -> None:
        """Read what came since, before the desk forgets it. Nobody asked: an error is told to who
        asks next."""
        with suppress(Exception), self._reading:
            self._read_whole()

    def _keep(self) -> None:
        """Hold on to what those calls said that were read without it."""
        place = self._world.place
        traces = place.traces(self._world.name) if isinstance(place, Here) else {}
        for call in self._seen[self._kept :]:
            if isinstance(call._bodies, Bodies):
                call._bodies.keep(traces)
        self._kept = len(self._seen)

    def about_to_begin_anew(self, *, is_left_behind: bool) -> None:
        """The desk's journal will be empty: read what came, unless nobody is to know it."""
        with suppress(Exception), self._reading:  # as above
            if not is_left_behind:
                self._read_new()
            self._was_renewed, self._renewed = self._renewed, True

    def goes_on(self) -> None:
        """The desk refused to begin anew."""
        self._renewed = self._was_renewed

    def begun_anew(self) -> None:
        """The desk's journal is empty."""
        self._leave(ANEW)

    def _leave(self, why: str) -> None:
        """What was said in the calls until now is gone, but for what was kept."""
        for call in self._seen:
            if isinstance(call._bodies, Bodies):
                call._bodies.leave(why)

    def restart(self) -> None:
        """Leave behind what was called so far: the world becomes another."""
        with self._reading:
            self._leave(ANOTHER)
            self._read_new()
            self._seen.clear()
            self._world.way.given_up.clear()
            self._world.way.broken_off.clear()
            self._kept = 0
            self._missing.begin_anew()

    def _of_code(self) -> list[Call]:
        own = self._world.own_requests
        return [call for call in self._everything() if call.request_id not in own]

    @property
    def lost(self) -> int:
        """How many calls, the desk's own among them, it had forgotten before they were read."""
        return self._missing.lost

    def _everything(self) -> list[Call]:
        with self._reading:
            self._read_new()
        self._missing.tell()
        return self._seen

    def _read_new(self) -> None:
        if self._ended or self._is_read_now:  # by this thread, which a signal's handler is in
            return
        self._is_read_now = True
        try:
            self._read_pages()
        finally:
            self._is_read_now = False

    def _read_pages(self) -> None:
        asked: dict[str, Any] = {"MaxResults": _PAGE}
        first = self._world.memory.take_first()  # before somebody calls it while this asks
        if self._seq is not None:
            asked["AfterSeq"] = self._seq
        while True:
            page = self._page(asked)
            if self._is_anew(page, first):
                asked = {"MaxResults": _PAGE}
                continue
            lost = max(0, (page.get("Forgotten") or 0) - self._passed)
            self._missing.lost += lost
            self._passed += lost + len(page.Calls)
            for told in page.Calls:
                self._seq = told.Seq
                if told.get("Service") != DESK[0]:
                    self._seen.append(self._call(told))
            if not page.get("NextToken"):
                return
            asked["NextToken"] = page.NextToken

    def _page(self, asked: dict[str, Any]) -> Answer:
        """A page of calls; with what they said, if that is not in this process."""
        place = self._world.place
        if self._are_bodies_told and not (isinstance(place, Here) and place.has_traces):
            try:
                return self._world.desk("ListCalls", IncludeBodies=True, **asked)
            except Refused as refused:
                if refused.code != "ValidationException" or "NextToken" in asked:
                    raise
                self._are_bodies_told = False
        return self._world.desk("ListCalls", **asked)

    def _is_anew(self, page: Answer, first: str) -> bool:
        """Whether the page is of another journal than was read before, and has to be asked for
        without regard to that. `first` is a call that has to be in a first page, and in the first
        one since it began anew by a call on the world's way: else others had it begin once more."""
        before, self._begun = self._begun, page.get("Journal") or ""
        is_first = self._renewed or not before
        lacks_first = bool(first) and is_first and self._lacks(page, first)
        if before == self._begun and not lacks_first:
            return False
        self._renewed = False
        if lacks_first or not is_first:
            self._missing.gaps += 1
            self._leave(ANEW)
        self._passed, self._seq = 0, None
        return bool(before)

    def _lacks(self, page: Answer, request_id: str) -> bool:
        """Whether a call is not there, nor known, and nothing says that it was forgotten."""
        if page.get("Forgotten") or any(one.RequestId == request_id for one in page.Calls):
            return False
        return all(call.request_id != request_id for call in self._seen)

    def _call(self, told: Answer) -> Call:
        rules = told.get("Rules") or []
        return Call(
            operation=told.Operation,
            account=told.AccountId or "",  # of nobody, if it was refused before that was known
            time=instant(told.Time or told.RealTime),
            outcome=told.Outcome,
            message=told.get("Message") or "",
            rules=tuple(Rule(one.Id, one.Source, one.get("Cite") or "") for one in rules),
            cleared=tuple(told.get("Cleared") or ()),
            warnings=tuple(f"{one.FieldName}: {one.Message}" for one in told.get("Warnings") or ()),
            status=told.Status or 0,
            duration_ms=told.get("DurationMilliseconds") or 0.0,
            fault_id=told.get("FaultId"),
            replayed=bool(told.get("Replayed")),
            cut=bool(told.get("Cut")),
            request_id=told.RequestId,
            seq=told.Seq,
            service=told.Service,
            _bodies=Bodies(self._world, told),
        )
