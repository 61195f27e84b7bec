"""Lines on their way to a log: a thread of their own writes them, so that whoever reads the log and
stands still holds up nobody who has something to say.

What waits is bounded in bytes; what has no room is lost, and how much that was stands where it is
missing. Must not know what a line says.
"""

import os
import select
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

BYTES_MAX: Final = 4 << 20  # that wait or are being written, some thousand lines
_AT_ONCE: Final = select.PIPE_BUF  # so much goes into a pipe undivided, which others write to too
_FILE_AT_ONCE: Final = 64 << 10  # nothing comes in between in a file
_REST_S: Final = 0.05  # between two turns of writing: the lines of a crowd are one turn's
_STILL_S: Final = 1.0  # what has taken nothing for so long stands still
_END_S: Final = 1.0  # who ends waits no longer for what is on its way

Heard = Callable[[OSError | None], object]
_Line = tuple[bytes, Heard | None]  # with its end, and who is told whether it was written


class Lines:
    """What is to be written to a file, in the order in which it came; for all threads. The thread
    that writes begins with the first line."""

    def __init__(
        self, number: int, gap: Callable[[int], bytes], bytes_max: int = BYTES_MAX
    ) -> None:
        """`number` is the file's descriptor. `gap` makes the line that stands for so many that were
        lost."""
        self._number = number
        self._at_once = _FILE_AT_ONCE if _is_file(number) else _AT_ONCE
        self._gap = gap
        self._bytes_max = bytes_max
        self._half = bytes_max // 2  # with more than that there is no rest
        self._begin_anew()
        if hasattr(os, "register_at_fork"):  # what is forked has no thread of its parent's
            os.register_at_fork(after_in_child=self._begin_anew)

    def _begin_anew(self) -> None:
        """Nobody has said anything in this process yet."""
        self._waiting: list[_Line] = []
        self._size = 0  # of what waits and what is being written, in bytes
        self._lost = 0  # lines behind those that wait
        self._since: float | None = None  # when the write began that is at work
        self._thread: threading.Thread | None = None
        # Whoever collects garbage in here may log as well.
        self._lock = threading.RLock()
        self._called = threading.Lock()  # let go by who has something for a thread that is idle
        self._called.acquire()
        self._is_idle = True
        self._done = threading.Condition(self._lock)
        self._pressed = threading.Condition(self._lock)
        self._hurries = 0  # those who wait until all is written

    def put(self, text: bytes, heard: Heard | None = None) -> None:
        """Let a line be written, as soon as may be; never waits for that. `heard` is told what
        became of it, unless it had no room, and once of several that were written together; it
        must not wait."""
        with self._lock:
            if self._size >= self._bytes_max:
                self._lost += 1
                return
            self._size += len(text)
            self._waiting.append((text, heard))
            if self._is_idle:
                self._begin()
            elif self._size > self._half:
                self._pressed.notify()

    def _begin(self) -> None:
        self._is_idle = False
        if self._thread is None:
            self._thread = threading.Thread(target=self._live, name="cosell-log", daemon=True)
            self._thread.start()
        self._called.release()

    def trouble(self) -> str:
        """Why lines are not written now, a sentence; '' if they are."""
        with self._lock:
            stood_s = time.monotonic() - self._since if self._since is not None else 0.0
            lost = self._lost
        if stood_s < _STILL_S and not lost:
            return ""
        if stood_s < _STILL_S:
            return (
                f"Logging falls behind: more is said than can be written; {lost} lines were lost."
            )
        lost_too = f", and {lost} lines were lost" if lost else ""
        return f"Logging stands still: whoever reads this log does not{lost_too}."

    def flush(self) -> None:
        """Wait until all is written that came before; not for long, and not for a log that stands
        still."""
        if self._thread is None or self._thread is threading.current_thread():
            return
        with self._lock:
            self._hurries += 1
            self._pressed.notify()
            until = (self._since or time.monotonic()) + _END_S
            try:
                self._done.wait_for(lambda: self._is_idle, max(0.0, until - time.monotonic()))
            finally:
                self._hurries -= 1

    def _live(self) -> None:
        while True:
            self._called.acquire()
            while lines := self._take():
                self._write(lines)
                with self._lock:
                    self._pressed.wait_for(self._presses, _REST_S)

    def _presses(self) -> bool:
        """Whether it is no time to rest."""
        return self._hurries > 0 or self._size > self._half

    def _take(self) -> list[_Line]:
        """All that waits; nothing, and who comes next has to call again, if that is all."""
        with self._lock:
            lines, self._waiting = self._waiting, []
            if self._lost:
                missing = self._gap(self._lost)
                lines.append((missing, None))
                self._size += len(missing)
                self._lost = 0
            if not lines:
                self._is_idle = True
                self._done.notify_all()
            return lines

    def _write(self, lines: list[_Line]) -> None:
        """As many lines at once as nothing of others can come between."""
        first, size = 0, 0
        for place, (text, _) in enumerate(lines):
            if size and size + len(text) > self._at_once:
                self._write_at_once(lines[first:place])
                first, size = place, 0
            size += len(text)
        self._write_at_once(lines[first:])

    def _write_at_once(self, lines: list[_Line]) -> None:
        hears = [heard for _, heard in lines if heard is not None]
        text = b"".join([one for one, _ in lines])
        self._since = time.monotonic()
        try:
            self._write_all(text)
        except OSError as error:
            self._wrote(text)
            for heard in hears:
                _tell(heard, error)
        else:
            self._wrote(text)
            for heard in {*hears}:
                _tell(heard, None)

    def _wrote(self, text: bytes) -> None:
        """It has room no more to take, whatever became of it."""
        self._since = None
        with self._lock:
            self._size -= len(text)

    def _write_all(self, text: bytes) -> None:
        while text:
            try:
                text = text[os.write(self._number, text) :]
            except BlockingIOError:  # somebody who shares the file does not want to wait
                select.select((), (self._number,), ())


def _tell(heard: Heard, error: OSError | None) -> None:
    """Whoever cannot bear to hear it does not end the log."""
    with suppress(Exception):
        heard(error)


def _is_file(number: int) -> bool:
    try:
        return stat.S_ISREG(os.fstat(number).st_mode)
    except OSError:  # it is nothing
        return False
