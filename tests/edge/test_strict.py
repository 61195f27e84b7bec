"""A strict server: who is let in, to which namespaces, with which words everybody else is refused.

boto3 signs where it can; botocore's signer at other instants and for other scopes where it cannot.
"""

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cosell.auth.sessions import Grant, Sessions
from cosell.clock import wall_ms
from tests.databases import Database
from tests.edge.keys import ALPHA, BETA
from tests.edge.wires import LIST, Request, Signer, targeted
from tests.harness import ACCOUNT, OTHER, Refused, Reply, Server, World, answered, client
from tests.refusal import Refusal, refusal

ROLE = f"arn:aws:iam::{ACCOUNT}:role/CoSellRole"
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details."
)


def partner(server: Server, signer: Signer = ALPHA, namespace: str = "default", **more: Any) -> Any:
    """A boto3 client with a signer's credentials."""
    return client(
        f"{server.url}/ns/{namespace}",
        key=signer.key,
        secret=signer.secret,
        aws_session_token=signer.token,
        **more,
    )


def refused(made: Any) -> Refusal:
    return refusal(made.list_engagement_by_accepting_invitation_tasks, Catalog="Sandbox")


def listed(made: Any) -> list[Any]:
    found = made.list_engagement_by_accepting_invitation_tasks(Catalog="Sandbox")
    return list(found["TaskSummaries"])


def desk(server: Server, signer: Signer | None, namespace: str, operation: str, **body: Any) -> Any:
    request = targeted(server.port, operation, body, namespace)
    request.path = f"/ns/{namespace}/_cosell/{operation}"
    request.headers = {"Content-Type": "application/json"}
    if signer:
        request.signer = dataclasses.replace(signer, service="cosell")
    return answered(request.send())


def post(server: Server, signer: Signer | None, namespace: str = "default") -> Reply:
    request = targeted(server.port, LIST, {"Catalog": "Sandbox"}, namespace)
    return dataclasses.replace(request, signer=signer).send()


def test_a_known_key_is_let_in_as_its_account(strict: Server) -> None:
    assert listed(partner(strict)) == []
    told = partner(strict, service="sts").get_caller_identity()
    assert told["Account"] == ACCOUNT
    assert told["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/alpha"
    assert told["UserId"].startswith("AIDA")


def test_a_wrong_secret_is_refused(strict: Server) -> None:
    met = refused(partner(strict, dataclasses.replace(ALPHA, secret="guessed")))
    assert (met.code, met.status, met.message) == ("InvalidSignatureException", 400, MISMATCH)


@pytest.mark.parametrize("key", ["AKIANOBODY", ACCOUNT, ALPHA.key.lower(), "a"])
def test_an_unknown_key_is_refused(strict: Server, key: str) -> None:
    met = refused(partner(strict, dataclasses.replace(ALPHA, key=key)))
    assert (met.code, met.status) == ("UnrecognizedClientException", 400)
    assert met.message == "The security token included in the request is invalid."


def test_no_signature_is_refused(strict: Server) -> None:
    reply = post(strict, None)
    assert (reply.status, reply.document) == (
        400,
        {
            "__type": "MissingAuthenticationTokenException",
            "Message": "Missing Authentication Token",
        },
    )


@pytest.mark.parametrize(
    ("authorization", "told"),
    [
        ("AWS4-HMAC-SHA256 Credential=AKIAALPHA", "exactly 5 slash-delimited elements"),
        (
            "AWS4-HMAC-SHA256 Credential=AKIAALPHA/20261123/us-east-1/sts/aws4_request",
            "requires 'Signature' parameter. Authorization header requires 'SignedHeaders'",
        ),
        ("AWS4-HMAC-SHA256", "missing equal-sign"),
        ("Bearer abc", "missing equal-sign"),
        ("AWS4-HMAC-SHA256 " + "a=b, " * 3000, "longer than 8192"),
    ],
)
def test_half_a_signature_is_refused(strict: Server, authorization: str, told: str) -> None:
    request = targeted(strict.port, LIST, {"Catalog": "Sandbox"})
    request.headers["Authorization"] = authorization
    reply = request.send()
    assert reply.status == 400
    assert reply.document["__type"] == "IncompleteSignatureException"
    assert told in reply.document["Message"]


def test_a_token_that_is_not_ours_is_refused(strict: Server) -> None:
    met = refused(partner(strict, dataclasses.replace(ALPHA, token="FwoGZXIvYXdzEBY")))
    assert (met.code, met.status) == ("UnrecognizedClientException", 400)


SKEWS = [(-901, "Signature expired: "), (901, "Signature not yet current: ")]


@pytest.mark.parametrize("skew_s", [-840, 0, 840])
def test_a_clock_that_is_little_off_is_let_in(strict: Server, skew_s: int) -> None:
    at = datetime.now(UTC) + timedelta(seconds=skew_s)
    assert post(strict, dataclasses.replace(ALPHA, at=at)).status == 200


@pytest.mark.parametrize(("skew_s", "told"), SKEWS)
def test_a_clock_that_is_far_off_is_refused(strict: Server, skew_s: int, told: str) -> None:
    at = datetime.now(UTC) + timedelta(seconds=skew_s + (skew_s > 0) * 60)
    reply = post(strict, dataclasses.replace(ALPHA, at=at))
    assert reply.document["__type"] == "InvalidSignatureException"
    stamp = r"\d{8}T\d{6}Z"
    words = r"is (now earlier|still later) than"
    form = rf"{told}{stamp} {words} {stamp} \({stamp} [-+] 15 min\.\)"
    assert re.fullmatch(form, reply.document["Message"])


def test_a_scope_of_another_region_is_refused(strict: Server) -> None:
    reply = post(strict, dataclasses.replace(ALPHA, region="eu-west-1"))
    assert reply.document["__type"] == "InvalidSignatureException"
    assert reply.document["Message"] == "Credential should be scoped to a valid region."


@pytest.mark.parametrize("service", ["s3", "partnercentral", "cosell", "sts", ""])
def test_a_scope_of_another_service_is_refused(strict: Server, service: str) -> None:
    reply = post(strict, dataclasses.replace(ALPHA, service=service))
    assert reply.document["__type"] == "InvalidSignatureException"
    assert reply.document["Message"] == (
        "Credential should be scoped to correct service: 'partnercentral-selling'."
    )


def test_a_signature_of_another_request_is_refused(strict: Server) -> None:
    """Body, path and target are signed; so is a header that the client chose to sign."""
    request = targeted(strict.port, LIST, {"Catalog": "Sandbox"})
    request.headers |= ALPHA.headers(
        "POST", f"http://127.0.0.1:{strict.port}{request.path}", request.body, request.headers
    )
    assert request.send().status == 200
    body = dataclasses.replace(request, body=b'{"Catalog":"AWS"}    ')
    path = dataclasses.replace(request, path="/ns/team-a-one/")
    headers = request.headers | {"X-Amz-Target": "AWSPartnerCentralSelling.ListOpportunities"}
    target = dataclasses.replace(request, headers=headers)
    for changed in (body, path, target):
        reply = changed.send()
        assert (reply.status, reply.document["Message"]) == (400, MISMATCH)


# --- namespaces ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signer", "namespace"),
    [(ALPHA, "default"), (ALPHA, "team-a-1"), (BETA, "team-a-1"), (BETA, "team-b-x")],
)
def test_a_key_reaches_its_namespaces(strict: Server, signer: Signer, namespace: str) -> None:
    assert listed(partner(strict, signer, namespace)) == []


@pytest.mark.parametrize(
    ("signer", "namespace"),
    [(ALPHA, "team-b-1"), (ALPHA, "team-a"), (BETA, "default"), (BETA, "team-ab-1")],
)
def test_a_key_reaches_no_other_namespace(strict: Server, signer: Signer, namespace: str) -> None:
    met = refused(partner(strict, signer, namespace))
    assert (met.code, met.status) == ("UnknownNamespaceException", 404)
    assert met.message == f"There is no namespace {namespace!r} for this access key."
    with pytest.raises(Refused) as caught:
        desk(strict, signer, namespace, "ReferOpportunity", Catalog="AWS", ReceiverAccountId=OTHER)
    assert caught.value.code == "UnknownNamespaceException"


def test_a_namespace_that_was_refused_is_not_made(strict: Server) -> None:
    """Beta may use the one that alpha was refused: nothing is in it, its clock is still free."""
    with pytest.raises(Refused):
        desk(strict, ALPHA, "team-c-new", "PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    clock = desk(strict, BETA, "team-c-new", "GetClock")
    assert clock["Frozen"] is False
    put = desk(strict, BETA, "team-c-new", "PutClock", Time="2020-01-01T00:00:00Z", Frozen=True)
    assert put["Time"] == "2020-01-01T00:00:00.000Z"  # back in time: only while it is empty


# --- the desk ------------------------------------------------------------------------------------


def test_the_desk_takes_signed_calls_only(strict: Server) -> None:
    assert desk(strict, ALPHA, "team-a-desk", "GetClock")["Frozen"] is False
    with pytest.raises(Refused) as caught:
        desk(strict, None, "team-a-desk", "ResetNamespace")
    assert caught.value.code == "MissingAuthenticationTokenException"
    with pytest.raises(Refused) as caught:
        desk(strict, dataclasses.replace(ALPHA, secret="x"), "team-a-desk", "ResetNamespace")
    assert caught.value.code == "InvalidSignatureException"


def test_the_desk_refuses_a_signature_for_the_api(strict: Server) -> None:
    """Who captured a call of the API cannot reset with it."""
    request = Request(
        strict.port,
        path="/ns/team-a-desk/_cosell/ResetNamespace",
        headers={"Content-Type": "application/json"},
        body=b"{}",
        signer=ALPHA,
    )
    assert request.send().document["Message"] == (
        "Credential should be scoped to correct service: 'cosell'."
    )


def test_health_needs_no_signature_and_tells_the_mode(strict: Server) -> None:
    reply = Request(strict.port, "GET", "/_cosell/health").send()
    assert (reply.status, reply.document["Auth"]) == (200, "strict")


# --- sessions ------------------------------------------------------------------------------------


def assumed(server: Server, signer: Signer, role: str = ROLE, **more: Any) -> Signer:
    """A session of a role, as boto3 asks for it."""
    sts = partner(server, signer, service="sts")
    given = sts.assume_role(RoleArn=role, RoleSessionName="walk", **more)["Credentials"]
    return Signer(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def test_a_session_calls_as_its_role(strict: Server) -> None:
    session = assumed(strict, ALPHA)
    assert session.key.startswith("ASIA")
    assert listed(partner(strict, session, "team-a-1")) == []
    told = partner(strict, session, service="sts").get_caller_identity()
    assert told["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/CoSellRole/walk"
    assert told["UserId"].endswith(":walk")


def test_a_session_reaches_what_its_key_reaches(strict: Server) -> None:
    met = refused(partner(strict, assumed(strict, ALPHA), "team-b-1"))
    assert met.code == "UnknownNamespaceException"


@pytest.mark.parametrize("part", ["key", "secret", "token"])
def test_a_session_with_a_wrong_part_is_refused(strict: Server, part: str) -> None:
    session = assumed(strict, ALPHA)
    other = assumed(strict, ALPHA, DurationSeconds=900)
    mixed = dataclasses.replace(session, **{part: getattr(other, part)})
    code = "InvalidSignatureException" if part == "secret" else "UnrecognizedClientException"
    assert refused(partner(strict, mixed)).code == code


def test_a_session_that_is_over_is_refused(strict: Server) -> None:
    """Sessions live a quarter of an hour at least: this one was given long ago."""
    [(key,)] = Database(strict.database).rows("select value from setting where name = 'token_key'")
    now = wall_ms()
    grant = Grant(ROLE, "walk", now - 3_600_000, now - 1, ALPHA.key, strict=True)
    past = Sessions(key).issue(grant)
    over = Signer(past.identity.key_id, past.secret, past.token)
    met = refused(partner(strict, over))
    assert (met.code, met.status) == ("ExpiredTokenException", 400)
    assert met.message == "The security token included in the request is expired"
    fresh = Sessions(key).issue(grant._replace(expires_at=now + 60_000))
    session = Signer(fresh.identity.key_id, fresh.secret, fresh.token)
    assert listed(partner(strict, session)) == []
    with pytest.raises(ClientError) as caught:
        partner(strict, over, service="sts").get_caller_identity()
    assert caught.value.response["Error"]["Code"] == "ExpiredToken"


def test_a_role_of_another_account_is_denied(strict: Server) -> None:
    foreign = f"arn:aws:iam::{OTHER}:role/CoSellRole"
    with pytest.raises(ClientError) as caught:
        assumed(strict, ALPHA, foreign)
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDenied"
    assert error["Message"] == (
        f"User: arn:aws:iam::{ACCOUNT}:user/alpha is not authorized to perform: sts:AssumeRole on "
        f"resource: {foreign}"
    )


def test_the_token_service_takes_signed_calls_only(strict: Server) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    reply = Request(strict.port, headers=headers, body=body).send()
    assert (reply.status, reply.headers["content-type"]) == (403, "text/xml")
    assert b"<Code>MissingAuthenticationToken</Code>" in reply.body


# --- namespaces of others ------------------------------------------------------------------------


def test_a_fork_needs_the_right_to_both_namespaces(strict: Server) -> None:
    for signer, name in ((ALPHA, "team-a-source"), (BETA, "team-b-source")):
        desk(strict, signer, name, "PutPace", Mode="Held")
    with pytest.raises(Refused) as caught:
        desk(strict, ALPHA, "team-a-fork", "ForkNamespace", Source="team-b-source")
    assert (caught.value.status, caught.value.code) == (404, "UnknownNamespaceException")
    with pytest.raises(Refused) as other:
        desk(strict, ALPHA, "team-a-fork", "ForkNamespace", Source="team-b-absent")
    there, absent = caught.value.body, other.value.body
    assert absent == {**there, "Message": there["Message"].replace("-source", "-absent")}
    with pytest.raises(Refused) as caught:
        desk(strict, ALPHA, "team-b-fork", "ForkNamespace", Source="team-a-source")
    assert caught.value.code == "UnknownNamespaceException"
    assert desk(strict, BETA, "team-b-fork", "ForkNamespace", Source="team-a-source")


def test_a_key_lists_the_namespaces_that_it_may_use(strict: Server) -> None:
    for number in range(5):
        for signer, team in ((ALPHA, "a"), (BETA, "b")):
            desk(strict, signer, f"team-{team}-{number}", "PutPace", Mode="Inline")
    names: list[str] = []
    token: dict[str, Any] = {}
    while True:
        page = desk(strict, ALPHA, "default", "ListNamespaces", MaxResults=2, **token)
        names += [one["Name"] for one in page["Namespaces"]]
        if page["NextToken"] is None:
            break
        token = {"NextToken": page["NextToken"]}
    assert {f"team-a-{number}" for number in range(5)} <= set(names)
    assert all(name == "default" or name.startswith("team-a-") for name in names)
    assert names == sorted(set(names))


@pytest.mark.parametrize("operation", ["SaveNamespace", "DeleteNamespace", "PutLag"])
def test_a_key_touches_no_other_namespace(strict: Server, operation: str) -> None:
    desk(strict, BETA, "team-b-kept", "PutPace", Mode="Held")
    members = {"Seconds": 1} if operation == "PutLag" else {}
    with pytest.raises(Refused) as caught:
        desk(strict, ALPHA, "team-b-kept", operation, **members)
    assert (caught.value.status, caught.value.code) == (404, "UnknownNamespaceException")
    assert desk(strict, BETA, "team-b-kept", "SaveNamespace")


# --- open mode -----------------------------------------------------------------------------------


def test_open_mode_gives_a_session_of_any_role(world: World) -> None:
    foreign = f"arn:aws:iam::{OTHER}:role/path/AnyRole"
    given = world.client(service="sts").assume_role(RoleArn=foreign, RoleSessionName="walk")
    keys = given["Credentials"]
    session = client(
        world.endpoint,
        key=keys["AccessKeyId"],
        secret=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    invitation = world.referred(OTHER)["EngagementInvitationId"]
    assert session.get_engagement_invitation(Catalog="Sandbox", Identifier=invitation)["Id"]
    assert given["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{OTHER}:assumed-role/AnyRole/walk"


def test_open_mode_tells_who_calls(world: World) -> None:
    for account in (ACCOUNT, OTHER):
        told = world.client(account, service="sts").get_caller_identity()
        assert (told["Account"], told["Arn"]) == (account, f"arn:aws:iam::{account}:user/partner")
