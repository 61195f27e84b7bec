"""A file that is written as a whole: where a path leads is kept as it is."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cosell.whole_files import write_whole

WRITE = """
import sys
from pathlib import Path
from cosell.whole_files import write_whole

write_whole(Path(sys.argv[1]), b"told")
"""


@pytest.fixture(params=["link", "/dev/fd/1", "/proc/self/fd/1"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Standard output's path; as a link (/dev/stdout is one) it is a link of this test's own."""
    if request.param != "link":
        return str(request.param)
    (tmp_path / "stdout").symlink_to("/proc/self/fd/1")
    return str(tmp_path / "stdout")


def written(path: str, into: Path, before: bytes) -> bytes:
    """What a file has in which another process's standard output goes on."""
    into.write_bytes(before)
    with into.open("ab") as opened:
        subprocess.run([sys.executable, "-c", WRITE, path], stdout=opened, check=True, timeout=60)
        opened.write(b", and more")
    return into.read_bytes()


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_leads_where_it_led(tmp_path: Path, is_there: bool) -> None:
    folder = tmp_path / "far"
    folder.mkdir()
    real, link, again = folder / "real", tmp_path / "link", tmp_path / "again"
    if is_there:
        real.write_bytes(b"before")
    link.symlink_to("far/real")
    again.symlink_to(link)
    write_whole(again, b"after")
    assert (again.is_symlink(), link.is_symlink(), real.is_symlink()) == (True, True, False)
    assert real.read_bytes() == b"after"
    assert (names(folder), names(tmp_path)) == (["real"], ["again", "far", "link"])


def test_links_in_a_circle_are_told(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.symlink_to(second)
    second.symlink_to(first)
    with pytest.raises(OSError, match="symbolic links"):
        write_whole(first, b"x")
    assert names(tmp_path) == ["first", "second"]


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content, read = os.urandom(300_000), []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_whole(pipe, content)
    reader.join(30)
    assert read == [content]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert names(tmp_path) == ["pipe"]


def test_a_device_is_written_into() -> None:
    leading, following = os.openpty()  # a device of this test's own
    device = Path(os.ttyname(following))
    write_whole(device, b"told")
    assert stat.S_ISCHR(device.stat().st_mode)
    assert os.read(leading, 100) == b"told"
    for descriptor in (leading, following):
        os.close(descriptor)


def test_standard_output_goes_on(tmp_path: Path, output: str) -> None:
    """Whatever it is: a file that is open keeps what it had, and whoever has it writes on."""
    before = {*names(tmp_path), "out"}
    assert written(output, tmp_path / "out", b"before, ") == b"before, told, and more"
    assert {*names(tmp_path)} == before
    piped = subprocess.run(
        [sys.executable, "-c", WRITE, output], capture_output=True, check=True, timeout=60
    )
    assert piped.stdout == b"told"
    assert Path(output).is_symlink()


@pytest.mark.parametrize("name", ["a" * 255, "ä" * 127, "\U0001f30d" * 63])
def test_a_name_as_long_as_can_be(tmp_path: Path, name: str) -> None:
    for content in (b"first", b"second"):
        write_whole(tmp_path / name, content)
        assert (tmp_path / name).read_bytes() == content
    assert names(tmp_path) == [name]


def test_who_may_read_a_file_may_do_so_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"before")
    file.chmod(0o640)
    write_whole(file, b"after")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, b"x")
