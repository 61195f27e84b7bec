"""Drafts of requests: valid, each with texts and a token of its own; and calls that builders make.

Must not bring anything about by itself.
"""

from itertools import count
from typing import TYPE_CHECKING, Any, Final

from cosell import ids
from cosell.errors import did_you_mean
from cosell.selling.contract import CONTRACT
from cosell.testing import documents
from cosell.testing.calling import Answer
from cosell.testing.references import Thing, id_of

if TYPE_CHECKING:
    from cosell.testing.partner import Who
    from cosell.testing.world import World

_UPDATED: Final = (
    "Catalog",
    "Customer",
    "LastModifiedDate",
    "LifeCycle",
    "Marketing",
    "NationalSecurity",
    "OpportunityType",
    "PartnerOpportunityIdentifier",
    "PrimaryNeedsFromAws",
    "Project",
    "SoftwareRevenue",
)  # the members of UpdateOpportunity, beside Identifier


class Drafts:
    """Requests for one world, on its time and in its catalog."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._numbers = count(1)  # they tell texts apart
        self.number = 0
        """That of the last thing that was made; about that, while several threads make some."""

    def opportunity(self, **members: Any) -> dict[str, Any]:
        """A CreateOpportunity that can be submitted later."""
        content = documents.opportunity(self.next_number(), self._world.clock.now())
        return self._request("CreateOpportunity", documents.merged(content, members))

    def engagement(self, **members: Any) -> dict[str, Any]:
        """A CreateEngagement."""
        content = documents.engagement(self.next_number(), self._world.clock.now())
        return self._request("CreateEngagement", documents.merged(content, members))

    def invitation(self, engagement: Thing, to: "Who", **members: Any) -> dict[str, Any]:
        """A CreateEngagementInvitation into an engagement of the sender's; `members` are its
        Invitation's, and Catalog."""
        catalog = members.pop("Catalog", self._world.catalog)
        receiver = self._world.party_of(to)
        now = self._world.clock.now()
        made = documents.merged(documents.invitation(self.next_number(), now, receiver), members)
        named = {"Catalog": catalog, "EngagementIdentifier": id_of("engagement", engagement)}
        return self._request("CreateEngagementInvitation", {**named, "Invitation": made})

    def update(self, opportunity: Answer, **members: Any) -> dict[str, Any]:
        """An UpdateOpportunity that changes nothing but `members`: the whole of what GetOpportunity
        answered goes back."""
        whole = documents.filled({name: opportunity.get(name) for name in _UPDATED})
        return documents.merged({**whole, "Identifier": opportunity.Id}, members)

    def caller(self, owner: "Who" = None) -> "Call":
        """Calls as a partner, whatever the quotas; what it calls is not among `world.calls`."""
        return Call(self._world, self._world.account_of(owner))

    def next_number(self) -> int:
        """A number that nothing else made here has, also where several threads make some."""
        self.number = number = next(self._numbers)
        return number

    def go_on_behind(self, number: int) -> None:
        """What is here has numbers up to this one, too."""
        self.number = max(self.number, number)
        self._numbers = count(self.number + 1)

    def token(self) -> str:
        """A client token that nobody else has."""
        return ids.uuid(ids.new_random())

    def _request(self, operation: str, members: dict[str, Any]) -> dict[str, Any]:
        ensure_known(operation, members)
        return {"Catalog": self._world.catalog, "ClientToken": self.token(), **members}


def ensure_known(operation: str, members: dict[str, Any]) -> None:
    """ValueError for a member, at any depth, that an operation's request does not have: the API
    would leave it out without a word, and a default act in its place."""
    shape = CONTRACT.operations[operation].input_shape
    found = next(CONTRACT.strangers(shape, members), None)
    if found is not None:
        hint = did_you_mean(found.name, found.known)
        raise ValueError(f"{operation} has no member {found.path}.{hint}")


class Call:
    """Calls as an account, which say that they are not of the code under test: AWS's quotas, which
    no builder could keep within a second, do not count them."""

    def __init__(self, world: "World", account: str) -> None:
        self.account = account
        self._caller = world.own_caller(account)

    def __call__(self, operation: str, /, **members: object) -> Answer:
        """The operation's answer without its nulls, times as they are on the wire; Refused if it
        answers an error."""
        return Answer(documents.filled(self._caller(operation, **members)))
