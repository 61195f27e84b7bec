"""Quotas at the desk: whether they refuse, and what was counted against them."""

from cosell.calls import Call, command, query
from cosell.contract import Document
from cosell.selling import text_at
from cosell.selling.quotas import GROUP_OF
from cosell.store import Tx


@command("PutQuotas")
def put_quotas(call: Call, tx: Tx) -> Document:
    """Whether calls over AWS's quotas are refused from now on (Documented) or only counted
    (Relaxed, as in a new namespace)."""
    mode = text_at(call.input, "Mode")
    tx.run("put_quotas", ns=call.ns, mode=mode)
    return {"Mode": mode}


@query("GetQuotas")
def get_quotas(call: Call, _: Tx) -> Document:
    """For each account and operation that was called since the namespace began, or since the
    process did: the quota, the calls, those that were throttled and those that would have been."""
    counted: list[Document] = []
    for account, operation, meter in call.laboratory.quotas.counted(call.namespace):
        group = GROUP_OF[operation]
        counted.append(
            {
                "AccountId": account,
                "Operation": operation,
                "CallsPerSecond": group.quota.calls_per_s,
                "CallsPerDay": group.quota.calls_per_day,
                "IsDocumented": group.source == "documented",
                "Calls": meter.calls,
                "Throttled": meter.throttled,
                "WouldHaveBeenThrottled": meter.over,
            }
        )
    return {"Mode": call.namespace.quotas, "Quotas": [*counted]}
