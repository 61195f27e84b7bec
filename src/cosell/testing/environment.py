"""The environment that code under test finds: credentials that are none, a region, an endpoint.

What the user has set is left alone, and everything that is put there is taken back. The one place
beside config.py and settings.py that touches it. Must not use anybody's credentials.
"""

import os
from collections.abc import Mapping
from types import MappingProxyType

from cosell import forks
from cosell.originals import RLock, environ
from cosell.testing.aws_files import DEFAULT, Files

ACCOUNT = "111122223333"
"""The default partner's account; config.DEFAULT_ACCOUNT, for which every suite would wait ten
milliseconds at its start."""
REGION = "us-east-1"
SECRET = "cosell"  # noqa: S105 - open mode looks at no secret
_KEY_ID = "AWS_ACCESS_KEY_ID"
_DEFAULT_REGION = "AWS_DEFAULT_REGION"
_CREDENTIALS: Mapping[str, str | None] = MappingProxyType(
    {
        _KEY_ID: ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": None,
        "AWS_SECURITY_TOKEN": None,
    }
)
# Where botocore looks for credentials: who set one of these has credentials of their own.
_SOURCES = (
    _KEY_ID,
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CREDENTIAL_FILE",
    "BOTO_CONFIG",
)
# For a child that is told everything: nothing of ~/.aws, where a profile may be a real account's.
_FILES: Mapping[str, str | None] = MappingProxyType(
    {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_PROFILE": None,
        "AWS_DEFAULT_PROFILE": None,
    }
)
_ENDPOINTS = (
    "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING",
    "AWS_ENDPOINT_URL_PARTNER_CENTRAL_SELLING",  # as an SDK without botocore spells it
)
_STS = "AWS_ENDPOINT_URL_STS"
_EVERY_ENDPOINT = "AWS_ENDPOINT_URL"
# With an endpoint SDKs refuse these two.
_VARIANTS = ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT")
NOBODY = "127.0.0.1:1"
"""Where nothing listens: child processes of a test without a world are told to call there. It costs
nothing, and refuses at once; an SDK that tells the address tells what to do. Clients of this
process that are made meanwhile have it too, and reach worlds later: it has to be true there."""
_NOWHERE = f"http://{NOBODY}/ns/if-no-world-is-current.use-the-fixture-cosell.or--cosell-allow-real"
_IGNORED = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
_LOOPBACK = "127.0.0.1,localhost"

_keys: set[str] = {ACCOUNT}  # the user's own, and what was put there: sessions keep them


_lock = RLock()
forks.hold(_lock)
_standing: "list[Placed]" = []  # what was put there and not taken back, the newest last


class Placed:
    """Variables for this process's environment, and what stood there before. Several may be taken
    back in any order: what stood before goes to the one that was put over it. Both acts may be
    broken off and asked again."""

    def __init__(self, wanted: Mapping[str, str | None]) -> None:
        """None takes a variable away."""
        self._before: dict[str, str | None] = {}
        self._wanted = wanted

    def put(self) -> None:
        with _lock:
            if self not in _standing:
                self._before = {name: os.environ.get(name) for name in self._wanted}
                _standing.append(self)
            put(self._wanted)

    def take_back(self) -> None:
        with _lock:
            if self not in _standing:
                return
            above = _standing[_standing.index(self) + 1 :]
            back: dict[str, str | None] = {}
            for name, value in self._before.items():
                over = next((one for one in above if name in one._before), None) if above else None
                if over is None:
                    back[name] = value
                elif over._before[name] == self._wanted[name]:  # else somebody else's comes between
                    over._before[name] = value
            put(back)
            _standing.remove(self)


def credentials() -> Placed:
    """Credentials and a region, if the user has set none: neither in the environment nor in the
    files that botocore reads."""
    files = Files.read(os.environ)
    wanted: dict[str, str | None] = {}
    if DEFAULT not in files.credentials and not any(os.environ.get(name) for name in _SOURCES):
        wanted |= _CREDENTIALS
        wanted["AWS_EC2_METADATA_DISABLED"] = os.environ.get("AWS_EC2_METADATA_DISABLED", "true")
    if not (os.environ.get(_DEFAULT_REGION) or files.has_regions):
        wanted[_DEFAULT_REGION] = region()
    _keys.update(files.key_ids)
    if own := os.environ.get(_KEY_ID):
        _keys.add(own)
    return Placed(wanted)


def is_replaced() -> bool:
    """Whether a test has put another in the place of the process's own."""
    return os.environ is not environ


def region() -> str:
    """The region for clients that are told none: the environment's, whichever SDK's name it has
    (botocore looks at AWS_DEFAULT_REGION alone)."""
    return os.environ.get("AWS_REGION") or os.environ.get(_DEFAULT_REGION) or REGION


def speaks_for_default(key_id: str) -> bool:
    """Whether a key is, or was, the environment's or one of the user's files': who uses it is the
    default partner of whatever world it reaches."""
    return key_id in _keys


def is_made_up(key_id: str) -> bool:
    """Whether a key is the one that was put there for want of another."""
    return key_id == ACCOUNT


def guard() -> Placed:
    """An endpoint that leads nowhere, for child processes of tests that have no world,
    unless the user has set one, wherever."""
    theirs = any(os.environ.get(name) for name in (_EVERY_ENDPOINT, *_ENDPOINTS))
    if theirs or Files.read(os.environ).has_endpoints:
        return Placed({})
    return Placed(dict.fromkeys(_ENDPOINTS, _NOWHERE))


def endpoint(url: str) -> Placed:
    """The endpoint of the current world, for child processes."""
    wanted: dict[str, str | None] = dict.fromkeys(_ENDPOINTS, url)
    # Who has a profile may assume a role: an AWS CLI keeps in ~/.aws what it is given for it.
    if os.environ.get(_KEY_ID):
        wanted[_STS] = url
    return Placed(wanted)


def sts_without_worlds(found: str | None) -> str | None:
    """What the environment's endpoint for STS would be if no world had put one there."""
    with _lock:
        for placed in reversed(_standing):
            if _STS in placed._wanted and placed._wanted[_STS] == found:
                found = placed._before[_STS]
    return found


def for_process(url: str, account: str) -> dict[str, str]:
    """A whole environment for a child process whose calls as `account` go to `url`."""
    wanted: dict[str, str | None] = {
        **_CREDENTIALS,
        **_FILES,
        **dict.fromkeys(_ENDPOINTS, url),
        _STS: url,
        _KEY_ID: account,
        _IGNORED: None,
        **dict.fromkeys(_VARIANTS),
        _DEFAULT_REGION: region(),
        "AWS_REGION": region(),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if any(os.environ.get(name) for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")):
        for name in ("NO_PROXY", "no_proxy"):
            told = os.environ.get(name)
            wanted[name] = f"{told},{_LOOPBACK}" if told else _LOOPBACK
    # Other threads may enter and leave worlds meanwhile: `items` walks what that changes.
    found = {name: os.environ.get(name) for name in [*os.environ] if name not in wanted}
    kept = {name: value for name, value in found.items() if value is not None}
    return kept | {name: value for name, value in wanted.items() if value is not None}


def endpoints() -> dict[str, str | None]:
    """The variables that a current world changes, as they are now."""
    return {name: os.environ.get(name) for name in (*_ENDPOINTS, _STS)}


def put(wanted: Mapping[str, str | None]) -> None:
    """Set variables; None takes one away."""
    for name, value in wanted.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
