"""Whether the body of a saved namespace's row is of that row: it names it, and has what the model
asks of such a thing, each member as JSON has it.

Of what the desk was told, whether it could be said to it again; of resources it looks at a body's
own members, not into them. Must not know which tables there are.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from cosell.clock import DAY_MS, EPOCH, datetime, parse_iso
from cosell.contract import Contract
from cosell.desk.contract import CONTRACT as DESK
from cosell.desk.operations.autopilot import KEPT, errors_within
from cosell.errors import FieldError, SerializationException
from cosell.originals import orjson
from cosell.selling import Kind
from cosell.selling.contract import CONTRACT as SELLING
from cosell.selling.domain import autopilot, deliveries
from cosell.selling.workflows import Workflow, kinds
from cosell.selling.workflows.prospecting import PROSPECTING

Saying: TypeAlias = Callable[[str, dict[str, Any]], str]
"""What is wrong with a body, in words, or ''; it is told the id of its row."""
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "structure": (dict,), "map": (dict,), "list": (list,), "string": (str,), "timestamp": (str,),
    "boolean": (bool,), "integer": (int,), "long": (int,), "double": (int, float),
    "float": (int, float),
}  # fmt: skip
_INSTANT: Final = "timestamp"
_KINDS_MAX: Final = 64
_NUMBER_MAX: Final = (1 << 63) - 1  # a seed has it; behind it is room to count on
_FIRST_MS: Final = -(EPOCH - datetime.min.replace(tzinfo=UTC)).days * DAY_MS
_LAST_MS: Final = (datetime.max.replace(tzinfo=UTC) - EPOCH).days * DAY_MS


class _Member(NamedTuple):
    name: str
    kind: str  # of the model's
    is_required: bool


# What the model leaves open, and whoever reads such a thing asks for, whatever it is; and what is
# kept beside the model's members.
_INVITATION: Final = (
    "Arn", "EngagementId", "InvitationDate", "PayloadType", "Receiver", "SenderAwsAccountId",
    "Status",
)  # fmt: skip
_ENGAGEMENT: Final = ("Arn", "CreatedAt", "CreatedBy", "MemberCount", "ModifiedAt", "ModifiedBy")
_JOB: Final = ("Arn", "CreatedAt", "EngagementId", "ResourceId", "ResourceType", "Status")
_TASK: Final = ("StartTime", "TaskArn", "TaskStatus")
_STEP: Final = (_Member("step", "integer", True), _Member("principal", "string", False))


@lru_cache(_KINDS_MAX)
def of_document(kind: str) -> Saying:
    """Of the document of a resource of a kind."""
    saying = _naming(_members_of(kind))
    workflow = next((one for one in kinds.WORKFLOWS if one.kind == kind), None)
    return _each(saying, _at_step_of(workflow), _of_rules()) if workflow else saying


def _members_of(kind: str) -> tuple[_Member, ...]:
    if kind == Kind.OPPORTUNITY:
        return _outline(SELLING, "GetOpportunity", ("Arn", "LifeCycle", "Project"))
    if kind == Kind.ENGAGEMENT:
        return _outline(SELLING, "GetEngagement", _ENGAGEMENT)
    if kind == Kind.INVITATION:
        return _outline(SELLING, "GetEngagementInvitation", _INVITATION)
    if kind == Kind.JOB:
        return _outline(SELLING, "GetResourceSnapshotJob", _JOB)
    starts = next((one.operation for one in kinds.WORKFLOWS if one.kind == kind), None)
    return (*_outline(SELLING, starts, _TASK), *_STEP) if starts else ()


def _at_step_of(workflow: Workflow) -> Saying:
    """A task has done no more steps than it has; one that is at work, or failed at a step, has that
    before it. A campaign fails once all its engagements had their turn."""
    goes_on = workflow.at_work if workflow is PROSPECTING else {*workflow.at_work, "FAILED"}

    def at_step(_: str, body: dict[str, Any]) -> str:
        done, steps = body["step"], len(workflow.line(body))
        last = steps - 1 if steps and body["TaskStatus"] in goes_on else steps
        return "" if 0 <= done <= last else f"has step, which cannot be {_shown(done)}"

    return at_step


def _of_rules() -> Saying:
    """A task that failed, and each engagement of a campaign that did, may have the rules why, as
    the desk tells them."""
    holding = _holding(_members_of_shape(DESK, "RecordedRule"))

    def of_rules(id: str, body: dict[str, Any]) -> str:
        within = body.get("Engagements")
        for one in (body, *(within if type(within) is list else ())):
            rules = one.get("rules", []) if type(one) is dict else []
            if type(rules) is not list:
                return f"has rules, which cannot be {_shown(rules)}"
            for rule in rules:
                if type(rule) is not dict:
                    return f"has rules, where none can be {_shown(rule)}"
                if wrong := holding(id, rule):
                    return f"has rules, where one {wrong}"
        return ""

    return of_rules


@lru_cache(_KINDS_MAX)
def of_rule(kind: str) -> Saying:
    """Of what the desk has put."""
    return _RULES.get(kind, naming)


def _of_act(id: str, body: dict[str, Any]) -> str:
    """Of a rule of the autopilot: each act needs members of its own."""
    act = body.get("Act")
    if act is None:
        return "has no Act"
    if type(act) is not str or act not in KEPT:
        return f"has Act, which cannot be {_shown(act)}"
    return _of_rule_for(act)(id, body)


@lru_cache(_KINDS_MAX)
def _of_rule_for(act: str) -> Saying:
    members = _outline(DESK, "PutAutopilot", KEPT[act])
    return _each(_naming((*members, *_BECAME_OF_RULES)), _said("PutAutopilot"), _possible, _became)


_BECAME_OF_RULES: Final = (
    _Member(autopilot.DRAWN, "integer", False),
    _Member(autopilot.DUE, "structure", False),
    _Member("LastFailure", "string", False),
    _Member("LastFailureTime", _INSTANT, False),
)


def _possible(_: str, body: dict[str, Any]) -> str:
    if "DelaySecondsMax" in body and "Seed" not in body:
        return "has no Seed"
    return _told(errors_within(body))


def _became(id: str, body: dict[str, Any]) -> str:
    """How often a rule has drawn, and when what it leaves alone is due."""
    for name, due_at in (body.get(autopilot.DUE) or {}).items():
        if type(due_at) is not int or not is_instant(due_at):
            return f"has {autopilot.DUE}, where {_shown(name)} cannot be {_shown(due_at)}"
    return _counts(autopilot.DRAWN)(id, body) if autopilot.DRAWN in body else ""


def is_instant(ms: int) -> bool:
    """Whether a number of milliseconds is a time that can be told."""
    return _FIRST_MS <= ms <= _LAST_MS


def _said(operation: str) -> Saying:
    """Nothing that the desk refuses whoever says it. Of what lies deeper only the types are looked
    at: that is of AWS's model, which was another one when an older program wrote it."""
    asked = DESK.operations[operation]

    def said(_: str, body: dict[str, Any]) -> str:
        for name in asked.members:
            if name in body and body[name] is None:
                return f"has {name}, which cannot be null"
        try:
            errors = asked.validate({name: body[name] for name in asked.members if name in body})[1]
        except SerializationException as error:
            return _told(error.errors)
        own = (one for one in errors if not {*one.path} & {*".["})
        return _told([one for one in own if one.code != "REQUIRED_FIELD_MISSING"])

    return said


def _told(errors: Iterable[FieldError]) -> str:
    return next((f"has {one.path}, which is wrong: {one.message}" for one in errors), "")


def _counts(*names: str) -> Saying:
    """What is counted, and counted on."""

    def counts(_: str, body: dict[str, Any]) -> str:
        for name in names:
            number = body.get(name)
            if number is None:
                return f"has no {name}"
            if type(number) is not int or not 0 <= number <= _NUMBER_MAX:
                return f"has {name}, which cannot be {_shown(number)}"
        return ""

    return counts


def _each(*sayings: Saying) -> Saying:
    return lambda id, body: next(filter(None, (say(id, body) for say in sayings)), "")


def _outline(contract: Contract, operation: str, needed: tuple[str, ...]) -> tuple[_Member, ...]:
    asked = contract.operations[operation]
    shape = asked.input_shape if contract is DESK else asked.output_shape or ""
    return _members_of_shape(contract, shape, needed)


def _members_of_shape(
    contract: Contract, shape: str, needed: tuple[str, ...] = ()
) -> tuple[_Member, ...]:
    return tuple(
        _Member(name, kind, is_required or name in needed)
        for name, kind, is_required in contract.outline(shape)
    )


def naming(id: str, body: dict[str, Any]) -> str:
    """A body has its row's id among its members, or each part of it."""
    said = body.values()
    if id in said or all(part in said for part in id.split("/")):
        return ""
    return f"is not of {id[:100]!r}"


def _naming(members: tuple[_Member, ...]) -> Saying:
    holding = _holding(members)
    return lambda id, body: naming(id, body) or holding(id, body)


def _holding(members: tuple[_Member, ...]) -> Saying:
    wanted = tuple((name, _TYPES[kind], kind, needed) for name, kind, needed in members)

    def holding(_: str, body: dict[str, Any]) -> str:
        get = body.get
        for name, types, kind, needed in wanted:
            value = get(name)
            if value is None:
                if needed:
                    return f"has no {name}"
            elif type(value) not in types or (kind == _INSTANT and not _is_instant(value)):
                return f"has {name}, which cannot be {_shown(value)}"
        return ""

    return holding


def _shown(value: object) -> str:
    return orjson.dumps(value)[:40].decode(errors="ignore")


def _is_instant(text: str) -> bool:
    try:
        parse_iso(text)
    except ValueError:
        return False
    return True


_RULES: Final[Mapping[str, Saying]] = {
    autopilot.KIND: _of_act,
    deliveries.KIND: _counts("seed", "drawn"),
    "drawn": _counts("Next"),
    "estimate": _each(naming, _said("PutEstimate")),
    "prospecting-result": _each(naming, _said("PutProspectingResult")),
}
