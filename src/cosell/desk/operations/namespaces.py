"""Namespaces as things that are kept, copied and listed; and how far their lists are behind."""

from typing import cast

from cosell import __version__, paging
from cosell.calls import Call, command, query
from cosell.clock import RUN_MS, SECOND_MS, iso, parse_iso
from cosell.contract import Document, Json
from cosell.desk.operations.laboratory import ensure_imaginable
from cosell.errors import FieldError, ResourceNotFoundException, request_refused
from cosell.originals import b64decode, b64encode
from cosell.selling import text_at
from cosell.selling.contract import CONTRACT as SELLING
from cosell.selling.views import VIEWS
from cosell.store import Store, Tx, agenda, copies, lag, namespaces, saved
from cosell.store.namespaces import Namespace
from cosell.store.pages import Entry

_PAGE = 100
_BY_NAME = ("Name", False)


@query("SaveNamespace", long=True)
def save_namespace(call: Call, tx: Tx) -> Document:
    """The whole namespace as a file: resources, tokens, agenda, events, switches, and its time."""
    namespace = call.namespace
    if not namespace.ns:
        raise ResourceNotFoundException(
            f"There is no namespace {namespace.name!r} to save: nothing was ever made in it."
        )
    form, frozen = tx.form(), namespace.frozen_at is not None
    header = saved.Header(
        namespace.name,
        iso(call.now),
        frozen,
        form.format,
        __version__,
        SELLING.model_date,
        call.identity.account,
    )
    state, checksum = saved.write(header, copies.dump(tx, form, call.ns))
    return {
        "State": b64encode(state).decode("ascii"),
        "Format": form.format,
        "Checksum": checksum,
    }


@command("LoadNamespace", long=True, ensures=False)
def load_namespace(call: Call, tx: Tx) -> Document:
    """The namespace is what was saved, from now on; what was in it is gone. Its time goes on from
    where it was."""
    state = b64decode(text_at(call.input, "State"))
    try:
        loaded, format = load(tx, call.laboratory.store, call.namespace, state, call.wall)
    except ValueError as error:
        raise request_refused(FieldError("state", "INVALID_VALUE", str(error))) from None
    agenda.look(tx)
    return {"Namespace": loaded.name, "Time": iso(loaded.now(call.wall)), "Format": format}


def name_of(state: bytes, store: Store) -> str:
    """The name that a namespace was saved under. ValueError for a file that cannot be used."""
    return saved.read(state, store.form.format)[0].namespace


def load(tx: Tx, store: Store, target: Namespace, state: bytes, wall: int) -> tuple[Namespace, int]:
    """What is behind a name is a saved namespace from now on; answers it and the format that it was
    saved in. ValueError, which says what is wrong, for a file that cannot be used."""
    from cosell.desk.soundness import sound  # who loads nothing need not know every rule

    header, batches = saved.read(state, store.form.format)
    batches = copies.of_format(batches, header.format, store)
    time = parse_iso(header.time)
    ensure_imaginable("state", time, RUN_MS)
    try:
        loaded = copies.restore(tx, store, target, sound(batches), wall)
        lag.rehearse(tx, loaded.ns)
    except saved.Unreadable:
        raise
    except ValueError as error:
        raise saved.Unreadable(f"It is damaged: {error}.") from error
    return namespaces.put_clock(tx, loaded, time, wall, header.frozen), header.format


@command("ForkNamespace", long=True, ensures=False)
def fork_namespace(call: Call, tx: Tx) -> Document:
    """The namespace is a copy of another one, from now on; what was in it is gone. The two have
    nothing to do with each other after that."""
    name = text_at(call.input, "Source")
    call.laboratory.authenticator.let_in(call.identity, name)
    if name == call.namespace.name:
        message = "A namespace cannot be forked from itself; the address says which one is made"
        raise request_refused(FieldError("source", "INVALID_VALUE", message))
    source = namespaces.look(tx, name)
    if not source.ns:
        raise ResourceNotFoundException(
            f"There is no namespace {name!r} to fork: nothing was ever made in it."
        )
    forked = copies.fork(tx, source, call.namespace, call.wall)
    agenda.look(tx)
    return {"Namespace": forked.name, "Time": iso(forked.now(call.wall))}


@command("DeleteNamespace", ensures=False)
def delete_namespace(call: Call, tx: Tx) -> Document:
    """The namespace is gone, and its name is free; that there was none is no error."""
    namespaces.delete(tx, call.namespace, call.wall)
    return {"Namespace": call.namespace.name}


@query("ListNamespaces")
def list_namespaces(call: Call, tx: Tx) -> Document:
    """The namespaces in which something was made, by name: those that the caller may use."""
    size = cast("int", call.input.get("MaxResults", _PAGE))
    call = call._replace(namespace=Namespace(""))  # a page is no part of what the address names
    place = paging.position(call, _BY_NAME)
    found = _after(call, tx, str(place[0]) if place else "", size + 1)
    entries = [Entry(text_at(one, "Name"), 0, None) for one in found]
    return {
        "Namespaces": cast("list[Json]", found[:size]),
        "NextToken": paging.token(call, _BY_NAME, entries, size),
    }


def _after(call: Call, tx: Tx, name: str, size: int) -> list[Document]:
    """So many namespaces that the caller may use, after a name; fewer if that is all."""
    found: list[Document] = []
    while len(found) < size:
        rows = tx.all("page_namespaces", after=name, limit=size)
        found += [_summary(row, call.wall) for row in rows if _is_shown(call, str(row[0]))]
        if len(rows) < size:
            break
        name = str(rows[-1][0])
    return found[:size]


def _is_shown(call: Call, name: str) -> bool:
    return call.laboratory.authenticator.lets_in(call.identity, name)


def _summary(row: tuple[object, ...], wall: int) -> Document:
    name, offset_ms, frozen_at, pace, step_ms, profile, lag_ms, created_at, used_at = cast(
        "tuple[str, int, int | None, str, int, str, int, int, int]", row
    )
    clock = Namespace(name, offset_ms=offset_ms, frozen_at=frozen_at)
    return {
        "Name": name,
        "Time": iso(clock.now(wall)),
        "Frozen": frozen_at is not None,
        "Pace": pace,
        "StepSeconds": step_ms // SECOND_MS,
        "Profile": profile,
        "LagSeconds": lag_ms // SECOND_MS,
        "CreatedAt": iso(created_at),
        "LastUsedAt": iso(used_at),
    }


@command("PutLag")
def put_lag(call: Call, tx: Tx) -> Document:
    """Lists show what was true so many seconds ago, from now on; 0 ends it."""
    seconds = cast("int", call.input["Seconds"])
    before = call.namespace.lag_ms
    lag.put(tx, call.ns, VIEWS, (before, seconds * SECOND_MS))
    return {"Seconds": seconds, "SecondsBefore": before // SECOND_MS}
