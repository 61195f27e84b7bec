"""Stories of tasks: each of the four kinds, from what has to be there to its end.

A client starts a task, polls until it has ended, and starts another that goes on if a fault ended
it. Must not know who dies meanwhile.
"""

import time
from typing import Any

from tests.chaos.client import Client
from tests.chaos.memory import AWS, Miss, Space
from tests.engaging import lead
from tests.submitting import CO_SELL, submittable

ENDED = ("COMPLETE", "COMPLETED", "FAILED")
PLANTED = "a planted fault"  # what a task says that a fault of ours ended
UNKNOWN = "eng-00000000000000"  # an engagement that there is not
PATIENCE_S = 45.0
PAUSE_S = 0.005
STARTS = {
    "StartEngagementByAcceptingInvitationTask": "ListEngagementByAcceptingInvitationTasks",
    "StartOpportunityFromEngagementTask": "ListOpportunityFromEngagementTasks",
    "StartEngagementFromOpportunityTask": "ListEngagementFromOpportunityTasks",
    "StartProspectingFromEngagementTask": "ListProspectingFromEngagementTasks",
}
# Steps at which a fault may end a task: what follows goes on where that one was.
FAULTS = (
    ("StartEngagementByAcceptingInvitationTask", "CreateOpportunity"),
    ("StartEngagementByAcceptingInvitationTask", "StartResourceSnapshotJob"),
    ("StartOpportunityFromEngagementTask", "CreateEngagementContext"),
    ("StartEngagementFromOpportunityTask", "CreateResourceSnapshotJob"),
    ("StartEngagementFromOpportunityTask", "SubmitOpportunity"),
)


def began(client: Client, space: Space, account: str, operation: str, about: Any) -> Any:
    """Start a task; the answer."""
    task = client.partner(space, account, operation, **about)
    space.tasks[task["TaskId"]] = operation
    return task


def carried_out(client: Client, space: Space, account: str, operation: str, about: Any) -> Any:
    """A task from its start to its end, and another one as long as a fault ends it. Answers what
    the desk tells of it then."""
    while True:
        task = ended(client, space, began(client, space, account, operation, about)["TaskId"])
        if task["Status"] != "FAILED":
            return task
        ensure_planted(space, task)


def ensure_planted(space: Space, task: Any) -> None:
    """A task that failed did so by a fault of ours."""
    if task["Message"] != PLANTED:
        raise Miss(f"a task in {space.name} failed by itself: {task}")


def ended(client: Client, space: Space, task: str) -> Any:
    """Poll until a task has ended, helping where its pace wants that. Answers what the desk tells
    of it then."""
    began_at = time.monotonic()
    while True:
        told = client.desk(space, "GetTask", TaskIdentifier=task)
        if told["Status"] in ENDED:
            return told
        if time.monotonic() - began_at > PATIENCE_S:
            raise Miss(f"a task in {space.name} is at work for ever: {told}")
        help_on(client, space, told)


def help_on(client: Client, space: Space, told: Any) -> None:
    """Do what a task's next step waits for: the desk's hand, or its time. In any other pace each
    task that is at work is planned."""
    clock = client.desk(space, "GetClock")
    if told["Held"]:
        _ensure_held(client, space, told["TaskId"])
        named = {"Catalog": told["Catalog"], "TaskIdentifier": told["TaskId"]}
        client.desk(space, "AdvanceTask", **named, Steps=client.chance.randint(1, 3))
    elif told["DueAt"] and told["DueAt"] > clock["Time"]:
        client.desk(space, "AdvanceClock", Seconds=client.chance.randint(60, 1_800))
    else:
        time.sleep(PAUSE_S)


def _ensure_held(client: Client, space: Space, task: str) -> None:
    """`Miss` if a task waits for nothing and its namespace does not hold tasks. Another client may
    change the pace while this is asked."""
    for _ in range(3):
        everywhere = client.desk(space, "ListNamespaces", MaxResults=1_000)["Namespaces"]
        pace = next(one["Pace"] for one in everywhere if one["Name"] == space.name)
        told = client.desk(space, "GetTask", TaskIdentifier=task)
        if pace == "Held" or not told["Held"]:
            return
    raise Miss(f"nobody will go on with a task in {space.name}, in pace {pace}: {told}")


def listed(client: Client, space: Space, account: str, task: Any) -> None:
    """The list of its kind has a task once, for its owner."""
    asked = {"TaskIdentifier": [task["TaskId"]], "Catalog": space.catalog}
    if task["Kind"] == "StartProspectingFromEngagementTask":
        asked = {"TaskIdentifiers": [task["TaskId"]], "Catalog": space.catalog}
    page = client.do(space, account, STARTS[task["Kind"]], **asked)
    told = [(one["TaskId"], one["TaskStatus"]) for one in page["TaskSummaries"]]
    if told != [(task["TaskId"], task["Status"])]:
        raise Miss(f"{task['TaskId']} in {space.name} is listed as {told}")


# --- the four kinds ------------------------------------------------------------------------------


def accept(client: Client, space: Space) -> None:
    """AWS refers an opportunity, and the partner accepts it by a task."""
    account = client.random.choice(space.accounts)
    made = client.desk(space, "ReferOpportunity", Catalog=space.catalog, ReceiverAccountId=account)
    referred(space, account, made)
    about = {"Identifier": made["EngagementInvitationId"]}
    operation = "StartEngagementByAcceptingInvitationTask"
    if client.random.random() < 0.2:  # nobody polls: it has to end by itself
        began(client, space, account, operation, about)
        space.invitations[made["EngagementInvitationId"]] = "?"
        return
    task = carried_out(client, space, account, operation, about)
    space.invitations[made["EngagementInvitationId"]] = "ACCEPTED"
    space.members.add((made["EngagementId"], account))
    space.jobs[task["ResourceSnapshotJobId"]] = account
    if task["OpportunityId"] != made["OpportunityId"]:
        raise Miss(f"{made} was referred, and {task} accepted another one")
    listed(client, space, account, task)


def referred(space: Space, account: str, made: Any) -> None:
    """Remember what a referral made."""
    space.engagements[made["EngagementId"]] = AWS
    space.invitations[made["EngagementInvitationId"]] = "PENDING"
    if "OpportunityId" in made:
        space.opportunities[made["OpportunityId"]] = account


def convert(client: Client, space: Space) -> None:
    """A lead becomes an opportunity."""
    account = client.random.choice(space.accounts)
    engagement = led(client, space, account)
    about = {"Identifier": engagement, "ContextIdentifier": "1"}
    operation = "StartOpportunityFromEngagementTask"
    task = carried_out(client, space, account, operation, about)
    space.opportunities[task["OpportunityId"]] = account
    space.jobs[task["ResourceSnapshotJobId"]] = account
    listed(client, space, account, task)


def led(client: Client, space: Space, account: str) -> str:
    """An engagement with a lead in it."""
    about = {"Title": "A lead", "Description": "Shared work", "Contexts": [lead()]}
    made = client.partner(space, account, "CreateEngagement", **about)
    space.engagements[made["Id"]] = account
    return str(made["Id"])


def submit(client: Client, space: Space) -> None:
    """An opportunity is submitted, and AWS reviews it."""
    account = client.random.choice(space.accounts)
    made = client.partner(space, account, "CreateOpportunity", **submittable())
    space.opportunities[made["Id"]] = account
    about = {"Identifier": made["Id"], "AwsSubmission": {**CO_SELL, "Visibility": "Full"}}
    operation = "StartEngagementFromOpportunityTask"
    task = carried_out(client, space, account, operation, about)
    space.engagements[task["EngagementId"]] = account
    space.invitations[task["EngagementInvitationId"]] = "?"
    space.jobs[task["ResourceSnapshotJobId"]] = account
    listed(client, space, account, task)
    if client.random.random() < 0.5 and not space.autopilot:
        named = {"Catalog": space.catalog, "OpportunityIdentifier": made["Id"]}
        client.desk(space, "ReviewOpportunity", **named, Outcome="Approved")
        space.invitations[task["EngagementInvitationId"]] = "ACCEPTED"


def prospect(client: Client, space: Space) -> None:
    """AWS looks at two leads, and at one that is not there."""
    account = client.random.choice(space.accounts)
    known = [led(client, space, account) for _ in range(2)]
    about = {"Identifiers": [known[0], UNKNOWN, known[1]], "TaskName": "Spring"}
    operation = "StartProspectingFromEngagementTask"
    task = began(client, space, account, operation, about)
    told = ended(client, space, task["TaskId"])
    outcomes = [one["Status"] for one in told["Steps"]]
    if outcomes != ["DONE", "FAILED", "DONE"]:
        raise Miss(f"prospecting in {space.name} ended as {told}")
    for id in known:
        found = client.partner(space, account, "GetEngagement", Identifier=id)
        types = [one["Type"] for one in found["Contexts"]]
        if types != ["Lead", "ProspectingResult"]:
            raise Miss(f"{id} in {space.name} was prospected once and has {types}")


def stumble(client: Client, space: Space) -> None:
    """The next task that reaches a step ends there."""
    task, step = client.random.choice(FAULTS)
    fault = {"Task": task, "Step": step, "ReasonCode": "InternalError", "Message": PLANTED}
    client.desk(space, "PutTaskFault", **fault, Count=1)


def cut(client: Client, space: Space) -> None:
    """The next calls lose their connection, before or after their effect."""
    when = client.random.choice(("Before", "After", "After"))
    count = client.random.randint(1, 4)
    client.desk(space, "PutFault", Effect="Cut", When=when, Count=count)


def pace(client: Client, space: Space) -> None:
    """Tasks advance otherwise from now on."""
    mode = client.random.choice(("Inline", "Paced", "Paced", "Held"))
    seconds = client.random.choice((0, 0, 60, 600))
    client.desk(space, "PutPace", Mode=mode, StepSeconds=seconds)
