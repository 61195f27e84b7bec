"""Requests as bytes, and signatures made by botocore at any instant: what no SDK would send.

Must not know what a test expects.
"""

import contextlib
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPResponse
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.harness import Reply

TARGETED = "application/x-amz-json-1.0"
SELLING = "AWSPartnerCentralSelling."
LIST = "ListEngagementByAcceptingInvitationTasks"
START = "StartEngagementByAcceptingInvitationTask"


@dataclass(frozen=True)
class Signer:
    """Credentials and the scope that they sign for; `at` is now, unless another instant is said."""

    key: str
    secret: str
    token: str | None = None
    service: str = "partnercentral-selling"
    region: str = "us-east-1"
    at: datetime | None = None

    def headers(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> dict[str, str]:
        """The headers and those that sign them."""
        request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
        auth = SigV4Auth(Credentials(self.key, self.secret, self.token), self.service, self.region)
        at = self.at or datetime.now(UTC)
        request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
        auth._modify_request_before_signing(request)
        text = auth.string_to_sign(request, auth.canonical_request(request))
        auth._inject_signature_to_request(request, auth.signature(text, request))
        return {name: str(value) for name, value in request.headers.items()}


@dataclass
class Request:
    """One HTTP request, each part as a test wants it."""

    port: int
    method: str = "POST"
    path: str = "/"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    host: str = ""
    signer: Signer | None = None

    def bytes(self) -> bytes:
        """As HTTP/1.1 writes it, for a connection of its own."""
        host = self.host or f"127.0.0.1:{self.port}"
        headers = self.headers
        if self.signer:
            url = f"http://{host}{self.path}"
            headers = self.signer.headers(self.method, url, self.body, headers)
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body

    def send(self) -> Reply:
        return exchange(self.port, self.bytes())


def targeted(port: int, operation: str, body: Any, namespace: str = "default") -> Request:
    """A call of the selling API, unsigned, in the dialect with the target header."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": TARGETED, "X-Amz-Target": SELLING + operation}
    return Request(port, path=f"/ns/{namespace}/", headers=headers, body=sent)


@contextlib.contextmanager
def connection(port: int, timeout_s: float = 60.0) -> Iterator[socket.socket]:
    """A connection to a server on this machine."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout_s) as made:
        yield made


def exchange(port: int, *parts: bytes) -> Reply:
    """Send bytes, and read the answer; a server may answer before it has heard all of them."""
    with connection(port) as made:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for part in parts:
                made.sendall(part)
        return answer(made, parts[0].split(b" ", 1)[0].decode())


def answer(made: socket.socket, method: str = "POST") -> Reply:
    """The answer that comes on a connection."""
    response = HTTPResponse(made, method=method)
    response.begin()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, headers, response.read())
