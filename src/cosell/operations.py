"""Every operation there is: the modules that hold them, gathered into the two services.

A module that holds operations, or does what is due, is listed here. Must not carry out a call.
"""

from types import ModuleType
from typing import Final

from cosell.calls import collect, collect_due
from cosell.contract import Contract
from cosell.desk.contract import CONTRACT as DESK_CONTRACT
from cosell.desk.operations import (
    answers,
    autopilot,
    aws,
    estimates,
    faults,
    journal,
    laboratory,
    members,
    partners,
    profiles,
    prospects,
    quotas,
    reviews,
    tokens,
)
from cosell.desk.operations import namespaces as desk_namespaces
from cosell.desk.operations import solutions as desk_solutions
from cosell.desk.operations import tasks as desk_tasks
from cosell.routing import Admit, Service
from cosell.selling.contract import CONTRACT as SELLING_CONTRACT
from cosell.selling.domain import accounts
from cosell.selling.operations import (
    engagements,
    invitations,
    opportunities,
    prospecting,
    related_entities,
    settings,
    snapshots,
    solutions,
    submissions,
    tags,
    tasks,
)

_SELLING_MODULES: Final = (
    engagements,
    invitations,
    opportunities,
    prospecting,
    related_entities,
    settings,
    snapshots,
    solutions,
    submissions,
    tags,
    tasks,
)
_DESK_MODULES: Final = (
    answers,
    autopilot,
    aws,
    desk_namespaces,
    desk_solutions,
    desk_tasks,
    estimates,
    faults,
    journal,
    laboratory,
    members,
    partners,
    profiles,
    prospects,
    quotas,
    reviews,
    tokens,
)


def _service(
    name: str, contract: Contract, modules: tuple[ModuleType, ...], admit: Admit | None = None
) -> Service:
    handlers = collect(modules, contract.operations)
    return Service(name, contract, handlers, frozenset({contract.signing_name}), admit)


SELLING: Final = _service("selling", SELLING_CONTRACT, _SELLING_MODULES, accounts.admit)
DESK: Final = _service("desk", DESK_CONTRACT, _DESK_MODULES)
DUE: Final = collect_due((*_SELLING_MODULES, *_DESK_MODULES))  # what agenda entries mean
LONG: Final = tuple(
    one.name for service in (SELLING, DESK) for one in service.handlers.values() if one.long
)  # the operations that take their time
