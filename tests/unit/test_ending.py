"""A server ends when it is asked to, whatever its main thread is at when the signal comes."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from granian.constants import Interfaces

from cosell import serving
from cosell.crew import Begun, Crew
from tests.waiting import until

FORKED = """
import os, signal
from cosell import words

words.prepare_forks()
heard, told = os.pipe()
for end in (heard, told):
    os.set_blocking(end, False)
signal.set_wakeup_fd(told)
signal.signal(signal.SIGHUP, lambda *_: None)
child = os.fork()
if not child:
    signal.raise_signal(signal.SIGHUP)
    os._exit(0)
os.waitpid(child, 0)
try:
    print(os.read(heard, 1))
except BlockingIOError:
    print("nothing")
signal.raise_signal(signal.SIGHUP)
print(os.read(heard, 1)[0] == signal.SIGHUP)
"""


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
    os.close(signal.set_wakeup_fd(-1))
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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_that_another_thread_takes_while_the_main_one_waits(
    server: Any, number: signal.Signals
) -> None:
    """As the system gives it to one when a process goes on that was stopped: the main thread, which
    alone runs handlers, is not woken by it."""
    main, over = server.main_loop_interrupt, threading.Event()

    def take() -> None:
        until(lambda: main._cond._waiters)  # the main thread waits
        signal.pthread_kill(threading.get_ident(), number)
        over.wait()

    threading.Thread(target=take, daemon=True).start()
    try:
        assert main.wait(20)
    finally:
        over.set()
    assert server.interrupt_signal


def test_signal_to_a_process_that_was_forked_is_not_heard_by_the_main_one() -> None:
    ran = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["nothing", "True"], ran.stderr
