"""The Authorization header: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.

Only its shape; every refusal here is an IncompleteSignatureException. Texts are those of AWS's
front end, which shows a header that it could not read as a hash: it may hold somebody's secret.
Must not know keys.
"""

from collections.abc import Mapping
from typing import NamedTuple

from cosell.errors import ApiError, IncompleteSignatureException, InvalidSignatureException
from cosell.originals import b64encode, sha256

_ALGORITHM = "AWS4-HMAC-SHA256"
_PARAMETERS = ("Credential", "Signature", "SignedHeaders")
_LENGTH_MAX = 8192
NO_DATE = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."


class Authorization(NamedTuple):
    """The header's parts. Only the credential has been checked: open mode asks for no more."""

    key_id: str
    date: str
    region: str
    service: str
    terminator: str
    names: tuple[str, ...]  # of the signed headers, as listed
    signature: str
    missing: str  # the complaint about parameters that are not there

    def ensure_complete(self) -> None:
        """Refuse what cannot be verified: a parameter that is absent, headers in disorder."""
        if self.missing:
            raise incomplete(self.missing)
        if "host" not in self.names:
            raise InvalidSignatureException(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
            )
        ordered = tuple(sorted({name.lower() for name in self.names}))
        if self.names != ordered or "authorization" in ordered or "%" in "".join(ordered):
            raise incomplete(
                "SignedHeaders must list header names in lower case, in order and each once."
            )


def parse(authorization: str, headers: Mapping[str, str]) -> Authorization:
    """Take the header apart, with or without blanks after its commas."""
    algorithm, _, rest = authorization.partition(" ")
    if len(authorization) > _LENGTH_MAX:
        raise incomplete(f"Authorization header is longer than {_LENGTH_MAX} characters.")
    fields: dict[str, str] = {}
    for part in rest.split(","):
        name, equals, value = part.strip(" \t").partition("=")
        if not equals or name in fields:
            raise incomplete(
                "Invalid key=value pair (missing equal-sign) in Authorization header "
                f"(hashed with SHA-256 and encoded with Base64): '{_hashed(authorization)}'."
            )
        fields[name] = value
    missing = _missing(fields, authorization, headers)
    if "Credential" not in fields:
        raise incomplete(missing)
    if algorithm != _ALGORITHM:
        raise incomplete(f"Unsupported AWS 'algorithm': only '{_ALGORITHM}' is known.")
    slots = fields["Credential"].split("/")
    if len(slots) != 5 or not fields["Credential"].isascii() or not authorization.isprintable():
        raise incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            f"keyid/date/region/service/term, got {len(slots)}."
        )
    key_id, date, region, service, terminator = slots
    return Authorization(
        key_id=key_id,
        date=date,
        region=region,
        service=service,
        terminator=terminator,
        names=tuple(fields.get("SignedHeaders", "").split(";")),
        signature=fields.get("Signature", ""),
        missing=missing,
    )


def incomplete(message: str) -> ApiError:
    return IncompleteSignatureException(message)


def _missing(fields: Mapping[str, str], authorization: str, headers: Mapping[str, str]) -> str:
    told = [
        f"Authorization header requires '{name}' parameter."
        for name in _PARAMETERS
        if not fields.get(name)
    ]
    if "x-amz-date" not in headers and "date" not in headers:
        told.append(NO_DATE)
    return complaint(authorization, told) if told else ""


def complaint(authorization: str, told: list[str]) -> str:
    """What is missing, and which header it is missing from."""
    hashed = _hashed(authorization)
    return f"{' '.join(told)} (Hashed with SHA-256 and encoded with Base64) Authorization={hashed}"


def _hashed(authorization: str) -> str:
    digest = sha256(authorization.encode("utf-8", "surrogatepass")).digest()
    return b64encode(digest).decode()
