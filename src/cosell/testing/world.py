"""`World`: a namespace of its own with everything around it, for one test.

The face of this package; what its parts do is in the modules beside it.
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from itertools import count
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, overload

from cosell.config import DEFAULT_ACCOUNT
from cosell.originals import Path, getpid, token_hex
from cosell.testing import amounts, current, failing, scenes, whole_run, within
from cosell.testing.calling import DESK, SELLING, Caller
from cosell.testing.dead_calls import DeadCall
from cosell.testing.entered import Entered
from cosell.testing.forgetting import Forgetting
from cosell.testing.leaving import close_after, closing_if_it_fails, leave
from cosell.testing.memory import Memory
from cosell.testing.once import once
from cosell.testing.partner import AWS, Partner, account_named
from cosell.testing.place import Here, Place, WhileOpen, at

if TYPE_CHECKING:
    from cosell.testing.aws import Aws
    from cosell.testing.clock import Clock
    from cosell.testing.drafts import Drafts
    from cosell.testing.events import Events
    from cosell.testing.faults import Faults
    from cosell.testing.given import Given
    from cosell.testing.journal import Journal
    from cosell.testing.partner import Boto3
    from cosell.testing.tasks import Settled, Tasks

Pace: TypeAlias = Literal["inline", "paced", "held", "Inline", "Paced", "Held"] | int
_DRAWN: Final = "production-like"  # the profile in which things are left to chance
_numbers: Final = count(1)


class World:
    """A fresh namespace, and a partner in it. `with` makes it the current world, which every call
    of this process for Partner Central reaches, and closes it in the end; FaultNeverFired if a
    fault was asked for in vain.

    `account` is the default partner's, an account id or a label: whoever calls with the
    environment's credentials, whatever they are, speaks for it. `profile` is the desk's
    (PutProfile), `pace` that of tasks: inline, held, paced, or whole seconds between steps.
    `server` is the address of a shared cosell in open mode, or True for that of the run of tests;
    with False the world is in this process. `seed` decides whatever is left to chance: which calls
    a share of faults meets, the order of events, how long AWS takes. What is not said of `account`,
    `server` and `seed` the run's options and its ini file say, and the catalog; without them it is
    account 111122223333, this process, 0, and the Sandbox.
    """

    catalog = "Sandbox"
    """Where members act that are told no catalog; a test may set another."""

    def __init__(
        self,
        *,
        account: str | None = None,
        profile: str | None = None,
        pace: Pace | None = None,
        server: str | bool | None = None,
        seed: int | None = None,
    ) -> None:
        run = whole_run.present()
        self._label = (run.account or DEFAULT_ACCOUNT) if account is None else account
        self.account = account_named(self._label)
        if run.catalog:
            self.catalog = run.catalog
        self.place = at(run.server_of(server))
        self._process = getpid()
        self.name = f"test-{self._process}-{token_hex(4)}-{next(_numbers)}"
        self.seed = amounts.seed((run.seed or 0) if seed is None else seed)
        self.closed = False
        self._was_uncalled = False  # to its end
        self.dead_calls: list[DeadCall] = []
        """What botocore itself refused, oldest first: calls that never left the process."""
        self.memory = Memory(self)
        """What it looks at before the desk forgets it."""
        self.way = WhileOpen(self.place, self.name, Forgetting(self.memory))
        """To the place, for the callers of this world, as long as it is open."""
        self.desk = Caller(self.way, self.name, self.account, DESK)
        self.own_requests: set[str] = set()
        """The request ids of what the world's own builders called, in processes forked off too."""
        self._partners: dict[str, Partner] = {}
        self._entered: list[Entered] = []
        self._kept: list[Callable[[], object]] = []
        if isinstance(self.place, Here):
            self.place.begin(self.name)
        at_last = partial(_take_away_at_last, self.place, self.name, self.account)
        failing.begin(self, at_last, is_there=not isinstance(self.place, Here))
        with closing_if_it_fails(self):
            self._begin(profile, pace)

    def _begin(self, profile: str | None, pace: Pace | None) -> None:
        if profile is not None:
            drawn = {"Seed": self.seed} if profile == _DRAWN else {}
            self.keep(partial(self.desk, "PutProfile", Profile=profile, **drawn))
        if pace is not None:
            from cosell.testing.tasks import put_pace

            self.keep(partial(put_pace, self, pace))

    def keep(self, put: Callable[[], object]) -> None:
        """Put something, now and again each time that the world starts from a scene."""
        put()
        self._kept.append(put)

    @once
    def partner(self) -> Partner:
        """The default partner; called with a label it answers another: `world.partner("B")`."""
        return Partner(self, self.account)

    def partner_of(self, label: str) -> Partner:
        """The partner of a label or an account id, made once."""
        account = self._account_named(label)
        if account == self.account:
            return self.partner
        return self._partners.setdefault(account, Partner(self, account, label))

    def account_of(self, who: "Partner | str | None") -> str:
        """The account id of a partner, its label or its account id; None is the default partner.
        ValueError for AWS, which is no partner."""
        if isinstance(who, Partner):
            return who.account
        return self.account if who is None else self._account_named(who)

    def party_of(self, who: "Partner | str | None") -> str:
        """The same for who invites or is invited: there "aws" is AWS."""
        return AWS if who == AWS else self.account_of(who)

    def _account_named(self, label: str) -> str:
        return self.account if label == self._label else account_named(label, self.account)

    @overload
    def client(
        self, account: "Partner | str | None" = None, *, service: str, **options: Any
    ) -> Any: ...
    @overload
    def client(self, account: "Partner | str | None", service: str, **options: Any) -> Any: ...
    @overload
    def client(self, account: "Partner | str | None" = None, **options: Any) -> "Boto3": ...
    def client(
        self,
        account: "Partner | str | None" = None,
        service: str = SELLING[0],
        **options: Any,
    ) -> Any:
        """A new boto3 client in this world, of the default partner if no account is named;
        `options` are those of `boto3.client` (`config`, `use_ssl` …)."""
        from cosell.testing.clients import client

        return client(self, self.account_of(account), service, options)

    def caller(self, account: "Partner | str | None" = None) -> Caller:
        """Calls operations of Partner Central as an account, without an SDK."""
        return Caller(self.way, self.name, self.account_of(account), SELLING)

    # --- members, each in a module of its own ---------------------------------------------------

    @once
    def aws(self) -> "Aws":
        """AWS's side of the table: refer, review, say something; by hand, or by itself."""
        from cosell.testing.aws import Aws

        return Aws(self)

    @once
    def given(self) -> "Given":
        """Builders for what a test begins with."""
        from cosell.testing.given import Given

        return Given(self)

    @once
    def drafts(self) -> "Drafts":
        """Requests as `given` and `example` make them; `example` is what a test asks."""
        from cosell.testing.drafts import Drafts

        return Drafts(self)

    @once
    def clock(self) -> "Clock":
        """The world's time: look at it, move it, let it stand."""
        from cosell.testing.clock import Clock

        return Clock(self)

    @once
    def tasks(self) -> "Tasks":
        """How tasks advance, and how far each is."""
        from cosell.testing.tasks import Tasks

        return Tasks(self)

    @once
    def faults(self) -> "Faults":
        """What goes wrong, on demand."""
        from cosell.testing.faults import Faults

        return Faults(self)

    @once
    def calls(self) -> "Journal":
        """What was asked of Partner Central, and what came of it."""
        from cosell.testing.journal import Journal

        made = Journal(self)
        if self._was_uncalled:
            made.end_uncalled()
        return made

    @once
    def events(self) -> "Events":
        """What EventBridge would have brought."""
        from cosell.testing.events import Events

        return Events(self)

    def example(
        self, operation: str, owner: "Partner | str | None" = None, **members: Any
    ) -> dict[str, Any]:
        """A valid request for an operation, named as on the wire or as in boto3; what it needs is
        made, unless `members` name it. They go over it, object by object; None leaves one out."""
        from cosell.testing.examples import example

        return example(self, operation, owner, members)

    def settle(self) -> "Settled":
        """Run everything that is due now; answers how many things fired, and the held tasks."""
        from cosell.testing.tasks import settle

        return settle(self)

    def save(self, path: "str | PathLike[str]") -> Path:
        """Keep the world as it is now in a file (`cosell open` shows it); answers where."""
        return scenes.save(self, path)

    def start_from(self, scene: "World | str | PathLike[str]") -> None:
        """Become what another world is, or what a file holds, its time included; the scene itself
        stays as it is. Faults, marks and calls of before are over; the profile and the pace that
        this world was made with go on. ValueError for what is neither."""
        if not isinstance(scene, World | str | os.PathLike):
            raise ValueError(f"scene: {scene!r} is neither a world nor the path of a file.")
        scenes.start_from(self, scene)
        self.desk.acted_in |= (
            scene.desk.acted_in if isinstance(scene, World) else {Path(scene).absolute()}
        )
        for put in self._kept:
            put()

    @classmethod
    def load(cls, path: "str | PathLike[str]", **options: Any) -> "World":
        """A new world that is what a file holds; `options` are those of a new one."""
        made = cls(**options)
        with closing_if_it_fails(made):
            made.start_from(path)
        return made

    def own_caller(self, account: str) -> Caller:
        """Calls as an account, for the world's own builders: `calls` leaves them out."""
        own = Caller(self.way, self.name, account, SELLING, builds=True)
        own.acted_in = self.desk.acted_in  # the test's own words, whichever they are
        return own

    # --- addresses -----------------------------------------------------------------------------

    @property
    def endpoint_url(self) -> str:
        """The address of this world for other processes (and for clients that name one)."""
        url = f"{self.way.url}/ns/{self.name}"
        current.address(self.place.url.partition("://")[2], self)
        return url

    @property
    def env(self) -> dict[str, str]:
        """An environment for a child process: its calls come here, as the default partner's."""
        return self.partner.env

    def record_dead_call(self, dead: DeadCall) -> None:
        """Remember what botocore refused; called by the interception."""
        self.dead_calls.append(dead)
        self.calls.add_dead(dead)

    def about_to_call(self, operation: str) -> None:
        """A call of boto3's is about to reach it; called by the interception."""
        if "faults" in self.__dict__:  # else nobody has asked for anything to happen before it
            self.faults.about_to_call(operation)

    def current(self) -> "AbstractContextManager[World]":
        """Within it this is the current world; it is not closed afterwards."""
        return Entered(self)

    def close(self) -> None:
        """Leave nothing of it behind. What became of its faults, and its calls, stay known; who
        asks it, or a client of its, for something else later is told so (WorldClosed,
        NotLetOut)."""
        if not self.closed:
            if not self._has_ended:
                self.look_last()
            self.end()

    @property
    def _has_ended(self) -> bool:
        """Whether there is nothing to end here: this process was forked off from the world's, which
        ends it, or is that, and ends."""
        is_over = isinstance(self.place, Here) and self.place.is_over
        return is_over or self._process != getpid()

    def look_last(self) -> None:
        """Look at what somebody may ask of it once it is closed."""
        within.ensure_none()
        if "faults" in self.__dict__:
            with suppress(Exception):  # of a server that has gone
                self.faults.end()
        if self.memory.may_have_calls():
            with suppress(Exception):
                self.calls.end()
        else:
            self._was_uncalled = True

    def end(self, *, hurried: bool = False) -> None:
        """As `close`, for who knows that nobody will ask what became of anything. ServerGone, once,
        if its server can be told no more, AnswerLate if that does not answer who is in a hurry;
        then it is closed all the same."""
        if self.closed:
            return
        if hurried:
            self.way.hurry()
        if self._has_ended:
            self.way.forsake()
            self._forget()
            return
        try:
            self.way.end(partial(take_away, name=self.name, account=self.account))
        except OSError as gone:
            self._forget(stays=self.way.is_hurried)
            gone.add_note(f"The world {self.name} is closed; what it left there was not deleted.")
            raise
        self._forget()

    def _forget(self, *, stays: bool = False) -> None:
        self.closed = True
        failing.end(self, stays=stays)
        current.forget(self)

    def __enter__(self) -> "World":
        entered = Entered(self)
        try:
            entered.begin()
            self._entered.append(entered)
            return self
        except BaseException as error:
            with suppress(ValueError):  # it came before
                self._entered.remove(entered)
            entered.end()
            if not self._entered:  # Python asks no `__exit__` then
                close_after(self, error)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            self._entered[-1].end()
            if not (self.closed or self._has_ended):
                leave(self, error)
        except BaseException as failed:
            if failing.breaks_off(failed):
                error = failed
            raise
        finally:
            self._entered[-1].end()  # the rest, if a signal came in the middle of it
            self._entered.pop()
            close_after(self, error)

    def __repr__(self) -> str:
        return f"<World {self.name}{', closed' * self.closed}>"


def take_away(place: Place, name: str, account: str) -> None:
    """Delete what a world has made at its place."""
    if not (isinstance(place, Here) and place.take_away(name)):
        Caller(place, name, account, DESK)("DeleteNamespace")


def _take_away_at_last(place: Place, name: str, account: str) -> None:
    """The same when a run ends."""
    take_away(place.hurried, name, account)
