"""Exceptions out of nowhere: one at every place where an interpreter could raise a signal's."""

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any


class Interruption(BaseException):
    """What a signal's handler raises."""


class Trap:
    """Raises once, at the `at`th step of what is run under it. A step is each instruction of the
    files that `within` names; with none, the beginning and the end of every function of cosell's,
    and the moment after every function that is not written in Python."""

    def __init__(
        self, at: int, within: str = "", error: type[BaseException] = Interruption
    ) -> None:
        self._left = at
        self._within = within
        self._error = error
        self.where = ""

    def run(self, act: Callable[[], object]) -> bool:
        """Whether there were so many steps. What was raised may have been turned into an answer."""
        tracing, profiling = sys.gettrace(), sys.getprofile()
        try:
            if self._within:
                sys.settrace(self._trace)
            else:
                sys.setprofile(self._profile)
            act()
        except self._error:
            pass
        finally:
            sys.settrace(tracing)
            sys.setprofile(profiling)
        return bool(self.where)

    def _trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        if self._within not in frame.f_code.co_filename:
            return None
        frame.f_trace_opcodes = True
        self._step(frame, event)
        return self._trace

    def _profile(self, frame: FrameType, event: str, arg: Any) -> None:
        if event != "c_call" and "/cosell/" in frame.f_code.co_filename:
            self._step(frame, event)

    def _step(self, frame: FrameType, event: str) -> None:
        if self.where:
            return
        self._left -= 1
        if self._left < 0:
            code: CodeType = frame.f_code
            self.where = f"{code.co_filename}:{frame.f_lineno} ({code.co_name}, {event})"
            raise self._error(self.where)


def everywhere(
    act: Callable[[], object],
    then: Callable[[str], None],
    within: str = "",
    stride: int = 1,
    error: type[BaseException] = Interruption,
) -> int:
    """Run something again and again, interrupted `stride` steps later each time, until it comes to
    its end; after each time `then` is told where it was. Answers how often."""
    at = 0
    while True:
        trap = Trap(at * stride, within, error)
        if not trap.run(act):
            return at
        then(trap.where)
        at += 1
