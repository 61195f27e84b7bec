"""Tags of opportunities and snapshot jobs. The catalog comes from the ARN."""

from cosell import ids
from cosell.calls import Call, command, query
from cosell.contract import Document
from cosell.selling import Kind, text_at
from cosell.selling.domain import jobs, opportunities, tags
from cosell.selling.rules import enforce
from cosell.selling.rules.tag_resource import NAMED, Named
from cosell.store import Tx


@query("ListTagsForResource")
def list_tags_for_resource(call: Call, tx: Tx) -> Document:
    """The tags of one of the caller's opportunities or jobs, by key."""
    arn = text_at(call.input, "ResourceArn")
    _ensure_own(call, tx, arn)
    return {"Tags": [*tags.read(call, tx, arn)]}


@command("TagResource")
def tag_resource(call: Call, tx: Tx) -> Document:
    """Set tags; others that the resource has stay. The resource itself does not change."""
    labels = tags.tags_of(call.input)
    arn = text_at(call.input, "ResourceArn")
    _ensure_own(call, tx, arn)
    tags.add(call, tx, arn, labels)
    return {}


@command("UntagResource")
def untag_resource(call: Call, tx: Tx) -> Document:
    """Take tags away by key; a key that the resource does not have is no fault."""
    keys = tags.keys_of(call.input)
    arn = text_at(call.input, "ResourceArn")
    _ensure_own(call, tx, arn)
    for key in keys:
        tags.remove(call, tx, arn, key)
    return {}


def _ensure_own(call: Call, tx: Tx, arn: str) -> None:
    """ResourceNotFoundException unless the ARN names something taggable that the caller owns."""
    named = ids.parse_arn(arn)
    enforce(NAMED, Named(call.account, named))
    if named is not None:
        find = opportunities.find if named.type == Kind.OPPORTUNITY else jobs.find
        find(call._replace(catalog=named.catalog), tx, named.id)
