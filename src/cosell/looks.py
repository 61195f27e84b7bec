"""The queue of looks: jobs of Procrastinate's that say at which namespace somebody is to look, and
when. What is due there is in the agenda, which is the truth; a job too many finds nothing to do.

Knows the queue's library and no other does. Must not know what is due, nor do it.
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.schema import SchemaManager

from cosell.store.postgres_queue import Step

LOOK = "cosell:look"
QUEUE = "cosell"
_STEP = re.compile(r"\d+\.\d+\.\d+_\d+_(pre_)?\w+\.sql")


class Looks:
    """Defers looks, on connections of whoever has something due; and knows the tables that they
    are kept in. `steps` are the library's migrations: a `pre` one goes before the programs that
    need it, all others after those that do not know them."""

    def __init__(self) -> None:
        # It never opens a pool of its own: each job goes along in a transaction that there is. And
        # no job has a lock of the queue's: one that is planned for next week would hold up all that
        # come after it. Who writes in a namespace has its row anyway.
        connector = procrastinate.SyncPsycopgConnector()
        self._app = procrastinate.App(connector=connector)
        self._folder = Path(SchemaManager.get_migrations_path())
        named = sorted(filter(None, map(_STEP.fullmatch, os.listdir(self._folder))), key=_name)
        self.steps = [Step(one[0], adds=bool(one[1])) for one in named]

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

    def script(self, step: str | None) -> str:
        """What a step does; None: what makes the tables as all of them leave them."""
        if step is None:
            return SchemaManager.get_schema()
        return (self._folder / step).read_text(encoding="utf-8")


def _name(step: re.Match[str]) -> str:
    return step[0]
