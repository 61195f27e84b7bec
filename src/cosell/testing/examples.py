"""`world.example`: a valid request for each operation of Partner Central.

What an operation needs to be there is made through `given`, unless the members that are asked for
name it already. Must not call the operation itself.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cosell.selling.contract import CONTRACT
from cosell.testing import documents
from cosell.testing.drafts import ensure_known
from cosell.testing.references import wire_name

if TYPE_CHECKING:
    from cosell.testing.partner import Who
    from cosell.testing.world import World

Members = dict[str, Any]


class Asked(NamedTuple):
    """For whom an example is made, and the members that it has to have."""

    world: "World"
    owner: "Who"
    members: Members

    @property
    def catalog(self) -> str:
        return str(self.members.get("Catalog", self.world.catalog))

    def named(self, member: str, make: Callable[[], str]) -> Members:
        """A member that names a thing: one that is asked for, or one that is made now."""
        return {member: self.members[member] if member in self.members else make()}

    def opportunity(self, member: str = "Identifier", state: str = "Pending Submission") -> Members:
        return self.named(
            member,
            lambda: str(self.world.given.opportunity(state, self.owner, Catalog=self.catalog).Id),
        )

    def engagement(self, member: str = "Identifier") -> Members:
        return self.named(
            member, lambda: str(self.world.given.engagement(self.owner, Catalog=self.catalog).Id)
        )

    def lead(self, member: str = "Identifier") -> Members:
        return self.named(
            member,
            lambda: str(self.world.given.lead(self.owner, self.owner, Catalog=self.catalog).Id),
        )

    def invitation(self) -> Members:
        return self.named(
            "Identifier",
            lambda: str(self.world.given.invitation(self.owner, Catalog=self.catalog).Id),
        )

    def job(self, state: str) -> Members:
        return self.named(
            "ResourceSnapshotJobIdentifier",
            lambda: str(self.world.given.snapshot_job(state, self.owner, Catalog=self.catalog).Id),
        )

    def solution(self) -> Members:
        related: Members = {"RelatedEntityType": "Solutions"}
        return related | self.named(
            "RelatedEntityIdentifier",
            lambda: str(self.world.given.solution(self.owner, Catalog=self.catalog).Id),
        )


def example(world: "World", operation: str, owner: "Who", members: Members) -> Members:
    """A valid request for an operation, by an owner (the default partner); `members` go over it,
    object by object, None leaves one out. ValueError for an operation, and for a
    member, that there is not."""
    name = wire_name(operation)
    if name not in _EXAMPLES:
        raise ValueError(CONTRACT.lacking(name))
    ensure_known(name, members)
    world.account_of(owner)  # not every example has one
    made = _EXAMPLES[name](Asked(world, owner, members))
    if name not in _BY_ARN:
        made = {"Catalog": world.catalog, **made}
    if name in _TOKENED:
        made = {"ClientToken": world.drafts.token(), **made}
    return documents.merged(made, members)


def _listed(_: Asked) -> Members:
    return {}


def _opportunity(asked: Asked) -> Members:
    return asked.world.drafts.opportunity()


def _update_opportunity(asked: Asked) -> Members:
    identifier = asked.opportunity()["Identifier"]
    named = {"Catalog": asked.catalog, "Identifier": identifier}
    found = asked.world.drafts.caller(asked.owner)("GetOpportunity", **named)
    return asked.world.drafts.update(found, LifeCycle={"NextSteps": "Call the customer."})


def _submit_opportunity(asked: Asked) -> Members:
    if "Identifier" in asked.members:
        return dict(documents.CO_SELL)
    shared = asked.world.given.target(asked.owner, Catalog=asked.catalog)
    asked.world.drafts.caller(asked.owner)(
        "CreateResourceSnapshot", ClientToken=asked.world.drafts.token(), **shared
    )
    return {"Identifier": shared["ResourceIdentifier"], **documents.CO_SELL}


def _assign(asked: Asked) -> Members:
    [manager] = documents.team()
    kept = ("BusinessTitle", "Email", "FirstName", "LastName")
    return asked.opportunity() | {"Assignee": {name: manager[name] for name in kept}}


def _associate(asked: Asked) -> Members:
    return asked.opportunity("OpportunityIdentifier") | asked.solution()


def _disassociate(asked: Asked) -> Members:
    made = _associate(asked)
    if not {"OpportunityIdentifier", "RelatedEntityIdentifier"} <= asked.members.keys():
        call = asked.world.drafts.caller(asked.owner)
        call("AssociateOpportunity", **{"Catalog": asked.catalog, **made})
    return made


def _engagement(asked: Asked) -> Members:
    return asked.world.drafts.engagement()


def _context(asked: Asked) -> Members:
    named = asked.engagement("EngagementIdentifier")
    return named | documents.lead(asked.world.drafts.next_number())


def _update_context(asked: Asked) -> Members:
    named = asked.lead("EngagementIdentifier")
    found = asked.world.drafts.caller(asked.owner)(
        "GetEngagement", Catalog=asked.catalog, Identifier=named["EngagementIdentifier"]
    )
    context = documents.filled(found.Contexts[0])
    if context["Type"] == "Lead":  # an update adds an interaction, and knows no list of them
        context["Payload"]["Lead"].pop("Interactions", None)
        context["Payload"]["Lead"]["QualificationStatus"] = "Qualified"
    return named | {
        "ContextIdentifier": context["Id"],
        "EngagementLastModifiedAt": found.ModifiedAt,
        "Type": context["Type"],
        "Payload": context["Payload"],
    }


def _invitation(asked: Asked) -> Members:
    engagement = asked.engagement("EngagementIdentifier")["EngagementIdentifier"]
    sender = asked.world.account_of(asked.owner)
    receiver = next(one for one in ("B", None) if asked.world.account_of(one) != sender)
    return asked.world.drafts.invitation(engagement, receiver, Catalog=asked.catalog)


def _snapshot(asked: Asked) -> Members:
    return asked.world.given.target(asked.owner, **_only(asked, *_TARGET))


def _taken_snapshot(asked: Asked) -> Members:
    target = _snapshot(asked)
    if not set(_TARGET[:3]) <= asked.members.keys():
        call = asked.world.drafts.caller(asked.owner)
        call("CreateResourceSnapshot", ClientToken=asked.world.drafts.token(), **target)
    return target


def _settings(_: Asked) -> Members:
    return {"ResourceSnapshotJobRoleIdentifier": documents.ROLE}


def _submission(asked: Asked) -> Members:
    return asked.opportunity() | {"AwsSubmission": dict(documents.CO_SELL)}


def _conversion(asked: Asked) -> Members:
    return asked.lead() | {"ContextIdentifier": "1"}


def _prospecting(asked: Asked) -> Members:
    made = asked.members.get("Identifiers") or [asked.lead()["Identifier"]]
    return {"Identifiers": made, "TaskName": f"Prospecting {asked.world.drafts.next_number()}"}


def _prospecting_task(asked: Asked) -> Members:
    def make() -> str:
        kind = "StartProspectingFromEngagementTask"
        return str(asked.world.given.task(kind, asked.owner, Catalog=asked.catalog).TaskId)

    return asked.named("TaskIdentifier", make)


def _summary(asked: Asked) -> Members:
    return asked.opportunity("RelatedOpportunityIdentifier", "Approved")


def _tagged(asked: Asked) -> Members:
    def make() -> str:
        tags = [{"Key": "team", "Value": "alliances"}]
        found = asked.world.given.opportunity(owner=asked.owner, Catalog=asked.catalog, Tags=tags)
        return str(found.Arn)

    return asked.named("ResourceArn", make)


def _only(asked: Asked, *members: str) -> Members:
    return {name: asked.members[name] for name in members if name in asked.members}


_TARGET: Final = (
    "EngagementIdentifier",
    "ResourceIdentifier",
    "ResourceSnapshotTemplateIdentifier",
    "ResourceType",
    "Catalog",
)
_BY_ARN: Final = ("ListTagsForResource", "TagResource", "UntagResource")
_TOKENED: Final = (
    "CreateEngagementContext",
    "CreateResourceSnapshot",
    "CreateResourceSnapshotJob",
    "StartEngagementByAcceptingInvitationTask",
    "StartEngagementFromOpportunityTask",
    "StartOpportunityFromEngagementTask",
    "StartProspectingFromEngagementTask",
)  # further ones come with their token
_EXAMPLES: Final[dict[str, Callable[[Asked], Members]]] = {
    "AcceptEngagementInvitation": Asked.invitation,
    "AssignOpportunity": _assign,
    "AssociateOpportunity": _associate,
    "CreateEngagement": _engagement,
    "CreateEngagementContext": _context,
    "CreateEngagementInvitation": _invitation,
    "CreateOpportunity": _opportunity,
    "CreateResourceSnapshot": _snapshot,
    "CreateResourceSnapshotJob": _snapshot,
    "DeleteResourceSnapshotJob": lambda asked: asked.job("Stopped"),
    "DisassociateOpportunity": _disassociate,
    "GetAwsOpportunitySummary": _summary,
    "GetEngagement": Asked.engagement,
    "GetEngagementInvitation": Asked.invitation,
    "GetOpportunity": Asked.opportunity,
    "GetProspectingFromEngagementTask": _prospecting_task,
    "GetResourceSnapshot": _taken_snapshot,
    "GetResourceSnapshotJob": lambda asked: asked.job("Running"),
    "GetSellingSystemSettings": _listed,
    "ListEngagementByAcceptingInvitationTasks": _listed,
    "ListEngagementFromOpportunityTasks": _listed,
    "ListEngagementInvitations": lambda _: {"ParticipantType": "RECEIVER"},
    "ListEngagementMembers": Asked.engagement,
    "ListEngagementResourceAssociations": lambda asked: asked.engagement("EngagementIdentifier"),
    "ListEngagements": _listed,
    "ListOpportunities": _listed,
    "ListOpportunityFromEngagementTasks": _listed,
    "ListProspectingFromEngagementTasks": _listed,
    "ListResourceSnapshotJobs": _listed,
    "ListResourceSnapshots": lambda asked: asked.engagement("EngagementIdentifier"),
    "ListSolutions": _listed,
    "ListTagsForResource": _tagged,
    "PutSellingSystemSettings": _settings,
    "RejectEngagementInvitation": Asked.invitation,
    "StartEngagementByAcceptingInvitationTask": Asked.invitation,
    "StartEngagementFromOpportunityTask": _submission,
    "StartOpportunityFromEngagementTask": _conversion,
    "StartProspectingFromEngagementTask": _prospecting,
    "StartResourceSnapshotJob": lambda asked: asked.job("Stopped"),
    "StopResourceSnapshotJob": lambda asked: asked.job("Running"),
    "SubmitOpportunity": _submit_opportunity,
    "TagResource": lambda asked: _tagged(asked) | {"Tags": [{"Key": "stage", "Value": "test"}]},
    "UntagResource": lambda asked: _tagged(asked) | {"TagKeys": ["team"]},
    "UpdateEngagementContext": _update_context,
    "UpdateOpportunity": _update_opportunity,
}
