"""What AWS looks at by itself, after rules came and went at random: whatever awaits it and meets a
rule, once, and nothing else; what is left alone not before it is so no more.
"""

from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from cosell import ids
from cosell.selling import Kind
from cosell.selling.domain import autopilot
from cosell.store import documents
from tests.breaking import Deal, engage
from tests.engaging import invitation
from tests.harness import ACCOUNT, OTHER, Refused, answered
from tests.scenes import Scene
from tests.submitting import CO_SELL, VISIBILITY_ONLY, submittable
from tests.updating import changed, renamed, stripped

BOX = {"Catalog": "Sandbox"}
OUTCOMES = ("Approved", "Rejected", "Action Required", "In review")
# What an opportunity that another partner's invitation made lacks for a submission.
LACKING = {
    "Customer.Account": submittable()["Customer"]["Account"],
    "PrimaryNeedsFromAws": submittable()["PrimaryNeedsFromAws"],
    **{f"Project.{name}": value for name, value in submittable()["Project"].items()},
}
STEPS = 80


class Walk:
    """A walk of two partners, AWS and who puts the rules."""

    def __init__(self, seed: int) -> None:
        self.random, self.scene = Random(seed), Scene()
        self.opportunities: list[str] = []
        self.owners: dict[str, str] = {}
        self.places: dict[str, str] = {}
        """Where the first partner's opportunities are shown."""
        self.sent_back: list[str] = []
        self.invitations: list[str] = []
        self.scene.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)

    def create(self) -> None:
        """A draft that is shown somewhere."""
        title = f"{self.random.choice(('shop', 'bad', 'idea'))} {len(self.opportunities)}"
        deal = Deal(self.scene, {"Project.Title": title})
        self.places[deal.id] = deal.show()
        self._own(deal.id, ACCOUNT)

    def follow(self) -> None:
        """The second partner gets an opportunity of its own, which follows the first one's."""
        asked: dict[str, Any] = {"Invitation": invitation(OTHER)}
        asked["EngagementIdentifier"] = self._some([*self.places.values()])
        token = ids.uuid(ids.new_random())
        made = self.scene.ask("CreateEngagementInvitation", ClientToken=token, **asked)
        if made.status == 200:
            self._own(self.scene.start(made.document["Id"], OTHER)["OpportunityId"], OTHER)

    def submit(self) -> None:
        self._submit(self._some(self.opportunities))

    def _submit(self, id: str) -> None:
        """By the task, which may fail."""
        submission = {"Visibility": "Full", **self.random.choice((CO_SELL, VISIBILITY_ONLY))}
        asked = {"ClientToken": ids.uuid(ids.new_random()), "AwsSubmission": submission}
        self._ask(id, "StartEngagementFromOpportunityTask", Identifier=id, **asked)

    def send_back(self) -> None:
        """The Sandbox's reviewer asks for more, and has what was lacking written with it."""
        id = self._some(self.opportunities)
        if self._update(id, {**LACKING, "LifeCycle.ReviewStatus": "Action Required"}):
            self.sent_back.append(id)

    def correct(self) -> None:
        """What was sent back is corrected, and then submitted perhaps."""
        id = self._some(self.sent_back)
        if self._update(id, {"PartnerOpportunityIdentifier": ids.uuid(ids.new_random())}):
            self.sent_back.remove(id)
            if self.random.random() < 0.5:
                self._submit(id)

    def invite(self) -> None:
        asked: dict[str, Any] = {"EngagementIdentifier": engage(self.scene)}
        asked["Invitation"] = invitation("aws")
        token = ids.uuid(ids.new_random())
        made = self.scene.ask("CreateEngagementInvitation", ClientToken=token, **asked)
        self.invitations.append(answered(made)["Id"])

    def put(self) -> None:
        random = self.random
        act = random.choice(("Review", "Review", "Accept", "Reject"))
        rule: dict[str, Any] = {"Act": act, "DelaySeconds": random.choice((60, 600, 3600))}
        if act == "Review":
            rule["Outcome"] = random.choice(OUTCOMES)
        for name, values in (
            ("TitlePattern", ("shop", "bad")),
            ("DelaySecondsMax", (3600, 7200)),
            ("Catalog", ("AWS", "Sandbox")),
        ):
            if random.random() < 0.3:
                rule[name] = random.choice(values)
        self.scene.desk("PutAutopilot", Id=random.choice("abcd"), **rule)

    def delete(self) -> None:
        named = {"Id": self.random.choice("abcd")} if self.random.random() < 0.8 else {}
        self.scene.desk("DeleteAutopilot", **named)

    def review(self) -> None:
        asked = {"OpportunityIdentifier": self._some(self.opportunities), **BOX}
        self.scene.desk("ReviewOpportunity", Outcome=self.random.choice(OUTCOMES), **asked)

    def answer(self) -> None:
        asked = {"EngagementInvitationIdentifier": self._some(self.invitations), **BOX}
        outcome = self.random.choice(("Accepted", "Rejected"))
        self.scene.desk("AnswerInvitation", Outcome=outcome, **asked)

    def advance(self) -> None:
        self.scene.desk("AdvanceClock", Seconds=self.random.choice((0, 60, 600)))

    def step(self) -> None:
        """Something happens, or is refused."""
        rules = (self.put, self.put, self.put, self.delete)
        partners = (self.create, self.follow, self.submit, self.submit, self.invite)
        reviewers = (self.review, self.answer, self.send_back, self.correct, self.correct)
        try:
            self.random.choice((*rules, *partners, *reviewers, self.advance))()
        except Refused:
            pass

    def planned(self) -> list[Any]:
        with self.scene.store.write() as tx:
            ns = self.scene.call(tx, ACCOUNT).ns
            text = "select kind, ref from agenda where ns = :ns and kind like 'autopilot-%'"
            return sorted(tx.query(text, {"ns": ns}))

    def awaited(self) -> list[Any]:
        with self.scene.store.write() as tx:
            call = self.scene.call(tx, ACCOUNT)
            rules = autopilot.rules(call, tx)
            found = [
                (autopilot.REVIEW, id)
                for id in self.opportunities
                if autopilot.review_rule(rules, documents.get(tx, call.ns, Kind.OPPORTUNITY, id))
            ]
            for id in self.invitations:
                asked = documents.get(tx, call.ns, Kind.INVITATION, id)
                if asked.document["Status"] == "PENDING" and autopilot.answer_rule(rules, asked):
                    found.append((autopilot.ANSWER, id))
            return sorted(found)

    def leave(self) -> None:
        """Something is left alone from now on."""
        engagements = [self._engagement_of(id) for id in self.invitations]
        rule = {"Act": "Leave", **BOX, "Identifier": self._some(self.opportunities + engagements)}
        self.scene.desk("PutAutopilot", Id=self.random.choice("vwxyz"), **rule)

    def leave_no_more(self) -> None:
        self.scene.desk("DeleteAutopilot", Id=self.random.choice("vwxyz"))

    def left(self) -> set[str]:
        """What is left alone."""
        rules = self.scene.desk("GetAutopilot")["Rules"]
        alone = {rule.get("Identifier") for rule in rules}
        invited = {id for id in self.invitations if self._engagement_of(id) in alone}
        return invited | {id for id in self.opportunities if id in alone}

    def _engagement_of(self, invitation: str) -> str:
        with self.scene.store.write() as tx:
            ns = self.scene.call(tx, ACCOUNT).ns
            return str(documents.get(tx, ns, Kind.INVITATION, invitation).document["EngagementId"])

    def _own(self, id: str, account: str) -> None:
        self.opportunities.append(id)
        self.owners[id] = account

    def _ask(self, id: str, operation: str, **members: Any) -> Any:
        """Ask as an opportunity's owner."""
        return self.scene.ask(operation, self.owners.get(id, ACCOUNT), **members)

    def _update(self, id: str, changes: dict[str, Any]) -> bool:
        """Whether the opportunity could be changed."""
        read = self._ask(id, "GetOpportunity", Identifier=id)
        if read.status != 200:
            return False
        title = {"Project.Title": read.document["Project"]["Title"]}
        body = changed(stripped(renamed(read.document)), {**changes, **title})
        return bool(self._ask(id, "UpdateOpportunity", **body).status == 200)

    def _some(self, all: list[str]) -> str:
        return self.random.choice(all or [""])


@pytest.fixture(params=range(4))
def walk(request: pytest.FixtureRequest) -> Iterator[Walk]:
    made = Walk(request.param)
    yield made
    made.scene.close()


def test_aws_looks_at_what_awaits_it_and_at_nothing_else(walk: Walk) -> None:
    for _ in range(STEPS):
        walk.step()
        assert walk.planned() == walk.awaited()
    assert {*walk.owners.values()} == {ACCOUNT, OTHER}
    assert walk.invitations


def test_what_is_left_alone_is_looked_at_afterwards(walk: Walk) -> None:
    alone = 0
    for _ in range(STEPS):
        walk.step()
        with suppress(Refused):
            walk.random.choice((walk.leave, walk.leave, walk.leave_no_more))()
        left = walk.left()
        alone += len({id for _, id in walk.awaited()} & left)
        assert walk.planned() == [(kind, id) for kind, id in walk.awaited() if id not in left]
    assert alone
    for id in "vwxyz":
        walk.scene.desk("DeleteAutopilot", Id=id)
    assert walk.planned() == walk.awaited()
