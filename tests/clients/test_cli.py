"""The AWS CLI: its endpoint by switch and by environment, its errors as it shows them."""

import json
import re
import subprocess
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name

from tests.clients import story
from tests.clients.story import LIST, Failed, credentials
from tests.harness import ACCOUNT, World, environment

AWS = Path(sysconfig.get_path("scripts")) / "aws"
ERROR = re.compile(r"An error occurred \((\w+)\) when calling the (\w+) operation: (.*)", re.DOTALL)
BY_SERVICE = "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING"


@dataclass(frozen=True)
class Cli:
    """`aws partnercentral-selling …`, with switches and environment variables of the test's own."""

    switches: tuple[str, ...]
    settings: Mapping[str, str]

    def call(self, operation: str, **members: Any) -> Any:
        return self._ask(operation, members)

    def items(self, operation: str, page_size: int, **members: Any) -> list[Any]:
        """The CLI walks all pages by itself and shows them as one."""
        told = self._ask(operation, members, "--page-size", str(page_size))
        [listed] = [value for value in told.values() if isinstance(value, list)]
        return listed

    def _ask(self, operation: str, members: Mapping[str, Any], *more: str) -> Any:
        said = self.run(
            "partnercentral-selling",
            xform_name(operation, "-"),
            "--cli-input-json",
            json.dumps(members),
            *more,
        )
        if said.returncode == 0:
            return json.loads(said.stdout)
        told = ERROR.search(said.stderr)
        assert told, said.stderr
        assert told[2] == operation
        raise Failed(told[1], told[3].strip())

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [AWS, *arguments, *self.switches],
            env=environment() | credentials() | dict(self.settings),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip


@pytest.fixture(params=["--endpoint-url", BY_SERVICE])
def cli(request: pytest.FixtureRequest, world: World) -> Cli:
    """The CLI with the world's endpoint, said in one of the two ways."""
    if request.param == BY_SERVICE:
        return Cli((), {BY_SERVICE: world.endpoint})
    return Cli(("--endpoint-url", world.endpoint), {})


def by_switch(world: World) -> Cli:
    return Cli(("--endpoint-url", world.endpoint), {})


def test_the_main_path_by_the_cli(world: World, cli: Cli) -> None:
    story.main_path(world, cli)


def test_every_filter_by_the_cli(world: World) -> None:
    story.filters(world, by_switch(world))


def test_every_page_by_the_cli(world: World) -> None:
    story.pages(world, by_switch(world))


def test_an_error_as_the_cli_shows_it(world: World) -> None:
    story.errors(by_switch(world))
    said = by_switch(world).run(
        "partnercentral-selling", xform_name(LIST, "-"), "--catalog", "Nowhere"
    )
    assert said.returncode in (254, 255)
    assert said.stdout == ""
    assert "(ValidationException) when calling the" in said.stderr
    assert "catalog: must be one of AWS, Sandbox" in said.stderr


def test_an_operation_without_an_answer_shows_nothing(world: World) -> None:
    opportunity = story.main_path(world, by_switch(world))
    said = by_switch(world).run(
        "partnercentral-selling", "untag-resource",
        "--resource-arn", opportunity["Arn"], "--tag-keys", "team",
    )  # fmt: skip
    assert said.stdout == ""
    assert said.returncode == 0 or "(NotImplemented)" in said.stderr


def test_the_general_endpoint_serves_the_token_service_too(world: World) -> None:
    everything = Cli((), {"AWS_ENDPOINT_URL": world.endpoint})
    told = json.loads(everything.run("sts", "get-caller-identity").stdout)
    assert told["Account"] == ACCOUNT
    assert everything.call(LIST, Catalog="Sandbox")["TaskSummaries"] == []
    taught = everything.run("s3api", "list-buckets")
    assert "(NotImplemented) when calling the ListBuckets operation" in taught.stderr
    assert BY_SERVICE in taught.stderr
