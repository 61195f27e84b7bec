"""Random walks of three partners and AWS: any act at any time, and what must hold after each.

Must not know what an act does: that is the model's business.
"""

import itertools
import re
from collections import Counter
from typing import Any, cast

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

from tests.property.partners import (
    ACCEPTING,
    ACTION,
    APPROVED,
    AWS,
    IN_REVIEW,
    MEMBERS_MAX,
    PARTNERS,
    REJECTED,
    WORK,
)
from tests.property.reviews import Reviewed

PARTNER = st.sampled_from(PARTNERS)
PICK = st.integers(0, 2**20)  # which one of what there is
OUTCOME = st.sampled_from((APPROVED, APPROVED, REJECTED, ACTION, IN_REVIEW))
STAGE = st.sampled_from((*WORK, "Launched", "Closed Lost"))
JOB_ACT = st.sampled_from(("Start", "Stop", "Delete"))
SNAPSHOT = re.compile(r"/engagement/(eng-\w+)/resource/Opportunity/(O\d+)/template/(\w+)/snapshot/")


def agree(found: Any, expected: Any) -> None:
    assert found == expected, f"{found} should be {expected}"


def some(many: dict[str, Any], pick: int) -> Any:
    return list(many.values())[pick % len(many)]


class Walk(RuleBasedStateMachine):
    """One walk in a world of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.at = Reviewed()
        self.seen = 0
        self.events: Counter[tuple[str, str, str]] = Counter()  # receiver, type, of what

    def teardown(self) -> None:
        self.at.world.close()

    @initialize(submitted=st.booleans(), shown=st.booleans())
    def begin(self, submitted: bool, shown: bool) -> None:
        """In the middle of a story: two partners are invited to what a third may have shown."""
        at, (first, second, third) = self.at, PARTNERS
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

    @rule(held=st.booleans())
    def hold(self, held: bool) -> None:
        self.at.hold(held)

    @precondition(lambda self: self.at.tasks)
    @rule(which=PICK, steps=st.integers(1, 5))
    def advance(self, which: int, steps: int) -> None:
        self.at.advance(some(self.at.tasks, which), steps)

    @precondition(lambda self: not self.at.held)
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
        self.every_event_has_its_cause()

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
                self._read(at.owns(account, one), account, "GetAwsOpportunitySummary", one.id)
            for place in at.engagements.values():
                self._read(account in place.members, account, "GetEngagement", place.id)
            for asked in at.invitations.values():
                sees = account in (asked.sender, asked.receiver)
                self._read(sees, account, "GetEngagementInvitation", asked.id)

    def _read(self, may: bool, account: str, operation: str, id: str) -> None:
        name = "Related" * (operation == "GetAwsOpportunitySummary")
        name = f"{name}OpportunityIdentifier" if name else "Identifier"
        reply = self.at.world.call(operation, {"Catalog": "Sandbox", name: id}, account)
        assert (reply.status == 200) == may, (account, operation, id, reply.body)

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

    def every_event_has_its_cause(self) -> None:
        self._look()
        expected = self._expected()
        for (receiver, type_, what), count in self.events.items():
            if type_ in ("Opportunity Updated", "Engagement Updated"):
                continue
            if type_ == "Engagement Resource Snapshot Created":
                assert count == 1, (receiver, what)
                continue
            assert expected[receiver, type_, what] == count, (receiver, type_, what, count)
        told = {key: count for key, count in expected.items() if self.events[key] != count}
        assert not told, told

    def _look(self) -> None:
        """Count the events that came since."""
        with self.at.world.store.read() as tx:
            text = "select seq, account, body from outbox where seq > :after order by seq"
            rows = tx.query(text, {"after": self.seen})
        for seq, account, body in rows:
            self.seen = cast("int", seq)
            event = orjson.loads(cast("bytes", body))
            self._ensure_visible(str(account), event)
            key = str(account), event["detail-type"], _subject(event)
            self.events[key] += 1

    def _ensure_visible(self, account: str, event: Any) -> None:
        """Whoever is told of something may see it."""
        at, what = self.at, _subject(event)
        type_ = event["detail-type"]
        if type_.startswith("Opportunity"):
            assert at.owns(account, at.opportunities[what]), event
        elif "Invitation" in type_:
            asked = at.invitations[what]
            assert account in (asked.sender, asked.receiver), event
        elif "Snapshot" in type_:
            found = SNAPSHOT.search(what)
            assert found, event
            assert account in at.engagements[found[1]].members, event
            own = at.opportunities[found[2]].owner == account
            assert own or found[3] == "OpportunitySummaryView", event
        else:
            assert account in at.engagements[what.split("/")[0]].members, event

    def _expected(self) -> Counter[tuple[str, str, str]]:
        """The events that the model explains, but for those of changes and revisions."""
        at, expected = self.at, Counter[tuple[str, str, str]]()
        for one in at.opportunities.values():
            if one.revealed:
                expected[one.owner, "Opportunity Created", one.id] += 1
        for asked in at.invitations.values():
            acts = {"Created", "Created" if asked.state == "PENDING" else asked.state.capitalize()}
            told = itertools.product({asked.sender, asked.receiver} - {AWS}, acts)
            expected.update((who, f"Engagement Invitation {act}", asked.id) for who, act in told)
        for place in at.engagements.values():
            if place.members[0] != AWS:
                expected[place.members[0], "Engagement Created", place.id] += 1
            pairs = itertools.combinations_with_replacement(place.members, 2)
            expected.update(
                (who, "Engagement Member Added", f"{place.id}/{member}")
                for who, member in pairs
                if who != AWS
            )
        return expected


def _subject(event: Any) -> str:
    """What an event is about."""
    detail, type_ = event["detail"], event["detail-type"]
    if "opportunity" in detail:
        return str(detail["opportunity"]["identifier"])
    if "engagementInvitation" in detail:
        return str(detail["engagementInvitation"]["id"])
    if "resourceSnapshot" in detail:
        return str(detail["resourceSnapshot"]["arn"])
    if type_ == "Engagement Member Added":
        return f"{detail['engagement']['id']}/{detail['engagementMember']['accountId']}"
    return str(detail["engagement"]["engagementId"])


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
