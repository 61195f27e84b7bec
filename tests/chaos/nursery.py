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

from cosell import app, cli, runner, worker
from tests.chaos.plants import PLANTS
from tests.chaos.points import Book, Death, install

# What the program does now and then it does here within a seed, which is over after seconds.
NOW_AND_THEN = {
    "_SWEEP_AFTER_MS": 300,
    "_POLL_S": 0.05,
    "_HEARTBEAT_S": 0.2,
    "_STALLED_S": 1.0,
    "_SWEEP": "* * * * * */1",
    "_PATIENCE_MS": 2_000,
}
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
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with open(asked["log"], "ab") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        _close_stdin()
        if asked["plant"]:
            PLANTS[asked["plant"]]()
        if not asked["net"]:
            worker.Worker.unplanned = lambda self: []  # type: ignore[method-assign]
        deaths = [Death(**one) for one in asked["deaths"]]
        watched = asked["arguments"][0] == "serve"
        install(Book(Path(asked["folder"]), deaths, watched))
        code = cli.main(asked["arguments"])
    except KeyboardInterrupt:  # before there was anything that could be stopped
        code = 128 + signal.SIGINT
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
    for number in (signal.SIGINT, signal.SIGTERM):  # to a terminal's whole group: the asker ends,
        signal.signal(number, signal.SIG_IGN)  # and with it stdin, and then what was born here
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for module in map(vars, (runner, worker)):
        module.update({name: value for name, value in NOW_AND_THEN.items() if name in module})
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
