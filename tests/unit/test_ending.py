"""A server ends when it is asked to, whatever its main thread is at when the signal comes."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from granian.constants import Interfaces

from cosell import serving
from cosell.crew import Begun, Crew
from tests.waiting import until


@pytest.fixture
def server() -> Iterator[Any]:
    """The library's, which has set its handlers and is not yet asked to end."""
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in signals}
    made: Any = Crew(Begun(), interface=Interfaces.RSGI)
    serving._heed_signals(made, 0)
    for number in signals:
        signal.signal(number, made.signal_handler_interrupt)
    yield made
    for number, handler in before.items():
        signal.signal(number, handler)


def test_signal_that_comes_while_the_main_thread_holds_the_lock_of_what_it_waits_for(
    server: Any,
) -> None:
    with server.main_loop_interrupt._cond:  # as it is for a moment whenever it begins to wait
        signal.raise_signal(signal.SIGTERM)
    assert server.main_loop_interrupt.wait(20)
    assert server.interrupt_signal


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_that_comes_as_the_library_turns_to_a_process_that_ended(
    server: Any, number: signal.Signals
) -> None:
    signal.raise_signal(number)
    assert server.main_loop_interrupt.wait(20)
    server.main_loop_interrupt.clear()  # it had looked for signals just before
    until(lambda: server.main_loop_interrupt.is_set())
