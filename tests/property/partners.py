"""Three partners and AWS in one world, and a small model of what has become of their opportunities,
invitations, engagements, jobs and tasks.

Each act asks the real program, expects what the model says, and writes down what follows. The model
is written from AWS's documents, with tables of its own. Must not read the program's.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from tests.engaging import invitation
from tests.harness import Reply, checked
from tests.inside import Inside
from tests.sharing import target
from tests.submitting import submittable

AWS = "aws"
PARTNERS = ("111122223333", "444455556666", "777788889999")
CATALOGS = ("Sandbox", "AWS")
CONTEXTS_MAX = 5
LEAD, PROJECT = "Lead", "CustomerProject"
MEMBERS_MAX = 10
PENDING, SUBMITTED, IN_REVIEW, ACTION, APPROVED, REJECTED = (
    "Pending Submission", "Submitted", "In review", "Action Required", "Approved", "Rejected",
)  # fmt: skip
WAITING = (SUBMITTED, IN_REVIEW, ACTION)  # at AWS, or back from there
WORK = ("Prospect", "Qualified", "Technical Validation", "Business Validation", "Committed")
ACCEPTING = (
    "AcceptInvitation",
    "CreateOpportunity",
    "CreateResourceSnapshot",
    "CreateResourceSnapshotJob",
    "StartResourceSnapshotJob",
)


@dataclass
class Opportunity:
    """`complete`: can be submitted; `resubmitted`: Submitted by a correction; `place`: where it was
    submitted; `leader`: the opportunity whose review it follows, and `led_in`: where."""

    id: str
    owner: str
    status: str = PENDING
    stage: str = WORK[0]
    complete: bool = True
    revealed: bool = True
    resubmitted: bool = False
    solved: bool = False
    place: str = ""
    leader: str = ""
    led_in: str = ""


@dataclass
class Context:
    """A context of an engagement: for which opportunity the service made it, and whether its lead
    is out of the race."""

    type: str
    opportunity: str = ""
    disqualified: bool = False


@dataclass
class Engagement:
    """Members in order of joining; `told`: how often each of them was told of another context."""

    id: str
    members: list[str]
    contexts: list[Context] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    @property
    def is_of_lead(self) -> bool:
        return any(one.type == LEAD for one in self.contexts)

    @property
    def lacks_project(self) -> bool:
        """Whether AWS cannot be asked into it: it is about a lead, and about no project."""
        return self.is_of_lead and all(one.type != PROJECT for one in self.contexts)

    def tell(self) -> None:
        """Its contexts have changed."""
        self.told.update(one for one in self.members if one != AWS)

    def add(self, context: Context) -> None:
        self.contexts.append(context)
        self.tell()


@dataclass
class Invitation:
    """`brings`: the opportunity that AWS refers; `done`: how many steps of accepting it are done;
    `stuck`: whether the task that did them failed; `lead`: it is to a lead of AWS's; `leader`: what
    its sender had shared last when it was accepted."""

    id: str
    sender: str
    receiver: str
    engagement: str
    state: str = "PENDING"
    brings: str = ""
    done: int = 0
    stuck: bool = False
    lead: bool = False
    leader: str = ""


@dataclass
class Task:
    """A task that accepts an invitation; `opportunity` is what it will make, `done` how many steps
    are behind it, those of a failed task that it goes on from included."""

    id: str
    owner: str
    invitation: str
    status: str
    opportunity: str = ""
    done: int = 0


class Partners:
    """The world, and the model of it."""

    def __init__(self) -> None:
        self.world = Inside(seed=1)
        self.opportunities: dict[str, Opportunity] = {}
        self.engagements: dict[str, Engagement] = {}
        self.invitations: dict[str, Invitation] = {}
        self.tasks: dict[str, Task] = {}
        self.jobs: dict[str, tuple[str, str]] = {}  # owner, status
        self.asked_for: dict[tuple[str, str], str] = {}  # engagement, opportunity → job
        self.catalog = CATALOGS[0]
        self.pace = "Inline"
        self.tokens = 0
        self.changes: Counter[str] = Counter()  # how often each opportunity did, in this step
        self.direct: set[tuple[str, str, int]] = set()  # revisions that somebody asked for
        self.seen: set[tuple[str, str]] = set()  # what engagements showed before this step
        self.by_aws = ""  # what AWS did in this step: the review status that it gave, or "say"
        self.many = False  # whether tasks that had waited ran in this step

    @property
    def held(self) -> bool:
        return self.pace == "Held"

    # --- asking ----------------------------------------------------------------------------------

    def ask(self, account: str, operation: str, **members: Any) -> Reply:
        """Call as an account, with a client token of its own where one is needed."""
        if operation.startswith(("Create", "Start")) and not operation.endswith("SnapshotJob"):
            members["ClientToken"] = self._token()
        if operation == "CreateResourceSnapshotJob":
            members["ClientToken"] = self._token()
        reply = self.world.call(operation, {"Catalog": self.catalog, **members}, account)
        return checked(operation, reply)

    def desk(self, operation: str, **members: Any) -> Any:
        return self.world.desk(operation, Catalog=self.catalog, **members)

    def _token(self) -> str:
        self.tokens += 1
        return f"token-{self.tokens}"

    def try_(self, expected: bool, account: str, operation: str, **members: Any) -> Any:
        """Ask, and find that it is done or refused as the model says; a refusal does nothing."""
        before = self.last_event()
        reply = self.ask(account, operation, **members)
        told = (account, operation, members, reply.body)
        assert (reply.status == 200) == expected, told
        if not expected:
            assert reply.status == 400, told
            assert self.last_event() == before, told
            return None
        return orjson.loads(reply.body) if reply.body else {}

    def last_event(self) -> int:
        with self.world.store.read() as tx:
            [[seq]] = tx.query("select coalesce(max(seq), 0) from outbox", {})
        return cast("int", seq)

    def listed(self, account: str, operation: str, **members: Any) -> list[Any]:
        """Every row of a list, whatever the size of its pages."""
        found: list[Any] = []
        while True:
            reply = self.ask(account, operation, **members)
            assert reply.status == 200, reply.body
            answer = orjson.loads(reply.body)
            members["NextToken"] = answer.pop("NextToken")
            [rows] = answer.values()
            found += rows
            if members["NextToken"] is None:
                return found

    # --- what the model says ---------------------------------------------------------------------

    def taken(self, engagement: Engagement) -> set[str]:
        """Who is in an engagement or asked into it."""
        pending = {
            one.receiver
            for one in self.invitations.values()
            if one.engagement == engagement.id and one.state == "PENDING"
        }
        return pending | set(engagement.members)

    def owns(self, account: str, opportunity: Opportunity) -> bool:
        return opportunity.owner == account and opportunity.revealed

    def waiting_invitation(self, engagement: str) -> Invitation | None:
        """AWS's invitation to an engagement, if it has not answered."""
        for one in self.invitations.values():
            if (one.engagement, one.receiver, one.state) == (engagement, AWS, "PENDING"):
                return one
        return None

    def shown(self, column: str, value: str) -> list[tuple[str, str, str]]:
        """The revisions of an engagement, or of an opportunity (`resource`), in the order of their
        making: where, what, by whom. Read from the state: whether a change makes one is asked of
        other tests."""
        with self.world.store.read() as tx:
            rows = tx.query(
                f"select engagement, resource, created_by from snapshot where {column} = :value"
                " and template = 'OpportunitySummaryView' order by seq",
                {"value": value},
            )
        return cast("list[tuple[str, str, str]]", rows)

    def place_of(self, opportunity: Opportunity) -> str:
        """The engagement of a submission: where the opportunity was submitted before, or follows
        what was, if it is shown there; else where it was shown last, or ''."""
        if opportunity.place:
            return opportunity.place
        shown = [engagement for engagement, _, _ in self.shown("resource", opportunity.id)]
        if self.is_led(opportunity) and opportunity.led_in in shown:
            return opportunity.led_in
        return shown[-1] if shown else ""

    def is_led(self, opportunity: Opportunity) -> bool:
        """Whether AWS reviews it, or sent it back, because it was shown one that this follows."""
        one: Opportunity | None = opportunity
        while one and not one.place:
            one = self.opportunities.get(one.leader)
        return one is not None and opportunity.status in WAITING

    # --- opportunities and engagements -----------------------------------------------------------

    def create(self, account: str) -> None:
        made = self.try_(True, account, "CreateOpportunity", **submittable())
        self.opportunities[made["Id"]] = Opportunity(made["Id"], account)

    def refer(self, account: str) -> None:
        made = self.desk("ReferOpportunity", ReceiverAccountId=account)
        engagement, id = made["EngagementId"], made["OpportunityId"]
        self.engagements[engagement] = Engagement(engagement, [AWS], [Context(PROJECT)])
        self.opportunities[id] = Opportunity(id, account, APPROVED, revealed=False)
        invited = made["EngagementInvitationId"]
        self.invitations[invited] = Invitation(invited, AWS, account, engagement, brings=id)

    def engage(self, account: str) -> None:
        about = {"Title": "Shared", "Description": "Work that is shared"}
        made = self.try_(True, account, "CreateEngagement", **about)
        self.engagements[made["Id"]] = Engagement(made["Id"], [account])

    def share(self, account: str, opportunity: Opportunity, engagement: Engagement) -> None:
        may = self.owns(account, opportunity) and account in engagement.members
        about, seen = _target(engagement, opportunity), self.is_shown(opportunity, engagement)
        made = self.try_(may, account, "CreateResourceSnapshot", **about)
        if made:
            self.direct.add((engagement.id, opportunity.id, made["Revision"]))
            self.shown_first(opportunity, engagement, seen)

    def is_shown(self, opportunity: Opportunity, engagement: Engagement) -> bool:
        return any(row[0] == engagement.id for row in self.shown("resource", opportunity.id))

    def shown_first(self, opportunity: Opportunity, engagement: Engagement, seen: bool) -> None:
        """The first revision of an opportunity brings a project where a lead is, if there is room
        and there is none for it."""
        of = {one.opportunity for one in engagement.contexts}
        room = len(engagement.contexts) < CONTEXTS_MAX
        if engagement.is_of_lead and room and not seen and opportunity.id not in of:
            engagement.add(Context(PROJECT, opportunity.id))

    def invite(self, account: str, engagement: Engagement, receiver: str) -> None:
        taken = self.taken(engagement)
        may = account in engagement.members and receiver != account
        may = may and receiver not in taken and len(taken) < MEMBERS_MAX
        about = {"EngagementIdentifier": engagement.id, "Invitation": invitation(receiver)}
        made = self.try_(may, account, "CreateEngagementInvitation", **about)
        if made:
            invited = Invitation(made["Id"], account, receiver, engagement.id)
            self.invitations[invited.id] = invited

    def answer(self, account: str, asked: Invitation, accept: bool) -> None:
        """Accept, which is membership and no more, or reject."""
        may = account == asked.receiver and asked.state == "PENDING"
        operation = f"{'Accept' if accept else 'Reject'}EngagementInvitation"
        if self.try_(may, account, operation, Identifier=asked.id) is None:
            return
        asked.state = "ACCEPTED" if accept else "REJECTED"
        if accept:
            self.engagements[asked.engagement].members.append(account)

    def expire(self) -> None:
        """Sixteen days go by."""
        self.world.desk("AdvanceClock", Seconds=16 * 86_400)
        for one in self.invitations.values():
            if one.state == "PENDING" and one.receiver != AWS and not one.lead:
                one.state = "EXPIRED"

    # --- jobs ------------------------------------------------------------------------------------

    def create_job(self, account: str, opportunity: Opportunity, engagement: Engagement) -> None:
        key = engagement.id, opportunity.id
        may = self.owns(account, opportunity) and account in engagement.members
        may = may and self.asked_for.get(key) not in self.jobs
        about = _target(engagement, opportunity)
        made = self.try_(may, account, "CreateResourceSnapshotJob", **about)
        if made:
            self.jobs[made["Id"]] = account, "Stopped"
            self.asked_for[key] = made["Id"]

    def turn_job(self, account: str, job: str, act: str) -> None:
        """Start, stop or delete a job."""
        owner, status = self.jobs[job]
        wanted = {"Start": ("Stopped", "Running"), "Stop": ("Running",), "Delete": ("Stopped",)}
        may = account == owner and status in wanted[act]
        operation = f"{act}ResourceSnapshotJob"
        if self.try_(may, account, operation, ResourceSnapshotJobIdentifier=job) is None:
            return
        if act == "Delete":
            del self.jobs[job]
        else:
            self.jobs[job] = owner, "Running" if act == "Start" else "Stopped"


def _target(engagement: Engagement, opportunity: Opportunity) -> dict[str, Any]:
    return {k: v for k, v in target(engagement.id, opportunity.id).items() if k != "Catalog"}
