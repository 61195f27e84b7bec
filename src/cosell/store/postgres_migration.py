"""How a migration takes its turn on a database in use: who waits for a lock on a table keeps
everybody else from it, so it waits for a moment only, lets others through, and tries again.

With its siblings postgres_* the only module that imports psycopg. Must not know what a step does.
"""

import time
from collections.abc import Callable
from typing import Any, TypeAlias

import psycopg
from psycopg import errors

from cosell.store import StoreError

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_LOCK_MS = 1_000  # how long everybody stands behind a step that waits: less than lock_s_max
_PAUSE_S = 2.0  # in which they have their way
_PATIENCE_S = 60.0
_NOT_NOW = (errors.LockNotAvailable, errors.DeadlockDetected)
# Whoever was in the way holds a lock since before the step began to wait, since all who came later
# stood behind it; of several it is the oldest. Of another role's session one may not see how old.
_IN_THE_WAY = """
select a.pid, a.application_name, a.usename, extract(epoch from now() - a.xact_start)::bigint
from pg_stat_activity a
where a.pid <> pg_backend_pid() and a.datname = current_database()
  and (a.xact_start is null or a.xact_start < clock_timestamp() - %s * interval '1 millisecond')
  and exists (
    select 1 from pg_locks l join pg_class c on c.oid = l.relation
    where l.pid = a.pid and l.granted and c.relkind = 'r'
      and c.relnamespace = current_schema()::regnamespace)
order by a.xact_start limit 1"""


class Migration:
    """Steps on a connection, each a transaction of its own."""

    def __init__(self, connection: Connection, tell: Callable[[str], None]) -> None:
        """`tell` is told, in a sentence, for whom a step waits."""
        self.connection = connection
        self._tell = tell

    def take(self, step: Callable[[], None]) -> None:
        """Take a step. StoreError if others hold locks for so long that it could not be taken; it
        says who, and nothing of it has happened."""
        until, told = time.monotonic() + _PATIENCE_S, -1
        while True:
            try:
                with self.connection.transaction():
                    self.connection.execute(f"set local lock_timeout = {_LOCK_MS}")
                    step()
                    return
            except _NOT_NOW:
                found = self.connection.execute(_IN_THE_WAY, [_LOCK_MS]).fetchone()
            who = _said(found) if found else "somebody else"
            if time.monotonic() > until:
                raise StoreError(
                    f"it waited {_PATIENCE_S:g} seconds for a lock that {who} has. What was done"
                    " stays; run `cosell migrate` again when that one has ended"
                )
            if told != (told := found[0] if found else 0):  # once, not at each try
                self._tell(f"It has to wait, and lets calls through meanwhile, for {who}.")
            time.sleep(_PAUSE_S)


def _said(row: tuple[Any, ...]) -> str:
    pid, program, role, seconds = row
    since = "" if seconds is None else f", in a transaction for {seconds} s"
    return f"process {pid} ({program or 'no name'}, role {role}{since})"
