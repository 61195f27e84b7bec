"""What a page in a browser may do: it asks first, it is told, or it is refused before anything.

A web page must not be able to reset a developer's server, nor to read what is in it.
"""

import dataclasses

import pytest

from tests.edge.keys import ALPHA, HOST, ORIGIN
from tests.edge.wires import LIST, Request, targeted
from tests.harness import Reply, Server, World

OPEN_ORIGINS = (
    "http://localhost:5173",
    "https://localhost",
    "http://127.0.0.1:3000",
    "http://127.8.9.1",
    "http://[::1]:8080",
)
FOREIGN_ORIGINS = (
    "https://evil.example",
    "null",
    "",
    "file://",
    "http://localhost.evil.example",
    "http://localhost:5173.evil.example",
    "http://evil.example/http://localhost",
    "http://localhost@evil.example",
    "http://127.0.0.1.evil.example",
    "http://localhost:123456",
    "chrome-extension://abcdefgh",
    "http://localhost:5173, https://evil.example",
)
FOREIGN_HOSTS = (
    "evil.example",
    "evil.example:2673",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "localhost:2673.evil.example",
    "localhost:123456",
    *(FOREIGN_ADDRESSES := ("192.0.2.1:2673", "[2001:db8::1]")),
)
PATHS = (
    ("GET", "/_cosell/health"),
    ("POST", f"/{LIST}"),
    ("POST", "/_cosell/ResetNamespace"),
    ("POST", "/nowhere/at/all"),
    ("OPTIONS", f"/{LIST}"),
    ("GET", "/"),
)


def asked(server: Server, method: str, path: str, **headers: str) -> Reply:
    sent = {"Content-Type": "application/json"} if method == "POST" else {}
    sent |= {name.replace("_", "-"): value for name, value in headers.items() if name != "host"}
    body = b'{"Catalog":"AWS"}' if method == "POST" else b""
    host = headers.get("host", "")
    return Request(server.port, method, path, headers=sent, body=body, host=host).send()


def preflight(server: Server, origin: str, path: str = f"/{LIST}") -> Reply:
    return asked(
        server,
        "OPTIONS",
        path,
        Origin=origin,
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="authorization,content-type,x-amz-target",
    )


@pytest.mark.parametrize("origin", OPEN_ORIGINS)
@pytest.mark.parametrize("path", ["/", f"/{LIST}", "/ns/team/_cosell/GetClock"])
def test_a_local_page_asks_and_may_call(server: Server, origin: str, path: str) -> None:
    reply = preflight(server, origin, path)
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["access-control-allow-origin"] == origin
    assert "POST" in reply.headers["access-control-allow-methods"]
    assert reply.headers["access-control-allow-headers"] == (
        "authorization,content-type,x-amz-target"
    )
    assert int(reply.headers["access-control-max-age"]) > 0
    assert reply.headers["vary"] == "origin"
    assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize("origin", OPEN_ORIGINS)
def test_a_local_page_may_read_answers_and_refusals(world: World, origin: str) -> None:
    for body, status in ((b'{"Catalog":"AWS"}', 200), (b"{}", 400), (b"[", 400)):
        reply = world.post(LIST, body, {"Origin": origin})
        assert reply.status == status
        assert reply.headers["access-control-allow-origin"] == origin
        exposed = set(reply.headers["access-control-expose-headers"].split(", "))
        assert exposed == {"x-amzn-requestid", "x-amzn-errortype", "date"}


def test_an_answer_to_no_page_says_nothing_of_pages(world: World) -> None:
    reply = world.post(LIST, {"Catalog": "AWS"})
    assert not [name for name in reply.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_foreign_page_is_refused_before_routing(
    server: Server, origin: str, method: str, path: str
) -> None:
    reply = asked(server, method, path, Origin=origin)
    assert (reply.status, reply.document["__type"]) == (403, "ForbiddenOriginException")
    assert "[cors] origins" in reply.document["Message"]
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize(
    ("method", "path", "host"),
    [
        (method, path, host)
        for method, path in PATHS
        for host in FOREIGN_HOSTS
        if path != "/_cosell/health" or host not in FOREIGN_ADDRESSES  # tests/observing/test_ready
    ],
)
def test_a_foreign_host_is_refused_before_routing(
    server: Server, method: str, path: str, host: str
) -> None:
    reply = asked(server, method, path, host=host)
    assert (reply.status, reply.document["__type"]) == (403, "ForbiddenOriginException")
    assert "'hosts' in the configuration file" in reply.document["Message"]


def test_a_local_page_under_a_foreign_host_is_refused(server: Server) -> None:
    """A name that an attacker lets point to 127.0.0.1 is same-origin with its own pages."""
    reply = asked(
        server, "POST", "/_cosell/ResetNamespace", host="evil.example", Origin="http://localhost"
    )
    assert reply.status == 403


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.9.9.9:80", "[::1]:5"]
)
def test_a_loopback_host_is_let_in(server: Server, host: str) -> None:
    assert asked(server, "POST", f"/{LIST}", host=host).status == 200


def test_a_request_with_two_hosts_or_origins_is_refused(server: Server) -> None:
    request = Request(server.port, "GET", "/_cosell/health", headers={"Host": "127.0.0.1"})
    assert request.send().status in (400, 403)
    two = {"Origin": "http://localhost", "origin": "https://evil.example"}
    assert Request(server.port, "GET", "/_cosell/health", headers=two).send().status == 403


def test_options_without_a_question_is_a_wrong_method(server: Server) -> None:
    assert asked(server, "OPTIONS", f"/{LIST}", Origin="http://localhost").status == 405
    assert asked(server, "OPTIONS", f"/{LIST}").status == 405


# --- strict: only what is configured -------------------------------------------------------------


def test_a_configured_page_may_call_a_strict_server(strict: Server) -> None:
    assert preflight(strict, ORIGIN).headers["access-control-allow-origin"] == ORIGIN
    request = targeted(strict.port, LIST, {"Catalog": "AWS"})
    request.headers["Origin"] = ORIGIN
    refused = request.send()
    assert refused.document["__type"] == "MissingAuthenticationTokenException"
    assert refused.headers["access-control-allow-origin"] == ORIGIN
    assert dataclasses.replace(request, signer=ALPHA).send().status == 200


@pytest.mark.parametrize("origin", [*OPEN_ORIGINS, *FOREIGN_ORIGINS, ORIGIN + ":8443"])
def test_any_other_page_is_refused_by_a_strict_server(strict: Server, origin: str) -> None:
    reply = preflight(strict, origin)
    assert (reply.status, reply.document["__type"]) == (403, "ForbiddenOriginException")


@pytest.mark.parametrize("host", [HOST, HOST.upper(), HOST + ":2673"])
def test_a_configured_host_is_let_in(strict: Server, host: str) -> None:
    assert asked(strict, "GET", "/_cosell/health", host=host).status == 200


@pytest.mark.parametrize("host", ["x." + HOST, HOST + ".evil.example", *FOREIGN_HOSTS])
def test_any_other_host_is_refused_by_a_strict_server(strict: Server, host: str) -> None:
    assert asked(strict, "GET", "/", host=host).status == 403
