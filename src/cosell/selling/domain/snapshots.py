"""Resource snapshots: what members of an engagement see of an opportunity, revision by revision.

Source: domain rules D19 to D22; what counts as a change: decisions-operations, section 4.
"""

import hashlib
from typing import NamedTuple, cast

import orjson

from cosell import ids
from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document
from cosell.errors import FieldError, ResourceNotFoundException, business_refused
from cosell.selling import AWS, Path, Template, object_at, text_at
from cosell.selling.domain import engagements
from cosell.selling.domain.telling import tell_of_snapshot
from cosell.selling.views import (
    ASSOCIATIONS,
    SNAPSHOTS,
    Place,
    association_row,
    snapshot_row,
)
from cosell.store import Row, Tx, documents
from cosell.store.documents import Stored

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
_OFFERS = ("AwsMarketplaceOffers", "AwsMarketplaceOfferSets")  # a change of these is none


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
    field = "resourceSnapshotTemplateIdentifier"
    if name == Template.AWS_FULL:
        message = "Only AWS makes snapshots with this template"
        raise business_refused(FieldError(field, "ACTION_NOT_PERMITTED", message))
    if name != Template.SUMMARY:
        message = f"There is no such template; use {Template.SUMMARY}"
        raise business_refused(FieldError(field, "INVALID_VALUE", message))


def create(call: Call, tx: Tx, target: Target, opportunity: Stored, *, always: bool) -> int:
    """The next revision; unless `always`, only if the content differs. Answers the latest one."""
    payload = _summary(opportunity.document)
    digest = _digest(payload)
    row = tx.one("latest_snapshot", ns=call.ns, **target._asdict())
    revision, latest = (cast("int", row[0]), row[3]) if row else (0, None)
    if latest == digest and not always:
        return revision
    targets = [member.account for member in engagements.members(call, tx, target.engagement)]
    body: Document = {
        "Payload": {"OpportunitySummary": payload},
        "TargetMemberAccounts": [*targets],
    }
    seq = tx.number("seq")
    tx.run(
        "insert_snapshot",
        ns=call.ns,
        **target._asdict(),
        revision=revision + 1,
        seq=seq,
        created_at=call.now,
        created_by=opportunity.owner,
        digest=digest,
        body=orjson.dumps(body),
    )
    made: Document = {
        "Arn": arn(call.catalog, target, revision + 1),
        "Catalog": call.catalog,
        "CreatedBy": opportunity.owner,
        "EngagementId": target.engagement,
        "ResourceId": target.resource,
        "ResourceSnapshotTemplateName": target.template,
        "ResourceType": RESOURCE_TYPE,
        "Revision": revision + 1,
    }
    place = Place(call.ns, seq, call.now)
    documents.show(tx, SNAPSHOTS, snapshot_row(place, "", made))
    if not revision:
        for account in targets:
            if account != AWS:
                documents.show(tx, ASSOCIATIONS, association_row(place, account, made))
    tell_of_snapshot(call, tx, made, targets, targets)
    return revision + 1


def differs(call: Call, tx: Tx, target: Target, opportunity: Stored) -> bool:
    """Whether the opportunity is not as its latest snapshot shows it."""
    row = tx.one("latest_snapshot", ns=call.ns, **target._asdict())
    return row is None or row[3] != _digest(_summary(opportunity.document))


def read(call: Call, tx: Tx, target: Target, revision: int | None) -> Document:
    """One revision, or the latest, as GetResourceSnapshot answers it."""
    row: Row | None
    if revision is None:
        row = tx.one("latest_snapshot", ns=call.ns, **target._asdict())
    else:
        row = tx.one("find_snapshot", ns=call.ns, revision=revision, **target._asdict())
    if row is None:
        raise ResourceNotFoundException("There is no such snapshot in the engagement.")
    found, created_at, created_by, _, body = cast("tuple[int, int, str, bytes, bytes]", row)
    return {
        **orjson.loads(body),
        "Catalog": call.catalog,
        "Arn": arn(call.catalog, target, found),
        "CreatedAt": iso(created_at),
        "CreatedBy": created_by,
        "EngagementId": target.engagement,
        "ResourceId": target.resource,
        "ResourceSnapshotTemplateName": target.template,
        "ResourceType": RESOURCE_TYPE,
        "Revision": found,
    }


def arn(catalog: str, target: Target, revision: int) -> str:
    """`…::catalog/X/engagement/…/resource/Opportunity/…/template/…/snapshot/N`, as observed."""
    path = (
        f"engagement/{target.engagement}/resource/{RESOURCE_TYPE}/{target.resource}"
        f"/template/{target.template}/snapshot/{revision}"
    )
    return ids.arn("", catalog, path)


def _summary(opportunity: Document) -> Document:
    project, life = object_at(opportunity, "Project"), object_at(opportunity, "LifeCycle")
    shown = {name: opportunity[name] for name in _WHOLE if name in opportunity}
    return {
        **shown,
        "Lifecycle": {name: life[name] for name in _LIFE_CYCLE if name in life},
        "Project": {name: project[name] for name in _PROJECT if name in project},
    }


def _digest(payload: Document) -> bytes:
    related = object_at(payload, "RelatedEntityIdentifiers")
    kept = {name: value for name, value in related.items() if name not in _OFFERS}
    counted = {**payload, "RelatedEntityIdentifiers": kept}
    return hashlib.sha256(orjson.dumps(counted, option=orjson.OPT_SORT_KEYS)).digest()
