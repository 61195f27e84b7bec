"""What is made when it is asked for first, and then stays.

The library's `cached_property` takes a lock in Python 3.11, which a process that is forked off may
find taken for good; from 3.12 on two threads that ask first get one each. Must not know what is
made.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

_Made = TypeVar("_Made")


class once(Generic[_Made]):
    """A member that a method makes. Threads that ask together may make it several times: all get
    the same one, so making it does nothing beside that."""

    def __init__(self, make: Callable[[Any], _Made]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, one: None, owner: type) -> "once[_Made]": ...
    @overload
    def __get__(self, one: object, owner: type | None = None) -> _Made: ...
    def __get__(self, one: Any, owner: type | None = None) -> "once[_Made] | _Made":
        if one is None:
            return self
        made: _Made = vars(one).setdefault(self._name, self._make(one))
        return made
