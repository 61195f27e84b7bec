"""What is no Authorization header, and canonical forms against botocore's.

Whatever is sent, the answer is an identity or an ApiError.
"""

import hashlib
import hmac

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from cosell.auth.canonical import folded, path_of, query_of
from cosell.auth.sigv4 import Authenticator
from cosell.clock import parse_iso
from cosell.config import AUTH_MODES, Auth, AuthMode, Key
from cosell.errors import ApiError
from cosell.http import HttpRequest

SERVICE = "partnercentral-selling"
NAMES = frozenset({SERVICE})
NOW = parse_iso("2026-11-23T08:00:00Z")
KEY = Key(id="AKIAXYZDQCEN4B6JSJQI", secret="not/a+secret", account="111122223333")
SCOPE = f"20261123/us-east-1/{SERVICE}/aws4_request"
CREDENTIAL = f"Credential={KEY.id}/{SCOPE}"


def signed_by_hand(body: bytes) -> HttpRequest:
    """The smallest request that verifies, put together step by step as the specification says."""
    block = "host:localhost\nx-amz-date:20261123T080000Z\n\nhost;x-amz-date"
    canonical = f"POST\n/\n\n{block}\n{hashlib.sha256(body).hexdigest()}"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{KEY.secret}".encode()
    for part in (*SCOPE.split("/"), f"AWS4-HMAC-SHA256\n20261123T080000Z\n{SCOPE}\n{hashed}"):
        key = hmac.digest(key, part.encode(), "sha256")
    authorization = (
        f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=host;x-amz-date, Signature={key.hex()}"
    )
    headers = {"host": "localhost", "x-amz-date": "20261123T080000Z"}
    return HttpRequest("POST", "/", "", {**headers, "authorization": authorization}, body)


GOOD = signed_by_hand(b"{}")
SIGNATURE = GOOD.headers["authorization"][-64:]


def authenticator(mode: AuthMode) -> Authenticator:
    return Authenticator(Auth(mode=mode, keys=(KEY,)), b"t" * 32)


def authorized(authorization: str) -> HttpRequest:
    return GOOD._replace(headers={**GOOD.headers, "authorization": authorization})


def test_request_signed_by_hand_verifies() -> None:
    assert authenticator("strict").authenticate(GOOD, NAMES, NOW).key_id == KEY.id


GARBAGE = [
    "x",
    " ",
    "AWS4-HMAC-SHA256",
    "AWS4-HMAC-SHA256 ",
    "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x",
    "Basic dXNlcjpwYXNz",
    "AWS AKIDEXAMPLE:frJIUN8DYpKDtOLCwo",
    f"AWS4-ECDSA-P256-SHA256 {CREDENTIAL}, SignedHeaders=host, Signature=00",
    f"aws4-hmac-sha256 {CREDENTIAL}, SignedHeaders=host, Signature=00",
    "AWS4-HMAC-SHA256 Credential=, SignedHeaders=host, Signature=00",
    "AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=00",
    "AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f, SignedHeaders=host, Signature=00",
    f"AWS4-HMAC-SHA256 {CREDENTIAL},, SignedHeaders=host, Signature=00",
    f"AWS4-HMAC-SHA256 {CREDENTIAL}, {CREDENTIAL}, SignedHeaders=host, Signature=00",
    f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=host, Signature=00, Signature={'0' * 64}",
    f"AWS4-HMAC-SHA256 {CREDENTIAL} SignedHeaders=host Signature={'0' * 64}",
    f"AWS4-HMAC-SHA256 {CREDENTIAL}\n, SignedHeaders=host, Signature=00",
    f"AWS4-HMAC-SHA256 Credential=é/1/2/{SERVICE}/aws4_request, SignedHeaders=host, Signature=0",
    f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders={'a;' * 5000}host, Signature=00",
]


@pytest.mark.parametrize("authorization", GARBAGE)
@pytest.mark.parametrize("mode", AUTH_MODES)
def test_garbage_is_incomplete_in_every_mode(authorization: str, mode: AuthMode) -> None:
    with pytest.raises(ApiError) as caught:
        authenticator(mode).authenticate(authorized(authorization), NAMES, NOW)
    assert caught.value.code == "IncompleteSignatureException"
    assert "dXNlcjpw" not in caught.value.message  # what we cannot read may be a secret


def test_missing_parameters_are_listed_as_aws_lists_them() -> None:
    request = GOOD._replace(headers={"authorization": "AWS4-HMAC-SHA256 a=b"})
    with pytest.raises(ApiError) as caught:
        authenticator("strict").authenticate(request, NAMES, NOW)
    assert caught.value.message.startswith(
        "Authorization header requires 'Credential' parameter. Authorization header requires "
        "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
        "(Hashed with SHA-256 and encoded with Base64) Authorization="
    )


def test_presigned_query_counts_as_no_authentication_in_strict_mode() -> None:
    query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={SIGNATURE}"
    with pytest.raises(ApiError, match="Missing Authentication Token") as caught:
        authenticator("strict").authenticate(
            HttpRequest("POST", "/", query, {"host": "localhost"}, b""), NAMES, NOW
        )
    assert caught.value.code == "MissingAuthenticationTokenException"


PIECES = (
    *("AWS4-HMAC-SHA256", "Credential=", "SignedHeaders=", "Signature=", SIGNATURE, KEY.id, "/"),
    *("20261123", "us-east-1", SERVICE, "aws4_request", "host", ";", "x-amz-date", ",", " ", "="),
    *(", ", CREDENTIAL, f"{CREDENTIAL}, SignedHeaders=", "host;x-amz-date", "\ud800", "%s", "é"),
)
ALMOST = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
WARM: dict[AuthMode, Authenticator] = {
    "open": authenticator("open"),
    "strict": authenticator("strict"),
}


@given(st.one_of(st.text(min_size=1, max_size=300), ALMOST), st.sampled_from(["open", "strict"]))
def test_any_authorization_is_an_identity_or_an_api_error(text: str, mode: AuthMode) -> None:
    for auth in (authenticator(mode), WARM[mode]):
        try:
            caller = auth.authenticate(authorized(text), NAMES, NOW)
        except ApiError:
            continue
        assert mode == "open" or SIGNATURE in text
        assert SIGNATURE in text or caller.key_id != KEY.id


HEADERS = st.dictionaries(
    st.sampled_from(["host", "x-amz-date", "date", "x-amz-target", "x-amz-security-token"])
    | st.just("x-amz-content-sha256"),
    st.text(max_size=40),
    min_size=1,
)


@given(HEADERS, st.text(max_size=20), st.text(max_size=20), st.binary())
def test_any_request_is_an_identity_or_an_api_error(
    changes: dict[str, str], path: str, query: str, body: bytes
) -> None:
    headers = {**GOOD.headers, **changes}
    for auth in WARM.values():
        auth.authenticate(GOOD, NAMES, NOW)
        for request in (
            HttpRequest("POST", path, query, headers, body),
            GOOD._replace(path=path, query=query),
            GOOD._replace(headers=headers),
        ):
            try:
                auth.authenticate(request, NAMES, NOW)
            except ApiError:
                continue
            kept = {name: folded(request.headers.get(name, "")) for name in ("host", "x-amz-date")}
            assert kept == {"host": "localhost", "x-amz-date": "20261123T080000Z"}
            assert request.body == GOOD.body


# --- canonical forms against botocore's -----------------------------------------------------------

BOTOCORE = SigV4Auth(Credentials("a", "b"), "c", "d")
PATHS = st.text("ab/.%20~_é-", max_size=12)


@given(PATHS)
def test_path_is_botocores(path: str) -> None:
    assert path_of(path) == BOTOCORE._normalize_url_path(path)


@given(st.text("ab=&%1", min_size=1, max_size=12))
def test_query_is_botocores(query: str) -> None:
    request = AWSRequest("GET", f"http://localhost/?{query}")
    assert query_of(query) == BOTOCORE.canonical_query_string(request)


@given(st.text(" \tab", max_size=12))
def test_folding_is_botocores(value: str) -> None:
    assert folded(value) == BOTOCORE._header_value(value)
