"""What AWS does by itself: the rules that the desk put, and when AWS looks at what awaits it.

A rule is looked for twice: when something begins to await AWS, to plan when AWS looks at it, and
again when AWS looks, since rules come and go. Must not do what a rule says: the desk does.
"""

from typing import Final, cast

from cosell import ids
from cosell.calls import Call
from cosell.clock import SECOND_MS
from cosell.contract import Document
from cosell.contract.patterns import finder
from cosell.selling import text_at
from cosell.selling.domain import desk_rules
from cosell.selling.domain.invitations import LOOK
from cosell.selling.lifecycle import AWAITING_AWS
from cosell.store import Tx, agenda
from cosell.store.documents import Stored

KIND: Final = "autopilot"  # of the desk's rules
DRAWN: Final = "drawn"  # a member that no request has: how often a rule's wait was drawn
# The agenda's words: for an opportunity and for a rule; for an invitation it is `invitations.LOOK`.
REVIEW: Final = "autopilot-review"
REFER: Final = "autopilot-refer"

_IN_REVIEW: Final = "In review"


def await_review(call: Call, tx: Tx, before: Stored, after: Stored) -> None:
    """An opportunity has changed: if it begins to await a review, AWS looks at it some time after;
    if it awaits none any more, AWS does not."""
    status = text_at(after.document, "LifeCycle.ReviewStatus")
    if status == text_at(before.document, "LifeCycle.ReviewStatus"):
        return
    agenda.forget(tx, call.ns, REVIEW, after.id)
    if status in AWAITING_AWS:
        _plan(call, tx, REVIEW, after.id, review_rule(call, tx, after))


def await_answer(call: Call, tx: Tx, invitation: Stored) -> None:
    """A partner asked AWS into an engagement: AWS looks at it some time after."""
    _plan(call, tx, LOOK, invitation.id, answer_rule(call, tx, invitation))


def review_rule(call: Call, tx: Tx, opportunity: Stored) -> Document | None:
    """The rule by which AWS reviews an opportunity; nothing once it awaits no review."""
    status = text_at(opportunity.document, "LifeCycle.ReviewStatus")
    if status not in AWAITING_AWS:
        return None
    title = text_at(opportunity.document, "Project.Title")
    rules = _matching(call, tx, "Review", opportunity.catalog, title)
    # What is in review already waits for the next rule, which decides.
    return next(
        (one for one in rules if one["Outcome"] != _IN_REVIEW or status != _IN_REVIEW), None
    )


def answer_rule(call: Call, tx: Tx, invitation: Stored) -> Document | None:
    """The rule by which AWS answers an invitation that a partner sent."""
    title = text_at(invitation.document, "EngagementTitle")
    return next(iter(_matching(call, tx, "Accept", invitation.catalog, title)), None)


def _matching(call: Call, tx: Tx, act: str, catalog: str, title: str) -> list[Document]:
    """The rules for an act on something called so, those with a pattern first."""
    rules = [
        rule
        for rule in desk_rules.every(call, tx, KIND)
        if rule["Act"] == act and rule.get("Catalog", catalog) == catalog and _fits(rule, title)
    ]
    return sorted(rules, key=lambda rule: "TitlePattern" not in rule)


def _fits(rule: Document, title: str) -> bool:
    pattern = text_at(rule, "TitlePattern")
    return not pattern or finder(pattern)(title)


def _plan(call: Call, tx: Tx, kind: str, ref: str, rule: Document | None) -> None:
    if rule is not None:
        agenda.plan(tx, call.ns, call.now + _wait_ms(call, tx, rule), kind, ref)


def _wait_ms(call: Call, tx: Tx, rule: Document) -> int:
    """How long AWS takes. A rule that says from when to when draws it, and keeps how often it did:
    the same seed gives the same waits."""
    least = cast("int", rule["DelaySeconds"])
    if "DelaySecondsMax" not in rule:
        return least * SECOND_MS
    number, most = cast("int", rule.get(DRAWN, 0)), cast("int", rule["DelaySecondsMax"])
    desk_rules.put(call, tx, KIND, text_at(rule, "Id"), {**rule, DRAWN: number + 1})
    part = ids.draw(cast("int", rule["Seed"]), number)
    return least * SECOND_MS + int(part * (most - least) * SECOND_MS)
