"""What must be true in the end, whatever died on the way: through the API, while servers run.

Must not know how a server is started or killed, nor what the database is (truths_kept.py asks it).
"""

import time
from typing import Any

from cosell.clock import parse_iso
from tests.chaos.client import Client, ensure_alike
from tests.chaos.deals import read, walked
from tests.chaos.memory import Edit, Miss, Space
from tests.chaos.tasks import PATIENCE_S, PAUSE_S, PLANTED, help_on
from tests.sharing import SUMMARY

_STARTED = ("PENDING", "IN_PROGRESS")
_EVENTS_PAGE = 7


def settle(client: Client, space: Space) -> None:
    """Bring every task to its end, as the pace of its namespace wants it."""
    for status in _STARTED:
        while True:
            tasks = client.desk(space, "ListTasks", Status=status)["Tasks"]
            if not tasks:
                break
            help_on(client, space, tasks[0])
    _wait_until_nothing_is_due(client, space)


def _wait_until_nothing_is_due(client: Client, space: Space) -> None:
    """What is due is done by itself, and soon."""
    until = time.monotonic() + PATIENCE_S
    while True:
        clock = client.desk(space, "GetClock")
        if clock["NextDueTime"] is None or clock["NextDueTime"] > clock["Time"]:
            space.settled = parse_iso(clock["Time"])
            return
        if time.monotonic() > until:
            raise Miss(f"nobody does what is due in {space.name}: {clock}")
        time.sleep(PAUSE_S)


def check(client: Client, space: Space) -> None:
    """Everything that clients were told of a namespace still holds."""
    _tasks_have_ended(client, space)
    if space.whole:
        _same_tokens_are_answered_alike(client, space)
        _everything_is_listed(client, space)
        _invitations_are_answered(client, space)
        _tags_are_there(client, space)
        _events_were_followed(client, space)
    for id, edits in space.edits.items():
        _no_update_is_lost(client, space, id, edits)
    for id, (account, place) in space.shared.items():
        _what_is_shared_is_up_to_date(client, space, account, (id, place))


def _tasks_have_ended(client: Client, space: Space) -> None:
    """None is at work; those that failed did so by a fault of ours, each fault once."""
    tasks = _pages(client, space, "ListTasks", "Tasks")
    told = {one["TaskId"]: one for one in tasks}
    if len(told) != len(tasks) or set(space.tasks) - set(told):
        raise Miss(f"{space.name} has not each of {sorted(space.tasks)} once: {sorted(told)}")
    failed = [one for one in tasks if one["Status"] == "FAILED"]
    strange = [one for one in tasks if one["Status"] in _STARTED]
    strange += [one for one in failed if one["Message"] != PLANTED]
    if strange:
        raise Miss(f"tasks of {space.name} have not ended as they should: {strange}")
    fired = client.desk(space, "ListFaults")["Faults"]
    if len(failed) != sum(one["Fired"] for one in fired if one["Kind"] == "Task"):
        raise Miss(f"{len(failed)} tasks of {space.name} failed by {fired}")


def _same_tokens_are_answered_alike(client: Client, space: Space) -> None:
    """Every token still stands for what it was told, and makes nothing new."""
    for one in [*space.said]:
        if one.token:
            again = client.ask(space, one.account, one.operation, one.members)
            if again.status != 200:
                raise Miss(f"{one} of {space.name} is not known any more: {again.document}")
            ensure_alike(one.operation, one.answer, again.document)


def _everything_is_listed(client: Client, space: Space) -> None:
    """What was made is found by its owner, and is in its list, once."""
    for account in space.accounts:
        for operation, made in (
            ("ListOpportunities", _of(space.opportunities, account)),
            ("ListEngagements", _of(space.engagements, account)),
            ("ListResourceSnapshotJobs", _of(space.jobs, account)),
        ):
            ids = [one["Id"] for one in walked(client, space, account, operation)]
            lacking = made - set(ids)
            if operation == "ListOpportunities":  # those that wait for a task nobody polled
                lacking -= _hidden(space)
            if len(set(ids)) != len(ids) or lacking:
                raise Miss(f"{operation} of {account} in {space.name}: {ids}, lacks {lacking}")
        for engagement, member in space.members:
            if member == account:
                client.partner(space, account, "GetEngagement", Identifier=engagement)


def _of(owners: dict[str, str], account: str) -> set[str]:
    return {id for id, owner in owners.items() if owner == account}


def _hidden(space: Space) -> set[str]:
    """Opportunities of referrals whose tasks nobody polled, or that nobody accepted."""
    return {
        one.answer["OpportunityId"]
        for one in space.said
        if one.operation == "ReferOpportunity"
        and space.invitations[one.answer["EngagementInvitationId"]] != "ACCEPTED"
    }


def _invitations_are_answered(client: Client, space: Space) -> None:
    """Each invitation stands as it was answered, for all who have to do with it."""
    for account in space.accounts:
        for part in ("SENDER", "RECEIVER"):
            rows = walked(client, space, account, "ListEngagementInvitations", ParticipantType=part)
            told = {one["Id"]: one["Status"] for one in rows}
            wrong = {
                id: status
                for id, status in told.items()
                if space.invitations.get(id, "none of ours") not in ("?", status)
            }
            if wrong or len(told) != len(rows):
                raise Miss(f"invitations of {account} in {space.name} are {wrong}")


def _tags_are_there(client: Client, space: Space) -> None:
    for arn, (account, tags) in space.tags.items():
        found = client.do(space, account, "ListTagsForResource", ResourceArn=arn)["Tags"]
        if {one["Key"]: one["Value"] for one in found} != tags:
            raise Miss(f"{arn} in {space.name} has {found}, not {tags}")


def _events_were_followed(client: Client, space: Space) -> None:
    """Whoever asked for what came after the last event that it saw has seen them all."""
    rows = _pages(client, space, "ListEvents", "Events", MaxResults=_EVENTS_PAGE)
    all = [(one["Seq"], one["Event"]["id"]) for one in rows]
    if space.events != all[: len(space.events)]:
        lacking = [one for one in all if one not in space.events]
        raise Miss(f"events of {space.name} that nobody was told: {lacking}")
    if len({id for _, id in all}) != len(all):
        raise Miss(f"an event of {space.name} is told twice")


def _no_update_is_lost(client: Client, space: Space, id: str, edits: list[Edit]) -> None:
    """No two updates began at the same state, none was made twice, and the last one is what is
    there."""
    sure = [one for one in edits if one.sure]
    if len({one.base for one in sure}) != len(sure):
        raise Miss(f"two updates of {id} in {space.name} took the same state: {edits}")
    now = read(client, space, edits[0].account, id)
    title, last = now["Project"]["Title"], max((one.at for one in sure), default="")
    newest = {one.title for one in sure if one.at == last}
    newest |= {one.title for one in edits if not one.sure and one.base >= last}
    if newest and title not in newest:
        raise Miss(f"{id} in {space.name} has {title!r}, not one of {newest}: {edits}")
    history = [one["Value"] for one in now["LifeCycle"]["NextStepsHistory"]]
    lacking = {one.title for one in sure} - set(history)
    if lacking or len(set(history)) != len(history):
        raise Miss(f"{id} in {space.name} has the history {history}, lacks {lacking}")


def _what_is_shared_is_up_to_date(
    client: Client, space: Space, account: str, what: tuple[str, str]
) -> None:
    """The last revision that a job made shows the opportunity as it is."""
    id, place = what
    shown = client.partner(
        space, account, "GetResourceSnapshot",
        EngagementIdentifier=place,
        ResourceType="Opportunity",
        ResourceIdentifier=id,
        ResourceSnapshotTemplateIdentifier=SUMMARY,
    )  # fmt: skip
    told = shown["Payload"]["OpportunitySummary"]["Lifecycle"]["NextSteps"]
    steps = read(client, space, account, id)["LifeCycle"]["NextSteps"]
    if told != steps:
        raise Miss(f"{id} in {space.name} says {steps!r} and is shown with {told!r}")


def _pages(client: Client, space: Space, operation: str, of: str, **members: Any) -> list[Any]:
    """Every row of a list of the desk's."""
    found: list[Any] = []
    while True:
        page = client.desk(space, operation, **members)
        found += page[of]
        if page["NextToken"] is None:
            return found
        members["NextToken"] = page["NextToken"]
