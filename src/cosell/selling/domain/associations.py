"""What an opportunity is to be associated with, looked at by the same rows whoever names it: its
owner, one entity at a time, or AWS, which refers it with some.

Must not change an opportunity.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import cast

from cosell.calls import Call
from cosell.contract import Document
from cosell.contract.faults import lower_camel
from cosell.errors import FieldError, business_refused
from cosell.selling import related, text_at
from cosell.selling.domain import solutions
from cosell.selling.rules import first_broken
from cosell.selling.rules.associate_opportunity import RULES, Association
from cosell.store import Tx

_MEMBER = "relatedEntityIdentifiers"


def asked(call: Call, tx: Tx, opportunity: Document, type: str, identifier: str) -> Association:
    """What the rules of associating look at: an entity of the caller's, or of the world's."""

    @cache  # two rows ask
    def status() -> str | None:
        solution = solutions.use(call, tx, identifier)
        return None if solution is None else text_at(solution.document, "Status")

    return Association(opportunity, type, identifier, status)


def of_referral(call: Call, tx: Tx, receiver: str, said: Document, within: str = "") -> Document:
    """What AWS refers an opportunity with (a RelatedEntityIdentifiers), each entity once; its
    solutions are the receiver's. ValidationException, which names each that cannot be. `within` is
    the path of the content in the request (`referral.`)."""
    opportunity: Document = {}
    errors: list[FieldError] = []
    owned = call._replace(account=receiver)
    for place, type, identifier in _listed(said):
        if related.found(opportunity, type, identifier) is not None:
            continue
        facts = asked(owned, tx, opportunity, type, identifier)._replace(
            whose=f"account {receiver}"
        )
        rule = first_broken(RULES, facts)
        if rule is None:
            opportunity = related.associated(opportunity, type, identifier)
        else:
            named = replace(rule, code=rule.code or "INVALID_VALUE")
            errors.append(named.field_error(facts, f"{within}{_MEMBER}.{place}"))
    if errors:
        raise business_refused(*errors)
    return related.all_of(opportunity)


def _listed(said: Document) -> Iterator[tuple[str, str, str]]:
    """Each entity: its place, its type, its identifier."""
    for type in related.LIMITS:
        for number, identifier in enumerate(cast("list[str]", said.get(type) or [])):
            yield f"{lower_camel(type)}[{number}]", type, identifier
