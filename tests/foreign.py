"""Those who try for what is another's, and what becomes of an attempt.

Must not know which operation ends how.
"""

import json
from typing import Any, NamedTuple

from tests.estate import Estate, rows
from tests.harness import ACCOUNT, Reply, World

MISSING, EMPTY, OWN = "not found", "an empty list", "something of one's own"


class Attempt(NamedTuple):
    """Somebody who tries: where, as whom, and in which catalog: named in the request alone, or in
    the ARNs that it has too."""

    world: World
    account: str = ACCOUNT
    catalog: str = "Sandbox"
    everywhere: bool = True

    def send(self, operation: str, body: Any) -> Reply:
        """Send the owner's request, put into the catalog."""
        if self.everywhere:
            body = json.loads(json.dumps(body).replace("Sandbox", self.catalog))
        elif "Catalog" in body:
            body = {**body, "Catalog": self.catalog}
        scope = f"{self.account}/20260101/us-east-1/partnercentral-selling/aws4_request"
        return self.world.post(
            operation,
            body,
            {
                "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host,"
                f" Signature={'0' * 64}"
            },
        )


def strangers(estate: Estate, number: int) -> dict[str, Attempt]:
    """Who has nothing to do with what the owner has; nobody tries twice."""
    return {
        "another account": Attempt(estate.world, f"2{number:011}"),
        "another namespace": Attempt(World(estate.world.server)),
        "another catalog": Attempt(estate.world, catalog="AWS"),
        "another catalog, by its name": Attempt(estate.world, catalog="AWS", everywhere=False),
    }


def listed(reply: Reply) -> list[Any]:
    """The rows of a list's page."""
    assert reply.status == 200, reply.body
    [found] = [value for value in reply.document.values() if isinstance(value, list)]
    return list(found)


def code(reply: Reply) -> str:
    return str(reply.document["__type"]) if reply.status != 200 else "nothing is wrong"


def ensure(reply: Reply, expected: str, asked: str, owners: Reply | None = None) -> None:
    """An attempt to ask an operation ended as it must; `owners` is what the owner was answered."""
    theirs = owners.document if owners and owners.body else {}
    if expected == MISSING:
        assert code(reply) == "ResourceNotFoundException", (asked, reply.body)
    elif expected == EMPTY:
        found = listed(reply)
        assert not [one for one in found if one in (listed(owners) if owners else ())]
        # In another catalog somebody has what its attempts at making something made.
        assert not [one for one in found if "Sandbox" in str(one)], asked
    else:
        assert reply.status == 200, (asked, reply.body)
        for member in ("Id", "Arn", "TaskId", "TaskArn"):
            if theirs.get(member):
                assert reply.document[member] != theirs[member]


def ensure_kept(estate: Estate, attempt: Attempt, expected: str, asked: tuple[str, Any]) -> Reply:
    """What an attempt to ask an operation something is answered: nothing that was there is gone or
    changed then, and nothing was added unless it is something of one's own."""
    before = rows(estate.world)
    reply = attempt.send(*asked)
    after = rows(estate.world)
    assert before <= after, "what was there is not there any more"
    if expected != OWN or attempt.world is not estate.world:
        assert before == after
    return reply
