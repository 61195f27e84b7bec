"""The journal's bounds: calls, bytes, namespaces; and that many threads may write at once."""

import threading

import pytest

from cosell import journal
from cosell.journal import Journal, Trace, Window

ALL = Window(0, "", "", 1_000_000)


def trace(number: int = 0, request: bytes = b"{}", account: str = "111122223333") -> Trace:
    made = Trace(f"request-{number}", 1_000 + number, request)
    made.account, made.answer, made.operation = account, b"{}", "GetClock"
    return made


def ids(journal: Journal, name: str) -> list[str]:
    return [one.request_id for one in journal.page(name, ALL).traces]


def test_oldest_calls_give_way_to_new_ones() -> None:
    kept = Journal()
    for number in range(journal.CALLS_MAX + 5):
        kept.add("a", trace(number))
    assert ids(kept, "a") == [f"request-{n}" for n in range(5, journal.CALLS_MAX + 5)]


def test_calls_are_numbered_in_their_order_and_keep_their_number() -> None:
    kept = Journal()
    for number in range(3):
        kept.add("a", trace(number))
    assert [one.seq for one in kept.page("a", ALL).traces] == [1, 2, 3]
    kept.add("b", trace(7))
    kept.add("a", trace(3))
    assert [one.seq for one in kept.page("a", ALL).traces] == [1, 2, 3, 4]
    assert [one.seq for one in kept.page("b", ALL).traces] == [5]
    assert [one.seq for one in kept.page("a", Window(2, "", "", 1)).traces] == [3]


def test_a_namespace_takes_no_more_memory_than_its_bound() -> None:
    kept = Journal()
    body = b"x" * 100_000
    for number in range(300):
        kept.add("a", trace(number, body))
        size = sum(one.size for one in kept.page("a", ALL).traces)
        assert size <= (8 << 20) + 200_000
    assert ids(kept, "a")[-1] == "request-299"


def test_all_namespaces_take_no_more_memory_than_the_bound() -> None:
    kept = Journal()
    body = b"x" * 100_000
    for number in range(600):
        kept.add(f"n{number % 60}", trace(number, body))
        if number % 20 == 0:
            left = [one for n in range(60) for one in kept.page(f"n{n}", ALL).traces]
            assert sum(one.size for one in left) <= (32 << 20) + 200_000
    assert ids(kept, "n59")[-1] == "request-599"


def test_long_bodies_are_not_kept() -> None:
    kept = Journal()
    long = b"x" * (journal.BODY_BYTES_MAX + 1)
    kept.add("a", trace(0, long))
    [one] = kept.page("a", ALL).traces
    assert (one.request, one.answer) == (None, b"{}")
    assert one.unkept == ("Request",)
    both = trace(1, long)
    both.answer = long
    kept.add("a", both)
    assert both.unkept == ("Request", "Response")


def test_namespaces_that_nobody_called_who_may_give_way_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(journal, "NAMESPACES_MAX", 3)
    kept = Journal()
    kept.add("old", trace(0))
    kept.add("noise", trace(1, account=""))
    kept.add("new", trace(2))
    kept.add("newest", trace(3))
    assert [bool(ids(kept, name)) for name in ("old", "noise", "new", "newest")] == [
        True,
        False,
        True,
        True,
    ]
    kept.add("more", trace(4))
    assert ids(kept, "old") == []


def test_a_cleared_namespace_is_empty_and_others_stay() -> None:
    kept = Journal()
    kept.add("a", trace(0))
    kept.add("b", trace(1))
    kept.clear("a")
    kept.clear("never")
    assert (ids(kept, "a"), ids(kept, "b")) == ([], ["request-1"])


def test_writers_and_readers_of_many_threads_lose_nothing() -> None:
    kept = Journal()

    def write(first: int) -> None:
        for number in range(first, first + 200):
            kept.add("a", trace(number))

    seen: list[list[int]] = []

    def read() -> None:
        seen.extend([one.seq for one in kept.page("a", ALL).traces] for _ in range(50))

    threads = [threading.Thread(target=write, args=(n * 1000,)) for n in range(4)]
    threads.append(threading.Thread(target=read))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    final = kept.page("a", ALL).traces
    assert len(final) == 800
    assert [one.seq for one in final] == list(range(1, 801))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen)


def test_it_says_how_many_it_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Journal()
    for number in range(journal.CALLS_MAX + 5):
        kept.add("a", trace(number))
    assert kept.page("a", ALL).forgotten == 5
    body = b"x" * 100_000
    for number in range(journal.CALLS_MAX + 5, journal.CALLS_MAX + 105):
        kept.add("a", trace(number, body))
    left, forgotten, begun = kept.page("a", ALL)
    assert len(left) < 100
    assert forgotten == journal.CALLS_MAX + 105 - len(left)
    kept.clear("a")
    assert kept.page("a", ALL) == ([], 0, "")
    kept.add("a", trace())
    assert kept.page("a", ALL).begun not in ("", begun)


def test_a_journal_of_another_process_is_another() -> None:
    begun = set()
    for _ in range(3):
        kept = Journal()
        kept.add("a", trace())
        begun.add(kept.page("a", ALL).begun)
    assert len(begun) == 3


def test_whose_calls_gave_way_to_others_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "NAMESPACES_MAX", 2)
    kept = Journal()
    for number, name in enumerate(("a", "a", "b", "c")):
        kept.add(name, trace(number))
    none, gone, begun = kept.page("a", ALL)
    assert (none, gone) == ([], 2)
    kept.add("a", trace(9))
    left, *told = kept.page("a", ALL)
    assert ([one.request_id for one in left], told) == (["request-9"], [2, begun])
    assert begun
