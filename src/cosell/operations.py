"""Every operation there is, and whatever is done when it is due, by the module that holds it.

A module is loaded when something that it holds is asked for first, so that a start waits for none
of them, and a process holds those that it needs. The tables say what each holds; a test compares
them with the modules. Must not carry out a call.
"""

from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Final, Generic, TypeVar

from cosell.calls import HandleDue, collect, collect_due
from cosell.contract import Contract
from cosell.desk.contract import CONTRACT as DESK_CONTRACT
from cosell.originals import import_module
from cosell.routing import Admit, Service
from cosell.selling.contract import CONTRACT as SELLING_CONTRACT
from cosell.selling.domain import accounts

_Held = TypeVar("_Held")
_Other = TypeVar("_Other")

_SELLING: Final = {
    "cosell.selling.operations.engagements": (
        "CreateEngagement",
        "CreateEngagementContext",
        "GetEngagement",
        "ListEngagementMembers",
        "ListEngagements",
        "UpdateEngagementContext",
    ),
    "cosell.selling.operations.invitations": (
        "AcceptEngagementInvitation",
        "CreateEngagementInvitation",
        "GetEngagementInvitation",
        "ListEngagementInvitations",
        "RejectEngagementInvitation",
    ),
    "cosell.selling.operations.opportunities": (
        "CreateOpportunity",
        "GetOpportunity",
        "ListOpportunities",
        "UpdateOpportunity",
    ),
    "cosell.selling.operations.prospecting": (
        "GetProspectingFromEngagementTask",
        "ListProspectingFromEngagementTasks",
        "StartProspectingFromEngagementTask",
    ),
    "cosell.selling.operations.related_entities": (
        "AssignOpportunity",
        "AssociateOpportunity",
        "DisassociateOpportunity",
    ),
    "cosell.selling.operations.settings": (
        "GetSellingSystemSettings",
        "PutSellingSystemSettings",
    ),
    "cosell.selling.operations.snapshots": (
        "CreateResourceSnapshot",
        "CreateResourceSnapshotJob",
        "DeleteResourceSnapshotJob",
        "GetResourceSnapshot",
        "GetResourceSnapshotJob",
        "ListEngagementResourceAssociations",
        "ListResourceSnapshotJobs",
        "ListResourceSnapshots",
        "StartResourceSnapshotJob",
        "StopResourceSnapshotJob",
    ),
    "cosell.selling.operations.solutions": ("ListSolutions",),
    "cosell.selling.operations.submissions": (
        "GetAwsOpportunitySummary",
        "SubmitOpportunity",
    ),
    "cosell.selling.operations.tags": (
        "ListTagsForResource",
        "TagResource",
        "UntagResource",
    ),
    "cosell.selling.operations.task_lists": (
        "ListEngagementByAcceptingInvitationTasks",
        "ListEngagementFromOpportunityTasks",
        "ListOpportunityFromEngagementTasks",
    ),
    "cosell.selling.operations.tasks": (
        "StartEngagementByAcceptingInvitationTask",
        "StartEngagementFromOpportunityTask",
        "StartOpportunityFromEngagementTask",
    ),
}
_DESK: Final = {
    "cosell.desk.operations.answers": ("AnswerInvitation",),
    "cosell.desk.operations.autopilot": (
        "DeleteAutopilot",
        "GetAutopilot",
        "PutAutopilot",
    ),
    "cosell.desk.operations.aws": (
        "AdvanceTask",
        "ReferOpportunity",
    ),
    "cosell.desk.operations.namespaces": (
        "DeleteNamespace",
        "ForkNamespace",
        "ListNamespaces",
        "LoadNamespace",
        "PutLag",
        "SaveNamespace",
    ),
    "cosell.desk.operations.solutions": ("PutSolution",),
    "cosell.desk.operations.tasks": (
        "GetTask",
        "ListTasks",
    ),
    "cosell.desk.operations.estimates": (
        "DeleteEstimate",
        "ListEstimates",
        "PutEstimate",
    ),
    "cosell.desk.operations.faults": (
        "DeleteFault",
        "ListFaults",
        "PutFault",
        "PutTaskFault",
    ),
    "cosell.desk.operations.journal": (
        "GetCall",
        "ListCalls",
    ),
    "cosell.desk.operations.laboratory": (
        "AdvanceClock",
        "GetClock",
        "ListEvents",
        "PutClock",
        "PutPace",
        "ResetNamespace",
    ),
    "cosell.desk.operations.leads": ("UpdateLead",),
    "cosell.desk.operations.members": ("ListMembers",),
    "cosell.desk.operations.partners": (
        "PutPartner",
        "ReferLead",
    ),
    "cosell.desk.operations.profiles": ("PutProfile",),
    "cosell.desk.operations.prospects": (
        "DeleteProspectingResult",
        "ListProspectingResults",
        "PutProspectingResult",
    ),
    "cosell.desk.operations.quotas": (
        "GetQuotas",
        "PutQuotas",
    ),
    "cosell.desk.operations.reviews": (
        "ReviewOpportunity",
        "UpdateAwsOpportunitySummary",
    ),
    "cosell.desk.operations.updates": ("UpdatePartnerOpportunity",),
    "cosell.desk.operations.tokens": (
        "ForgetToken",
        "ListTokens",
    ),
}
_DUE: Final = {
    "cosell.desk.operations.autopilot": (
        "autopilot-answer",
        "autopilot-refer",
        "autopilot-review",
    ),
    "cosell.desk.operations.profiles": ("event-delivery",),
    "cosell.selling.operations.invitations": ("invitation-expiry",),
    "cosell.selling.operations.tasks": ("task-step",),
}


class Holdings(Mapping[str, _Held], Generic[_Held]):
    """What modules hold, by its name: `gather` finds it in a module. KeyError for a name that none
    of the tables has; ImportError for a module that does not hold what they say."""

    def __init__(
        self,
        homes: Mapping[str, tuple[str, ...]],
        gather: Callable[[ModuleType], Mapping[str, _Held]],
    ) -> None:
        self._homes = {name: module for module, names in homes.items() for name in names}
        self._gather = gather
        self._ready: dict[str, _Held] = {}

    def __getitem__(self, name: str) -> _Held:
        try:
            return self._ready[name]
        except KeyError:
            return self._loaded(name, self._homes[name])

    def get(self, name: str, otherwise: _Other = None) -> _Held | _Other:  # type: ignore[assignment]
        """As of any mapping; of one that was asked for before, without a search for it."""
        held = self._ready.get(name)
        return super().get(name, otherwise) if held is None else held

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)

    def _loaded(self, name: str, module: str) -> _Held:
        held = self._gather(import_module(module))
        if name not in held:
            raise ImportError(f"{module} does not hold {name}")
        self._ready.update(held)
        return held[name]


def _service(
    name: str, contract: Contract, held: Mapping[str, tuple[str, ...]], admit: Admit | None = None
) -> Service:
    handlers = Holdings(held, lambda module: collect((module,), contract.operations))
    return Service(name, contract, handlers, frozenset({contract.signing_name}), admit)


SELLING: Final = _service("selling", SELLING_CONTRACT, _SELLING, accounts.admit)
DESK: Final = _service("desk", DESK_CONTRACT, _DESK)
DUE: Final = Holdings[HandleDue](_DUE, lambda module: collect_due((module,)))
"""What agenda entries mean."""
LONG: Final = ("AdvanceClock", "ForkNamespace", "LoadNamespace", "SaveNamespace")
"""The operations that take their time."""
