"""What a world's clients are configured by: what its own test has, as a new session of boto3's is.

And what that costs, in what botocore reads for it: never in time.
"""

import builtins
import gzip
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import uuid4

import botocore
import pytest
from botocore import configloader, loaders

from cosell.testing import World

pytestmark = pytest.mark.usefixtures("bare")
SERVICE = "partnercentral-selling"


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


def test_another_home_without_files_is_no_other_configuration(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    count: Callable[[Any, str], list[str]],
) -> None:
    world.client()
    read = count(configloader, "load_config")
    monkeypatch.setenv("HOME", str(home / "another"))
    monkeypatch.setenv("USERPROFILE", str(home / "another"))
    world.client()
    assert read == []


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
        _model(folder / "models", f"Preview{name}")
        with monkeypatch.context() as own:
            own.chdir(folder)
            own.setenv("AWS_DATA_PATH", "models")
            made = world.client()
        assert hasattr(made, f"preview_{name.lower()}")
    assert not hasattr(world.client(), "preview_second")
    assert world.client().list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []


def _model(folder: Path, operation: str) -> None:
    """Botocore's model of the service, with one more operation."""
    [theirs] = (Path(botocore.__path__[0]) / "data" / SERVICE).iterdir()
    ours = folder / SERVICE / theirs.name
    shutil.copytree(theirs, ours)
    [file] = ours.glob("service-2.json*")
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as read:
        model = json.load(read)
    file.unlink()
    like = model["operations"]["ListOpportunities"]
    model["operations"][operation] = {**like, "name": operation}
    (ours / "service-2.json").write_text(json.dumps(model))
