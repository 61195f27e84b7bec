"""A fault in words: what it does and to what, as the desk tells it. Must not ask the desk."""

from collections.abc import Mapping
from typing import Any


def of_task(told: Mapping[str, Any]) -> str:
    """A fault that ends tasks."""
    task = told.get("Task") or "any task"
    return f"of {task} at {told['Step']} ({told['ReasonCode']})"


def of_call(told: Mapping[str, Any]) -> str:
    """A fault that calls meet."""
    return f"{_effect(told)} on {told.get('Operation') or 'any call'}"


def _effect(told: Mapping[str, Any]) -> str:
    if told.get("DelayMilliseconds") is not None:
        return f"delay of {told['DelayMilliseconds']} ms"
    cut = "lost answer" if told.get("When") == "After" else "cut connection"
    return str(told.get("Error") or cut)


def often(times: int) -> str:
    """How often something happened."""
    return "once" if times == 1 else f"{times} times"


def unasked(what: str) -> str:
    """What to say if nobody could be asked at the end whether it fired."""
    return (
        f"It is not known whether {what} fired: when the world ended, its server could not be asked"
        " any more. Look at its `fired` before, or say optional=True."
    )
