"""Requests as boto3 sends them: signed by botocore's own signer, with the headers of its client.

A signature holds for fifteen minutes, so one signed request can be sent again and again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench import KEY_ID, REGION, SECRET, SERVICE, TARGET

UNSIGNED = {
    "User-Agent": "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python#3.11",
    "amz-sdk-invocation-id": "5f2d2f5e-6a0f-4b0a-9a3e-2f8f0c1f7b61",
    "amz-sdk-request": "attempt=1; max=3",
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One POST, ready to be sent to a server on this machine."""

    address: tuple[str, int]
    path: str
    headers: Mapping[str, str]
    body: bytes

    def bytes(self) -> bytes:
        """As HTTP/1.1 writes it."""
        lines = [f"POST {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in self.headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body


def sign(url: str, operation: str, document: Mapping[str, object]) -> Request:
    """A call of the selling API, as boto3 would sign it now."""
    return sign_for(SERVICE, TARGET + operation, url, document)


def sign_for(service: str, target: str, url: str, document: Mapping[str, object]) -> Request:
    """A call of any service that speaks AWS JSON 1.0."""
    parts = urlsplit(url)
    body = json.dumps(document).encode()
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest(method="POST", url=url, data=body, headers=headers)
    SigV4Auth(Credentials(KEY_ID, SECRET), service, REGION).add_auth(request)
    sent = {"Host": parts.netloc, **UNSIGNED, **dict(request.headers.items())}
    sent["Content-Length"] = str(len(body))
    return Request((parts.hostname or "127.0.0.1", parts.port or 80), parts.path, sent, body)


def plain(url: str, document: Mapping[str, object]) -> Request:
    """An unsigned call with a JSON body, as the desk takes it in open mode."""
    parts = urlsplit(url)
    body = json.dumps(document).encode()
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    return Request((parts.hostname or "127.0.0.1", parts.port or 80), parts.path, headers, body)
