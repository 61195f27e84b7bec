"""A real server in a process of its own, and a world in it for each test: a fresh namespace.

Must not know what a test expects.
"""

import http.client
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from cosell.config import Auth
from cosell.config import Config as Settings
from tests.answers import MODEL, ensure_form, observe

ACCOUNT = "111122223333"
OTHER = "444455556666"
# The account of calls that name none: a third one, so that a test sees it where it does not belong.
NOBODY = "990011223344"
CONFIG = Settings(auth=Auth(default_account=NOBODY))  # of an engine in the tests' own process
START_S_MAX = 30.0
NOW = "2030-01-01T00:00:00.000Z"  # where the clock of the fixture `still` stands
_numbers = itertools.count(1)


class Refused(Exception):
    """An answer that is not success: `code` is its `__type`, `body` the whole of it."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body.get('__type')}: {body.get('Message')}")
        self.status, self.body = status, body
        self.code: str = body.get("__type", "")


@dataclass(frozen=True)
class Reply:
    """An HTTP answer, headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """A server process (`main` watches over one worker) and where it listens."""

    database: str
    options: tuple[str, ...] = ()
    port: int = 0
    main: "subprocess.Popen[bytes] | None" = None
    log: Path | None = None
    program: tuple[str, ...] = ("-m", "cosell")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        """Start it, and wait until it answers."""
        self.port = self.port or free_port()
        command = [sys.executable, *self.program, "serve", "--port", str(self.port)]
        command += ["--database", self.database, *self.options]
        out = self.log.open("ab") if self.log else subprocess.DEVNULL
        self.main = subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**environment(), "COSELL_DEFAULT_ACCOUNT": NOBODY},
        )
        if self.log:
            out.close()  # type: ignore[union-attr]
        self.wait()
        return self

    def wait(self) -> None:
        """Wait until the server answers its health check; a worker that outlives another main
        process may answer on the same port for a moment, and is not meant."""
        until = time.monotonic() + START_S_MAX
        while True:
            try:
                if self.main is None or self._health()["Main"] == self.main.pid:
                    return
                raise ConnectionError("another server's worker answered")
            except (OSError, http.client.HTTPException):
                if self.main is not None and self.main.poll() is not None:
                    raise AssertionError(f"the server ended with {self.main.returncode}") from None
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def worker(self) -> int:
        """The process id of the worker, as it says itself."""
        return int(self._health()["Process"])

    def _health(self) -> Any:
        return send(self.url, "GET", "/_cosell/health", timeout_s=5.0).document

    def kill(self, *processes: int) -> None:
        """SIGKILL to the given processes (all of the server's, if none is given)."""
        assert self.main is not None
        for process in processes or (self.main.pid, self.worker()):
            os.kill(process, signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C does; answers its exit code."""
        assert self.main is not None
        self.main.send_signal(signal.SIGINT)
        return self.main.wait(timeout=START_S_MAX)


@dataclass
class Worker:
    """A process that does what is due on a PostgreSQL database."""

    database: str
    log: Path
    options: tuple[str, ...] = ()
    main: "subprocess.Popen[bytes] | None" = None
    program: tuple[str, ...] = ("-m", "cosell")

    def start(self) -> "Worker":
        """Start it, and wait until it is at work, or says that it has to wait."""
        command = [sys.executable, *self.program, "worker", "--database", self.database]
        with self.log.open("ab") as out:
            self.main = subprocess.Popen(
                [*command, *self.options],
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment(),
            )
        until = time.monotonic() + START_S_MAX
        while not re.search("At work on|has to wait", self.log.read_text()):
            if self.main.poll() is not None or time.monotonic() > until:
                break
            time.sleep(0.02)
        return self

    def stop(self) -> int:
        """Ask it to end; answers its exit code."""
        assert self.main is not None
        self.main.send_signal(signal.SIGTERM)
        return self.main.wait(timeout=START_S_MAX)


@dataclass
class World:
    """A namespace of its own on a server, and the ways to call it."""

    server: Server
    namespace: str = field(default_factory=lambda: f"t{os.getpid()}-{next(_numbers)}")

    @property
    def endpoint(self) -> str:
        return f"{self.server.url}/ns/{self.namespace}"

    def client(self, account: str = ACCOUNT, **options: Any) -> Any:
        """A boto3 client of an account; retries are off, so that a test sees each answer."""
        return client(self.endpoint, account, **options)

    def desk(self, operation: str, **members: Any) -> Any:
        """Ask the desk; `Refused` if it does not do it."""
        path = f"/ns/{self.namespace}/_cosell/{operation}"
        return answered(send(self.server.url, "POST", path, members))

    def post(self, operation: str, body: Any, headers: Mapping[str, str] | None = None) -> Reply:
        """Send a body (bytes are sent as they are) in the dialect with the target header, as
        ACCOUNT."""
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"AWSPartnerCentralSelling.{operation}",
            "Authorization": credential(ACCOUNT),
            **(headers or {}),
        }
        return checked(
            operation, send(self.server.url, "POST", f"/ns/{self.namespace}/", body, headers)
        )

    def referred(self, account: str = ACCOUNT, catalog: str = "Sandbox", **members: Any) -> Any:
        """A referral by AWS: its EngagementInvitationId, EngagementId, OpportunityId."""
        return self.desk("ReferOpportunity", Catalog=catalog, ReceiverAccountId=account, **members)

    def events(self, account: str = ACCOUNT) -> list[Any]:
        """Every event that the account received, oldest first."""
        found: list[Any] = []
        token: dict[str, Any] = {}
        while True:
            page = self.desk("ListEvents", AccountId=account, **token)
            found += [one["Event"] for one in page["Events"]]
            if page["NextToken"] is None:
                return found
            token = {"NextToken": page["NextToken"]}


_session = boto3.session.Session(region_name="us-east-1")


def client(endpoint: str, account: str = ACCOUNT, service: str = "", **options: Any) -> Any:
    """A boto3 client for a partner account (open mode: the key id is the account). It holds every
    answer against the model."""
    settings = {"retries": {"total_max_attempts": 1}, **options.pop("config", {})}
    made = _session.client(
        service or "partnercentral-selling",
        endpoint_url=endpoint,
        aws_access_key_id=options.pop("key", account),
        aws_secret_access_key=options.pop("secret", "secret"),
        config=Config(**settings),
        **options,
    )
    made.meta.events.register("before-parse.partnercentral-selling", observe)
    return made


def credential(account: str) -> str:
    """An Authorization header that open mode takes for the account's."""
    scope = f"{account}/20260101/us-east-1/partnercentral-selling/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={'0' * 64}"


def checked(operation: str, reply: Reply) -> Reply:
    """The reply; AssertionError if a selling operation's success has not the form of AWS's own."""
    if reply.status == 200 and operation in MODEL["operations"]:
        ensure_form(operation, reply.body)
    return reply


def answered(reply: Reply) -> Any:
    """The document of a successful answer; `Refused` for any other."""
    if reply.status != 200:
        raise Refused(reply.status, reply.document)
    return reply.document if reply.body else None


def send(
    url: str,
    method: str,
    path: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    *,
    timeout_s: float = 60.0,
) -> Reply:
    """One HTTP request on a connection of its own; a body that is no bytes is sent as JSON."""
    address = urlsplit(url)
    assert address.hostname is not None
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=timeout_s)
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **(headers or {})} if method == "POST" else headers
    try:
        connection.request(method, path, body, dict(sent or {}))
        response = connection.getresponse()
        headers_in = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, headers_in, response.read())
    finally:
        connection.close()


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """This process's environment without settings that would reach a server or an SDK."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "COSELL_"))
    }


def opportunity(**changes: Any) -> dict[str, Any]:
    """A valid CreateOpportunity request without Catalog and ClientToken; `changes` replace
    top-level members, None leaves one out."""
    request: dict[str, Any] = {
        "Customer": {
            "Account": {
                "Address": {
                    "CountryCode": "US",
                    "PostalCode": "98101",
                    "StateOrRegion": "Washington",
                },
                "CompanyName": "Example Company",
                "Industry": "Retail",
                "WebsiteUrl": "https://www.example.com",
            }
        },
        "LifeCycle": {"Stage": "Prospect", "TargetCloseDate": "2099-12-31"},
        "Project": {
            "CustomerBusinessProblem": "The customer wants to move its web shop to AWS.",
            "ExpectedCustomerSpend": [
                {
                    "Amount": "2500.00",
                    "CurrencyCode": "USD",
                    "Frequency": "Monthly",
                    "TargetCompany": "AWS",
                }
            ],
            "Title": "Web shop on AWS",
        },
    }
    request |= changes
    return {name: value for name, value in request.items() if value is not None}
