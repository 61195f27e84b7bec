"""Tags of opportunities and snapshot jobs, by ARN. Must not decide who may tag."""

from typing import cast

from cosell.calls import Call
from cosell.contract import Document
from cosell.errors import FieldError, request_refused
from cosell.selling import objects_at
from cosell.store import Tx


def tags_of(document: Document) -> dict[str, str]:
    """The tags that a request carries; ValidationException if a key stands twice."""
    tags: dict[str, str] = {}
    errors = []
    for number, tag in enumerate(objects_at(document, "Tags")):
        key, value = cast("str", tag["Key"]), cast("str", tag["Value"])
        if key in tags:
            message = "The key stands twice in this request"
            errors.append(FieldError(f"tags[{number}].key", "DUPLICATE_KEY_VALUE", message))
        tags[key] = value
    if errors:
        raise request_refused(*errors)
    return tags


def put(call: Call, tx: Tx, arn: str, tags: dict[str, str]) -> None:
    """Set tags of a resource; others that it has stay."""
    for key, value in tags.items():
        tx.run("put_tag", ns=call.ns, arn=arn, key=key, value=value)


def remove(call: Call, tx: Tx, arn: str, key: str) -> None:
    """Take a tag of a resource away, if it has one of that key."""
    tx.run("delete_tag", ns=call.ns, arn=arn, key=key)


def clear(call: Call, tx: Tx, arn: str) -> None:
    """Take all tags of a resource away: it is no more."""
    tx.run("delete_tags", ns=call.ns, arn=arn)


def read(call: Call, tx: Tx, arn: str) -> list[Document]:
    """The tags of a resource, by key."""
    rows = cast("list[tuple[str, str]]", tx.all("list_tags", ns=call.ns, arn=arn))
    return [{"Key": key, "Value": value} for key, value in rows]
