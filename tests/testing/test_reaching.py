"""Every client of the process reaches the current world: whenever it was made, wherever it points.

Clients here are made as code under test makes them. Must not use the server of other tests.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ParamValidationError

import cosell.desk
from cosell.testing import World, WorldClosed
from cosell.testing.calling import DESK, Caller
from tests.testing.invitations import invited, refer
from tests.testing.sessions import assumed

# Made before anything was hooked, as most programs do at import; it has some credentials of its
# own, since those of the environment are only there later.
EARLY = boto3.client(
    "partnercentral-selling",
    region_name="us-east-1",
    aws_access_key_id="anything",
    aws_secret_access_key="anything",
)
boto3.setup_default_session(region_name="us-east-1")


def test_a_client_made_before(world: World) -> None:
    invitation = refer(world, "Before")
    assert invited(EARLY) == [invitation]


CLIENTS: dict[str, dict[str, Any]] = {
    "without an endpoint": {},
    "FIPS": {"config": Config(use_fips_endpoint=True)},
    "the endpoint of another server": {"endpoint_url": "http://localhost:4566"},
    "another server's namespace": {"endpoint_url": "https://cosell.example.com/ns/other"},
    "an endpoint with a path": {"endpoint_url": "https://gateway.example.com/partner/central"},
    "another region": {"region_name": "eu-central-1"},
    "keys of its own": {"aws_access_key_id": "mine", "aws_secret_access_key": "mine"},
    "standard retries": {"config": Config(retries={"mode": "standard"})},
}


@pytest.mark.parametrize("options", CLIENTS.values(), ids=CLIENTS.keys())
def test_a_client_made_within(world: World, options: dict[str, Any]) -> None:
    invitation = refer(world, "Within")
    assert invited(boto3.client("partnercentral-selling", **options)) == [invitation]


def test_clients_without_boto3(world: World) -> None:
    made = botocore.session.get_session().create_client("partnercentral-selling")
    invitation = refer(world, "botocore alone")
    assert invited(made) == [invitation]


def test_a_kept_client_follows_from_world_to_world() -> None:
    with World() as first:
        kept = boto3.client("partnercentral-selling")
        one = refer(first, "One")
        assert invited(kept) == [one]
    with World(account="444455556666") as second:
        two = refer(second, "Two")
        assert invited(kept) == [two]


def test_threads_find_the_same_world(world: World) -> None:
    expected = refer(world, "Threads")
    found: list[list[str]] = []
    threads = [Thread(target=lambda: found.append(invited(EARLY))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ThreadPoolExecutor(4) as pool:
        found += pool.map(invited, [EARLY] * 8)
    assert found == [[expected]] * 12


def test_two_worlds_at_once() -> None:
    with World() as outer:
        outer_client = outer.partner.client
        by_address = boto3.client("partnercentral-selling", endpoint_url=outer.endpoint_url)
        with World() as inner:
            one, two = refer(outer, "Outer"), refer(inner, "Inner")
            assert invited(outer_client) == invited(by_address) == [one]
            assert invited(EARLY) == invited(inner.partner.client) == [two]
        assert invited(EARLY) == [one]


def test_partners_have_accounts_of_their_own(world: World) -> None:
    other = world.partner("B")
    assert other is world.partner("B")
    assert other is world.partner(other.account)
    assert world.partner(world.account) is world.partner
    assert len({world.account, other.account, world.partner("C").account}) == 3
    invitation = refer(world, "For B", to=other.account)
    assert invited(other.client) == [invitation]
    assert invited(world.client(other)) == invited(world.client("B")) == [invitation]
    assert invited(world.partner.client) == invited(EARLY) == []
    identity = world.client("B", "sts").get_caller_identity()
    assert identity["Account"] == other.account


def test_a_label_has_the_same_account_everywhere(world: World) -> None:
    with World(account=world.partner("B").account) as second:
        assert second.partner("C").account == world.partner("C").account
        assert second.partner("B").account != second.account


def test_a_session_of_a_role(world: World) -> None:
    client, given = assumed(world.partner("B").account)
    invitation = refer(world, "For the role", to=world.partner("B").account)
    assert invited(client) == [invitation]
    forged = boto3.client(
        "partnercentral-selling",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key="another",
        aws_session_token=given["SessionToken"],
    )
    with pytest.raises(forged.exceptions.ClientError, match="InvalidSignatureException"):
        invited(forged)


def test_a_closed_world_stays_closed() -> None:
    with World() as other:
        with World() as world:
            made = world.given.opportunity()
            world.partner.client.get_opportunity(Catalog="Sandbox", Identifier=made.Id)
            call, caller, client = world.calls.last, world.caller("B"), world.client()
        asked: list[Callable[[], object]] = [
            world.given.opportunity,
            lambda: world.partner.call("ListOpportunities", Catalog="AWS"),
            lambda: caller("ListOpportunities", Catalog="AWS"),
            lambda: world.desk("GetClock"),
            lambda: world.events.to(),
            lambda: world.endpoint_url,
            world.__enter__,
        ]
        for ask in asked:
            with pytest.raises(WorldClosed, match=f"{world.name} is closed.* save it before"):
                ask()
        assert call.request == {"Catalog": "Sandbox", "Identifier": made.Id}  # that stays known
        with pytest.raises(ParamValidationError):
            client.list_opportunities(Katalog="AWS")
        world.close()  # a second time does nothing
        names = [one.Name for one in other.desk("ListNamespaces").Namespaces]
        assert world.name not in names


def test_a_client_of_a_closed_world_is_told_so(bare: None) -> None:
    with World() as gone:
        client = gone.partner.client
        assert invited(client) == []
    with pytest.raises(BotoCoreError, match="which is closed"):
        invited(client)


@pytest.mark.parametrize("entered", [True, False])
def test_what_a_handler_of_its_user_answers_does_not_reach_its_world(
    bare: None, entered: bool
) -> None:
    told = {"content-type": "application/x-amz-json-1.0"}

    def answer(request: Any, **_: object) -> AWSResponse | None:
        if not request.headers["X-Amz-Target"].endswith(b".ListOpportunities"):
            return None
        ready = AWSResponse(request.url, 200, told, None)
        ready._content = b'{"OpportunitySummaries": [], "NextToken": "ready"}'
        return ready

    with World() if entered else closing(World()) as world:
        client = world.client()
        client.meta.events.register("before-send", answer)
        assert client.list_opportunities(Catalog="AWS")["NextToken"] == "ready"
        assert invited(client) == []
        assert [call.operation for call in world.calls] == ["ListEngagementInvitations"]


def test_nothing_is_left_behind() -> None:
    with World() as gone:
        refer(gone, "Gone")
    with World() as other:
        names = [one.Name for one in other.desk("ListNamespaces").Namespaces]
        assert gone.name not in names
        again = Caller(gone.place, gone.name, gone.account, DESK)  # whoever has that name next
        assert again("ListEvents").Events == []


def test_answers_are_botocores_own(world: World) -> None:
    answer = world.partner.client.list_opportunities(Catalog="AWS")
    told = answer["ResponseMetadata"]
    assert told["HTTPStatusCode"] == 200
    assert {"x-amzn-requestid", "date", "content-length"} <= told["HTTPHeaders"].keys()
    with pytest.raises(EARLY.exceptions.ResourceNotFoundException):
        EARLY.get_opportunity(Catalog="AWS", Identifier="O404")


def test_a_client_of_the_desk(world: World, tmp_path: Path) -> None:
    """boto3 loads the desk's model from a folder, as any model."""
    folder = tmp_path / "cosell" / "2026-11-17"
    folder.mkdir(parents=True)
    model = Path(cosell.desk.__file__).parent / "model.json"
    (folder / "service-2.json").write_bytes(model.read_bytes())
    session = botocore.session.get_session()
    session.set_config_variable("data_path", str(tmp_path))
    desk = session.create_client("cosell", endpoint_url="http://localhost")
    desk.put_pace(Mode="Held")
    assert _task_of(world) == "IN_PROGRESS"


def test_a_world_with_another_pace_and_profile() -> None:
    with World(pace="Held", profile="newly-onboarded", account="444455556666") as world:
        assert _task_of(world) == "IN_PROGRESS"
        assert world.partner.call("ListSolutions", Catalog="AWS").SolutionSummaries == []
    with pytest.raises(ValueError, match="twelve digits"):
        World(account="4444")


def _task_of(world: World) -> str:
    """The state of a task that was just started."""
    task = world.partner.call(
        "StartEngagementByAcceptingInvitationTask",
        Catalog="AWS",
        ClientToken="one",
        Identifier=refer(world, "Accepted"),
    )
    return str(task.TaskStatus)
