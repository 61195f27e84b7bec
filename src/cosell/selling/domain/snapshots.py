"""Resource snapshots: what members of an engagement see of an opportunity, revision by revision.

See differences `snapshot.unchanged` and `snapshot.full-view`; what counts as a change: difference
`snapshot.content`.
"""

from typing import NamedTuple, cast

from cosell import ids
from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document
from cosell.originals import orjson, sha256
from cosell.selling import AWS, Kind, Path, Template, object_at, related, text_at
from cosell.selling.domain import engagements
from cosell.selling.domain.event_messages import tell_of_snapshot
from cosell.selling.rules import enforce
from cosell.selling.rules import find as rows
from cosell.selling.rules import resource_snapshots as rules
from cosell.selling.views import (
    ASSOCIATIONS,
    SNAPSHOTS,
    Place,
    association_row,
    snapshot_row,
)
from cosell.store import Row, Tx, Value, documents, late, named
from cosell.store.documents import Stored
from cosell.store.statements import statements

RESOURCE_TYPE = "Opportunity"
_PROJECT = (
    "DeliveryModels",
    "ExpectedCustomerSpend",
    "ExpectedContractDuration",
    "CustomerUseCase",
    "SalesActivities",
    "OtherSolutionDescription",
)
_LIFE_CYCLE = ("TargetCloseDate", "ReviewStatus", "Stage", "NextSteps")
_WHOLE = (
    "OpportunityType",
    "OpportunityTeam",
    "PrimaryNeedsFromAws",
    "Customer",
    "RelatedEntityIdentifiers",
)


class Target(NamedTuple):
    """What is shown where: an engagement, a resource and a template."""

    engagement: str
    resource: str
    template: str


def target_of(document: Document, paths: tuple[Path, Path, Path]) -> Target:
    """The target that a request or a document names: where its engagement, its resource and its
    template stand in it."""
    return Target(*(text_at(document, path) for path in paths))


def ensure_template(name: str) -> None:
    """A template that a partner can use, or ValidationException."""
    enforce(rules.TEMPLATE, rules.Wanted(name))


class Draft(NamedTuple):
    """What the next revision would be: where, who makes it, its payload and the digest of that, and
    which account alone sees it ('' if every member does); and the latest revision that there is."""

    target: Target
    author: str
    payload: Document
    digest: bytes
    audience: str
    latest: int
    latest_digest: bytes | None

    @property
    def differs(self) -> bool:
        """Whether it shows anything new."""
        return self.digest != self.latest_digest


class _Shown(NamedTuple):
    """What members see `of` a document: the payload of a revision, and its digest."""

    of: Document
    payload: Document
    digest: bytes


def draft(call: Call, tx: Tx, target: Target, opportunity: Stored) -> Draft:
    """The opportunity as members would see it, beside what they see of it."""
    shown, digest = _shown(tx, opportunity)
    return Draft(target, opportunity.owner, shown, digest, "", *_latest(call, tx, target))


def _shown(tx: Tx, opportunity: Stored) -> tuple[Document, bytes]:
    """What members see of an opportunity, and the digest of that: made once of what it is, for
    however many jobs show it, and wherever."""
    row, document = named.shown(opportunity.ns, opportunity.id), opportunity.document
    known = cast("_Shown | None", tx.kept and tx.kept.of(row))
    if known is not None and known.of is document:
        return known.payload, known.digest
    summary = _summary(document)
    made = _Shown(document, {"OpportunitySummary": summary}, _digest(summary))
    if tx.kept is not None:
        tx.kept.keep(row, made)
    return made.payload, made.digest


def create(call: Call, tx: Tx, target: Target, opportunity: Stored) -> None:
    """The next revision, if there is anything new to show."""
    made = draft(call, tx, target, opportunity)
    if made.differs:
        write(call, tx, made)


def renew(call: Call, tx: Tx, engagement: str, opportunity: Stored) -> None:
    """The service itself makes a revision of what is new in an engagement ('' for none), whatever
    the owner's job and role are. The first is the owner's to make: it shows what there is then."""
    if engagement:
        made = draft(call, tx, Target(engagement, opportunity.id, Template.SUMMARY), opportunity)
        if made.latest and made.differs:
            write(call, tx, made)


def draft_of_aws(
    call: Call, tx: Tx, engagement: str, opportunity: Stored, summary: Document
) -> Draft:
    """AWS's own view of an opportunity as its summary would make it, beside the latest; the
    opportunity's owner alone sees it."""
    target = Target(engagement, opportunity.id, Template.AWS_FULL)
    shown: Document = {"AwsOpportunitySummaryFullView": summary}
    latest = _latest(call, tx, target)
    return Draft(target, AWS, shown, _sum(summary), opportunity.owner, *latest)


def _latest(call: Call, tx: Tx, target: Target) -> tuple[int, bytes | None]:
    """The number and the digest of the newest revision; 0 and None if there is none."""
    revisions = named.revisions(call.ns, target)
    if tx.kept is not None and (known := tx.kept.of(revisions)) is not None:
        return cast("tuple[int, bytes]", known)
    asked: dict[str, Value] = {"ns": call.ns, **target._asdict()}
    found = late.rows_of(tx, [revisions], statements()["latest_digest"], asked)
    return cast("tuple[int, bytes]", found[0]) if found else (0, None)


def write(call: Call, tx: Tx, draft: Draft) -> int:
    """The draft is a revision from now on, for those who are members now; answers its number."""
    target, audience, revision = draft.target, draft.audience, draft.latest + 1
    targets = [audience]
    if not audience:
        targets = [member.account for member in engagements.members(call, tx, target.engagement)]
    seq = tx.number("seq")
    row: dict[str, Value] = {
        "ns": call.ns,
        **target._asdict(),
        "revision": revision,
        "seq": seq,
        "created_at": call.now,
        "created_by": draft.author,
        "digest": draft.digest,
        "body": orjson.dumps({"Payload": draft.payload, "TargetMemberAccounts": targets}),
    }
    revisions = named.revisions(call.ns, target)
    late.add(tx, revisions, statements()["insert_snapshot"], row)
    if tx.kept is not None:
        tx.kept.keep(revisions, (revision, draft.digest))
    made: Document = {
        "Arn": arn(call.catalog, target, revision),
        "Catalog": call.catalog,
        "CreatedBy": draft.author,
        "EngagementId": target.engagement,
        "ResourceId": target.resource,
        "ResourceSnapshotTemplateName": target.template,
        "ResourceType": RESOURCE_TYPE,
        "Revision": revision,
    }
    place = Place(call.ns, seq, call.now)
    documents.show(tx, SNAPSHOTS, snapshot_row(place, audience, made))
    if revision == 1 and not audience:
        for account in targets:
            if account != AWS:
                documents.show(tx, ASSOCIATIONS, association_row(place, account, made))
    tell_of_snapshot(call, tx, made, targets, targets)
    return revision


def read(call: Call, tx: Tx, target: Target, revision: int | None) -> Document:
    """One revision, or the latest, as GetResourceSnapshot answers it."""
    row: Row | None
    if revision is None:
        row = tx.one("latest_snapshot", ns=call.ns, **target._asdict())
    else:
        row = tx.one("find_snapshot", ns=call.ns, revision=revision, **target._asdict())
    row = rows.ensure(rows.SNAPSHOT, row)
    return {**_named(call, target, row), **orjson.loads(cast("bytes", row[3]))}


def _named(call: Call, target: Target, row: Row) -> Document:
    """A revision without what it shows."""
    revision, created_at, created_by = cast("tuple[int, int, str]", row[:3])
    return {
        "Catalog": call.catalog,
        "Arn": arn(call.catalog, target, revision),
        "CreatedAt": iso(created_at),
        "CreatedBy": created_by,
        "EngagementId": target.engagement,
        "ResourceId": target.resource,
        "ResourceSnapshotTemplateName": target.template,
        "ResourceType": RESOURCE_TYPE,
        "Revision": revision,
    }


def listed(call: Call, tx: Tx, id: str) -> Stored:
    """A row of the list of snapshots, by its ARN, as if it had a document."""
    target, revision = _read_arn(id)
    row = tx.one("find_snapshot", ns=call.ns, revision=revision, **target._asdict())
    if row is None:
        raise LookupError(f"{id} is listed in namespace {call.ns} and absent")
    document, owner = _named(call, target, row), str(row[2])
    return Stored(call.ns, Kind.SNAPSHOT, id, call.catalog, owner, 1, 0, document)


def associated(call: Call, tx: Tx, id: str) -> Stored:
    """A row of the list of associations, by its engagement and resource, as if it had a
    document."""
    engagement, resource = id.split("/")
    owner = documents.get(tx, call.ns, Kind.OPPORTUNITY, resource).owner
    document: Document = {
        "Catalog": call.catalog,
        "CreatedBy": owner,
        "EngagementId": engagement,
        "ResourceId": resource,
        "ResourceType": RESOURCE_TYPE,
    }
    return Stored(call.ns, Kind.ASSOCIATION, id, call.catalog, owner, 1, 0, document)


def arn(catalog: str, target: Target, revision: int) -> str:
    """`…::catalog/X/engagement/…/resource/Opportunity/…/template/…/snapshot/N`, as observed."""
    path = (
        f"engagement/{target.engagement}/resource/{RESOURCE_TYPE}/{target.resource}"
        f"/template/{target.template}/snapshot/{revision}"
    )
    return ids.arn("", catalog, path)


def _read_arn(arn: str) -> tuple[Target, int]:
    """The target and the revision that an ARN of ours names."""
    parts = arn.split("/")
    return Target(parts[3], parts[6], parts[8]), int(parts[10])


def _summary(opportunity: Document) -> Document:
    project, life = object_at(opportunity, "Project"), object_at(opportunity, "LifeCycle")
    shown = {name: opportunity[name] for name in _WHOLE if name in opportunity}
    return {
        **shown,
        "Lifecycle": {name: life[name] for name in _LIFE_CYCLE if name in life},
        "Project": {name: project[name] for name in _PROJECT if name in project},
    }


def _digest(payload: Document) -> bytes:
    entities = object_at(payload, "RelatedEntityIdentifiers")
    kept = {type: value for type, value in entities.items() if type not in related.OFFERS}
    return _sum({**payload, "RelatedEntityIdentifiers": kept})


def _sum(payload: Document) -> bytes:
    return sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).digest()
