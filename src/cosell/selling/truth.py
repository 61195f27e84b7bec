"""How selling writes its documents: the one place where one comes to be or changes.

Must not know what a document means, nor who sees it.
"""

from cosell.contract import Document
from cosell.selling import as_kept
from cosell.store import Tx, documents
from cosell.store.documents import Stored


def insert(tx: Tx, made: Stored) -> Stored:
    """A resource comes to be; answers it as it is kept, without nulls."""
    document, body = as_kept(made.document)
    kept = made._replace(document=document)
    documents.insert(tx, kept, body)
    return kept


def replace(tx: Tx, stored: Stored, document: Document) -> Stored:
    """A resource changes from what was read; a member that is null now is there no more."""
    document, body = as_kept(document)
    return documents.replace(tx, stored, document, body=body)
