"""What was loaded of cosell, and of the botocore that it serves, stays the same in a process.

A test may put sys.modules back as it was (`mock.patch.dict("sys.modules", …)`, pytest's
`pytester`): what was loaded meanwhile is no longer in it, but lives on in worlds and clients.
Loaded a second time, its classes would be others than those which live on. And cosell's own modules
are found here before anybody else may: pytest looks for asserts in whatever a plugin is of, and
reads that by what a test may have put its own in the place of. Must not load anything.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Final, TypeGuard

from cosell.originals import disk

_OURS: Final = __name__.partition(".")[0]
_PARTS: Final = f"{_OURS}."
_roots: Final = {_OURS: sys.modules[_OURS]}


class _Finder:
    """Finds modules that were loaded before, where each package holds its own; and cosell's as
    Python does."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if target is not None:
            return None  # it is to be loaded anew: importlib.reload
        module = _held(name)
        if module is None:
            return PathFinder.find_spec(name, path) if name.startswith(_PARTS) else None
        return ModuleSpec(name, _Loader(module))  # type: ignore[arg-type]  # it need not be theirs


class _Loader:
    """Loads a module by leaving it as it is."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # the machinery has put in the one that led here


def _held(name: str) -> ModuleType | None:
    """A module hangs on its package from when it is loaded; a test sees to it that nothing else has
    its name there."""
    root, *parts = name.split(".")
    found = _roots.get(root)
    for part in parts:
        below = None if found is None else vars(found).get(part)
        found = below if isinstance(below, ModuleType) else None
    return found if found is not None and found.__name__ == name else None


def loaded(name: str) -> ModuleType | None:
    """The module of that name, if it was ever loaded: a stub in its place is none."""
    found = sys.modules.get(name)
    return found if _is_module(found) and found.__name__ == name else _held(name)


def _is_module(found: object) -> TypeGuard[ModuleType]:
    """A mock says that it is an instance of whatever it stands for."""
    return issubclass(type(found), ModuleType)


def hold(module: ModuleType) -> None:
    """The package that a module is of stays as well, with what is loaded of it, now and later; but
    not one that is loaded where a test has put a file system in the place of the disk. pyfakefs
    sees to it that such a one is loaded anew, for it goes on looking there."""
    if disk.is_replaced():
        return
    root = module.__name__.partition(".")[0]
    package = sys.modules.get(root)
    if _is_module(package):  # else a test's stub
        _roots[root] = package


def keep() -> None:
    """See to it that none of those is asked first for what stays who would load it anew: Python's
    own, and pytest's, which comes anew where that is run within a test. Who else is in front stays
    there: pyfakefs takes away again whoever is the first."""
    others = [one for one in sys.meta_path.copy() if one is not _finder]
    at = 0
    for place, one in enumerate(others):  # no generator: a signal's exception may come amid it
        if _loads(one):
            at = place
            break
    sys.meta_path[:] = [*others[:at], _finder, *others[at:]]


def _loads(finder: object) -> bool:
    home = str(getattr(finder, "__module__", ""))
    return home.startswith(("_pytest.", "_frozen_importlib", "importlib."))


_finder: Final = _Finder()
