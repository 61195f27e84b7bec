"""The model's submissions by task: step by step, whatever happens between two steps.

Must not read the program's tables.
"""

from dataclasses import dataclass
from typing import Any

from tests.property.partners import (
    AWS,
    PROJECT,
    WORK,
    Context,
    Engagement,
    Invitation,
    Opportunity,
)
from tests.property.reviews import Reviewed

STEPS = (
    "GetOpportunity",
    "CreateEngagement",
    "CreateResourceSnapshot",
    "CreateResourceSnapshotJob",
    "StartResourceSnapshotJob",
    "CreateEngagementInvitation",
    "SubmitOpportunity",
)
OPERATION = "StartEngagementFromOpportunityTask"


@dataclass
class Submission:
    """A task that submits an opportunity; `place` and `job` as far as it knows them; `shown`: where
    that was shown last before the task went on."""

    id: str
    owner: str
    opportunity: str
    status: str = "IN_PROGRESS"
    done: int = 0
    place: str = ""
    job: str = ""
    shown: str = ""


class Submitted(Reviewed):
    """The same world, with tasks that submit."""

    def __init__(self) -> None:
        super().__init__()
        self.submissions: dict[str, Submission] = {}
        self.left: dict[str, str] = {}  # where a failed task would have submitted an opportunity
        self.own_jobs: dict[tuple[str, str], str] = {}  # engagement, opportunity → this kind's job

    def start_submission(self, account: str, opportunity: Opportunity) -> None:
        """Everything in one go, or as the pace has it."""
        owned = self.owns(account, opportunity)
        submission = {"InvolvementType": "Co-Sell", "Visibility": "Full"}
        about: dict[str, Any] = {"Identifier": opportunity.id, "AwsSubmission": submission}
        shown = self.place_of(opportunity)
        answer = self.try_(owned, account, OPERATION, **about)
        if not owned:
            return
        task = Submission(answer["TaskId"], account, opportunity.id, shown=shown)
        busy = self.is_busy(opportunity)
        self.submissions[task.id] = task
        if busy:
            task.status = "FAILED"
            assert answer["TaskStatus"] == "FAILED", (opportunity, answer)
            return
        task.place = self.left.pop(opportunity.id, "")
        if self.held:
            assert answer["TaskStatus"] == "IN_PROGRESS", answer
            return
        answer = self.finished(account, OPERATION, answer)
        self.follow(task, answer, len(STEPS))
        assert answer["TaskStatus"] == task.status, (opportunity, task, answer)

    def is_busy(self, opportunity: Opportunity) -> bool:
        """Whether a task is at work on it."""
        every = self.submissions.values()
        return any(
            one.opportunity == opportunity.id and one.status == "IN_PROGRESS" for one in every
        )

    def advance_submission(self, task: Submission, steps: int) -> None:
        """A held task goes on."""
        task.shown = self.place_of(self.opportunities[task.opportunity])
        told = self.desk("AdvanceTask", TaskIdentifier=task.id, Steps=steps)
        if task.status == "IN_PROGRESS":
            self.follow(task, told, steps)
        assert told["TaskStatus"] == task.status, (task, told)

    def set_pace(self, pace: str) -> None:
        if self.held and pace != "Held":
            for task in self.submissions.values():
                if task.status == "IN_PROGRESS":
                    self.advance_submission(task, len(STEPS))
            self.many = True
        super().set_pace(pace)

    # --- what the model says of a step ------------------------------------------------------------

    def follow(self, task: Submission, told: Any, steps: int) -> None:
        """So many steps of a task at most; `told` names what they made."""
        for step in STEPS[task.done : task.done + steps]:
            if not self.may_do(task, step):
                task.status = "FAILED"
                if task.done > 1:
                    self.left[task.opportunity] = task.place
                return
            self.do(task, step, told)
            task.done += 1
        if task.done == len(STEPS):
            task.status = "COMPLETE"

    def may_do(self, task: Submission, step: str) -> bool:
        opportunity = self.opportunities[task.opportunity]
        again = self.is_sent(opportunity)
        if step == "GetOpportunity":
            return self.may_be_submitted(task)
        if step == "CreateEngagement":
            place = self.place_for(task)
            return not place or not self.engagements[place].lacks_project
        if step == "StartResourceSnapshotJob":
            return self.is_anothers(opportunity) or task.job in self.jobs
        if step == "CreateEngagementInvitation":
            return again or self.has_room(task.place)
        if step == "SubmitOpportunity":
            taken = self.has_room(task.place) and not self.engagements[task.place].lacks_project
            return self.may_be_submitted(task) and (again or taken)
        return True

    def may_be_submitted(self, task: Submission) -> bool:
        opportunity = self.opportunities[task.opportunity]
        open_ = opportunity.stage in WORK or self.is_sent(opportunity)
        return self.may_submit(task.owner, opportunity) and open_

    def place_for(self, task: Submission) -> str:
        opportunity = self.opportunities[task.opportunity]
        led_in = opportunity.led_in if self.is_led(opportunity) else ""
        return opportunity.place or led_in or task.place or task.shown

    def is_anothers(self, opportunity: Opportunity) -> bool:
        """Whether it is submitted with the one that it follows, and has nothing to do here."""
        return self.is_sent(opportunity) and not opportunity.place

    # --- what a step does -------------------------------------------------------------------------

    def do(self, task: Submission, step: str, told: Any) -> None:
        opportunity = self.opportunities[task.opportunity]
        if step == "CreateEngagement":
            self._take_place(task, told["EngagementId"])
        elif step == "CreateResourceSnapshotJob":
            self._make_job(task, told["ResourceSnapshotJobId"])
        elif step == "StartResourceSnapshotJob" and not self.is_anothers(opportunity):
            self.jobs[task.job] = task.owner, "Running"
        elif step == "CreateEngagementInvitation" and not self.is_sent(opportunity):
            self._ask(task)
        elif step == "SubmitOpportunity" and not self.is_sent(opportunity):
            self._submitted(task.owner, opportunity, task.place)

    def _take_place(self, task: Submission, engagement: str) -> None:
        place = self.place_for(task)
        assert engagement == (place or engagement), (task, place, engagement)
        if not place:
            project = Context(PROJECT, task.opportunity)
            self.engagements[engagement] = Engagement(engagement, [task.owner], [project])
        task.place = engagement

    def _make_job(self, task: Submission, job: str | None) -> None:
        key = task.place, task.opportunity
        if self.own_jobs.get(key) not in self.jobs and self.is_anothers(
            self.opportunities[task.opportunity]
        ):
            assert not job, (task, job)
            return
        assert job, task
        if self.own_jobs.get(key) not in self.jobs:
            assert job not in self.jobs, (task, job)
            self.jobs[job] = task.owner, "Stopped"
            self.own_jobs[key] = job
        assert self.own_jobs[key] == job, (task, job)
        task.job = job

    def _ask(self, task: Submission) -> None:
        """AWS is asked into the engagement, unless it is there or asked already."""
        if AWS in self.taken(self.engagements[task.place]):
            return
        sent = self.listed(task.owner, "ListEngagementInvitations", ParticipantType="SENDER")
        [new] = [one for one in sent if one["Id"] not in self.invitations]
        self.invitations[new["Id"]] = Invitation(new["Id"], task.owner, AWS, task.place)
