"""A world without a server: an engine in this process, on a state in memory unless a file is named,
asked as a server is.

For what needs very many calls, or has to look into the store. Must not know what a test expects.
"""

import io
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse

from cosell.http import HttpRequest
from cosell.service import Engine
from cosell.store import Store
from tests import databases
from tests.harness import ACCOUNT, CONFIG, Reply, Server, World, answered, checked, credential

PLACE = "http://127.0.0.1:2673"


class Inside(World):
    """Tests call it as they call a World; `accounts` may differ from one raw call to the next."""

    def __init__(
        self,
        namespace: str = "inside",
        seed: int | None = None,
        state: str = ":memory:",
        store: Store | None = None,
    ) -> None:
        """With a store of its own, unless it is given one, which is in memory."""
        where, self.store = (":memory:", store) if store else databases.opened(state)
        super().__init__(Server(where), namespace)
        self.engine = Engine(self.store, CONFIG, b"k" * 32)
        if seed is not None:
            self.engine.runner._random.seed(seed)  # the engine's own: ids repeat

    @property
    def endpoint(self) -> str:
        return f"{PLACE}/ns/{self.namespace}"

    def client(self, account: str = ACCOUNT, **options: Any) -> Any:
        made = super().client(account, **options)
        made.meta.events.register("before-send.partnercentral-selling", self._answer)
        return made

    def desk(self, operation: str, **members: Any) -> Any:
        return answered(self.desk_call(operation, members))

    def desk_call(self, operation: str, body: Any) -> Reply:
        """Ask the desk; its answer is not looked at."""
        headers = {"content-type": "application/json"}
        return self.ask(f"/ns/{self.namespace}/_cosell/{operation}", headers, body)

    def post(self, operation: str, body: Any, headers: Mapping[str, str] | None = None) -> Reply:
        return checked(operation, self.call(operation, body, headers=headers))

    def call(
        self,
        operation: str,
        body: Any,
        account: str = ACCOUNT,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """A raw call of the selling API as an account; its answer is not looked at."""
        sent = {
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": f"AWSPartnerCentralSelling.{operation}",
            "authorization": credential(account),
            **{name.lower(): value for name, value in (headers or {}).items()},
        }
        return self.ask(f"/ns/{self.namespace}/", sent, body)

    def ask(self, path: str, headers: dict[str, str], body: Any) -> Reply:
        """One request; a body that is no bytes is sent as JSON."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        answer = self.engine.handle(HttpRequest("POST", path, "", headers, body))
        return Reply(answer.status, dict(answer.headers), answer.body)

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        """What botocore would have got from a socket."""
        headers = {
            name.lower(): value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        reply = self.ask(urlsplit(request.url).path, headers, request.body)
        return AWSResponse(request.url, reply.status, reply.headers, _Raw(reply.body))

    def close(self) -> None:
        databases.closed(self.server.database, self.store)


class _Raw(io.BytesIO):
    """A body as urllib3 hands it over."""

    def stream(self, **_: Any) -> Any:
        yield self.read()
