"""What is set in the files that AWS SDKs read (~/.aws): whose credentials, and regions.

Keeps names of settings and key ids alone; never a secret. Lines are looked at by themselves, since
every suite would wait for a parser at its start.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from cosell.originals import Path

DEFAULT: Final = "default"
_PATHS: Final = (  # who names another file, and where it is else
    ("AWS_CONFIG_FILE", "~/.aws/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
)
_KEY_ID: Final = "aws_access_key_id"
_CREDENTIALS: Final = (
    _KEY_ID,
    "credential_process",
    "login_session",
    "role_arn",
    "sso_account_id",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
)


class Files(NamedTuple):
    """What was found; a file that is not there, or is none, has nothing."""

    credentials: frozenset[str]  # the profiles that have some, of whatever kind
    key_ids: frozenset[str]
    has_regions: bool
    has_endpoints: bool

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Files":
        """Both files, as they are now; the environment tells where."""
        paths = [environ.get(variable) or path for variable, path in _PATHS]
        found = [one for path in paths for one in _settings(path)]
        names = {name for _, name, _ in found}
        return cls(
            frozenset(profile for profile, name, _ in found if name in _CREDENTIALS),
            frozenset(value for _, name, value in found if name == _KEY_ID),
            "region" in names,
            "endpoint_url" in names,
        )


def _settings(path: str) -> Iterator[tuple[str, str, str]]:
    """Profile, name and value of each setting."""
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8", errors="replace")
    except (OSError, RuntimeError):  # it cannot be read, or nobody's home is known
        return
    profile = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            profile = line.strip("[]").strip().removeprefix("profile ").strip(" \"'")
        elif not line.startswith(("#", ";")):
            name, is_set, value = line.partition("=")
            if is_set and value.strip():
                yield profile, name.strip().lower(), value.strip()
