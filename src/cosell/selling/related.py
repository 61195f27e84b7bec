"""What an opportunity can be associated with: how it is named, how many there may be, in and out.

Source: developer guide, Associating, disassociating and assigning opportunities; see difference
`entity.marketplace`. Must not decide who may associate what.
"""

import re
from collections.abc import Iterable
from typing import Final, cast

from cosell.contract import Document, Json
from cosell.selling import at, object_at

LIMITS: Final = {
    "Solutions": 10,
    "AwsProducts": 20,
    "AwsMarketplaceSolutions": 10,
    "AwsMarketplaceProducts": 10,
    "AwsMarketplaceOffers": 1,
    "AwsMarketplaceOfferSets": 1,
}
# An opportunity has one of these two at most. A change of them is none that snapshots show.
OFFERS: Final = ("AwsMarketplaceOffers", "AwsMarketplaceOfferSets")
# What the customer is sold.
SOLD: Final = ("Solutions", "AwsMarketplaceSolutions", "AwsMarketplaceProducts")
# What a submission needs one of, and AWS's summary repeats.
NEEDED: Final = (*SOLD, "AwsProducts")

MEMBER: Final = "RelatedEntityIdentifiers"
_ARN = r"arn:aws:aws-marketplace:[a-z]{1,2}-[a-z]*-[0-9]+:[0-9]{12}:AWSMarketplace"
# AWS Marketplace names its kinds of products SaaSProduct, AmiProduct, ContainerProduct … An ARN's
# own part says what it names; the id behind it may be older than today's form.
_ENTITIES: Final = {
    "AwsMarketplaceSolutions": ("Solution", "soln"),
    "AwsMarketplaceProducts": ("[A-Za-z]+Product", "prod"),
    "AwsMarketplaceOffers": ("Offer", "offer"),
    "AwsMarketplaceOfferSets": ("OfferSet", "offerset"),
}
_ID = "[A-Za-z0-9][A-Za-z0-9._-]*"
_OLD_ID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_FORMS: Final = {
    type: re.compile(rf"{_ARN}/{entity}/{_ID}|{prefix}-[A-Za-z0-9_-]+|{_OLD_ID}")
    for type, (entity, prefix) in _ENTITIES.items()
}
EXAMPLES: Final = {
    type: f"arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace/{entity}/{prefix}-example"
    for type, (entity, prefix) in {
        **_ENTITIES,
        "AwsMarketplaceProducts": ("SaaSProduct", "prod"),
    }.items()
}


def is_well_formed(type: str, identifier: str) -> bool:
    """Whether an AWS Marketplace entity of that type can be called so, by ARN or by id; what lives
    elsewhere is called as it is called there."""
    form = _FORMS.get(type)
    return form is None or form.fullmatch(identifier) is not None


def all_of(opportunity: Document) -> Document:
    """What an opportunity is associated with: lists by type."""
    return object_at(opportunity, MEMBER)


def entities(opportunity: Document, type: str) -> list[str]:
    """What an opportunity is associated with, of one type, as it was given."""
    found = at(opportunity, f"{MEMBER}.{type}")
    return cast("list[str]", found) if isinstance(found, list) else []


def has_any(opportunity: Document, types: Iterable[str]) -> bool:
    """Whether an opportunity is associated with something of one of the types."""
    return any(entities(opportunity, type) for type in types)


def is_related(opportunity: Document, instead: str) -> bool:
    """Whether anything but an offer stands beside an opportunity, or a text instead."""
    return bool(instead) or has_any(opportunity, NEEDED)


def found(opportunity: Document, type: str, identifier: str) -> str | None:
    """The associated entity that an identifier names."""
    every = entities(opportunity, type)
    return next((one for one in every if _is_same(type, one, identifier)), None)


def _is_same(type: str, one: str, other: str) -> bool:
    """Whether two identifiers name one entity: an ARN of AWS Marketplace's and the id in it do; two
    ARNs that differ do not, and elsewhere an entity has one name."""
    if one == other:
        return True
    if type not in _FORMS or not (is_well_formed(type, one) and is_well_formed(type, other)):
        return False
    arn, id = max(one, other, key=len), min(one, other, key=len)
    return arn.endswith(f"/{id}")


def associated(opportunity: Document, type: str, identifier: str) -> Document:
    """The opportunity with one entity more."""
    return _with(opportunity, type, [*entities(opportunity, type), identifier])


def dissociated(opportunity: Document, type: str, kept: str) -> Document:
    """The opportunity without an entity. A list that has become empty goes, so that the content is
    what it was before there was one."""
    return _with(opportunity, type, [one for one in entities(opportunity, type) if one != kept])


def _with(opportunity: Document, type: str, identifiers: list[str]) -> Document:
    related: Document = {**all_of(opportunity), type: cast("list[Json]", identifiers)}
    if not identifiers:
        del related[type]
    return {**opportunity, MEMBER: related}
