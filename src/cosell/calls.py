"""One call as a value, and how operations are declared: marked, collected, refereed by the model.

Every service imports this; it must not know any of them.
"""

from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Literal, NamedTuple, Protocol, TypeAlias

from cosell.auth import NOBODY, Identity
from cosell.auth.sigv4 import Authenticator
from cosell.contract import Document
from cosell.journal import Journal, Trace
from cosell.originals import Random
from cosell.quotas import Quotas
from cosell.store import Store, Tx, lag
from cosell.store.namespaces import Namespace

Kind: TypeAlias = Literal["query", "command", "procedure"]


class Laboratory(Protocol):
    """What the desk may ask of the engine beyond a transaction."""

    store: Store
    token_key: bytes
    authenticator: Authenticator
    quotas: Quotas
    journal: Journal

    def advance(self, namespace: str, ns: int, to_ms: int) -> int:
        """Run what is due up to an instant, in order, and leave the clock there; answers how many
        entries ran. Ends early if the name comes to stand for something else than `ns`."""
        ...


class Call(NamedTuple):
    """Who asks what, where and when. `now` is the namespace's time and `wall` real time, in ms; in
    `trace` is left what the journal is to know beside the answer."""

    operation: str
    input: Document
    account: str
    principal: str
    catalog: str
    namespace: Namespace
    now: int
    wall: int
    request_id: str
    random: Random
    laboratory: Laboratory
    trace: Trace
    identity: Identity = NOBODY

    @property
    def ns(self) -> int:
        return self.namespace.ns

    @property
    def key(self) -> tuple[int, str, str]:
        """What the caller sees is under it: namespace, account, catalog."""
        return self.namespace.ns, self.account, self.catalog

    @property
    def lister(self) -> str:
        """Under which name lists keep the caller's rows."""
        return lag.shadow(self.account) if self.namespace.lag_ms else self.account


class Rendered(NamedTuple):
    """An answer in wire form already, in no more memory than it takes; it is sent as it is."""

    body: bytes


Answer: TypeAlias = Document | Rendered
Handle: TypeAlias = Callable[[Call, Tx], Answer]
HandleAfter: TypeAlias = Callable[[Call, Document], Document]
Replay: TypeAlias = Callable[[Call, Tx, Document], Document]
HandleDue: TypeAlias = Callable[[Call, Tx, str], None]


class Handler(NamedTuple):
    """An operation's function. A query reads, and a `single` one in one statement, which is an
    instant by itself and needs no transaction; a command writes; `replay` makes the answer to a
    repeated client token from the first one. A procedure is a command that plans, and `after`,
    which carries the plan out in transactions of its own; doing so twice changes nothing. A `long`
    one takes its time, so that nobody should wait behind it; a command that `ensures` nothing meets
    a namespace that is absent as it is."""

    name: str
    kind: Kind
    run: Handle
    single: bool = False
    replay: Replay | None = None
    after: HandleAfter | None = None
    long: bool = False
    ensures: bool = True


_MARK = "cosell_handler"
_DUE = "cosell_due"


def query(name: str, *, single: bool = False, long: bool = False) -> Callable[[Handle], Handle]:
    """Mark the function that answers an operation from one read transaction, or one statement."""
    return _mark(lambda run: Handler(name, "query", run, single, long=long))


def command(
    name: str, replay: Replay | None = None, *, long: bool = False, ensures: bool = True
) -> Callable[[Handle], Handle]:
    """Mark the function that carries out an operation in one write transaction."""
    return _mark(
        lambda run: Handler(name, "command", run, replay=replay, long=long, ensures=ensures)
    )


def procedure(
    name: str, after: HandleAfter, replay: Replay | None = None
) -> Callable[[Handle], Handle]:
    """Mark the function that plans an operation of many transactions."""
    return _mark(lambda run: Handler(name, "procedure", run, replay=replay, after=after))


def due(kind: str) -> Callable[[HandleDue], HandleDue]:
    """Mark the function that does what the agenda calls `kind`."""

    def mark(function: HandleDue) -> HandleDue:
        setattr(function, _DUE, kind)
        return function

    return mark


def _mark(make: Callable[[Handle], Handler]) -> Callable[[Handle], Handle]:
    def mark(function: Handle) -> Handle:
        setattr(function, _MARK, make(function))
        return function

    return mark


def collect(modules: Iterable[ModuleType], names: Iterable[str]) -> Mapping[str, Handler]:
    """The table of operations. ValueError for a name that the model lacks or that stands twice."""
    known = frozenset(names)
    table: dict[str, Handler] = {}
    for module in modules:
        for value in vars(module).values():
            handler = getattr(value, _MARK, None)
            if not isinstance(handler, Handler) or value.__module__ != module.__name__:
                continue
            if handler.name not in known or handler.name in table:
                raise ValueError(f"{module.__name__}: {handler.name} is unknown or declared twice")
            table[handler.name] = handler
    return table


def collect_due(modules: Iterable[ModuleType]) -> Mapping[str, HandleDue]:
    """What is done for each kind of agenda entry. ValueError for a kind that stands twice."""
    table: dict[str, HandleDue] = {}
    for module in modules:
        for value in vars(module).values():
            kind = getattr(value, _DUE, None)
            if kind is None or value.__module__ != module.__name__:
                continue
            if kind in table:
                raise ValueError(f"{module.__name__}: what {kind!r} means is declared twice")
            table[kind] = value
    return table
