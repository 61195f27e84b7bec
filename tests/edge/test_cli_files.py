"""`cosell open`, `save` and `load`: files of namespaces as somebody types them."""

import base64
import hashlib
import json
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from cosell import testing
from cosell.store import Batch
from cosell.store.saved import Header, write
from tests.edge.keys import BETA
from tests.edge.test_cli_serve import COSELL, ran, running, url_of
from tests.harness import ACCOUNT, Refused, Server, World, client, free_port, opportunity, send

PARTNER = "123456789012"
START = "2026-03-01T00:00:00.000Z"


@pytest.fixture
def kept(world: World, tmp_path: Path) -> Path:
    """A saved namespace with two opportunities and an invitation, its clock standing."""
    world.desk("PutClock", Time=START, Frozen=True)
    for _ in "12":
        world.client().create_opportunity(Catalog="AWS", **opportunity())
    world.referred(catalog="AWS")
    path = tmp_path / "scene.cosell"
    path.write_bytes(base64.b64decode(world.desk("SaveNamespace")["State"]))
    return path


def count(endpoint: str) -> int:
    page = client(endpoint, ACCOUNT).list_opportunities(Catalog="AWS")
    return len(page["OpportunitySummaries"])


# --- open ----------------------------------------------------------------------------------------


def test_open_says_what_is_in_a_file_and_serves_it(world: World, kept: Path) -> None:
    before = kept.read_bytes()
    with running("open", str(kept), "--port", str(free_port())) as (_, said):
        endpoint = url_of(said)
        assert f"  a copy    {endpoint}/ns/{world.namespace}\n" in said
        assert f"{kept}: namespace {world.namespace}, saved by cosell" in said
        assert f"time      {START} and stands still\n" in said
        assert "3 opportunities" in said
        assert "1 engagement invitation," in said
        assert "nothing is written back" in said
        copy = f"{endpoint}/ns/{world.namespace}"
        assert (count(endpoint), count(copy)) == (2, 2)
        made = client(endpoint, ACCOUNT).create_opportunity(Catalog="AWS", **opportunity())
        assert made["LastModifiedDate"].isoformat().startswith("2026-03-01T00:00:00")
        assert (count(endpoint), count(copy)) == (3, 2)
    assert kept.read_bytes() == before
    assert [one.name for one in kept.parent.iterdir()] == [kept.name]


def _sealed(batch: Any) -> bytes:
    """A file whose checksum is right, whatever is in it."""
    return write(Header("a", START, True, 1, "1", "1"), [batch])[0]


BAD = {
    "not there": None,
    "empty": b"",
    "another file": b"SQLite format 3\0",
    "damaged": write(Header("a", START, True, 1, "1", "1"), [])[0][:-1],
    "newer": write(Header("a", START, True, 99, "9.9", "1"), [])[0],
    "time that is none": write(Header("a", "soon", True, 1, "1", "1"), [])[0],
    "time of no clock": write(Header("a", "9999-12-31T00:00:00Z", True, 1, "1", "1"), [])[0],
    "no account": write(Header("a", START, True, 1, "1", "1", "me"), [])[0],
    "nobody's list": _sealed(Batch("task_view", {"id": "text"}, [["a"]])),
    "no kind": _sealed(Batch("document", {"body": "text"}, [["{}"]])),
    "rows of other columns": _sealed(Batch("document", {}, [[1]])),
    "rows that are none": _sealed(Batch("document", {"kind": "text"}, ["abc"])),
}


@pytest.mark.parametrize("how", BAD)
def test_open_of_a_bad_file_is_one_sentence(tmp_path: Path, how: str) -> None:
    path, state = tmp_path / "bad.cosell", BAD[how]
    if state is not None:
        path.write_bytes(state)
    done = ran("open", str(path), "--port", str(free_port()))
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(
        rf"cosell: {re.escape(str(path))} cannot be (opened|read)[^\n]+\n", done.stderr
    )


def test_open_of_a_file_whose_rows_are_not_ours_ends(tmp_path: Path) -> None:
    """What only a database can see, the worker says."""
    from cosell.store import Batch

    path = tmp_path / "strange.cosell"
    path.write_bytes(write(Header("a", START, True, 1, "1", "1"), [Batch("x", {}, [()])])[0])
    done = ran("open", str(path), "--port", str(free_port()))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot be opened. It is damaged" in done.stderr


def test_open_says_whose_it_is_and_lets_strangers_be_who_kept_it(
    server: Server, tmp_path: Path
) -> None:
    """A world whose default partner is not the default account."""
    path = tmp_path / "scene.cosell"
    with testing.World(account=PARTNER, server=server.url) as made:
        for _ in "123":
            made.given.opportunity()
        made.given.opportunity(owner=ACCOUNT)
        made.given.engagement(with_=[ACCOUNT])
        made.save(path)
    with running("open", str(path), "--port", str(free_port())) as (_, said):
        assert (
            f"  accounts  {PARTNER} (1 engagement, 1 invitation, 3 opportunities),"
            f" {ACCOUNT} (1 engagement, 1 invitation, 1 opportunity)\n"
        ) in said
        assert "  as one    AWS_ACCESS_KEY_ID=<account>, with any secret; a key that tells" in said
        assert f"tells no account is {PARTNER}'s\n" in said
        for key, has in (("testing", 3), (PARTNER, 3), (ACCOUNT, 1), ("999988887777", 0)):
            page = client(url_of(said), key).list_opportunities(Catalog="Sandbox")
            assert len(page["OpportunitySummaries"]) == has
    settings = {"COSELL_DEFAULT_ACCOUNT": "444455556666"}
    with running("open", str(path), "--port", str(free_port()), **settings) as (_, said):
        assert "tells no account is 444455556666's\n" in said


def test_open_names_those_who_have_most(world: World, tmp_path: Path) -> None:
    path = tmp_path / "scene.cosell"
    for number in range(7):
        world.client(f"{number:012}").create_opportunity(Catalog="AWS", **opportunity())
    path.write_bytes(base64.b64decode(world.desk("SaveNamespace")["State"]))
    with running("open", str(path), "--port", str(free_port())) as (_, said):
        [line] = [line for line in said.splitlines() if line.startswith("  accounts")]
    assert line.count("(1 opportunity)") == 5
    assert line.endswith(", 2 more")


def test_open_of_a_file_that_does_not_say_who_saved_it(tmp_path: Path) -> None:
    """As the first ones did not."""
    path = tmp_path / "old.cosell"
    seal, _, content = write(Header("a", START, True, 3, "1", "1"), [])[0].partition(b"\n")
    old = content.replace(b',"Account":""', b"", 1)
    assert old != content
    kind = seal.rpartition(b" ")[0]
    path.write_bytes(kind + b" " + hashlib.sha256(old).hexdigest().encode() + b"\n" + old)
    with running("open", str(path), "--port", str(free_port())) as (_, said):
        assert "  holds     nothing\n" in said
        assert "accounts" not in said


# --- save and load -------------------------------------------------------------------------------


def test_save_and_load_carry_a_namespace(server: Server, world: World, tmp_path: Path) -> None:
    world.client().create_opportunity(Catalog="AWS", **opportunity())
    path, there = str(tmp_path / "a.cosell"), World(server)
    saved = ran("save", path, "--namespace", world.namespace, "--endpoint", server.url)
    assert (saved.returncode, saved.stderr) == (0, "")
    assert re.search(
        rf"{re.escape(path)} has the namespace {world.namespace}, SHA-256 \w{{64}}\n", saved.stdout
    )
    # The port may come from the settings as well.
    loaded = ran("load", path, "--namespace", there.namespace, COSELL_PORT=str(server.port))
    assert (loaded.returncode, loaded.stderr) == (0, "")
    assert count(there.endpoint) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["a.cosell"]


def test_an_endpoint_may_be_that_of_a_namespace(
    server: Server, world: World, tmp_path: Path
) -> None:
    world.client().create_opportunity(Catalog="AWS", **opportunity())
    path, there = str(tmp_path / "a.cosell"), World(server)
    saved = ran("save", path, "--endpoint", world.endpoint)
    assert f"{path} has the namespace {world.namespace}, SHA-256 " in saved.stdout
    loaded = ran("load", path, "--endpoint", f"{there.endpoint}/", "--namespace", there.namespace)
    assert (loaded.returncode, loaded.stderr) == (0, "")
    assert count(there.endpoint) == 1
    two = ran("save", path, "--endpoint", world.endpoint, "--namespace", there.namespace)
    assert two.returncode == 1
    assert f"--namespace says {there.namespace}: name the server alone ({server.url})" in two.stderr


def test_a_namespace_that_goes_to_standard_output_is_alone_there(
    server: Server, world: World, tmp_path: Path
) -> None:
    output = tmp_path / "stdout"  # as /dev/stdout is
    output.symlink_to("/proc/self/fd/1")
    world.desk("PutClock", Time=START, Frozen=True)
    world.client().create_opportunity(Catalog="AWS", **opportunity())
    where = ("--namespace", world.namespace, "--endpoint", server.url)
    saved = subprocess.run(
        [*COSELL, "save", str(output), *where], capture_output=True, check=True, timeout=60
    )
    unsigned = send(server.url, "POST", f"/ns/{world.namespace}/_cosell/SaveNamespace", b"{}")
    assert saved.stdout == base64.b64decode(unsigned.document["State"])
    assert b"stdout has the namespace" in saved.stderr


def test_save_of_nothing_writes_nothing(server: Server, world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.cosell"
    path.write_text("kept")
    done = ran("save", str(path), "--namespace", world.namespace, "--endpoint", server.url)
    assert done.returncode == 1
    assert f"There is no namespace '{world.namespace}'" in done.stderr
    assert path.read_text() == "kept"


@pytest.mark.parametrize("name", ["x y", "x?y", "Ünten", "a/b"])
def test_a_name_that_no_namespace_can_have_is_what_is_told(
    server: Server, tmp_path: Path, name: str
) -> None:
    done = ran("save", str(tmp_path / "a"), "--namespace", name, "--endpoint", server.url)
    assert done.returncode == 1
    assert "cannot be a namespace's name: that has 1 to 63 characters" in done.stderr


@pytest.mark.parametrize("option", ["namespace", "endpoint", "key", "config"])
def test_an_option_that_says_nothing_is_not_the_default(
    server: Server, world: World, tmp_path: Path, option: str
) -> None:
    """`--namespace "$NS"`, where nobody has set it, would replace the default one."""
    path = str(tmp_path / "a.cosell")
    said = {"namespace": world.namespace, "endpoint": server.url} | {option: ""}
    options = [part for name, told in said.items() for part in (f"--{name}", told)]
    for command in ("load", "save"):
        done = ran(command, path, *options)
        assert (done.returncode, done.stderr) == (
            2, f"cosell: --{option}: expected text that is not empty, found ''\n",
        )  # fmt: skip


def test_load_of_a_bad_file_changes_nothing(server: Server, world: World, tmp_path: Path) -> None:
    world.client().create_opportunity(Catalog="AWS", **opportunity())
    path = tmp_path / "a.cosell"
    path.write_text("nonsense")
    done = ran("load", str(path), "--namespace", world.namespace, "--endpoint", server.url)
    assert done.returncode == 1
    assert "It is not a namespace that cosell saved" in done.stderr
    assert count(world.endpoint) == 1


@pytest.mark.parametrize("command", ["save", "load"])
def test_nobody_there_is_one_sentence(tmp_path: Path, command: str) -> None:
    path = tmp_path / "a.cosell"
    path.write_text("x")
    for endpoint in (f"http://127.0.0.1:{free_port()}", "localhost:2673", "ftp://localhost"):
        done = ran(command, str(path), "--endpoint", endpoint)
        assert done.returncode == 1
        assert re.fullmatch(r"cosell: [^\n]+\n", done.stderr)
        assert endpoint in done.stderr


def test_what_the_command_says_of_a_refusal_is_what_the_desk_said(server: Server) -> None:
    reply = send(server.url, "POST", "/ns/absent/_cosell/SaveNamespace", b"{}")
    assert (
        json.loads(reply.body)["Message"]
        in ran("save", "unused", "--namespace", "absent", "--endpoint", server.url).stderr
    )


def test_keys_of_the_configuration_sign_for_a_strict_server(strict: Server, tmp_path: Path) -> None:
    path, config = str(tmp_path / "a.cosell"), str(strict.options[-1])
    there = ("--endpoint", strict.url, "--namespace", "team-b-files")
    first = World(strict, "team-b-files").desk  # unsigned
    with pytest.raises(Refused, match="MissingAuthenticationToken"):
        first("SaveNamespace")
    assert "Missing Authentication Token" in ran("save", path, *there).stderr
    refused = ran("save", path, *there, "--config", config)
    assert "There is no namespace 'team-b-files' for this access key" in refused.stderr
    absent = ran("save", path, *there, "--config", config, "--key", BETA.key)
    assert "nothing was ever made in it" in absent.stderr
    state = write(Header("a", START, True, 3, "1", "1"), [])[0]
    Path(path).write_bytes(state)
    loaded = ran("load", path, *there, "--config", config, "--key", BETA.key)
    assert (loaded.returncode, loaded.stderr) == (0, "")
    assert ran("save", path, *there, "--config", config, "--key", BETA.key).returncode == 0
    assert Path(path).read_bytes() != state
    unknown = ran("save", path, *there, "--config", config, "--key", "AKIANOBODY")
    assert (unknown.returncode, unknown.stderr) == (
        2, "cosell: --key: the configuration has no key 'AKIANOBODY'\n",
    )  # fmt: skip


def test_what_answers_and_is_no_cosell_is_said_to_be_none(tmp_path: Path) -> None:
    class Stranger(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        done = ran("save", str(tmp_path / "a"), "--endpoint", endpoint)
    assert done.returncode == 1
    assert f"No cosell answers at {endpoint}" in done.stderr
