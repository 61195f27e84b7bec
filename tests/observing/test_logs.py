"""What a server logs: with the call that it belongs to, and without anything that a call said."""

import itertools
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cosell.contract import Document
from tests.edge.keys import ALPHA, strict_server
from tests.harness import ACCOUNT, OTHER, Reply, Server, World, credential, opportunity, send
from tests.property.ground import Ground
from tests.property.inputs import spots
from tests.property.trials import SELLING, drawn
from tests.waiting import until_told

MARK = "zqx7"
DRAWN = 12  # calls of each operation
DIGITS = "98070605"
# What a member's form asks for; all others may be any text.
FORMS = {
    "Amount": DIGITS,
    "AwsAccount": f"9807{DIGITS}",
    "CompanyWebsiteUrl": f"https://{MARK}.example.com",
    "DunsNumber": f"9{DIGITS}",
    "Email": f"{MARK}@example.com",
    "LeadEmail": f"{MARK}@example.com",
    "LeadWebsiteUrl": f"https://{MARK}.example.com",
    "MonetaryAmount": DIGITS,
    "PhoneNumber": f"+19{DIGITS}",
    "SenderContactEmail": f"{MARK}@example.com",
    "WebsiteUrl": f"https://{MARK}.example.com",
}
# Codes of two and three letters, which tell nothing where they stand alone.
CODES = {"CountryCode", "CurrencyCode"}
SENSITIVE = {
    name for name, shape in SELLING.shapes.items() if shape.get("sensitive") and name not in CODES
}


class Served(World):
    """A namespace of a real server that is called as any account."""

    def call(self, operation: str, body: Any, account: str) -> Reply:
        return self.post(operation, body, {"Authorization": credential(account)})

    def desk_call(self, operation: str, body: Any) -> Reply:
        return send(self.server.url, "POST", f"/ns/{self.namespace}/_cosell/{operation}", body)


@pytest.fixture(params=["json", "text"])
def logging(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """A world on a server of its own, which logs each call."""
    options = ("--log-format", request.param, "--log-calls")
    running = Server(str(tmp_path / "state.db"), options, log=tmp_path / "log").start()
    yield Served(running)
    assert running.stop() == 0


def logged(server: Server) -> str:
    """What a server has logged, without what it said at its start. A call may come before it is
    told, and so may its end."""
    assert server.log is not None
    text = server.log.read_text()
    said, told, rest = text.partition("\n  database ")
    if not told:
        return text
    before, _, _ = said.partition("cosell ")
    assert "\n  endpoint " in said
    return before + rest.partition("\n")[2]


def lines_of(server: Server) -> list[dict[str, Any]]:
    return [json.loads(line) for line in logged(server).splitlines()]


# --- nothing that a call said --------------------------------------------------------------------


def marked(operation: str, body: Document) -> set[str]:
    """Let every sensitive member say something that can be found; answers the shapes of those."""
    met = set()
    for spot in spots(SELLING.shapes, SELLING.contract.operations[operation].input_shape, body):
        if spot.name in SENSITIVE and isinstance(spot.holder[spot.key], str):
            longest = SELLING.shapes[spot.name].get("max", 20 if "Postal" in spot.name else 80)
            said = FORMS.get(spot.name, f"{MARK} {spot.name} {MARK} {MARK}")[:longest]
            spot.holder[spot.key] = said
            met.add(spot.name)
    return met


def ensure_untold(server: Server) -> None:
    last = send(server.url, "POST", "/ListOpportunities", {"Catalog": "Sandbox"})
    until_told(server.log, last.headers["x-amzn-requestid"])
    text = logged(server)
    for mark in (MARK, DIGITS):
        assert mark not in text, text[max(0, text.index(mark) - 500) : text.index(mark) + 100]


def test_no_sensitive_member_of_any_operation_is_ever_logged(logging: Served) -> None:
    ground = Ground(Random(5), logging).prepare()
    met: set[str] = set()
    statuses: set[int] = set()
    for operation, _ in itertools.product(SELLING.operations, range(DRAWN)):
        trial = drawn(ground, SELLING, operation, ground.somebody())
        if trial.fault is None:  # else it has not even the form
            met |= marked(operation, trial.body)
            trial.body["Catalog"] = ground.random.choice([*[trial.whose[1]] * 3, "Nowhere"])
        statuses.add(logging.call(operation, trial.body, trial.whose[0]).status)
    asked_for = {
        spot.name
        for operation in SELLING.operations
        for spot in _everything(SELLING.contract.operations[operation].input_shape)
    }
    assert met >= asked_for & SENSITIVE - {"AwsAccount"}, "some member was never said"
    assert {200, 400} <= statuses
    ensure_untold(logging.server)


def _everything(shape: str, above: tuple[str, ...] = ()) -> Iterator[Any]:
    """Every member that an input can have, wherever it stands."""
    found = SELLING.shapes[shape]
    for member in found.get("members", {}).values():
        yield from _below(member["shape"], above)
    if "member" in found:
        yield from _below(found["member"]["shape"], above)


def _below(shape: str, above: tuple[str, ...]) -> Iterator[Any]:
    yield _Named(shape)
    if shape not in above:
        yield from _everything(shape, (*above, shape))


class _Named:
    def __init__(self, name: str) -> None:
        self.name = name


SECRET = {"Title": f"{MARK} title"}


def secret_opportunity() -> dict[str, Any]:
    made = opportunity()
    made["Project"] |= SECRET
    made["Customer"]["Account"] |= {"CompanyName": f"{MARK} company", "Duns": f"9{DIGITS}"}
    return made


def test_an_error_that_nobody_foresaw_is_logged_without_its_message(logging: Served) -> None:
    """The database refuses a row, and quotes it: a trigger does what no program foresees."""
    invitation = logging.referred()["EngagementInvitationId"]
    with closing(sqlite3.connect(logging.server.database, isolation_level=None)) as other:
        other.execute(
            "create trigger quoting before insert on document"
            " when new.kind in ('opportunity', 'resource-snapshot-job')"
            f" begin select raise(abort, '{MARK} {DIGITS} of a row'); end"
        )
    partner = logging.client()
    with pytest.raises(ClientError, match="InternalServerException") as met:
        partner.create_opportunity(Catalog="Sandbox", ClientToken="1", **secret_opportunity())
    request_id = met.value.response["ResponseMetadata"]["RequestId"]
    task = partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=invitation
    )
    assert task["ReasonCode"] == "InternalError"
    task_said = f"task {task['TaskId']}, step "
    until_told(logging.server.log, request_id, task_said)
    text = logged(logging.server)
    assert text.count("IntegrityError (SQLITE_CONSTRAINT_TRIGGER, its message is not told") == 2
    assert "in create_opportunity" in text, "where it happened is told"
    ensure_untold(logging.server)


def test_faults_and_refusals_are_logged_without_what_was_said(logging: Served) -> None:
    partner = logging.client()
    logging.desk("PutFault", Operation="CreateOpportunity", Error="ThrottlingException")
    said = secret_opportunity()
    for code in ("ThrottlingException", "ValidationException"):
        with pytest.raises(ClientError, match=code):
            partner.create_opportunity(Catalog="Sandbox", ClientToken="1", **said)
        said["LifeCycle"]["Stage"] = f"{MARK} stage"
    for path in (f"/{MARK}", f"/_cosell/{MARK}", f"/ns/{MARK}_/ListOpportunities"):
        send(logging.server.url, "POST", path, {"Title": MARK}, {"X-Amz-Security-Token": MARK})
    send(logging.server.url, "POST", "/", {}, {"X-Amz-Target": f"{MARK}.{MARK}"})
    send(logging.server.url, "POST", "/", {}, {"Authorization": f"{MARK} Credential={MARK}"})
    send(logging.server.url, "POST", "/ListOpportunities", b'{"Catalog": "zqx7')
    ensure_untold(logging.server)


# --- what is told --------------------------------------------------------------------------------


def test_each_call_is_a_json_object_with_what_became_of_it(tmp_path: Path) -> None:
    server = Server(":memory:", ("--log-format", "json"), log=tmp_path / "log").start()
    world = World(server, "lines")
    partner = world.client()
    listed = partner.list_opportunities(Catalog="Sandbox")
    with pytest.raises(ClientError) as met:
        partner.get_opportunity(Catalog="Sandbox", Identifier="O1")
    send(server.url, "POST", "/nonsense", {})
    send(server.url, "GET", "/_cosell/health", headers={"Host": "elsewhere.example"})
    assert server.stop() == 0
    first, second, unknown, foreign = (one for one in lines_of(server) if "status" in one)
    assert first.pop("duration_ms") > 0
    assert first.pop("time").endswith("Z")
    assert first.pop("message").startswith("selling ListOpportunities 200 Success ")
    assert first == {
        "level": "INFO",
        "logger": "cosell.calls",
        "request_id": listed["ResponseMetadata"]["RequestId"],
        "namespace": "lines",
        "service": "selling",
        "operation": "ListOpportunities",
        "status": 200,
        "outcome": "Success",
    }
    assert second["request_id"] == met.value.response["ResponseMetadata"]["RequestId"]
    assert (second["status"], second["outcome"]) == (400, "ResourceNotFoundException")
    assert unknown["outcome"] == "UnknownOperationException"
    assert "nonsense" not in json.dumps(unknown)
    assert (foreign["status"], foreign["outcome"]) == (403, "ForbiddenOriginException")
    assert foreign["request_id"]


def test_calls_are_logged_where_that_was_asked_for(tmp_path: Path) -> None:
    for options, expected in (
        ((), 0),
        (("--log-calls",), 1),
        (("--log-format", "json", "--no-log-calls"), 0),
    ):
        log = tmp_path / f"log-{len(options)}-{expected}"
        server = Server(":memory:", options, log=log).start()
        World(server).post("ListOpportunities", {"Catalog": "Sandbox"})
        assert server.stop() == 0
        assert logged(server).count("ListOpportunities 200 Success") == expected, options


def test_settings_of_the_log_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cosell.toml"
    path.write_text('[log]\nformat = "json"\ncalls = true\n')
    server = Server(":memory:", ("--config", str(path)), log=tmp_path / "log").start()
    reply = World(server).post("ListOpportunities", {"Catalog": "Sandbox"})
    assert server.stop() == 0
    [line] = lines_of(server)
    assert line["request_id"] == reply.headers["x-amzn-requestid"]


def test_a_line_within_a_call_has_its_request_id(tmp_path: Path) -> None:
    """Soft mode says what strict mode would refuse, deep within a call."""
    options = ("--auth", "soft", "--log-format", "json")
    server = Server(":memory:", options, log=tmp_path / "log").start()
    reply = World(server).post("ListOpportunities", {"Catalog": "Sandbox"})
    assert server.stop() == 0
    told = [one for one in lines_of(server) if one["message"].startswith("Strict mode would")]
    assert told
    assert {one["request_id"] for one in told} == {reply.headers["x-amzn-requestid"]}


def test_what_is_due_and_fails_is_logged_with_its_kind_and_namespace(tmp_path: Path) -> None:
    server = Server(
        str(tmp_path / "state.db"), ("--log-format", "json"), log=tmp_path / "log"
    ).start()
    world = World(server)
    world.referred()
    with closing(sqlite3.connect(server.database, isolation_level=None)) as other:
        other.execute(
            "create trigger quoting before update on invitation_view"
            f" begin select raise(abort, '{MARK} of a row'); end"
        )
    path = f"/ns/{world.namespace}/_cosell/AdvanceClock"
    reply = send(server.url, "POST", path, {"Seconds": 16 * 86_400})
    assert (reply.status, reply.document["__type"]) == (500, "InternalServerException")
    assert server.stop() == 0
    failed = [one for one in lines_of(server) if "exception" in one]
    assert {one["namespace"] for one in failed} == {world.namespace}
    assert reply.headers["x-amzn-requestid"] in {one["request_id"] for one in failed}
    assert MARK not in json.dumps(failed)


def test_strict_refusals_name_no_secret(tmp_path: Path) -> None:
    server = strict_server(tmp_path, ":memory:")
    server.options += ("--log-format", "json")
    server.log = tmp_path / "log"
    server.start()
    World(server, "default").post("ListOpportunities", {"Catalog": "Sandbox"})
    assert server.stop() == 0
    [line] = [one for one in lines_of(server) if "status" in one]
    assert line["outcome"] not in ("Success", "InternalServerException")
    assert ACCOUNT not in json.dumps(line)
    assert OTHER not in json.dumps(line)
    assert ALPHA.secret not in logged(server)
