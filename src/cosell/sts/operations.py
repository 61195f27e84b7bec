"""GetCallerIdentity and AssumeRole.

An operation takes the document that the wire made of a form, the caller, the directory and real
time, and returns its result with members in the order of AWS's answers. Must not know XML.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from cosell.auth import Identity
from cosell.auth.directory import Directory
from cosell.auth.sessions import Grant
from cosell.clock import SECOND_MS, iso_seconds
from cosell.errors import AccessDeniedException, NotBuilt, UnknownOperationException
from cosell.sts.rules import ensure_role_request

Result: TypeAlias = dict[str, object]
Operation: TypeAlias = Callable[[Mapping[str, object], Identity, Directory, int], Result]

VERSION = "2011-06-15"


def get_caller_identity(
    document: Mapping[str, object], caller: Identity, directory: Directory, wall_ms: int
) -> Result:
    """Every caller may ask who it is."""
    return {"Arn": caller.arn, "UserId": caller.user_id, "Account": caller.account}


def assume_role(
    document: Mapping[str, object], caller: Identity, directory: Directory, wall_ms: int
) -> Result:
    """A session of any role in open mode; in strict mode of the roles of the caller's account,
    until roles and trust policies are things of their own."""
    asked = ensure_role_request(document, caller)
    if directory.strict:
        _ensure_allowed(document, caller, asked.role_arn)
    # The answer tells whole seconds.
    expires_at = (wall_ms // SECOND_MS + asked.duration_s) * SECOND_MS
    source = caller.session.source_key_id if caller.session else caller.key_id
    found = directory.sessions.issue(
        Grant(
            role_arn=asked.role_arn,
            name=asked.session_name,
            issued_at=wall_ms,
            expires_at=expires_at,
            source_key_id=source,
            strict=directory.strict,
        )
    )
    session = found.identity
    result: Result = {
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        "Credentials": {
            "AccessKeyId": session.key_id,
            "SecretAccessKey": found.secret,
            "SessionToken": found.token,
            "Expiration": iso_seconds(expires_at),
        },
    }
    if asked.source_identity:
        result["SourceIdentity"] = asked.source_identity
    return result


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {"AssumeRole": assume_role, "GetCallerIdentity": get_caller_identity}
)


def find_operation(name: str, version: str = VERSION) -> Operation:
    """The operation of that name; the refusal has AWS's words."""
    try:
        return OPERATIONS[name]
    except KeyError:
        raise UnknownOperationException(
            f"Could not find operation {name} for version {version}"
        ) from None


def _ensure_allowed(document: Mapping[str, object], caller: Identity, role_arn: str) -> None:
    if role_arn.split(":")[4] != caller.account:
        raise AccessDeniedException(
            f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: "
            f"{role_arn}"
        )
    if document.get("Policy") or document.get("PolicyArns"):
        # Left out silently, the session could do more than its owner asked for.
        raise NotBuilt("Session policies are not supported yet.")
