"""What must be true in the end of what the database keeps, whatever died on the way.

Asked of the database itself, in SQL that any of them understands. Must not know what the database
is, nor how clients asked.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from tests.chaos.ground import Ground
from tests.chaos.memory import AWS, Miss, Space
from tests.chaos.tasks import PLANTED
from tests.subjects import subject

_TASKS = {
    "engagement-by-accepting-invitation-task",
    "opportunity-from-engagement-task",
    "engagement-from-opportunity-task",
    "prospecting-from-engagement-task",
}
_IN_NAMESPACES = (
    "document", "task_view", "prospecting_view", "invitation_view", "opportunity_view",
    "engagement_view", "job_view", "snapshot_view", "member", "snapshot", "ledger", "agenda",
    "outbox",
)  # fmt: skip
Documents = dict[str, dict[str, Any]]
Rows = Callable[..., list[tuple[Any, ...]]]


class Kept:
    """One namespace as the database has it."""

    def __init__(self, ground: Ground, name: str) -> None:
        self.name = name
        found = ground.rows("select ns from namespace where name = :name", name=name)
        if not found:
            raise Miss(f"there is no namespace {name} any more")
        self._ground, (self.ns,) = ground, found[0]
        self.of: Documents = {}
        for kind, id, body in self.rows("select kind, id, body from document where ns = :ns"):
            self.of.setdefault(kind, {})[id] = orjson.loads(bytes(body))

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        return self._ground.rows(text, ns=self.ns)

    def ids(self, kind: str) -> dict[str, Any]:
        return self.of.get(kind, {})

    @property
    def tasks(self) -> dict[str, Any]:
        return {id: one for kind in _TASKS for id, one in self.ids(kind).items()}

    def same(self, what: str, found: Iterable[Any], expected: Iterable[Any]) -> None:
        """`Miss` unless both have the same, as often."""
        have, wanted = Counter([*found]), Counter([*expected])
        if have != wanted:
            more, less = sorted(map(str, have - wanted)), sorted(map(str, wanted - have))
            raise Miss(f"{self.name}, {what}: more than there should be {more}, lacking {less}")


def check_kept(ground: Ground, spaces: Iterable[Space]) -> None:
    """Everything that must be true of what is kept."""
    ground.ensure_sound()
    _nothing_is_nobodys(ground)
    for space in spaces:
        kept = Kept(ground, space.name)
        _nothing_is_overdue(kept, space)
        _what_waits_is_planned(kept, space)
        _tasks_made_everything_once(kept)
        _views_show_what_there_is(kept)
        _revisions_have_no_gaps(kept)
        if not space.late:
            _events_have_causes(kept)
        if space.whole:
            _nothing_was_made_that_nobody_knows(kept, space)


def _nothing_is_nobodys(ground: Ground) -> None:
    """Rows are a namespace's, or of one that was retired and is not swept yet."""
    known = {ns for (ns,) in ground.rows("select ns from namespace")}
    known |= {ns for (ns,) in ground.rows("select ns from retired")}
    for table in _IN_NAMESPACES:
        there = {ns for (ns,) in ground.rows(f"select distinct ns from {table}")}
        if there - known:
            raise Miss(f"{table} has rows of namespaces that are no more: {there - known}")


def _nothing_is_overdue(kept: Kept, space: Space) -> None:
    """What came due while servers ran was done; a clock that runs brings more when none does."""
    due = kept.rows("select due_at, kind, ref from agenda where ns = :ns order by due_at")
    overdue = [one for one in due if one[0] <= space.settled or one[1] == "task-step"]
    if overdue:
        raise Miss(f"{kept.name}: overdue at {space.settled}: {overdue}")


def _what_waits_is_planned(kept: Kept, space: Space) -> None:
    """An invitation that can expire will, and what AWS is to review by itself it will: each has one
    entry in the agenda, and nothing else has."""
    planned = kept.rows(
        "select kind, ref from agenda where ns = :ns"
        " and kind in ('invitation-expiry', 'autopilot-review')"
    )
    waiting = [
        ("invitation-expiry", id)
        for id, one in kept.ids("engagement-invitation").items()
        if one["Status"] == "PENDING" and "ExpirationDate" in one
    ]
    if space.autopilot:
        waiting += [
            ("autopilot-review", id)
            for id, one in kept.ids("opportunity").items()
            if one["LifeCycle"]["ReviewStatus"] == "Submitted"
        ]
    kept.same("what waits", planned, waiting)


def _tasks_made_everything_once(kept: Kept) -> None:
    """Each task has ended, and what it names is there; no two tasks made the same."""
    ended = {"COMPLETE", "COMPLETED", "FAILED"}
    strange = [one for one in kept.tasks.values() if one["TaskStatus"] not in ended]
    strange += [one for one in kept.tasks.values() if one.get("Message", PLANTED) != PLANTED]
    if strange:
        raise Miss(f"{kept.name}: tasks that did not end as they should: {strange}")
    # A task that failed hands what it made over to the one that goes on.
    last = [one for one in kept.tasks.values() if "resumed_by" not in one]
    done = [one for one in last if one["TaskStatus"] == "COMPLETE"]
    for member, kind in (
        ("ResourceSnapshotJobId", "resource-snapshot-job"),
        ("OpportunityId", "opportunity"),
        ("EngagementInvitationId", "engagement-invitation"),
    ):
        made = Counter(one[member] for one in done if member in one)
        twice = {id: count for id, count in made.items() if count > 1 or id not in kept.ids(kind)}
        if twice:
            raise Miss(f"{kept.name}: made by several tasks, or by none: {kind} {twice}")
    jobs = kept.ids("resource-snapshot-job")
    still = [
        one["TaskId"] for one in done if jobs[one["ResourceSnapshotJobId"]]["Status"] != "Running"
    ]
    if still:
        raise Miss(f"{kept.name}: the jobs of these tasks stand still: {still}")
    _invitations_have_one_task(kept)
    _prospecting_found_once(kept)


def _invitations_have_one_task(kept: Kept) -> None:
    """Whoever accepted by a task did so once."""
    tasks = kept.ids("engagement-by-accepting-invitation-task")
    for id, one in tasks.items():
        if one["TaskStatus"] == "COMPLETE":
            invitation = kept.ids("engagement-invitation")[one["EngagementInvitationId"]]
            by = invitation.get("accepted_by")
            if invitation["Status"] != "ACCEPTED" or (
                by != id and tasks[by].get("resumed_by") is None
            ):
                raise Miss(f"{kept.name}: {one} did not accept {invitation}")


def _prospecting_found_once(kept: Kept) -> None:
    """Each engagement that was prospected has one result for each time."""
    found: Counter[str] = Counter()
    for one in kept.ids("prospecting-from-engagement-task").values():
        found.update(
            each["EngagementIdentifier"]
            for each in one["Engagements"]
            if each["Status"] == "COMPLETED"
        )
    for id, engagement in kept.ids("engagement").items():
        results = [
            one for one in engagement.get("Contexts", []) if one["Type"] == "ProspectingResult"
        ]
        if len(results) != found[id]:
            raise Miss(f"{kept.name}: {id} was prospected {found[id]} times: {results}")


def _views_show_what_there_is(kept: Kept) -> None:
    """Whoever is to see something has one row of it."""
    member = kept.rows("select engagement, account from member where ns = :ns")
    kept.same(
        "engagements that members see",
        kept.rows("select id, account from engagement_view where ns = :ns"),
        [one for one in member if one[1] != AWS],
    )
    kept.same(
        "rows of tasks",
        kept.rows("select id from task_view where ns = :ns")
        + kept.rows("select id from prospecting_view where ns = :ns"),
        [(id,) for id in kept.tasks],
    )
    jobs = kept.ids("resource-snapshot-job")
    kept.same(
        "rows of jobs", kept.rows("select id from job_view where ns = :ns"), [(id,) for id in jobs]
    )
    seen = kept.rows("select id, account, participant, status from invitation_view where ns = :ns")
    kept.same("rows of invitations", seen, _participants(kept))
    opportunities = kept.rows(
        "select id, account, review_status from opportunity_view where ns = :ns"
    )
    owners = dict(
        kept.rows("select id, owner from document where ns = :ns and kind = 'opportunity'")
    )
    kept.same(
        "rows of opportunities",
        opportunities,
        [
            (id, owners[id], one["LifeCycle"]["ReviewStatus"])
            for id, one in kept.ids("opportunity").items()
            if id not in hidden(kept)
        ],
    )


def _participants(kept: Kept) -> list[tuple[str, str, str, str]]:
    """Sender and receiver of each invitation, where they are partners, and what they see."""
    return [
        (id, account, part, one["Status"])
        for id, one in kept.ids("engagement-invitation").items()
        for account, part in (
            (one["SenderAwsAccountId"], "SENDER"),
            (one["Receiver"]["Account"]["AwsAccountId"], "RECEIVER"),
        )
        if account != AWS
    ]


def hidden(kept: Kept) -> set[str]:
    """Opportunities that AWS referred and whose owners have not accepted them."""
    tasks = kept.ids("engagement-by-accepting-invitation-task").values()
    accepted = {one["OpportunityId"] for one in tasks if one.get("created")}
    asked = kept.ids("engagement-invitation").values()
    return {one["referral"] for one in asked if "referral" in one} - accepted


def _revisions_have_no_gaps(kept: Kept) -> None:
    """Revisions are numbered from 1, each shows something else than the one before, and has its
    row in the list."""
    rows = kept.rows(
        "select engagement, resource, template, revision, digest from snapshot where ns = :ns"
        " order by engagement, resource, template, revision"
    )
    last: dict[tuple[Any, ...], tuple[int, bytes]] = {}
    for *what, revision, digest in rows:
        number, shown = last.get(tuple(what), (0, b""))
        if revision != number + 1 or bytes(digest) == shown:
            raise Miss(f"{kept.name}: revision {revision} of {what} follows {number}")
        last[tuple(what)] = revision, bytes(digest)
    listed = kept.rows("select engagement, resource, template from snapshot_view where ns = :ns")
    kept.same("rows of revisions", listed, [tuple(one[:3]) for one in rows])


def _events_have_causes(kept: Kept) -> None:
    """Each event has its cause, and each cause its event, once for each who is told."""
    events: Counter[tuple[str, str, str]] = Counter()
    ids: Counter[str] = Counter()
    for account, body in kept.rows("select account, body from outbox where ns = :ns"):
        event = orjson.loads(bytes(body))
        ids[event["id"]] += 1
        events[account, event["detail-type"], subject(event).rpartition("/engagement/")[2]] += 1
    if any(count > 1 for count in ids.values()):
        raise Miss(f"{kept.name}: an event has an id that is another one's")
    told = {
        key: count
        for key, count in events.items()
        if key[1] not in ("Opportunity Updated", "Engagement Updated")
    }
    kept.same("events", Counter(told).elements(), _expected(kept).elements())


def _expected(kept: Kept) -> Counter[tuple[str, str, str]]:
    """The events that what is there explains, but for those of changes."""
    expected: Counter[tuple[str, str, str]] = Counter(_shown(kept))
    for id, account in kept.rows("select id, account from opportunity_view where ns = :ns"):
        expected[account, "Opportunity Created", id] += 1
    for id, account, _, status in _participants(kept):
        acts = {"Created"} | ({status.capitalize()} - {"Pending"})
        expected.update((account, f"Engagement Invitation {act}", id) for act in acts)
    members = kept.rows(
        "select engagement, account from member where ns = :ns order by engagement, joined_at, seq"
    )
    places: dict[str, list[str]] = {}
    for engagement, account in members:
        places.setdefault(engagement, []).append(account)
    for id, inside in places.items():
        if inside[0] != AWS:
            expected[inside[0], "Engagement Created", id] += 1
        pairs = itertools.combinations_with_replacement(inside, 2)
        expected.update(
            (who, "Engagement Member Added", f"{id}/{account}")
            for who, account in pairs
            if who != AWS
        )
    return expected


def _shown(kept: Kept) -> Iterator[tuple[str, str, str]]:
    """The events of revisions: each remembers for whom it was made."""
    rows = kept.rows(
        "select engagement, resource, template, revision, body from snapshot where ns = :ns"
    )
    for engagement, resource, template, revision, body in rows:
        what = (
            f"{engagement}/resource/Opportunity/{resource}/template/{template}/snapshot/{revision}"
        )
        for account in orjson.loads(bytes(body))["TargetMemberAccounts"]:
            if account != AWS:
                yield account, "Engagement Resource Snapshot Created", what


def _nothing_was_made_that_nobody_knows(kept: Kept, space: Space) -> None:
    """What there is, is what clients were told, and what tasks made that nobody polled."""
    tasks = kept.tasks
    kept.same("tasks", tasks, space.tasks)
    made = {one["OpportunityId"] for one in tasks.values() if one.get("created")}
    kept.same("opportunities", kept.ids("opportunity"), {*space.opportunities, *made})
    kept.same("engagements", kept.ids("engagement"), space.engagements)
    kept.same("invitations", kept.ids("engagement-invitation"), space.invitations)
    jobs = {
        one["ResourceSnapshotJobId"] for one in tasks.values() if "ResourceSnapshotJobId" in one
    }
    kept.same("jobs", kept.ids("resource-snapshot-job"), {*space.jobs, *jobs})
    bound = kept.rows("select account, operation, token from ledger where ns = :ns")
    # At the desk whoever asks has one account, whichever that is.
    told = [(one.operation, one.token) for one in space.said if one.token]
    kept.same("tokens", [one[1:] for one in bound], told)
