"""How a world is left at the end of `with`, and what it leaves in a hurry: where more ends than a
test (Ctrl-C), a server that does not answer is not waited for long, and the exception goes on.

Must not know what a world is made of.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from cosell.testing import failing

if TYPE_CHECKING:
    from cosell.testing.place import WhileOpen
    from cosell.testing.world import World


def leave(world: "World", error: BaseException | None) -> None:
    """What somebody may ask of it later is looked at, while it is open; FaultNeverFired if nothing
    else was wrong."""
    is_hurried = failing.breaks_off(error)
    if is_hurried:
        world.way.hurry()
    if error is not None:
        failing.leave(world, error)
    world.look_last()
    if error is not None or is_hurried or "faults" not in vars(world):
        return
    try:
        world.faults.check()
    except AssertionError as never:
        failing.leave(world, never)
        raise


def close_after(world: "World", error: BaseException | None) -> None:
    """Close it at the end of `with`. If its server has gone, that is told beside the error that
    came before, and not instead of it."""
    if failing.breaks_off(error):
        with in_a_hurry(world.way, error, f"The world {world.name} could not be taken away"):
            world.close()
        return
    try:
        world.close()
    except OSError as gone:
        if error is None:
            raise
        if type(gone) is not type(error):  # else it is said already
            error.add_note(str(gone))


@contextmanager
def closing_if_it_fails(world: "World") -> Iterator[None]:
    """A world that could not become what it should is nobody's to close later."""
    try:
        yield
    except BaseException as error:
        with suppress(Exception):  # what failed first is what is told
            close_after(world, error)
        raise


@contextmanager
def in_a_hurry(way: "WhileOpen", error: BaseException | None, failed: str) -> Iterator[None]:
    """Within it something is taken back because of an error that ends more than a test. If it
    cannot be (`failed`, in words) that is told beside the error; in a run of tests at its end."""
    way.hurry()
    try:
        yield
    except Exception as late:
        if error is not None and not failing.is_in_run():
            error.add_note(f"{failed}: {late}")
    finally:
        way.hurry(is_needed=failing.breaks_off(None))
