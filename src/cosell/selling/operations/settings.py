"""Selling settings: the role with which an account's snapshot jobs run."""

from cosell.calls import Call, command, query
from cosell.contract import Document
from cosell.selling import text_at
from cosell.selling.domain import settings
from cosell.store import Tx


@query("GetSellingSystemSettings")
def get_selling_system_settings(call: Call, tx: Tx) -> Document:
    """The role's ARN, or null."""
    role = settings.role(call, tx, call.account)
    return {"Catalog": call.catalog, "ResourceSnapshotJobRoleArn": role}


@command("PutSellingSystemSettings")
def put_selling_system_settings(call: Call, tx: Tx) -> Document:
    """Set the role by ARN or name; a request without one clears it."""
    named = text_at(call.input, "ResourceSnapshotJobRoleIdentifier") or None
    role = settings.put_role(call, tx, named)
    return {"Catalog": call.catalog, "ResourceSnapshotJobRoleArn": role}
