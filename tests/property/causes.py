"""Every event of a walk has its cause, and every cause its events: none without the other, whoever
is told.

Must not know what an act does: the model does, or what the program shows before and after.
"""

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import orjson

from tests.property.leads import Leading
from tests.property.partners import APPROVED, AWS
from tests.subjects import subject

UPDATED = "Opportunity Updated"
SHOWN = "Engagement Resource Snapshot Created"
SUMMARY, FULL_VIEW = "OpportunitySummaryView", "AwsOpportunitySummaryFullView"
SNAPSHOT = re.compile(
    r"/engagement/(eng-\w+)/resource/Opportunity/(O\d+)/template/(\w+)/snapshot/(\d+)"
)
Told: TypeAlias = tuple[str, str, str]  # receiver, type, of what


@dataclass
class Causes:
    """What was told so far, and AWS's summary of each opportunity as it was then."""

    at: Leading
    seen: int = 0
    events: Counter[Told] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)  # in this step
    summaries: dict[str, Any] = field(default_factory=dict)
    revisions: int = 0

    def check(self) -> None:
        """After a step of a walk."""
        self.updated.clear()
        self._look()
        after = self._summarised()
        self._updates_have_their_causes(after)
        self._revisions_have_their_causes(after)
        expected = self._expected()
        assert self.events == expected, (self.events - expected, expected - self.events)
        self.summaries = after
        self.at.changes.clear()
        self.at.by_aws, self.at.many = "", False

    # --- what was told ---------------------------------------------------------------------------

    def _look(self) -> None:
        """Count the events that came since."""
        with self.at.world.store.read() as tx:
            text = "select seq, account, body from outbox where seq > :after order by seq"
            rows = tx.query(text, {"after": self.seen})
        for seq, account, body in rows:
            self.seen = cast("int", seq)
            event = orjson.loads(cast("bytes", body))
            self._ensure_visible(str(account), event)
            type_, what = event["detail-type"], subject(event)
            if found := SNAPSHOT.search(what):
                what = "/".join(found.groups())
            if type_ == UPDATED:
                self.updated[what] += 1
            else:
                self.events[str(account), type_, what] += 1

    def _ensure_visible(self, account: str, event: Any) -> None:
        """Whoever is told of something may see it."""
        at, what = self.at, subject(event)
        type_ = event["detail-type"]
        assert event["detail"]["catalog"] == at.catalog, event
        if type_.startswith("Opportunity"):
            assert at.owns(account, at.opportunities[what]), event
        elif "Invitation" in type_:
            asked = at.invitations[what]
            assert account in (asked.sender, asked.receiver), event
        elif "Snapshot" in type_:
            found = SNAPSHOT.search(what)
            assert found, event
            assert account in at.engagements[found[1]].members, event
            own = at.opportunities[found[2]].owner == account
            assert own or found[3] == SUMMARY, event
        else:
            assert account in at.engagements[what.split("/")[0]].members, event

    # --- opportunities that were updated ---------------------------------------------------------

    def _summarised(self) -> dict[str, Any]:
        """AWS's summary of each opportunity that somebody sees, without nulls."""
        found: dict[str, Any] = {}
        for one in self.at.opportunities.values():
            if one.revealed:
                asked = {"RelatedOpportunityIdentifier": one.id}
                reply = self.at.ask(one.owner, "GetAwsOpportunitySummary", **asked)
                found[one.id] = _pruned(orjson.loads(reply.body))
                del found[one.id]["Catalog"]
        return found

    def _changed(self, after: dict[str, Any]) -> set[str]:
        """Whose summary is another than before the step."""
        before = self.summaries
        return {id for id, one in after.items() if id in before and before[id] != one}

    def _updates_have_their_causes(self, after: dict[str, Any]) -> None:
        """An opportunity changed as often as it is told, or AWS's summary of it did."""
        at, changed = self.at, self._changed(after)
        for id in after:
            told, changes = self.updated[id], at.changes[id]
            expected = changes or int(id in changed)
            fits = told >= expected if at.many else told == expected
            assert fits, (id, told, changes, id in changed, at.opportunities[id])
        assert self.updated.keys() <= after.keys(), self.updated

    # --- revisions -------------------------------------------------------------------------------

    def _revisions_have_their_causes(self, after: dict[str, Any]) -> None:
        """Each shows something new, unless somebody asked for it; and what AWS did is shown."""
        at = self.at
        views: dict[str, Any] = {}
        for row in self._revised():
            engagement, resource, template, revision, body = row
            at.seen.add((engagement, resource))
            for receiver in orjson.loads(body)["TargetMemberAccounts"]:
                if receiver != AWS:
                    arn = f"{engagement}/{resource}/{template}/{revision}"
                    self.events[receiver, SHOWN, arn] -= 1
            if template == FULL_VIEW:
                views[resource] = orjson.loads(body)["Payload"][FULL_VIEW]
            direct = (engagement, resource, revision) in at.direct
            assert direct or self._is_new(row), row[:4]
        assert not [key for key, count in self.events.items() if count and key[1] == SHOWN]
        self.events = +self.events
        assert all(_pruned(view) == after[id] for id, view in views.items()), views
        if at.by_aws in ("say", APPROVED) and not at.many:
            late = self._changed(after) - views.keys()
            missed = {id for id in late if self._has_view(id)}
            assert not missed, (missed, at.by_aws)

    def _has_view(self, id: str) -> bool:
        """Whether AWS shows its own view of an opportunity after what it did."""
        one = self.at.opportunities[id]
        reviewed = bool(one.place) or one.leader in self.at.opportunities  # not that of nobody's
        decided = one.status == APPROVED and reviewed
        return bool(self.at.place_of(one)) and (self.at.by_aws == "say" or decided)

    def _revised(self) -> list[Any]:
        """The revisions that were made since."""
        with self.at.world.store.read() as tx:
            rows = tx.query(
                "select engagement, resource, template, revision, body, seq from snapshot"
                " where seq > :after order by seq",
                {"after": self.revisions},
            )
        self.revisions = max([self.revisions, *(cast("int", row[5]) for row in rows)])
        return [row[:5] for row in rows]

    def _is_new(self, row: Any) -> bool:
        """Whether a revision shows anything else than the one before it."""
        names = ("engagement", "resource", "template", "revision")
        with self.at.world.store.read() as tx:
            digests = tx.query(
                "select digest from snapshot where engagement = :engagement"
                " and resource = :resource and template = :template"
                " and revision in (:revision, :revision - 1)",
                dict(zip(names, row[:4], strict=True)),
            )
        return len({bytes(cast("bytes", one[0])) for one in digests}) == len(digests)

    # --- everything else -------------------------------------------------------------------------

    def _expected(self) -> Counter[Told]:
        """The events that the model explains, but for those of changes and revisions."""
        at, expected = self.at, Counter[Told]()
        for one in at.opportunities.values():
            if one.revealed:
                expected[one.owner, "Opportunity Created", one.id] += 1
        for asked in at.invitations.values():
            acts = {"Created", "Created" if asked.state == "PENDING" else asked.state.capitalize()}
            told = itertools.product({asked.sender, asked.receiver} - {AWS}, acts)
            expected.update((who, f"Engagement Invitation {act}", asked.id) for who, act in told)
        for place in at.engagements.values():
            if place.members[0] != AWS:
                expected[place.members[0], "Engagement Created", place.id] += 1
            for who, count in place.told.items():
                expected[who, "Engagement Updated", place.id] += count
            pairs = itertools.combinations_with_replacement(place.members, 2)
            expected.update(
                (who, "Engagement Member Added", f"{place.id}/{member}")
                for who, member in pairs
                if who != AWS
            )
        return expected


def _pruned(value: Any) -> Any:
    """Without what is null."""
    if isinstance(value, dict):
        return {name: _pruned(item) for name, item in value.items() if item is not None}
    return [_pruned(one) for one in value] if isinstance(value, list) else value
