"""Errors that no operation declares: AWS's front end answers them, whatever is called, and a fault
may ask for them.

An SDK has no class for one: code meets a ClientError with its code. Must not know who asks.
"""

from typing import Final, NamedTuple

from cosell.errors import (
    ApiError,
    ExpiredTokenException,
    IncompleteSignatureException,
    InternalFailure,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    RequestTimeoutException,
    ServiceUnavailable,
    UnrecognizedClientException,
)
from cosell.selling.rules import Source

_COMMON: Final = "API reference: Common Errors"
# That page has 403 for errors of credentials. AWS's services that speak JSON answer 400, as this
# one does with every other error of the client.
_AS_STRICT: Final = "as AWS's other services that speak JSON, and as in strict mode"


class Undeclared(NamedTuple):
    """An error, which has its status and its usual message, and where it is known from."""

    error: type[ApiError]
    source: Source
    cite: str


UNDECLARED: Final = (
    Undeclared(ExpiredTokenException, "documented", f"{_COMMON}; 400 {_AS_STRICT}"),
    Undeclared(IncompleteSignatureException, "not documented", _AS_STRICT),
    Undeclared(InternalFailure, "documented", _COMMON),
    Undeclared(InvalidSignatureException, "not documented", _AS_STRICT),
    Undeclared(MissingAuthenticationTokenException, "not documented", _AS_STRICT),
    Undeclared(RequestTimeoutException, "documented", _COMMON),
    Undeclared(ServiceUnavailable, "documented", _COMMON),
    Undeclared(UnrecognizedClientException, "documented", f"{_COMMON}; 400 {_AS_STRICT}"),
)
NAMES: Final = frozenset(one.error.__name__ for one in UNDECLARED)
