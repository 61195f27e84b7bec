"""How selling writes its documents: the one place where one comes to be or changes.

Must not know what a document means, nor who sees it.
"""

from typing import Final

import orjson

from cosell.contract import Document
from cosell.selling import without_nulls
from cosell.store import Tx, documents
from cosell.store.documents import Stored

_NULL: Final = b":null"


def insert(tx: Tx, made: Stored) -> Stored:
    """A resource comes to be; answers it as it is kept, without nulls."""
    document, body = _kept(made.document)
    kept = made._replace(document=document)
    documents.insert(tx, kept, body)
    return kept


def replace(tx: Tx, stored: Stored, document: Document) -> Stored:
    """A resource changes from what was read; a member that is null now is there no more."""
    document, body = _kept(document)
    return documents.replace(tx, stored, document, body=body)


def _kept(document: Document) -> tuple[Document, bytes]:
    """A document without nulls, and as it is written. Nearly all nulls are members of its own: for
    others it is only gone through if what would be written seems to have one."""
    document = {name: value for name, value in document.items() if value is not None}
    body = orjson.dumps(document)
    if _NULL not in body:
        return document, body
    document = without_nulls(document)
    return document, orjson.dumps(document)
