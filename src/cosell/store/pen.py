"""The pen: one thread at a time writes, and none is kept from it by one who writes on and on.

Must not know what is written.
"""

from threading import Lock, get_ident


class Pen:
    """Held within `with`. Whoever waits for it holds the turn, so that one who writes many times in
    a row (the clock being moved, a sweep) lets everybody else in between."""

    __slots__ = ("_holder", "_pen", "_turn")

    def __init__(self) -> None:
        self._pen = Lock()
        self._turn = Lock()
        self._holder = 0  # the thread that has it

    def __enter__(self) -> None:
        me = get_ident()
        if self._holder == me:
            raise RuntimeError("a transaction was begun within another one of the same thread")
        with self._turn:
            self._pen.acquire()
        self._holder = me

    def __exit__(self, *_: object) -> None:
        self._holder = 0
        self._pen.release()
