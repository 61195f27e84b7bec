"""Files that lie beside the code: read as Python reads that itself, by the module's loader.

In the process of a test pathlib's, io's and os's functions may be somebody's own by the time that a
file is asked for first; what they say would stay with whatever is made of it. Must not know what is
in a file.
"""

from importlib.machinery import ModuleSpec
from typing import cast


def read(of: ModuleSpec | None, name: str) -> bytes:
    """A file that lies in the folder of a module (`__spec__`): `model.json`, `sql/engine.sql`.
    OSError if it is not there."""
    if of is None or of.origin is None:
        raise FileNotFoundError(f"{name} lies beside no module that was loaded from a file.")
    folder = of.origin[: -len(of.origin.replace("\\", "/").rpartition("/")[2])]
    return cast("bytes", of.loader.get_data(folder + name))  # type: ignore[union-attr]


def text(of: ModuleSpec | None, name: str) -> str:
    """The same as text, in UTF-8."""
    return read(of, name).decode()
