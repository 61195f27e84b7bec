"""The state in memory under several threads: one connection, and nobody waits for ever."""

import json
import threading

from cosell.config import Config
from cosell.http import HttpRequest
from cosell.service import Engine
from cosell.store.sqlite import SqliteStore

WAIT_S = 60.0


def post(engine: Engine, path: str, **members: object) -> int:
    headers = {"content-type": "application/json"}
    body = json.dumps(members).encode()
    return engine.handle(HttpRequest("POST", path, "", headers, body)).status


def test_faults_and_writers_of_two_threads_all_end() -> None:
    engine = Engine(SqliteStore(":memory:"), Config(), b"k" * 32)
    fault = {"Operation": "ListOpportunities", "Error": "ThrottlingException", "Count": 10_000}
    assert post(engine, "/_cosell/PutFault", **fault) == 200
    statuses: list[int] = []

    def read() -> None:
        statuses.extend(post(engine, "/ListOpportunities", Catalog="Sandbox") for _ in range(300))

    def write() -> None:
        for _ in range(100):
            referral = {"Catalog": "Sandbox", "ReceiverAccountId": "111122223333"}
            assert post(engine, "/ns/other/_cosell/ReferOpportunity", **referral) == 200

    threads = [threading.Thread(target=work, daemon=True) for work in (read, write, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert not any(thread.is_alive() for thread in threads)
    assert statuses == [400] * 600
