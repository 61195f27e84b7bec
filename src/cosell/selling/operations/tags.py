"""Tags of opportunities and snapshot jobs. The catalog comes from the ARN."""

from cosell import ids
from cosell.calls import Call, query
from cosell.contract import Document
from cosell.errors import ResourceNotFoundException
from cosell.selling import Kind, text_at
from cosell.selling.domain import jobs, opportunities, tags
from cosell.store import Tx


@query("ListTagsForResource")
def list_tags_for_resource(call: Call, tx: Tx) -> Document:
    """The tags of one of the caller's opportunities or jobs, by key."""
    arn = text_at(call.input, "ResourceArn")
    _ensure_own(call, tx, arn)
    return {"Tags": [*tags.read(call, tx, arn)]}


def _ensure_own(call: Call, tx: Tx, arn: str) -> None:
    """ResourceNotFoundException unless the ARN names something taggable that the caller owns."""
    parsed = ids.parse_arn(arn)
    if parsed is not None and parsed.account == call.account:
        within = call._replace(catalog=parsed.catalog)
        if parsed.type == Kind.OPPORTUNITY:
            opportunities.find(within, tx, parsed.id)
            return
        if parsed.type == Kind.JOB:
            jobs.find(within, tx, parsed.id)
            return
    raise ResourceNotFoundException("There is no such taggable resource for your account.")
