"""`world.given`: what a test begins with, brought about through the public API, and through the
desk for what AWS does. Each builder answers what the API's Get would, without nulls, times as they
are on the wire.

Must not write past the API: what cannot be reached that way is said, not made.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from cosell.testing import documents
from cosell.testing.by_hand import by_hand
from cosell.testing.calling import HIDES_REFUSALS, Answer
from cosell.testing.drafts import Call, ensure_known

if TYPE_CHECKING:
    from cosell.testing.partner import Who
    from cosell.testing.world import World

__tracebackhide__ = HIDES_REFUSALS

AWS: Final = "aws"
DRAFT: Final = "Pending Submission"
_REVIEWED: Final = ("In review", "Action Required", "Approved", "Rejected")
_WORKED: Final = (
    "Qualified",
    "Technical Validation",
    "Business Validation",
    "Committed",
    "Launched",
    "Closed Lost",
)
STATES: Final = (DRAFT, "Submitted", *_REVIEWED, *_WORKED)
INVITATION_STATES: Final = ("PENDING", "ACCEPTED", "REJECTED")
_CO_SELL: Final = "StartEngagementFromOpportunityTask"
_ACCEPT: Final = "StartEngagementByAcceptingInvitationTask"
_CONVERT: Final = "StartOpportunityFromEngagementTask"
_PROSPECT: Final = "StartProspectingFromEngagementTask"
TASKS: Final = (_ACCEPT, _CO_SELL, _CONVERT, _PROSPECT)


class Given:
    """Builders of one world. `owner`, `to` and `with_` take account ids, partners and their labels;
    members go over the builder's own, object by object, and None leaves one out. ValueError
    for one that the operation does not have."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._drafts = world.drafts

    # --- what there is -------------------------------------------------------------------------

    def opportunity(self, state: str = DRAFT, owner: "Who" = None, **members: Any) -> Answer:
        """An opportunity in a review status or stage: Pending Submission, Submitted, In review,
        Action Required, Approved, Rejected; Qualified … Committed, Launched, Closed Lost (approved
        before). `members` are CreateOpportunity's. Answers what GetOpportunity does."""
        if state not in STATES:
            raise ValueError(f"No opportunity can be {state!r}. It can be {', '.join(STATES)}.")
        call = self._drafts.caller(owner)
        request = self._drafts.opportunity(**members)
        made = call("CreateOpportunity", **request)
        named = {"Catalog": request["Catalog"], "Identifier": made.Id}
        if state == DRAFT:
            return call("GetOpportunity", **named)
        with by_hand(self._world, named["Catalog"], made.Id):
            self._submit(call, named)
            if state in (*_REVIEWED, *_WORKED):
                outcome = "Approved" if state in _WORKED else state
                self._world.aws.review(made.Id, outcome, Catalog=named["Catalog"])
            if state in _WORKED:
                self._work(call, named, state)
            return call("GetOpportunity", **named)

    def invitation(
        self, to: "Who" = None, from_: "Who" = AWS, state: str = "PENDING", **members: Any
    ) -> Answer:
        """An invitation to an opportunity, by AWS or by a partner (in an engagement made for it),
        to AWS or a partner (the default one, unless that sends it): PENDING, ACCEPTED or REJECTED.
        `members` are ReferOpportunity's (the desk's), or those of a partner's Invitation. Answers
        what GetEngagementInvitation does."""
        if state not in INVITATION_STATES:
            more = " It expires by time alone: make it, then cosell.clock.advance(days=15)."
            raise ValueError(
                f"No invitation can be made {state!r}: PENDING, ACCEPTED or REJECTED."
                + more * (state == "EXPIRED")
            )
        sender = self._world.party_of(None if to == AWS and from_ == AWS else from_)
        receiver = self._receiver(to, sender)
        if receiver == AWS:
            return self._to_aws(sender, state, members)
        named = self._invited(sender, receiver, members)
        return self._answered(self._drafts.caller(receiver), named, state)

    def engagement(
        self, owner: "Who" = None, with_: "Who | Sequence[Who]" = (), **members: Any
    ) -> Answer:
        """An engagement of an owner's, with a customer project as its context; every partner in
        `with_` (one, or several) has joined. `members` are CreateEngagement's. Answers what
        GetEngagement does."""
        call = self._drafts.caller(owner)
        several = with_ if isinstance(with_, list | tuple) else (with_,)
        accounts = [self._world.account_of(partner) for partner in several]
        request = self._drafts.engagement(**members)
        made = call("CreateEngagement", **request)
        for account in accounts:
            invitation = self._drafts.invitation(made.Id, account, Catalog=request["Catalog"])
            invited = call("CreateEngagementInvitation", **invitation)
            named = {"Catalog": request["Catalog"], "Identifier": invited.Id}
            self._drafts.caller(account)("AcceptEngagementInvitation", **named)
        return call("GetEngagement", Catalog=request["Catalog"], Identifier=made.Id)

    def lead(self, to: "Who" = None, from_: "Who" = AWS, **members: Any) -> Answer:
        """A lead that a partner has: an engagement with the context "1" of type Lead, which AWS
        referred and the partner joined, or (with `from_` the partner itself) made by it. `members`
        are the desk's ReferLead's, or the Lead's. Answers what GetEngagement does."""
        receiver = self._world.account_of(to)
        call = self._drafts.caller(receiver)
        catalog = members.pop("Catalog", self._world.catalog)
        if from_ == AWS:
            made = self._world.aws.refer_lead(receiver, Catalog=catalog, **members)
            named = {"Catalog": catalog, "Identifier": made.EngagementInvitationId}
            call("AcceptEngagementInvitation", **named)
            return call("GetEngagement", Catalog=catalog, Identifier=made.EngagementId)
        if self._world.account_of(from_) != receiver:
            raise ValueError(
                "A lead comes from AWS or is the partner's own: say from_ as `to`, or leave it out."
            )
        context = documents.lead(self._drafts.next_number())
        context["Payload"]["Lead"] = documents.merged(context["Payload"]["Lead"], members)
        return self.engagement(receiver, Catalog=catalog, Contexts=[context])

    def task(self, kind: str = _ACCEPT, owner: "Who" = None, **members: Any) -> Answer:
        """A task of a kind (named by the operation that starts it), in the world's pace; what it
        needs is made unless `members`, those of the operation, name it. Answers what the operation
        does, with TaskId and the state in which it left the task."""
        if kind not in TASKS:
            raise ValueError(f"No operation {kind!r} starts a task. {', '.join(TASKS)} do.")
        from cosell.testing.examples import example

        request = example(self._world, kind, owner, members)
        return self._drafts.caller(owner)(kind, **request)

    def snapshot_job(self, state: str = "Running", owner: "Who" = None, **members: Any) -> Answer:
        """A resource snapshot job for an opportunity in an engagement of its owner's: Running or
        Stopped. `members` are CreateResourceSnapshotJob's. Answers what GetResourceSnapshotJob
        does."""
        if state not in ("Running", "Stopped"):
            raise ValueError(f"No job can be {state!r}. It can be Running or Stopped.")
        call = self._drafts.caller(owner)
        request = {**self.target(owner, **members), "ClientToken": self._drafts.token()}
        made = call("CreateResourceSnapshotJob", **request)
        named = {"Catalog": request["Catalog"], "ResourceSnapshotJobIdentifier": made.Id}
        if state == "Running":
            call("StartResourceSnapshotJob", **named)
        return call("GetResourceSnapshotJob", **named)

    def solution(self, owner: "Who" = None, **members: Any) -> Answer:
        """A solution that a partner can associate. `members` are the desk's PutSolution's. Answers
        what that does."""
        said = {"Name": f"Example solution {self._drafts.next_number()}", **members}
        return Answer(documents.filled(self._world.aws.put_solution(owner, **said)))

    def target(self, owner: "Who" = None, **members: Any) -> dict[str, Any]:
        """An opportunity and an engagement of its owner's, as the operations of snapshots name
        them; each is made unless `members` name it."""
        ensure_known("CreateResourceSnapshotJob", members)
        catalog = members.get("Catalog", self._world.catalog)
        named: dict[str, Any] = {
            "Catalog": catalog,
            "ResourceType": "Opportunity",
            "ResourceSnapshotTemplateIdentifier": "OpportunitySummaryView",
            **members,
        }
        if "EngagementIdentifier" not in named:
            named["EngagementIdentifier"] = self.engagement(owner, Catalog=catalog).Id
        if "ResourceIdentifier" not in named:
            named["ResourceIdentifier"] = self.opportunity(owner=owner, Catalog=catalog).Id
        return named

    # --- how it is done ------------------------------------------------------------------------

    def _submit(self, call: Call, named: dict[str, str]) -> None:
        task = call(
            _CO_SELL, **named, ClientToken=self._drafts.token(), AwsSubmission=documents.CO_SELL
        )
        if task.TaskStatus == "IN_PROGRESS":  # the world's pace is another; this does not wait
            asked = {"Catalog": named["Catalog"], "TaskIdentifier": task.TaskId, "Steps": 100}
            task = self._world.desk("AdvanceTask", **asked)
        if task.TaskStatus != "COMPLETE":
            raise ValueError(f"It cannot be submitted: {task.ReasonCode}: {task.Message}")

    def _work(self, call: Call, named: dict[str, str], stage: str) -> None:
        """The partner moves an approved opportunity to a stage; to win, it needs a solution."""
        if stage in ("Committed", "Launched"):
            self._associate(call, named)
        said: dict[str, Any] = {"LifeCycle": {"Stage": stage}}
        if stage == "Closed Lost":
            said["LifeCycle"]["ClosedLostReason"] = "Customer Deficiency"
        found = call("GetOpportunity", **named)
        call("UpdateOpportunity", **self._drafts.update(found, **said))

    def _associate(self, call: Call, named: dict[str, str]) -> None:
        catalog = named["Catalog"]
        found = call("ListSolutions", Catalog=catalog, Status=["Active"]).SolutionSummaries
        solution = found[0] if found else self.solution(call.account, Catalog=catalog)
        call(
            "AssociateOpportunity",
            Catalog=catalog,
            OpportunityIdentifier=named["Identifier"],
            RelatedEntityType="Solutions",
            RelatedEntityIdentifier=solution.Id,
        )

    def _receiver(self, to: "Who", sender: str) -> str:
        if to is not None:
            return self._world.party_of(to)
        default = self._world.account
        return default if sender != default else self._world.account_of("B")

    def _invited(self, sender: str, receiver: str, members: dict[str, Any]) -> dict[str, str]:
        catalog = members.pop("Catalog", self._world.catalog)
        if sender == AWS:
            made = self._world.aws.refer(receiver, Catalog=catalog, **members)
            return {"Catalog": catalog, "Identifier": made.EngagementInvitationId}
        engagement = self.engagement(sender, Catalog=catalog)
        request = self._drafts.invitation(engagement, receiver, Catalog=catalog, **members)
        sent = self._drafts.caller(sender)("CreateEngagementInvitation", **request)
        return {"Catalog": catalog, "Identifier": sent.Id}

    def _to_aws(self, sender: str, state: str, members: dict[str, Any]) -> Answer:
        catalog, call = members.pop("Catalog", self._world.catalog), self._drafts.caller(sender)
        engagement = self.engagement(sender, Catalog=catalog)
        with by_hand(self._world, catalog, engagement.Id):
            request = self._drafts.invitation(engagement, AWS, Catalog=catalog, **members)
            sent = call("CreateEngagementInvitation", **request)
            named = {"Catalog": catalog, "Identifier": sent.Id}
            if state != "PENDING":
                self._world.aws.answer_invitation(sent.Id, state.capitalize(), Catalog=catalog)
            return call("GetEngagementInvitation", **named)

    def _answered(self, call: Call, named: dict[str, str], state: str) -> Answer:
        if state == "ACCEPTED":
            call("AcceptEngagementInvitation", **named)
        elif state == "REJECTED":
            call("RejectEngagementInvitation", **named)
        return call("GetEngagementInvitation", **named)
