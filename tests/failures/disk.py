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
from io import RawIOBase
from pathlib import Path

from tests.failures.cluster import Cluster

SIZE = 24 << 20


class SmallDisk:
    """`folder` is on it."""

    def __init__(self, mount: Path) -> None:
        self._mount = mount
        self._ballast = mount / "ballast"
        self.folder = mount / "data"

    def fill(self) -> None:
        """Take all the room that there is."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (65_536, 4_096):
                _write(file, b"x" * size)

    def free(self) -> None:
        """Give it back."""
        self._ballast.unlink()

    def only_read(self, yes: bool) -> None:
        """From here on it may only be read, or be written again; while nobody has a file open for
        writing there."""
        _ran("mount", "-o", f"remount,{'ro' if yes else 'rw'}", str(self._mount))

    def fail(self) -> None:
        """As the kernel does when a disk fails: from here on it may only be read."""
        _ran("mount", "-o", "remount,abort", str(self._mount))


def _write(file: RawIOBase, block: bytes) -> None:
    """Write blocks until there is no room for one."""
    with contextlib.suppress(OSError):
        while True:
            file.write(block)


@contextlib.contextmanager
def small_disk(kind: str = "tmpfs", size: int = SIZE) -> Iterator[SmallDisk]:
    """A disk of so many bytes that is there until the end; an `ext4` one can be made to fail."""
    mount = Path(tempfile.mkdtemp(prefix="cosell-disk-"))
    image = Path(f"{mount}.image")
    if kind == "ext4":
        with image.open("wb") as file:
            file.truncate(size)
        _ran("mkfs.ext4", "-q", "-F", str(image))
        _ran("mount", "-o", "loop,errors=remount-ro", str(image), str(mount))
    else:
        _ran("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(mount))
    try:
        mount.chmod(0o755)
        disk = SmallDisk(mount)
        disk.folder.mkdir()
        yield disk
    finally:
        _ran("umount", "--lazy", str(mount))
        shutil.rmtree(mount, ignore_errors=True)
        image.unlink(missing_ok=True)


def may_mount() -> bool:
    """Whether this user may put a file system somewhere, as root outside of most containers may."""
    try:
        with small_disk("ext4"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def _ran(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def disk_for(cluster: Cluster) -> Iterator[SmallDisk]:
    """A disk on which a PostgreSQL may keep a database."""
    with small_disk() as disk:
        if cluster.user is not None:
            entry = pwd.getpwnam(cluster.user)
            os.chown(disk.folder, entry.pw_uid, entry.pw_gid)
        yield disk
