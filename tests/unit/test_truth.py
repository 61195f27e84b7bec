"""Documents as selling keeps them: without nulls, however deep."""

import orjson

from cosell.contract import Document
from cosell.selling import as_kept, truth
from cosell.store import documents
from cosell.store.sqlite import SqliteStore
from tests.store.rows import stored

GIVEN: Document = {
    "Absent": None,
    "Empty": {},
    "Inner": {"Absent": None, "Here": 0},
    "List": [{"Absent": None, "Here": [{"Absent": None}]}, "text"],
}
KEPT: Document = {"Empty": {}, "Inner": {"Here": 0}, "List": [{"Here": [{}]}, "text"]}


def test_document_is_kept_without_nulls_from_the_start_and_after_a_change() -> None:
    store = SqliteStore(":memory:")
    made = stored(1, "one")
    made.document.clear()
    made.document.update(GIVEN)
    with store.write() as tx:
        kept = truth.insert(tx, made)
        assert kept.document == KEPT
        assert documents.find(tx, 1, kept.kind, "one") == kept
        changed = truth.replace(tx, kept, {**kept.document, "Empty": None, "New": [GIVEN]})
        assert changed.document == {"Inner": KEPT["Inner"], "List": KEPT["List"], "New": [KEPT]}
        assert documents.find(tx, 1, kept.kind, "one") == changed
    store.close()


def test_what_a_text_says_of_null_stays() -> None:
    said: Document = {"Text": '{"a":null}', "Absent": None, "List": [None, ":null"], "Inner": {}}
    document, body = as_kept(said)
    assert document == {name: said[name] for name in ("Text", "List", "Inner")}
    assert orjson.loads(body) == document
