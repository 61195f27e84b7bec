"""Files of saved namespaces for the command line: what is in one, and to and from a server.

Must not print, and must not know what a resource means.
"""

import http.client
import re
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import orjson

from cosell import address
from cosell.auth.signing import Letter, signed
from cosell.clock import FIRST_MS, RUN_MS, parse_iso, wall_ms
from cosell.config import Key
from cosell.store import Batch
from cosell.store.saved import EXPANDED_MAX, Header, Unreadable, read
from cosell.whole_files import write_whole

_PATIENCE_S = 300.0  # a large namespace takes its time
_DEFAULT = "default"
_OF_NAMESPACE = re.compile(r"(.*)/ns/([^/?#]+)/?")
_COUNTED = {"outbox": "event", "ledger": "client token", "agenda": "thing due"}  # beside documents


class KeptFileError(Exception):
    """A file or a server is of no use for what was asked; the text says why, and what to do."""


def contents(path: str, format_max: int) -> tuple[Header, list[str]]:
    """What a file says of itself, and how many of what are in it, as words (`3 opportunities`).
    KeptFileError if it is no saved namespace that this program can open."""
    try:
        header, batches = read(_bytes(path), format_max, EXPANDED_MAX)
        _ensure_time(header)
        counted: Counter[str] = Counter()
        for batch in batches:
            counted.update(_things(batch))
    except Unreadable as error:
        raise KeptFileError(f"{path} cannot be opened. {error}") from None
    return header, [_words(number, thing) for thing, number in sorted(counted.items())]


def _ensure_time(header: Header) -> None:
    with suppress(ValueError):
        if FIRST_MS <= parse_iso(header.time) <= RUN_MS:
            return
    raise Unreadable(f"It is damaged: no clock can be put to its time, {header.time[:40]!r}.")


def _things(batch: Batch) -> Iterator[str]:
    if batch.table == "document":
        if "kind" not in batch.columns:
            raise Unreadable("It is damaged: its rows cannot be read.")
        at = [*batch.columns].index("kind")
        return (str(row[at]).replace("-", " ") for row in batch.rows)
    return iter([_COUNTED[batch.table]] * len(batch.rows) if batch.table in _COUNTED else ())


def _words(number: int, thing: str) -> str:
    if number == 1:
        return f"1 {thing}"
    if thing.startswith("thing "):
        return f"{number} things due"
    return f"{number} {thing[:-1]}ies" if thing.endswith("y") else f"{number} {thing}s"


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise KeptFileError(f"{path} cannot be read: {error.strerror}.") from None


class Server(NamedTuple):
    """A namespace of a server that is running, by its endpoint; who signs there, if somebody does,
    and for which region."""

    endpoint: str
    namespace: str
    key: Key | None = None
    region: str = ""


def found(endpoint: str, namespace: str) -> tuple[str, str]:
    """A server's endpoint, and the namespace that is meant there: the one that was said ('' if none
    was), that of the endpoint, which may be a namespace's own, or the default one. KeptFileError if
    they say two, or one that cannot be."""
    if namespace and not address.NAMESPACE.fullmatch(namespace):
        raise KeptFileError(f"--namespace: {address.impossible(namespace)}")
    of_namespace = _OF_NAMESPACE.fullmatch(endpoint)
    if of_namespace is None:
        return endpoint, namespace or _DEFAULT
    server, its = of_namespace.groups()
    if namespace not in ("", its):
        raise KeptFileError(
            f"--endpoint is the address of the namespace {its}, and --namespace says {namespace}:"
            f" name the server alone ({server}), or one namespace."
        )
    return server, its


def save(server: Server, path: str) -> str:
    """Write a namespace to a file, which is there as a whole or not at all; answers its
    checksum."""
    state, checksum = _ask(server, "SaveNamespace", {}, ("State", "Checksum"))
    try:
        write_whole(Path(path), b64decode(state))
    except OSError as error:
        raise KeptFileError(f"{path} cannot be written: {error.strerror}.") from None
    return checksum


def load(server: Server, path: str) -> str:
    """Let a namespace be what a file has; answers its time."""
    state = b64encode(_bytes(path)).decode("ascii")
    [time] = _ask(server, "LoadNamespace", {"State": state}, ("Time",))
    return time


def _ask(
    server: Server, operation: str, members: dict[str, str], wanted: tuple[str, ...]
) -> list[str]:
    """The wanted members of what the desk answers; KeptFileError if it does not do it, or nobody is
    there."""
    try:
        where = address.read(server.endpoint)
    except ValueError as error:
        raise KeptFileError(f"--endpoint: {error}") from None
    secure = where.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    path = f"{where.path}/ns/{quote(server.namespace, safe='')}/_cosell/{operation}"
    letter = Letter(
        where.netloc.rpartition("@")[2], path, "application/json", orjson.dumps(members)
    )
    headers = {"Content-Type": letter.content_type}
    if server.key is not None:
        headers = signed(letter, server.key, server.region, "cosell", wall_ms())
    try:
        connection = connect(where.host, where.port, timeout=_PATIENCE_S)
        connection.request("POST", path, letter.body, headers)
        response = connection.getresponse()
        answer = orjson.loads(response.read())
        if response.status == 200:
            return [str(answer[member]) for member in wanted]
        refusal = answer["Message"]
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError) as error:
        raise KeptFileError(
            f"No cosell answers at {server.endpoint}: {error}. Start one with `cosell serve`, or"
            " name another with --endpoint."
        ) from None
    raise KeptFileError(f"{server.endpoint} refused: {refusal}")
