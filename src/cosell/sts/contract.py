"""What the journal needs to know of the two operations: their members, and which are secret.

Bodies are forms and XML; what is shown of them is JSON. Must not check a request: rules.py does.
"""

from collections.abc import Mapping

from cosell import packaged
from cosell.contract import NO_ADDITIONS
from cosell.contract.load import load
from cosell.errors import ApiError
from cosell.originals import orjson
from cosell.wire import query

CONTRACT = load(packaged.read(__spec__, "model.json"), NO_ADDITIONS)


def read(body: bytes) -> tuple[str, query.Document, ApiError | None]:
    """The operation that a form names and its document, or why it cannot be read."""
    try:
        name, document = query.decode(body)
    except ApiError as error:
        return "", {}, error
    return name, document, None


def said(document: Mapping[str, object]) -> bytes:
    """A request, or a result, as JSON."""
    return orjson.dumps(document)


def refused(error: ApiError) -> bytes:
    """A refusal as JSON, under the code that the client is told."""
    return orjson.dumps({"__type": query.code_of(error), "Message": error.message})
