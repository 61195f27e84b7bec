"""The queue of looks: jobs of Procrastinate's that say at which namespace somebody is to look, and
when. What is due there is in the agenda, which is the truth; a job too many finds nothing to do.

Knows the queue's library and no other does. Must not know what is due, nor do it.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.schema import SchemaManager

LOOK = "cosell:look"
QUEUE = "cosell"
_VERSION = re.compile(r"(\d+\.\d+\.\d+)_(\d+)_")


class Looks:
    """Defers looks, on connections of whoever has something due."""

    def __init__(self) -> None:
        # It never opens a pool of its own: each job goes along in a transaction that there is. And
        # no job has a lock of the queue's: one that is planned for next week would hold up all that
        # come after it. Who writes in a namespace has its row anyway.
        connector = procrastinate.SyncPsycopgConnector()
        self._app = procrastinate.App(connector=connector)

    def defer(self, connection: Any, namespace: str, at: int) -> None:
        """Somebody looks at a namespace at an instant of real time, in milliseconds, if the
        transaction that is open on the connection commits."""
        deferrer = self._app.configure_task(
            LOOK,
            connection=connection,
            queue=QUEUE,
            schedule_at=datetime.fromtimestamp(at / 1_000, UTC),
        )
        try:
            deferrer.defer(namespace=namespace, at=at)
        except ConnectorException as error:  # the database's own says what has happened
            raise error.__cause__ or error from None


def scripts(applied: str | None) -> tuple[list[str], str]:
    """What makes the queue's tables, or brings up those to which the step named `applied` led; and
    the name of the last step."""
    folder = Path(SchemaManager.get_migrations_path())
    steps = sorted(path for path in folder.glob("*.sql") if _VERSION.match(path.name))
    if applied is None:
        return [SchemaManager.get_schema()], steps[-1].name
    return [path.read_text() for path in steps if path.name > applied], steps[-1].name
