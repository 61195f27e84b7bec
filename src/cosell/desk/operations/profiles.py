"""Profiles at the desk: which reading holds, and what a profile brings with it."""

from typing import Final, cast

from cosell.calls import Call, Handle, command, due
from cosell.contract import Document, Json
from cosell.desk.operations.autopilot import delete_autopilot, put_autopilot
from cosell.desk.operations.laboratory import put_pace
from cosell.desk.operations.namespaces import put_lag
from cosell.desk.operations.quotas import put_quotas
from cosell.errors import FieldError, request_refused
from cosell.selling import text_at
from cosell.selling.domain import deliveries
from cosell.selling.profiles import PROFILES, SURROUNDINGS, Surroundings
from cosell.store import Tx

_SEED_BITS: Final = 31
_SEEDS: Final = 1 << 63


@command("PutProfile")
def put_profile(call: Call, tx: Tx) -> Document:
    """Which rules hold from now on where AWS's documents and what was observed differ; and, for
    production-like, what makes a test meet what production has."""
    name = text_at(call.input, "Profile")
    left, brought = SURROUNDINGS.get(call.namespace.profile), SURROUNDINGS.get(name)
    seed = cast("int | None", call.input.get("Seed"))
    if seed is not None and brought is None:
        drawn = ", ".join(SURROUNDINGS)
        told = f"is for a profile in which something is drawn: {drawn}"
        raise request_refused(FieldError("seed", "INVALID_VALUE", told))
    tx.run("put_profile", ns=call.ns, profile=name)
    if brought is not None and seed is None:
        seed = call.random.getrandbits(_SEED_BITS)
    if left is not None:
        for rule in left.reviews:
            _do(call, tx, delete_autopilot, {"Id": rule["Id"]})
    if left is not None or brought is not None:
        _surround(call, tx, brought or Surroundings())
    if seed is not None:
        _sow(call, tx, brought or Surroundings(), seed)
    on: list[Json] = [switch for switch, yes in PROFILES[name]._asdict().items() if yes]
    return {"Profile": name, "Seed": seed, "Switches": on}


def _surround(call: Call, tx: Tx, brought: Surroundings) -> None:
    """What holds for every call and every task."""
    _do(call, tx, put_pace, {"Mode": brought.pace, "StepSeconds": brought.step_s})
    _do(call, tx, put_lag, {"Seconds": brought.lag_s})
    _do(call, tx, put_quotas, {"Mode": brought.quotas})


def _sow(call: Call, tx: Tx, brought: Surroundings, seed: int) -> None:
    """What is drawn, each by a seed of its own, so that no two are alike."""
    for rule in brought.reviews:
        seed = (seed + 1) % _SEEDS
        _do(call, tx, put_autopilot, {**rule, "Seed": seed})
    deliveries.put_seed(call, tx, seed)


def _do(call: Call, tx: Tx, operation: Handle, input: Document) -> None:
    """What the desk does when it is asked for by itself."""
    operation(call._replace(input=input), tx)


@due(deliveries.KIND)
def arrive(call: Call, tx: Tx, ref: str) -> None:
    """An event that was late arrives."""
    deliveries.arrive(call, tx, ref)
