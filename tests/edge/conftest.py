"""A strict server for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.databases import fresh
from tests.edge.keys import strict_server
from tests.harness import Server


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that lets in two keys only; it must end cleanly when the tests are over."""
    folder = tmp_path_factory.mktemp("strict")
    running = strict_server(folder, fresh(folder)).start()
    yield running
    assert running.stop() == 0
