"""What botocore works out anew in each call, though it follows from one value alone: it is asked
once for each value.

Of a page of twenty tasks, reading its times took two thirds of what botocore does for it. What is
kept is what botocore itself has made of a value. Must not make anything of one itself.
"""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeAlias

Method: TypeAlias = Callable[..., Any]

_KEPT_MAX: Final = 4_096
_UTC: Final = "Z"  # how a time ends that has nothing to do with where this process is


def reading_times(original: Method) -> Method:
    """In the place of `BaseJSONParser._handle_timestamp`: a time in text is read once. A parser of
    the user's own is asked each time, and so is botocore's where a test has put something in the
    place of what that reads times with (freezegun: the class of what comes out)."""
    kept: dict[str, Any] = {}
    usual = _named_in(original, "DEFAULT_TIMESTAMP_PARSER")
    dates: Any = getattr(_named_in(usual, "dateutil"), "parser", None)
    read, kind = getattr(dates, "parse", None), datetime.datetime
    if read is None:  # a botocore that reads times otherwise
        usual = None

    @wraps(original)
    def _handle_timestamp(parser: Any, shape: Any, value: Any) -> Any:
        __tracebackhide__ = True
        if (
            type(value) is not str
            or parser._timestamp_parser is not usual
            or datetime.datetime is not kind
            or dates.parse is not read
        ):
            return original(parser, shape, value)
        found = kept.get(value)
        if found is None:
            found = original(parser, shape, value)
            if value.endswith(_UTC):
                _keep(kept, value, found)
        return found

    return _handle_timestamp


def cleaning_parts(original: Method) -> Method:
    """In the place of `UserAgentComponent.to_string`, of a tuple of texts: each part is cleaned
    once. One that has a greatest size has it from an object that is made anew for each call."""
    kept: dict[Any, str] = {}

    @wraps(original)
    def to_string(part: Any) -> Any:
        __tracebackhide__ = True
        if getattr(part, "size_config", None) is not None:
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
