"""Files of saved namespaces for the command line: what is in one, and to and from a server.

Must not print, and must not know what a resource means.
"""

import http.client
import re
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
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
_LISTED = {  # by table, what an account finds in a list of its own
    "opportunity_view": "opportunity",
    "invitation_view": "invitation",
    "engagement_view": "engagement",
    "task_view": "task",
    "job_view": "snapshot job",
    "solution_view": "solution",
}
_ACCOUNT = re.compile(r"[0-9]{12}")
_ACCOUNTS_MAX = 5  # are named


class KeptFileError(Exception):
    """A file or a server is of no use for what was asked; the text says why, and what to do."""


class Contents(NamedTuple):
    """What a file says of itself; how many of what are in it, as words (`3 opportunities`); and the
    accounts that find some of it in their lists (`111122223333 (2 opportunities)`)."""

    header: Header
    counts: list[str]
    accounts: list[str]


def contents(path: str, format_max: int) -> Contents:
    """What is in a file. KeptFileError if it is no saved namespace that this program can open."""
    try:
        header, batches = read(_bytes(path), format_max, EXPANDED_MAX)
        _ensure_time(header)
        _ensure_account(header)
        counted: Counter[str] = Counter()
        listed: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for batch in batches:
            counted.update(_things(batch))
            for account in _accounts(batch):
                listed[account][_LISTED[batch.table]] += 1
    except Unreadable as error:
        raise KeptFileError(f"{path} cannot be opened. {error}") from None
    counts = [_words(number, thing) for thing, number in sorted(counted.items())]
    return Contents(header, counts, _told(listed))


def _told(listed: Mapping[str, Counter[str]]) -> list[str]:
    """Accounts with what they have, who has most first."""
    having = sorted(listed.items(), key=lambda one: (-one[1].total(), one[0]))
    told = [
        f"{account} ({', '.join(_words(number, thing) for thing, number in sorted(has.items()))})"
        for account, has in having[:_ACCOUNTS_MAX]
    ]
    more = len(having) - _ACCOUNTS_MAX
    return [*told, f"{more} more"] if more > 0 else told


def _ensure_time(header: Header) -> None:
    with suppress(ValueError):
        if FIRST_MS <= parse_iso(header.time) <= RUN_MS:
            return
    raise Unreadable(f"It is damaged: no clock can be put to its time, {header.time[:40]!r}.")


def _ensure_account(header: Header) -> None:
    if header.account and not _ACCOUNT.fullmatch(header.account):
        raise Unreadable("It is damaged: what it says of who saved it is no account.")


def _accounts(batch: Batch) -> list[str]:
    """Whose a list's rows are, but for AWS's: it calls nothing."""
    if batch.table not in _LISTED:
        return []
    at = _column(batch, "account")
    return [str(row[at]) for row in batch.rows if _ACCOUNT.fullmatch(str(row[at]))]


def _column(batch: Batch, name: str) -> int:
    if name not in batch.columns:
        raise Unreadable("It is damaged: its rows cannot be read.")
    return [*batch.columns].index(name)


def _things(batch: Batch) -> Iterator[str]:
    if batch.table == "document":
        at = _column(batch, "kind")
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
