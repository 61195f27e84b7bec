"""What a seed decides: the namespaces, what each client does, and what is done to the server.

Everything is drawn here, before anything runs; timing alone differs when a seed is run again. Must
not know how any of it is done.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.chaos import deals, errands, tasks
from tests.chaos.client import Client
from tests.chaos.memory import Space
from tests.chaos.points import ANY, MOMENTS, Death, Whom, steps
from tests.harness import ACCOUNT, OTHER

Scripts = tuple[tuple[int, tuple[str, ...]], ...]
Run = Callable[[Client, Space], Space | None]
WHOM: tuple[Whom, ...] = ("worker", "worker", "worker", "both", "both", "main")
PAUSE_MS_MAX = 150
DELAY_MS_MAX = 20
CALLS_APART_MAX = 45
NET_SHARE = 0.25
LATER_MS_MAX = 8.0  # after a commit point: amid what follows it
ANY_SHARE, ANY_MAX = 0.4, 80  # of deaths: at a commit that is counted, not named


@dataclass(frozen=True)
class Story:
    """What a client does from beginning to end, how often it is chosen, and the names of what it
    commits."""

    run: Run
    weight: int
    commits: tuple[str, ...]


def _task(operation: str) -> tuple[str, ...]:
    """A kind of task: its start, and its steps where they are taken one by one."""
    return operation, *(one for one in steps() if one.startswith(f"due {operation} "))


_ACCEPT = _task("StartEngagementByAcceptingInvitationTask")
_HELP = ("AdvanceClock", "AdvanceClock arrives", "AdvanceTask")
ALWAYS = ("setting", "PutSellingSystemSettings", "PutPace", "CreateOpportunity")
AUTOPILOT = ("PutAutopilot", "due autopilot-review")
STORIES: dict[str, Story] = {
    "accept": Story(tasks.accept, 5, ("ReferOpportunity", *_ACCEPT, *_HELP)),
    "convert": Story(
        tasks.convert, 3, ("CreateEngagement", *_task("StartOpportunityFromEngagementTask"))
    ),
    "submit": Story(
        tasks.submit,
        4,
        (
            "CreateOpportunity",
            *_task("StartEngagementFromOpportunityTask"),
            "ReviewOpportunity",
            "due autopilot-review",
        ),
    ),
    "prospect": Story(
        tasks.prospect, 2, ("CreateEngagement", *_task("StartProspectingFromEngagementTask"))
    ),
    "stumble": Story(tasks.stumble, 1, ("PutTaskFault",)),
    "pace": Story(tasks.pace, 2, ("PutPace",)),
    "cut": Story(tasks.cut, 1, ("PutFault", "a fault is met")),
    "edit": Story(deals.edit, 4, ("UpdateOpportunity",)),
    "invite": Story(
        deals.invite,
        3,
        (
            "CreateEngagementInvitation",
            "AcceptEngagementInvitation",
            "RejectEngagementInvitation",
        ),
    ),
    "share": Story(
        deals.share,
        2,
        ("CreateResourceSnapshotJob", "StartResourceSnapshotJob", "UpdateOpportunity"),
    ),
    "tag": Story(deals.tag, 1, ("TagResource", "UntagResource")),
    "advance": Story(deals.advance, 2, ("AdvanceClock", "AdvanceClock arrives")),
    "walk": Story(deals.walk, 2, ()),
    "copy": Story(deals.copy, 1, ("ForkNamespace", "LoadNamespace")),
    "reset": Story(deals.reset, 1, ("ResetNamespace", "sweep")),
    "work": Story(
        errands.work,
        1,
        (
            "CreateResourceSnapshot",
            "AssociateOpportunity",
            "DisassociateOpportunity",
            "AssignOpportunity",
            "StopResourceSnapshotJob",
            "DeleteResourceSnapshotJob",
            "SubmitOpportunity",
            "UpdateAwsOpportunitySummary",
            "UpdatePartnerOpportunity",
        ),
    ),
    "contexts": Story(
        errands.contexts,
        1,
        ("CreateEngagementContext", "UpdateEngagementContext", "AnswerInvitation"),
    ),
    "switches": Story(
        errands.switches,
        1,
        (
            "PutClock",
            "PutQuotas",
            "PutPartner",
            "PutSolution",
            "PutEstimate",
            "DeleteEstimate",
            "DeleteFault",
            "PutProspectingResult",
            "DeleteProspectingResult",
            "ReferLead",
            "UpdateLead",
            "PutLag",
            "ForgetToken",
        ),
    ),
    "autopilot": Story(
        errands.autopilot,
        1,
        (
            "PutAutopilot",
            "DeleteAutopilot",
            "due autopilot-refer",
            "due autopilot-answer",
        ),
    ),
    "late": Story(errands.late, 1, ("PutProfile", "due event-delivery")),
    "delete": Story(errands.delete, 1, ("DeleteNamespace",)),
    "expire": Story(deals.expire, 1, ("due invitation-expiry", "AdvanceClock arrives")),
}
POINTS = sorted(
    {*ALWAYS, *AUTOPILOT, *(name for story in STORIES.values() for name in story.commits)}
)
# What each seed in turn lets somebody die of, beside what it draws.
AIMS = [(name, moment) for name in POINTS for moment in MOMENTS]


@dataclass(frozen=True)
class Place:
    """A namespace as it is made: its catalog, its pace and what lies between steps, and how long
    AWS takes to review by itself (None: it does not)."""

    name: str
    catalog: str
    pace: str
    step_s: int
    review_s: int | None
    accounts: tuple[str, ...] = (ACCOUNT, OTHER)


@dataclass(frozen=True)
class Trouble:
    """What is done to a server so many answers after the last trouble, and a moment later; `which`
    of several it is."""

    act: str
    whom: Whom
    which: int
    after_calls: int
    delay_ms: float
    lasts_ms: float

    def __str__(self) -> str:
        lasting = ("pause", "lock", "hold", "freeze worker")
        lasts = f" for {self.lasts_ms:.0f} ms" if self.act in lasting else ""
        when = f"{self.after_calls} answers and {self.delay_ms:.1f} ms later"
        return f"{when}: {self.act} {self.whom} {self.which}{lasts}"


@dataclass(frozen=True)
class Plan:
    """All that a seed decides. `scripts` has for each client its place and its stories; `net` is
    whether workers look for what everybody has forgotten, which hides it if something is."""

    seed: int
    places: tuple[Place, ...]
    scripts: Scripts
    deaths: tuple[Death, ...]
    troubles: tuple[Trouble, ...]
    net: bool = True

    def told(self) -> str:
        """The plan in words, for who runs the seed again."""
        lines = [f"seed {self.seed}, {'with' if self.net else 'without'} the workers' net"]
        lines += [
            f"  namespace {one.name}: catalog {one.catalog}, pace {one.pace}, {one.step_s} s,"
            f" AWS's review {'by hand' if one.review_s is None else f'after {one.review_s} s'}"
            for one in self.places
        ]
        lines += [
            f"  client {number} in {self.places[place].name}: {', '.join(names)}"
            for number, (place, names) in enumerate(self.scripts, 1)
        ]
        lines += [f"  {one}" for one in self.deaths]
        return "\n".join([*lines, *(f"  {one}" for one in self.troubles)])


def drawn(seed: int, acts: tuple[str, ...]) -> Plan:
    """The plan of a seed; `acts` is what can be done to the server that it is for."""
    random = Random(f"chaos {seed}")
    places = tuple(_place(random, number) for number in range(random.choice((1, 2, 2))))
    count = random.choice((2, 3, 3, 4))
    scripts = tuple((number % len(places), _script(random)) for number in range(count))
    name, moment = AIMS[seed % len(AIMS)]
    places, scripts = _on_the_way(random, name, places), _going_to(random, name, scripts)
    reached = _reached(places, scripts)
    deaths = (
        Death(name, moment, random.choice(WHOM)),
        *(_death(random, reached) for _ in range(random.randint(2, 5))),
    )
    troubles = tuple(_trouble(random, acts) for _ in range(random.randint(2, 5)))
    return Plan(seed, places, scripts, deaths, troubles, random.random() < NET_SHARE)


def _on_the_way(random: Random, name: str, places: tuple[Place, ...]) -> tuple[Place, ...]:
    """The first place is one where something of that name is committed."""
    first = places[0]
    if name.startswith("due Start"):
        first = replace(first, pace="Paced", step_s=random.choice((0, 600)))
    elif name in AUTOPILOT:
        first = replace(first, review_s=random.choice((0, 900)))
    return first, *places[1:]


def _going_to(random: Random, name: str, scripts: Scripts) -> Scripts:
    """The first client, which is in the first place, has a story that commits it."""
    stories = [one for one, story in STORIES.items() if name in story.commits]
    if not stories:
        return scripts
    (place, names), *others = scripts
    at = random.randrange(len(names))
    return (place, (*names[:at], random.choice(stories), *names[at + 1 :])), *others


def _place(random: Random, number: int) -> Place:
    pace, step_s = random.choice(
        (("Inline", 0), ("Paced", 0), ("Paced", 0), ("Paced", 600), ("Held", 0))
    )
    review_s = random.choice((None, None, 0, 900))
    return Place(f"place-{number + 1}", random.choice(("AWS", "Sandbox")), pace, step_s, review_s)


def _script(random: Random) -> tuple[str, ...]:
    names, weights = list(STORIES), [story.weight for story in STORIES.values()]
    return tuple(random.choices(names, weights, k=random.randint(3, 6)))


def _reached(places: tuple[Place, ...], scripts: Scripts) -> list[str]:
    """The names of what clients commit, and of steps where those are taken one by one."""
    paced = {number for number, one in enumerate(places) if one.pace == "Paced"}
    told = {
        commit
        for place, names in scripts
        for name in names
        for commit in STORIES[name].commits
        if place in paced or not commit.startswith("due Start")
    }
    automatic = any(one.review_s is not None for one in places)
    return sorted({*ALWAYS, *(AUTOPILOT if automatic else ()), *told})


def _death(random: Random, reached: list[str]) -> Death:
    moment, whom = random.choice(MOMENTS), random.choice(WHOM)
    later_ms = random.choice((0.0, random.uniform(0, LATER_MS_MAX)))
    if random.random() < ANY_SHARE:
        return Death(ANY, moment, whom, random.randint(1, ANY_MAX), later_ms)
    return Death(random.choice(reached), moment, whom, random.choice((1, 1, 2, 3)), later_ms)


def _trouble(random: Random, acts: tuple[str, ...]) -> Trouble:
    return Trouble(
        random.choice(acts),
        random.choice(WHOM),
        random.randint(1, 2),
        random.randint(1, CALLS_APART_MAX),
        random.uniform(0, DELAY_MS_MAX),
        random.uniform(0, PAUSE_MS_MAX),
    )


def begin(client: Client, place: Place) -> Space:
    """Make a namespace as it is planned: its pace, the roles of its jobs, what all update."""
    space = Space(place.name, place.catalog, place.accounts)
    client.desk(space, "PutPace", Mode=place.pace, StepSeconds=place.step_s)
    if place.review_s is not None:
        space.autopilot = True
        rule = {"Act": "Review", "Outcome": "Approved", "DelaySeconds": place.review_s}
        client.desk(space, "PutAutopilot", **rule)
    for account in space.accounts:
        role: dict[str, Any] = {"ResourceSnapshotJobRoleIdentifier": "Snapshots"}
        client.partner(space, account, "PutSellingSystemSettings", **role)
        space.boards[account] = deals.create(client, space, account)
    return space
