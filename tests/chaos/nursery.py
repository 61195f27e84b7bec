"""Where server processes are born: a process that has imported everything already and forks them.

    python -m tests.chaos.nursery

A start costs a fortieth of a second then. Asked by lines of JSON on stdin, it answers each with
one on stdout; it ends, with all that it bore, when stdin does. Must not know why a server is
started, nor what becomes of it.
"""

import gc
import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from cosell import app, cli, runner
from cosell.store.sqlite import SqliteStore
from tests.chaos.plants import PLANTS
from tests.chaos.points import Book, Death, install

SWEEP_AFTER_MS = 300  # of what a reset left: a seed is over before the program's own ten seconds
UNEXPECTED = 70  # the exit code of a process that something was raised in
BORN: dict[int, int | None] = {}  # process → its exit code, None while it runs


def born(asked: dict[str, Any]) -> int:
    """Fork a process that carries out a command of `cosell`; answers its number."""
    process = os.fork()
    if process:
        BORN[process] = None
        return process
    code = UNEXPECTED
    try:
        os.setsid()
        with open(asked["log"], "ab") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        _close_stdin()
        if asked["plant"]:
            PLANTS[asked["plant"]]()
        deaths = [Death(**one) for one in asked["deaths"]]
        install(Book(Path(asked["folder"]), deaths), SqliteStore)
        code = cli.main(asked["arguments"])
    except SystemExit as asked_for:
        code = int(asked_for.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _close_stdin() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def reap() -> None:
    """Take note of those that have ended."""
    for process, code in BORN.items():
        if code is None:
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                BORN[process] = os.waitstatus_to_exitcode(status)


def main() -> int:
    assert app.__name__  # imported here, for all that are born
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    runner._SWEEP_AFTER_MS = SWEEP_AFTER_MS
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        reap()
        answer = born(asked) if "arguments" in asked else BORN[asked["process"]]
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()
    reap()
    for process in [one for one, code in BORN.items() if code is None]:
        os.killpg(process, signal.SIGKILL)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
