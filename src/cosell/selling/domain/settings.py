"""Selling settings of an account in a catalog: the role that snapshot jobs use. Source: rule F."""

from cosell.calls import Call
from cosell.selling.rules import enforce
from cosell.selling.rules.job_role import RULES, Passing
from cosell.store import Tx, Value


def role(call: Call, tx: Tx, account: str) -> str | None:
    """The ARN of the role with which an account's snapshot jobs run, if it set one."""
    row = tx.one("find_settings", ns=call.ns, account=account, catalog=call.catalog)
    return None if row is None else str(row[0])


def put_role(call: Call, tx: Tx, identifier: str | None) -> str | None:
    """Set the caller's role, by ARN or by name, or clear it; answers its ARN. AccessDenied for a
    role of another account's."""
    key: dict[str, Value] = {"ns": call.ns, "account": call.account, "catalog": call.catalog}
    if not identifier:
        tx.run("delete_settings", **key)
        return None
    arn = identifier
    if not identifier.startswith("arn:"):
        arn = f"arn:aws:iam::{call.account}:role/{identifier}"
    enforce(RULES, Passing(call.account, arn))
    tx.run("put_settings", **key, role=arn)
    return arn
