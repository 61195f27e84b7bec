"""The environment that code under test finds: credentials that are none, a region, an endpoint.

Everything that is put there is taken back. The one place beside config.py that touches it. Must
not read a profile or a file of credentials.
"""

import os
import sys
from collections.abc import Mapping
from types import MappingProxyType

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
# Nothing of ~/.aws: a profile of somebody's would be another account, or a real one.
_FILES: Mapping[str, str | None] = MappingProxyType(
    {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_PROFILE": None,
        "AWS_DEFAULT_PROFILE": None,
    }
)
_OVERRIDES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
_ENDPOINTS = (
    "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING",
    "AWS_ENDPOINT_URL_PARTNER_CENTRAL_SELLING",  # as an SDK without botocore spells it
)
_STS = "AWS_ENDPOINT_URL_STS"
_IGNORED = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
_LOOPBACK = "127.0.0.1,localhost"

_keys: set[str] = {ACCOUNT}  # that were the environment's once: sessions keep them


class Placed:
    """Variables that were put into this process's environment, and what stood there before."""

    def __init__(self, wanted: Mapping[str, str | None]) -> None:
        """None takes a variable away."""
        self._before = {name: os.environ.get(name) for name in wanted}
        _put(wanted)

    def take_back(self) -> None:
        _put(self._before)


def place_credentials() -> Placed:
    """Put credentials and a region there, as far as the user has set none."""
    wanted: dict[str, str | None] = {}
    files_are_theirs = any(os.environ.get(name) for name in _OVERRIDES)
    if not os.environ.get(_KEY_ID):
        wanted |= _CREDENTIALS if files_are_theirs else {**_CREDENTIALS, **_FILES}
    if not (os.environ.get(_DEFAULT_REGION) or files_are_theirs):
        wanted[_DEFAULT_REGION] = os.environ.get("AWS_REGION") or REGION  # botocore reads the one
    if "AWS_EC2_METADATA_DISABLED" not in os.environ:
        wanted["AWS_EC2_METADATA_DISABLED"] = "true"
    placed = Placed(wanted)
    _keys.add(os.environ[_KEY_ID])
    return placed


def speaks_for_default(key_id: str) -> bool:
    """Whether a key is, or was, the environment's: who uses it is the default partner of whatever
    world it reaches, also if it is somebody's own."""
    return key_id in _keys


def is_made_up(key_id: str) -> bool:
    """Whether a key is the one that was put there for want of another."""
    return key_id == ACCOUNT


def place_endpoint(url: str) -> Placed:
    """Put the endpoint of the current world there, for child processes."""
    wanted: dict[str, str | None] = dict.fromkeys(_ENDPOINTS, url)
    # moto knows calls of STS by AWS's host: with another endpoint it would no longer take them.
    if "moto" not in sys.modules:
        wanted[_STS] = url
    return Placed(wanted)


def for_process(url: str, account: str) -> dict[str, str]:
    """A whole environment for a child process whose calls as `account` go to `url`."""
    region = os.environ.get("AWS_REGION") or os.environ.get(_DEFAULT_REGION) or REGION
    wanted: dict[str, str | None] = {
        **_CREDENTIALS,
        **_FILES,
        **dict.fromkeys(_ENDPOINTS, url),
        _STS: url,
        _KEY_ID: account,
        _IGNORED: None,
        _DEFAULT_REGION: region,
        "AWS_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if any(os.environ.get(name) for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")):
        for name in ("NO_PROXY", "no_proxy"):
            told = os.environ.get(name)
            wanted[name] = f"{told},{_LOOPBACK}" if told else _LOOPBACK
    kept = {name: value for name, value in os.environ.items() if name not in wanted}
    return kept | {name: value for name, value in wanted.items() if value is not None}


def _put(wanted: Mapping[str, str | None]) -> None:
    for name, value in wanted.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
