"""What a transaction keeps of what it has read and written."""

from cosell.store import Kept, named
from tests.store.rows import VIEWS

DOCUMENT = named.document(1, "opportunity", "O1")
SEEN = named.seen_by(VIEWS["opportunity_view"], 1, "111122223333", "O1")
MEMBERS = named.members(1, "eng-1")
REVISIONS = named.revisions(1, ("eng-1", "O1", "OpportunitySummaryView"))
PARTNER = named.partner(1, "111122223333")
THINGS = {
    DOCUMENT: "a document",
    SEEN: "AWS",
    MEMBERS: ("a member",),
    REVISIONS: (2, b"digest"),
    PARTNER: "a partner",
}


def filled() -> Kept:
    kept = Kept()
    for row, thing in THINGS.items():
        kept.keep(row, thing)
    return kept


def known(kept: Kept) -> list[object]:
    return [kept.of(row) for row in THINGS]


def test_what_is_kept_is_known_until_it_is_forgotten() -> None:
    kept = filled()
    assert known(kept) == [*THINGS.values()]
    kept.forget(DOCUMENT)
    kept.forget(SEEN)
    assert known(kept) == [None, None, ("a member",), (2, b"digest"), "a partner"]


def test_nothing_is_known_after_a_step_is_undone() -> None:
    kept = filled()
    kept.clear()
    assert known(kept) == [None] * len(THINGS)


def test_namespaces_are_told_apart() -> None:
    kept = filled()
    assert kept.of(named.document(2, "opportunity", "O1")) is None
    assert kept.of(named.members(2, "eng-1")) is None
    assert kept.of(named.partner(2, "111122223333")) is None


def test_a_long_transaction_keeps_no_more_than_it_may() -> None:
    kept = filled()
    for number in range(1_024):
        kept.keep(named.members(1, f"eng-1{number}"), ())
    assert kept.of(named.members(1, "eng-11023")) == ()
    assert known(kept) == [None] * len(THINGS)
