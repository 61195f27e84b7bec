"""The CRM's records, in one SQLite file: deals, invitations, and the events that were seen.

Every method commits before it returns. Must not know AWS.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

# What becomes of an invitation. Sales decides on one that WAITS; the rest follows from that.
WAITS, ACCEPT, ACCEPTING, ACCEPTED = "WAITS", "ACCEPT", "ACCEPTING", "ACCEPTED"
DECLINE, DECLINED, EXPIRED, FAILED = "DECLINE", "DECLINED", "EXPIRED", "FAILED"

# The fields of a deal that AWS knows too; `edits` has those that sales changed and AWS lacks.
FIELDS = ("title", "customer", "stage", "close_date", "next_steps")

SCHEMA = """
create table if not exists invitation (
    id text primary key, title text, sender text, expires_at text, state text default 'WAITS',
    note text default '', client_token text, task_id text, attempts integer default 0
);
create table if not exists deal (
    opportunity_id text primary key, title text, customer text, stage text, close_date text,
    next_steps text, review_status text, review_comments text, modified_at text,
    edits text default '{}', problem text default ''
);
create table if not exists event (id text primary key);
create table if not exists caught_up (one integer primary key, until text);
"""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as the CRM knows it. `client_token` belongs to the Start that is under way,
    `note` says what sales said, or why it failed; `expires_at` is ISO 8601."""

    id: str
    title: str
    sender: str
    expires_at: str
    state: str
    note: str
    client_token: str | None
    task_id: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as AWS told it last (`modified_at`, ISO 8601 in UTC), with what sales changed since,
    and the problem that AWS has with it."""

    opportunity_id: str
    title: str
    customer: str
    stage: str
    close_date: str
    next_steps: str
    review_status: str
    review_comments: str
    modified_at: str
    edits: Mapping[str, str]
    problem: str


class Crm:
    """The records, open for reading and writing until `close`."""

    def __init__(self, path: str | Path) -> None:
        self._rows = sqlite3.connect(path, isolation_level=None)  # each statement commits
        self._rows.row_factory = sqlite3.Row
        self._rows.executescript(SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- invitations -----------------------------------------------------------------------------

    def add_invitation(self, id: str, title: str, sender: str, expires_at: str) -> None:
        """Take an invitation in; one that is there already stays as it is."""
        self._do(
            "insert or ignore into invitation (id, title, sender, expires_at) values (?, ?, ?, ?)",
            id, title, sender, expires_at,
        )  # fmt: skip

    def decide(self, id: str, decision: str, note: str = "") -> None:
        """What sales says to an invitation that waits: ACCEPT or DECLINE, and why."""
        self._do(
            "update invitation set state = ?, note = ? where id = ? and state = 'WAITS'",
            decision, note, id,
        )  # fmt: skip

    def begin(self, id: str, client_token: str) -> None:
        """A Start is about to be called with this token."""
        self._do(
            "update invitation set state = 'ACCEPTING', client_token = ?, task_id = null,"
            " attempts = attempts + 1 where id = ?",
            client_token, id,
        )  # fmt: skip

    def begun(self, id: str, task_id: str) -> None:
        """AWS answered the Start with a task."""
        self._do("update invitation set task_id = ? where id = ?", task_id, id)

    def finish(self, id: str, state: str, note: str = "") -> None:
        """What became of an invitation; in state ACCEPT it is started anew."""
        self._do(
            "update invitation set state = ?, note = ?, client_token = null where id = ?",
            state, note, id,
        )  # fmt: skip

    def invitations(self, *states: str) -> list[Invitation]:
        """The invitations in these states; all of them if none is named."""
        found = [Invitation(*row) for row in self._do("select * from invitation order by rowid")]
        return [one for one in found if not states or one.state in states]

    # --- deals -----------------------------------------------------------------------------------

    def tell(self, opportunity_id: str, told: Mapping[str, str]) -> None:
        """What AWS says of a deal now; what is older than what is known changes nothing."""
        names = ("opportunity_id", *told)
        values = (opportunity_id, *told.values())
        sets = ", ".join(f"{name} = excluded.{name}" for name in told)
        self._do(
            f"insert into deal ({', '.join(names)}) values ({', '.join('?' * len(names))})"
            f" on conflict do update set {sets} where excluded.modified_at > modified_at",
            *values,
        )

    def edit(self, opportunity_id: str, **fields: str) -> None:
        """What sales changes: it goes to AWS with the next pass."""
        if unknown := fields.keys() - set(FIELDS):
            raise ValueError(f"A deal has no {', '.join(sorted(unknown))} that could be changed")
        self._set_edits(opportunity_id, {**self.deal(opportunity_id).edits, **fields})

    def sent(self, opportunity_id: str, edits: Mapping[str, str]) -> None:
        """AWS has these edits; what sales changed meanwhile stays to be sent."""
        now = self.deal(opportunity_id).edits
        left = {name: value for name, value in now.items() if edits.get(name) != value}
        self._set_edits(opportunity_id, left)

    def refuse(self, opportunity_id: str, problem: str) -> None:
        """AWS does not take the edits: they wait until sales changes something."""
        self._do("update deal set problem = ? where opportunity_id = ?", problem, opportunity_id)

    def deal(self, opportunity_id: str) -> Deal:
        """A deal; KeyError if there is none."""
        for row in self._do("select * from deal where opportunity_id = ?", opportunity_id):
            return _deal(row)
        raise KeyError(opportunity_id)

    def deals(self) -> list[Deal]:
        """Every deal, the first known first."""
        return [_deal(row) for row in self._do("select * from deal order by rowid")]

    def caught_up_until(self) -> str | None:
        """Up to which instant every change was asked for (an event may tell of a later one)."""
        ((until,),) = self._do("select max(until) from caught_up")
        return until if until is None else str(until)

    def catch_up_until(self, instant: str) -> None:
        """Every change up to this instant was asked for."""
        self._do("insert or replace into caught_up values (1, ?)", instant)

    # --- events ----------------------------------------------------------------------------------

    def has_seen(self, event_id: str) -> bool:
        """Whether an event was worked on to its end."""
        return bool(self._do("select 1 from event where id = ?", event_id))

    def saw(self, event_id: str) -> None:
        """An event was worked on to its end."""
        self._do("insert or ignore into event values (?)", event_id)

    def _set_edits(self, opportunity_id: str, edits: Mapping[str, str]) -> None:
        self._do(
            "update deal set edits = ?, problem = '' where opportunity_id = ?",
            json.dumps(edits), opportunity_id,
        )  # fmt: skip

    def _do(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        return self._rows.execute(statement, values).fetchall()


def _deal(row: sqlite3.Row) -> Deal:
    return Deal(**{**dict(row), "edits": json.loads(row["edits"])})
