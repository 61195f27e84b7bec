"""What a reset leaves behind is swept: every table that the operations filled."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cosell.config import Config
from cosell.desk.contract import CONTRACT as DESK
from cosell.http import HttpRequest
from cosell.selling.contract import CONTRACT as SELLING_CONTRACT
from cosell.service import Engine
from cosell.store import Store
from tests import databases
from tests.engaging import THIRD, invitation
from tests.harness import ACCOUNT, credential, opportunity

SELLING = "AWSPartnerCentralSelling"
_tokens = itertools.count()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    where, opened = databases.opened(str(tmp_path / "state.db"))
    yield opened
    databases.closed(where, opened)


def ask(engine: Engine, space: str, operation: str, account: str = ACCOUNT, **members: Any) -> Any:
    """Ask the desk, or the selling API if the operation is called with its prefix."""
    prefix, _, name = operation.rpartition(".")
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"{prefix or 'CosellDesk'}.{name}",
        "authorization": credential(account),
    }
    usual = {"Catalog": "Sandbox", "ClientToken": str(next(_tokens))}
    asks = (SELLING_CONTRACT if prefix else DESK).operations[name].members
    document = {**{member: usual[member] for member in usual if member in asks}, **members}
    body = json.dumps(document)
    answer = engine.handle(HttpRequest("POST", f"/ns/{space}/", "", headers, body.encode()))
    assert answer.status == 200, answer.body
    return json.loads(answer.body or b"{}")


def follow(engine: Engine, space: str, target: dict[str, str]) -> None:
    """Another partner gets an opportunity that follows the account's."""
    asked = f"{SELLING}.CreateEngagementInvitation"
    engagement = target["EngagementIdentifier"]
    invited = ask(
        engine, space, asked, EngagementIdentifier=engagement, Invitation=invitation(THIRD)
    )
    start = f"{SELLING}.StartEngagementByAcceptingInvitationTask"
    ask(engine, space, start, account=THIRD, Identifier=invited["Id"])


def fill(engine: Engine, space: str) -> None:
    """Leave a row in every table that holds a namespace's rows."""
    tags = [{"Key": "a", "Value": "1"}]
    ask(engine, space, "PutLag", Seconds=60)
    referred = ask(engine, space, "ReferOpportunity", ReceiverAccountId=ACCOUNT)
    start = f"{SELLING}.StartEngagementByAcceptingInvitationTask"
    ask(engine, space, start, Identifier=referred["EngagementInvitationId"], Tags=tags)
    target = {
        "EngagementIdentifier": referred["EngagementId"],
        "ResourceIdentifier": referred["OpportunityId"],
        "ResourceSnapshotTemplateIdentifier": "OpportunitySummaryView",
        "ResourceType": "Opportunity",
    }
    ask(engine, space, f"{SELLING}.CreateResourceSnapshotJob", **target)
    follow(engine, space, target)
    role = {"ResourceSnapshotJobRoleIdentifier": "Snapshots"}
    ask(engine, space, f"{SELLING}.PutSellingSystemSettings", **role)
    ask(engine, space, f"{SELLING}.CreateOpportunity", **opportunity())
    ask(engine, space, "PutSolution", AccountId=ACCOUNT)
    prospecting = f"{SELLING}.StartProspectingFromEngagementTask"
    ask(engine, space, prospecting, Identifiers=[], TaskName="Nobody")
    ask(engine, space, "PutPace", Mode="Paced")
    waiting = ask(engine, space, "ReferOpportunity", ReceiverAccountId=ACCOUNT)
    ask(engine, space, start, Identifier=waiting["EngagementInvitationId"])
    url = "https://calculator.aws/#/estimate?id=0123456789abcdef0123456789abcdef"
    ask(engine, space, "PutPartner", AccountId="444455556666", Catalogs=[])
    ask(engine, space, "PutEstimate", EstimationUrl=url)
    ask(engine, space, "PutFault", Operation="ListSolutions", Error="ThrottlingException")
    ask(engine, space, "PutTaskFault", Step="CreateOpportunity", ReasonCode="InternalError")


def counted(store: Store) -> dict[str, dict[int, int]]:
    """For each table, how many rows each namespace has."""
    with store.read() as tx:
        return {
            table: {
                int(str(ns)): int(str(rows))
                for ns, rows in tx.query(f"select ns, count(*) from {table} group by ns", {})
            }
            for table in store.form.tables
        }


@pytest.mark.parametrize("batch", [1, 10_000])
def test_reset_namespace_leaves_nothing_once_swept(store: Store, batch: int) -> None:
    engine = Engine(store, Config(), b"k" * 32)
    for space in ("gone", "kept"):
        fill(engine, space)
    before = counted(store)
    assert not [table for table, rows in before.items() if len(rows) != 2]
    ask(engine, "gone", "ResetNamespace")
    assert store.sweep(batch) > 0
    while store.sweep(batch):
        pass
    after = counted(store)
    gone, kept = sorted(before["document"])
    assert {table: rows.get(kept) for table, rows in after.items()} == {
        table: rows.get(kept) for table, rows in before.items()
    }
    assert not [table for table, rows in after.items() if gone in rows]
    # Only the token of the reset itself lives where the name leads now.
    assert [table for table, rows in after.items() if len(rows) > 1] == ["ledger"]
    with store.read() as tx:
        assert tx.query("select ns from retired", {}) == []


def test_place_without_a_thread_sweeps_when_it_is_asked(store: Store) -> None:
    engine = Engine(store, Config(), b"k" * 32)
    fill(engine, "kept")
    for number in range(1, 20):
        ask(engine, f"gone-{number}", "ForkNamespace", Source="kept")
    before = counted(store)
    for number in range(1, 20):
        ask(engine, f"gone-{number}", "DeleteNamespace")
    assert engine.sweep() > 0
    assert engine.sweep() == 0
    after = counted(store)
    assert [table for table, rows in after.items() if len(rows) != 1] == []
    assert [len(rows) for rows in before.values()] == [20] * len(before)


def test_every_table_of_a_lived_in_namespace_is_forked_and_saved(store: Store) -> None:
    engine = Engine(store, Config(), b"k" * 32)
    fill(engine, "source")
    ask(engine, "fork", "ForkNamespace", Source="source")
    ask(engine, "loaded", "LoadNamespace", State=ask(engine, "source", "SaveNamespace")["State"])
    for table, rows in counted(store).items():
        own = 1 if table == "ledger" else 0  # the token of the fork, and of the load
        source, fork, loaded = (rows[ns] for ns in sorted(rows))
        assert (fork, loaded) == (source + own, source + own), table
        assert source > 0, table
