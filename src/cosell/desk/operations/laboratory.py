"""What no AWS account offers: a clock, a pace, a reset, and the events to look at."""

from typing import cast

from cosell import paging
from cosell.calls import Call, Rendered, command, procedure, query
from cosell.clock import FIRST_MS, LAST_MS, SECOND_MS, iso, parse_iso, wall_ms
from cosell.contract import Document
from cosell.errors import FieldError, request_refused
from cosell.originals import orjson
from cosell.selling import text_at
from cosell.selling.workflows import kinds
from cosell.store import Tx, agenda, namespaces
from cosell.store.namespaces import Namespace, Pace
from cosell.store.pages import Entry
from cosell.wire import aws_json

_EVENTS_PAGE = 100


def _refuse(field: str, message: str) -> Exception:
    return request_refused(FieldError(field, "INVALID_VALUE", message))


@command("PutPace")
def put_pace(call: Call, tx: Tx) -> Document:
    """How tasks advance from now on; those at work are planned anew."""
    mode = cast("Pace", call.input["Mode"])
    seconds = call.input.get("StepSeconds")
    step_ms = call.namespace.step_ms if seconds is None else cast("int", seconds) * SECOND_MS
    tx.run("put_pace", ns=call.ns, pace=mode, step_ms=step_ms)
    namespace = namespaces.find(tx, call.namespace.name)
    kinds.replan(call._replace(namespace=namespace), tx)
    return {"Mode": mode, "StepSeconds": step_ms // SECOND_MS}


@query("GetClock")
def get_clock(call: Call, tx: Tx) -> Document:
    """The namespace's time, whether it stands, and when something is due next."""
    return _clock(tx, call.namespace, call.wall)


@command("PutClock")
def put_clock(call: Call, tx: Tx) -> Document:
    """Put the clock: to any time while the namespace is empty, forward afterwards. What is planned
    goes back with it."""
    if "Time" not in call.input and "Frozen" not in call.input:
        raise _refuse("time", "Give Time, Frozen, or both")
    now = parse_iso(text_at(call.input, "Time")) if "Time" in call.input else call.now
    back = now < call.now
    if back and not namespaces.is_empty(tx, call.namespace):
        message = f"The clock stands at {iso(call.now)} and only an empty namespace's goes back"
        raise _refuse("time", message)
    ensure_imaginable("time", now)
    if back:
        namespaces.move_plans(tx, call.namespace, now - call.now)
        call.laboratory.quotas.put_back(call.namespace.name)
    frozen = bool(call.input.get("Frozen", call.namespace.frozen_at is not None))
    namespace = namespaces.put_clock(tx, call.namespace, now, call.wall, frozen)
    return _clock(tx, namespace, call.wall)


def ensure_imaginable(field: str, time: int, last: int = LAST_MS) -> None:
    """Refuse an instant that no clock of ours is put to, or has come to by `last`."""
    if time < FIRST_MS:
        raise _refuse(field, f"The clock goes no further back than {iso(FIRST_MS)}")
    if time > last:
        raise _refuse(field, f"The clock goes no further than {iso(LAST_MS)}")


def _advance(call: Call, plan: Document) -> Document:
    """Whatever was advanced already stays so: the plan names an instant, not a distance."""
    ns, to_ms = cast("int", plan["ns"]), parse_iso(text_at(plan, "To"))
    fired = call.laboratory.advance(call.namespace.name, ns, to_ms)
    with call.laboratory.store.read() as tx:
        namespace = namespaces.find(tx, call.namespace.name)
        return {**_clock(tx, namespace, wall_ms()), "Fired": fired}


def _again(call: Call, _: Tx, plan: Document) -> Document:
    """A plan that came along with a copy of its namespace is one for the copy."""
    return {**plan, "ns": call.ns}


@procedure("AdvanceClock", after=_advance, replay=_again)
def advance_clock(call: Call, _: Tx) -> Document:
    """Move the clock forward; everything due on the way happens, in order, before the answer."""
    seconds, to = call.input.get("Seconds"), text_at(call.input, "To")
    if (seconds is None) == (not to):
        raise _refuse("seconds", "Give either Seconds or To")
    target = parse_iso(to) if to else call.now + cast("int", seconds) * SECOND_MS
    if target < call.now:
        raise _refuse("to", f"The clock stands at {iso(call.now)} and never goes back")
    ensure_imaginable("to" if to else "seconds", target)
    return {"To": iso(target), "ns": call.ns}


@command("ResetNamespace")
def reset_namespace(call: Call, tx: Tx) -> Document:
    """Everything in the namespace is gone at once, its clock, pace and faults included."""
    fresh = namespaces.reset(tx, call.namespace, call.wall)
    return {"Namespace": fresh.name, "Time": iso(fresh.now(call.wall))}


@query("ListEvents")
def list_events(call: Call, tx: Tx) -> Rendered:
    """The namespace's events, oldest first: of one account, if one is named; those after AfterSeq,
    the Seq of the last one seen."""
    size = cast("int", call.input.get("MaxResults", _EVENTS_PAGE))
    place = paging.position(call, ("Seq", False))
    account = text_at(call.input, "AccountId")
    after = cast("int", place[0] if place else call.input.get("AfterSeq", -1))
    if account:
        rows = tx.all(
            "page_events_of_account", ns=call.ns, account=account, after=after, limit=size + 1
        )
    else:
        rows = tx.all("page_events", ns=call.ns, after=after, limit=size + 1)
    entries = [Entry(cast("int", row[0]), 0, cast("bytes", row[2])) for row in rows]
    events = [
        {"AccountId": row[1], "Event": orjson.Fragment(cast("bytes", row[2])), "Seq": row[0]}
        for row in rows[:size]
    ]
    token = paging.token(call, ("Seq", False), entries, size)
    return Rendered(aws_json.body_of({"Events": events, "NextToken": token}))


def _clock(tx: Tx, namespace: Namespace, wall: int) -> Document:
    due = agenda.first(tx, namespace.ns, 1 << 62)
    return {
        "Time": iso(namespace.now(wall)),
        "Frozen": namespace.frozen_at is not None,
        "NextDueTime": iso(due.due_at) if due else None,
    }
