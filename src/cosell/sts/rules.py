"""What AssumeRole's members may look like, told in AWS's words.

Constraints are those of the STS model. Must not decide who may assume a role.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from cosell.auth import Identity
from cosell.errors import SerializationException, ValidationException

_ROLE_ARN = re.compile(
    r"arn:aws(?:-cn|-us-gov)?:iam::[0-9]{12}:role/(?:[\x21-\x7e]{1,510}/)?[\w+=,.@-]{1,64}",
    re.ASCII,
)
_CHAINED_S_MAX = 3600
_UNMET = " failed to satisfy constraint: "


class RoleRequest(NamedTuple):
    role_arn: str
    session_name: str
    duration_s: int
    source_identity: str | None


class _Text(NamedTuple):
    """The constraints of one text member; its name as AWS's messages write it."""

    member: str
    low: int
    high: int
    pattern: str
    required: bool = False

    @property
    def told(self) -> str:
        return self.member[0].lower() + self.member[1:]


_TEXTS = (
    _Text("RoleArn", 20, 2048, r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF]+", True),
    _Text("RoleSessionName", 2, 64, r"[\w+=,.@-]*", True),
    _Text("ExternalId", 2, 1224, r"[\w+=,.@:\/-]*"),
    _Text("SourceIdentity", 2, 64, r"[\w+=,.@-]*"),
    _Text("SerialNumber", 9, 256, r"[\w+=/:,.@-]*"),
    _Text("TokenCode", 6, 6, r"[\d]*"),
)
_DURATION_S, _DURATION_S_MIN, _DURATION_S_MAX = 3600, 900, 43200


def ensure_role_request(document: Mapping[str, object], caller: Identity) -> RoleRequest:
    """Read AssumeRole's members; all that break the model are told together."""
    for text in _TEXTS:
        _ensure_scalar(text.member, document)
    duration_s = _duration_s(document)
    faults = [fault for text in _TEXTS for fault in _check_text(text, document.get(text.member))]
    faults += _check_duration(duration_s)
    if faults:
        many = "s" if len(faults) > 1 else ""
        told = "; ".join(faults)
        raise ValidationException(f"{len(faults)} validation error{many} detected: {told}")
    role_arn = str(document["RoleArn"])
    if not _ROLE_ARN.fullmatch(role_arn):
        raise ValidationException(f"{role_arn} is invalid")
    if caller.session and (duration_s or 0) > _CHAINED_S_MAX:
        raise ValidationException(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining"
        )
    named = document.get("SourceIdentity")
    return RoleRequest(
        role_arn=role_arn,
        session_name=str(document["RoleSessionName"]),
        duration_s=duration_s or _DURATION_S,
        source_identity=str(named) if named is not None else None,
    )


def _ensure_scalar(member: str, document: Mapping[str, object]) -> None:
    if not isinstance(document.get(member, ""), str):
        raise SerializationException(f"{member} must be a single value.")


def _duration_s(document: Mapping[str, object]) -> int | None:
    sent = document.get("DurationSeconds")
    if sent is None:
        return None
    if isinstance(sent, str) and re.fullmatch(r"-?[0-9]{1,10}", sent, re.ASCII):
        return int(sent)
    raise SerializationException("DurationSeconds must be a whole number.")


def _check_text(text: _Text, value: object) -> list[str]:
    if value is None:
        if not text.required:
            return []
        return [f"Value null at '{text.told}'{_UNMET}Member must not be null"]
    sent = str(value)
    rules = (
        (len(sent) <= text.high, f"length less than or equal to {text.high}"),
        (len(sent) >= text.low, f"length greater than or equal to {text.low}"),
    )
    must = [f"Member must have {rule}" for kept, rule in rules if not kept]
    if not re.fullmatch(text.pattern, sent, re.ASCII):
        must.append(f"Member must satisfy regular expression pattern: {text.pattern}")
    told = f"Value '{sent[:256]}' at '{text.told}'{_UNMET}"
    return [told + rule for rule in must]


def _check_duration(duration_s: int | None) -> list[str]:
    if duration_s is None or _DURATION_S_MIN <= duration_s <= _DURATION_S_MAX:
        return []
    bound = f"less than or equal to {_DURATION_S_MAX}"
    if duration_s < _DURATION_S_MIN:
        bound = f"greater than or equal to {_DURATION_S_MIN}"
    return [f"Value '{duration_s}' at 'durationSeconds'{_UNMET}Member must have value {bound}"]
