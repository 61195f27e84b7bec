"""What a request names has to be there, and the caller's to see: the two are never told apart.

See difference `account.foreign`. Must not look anything up.
"""

from typing import NamedTuple, TypeAlias, TypeVar, cast

from cosell.errors import ResourceNotFoundException
from cosell.selling.rules import Rule, Source, Table
from cosell.selling.rules.sources import REFERENCE

Found: TypeAlias = object
"""What was looked up; nothing, where there is no such thing for the caller."""


class Sought(NamedTuple):
    """What AWS's hand looked for, of any account: what there is of it in the catalog that was
    named, and the other catalog, where that has it ('' otherwise)."""

    found: object
    catalog: str
    other_catalog: str

    @property
    def hint(self) -> str:
        """What the message adds if it is there."""
        there = self.other_catalog
        return f" It is in catalog {there}: name that one." if there else ""


_Thing = TypeVar("_Thing")
_ERROR = f"{REFERENCE}: ResourceNotFoundException"


def ensure(row: Rule[Found], found: _Thing | None) -> _Thing:
    """What was looked up, or the row's refusal."""
    if row.broken(found):
        raise row.refusal(found)
    return cast("_Thing", found)


def _row(id: str, message: str, source: Source = "documented", cite: str = _ERROR) -> Rule[Found]:
    return Rule(
        f"find.{id}",
        "",
        None,
        message,
        source,
        lambda found: not found,
        cite,
        store=True,
        error=ResourceNotFoundException,
        when="There is none, or the caller may not see it",
    )


def _any(id: str, thing: str) -> Rule[Sought]:
    return Rule(
        f"find.any-{id}",
        "",
        None,
        f"There is no such {thing} in catalog {{facts.catalog}}.{{facts.hint}}",
        "not documented",
        lambda sought: not sought.found,
        store=True,
        error=ResourceNotFoundException,
        shown=f"There is no such {thing} in catalog {{facts.catalog}}. "
        "It is in catalog {facts.other_catalog}: name that one.",
        when="There is none in that catalog; the second sentence is said where the other has it",
    )


OPPORTUNITY = _row("opportunity", "There is no such opportunity in this catalog for your account.")
INVITATION = _row(
    "invitation", "There is no such engagement invitation in this catalog for your account."
)
ENGAGEMENT = _row(
    "engagement",
    "There is no such engagement, or you are not a member.",
    "decision",
    f"{REFERENCE}: ListEngagementMembers",
)
JOB = _row("job", "There is no such snapshot job for your account.")
SNAPSHOT = _row("snapshot", "There is no such snapshot in the engagement.")
PROSPECTING = _row("prospecting-task", "There is no such prospecting task for your account.")
# AWS looks for what any account has; the desk is its hand.
ANY_OPPORTUNITY = _any("opportunity", "opportunity")
ANY_INVITATION = _any("invitation", "engagement invitation")
ANY_ENGAGEMENT = _any("engagement", "engagement")
ANY_TASK = _any("task", "task")
TASK = _row("task", "There is no such task in this namespace.", "not documented", "")

_ENGAGED = ("CreateResourceSnapshot", "CreateResourceSnapshotJob")
TABLES = (
    Table(
        "Find an opportunity",
        (
            "GetOpportunity",
            "UpdateOpportunity",
            "SubmitOpportunity",
            "AssociateOpportunity",
            "DisassociateOpportunity",
            "AssignOpportunity",
            "GetAwsOpportunitySummary",
            *_ENGAGED,
            "StartEngagementFromOpportunityTask",
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
        ),
        (OPPORTUNITY,),
    ),
    Table(
        "Find an invitation",
        (
            "GetEngagementInvitation",
            "AcceptEngagementInvitation",
            "RejectEngagementInvitation",
            "StartEngagementByAcceptingInvitationTask",
        ),
        (INVITATION,),
    ),
    Table(
        "Find an engagement",
        (
            "GetEngagement",
            "ListEngagementMembers",
            "CreateEngagementContext",
            "UpdateEngagementContext",
            "CreateEngagementInvitation",
            "ListResourceSnapshots",
            "GetResourceSnapshot",
            *_ENGAGED,
            "StartOpportunityFromEngagementTask",
        ),
        (ENGAGEMENT,),
    ),
    Table("Find a snapshot", ("GetResourceSnapshot",), (SNAPSHOT,)),
    Table(
        "Find a snapshot job",
        (
            "GetResourceSnapshotJob",
            "StartResourceSnapshotJob",
            "StopResourceSnapshotJob",
            "DeleteResourceSnapshotJob",
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
        ),
        (JOB,),
    ),
    Table("Find a prospecting task", ("GetProspectingFromEngagementTask",), (PROSPECTING,)),
    Table(
        "Find what any account has",
        ("ReviewOpportunity", "UpdateAwsOpportunitySummary", "UpdatePartnerOpportunity"),
        (ANY_OPPORTUNITY,),
    ),
    Table("Find any invitation", ("AnswerInvitation",), (ANY_INVITATION,)),
    Table(
        "Find any engagement",
        ("PutProspectingResult", "ListMembers", "UpdateLead"),
        (ANY_ENGAGEMENT,),
    ),
    Table("Find any task", ("AdvanceTask",), (ANY_TASK,)),
    Table("Find a task in any catalog", ("AdvanceTask", "GetTask"), (TASK,)),
)
