"""Tasks of all accounts and kinds, with their steps: what they did, and what they wait for."""

from typing import Final, cast

from cosell import paging
from cosell.calls import Call, query
from cosell.contract import Document, Json
from cosell.selling import text_at
from cosell.selling.rules import find as rows
from cosell.selling.workflows import watching
from cosell.store import Tx
from cosell.store.pages import Entry

_PAGE: Final = 100
_SORT: Final = ("StartTime", False)


@query("ListTasks")
def list_tasks(call: Call, tx: Tx) -> Document:
    """The namespace's tasks, the first started first: those in one state, if one is named."""
    size = cast("int", call.input.get("MaxResults", _PAGE))
    after = cast("tuple[int, int] | None", paging.position(call, _SORT))
    found = watching.page(call, tx, text_at(call.input, "Status"), after, size + 1)
    entries = [Entry(place[0], place[1], None) for place, _ in found]
    tasks: list[Json] = [watching.told(call, tx, one) for _, one in found[:size]]
    return {"Tasks": tasks, "NextToken": paging.token(call, _SORT, entries, size)}


@query("GetTask")
def get_task(call: Call, tx: Tx) -> Document:
    """One task of any account, by its id or its ARN."""
    found = rows.ensure(rows.TASK, watching.find(call, tx, text_at(call.input, "TaskIdentifier")))
    return watching.told(call, tx, found)
