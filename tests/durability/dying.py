"""An engine that starts a task and brings it to its end, and is killed at every commit on the way.

    python -m tests.durability.dying PLAN STATE NAMESPACE OPERATION MEMBERS

Each life is a process of its own, forked from this one, which has imported everything already: so
many deaths cost little. It dies as the launcher's plan says. Prints how many lives it took.
"""

import json
import os
import sys
from typing import Any

from cosell.config import Config
from cosell.http import HttpRequest
from cosell.service import Engine
from cosell.store.sqlite import SqliteStore
from tests.durability.launcher import Plan, watch

AT_WORK = ("PENDING", "IN_PROGRESS")


def live(state: str, namespace: str, operation: str, members: Any) -> None:
    """Ask with the same token until the task has ended, as clients poll."""
    store = SqliteStore(state)
    engine = Engine(store, Config(), b"k" * 32)
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"AWSPartnerCentralSelling.{operation}",
    }
    request = HttpRequest("POST", f"/ns/{namespace}/", "", headers, json.dumps(members).encode())
    while True:
        answer = engine.handle(request)
        assert answer.status == 200, answer.body
        if json.loads(answer.body)["TaskStatus"] not in AT_WORK:
            break
        engine.runner.work(namespace, 60.0, lambda *_: True)
    store.close()


def main(plan: Plan, *call: Any) -> int:
    watch(plan)
    lives = 1
    while True:
        process = os.fork()
        if not process:
            live(*call)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        if not os.WIFSIGNALED(status):
            sys.stdout.write(f"{lives}\n")
            return os.waitstatus_to_exitcode(status)
        lives += 1


if __name__ == "__main__":
    chosen, *where, sent = sys.argv[1:]
    raise SystemExit(main(Plan(**json.loads(chosen)), *where, json.loads(sent)))
