"""What a transaction keeps of what it has read and written."""

from cosell.store import Kept

NAMED = (1, "opportunity", "O1")
SEEN = ("opportunity_view", 1, "111122223333", "O1")
TARGET = ("eng-1", "O1", "OpportunitySummaryView")


def filled() -> Kept:
    kept = Kept()
    kept.keep_document(NAMED, "a document")
    kept.keep_catalog(SEEN, "AWS")
    kept.keep_members(1, "eng-1", ("a member",))
    kept.keep_revision(1, TARGET, (2, b"digest"))
    return kept


def known(kept: Kept) -> list[object]:
    return [
        kept.document(NAMED),
        kept.catalog(SEEN),
        kept.members(1, "eng-1"),
        kept.revision(1, TARGET),
    ]


def test_what_is_kept_is_known_until_it_is_forgotten() -> None:
    kept = filled()
    assert known(kept) == ["a document", "AWS", ("a member",), (2, b"digest")]
    kept.forget_document(NAMED)
    kept.forget_catalog(SEEN)
    assert known(kept) == [None, None, ("a member",), (2, b"digest")]


def test_nothing_is_known_after_a_step_is_undone() -> None:
    kept = filled()
    kept.clear()
    assert known(kept) == [None] * 4


def test_namespaces_are_told_apart() -> None:
    kept = filled()
    assert (kept.document((2, *NAMED[1:])), kept.members(2, "eng-1")) == (None, None)
    assert kept.revision(2, TARGET) is None


def test_a_long_transaction_keeps_no_more_than_it_may() -> None:
    kept = filled()
    for number in range(256):
        kept.keep_members(1, f"eng-1{number}", ())
    assert (kept.members(1, "eng-1"), kept.members(1, "eng-1255")) == (None, ())
    assert kept.document(NAMED) == "a document"
