"""How selling writes its documents: the one place where one comes to be or changes.

Must not know what a document means, nor who sees it.
"""

from cosell.contract import Document
from cosell.selling import without_nulls
from cosell.store import Tx, documents
from cosell.store.documents import Stored


def insert(tx: Tx, made: Stored) -> Stored:
    """A resource comes to be; answers it as it is kept, without nulls."""
    kept = made._replace(document=without_nulls(made.document))
    documents.insert(tx, kept)
    return kept


def replace(tx: Tx, stored: Stored, document: Document) -> Stored:
    """A resource changes from what was read; a member that is null now is there no more."""
    return documents.replace(tx, stored, without_nulls(document, stored.document))
