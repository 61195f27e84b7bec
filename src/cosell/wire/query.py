"""The AWS Query protocol: a form in, XML out. STS speaks it, and so do many services that a client
may reach by mistake.

Must not know what an operation does; a number in a form stays the text that was sent.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from cosell.errors import ApiError, SerializationException
from cosell.http import HttpResponse

Document: TypeAlias = "dict[str, str | Document | list[str | Document]]"
_Tree: TypeAlias = "dict[str, str | _Tree]"

STS_XMLNS = "https://sts.amazonaws.com/doc/2011-06-15/"
BODY_BYTES_MAX = 65_536
_FIELDS_MAX = 1000
_DEPTH_MAX = 8

# Our class → code and status where the Query services of AWS have their own.
# https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
_CODES: dict[str, tuple[str, int]] = {
    "AccessDeniedException": ("AccessDenied", 403),
    "ExpiredTokenException": ("ExpiredToken", 403),
    "IncompleteSignatureException": ("IncompleteSignature", 400),
    "InternalServerException": ("InternalFailure", 500),
    "InvalidSignatureException": ("SignatureDoesNotMatch", 403),
    "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
    "SerializationException": ("MalformedInput", 400),
    "ThrottlingException": ("Throttling", 400),
    "UnknownOperationException": ("InvalidAction", 400),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    "ValidationException": ("ValidationError", 400),
}
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def decode(body: bytes) -> tuple[str, Document]:
    """The operation that a form names and its document: `A.member.1.B=x` is {"A": [{"B": "x"}]}.
    Action and Version are not part of the document."""
    from urllib.parse import parse_qsl  # only these services pay for it

    if len(body) > BODY_BYTES_MAX:
        raise SerializationException(f"A form has {BODY_BYTES_MAX} bytes at most.")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MAX
        )
    except ValueError:
        raise SerializationException("The request is not a form in UTF-8.") from None
    root: _Tree = {}
    for name, value in pairs:
        _plant(root, name, value)
    action = root.pop("Action", "")
    root.pop("Version", None)
    if not isinstance(action, str):
        raise _malformed("Action")
    return action, {name: _grown(name, node) for name, node in root.items()}


def encode(
    operation: str, result: Mapping[str, object], request_id: str, xmlns: str = STS_XMLNS
) -> HttpResponse:
    """The answer of an operation."""
    inner = "".join(_members(result))
    text = (
        f'<{operation}Response xmlns="{xmlns}"><{operation}Result>{inner}</{operation}Result>'
        f"<ResponseMetadata><RequestId>{_escaped(request_id)}</RequestId></ResponseMetadata>"
        f"</{operation}Response>"
    )
    return _response(200, text, request_id)


def code_of(error: ApiError) -> str:
    """What Query services call a refusal."""
    return _CODES.get(error.code, (error.code, 0))[0]


def encode_error(error: ApiError, request_id: str, xmlns: str = STS_XMLNS) -> HttpResponse:
    """A refusal under the code that Query services give it."""
    code, status = _CODES.get(error.code, (error.code, error.status))
    fault = "Sender" if status < 500 else "Receiver"
    text = (
        f'<ErrorResponse xmlns="{xmlns}"><Error><Type>{fault}</Type><Code>{code}</Code>'
        f"<Message>{_escaped(error.message)}</Message></Error>"
        f"<RequestId>{_escaped(request_id)}</RequestId></ErrorResponse>"
    )
    return _response(status, text, request_id)


def _plant(root: _Tree, name: str, value: str) -> None:
    steps = name.split(".")
    if len(steps) > _DEPTH_MAX or "" in steps:
        raise _malformed(name)
    node = root
    for step in steps[:-1]:
        below = node.setdefault(step, {})
        if isinstance(below, str):
            raise _malformed(name)
        node = below
    if steps[-1] in node:
        raise _malformed(name)
    node[steps[-1]] = value


def _grown(name: str, node: "str | _Tree") -> "str | Document | list[str | Document]":
    if isinstance(node, str):
        return node
    if set(node) == {"member"} and isinstance(node["member"], dict):
        return _listed(name, node["member"])
    return {inner: _grown(f"{name}.{inner}", below) for inner, below in node.items()}


def _listed(name: str, members: _Tree) -> "list[str | Document]":
    if not all(re.fullmatch(r"[1-9][0-9]{0,5}", number) for number in members):
        raise _malformed(f"{name}.member")
    grown: list[str | Document] = []
    for number in sorted(members, key=int):
        member = _grown(f"{name}.member.{number}", members[number])
        if isinstance(member, list):
            raise _malformed(f"{name}.member.{number}")
        grown.append(member)
    return grown


def _malformed(name: str) -> ApiError:
    return SerializationException(f"The form's member {name[:100]!r} cannot be read.")


def _members(result: Mapping[str, object]) -> Iterator[str]:
    for name, value in result.items():
        if value is not None:
            yield f"<{name}>{_rendered(value)}</{name}>"


def _rendered(value: object) -> str:
    if isinstance(value, Mapping):
        return "".join(_members(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(f"<member>{_rendered(v)}</member>" for v in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return _escaped(str(value))


def _escaped(text: str) -> str:
    """Text as XML; what XML cannot say becomes a replacement character."""
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], "\ufffd"), text)


def _response(status: int, text: str, request_id: str) -> HttpResponse:
    headers = [("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id)]
    return HttpResponse(status, headers, text.encode())
