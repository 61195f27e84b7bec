"""The order of the stages: from the bytes of a request to the bytes of its answer.

One transaction per call, one `except` that turns a refusal into an answer. Must not know HTTP
servers, nor what an operation means.
"""

import logging
from types import ModuleType
from typing import Final, NamedTuple, cast

import orjson

from cosell import ids
from cosell.auth import Identity
from cosell.auth.sigv4 import Authenticator
from cosell.calls import Answer, Call, Handler, Rendered, collect, collect_due
from cosell.clock import wall_ms
from cosell.config import Config
from cosell.contract import Contract, Document, Operation
from cosell.desk.contract import CONTRACT as DESK
from cosell.desk.operations import (
    autopilot,
    aws,
    estimates,
    laboratory,
    partners,
    prospects,
    reviews,
)
from cosell.desk.operations import namespaces as desk_namespaces
from cosell.desk.operations import solutions as desk_solutions
from cosell.errors import (
    ApiError,
    ConflictException,
    InternalServerException,
    NotBuilt,
    error_named,
    request_refused,
)
from cosell.http import HttpRequest, HttpResponse
from cosell.routing import Admit, ForeignService, Route, Routes, Service
from cosell.runner import Runner
from cosell.selling.contract import CONTRACT as SELLING
from cosell.selling.domain import accounts
from cosell.selling.operations import (
    engagements,
    invitations,
    opportunities,
    prospecting,
    related_entities,
    settings,
    snapshots,
    solutions,
    submissions,
    tags,
    tasks,
)
from cosell.store import Store, Tx, lag, ledger, namespaces
from cosell.store import faults as fault_rows
from cosell.store.namespaces import Namespace
from cosell.store.retries import retrying
from cosell.wire import aws_json

log = logging.getLogger("cosell.service")

SELLING_MODULES: Final = (
    engagements,
    invitations,
    opportunities,
    prospecting,
    related_entities,
    settings,
    snapshots,
    solutions,
    submissions,
    tags,
    tasks,
)
DESK_MODULES: Final = (
    autopilot,
    aws,
    desk_namespaces,
    desk_solutions,
    estimates,
    laboratory,
    partners,
    prospects,
    reviews,
)
_SWEEP_ROWS: Final = 10_000  # in one transaction
MODEL_HEADER: Final = ("x-cosell-model", SELLING.model_date)  # which API this is


def _service(
    name: str, contract: Contract, modules: tuple[ModuleType, ...], admit: Admit | None = None
) -> Service:
    handlers = collect(modules, contract.operations)
    return Service(name, contract, handlers, frozenset({contract.signing_name}), admit)


class Engine:
    """Everything that answers: routes, authentication, operations, the agenda, on one store."""

    def __init__(self, store: Store, config: Config, new_token_key: bytes) -> None:
        self.store = store
        self._limits = config.limits
        self._random = ids.new_random()
        token_key = store.setting("token_key", new_token_key)
        self._authenticator = Authenticator(config.auth, token_key)
        selling = _service("selling", SELLING, SELLING_MODULES, accounts.admit)
        desk = _service("desk", DESK, DESK_MODULES)
        self._routes = Routes(selling, desk)
        self._desk_operations = frozenset(desk.handlers)
        handlers = {**selling.handlers, **desk.handlers}.values()
        self._long = tuple(one.name for one in handlers if one.long)
        due = collect_due((*SELLING_MODULES, *DESK_MODULES))
        self.runner = Runner(store, due, self._random, token_key, self._authenticator)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; whatever goes wrong, there is an answer."""
        response = self._handle(request)
        response.headers.append(MODEL_HEADER)
        return response

    def _handle(self, request: HttpRequest) -> HttpResponse:
        request_id = ids.uuid(self._random)
        try:
            route = self._routes.find(request)
            if route.service is None:
                return self._answer_sts(request, request_id)
            document = self._answer(route, route.service, request, request_id)
            return aws_json.encode(document, aws_json.content_type(request.headers), request_id)
        except ApiError as error:
            return _refusal(error, request, request_id)
        except Exception:
            log.exception("request %s failed", request_id)
            return _refusal(InternalServerException(), request, request_id)

    def body_bytes_max(self, request: HttpRequest) -> int:
        """How large a call's body may be; asked of those that are larger than others may be."""
        if self._routes.is_load(request):
            return max(self._limits.load_bytes_max, self._limits.body_bytes_max)
        return self._limits.body_bytes_max

    def sweep(self) -> int:
        """Delete at once what namespaces that are no more left behind, for a place where no thread
        does; answers how many rows that were."""
        total = 0
        while swept := self.store.sweep(_SWEEP_ROWS):
            total += swept
        return total

    def is_long(self, request: HttpRequest) -> bool:
        """Whether the call may take its time, so that nobody should wait behind it."""
        return aws_json.addressed(request).endswith(self._long)

    def _answer(
        self, route: Route, service: Service, request: HttpRequest, request_id: str
    ) -> Document | None:
        # The order of refusal, one for all (ARCHITECTURE.md). Host and Origin, and the route,
        # were before.
        operation = service.contract.operations[route.operation]
        wall = wall_ms()
        identity = self._authenticator.authenticate(request, service.signing_names, wall)
        raw = aws_json.decode(request.body, self._limits.depth_max)
        self._authenticator.let_in(identity, route.namespace)
        with self.store.read(single=True) as tx:
            # Looked up, never made: a refused call creates nothing.
            namespace = namespaces.find(tx, route.namespace)
        if namespace.faults:
            self._meet_fault(namespace, operation)
        known, errors = operation.validate(raw)
        if errors:
            raise request_refused(*errors)
        handler = service.handlers.get(operation.name)
        if handler is None:
            raise NotBuilt(f"{operation.name} is not built yet; its input was checked.")
        if namespace.shut_out and service.admit is not None:
            with self.store.read(single=True) as tx:
                service.admit(tx, namespace.ns, identity.account, known)
        asked = _Asked(operation, handler, identity, namespace, known, request_id)
        answer: Answer
        if handler.kind == "query":
            if namespace.lag_ms:
                lag.catch_up(self.store, namespace.ns, namespace.now(wall) - namespace.lag_ms)
            with self.store.read(single=handler.single) as tx:
                namespace = namespaces.find(tx, route.namespace)
                answer = handler.run(self._call(asked, namespace, wall), tx)
        else:
            answer = self._carry_out(asked)
        if isinstance(answer, Rendered):
            return answer.document
        return None if operation.output_shape is None else operation.render(answer)

    def _meet_fault(self, namespace: Namespace, operation: Operation) -> None:
        """Fail if somebody asked for it (PutFault); spending a fault is a commit of its own."""
        code = retrying(self.store, lambda tx: fault_rows.spend(tx, namespace, operation.name))
        if code is not None:
            raise error_named(code)

    def _carry_out(self, asked: "_Asked") -> Answer:
        """A command, and what follows it in transactions of their own if it is a procedure."""
        answer, planned = retrying(self.store, lambda tx: (self._once(asked, tx), tx.planned))
        if planned or asked.operation.name in self._desk_operations:
            self.runner.wake()
        after = asked.handler.after
        if after is None or isinstance(answer, Rendered):
            return answer
        return after(self._call(asked, asked.namespace, wall_ms()), answer)

    def _once(self, asked: "_Asked", tx: Tx) -> Answer:
        """What the client token made before, or the operation itself."""
        wall = wall_ms()  # read with the pen in hand, so that instants follow the order of commits
        operation, handler = asked.operation, asked.handler
        look_up = namespaces.ensure if handler.ensures else namespaces.as_it_is
        namespace = look_up(tx, asked.namespace.name, wall)
        call = self._call(asked, namespace, wall)
        if namespace.lag_ms:
            tx.lags_at = call.now
        token = call.input.get(operation.idempotency_token or "")
        if not isinstance(token, str):
            return handler.run(call, tx)
        key = ledger.Key(call.ns, call.account, call.catalog, operation.name, token)
        digest = operation.digest(call.input)
        made = ledger.recall(tx, key, call.now, wall)
        if made is not None:
            if made[0] != digest:
                raise ConflictException(
                    "Conflicting client token submitted for a new request body."
                )
            first: Document = orjson.loads(made[1])
            return first if handler.replay is None else handler.replay(call, tx, first)
        answer = handler.run(call, tx)
        if isinstance(answer, Rendered):
            raise TypeError(f"{operation.name} is a command: its answer is kept as a document")
        # A reset has put another integer behind the name, or none: the token lives where it leads.
        key = key._replace(ns=namespaces.find(tx, namespace.name).ns)
        if key.ns:
            ledger.record(tx, key, digest, orjson.dumps(answer), (call.now, wall))
        return answer

    def _call(self, asked: "_Asked", namespace: Namespace, wall: int) -> Call:
        return Call(
            asked.operation.name,
            asked.known,
            asked.identity.account,
            asked.identity.arn,
            cast("str", asked.known.get("Catalog", "")),
            namespace,
            namespace.now(wall),
            wall,
            asked.request_id,
            self._random,
            self.runner,
            asked.identity,
        )

    def _answer_sts(self, request: HttpRequest, request_id: str) -> HttpResponse:
        """The token service has no state: it needs no namespace and no transaction."""
        from cosell.sts.operations import find_operation  # most servers never answer it
        from cosell.wire import query

        try:
            wall, names = wall_ms(), frozenset({"sts"})
            identity = self._authenticator.authenticate(request, names, wall, any_region=True)
            name, document = query.decode(request.body)
            run = find_operation(name)
            result = run(document, identity, self._authenticator.directory, wall)
            return query.encode(name, result, request_id)
        except ApiError as error:
            return query.encode_error(error, request_id)
        except Exception:
            log.exception("request %s failed", request_id)
            return query.encode_error(InternalServerException(), request_id)


class _Asked(NamedTuple):
    """A call that has passed every stage before its transaction."""

    operation: Operation
    handler: Handler
    identity: Identity
    namespace: Namespace
    known: Document
    request_id: str


def _refusal(error: ApiError, request: HttpRequest, request_id: str) -> HttpResponse:
    if isinstance(error, ForeignService) and error.xml:
        from cosell.wire import query

        return query.encode_error(error, request_id)
    return aws_json.encode_error(error, aws_json.content_type(request.headers), request_id)
