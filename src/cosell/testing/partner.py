"""A partner account of a world, and the ways to call as it.

Must not know what an operation means.
"""

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from cosell.originals import sha256
from cosell.testing import environment
from cosell.testing.calling import SELLING, Answer, Caller
from cosell.testing.once import once

if TYPE_CHECKING:
    from types_boto3_partnercentral_selling import PartnerCentralSellingAPIClient

    from cosell.testing.world import World

    # Any, where the package is not installed; type checkers alone import it.
    Boto3: TypeAlias = PartnerCentralSellingAPIClient

_FIRST: Final = 100_000_000_000
_COUNT: Final = 900_000_000_000
AWS: Final = "aws"  # as it is called on the wire
_NUMBER: Final = re.compile(r"[\d\s-]+")  # an account id, or what is meant to be one


class Partner:
    """An account with everything to call as it: `client` (boto3), `call` (without an SDK), `env`
    (for other processes); and the `events` that it received. The default partner is callable:
    `world.partner("B")` is another."""

    def __init__(self, world: "World", account: str, label: str = "") -> None:
        self._world = world
        self.account = account
        self.label = label

    def __call__(self, label: str) -> "Partner":
        """The partner of a label, always the same account; twelve digits are an account id."""
        return self._world.partner_of(label)

    @once
    def client(self) -> "Boto3":
        """A boto3 client for partnercentral-selling in this world, made once. Type checkers know it
        where types-boto3-partnercentral-selling is installed."""
        return self._world.client(self.account)

    @once
    def call(self) -> Caller:
        """Calls operations without an SDK: `partner.call("ListOpportunities", Catalog="AWS")`."""
        return Caller(self._world.way, self._world.name, self.account, SELLING)

    @property
    def env(self) -> dict[str, str]:
        """An environment for a child process: its calls come here, as this partner's."""
        return environment.for_process(self._world.endpoint_url, self.account)

    @property
    def events(self) -> list[Answer]:
        """The events that it received so far, oldest first, as `world.events.to` has them."""
        return self._world.events.to(self)

    def __str__(self) -> str:
        return self.account

    def __repr__(self) -> str:
        return f"<partner {self.label or 'by default'}: {self.account}>"


def account_named(label: object, but: str = "") -> str:
    """The account id of a label: the same in every world and process, never `but`. ValueError for
    what is neither a label nor an id, for what looks like an id and is none, and for AWS."""
    if not isinstance(label, str) or not label or label == AWS:
        raise _no_account(label)
    if _NUMBER.fullmatch(label):
        if len(label) == 12 and label.isascii() and label.isdigit():
            return label
        raise _no_account(label)
    told = label
    while True:
        number = int.from_bytes(sha256(told.encode()).digest()[:8], "big")
        account = str(_FIRST + number % _COUNT)
        if account != but:
            return account
        told += "'"


def label_of(who: "Who") -> str:
    """What a test calls a partner by: a label, or its account id."""
    if isinstance(who, Partner):
        who = who.label
    return who or "the default partner"


def _no_account(said: object) -> ValueError:
    hint = f" Put it in quotes: {str(said).zfill(12)!r}." if isinstance(said, int) else ""
    if said == AWS:
        hint = " It is AWS itself, for which the world acts: world.aws."
    return ValueError(
        f"account: {said!r} is not an account id, which has twelve digits, nor a partner's"
        f" label.{hint}"
    )


Who: TypeAlias = Partner | str | None
"""A partner, its label or its account id; None is the default partner."""
