"""Credentials that botocore found by itself: in a profile, or by asking somebody for them.

They are the user's own. In a world nobody asks for them: its calls are signed with made-up ones, so
no token expires in a test, no role is assumed for it, and no network is waited for. Must not import
botocore.
"""

from typing import Any, Final, NamedTuple

from cosell.testing import environment
from cosell.testing.current import current

_MARK: Final = "_cosell_found"
_IN_ENVIRONMENT: Final = "env"  # as botocore calls it
_SIGNED_FOR: Final = ("partnercentral-selling", "cosell", "sts")


class _MadeUp(NamedTuple):
    """As botocore's own: they freeze as they are."""

    access_key: str = environment.ACCOUNT
    secret_key: str = environment.SECRET
    token: None = None
    account_id: None = None

    def get_frozen_credentials(self) -> "_MadeUp":
        return self


_MADE_UP: Final = _MadeUp()


def mark(credentials: Any) -> Any:
    """Credentials as botocore's chain found them; those of the environment are looked at there."""
    if credentials is not None and credentials.method != _IN_ENVIRONMENT:
        setattr(credentials, _MARK, True)
    return credentials


def instead_of(credentials: Any, signed_for: str) -> Any:
    """What signs a call in place of a client's credentials; None if they are what signs it."""
    if signed_for not in _SIGNED_FOR or current() is None:
        return None
    return _MADE_UP if credentials is None or hasattr(credentials, _MARK) else None
