"""The order of the stages: from the bytes of a request to the bytes of its answer.

One transaction per call, one `except` that turns a refusal into an answer. Must not know HTTP
servers, nor what an operation means.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, cast

from cosell import ids, refusals
from cosell.auth.sigv4 import Authenticator
from cosell.calls import Answer, Call, Rendered
from cosell.clock import perf_counter, wall_ms
from cosell.config import Config
from cosell.contract import Document
from cosell.errors import (
    ApiError,
    Cause,
    ConflictException,
    NotBuilt,
    request_refused,
)
from cosell.http import BUILT, HttpRequest, HttpResponse
from cosell.journal import PRESENT
from cosell.observing.watching import JOURNAL, Watching
from cosell.operations import DESK, DUE, LONG, SELLING
from cosell.originals import getLogger, orjson
from cosell.passage import Passage
from cosell.quotas import Quotas
from cosell.recording import Recorder
from cosell.refusals import FAILED, met_after, put_off, refusal
from cosell.routing import OPERATION_SHOWN_MAX, Routes, Way
from cosell.runner import Instruments, Runner
from cosell.selling.quotas import QUOTA_OF
from cosell.store import Contention, Store, StoreError, Tx, lag, ledger, namespaces
from cosell.store import faults as fault_rows
from cosell.store.left import undo_left
from cosell.store.namespaces import Namespace
from cosell.store.retries import retrying
from cosell.store.settings import setting
from cosell.wire import aws_json

log = getLogger("cosell.service")

_OTHER_BODY: Final = Cause(
    "token.other-body", "documented", "API reference: ConflictException, ClientToken"
)
_STS: Final = frozenset({"sts"})
_SWEEP_ROWS: Final = 10_000  # in one transaction
MODEL_HEADER: Final = ("x-cosell-model", SELLING.contract.model_date)  # which API this is


class Engine:
    """Everything that answers: routes, authentication, operations, the agenda, on one store."""

    def __init__(self, store: Store, config: Config, new_token_key: bytes) -> None:
        self.store = store
        self._limits = config.limits
        self._random = ids.new_random()
        token_key = setting(store, "token_key", new_token_key)
        self._authenticator = Authenticator(config.auth, token_key)
        self._routes = Routes(SELLING, DESK)
        self._quotas = Quotas(QUOTA_OF)
        instruments = Instruments(token_key, self._authenticator, self._quotas)
        self.runner = Runner(store, DUE, self._random, instruments)
        self._recorder = Recorder(self.runner.journal, store, self._routes)
        self.watching = self.runner.counts = Watching()  # who is told of calls, and of what ran
        self.takes_turns = False  # whether who asks lets those that write wait for their turn

    def handle(
        self, request: HttpRequest, began: float | None = None, *, waited_s: float | None = None
    ) -> HttpResponse:
        """Answer a request; whatever goes wrong, there is an answer. It may be to wait first, and
        then to ask on: `HttpResponse.then`. `began` is when the request was there (`perf_counter`),
        if it has waited since; `waited_s` how long it waited for its turn in vain."""
        passage = Passage(request, ids.uuid(self._random), began)
        return self._run(passage, self._begin, waited_s=waited_s)

    def way(self, request: HttpRequest) -> Way:
        """Where a call will be at work, and how, as far as its address tells."""
        return self._routes.way(request)

    def _run(
        self,
        passage: Passage,
        stages: Callable[[Passage], HttpResponse],
        *,
        waited_s: float | None = None,
    ) -> HttpResponse:
        """The one place that turns a refusal into an answer. Here it is known in the end what a
        call was answered, and what acted on it."""
        trace = passage.trace
        PRESENT.set(trace)
        try:
            if waited_s is None:
                response = stages(passage)
            else:
                response = refusals.turn_away(self._routes.find(passage.request), passage, waited_s)
        except ApiError as error:
            trace.outcome = error.code
            self.watching.guard(JOURNAL, self._recorder.note, error, passage)
            response = refusal(error, passage)
        except (StoreError, Contention) as error:
            self.undo_left()
            response = put_off(error, passage)
        except Exception:
            self.undo_left()
            log.exception("request %s failed", passage.request_id)
            trace.outcome = FAILED.code
            response = refusal(FAILED, passage)
        if response.then is not None:
            PRESENT.set(None)
            return response
        answered = response
        if passage.met is not None:
            response = met_after(passage.met, passage, response)
        response.headers.append(MODEL_HEADER)
        trace.lasted_s = perf_counter() - passage.began
        if trace.name:
            self.watching.guard(JOURNAL, self._recorder.record, passage, response, answered)
        self.watching.answered(trace, response)
        PRESENT.set(None)
        return response

    def body_bytes_max(self, request: HttpRequest) -> int:
        """How large a call's body may be; asked of those that are larger than others may be."""
        if self._routes.is_load(request):
            return max(self._limits.load_bytes_max, self._limits.body_bytes_max)
        return self._limits.body_bytes_max

    def take_away(self, name: str) -> None:
        """What DeleteNamespace does, for a place that has nobody to answer."""
        if namespaces.look_up(self.store, name).ns:
            retrying(
                self.store, lambda tx: namespaces.delete(tx, namespaces.find(tx, name), wall_ms())
            )
        self.runner.journal.clear(name)
        self._quotas.forget(name)

    def sweep(self) -> int:
        """Delete at once what namespaces that are no more left behind, for a place where no thread
        does; answers how many rows that were."""
        total = 0
        while swept := self.store.sweep(_SWEEP_ROWS):
            total += swept
        return total

    def undo_left(self) -> None:
        """Undo what a signal's exception left open in this thread, unless a call is within it."""
        undo_left(self.store, _ENTERED)

    def open(self, state: bytes) -> None:
        """The namespace `default`, and that of the name that it was saved under, are what was
        saved. ValueError, which says what is wrong, for a file that cannot be used."""
        from cosell.desk.operations import namespaces as desk_namespaces  # most open none

        for name in dict.fromkeys(("default", desk_namespaces.name_of(state, self.store))):
            with self.store.write(long=True) as tx:
                namespace = namespaces.find(tx, name)
                desk_namespaces.load(tx, self.store, namespace, state, wall_ms())

    def is_long(self, request: HttpRequest) -> bool:
        """Whether the call may take its time, so that nobody should wait behind it."""
        return aws_json.addressed(request).endswith(LONG)

    def _begin(self, passage: Passage) -> HttpResponse:
        # The order of refusal, one for all (ARCHITECTURE.md). Host and Origin were before.
        request, trace = passage.request, passage.trace
        name, service, operation = self._routes.find(request)
        if service is None:
            return self._answer_sts(passage, name)
        passage.service, contract = service, service.contract
        trace.name, trace.operation = name, operation
        trace.service, trace.contract = service.name, contract
        passage.operation = contract.operations[operation]
        passage.identity = identity = self._authenticator.authenticate(
            request, service.signing_names, passage.wall
        )
        trace.account = account = identity.account
        passage.raw = aws_json.decode(request.body, self._limits.depth_max)
        self._authenticator.let_in(identity, name)
        # Looked up, never made: a refused call creates nothing.
        passage.namespace = namespace = namespaces.look_up(self.store, name)
        trace.ns, trace.offset_ms = namespace.ns, namespace.offset_ms
        trace.frozen_at = namespace.frozen_at
        if (
            service is SELLING
            and BUILT not in request.headers
            and self._quotas.exceeds(namespace, account, operation, passage.wall)
        ):
            raise refusals.over_quota(operation)
        if self.takes_turns and self._may_write(passage):
            return HttpResponse(
                0, [], b"", then=partial(self._run, passage, self._had_turn), pen=True
            )
        return self._meet(passage)

    def _may_write(self, passage: Passage) -> bool:
        """Whether a call that asks may have to write, for it spends a fault, or shows what lagged:
        then it waits for its turn like others that do."""
        if not passage.namespace.faults and not passage.namespace.lag_ms:
            return False
        return self._routes.way(passage.request).how == "reads"

    def _had_turn(self, passage: Passage) -> HttpResponse:
        self._look_anew(passage)
        return self._meet(passage)

    def _meet(self, passage: Passage) -> HttpResponse:
        if passage.service is SELLING and passage.namespace.faults:
            return self._meet_faults(passage)
        return self._go_on(passage)

    def _meet_faults(self, passage: Passage) -> HttpResponse:
        """What somebody asked for (PutFault) acts on this call."""
        passage.met = met = fault_rows.meet(
            self.store, passage.namespace, passage.operation.name, passage.identity.account
        )
        if met is not None and met.wait_before_s:
            then = partial(self._run, passage, self._waited)
            return HttpResponse(0, [], b"", met.wait_before_s, then=then)
        return self._meet_end(passage)

    def _waited(self, passage: Passage) -> HttpResponse:
        self._look_anew(passage)
        return self._meet_end(passage)

    def _look_anew(self, passage: Passage) -> None:
        """A call that was made to wait meets the world as it has become meanwhile; it makes none
        of the name of one that is no more."""
        passage.wall, met = wall_ms(), passage.namespace
        passage.namespace = namespaces.look_up(self.store, met.name)
        if met.ns and not passage.namespace.ns:
            raise refusals.gone(met.name)

    def _meet_end(self, passage: Passage) -> HttpResponse:
        end = passage.met and passage.met.end_before
        if not end:
            return self._go_on(passage)
        if end.error is None:
            return refusals.cut_off(passage)
        raise refusals.asked_for(end, passage)

    def _go_on(self, passage: Passage) -> HttpResponse:
        """From the shape of the request to its answer."""
        operation, service = passage.operation, passage.service
        passage.known, errors = operation.validate(passage.raw)
        if errors:
            raise request_refused(*errors)
        handler = service.handlers.get(operation.name)
        if handler is None:
            raise NotBuilt(f"{operation.name} is not built yet; its input was checked.")
        passage.handler = handler
        namespace = passage.namespace
        if namespace.shut_out and service.admit is not None:
            with self.store.read(single=True) as tx:
                service.admit(tx, namespace.ns, passage.identity.account, passage.known)
        answer: Answer
        if handler.kind == "query":
            if namespace.lag_ms:
                lag.catch_up(
                    self.store, namespace.ns, namespace.now(passage.wall) - namespace.lag_ms
                )
            with self.store.read(single=handler.single, long=handler.long) as tx:
                if not handler.single:  # else what was found is as old as an instant of its own
                    namespace = namespaces.find(tx, namespace.name)
                answer = handler.run(self._call(passage, namespace, passage.wall), tx)
        else:
            answer = self._carry_out(passage)
        if isinstance(answer, Rendered):
            body = answer.body
        elif operation.output_shape is None:
            body = b""
        else:
            body = aws_json.body_of(operation.render(answer))
        return aws_json.encode(
            body, aws_json.content_type(passage.request.headers), passage.request_id
        )

    def _carry_out(self, passage: Passage) -> Answer:
        """A command, and what follows it in transactions of their own if it is a procedure."""
        long = passage.handler.long
        answer, planned = retrying(
            self.store, lambda tx: (self._once(passage, tx), tx.planned), long=long
        )
        if passage.trace.ended:
            self.runner.count_ended(passage.trace)
        if planned is not None or passage.service is DESK:
            self.runner.wake()
        after = passage.handler.after
        if after is None or isinstance(answer, Rendered):
            return answer
        return after(self._call(passage, passage.namespace, wall_ms()), answer)

    def _once(self, passage: Passage, tx: Tx) -> Answer:
        """What the client token made before, or the operation itself."""
        trace = passage.trace
        trace.begin_anew()
        operation, handler = passage.operation, passage.handler
        look_up = namespaces.ensure if handler.ensures else namespaces.as_it_is
        namespace = look_up(tx, passage.namespace.name, wall_ms())
        passage.trace.ns = namespace.ns
        wall = wall_ms()  # read with the pen in hand, so that instants follow the order of commits
        call = self._call(passage, namespace, wall)
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
                conflict = ConflictException(
                    "Conflicting client token submitted for a new request body."
                )
                conflict.cause = _OTHER_BODY
                raise conflict
            passage.trace.replayed = True
            first: Document = orjson.loads(made[1])
            return first if handler.replay is None else handler.replay(call, tx, first)
        answer = handler.run(call, tx)
        if isinstance(answer, Rendered):
            raise TypeError(f"{operation.name} is a command: its answer is kept as a document")
        if passage.service is DESK:
            # A reset has put another integer behind the name, or none: the token lives where it
            # leads.
            key = key._replace(ns=namespaces.find(tx, namespace.name).ns)
        if key.ns:
            ledger.record(tx, key, digest, orjson.dumps(answer), (call.now, wall))
        return answer

    def _call(self, passage: Passage, namespace: Namespace, wall: int) -> Call:
        return Call(
            passage.operation.name,
            passage.known,
            passage.identity.account,
            passage.identity.arn,
            cast("str", passage.known.get("Catalog", "")),
            namespace,
            namespace.now(wall),
            wall,
            passage.request_id,
            self._random,
            self.runner,
            passage.trace,
            passage.identity,
        )

    def _answer_sts(self, passage: Passage, namespace: str) -> HttpResponse:
        """The token service has no state: it needs no transaction, and of a namespace only the
        journal."""
        from cosell.sts import contract  # most servers never answer it
        from cosell.sts.operations import find_operation
        from cosell.wire import query

        trace, request_id = passage.trace, passage.request_id
        name, document, unread = contract.read(passage.request.body)
        trace.name, trace.service = namespace, "sts"
        if name in contract.CONTRACT.operations:
            trace.operation = name
        else:
            trace.asked = name[:OPERATION_SHOWN_MAX]
        trace.contract, trace.request = contract.CONTRACT, contract.said(document)
        try:
            identity = self._authenticator.authenticate(
                passage.request, _STS, passage.wall, any_region=True
            )
            trace.account = identity.account
            if not identity.may_use(namespace):
                trace.name = ""  # who may not see a namespace leaves no trace in it
            if unread is not None:
                raise unread
            run = find_operation(name)
            result = run(document, identity, self._authenticator.directory, passage.wall)
            trace.answer = contract.said(result)
            return query.encode(name, result, request_id)
        except ApiError as error:
            trace.outcome = error.code
            if trace.name:
                self.watching.guard(JOURNAL, self._recorder.note, error, passage)
            trace.answer = contract.refused(error)
            return query.encode_error(error, request_id)
        except Exception:
            log.exception("request %s failed", request_id)
            trace.outcome = FAILED.code
            trace.answer = contract.refused(FAILED)
            return query.encode_error(FAILED, request_id)


_ENTERED: Final = frozenset(one.__code__ for one in (Engine._run, Engine.take_away, Engine.sweep))
