"""Signature Version 4 from the client's side, for the command line, which has no SDK.

Must not send anything.
"""

from typing import NamedTuple

from cosell.auth.canonical import path_of
from cosell.clock import iso_seconds
from cosell.config import Key
from cosell.originals import hmac_digest, sha256

_SIGNED = ("content-type", "host", "x-amz-date")


class Letter(NamedTuple):
    """What is signed of a POST: the host as its header has it, path, type and body."""

    host: str
    path: str
    content_type: str
    body: bytes


def signed(letter: Letter, key: Key, region: str, service: str, wall: int) -> dict[str, str]:
    """The headers of a request that a key signs at an instant of real time, in milliseconds."""
    at = iso_seconds(wall).replace("-", "").replace(":", "")
    values = (letter.content_type, letter.host, at)
    lines = "".join(f"{name}:{value}\n" for name, value in zip(_SIGNED, values, strict=True))
    names = ";".join(_SIGNED)
    digest = sha256(letter.body).hexdigest()
    canonical = f"POST\n{path_of(letter.path)}\n\n{lines}\n{names}\n{digest}"
    scope = (at[:8], region, service, "aws4_request")
    hashed = sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{at}\n{'/'.join(scope)}\n{hashed}"
    secret = f"AWS4{key.secret}".encode()
    for part in (*scope, text):
        secret = hmac_digest(secret, part.encode(), "sha256")
    return {
        "Content-Type": letter.content_type,
        "Host": letter.host,
        "X-Amz-Date": at,
        "Authorization": (
            f"AWS4-HMAC-SHA256 Credential={key.id}/{'/'.join(scope)}, SignedHeaders={names},"
            f" Signature={secret.hex()}"
        ),
    }
