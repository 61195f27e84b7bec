"""Who calls: the words that the rest of cosell uses for callers and their credentials.

Must not import its siblings, nor decide anything but what an identity may reach.
"""

from typing import NamedTuple


class Session(NamedTuple):
    """Temporary credentials of an assumed role; `expires_at` is real time. `source_key_id` is the
    key that the first AssumeRole of a chain was signed with, and `strict` the mode it met."""

    role_arn: str
    name: str
    expires_at: int
    source_key_id: str
    strict: bool


class Identity(NamedTuple):
    """Who a request speaks for. `namespaces` None is every namespace; `key_id` "" is nobody's."""

    account: str
    arn: str
    key_id: str
    user_id: str
    namespaces: tuple[str, ...] | None = None
    session: Session | None = None

    def may_use(self, namespace: str) -> bool:
        """May this caller touch the namespace, which may not exist?"""
        if self.namespaces is None or namespace in self.namespaces:
            return True
        from fnmatch import fnmatchcase  # only who has patterns pays for them

        return any(fnmatchcase(namespace, pattern) for pattern in self.namespaces)


NOBODY = Identity("", "", "", "")
"""Who asks for what the server does by itself."""


class Credential(NamedTuple):
    """What a signature is checked against."""

    identity: Identity
    secret: str
    token: str = ""  # of a session; a key of its own has none

    def __repr__(self) -> str:
        """Without what nobody may read in a log."""
        return f"Credential(identity={self.identity!r})"
