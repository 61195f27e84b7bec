"""A runner whose entries a test brings along."""

from random import Random

from cosell.calls import HandleDue
from cosell.runner import Instruments, Runner
from cosell.service import Engine
from cosell.store import agenda

BROKEN = "invitation-expiry"


def runner_of(engine: Engine, run: HandleDue, made: type[Runner] = Runner) -> Runner:
    """A runner on the engine's store, to which `run` is what BROKEN means."""
    found = engine.runner
    instruments = Instruments(found.token_key, found.authenticator, found.quotas)
    return made(engine.store, {BROKEN: run}, Random(1), instruments)


def left(engine: Engine, ns: int) -> list[str]:
    """The kinds of what is still due in a namespace."""
    with engine.store.read() as tx:
        due = agenda.first(tx, ns, 1 << 62)
    return [] if due is None else [due.kind]
