"""Temporary credentials without a table: everything about a session is in its token.

The token names the session and is signed with a key that lives in the database; key id and secret
are derived from it. So every process that has the database knows every session, after a restart
too. Must not decide who may have a session, nor read a clock.
"""

from typing import NamedTuple

from cosell.auth import Credential, Identity, Session
from cosell.auth.key_ids import make_id
from cosell.originals import (
    b64encode,
    compare_digest,
    hmac_digest,
    urlsafe_b64decode,
    urlsafe_b64encode,
)

_PREFIX = "cosell1."  # the 1 is the format's number
_TOKEN_MAX = 4096
_MAC_BYTES = 32


class Grant(NamedTuple):
    """What AssumeRole was asked for, after every check; instants are real time."""

    role_arn: str
    name: str
    issued_at: int
    expires_at: int
    source_key_id: str
    strict: bool


class Sessions:
    """Issues and reads session tokens under one database's token key."""

    __slots__ = ("_id_key", "_secret_key", "_token_key")

    def __init__(self, token_key: bytes) -> None:
        def derive(purpose: bytes) -> bytes:
            return hmac_digest(token_key, b"cosell session " + purpose, "sha256")

        self._token_key = derive(b"token")
        self._secret_key = derive(b"secret")
        self._id_key = derive(b"id")

    def issue(self, grant: Grant) -> Credential:
        """Key id, secret and token of a new session."""
        fields = (
            grant.role_arn,
            grant.name,
            str(grant.issued_at),
            str(grant.expires_at),
            grant.source_key_id,
            "strict" if grant.strict else "open",
        )
        told = "\n".join(fields).encode()
        signed = told + hmac_digest(self._token_key, told, "sha256")
        return self._credential(grant, told, _PREFIX + urlsafe_b64encode(signed).decode())

    def read(self, token: str) -> Credential | None:
        """The session of a token, also of one that is over; None if the token is not ours."""
        if not token.startswith(_PREFIX) or len(token) > _TOKEN_MAX or not token.isascii():
            return None
        try:
            signed = urlsafe_b64decode(token[len(_PREFIX) :])
        except ValueError:
            return None
        told, mac = signed[:-_MAC_BYTES], signed[-_MAC_BYTES:]
        if not compare_digest(mac, hmac_digest(self._token_key, told, "sha256")):
            return None
        role_arn, name, issued_at, expires_at, source, mode = told.decode().split("\n")
        grant = Grant(role_arn, name, int(issued_at), int(expires_at), source, mode == "strict")
        return self._credential(grant, told, token)

    def role_id(self, role_arn: str) -> str:
        """The unique id of a role, the same for ever in one database."""
        entropy = hmac_digest(self._id_key, b"role " + role_arn.encode(), "sha256")
        return make_id("AROA", role_arn.split(":")[4], entropy)

    def _credential(self, grant: Grant, told: bytes, token: str) -> Credential:
        account, role = grant.role_arn.split(":")[4], grant.role_arn.rsplit("/", 1)[1]
        entropy = hmac_digest(self._id_key, b"key " + told, "sha256")
        identity = Identity(
            account=account,
            arn=f"arn:aws:sts::{account}:assumed-role/{role}/{grant.name}",
            key_id=make_id("ASIA", account, entropy),
            user_id=f"{self.role_id(grant.role_arn)}:{grant.name}",
            session=Session(
                role_arn=grant.role_arn,
                name=grant.name,
                expires_at=grant.expires_at,
                source_key_id=grant.source_key_id,
                strict=grant.strict,
            ),
        )
        secret = hmac_digest(self._secret_key, told, "sha256")[:30]
        return Credential(identity, b64encode(secret).decode(), token)
