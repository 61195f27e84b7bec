"""Who a call speaks for: the scope of its signature, and the account behind its key.

Open mode looks at no more than the account that a stranger's key tells; here the code under test
becomes the default partner, whatever credentials it has. Must not know botocore, nor a world.
"""

import re
from typing import Final

from cosell.auth.key_ids import account_of
from cosell.clock import parse_iso, wall_ms
from cosell.testing import environment

_SCOPE: Final = re.compile(r"Credential=([^/,\s]+)/[^/,]*/[^/,]*/([^/,]+)/")
_ACCOUNT: Final = re.compile(r"[0-9]{12}", re.ASCII)
_SESSION_TOKEN: Final = "x-amz-security-token"  # noqa: S105 - a header's name
_OUR_TOKEN: Final = "cosell"  # noqa: S105 - how the tokens of our AssumeRole begin
_TEMPORARY: Final = "ASIA"  # how the key ids of sessions begin
_SKEW_MS_MAX: Final = 890_000  # a signature may be fifteen minutes off


def scope_of(authorization: str) -> tuple[str, str]:
    """Key id and service that an Authorization header names; empty texts where there are none."""
    found = _SCOPE.search(authorization)
    return (found[1], found[2]) if found else ("", "")


def let_speak(headers: dict[str, str], account: str) -> None:
    """Let a call with credentials of the user's own (the environment's, a profile's, a session that
    somebody else began), or with a key that tells no account, speak for `account`. Header names are
    in lower case."""
    token = headers.get(_SESSION_TOKEN, "")
    if token.startswith(_OUR_TOKEN):
        # A session's signature is looked at. Where a test has frozen the time that clients sign
        # with it would not pass; the key id alone says as well whose session it is.
        if _is_off(headers.get("x-amz-date", "")):
            del headers[_SESSION_TOKEN]
        return
    signed = headers.get("authorization", "")
    found = _SCOPE.search(signed)
    if found is None:
        return
    key_id = found[1]
    tells = _ACCOUNT.fullmatch(key_id) or account_of(key_id) is not None
    is_session = bool(token) and key_id.startswith(_TEMPORARY)
    if is_session or not tells or environment.speaks_for_default(key_id):
        headers["authorization"] = signed[: found.start(1)] + account + signed[found.end(1) :]


def _is_off(signed_at: str) -> bool:
    try:
        return abs(parse_iso(signed_at) - wall_ms()) > _SKEW_MS_MAX
    except ValueError:
        return False
