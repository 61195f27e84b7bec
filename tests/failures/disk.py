"""A disk of a few megabytes that a test can fill: a file system in memory, mounted for it.

Must not know who keeps something there.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.failures.cluster import Cluster

SIZE = "24m"


class SmallDisk:
    """`folder` is on it."""

    def __init__(self, mount: Path) -> None:
        self._ballast = mount / "ballast"
        self.folder = mount / "data"

    def fill(self) -> None:
        """Take all the room that there is."""
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            for size in (65_536, 4_096):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"x" * size)

    def free(self) -> None:
        """Give it back."""
        self._ballast.unlink()


@contextlib.contextmanager
def small_disk(size: str = SIZE) -> Iterator[SmallDisk]:
    """A disk that is there until the end."""
    mount = Path(tempfile.mkdtemp(prefix="cosell-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", mount], check=True)
    try:
        mount.chmod(0o755)
        disk = SmallDisk(mount)
        disk.folder.mkdir()
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", mount], check=True)
        shutil.rmtree(mount, ignore_errors=True)


def disk_for(cluster: Cluster) -> Iterator[SmallDisk]:
    """A disk on which a PostgreSQL may keep a database."""
    with small_disk() as disk:
        if cluster.user is not None:
            entry = pwd.getpwnam(cluster.user)
            os.chown(disk.folder, entry.pw_uid, entry.pw_gid)
        yield disk
