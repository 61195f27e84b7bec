"""What a world's clients are configured by: what its own test has, as a new session of boto3's is.

And what that costs, in what botocore reads for it: never in time.
"""

import builtins
import gc
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import uuid4

import botocore
import pytest
from botocore import loaders, session
from botocore.exceptions import DataNotFoundError, InvalidConfigError

from cosell.testing import World
from tests.testing.sdks import SERVICE, newer_model

pytestmark = pytest.mark.usefixtures("bare")


def attempts(world: World) -> int | None:
    """What a client that is made now has been told."""
    told: dict[str, Any] = world.client().meta.config.retries
    return told.get("total_max_attempts")


def told(attempts: int) -> str:
    """A file that no other test has."""
    return f"# {uuid4()}\n[default]\nmax_attempts = {attempts}\n"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of the test's own, without any file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


def put(home: Path, attempts: int) -> None:
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "config").write_text(told(attempts))


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], list[str]]:
    """The files that a function of botocore's is asked for from now on."""

    def counted(owner: Any, name: str) -> list[str]:
        asked: list[str] = []
        original = getattr(owner, name)

        def ask(*arguments: Any) -> Any:
            asked.append(arguments[-1])
            return original(*arguments)

        monkeypatch.setattr(owner, name, ask)
        return asked

    return counted


def test_a_test_s_own_configuration_is_no_other_test_s(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "config"
    file.write_text(told(1))
    with monkeypatch.context() as own:
        own.setenv("AWS_CONFIG_FILE", str(file))
        assert attempts(world) == 1
    assert attempts(world) is None


def test_what_a_test_s_programs_run_in_is_told_by_its_own_clients(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "exec-env/AWS_Lambda_python3.12"
    with monkeypatch.context() as own:
        own.setenv("AWS_EXECUTION_ENV", "AWS_Lambda_python3.12")
        assert told in world.client().meta.config.user_agent
    assert told not in world.client().meta.config.user_agent


def test_a_single_sign_on_that_is_nowhere_is_told_each_time(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also where a client was made before."""
    file = tmp_path / "config"
    file.write_text("[profile dev]\nsso_session = gone\n")
    world.client()
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_PROFILE", "dev")
    for _ in range(2):
        with pytest.raises(InvalidConfigError, match="gone"):
            world.client()
    monkeypatch.delenv("AWS_PROFILE")
    assert attempts(world) is None


def test_another_configuration_costs_nothing_of_botocore_s_own_files(
    world: World,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    count: Callable[[Any, str], list[str]],
) -> None:
    world.client()
    read = count(loaders.JSONFileLoader, "load_file")
    for number in range(2, 5):
        put(home / str(number), number)
        monkeypatch.setenv("HOME", str(home / str(number)))
        monkeypatch.setenv("USERPROFILE", str(home / str(number)))
        assert attempts(world) == number
    assert read == []


def test_another_home_makes_no_other_session(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    count: Callable[[Any, str], list[str]],
) -> None:
    world.client()
    made = count(session.Session, "__init__")
    put(home / "another", 9)
    monkeypatch.setenv("HOME", str(home / "another"))
    monkeypatch.setenv("USERPROFILE", str(home / "another"))
    assert attempts(world) == 9
    assert made == []


@pytest.mark.parametrize("again", [3, 10], ids=["as long", "longer"])
def test_a_file_that_is_written_anew_is_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, again: int
) -> None:
    """Also where all that the disk tells of it is the same."""
    file = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    for number in (2, again):
        file.write_text(told(number))
        os.utime(file, (1, 1))
        assert attempts(world) == number
    file.unlink()
    assert attempts(world) is None


def test_the_file_of_credentials_counts_too(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It may have the profile that is named."""
    file = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_PROFILE", "own")
    for number in (2, 3):
        file.write_text(f"[own]\nmax_attempts = {number}\n")
        assert attempts(world) == number


def test_a_file_is_where_the_test_is(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "config")
    for number in (2, 3):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "config").write_text(told(number))
        monkeypatch.chdir(folder)
        assert attempts(world) == number


def test_another_environment_in_the_place_of_the_process_s_own(world: World) -> None:
    """A session of botocore's keeps the one that it has met, and reads it with each client."""
    theirs = {**os.environ, "AWS_MAX_ATTEMPTS": "9"}
    for _ in range(2):
        with mock.patch("os.environ", theirs):
            assert attempts(world) == 9
        assert attempts(world) is None


def test_another_home_by_a_function_of_the_test_s_own(world: World, home: Path) -> None:
    put(home / "another", 9)
    put(home, 4)

    def patched(path: str) -> str:
        return path.replace("~", str(home / "another"))

    for _ in range(2):
        with mock.patch("os.path.expanduser", patched):
            assert attempts(world) == 9
        assert attempts(world) == 4


def _no_file(_: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("os.path.isfile", lambda _: False)


def _another_file(folder: Path, patch: pytest.MonkeyPatch) -> None:
    real = open

    def patched(path: Any, *arguments: Any, **named: Any) -> Any:
        path = folder / "another" if str(path) == str(folder / "config") else path
        return real(path, *arguments, **named)

    (folder / "another").write_text(told(9))
    patch.setattr(builtins, "open", patched)


def _another_parser(_: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("configparser.RawConfigParser.sections", lambda _: [])


def _another_reader(_: Path, patch: pytest.MonkeyPatch) -> None:
    said = {"profiles": {"default": {"max_attempts": "9"}}}
    patch.setattr("botocore.configloader.load_config", lambda _: said)


@pytest.mark.parametrize(
    ("put_in", "then"),
    [(_no_file, None), (_another_file, 9), (_another_parser, None), (_another_reader, 9)],
)
def test_what_reads_the_files_in_a_test_reads_them_in_no_other(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    put_in: Callable[[Path, pytest.MonkeyPatch], None],
    then: int | None,
) -> None:
    """Whoever comes first, and whether or not there is a session already."""
    (tmp_path / "config").write_text(told(4))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    world.client(service="sts")
    for _ in range(2):
        with monkeypatch.context() as own:
            put_in(tmp_path, own)
            assert attempts(world) == then
        assert attempts(world) == 4


def test_credentials_that_are_looked_for_are_found_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("AKIAFIRST", "AKIASECOND"):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
        made: Any = world.client(aws_access_key_id=None, aws_secret_access_key=None)
        assert made._request_signer._credentials.access_key == key


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # botocore leaves its socket open
def test_a_monitor_is_told_of_the_calls_of_its_own_test(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore's own: it is sent a datagram for each."""
    world.client()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as monitor:
        monitor.bind(("127.0.0.1", 0))
        monitor.settimeout(30)
        with monkeypatch.context() as own:
            own.setenv("AWS_CSM_ENABLED", "true")
            own.setenv("AWS_CSM_HOST", "127.0.0.1")
            own.setenv("AWS_CSM_PORT", str(monitor.getsockname()[1]))
            world.client().list_opportunities(Catalog="AWS")
            told = [json.loads(monitor.recv(8192))["Api"] for _ in range(2)]  # attempt, and call
        assert told == ["ListOpportunities"] * 2
        world.client().list_solutions(Catalog="AWS")
        monitor.sendto(b"nothing", monitor.getsockname())
        assert monitor.recv(8192) == b"nothing"
    gc.collect()


def test_another_file_system_in_the_place_of_the_real_one(
    world: World, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pyfakefs puts it there. It need not show botocore's folder to who has made a client."""
    put(home, 4)
    own, real = home / ".aws" / "config", open

    def patched(path: Any, *arguments: Any, **named: Any) -> Any:
        if os.fspath(path) == str(own):
            path = home / "faked"
        elif botocore.__path__[0] in str(path):
            raise FileNotFoundError(path)
        return real(path, *arguments, **named)

    world.client()
    (home / "faked").write_text(told(9))
    with monkeypatch.context() as faked:
        faked.setattr(os, "mkdir", lambda *_: None)
        faked.setattr(builtins, "open", patched)
        assert attempts(world) == 9
    assert attempts(world) == 4


def test_models_of_the_test_s_own_are_no_other_test_s(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Wherever the folder's name leads to now."""
    assert not hasattr(world.client(), "preview_first")
    for name in ("First", "Second"):
        folder = tmp_path / name
        newer_model(folder / "models", f"Preview{name}")
        with monkeypatch.context() as own:
            own.chdir(folder)
            own.setenv("AWS_DATA_PATH", "models")
            made = world.client()
        assert hasattr(made, f"preview_{name.lower()}")
    assert not hasattr(world.client(), "preview_second")
    assert world.client().list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []


def test_a_model_that_is_written_anew_is_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    for name in ("First", "Second"):
        shutil.rmtree(tmp_path / SERVICE, ignore_errors=True)
        newer_model(tmp_path, f"Preview{name}")
        assert hasattr(world.client(), f"preview_{name.lower()}")


_LISTED_ONCE = """
from unittest import mock
from cosell.testing import World

with World() as world:
    world.client(service="sts")
    with mock.patch("os.listdir", return_value=["a.csv"]):
        try:
            world.client()
        except ValueError as error:
            assert "does not find its files" in str(error)
    assert world.client().list_solutions(Catalog="AWS")["SolutionSummaries"]
"""


def test_which_services_there_are_is_asked_by_the_first_client_of_any() -> None:
    """botocore asks once in a process."""
    run = subprocess.run(
        [sys.executable, "-c", _LISTED_ONCE], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_a_version_of_the_service_that_there_is_not_is_told_as_botocore_does(world: World) -> None:
    with pytest.raises(DataNotFoundError, match="partnercentral-selling/1999-01-01"):
        world.client(api_version="1999-01-01")
