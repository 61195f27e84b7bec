"""What AWS looks at by itself, after rules came and went at random: whatever awaits it and meets a
rule, once, and nothing else.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from cosell import ids
from cosell.selling import Kind
from cosell.selling.domain import autopilot
from cosell.store import documents
from tests.breaking import Deal, engage
from tests.engaging import invitation
from tests.harness import ACCOUNT, Refused, answered
from tests.scenes import Scene

BOX = {"Catalog": "Sandbox"}
OUTCOMES = ("Approved", "Rejected", "Action Required", "In review")
STEPS = 60


class Walk:
    """A walk of a partner, AWS and who puts the rules."""

    def __init__(self, seed: int) -> None:
        self.random, self.scene = Random(seed), Scene()
        self.opportunities: list[str] = []
        self.invitations: list[str] = []
        self.scene.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)

    def submit(self) -> None:
        title = f"{self.random.choice(('shop', 'bad', 'idea'))} {len(self.opportunities)}"
        deal = Deal(self.scene, {"Project.Title": title})
        deal.start()
        self.opportunities.append(deal.id)

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
        acts = (self.submit, self.invite, self.put, self.put, self.delete, self.review)
        try:
            self.random.choice((*acts, self.answer, self.advance))()
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
    assert walk.opportunities
    assert walk.invitations
