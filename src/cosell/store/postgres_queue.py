"""The tables of the queue of looks: which of its library's steps a database has taken, and which
programs can work on what they led to.

Must not know the library, nor a job.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from cosell.store.postgres_migration import Connection, Migration

_MARKS = """
select name, convert_from(value, 'UTF8') from setting where name in ('queue', 'queue_works_with')"""
_PUT = """
insert into setting (name, value) values (%s, convert_to(%s, 'UTF8'))
on conflict (name) do update set value = excluded.value"""


class Step(NamedTuple):
    """A step of the queue's tables. Their names are in the order of the steps. One that `adds` is
    taken before programs that know it begin, and older ones go on; any other takes away what older
    ones ask for."""

    name: str
    adds: bool


class Queue(Protocol):
    """What the queue's library says of its tables."""

    @property
    def steps(self) -> Sequence[Step]: ...

    def script(self, step: str | None) -> str:
        """What a step does; None: what makes the tables as all of them leave them."""
        ...

    def defer(self, connection: Any, namespace: str, at: int) -> None:
        """Somebody is to look at a namespace at an instant of real time: said on the connection,
        and in the transaction, of what is due then."""
        ...


class _Marks(NamedTuple):
    """The last step that was taken, and the last of those that took something away: empty for a
    queue that is not there."""

    last: str
    works_with: str


def _marks(connection: Connection) -> _Marks:
    found: dict[str, str] = dict(connection.execute(_MARKS).fetchall())
    last = found.get("queue", "")
    return _Marks(last, found.get("queue_works_with", last))


def why_not(connection: Connection, queue: Queue) -> str | None:
    """Why a program with this library cannot work on the queue, and what to run; None if it can."""
    marks = _marks(connection)
    if not marks.last:
        return "was not migrated to the end. Run `cosell migrate --database …` again."
    needed = max((step.name for step in queue.steps if step.adds), default="")
    if marks.last < needed:
        return (
            f"has a queue that is older than this cosell's Procrastinate: it is at {marks.last},"
            f" and {needed} is needed. Run `cosell migrate --database …` first."
        )
    return _why_ahead(marks, queue)


def why_ahead(connection: Connection, queue: Queue) -> str | None:
    """Why a program with this library is too old for the queue, and what to use; None if it is
    not."""
    return _why_ahead(_marks(connection), queue)


def _why_ahead(marks: _Marks, queue: Queue) -> str | None:
    newest = queue.steps[-1].name
    if marks.works_with <= newest:
        return None
    return (
        f"has a queue that works with no Procrastinate older than {marks.works_with}; this"
        f" cosell's knows steps up to {newest}. Use the newer cosell, or Procrastinate, that"
        " migrated it."
    )


def take_steps(migration: Migration, queue: Queue, tell: Callable[[str], None]) -> None:
    """Make the queue's tables, or bring them as far as this library needs. What takes something
    away from older programs waits until a later step needs it gone: by then a release has come and
    gone, and with it whoever was older. A queue that is ahead is left as it is."""
    marks = _marks(migration.connection)
    if not marks.last:
        _take(
            migration, queue, None, {"queue": queue.steps[-1], "queue_works_with": queue.steps[-1]}
        )
        return
    following = [step for step in queue.steps if step.name > marks.last]
    while following and not following[-1].adds:
        following.pop()
    ends = [step.name for step in following if not step.adds]
    if ends:
        tell(f"The queue works with no Procrastinate older than {ends[-1]} from now on.")
    for step in following:
        names = ["queue"] if step.adds else ["queue", "queue_works_with"]
        _take(migration, queue, step.name, dict.fromkeys(names, step))


def _take(migration: Migration, queue: Queue, step: str | None, marks: dict[str, Step]) -> None:
    def take() -> None:
        migration.connection.execute(queue.script(step).encode(), prepare=False)
        for name, reached in marks.items():
            migration.connection.execute(_PUT, [name, reached.name])

    migration.take(take)
