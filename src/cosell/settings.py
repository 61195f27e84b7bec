"""What may be set, and where it is said: the file, the environment, the command line.

One row per setting tells what its value has to be; all that is wrong is told at once. Besides
config.py the only reader of the environment, and the only one of TOML. Must not act on a setting.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, cast

from cosell.config import (
    AUTH_MODES,
    DEFAULT_ACCOUNT,
    LOG_FORMATS,
    Auth,
    Config,
    ConfigError,
    Cors,
    Key,
    Limits,
    Log,
    Postgres,
    Worker,
)

_CONFIG = "COSELL_CONFIG"
_Settings: TypeAlias = dict[str, dict[str, object]]


def load(
    path: str | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Config:
    """Read the file (or the one COSELL_CONFIG names), then COSELL_*, then `overrides` (None is
    unset), whose names are those of the environment in lower case. Every fault is told at once."""
    environ = os.environ if environ is None else environ
    faults: list[str] = []
    said = _environment(environ, faults)
    path = path or environ.get(_CONFIG) or None
    settings = _file_settings(_read_toml(path) if path else {}, path or "", faults)
    _overlay(settings, said, faults)
    _overlay(settings, {n: (f"--{n}", v) for n, v in (overrides or {}).items()}, faults)
    if faults:
        raise ConfigError("\n".join(faults))
    return _build(settings)


# --- what may be said -----------------------------------------------------------------------------

_PATTERN = re.compile(r"[a-z0-9*?\[\]!-]{1,128}")
_ACCOUNT = r"[0-9]{12}"
_OWNER = r"(?:arn:aws:iam::([0-9]{12}):)?"
_PRINCIPAL = _OWNER + r"(?:root|user/[\w+=,.@/-]{1,576})"


class _Unfit(Exception):
    """What was expected instead."""


def _text(value: object) -> str:
    if isinstance(value, str) and value and value.isprintable():
        return value
    raise _Unfit("text that is not empty")


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(v, str) and v for v in value):
        return tuple(cast("Iterable[str]", value))
    raise _Unfit('a list of texts, such as ["one", "two"]')


def _hosts(value: object) -> tuple[str, ...]:
    return tuple(name.lower() for name in _texts(value))


def _truth(value: object) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if isinstance(value, bool | str) and str(value).lower() in known:
        return known[str(value).lower()]
    raise _Unfit("true or false")


def _whole(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        digits = isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value)
        value = int(cast("str", value)) if digits else value
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        raise _Unfit(f"a whole number from {low} to {high}")

    return read


def _seconds(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 3600:
        return float(value)
    raise _Unfit("seconds, more than 0 and at most 3600")


def _matching(pattern: str, expected: str) -> Callable[[object], str]:
    compiled = re.compile(pattern, re.ASCII)

    def read(value: object) -> str:
        if isinstance(value, str) and compiled.fullmatch(value):
            return value
        raise _Unfit(expected)

    return read


def _namespaces(value: object) -> tuple[str, ...]:
    names = _texts(value)
    if names and all(_PATTERN.fullmatch(n) for n in names):
        return names
    raise _Unfit('namespace names or patterns, such as ["default", "team-a-*"]')


_account = _matching(_ACCOUNT, f'an account id: twelve digits in quotes, as "{DEFAULT_ACCOUNT}"')
_Reader: TypeAlias = Callable[[object], object]
_Table: TypeAlias = dict[str, _Reader]
_TABLES: dict[str, _Table] = {
    "": {
        "host": _text,
        "port": _whole(0, 65535),
        "database": _text,
        "hosts": _hosts,
        "open_to_network": _truth,
        "workers": _whole(1, 256),
        "drain_s": _whole(0, 3600),
        "metrics": _truth,
    },
    "auth": {
        "mode": _matching("|".join(AUTH_MODES), f"one of {', '.join(AUTH_MODES)}"),
        "default_account": _account,
        "regions": _texts,
    },
    "limits": {
        "body_bytes_max": _whole(1024, 1 << 30),
        "load_bytes_max": _whole(1024, 1 << 30),
        "depth_max": _whole(8, 500),
        "body_s_max": _seconds,
    },
    "cors": {"origins": _texts},
    "log": {
        "format": _matching("|".join(LOG_FORMATS), f"one of {', '.join(LOG_FORMATS)}"),
        "calls": _truth,
    },
    "worker": {"host": _text, "port": _whole(0, 65535)},
    "postgres": {
        "connections_max": _whole(4, 1000),
        "wait_s_max": _seconds,
        "lock_s_max": _seconds,
        "statement_s_max": _seconds,
        "idle_s_max": _seconds,
        "long_s_max": _seconds,
    },
}
_KEY: _Table = {
    "id": _matching(r"[\w-]{1,128}", "an access key id: letters, digits, _ and -, at most 128"),
    "secret": _text,
    "account": _account,
    "principal": _matching(_PRINCIPAL, '"user/NAME", "root", or such an ARN of the account'),
    "namespaces": _namespaces,
}
_SECTIONS = ("auth", "limits", "cors", "log", "postgres", "worker")
# The switches of the environment (COSELL_HOST …) and the command line, and what they set.
_SWITCHES: dict[str, tuple[str, str]] = {
    "host": ("", "host"),
    "port": ("", "port"),
    "database": ("", "database"),
    "hosts": ("", "hosts"),
    "open_to_network": ("", "open_to_network"),
    "workers": ("", "workers"),
    "drain_s": ("", "drain_s"),
    "metrics": ("", "metrics"),
    "worker_host": ("worker", "host"),
    "worker_port": ("worker", "port"),
    "log_format": ("log", "format"),
    "log_calls": ("log", "calls"),
    "auth": ("auth", "mode"),
    "default_account": ("auth", "default_account"),
}
# Kubernetes services that are called cosell, or cosell-worker, put these into every pod.
_KUBERNETES = re.compile(r"COSELL_(\w+_)?(SERVICE_.*|PORT_\d+_.*)")


# --- where it is said ----------------------------------------------------------------------------


def _environment(
    environ: Mapping[str, str], faults: list[str]
) -> dict[str, tuple[str, object | None]]:
    said: dict[str, tuple[str, object | None]] = {}
    for name in environ:
        if not name.startswith("COSELL_") or name == _CONFIG or _KUBERNETES.fullmatch(name):
            continue
        value, switch = environ[name], name[7:].lower()
        if switch not in _SWITCHES:
            known = [_CONFIG, *(f"COSELL_{s.upper()}" for s in _SWITCHES)]
            faults.append(f"environment: {name} is not a setting{_nearest(name, known)}")
        elif value and not (switch.endswith("port") and value.startswith("tcp://")):
            said[switch] = (f"environment: {name}", value)
    return said


def _read_toml(path: str) -> dict[str, Any]:
    import tomllib  # only who has a file pays for its reader

    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None


def _file_settings(tables: dict[str, Any], path: str, faults: list[str]) -> _Settings:
    top = {n: v for n, v in tables.items() if n not in (*_TABLES, "keys")}
    settings: _Settings = {"": _fitted(top, "", path, faults)}
    for name in _SECTIONS:
        table = tables.get(name, {})
        if not isinstance(table, dict):
            faults.append(f"{path}: {name}: expected a table [{name}], found {_kind(table)}")
            continue
        settings[name] = _fitted(table, name, path, faults)
    settings.setdefault("auth", {})["keys"] = _keys(tables.get("keys", []), path, faults)
    return settings


def _fitted(table: dict[str, Any], section: str, path: str, faults: list[str]) -> dict[str, object]:
    known = _TABLES[section]
    settings: dict[str, object] = {}
    for name, value in table.items():
        if name in known:
            _put(settings, name, value, (f"{path}: {_at(section, name)}", known[name], faults))
        else:
            hint = _elsewhere(name, section) or _nearest(
                name, [*known, *(() if section else (*_SECTIONS, "keys"))]
            )
            faults.append(f"{path}: {_at(section, name)} is not a setting{hint}")
    return settings


def _put(
    into: dict[str, object], name: str, value: object, how: tuple[str, _Reader, list[str]]
) -> None:
    where, read, faults = how
    try:
        into[name] = read(value)
    except _Unfit as unfit:
        shown = "" if name == "secret" else f", found {_kind(value)}"
        faults.append(f"{where}: expected {unfit}{shown}")


def _keys(tables: object, path: str, faults: list[str]) -> tuple[Key, ...]:
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        faults.append(f"{path}: keys: expected tables, each headed [[keys]]")
        return ()
    keys: dict[str, Key] = {}
    for number, table in enumerate(tables, start=1):
        key = _key(table, f"{path}: [[keys]] number {number}", faults)
        if key and key.id in keys:
            faults.append(f"{path}: [[keys]] number {number}: id {key.id} stands there twice")
        elif key:
            keys[key.id] = key
    return tuple(keys.values())


def _key(table: dict[str, Any], where: str, faults: list[str]) -> Key | None:
    before = len(faults)
    settings: dict[str, Any] = {}
    for name, value in table.items():
        if name in _KEY:
            _put(settings, name, value, (f"{where}: {name}", _KEY[name], faults))
        else:
            faults.append(f"{where}: {name} is not a setting{_nearest(name, _KEY)}")
    faults += [f"{where}: {n} is missing" for n in ("id", "secret", "account") if n not in table]
    if len(faults) > before:
        return None
    key = Key(**settings)
    if re.fullmatch(_ACCOUNT, key.id) and key.id != key.account:
        faults.append(f"{where}: an id of twelve digits names its own account, not {key.account}")
    owner = re.match(_OWNER, key.principal)
    if owner and owner[1] not in (None, key.account):
        faults.append(f"{where}: principal: expected an ARN of account {key.account}")
    return key


def _overlay(
    settings: _Settings, said: Mapping[str, tuple[str, object | None]], faults: list[str]
) -> None:
    for switch, (where, value) in said.items():
        if switch not in _SWITCHES:
            faults.append(f"{where} is not a setting{_nearest(switch, _SWITCHES)}")
        elif value is not None:
            section, name = _SWITCHES[switch]
            value = value.split(",") if name == "hosts" and isinstance(value, str) else value
            into = settings.setdefault(section, {})
            _put(into, name, value, (where, _TABLES[section][name], faults))


def _build(settings: _Settings) -> Config:
    return Config(
        auth=Auth(**cast("dict[str, Any]", settings.get("auth", {}))),
        limits=Limits(**cast("dict[str, Any]", settings.get("limits", {}))),
        cors=Cors(**cast("dict[str, Any]", settings.get("cors", {}))),
        log=Log(**cast("dict[str, Any]", settings.get("log", {}))),
        worker=Worker(**cast("dict[str, Any]", settings.get("worker", {}))),
        postgres=Postgres(**cast("dict[str, Any]", settings.get("postgres", {}))),
        **cast("dict[str, Any]", settings[""]),
    )


def _at(section: str, name: str) -> str:
    return f"[{section}] {name}" if section else name


def _elsewhere(name: str, section: str) -> str:
    """TOML puts a key into the table above it, however far above: the usual slip."""
    for home, table in _TABLES.items():
        if name in table and home != section:
            return f" here; it belongs {f'into [{home}]' if home else 'above the first [table]'}"
    return ""


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"


def _kind(value: object) -> str:
    return "a table" if isinstance(value, dict) else repr(value)[:60]
