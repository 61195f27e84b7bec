"""Which world calls reach: the one that was entered last, for every thread of the process.

Threads enter and leave at any time: what others may change is changed in one step, and walked as a
copy. Must not know what a world is made of, and imports nothing: whoever intercepts calls asks
here.
"""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cosell.testing.dead_calls import DeadCall
    from cosell.testing.place import WhileOpen


class Reached(Protocol):
    """What a call needs to know of the world that it reaches."""

    @property
    def way(self) -> "WhileOpen": ...

    @property
    def name(self) -> str: ...

    @property
    def account(self) -> str: ...

    @property
    def endpoint_url(self) -> str: ...

    @property
    def closed(self) -> bool: ...

    def record_dead_call(self, dead: "DeadCall") -> None: ...

    def about_to_call(self, operation: str) -> None: ...


_entered: list[tuple[object, Reached]] = []  # by whom, and what
_by_address: dict[tuple[str, str], Reached] = {}  # host and port, and the namespace behind them
_gone: set[str] = set()  # names of worlds that had an address
_ours: set[str] = set()  # addresses that this process listens at


def current() -> Reached | None:
    """The world that was entered last, and not left since."""
    return _entered[-1][1] if _entered else None


def enter(world: Reached, by: object) -> None:
    """From now on calls reach this world."""
    _entered.append((by, world))


def leave(by: object) -> None:
    """Undo what it entered, wherever that stands: threads may leave in any order. If that is undone
    already there is nothing to do."""
    for entered in _entered.copy():
        if entered[0] is by:
            _entered.remove(entered)
            return


def drop(world: Reached) -> None:
    """Undo every `enter` of the world that was not undone."""
    for entered in _entered.copy():
        if entered[1] is world:
            leave(entered[0])


def address(netloc: str, world: Reached) -> None:
    """Calls to the world's own address reach it, whichever world is current."""
    _by_address[netloc, world.name] = world


def forget(world: Reached) -> None:
    """The world is gone, and its address with it."""
    for key, known in _by_address.copy().items():
        if known is world:
            _gone.add(world.name)
            _by_address.pop(key, None)


def addressed(netloc: str, path: str) -> Reached | None:
    """The world whose own address a request carries."""
    if not _by_address or not path.startswith("/ns/"):
        return None
    return _by_address.get((netloc, path.split("/", 3)[2]))


def gone(path: str) -> str | None:
    """The name of the closed world whose own address a request carries."""
    if not _gone or not path.startswith("/ns/"):
        return None
    name = path.split("/", 3)[2]
    return name if name in _gone else None


def listen(netloc: str) -> None:
    """This process listens there, for whatever world is current."""
    _ours.add(netloc)


def is_ours(netloc: str) -> bool:
    """Whether an address is this process's own."""
    return netloc in _ours
