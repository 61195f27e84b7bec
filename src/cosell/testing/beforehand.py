"""Loads what worlds of this process are made of, before a test puts things of its own in the place
of the library's.

A module that is loaded while a test has replaced `functools.cache` or `decimal.Decimal` keeps what
it found, and so do all worlds after that test's. Must not make a world.
"""

import sys
from contextlib import suppress
from pkgutil import iter_modules
from typing import Final

from cosell.originals import import_module
from cosell.testing import staying

_ELSEWHERE: Final = ("edge", "run_server", "sending", "server", "there")
"""What speaks HTTP, to other processes or for botocore: few worlds need that."""


def load() -> None:
    """Load the engine with every operation, and each part of a world; of an SDK and of servers
    nothing that is not there yet, unless a test may have a file system of its own."""
    import re2  # noqa: F401

    from cosell.desk import soundness  # noqa: F401
    from cosell.operations import DESK, DUE, SELLING
    from cosell.service import Engine  # noqa: F401
    from cosell.store.sqlite import SqliteStore  # noqa: F401
    from cosell.sts import operations  # noqa: F401

    for held in (SELLING.handlers, DESK.handlers, DUE):
        list(held.values())
    package = sys.modules[__package__]
    for part in iter_modules(package.__path__):
        if part.name not in _ELSEWHERE:
            import_module(f"{__package__}.{part.name}")
    if "pyfakefs" in sys.modules:  # what is loaded amid one of its file systems goes with that
        with suppress(ImportError):
            import_module("botocore.session")
    if staying.loaded("botocore.httpsession"):
        import_module(f"{__package__}.sending")
