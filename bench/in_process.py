"""A world in the process of the code under test: what a call costs beside botocore's own cost, and
what the plugin costs a suite that does not use it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import botocore.session
import dateutil.parser  # type: ignore[import-untyped]
from botocore.awsrequest import AWSResponse

from bench import ACCOUNT, CATALOG, PAGE, ROOT, BenchError
from bench.measures import Bench
from bench.report import Line, amounts, rates
from cosell.testing.world import World

CALLS = 300  # a round
TASKS = 40
PLUGIN = "cosell.pytest_plugin"


def in_process(bench: Bench) -> Iterator[Line]:
    """The founding list, then the start of pytest."""
    yield from _listing(bench)
    yield _unused(bench)


def _listing(bench: Bench) -> Iterator[Line]:
    """A page through boto3 and a world, beside the same page through a client of botocore's own,
    without any world, and a handler that has the answer ready: what is left is botocore's cost. And
    once more where botocore reads every time (memoized.py), as if each page had seconds that no
    other had."""
    in_world, anew, canned = [], [], []
    with closing(World(account=ACCOUNT)) as world:
        _fill(world)
        ours, theirs = world.client(), _client_of_its_own()
        with world.current():
            page, answer = _page(ours), _canned(ours)
        theirs.meta.events.register("before-send.partnercentral-selling", answer)
        if page["TaskSummaries"] != _page(theirs)["TaskSummaries"]:
            raise BenchError("the canned page is another one")
        for number in range(bench.sizes.rounds * 3):
            bench.progress.step(f"list in process, round {number + 1}")
            with world.current():
                in_world.append(_rate(lambda: _page(ours)))
                anew.append(_rate_anew(lambda: _page(ours)))
            canned.append(_rate(lambda: _page(theirs)))
    yield rates("list 20 in process, through boto3", "canned answer", in_world, canned)
    yield rates("the same, no second in it seen before", "canned answer", anew, canned)


def _client_of_its_own() -> Any:
    """What botocore makes where there is no world: nothing of cosell's is told of its calls."""
    return botocore.session.Session().create_client(
        "partnercentral-selling",
        region_name="us-east-1",
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="anything",
    )


def _fill(world: World) -> None:
    partner = world.caller()
    for _ in range(TASKS):
        referred = world.desk("ReferOpportunity", Catalog=CATALOG, ReceiverAccountId=ACCOUNT)
        identifier = referred.EngagementInvitationId
        partner(
            "StartEngagementByAcceptingInvitationTask",
            Catalog=CATALOG,
            ClientToken=identifier,
            Identifier=identifier,
        )


def _page(client: Any) -> dict[str, Any]:
    page: dict[str, Any] = client.list_engagement_by_accepting_invitation_tasks(
        Catalog=CATALOG, MaxResults=PAGE
    )
    return page


def _canned(client: Any) -> Callable[..., AWSResponse]:
    """A handler that answers what the world answered once."""
    session = client._endpoint.http_session
    answers: list[Any] = []
    send = session.send

    def listening(request: Any) -> Any:
        answers.append(send(request))
        return answers[-1]

    session.send = listening
    try:
        _page(client)
    finally:
        del session.send
    status, headers, body = answers[0].status_code, answers[0].headers, answers[0].content

    def answer(request: Any, **_: object) -> AWSResponse:
        response = AWSResponse(request.url, status, headers, None)
        response._content = body
        return response

    return answer


def _rate(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    for _ in range(CALLS):
        call()
    return CALLS / (time.perf_counter() - begun)


def _rate_anew(call: Callable[[], object]) -> float:
    """As `_rate`, with another function in the place of what reads times: it is always asked."""
    parse = dateutil.parser.parse
    with mock.patch("dateutil.parser.parse", lambda *args, **named: parse(*args, **named)):
        return _rate(call)


def _unused(bench: Bench) -> Line:
    """Collecting one test that has nothing to do with it, with the plugin and without."""
    folder = bench.folder / "suite"
    folder.mkdir()
    (folder / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
    (folder / "pytest.ini").write_text("[pytest]\n")
    with_it, without = [], []
    _collect(folder, "-p", PLUGIN)
    for number in range(bench.sizes.rounds * 3):
        bench.progress.step(f"pytest's start, round {number + 1}")
        with_it.append(_collect(folder, "-p", PLUGIN))
        without.append(_collect(folder))
    return amounts("pytest's start, plugin unused", "without", "s", with_it, without)


def _collect(folder: Path, *options: str) -> float:
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", *options]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment["PYTHONPATH"] = str(ROOT / "src")
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return time.perf_counter() - begun
