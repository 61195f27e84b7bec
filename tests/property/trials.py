"""One trial: a generated request to an operation, asked for, and the answer judged.

A valid request never makes a 5xx, and is never told that its shape is wrong; its success has the
form of AWS's own; its refusal is one that the operation declares, and names members that there are.
One mutation of it is told as exactly that fault. Must not know how many trials there are.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from random import Random
from typing import Any, NamedTuple

import orjson

from cosell.contract import Contract, Document, Member
from cosell.contract.faults import lower_camel
from cosell.desk.contract import CONTRACT as DESK_CONTRACT
from cosell.selling.contract import ADDITIONS, CONTRACT
from tests.answers import MODEL, ensure_form
from tests.harness import Reply
from tests.property.ground import Ground, Whose
from tests.property.inputs import Source, draw, mutations, spots, vary


class Service(NamedTuple):
    """What is tried: a contract, its model's shapes, the operations that are left out."""

    contract: Contract
    shapes: Mapping[str, Any]
    left_out: frozenset[str] = frozenset()

    @property
    def operations(self) -> list[str]:
        return sorted(self.contract.operations.keys() - self.left_out)


SELLING = Service(CONTRACT, MODEL["shapes"])
DESK = Service(
    DESK_CONTRACT,
    json.loads((files("cosell.desk") / "model.json").read_bytes())["shapes"],
    # They would make refusals of their own, or a world without anything in it.
    frozenset(
        {
            "DeleteNamespace",
            "ForkNamespace",
            "LoadNamespace",
            "PutClock",
            "PutFault",
            "PutProfile",
            "PutQuotas",
            "ResetNamespace",
        }
    ),
)
MUTATED_SHARE = 0.3
BODY_SHARE = 0.6  # how often a request begins from a body that gets far, where there is one
AGAIN_SHARE = 0.1
# Shapes whose values are judged by a rule of the business, whatever their pattern says: an Amount
# beside an EstimationUrl excuses any.
EXEMPT = {"EstimationUrl"}
OPPORTUNITY = "GetOpportunityResponse"
# Shape faults that the model does not know of: tokens of pages are made by the service, and the
# keys of tags stand once.
BEYOND_THE_MODEL = {
    ("nextToken", "INVALID_VALUE"),
    ("key", "DUPLICATE_KEY_VALUE"),
    ("tagKeys", "DUPLICATE_KEY_VALUE"),
}


@dataclass(frozen=True)
class Trial:
    """A request, and the fault that it has: a path and a code; none if it is valid."""

    service: Service
    operation: str
    whose: Whose
    body: Document
    fault: tuple[str, str] | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a trial: a word for the count, and what is wrong with that, or ''."""

    label: str
    wrong: str = ""


# What leaves a world in which something can happen: small steps of the clock, few who are shut out,
# no quotas that are in force.
NEAR: Mapping[str | Member, Sequence[Any]] = {
    "AdvanceSeconds": (0, 60, 86_400, 20 * 86_400),
    ("PutPartnerRequest", "Catalogs"): (*[["AWS", "Sandbox"]] * 19, ["AWS"]),
    ("AdvanceClockRequest", "To"): ("2020-01-01T00:00:00Z",),
    ("PutProfileRequest", "Profile"): ("observed", "documented", "newly-onboarded"),
}


def source_for(ground: Ground, service: Service, whose: Whose) -> Source:
    choices = {**ADDITIONS.closed, **NEAR, "CatalogIdentifier": (whose[1],)}
    return Source(service.shapes, choices, ground.known(whose), ADDITIONS.unpatterned)


def drawn(ground: Ground, service: Service, operation: str, whose: Whose) -> Trial:
    """A trial of an operation: mostly valid, else with one mutation."""
    random = ground.random
    shape = service.contract.operations[operation].input_shape
    source = source_for(ground, service, whose)
    begun = ground.body(whose, operation) if random.random() < BODY_SHARE else None
    body: Document = draw(source, random, shape) if begun is None else begun
    if begun is not None:
        vary(source, random, shape, body)
    if "ClientToken" in body and random.random() < 0.9:
        body["ClientToken"] = ground.token()
    if "NextToken" in body and begun is None and random.random() < 0.9:
        del body["NextToken"]
    body = orjson.loads(orjson.dumps(body))  # no part of it stands in it twice
    trial = Trial(service, operation, whose, body)
    return _mutated(source, random, trial, shape) if random.random() < MUTATED_SHARE else trial


def _mutated(source: Source, random: Random, trial: Trial, shape: str) -> Trial:
    places = [s for s in spots(source.shapes, shape, trial.body) if s.name not in EXEMPT]
    if not places:
        return trial
    spot = random.choice(places)
    broken, code = random.choice(list(mutations(source, spot)))
    spot.holder[spot.key] = broken
    return replace(trial, fault=(spot.path, code))


def tried(ground: Ground, trial: Trial) -> Outcome:
    """Make the call, twice sometimes, and judge the answer."""
    with errors_logged() as logged:
        reply = asked(ground, trial)
        outcome = judged(trial, reply)
        if not outcome.wrong and reply.status == 200 and ground.random.random() < AGAIN_SHARE:
            outcome = _again(ground, trial, reply, outcome)
    if logged and not outcome.wrong:
        return Outcome(outcome.label, f"logged an error: {logged[0]}")
    return Outcome(outcome.label, f"{outcome.wrong}\n{''.join(logged)}") if logged else outcome


def asked(ground: Ground, trial: Trial) -> Reply:
    if trial.service is SELLING:
        return ground.call(trial.whose, trial.operation, trial.body)
    return ground.ask_desk(trial.operation, trial.body)


def _again(ground: Ground, trial: Trial, first: Reply, outcome: Outcome) -> Outcome:
    """The same client token and body have the same answer; a task may have gone on meanwhile."""
    if "ClientToken" not in trial.body or trial.service is not SELLING:
        return outcome
    second = asked(ground, trial)
    if trial.operation.startswith("Start"):
        told = [orjson.loads(one.body).get("TaskId") for one in (first, second)]
        same = second.status == 200 and told[0] == told[1]
    else:
        same = (second.status, second.body) == (first.status, first.body)
    wrong = "" if same else f"told {second.body!r} when asked again, first {first.body!r}"
    return Outcome(outcome.label, wrong)


def judged(trial: Trial, reply: Reply) -> Outcome:
    """Whether an answer may be one to the request."""
    if reply.status == 200:
        if trial.fault:
            return Outcome("200", f"{trial.fault} was let in: {reply.body[:500]!r}")
        wrong = _form(trial.operation, reply.body) if trial.service is SELLING else ""
        return Outcome("200", wrong)
    told = orjson.loads(reply.body)
    label = str(told["__type"])
    if reply.status >= 500:
        return Outcome(label, f"answered {reply.status}")
    if trial.fault:
        return Outcome(f"mutated: {trial.fault[1]}", _unlike(trial.fault, told))
    return Outcome(label, _refusal(trial, told))


def _form(operation: str, body: bytes) -> str:
    try:
        ensure_form(operation, body)
    except AssertionError as error:
        return f"{error}\n{body[:2000]!r}"
    return ""


def _unlike(fault: tuple[str, str], told: Document) -> str:
    """What is told beside the one fault of a mutated request."""
    path, code = fault
    if code == "SerializationException":
        right = told["__type"] == code and str(told["Message"]).startswith(f"{path}: expected")
    else:
        right = told.get("Reason") == "REQUEST_VALIDATION_FAILED" and fields(told) == [fault]
    return "" if right else f"{fault} was told as {told}"


def fields(told: Document) -> list[tuple[Any, Any]]:
    listed: Any = told.get("ErrorList") or ()
    return [(one["FieldName"], one["Code"]) for one in listed]


def _refusal(trial: Trial, told: Document) -> str:
    """What is wrong with the refusal of a valid request."""
    declared = trial.service.contract.operations[trial.operation]
    if told["__type"] not in declared.errors:
        return f"{told['__type']} is not declared: {told}"
    # What the desk finds wrong it calls the request's fault, whatever it is.
    shape = told.get("Reason") == "REQUEST_VALIDATION_FAILED" and trial.service is SELLING
    for path, code in fields(told):
        shapes = (declared.input_shape, OPPORTUNITY)  # what a refusal may speak of
        if not any(has_path(trial.service.shapes, one, str(path)) for one in shapes):
            return f"there is no member {path!r}: {told}"
        name = path.rpartition(".")[2].partition("[")[0]
        if shape and (name, code) not in BEYOND_THE_MODEL:
            return f"a valid request is told that its shape is wrong: {told}"
    return ""


def has_path(shapes: Mapping[str, Any], shape_name: str, path: str) -> bool:
    """Whether `project.expectedCustomerSpend[0].amount` leads somewhere below a shape."""
    shape = shapes.get(shape_name, {"type": "structure"})
    for step in path.replace("[", ".[").split("."):
        if step.startswith("[") or shape["type"] == "list":
            shape = shapes[shape["member"]["shape"]]
            if step.startswith("["):
                continue
        members = {
            lower_camel(name): ref["shape"] for name, ref in shape.get("members", {}).items()
        }
        if step not in members:
            return False
        shape = shapes[members[step]]
    return True


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


@contextmanager
def errors_logged() -> Iterator[list[str]]:
    """What the program logs as an error meanwhile, with its traceback."""
    handler, log = _Errors(), logging.getLogger("cosell")
    log.addHandler(handler)
    try:
        yield handler.texts
    finally:
        log.removeHandler(handler)
