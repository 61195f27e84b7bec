"""AWS's autopilot: rules by which it does by itself what the desk does by hand.

When something is due, the operation of the desk that does it is called as AWS. Which rule is for
what, and when AWS looks, is known to the domain.
"""

from collections.abc import Callable
from typing import Final, cast

from cosell.calls import Call, command, due, query
from cosell.clock import SECOND_MS
from cosell.contract import Document, Json
from cosell.contract.faults import lower_camel
from cosell.contract.patterns import finder
from cosell.desk.operations.answers import answer_invitation
from cosell.desk.operations.aws import ensure_referable, refer_opportunity
from cosell.desk.operations.reviews import SPELLINGS, review_opportunity
from cosell.errors import ApiError, FieldError, request_refused
from cosell.originals import getLogger, sha256
from cosell.selling import Kind, object_at, related, text_at
from cosell.selling.domain import (
    associations,
    autopilot,
    desk_rules,
    engagements,
    invitations,
    opportunities,
    referrals,
    submissions,
)
from cosell.selling.domain.acting import as_aws
from cosell.selling.rules.content import field_of
from cosell.store import Tx, agenda, documents
from cosell.store.retries import step

log = getLogger("cosell.autopilot")

_RULES_MAX = 100
_CLOSE: Final = "LifeCycle.TargetCloseDate"
_CALLED_AFTER: Final = ("Catalog", "ReceiverAccountId", "Identifier")
_WAIT: Final = ("DelaySeconds", "DelaySecondsMax", "Seed")
_SEED_BITS: Final = 31
# What a rule for an act may say beside its Id, Act and Catalog.
_MEMBERS: Final = {
    "Review": ("TitlePattern", *_WAIT, "Outcome", "Comments", "Reason"),
    "Accept": ("TitlePattern", *_WAIT),
    "Reject": ("TitlePattern", *_WAIT, "Reason"),
    "Refer": ("ReceiverAccountId", "EverySeconds", "Referral"),
    autopilot.LEAVE: ("Identifier",),
}
_REQUIRED: Final = {
    "Review": (),
    "Accept": (),
    "Reject": (),
    "Refer": ("Catalog", "ReceiverAccountId"),
    autopilot.LEAVE: ("Catalog", "Identifier"),
}
_DEFAULTS: Final[dict[str, Document]] = {
    "Review": {"Outcome": "Approved", "DelaySeconds": 0},
    "Accept": {"DelaySeconds": 0},
    "Reject": {"DelaySeconds": 0},
    "Refer": {"EverySeconds": 86_400},
    autopilot.LEAVE: {},
}
KEPT: Final = {act: ("Id", *_REQUIRED[act], *_DEFAULTS[act]) for act in _MEMBERS}
"""What a rule for an act is never kept without."""


# --- the rules -----------------------------------------------------------------------------------


@command("PutAutopilot")
def put_autopilot(call: Call, tx: Tx) -> Document:
    """AWS does something by itself from now on; a rule with the same id gives way, and the same
    rule stays as it is."""
    rule, before = _rule(call.input), autopilot.rules(call, tx)
    id = text_at(rule, "Id")
    _ensure_sound(call, tx, rule, before)
    old = autopilot.said(next((one for one in before if one["Id"] == id), None))
    if "DelaySecondsMax" in rule and "Seed" not in rule:
        again: Document = {**rule, "Seed": old.get("Seed")} if old else {}
        rule["Seed"] = again["Seed"] if again == old else call.random.getrandbits(_SEED_BITS)
    if rule != old:
        agenda.forget(tx, call.ns, autopilot.REFER, id)
        if rule["Act"] == "Refer":
            _plan_referral(call, tx, rule)
        desk_rules.put(call, tx, autopilot.KIND, id, rule)
        autopilot.plan_anew(call, tx, before)
    return {"Id": id, "Rules": _rules(call, tx)}


@query("GetAutopilot")
def get_autopilot(call: Call, tx: Tx) -> Document:
    """Every rule, in the order in which they were first put."""
    return {"Rules": _rules(call, tx)}


@command("DeleteAutopilot")
def delete_autopilot(call: Call, tx: Tx) -> Document:
    """AWS does something no more by itself, or nothing at all."""
    asked = text_at(call.input, "Id") or None
    before = autopilot.rules(call, tx)
    gone = [id for rule in before if asked in (None, id := text_at(rule, "Id"))]
    for id in gone:
        desk_rules.forget(call, tx, autopilot.KIND, id)
        agenda.forget(tx, call.ns, autopilot.REFER, id)
    if gone:
        autopilot.plan_anew(call, tx, before)
    return {"Deleted": len(gone), "Rules": _rules(call, tx)}


def _rules(call: Call, tx: Tx) -> list[Json]:
    return [*autopilot.rules(call, tx)]


def _rule(said: Document) -> Document:
    """The rule that was said, with its defaults. One without an id is called after what it is for,
    so that a second one for the same takes its place."""
    act = text_at(said, "Act") or "Review"
    rule: Document = {"Act": act, **_DEFAULTS[act]}
    rule |= {name: value for name, value in said.items() if name != "ClientToken"}
    if "Outcome" in rule:
        asked = text_at(rule, "Outcome")
        rule["Outcome"] = SPELLINGS.get(asked, asked)
    parts = [act.lower(), *(text_at(rule, name) for name in _CALLED_AFTER)]
    pattern = text_at(rule, "TitlePattern")
    parts.append(sha256(pattern.encode()).hexdigest()[:8] if pattern else "")
    return {"Id": "-".join(part for part in parts if part), **rule}


def _ensure_sound(call: Call, tx: Tx, rule: Document, before: autopilot.Rules) -> None:
    """ValidationException for a rule that could not be carried out, and what the desk is told who
    refers by hand: ResourceNotFoundException for a receiver that is no partner there."""
    act = text_at(rule, "Act")
    known = {"Id", "Act", "Catalog", *_MEMBERS[act]}
    errors = [
        FieldError(lower_camel(name), "INVALID_VALUE", f"is not for rules with Act {act}")
        for name in rule
        if name not in known
    ]
    errors += [
        FieldError(lower_camel(name), "REQUIRED_FIELD_MISSING", f"is required with Act {act}")
        for name in _REQUIRED[act]
        if name not in rule
    ]
    errors += _errors_of_date(rule)
    errors += errors_within(rule)
    errors += _errors_of_number(rule, before)
    if errors:
        raise request_refused(*errors)
    if act == autopilot.LEAVE:
        _ensure_there(call._replace(catalog=text_at(rule, "Catalog")), tx, rule)
    if act == "Refer":
        in_catalog = call._replace(catalog=text_at(rule, "Catalog"))
        receiver, said = text_at(rule, "ReceiverAccountId"), object_at(rule, "Referral")
        referrals.ensure_partner(in_catalog, tx, receiver)
        ensure_referable(in_catalog, tx, referrals.completed(call, said), "referral.")
        entities = object_at(said, related.MEMBER)
        associations.of_referral(in_catalog, tx, receiver, entities, "referral.")


def errors_within(rule: Document) -> list[FieldError]:
    """What of a rule's members does not go together, or cannot be used; whether they are those of
    its act is not asked."""
    errors = _errors_of_wait(rule) if set(_MEMBERS[text_at(rule, "Act")]).issuperset(_WAIT) else []
    try:
        finder(text_at(rule, "TitlePattern"))
    except ValueError as error:
        errors.append(FieldError("titlePattern", "INVALID_VALUE", f"RE2 does not take it: {error}"))
    return errors


def _errors_of_number(rule: Document, before: autopilot.Rules) -> list[FieldError]:
    counted = _counted(rule)
    alike = {text_at(one, "Id") for one in before if _counted(one) == counted}
    if len(alike | {text_at(rule, "Id")}) <= _RULES_MAX:
        return []
    return [FieldError("id", "INVALID_VALUE", f"There are {_RULES_MAX} {counted} at most")]


def _counted(rule: Document) -> str:
    """Among which rules one is counted. Those that leave something alone are counted apart, and
    those that do so for a moment again: there is room for them whatever others are there."""
    if rule["Act"] != autopilot.LEAVE:
        return "rules"
    for_a_moment = text_at(rule, "Id").startswith(autopilot.BY_HAND)
    named = f" and an Id such as {autopilot.BY_HAND}1" * for_a_moment
    return f"rules with Act {autopilot.LEAVE}{named}"


def _ensure_there(call: Call, tx: Tx, rule: Document) -> None:
    """ResourceNotFoundException where there is nothing to leave alone."""
    id = text_at(rule, "Identifier")
    if id.startswith("O"):
        opportunities.find_any(call, tx, id)
    elif id.startswith("engi-"):
        invitations.find_any(call, tx, id)
    else:
        engagements.find_any(call, tx, id)


def _errors_of_date(rule: Document) -> list[FieldError]:
    """What is referred every so often has no day of its own on which it closes."""
    if not text_at(rule, f"Referral.{_CLOSE}"):
        return []
    told = "is not for rules, since it would pass: leave it out, and each referral gets its own"
    return [FieldError(f"referral.{field_of(_CLOSE)}", "INVALID_VALUE", told)]


def _errors_of_wait(rule: Document) -> list[FieldError]:
    least, most = cast("int", rule.get("DelaySeconds", 0)), rule.get("DelaySecondsMax")
    if most is None:
        told = "is for rules with DelaySecondsMax"
        return [FieldError("seed", "INVALID_VALUE", told)] if "Seed" in rule else []
    if cast("int", most) < least:
        told = f"must be DelaySeconds ({least}) at least"
        return [FieldError("delaySecondsMax", "INVALID_VALUE", told)]
    return []


# --- what is due ---------------------------------------------------------------------------------


@due(autopilot.REVIEW)
def review(call: Call, tx: Tx, ref: str) -> None:
    """AWS looks at an opportunity that was submitted."""
    opportunity = documents.get(tx, call.ns, Kind.OPPORTUNITY, ref)
    rules = autopilot.rules(call, tx)
    rule = autopilot.review_rule(rules, opportunity)
    if rule is not None and not autopilot.is_left(call, tx, rules, opportunity):
        input: Document = {"OpportunityIdentifier": ref}
        input |= {name: rule[name] for name in ("Outcome", "Comments", "Reason") if name in rule}
        _do(call._replace(catalog=opportunity.catalog), tx, rule, input, review_opportunity)


@due(autopilot.ANSWER)
def answer(call: Call, tx: Tx, ref: str) -> None:
    """AWS looks at an invitation that a partner sent. One by which an opportunity was submitted is
    answered by that review."""
    invitation = documents.get(tx, call.ns, Kind.INVITATION, ref)
    pending = invitations.status_at(invitation.document, call.now) == "PENDING"
    rules = autopilot.rules(call, tx)
    rule = autopilot.answer_rule(rules, invitation) if pending else None
    if rule is None or submissions.awaited_in(call, tx, invitation):
        return
    if autopilot.is_left(call, tx, rules, invitation):
        return
    outcome = "Rejected" if rule["Act"] == "Reject" else "Accepted"
    input: Document = {"EngagementInvitationIdentifier": ref, "Outcome": outcome}
    input |= {name: rule[name] for name in ("Reason",) if name in rule}
    _do(call._replace(catalog=invitation.catalog), tx, rule, input, answer_invitation)


@due(autopilot.REFER)
def refer(call: Call, tx: Tx, ref: str) -> None:
    """AWS refers an opportunity, and plans the next referral."""
    rule = desk_rules.find(call, tx, autopilot.KIND, ref)
    if rule is not None:
        _plan_referral(call, tx, rule)
        input = {**object_at(rule, "Referral"), "ReceiverAccountId": rule["ReceiverAccountId"]}
        in_catalog = call._replace(catalog=text_at(rule, "Catalog"))
        _do(in_catalog, tx, rule, input, refer_opportunity)


def _plan_referral(call: Call, tx: Tx, rule: Document) -> None:
    wait_ms = cast("int", rule["EverySeconds"]) * SECOND_MS
    agenda.plan(tx, call.ns, call.now + wait_ms, autopilot.REFER, text_at(rule, "Id"))


def _do(
    call: Call, tx: Tx, rule: Document, input: Document, act: Callable[[Call, Tx], object]
) -> None:
    """Act as AWS in the call's catalog, by a rule. What cannot be done is left undone, and the rule
    says so: what is due after it must not wait for it."""
    acting = as_aws(call)._replace(input={"Catalog": call.catalog, **input})
    failure = ""
    try:
        with step(tx):
            act(acting, tx)
    except ApiError as error:
        failure = f"{error.code}: {error.message}"
        log.warning("autopilot, %s in %s: %s", call.operation, call.namespace.name, error.message)
    autopilot.tried(call, tx, text_at(rule, "Id"), failure)
