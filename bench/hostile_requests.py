"""Requests that mean harm: as large as the server reads, each shaped to cost it time.

Bytes for one connection each, unsigned, for a server in open mode. Must not know what they cost.
"""

import json
from collections.abc import Callable

from bench import LIST, START, TARGET

BODY_MAX = 1_048_576
INVITE = "CreateEngagementInvitation"
_FORM = "application/x-www-form-urlencoded"


def post(operation: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A call of the selling API in a namespace of its own."""
    return _request(
        "/ns/hostile/",
        body,
        f"X-Amz-Target: {TARGET}{operation}",
        "Content-Type: application/x-amz-json-1.0",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    )


def _request(path: str, body: bytes, *headers: str) -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers)
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def filled(before: bytes, piece: bytes, after: bytes) -> bytes:
    """As many pieces as fit into the largest body."""
    return before + piece * ((BODY_MAX - len(before) - len(after)) // len(piece)) + after


def invitation(website: str) -> bytes:
    """An invitation that is in order but for its customer's web site."""
    account = {"WebsiteUrl": website, "CompanyName": "Example", "CountryCode": "US"}
    customer = {"Industry": "Retail", **account}
    project = {"BusinessProblem": "x" * 20, "TargetCompletionDate": "2099-01-01", "Title": "t"}
    return json.dumps(
        {
            "Catalog": "Sandbox",
            "ClientToken": "t",
            "EngagementIdentifier": "eng-00000000000000",
            "Invitation": {
                "Message": "m",
                "Receiver": {"Account": {"AccountId": "444455556666"}},
                "Payload": {
                    "OpportunityInvitation": {
                        "Customer": customer,
                        "Project": project,
                        "ReceiverResponsibilities": ["Reseller"],
                    }
                },
            },
        }
    ).encode()


def _chunked(piece: bytes, count: int) -> bytes:
    head = post(LIST, b"", "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
    return head + (b"%x\r\n" % len(piece) + piece + b"\r\n") * count


def _keys() -> bytes:
    return b'{"Catalog":"AWS",' + b",".join(b'"k%d":0' % n for n in range(80_000)) + b"}"


def _signed(names: int) -> bytes:
    scope = "AKIAEXAMPLE/20261123/us-east-1/partnercentral-selling/aws4_request"
    listed = ";".join(f"h{n}" for n in range(names))
    value = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={listed}, Signature={'0' * 64}"
    return post(LIST, b'{"Catalog":"AWS"}', f"Authorization: {value}")


def _list(before: bytes, piece: bytes, after: bytes) -> Callable[[], bytes]:
    return lambda: post(LIST, filled(before, piece, after))


def _form(body: bytes) -> bytes:
    return _request("/", body, f"Content-Type: {_FORM}", f"Content-Length: {len(body)}")


HOSTILE: dict[str, Callable[[], bytes]] = {
    "as many objects as are read": lambda: post(
        LIST, b'{"Catalog":"AWS","a":[' + b'{"":0},' * 9_990 + b"0]}"
    ),
    "as many levels as are read, 158 times": lambda: post(
        LIST, b'{"Catalog":"AWS","a":[' + (b"[" * 62 + b"]" * 62 + b",") * 158 + b"0]}"
    ),
    "`[` to the end": _list(b"", b"[", b""),
    '`{"a":` to the end': _list(b"", b'{"a":', b""),
    "1,000 levels, again and again": lambda: post(
        LIST, filled(b"[", b"[" * 1000 + b"]" * 1000 + b",", b"0]")
    ),
    "64 levels, again and again": lambda: post(
        LIST, filled(b'{"a":[', b"[" * 62 + b"]" * 62 + b",", b"0]}")
    ),
    "a list of empty lists": _list(b'{"Catalog":"AWS","a":[', b"[],", b"0]}"),
    "a list of empty objects": _list(b'{"Catalog":"AWS","a":[', b"{},", b"0]}"),
    "a list of numbers": _list(b'{"Catalog":"AWS","a":[', b"1,", b"0]}"),
    "a status list of numbers": _list(b'{"Catalog":"AWS","TaskStatus":[', b"1,", b"0]}"),
    "80,000 keys": lambda: post(LIST, _keys()),
    "one key, again and again": _list(b'{"Catalog":"AWS"', b',"a":0', b"}"),
    "a string of 1 MiB": _list(b'{"Catalog":"', b"x", b'"}'),
    "a string of 10 MB, announced": lambda: post(LIST, b'{"Catalog":"' + b"x" * 10**7 + b'"}'),
    "a string of 10 MB, in chunks": lambda: _chunked(b"x" * 65_536, 160),
    "100 GB, announced only": lambda: post(LIST, b"", length=10**11),
    "escapes": _list(b'{"Catalog":"', rb"\u0041", b'"}'),
    "U+0000 in a string": _list(b'{"Catalog":"', rb"\u0000", b'"}'),
    "lone surrogates": _list(b'{"Catalog":"', rb"\ud800", b'"}'),
    "bad UTF-8": _list(b'{"Catalog":"', b"\xff", b'"}'),
    "NaN": _list(b'{"Catalog":"AWS","a":[', b"NaN,", b"0]}"),
    "1e999": _list(b'{"Catalog":"AWS","a":[', b"1e999,", b"0]}"),
    "a number of a million digits": _list(b'{"Catalog":"AWS","MaxResults":', b"9", b"}"),
    "a fraction of a million digits": _list(b'{"Catalog":"AWS","MaxResults":0.', b"3", b"}"),
    "numbers of 300 digits": _list(b'{"Catalog":"AWS","a":[', b"9" * 300 + b",", b"0]}"),
    "a page token of 1 MiB": _list(b'{"Catalog":"AWS","NextToken":"', b"A", b'"}'),
    "tags without keys": lambda: post(
        START, filled(b'{"Catalog":"AWS","Tags":[', b'{"Value":"' + b"v" * 900 + b'"},', b"{}]}")
    ),
    "200 faulty tags": lambda: post(
        START, b'{"Catalog":"AWS","Tags":[' + b'{"Key":"","Value":5.5},' * 199 + b"{}]}"
    ),
    "200 tags without anything": lambda: post(
        START, b'{"Catalog":"AWS","Tags":[' + b"{}," * 199 + b"{}]}"
    ),
    "`a.a.a…` and a blank, 54 characters": lambda: post(INVITE, invitation("a." * 26 + "a ")),
    "`a.a.a…` and a blank, 255 characters": lambda: post(INVITE, invitation("a." * 127 + " ")),
    "`a.a.a…` and a blank, 1 MB": lambda: post(INVITE, invitation("a." * 500_000 + " ")),
    "an identifier of 1 MiB": lambda: post(
        "GetOpportunity", filled(b'{"Catalog":"AWS","Identifier":"', b"O", b'"}')
    ),
    "a form of 1 MiB, many members": lambda: _form(filled(b"Action=AssumeRole", b"&a=1", b"")),
    "a form of 1 MiB, one deep name": lambda: _form(filled(b"Action=AssumeRole&", b"a.", b"=1")),
    "a form of 1 MiB, escapes": lambda: _form(filled(b"Action=", b"%41", b"")),
    "a form of 1 MiB, semicolons": lambda: _form(filled(b"Action=x&", b"a;=", b"")),
    "a header that lists 1,500 headers": lambda: _signed(1500),
    "a path of 60,000 slashes": lambda: _request("/" * 60_000, b"", "Content-Length: 0"),
    "a query of 15,000 members": lambda: _request(
        f"/{LIST}?" + "a=1&" * 15_000, b"{}", "Content-Length: 2"
    ),
}
