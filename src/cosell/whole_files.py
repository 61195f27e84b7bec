"""Writing a file so that nobody ever finds half of it.

Must not know what is in it.
"""

import os
from contextlib import suppress
from pathlib import Path
from threading import get_ident


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there as a whole or not at all, whoever reads or writes it meanwhile;
    OSError if that cannot be."""
    part = path.with_name(f"{path.name}.{os.getpid()}-{get_ident()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except BaseException:  # a signal's, too
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
