"""The model's leads: engagements about them, what becomes of them, and what AWS says of an
opportunity.

Must not read the program's tables.
"""

import itertools
from typing import Any

import orjson

from tests.engaging import lead, lead_customer, project
from tests.property.partners import (
    AWS,
    CONTEXTS_MAX,
    LEAD,
    PROJECT,
    Context,
    Engagement,
    Invitation,
    Opportunity,
)
from tests.property.submissions import Submitted

CONVERT = "StartOpportunityFromEngagementTask"
PROSPECT = "StartProspectingFromEngagementTask"
RESULT = "ProspectingResult"


class Leading(Submitted):
    """The same world, with leads in it."""

    # --- engagements about leads -----------------------------------------------------------------

    def engage_about(self, account: str, *types: str) -> None:
        """An engagement with contexts of these types."""
        about = {"Title": "A lead", "Description": "Where work begins"}
        given = [_context(type) for type in types]
        made = self.try_(True, account, "CreateEngagement", **about, Contexts=given)
        contexts = [Context(type) for type in types]
        self.engagements[made["Id"]] = Engagement(made["Id"], [account], contexts)

    def refer_lead(self, account: str) -> None:
        made = self.desk("ReferLead", ReceiverAccountId=account)
        engagement, id = made["EngagementId"], made["EngagementInvitationId"]
        self.engagements[engagement] = Engagement(engagement, [AWS], [Context(LEAD)])
        self.invitations[id] = Invitation(id, AWS, account, engagement, lead=True)

    def add_context(self, account: str, engagement: Engagement, type: str) -> None:
        may = account in engagement.members and len(engagement.contexts) < CONTEXTS_MAX
        about = {"EngagementIdentifier": engagement.id, **_context(type)}
        if self.try_(may, account, "CreateEngagementContext", **about):
            engagement.add(Context(type))

    def update_context(
        self, account: str, engagement: Engagement, number: int, status: str
    ) -> None:
        """A lead gets a status, a project the same text as before; AWS's results are nobody's."""
        context = engagement.contexts[number] if engagement.contexts else None
        member = account in engagement.members
        if context is None or context.type == RESULT:
            return
        reader = next(one for one in (account, *engagement.members) if one in engagement.members)
        if reader == AWS:
            return
        found = self.ask(reader, "GetEngagement", Identifier=engagement.id)
        body: dict[str, Any] = {
            "ContextIdentifier": str(number + 1),
            "EngagementIdentifier": engagement.id,
            "EngagementLastModifiedAt": orjson.loads(found.body)["ModifiedAt"],
            **_context(context.type),
        }
        if context.type == LEAD:
            said = {"Customer": lead_customer(), "QualificationStatus": status}
            body["Payload"] = {LEAD: said}
        if self.try_(member, account, "UpdateEngagementContext", **body):
            engagement.tell()
            context.disqualified = context.type == LEAD and status == "Disqualified"

    # --- an opportunity of a lead ----------------------------------------------------------------

    def convert(self, account: str, engagement: Engagement, number: int) -> None:
        """A lead becomes an opportunity; whole at once, or as time passes."""
        if self.held:
            return
        about = {"Identifier": engagement.id, "ContextIdentifier": str(number + 1)}
        member = account in engagement.members
        task = self.try_(member, account, CONVERT, **about)
        if not member:
            return
        task = self.finished(account, CONVERT, task)
        context = engagement.contexts[number] if number < len(engagement.contexts) else None
        may = context is not None and context.type == LEAD and not context.disqualified
        may = may and len(engagement.contexts) < CONTEXTS_MAX
        assert task["TaskStatus"] == ("COMPLETE" if may else "FAILED"), (engagement, task)
        if not may:
            return
        id = task["OpportunityId"]
        assert id not in self.opportunities, task
        self.opportunities[id] = Opportunity(id, account, complete=False)
        self.jobs[task["ResourceSnapshotJobId"]] = account, "Running"
        engagement.add(Context(PROJECT, id))
        assert task["ContextId"] == str(len(engagement.contexts)), (engagement, task)

    # --- prospecting -----------------------------------------------------------------------------

    def prospect(self, account: str, engagements: list[Engagement]) -> None:
        """AWS looks at leads, each on its own."""
        if self.held:
            return
        expected = [self._outcome(account, one) for one in engagements]
        about = {"Identifiers": [one.id for one in engagements], "TaskName": "Spring"}
        task = self.try_(True, account, PROSPECT, **about)
        if self.pace == "Paced":
            self.world.desk("AdvanceClock", Seconds=20)
        reply = self.ask(account, "GetProspectingFromEngagementTask", TaskIdentifier=task["TaskId"])
        told = orjson.loads(reply.body)["Engagements"]
        assert [one["ReasonCode"] for one in told] == expected, (engagements, told)
        for engagement in itertools.compress(engagements, [not one for one in expected]):
            engagement.add(Context(RESULT))

    def _outcome(self, account: str, engagement: Engagement) -> str | None:
        """Why an engagement cannot be prospected; None if it can."""
        leads = [one for one in engagement.contexts if one.type == LEAD]
        if account not in engagement.members:
            return "EngagementAccessDenied"
        if not leads:
            return "ContextNotFound"
        if all(one.disqualified for one in leads):
            return "DisqualifiedLeadNotPermitted"
        return "ServiceQuotaExceeded" if len(engagement.contexts) >= CONTEXTS_MAX else None

    # --- AWS's summary ---------------------------------------------------------------------------

    def say(self, opportunity: Opportunity, words: str) -> None:
        """AWS says something of an opportunity."""
        body = {"Catalog": self.catalog, "OpportunityIdentifier": opportunity.id}
        reply = self.world.desk_call(
            "UpdateAwsOpportunitySummary", {**body, "LifeCycle": {"NextSteps": words}}
        )
        assert (reply.status == 200) == opportunity.revealed, (opportunity, reply.body)
        if opportunity.revealed:
            self.changes[opportunity.id] += 1
            self.by_aws = "say"


def _context(type: str) -> dict[str, Any]:
    return lead() if type == LEAD else project()
