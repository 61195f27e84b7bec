"""What botocore works out anew in each call, though it follows from one value alone: it is asked
once for each value.

Of a page of twenty tasks, reading its times took two thirds of what botocore does for it. What is
kept is what botocore itself has made of a value. Must not make anything of one itself.
"""

import datetime
import re
import time
from collections.abc import Callable, Sized
from functools import wraps
from typing import Any, Final, TypeAlias

Method: TypeAlias = Callable[..., Any]

_KEPT_MAX: Final = 4_096
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{3}))?Z", re.ASCII)


def reading_times(original: Method, active: Sized) -> Method:
    """In the place of `BaseJSONParser._handle_timestamp`: of times as Partner Central tells them
    each second is read once, as of this process's time zone; its milliseconds are put in. A parser
    of the user's own is asked each time, and so is botocore's while a test has something in the
    place of `datetime.datetime` (freezegun) or of `dateutil.parser.parse`, and where nothing is
    `active`."""
    usual = _named_in(original, "DEFAULT_TIMESTAMP_PARSER")
    dates: Any = getattr(_named_in(usual, "dateutil"), "parser", None)
    if not hasattr(dates, "_parser"):  # a botocore, or a dateutil, that reads times otherwise
        return original
    kept: dict[Any, Any] = {}

    @wraps(original)
    def _handle_timestamp(parser: Any, shape: Any, value: Any) -> Any:
        __tracebackhide__ = True
        told = _TIME.fullmatch(value) if type(value) is str else None
        if (
            told is None
            or not active
            or getattr(parser, "_timestamp_parser", None) is not usual
            or dates.parse is not dates._parser.parse
        ):
            return original(parser, shape, value)
        second, milliseconds = told.groups()
        as_here = second, time.tzname, time.timezone, time.altzone
        found = kept.get(as_here)
        if type(found) is not datetime.datetime:
            found = original(parser, shape, value)
            if type(found) is datetime.datetime and type(found).__module__ == "datetime":
                _keep(kept, as_here, found)
            return found
        return found.replace(microsecond=int(milliseconds or 0) * 1_000)

    return _handle_timestamp


def cleaning_parts(original: Method, active: Sized) -> Method:
    """In the place of `UserAgentComponent.to_string`, of a tuple of texts: each part is cleaned
    once while anything is `active`. One that has a greatest size has it from an object that is made
    anew for each call."""
    kept: dict[Any, str] = {}

    @wraps(original)
    def to_string(part: Any) -> Any:
        __tracebackhide__ = True
        sized = getattr(part, "size_config", None) is not None
        if sized or not active or not isinstance(part, tuple):
            return original(part)
        found = kept.get(part)
        if found is None:
            found = original(part)
            _keep(kept, part, found)
        return found

    return to_string


def _named_in(function: object, name: str) -> Any:
    """What a function finds under a name of its module."""
    return getattr(function, "__globals__", {}).get(name)


def _keep(kept: dict[Any, Any], value: object, made: object) -> None:
    if len(kept) >= _KEPT_MAX:
        kept.clear()
    kept[value] = made
