"""The model's review of opportunities: submitting, AWS's answer, corrections, stages; and the tasks
that accept invitations.

Must not read the program's tables.
"""

from typing import Any

import orjson

from tests.property.partners import (
    ACCEPTING,
    ACTION,
    APPROVED,
    AWS,
    IN_REVIEW,
    MEMBERS_MAX,
    PENDING,
    REJECTED,
    SUBMITTED,
    WAITING,
    WORK,
    Engagement,
    Invitation,
    Opportunity,
    Partners,
    Task,
)

REVIEWED = {  # what AWS may say at its desk, by what an opportunity's status is
    SUBMITTED: {IN_REVIEW, APPROVED, REJECTED, ACTION},
    IN_REVIEW: {IN_REVIEW, APPROVED, REJECTED, ACTION},
    ACTION: {APPROVED, REJECTED, ACTION},
}
SIMULATED = {  # what a partner may set in the Sandbox
    PENDING: {APPROVED, REJECTED, ACTION},
    SUBMITTED: {APPROVED, REJECTED, ACTION},
    IN_REVIEW: {APPROVED, REJECTED, ACTION},
    ACTION: {APPROVED, REJECTED},
}
ROUND_TRIP = ("Arn", "CreatedDate", "OpportunityTeam", "RelatedEntityIdentifiers")


class Reviewed(Partners):
    """The same world, with what AWS does in it."""

    # --- submitting ------------------------------------------------------------------------------

    def may_submit(self, account: str, opportunity: Opportunity) -> bool:
        if not self.owns(account, opportunity):
            return False
        open_ = opportunity.resubmitted or opportunity.status in (PENDING, ACTION)
        return self.is_sent(opportunity) or (open_ and opportunity.complete)

    def is_sent(self, opportunity: Opportunity) -> bool:
        """Whether a correction has submitted it again, itself or with the one that it follows, so
        that a submission has nothing left to do. The Sandbox's reviewer may send back what was
        never submitted: that is still to be."""
        return opportunity.resubmitted and self.reached(opportunity)

    def reached(self, opportunity: Opportunity) -> bool:
        """Whether AWS was ever shown it, or one that it follows."""
        one: Opportunity | None = opportunity
        while one and not one.place:
            one = self.opportunities.get(one.leader)
        return one is not None

    def has_room(self, engagement: str) -> bool:
        """Whether AWS is in an engagement, or asked, or could be."""
        taken = self.taken(self.engagements[engagement])
        return AWS in taken or len(taken) < MEMBERS_MAX

    def submit(self, account: str, opportunity: Opportunity) -> None:
        may, place = self.may_submit(account, opportunity), self.place_of(opportunity)
        again = self.is_sent(opportunity)
        if may and not again:
            may = bool(place) and self.has_room(place)
            may = may and not self.engagements[place].lacks_project
        about = {"Identifier": opportunity.id, "InvolvementType": "Co-Sell"}
        if self.try_(may, account, "SubmitOpportunity", **about) is None:
            return
        self._submitted(account, opportunity, "" if again else place)

    def _submitted(self, account: str, opportunity: Opportunity, engagement: str) -> None:
        """The opportunity awaits AWS in an engagement, and AWS was asked there, unless it was there
        or asked already; nothing happened if it was submitted before (`engagement` is '')."""
        if engagement:
            opportunity.status, opportunity.place = SUBMITTED, engagement
            opportunity.resubmitted = False
            self.changes[opportunity.id] += 1
        sent = self.listed(account, "ListEngagementInvitations", ParticipantType="SENDER")
        new = [one for one in sent if one["Id"] not in self.invitations]
        if engagement and AWS not in self.taken(self.engagements[engagement]):
            [one] = new
            self.invitations[one["Id"]] = Invitation(one["Id"], account, AWS, engagement)
        else:
            assert not new, new

    # --- reviews ---------------------------------------------------------------------------------

    def review(self, opportunity: Opportunity, outcome: str) -> None:
        """AWS decides at the desk."""
        may = outcome in REVIEWED.get(opportunity.status, ()) and self.reached(opportunity)
        body = {
            "Catalog": self.catalog,
            "OpportunityIdentifier": opportunity.id,
            "Outcome": outcome,
        }
        reply = self.world.desk_call("ReviewOpportunity", body)
        assert (reply.status == 200) == may, (opportunity, outcome, reply.body)
        if may:
            self.conclude(opportunity, outcome)

    def simulate(self, account: str, opportunity: Opportunity, outcome: str) -> None:
        """The partner plays AWS, as only the Sandbox lets it."""
        if not self.owns(account, opportunity) or outcome == opportunity.status:
            return
        may = self.catalog == "Sandbox" and outcome in SIMULATED.get(opportunity.status, ())
        body = self.as_update(opportunity)
        body["LifeCycle"]["ReviewStatus"] = outcome
        if self.try_(may, account, "UpdateOpportunity", **body):
            self.conclude(opportunity, outcome)

    def conclude(self, opportunity: Opportunity, outcome: str) -> None:
        """What follows from a decision."""
        opportunity.status, opportunity.resubmitted = outcome, False
        self.changes[opportunity.id] += 1
        self.by_aws = outcome
        if outcome not in (APPROVED, REJECTED):
            return
        if opportunity.place:
            self._answer(opportunity, outcome)
        for follower in self.opportunities.values():
            waits = follower.leader == opportunity.id and not follower.place
            if waits and follower.status in (SUBMITTED, IN_REVIEW):
                self.conclude(follower, outcome)

    def _answer(self, opportunity: Opportunity, outcome: str) -> None:
        """AWS joins, or declines."""
        engagement = self.engagements[opportunity.place]
        asked = self.waiting_invitation(engagement.id)
        if outcome == APPROVED:
            if asked:
                asked.state = "ACCEPTED"
            if AWS not in engagement.members:
                engagement.members.append(AWS)
        elif asked and not self._awaits(engagement.id):
            asked.state = "REJECTED"

    def _awaits(self, engagement: str) -> bool:
        """Whether something submitted in an engagement awaits AWS there."""
        every = self.opportunities.values()
        return any(one.place == engagement and one.status in WAITING for one in every)

    # --- updates ---------------------------------------------------------------------------------

    def as_update(self, opportunity: Opportunity) -> dict[str, Any]:
        """An opportunity as it is, as an update."""
        reply = self.ask(opportunity.owner, "GetOpportunity", Identifier=opportunity.id)
        body: dict[str, Any] = orjson.loads(reply.body)
        body["Identifier"] = body.pop("Id")
        for name in (*ROUND_TRIP, "Catalog"):
            del body[name]
        return body

    def correct(self, account: str, opportunity: Opportunity) -> None:
        """What AWS asked for is said, which submits the opportunity again. One that follows another
        takes over the decision that this one got meanwhile."""
        if not self.owns(account, opportunity) or opportunity.status != ACTION:
            return
        body = self.as_update(opportunity)
        body["PartnerOpportunityIdentifier"] = self._token()
        self.try_(True, account, "UpdateOpportunity", **body)
        opportunity.status, opportunity.resubmitted = SUBMITTED, True
        leader = self.opportunities.get(opportunity.leader)
        if leader and not opportunity.place and leader.status in (APPROVED, REJECTED):
            self.conclude(opportunity, leader.status)  # that is the one change
        else:
            self.changes[opportunity.id] += 1

    def edit(self, account: str, opportunity: Opportunity) -> None:
        """The next steps change, where the status lets them."""
        if not self.owns(account, opportunity):
            return
        body = self.as_update(opportunity)
        body["LifeCycle"]["NextSteps"] = self._token()
        may = opportunity.status in (PENDING, APPROVED)
        self.try_(may, account, "UpdateOpportunity", **body)
        self.changes[opportunity.id] += may

    def move(self, account: str, opportunity: Opportunity, stage: str) -> None:
        """The stage changes, once AWS has approved."""
        if not self.owns(account, opportunity) or stage == opportunity.stage:
            return
        body = self.as_update(opportunity)
        body["LifeCycle"]["Stage"] = stage
        if stage == "Closed Lost":
            body["LifeCycle"]["ClosedLostReason"] = "Other"
        may = opportunity.status == APPROVED and opportunity.stage in WORK
        needs = {"Qualified", *WORK[2:], "Launched"} if opportunity.leader else set()
        may = may and (stage not in needs)
        may = may and (stage not in ("Committed", "Launched") or opportunity.solved)
        if self.try_(may, account, "UpdateOpportunity", **body):
            opportunity.stage = stage
            self.changes[opportunity.id] += 1

    def associate(self, account: str, opportunity: Opportunity) -> None:
        """A solution goes with the opportunity, in any state; twice is once."""
        about = {
            "OpportunityIdentifier": opportunity.id,
            "RelatedEntityIdentifier": "S-1234567",
            "RelatedEntityType": "Solutions",
        }
        may = self.owns(account, opportunity)
        if self.try_(may, account, "AssociateOpportunity", **about) is not None:
            self.changes[opportunity.id] += not opportunity.solved
            opportunity.solved = True

    # --- accepting invitations -------------------------------------------------------------------

    def may_accept(self, account: str, asked: Invitation) -> bool:
        """Whether the next step of a task can be done now."""
        if account != asked.receiver:
            return False
        return asked.stuck or (asked.state == "PENDING" and not asked.lead)

    def start_accept(self, account: str, asked: Invitation) -> None:
        """A task that accepts; whole at once, or held."""
        visible = account in (asked.sender, asked.receiver)
        busy = self.busy(account, asked)
        may = self.may_accept(account, asked) and not busy
        operation = "StartEngagementByAcceptingInvitationTask"
        task = self.try_(visible, account, operation, Identifier=asked.id)
        if not visible:
            return
        task = self.finished(account, operation, task)
        status = "COMPLETE" if may else "FAILED"
        if self.held and not busy:
            status = "IN_PROGRESS"
        assert task["TaskStatus"] == status, (asked, task)
        inherited = asked.done if asked.stuck and account == asked.receiver else 0
        promised = task["OpportunityId"] or ""
        made = Task(task["TaskId"], account, asked.id, status, promised, inherited)
        self.tasks[made.id] = made
        if status == "COMPLETE":
            self.done(made, len(ACCEPTING), task["ResourceSnapshotJobId"])

    def busy(self, account: str, asked: Invitation) -> bool:
        """Whether a task of the account is at work on the invitation."""
        mine = [one for one in self.tasks.values() if one.invitation == asked.id]
        return any(one.owner == account and one.status == "IN_PROGRESS" for one in mine)

    def stumble(self, asked: Invitation, at: int) -> None:
        """The next task fails at a step; what it did before stays, and the next one goes on."""
        if self.pace != "Inline" or asked.state != "PENDING" or asked.receiver == AWS or asked.lead:
            return
        self.world.desk("PutTaskFault", Step=ACCEPTING[at], ReasonCode="InternalError")
        operation = "StartEngagementByAcceptingInvitationTask"
        task = self.try_(True, asked.receiver, operation, Identifier=asked.id)
        assert (task["TaskStatus"], task["ReasonCode"]) == ("FAILED", "InternalError"), task
        promised = task["OpportunityId"] or ""
        made = Task(task["TaskId"], asked.receiver, asked.id, "FAILED", promised)
        self.tasks[made.id] = made
        self.done(made, at, task["ResourceSnapshotJobId"])
        asked.stuck = at > 0

    def advance(self, task: Task, steps: int) -> None:
        """A held task goes on."""
        asked = self.invitations[task.invitation]
        may = task.done > 0 or self.may_accept(task.owner, asked)
        told = self.desk("AdvanceTask", TaskIdentifier=task.id, Steps=steps)
        if task.status != "IN_PROGRESS":
            assert told["TaskStatus"] == task.status
            return
        task.status = told["TaskStatus"]
        done = sum(one["Status"] == "DONE" for one in told["Steps"])
        assert (task.status == "FAILED") != may, (asked, told)
        self.done(task, done, told["ResourceSnapshotJobId"])

    def done(self, task: Task, steps: int, job: str | None) -> None:
        """What the steps of a task have brought about so far."""
        asked = self.invitations[task.invitation]
        engagement = self.engagements[asked.engagement]
        for step in ACCEPTING[asked.done : steps]:
            if step == "AcceptInvitation":
                asked.state = "ACCEPTED"
                asked.leader = self._shared_by(asked.sender, engagement)
                engagement.members.append(asked.receiver)
            if step == "CreateOpportunity":
                self._make(task, asked)
            if step == "CreateResourceSnapshot":
                opportunity = self.opportunities[task.opportunity]
                seen = (engagement.id, opportunity.id) in self.seen  # its owner was quicker
                self.shown_first(opportunity, engagement, seen)
            if step.endswith("Job"):
                assert job
                started = step.startswith("Start")
                self.jobs[job] = asked.receiver, "Running" if started else "Stopped"
        asked.done = task.done = max(asked.done, steps)
        asked.stuck = asked.stuck and asked.done < len(ACCEPTING)

    def _shared_by(self, account: str, engagement: Engagement) -> str:
        """The opportunity that an account shared last in an engagement, or ''."""
        rows = self.shown("engagement", engagement.id)
        shown = [id for _, id, author in rows if author == account]
        return shown[-1] if shown else ""

    def _make(self, task: Task, asked: Invitation) -> None:
        if asked.brings:
            self.opportunities[asked.brings].revealed = True
            self.changes[asked.brings] += 1
            assert task.opportunity == asked.brings
            return
        leader = self.opportunities.get(asked.leader)
        status = PENDING
        if leader and leader.status in WAITING:
            status = SUBMITTED
        if leader and leader.status == APPROVED:
            status = APPROVED
        id = task.opportunity
        assert id not in self.opportunities
        made = Opportunity(id, asked.receiver, status, complete=False)
        made.leader = leader.id if leader and leader.status != REJECTED else "nobody"
        made.led_in = asked.engagement
        self.opportunities[id] = made
        self.changes[id] += 1

    def set_pace(self, pace: str) -> None:
        """Whether tasks wait for somebody, or for time to pass; those that waited are finished when
        they need not."""
        if self.held and pace != "Held":
            self.world.desk("PutPace", Mode="Inline")
            self.world.desk("AdvanceClock", Seconds=0)
            for task in self.tasks.values():
                if task.status == "IN_PROGRESS":
                    self.advance_to_the_end(task)
        self.world.desk("PutPace", Mode=pace, StepSeconds=1)
        self.pace = pace

    def finished(self, account: str, operation: str, task: Any) -> Any:
        """A task as it ends, if its pace lets it: time passes for one that waits for it."""
        if self.pace != "Paced" or task["TaskStatus"] != "IN_PROGRESS":
            return task
        self.world.desk("AdvanceClock", Seconds=20)
        name = operation.removeprefix("Start").removesuffix("Task")
        [told] = self.listed(account, f"List{name}Tasks", TaskIdentifier=[task["TaskId"]])
        return told

    def advance_to_the_end(self, task: Task) -> None:
        asked = self.invitations[task.invitation]
        may = task.done > 0 or self.may_accept(task.owner, asked)
        told = self.desk("AdvanceTask", TaskIdentifier=task.id, Steps=1)
        task.status = told["TaskStatus"]
        assert task.status == ("COMPLETE" if may else "FAILED"), told
        if may:
            self.done(task, len(ACCEPTING), told["ResourceSnapshotJobId"])
