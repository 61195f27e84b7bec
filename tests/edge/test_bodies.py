"""Bodies that cannot be read: refused with the reason and the place, never a 5xx.

What a body means, once it is JSON of the right types, is the validators' business.
"""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from cosell.wire.aws_json import BRACKETS_MAX
from tests.databases import fresh
from tests.edge.keys import ALPHA, BODY_S_MAX
from tests.edge.wires import LIST, Request, answer, connection, exchange, targeted
from tests.harness import Server, World, opportunity

BODY_MAX = 1_048_576
DEPTH_MAX = 64


def nested(levels: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    """A valid request that is nested to a depth, in a member that the model does not know."""
    inner = levels - 1
    return b'{"Catalog":"AWS","Extra":' + opening * inner + b"1" + closing * inner + b"}"


UNREADABLE = {
    "not JSON": b"Catalog=AWS",
    "cut off": b'{"Catalog":"AWS"',
    "two values": b'{"Catalog":"AWS"}{}',
    "blank": b" \n",
    "byte order mark": b'\xef\xbb\xbf{"Catalog":"AWS"}',
    "UTF-16": '{"Catalog":"AWS"}'.encode("utf-16"),
    "bad UTF-8": b'{"Catalog":"AWS","Extra":"\xff\xfe"}',
    "overlong UTF-8": b'{"Catalog":"AWS","Extra":"\xc0\x80"}',
    "surrogate in UTF-8": b'{"Catalog":"AWS","Extra":"\xed\xa0\x80"}',
    "lone high surrogate": b'{"Catalog":"AWS","Extra":"\\ud800"}',
    "lone low surrogate": b'{"Catalog":"AWS","Extra":"\\udc00"}',
    "surrogates in disorder": b'{"Catalog":"AWS","Extra":"\\udc00\\ud800"}',
    "raw control character": b'{"Catalog":"AWS","Extra":"\x00"}',
    "NaN": b'{"Catalog":"AWS","MaxResults":NaN}',
    "Infinity": b'{"Catalog":"AWS","MaxResults":Infinity}',
    "minus Infinity": b'{"Catalog":"AWS","MaxResults":-Infinity}',
    "1e999": b'{"Catalog":"AWS","MaxResults":1e999}',
    "10**400": b'{"Catalog":"AWS","MaxResults":1' + b"0" * 400 + b"}",
    "single quotes": b"{'Catalog':'AWS'}",
    "comment": b'{"Catalog":"AWS"/* */}',
    "trailing comma": b'{"Catalog":"AWS",}',
    "a list": b'[{"Catalog":"AWS"}]',
    "a string": b'"AWS"',
    "a number": b"1",
    "null": b"null",
    "one level too deep": nested(DEPTH_MAX + 1),
    "one level too deep in objects": nested(DEPTH_MAX + 1, b'{"a":', b"}"),
    "far too deep": b"[" * 500_000,
    "far too deep in objects": b'{"a":' * 200_000,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_body_is_a_serialization_error(world: World, name: str) -> None:
    reply = world.post(LIST, UNREADABLE[name])
    assert (reply.status, reply.document["__type"]) == (400, "SerializationException")
    assert reply.document["Message"]
    assert reply.document.keys() == {"__type", "Message"}


READABLE = {
    "exactly deep enough": nested(DEPTH_MAX),
    "exactly deep enough in objects": nested(DEPTH_MAX, b'{"a":', b"}"),
    "many brackets that are not deep": b'{"Catalog":"AWS","Extra":[' + b"[]," * 500 + b"[]]}",
    "brackets in a string": b'{"Catalog":"AWS","Extra":"' + b"[{" * 500 + b'"}',
    "duplicate keys": b'{"Catalog":"x","Catalog":"AWS"}',
    "white space": b'\r\n\t {\t"Catalog" :\n"AWS" } \n',
    "escapes": b'{"\\u0043atalog":"A\\u0057S"}',
    "surrogate pair": b'{"Catalog":"AWS","Extra":"\\ud83d\\ude00"}',
    "huge number where nobody looks": b'{"Catalog":"AWS","Extra":123456789012345678901234567890}',
    "nulls": b'{"Catalog":"AWS","MaxResults":null,"Sort":null,"NextToken":null}',
}


@pytest.mark.parametrize("name", READABLE)
def test_an_unusual_body_is_read(world: World, name: str) -> None:
    reply = world.post(LIST, READABLE[name])
    assert (reply.status, reply.body) == (200, b'{"NextToken":null,"TaskSummaries":[]}')


def test_an_empty_body_is_an_empty_object(world: World) -> None:
    assert world.post(LIST, b"").document == world.post(LIST, b"{}").document


WRONG_TYPES: tuple[tuple[str, dict[str, Any], str], ...] = (
    (LIST, {"Catalog": 1}, "catalog: expected a string, found "),
    (LIST, {"Catalog": True}, "catalog: expected a string, found "),
    (LIST, {"Catalog": {}}, "catalog: expected a string, found an object"),
    (LIST, {"MaxResults": "5"}, "maxResults: expected an integer, found a string"),
    (LIST, {"MaxResults": 1.5}, "maxResults: expected an integer, found "),
    (LIST, {"MaxResults": True}, "maxResults: expected an integer, found "),
    (LIST, {"TaskStatus": "COMPLETE"}, "taskStatus: expected a list, found a string"),
    (LIST, {"TaskStatus": {"0": "COMPLETE"}}, "taskStatus: expected a list, found an object"),
    (LIST, {"TaskStatus": ["COMPLETE", 5]}, "taskStatus[1]: expected a string, found "),
    (LIST, {"TaskStatus": [None]}, "taskStatus[0]: expected a string, found null"),
    (LIST, {"Sort": []}, "sort: expected an object, found a list"),
    (LIST, {"Sort": {"SortBy": 1}}, "sort.sortBy: expected a string, found "),
    ("GetOpportunity", {"Identifier": ["O1"]}, "identifier: expected a string, found a list"),
    (
        "CreateOpportunity",
        opportunity(Project={"ExpectedCustomerSpend": [{"Amount": 5}]}),
        "project.expectedCustomerSpend[0].amount: expected a string, found ",
    ),
    (
        "UpdateOpportunity",
        {"LastModifiedDate": [2026]},
        "lastModifiedDate: expected a timestamp",
    ),
)


@pytest.mark.parametrize(("operation", "body", "told"), WRONG_TYPES)
def test_a_wrong_type_is_named_and_comes_alone(
    world: World, operation: str, body: dict[str, Any], told: str
) -> None:
    reply = world.post(operation, body)
    assert (reply.status, reply.document["__type"]) == (400, "SerializationException")
    assert reply.document["Message"].startswith(told)
    assert reply.document.keys() == {"__type", "Message"}


@pytest.mark.parametrize("number", [2**31, 2**63, 2**64, 10**30, -(2**63) - 1, -(10**30)])
def test_an_integer_beyond_any_is_out_of_range(world: World, number: int) -> None:
    """It has no fraction, however many digits the parser keeps of it."""
    told = world.post(LIST, {"MaxResults": number}).document
    assert (told["__type"], told["Reason"]) == ("ValidationException", "REQUEST_VALIDATION_FAILED")
    errors = {(one["FieldName"], one["Code"], one["Message"]) for one in told["ErrorList"]}
    assert ("maxResults", "VALUE_OUT_OF_RANGE", "must be 1 to 1000") in errors


@pytest.mark.parametrize("number", [b"1e308", b"-1e308", b"1" + b"0" * 300, b"9223372036854775808"])
def test_a_number_beyond_time_is_out_of_range(world: World, number: bytes) -> None:
    body = b'{"Catalog":"AWS","Identifier":"O1","LastModifiedDate":' + number + b"}"
    errors = world.post("UpdateOpportunity", body).document["ErrorList"]
    assert ("lastModifiedDate", "VALUE_OUT_OF_RANGE") in {
        (e["FieldName"], e["Code"]) for e in errors
    }


def test_nul_in_a_string_is_a_field_error(world: World) -> None:
    body = opportunity(Catalog="Sandbox", ClientToken="t")
    body["Project"]["Title"] = "before\0after"
    reply = world.post("CreateOpportunity", body)
    assert reply.document["ErrorList"] == [
        {
            "Code": "INVALID_STRING_FORMAT",
            "FieldName": "project.title",
            "Message": "must not contain the character U+0000",
        }
    ]


def bracketed(brackets: int) -> bytes:
    """A valid request with so many opening brackets."""
    return b'{"Catalog":"AWS","Extra":[' + b"{}," * (brackets - 2) + b"0]}"


def test_more_brackets_than_any_request_needs_are_refused(world: World) -> None:
    assert world.post(LIST, bracketed(BRACKETS_MAX)).status == 200
    reply = world.post(LIST, bracketed(BRACKETS_MAX + 1))
    assert (reply.status, reply.document["__type"]) == (400, "SerializationException")
    assert "more than 10,000 opening brackets" in reply.document["Message"]


# --- sizes and times -----------------------------------------------------------------------------


def padded(size: int) -> bytes:
    body = b'{"Catalog":"AWS"}'
    return body + b" " * (size - len(body))


def test_a_body_of_one_mebibyte_is_read(world: World) -> None:
    assert world.post(LIST, padded(BODY_MAX)).status == 200


def test_a_larger_body_is_refused_by_its_announced_length(server: Server) -> None:
    head = targeted(server.port, LIST, b"").bytes()
    announced = head.replace(b"Content-Length: 0", b"Content-Length: %d" % (BODY_MAX + 1))
    reply = exchange(server.port, announced)  # not one byte of it was sent
    assert (reply.status, reply.document["__type"]) == (413, "RequestEntityTooLargeException")
    assert "1048576 bytes" in reply.document["Message"]


def chunked(server: Server, body: bytes, sizes: int = 65_536) -> list[bytes]:
    head = targeted(server.port, LIST, b"").bytes()
    parts = [head.replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")]
    for at in range(0, len(body), sizes):
        piece = body[at : at + sizes]
        parts.append(b"%x\r\n" % len(piece) + piece + b"\r\n")
    return [*parts, b"0\r\n\r\n"]


def test_a_body_in_chunks_is_read(server: Server) -> None:
    assert exchange(server.port, *chunked(server, padded(BODY_MAX))).status == 200


def test_a_body_in_chunks_is_refused_when_it_is_too_large(server: Server) -> None:
    reply = exchange(server.port, *chunked(server, padded(BODY_MAX + 1))[:-1])
    assert (reply.status, reply.document["__type"]) == (413, "RequestEntityTooLargeException")


@pytest.mark.parametrize("sent", [0, 5], ids=["nothing", "a part"])
@pytest.mark.parametrize("how", ["announced", "chunked"])
def test_a_body_that_does_not_come_is_a_time_out(strict: Server, how: str, sent: int) -> None:
    """Before anything else about the call is looked at: it is not even signed."""
    if how == "announced":
        whole = targeted(strict.port, LIST, padded(100)).bytes()
        part = whole[: len(whole) - 100 + sent]
    else:
        head, first = chunked(strict, padded(100))[:2]
        part = head + first[:sent]
    with connection(strict.port, timeout_s=BODY_S_MAX + 20) as made:
        made.sendall(part)
        reply = answer(made)
    assert (reply.status, reply.document["__type"]) == (408, "RequestTimeoutException")
    assert f"within {BODY_S_MAX:g} seconds" in reply.document["Message"]


def test_a_body_that_comes_late_but_in_time_is_read(strict: Server) -> None:
    request = targeted(strict.port, LIST, padded(100))
    whole = dataclasses.replace(request, signer=ALPHA).bytes()
    with connection(strict.port) as made:
        for at in range(0, len(whole), 50):
            made.sendall(whole[at : at + 50])
        assert answer(made).status == 200


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "99999999999999999999", "+5", "9" * 5_000])
def test_a_length_that_is_none_is_a_client_error(server: Server, length: str) -> None:
    head = Request(server.port).bytes()
    sent = head.replace(b"Content-Length: 0", f"Content-Length: {length}".encode())
    with connection(server.port) as made:
        made.sendall(sent)
        status = int(made.recv(64).split(b" ", 2)[1])
    assert 400 <= status < 500


@pytest.mark.parametrize("how", ["announced", "chunked"])
def test_a_client_that_leaves_is_not_logged_as_a_fault(tmp_path: Path, how: str) -> None:
    running = Server(fresh(tmp_path), log=tmp_path / "log").start()
    head, first = chunked(running, padded(100))[:2]
    whole = targeted(running.port, LIST, padded(100)).bytes()
    for _ in range(3):
        with connection(running.port) as made:
            made.sendall(whole[:-50] if how == "announced" else head + first[:20])
    assert running.worker()
    assert running.stop() == 0
    log = (tmp_path / "log").read_text()
    assert "ERROR" not in log
    assert "Traceback" not in log
