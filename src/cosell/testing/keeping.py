"""Where the worlds of failed tests are kept.

Must not write anything into the folders that it names, nor know what a world's file is.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from cosell.originals import Path, mkdtemp

if TYPE_CHECKING:
    import pytest

Folder: TypeAlias = Callable[[], Path]
"""A folder, which may have to be made; OSError if it cannot be."""
_NAME: Final = "cosell-failed"


def folders(config: "pytest.Config", said: str | None) -> Iterator[Folder]:
    """The one that was said; else those to try in turn: a source tree may be read-only, and pytest
    only warns then that it has no cache."""
    if said:
        yield lambda: config.rootpath / said
        return
    cache = getattr(config, "cache", None)
    if cache is not None:
        yield lambda: Path(cache.mkdir("cosell"))
    factory = getattr(config, "_tmp_path_factory", None)  # this user's alone; pytest empties it
    if factory is not None:
        yield lambda: Path(factory.getbasetemp()) / _NAME
    yield lambda: Path(mkdtemp(prefix=f"{_NAME}-"))
