"""How many tags a resource may have. A key that stands twice in one request is refused before,
as a fault of the request's shape (domain/tags.py)."""

from typing import NamedTuple

from cosell.selling.rules import Rule, Table

TAGS_MAX = 200


class Tagging(NamedTuple):
    """The keys that a resource has, and those that it is to have as well."""

    present: frozenset[str]
    given: frozenset[str]


RULES: tuple[Rule[Tagging], ...] = (
    Rule(
        "tag.too-many",
        "tags",
        "TOO_MANY_VALUES",
        f"A resource has at most {TAGS_MAX} tags",
        "not documented",
        lambda facts: len(facts.present | facts.given) > TAGS_MAX,
        "API reference: TagResource (the most that one request may carry)",
        store=True,
    ),
)
TABLES = (Table("Tag a resource", ("TagResource",), RULES),)
