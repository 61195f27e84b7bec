"""Tests that put things of their own in the place of what a world is made with, first in a process:
the world goes on as it is, and so do those of the tests after them.

Each case is a process of its own, in which nothing of the engine is loaded at first; and pytest
looks for asserts in all of cosell, as it does where that is installed.
"""

from pathlib import Path

import pytest

from tests.testing.plugin.conftest import Suite

pytest_plugins = ("pytester",)

HEAD = """
import builtins, io, os, pathlib, subprocess, sys
from contextlib import ExitStack
from unittest import mock

import boto3
import pytest

client = boto3.client("partnercentral-selling")


def by_boto3():
    client.list_opportunities(Catalog="Sandbox")


def use(world, ask=by_boto3):
    ask()
    opportunity = world.given.opportunity("Approved")
    world.given.invitation()
    world.aws.update_summary(opportunity)
    world.aws.refer_lead()
    world.clock.advance(days=1)
    world.tasks.hold()
    world.given.task()
    world.tasks.step()
    world.tasks.release()
    with world.faults.delay("ListOpportunities", seconds=0.01):
        ask()
    assert world.events.to()
    world.events.deliver_all(lambda event: None, shuffle=True)
    assert world.calls.last.operation
    assert world.partner("B").account != world.account
"""

AFTER = """

def test_after(cosell, tmp_path):
    use(cosell)
    cosell.start_from(cosell.save(tmp_path / "world.cosell"))
    use(cosell)
    cosell.partner.client.list_opportunities(Catalog="AWS")
    assert len({call.request_id for call in cosell.calls}) == len(cosell.calls)
    kept = [(name, key) for name, module in list(sys.modules.items()) if name.startswith("cosell")
        for key, value in vars(module).items()
        if "MagicMock" in repr(value) or "Patched" in repr(value)]
    assert not kept


def test_beside(cosell):
    at = "/".join(cosell.endpoint_url.split("/")[:3])
    asked = f"import urllib.request as r; print(r.urlopen('{at}/_cosell/health').status)"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        env=cosell.env, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "200", done.stderr
"""

FILES = """
def test_files(cosell, monkeypatch):
    def patched(*_, **__):
        raise AssertionError("patched")

    for name in ("read_text", "read_bytes", "open", "exists", "stat", "iterdir", "glob"):
        monkeypatch.setattr(pathlib.Path, name, patched)
    for module, name in ((builtins, "open"), (io, "open"), (io, "open_code")):
        monkeypatch.setattr(module, name, patched)
    for name in ("stat", "open", "scandir", "listdir"):
        monkeypatch.setattr(os, name, patched)
    try:
        use(cosell)
    finally:
        monkeypatch.undo()
"""

SAID = """
def test_said(cosell):
    with mock.patch("pathlib.Path.read_text", return_value="acme"):
        use(cosell)
"""

MADE = """
NAMES = ("hashlib.sha256", "hmac.new", "hmac.digest", "hmac.compare_digest", "secrets.token_hex",
    "secrets.token_bytes", "secrets.randbits", "random.Random", "random.random", "uuid.uuid4",
    "os.getpid", "logging.getLogger", "tempfile.mkdtemp", "subprocess.Popen", "pathlib.Path",
    "base64.b64encode", "base64.b64decode", "base64.urlsafe_b64encode", "base64.urlsafe_b64decode",
    "time.sleep", "time.monotonic", "time.perf_counter", "inspect.iscoroutinefunction")


def test_made(cosell):
    with ExitStack() as patches:
        for name in NAMES:
            patches.enter_context(mock.patch(name))
        use(cosell, lambda: cosell.partner.call("ListOpportunities", Catalog="Sandbox"))
        cosell.desk("LoadNamespace", State=cosell.desk("SaveNamespace").State)
"""

THREADS = """
from cosell.testing import World

NAMES = ("threading.Thread", "threading.Lock", "threading.RLock", "threading.local",
    "threading.get_ident", "socket.socket", "socket.create_server")


def test_threads():
    client.meta  # botocore has what it shares already
    with ExitStack() as patches:
        for name in NAMES:
            patches.enter_context(mock.patch(name))
        with World() as world:
            world.partner.call("ListOpportunities", Catalog="AWS")
            world.endpoint_url
"""

SESSIONS = """
def test_sessions(cosell):
    with mock.patch("botocore.session.Session"), mock.patch("botocore.session.get_session"):
        assert cosell.partner.client.list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []
"""

PARSED = """
def test_parsed(cosell):
    with mock.patch("orjson.loads", return_value={}), mock.patch("orjson.dumps", return_value=b""):
        use(cosell)
        cosell.desk("LoadNamespace", State=cosell.desk("SaveNamespace").State)
"""

LOADED = """
NAMES = ("decimal.Decimal", "operator.itemgetter", "re.compile",
    "functools.cached_property", "functools.cache", "functools.lru_cache", "functools.partial",
    "types.MappingProxyType", "dataclasses.dataclass", "collections.namedtuple",
    "datetime.datetime", "datetime.timedelta", "sqlite3.connect",
    "importlib.import_module")  # the last: by it the others are found


class Patched:  # a mock would itself make use of some of them
    values = tuple  # asked by inspect, of its mapping of parameters

    def __new__(cls, *_, **__):
        return cls



def test_loaded(cosell):
    with ExitStack() as patches:
        for name in NAMES:
            patches.enter_context(mock.patch(name, Patched))
        use(cosell, lambda: cosell.partner.call("ListOpportunities", Catalog="Sandbox"))
        cosell.desk("LoadNamespace", State=cosell.desk("SaveNamespace").State)
"""

BY_HAND = LOADED.replace(
    "def test_loaded(cosell):",
    "from cosell.testing import World\n\n\ndef test_loaded():",
).replace("        use(", "        cosell = patches.enter_context(World())\n        use(")

RUN = """
@pytest.fixture(scope="module", autouse=True)
def no_database():
    with mock.patch("sqlite3.connect"):
        yield


def test_run(cosell):
    use(cosell)
"""

UNREADABLE = """
def test_unreadable(cosell):
    with mock.patch("os.listdir", return_value=[]), pytest.raises(ValueError, match="fs.add_real"):
        cosell.partner.client
"""

FIRST = {
    "files": FILES,
    "what a file says": SAID,
    "what a world is made with": MADE,
    "threads and sockets": THREADS,
    "sessions of botocore": SESSIONS,
    "what is parsed": PARSED,
    "what modules are loaded with": LOADED,
    "the same around a world by hand": BY_HAND,
    "for the whole run": RUN,
    "files of botocore": UNREADABLE,
}


@pytest.mark.parametrize("first", FIRST)
def test_what_a_test_patches_reaches_no_world(
    pytester: pytest.Pytester, suite: Suite, first: str
) -> None:
    pytester.makeconftest('import pytest\npytest.register_assert_rewrite("cosell")')
    suite(HEAD + FIRST[first] + AFTER).assert_outcomes(passed=3)


FAILING = """
def test_failing(cosell, monkeypatch):
    def patched(*_, **__):
        pytest.fail("no files here")

    cosell.given.opportunity()
    client.list_opportunities(Catalog="AWS")
    for name in ("read_text", "read_bytes", "open", "write_text", "write_bytes"):
        monkeypatch.setattr(pathlib.Path, name, patched)
    monkeypatch.setattr(builtins, "open", patched)
    monkeypatch.setattr(io, "open", patched)
    assert 0, "the test's own"
"""


def test_a_failure_is_told_whatever_is_patched(pytester: pytest.Pytester, suite: Suite) -> None:
    pytester.makeconftest('import pytest\npytest.register_assert_rewrite("cosell")')
    result = suite(HEAD + FAILING + AFTER)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["*AssertionError: the test's own*", "world *", "look *.cosell", "*ListOpportun*"]
    )


FAKED = """
import types

SPARED = ("os", "posixpath", "genericpath", "linecache", "tokenize", "shutil")
Real = type(pathlib.Path())


@pytest.fixture
def faked(monkeypatch):
    def patched(*_, **__):
        raise PermissionError("a file system of the test's own")

    def other(real, *names):
        made = types.ModuleType(real.__name__)
        vars(made).update({**vars(real), **dict.fromkeys(names, patched)})
        return made

    class Path(Real):
        def __new__(cls, *names):  # pathlib has it in its own one's place, and would begin none
            return Real(*names)

    others = (
        (os, other(os, "mkdir", "open", "stat", "replace", "rename", "unlink", "listdir")),
        (io, other(io, "open", "open_code")),
        (pathlib.Path, Path),
    )
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "os") not in SPARED:
            for name, value in list(vars(module).items()):
                for real, fake in others:
                    if value is real:
                        monkeypatch.setattr(module, name, fake)


@pytest.fixture
def begun(faked, cosell):
    return cosell


def test_failing(begun):
    from cosell.testing import World

    begun.given.opportunity()
    with pytest.raises(RuntimeError, match="another file system"):
        World(server=True)
    assert 0, "the test's own"


def test_passing(cosell):
    cosell.given.opportunity()
"""


@pytest.mark.parametrize("cached", [True, False])
def test_a_failed_tests_world_is_on_the_real_disk(
    pytester: pytest.Pytester, suite: Suite, monkeypatch: pytest.MonkeyPatch, cached: bool
) -> None:
    """Also where the test has another file system in its place, as pyfakefs has, first in the
    process; whether pytest has made its cache's folder already or not."""
    monkeypatch.setenv("TMPDIR", str(pytester.mkdir("temporary")))
    if cached:
        pytester.mkdir(".pytest_cache")
    result = suite(HEAD + FAKED)
    result.assert_outcomes(passed=1, failed=1)
    [look] = [line for line in result.outlines if line.startswith("look")]
    file = Path(look.split()[-1])
    assert file.read_bytes().startswith(b"cosell namespace")
    assert file.is_relative_to(pytester.path / (".pytest_cache" if cached else "temporary"))
    assert [one.name for one in file.parent.iterdir()] == [file.name]
