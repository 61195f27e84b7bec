"""Tags of opportunities and snapshot jobs, by ARN. Must not decide who may tag."""

from typing import cast

from cosell.calls import Call
from cosell.contract import Document
from cosell.errors import request_refused
from cosell.selling import objects_at, text_at
from cosell.selling.rules import enforce
from cosell.selling.rules.tag_resource import RULES, TWICE, Tagging
from cosell.store import Tx


def tags_of(document: Document) -> dict[str, str]:
    """The tags that a request carries; ValidationException if a key stands twice."""
    tags = objects_at(document, "Tags")
    _ensure_once([cast("str", tag["Key"]) for tag in tags], "tags[{}].key")
    return {cast("str", tag["Key"]): cast("str", tag["Value"]) for tag in tags}


def keys_of(document: Document) -> list[str]:
    """The keys of tags that a request names; ValidationException if one stands twice."""
    keys = cast("list[str]", document["TagKeys"])
    _ensure_once(keys, "tagKeys[{}]")
    return keys


def _ensure_once(keys: list[str], place: str) -> None:
    if TWICE.broken(keys):
        again = [number for number, key in enumerate(keys) if key in keys[:number]]
        raise request_refused(*[TWICE.field_error(keys, place.format(n)) for n in again])


def add(call: Call, tx: Tx, arn: str, tags: dict[str, str]) -> None:
    """Set tags of a resource; others that it has stay. ValidationException if that were too many,
    whoever asks for them."""
    if tags:
        enforce(RULES, tagging(call, tx, arn, tags))
    for key, value in tags.items():
        tx.run("put_tag", ns=call.ns, arn=arn, key=key, value=value)


def tagging(call: Call, tx: Tx, arn: str, tags: dict[str, str]) -> Tagging:
    """What the rules of tagging ask of a resource that is to have these tags as well."""
    present = frozenset(text_at(tag, "Key") for tag in read(call, tx, arn))
    return Tagging(present, frozenset(tags))


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
