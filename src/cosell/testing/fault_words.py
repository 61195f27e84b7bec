"""A fault in words: what it does and to what, as the desk tells it. Must not ask the desk."""

from collections.abc import Mapping
from typing import Any


def of_task(told: Mapping[str, Any]) -> str:
    """A fault that ends tasks."""
    task = told.get("Task") or "any task"
    return f"of {task} at {told['Step']} ({told['ReasonCode']})"


def of_call(told: Mapping[str, Any], label: str = "") -> str:
    """A fault that calls meet, and whose if not everybody's: an account's, with its label."""
    account = told.get("AccountId") or ""
    by = f" by account {account}" if account else ""
    also = f" ({label})" if label not in ("", account) else ""
    return f"{_effect(told)} on {told.get('Operation') or 'any call'}{by}{also}"


def _effect(told: Mapping[str, Any]) -> str:
    if told.get("DelayMilliseconds") is not None:
        return f"delay of {told['DelayMilliseconds']} ms"
    cut = "lost answer" if told.get("When") == "After" else "cut connection"
    return str(told.get("Error") or cut)


def is_of_task(told: Mapping[str, Any]) -> bool:
    """Whether it ends tasks, and no calls."""
    return bool(told.get("Step"))


def has_expired(told: Mapping[str, Any]) -> bool:
    """Whether a fault's time is over: it acts no more."""
    return told.get("Status") == "Expired"


def often(times: int) -> str:
    """How often something happened."""
    return "once" if times == 1 else f"{times} times"


def unasked(what: str) -> str:
    """What to say if nobody could be asked at the end whether it fired."""
    return (
        f"It is not known whether {what} fired: when the world ended, its server could not be asked"
        " any more. Look at its `fired` before, or say optional=True."
    )


def forgotten(fault: str, namespace: str) -> str:
    """What to say if the desk has it no more, and it is not known what it did."""
    return (
        f"It is not known whether the fault {fault} fired: the desk has it no more, and nothing of"
        " the calls that may have met it. Somebody who does not call through this world has reset"
        f" the namespace {namespace}, or taken the fault back. Look at its `fired` before, or say"
        " optional=True."
    )


def taken_back(fault: str) -> str:
    """What to say if somebody else took it back before it fired."""
    return (
        f"The fault {fault} never fired, and the desk has it no more: it was taken back, not by"
        " this world, before any call met it. Say optional=True if it need not fire."
    )


def expired(fault: str) -> str:
    """What to say if its time was over before it fired."""
    return (
        f"The fault {fault} never fired: it expired (expires_seconds, of the world's time) before"
        " any call met it. Let it last longer, or say optional=True if it need not fire."
    )


def ended(in_vain: str, by: str) -> str:
    """What to say if something else than the test ended it, before it did anything."""
    return f"{in_vain}: {by} before it could. Ask for it afterwards, or say optional=True."


def unmet(fault: str, told: Mapping[str, Any]) -> str:
    """What to say if it stood to the end and never fired."""
    as_whom = ", as that account" if told.get("AccountId") else ""
    asked = (
        "no task met it. Did the code under test start such a task?"
        if is_of_task(told)
        else f"no call met it. Did the code under test make such a call{as_whom}?"
    )
    return f"The fault {fault} never fired: {asked} Say optional=True if it need not."
