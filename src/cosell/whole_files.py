"""Writing a file so that nobody ever finds half of it.

Must not know what is in it.
"""

from contextlib import suppress
from stat import S_IMODE, S_ISREG
from typing import Final

from cosell.originals import Path, get_ident, getpid

_NAME_MAX: Final = 20  # letters of a file's name that its part has: a name may be as long as can be
_OPEN_FILES: Final = Path("/proc")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there as a whole or not at all, whoever reads or writes it meanwhile;
    OSError if that cannot be. A link goes on to lead where it leads, and what is no file of a
    folder (a pipe, a device, standard output) is written into."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:  # or a link that leads to nothing yet
        mode = None
    target = _target(path)
    if target is None or not (mode is None or S_ISREG(mode)):
        with path.open("ab") as opened:
            opened.write(content)
        return
    part = target.with_name(f"{target.name[:_NAME_MAX]}.{getpid()}-{get_ident()}.part")
    try:
        part.write_bytes(content)
        if mode is not None:
            with suppress(OSError):  # a file system that knows no modes
                part.chmod(S_IMODE(mode))
        part.replace(target)
    except BaseException:  # a signal's, too
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _target(path: Path) -> Path | None:
    """Where a path leads over its links; None for a file that some process has open (/dev/stdout),
    which no path leads to: another one in its place would never be seen there."""
    while path.is_symlink():
        folder = path.parent.resolve()
        if folder.is_relative_to(_OPEN_FILES):
            return None
        path = folder / path.readlink()
    return path
