"""The pytest plugin: a world for each test that asks for one, and a report of it when it fails.

Everything is imported where a test needs it; a suite that needs nothing pays for the options alone.
Must not know what is in a world.
"""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pytest

from cosell import testing
from cosell.testing import asking, failing

if TYPE_CHECKING:
    from cosell.testing.lifetime import Lifetime
    from cosell.testing.report import Story
    from cosell.testing.run_scene import RunScene
    from cosell.testing.run_server import RunServer
    from cosell.testing.whole_run import Run
    from cosell.testing.world import World

_NAME: Final = asking.NAME
_SCENE_NAME: Final = "cosell_scene"
_WORKER_SERVER: Final = "cosell_server"
_WORKER_ASKS: Final = "cosell_asks"
_SHARED: Final = "shared"  # as whole_run.py has it, which is imported late
_NO_FAILURES: Final = (KeyboardInterrupt, pytest.exit.Exception, pytest.skip.Exception)
# What a patch may raise where a failure is told of.
_TELLING: Final = (Exception, pytest.fail.Exception, pytest.skip.Exception)

_RUN: "Final[pytest.StashKey[Run]]" = pytest.StashKey()
_UNDO: Final = pytest.StashKey[list[Any]]()
_GUARD: Final = pytest.StashKey[Any]()  # an Interception
_WORLD: Final = pytest.StashKey["World"]()
_TOLD: Final = pytest.StashKey[str]()
_LIFETIMES: Final = pytest.StashKey[list["Lifetime"]]()
_SCENE: "Final[pytest.StashKey[RunScene]]" = pytest.StashKey()
_SERVER: Final = pytest.StashKey["RunServer"]()


# --- the run -------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """What can be said on the command line and in the ini file."""
    group = parser.getgroup("cosell", "AWS Partner Central in a test (cosell)")
    group.addoption(
        "--cosell-account",
        metavar="ID",
        help="the account id of the default partner",
    )
    group.addoption(
        "--cosell-server",
        metavar="URL|shared",
        help="where the worlds are: a cosell server, or one that is started for this whole run, all"
        " xdist workers included (default: in the process of the test)",
    )
    group.addoption(
        "--cosell-allow-real",
        action="store_true",
        help="let calls that no world takes go to the real Partner Central",
    )
    group.addoption(
        "--cosell-seed",
        type=int,
        metavar="N",
        help="the seed of every world (default: one of the test's own, the same in each run)",
    )
    group.addoption(
        "--cosell-save-failed",
        metavar="DIR",
        help="where the worlds of failed tests are kept (default: in pytest's cache)",
    )
    parser.addini("cosell_account", "as --cosell-account")
    parser.addini("cosell_catalog", "where members of a world act: AWS or Sandbox (the default)")
    parser.addini("cosell_server", "as --cosell-server")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Before the first conftest: it may import the code under test, whose clients keep what
    credentials they find when they are made."""
    _intercept(early_config, early_config.known_args_namespace.cosell_allow_real)


def _intercept(config: pytest.Config, allow_real: bool) -> None:
    """Once in a run: where a conftest itself names the plugin, pytest_configure is the first."""
    if _UNDO in config.stash:
        return
    from cosell.testing.interception import Interception

    interception = Interception(allow_real=allow_real, is_of_run=True)
    config.stash[_UNDO] = []
    config.stash[_GUARD] = interception
    config.add_cleanup(interception.end_run)
    interception.begin()
    config.add_cleanup(failing.watch(_NO_FAILURES, pytest.exit.Exception))


def pytest_configure(config: pytest.Config) -> None:
    """From now on no call of botocore's leaves for the real Partner Central."""
    config.addinivalue_line(
        "markers",
        "cosell(account=, catalog=, profile=, pace=, server=, seed=, time=): how the world of this"
        " test is: its default account, the catalog in which its members act, its profile, the pace"
        " of its tasks (inline, held, paced or seconds between steps), whether it is on a server,"
        " its seed, when it is.",
    )
    _intercept(config, config.getoption("--cosell-allow-real"))
    from cosell.testing import marked, whole_run

    worker = getattr(config, "workerinput", {})
    config.stash[_LIFETIMES] = []
    config.stash[_RUN] = run = whole_run.Run(
        account=config.getoption("--cosell-account") or config.getini("cosell_account") or None,
        catalog=config.getini("cosell_catalog") or None,
        server=worker.get(_WORKER_SERVER)
        or config.getoption("--cosell-server")
        or config.getini("cosell_server")
        or None,
        seed=config.getoption("--cosell-seed"),
        save_failed=config.getoption("--cosell-save-failed"),
        shared=lambda: _run_server(config).url(),
    )
    if not worker:  # once in a run, instead of one failure for each test
        try:
            marked.ensure_possible(run)
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None
    config.add_cleanup(whole_run.begin(run))


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt() -> None:
    """From now on nobody waits long for a server."""
    failing.break_off()


def pytest_unconfigure(config: pytest.Config) -> None:
    """No world of the run stays; what was put in is taken out, what was started is ended."""
    undo = config.stash.get(_UNDO, None)
    if undo is None:  # somebody else's mistake came before it had begun
        return
    try:
        _end_worlds(config)
    finally:
        while undo:
            undo.pop()()


def _end_worlds(config: pytest.Config) -> None:
    """A run that is broken off (Ctrl-C, `pytest.exit`, the debugger's `q`) has no teardown for the
    test that it was at. What cannot be taken away is told: the run's outcome is what matters."""
    lifetimes, made = config.stash.get(_LIFETIMES, []), failing.still_open()
    if not lifetimes and not made:
        return
    from cosell.testing.lifetime import end_with_run

    terminal = config.pluginmanager.get_plugin("terminalreporter")
    for told in end_with_run(lifetimes, made):
        if terminal is not None:
            terminal.write_line(f"cosell: {told}")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist starts a worker: where the shared server is, or where to ask for one."""
    run = node.config.stash[_RUN]
    if run.server is None:
        node.workerinput[_WORKER_ASKS] = _run_server(node.config).port()
    else:
        shared = run.server == _SHARED
        node.workerinput[_WORKER_SERVER] = _run_server(node.config).url() if shared else run.server


def _run_server(config: pytest.Config) -> "RunServer":
    if _SERVER not in config.stash:
        from cosell.testing.run_server import RunServer

        asks = getattr(config, "workerinput", {}).get(_WORKER_ASKS)
        made = config.stash[_SERVER] = RunServer(asks)
        config.stash[_UNDO].append(made.close)
    return config.stash[_SERVER]


# --- the world of a test -------------------------------------------------------------------------


@pytest.fixture(name=_NAME)
def cosell_fixture(request: pytest.FixtureRequest) -> Iterator["World"]:
    """A world of this test's own: Partner Central with AWS on its other side, empty at first."""
    from cosell.testing.lifetime import Lifetime

    world = _made(request.config, request.node.nodeid, list(request.node.iter_markers(_NAME)))
    request.config.stash[_LIFETIMES].append(
        Lifetime(world)
    )  # it closes the world, after the report
    request.node.stash[_WORLD] = world
    with world.current():
        yield world


@pytest.fixture(name=_SCENE_NAME, scope="session")
def cosell_scene_fixture(request: pytest.FixtureRequest) -> "World":
    """A world for the whole run, to be built once; a test starts from it with
    `cosell.start_from(cosell_scene)` and leaves it as it is."""
    from cosell.testing.run_scene import RunScene

    world = _made(request.config, _SCENE_NAME, [])
    request.session.stash[_SCENE] = RunScene(world, _SCENE_NAME)
    return world  # it ends with the run, as whatever is open then


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: "pytest.FixtureDef[Any]", request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Calls reach the scene while fixtures build it, and at no other time."""
    scene = request.session.stash.get(_SCENE, None)
    if scene is None or not scene.is_built_by(fixturedef, request):
        return (yield)
    with scene.world.current():
        return (yield)


def _made(config: pytest.Config, name: str, markers: list[pytest.Mark]) -> "World":
    """The world that is asked for; a mistake fails the test."""
    from cosell.testing.marked import made, said_by

    try:
        said = said_by((marker.args, marker.kwargs) for marker in markers)
        return made(config.stash[_RUN], name, said)
    except ValueError as error:
        told = str(error)
    _fail(told)


def _fail(told: str) -> NoReturn:
    """To be called outside of an `except`: else what was caught is told as well."""
    pytest.fail(told, pytrace=False)


# --- around a test -------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> None:
    """A test that is marked has a world, whether or not it asks for the fixture."""
    asking.use(collector, name, obj, pytest.mark.usefixtures(_NAME))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Whoever has a world has it early."""
    asking.come_early(item)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where there will be worlds in this process, all that they are made of is loaded now: later a
    test may have put things of its own in the place of what that is loaded with."""
    asked = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    if not ({_NAME, _SCENE_NAME} & asked or (session.items and "World" in vars(testing))):
        return
    if session.config.stash[_RUN].server is None and not session.config.getoption("collectonly"):
        from cosell.testing import beforehand

        beforehand.load()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A call that was stopped while something was imported fails what was collected then."""
    report = yield
    guard = collector.config.stash[_GUARD]
    stopped = dict.fromkeys(guard.taken())
    if stopped and not guard.allow_real and not report.failed:
        report.outcome, report.result = "failed", []
        report.longrepr = "\n".join(["A call was stopped while this was imported:", *stopped])
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """A call that was stopped fails the test, whoever caught the error."""
    _end_lifetimes(item.config)  # a signal may have come while it was ended
    item.config.stash[_GUARD].taken()  # whatever runs between tests is none of this one's
    failing.begin_test()
    yield from _guarded(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """As for the test itself. The world is there until it is known whether that fails."""
    is_broken_off = False
    try:
        yield from _guarded(item)
    except BaseException as error:
        is_broken_off = failing.breaks_off(error)
        world = item.stash.get(_WORLD, None)
        if world is not None and not world.closed and not isinstance(error, _NO_FAILURES):
            item.stash[_TOLD] = _told(item, world, failing.number())
        raise
    finally:
        try:
            if not is_broken_off:  # else the run ends them
                _end_lifetimes(item.config)
        finally:  # pytest keeps its items, and with them what they have, until the run ends
            if _WORLD in item.stash:
                del item.stash[_WORLD]


def _end_lifetimes(config: pytest.Config) -> None:
    lifetimes = config.stash[_LIFETIMES]
    while lifetimes:
        try:
            lifetimes[-1].end()
        except Exception:  # a server that has gone: it is told once
            lifetimes.pop()
            raise
        lifetimes.pop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """As above; and a fault that never fired fails the test."""
    yield from _guarded(item)
    world = item.stash.get(_WORLD, None)
    if world is not None and "faults" in vars(world):  # else nobody has asked for any
        _ensure_fired(world)


def _guarded(item: pytest.Item) -> Generator[None, None, None]:
    guard = item.config.stash[_GUARD]
    try:
        yield
    except BaseException as error:
        for told in guard.taken():
            if told not in str(error):
                error.add_note(f"A call was stopped before: {told}")
        raise
    stopped = dict.fromkeys(guard.taken())
    if stopped and not guard.allow_real:
        _fail("\n".join(stopped))


def _ensure_fired(world: "World") -> None:
    from cosell.testing.expected import FaultNeverFired

    try:
        world.faults.check()
        return
    except FaultNeverFired as never:
        told = str(never)
    _fail(told)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell of the world of a test that failed, and keep it."""
    report = yield
    world = item.stash.get(_WORLD, None)
    if report.failed and world is not None and not world.closed:
        report.sections.append(("cosell", _told(item, world, failing.number())))
    if _TOLD in item.stash:  # at the end of the teardown, when the world was there
        report.sections.append(("cosell", item.stash[_TOLD]))
        del item.stash[_TOLD]
    if report.failed:
        report.sections += [("cosell", told) for told in _told_of_others(item, world)]
    return report


def _told_of_others(item: pytest.Item, own: "World | None") -> Iterator[str]:
    try:
        for number, other in failing.others(own):
            yield _told(item, other, number)
    except _TELLING as error:  # as below
        yield f"The test's other worlds could not be asked: {type(error).__name__}: {error}"


def _told(item: pytest.Item, one: "World | Story", number: str) -> str:
    """Of a world, or what is known of one; `number` tells its file from the test's others."""
    # What the test has put in the place of something else is still there, and may do anything; out
    # of here an exception would end the whole run.
    try:
        from cosell.testing.keeping import folders
        from cosell.testing.report import Story, look_at

        story = one if isinstance(one, Story) else look_at(one)
        said = item.config.stash[_RUN].save_failed
        return story.told(folders(item.config, said), item.nodeid + number)
    except _TELLING as error:  # the test's own failure is what matters
        return f"The world could not be asked: {type(error).__name__}: {error}"
