"""Tags: how often a key may stand in a request, and how many tags a resource may have."""

from typing import NamedTuple

from cosell import ids
from cosell.errors import ResourceNotFoundException
from cosell.selling import Kind
from cosell.selling.rules import Rule, Table

TAGS_MAX = 200


class Tagging(NamedTuple):
    """The keys that a resource has, and those that it is to have as well."""

    present: frozenset[str]
    given: frozenset[str]


class Named(NamedTuple):
    """Who asks, and what the ARN names, if it is one."""

    account: str
    arn: ids.Arn | None


NAMED: tuple[Rule[Named], ...] = (
    Rule(
        "tag.resource",
        "",
        None,
        "There is no such taggable resource for your account.",
        "documented",
        lambda named: (
            named.arn is None
            or named.arn.account != named.account
            or named.arn.type not in (Kind.OPPORTUNITY, Kind.JOB)
        ),
        "service authorization reference: AWS Partner Central, resource types",
        error=ResourceNotFoundException,
        when="The ARN names no opportunity and no snapshot job of the account's",
    ),
)

# A fault of the request's shape, which is told before anything is looked up, with the key's place.
TWICE: Rule[list[str]] = Rule(
    "tag.key-twice",
    "tags.key",
    "DUPLICATE_KEY_VALUE",
    "The key stands twice in this request",
    "not documented",
    lambda keys: len(set(keys)) < len(keys),
    "API reference: ValidationExceptionError, Code",
    when="Two of its tags have the same key",
    place="tags[n].key",
)
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
        when="With those of the request it would have more",
    ),
)
TABLES = (
    Table(
        "Name tags in a request",
        (
            "CreateOpportunity",
            "CreateResourceSnapshotJob",
            "StartEngagementByAcceptingInvitationTask",
            "StartEngagementFromOpportunityTask",
            "StartOpportunityFromEngagementTask",
            "TagResource",
            "UntagResource",
        ),
        (TWICE,),
        "Its Reason is `REQUEST_VALIDATION_FAILED`, as of what the model asks: it is told before"
        " anything is looked up. Each key that stands there again is told at its own place,"
        " `tags[n].key` or, in UntagResource, `tagKeys[n]`.",
    ),
    Table(
        "Name a resource that has tags",
        ("ListTagsForResource", "TagResource", "UntagResource"),
        NAMED,
    ),
    Table("Tag a resource", ("TagResource",), RULES),
)
