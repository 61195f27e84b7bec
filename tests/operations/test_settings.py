"""GetSellingSystemSettings and PutSellingSystemSettings: one role per account and catalog."""

from typing import Any

import pytest

from tests.deals import CATALOGS
from tests.harness import ACCOUNT, OTHER, World
from tests.refusal import refusal, rules_named

ROLE = f"arn:aws:iam::{ACCOUNT}:role/service/Snapshots"


def role(world: World, account: str = ACCOUNT, catalog: str = "Sandbox") -> Any:
    answer = world.client(account).get_selling_system_settings(Catalog=catalog)
    assert answer["Catalog"] == catalog
    return answer.get("ResourceSnapshotJobRoleArn")


def put(world: World, identifier: str | None, catalog: str = "Sandbox") -> Any:
    named = {} if identifier is None else {"ResourceSnapshotJobRoleIdentifier": identifier}
    return world.client().put_selling_system_settings(Catalog=catalog, **named)


def test_role_by_name_or_arn_is_answered_as_arn_and_cleared_by_leaving_it_out(world: World) -> None:
    assert role(world) is None
    answer = put(world, "Snapshots")
    assert answer["ResourceSnapshotJobRoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/Snapshots"
    assert role(world) == f"arn:aws:iam::{ACCOUNT}:role/Snapshots"
    put(world, ROLE)
    assert role(world) == ROLE
    assert put(world, None).get("ResourceSnapshotJobRoleArn") is None
    assert role(world) is None


def test_role_is_of_one_account_in_one_catalog(world: World) -> None:
    put(world, ROLE, "AWS")
    assert (role(world), role(world, catalog="AWS")) == (None, ROLE)
    assert role(world, OTHER, "AWS") is None


def test_role_of_another_form_is_refused_and_changes_nothing(world: World) -> None:
    put(world, ROLE)
    told = refusal(
        world.client().put_selling_system_settings,
        Catalog="Sandbox",
        ResourceSnapshotJobRoleIdentifier="arn:aws:iam::1:role/x",
    )
    assert told.fields == [("resourceSnapshotJobRoleIdentifier", "INVALID_STRING_FORMAT")]
    assert role(world) == ROLE


@pytest.mark.parametrize("catalog", CATALOGS)
def test_role_of_another_account_is_refused_and_changes_nothing(world: World, catalog: str) -> None:
    put(world, ROLE, catalog)
    foreign = f"arn:aws:iam::{OTHER}:role/service/Snapshots"
    told = refusal(
        world.client().put_selling_system_settings,
        Catalog=catalog,
        ResourceSnapshotJobRoleIdentifier=foreign,
    )
    assert (told.code, told.status) == ("AccessDeniedException", 400)
    assert rules_named(world) == ["settings.role-of-another"]
    assert role(world, catalog=catalog) == ROLE
    world.client(OTHER).put_selling_system_settings(
        Catalog=catalog, ResourceSnapshotJobRoleIdentifier=foreign
    )
    assert role(world, OTHER, catalog) == foreign
