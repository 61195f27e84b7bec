"""The order of refusal, and every form of a request that the edge refuses, against a real server.

The table begins with a request in which everything is wrong; each row mends one thing.
"""

import dataclasses
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.edge.keys import ALPHA, BETA
from tests.edge.wires import LIST, SELLING, START, TARGETED, Request, targeted
from tests.harness import ACCOUNT, Reply, Server, World, answered, send

ELSEWHERE, BOUND = "elsewhere", "team-a-order"


def wrong(port: int) -> Request:
    """A request in which everything is wrong that can be."""
    return Request(
        port,
        method="PUT",
        path="/ns/Not A Name/".replace(" ", "%20"),
        host="evil.example",
        headers={
            "Origin": "https://evil.example",
            "Content-Type": TARGETED,
            "X-Amz-Target": "DynamoDB_20120810.ListTables",
        },
        body=b'{"Catalog":',
    )


def document(**members: Any) -> bytes:
    return json.dumps(members).encode()


def with_headers(request: Request, **headers: str | None) -> Request:
    changed = request.headers | {n.replace("_", "-"): v for n, v in headers.items()}
    return dataclasses.replace(request, headers={n: v for n, v in changed.items() if v is not None})


def change(**parts: Any) -> Callable[[Request], Request]:
    return lambda request: dataclasses.replace(request, **parts)


def quotas_relaxed(request: Request) -> Request:
    ask_desk(request.port, "PutQuotas", Mode="Relaxed")
    return request


def fault_spent(request: Request) -> Request:
    return request  # PutFault was asked for one call, which was the row before


# What is mended, and what is met then: status, code, a piece of the message.
ORDER: tuple[tuple[Callable[[Request], Request], int, str, str], ...] = (
    (change(), 403, "ForbiddenOriginException", "Host 'evil.example'"),
    (change(host=""), 403, "ForbiddenOriginException", "Pages of 'https://evil.example'"),
    (lambda r: with_headers(r, Origin=None), 404, "UnknownNamespaceException", "a-z, 0-9"),
    (change(path=f"/ns/{ELSEWHERE}/"), 405, "MethodNotAllowed", "PUT is not answered"),
    (change(method="POST"), 501, "NotImplemented", "the AWS service 'DynamoDB_20120810'"),
    (
        lambda r: with_headers(r, X_Amz_Target=SELLING + "Nonsense"),
        400,
        "UnknownOperationException",
        "no operation 'Nonsense'",
    ),
    (
        lambda r: with_headers(r, X_Amz_Target=SELLING + START),
        400,
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    ),
    (
        change(signer=dataclasses.replace(ALPHA, key="AKIANOBODY", region="eu-west-1")),
        400,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    ),
    (
        change(signer=dataclasses.replace(ALPHA, secret="guessed", region="eu-west-1")),
        400,
        "InvalidSignatureException",
        "Credential should be scoped to a valid region.",
    ),
    (
        change(signer=dataclasses.replace(ALPHA, secret="guessed")),
        400,
        "InvalidSignatureException",
        "The request signature we calculated does not match",
    ),
    (change(signer=ALPHA), 400, "SerializationException", "The body is not JSON"),
    (
        change(body=document(Catalog="Nowhere", Identifier=5)),
        404,
        "UnknownNamespaceException",
        f"There is no namespace '{ELSEWHERE}' for this access key.",
    ),
    (change(path=f"/ns/{BOUND}/"), 400, "ThrottlingException", "Rate exceeded"),
    (quotas_relaxed, 400, "AccessDeniedException", "This fault was asked for"),
    (fault_spent, 400, "SerializationException", "identifier: expected a string"),
    (
        change(body=document(Catalog="Nowhere", Tags=[{"Key": "k"}])),
        400,
        "ValidationException",
        "catalog: must be one of AWS, Sandbox; ",
    ),
    (
        change(body=document(Catalog="Sandbox", Identifier="engi-0000000000000", ClientToken="t")),
        400,
        "ResourceNotFoundException",
        "",
    ),
)


def ask_desk(port: int, operation: str, **members: Any) -> Any:
    """The desk of the strict server, in the namespace that the table ends in."""
    request = Request(
        port,
        path=f"/ns/{BOUND}/_cosell/{operation}",
        headers={"Content-Type": "application/json"},
        body=document(**members),
        signer=dataclasses.replace(ALPHA, service="cosell"),
    )
    return answered(request.send())


def test_each_repair_meets_the_next_refusal(strict: Server) -> None:
    ask_desk(strict.port, "PutClock", Frozen=True)
    ask_desk(strict.port, "PutQuotas", Mode="Documented")
    body = document(Catalog="Sandbox", Identifier="engi-0000000000000", ClientToken="first")
    first = dataclasses.replace(targeted(strict.port, START, body, BOUND), signer=ALPHA).send()
    assert first.document["__type"] == "ResourceNotFoundException"
    ask_desk(strict.port, "PutFault", Operation=START, Error="AccessDeniedException", Count=1)
    request = wrong(strict.port)
    for number, (mend, status, code, told) in enumerate(ORDER, start=1):
        request = mend(request)
        reply = request.send()
        met = (reply.status, reply.document["__type"])
        assert met == (status, code), f"row {number}: {reply.document}"
        assert told in reply.document["Message"], f"row {number}"
    referred = ask_desk(
        strict.port, "ReferOpportunity", Catalog="Sandbox", ReceiverAccountId=ACCOUNT
    )
    body = json.loads(request.body) | {"Identifier": referred["EngagementInvitationId"]}
    reply = dataclasses.replace(request, body=document(**body)).send()
    assert (reply.status, reply.document["TaskStatus"]) == (200, "COMPLETE")


def test_field_errors_of_a_request_come_together(world: World) -> None:
    reply = world.post(START, {"Catalog": "x", "Tags": [{"Value": "v"}], "ClientToken": ""})
    told = {(e["FieldName"], e["Code"]) for e in reply.document["ErrorList"]}
    assert told == {
        ("catalog", "INVALID_ENUM_VALUE"),
        ("clientToken", "INVALID_STRING_FORMAT"),
        ("identifier", "REQUIRED_FIELD_MISSING"),
        ("tags[0].key", "REQUIRED_FIELD_MISSING"),
    }
    assert reply.document["Reason"] == "REQUEST_VALIDATION_FAILED"


def test_a_refused_command_creates_no_namespace(strict: Server) -> None:
    """Beta may use team-?-*, whose names lead nowhere until something is made there."""
    body = document(Catalog="Sandbox", Identifier="engi-0000000000000", ClientToken="t")
    request = targeted(strict.port, START, body, "team-b-untouched")
    reply = dataclasses.replace(request, signer=BETA).send()
    assert reply.document["__type"] == "ResourceNotFoundException"


# --- the two dialects ----------------------------------------------------------------------------


def in_dialect(world: World, dialect: str, operation: str, body: bytes) -> Reply:
    if dialect == "target":
        return world.post(operation, body)
    path = f"/ns/{world.namespace}/{operation}"
    return send(world.server.url, "POST", path, body, {"Content-Type": dialect})


DIALECTS = {
    "target": TARGETED,
    "application/json": "application/json",
    "application/json; charset=UTF-8": "application/json",
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_refusal_has_its_code_in_body_and_header(world: World, dialect: str) -> None:
    reply = in_dialect(world, dialect, LIST, b"{}")
    assert reply.status == 400
    assert reply.headers["content-type"] == DIALECTS[dialect]
    assert reply.headers["x-amzn-errortype"].startswith("ValidationException:http://")
    assert "x-amzn-query-error" not in reply.headers
    assert str(UUID(reply.headers["x-amzn-requestid"])) == reply.headers["x-amzn-requestid"]
    assert reply.headers["date"].endswith(" GMT")
    assert reply.document == {
        "__type": "ValidationException",
        "Message": "catalog is required",
        "Reason": "REQUEST_VALIDATION_FAILED",
        "ErrorList": [
            {
                "Code": "REQUIRED_FIELD_MISSING",
                "FieldName": "catalog",
                "Message": "catalog is required",
            }
        ],
    }


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_answer_has_the_type_of_its_dialect(world: World, dialect: str) -> None:
    reply = in_dialect(world, dialect, LIST, b'{"Catalog":"AWS"}')
    assert (reply.status, reply.headers["content-type"]) == (200, DIALECTS[dialect])
    assert {"x-amzn-requestid", "date"} <= reply.headers.keys()
    assert "x-amzn-errortype" not in reply.headers


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("operation", ["ListOpportunityBulkJobResults", "listOpportunities", ""])
def test_an_unknown_operation_is_told(world: World, dialect: str, operation: str) -> None:
    reply = in_dialect(world, dialect, operation, b"not even JSON")
    assert (reply.status, reply.document["__type"]) == (400, "UnknownOperationException")
    assert reply.headers["content-type"] == DIALECTS[dialect]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", f"/{LIST}", "/_cosell/ResetNamespace"])
def test_another_method_than_post_is_refused(server: Server, method: str, path: str) -> None:
    reply = send(server.url, method, path)
    assert reply.status == 405
    if method != "HEAD":
        assert reply.document["__type"] == "MethodNotAllowed"


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/_cosell/", "GET is not answered here; the desk takes POST."),
        ("GET", "/ns/zz/_cosell/GetClock", "GET is not answered here; the desk takes POST."),
        ("GET", f"/{LIST}", "GET is not answered here; AWS's API takes POST."),
        ("POST", "/ns/zz/_cosell", "Name an operation of the desk at the end of the path"),
        ("POST", "/_cosell/", "Name an operation of the desk at the end of the path"),
        ("POST", "/ns/zz", "Name an operation: in the header X-Amz-Target"),
    ],
)
def test_an_address_without_an_answer_says_which_would_have_one(
    server: Server, method: str, path: str, told: str
) -> None:
    reply = Request(server.port, method, path, headers={"Content-Type": "application/json"}).send()
    assert reply.document["Message"].startswith(told)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_the_desk_takes_json_only(world: World, kind: str) -> None:
    path = f"/ns/{world.namespace}/_cosell/ResetNamespace"
    headers = {"Content-Type": kind} if kind else {}
    reply = Request(world.server.port, path=path, headers=headers, body=b"{}").send()
    assert (reply.status, reply.document["__type"]) == (415, "UnsupportedMediaTypeException")
    assert "'Content-Type: application/json'" in reply.document["Message"]


def test_a_form_type_does_not_hide_the_operation_in_the_path(world: World) -> None:
    """`curl -d` says that its data is a form, whatever it is."""
    reply = in_dialect(world, "application/x-www-form-urlencoded", LIST, b'{"Catalog":"AWS"}')
    assert (reply.status, reply.document["TaskSummaries"]) == (200, [])


def test_a_path_that_leads_nowhere_to_an_operation_that_there_is(server: Server) -> None:
    """It is not said to be missing, and meant at once."""
    for path in ("/ns/a/ns/b/_cosell/SaveNamespace", "/_cosell/_cosell/SaveNamespace"):
        reply = send(server.url, "POST", path, {}, {"Content-Type": "application/json"})
        told = json.loads(reply.body)["Message"]
        assert told.startswith(f"The path '{path}' leads nowhere. SaveNamespace is at /_cosell/Sav")
        assert "/ns/NAME/_cosell/SaveNamespace." in told
