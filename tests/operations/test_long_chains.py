"""A decision reaches everybody who follows, however long the chain."""

import sys

from cosell.selling import Kind
from cosell.store import documents, namespaces
from tests.deals import Deal, submitted
from tests.harness import opportunity
from tests.inside import Inside


def chained(inside: Inside, first: Deal, length: int) -> list[str]:
    """So many opportunities, each of which follows the one before; partners would make them with
    as many invitations."""
    partner, request = inside.client(), opportunity()
    made = [partner.create_opportunity(Catalog="Sandbox", **request)["Id"] for _ in range(length)]
    with inside.store.write() as tx:
        ns = namespaces.find(tx, inside.namespace).ns
        for leader, follower in zip([first.id, *made], made, strict=False):
            stored = documents.get(tx, ns, Kind.OPPORTUNITY, follower)
            life = {**stored.document["LifeCycle"], "ReviewStatus": "Submitted"}  # type: ignore[dict-item]
            changed = {**stored.document, "LifeCycle": life, "follows": leader}
            documents.replace(tx, stored, changed)
            tx.run("follow", ns=ns, leader=leader, follower=follower)
    return made


def test_decision_reaches_the_end_of_a_long_chain() -> None:
    inside = Inside()
    deal = submitted(inside)
    last = Deal(inside, chained(inside, deal, sys.getrecursionlimit())[-1], "")
    deal.review("Approved")
    assert last.status == "Approved"
    deal.say(LifeCycle={"NextSteps": "Meet the buyer."})
    assert last.summary()["LifeCycle"]["NextSteps"] == "Meet the buyer."
    inside.close()
