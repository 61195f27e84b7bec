"""A namespace is saved to a file and loaded from it: all of it, and a bad file changes nothing."""

import base64
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cosell.store import Batch
from cosell.store.saved import Header, read, write
from cosell.store.sqlite_file import columns_of, tables_of
from tests.edge.wires import TARGETED, Request, exchange
from tests.harness import ACCOUNT, OTHER, Server, World, opportunity, send
from tests.inside import Inside
from tests.refusal import desk_refusal, refusal
from tests.upgrade.make_state import FORMAT, answers, answers_of, live, state_of
from tests.upgrade.test_formats import tasks

START = "2026-03-01T00:00:00.000Z"
MIB = 1_048_576


@pytest.fixture
def elsewhere() -> Iterator[Inside]:
    """A world of another database."""
    world = Inside("elsewhere")
    yield world
    world.close()


def titles(world: World, **members: Any) -> list[str]:
    page = world.client().list_opportunities(Catalog="Sandbox", **members)
    return sorted(one["Customer"]["Account"]["CompanyName"] for one in page["OpportunitySummaries"])


def create(world: World, company: str, token: str = "") -> Any:
    account = {
        "CompanyName": company,
        "Industry": "Retail",
        "WebsiteUrl": "https://www.example.com",
        "Address": {"CountryCode": "US", "PostalCode": "98101", "StateOrRegion": "Washington"},
    }
    request = opportunity(Customer={"Account": account})
    more = {"ClientToken": token} if token else {}
    return world.client().create_opportunity(Catalog="Sandbox", **request, **more)


def test_everything_is_there_again_in_another_database(world: World, elsewhere: Inside) -> None:
    live(world)
    before = answers(world)
    saved = world.desk("SaveNamespace")
    elsewhere.desk("ReferOpportunity", Catalog="AWS", ReceiverAccountId=ACCOUNT)
    loaded = elsewhere.desk("LoadNamespace", State=saved["State"])
    assert loaded == {
        "Namespace": "elsewhere",
        "Time": before["clock"]["Time"],
        "Format": saved["Format"],
    }
    assert answers(elsewhere) == before
    # What was at work goes on, in both, to the same end.
    fired = [one.desk("AdvanceClock", Seconds=3_600)["Fired"] for one in (world, elsewhere)]
    assert fired[0] == fired[1] > 0
    ends = [
        {one["TaskId"]: one["TaskStatus"] for one in tasks(each)} for each in (world, elsewhere)
    ]
    assert ends[0] == ends[1]
    assert "IN_PROGRESS" not in ends[0].values()


def test_load_replaces_what_was_there(world: World) -> None:
    create(world, "Kept")
    state = world.desk("SaveNamespace")["State"]
    create(world, "Later")
    world.desk("PutPace", Mode="Held")
    token = world.client().list_opportunities(Catalog="Sandbox", MaxResults=1)["NextToken"]
    world.desk("LoadNamespace", State=state)
    assert titles(world) == ["Kept"]
    refused = refusal(world.client().list_opportunities, Catalog="Sandbox", NextToken=token)
    assert refused.fields == [("nextToken", "INVALID_VALUE")]
    assert world.desk("PutPace", Mode="Paced")["StepSeconds"] == 2


def test_client_tokens_come_along(world: World) -> None:
    first = create(world, "Once", token="one")
    state = world.desk("SaveNamespace")["State"]
    copy = World(world.server)
    copy.desk("LoadNamespace", State=state)
    again = create(copy, "Once", token="one")
    assert again["Id"] == first["Id"]
    assert titles(copy) == ["Once"]


def test_what_is_made_after_a_load_has_an_id_of_its_own(world: World, elsewhere: Inside) -> None:
    made = {create(world, f"Company {number}")["Id"] for number in range(3)}
    elsewhere.desk("LoadNamespace", State=world.desk("SaveNamespace")["State"])
    more = {create(elsewhere, "More")["Id"] for _ in range(3)}
    assert not made & more
    assert len(elsewhere.events()) == 6
    seqs = [one["Seq"] for one in elsewhere.desk("ListEvents")["Events"]]
    assert seqs == sorted(set(seqs))


# --- its time ------------------------------------------------------------------------------------


def test_clock_that_stands_stands_where_it_stood(world: World) -> None:
    world.desk("PutClock", Time=START, Frozen=True)
    copy = World(world.server)
    state = world.desk("SaveNamespace")["State"]
    assert copy.desk("LoadNamespace", State=state)["Time"] == START
    clock = copy.desk("GetClock")
    assert (clock["Time"], clock["Frozen"]) == (START, True)


def test_clock_that_runs_goes_on_from_where_it_was(world: World) -> None:
    world.desk("PutClock", Time=START)
    world.desk("AdvanceClock", Seconds=100)
    state = world.desk("SaveNamespace")["State"]
    world.desk("AdvanceClock", Seconds=86_400)
    world.desk("LoadNamespace", State=state)
    clock = world.desk("GetClock")
    assert "2026-03-01T00:01:40" <= clock["Time"] < "2026-03-01T01:00:00"
    assert not clock["Frozen"]


def test_close_date_of_a_saved_spring_is_still_to_come(world: World, elsewhere: Inside) -> None:
    world.desk("PutClock", Time=START, Frozen=True)
    create(world, "Spring")
    elsewhere.desk("LoadNamespace", State=world.desk("SaveNamespace")["State"])
    life = {"Stage": "Prospect", "TargetCloseDate": "2026-05-01"}
    made = elsewhere.client().create_opportunity(Catalog="Sandbox", **opportunity(LifeCycle=life))
    assert made["LastModifiedDate"].isoformat().startswith("2026-03-01")


# --- what is refused -----------------------------------------------------------------------------


def test_save_of_what_was_never_there_is_not_found(world: World) -> None:
    told = desk_refusal(world, "SaveNamespace")
    assert told.code == "ResourceNotFoundException"
    assert world.namespace in told.message
    names = [one["Name"] for one in world.desk("ListNamespaces", MaxResults=1000)["Namespaces"]]
    assert world.namespace not in names


def sealed(time: str = START, format: int = 3, batches: tuple[Batch, ...] = ()) -> bytes:
    """A file that is sealed as it should be."""
    return write(Header("a", time, True, format, "9.0", "2030-01-01"), batches)[0]


def damaged(state: bytes) -> dict[str, tuple[bytes, str]]:
    """Files that are no good, and what is said of each."""
    return {
        "empty": (b"", "not a namespace that cosell saved"),
        "another file": (b"PK\x03\x04 whatever", "not a namespace that cosell saved"),
        "cut off": (state[:-1], "damaged"),
        "a byte that changed": (state[:-20] + b"?" + state[-19:], "damaged"),
        "a newer kind of file": (state.replace(b" 1 ", b" 2 ", 1), "newer cosell"),
        "a newer format": (sealed(format=99), "format 99"),
        "a year that no clock has": (sealed("9999-01-01"), "9000"),
        "a time that is none": (sealed("noon"), "noon"),
        "a table that is not there": (sealed(batches=(Batch("x", {}, [()]),)), "damaged"),
    }  # fmt: skip


@pytest.mark.parametrize("how", damaged(b" 1 " + b"x" * 30))
def test_bad_file_is_refused_and_changes_nothing(world: World, how: str) -> None:
    create(world, "Here")
    good = base64.b64decode(world.desk("SaveNamespace")["State"])
    state, words = damaged(good)[how]
    told = desk_refusal(world, "LoadNamespace", State=base64.b64encode(state).decode())
    assert told.code == "ValidationException"
    assert told.fields == [("state", "INVALID_VALUE")]
    assert words in told.message
    assert titles(world) == ["Here"]
    fresh = World(world.server)
    desk_refusal(fresh, "LoadNamespace", State=base64.b64encode(state).decode())
    names = [one["Name"] for one in world.desk("ListNamespaces", MaxResults=1000)["Namespaces"]]
    assert fresh.namespace not in names


LIKE = {
    "offset_ms": None, "pace": "{]", "step_ms": -1, "faults": None, "profile": "",
    "shut_out": None, "lag_ms": -1, "quotas": "Some",
}  # fmt: skip


@pytest.mark.parametrize("trait", LIKE)
@pytest.mark.parametrize("is_absent", [True, False])
def test_file_that_holds_what_no_namespace_is_like_is_damaged(
    world: World, trait: str, is_absent: bool
) -> None:
    create(world, "Here")
    state = base64.b64decode(world.desk("SaveNamespace")["State"])
    header, batches = read(state, FORMAT)
    told = [*batches]
    [row] = told[0].rows
    wrong = [*row]
    wrong[[*told[0].columns].index(trait)] = None if is_absent else LIKE[trait]
    bad, _ = write(header, [Batch("namespace", told[0].columns, [tuple(wrong)]), *told[1:]])
    refused = desk_refusal(world, "LoadNamespace", State=base64.b64encode(bad).decode())
    assert refused.fields == [("state", "INVALID_VALUE")]
    assert "It is damaged" in refused.message
    assert titles(world) == ["Here"]


@pytest.mark.parametrize("row", [(None, 5), ("seq", None)])
def test_file_with_a_counter_that_is_none_is_damaged(world: World, row: tuple[Any, ...]) -> None:
    counters = Batch("counter", {"name": "text", "next": "integer"}, [row])
    state = base64.b64encode(sealed(format=FORMAT, batches=(counters,))).decode()
    refused = desk_refusal(world, "LoadNamespace", State=state)
    assert "It is damaged" in refused.message


@pytest.mark.parametrize(
    ("state", "code"), [("no base64!", "INVALID_STRING_FORMAT"), (None, "REQUIRED_FIELD_MISSING")]
)
def test_state_that_is_no_base64_is_a_fault_of_the_request(
    world: World, state: str | None, code: str
) -> None:
    told = desk_refusal(world, "LoadNamespace", State=state)
    assert told.fields == [("state", code)]


# --- from older formats --------------------------------------------------------------------------


def written_by(format: int) -> bytes:
    """What a cosell of an older format would have saved, of the state that is kept of it."""
    connection = sqlite3.connect(f"file:{state_of(format)}?mode=ro", uri=True)
    (ns, frozen_at) = connection.execute("select ns, frozen_at from namespace").fetchone()
    assert frozen_at == 1_893_456_000_000
    batches = []
    for table in ("namespace", *tables_of(connection)):
        columns = columns_of(connection, table)
        rows = connection.execute(f"select {', '.join(columns)} from {table} where ns = ?", (ns,))
        batches.append(Batch(table, columns, rows.fetchall()))
    counters = connection.execute("select name, next from counter where name <> 'ns'").fetchall()
    batches.append(Batch("counter", {"name": "text", "next": "integer"}, counters))
    connection.close()
    header = Header("kept", "2030-01-01T00:00:00.000Z", True, format, "0.1", "2026-01-01")
    return write(header, batches)[0]


@pytest.mark.parametrize("format", range(1, FORMAT + 1))
def test_file_of_an_older_format_is_brought_up(elsewhere: Inside, format: int) -> None:
    state = base64.b64encode(written_by(format)).decode()
    assert elsewhere.desk("LoadNamespace", State=state)["Format"] == format
    kept = json.loads(answers_of(format).read_text())
    assert {name: one for name, one in answers(elsewhere).items() if name in kept} == kept


def test_file_of_an_older_format_with_rows_of_another_is_refused(elsewhere: Inside) -> None:
    batch = Batch("follower", {"leader": "text", "follower": "text"}, [("a", "b")])
    state = sealed(format=1, batches=(batch,))
    told = desk_refusal(elsewhere, "LoadNamespace", State=base64.b64encode(state).decode())
    assert told.fields == [("state", "INVALID_VALUE")]


# --- large files ---------------------------------------------------------------------------------


def test_body_of_load_may_be_larger_than_others(world: World) -> None:
    body = json.dumps({"State": base64.b64encode(b"x" * 2_000_000).decode()}).encode()
    reply = send(world.server.url, "POST", f"/ns/{world.namespace}/_cosell/LoadNamespace", body)
    assert (reply.status, reply.document["ErrorList"][0]["FieldName"]) == (400, "state")


@pytest.mark.parametrize(
    ("path", "target", "size"),
    [
        ("/_cosell/LoadNamespace", "", MIB * 64 + 1),
        ("/_cosell/SaveNamespace", "", MIB + 1),
        ("/_cosell/ForkNamespace", "", MIB + 1),
        ("/_cosell/loadnamespace", "", MIB + 1),
        ("/LoadNamespace", "", MIB + 1),
        ("/", "AWSPartnerCentralSelling.LoadNamespace", MIB + 1),
        ("/", "LoadNamespace", MIB + 1),
        ("/_cosell/LoadNamespace", "AWSPartnerCentralSelling.ListOpportunities", MIB + 1),
        ("/", "CosellDesk.LoadNamespace", MIB * 64 + 1),
    ],
)
def test_body_of_any_other_call_may_not(server: Server, path: str, target: str, size: int) -> None:
    headers = {"Content-Type": TARGETED, **({"X-Amz-Target": target} if target else {})}
    head = Request(server.port, path=path, headers=headers).bytes()
    announced = head.replace(b"Content-Length: 0", b"Content-Length: %d" % size)
    reply = exchange(server.port, announced)  # not one byte of it was sent
    assert reply.status == 413
    assert str(size - 1) in reply.document["Message"]


def test_state_of_the_answer_is_the_file(world: World, tmp_path: Path) -> None:
    """Whoever writes the bytes to a file has what `cosell open` takes."""
    create(world, "Here")
    world.referred(OTHER)
    saved = world.desk("SaveNamespace")
    state = base64.b64decode(saved["State"])
    assert state.startswith(b"cosell namespace 1 " + saved["Checksum"].encode() + b"\n")
