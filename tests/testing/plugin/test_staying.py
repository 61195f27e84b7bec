"""Tests that put sys.modules back as it was, with what was loaded meanwhile: each case is a process
of its own, in which nothing of the engine is loaded at first.
"""

import subprocess
import sys

from tests.harness import environment
from tests.testing.plugin.conftest import Suite

pytest_plugins = ("pytester",)

FIRST = """
from unittest import mock

import pytest


@mock.patch.dict("sys.modules", {"telemetry": object()})
def test_first(cosell):
    import boto3

    boto3.client("partnercentral-selling").list_opportunities(Catalog="AWS")
"""

MEMBERS = """
def test_members(cosell):
    from cosell.testing import Refused

    cosell.given.opportunity("Approved")
    cosell.given.invitation(to="B")
    cosell.given.task()
    cosell.aws.refer()
    cosell.aws.autopilot(outcome="Rejected")
    assert cosell.clock.advance(days=20) > 0
    cosell.faults.throttle("ListSolutions", optional=True)
    assert len(cosell.calls.all) and cosell.events.to() and not cosell.settle().held
    with pytest.raises(Refused, match="Did you mean Project"):
        cosell.aws.refer(Projct={})


def test_every_operation(cosell):
    from cosell.selling.contract import CONTRACT

    for operation in sorted(CONTRACT.operations):
        request = cosell.example(operation)
        cosell.caller()(operation, **request)


def test_another_world(cosell, tmp_path):
    from cosell.testing import World

    cosell.given.opportunity()
    with World.load(cosell.save(tmp_path / "one.cosell")) as other:
        cosell.start_from(other)
    assert isinstance(cosell, World)
"""

SDK = """
from unittest import mock

import pytest


def made():
    import boto3

    return boto3.client("partnercentral-selling", region_name="us-east-1")


clients = {"later": made}


@mock.patch.dict("sys.modules")
def test_first():
    early = made()
    clients["early"] = lambda: early


@pytest.fixture(params=["later", "early"])
def client(request):
    return clients[request.param]()


def test_answers_that_are_lost_are_asked_for_again(cosell, client):
    with cosell.faults.lose_answer("ListSolutions"), cosell.faults.cut("ListOpportunities"):
        client.list_solutions(Catalog="AWS")
        client.list_opportunities(Catalog="AWS")
    assert len(cosell.calls.of("ListSolutions")) == 2


def test_what_is_stopped_is_an_error_of_the_sdk(client):
    from botocore.exceptions import BotoCoreError
    from cosell.testing import NotLetOut, expect_stopped

    with expect_stopped(), pytest.raises(BotoCoreError) as told:
        client.list_solutions(Catalog="AWS")
    assert isinstance(told.value, NotLetOut)
"""

WITHIN = """
def test_pytest_within(pytester):
    pytester.makeconftest("import pytest; pytest.register_assert_rewrite('cosell')")
    pytester.makepyfile("def test_it(cosell): assert cosell.given.opportunity('Approved')")
    plugin = ("-p", "cosell.pytest_plugin", "-W", "ignore")
    pytester.runpytest_inprocess(*plugin).assert_outcomes(passed=1)
"""

NO_WORLD = """
from importlib import import_module
from unittest import mock

import pytest

MODULES = {
    "httpsession": ("URLLib3Session", "send"),
    "credentials": ("CredentialResolver", "load_credentials"),
    "session": ("Session", "get_config_variable"),
    "signers": ("RequestSigner", "get_auth_instance"),
    "validate": ("ParamValidationDecorator", "serialize_to_request"),
    "parsers": ("BaseJSONParser", "_handle_timestamp"),
    "useragent": ("UserAgentComponent", "to_string"),
}


def layers(name, owner, method):
    found = getattr(getattr(import_module(f"botocore.{name}"), owner), method)
    count = 0
    while hasattr(found, "__wrapped__"):
        found, count = found.__wrapped__, count + 1
    return count


@pytest.fixture(autouse=True)
def absent():
    with mock.patch.dict("sys.modules", {"telemetry": object()}):
        yield


@pytest.mark.parametrize("number", range(5))
def test_without_a_world(number):
    import boto3

    boto3.client("s3", region_name="us-east-1")
    assert [layers(name, *hook) for name, hook in MODULES.items()] == [1] * len(MODULES)
"""

UNHOOKED = """
from unittest import mock

with mock.patch.dict("sys.modules"):
    from cosell.testing import World
    with World():
        import boto3
with World(), World() as second:
    import boto3
    client = boto3.client("partnercentral-selling", endpoint_url="http://127.0.0.1:1")
    client.list_opportunities(Catalog="AWS")  # nobody listens there
    assert second.calls.operations == ["ListOpportunities"]
print(sum("interception" in str(one) for one in __import__("sys").meta_path))
"""

STUBS = """
import sys
from types import ModuleType
from unittest import mock

NAMES = ("botocore", "botocore.httpsession", "botocore.session", "boto3")
import cosell.testing
for stub in (None, mock.MagicMock(), mock.MagicMock(__name__="botocore.httpsession"),
             ModuleType("botocore.httpsession")):
    with mock.patch.dict(sys.modules, dict.fromkeys(NAMES, stub)):
        with cosell.testing.World() as world:
            world.caller()("ListSolutions", Catalog="AWS")
with cosell.testing.World() as world:
    with mock.patch.dict(sys.modules, dict.fromkeys(NAMES, mock.MagicMock())):
        import botocore.httpsession
    import boto3
    boto3.client("partnercentral-selling").list_opportunities(Catalog="AWS")
    assert world.calls.operations == ["ListOpportunities"]
    with mock.patch.dict(sys.modules, {"botocore.session": mock.MagicMock()}):
        with cosell.testing.World() as within:
            boto3.client("partnercentral-selling").list_solutions(Catalog="AWS")
            print(*within.calls.operations)
"""

ALONE = """
from unittest import mock

with mock.patch.dict("sys.modules"):
    from cosell.testing import World
    with World() as first:
        first.partner.call("ListOpportunities", Catalog="AWS")
with World() as second:
    second.given.opportunity("Approved")
    assert first.calls.operations == ["ListOpportunities"]

from cosell.testing import Refused, World as again
assert again is World
with again() as third:
    try:
        third.desk("GetTask", TaskId="task-1")
    except Refused:
        print("refused")
"""

HANGING = """
import importlib, pkgutil, sys
import cosell, botocore.session
for found in pkgutil.walk_packages(cosell.__path__, "cosell."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
for name, module in list(sys.modules.items()):
    package, _, last = name.rpartition(".")
    if name.startswith(("cosell.", "botocore.")):
        if vars(sys.modules[package]).get(last) is not module:
            print(name)
"""

ANEW = """
import importlib, sys
import cosell.testing.amounts as amounts

before, spec = amounts.seed, amounts.__spec__
del sys.modules["cosell.testing.amounts"]
assert importlib.import_module("cosell.testing.amounts") is amounts
assert (amounts.seed, amounts.__spec__) == (before, spec)
assert importlib.reload(amounts) is amounts
assert amounts.seed is not before
sys.modules["cosell.testing.amounts"] = None
try:
    importlib.import_module("cosell.testing.amounts")
except ImportError:
    print("absent")
"""


# pyfakefs lets go of what was loaded amid a file system of a test's.
FORGOTTEN = """
import sys
from unittest import mock

from cosell.testing import World

with World():
    before = {*sys.modules}
    with mock.patch("os.mkdir"):
        import botocore.session
        first = botocore.session
    for name in [one for one in {*sys.modules} - before if not one.startswith("cosell")]:
        del sys.modules[name]
    import boto3
    import botocore.session
    print(botocore.session is first)
    with World() as world:
        boto3.client("partnercentral-selling").list_opportunities(Catalog="AWS")
        world.client().list_solutions(Catalog="AWS")
        print(*world.calls.operations)
        print(type(world.client()).__mro__[1] is sys.modules["botocore.client"].BaseClient)
"""

FILES_OF_ITS_OWN = """
import sys
from types import ModuleType

if len(sys.argv) > 1:
    sys.modules["pyfakefs"] = ModuleType("pyfakefs")
from cosell.testing import World
print("botocore.session" in sys.modules)
"""

MOCKED = """
from unittest import mock

with mock.patch("botocore.httpsession.URLLib3Session.send") as send:
    from cosell.testing import World
    with World() as world:
        world.client().list_solutions(Catalog="AWS")
        print(*world.calls.operations, send.call_count)
    import botocore.httpsession
    print(botocore.httpsession.URLLib3Session.send is send)
"""


def program(text: str, *arguments: str) -> str:
    """What a process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_engine_outlives_the_patch_in_which_it_was_loaded(suite: Suite) -> None:
    suite(FIRST + MEMBERS).assert_outcomes(passed=4)


def test_the_sdk_outlives_it_as_well(suite: Suite) -> None:
    suite(SDK).assert_outcomes(passed=5)


def test_pytest_within_a_test_loads_nothing_anew(suite: Suite) -> None:
    alone = ("-p", "pytester", "test_suite.py")  # and not what the tests have left behind
    suite(FIRST + WITHIN + MEMBERS, *alone).assert_outcomes(passed=5)
    suite("import pytest\n" + WITHIN + MEMBERS, *alone).assert_outcomes(passed=4)


def test_nothing_is_hooked_twice_where_no_test_has_a_world(suite: Suite) -> None:
    suite(NO_WORLD).assert_outcomes(passed=5)


def test_without_pytest() -> None:
    assert program(ALONE) == "refused"


def test_what_was_loaded_is_hooked_wherever_it_is() -> None:
    assert program(UNHOOKED) == "0"


def test_stubs_in_the_place_of_the_sdk_are_left_alone() -> None:
    assert program(STUBS) == "ListSolutions"


def test_each_module_is_what_its_package_has_by_its_name() -> None:
    assert program(HANGING) == ""


def test_who_wants_a_module_anew_or_absent_has_it_so() -> None:
    assert program(ANEW) == "absent"


def test_what_is_loaded_amid_another_file_system_is_loaded_again() -> None:
    told = program(FORGOTTEN).splitlines()
    assert told == ["False", "ListOpportunities ListSolutions", "True"]


def test_where_a_test_may_have_files_of_its_own_botocore_is_loaded_before() -> None:
    assert [program(FILES_OF_ITS_OWN), program(FILES_OF_ITS_OWN, "pyfakefs")] == ["False", "True"]


def test_a_world_within_a_mock_of_what_is_hooked() -> None:
    assert program(MOCKED).splitlines() == ["ListSolutions 0", "True"]
