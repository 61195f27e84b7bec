"""Client tokens: what each of them made, and how to make one free again."""

from typing import Final, cast

from cosell import paging
from cosell.calls import Call, command, query
from cosell.clock import iso
from cosell.contract import Document, Json
from cosell.desk.contract import CONTRACT as DESK
from cosell.originals import orjson
from cosell.selling import text_at
from cosell.selling.contract import CONTRACT as SELLING
from cosell.store import Tx, ledger
from cosell.store.ledger import Binding, Key, Scope
from cosell.store.pages import Entry

_PAGE: Final = 100
_SORT: Final = ("ClientToken", False)


@query("ListTokens")
def list_tokens(call: Call, tx: Tx) -> Document:
    """Client tokens that are bound, by account, catalog, operation and token: of one account or
    operation, if one is named."""
    size = cast("int", call.input.get("MaxResults", _PAGE))
    place = paging.position(call, _SORT)
    after = Key(call.ns, *orjson.loads(str(place[0]))) if place else None
    bindings = ledger.page(tx, _scope(call), after, (call.now, call.wall), size + 1)
    entries = [Entry(orjson.dumps(one.key[1:]).decode(), 0, None) for one in bindings]
    tokens: list[Json] = [_told(one) for one in bindings[:size]]
    return {"Tokens": tokens, "NextToken": paging.token(call, _SORT, entries, size)}


@command("ForgetToken")
def forget_token(call: Call, tx: Tx) -> Document:
    """Make a client token free again, wherever it is bound: a call with it is a new call. What it
    made stays."""
    return {"Forgotten": ledger.forget(tx, _scope(call), text_at(call.input, "ClientToken"))}


def _scope(call: Call) -> Scope:
    said = (text_at(call.input, name) for name in ("AccountId", "Catalog", "Operation"))
    return Scope(call.ns, *said)


def _told(binding: Binding) -> Document:
    key = binding.key
    return {
        "ClientToken": key.token,
        "AccountId": key.account,
        "Catalog": key.catalog or None,
        "Operation": key.operation,
        "BoundAt": iso(binding.bound_at),
        "BoundAtRealTime": iso(binding.bound_wall),
        "Answer": _answer(key.operation, binding.answer),
    }


def _answer(name: str, answer: bytes) -> str | None:
    """What the token answers, as JSON, redacted; None for an operation without output."""
    contract = SELLING if name in SELLING.operations else DESK
    operation = contract.operations.get(name)
    if operation is None or operation.output_shape is None:
        return None
    rendered = operation.render(orjson.loads(answer))
    return orjson.dumps(contract.redact(operation.output_shape, rendered)).decode()
