"""The configuration as one value, with its defaults, and what is asked of it before it is used.

How it is said (file, environment, command line) is settings.py. Must not act on a setting (open,
bind, listen), and must not import anything of cosell: everybody may import this.
"""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

AuthMode: TypeAlias = Literal["open", "soft", "strict"]
AUTH_MODES = ("open", "soft", "strict")
LOG_FORMATS = ("text", "json")
DEFAULT_ACCOUNT = "111122223333"
DEFAULT_PORT = 2673  # COSE on a telephone


class ConfigError(Exception):
    """A setting that cannot be used; the text says where it stands and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An access key that the server knows; `namespaces` are names or shell-style patterns."""

    id: str
    secret: str = field(repr=False)
    account: str
    principal: str = "user/partner"
    namespaces: tuple[str, ...] = ("default",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    mode: AuthMode = "open"
    default_account: str = DEFAULT_ACCOUNT
    regions: tuple[str, ...] = ("us-east-1",)
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    body_bytes_max: int = 1_048_576
    load_bytes_max: int = 67_108_864  # of LoadNamespace, which brings a whole one
    depth_max: int = 64
    body_s_max: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    origins: tuple[str, ...] = ()  # besides those that the auth mode allows by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """How a process uses PostgreSQL: `connections_max` is also how many calls are at work at once;
    `wait_s_max` how long one waits for a connection, `lock_s_max` for somebody else's lock;
    `statement_s_max` ends a statement, `idle_s_max` a transaction in which nothing is said. What
    copies a whole namespace has `long_s_max` for either."""

    connections_max: int = 10
    wait_s_max: float = 0.8
    lock_s_max: float = 5.0
    statement_s_max: float = 30.0
    idle_s_max: float = 30.0
    long_s_max: float = 600.0

    @property
    def long_max(self) -> int:
        """How many calls that copy a namespace are at work at once, and how many that move a
        clock."""
        return max(1, self.connections_max // 5)

    @property
    def short_max(self) -> int:
        """How many others are."""
        return max(1, self.connections_max - 2 * self.long_max)

    @property
    def writers_max(self) -> int:
        """How many of those may write: two places are left to who only reads."""
        return max(1, self.short_max - 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Where a worker is asked how it is; `port` 0: nowhere."""

    host: str = "127.0.0.1"
    port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """How is logged; `calls` None: a line for each call where the lines are JSON."""

    format: Literal["text", "json"] = "text"
    calls: bool | None = None

    @property
    def has_calls(self) -> bool:
        """Whether each call has a line."""
        return self.format == "json" if self.calls is None else self.calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`database` None is the state file in the user's data directory; `hosts` are names that a
    request's Host may have besides loopback."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    database: str | None = field(default=None, repr=False)  # a URL may hold a password
    hosts: tuple[str, ...] = ()
    open_to_network: bool = False
    workers: int = 1  # processes that answer; more than one share a database
    drain_s: int = 0  # how long a server that is to end answers on, and says that it is not ready
    metrics: bool | None = None  # None: on where the database is PostgreSQL
    auth: Auth = Auth()
    limits: Limits = Limits()
    cors: Cors = Cors()
    log: Log = Log()
    worker: Worker = Worker()
    postgres: Postgres = Postgres()


def check(config: Config) -> None:
    """Refuse what would be less protection than its owner believes; ConfigError says the way out.

    Not part of `load`: a process that does not listen has nothing to protect.
    """
    auth = config.auth
    if auth.mode == "strict":
        if not auth.keys:
            raise ConfigError(
                "auth: strict mode knows no keys, so nobody could sign in. "
                "Add a [[keys]] table with id, secret and account to the configuration file."
            )
        return
    if is_loopback(config.host):
        return
    if auth.mode == "open" and config.open_to_network:
        return
    raise ConfigError(
        f"host: {config.host} can be reached from other machines, and auth mode {auth.mode!r} lets "
        "everybody in. Use --auth strict with configured keys, listen on 127.0.0.1, or, on a "
        "private network that you trust, say --auth open --open-to-network."
    )


def counts(config: Config) -> bool:
    """Whether the server is to count, for /_cosell/metrics."""
    if config.metrics is None:
        return config.database is not None and is_postgres(config.database)
    return config.metrics


def is_loopback(host: str) -> bool:
    """Can only this machine reach `host`? A name other than localhost counts as no."""
    bare = host.strip("[]").lower()
    return bare in ("localhost", "::1") or re.fullmatch(r"127(\.\d{1,3}){3}", bare) is not None


def data_directory(environ: Mapping[str, str] | None = None, platform: str = sys.platform) -> str:
    """Where this user's state lives when nothing else is said; the directory may not exist yet."""
    environ = os.environ if environ is None else environ
    home = environ.get("HOME") or os.path.expanduser("~")
    if platform == "darwin":
        return os.path.join(home, "Library", "Application Support", "cosell")
    xdg = environ.get("XDG_DATA_HOME", "")
    if not os.path.isabs(xdg):  # the specification: relative paths are to be ignored
        xdg = os.path.join(home, ".local", "share")
    return os.path.join(xdg, "cosell")


def is_postgres(database: str) -> bool:
    """Whether the database is PostgreSQL's, and not a file."""
    return database.startswith(("postgres://", "postgresql://"))


def is_readable(url: str) -> bool:
    """Whether a PostgreSQL URL says what its author meant: an @ or a / in a password that is not
    written as %40 or %2F ends it too soon, and the rest of it is taken for a host or a port."""
    head, _, path = url.partition("://")[2].partition("/")
    places = head.partition("@")[2] if "@" in head else head
    if ":" in head and "@" in path.partition("?")[0]:
        return False
    return _PLACES.fullmatch(places.partition("?")[0]) is not None


def without_password(database: str) -> str:
    """The database as it may be printed and logged."""
    plain = re.sub(r"(?<=://)([^/@:]*):.*@", r"\1:***@", database)
    if not is_postgres(database):
        return re.sub(r"(?i)(password=)[^&\s]*", r"\1***", plain)
    if "@" not in plain and not is_readable(plain):
        return re.sub(r"(?<=://).*", "***", plain)
    address, mark, query = plain.partition("?")
    shown: list[str] = []
    for part in query.split("&"):
        name, said, value = part.partition("=")
        if not (
            name.isidentifier() and said
        ):  # the rest of a password, perhaps, or its name in disguise
            shown.append("***" if part else "")
            break
        shown.append(f"{name}={'***' if 'password' in name.lower() else value}")
    return address + mark + "&".join(shown)


_PLACE = r"(?:\[[^]]*\]|[^][:@,]*)(?::\d*)?"
_PLACES = re.compile(f"{_PLACE}(?:,{_PLACE})*")  # hosts with their ports
