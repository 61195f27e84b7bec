"""What AWS does by itself: the rules that the desk put, and when AWS looks at what awaits it.

AWS's looks are planned when something begins to await it, and anew when the rules change: so what
is due is always the doing of the rule that it waited for. What a rule leaves alone is looked at
once that rule is gone. Must not do what a rule says: the desk does.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias, cast

from cosell import ids
from cosell.calls import Call
from cosell.clock import SECOND_MS, iso
from cosell.contract import Document
from cosell.contract.patterns import finder
from cosell.selling import AWS, Kind, object_at, text_at
from cosell.selling.domain import desk_rules
from cosell.selling.lifecycle import AWAITING_AWS
from cosell.store import Tx, agenda, documents
from cosell.store.documents import Stored

KIND: Final = "autopilot"  # of the desk's rules
LEAVE: Final = "Leave"  # the act of a rule that leaves one thing alone
BY_HAND: Final = "by-hand-"  # how the ids of such rules begin that are there but for a moment
# Members that no request has: how often a rule's wait was drawn; when what a rule leaves alone is
# due, by the agenda's words for it.
DRAWN: Final = "drawn"
DUE: Final = "due"
# A member of the invitation by which something is submitted: the opportunity's id.
FOR_REVIEW: Final = "for_review"
# The agenda's words: for an opportunity, for an invitation, for a rule.
REVIEW: Final = "autopilot-review"
ANSWER: Final = "autopilot-answer"
REFER: Final = "autopilot-refer"

# What became of a rule, beside what was said.
_FAILURE: Final = ("LastFailure", "LastFailureTime")
_BECAME: Final = (DRAWN, DUE, *_FAILURE)
_ANSWERS: Final = ("Accept", "Reject")
_IN_REVIEW: Final = "In review"

Rules: TypeAlias = list[Document]
"""All rules, in the order in which they were first put."""


class _Look(NamedTuple):
    """AWS looks at something, in the agenda's words, by a rule if there is one, and not before a
    rule that leaves it alone is gone."""

    kind: str
    ref: str
    rule: Document | None
    left: Document | None


def rules(call: Call, tx: Tx) -> Rules:
    """What AWS does by itself in the namespace."""
    return desk_rules.every(call, tx, KIND)


def said(rule: Document | None) -> Document | None:
    """A rule as it was said, without what became of it."""
    return rule and {name: value for name, value in rule.items() if name not in _BECAME}


def tried(call: Call, tx: Tx, id: str, failure: str) -> None:
    """What a rule says was done, or failed: the rule tells of its last failure until it succeeds.
    It is read again, since a wait may have been drawn by it meanwhile."""
    rule = desk_rules.find(call, tx, KIND, id)
    if rule is None:
        return
    after: Document = {name: value for name, value in rule.items() if name not in _FAILURE}
    if failure:
        after |= {"LastFailure": failure, "LastFailureTime": iso(call.now)}
    if after != rule:
        desk_rules.put(call, tx, KIND, id, after)


# --- when AWS looks ------------------------------------------------------------------------------


def await_review(call: Call, tx: Tx, before: Stored, after: Stored) -> None:
    """An opportunity has changed: if it begins to await a review, AWS looks at it some time after;
    if it awaits none any more, AWS does not."""
    awaits = _awaits_review(after)
    if (_awaits_review(before), _review_of(before)) == (awaits, _review_of(after)):
        return
    agenda.forget(tx, call.ns, REVIEW, after.id)
    if awaits:
        _plan(call, tx, _look_at_opportunity(rules(call, tx), after))


def await_answer(call: Call, tx: Tx, invitation: Stored) -> None:
    """Somebody was invited: if it is AWS, it looks at the invitation some time after. That by which
    an opportunity is submitted is answered by the review."""
    if _awaits_answer(invitation):
        _plan(call, tx, _look_at_invitation(rules(call, tx), invitation))


def await_nothing(call: Call, tx: Tx, invitation: Stored) -> None:
    """The invitation was answered: there is nothing to look at."""
    if _awaits_answer(invitation):
        agenda.forget(tx, call.ns, ANSWER, invitation.id)


def plan_anew(call: Call, tx: Tx, before: Rules) -> None:
    """The rules are other ones than `before`. What awaits AWS and meets another rule now waits from
    now on for that, as if it had come just now; what meets the same rule waits on, also where it is
    left alone from now on, or no more."""
    after = rules(call, tx)
    alone = _concerned(before, after)
    for opportunity in _under_review(call, tx, alone):
        _change(call, tx, *(_look_at_opportunity(those, opportunity) for those in (before, after)))
    for invitation in _unanswered(call, tx, alone):
        _change(call, tx, *(_look_at_invitation(those, invitation) for those in (before, after)))


def _change(call: Call, tx: Tx, before: _Look, after: _Look) -> None:
    if said(before.rule) != said(after.rule):
        agenda.forget(tx, call.ns, after.kind, after.ref)
        _plan(call, tx, after)
    elif after.rule is not None and before.left != after.left:
        due_at = _due_of(call, tx, before)
        agenda.forget(tx, call.ns, after.kind, after.ref)
        if due_at is not None:  # AWS has not looked yet
            _plan_at(call, tx, after, due_at)


def _concerned(before: Rules, after: Rules) -> set[str] | None:
    """What alone is left alone now and was not, or the other way round, by the ids that the rules
    name; None where AWS does something else than before."""
    old, new = ([said(rule) or {} for rule in those] for those in (before, after))
    others = [rule for rule in (*old, *new) if (rule in old) != (rule in new)]
    if any(rule["Act"] != LEAVE for rule in others):
        return None
    return {text_at(rule, "Identifier") for rule in others}


def _under_review(call: Call, tx: Tx, alone: set[str] | None) -> Iterable[Stored]:
    """Opportunities that await AWS: all of them, or those alone."""
    named = sorted(alone or ())
    if alone is None:
        named = [str(row[0]) for row in tx.all("awaiting_review", ns=call.ns)]
    found = (documents.find(tx, call.ns, Kind.OPPORTUNITY, id) for id in named)
    return (one for one in found if one and _awaits_review(one))


def _unanswered(call: Call, tx: Tx, alone: set[str] | None) -> Iterable[Stored]:
    """Invitations that await AWS: all of them, unless only opportunities are concerned."""
    if alone is not None and all(id.startswith("O") for id in alone):
        return ()
    rows = tx.all("invitations_of", ns=call.ns, account=AWS)
    found = (documents.get(tx, call.ns, Kind.INVITATION, str(row[0])) for row in rows)
    return (one for one in found if _awaits_answer(one))


def _awaits_review(opportunity: Stored) -> bool:
    """Whether AWS has to review it. What was not submitted itself does not await AWS: it follows
    another's review, or the Sandbox's reviewer alone has seen it."""
    document = opportunity.document
    awaits = text_at(document, "LifeCycle.ReviewStatus") in AWAITING_AWS
    return awaits and bool(text_at(document, "submitted_in"))


def _awaits_answer(invitation: Stored) -> bool:
    return invitation.owner == AWS and not invitation.document.get(FOR_REVIEW)


def _look_at_opportunity(rules: Rules, opportunity: Stored) -> _Look:
    id = opportunity.id
    left = _left(rules, opportunity.catalog, id)
    return _Look(REVIEW, id, review_rule(rules, opportunity), left)


def _look_at_invitation(rules: Rules, invitation: Stored) -> _Look:
    into = text_at(invitation.document, "EngagementId")
    left = _left(rules, invitation.catalog, invitation.id, into)
    return _Look(ANSWER, invitation.id, answer_rule(rules, invitation), left)


def is_left(call: Call, tx: Tx, rules: Rules, thing: Stored) -> bool:
    """Whether a rule leaves alone what AWS was about to look at; it does so once that is gone. Such
    a look was planned by an older program, which knows no such rules."""
    look_at = _look_at_opportunity if thing.kind == Kind.OPPORTUNITY else _look_at_invitation
    look = look_at(rules, thing)
    if look.left is not None:
        _plan_at(call, tx, look, call.now)
    return look.left is not None


def _plan(call: Call, tx: Tx, look: _Look) -> None:
    if look.rule is not None:
        _plan_at(call, tx, look, call.now + _wait_ms(call, tx, look.rule))


def _plan_at(call: Call, tx: Tx, look: _Look, due_at: int) -> None:
    """AWS looks at an instant, or once it leaves the thing alone no more: now, if that is later."""
    if look.left is None:
        agenda.plan(tx, call.ns, max(due_at, call.now), look.kind, look.ref)
        return
    look.left[DUE] = {**object_at(look.left, DUE), f"{look.kind}/{look.ref}": due_at}
    desk_rules.put(call, tx, KIND, text_at(look.left, "Id"), look.left)


def _due_of(call: Call, tx: Tx, look: _Look) -> int | None:
    """When AWS is to look, if it still is."""
    if look.left is None:
        return agenda.due_of(tx, call.ns, look.kind, look.ref)
    return cast("int | None", object_at(look.left, DUE).get(f"{look.kind}/{look.ref}"))


def _wait_ms(call: Call, tx: Tx, rule: Document) -> int:
    """How long AWS takes. A rule that says from when to when draws it, and keeps how often it did:
    the same seed gives the same waits."""
    least = cast("int", rule["DelaySeconds"])
    if "DelaySecondsMax" not in rule:
        return least * SECOND_MS
    number, most = cast("int", rule.get(DRAWN, 0)), cast("int", rule["DelaySecondsMax"])
    rule[DRAWN] = number + 1
    desk_rules.put(call, tx, KIND, text_at(rule, "Id"), rule)
    part = ids.draw(cast("int", rule["Seed"]), number)
    return least * SECOND_MS + int(part * (most - least) * SECOND_MS)


# --- which rule holds ----------------------------------------------------------------------------


def review_rule(rules: Rules, opportunity: Stored) -> Document | None:
    """The rule by which AWS reviews an opportunity; nothing once it awaits no review."""
    if not _awaits_review(opportunity):
        return None
    status, title = _review_of(opportunity)
    fitting = _matching(rules, ("Review",), opportunity.catalog, title)
    # What is in review already waits for the next rule, which decides.
    return next(
        (one for one in fitting if one["Outcome"] != _IN_REVIEW or status != _IN_REVIEW), None
    )


def answer_rule(rules: Rules, invitation: Stored) -> Document | None:
    """The rule by which AWS answers an invitation that a partner sent."""
    title = text_at(invitation.document, "EngagementTitle")
    return next(iter(_matching(rules, _ANSWERS, invitation.catalog, title)), None)


def _left(rules: Rules, catalog: str, *ids: str) -> Document | None:
    """The rule that leaves something alone: an opportunity by its id, an invitation by its own or
    its engagement's."""
    fitting = _of_acts(rules, (LEAVE,), catalog)
    return next((rule for rule in fitting if rule["Identifier"] in ids), None)


def _review_of(opportunity: Stored) -> tuple[str, str]:
    """What of an opportunity says which rule it meets."""
    document = opportunity.document
    return text_at(document, "LifeCycle.ReviewStatus"), text_at(document, "Project.Title")


def _matching(rules: Rules, acts: tuple[str, ...], catalog: str, title: str) -> Rules:
    """The rules for acts on something called so, those with a pattern first."""
    fitting = [rule for rule in _of_acts(rules, acts, catalog) if _fits(rule, title)]
    return sorted(fitting, key=lambda rule: "TitlePattern" not in rule)


def _of_acts(rules: Rules, acts: tuple[str, ...], catalog: str) -> Rules:
    return [
        rule for rule in rules if rule["Act"] in acts and rule.get("Catalog", catalog) == catalog
    ]


def _fits(rule: Document, title: str) -> bool:
    pattern = text_at(rule, "TitlePattern")
    return not pattern or finder(pattern)(title)
