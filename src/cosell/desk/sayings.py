"""Whether the body of a saved namespace's row is of that row: it names it, and has what the model
asks of such a thing, each member as JSON has it.

Looks at a body's own members, not into them. Must not know which tables there are.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from cosell.clock import parse_iso
from cosell.contract import Contract
from cosell.desk.contract import CONTRACT as DESK
from cosell.desk.operations.autopilot import KEPT
from cosell.selling import Kind
from cosell.selling.contract import CONTRACT as SELLING
from cosell.selling.domain import autopilot, deliveries
from cosell.selling.workflows import kinds

Saying: TypeAlias = Callable[[str, dict[str, Any]], str]
"""What is wrong with a body, in words, or ''; it is told the id of its row."""
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "structure": (dict,), "map": (dict,), "list": (list,), "string": (str,), "timestamp": (str,),
    "boolean": (bool,), "integer": (int,), "long": (int,), "double": (int, float),
    "float": (int, float),
}  # fmt: skip
_INSTANT: Final = "timestamp"
_KINDS_MAX: Final = 64


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
    return _naming(_members_of(kind))


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


@lru_cache(_KINDS_MAX)
def of_rule(kind: str) -> Saying:
    """Of what the desk has put."""
    if kind == autopilot.KIND:
        return _of_act
    if kind == deliveries.KIND:
        return _holding((_number("seed"), _number("drawn")))
    return _holding((_number("Next"),)) if kind == "drawn" else naming


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
    return _naming((*_outline(DESK, "PutAutopilot", KEPT[act]), *_BECAME_OF_RULES))


_BECAME_OF_RULES: Final = (
    _Member(autopilot.DRAWN, "integer", False),
    _Member(autopilot.DUE, "structure", False),
)


def _number(name: str) -> _Member:
    return _Member(name, "integer", True)


def _outline(contract: Contract, operation: str, needed: tuple[str, ...]) -> tuple[_Member, ...]:
    asked = contract.operations[operation]
    shape = asked.input_shape if contract is DESK else asked.output_shape or ""
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
