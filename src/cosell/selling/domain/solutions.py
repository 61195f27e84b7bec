"""Solutions of an account in a catalog. Partner Central's API only lists them; the desk makes them.

See difference `entity.solutions`.
"""

from typing import Final, cast

from cosell import ids
from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document
from cosell.selling import Kind, text_at
from cosell.selling.profiles import profile
from cosell.selling.views import SOLUTIONS, solution_row
from cosell.store import Tx, documents
from cosell.store.documents import Stored

# What an account has in each catalog until it gets solutions of its own: two, so that one can take
# the other's place. The identifiers were observed, the rest is not documented. Their numbers come
# before every number that the store gives, and stay when the store keeps them, so that a walk that
# began before goes on.
_GIVEN: Final = (
    (-1, "S-0059631", "Sample Solution", "Consulting Service"),
    (0, "S-1234567", "Example Solution", "Software Product"),
)
_GIVEN_AT = "2025-01-01T00:00:00.000Z"  # or when the year of an earlier clock began
_DIGITS, _DIGITS_MAX = 7, 18
_CATEGORY = "Software Product"


def given(call: Call, tx: Tx, lister: str | None = None) -> list[Stored]:
    """What the caller has while the store keeps no solution of its own in the catalog: nothing, if
    it keeps one (a list looks under its own name for the caller), or if the profile gives none."""
    ns, account, catalog = call.key
    if not profile(call).solutions_given:
        return []
    if tx.one("any_solution", ns=ns, account=lister or account, catalog=catalog) is not None:
        return []
    created = min(_GIVEN_AT, f"{iso(call.now)[:4]}{_GIVEN_AT[4:]}")
    return [
        _stored(
            call,
            seq,
            {
                "Id": id,
                "Name": name,
                "Status": "Active",
                "Category": category,
                "CreatedDate": created,
            },
        )
        for seq, id, name, category in _GIVEN
    ]


def use(call: Call, tx: Tx, id: str) -> Stored | None:
    """One of the caller's solutions in the catalog, if there is such a one. What the caller was
    given is its own once it is used, whatever the profile gives later."""
    if (kept := _kept(call, tx, id)) is not None:
        return kept
    offered = given(call, tx)
    used = next((one for one in offered if text_at(one.document, "Id") == id), None)
    if used is not None:
        _keep(tx, offered)
    return used


def listed(call: Call, tx: Tx, row_id: str) -> Stored:
    """The solution that a row of the list stands for."""
    found = _kept(call, tx, row_id.partition("/")[2])
    if found is None:
        raise LookupError(f"the solution {row_id} is listed in namespace {call.ns} and absent")
    return found


def put(call: Call, tx: Tx, said: Document) -> Stored:
    """A solution of the caller's is as `said` from now on; what is not said stays, or has a default
    if the solution is new."""
    _keep(tx, given(call, tx))
    id = text_at(said, "Id") or _unused(call, tx)
    before = _kept(call, tx, id)
    if before is not None:
        changed = _stored(call, before.seq, {**before.document, **said})
        documents.show_again(tx, SOLUTIONS, solution_row(changed))
        return changed
    default: Document = {
        "Id": id,
        "Name": f"Solution {id}",
        "Status": "Active",
        "Category": _CATEGORY,
        "CreatedDate": iso(call.now),
    }
    made = _stored(call, tx.number("seq"), {**default, **said})
    documents.show(tx, SOLUTIONS, solution_row(made))
    return made


def _keep(tx: Tx, offered: list[Stored]) -> None:
    for one in offered:
        documents.show(tx, SOLUTIONS, solution_row(one))


def _unused(call: Call, tx: Tx) -> str:
    """An identifier that the caller has no solution of in the catalog."""
    digits = _DIGITS
    while True:
        id = f"S-{call.random.randrange(10**digits):0{digits}}"
        if _kept(call, tx, id) is None:
            return id
        digits = min(digits + 1, _DIGITS_MAX)  # there are many: longer ones are free


def _kept(call: Call, tx: Tx, id: str) -> Stored | None:
    ns, account, catalog = call.key
    row = tx.one("find_solution", ns=ns, account=account, id=f"{catalog}/{id}")
    if row is None:
        return None
    seq, name, status, category, created_at, offering = cast(
        "tuple[int, str, str, str, int, str]", row
    )
    document: Document = {
        "Id": id,
        "Name": name,
        "Status": status,
        "Category": category,
        "CreatedDate": iso(created_at),
    }
    if offering:
        document["AwsMarketplaceSolutionArn"] = offering
    return _stored(call, seq, document)


def _stored(call: Call, seq: int, document: Document) -> Stored:
    ns, account, catalog = call.key
    id = text_at(document, "Id")
    whole: Document = {
        **document,
        "Arn": ids.arn(account, catalog, f"solution/{id}"),
        "Catalog": catalog,
    }
    return Stored(ns, Kind.SOLUTION, f"{catalog}/{id}", catalog, account, 1, seq, whole)
