"""Random walks of three partners and AWS: any act at any time, and what must hold after each.

Must not know what an act does: that is the model's business.
"""

import itertools
from collections import Counter
from typing import Any

import orjson
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.property.causes import Causes
from tests.property.leads import Leading
from tests.property.partners import (
    ACCEPTING,
    ACTION,
    APPROVED,
    CATALOGS,
    IN_REVIEW,
    LEAD,
    MEMBERS_MAX,
    PARTNERS,
    PROJECT,
    REJECTED,
    WORK,
)

PARTNER = st.sampled_from(PARTNERS)
PICK = st.integers(0, 2**20)  # which one of what there is
OUTCOME = st.sampled_from((APPROVED, APPROVED, REJECTED, ACTION, IN_REVIEW))
STAGE = st.sampled_from((*WORK, "Launched", "Closed Lost"))
JOB_ACT = st.sampled_from(("Start", "Stop", "Delete"))
CONTEXT = st.sampled_from((LEAD, PROJECT))
QUALIFIED = st.sampled_from(("Qualified", "Disqualified", "Unqualified", "Waiting"))
PACE = st.sampled_from(("Held", "Inline", "Paced"))
WORDS = st.sampled_from(("Meet the buyer.", "Wait."))


def agree(found: Any, expected: Any) -> None:
    assert found == expected, f"{found} should be {expected}"


def some(many: dict[str, Any], pick: int) -> Any:
    return list(many.values())[pick % len(many)]


class Walk(RuleBasedStateMachine):
    """One walk in a world of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.at = Leading()
        self.causes = Causes(self.at)

    def teardown(self) -> None:
        try:
            self.nothing_is_in_the_other_catalog()
        finally:
            self.at.world.close()

    @initialize(submitted=st.booleans(), shown=st.booleans(), catalog=st.sampled_from(CATALOGS))
    def begin(self, submitted: bool, shown: bool, catalog: str) -> None:
        """In the middle of a story: two partners are invited to what a third may have shown."""
        at, (first, second, third) = self.at, PARTNERS
        at.catalog = catalog
        for account in PARTNERS:
            at.create(account)
        at.engage(first)
        opportunity, place = some(at.opportunities, 0), some(at.engagements, 0)
        if shown:
            at.share(first, opportunity, place)
        if submitted:
            at.start_submission(first, opportunity)
        for receiver in (second, third):
            at.invite(first, some(at.engagements, -1), receiver)
        at.refer(second)
        at.engage_about(third, LEAD)

    # --- which one: mostly one with which the account can do something ---------------------------

    def opportunity(self, account: str, pick: int) -> Any:
        at = self.at
        own = {id: one for id, one in at.opportunities.items() if at.owns(account, one)}
        return some(own if own and pick % 5 else at.opportunities, pick // 5)

    def place(self, account: str, pick: int) -> Any:
        every = self.at.engagements
        own = {id: one for id, one in every.items() if account in one.members}
        return some(own if own and pick % 5 else every, pick // 5)

    def asked(self, account: str, pick: int) -> Any:
        every = self.at.invitations
        own = {id: one for id, one in every.items() if one.receiver == account}
        open_ = {id: one for id, one in own.items() if one.state == "PENDING"}
        return some((open_ if open_ and pick % 3 else own) or every, pick // 3)

    # --- acts ------------------------------------------------------------------------------------

    @rule(account=PARTNER)
    def create(self, account: str) -> None:
        self.at.create(account)

    @rule(account=PARTNER)
    def refer(self, account: str) -> None:
        self.at.refer(account)

    @rule(account=PARTNER)
    def engage(self, account: str) -> None:
        self.at.engage(account)

    @rule(account=PARTNER, what=PICK, where=PICK)
    def share(self, account: str, what: int, where: int) -> None:
        at = self.at
        at.share(account, self.opportunity(account, what), self.place(account, where))

    @rule(account=PARTNER, where=PICK, receiver=PARTNER)
    def invite(self, account: str, where: int, receiver: str) -> None:
        self.at.invite(account, self.place(account, where), receiver)

    @rule(where=PICK, count=st.integers(1, 9))
    def crowd(self, where: int, count: int) -> None:
        """Others join, until there is no room."""
        at = self.at
        engagement = some(at.engagements, where)
        host = next((one for one in engagement.members if one in PARTNERS), None)
        for number in range(count if host else 0):
            guest = f"9{len(at.invitations):05}{number:06}"
            at.invite(str(host), engagement, guest)
            last = list(at.invitations.values())[-1]
            if last.receiver == guest:
                at.answer(guest, last, accept=True)

    @rule(account=PARTNER, which=PICK, accept=st.booleans())
    def answer(self, account: str, which: int, accept: bool) -> None:
        self.at.answer(account, self.asked(account, which), accept)

    @rule(account=PARTNER, which=PICK)
    def start_accept(self, account: str, which: int) -> None:
        self.at.start_accept(account, self.asked(account, which))

    @rule(which=PICK, step=st.integers(0, len(ACCEPTING) - 1))
    def stumble(self, which: int, step: int) -> None:
        self.at.stumble(some(self.at.invitations, which), step)

    @rule(pace=PACE)
    def set_pace(self, pace: str) -> None:
        self.at.set_pace(pace)

    @precondition(lambda self: self.at.submissions)
    @rule(which=PICK, steps=st.integers(1, 7))
    def advance_submission(self, which: int, steps: int) -> None:
        self.at.advance_submission(some(self.at.submissions, which), steps)

    @precondition(lambda self: self.at.tasks)
    @rule(which=PICK, steps=st.integers(1, 5))
    def advance(self, which: int, steps: int) -> None:
        self.at.advance(some(self.at.tasks, which), steps)

    @rule(account=PARTNER, which=PICK)
    def start_submission(self, account: str, which: int) -> None:
        self.at.start_submission(account, self.opportunity(account, which))

    @rule(account=PARTNER, which=PICK)
    def submit(self, account: str, which: int) -> None:
        self.at.submit(account, self.opportunity(account, which))

    @rule(which=PICK, outcome=OUTCOME)
    def review(self, which: int, outcome: str) -> None:
        self.at.review(some(self.at.opportunities, which), outcome)

    @rule(account=PARTNER, which=PICK, outcome=OUTCOME)
    def simulate(self, account: str, which: int, outcome: str) -> None:
        self.at.simulate(account, self.opportunity(account, which), outcome)

    @rule(account=PARTNER, which=PICK)
    def correct(self, account: str, which: int) -> None:
        self.at.correct(account, self.opportunity(account, which))

    @rule(account=PARTNER, which=PICK)
    def edit(self, account: str, which: int) -> None:
        self.at.edit(account, self.opportunity(account, which))

    @rule(account=PARTNER, which=PICK, stage=STAGE)
    def move(self, account: str, which: int, stage: str) -> None:
        self.at.move(account, self.opportunity(account, which), stage)

    @rule(account=PARTNER, which=PICK)
    def associate(self, account: str, which: int) -> None:
        self.at.associate(account, self.opportunity(account, which))

    @rule(account=PARTNER, what=PICK, where=PICK)
    def create_job(self, account: str, what: int, where: int) -> None:
        at = self.at
        at.create_job(account, self.opportunity(account, what), self.place(account, where))

    @precondition(lambda self: self.at.jobs)
    @rule(account=PARTNER, which=PICK, act=JOB_ACT)
    def turn_job(self, account: str, which: int, act: str) -> None:
        self.at.turn_job(account, list(self.at.jobs)[which % len(self.at.jobs)], act)

    @rule(which=PICK, words=WORDS)
    def say(self, which: int, words: str) -> None:
        self.at.say(some(self.at.opportunities, which), words)

    @rule(account=PARTNER, types=st.lists(CONTEXT, min_size=1, max_size=2))
    def engage_about(self, account: str, types: list[str]) -> None:
        self.at.engage_about(account, *types)

    @rule(account=PARTNER)
    def refer_lead(self, account: str) -> None:
        self.at.refer_lead(account)

    @rule(account=PARTNER, where=PICK, type=CONTEXT)
    def add_context(self, account: str, where: int, type: str) -> None:
        self.at.add_context(account, self.place(account, where), type)

    @rule(account=PARTNER, where=PICK, status=QUALIFIED)
    def update_context(self, account: str, where: int, status: str) -> None:
        place = self.place(account, where)
        number = where % max(1, len(place.contexts))
        self.at.update_context(account, place, number, status)

    @rule(account=PARTNER, where=PICK, number=st.integers(0, 2))
    def convert(self, account: str, where: int, number: int) -> None:
        self.at.convert(account, self.place(account, where), number)

    @rule(account=PARTNER, where=st.lists(PICK, max_size=3))
    def prospect(self, account: str, where: list[int]) -> None:
        places = {one.id: one for one in (self.place(account, pick) for pick in where)}
        self.at.prospect(account, list(places.values()))

    @rule()
    def expire(self) -> None:
        self.at.expire()

    # --- what must hold --------------------------------------------------------------------------

    @invariant()
    def everything_holds(self) -> None:
        self.each_sees_its_own()
        self.nobody_reads_what_is_not_shared()
        self.members_are_ten_at_most()
        self.an_accepted_invitation_has_one_opportunity()
        self.revisions_have_no_gaps()
        self.causes.check()

    def each_sees_its_own(self) -> None:
        """Lists hold what the model says, for each account, and nothing else."""
        for account in PARTNERS:
            self._lists_opportunities(account)
            self._lists_engagements_and_jobs(account)
            self._lists_invitations(account)

    def _lists_opportunities(self, account: str) -> None:
        rows = self.at.listed(account, "ListOpportunities")
        told = {one["Id"]: (one["LifeCycle"]["ReviewStatus"], one["LifeCycle"]["Stage"])
                for one in rows}  # fmt: skip
        own = [one for one in self.at.opportunities.values() if self.at.owns(account, one)]
        agree(told, {one.id: (one.status, one.stage) for one in own})

    def _lists_engagements_and_jobs(self, account: str) -> None:
        at = self.at
        rows = at.listed(account, "ListEngagements")
        places = [one for one in at.engagements.values() if account in one.members]
        counts = {one["Id"]: one["MemberCount"] for one in rows}
        agree(counts, {one.id: len(one.members) for one in places})
        jobs = at.listed(account, "ListResourceSnapshotJobs")
        told = {one["Id"]: (account, one["Status"]) for one in jobs}
        agree(told, {id: job for id, job in at.jobs.items() if job[0] == account})

    def _lists_invitations(self, account: str) -> None:
        for side in ("SENDER", "RECEIVER"):
            rows = self.at.listed(account, "ListEngagementInvitations", ParticipantType=side)
            every = self.at.invitations.values()
            mine = [one for one in every if getattr(one, side.lower()) == account]
            told = {one["Id"]: one["Status"] for one in rows}
            agree(told, {one.id: one.state for one in mine})

    def nobody_reads_what_is_not_shared(self) -> None:
        at = self.at
        for account in PARTNERS:
            for one in at.opportunities.values():
                self._read(at.owns(account, one), account, "GetOpportunity", one.id)
                if not at.owns(account, one):  # its owner reads it to find the causes of events
                    self._read(False, account, "GetAwsOpportunitySummary", one.id)
            for place in at.engagements.values():
                self._read(account in place.members, account, "GetEngagement", place.id)
            for asked in at.invitations.values():
                sees = account in (asked.sender, asked.receiver)
                self._read(sees, account, "GetEngagementInvitation", asked.id)

    def _read(self, may: bool, account: str, operation: str, id: str) -> None:
        name = "Related" * (operation == "GetAwsOpportunitySummary")
        name = f"{name}OpportunityIdentifier" if name else "Identifier"
        body = {"Catalog": self.at.catalog, name: id}
        reply = self.at.world.call(operation, body, account)
        assert (reply.status == 200) == may, (account, operation, id, reply.body)

    def nothing_is_in_the_other_catalog(self) -> None:
        [other] = [one for one in CATALOGS if one != self.at.catalog]
        for account, operation in itertools.product(PARTNERS, ("Opportunities", "Engagements")):
            reply = self.at.world.call(f"List{operation}", {"Catalog": other}, account)
            assert not any(orjson.loads(reply.body).values()), (account, other, reply.body)

    def members_are_ten_at_most(self) -> None:
        for place in self.at.engagements.values():
            assert len(set(place.members)) == len(place.members) <= MEMBERS_MAX
            reader = next((one for one in place.members if one in PARTNERS), None)
            if reader:
                rows = self.at.listed(reader, "ListEngagementMembers", Identifier=place.id)
                agree([one["AccountId"] for one in rows], place.members)

    def an_accepted_invitation_has_one_opportunity(self) -> None:
        at = self.at
        operation = "ListEngagementByAcceptingInvitationTasks"
        for account in PARTNERS:
            made: dict[str, set[str]] = {}
            for task in at.listed(account, operation):
                if task["TaskStatus"] == "COMPLETE":
                    made.setdefault(task["EngagementInvitationId"], set()).add(
                        task["OpportunityId"]
                    )
            whose = Counter(id for ids in made.values() for id in ids)
            assert all(len(ids) == 1 for ids in made.values()), made
            assert all(count == 1 for count in whose.values()), made
            shown = {one.id for one in at.opportunities.values() if one.revealed}
            assert whose.keys() <= shown, (whose, shown)

    def revisions_have_no_gaps(self) -> None:
        for place in self.at.engagements.values():
            for reader in [one for one in place.members if one in PARTNERS]:
                asked = {"EngagementIdentifier": place.id}
                found: dict[tuple[str, str], list[int]] = {}
                for row in self.at.listed(reader, "ListResourceSnapshots", **asked):
                    key = row["ResourceId"], row["ResourceSnapshotTemplateName"]
                    found.setdefault(key, []).append(row["Revision"])
                for key, numbers in found.items():
                    assert sorted(numbers) == list(range(1, len(numbers) + 1)), (key, numbers)


def run_walks(seed: int, walks: int, steps: int) -> str:
    """So many walks, which the seed makes again; what went wrong in one of them, or ''."""
    wanted = settings(
        database=None,
        deadline=None,
        max_examples=walks,
        phases=[Phase.generate],
        print_blob=False,
        stateful_step_count=steps,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seeded(seed)(Walk), settings=wanted)
    except Exception as error:  # whatever it is, it is what the walk found
        told = [f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())]
        return "\n".join(line for one in told for line in one.splitlines() if "holds()" not in line)
    return ""
