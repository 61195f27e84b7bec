"""Where a request goes: its namespace, its service, its operation. Only the address is parsed.

Must not look into a body, but for the services whose protocol keeps the operation there.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, NoReturn, TypeAlias

from cosell.address import NAMESPACE, impossible
from cosell.auth.sigv4 import signed_service
from cosell.calls import Handler
from cosell.contract import Contract, Document
from cosell.errors import (
    ApiError,
    MethodNotAllowed,
    NotBuilt,
    UnknownNamespaceException,
    UnknownOperationException,
    UnsupportedMediaTypeException,
    did_you_mean,
)
from cosell.http import HttpRequest
from cosell.store import Tx
from cosell.wire import aws_json

DEFAULT_NAMESPACE = "default"
_PATH = re.compile(r"(?:/ns/([^/]*))?(/_cosell)?(?:/([^/]*))?/?")
_FORM = "application/x-www-form-urlencoded"
_VERSION = re.compile(rb"(?:^|&)Version=([0-9]{4}-[0-9]{2}-[0-9]{2})(?=&|$)")
_STS_VERSION = b"2011-06-15"
_FORM_BYTES_MAX = 65_536  # so far a form is read
# The signing names of what speaks XML without forms; all other such services speak JSON.
_XML_NAMES = frozenset({"cloudfront", "route53", "s3", "s3-outposts", "s3express"})
OPERATION_SHOWN_MAX = 100
_JSON_TYPES = (aws_json.PLAIN, aws_json.TARGETED)


How: TypeAlias = Literal["reads", "writes", "moves", "copies"]


class Way(NamedTuple):
    """In which namespace a call is at work, and how: it `reads`, it `writes`, or it takes its time,
    so that nobody else should wait behind it: it `moves` a clock, in many transactions, or `copies`
    a namespace in one."""

    namespace: str
    how: How


_ASTRAY = Way("", "reads")  # of what is refused, or has no state
Admit: TypeAlias = Callable[[Tx, int, str, Document], None]
"""Refuses an account of a namespace (by its integer) with a request that it may not make there."""


class Service(NamedTuple):
    """A service that speaks JSON: its model, its operations, the names that may sign for it.
    `admit` is asked in namespaces that shut somebody out."""

    name: str
    contract: Contract
    handlers: Mapping[str, Handler]
    signing_names: frozenset[str]
    admit: Admit | None = None


class Route(NamedTuple):
    """Where a request goes; `service` None is the token service, which speaks Query."""

    namespace: str
    service: Service | None
    operation: str


class ForeignService(NotBuilt):
    """A call for a service that is not here, answered in that service's protocol."""

    def __init__(self, meant: str, xml: bool) -> None:
        super().__init__(
            f"This call is for {meant}, which cosell does not have: it answers for"
            " partnercentral-selling and for sts (GetCallerIdentity, AssumeRole). Programs send"
            " every service here when AWS_ENDPOINT_URL is set; set"
            " AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING instead."
        )
        self.xml = xml


class Routes:
    """The services by their target prefix; the first answers a path without a target."""

    def __init__(self, selling: Service, desk: Service) -> None:
        self._selling, self._desk = selling, desk
        self._by_prefix = {one.contract.target_prefix: one for one in (selling, desk)}

    def find(self, request: HttpRequest) -> Route:
        """Where the request goes, or the refusal of an address that leads nowhere."""
        address = _address(request.path)
        namespace = request.namespace or (address[1] if address else None)
        if namespace is None:
            namespace = DEFAULT_NAMESPACE
        elif not _is_a_name(namespace):
            raise UnknownNamespaceException(impossible(namespace))
        if request.method != "POST":
            self._ensure_ours(request)
            whose = "the desk" if address is not None and address[2] else "AWS's API"
            raise MethodNotAllowed(f"{request.method} is not answered here; {whose} takes POST.")
        targeted = aws_json.target(request.headers)
        named = address is not None and (address[2] or address[3])  # `curl -d` says it is a form
        if targeted is None and not named and _is_form(request):
            return self._form(request, namespace)
        service, operation = self._named(request, targeted, address)
        if service is self._desk and _type_of(request) not in _JSON_TYPES:
            raise UnsupportedMediaTypeException(
                f"The desk takes JSON: send the header 'Content-Type: {aws_json.PLAIN}'."
            )
        if operation not in service.contract.operations:
            self._unknown(request, operation)
        return Route(namespace, service, operation)

    def way(self, request: HttpRequest) -> Way:
        """Where a call will be at work, and how, as far as its address tells."""
        try:
            route = self.find(request)
        except ApiError:
            return _ASTRAY
        handler = route.service and route.service.handlers.get(route.operation)
        if not handler:
            return _ASTRAY
        if handler.long:
            return Way(route.namespace, "copies")
        if handler.kind == "procedure":
            return Way(route.namespace, "moves")
        return Way(route.namespace, "reads" if handler.kind == "query" else "writes")

    def is_load(self, request: HttpRequest) -> bool:
        """Whether the address is that of LoadNamespace at the desk, and leads there."""
        try:
            route = self.find(request)
        except ApiError:
            return False
        return route.service is self._desk and route.operation == "LoadNamespace"

    def meant(self, request: HttpRequest, error: ApiError) -> tuple[str, Contract, str] | None:
        """The namespace, the service and the operation that a request was for which led nowhere;
        None if that was not ours to answer."""
        address = _address(request.path)
        if request.method != "POST" or isinstance(error, ForeignService):
            return None
        namespace = request.namespace or (address[1] if address else "")
        if namespace is None:
            namespace = DEFAULT_NAMESPACE
        elif not _is_a_name(namespace):
            return None
        targeted = aws_json.target(request.headers)
        service = self._desk if address and address[2] else self._selling
        if targeted is not None and targeted[0] in self._by_prefix:
            service = self._by_prefix[targeted[0]]
        operation = targeted[1] if targeted else address and address[3]
        return namespace, service.contract, (operation or "")[:OPERATION_SHOWN_MAX]

    def _named(
        self, request: HttpRequest, targeted: tuple[str, str] | None, address: re.Match[str] | None
    ) -> tuple[Service, str]:
        if targeted is not None:
            prefix, operation = targeted
            service = self._by_prefix.get(prefix)
            if service is None or (address is None and request.namespace is None):
                self._unknown(request, operation)
            return service, operation
        operation = request.path.rpartition("/")[2]
        if address is None:
            self._unknown(request, operation)
        return (self._desk if address[2] else self._selling), operation

    def _form(self, request: HttpRequest, namespace: str) -> Route:
        signed = signed_service(request)
        if signed not in (None, "sts"):
            raise ForeignService(f"the AWS service '{signed}'", xml=True)
        version = None if signed else _VERSION.search(request.body, 0, _FORM_BYTES_MAX)
        if version and version[1] != _STS_VERSION:
            raise ForeignService(f"an AWS service of version {version[1].decode()}", xml=True)
        return Route(namespace, None, "")

    def _ensure_ours(self, request: HttpRequest) -> None:
        signed = signed_service(request)
        ours = self._selling.signing_names | self._desk.signing_names
        if signed is not None and signed not in ours:
            xml = signed in _XML_NAMES or _is_form(request)
            raise ForeignService(f"the AWS service '{signed}'", xml)

    def _unknown(self, request: HttpRequest, operation: str) -> NoReturn:
        self._ensure_ours(request)
        targeted = aws_json.target(request.headers)
        if targeted is not None and targeted[0] and targeted[0] not in self._by_prefix:
            raise ForeignService(f"the AWS service '{targeted[0]}'", xml=False)
        raise UnknownOperationException(self._nearest(request, operation))

    def _nearest(self, request: HttpRequest, operation: str) -> str:
        """What to say of an operation that is none: where it was looked for, and what is near."""
        if request.path.rstrip("/").endswith("/_cosell") and operation in ("", "_cosell"):
            return "Name an operation of the desk at the end of the path: /_cosell/GetClock."
        if not operation or request.path.rstrip("/") == f"/ns/{operation}":
            return "Name an operation: in the header X-Amz-Target, or at the end of the path."
        desk = aws_json.addressed(request).startswith("CosellDesk.") or "/_cosell/" in request.path
        service = self._desk if desk else self._selling
        if operation in service.contract.operations:
            at = f"/_cosell/{operation}" if desk else f"/{operation}"
            return (
                f"The path {request.path[:OPERATION_SHOWN_MAX]!r} leads nowhere. {operation} is at"
                f" {at}, and in another namespace than the default one at /ns/NAME{at}."
            )
        if not desk:
            return self._selling.contract.lacking(operation)
        hint = did_you_mean(operation, service.contract.operations)
        return f"There is no operation {operation[:OPERATION_SHOWN_MAX]!r} at the desk.{hint}"


@lru_cache(maxsize=256)  # whoever calls often calls at the same few addresses
def _address(path: str) -> re.Match[str] | None:
    """The namespace, the desk and the operation in a path; None if it leads nowhere."""
    return _PATH.fullmatch(path)


@lru_cache(maxsize=256)
def _is_a_name(namespace: str) -> bool:
    return NAMESPACE.fullmatch(namespace) is not None


def _type_of(request: HttpRequest) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_form(request: HttpRequest) -> bool:
    return _type_of(request) == _FORM
