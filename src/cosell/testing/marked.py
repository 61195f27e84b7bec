"""The world that a test asks for: by its markers, by the command line, by the ini file.

Every mistake is a ValueError of one sentence. Must not know pytest.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from cosell.testing.whole_run import SHARED, Run

if TYPE_CHECKING:
    from cosell.testing.world import World

_MARKED: Final = ("account", "catalog", "profile", "pace", "server", "seed", "time")
_CATALOGS: Final = ("AWS", "Sandbox")
_found_wrong: dict[str, str] = {}  # by address: each is asked once in a run


def said_by(markers: Iterable[tuple[tuple[Any, ...], Mapping[str, Any]]]) -> dict[str, Any]:
    """What markers say (positional arguments, named ones), the nearest of them first."""
    said: dict[str, Any] = {}
    for args, named in markers:
        unknown = [name for name in named if name not in _MARKED]
        if unknown or args:
            raise ValueError(_unknown(args, unknown))
        said = {**named, **said}
    return said


def _unknown(args: tuple[Any, ...], unknown: list[str]) -> str:
    from cosell.errors import did_you_mean

    wrong = ", ".join([*map(repr, args), *unknown])
    hint = did_you_mean(unknown[0], _MARKED) if unknown else ""
    takes = ", ".join(f"{name}=" for name in _MARKED)
    return f"@pytest.mark.cosell does not take {wrong}.{hint} It takes {takes}."


def made(run: Run, name: str, said: Mapping[str, Any]) -> "World":
    """The world of the test `name`, not entered yet."""
    from cosell.testing.calling import Refused
    from cosell.testing.leaving import closing_if_it_fails

    try:
        world = _world(run, name, said)
        if "time" in said:
            with closing_if_it_fails(world):
                world.clock.set(said["time"])
    except Refused as refused:
        raise ValueError(str(refused)) from None
    return world


def _world(run: Run, name: str, said: Mapping[str, Any]) -> "World":
    from cosell.config import DEFAULT_ACCOUNT
    from cosell.testing.world import World

    seed = said.get("seed", run.seed)
    catalog = said.get("catalog") or run.catalog or World.catalog
    _ensure_catalog(catalog)
    world = World(
        account=said.get("account") or run.account or DEFAULT_ACCOUNT,
        profile=said.get("profile"),
        pace=said.get("pace"),
        server=_server(run, said) or False,
        seed=_seed_of(name) if seed is None else seed,
    )
    world.catalog = catalog
    return world


def ensure_possible(run: Run) -> None:
    """ValueError if no world can be as it was said of the whole run."""
    try:
        _ensure_said(run)
    except ValueError as error:
        raise ValueError(f"cosell, for the whole run: {error}") from None
    if run.server not in (None, SHARED):
        try:
            ensure_usable(run.server)
        except ValueError as error:
            raise ValueError(f"--cosell-server: {error}") from None


def _ensure_said(run: Run) -> None:
    if run.account is not None:
        from cosell.testing.partner import account_named

        account_named(run.account)
    if run.catalog is not None:
        _ensure_catalog(run.catalog)
    if run.seed is not None:
        from cosell.testing.amounts import seed

        seed(run.seed)


def _ensure_catalog(catalog: object) -> None:
    if catalog not in _CATALOGS:
        raise ValueError(f"catalog: there is no catalog {catalog!r}: say AWS or Sandbox.")


def _server(run: Run, said: Mapping[str, Any]) -> str | None:
    asked = said.get("server")
    server = run.server_of(asked)
    if server is not None and asked == server != run.server:  # others were looked at before
        ensure_usable(server)
    return server


def ensure_usable(server: str) -> None:
    """ValueError if worlds cannot be at an address. Each is asked once; what was wrong stays so."""
    if server not in _found_wrong:
        _found_wrong[server] = _wrong_with(server)
    if _found_wrong[server]:
        raise ValueError(_found_wrong[server])


def _wrong_with(server: str) -> str:
    from cosell.testing.there import ensure_usable

    try:
        ensure_usable(server)
    except (OSError, ValueError) as error:
        return f"{error}{_hint(server)}"
    return ""


def _hint(server: str) -> str:
    if any(sign in server for sign in ":/."):
        return ""
    from cosell.errors import did_you_mean

    return did_you_mean(server, [SHARED])


def _seed_of(name: str) -> int:
    """A number that a test has in each run."""
    from zlib import crc32

    return crc32(name.encode()) & 0x7FFFFFFF
