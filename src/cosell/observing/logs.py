"""What is logged, as text or as JSON: a line of text, or one object, each with the call that it
belongs to. Nothing that a call said is in it.

Messages are this program's own and quote no member. An exception's message may quote anything, a
row's value as well as a request's, so of those that nobody foresaw only the kind and the place are
told. Must not look into a body.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from functools import lru_cache
from multiprocessing.util import Finalize
from typing import Final, TextIO

import orjson

from cosell.clock import iso, iso_seconds
from cosell.config import Log
from cosell.http import HttpResponse
from cosell.journal import PRESENT, Trace
from cosell.observing.lines import Lines
from cosell.observing.watching import LINES, Watching
from cosell.store import Contention, StoreError, StoreFault

CALLS: Final = "cosell.calls"
UNKNOWN: Final = "unknown"
_TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# What says of itself only what may be read: that of the store, and the system's of files and
# sockets.
_TELLING: Final = (StoreError, StoreFault, Contention, OSError)
_CODES: Final = ("sqlite_errorname", "sqlstate")  # what a database's error is called
_UNTOLD: Final = "its message is not told, since it may quote what a call said"
_OURS: Final = "cosell"
_LOST: Final = "%d lines are missing here: more was said than could be written."
_NOWHERE: Final = -1  # for a process without a standard error: no file has that number
_LAST: Final = -100  # when a process ends, after what else there is to be done then
_written: Lines | None = None  # this process's log


def set_up(log: Log) -> None:
    """Let this process log, on standard error."""
    global _written
    handler = _Handler(sys.stderr)
    handler.setFormatter(Json() if log.format == "json" else Text(_TEXT))
    logging.basicConfig(handlers=[handler], force=True)
    logging.getLogger(_OURS).setLevel(logging.INFO)
    _written = handler.lines
    # What the library has for a process that ends, it has not for one that another one began.
    Finalize(None, flush, exitpriority=_LAST)


def flush() -> None:
    """Wait, not for long, until what was logged is written: this process ends."""
    if _written is not None:
        _written.flush()


def say(text: str) -> None:
    """Let this process say a line that is no log's, in whatever form that has, before it ends."""
    if _written is not None:
        _written.put(f"{text}\n".encode())
        _written.flush()


def trouble() -> str:
    """Why this process logs nothing at present: a sentence; '' if it does."""
    return "" if _written is None else _written.trouble()


class _Handler(logging.Handler):
    """Lets lines be written. One that cannot be is missing: nobody is told in its place."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self.lines = Lines(_NOWHERE if stream is None else stream.fileno(), self._gap)
        self._encoding = "utf-8" if stream is None else stream.encoding

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.lines.put(self._line(record))
        except Exception:
            self.handleError(record)

    def flush(self) -> None:
        self.lines.flush()

    def _line(self, record: logging.LogRecord) -> bytes:
        return f"{self.format(record)}\n".encode(self._encoding, "backslashreplace")

    def _gap(self, lost: int) -> bytes:
        said = (__name__, logging.WARNING, __file__, 0, _LOST, (lost,), None)
        return self._line(logging.LogRecord(*said))


class CallLines:
    """A line for each call that was answered. It is made past the logging library, which would
    cost as much as the call itself."""

    def __init__(self, log: Log, lines: Lines, watching: Watching) -> None:
        """Who watches with it is told when lines cannot be written, and when they can again."""
        self._line = _json_line if log.format == "json" else _text_line
        self._lines = lines
        self._watching = watching
        self._told = self._heard  # one for all lines

    def __call__(self, trace: Trace, response: HttpResponse) -> None:
        self._lines.put(self._line(trace, response), self._told)

    def _heard(self, error: OSError | None) -> None:
        if error is not None:
            self._watching.miss(LINES, error)
        else:
            self._watching.go_on(LINES)


def log_calls(log: Log, watching: Watching) -> None:
    """Let each call that is answered have a line in this process's log."""
    if _written is not None:  # else this process logs nothing
        watching.add(LINES, CallLines(log, _written, watching), tells=True)


def _json_line(trace: Trace, response: HttpResponse) -> bytes:
    status = None if response.cut else response.status
    lasted_ms = trace.lasted_s * 1000
    line = {
        "time": _time(trace),
        "level": "INFO",
        "logger": CALLS,
        "message": _said(trace, status, lasted_ms),
        **_belonging(trace),
        "status": status,
        "outcome": trace.outcome,
        "duration_ms": round(lasted_ms, 3),
    }
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _text_line(trace: Trace, response: HttpResponse) -> bytes:
    status = None if response.cut else response.status
    said = _said(trace, status, trace.lasted_s * 1000)
    return f"{_time(trace)} INFO {CALLS}: {said} [{trace.request_id}]\n".encode()


def _said(trace: Trace, status: int | None, lasted_ms: float) -> str:
    service = trace.service or UNKNOWN
    operation = (trace.service and trace.operation) or UNKNOWN
    return f"{service} {operation} {status or '-'} {trace.outcome} {lasted_ms:.1f} ms"


def _time(trace: Trace) -> str:
    """When a call was answered."""
    second, thousandth = divmod(trace.wall + int(trace.lasted_s * 1000), 1000)
    return f"{_second(second)}.{thousandth:03}Z"


@lru_cache(maxsize=4)
def _second(second: int) -> str:
    return iso_seconds(second * 1000)[:-1]


class Text(logging.Formatter):
    """Lines of text; what belongs to a call ends with its request id."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return iso(int(record.created * 1000))

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        trace = PRESENT.get()
        if trace is None or trace.request_id in line:
            return line
        return f"{line} [{trace.request_id}]"

    def format(self, record: logging.LogRecord) -> str:
        return super().format(_plain(record))

    def formatException(self, ei: object) -> str:
        return _told(ei)


class Json(logging.Formatter):
    """One JSON object in each line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": iso(int(record.created * 1000)),
            "level": record.levelname,
            "logger": record.name,
            "message": _plain(record).getMessage(),
        }
        trace = PRESENT.get()
        if trace is not None:
            line |= _belonging(trace)
        if record.exc_info:
            line["exception"] = _told(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def _belonging(trace: Trace) -> dict[str, object]:
    """The call that a line belongs to, and what it was addressed to. The account is left out: the
    model calls the ids of accounts sensitive, and the journal has it."""
    line: dict[str, object] = {"request_id": trace.request_id}
    if trace.name:
        line["namespace"] = trace.name
    if trace.service:
        line |= {"service": trace.service, "operation": trace.operation or UNKNOWN}
    return line


def _plain(record: logging.LogRecord) -> logging.LogRecord:
    """What others log about an exception: asyncio, for one, says in further lines what it was."""
    if record.name.split(".")[0] != _OURS and record.exc_info:
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return record


def _told(exc_info: object) -> str:
    """An exception and what led to it: where, of which kind, and no value."""
    error = exc_info[1] if isinstance(exc_info, tuple) else None
    return "\n".join(_lines(error)) if isinstance(error, BaseException) else ""


def _lines(error: BaseException) -> Iterator[str]:
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    for number, each in enumerate(reversed(chain)):
        if number:
            yield "which led to:"
        yield "".join(traceback.format_tb(each.__traceback__)).rstrip()
        yield _named(each)


def _named(error: BaseException) -> str:
    kind = type(error)
    name = (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
    if isinstance(error, _TELLING):
        return f"{name}: {error}"
    codes = [str(code) for one in _CODES if (code := getattr(error, one, None))]
    return f"{name} ({', '.join([*codes, _UNTOLD])})"
