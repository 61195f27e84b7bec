"""Worlds on a server that are made in a process which was forked off from a run of tests: the run
does not know them, so they end with that process.

One that is killed, or ends by `os._exit`, leaves them. Must not know what a world is.
"""

import atexit
import os
import sys
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import TypeAlias

_Left: TypeAlias = MutableMapping[str, Callable[[], object]]  # what ends each, by its name


class _Process:
    is_forked = False
    ends: "list[str] | None" = None  # the names of those that end with it; None until there is one


def forget(left: _Left) -> None:
    """In each process that is forked off there are none at first."""

    def begin() -> None:
        left.clear()
        _Process.is_forked, _Process.ends = True, None

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=begin)


def end_with_process(name: str, left: _Left) -> None:
    """If this process was forked off, a world ends with it, if it is among those that are left."""
    if not _Process.is_forked:
        return
    if _Process.ends is not None:
        _Process.ends.append(name)
        return
    names = _Process.ends = [name]

    def end() -> None:
        for name in names:
            if (take_away := left.pop(name, None)) is not None:
                with suppress(Exception):  # nobody is there to be told
                    take_away()

    atexit.register(end)
    # A process of multiprocessing's asks its own alone, which it has forgotten when it begins.
    if (multiprocessing := sys.modules.get("multiprocessing.util")) is not None:
        multiprocessing.Finalize(None, end, exitpriority=0)
