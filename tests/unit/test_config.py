"""Settings: what is said where, who wins, and what a person is told about a slip."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cosell.config import (
    Auth,
    AuthMode,
    Config,
    ConfigError,
    Key,
    check,
    data_directory,
    is_loopback,
    is_readable,
    without_password,
)
from cosell.settings import load

FULL = """
host = "0.0.0.0"
port = 8080
database = "postgresql://cosell:hush@db/cosell"
hosts = ["Cosell.Example.com"]

[auth]
mode = "strict"
default_account = "999988887777"
regions = ["us-east-1", "us-west-2"]

[[keys]]
id = "AKIAXYZDQCEN4B6JSJQI"
secret = "hush"
account = "111122223333"
principal = "user/alice"
namespaces = ["default", "team-a-*"]

[[keys]]
id = "AKIA2"
secret = "hush"
account = "444455556666"

[limits]
body_bytes_max = 2048
depth_max = 32
body_s_max = 2.5

[cors]
origins = ["https://console.example.com"]
"""


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "cosell.toml"
    path.write_text(text)
    return str(path)


def complaint(tmp_path: Path, text: str, environ: Mapping[str, str] | None = None) -> str:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path, environ or {})
    assert "hush" not in str(caught.value)
    return str(caught.value).replace(path, "F")


def test_nothing_said_is_open_on_loopback() -> None:
    config = load(None, {})
    assert config == Config()
    assert (config.host, config.port, config.auth.mode) == ("127.0.0.1", 2673, "open")
    assert (config.auth.default_account, config.auth.regions) == ("111122223333", ("us-east-1",))
    assert (config.limits.body_bytes_max, config.limits.depth_max) == (1_048_576, 64)
    assert config.limits.body_s_max == 20


def test_file_sets_everything(tmp_path: Path) -> None:
    config = load(written(tmp_path, FULL), {})
    assert (config.host, config.port, config.hosts) == ("0.0.0.0", 8080, ("cosell.example.com",))
    assert config.database == "postgresql://cosell:hush@db/cosell"
    assert config.auth.mode == "strict"
    assert config.auth.default_account == "999988887777"
    assert config.auth.regions == ("us-east-1", "us-west-2")
    first, second = config.auth.keys
    assert (first.principal, first.namespaces) == ("user/alice", ("default", "team-a-*"))
    assert (second.principal, second.namespaces) == ("user/partner", ("default",))
    assert (config.limits.body_bytes_max, config.limits.body_s_max) == (2048, 2.5)
    assert config.cors.origins == ("https://console.example.com",)
    assert "hush" not in repr(config)
    check(config)


def test_command_line_wins_over_environment_and_environment_over_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'host = "a"\nport = 1\ndatabase = "f"\n[auth]\nmode = "soft"')
    environ = {"COSELL_CONFIG": path, "COSELL_PORT": "2", "COSELL_DATABASE": "e", "COSELL_HOST": ""}
    config = load(None, environ, {"database": "c", "auth": "strict", "host": None})
    assert (config.host, config.port, config.database) == ("a", 2, "c")
    assert config.auth.mode == "strict"
    assert load(None, {"COSELL_OPEN_TO_NETWORK": "yes"}).open_to_network
    environ = {"COSELL_LOG_FORMAT": "json", "COSELL_METRICS": "no", "COSELL_WORKER_PORT": "7"}
    environ |= {"COSELL_DRAIN_S": "9"}
    config = load(None, environ)
    assert (config.log.has_calls, config.metrics, config.worker.port) == (True, False, 7)
    assert config.drain_s == 9


def test_kubernetes_own_variables_are_no_settings() -> None:
    environ = {
        "COSELL_PORT": "tcp://10.0.0.1:2673",
        "COSELL_SERVICE_HOST": "10.0.0.1",
        "COSELL_PORT_2673_TCP_ADDR": "10.0.0.1",
        "COSELL_WORKER_PORT": "tcp://10.0.0.2:2674",
        "COSELL_WORKER_SERVICE_PORT_PROBES": "2674",
        "COSELL_WORKER_PORT_2674_TCP": "tcp://10.0.0.2:2674",
    }
    assert load(None, environ) == Config()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('prot = 1\nhost = "a"', "F: prot is not a setting; did you mean port?"),
        ("[limit]\nx = 1", "F: limit is not a setting; did you mean limits?"),
        ("[limits]\ndepth = 1", "F: [limits] depth is not a setting; did you mean depth_max?"),
        (
            "[limits]\nport = 1",
            "F: [limits] port is not a setting here; it belongs above the first [table]",
        ),
        ('mode = "open"', "F: mode is not a setting here; it belongs into [auth]"),
        ("[cors]\nzzz = 1", "F: [cors] zzz is not a setting; known are origins"),
        ("port = 65536", "F: port: expected a whole number from 0 to 65535, found 65536"),
        ("port = true", "F: port: expected a whole number from 0 to 65535, found True"),
        ('host = ""', "F: host: expected text that is not empty, found ''"),
        (
            'hosts = "a"',
            'F: hosts: expected a list of texts, such as ["one", "two"], found \'a\'',
        ),
        ("open_to_network = 1", "F: open_to_network: expected true or false, found 1"),
        (
            '[auth]\nmode = "strickt"',
            "F: [auth] mode: expected one of open, soft, strict, found 'strickt'",
        ),
        (
            "[auth]\ndefault_account = 111122223333",
            "F: [auth] default_account: expected an account id: twelve digits in quotes, as "
            '"111122223333", found 111122223333',
        ),
        (
            "[limits]\nbody_s_max = 0",
            "F: [limits] body_s_max: expected seconds, more than 0 and at most 3600, found 0",
        ),
        ("auth = 1", "F: auth: expected a table [auth], found 1"),
        ("limits = { depth_max = 9, x = {} }", "F: [limits] x is not a setting; known are "),
        ("host = {}", "F: host: expected text that is not empty, found a table"),
        ("[keys]\nid = 1", "F: keys: expected tables, each headed [[keys]]"),
    ],
)
def test_slip_in_the_file_is_told_with_the_way_out(tmp_path: Path, text: str, told: str) -> None:
    assert complaint(tmp_path, text).startswith(told)


KEY = '[[keys]]\nid = "A"\nsecret = "hush"\naccount = "111122223333"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (KEY.replace("secret", "secrett"), "secrett is not a setting; did you mean secret?"),
        (KEY.replace('id = "A"', ""), "id is missing"),
        (KEY.replace('"hush"', '["hush"]'), "secret: expected text that is not empty"),
        (
            KEY.replace('"A"', '"a b"'),
            "id: expected an access key id: letters, digits, _ and -, at",
        ),
        (KEY.replace('"1111', '"111'), "account: expected an account id: twelve digits in quotes"),
        (KEY + "namespaces = []", "namespaces: expected namespace names or patterns, such as"),
        (KEY + 'namespaces = ["Team"]', "namespaces: expected namespace names or patterns, such"),
        (KEY + 'principal = "alice"', 'principal: expected "user/NAME", "root", or such an ARN'),
        (
            KEY + 'principal = "arn:aws:iam::999988887777:root"',
            "principal: expected an ARN of account 111122223333",
        ),
        (
            KEY.replace('"A"', '"999988887777"'),
            "an id of twelve digits names its own account, not 111122223333",
        ),
    ],
)
def test_slip_in_a_key_is_told_without_its_secret(tmp_path: Path, text: str, told: str) -> None:
    assert complaint(tmp_path, text).startswith(f"F: [[keys]] number 1: {told}")


def test_key_that_stands_twice_and_all_other_slips_are_told_at_once(tmp_path: Path) -> None:
    told = complaint(tmp_path, f"port = -1\n{KEY}{KEY}", {"COSELL_PROT": "1", "COSELL_AUTH": "x"})
    assert told.splitlines() == [
        "environment: COSELL_PROT is not a setting; did you mean COSELL_PORT?",
        "F: port: expected a whole number from 0 to 65535, found -1",
        "F: [[keys]] number 2: id A stands there twice",
        "environment: COSELL_AUTH: expected one of open, soft, strict, found 'x'",
    ]


def test_command_lines_slip_is_told() -> None:
    with pytest.raises(ConfigError, match="--port: expected a whole number"):
        load(None, {}, {"port": "x"})
    with pytest.raises(ConfigError, match=r"--prot is not a setting; did you mean port\?"):
        load(None, {}, {"prot": 1})


def test_file_that_is_absent_or_no_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml: cannot be read: No such file"):
        load(str(tmp_path / "absent.toml"), {})
    assert complaint(tmp_path, "port 1").startswith("F: is not TOML: ")


OPEN = Config(host="0.0.0.0")


@pytest.mark.parametrize(
    ("config", "fine"),
    [
        (Config(), True),
        (Config(auth=Auth(mode="soft")), True),
        (OPEN, False),
        (replace(OPEN, open_to_network=True), True),
        (replace(OPEN, open_to_network=True, auth=Auth(mode="soft")), False),
        (Config(auth=Auth(mode="strict")), False),
        (
            replace(OPEN, auth=Auth(mode="strict", keys=(Key(id="a", secret="b", account="1"),))),
            True,
        ),
    ],
)
def test_open_doors_are_refused_beyond_loopback(config: Config, fine: bool) -> None:
    if fine:
        check(config)
    else:
        with pytest.raises(ConfigError, match=r"--auth strict|knows no keys"):
            check(config)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *[("127.0.0.1", True), ("127.8.0.1", True), ("localhost", True), ("::1", True)],
        *[("[::1]", True), ("0.0.0.0", False), ("::", False), ("127.0.0.1.example.com", False)],
        *[("", False), ("10.0.0.1", False)],
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("platform", "environ", "path"),
    [
        ("linux", {"HOME": "/h"}, "/h/.local/share/cosell"),
        ("linux", {"HOME": "/h", "XDG_DATA_HOME": "/x"}, "/x/cosell"),
        ("linux", {"HOME": "/h", "XDG_DATA_HOME": "x"}, "/h/.local/share/cosell"),
        ("darwin", {"HOME": "/h", "XDG_DATA_HOME": "/x"}, "/h/Library/Application Support/cosell"),
    ],
)
def test_data_directory(platform: str, environ: dict[str, str], path: str) -> None:
    assert data_directory(environ, platform) == path


@pytest.mark.parametrize(
    ("database", "shown"),
    [
        ("postgresql://me:p@ss@db:5432/x", "postgresql://me:***@db:5432/x"),
        ("postgresql://me@db/x", "postgresql://me@db/x"),
        ("host=db password=hush dbname=x", "host=db password=*** dbname=x"),
        ("postgresql://db/x?password=hush&a=b", "postgresql://db/x?password=***&a=b"),
        ("postgresql://db/x?a=b&sslpassword=hush", "postgresql://db/x?a=b&sslpassword=***"),
        ("postgresql://db/x?pass%77ord=hush", "postgresql://db/x?***"),
        ("postgresql://db/x?password=hu&sh", "postgresql://db/x?password=***&***"),
        ("postgresql://me:pa/ss@db/x", "postgresql://me:***@db/x"),
        ("postgresql://me:hush/x", "postgresql://***"),
        (
            "postgresql://db:5432,[::1]:5433/x?sslmode=require",
            "postgresql://db:5432,[::1]:5433/x?sslmode=require",
        ),
        ("postgresql://me@/x?host=/tmp", "postgresql://me@/x?host=/tmp"),
        ("/var/lib/cosell/state.db", "/var/lib/cosell/state.db"),
    ],
)
def test_database_is_shown_without_its_password(database: str, shown: str) -> None:
    assert without_password(database) == shown


@pytest.mark.parametrize(
    ("url", "readable"),
    [
        ("postgresql://me:p%40ss@db:5432/x", True),
        ("postgresql://me:p?s:s@db,other:1/x?target_session_attrs=read-write", True),
        ("postgresql://me:@/x?host=/tmp/a@b", True),
        ("postgresql://db/x?user=me@there", True),
        ("postgresql://[::1]:5432/x", True),
        ("postgres://", True),
        ("postgresql://me:p@ss@db:5432/x", False),
        ("postgresql://me:p/ss@db:5432/x", False),
        ("postgresql://me:1/ss@db:5432/x", False),
        ("postgresql://me:p@s/s@db:5432/x", False),
        ("postgresql://me:p/s?s@db/x", False),
        ("postgresql://me:hush", False),
    ],
)
def test_address_whose_password_ends_too_soon_is_not_readable(url: str, readable: bool) -> None:
    assert is_readable(url) is readable


def test_modes_are_those_of_the_type() -> None:
    modes: tuple[AuthMode, ...] = ("open", "soft", "strict")
    assert [load(None, {"COSELL_AUTH": mode}).auth.mode for mode in modes] == list(modes)
