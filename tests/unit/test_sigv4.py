"""SigV4 verification: botocore signs, we verify; then everything that can be damaged is damaged.

Every refusal is tried twice, with nothing remembered and right after a good request of the same
client, because the second way through is another one.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from unittest.mock import patch

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from cosell.auth.sigv4 import Authenticator, signed_service
from cosell.clock import parse_iso
from cosell.config import Auth, AuthMode, Key
from cosell.errors import ApiError
from cosell.http import HttpRequest

SERVICE = "partnercentral-selling"
NAMES = frozenset({SERVICE})
AT = "2026-11-23T08:00:00Z"
NOW = parse_iso(AT)
KEY = Key(id="AKIAXYZDQCEN4B6JSJQI", secret="not/a+secret", account="111122223333")
BODY = b'{"Catalog": "AWS", "MaxResults": 20}'
BOTO3 = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "AWSPartnerCentralSelling.ListOpportunities",
}
MISMATCH = "The request signature we calculated does not match the signature you provided."


def signed(
    headers: Mapping[str, str] = BOTO3,
    *,
    path: str = "/",
    body: bytes = BODY,
    who: tuple[str, str, str | None] = (KEY.id, KEY.secret, None),
    scope: tuple[str, str] = (SERVICE, "us-east-1"),
    method: str = "POST",
    at: str = AT,
) -> HttpRequest:
    """A request as botocore signs it; header names come out in lower case, as the edge has them."""
    url = f"http://localhost:2673{path}"
    request = AWSRequest(method, url, headers=dict(headers), data=body)
    with patch("botocore.auth.get_current_datetime", lambda *_, **__: datetime.fromisoformat(at)):
        SigV4Auth(Credentials(*who), *scope).add_auth(request)
    sent = {name.lower(): value for name, value in request.headers.items()}
    sent.setdefault("host", "localhost:2673")
    line, _, query = path.partition("?")
    return HttpRequest(method, line, query, sent, body)


def with_headers(request: HttpRequest, **changes: str | None) -> HttpRequest:
    """The request with headers changed, added or (None) removed; _ in a name stands for a dash."""
    headers = {**request.headers, **{n.replace("_", "-"): v for n, v in changes.items()}}
    return request._replace(headers={n: v for n, v in headers.items() if v is not None})


def with_authorization(request: HttpRequest, old: str, new: str) -> HttpRequest:
    before = request.headers["authorization"]
    assert old in before
    return with_headers(request, authorization=before.replace(old, new))


def authenticator(mode: AuthMode = "strict", region: str = "us-east-1") -> Authenticator:
    return Authenticator(Auth(mode=mode, keys=(KEY,), regions=(region,)), b"t" * 32)


def refusal(request: HttpRequest, wall_ms: int = NOW, mode: AuthMode = "strict") -> ApiError:
    """The refusal, which must be the same whether the client is remembered or not."""
    cold, warm = authenticator(mode), authenticator(mode)
    for good in (GOOD, JS):
        warm.authenticate(good, NAMES, NOW)
    told = []
    for each in (cold, warm):
        with pytest.raises(ApiError) as caught:
            each.authenticate(request, NAMES, wall_ms)
        told.append(caught.value)
    assert (told[0].code, told[0].message) == (told[1].code, told[1].message)
    assert KEY.secret not in told[0].message
    return told[0]


# --- what is accepted ----------------------------------------------------------------------------

JAVASCRIPT = {
    **BOTO3,
    "amz-sdk-invocation-id": "4a0b9f7e-8f2f-4d0a-9a53-111111111111",
    "amz-sdk-request": "attempt=1; max=3",
    "content-length": str(len(BODY)),
    "x-amz-content-sha256": hashlib.sha256(BODY).hexdigest(),
    "x-amz-user-agent": "aws-sdk-js/3.1124.0",
}
POSTMAN = {
    "Accept": "*/*",
    "Content-Type": "application/json",
    "X-Amz-Content-Sha256": hashlib.sha256(BODY).hexdigest(),
}
CLIENTS: dict[str, HttpRequest] = {
    "boto3": signed(),
    "javascript": signed(JAVASCRIPT),
    "postman": signed(POSTMAN, path="/ListOpportunities"),
    "commas without blanks": with_authorization(signed(), ", ", ","),
    "integrator's user agent": signed({**BOTO3, "X-Amzn-User-Agent": "AWS|Partner|CRM | v1"}),
    "path and target": signed(path="/ListOpportunities"),
    "charset": signed(
        {"Content-Type": "application/json; charset=UTF-8"}, path="/ListOpportunities"
    ),
    "namespace": signed(path="/ns/team-a/"),
    "Date only": signed({**BOTO3, "Date": "to be replaced"}),
    "blanks in a value": signed({**BOTO3, "X-Note": "  a   b\tc "}),
    "query": signed(path="/?b=2&a=1&a=0&empty"),
    "GET without a body": signed({}, method="GET", body=b""),
    "percent in the path": signed(path="/ns/a%20b/../c//./d/"),
    "an unsigned header": with_headers(signed(), x_amz_cf_id="added by a proxy", user_agent="x"),
    "leading signature": with_headers(
        signed(),
        authorization="AWS4-HMAC-SHA256 "
        + ", ".join(reversed(signed().headers["authorization"][17:].split(", "))),
    ),
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("mode", ["open", "soft", "strict"])
def test_signed_request_is_accepted_cold_and_warm(client: str, mode: AuthMode) -> None:
    auth = authenticator(mode)
    for _ in range(2):
        caller = auth.authenticate(CLIENTS[client], NAMES, NOW)
        assert caller.account == "111122223333"
        assert caller.arn == "arn:aws:iam::111122223333:user/partner"
        assert caller.key_id == KEY.id
        assert caller.namespaces == (("default",) if mode != "open" else None)


def test_published_example_verifies() -> None:
    """The worked example of AWS's general reference (IAM ListUsers)."""
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    key = Key(id="AKIDEXAMPLE", secret=secret, account="111122223333")
    request = HttpRequest(
        "GET",
        "/",
        "Action=ListUsers&Version=2010-05-08",
        {
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "host": "iam.amazonaws.com",
            "x-amz-date": "20150830T123600Z",
            "authorization": "AWS4-HMAC-SHA256 "
            "Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        },
        b"",
    )
    auth = Authenticator(Auth(mode="strict", keys=(key,)), b"t")
    wall_ms = parse_iso("2015-08-30T12:36:00Z")
    assert auth.authenticate(request, frozenset({"iam"}), wall_ms).key_id == "AKIDEXAMPLE"


def test_region_is_the_configured_or_any() -> None:
    request = signed(scope=(SERVICE, "eu-west-1"))
    here = authenticator(region="eu-west-1").authenticate(request, NAMES, NOW)
    assert here == authenticator().authenticate(request, NAMES, NOW, any_region=True)


def test_one_client_with_several_services_is_checked_for_each() -> None:
    auth = authenticator()
    request = signed()
    auth.authenticate(request, NAMES, NOW)
    with pytest.raises(ApiError, match="correct service: 'sts'"):
        auth.authenticate(request, frozenset({"sts"}), NOW)


def test_memory_of_clients_is_bounded() -> None:
    auth = authenticator("open")
    for number in range(1100):
        request = signed(who=(f"{number:012d}", "x", None), at=AT)
        auth.authenticate(request, NAMES, NOW)
    assert len(auth._remembered) <= 1024
    long = with_headers(signed(who=("x", "x", None)), x_amz_security_token="t" * 2049)
    caller = auth.authenticate(long, NAMES, NOW)
    assert caller not in auth._remembered.values()


# --- what is refused -----------------------------------------------------------------------------

GOOD, JS = signed(), CLIENTS["javascript"]
SIGNATURE = GOOD.headers["authorization"][-64:]
DAMAGES: dict[str, tuple[HttpRequest, str]] = {
    "body flipped": (GOOD._replace(body=b"[" + BODY[1:]), MISMATCH),
    "body longer": (GOOD._replace(body=BODY + b" "), MISMATCH),
    "body gone": (GOOD._replace(body=b""), MISMATCH),
    "path": (GOOD._replace(path="/ListOpportunities"), MISMATCH),
    "query": (GOOD._replace(query="a=1"), MISMATCH),
    "method": (GOOD._replace(method="PUT"), MISMATCH),
    "host": (with_headers(GOOD, host="localhost:2674"), MISMATCH),
    "host without port": (with_headers(GOOD, host="localhost"), MISMATCH),
    "content type": (with_headers(GOOD, content_type="application/json"), MISMATCH),
    "target": (with_headers(GOOD, x_amz_target="AWSPartnerCentralSelling.X"), MISMATCH),
    "instant": (with_headers(GOOD, x_amz_date="20261123T080001Z"), MISMATCH),
    "signature truncated": (with_authorization(GOOD, SIGNATURE, SIGNATURE[:-1]), MISMATCH),
    "signature longer": (with_authorization(GOOD, SIGNATURE, SIGNATURE + "0"), MISMATCH),
    "signature upper case": (with_authorization(GOOD, SIGNATURE, SIGNATURE.upper()), MISMATCH),
    "signature flipped": (
        with_authorization(GOOD, SIGNATURE, ("0" if SIGNATURE[0] != "0" else "1") + SIGNATURE[1:]),
        MISMATCH,
    ),
    "signature not hex": (with_authorization(GOOD, SIGNATURE, "x" * 64), MISMATCH),
    "wrong secret": (signed(who=(KEY.id, "another", None)), MISMATCH),
    "hash of another body": (with_headers(GOOD, x_amz_content_sha256="0" * 64), MISMATCH),
    "signed hash of another body": (
        signed({**BOTO3, "X-Amz-Content-SHA256": hashlib.sha256(b"{}").hexdigest()}),
        MISMATCH,
    ),
    "unsigned payload": (signed({**BOTO3, "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}), MISMATCH),
    "fewer signed headers": (with_authorization(GOOD, "content-type;host", "host"), MISMATCH),
    "more signed headers": (
        with_authorization(
            with_headers(GOOD, accept="*/*"), "=content-type", "=accept;content-type"
        ),
        MISMATCH,
    ),
    "region": (
        signed(scope=(SERVICE, "eu-west-1")),
        "Credential should be scoped to a valid region.",
    ),
    "service": (
        signed(scope=("sts", "us-east-1")),
        f"Credential should be scoped to correct service: '{SERVICE}'.",
    ),
    "terminator": (
        with_authorization(GOOD, "aws4_request", "aws5_request"),
        "Credential should be scoped with a valid terminator: 'aws4_request'.",
    ),
    "scope's date": (
        with_authorization(GOOD, "/20261123/", "/20261122/"),
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        "'20261122' != '20261123', from '20261123T080000Z'.",
    ),
    "target unsigned": (
        with_headers(CLIENTS["postman"], x_amz_target="AWSPartnerCentralSelling.X"),
        "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "instant unsigned": (
        with_authorization(GOOD, ";x-amz-date", ""),
        "'x-amz-date' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "Date unsigned": (
        with_headers(GOOD, x_amz_date=None, date="Mon, 23 Nov 2026 08:00:00 GMT"),
        "'date' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "host unsigned": (
        with_authorization(GOOD, "host;", ""),
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("mode", ["open", "strict"])
def test_damage_is_an_invalid_signature(damage: str, mode: AuthMode) -> None:
    request, message = DAMAGES[damage]
    error = refusal(request, mode=mode)
    assert error.code == "InvalidSignatureException"
    assert error.message.startswith(message)


@pytest.mark.parametrize("name", [n for n in JS.headers if n != "authorization"])
def test_every_signed_header_counts(name: str) -> None:
    for changed in (JS.headers[name] + "x", "", f"x {JS.headers[name]}"):
        headers = {**JS.headers, name: changed}
        assert refusal(JS._replace(headers=headers)).code == "InvalidSignatureException"
    removed = {n: v for n, v in JS.headers.items() if n != name}
    error = refusal(JS._replace(headers=removed))
    assert error.code == "IncompleteSignatureException"
    if name != "x-amz-date":
        assert error.message == (
            f"'{name}' is named as a SignedHeader, but it does not exist in the HTTP request."
        )


@pytest.mark.parametrize(
    "names",
    [
        "host;content-type;x-amz-date;x-amz-target",
        "content-type;Host;host;x-amz-date;x-amz-target",
        "content-type;host;host;x-amz-date;x-amz-target",
        "authorization;content-type;host;x-amz-date;x-amz-target",
        "%s;host;x-amz-date;x-amz-target",
        ";host;x-amz-date;x-amz-target",
    ],
)
def test_disorder_in_signed_headers_is_incomplete(names: str) -> None:
    listed = "content-type;host;x-amz-date;x-amz-target"
    assert refusal(with_authorization(GOOD, listed, names)).code == "IncompleteSignatureException"


@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        (900, None),
        (-900, None),
        (
            901,
            "Signature expired: 20261123T080000Z is now earlier than 20261123T080001Z "
            "(20261123T081501Z - 15 min.)",
        ),
        (
            -901,
            "Signature not yet current: 20261123T080000Z is still later than 20261123T075959Z "
            "(20261123T074459Z + 15 min.)",
        ),
    ],
)
def test_skew_of_fifteen_minutes(seconds: int, message: str | None) -> None:
    wall_ms = NOW + seconds * 1000
    if message is None:
        assert authenticator().authenticate(GOOD, NAMES, wall_ms).key_id == KEY.id
    else:
        error = refusal(GOOD, wall_ms)
        assert (error.code, error.message) == ("InvalidSignatureException", message)


@pytest.mark.parametrize(
    "date",
    [
        *("", "x", "20261123 080000Z", "20261123T086100Z", "2026-11-23T08:00:00Z"),
        *("20261123T080000z", "20261123T080000Z\n", "2026W471T080000Z", "٢٠٢٦1123T080000Z"),
        *("20261123T08000\x00Z", "Mon, 99 Nov 2026 08:00:00", "1795420800"),
        "Mon, 23 Nov 99999999999 08:00:00 GMT",
    ],
)
def test_an_instant_that_is_none_is_refused(date: str) -> None:
    assert refusal(with_headers(GOOD, x_amz_date=date)).code == "InvalidSignatureException"


def test_order_of_refusal_malformed_then_key_then_scope_then_signature() -> None:
    """Each row repairs one fault and meets the next."""
    bad = with_authorization(GOOD, KEY.id, "AKIAUNKNOWN")
    bad = with_authorization(bad, "us-east-1", "eu-west-1")
    bad = with_authorization(bad, SERVICE, "sts")
    bad = with_headers(bad, x_amz_date="20261122T080000Z")
    rows = [
        (with_authorization(bad, "Signature=", "Sign="), "Authorization header requires 'Signatur"),
        (bad, "The security token included in the request is invalid."),
        (bad := with_authorization(bad, "AKIAUNKNOWN", KEY.id), "Credential should be scoped to c"),
        (bad := with_authorization(bad, "sts", SERVICE), "Credential should be scoped to a valid"),
        (bad := with_authorization(bad, "eu-west-1", "us-east-1"), "Date in Credential scope"),
        (bad := with_authorization(bad, "20261123", "20261122"), "Signature expired"),
        (with_headers(bad, x_amz_date="20261122T080000Z"), "Signature expired"),
    ]
    for request, message in rows:
        assert refusal(request).message.startswith(message)


# --- routing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("authorization", "service"),
    [
        (GOOD.headers["authorization"], SERVICE),
        (with_authorization(GOOD, ", ", ",").headers["authorization"], SERVICE),
        ("Bearer x", None),
        ("AWS4-HMAC-SHA256 Credential=a/b/c", None),
        ("AWS4-HMAC-SHA256 Credential=a/b/c//e", None),
        ("", None),
    ],
)
def test_signed_service_is_read_unchecked(authorization: str, service: str | None) -> None:
    assert signed_service(with_headers(GOOD, authorization=authorization)) == service
