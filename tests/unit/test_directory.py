"""Who a key speaks for: configured keys, sessions, strangers in open mode; and namespaces."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from unittest.mock import patch

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from cosell.auth import Credential, Identity
from cosell.auth.key_ids import account_of, make_id
from cosell.auth.sessions import Grant
from cosell.auth.sigv4 import Authenticator
from cosell.clock import parse_iso
from cosell.config import Auth, AuthMode, Key
from cosell.errors import ApiError
from cosell.http import HttpRequest

SERVICE = "partnercentral-selling"
NAMES = frozenset({SERVICE})
AT = "2026-11-23T08:00:00+00:00"
NOW = parse_iso(AT)
TOKEN = "x-amz-security-token"
KEY = Key(id="AKIAXYZDQCEN4B6JSJQI", secret="not/a+secret", account="111122223333")


def signed(key_id: str, secret: str, token: str | None = None) -> HttpRequest:
    request = AWSRequest("POST", "http://localhost:2673/", headers={}, data=b"{}")
    with patch("botocore.auth.get_current_datetime", lambda *_, **__: datetime.fromisoformat(AT)):
        SigV4Auth(Credentials(key_id, secret, token), SERVICE, "us-east-1").add_auth(request)
    sent = {name.lower(): value for name, value in request.headers.items()}
    return HttpRequest("POST", "/", "", {"host": "localhost:2673", **sent}, b"{}")


def with_headers(request: HttpRequest, changes: Mapping[str, str | None]) -> HttpRequest:
    headers = {**request.headers, **changes}
    return request._replace(headers={n: v for n, v in headers.items() if v is not None})


def authenticator(mode: AuthMode = "strict", *keys: Key) -> Authenticator:
    return Authenticator(Auth(mode=mode, keys=keys or (KEY,)), b"t" * 32)


def refused(request: HttpRequest, auth: Authenticator) -> ApiError:
    with pytest.raises(ApiError) as caught:
        auth.authenticate(request, NAMES, NOW)
    return caught.value


# --- accounts in key ids -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key_id", "account"),
    [
        ("ASIAY34FZKBOKMUTVV7A", "609629065308"),
        ("ASIAVJ2E6QGR2WZILJFM", "364679954851"),
        ("AKIASP2TPHJSQH3FJXYZ", "171436882533"),
        ("ASIAQAAAAAAAGMKEM7X5", "000000000000"),
        ("AKIAIOSFODNN7EXAMPLE", None),  # of the old form
        ("AKIA7777777777777777", None),  # more than twelve digits
        ("AKIAY34FZKBOKMUTVV7", None),
        ("AKIAY34FZKBOKMUTVV71", None),
        ("AROAY34FZKBOKMUTVV7A", None),
        ("test", None),
        ("", None),
    ],
)
def test_account_of_a_key_id(key_id: str, account: str | None) -> None:
    assert account_of(key_id) == account


@given(st.integers(0, 10**12 - 1), st.binary(min_size=32, max_size=32))
def test_made_ids_carry_their_account(number: int, entropy: bytes) -> None:
    account = f"{number:012d}"
    assert account_of(make_id("ASIA", account, entropy)) == account
    assert len(make_id("AROA", account, entropy)) == 21


# --- what identities are and may ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("namespaces", "namespace", "may"),
    [
        (None, "anything", True),
        (("default",), "default", True),
        (("default",), "team-a", False),
        (("default", "team-a-*"), "team-a-1", True),
        (("team-a-*",), "team-a", False),
        (("*",), "x", True),
        (("team-[ab]",), "team-b", True),
        (("team-?",), "TEAM-A", False),
        ((), "default", False),
    ],
)
def test_namespaces_are_names_or_patterns(
    namespaces: tuple[str, ...] | None, namespace: str, may: bool
) -> None:
    assert Identity("1", "a", "k", "u", namespaces).may_use(namespace) is may


def test_secrets_are_in_no_representation() -> None:
    shown = repr((KEY, Credential(Identity("1", "a", "k", "u"), "hidden", "hidden")))
    assert "hidden" not in shown
    assert KEY.secret not in shown


@pytest.mark.parametrize(
    ("principal", "arn", "user_id"),
    [
        ("user/alice", "arn:aws:iam::111122223333:user/alice", "AIDA"),
        ("arn:aws:iam::111122223333:user/ops/bo", "arn:aws:iam::111122223333:user/ops/bo", "AIDA"),
        ("root", "arn:aws:iam::111122223333:root", "111122223333"),
    ],
)
def test_configured_key_speaks_for_its_principal(principal: str, arn: str, user_id: str) -> None:
    key = replace(KEY, principal=principal, namespaces=("team-*",))
    caller = authenticator("strict", key).authenticate(signed(key.id, key.secret), NAMES, NOW)
    assert (caller.arn, caller.namespaces) == (arn, ("team-*",))
    assert caller.user_id.startswith(user_id)


# --- open and soft mode --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key_id", "account"),
    [
        ("444455556666", "444455556666"),
        ("ASIAY34FZKBOKMUTVV7A", "609629065308"),
        ("test", "111122223333"),
        ("AKIAIOSFODNN7EXAMPLE", "111122223333"),  # of the old form, which carries no account
    ],
)
def test_open_mode_reads_a_strangers_credential_only(key_id: str, account: str) -> None:
    auth = authenticator("open")
    request = with_headers(signed(key_id, "whatever", "AWS's own"), {"x-amz-date": "long ago"})
    for body in (b"", b"anything"):
        caller = auth.authenticate(request._replace(body=body), NAMES, NOW)
        assert (caller.account, caller.key_id) == (account, key_id)
        assert caller.arn == f"arn:aws:iam::{account}:user/partner"
        assert caller.may_use("anything")
    short = f"AWS4-HMAC-SHA256 Credential={key_id}/1/2/3/4"
    bare = HttpRequest("POST", "/", "", {"authorization": short}, b"")
    assert auth.authenticate(bare, NAMES, NOW).account == account


def test_open_mode_without_authorization_is_the_default_account(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    auth = authenticator("open")
    for _ in range(3):
        caller = auth.authenticate(HttpRequest("POST", "/", "", {}, b""), NAMES, NOW)
    assert (caller.account, caller.key_id) == ("111122223333", "")
    assert caplog.messages == ["No credentials: the default account 111122223333 answers."]


def test_many_strangers_are_told_of_in_bounded_memory(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    directory = authenticator("open").directory
    for number in range(1030):
        directory.stranger(f"key-{number}")
    assert len(caplog.messages) == 1030
    assert len(directory._told) <= 1024


def test_soft_mode_tells_once_what_strict_would_refuse(caplog: pytest.LogCaptureFixture) -> None:
    auth = authenticator("soft")
    stranger = signed("444455556666", "x")
    for request in (stranger, stranger, with_headers(stranger, {"authorization": None})):
        auth.authenticate(request, NAMES, NOW)
    assert [m for m in caplog.messages if "Strict" in m] == [
        "Strict mode would refuse the access key id '444455556666': UnrecognizedClientException: "
        "The security token included in the request is invalid.",
        "Strict mode would refuse a request without credentials: "
        "MissingAuthenticationTokenException: Missing Authentication Token",
    ]


# --- sessions ------------------------------------------------------------------------------------


def session_of(
    auth: Authenticator, *, strict: bool = True, source: str = KEY.id
) -> tuple[str, str, str]:
    grant = Grant(
        role_arn="arn:aws:iam::444455556666:role/team/Seller",
        name="nightly",
        issued_at=NOW,
        expires_at=NOW + 900_000,
        source_key_id=source,
        strict=strict,
    )
    found = auth.directory.sessions.issue(grant)
    return found.identity.key_id, found.secret, found.token


@pytest.mark.parametrize("mode", ["open", "strict"])
def test_session_is_known_to_every_process_until_it_is_over(mode: AuthMode) -> None:
    request = signed(*session_of(authenticator(mode)))
    other = authenticator(mode)
    for _ in range(2):
        caller = other.authenticate(request, NAMES, NOW)
        assert caller.arn == "arn:aws:sts::444455556666:assumed-role/Seller/nightly"
        assert caller.account == "444455556666"
        assert caller.namespaces == (("default",) if mode == "strict" else None)
    for each in (other, authenticator(mode)):
        each.authenticate(request, NAMES, NOW + 899_999)
        with pytest.raises(ApiError) as caught:
            each.authenticate(request, NAMES, NOW + 900_000)
        assert caught.value.code == "ExpiredTokenException"


def with_token(request: HttpRequest, token: str | None) -> HttpRequest:
    return with_headers(request, {TOKEN: token})


def of_another_key(request: HttpRequest) -> HttpRequest:
    authorization = request.headers["authorization"].replace("Credential=ASIA", "Credential=AKIA")
    return with_headers(request, {"authorization": authorization})


SESSION_DAMAGES: dict[str, Callable[[HttpRequest], HttpRequest]] = {
    "no token": lambda r: with_token(r, None),
    "token cut": lambda r: with_token(r, r.headers[TOKEN][:-4]),
    "token flipped": lambda r: with_token(r, f"{r.headers[TOKEN][:20]}AAAA{r.headers[TOKEN][24:]}"),
    "token without content": lambda r: with_token(r, "cosell1."),
    "token not base64": lambda r: with_token(r, "cosell1.A"),
    "token not ASCII": lambda r: with_token(r, "cosell1.é"),
    "another key id": of_another_key,
    "a key of its own": lambda r: with_token(signed(KEY.id, KEY.secret), r.headers[TOKEN]),
}


@pytest.mark.parametrize("damage", SESSION_DAMAGES)
def test_damaged_session_is_an_unrecognized_client(damage: str) -> None:
    auth = authenticator()
    request = signed(*session_of(auth))
    auth.authenticate(request, NAMES, NOW)
    error = refused(SESSION_DAMAGES[damage](request), auth)
    assert error.code == "UnrecognizedClientException"


def test_session_needs_its_token_signed_and_its_own_secret() -> None:
    auth = authenticator()
    key_id, secret, token = session_of(auth)
    unsigned = with_token(signed(key_id, secret), token)
    told = refused(unsigned, auth).message
    assert told == "'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization."
    wrong = refused(signed(key_id, "another", token), auth)
    assert wrong.code == "InvalidSignatureException"


def test_open_mode_overlooks_a_left_over_token_of_a_configured_key() -> None:
    request = signed(KEY.id, KEY.secret, "left over")
    assert authenticator("open").authenticate(request, NAMES, NOW).key_id == KEY.id


def test_strict_mode_takes_no_session_of_an_open_server_or_of_a_key_that_is_gone() -> None:
    auth = authenticator()
    for who in (session_of(auth, strict=False), session_of(auth, source="AKIAGONE")):
        assert refused(signed(*who), auth).code == "UnrecognizedClientException"


def test_session_under_another_token_key_is_a_stranger() -> None:
    other = Authenticator(Auth(mode="open"), b"another database")
    request = signed(*session_of(authenticator("open")))
    caller = other.authenticate(request, NAMES, NOW)
    assert (caller.account, caller.session) == ("444455556666", None)
