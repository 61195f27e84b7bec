"""Every answer that is not success: one class per wire error, and the error of one field.

    ApiError
    ├── the seven that the selling model declares (AccessDeniedException … ValidationException)
    ├── those of AWS's front end (authentication, serialization, unknown operation)
    └── those of the edge (limits, methods, origins, what is not built)

Class name = the code on the wire, but for NotBuilt. Must not know JSON, HTTP or any service.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Literal, NamedTuple, TypeAlias

ErrorCode: TypeAlias = Literal[
    "REQUIRED_FIELD_MISSING",
    "INVALID_ENUM_VALUE",
    "INVALID_STRING_FORMAT",
    "INVALID_VALUE",
    "NOT_ENOUGH_VALUES",
    "TOO_MANY_VALUES",
    "INVALID_RESOURCE_STATE",
    "DUPLICATE_KEY_VALUE",
    "VALUE_OUT_OF_RANGE",
    "ACTION_NOT_PERMITTED",
]
ValidationReason: TypeAlias = Literal["REQUEST_VALIDATION_FAILED", "BUSINESS_VALIDATION_FAILED"]

WORD_COMPARED_MAX = 100
"""Characters of a misspelt word that are compared with what is known."""


class Cause(NamedTuple):
    """The rule behind a refusal: its id, where it comes from, and which page or recording says so.
    It is for the journal; no answer carries it, since AWS's own does not."""

    id: str
    source: str
    cite: str = ""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault of one member: `path` in lower camel case from the request's root (`sort.sortBy`,
    `taskStatus[0]`), `code` one of the model's ten. Without a `cause` the model's shape is it."""

    path: str
    code: ErrorCode
    message: str
    cause: Cause | None = field(default=None, compare=False)


class ApiError(Exception):
    """A refusal that the caller is told about. `members` are the error shape's further members;
    `cause` is the rule behind it, and `errors` what is wrong with single members of the request."""

    status: ClassVar[int] = 400
    default: ClassVar[str] = ""
    cause: Cause | None = None
    errors: tuple[FieldError, ...] = ()

    def __init__(self, message: str = "", **members: object) -> None:
        super().__init__(message or self.default)
        self.message: str = message or self.default
        self.members: dict[str, object] = members

    @property
    def code(self) -> str:
        return type(self).__name__

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The rules behind it, as far as they have a name, each once."""
        return (self.cause,) if self.cause else causes_of(self.errors)


def causes_of(errors: Iterable[FieldError]) -> tuple[Cause, ...]:
    """The rules behind field errors, as far as they have a name, each once."""
    return tuple(dict.fromkeys(one.cause for one in errors if one.cause is not None))


# --- declared by the selling model ---------------------------------------------------------------


class AccessDeniedException(ApiError):
    """The caller may not do this; `Reason` only where the model's enum has one."""


class ConflictException(ApiError):
    """The resource changed, is in another state, or the client token met another body."""


class InternalServerException(ApiError):
    status = 500
    default = "Internal error. The server's log has the details under this request's id."


class ResourceNotFoundException(ApiError):
    """Absent, or not visible to the caller: the two are never told apart."""


class ServiceQuotaExceededException(ApiError):
    pass


class ThrottlingException(ApiError):
    default = "Rate exceeded"


class ValidationException(ApiError):
    """`Reason` says whether the shape or a business rule failed; all faults are listed."""

    def __init__(
        self,
        message: str,
        *,
        reason: ValidationReason = "REQUEST_VALIDATION_FAILED",
        errors: tuple[FieldError, ...] = (),
    ) -> None:
        listed = [{"Code": e.code, "FieldName": e.path, "Message": e.message} for e in errors]
        super().__init__(message, Reason=reason, ErrorList=listed)
        self.reason = reason
        self.errors = errors


_TOLD_MAX = 10  # errors that a message spells out; the list has them all


def request_refused(*errors: FieldError) -> ValidationException:
    """The request does not have the shape that the model asks for."""
    return _refused("REQUEST_VALIDATION_FAILED", errors)


def business_refused(*errors: FieldError) -> ValidationException:
    """The request is well-formed and breaks a rule of Partner Central."""
    return _refused("BUSINESS_VALIDATION_FAILED", errors)


def _refused(reason: ValidationReason, errors: tuple[FieldError, ...]) -> ValidationException:
    return ValidationException(in_words(errors), reason=reason, errors=errors)


def in_words(errors: tuple[FieldError, ...]) -> str:
    """Field errors as a message tells them."""
    told = "; ".join(
        e.message if e.message.startswith(e.path) else f"{e.path}: {e.message}"
        for e in errors[:_TOLD_MAX]
    )
    more = f"; and {len(errors) - _TOLD_MAX} more" if len(errors) > _TOLD_MAX else ""
    return told + more


def did_you_mean(word: str, known: Iterable[str], *, alike: str = "") -> str:
    """` Did you mean X?` for the nearest of what is known; nothing if none is near. An end that
    words have `alike` (in small letters) makes them no nearer."""
    from difflib import get_close_matches  # who spells right does not pay for it

    names = {name.lower().removesuffix(alike): name for name in known}
    said = word[:WORD_COMPARED_MAX].lower().removesuffix(alike)
    near = get_close_matches(said, names, n=1, cutoff=0.5)
    return f" Did you mean {names[near[0]]}?" if near else ""


# --- AWS's front end -----------------------------------------------------------------------------


class UnknownOperationException(ApiError):
    pass


class SerializationException(ApiError):
    """The body is not JSON, or a member has the wrong JSON type; that one stands in `errors`."""


class MissingAuthenticationTokenException(ApiError):
    default = "Missing Authentication Token"


class IncompleteSignatureException(ApiError):
    pass


class UnrecognizedClientException(ApiError):
    default = "The security token included in the request is invalid."


class ExpiredTokenException(ApiError):
    default = "The security token included in the request is expired"


class InvalidSignatureException(ApiError):
    pass


class InternalFailure(ApiError):
    """What AWS's front end answers; a service's own is InternalServerException."""

    status = 500
    default = "The request failed because of an unknown error."


class ServiceUnavailable(ApiError):
    status = 503
    default = "The request failed because of a temporary failure of the server."


# --- the edge ------------------------------------------------------------------------------------


class MethodNotAllowed(ApiError):
    status = 405


class ForbiddenOriginException(ApiError):
    status = 403


class UnknownNamespaceException(ApiError):
    status = 404


class RequestTimeoutException(ApiError):
    status = 408
    default = "Reading the request timed out."


class RequestEntityTooLargeException(ApiError):
    status = 413


class UnsupportedMediaTypeException(ApiError):
    status = 415


class NotBuilt(ApiError):
    """On the wire it is `NotImplemented`, which in Python is another thing."""

    status = 501

    @property
    def code(self) -> str:
        return "NotImplemented"
