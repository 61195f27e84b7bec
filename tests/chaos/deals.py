"""Stories of plain calls: opportunities that several clients update, engagements that partners ask
each other into, what is shared, tagged, listed; and the desk's acts on whole namespaces.

Must not know who dies meanwhile.
"""

from dataclasses import replace
from typing import Any

from tests.chaos.client import Client, Reply
from tests.chaos.memory import Edit, Miss, Space
from tests.chaos.tasks import carried_out, referred
from tests.engaging import invitation
from tests.harness import opportunity
from tests.sharing import SUMMARY
from tests.updating import changed, renamed, stripped

PAGE = 3  # rows: walks are to have several pages
EDIT_TRIES = 50
_STEPS = "LifeCycle.NextSteps"  # are shown to other members, and have a history
EXPIRED_S = 16 * 86_400


def create(client: Client, space: Space, account: str) -> str:
    """A draft."""
    made = client.partner(space, account, "CreateOpportunity", **opportunity())
    space.opportunities[made["Id"]] = account
    return str(made["Id"])


def read(client: Client, space: Space, account: str, id: str) -> Any:
    """An opportunity as it is now."""
    return client.partner(space, account, "GetOpportunity", Identifier=id)


# --- optimistic locks ----------------------------------------------------------------------------


def edit(client: Client, space: Space) -> None:
    """Update what other clients update as well, with the lock."""
    account = client.random.choice(space.accounts)
    for _ in range(client.random.randint(1, 3)):
        retitle(client, space, account, space.boards[account])


def retitle(client: Client, space: Space, account: str, id: str) -> None:
    """Give an opportunity another title; whoever is quicker makes this one read again."""
    title = f"Title {client.token()}"
    for _ in range(EDIT_TRIES):
        before = read(client, space, account, id)
        base = before["LastModifiedDate"]
        body = changed(stripped(renamed(before)), {"Project.Title": title, _STEPS: title})
        reply = client.ask(space, account, "UpdateOpportunity", body)
        made = _made(client, space, account, reply, Edit(account, base, title, ""), id)
        if made is not None:
            space.edits.setdefault(id, []).append(made)
            return
    raise Miss(f"{id} in {space.name} can never be updated")


def _made(
    client: Client, space: Space, account: str, reply: Reply, wanted: Edit, id: str
) -> Edit | None:
    """What became of an update; None if it was certainly not made, and is to be made again."""
    if reply.status == 200:
        return replace(wanted, at=reply.document["LastModifiedDate"])
    if reply.code != "ConflictException":
        raise Miss(f"an update of {id} in {space.name} is refused: {reply.document}")
    if not reply.doubtful:
        return None
    now = read(client, space, account, id)
    if now["Project"]["Title"] == wanted.title:
        return replace(wanted, at=now["LastModifiedDate"])
    return replace(wanted, sure=False)


# --- partners among themselves -------------------------------------------------------------------


def engage(client: Client, space: Space, account: str) -> str:
    """An engagement with nothing in it."""
    about = {"Title": "Shared", "Description": "Work that is shared"}
    made = client.partner(space, account, "CreateEngagement", **about)
    space.engagements[made["Id"]] = account
    return str(made["Id"])


def invite(client: Client, space: Space) -> None:
    """One partner asks another in, who accepts, rejects, accepts by a task, or does nothing."""
    sender, receiver = client.random.sample(space.accounts, 2)
    place = engage(client, space, sender)
    asked = {"EngagementIdentifier": place, "Invitation": invitation(receiver)}
    made = client.partner(space, sender, "CreateEngagementInvitation", **asked)
    space.invitations[made["Id"]] = "PENDING"
    act = client.random.choice(("Accept", "Reject", "Start", ""))
    if act == "Start":
        operation = "StartEngagementByAcceptingInvitationTask"
        about = {"Identifier": made["Id"]}
        task = carried_out(client, space, receiver, operation, about)
        space.opportunities[task["OpportunityId"]] = receiver
        space.jobs[task["ResourceSnapshotJobId"]] = receiver
    elif act:
        answer(client, space, receiver, made["Id"], act)
    if act:
        space.invitations[made["Id"]] = "REJECTED" if act == "Reject" else "ACCEPTED"
    if act in ("Accept", "Start"):
        space.members.add((place, receiver))


def answer(client: Client, space: Space, account: str, id: str, act: str) -> None:
    """Accept or reject; that it is answered already is fine if an earlier try may have been it."""
    named = {"Catalog": space.catalog, "Identifier": id}
    reply = client.ask(space, account, f"{act}EngagementInvitation", named)
    if reply.status != 200 and not reply.doubtful:
        raise Miss(f"{act} of {id} in {space.name} is refused: {reply.document}")
    told = client.do(space, account, "GetEngagementInvitation", **named)["Status"]
    if told != f"{act.upper()}ED":
        raise Miss(f"{id} in {space.name} is {told} after {act}")


def share(client: Client, space: Space) -> None:
    """A job shows an opportunity in an engagement, and each of its changes."""
    account = client.random.choice(space.accounts)
    id, place = create(client, space, account), engage(client, space, account)
    target = {
        "EngagementIdentifier": place,
        "ResourceType": "Opportunity",
        "ResourceIdentifier": id,
        "ResourceSnapshotTemplateIdentifier": SUMMARY,
    }
    made = client.partner(space, account, "CreateResourceSnapshotJob", **target)
    space.jobs[made["Id"]] = account
    named = {"ResourceSnapshotJobIdentifier": made["Id"]}
    client.partner(space, account, "StartResourceSnapshotJob", **named)
    for _ in range(client.random.randint(1, 3)):
        retitle(client, space, account, id)
    space.shared[id] = account, place


def tag(client: Client, space: Space) -> None:
    """Tags come and go."""
    account = client.random.choice(space.accounts)
    id = create(client, space, account)
    arn = read(client, space, account, id)["Arn"]
    tags = {f"key-{number}": client.token() for number in range(client.random.randint(1, 4))}
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    client.do(space, account, "TagResource", ResourceArn=arn, Tags=listed)
    client.do(space, account, "UntagResource", ResourceArn=arn, TagKeys=["key-0"])
    del tags["key-0"]
    space.tags[arn] = account, tags


# --- time, and lists -----------------------------------------------------------------------------


def advance(client: Client, space: Space) -> None:
    """Time goes by; nothing that was due before is left."""
    client.desk(space, "AdvanceClock", Seconds=client.random.randint(1, 7_200))


def walk(client: Client, space: Space) -> None:
    """A list, page by page: what was acknowledged before is in it, and everything once."""
    account = client.random.choice(space.accounts)
    known = {one.answer["Id"] for one in list(space.said) if _is_made_by(account, one)}
    found = walked(
        client, space, account, "ListOpportunities",
        Sort={"SortBy": "CreatedDate", "SortOrder": "ASCENDING"},
    )  # fmt: skip
    ids = [one["Id"] for one in found]
    if len(set(ids)) != len(ids) or known - set(ids):
        lacks = known - set(ids)
        raise Miss(f"a walk through {space.name} of {account} lacks {lacks}, has {ids}")


def _is_made_by(account: str, said: Any) -> bool:
    return (said.account, said.operation) == (account, "CreateOpportunity")


def walked(client: Client, space: Space, account: str, operation: str, **members: Any) -> list[Any]:
    """Every row of a list, in small pages."""
    found: list[Any] = []
    while True:
        page = dict(client.partner(space, account, operation, MaxResults=PAGE, **members))
        members["NextToken"] = page.pop("NextToken")
        [rows] = page.values()
        found += rows
        if members["NextToken"] is None:
            return found


def follow(client: Client, space: Space) -> None:
    """Ask for the events that came after the last one seen."""
    last = {"AfterSeq": space.events[-1][0]} if space.events else {}
    page = client.desk(space, "ListEvents", **last)["Events"]
    space.events += [(one["Seq"], one["Event"]["id"]) for one in page]


# --- whole namespaces ----------------------------------------------------------------------------


def copy(client: Client, space: Space) -> Space:
    """A copy has what was acknowledged before, and a life of its own. Forked, or saved and
    loaded."""
    made = Space(f"copy-{client.token()}", space.catalog, space.accounts, whole=False)
    made.autopilot = space.autopilot
    known = dict(space.boards), dict(space.tasks)
    if client.random.random() < 0.5:
        client.desk(made, "ForkNamespace", Source=space.name)
    else:
        state = client.desk(space, "SaveNamespace")["State"]
        client.desk(made, "LoadNamespace", State=state)
    made.said.clear()  # the copy of a copy's maker is a large thing to remember
    made.boards, made.tasks = known
    for account, id in made.boards.items():
        read(client, made, account, id)
        retitle(client, made, account, id)
    return made


def reset(client: Client, space: Space) -> Space:
    """A namespace is filled, emptied, and filled again: what was before is gone for good."""
    made = Space(f"scratch-{client.token()}", space.catalog, space.accounts)
    account = made.accounts[0]
    gone = [create(client, made, account) for _ in range(2)]
    client.desk(made, "ResetNamespace")
    del made.said[:-1]
    made.opportunities.clear()
    kept = create(client, made, account)
    ids = [one["Id"] for one in walked(client, made, account, "ListOpportunities")]
    if ids != [kept]:
        raise Miss(f"{made.name} was reset, {gone} before; {kept} since; it has {ids}")
    return made


def expire(client: Client, space: Space) -> Space:
    """Invitations that nobody answers expire while the clock goes over them."""
    made = Space(f"expiry-{client.token()}", space.catalog, space.accounts)
    account = made.accounts[0]
    for _ in range(2):
        about = {"Catalog": made.catalog, "ReceiverAccountId": account}
        referred(made, account, client.desk(made, "ReferOpportunity", **about))
    client.desk(made, "AdvanceClock", Seconds=EXPIRED_S)
    for id in made.invitations:
        told = client.partner(made, account, "GetEngagementInvitation", Identifier=id)["Status"]
        if told != "EXPIRED":
            raise Miss(f"{id} in {made.name} is {told} after its time")
        made.invitations[id] = "EXPIRED"
    return made
