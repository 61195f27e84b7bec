"""Keys and the accounts behind them: configured keys, our sessions, and in open mode anybody.

Must not look at a request or check a signature.
"""

from collections.abc import Mapping
from types import MappingProxyType

from cosell.auth import Credential, Identity
from cosell.auth.key_ids import account_of, make_id
from cosell.auth.sessions import Sessions
from cosell.config import Auth, Key
from cosell.originals import getLogger, sha256

_log = getLogger(__name__)
_TOLD_MAX = 1024


class Directory:
    """Finds out who a key id speaks for."""

    __slots__ = ("_default", "_keys", "_told", "sessions", "strict")

    def __init__(self, auth: Auth, token_key: bytes) -> None:
        self.strict = auth.mode == "strict"
        self.sessions = Sessions(token_key)
        self._default = auth.default_account
        keys = {key.id: _configured(key, auth.mode != "open") for key in auth.keys}
        self._keys: Mapping[str, Credential] = MappingProxyType(keys)
        self._told: set[str] = set()

    def find(self, key_id: str, token: str) -> Credential | None:
        """The credential of a known key, or None. In strict mode a key of its own comes without a
        token, and a session counts only if a strict server gave it to a key that still exists."""
        known = self._keys.get(key_id)
        if known is not None:
            return None if token and self.strict else known
        found = self.sessions.read(token) if token else None
        if found is None or found.identity.key_id != key_id:
            return None
        return self._in_strict_mode(found) if self.strict else found

    def stranger(self, key_id: str) -> Identity:
        """Who an unknown key speaks for in open mode."""
        account = key_id if _is_account(key_id) else account_of(key_id)
        if account is None:
            account = self._default
            self._tell(key_id)
        return _user(account, key_id)

    def nobody(self) -> Identity:
        """Who a request without Authorization speaks for in open mode."""
        self._tell("")
        return _user(self._default, "")

    def _in_strict_mode(self, found: Credential) -> Credential | None:
        session = found.identity.session
        if session is None or not session.strict:
            return None
        source = self._keys.get(session.source_key_id)
        if source is None:
            return None
        reach = source.identity.namespaces  # as of now: who narrows a key narrows its sessions
        return found._replace(identity=found.identity._replace(namespaces=reach))

    def _tell(self, key_id: str) -> None:
        if key_id in self._told:
            return
        if len(self._told) >= _TOLD_MAX:
            self._told.clear()
        self._told.add(key_id)
        who = f"The access key id {key_id!r} names no account" if key_id else "No credentials"
        _log.info("%s: the default account %s answers.", who, self._default)


def _is_account(key_id: str) -> bool:
    return len(key_id) == 12 and key_id.isascii() and key_id.isdigit()


def _configured(key: Key, bound: bool) -> Credential:
    principal = key.principal.rsplit(":", 1)[-1]
    identity = _user(key.account, key.id, principal)
    return Credential(identity._replace(namespaces=key.namespaces if bound else None), key.secret)


def _user(account: str, key_id: str, principal: str = "user/partner") -> Identity:
    arn = f"arn:aws:iam::{account}:{principal}"
    entropy = sha256(arn.encode()).digest()
    user_id = account if principal == "root" else make_id("AIDA", account, entropy)
    return Identity(account, arn, key_id, user_id)
