"""What every client can do, written once: the main path, the filters, the pages, the errors.

A client is a `Caller`; how it reaches the server is its own business.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest

from tests.harness import ACCOUNT, World

LIST = "ListEngagementByAcceptingInvitationTasks"
START = "StartEngagementByAcceptingInvitationTask"


@dataclass
class Failed(Exception):
    """An error as a client tells it; `members` are those that it shows besides the message."""

    name: str
    message: str
    members: dict[str, Any] = field(default_factory=dict)


class Caller(Protocol):
    def call(self, operation: str, **members: Any) -> Any:
        """The answer of an operation without the client's own members; Failed for an error."""
        ...

    def items(self, operation: str, page_size: int, **members: Any) -> list[Any]:
        """What a list operation gives, by the client's own paginator."""
        ...


def main_path(world: World, caller: Caller) -> Any:
    """A referral is seen, accepted by a task, listed and read; answers the opportunity."""
    referred = world.referred()
    [invitation] = caller.call(
        "ListEngagementInvitations", Catalog="Sandbox", ParticipantType="RECEIVER"
    )["EngagementInvitationSummaries"]
    assert invitation["Id"] == referred["EngagementInvitationId"]
    tags = [{"Key": "team", "Value": "blau grün"}]
    task = caller.call(
        START, Catalog="Sandbox", Identifier=invitation["Arn"], ClientToken="one", Tags=tags
    )
    assert task["TaskStatus"] == "COMPLETE"
    again = caller.call(
        START, Catalog="Sandbox", Identifier=invitation["Arn"], ClientToken="one", Tags=tags
    )
    assert again == task
    assert caller.call(LIST, Catalog="Sandbox")["TaskSummaries"] == [task]
    opportunity = caller.call("GetOpportunity", Catalog="Sandbox", Identifier=task["OpportunityId"])
    assert opportunity["Id"] == referred["OpportunityId"]
    assert opportunity["LifeCycle"]["ReviewStatus"] == "Approved"
    told = caller.call("ListTagsForResource", ResourceArn=opportunity["Arn"])
    assert told["Tags"] == tags
    return opportunity


def started(world: World, count: int) -> list[Any]:
    """So many tasks, oldest first, as boto3 sees them."""
    partner = world.client()
    tasks = []
    for _ in range(count):
        referred = world.referred()
        answer = partner.start_engagement_by_accepting_invitation_task(
            Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
        )
        tasks.append(answer)
    return tasks


def filters(world: World, caller: Caller) -> None:
    """Each filter of the task list finds the one task, and the next value finds none."""
    one, two = started(world, 2)
    for name, found in (
        ("TaskIdentifier", "TaskId"),
        ("EngagementInvitationIdentifier", "EngagementInvitationId"),
        ("OpportunityIdentifier", "OpportunityId"),
    ):
        listed = caller.call(LIST, Catalog="Sandbox", **{name: [two[found]]})["TaskSummaries"]
        assert [task["TaskId"] for task in listed] == [two["TaskId"]], name
    complete = caller.call(LIST, Catalog="Sandbox", TaskStatus=["COMPLETE"])["TaskSummaries"]
    assert {task["TaskId"] for task in complete} == {one["TaskId"], two["TaskId"]}
    assert caller.call(LIST, Catalog="Sandbox", TaskStatus=["FAILED"])["TaskSummaries"] == []
    ascending = {"SortBy": "StartTime", "SortOrder": "ASCENDING"}
    listed = caller.call(LIST, Catalog="Sandbox", Sort=ascending)["TaskSummaries"]
    assert [task["TaskId"] for task in listed] == [one["TaskId"], two["TaskId"]]


def pages(world: World, caller: Caller) -> None:
    """The client's own paginator finds every task once."""
    tasks = started(world, 3)
    found = caller.items(LIST, 1, Catalog="Sandbox")
    assert sorted(task["TaskId"] for task in found) == sorted(task["TaskId"] for task in tasks)


def refused(call: Callable[[], Any]) -> Failed:
    with pytest.raises(Failed) as caught:
        call()
    return caught.value


def errors(caller: Caller) -> dict[str, Failed]:
    """One error of each kind that a program handles, with its name and its message."""
    absent = refused(
        lambda: caller.call("GetOpportunity", Catalog="Sandbox", Identifier="O9999999999")
    )
    assert absent.name == "ResourceNotFoundException"
    assert absent.message
    wrong = refused(lambda: caller.call(LIST, Catalog="Nowhere", MaxResults=1001))
    assert wrong.name == "ValidationException"
    assert sorted(wrong.message.split("; ")) == [
        "catalog: must be one of AWS, Sandbox",
        "maxResults: must be 1 to 1000",
    ]
    return {"absent": absent, "wrong": wrong}


def credentials(account: str = ACCOUNT) -> dict[str, str]:
    """Environment variables of an account (open mode), and no file of this machine's user."""
    return {
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
