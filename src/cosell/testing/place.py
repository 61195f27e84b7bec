"""Where worlds are: an engine in this process, or (there.py) a server somewhere else.

A place turns a request into an answer as a socket would, with the same bytes. Must not know
operations, nor botocore; and the engine is not loaded with it.
"""

import atexit
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Protocol

from cosell import forks
from cosell.clock import SECOND_MS, http_date, sleep, wall_ms
from cosell.config import Auth, Config
from cosell.http import HttpRequest, HttpResponse
from cosell.originals import Lock, RLock, get_ident
from cosell.testing.failing import now
from cosell.testing.sweeping import Sweeping
from cosell.testing.too_late import Admission, WorldClosed, closed
from cosell.testing.within import (
    AT_WORK,
    ENTERED,
    CallWithinAnother,
    alone,
    ensure_none,
    ensure_over,
)

if TYPE_CHECKING:
    from cosell.journal import Trace
    from cosell.service import Engine
    from cosell.testing.doorway import Doorway


_AT_WORK_S = 1.0  # that a world which is closed waits for the calls that are under way


class ConnectionCut(ConnectionError):
    """The connection ended without an answer; what was asked may have happened."""


class AnswerLate(TimeoutError):
    """The answer did not come within the caller's patience; what was asked may have happened."""


class Answering(Protocol):
    """Answers requests, of several threads at once."""

    def exchange(self, request: HttpRequest, patience_s: float | None = None) -> HttpResponse:
        """The answer, after the delay that it asks for. AnswerLate after `patience_s` seconds if
        it is not there by then, ConnectionCut if there is none."""
        ...


class Place(Answering, Protocol):
    """Where worlds are."""

    @property
    def url(self) -> str:
        """Where other processes find the place: `http://127.0.0.1:…`."""
        ...

    @property
    def hurried(self) -> "Place":
        """The same for who leaves in a hurry, and does not wait long for a server."""
        ...


class Watch(Protocol):
    """Who is told the calls on a world's way."""

    def before(self, request: HttpRequest) -> None:
        """It is about to be made."""
        ...

    def after(self, request: HttpRequest, response: HttpResponse) -> None:
        """It was answered."""
        ...

    def lost(self, request: HttpRequest) -> None:
        """It was made, and no answer came: what was asked may have happened, or may yet."""
        ...


class WhileOpen:
    """A world's way to its place: it ends with the world. A namespace would begin anew with the
    first call, and nobody would take it away again."""

    def __init__(self, place: Place, world: str, watch: Watch) -> None:
        self._place = self._asked = place
        self._world = world
        self._watch = watch
        self._is_open = True
        self._at_work: set[int] = set()  # calls; each is there before it asks whether it may go
        # Free once the way has ended and the last call at work is over. A signal's handler may
        # come here at any time: a lock that Python takes by itself hangs none, Event's may.
        self._quiet = Lock()
        self._quiet.acquire()
        self._late: Callable[[], object] | None = None
        self.unanswered: dict[int, HttpRequest] = {}
        """What was asked and has no answer yet, by the thread that waits for it."""
        self.broken_off: list[tuple[int, HttpRequest]] = []
        """What has no answer because a signal's exception (the end of a test's time) came first;
        and when that was, as `failing.now` tells it."""
        self.given_up: list[HttpRequest] = []
        """What was asked by callers who did not wait for the answer: their time for it was over."""

    def hurry(self, is_needed: bool = True) -> None:
        """From now on who asks does not wait long for a server; or waits as ever."""
        self._asked = self._place.hurried if is_needed else self._place

    @property
    def is_hurried(self) -> bool:
        """Whether that is so."""
        return self._asked is not self._place

    def end(self, take_away: Callable[[Place], object]) -> None:
        """From now on the world is closed: what is left of it is taken away once nobody is at work
        there. A call that takes its time (a fault may delay it) is not waited for: it takes away
        itself what it has left, when it is over. CallWithinAnother in the middle of one."""
        ensure_none()
        self._is_open = False
        taking_away = partial(take_away, self._asked)
        if self._at_work:
            self._quiet.acquire(timeout=_AT_WORK_S)
        if self._at_work:
            self._late = taking_away
        alone(taking_away)

    def forsake(self) -> None:
        """In a process that was forked off: the world is closed here, and only here."""
        self._is_open = False

    def ensure_open(self) -> None:
        """WorldClosed if the world has been closed."""
        if not self._is_open:
            raise WorldClosed(closed(self._world))

    @property
    def url(self) -> str:
        self.ensure_open()
        return self._place.url

    def exchange(self, request: HttpRequest, patience_s: float | None = None) -> HttpResponse:
        self._at_work.add(id(request))
        try:
            self.ensure_open()
            self._watch.before(request)
            answer = self._answer(request, patience_s)
        finally:
            self._at_work.discard(id(request))
            if not self._is_open:
                self._leave()
        self._watch.after(request, answer)
        return answer

    def _leave(self) -> None:
        """A call is over, and the world was closed meanwhile."""
        if self._at_work:
            return
        with suppress(RuntimeError):  # another one was over before
            self._quiet.release()
        if self._late is not None:
            with suppress(Exception):  # nobody is there to be told
                alone(self._late)

    def _answer(self, request: HttpRequest, patience_s: float | None) -> HttpResponse:
        me = get_ident()
        if me in AT_WORK:
            ensure_over()
        try:
            AT_WORK.add(me)
            self.unanswered[me] = request
            return self._asked.exchange(request, patience_s)
        except (ConnectionError, AnswerLate) as error:  # the caller knows
            AT_WORK.discard(me)
            self.unanswered.pop(me, None)
            if isinstance(error, AnswerLate):
                self.given_up.append(request._replace(body=b""))
            if isinstance(error, AnswerLate | ConnectionCut):
                self._watch.lost(request)
            raise
        except (CallWithinAnother, WorldClosed):
            raise
        except BaseException:
            self.broken_off.append((now(), request._replace(body=b"")))
            raise
        finally:
            AT_WORK.discard(me)
            self.unanswered.pop(me, None)

    def waiting(self, since: int) -> list[HttpRequest]:
        """What has no answer: others wait for it now, or it was broken off since an instant of
        `failing.now`'s."""
        broken_off = [request for when, request in self.broken_off if when >= since]
        return [*self.unanswered.values(), *broken_off]


ENTERED.add(WhileOpen._answer.__code__)


class Here:
    """An engine in this process; nothing runs by itself in it. Other processes come in through a
    doorway, which is opened when somebody needs it."""

    def __init__(self, engine: "Engine | None" = None) -> None:
        self._engine = engine
        self._sweeping: Sweeping | None = None  # of the engine that is made here
        self._doorway: Doorway | None = None
        self._parent: Place | None = None  # where the engine is, if this process was forked off
        self._making = RLock()
        self._is_made_now = False
        self._admission = Admission()

    @property
    def engine(self) -> "Engine":
        """The engine, on a state in memory; made when it is asked for first."""
        with self._making:
            if self._engine is None:
                if self._is_made_now:
                    raise CallWithinAnother
                self._is_made_now = True
                atexit.register(self._end)  # before, since the process may end meanwhile
                try:
                    self._engine, self._sweeping = _made()
                finally:
                    self._is_made_now = False
            return self._engine

    @property
    def url(self) -> str:
        return self.doorway.url

    @property
    def hurried(self) -> "Here":
        """Nobody waits for this process."""
        return self

    @property
    def doorway(self) -> "Doorway":
        """The socket on this engine; OSError if it cannot be had."""
        with self._making:
            if self._doorway is None:
                from cosell.testing.doorway import Doorway

                self._doorway = Doorway(self)
            return self._doorway

    def exchange(self, request: HttpRequest, patience_s: float | None = None) -> HttpResponse:
        if self._parent is not None:
            return self._parent.exchange(request, patience_s)
        engine = self._engine or self.engine
        if engine.store.is_left():
            engine.undo_left()
            if engine.store.is_left():  # whoever came by no way, in the middle of a call
                raise CallWithinAnother
        try:
            response = self._admission.within(engine.handle, request)
            if response.delay_s:
                response = self._waited(response, patience_s)
        finally:
            if engine.store.is_left():
                engine.undo_left()
        if response.cut:
            raise ConnectionCut(
                "The connection was closed before the answer: a fault asked for it."
            )
        response.headers.append(("date", http_date(wall_ms() // SECOND_MS)))
        return response

    def _waited(self, response: HttpResponse, patience_s: float | None) -> HttpResponse:
        """The answer, once all that it waits for is over, before its effect and after. A caller who
        loses patience meanwhile finds the effect there: nothing goes on here behind him."""
        waited_s = 0.0
        while response.delay_s:
            delay_s, then = response.delay_s, response.then
            left_s = delay_s if patience_s is None else min(delay_s, patience_s - waited_s)
            sleep(left_s)
            waited_s += left_s
            response = (
                response._replace(delay_s=0.0) if then is None else self._admission.within(then)
            )
            if left_s < delay_s:
                raise AnswerLate(f"The answer is delayed by {delay_s:g} s: a fault asked for it.")
        return response

    @property
    def has_traces(self) -> bool:
        """Whether the calls of a world's journal are here, and not in another process."""
        return self._parent is None

    def traces(self, world: str) -> "Mapping[str, Trace]":
        """The calls that a world's journal has, by request id; none if it is elsewhere."""
        return self.engine.runner.journal.by_request_id(world) if self.has_traces else {}

    def begin(self, world: str) -> None:
        """A world is made. The engine is made with the first one, which asks it something in the
        end anyhow, and not with the first call: that may come where a test has put things of its
        own in the place of others, which would stay in the engine."""
        if self._parent is None:
            self._admission.within(self._begin, world)

    def _begin(self, world: str) -> None:
        _ = self.engine
        if self._sweeping is not None:
            self._sweeping.begin(world)

    def take_away(self, world: str) -> bool:
        """Delete a world that is no more; False if that is to be said elsewhere."""
        if self._parent is not None:
            return False
        with suppress(WorldClosed):  # with the process nothing is left
            self._admission.within(self._take_away, world)
        return True

    def _take_away(self, world: str) -> None:
        engine = self.engine
        try:
            engine.take_away(world)
            if self._sweeping is not None:
                self._sweeping.end(world)
        finally:
            engine.undo_left()

    def rows(self, world: str) -> int:
        """How many rows a world has, at most."""
        if self._parent is not None or self._sweeping is None:
            return 0
        return self._admission.within(self._sweeping.rows, world)

    def begin_anew(self, world: str, rows: int) -> None:
        """A world has become another, when it had so many rows at most."""
        if self._parent is not None or self._sweeping is None:
            return
        engine = self.engine
        try:
            alone(partial(self._admission.within, self._sweeping.begin_anew, world, rows))
        finally:
            engine.undo_left()

    @property
    def is_over(self) -> bool:
        """Whether this process ends, and its worlds have ended."""
        return self._parent is None and self._admission.is_over

    def _end(self) -> None:
        """The end of the process."""
        if self._admission.end() and self._engine is not None:
            self._engine.store.close()

    def about_to_fork(self) -> None:
        """A process is forked off: worlds that there are it finds behind the doorway."""
        if self._engine is not None:
            with suppress(OSError, RuntimeError):  # no descriptor, or no thread, is left
                _ = self.doorway

    def leave_to_parent(self) -> None:
        """In a process that was forked off: the worlds are where they were, on the other side of
        the doorway. Without one (nobody could listen) they go on as copies."""
        self._admission.lose_others()
        if self._doorway is not None:
            from cosell.testing.there import There

            self._parent = There(self._doorway.url)
            self._doorway.forsake()


@cache
def here() -> Here:
    """This process's engine, one for all its worlds."""
    place = Here()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=place.about_to_fork, after_in_child=place.leave_to_parent)
    forks.hold(place._making)  # before that
    return place


def at(server: str | None) -> Place:
    """The place of a server's address; this process without one."""
    if server is None:
        return here()
    from cosell.testing.there import there

    return there(server)


def _made() -> "tuple[Engine, Sweeping]":
    from cosell.ids import new_token_key
    from cosell.service import Engine
    from cosell.store.sqlite import SqliteStore
    from cosell.testing.remembered import JOURNALS_BYTES_MAX

    store = SqliteStore(":memory:")
    engine = Engine(store, Config(auth=Auth(mode="open")), new_token_key())
    engine.runner.journal.bytes_max = JOURNALS_BYTES_MAX
    return engine, Sweeping(engine.sweep, store.rows_written)
