"""Calling operations without an SDK: members as keyword arguments, answers with attributes.

Speaks AWS JSON to a place. Must not know what an operation means.
"""

from collections.abc import Mapping
from operator import methodcaller
from typing import Any, Final

from cosell.http import BUILT, HttpRequest, HttpResponse
from cosell.originals import Path, orjson
from cosell.testing.place import Answering

SELLING = ("partnercentral-selling", "AWSPartnerCentralSelling")
DESK = ("cosell", "CosellDesk")
_ID = "x-amzn-requestid"


class Answer(dict[str, Any]):
    """An answer's members, as items and as attributes; those within too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"The answer has {', '.join(self) or 'no members'}") from None


class Refused(Exception):
    """An operation answered an error. `code` is its name on the wire, `members` its body."""

    def __init__(self, operation: str, members: Mapping[str, Any]) -> None:
        self.operation = operation
        self.members = Answer(_told(dict(members)))
        self.code: str = str(members.get("__type", "")).rpartition("#")[2]
        self.message: str = members.get("Message") or members.get("message") or ""
        super().__init__(f"{operation}: {self.code}: {self.message}")

    def __reduce__(self) -> tuple[type["Refused"], tuple[str, dict[str, Any]]]:
        return type(self), (self.operation, dict(self.members))  # another process may be told it


HIDES_REFUSALS: Final = methodcaller("errisinstance", Refused)
"""As a module's `__tracebackhide__`: pytest shows the test's line with what was refused, not ours;
of any other error it shows all."""
__tracebackhide__ = HIDES_REFUSALS


def request_id(response: HttpResponse) -> str:
    """Under which an answer stands in the journal; '' for one that does not say."""
    for name, told in response.headers:
        if name.lower() == _ID:
            return told
    return ""


class Caller:
    """Calls the operations of a service in a namespace, as an account."""

    def __init__(
        self,
        place: Answering,
        namespace: str,
        account: str,
        service: tuple[str, str],
        *,
        builds: bool = False,
    ) -> None:
        """`builds`: what it calls is not of the code under test, and says so on its way."""
        self.account = account
        self._place = place
        self._said = {BUILT: "1"} if builds else {}
        self.acted_in: set[str | Path] = set()
        """The catalogs in which it did something, and the files that its namespace began from."""
        self._path = f"/ns/{namespace}/"
        signing_name, self._target = service
        # Open mode reads the account from it and asks for no signature; of one that is as long as
        # they are it remembers whose it is.
        self._credential = (
            f"AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/{signing_name}/aws4_request,"
            f" SignedHeaders=host, Signature={'0' * 64}"
        )

    def __call__(self, operation: str, /, **members: object) -> Answer:
        """The operation's answer; Refused if it answers an error."""
        headers = {
            "host": "localhost",
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": f"{self._target}.{operation}",
            "authorization": self._credential,
            **self._said,
        }
        request = HttpRequest("POST", self._path, "", headers, orjson.dumps(members))
        response = self._place.exchange(request)
        document = orjson.loads(response.body) if response.body else {}
        if response.status != 200:
            raise Refused(operation, document)
        if isinstance(catalog := members.get("Catalog"), str):
            self.acted_in.add(catalog)
        return Answer(_told(document))


def _told(document: dict[str, Any]) -> dict[str, Any]:
    return {name: _wrapped(value) for name, value in document.items()}


def _wrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return Answer(_told(value))
    if isinstance(value, list):
        return [_wrapped(one) for one in value]
    return value
