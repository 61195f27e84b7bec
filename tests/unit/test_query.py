"""Query forms and XML, and the token service through botocore's own serializer and parser."""

from xml.etree import ElementTree

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from cosell import errors
from cosell.auth import Identity
from cosell.auth.sigv4 import Authenticator
from cosell.clock import parse_iso, wall_ms
from cosell.config import Auth, AuthMode, Key
from cosell.errors import ApiError
from cosell.http import HttpRequest, HttpResponse
from cosell.sts.operations import find_operation
from cosell.wire.query import decode, encode, encode_error

KEY = Key(id="AKIAXYZDQCEN4B6JSJQI", secret="not/a+secret", account="111122223333")
ROLE = "arn:aws:iam::111122223333:role/team/Seller"
STS = frozenset({"sts"})
NOW = parse_iso("2026-11-23T08:00:00.700Z")
MODEL = botocore.session.Session().get_service_model("sts")


def authenticator(mode: AuthMode = "strict") -> Authenticator:
    return Authenticator(Auth(mode=mode, keys=(KEY,)), b"t" * 32)


# --- forms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "operation", "document"),
    [
        (b"Action=GetCallerIdentity&Version=2011-06-15", "GetCallerIdentity", {}),
        (b"Action=A&X=1&Y=", "A", {"X": "1", "Y": ""}),
        (b"Action=A&X=a%20b+c%26&Z=%C3%A9", "A", {"X": "a b c&", "Z": "é"}),
        (
            b"Action=A&T.member.2.Key=b&T.member.1.Key=a&T.member.10.Key=c",
            "A",
            {"T": [{"Key": "a"}, {"Key": "b"}, {"Key": "c"}]},
        ),
        (b"Action=A&K.member.1=x&K.member.2=y", "A", {"K": ["x", "y"]}),
        (b"Action=A&S.member=x", "A", {"S": {"member": "x"}}),
        (b"", "", {}),
    ],
)
def test_form_is_a_document(body: bytes, operation: str, document: object) -> None:
    assert decode(body) == (operation, document)


@pytest.mark.parametrize(
    "body",
    [
        b"Action=A&X=\xff",
        b"Action=A&X=%ff",
        b"Action=A&X=1&X=2",
        b"Action=A&X=1&X.Y=2",
        b"Action=A&X.Y=2&X=1",
        b"Action=A&X..Y=2",
        b"Action=A&" + b"X." * 20 + b"Y=1",
        b"Action=A&X.member.0=1",
        b"Action=A&X.member.one=1",
        b"Action=A&X.member.1.member.1=1",
        b"Action.member.1=A",
        b"&".join(b"X%d=1" % n for n in range(1001)),
    ],
)
def test_form_that_cannot_be_read_is_malformed(body: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        decode(body)
    assert b"<Code>MalformedInput</Code>" in encode_error(caught.value, "r").body


@given(st.binary(max_size=200) | st.text("AX.=&%1member", max_size=60).map(str.encode))
def test_any_body_is_a_document_or_an_api_error(body: bytes) -> None:
    try:
        operation, document = decode(body)
    except errors.SerializationException:
        return
    assert isinstance(operation, str)
    assert "Action" not in document


# --- XML -----------------------------------------------------------------------------------------


def test_answer_is_xml_of_the_query_protocol() -> None:
    answer = encode("Do", {"B": {"C": 1, "D": None}, "L": ["x", True], "A": "<&>\r\x00\ud800"}, "r")
    assert answer.status == 200
    assert dict(answer.headers) == {"Content-Type": "text/xml", "x-amzn-RequestId": "r"}
    assert answer.body.decode() == (
        '<DoResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><DoResult><B><C>1</C></B>'
        "<L><member>x</member><member>true</member></L><A>&lt;&amp;&gt;&#13;\ufffd\ufffd</A>"
        "</DoResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DoResponse>"
    )


@given(st.text())
def test_any_text_is_well_formed_xml(text: str) -> None:
    ElementTree.fromstring(encode("Do", {"A": text}, text).body)
    ElementTree.fromstring(encode_error(errors.ValidationException(text), "r").body)


@pytest.mark.parametrize(
    ("error", "status", "fault", "code"),
    [
        (errors.UnrecognizedClientException(), 403, "Sender", "InvalidClientTokenId"),
        (errors.InvalidSignatureException("x"), 403, "Sender", "SignatureDoesNotMatch"),
        (errors.ExpiredTokenException(), 403, "Sender", "ExpiredToken"),
        (errors.MissingAuthenticationTokenException(), 403, "Sender", "MissingAuthenticationToken"),
        (errors.IncompleteSignatureException("x"), 400, "Sender", "IncompleteSignature"),
        (errors.ValidationException("x"), 400, "Sender", "ValidationError"),
        (errors.UnknownOperationException("x"), 400, "Sender", "InvalidAction"),
        (errors.AccessDeniedException("x"), 403, "Sender", "AccessDenied"),
        (errors.InternalServerException(), 500, "Receiver", "InternalFailure"),
        (errors.NotBuilt("x"), 501, "Receiver", "NotImplemented"),
        (errors.ForbiddenOriginException("x"), 403, "Sender", "ForbiddenOriginException"),
    ],
)
def test_errors_have_the_query_protocols_codes(
    error: ApiError, status: int, fault: str, code: str
) -> None:
    answer = encode_error(error, "r")
    root = ElementTree.fromstring(answer.body)
    ns = {"a": "https://sts.amazonaws.com/doc/2011-06-15/"}
    told = {tag: root.findtext(f"a:Error/a:{tag}", None, ns) for tag in ("Type", "Code", "Message")}
    assert answer.status == status
    assert told == {"Type": fault, "Code": code, "Message": error.message}


# --- the token service ---------------------------------------------------------------------------


def call(auth: Authenticator, operation: str, who: Credentials, **members: object) -> object:
    """One call as botocore makes it, over the bytes that would be on the wire."""
    shape = MODEL.operation_model(operation)
    wanted = create_serializer("query").serialize_to_request(members, shape)
    request = AWSRequest(
        "POST", "http://localhost:2673/", headers=wanted["headers"], data=wanted["body"]
    )
    request = AWSRequest(
        "POST", request.url, headers=wanted["headers"], data=request.prepare().body
    )
    SigV4Auth(who, "sts", "eu-west-1").add_auth(request)
    headers = {"host": "localhost:2673", **{n.lower(): v for n, v in request.headers.items()}}
    body = request.body if isinstance(request.body, bytes) else request.body.encode()
    answer = served(auth, HttpRequest("POST", "/", "", headers, body))
    parsed = {"status_code": answer.status, "headers": dict(answer.headers), "body": answer.body}
    return create_parser("query").parse(parsed, shape.output_shape)


def served(auth: Authenticator, request: HttpRequest) -> HttpResponse:
    now = wall_ms()
    try:
        caller = auth.authenticate(request, STS, now, any_region=True)
        operation, document = decode(request.body)
        result = find_operation(operation)(document, caller, auth.directory, now)
    except ApiError as error:
        return encode_error(error, "r")
    return encode(operation, result, "r")


@pytest.mark.parametrize("mode", ["open", "strict"])
def test_assumed_role_signs_and_is_who_it_says(mode: AuthMode) -> None:
    auth = authenticator(mode)
    own = Credentials(KEY.id, KEY.secret)
    me = call(auth, "GetCallerIdentity", own)
    assert isinstance(me, dict)
    assert me["Arn"] == "arn:aws:iam::111122223333:user/partner"
    assert me["Account"] == "111122223333"
    assert me["UserId"].startswith("AIDA")
    given_ = call(
        auth,
        "AssumeRole",
        own,
        RoleArn=ROLE,
        RoleSessionName="nightly",
        ExternalId="abc/123",
        DurationSeconds=900,
        Tags=[{"Key": "team", "Value": "a"}],
        SourceIdentity="alice",
    )
    assert isinstance(given_, dict)
    arn = "arn:aws:sts::111122223333:assumed-role/Seller/nightly"
    assert given_["AssumedRoleUser"]["Arn"] == arn
    assert given_["AssumedRoleUser"]["AssumedRoleId"].startswith("AROA")
    assert given_["SourceIdentity"] == "alice"
    session = given_["Credentials"]
    assert session["AccessKeyId"].startswith("ASIA")
    assert 895 <= session["Expiration"].timestamp() - wall_ms() / 1000 <= 900
    signer = Credentials(
        session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
    )
    for process in (auth, authenticator(mode)):
        again = call(process, "GetCallerIdentity", signer)
        assert isinstance(again, dict)
        assert (again["Arn"], again["Account"]) == (arn, "111122223333")
        assert again["UserId"] == given_["AssumedRoleUser"]["AssumedRoleId"]


def test_refusals_reach_botocore_under_their_codes() -> None:
    auth = authenticator()
    rows = [
        ("GetCallerIdentity", Credentials("AKIAOTHER", "x"), {}, "InvalidClientTokenId"),
        ("GetCallerIdentity", Credentials(KEY.id, "x"), {}, "SignatureDoesNotMatch"),
        ("GetSessionToken", Credentials(KEY.id, KEY.secret), {}, "InvalidAction"),
        (
            "AssumeRole",
            Credentials(KEY.id, KEY.secret),
            {"RoleArn": ROLE.replace("1111", "9999"), "RoleSessionName": "ab"},
            "AccessDenied",
        ),
        (
            "AssumeRole",
            Credentials(KEY.id, KEY.secret),
            {"RoleArn": ROLE, "RoleSessionName": "ab", "Policy": "{}"},
            "NotImplemented",
        ),
    ]
    for operation, who, members, code in rows:
        answer = call(auth, operation, who, **members)
        assert isinstance(answer, dict)
        assert answer["Error"]["Code"] == code


ME = Identity("111122223333", "arn:aws:iam::111122223333:user/partner", KEY.id, "AIDA")


def assume(caller: Identity = ME, **changes: object) -> dict[str, object]:
    document = {"RoleArn": ROLE, "RoleSessionName": "nightly", **changes}
    sent = {name: value for name, value in document.items() if value is not None}
    return find_operation("AssumeRole")(sent, caller, authenticator("open").directory, NOW)


def test_session_ends_on_the_second_that_the_answer_tells() -> None:
    found = assume(RoleArn="arn:aws:iam::444455556666:role/x")["Credentials"]
    assert isinstance(found, dict)
    assert found["Expiration"] == "2026-11-23T09:00:00Z"
    session = authenticator("open").directory.find(found["AccessKeyId"], found["SessionToken"])
    assert session is not None
    assert session.identity.session is not None
    assert session.identity.session.expires_at == parse_iso("2026-11-23T09:00:00Z")
    assert session.identity.account == "444455556666"


VALUE = "1 validation error detected: Value "
UNMET = "failed to satisfy constraint: Member must"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"RoleArn": None}, f"{VALUE}null at 'roleArn' {UNMET} not be null"),
        ({"RoleSessionName": None}, f"{VALUE}null at 'roleSessionName' {UNMET} not be null"),
        (
            {"RoleSessionName": "a:b"},
            f"{VALUE}'a:b' at 'roleSessionName' {UNMET} satisfy regular expression pattern: "
            r"[\w+=,.@-]*",
        ),
        (
            {"RoleSessionName": "a" * 65},
            f"{VALUE}'{'a' * 65}' at 'roleSessionName' {UNMET} have length less than or equal to "
            "64",
        ),
        (
            {"RoleArn": "arn", "RoleSessionName": "a"},
            f"2 validation errors detected: Value 'arn' at 'roleArn' {UNMET} have length greater "
            f"than or equal to 20; Value 'a' at 'roleSessionName' {UNMET} have length greater than "
            "or equal to 2",
        ),
        ({"RoleArn": "arn:aws:iam::1:role/x12345"}, "arn:aws:iam::1:role/x12345 is invalid"),
        (
            {"RoleArn": "arn:aws:iam::111122223333:user/x"},
            "arn:aws:iam::111122223333:user/x is invalid",
        ),
        (
            {"DurationSeconds": "899"},
            f"{VALUE}'899' at 'durationSeconds' {UNMET} have value greater than or equal to 900",
        ),
        (
            {"DurationSeconds": "43201"},
            f"{VALUE}'43201' at 'durationSeconds' {UNMET} have value less than or equal to 43200",
        ),
        (
            {"ExternalId": "a b"},
            f"{VALUE}'a b' at 'externalId' {UNMET} satisfy regular expression pattern: "
            r"[\w+=,.@:\/-]*",
        ),
        ({"DurationSeconds": "soon"}, "DurationSeconds must be a whole number."),
        ({"RoleArn": ["x"]}, "RoleArn must be a single value."),
    ],
)
def test_assume_role_members_are_checked_in_awss_words(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ApiError) as caught:
        assume(ME, **changes)
    assert caught.value.message == message


def test_chained_role_lasts_an_hour_at_most() -> None:
    auth = authenticator("open")
    first = assume()["Credentials"]
    assert isinstance(first, dict)
    found = auth.directory.find(first["AccessKeyId"], first["SessionToken"])
    assert found is not None
    chained = assume(found.identity, DurationSeconds="3600")["Credentials"]
    assert isinstance(chained, dict)
    second = auth.directory.find(chained["AccessKeyId"], chained["SessionToken"])
    assert second is not None
    assert second.identity.session is not None
    assert second.identity.session.source_key_id == KEY.id
    with pytest.raises(ApiError, match="exceeds the 1 hour session limit"):
        assume(found.identity, DurationSeconds="3601")


def test_unknown_operation_is_told_with_its_version() -> None:
    with pytest.raises(ApiError, match="Could not find operation X for version 2011-06-15"):
        find_operation("X")
