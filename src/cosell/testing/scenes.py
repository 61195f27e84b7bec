"""Scenes: a world as it stands, kept in a file or taken over by another world.

The desk makes and reads the states; its files carry a format and a checksum. Must not look
into one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from typing import TYPE_CHECKING, Final
from zlib import crc32

from cosell.originals import Path, b64decode, b64encode
from cosell.testing.calling import Refused
from cosell.whole_files import write_whole

if TYPE_CHECKING:
    from cosell.testing.world import World


_NUMBERS: Final = 1_000
_ABSENT: Final = "ResourceNotFoundException"


def save(world: "World", path: "str | PathLike[str]") -> Path:
    """Write the world's state to a file, folders made as needed; answers where."""
    try:
        state = state_of(world)
    except Refused as refused:
        if refused.code != _ABSENT:
            raise
        world.desk("PutPace", Mode="Inline")  # as it is: nothing was ever made in the world
        state = state_of(world)
    return write(Path(path), state)


def state_of(world: "World") -> bytes:
    """What a file of the world has."""
    return b64decode(world.desk("SaveNamespace").State)


def write(file: Path, state: bytes) -> Path:
    """Write a world's state to a file, folders made as needed; answers where."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, state)
    return file


def start_from(world: "World", scene: "World | str | PathLike[str]") -> None:
    """Let the world become what another is now, or what a file holds. Refused if the file is
    damaged or of a newer format; then the world is as it was."""
    with world.faults.resting(), _becoming_another(world):
        if isinstance(scene, str | PathLike):
            number = _load(world, Path(scene).read_bytes())
        else:
            _fork(world, scene)
            number = scene.drafts.number
    world.drafts.go_on_behind(number)
    world.faults.adopt()
    world.calls.restart()
    world.events.rewind()


@contextmanager
def _becoming_another(world: "World") -> Iterator[None]:
    world.memory.becomes_another = True
    try:
        yield
    finally:
        world.memory.becomes_another = False


def _load(world: "World", state: bytes) -> int:
    """Answers a number behind which the builders' go on. A file does not say how far those went
    that are in it: each file has a thousand of its own."""
    world.desk("LoadNamespace", State=_text(state))
    return _NUMBERS * (1 + crc32(state) % 99_999)


def _fork(world: "World", scene: "World") -> None:
    if scene.closed:
        raise ValueError("The scene is closed. Start from it while it is open, or save it before.")
    try:
        if world.place is scene.place:
            world.desk("ForkNamespace", Source=scene.name)
        else:
            world.desk("LoadNamespace", State=scene.desk("SaveNamespace").State)
    except Refused as refused:
        if refused.code != _ABSENT:
            raise
        world.desk("ResetNamespace")  # nothing was ever made in the scene


def _text(state: bytes) -> str:
    return b64encode(state).decode()
