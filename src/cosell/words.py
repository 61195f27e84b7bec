"""What the processes of a server say to each other by signals.

Who asks a server to end may tell one of its processes or all of them, as a terminal and a
supervisor do: the main one heeds it, and tells the others when it is their turn. Must not know what
is answered, nor when a server ends.
"""

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the main process has no loop, and it takes its time
    import asyncio

STRAY: Final = (signal.SIGUSR1, signal.SIGUSR2)  # others send them, to all of a server as well
# The words are numbers that nobody else sends, where the system has such.
_OWN: Final = getattr(signal, "SIGRTMAX", 0)
# To one that answers: finish what you are at, and be gone; say that you are not ready.
END, DRAIN = (_OWN - 2, _OWN - 1) if _OWN else STRAY
_ASKED: Final = (signal.SIGTERM, signal.SIGINT)  # what whoever asks a server to end may say
_HEARD: Final = {*_ASKED, END, DRAIN}
_HELD: Final = {*_HEARD, signal.SIGHUP}  # which the main one heeds, too


def prepare_forks() -> None:
    """From here on what this process forks, which is to answer, is ended at once by any of these
    words until it does answer: it would have this process's handlers, and heed none of them. What
    comes to it is not to be taken for what comes to this process, either."""
    main, masks = os.getpid(), list[set[int]]()

    def hold() -> None:
        if os.getpid() == main:
            masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, _HELD))

    def let_go() -> None:
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, masks.pop())

    def begin() -> None:
        if masks:
            signal.set_wakeup_fd(-1)
            for number in _HEARD:
                signal.signal(number, signal.SIG_DFL)
        let_go()

    os.register_at_fork(before=hold, after_in_parent=let_go, after_in_child=begin)


def leave_to_main(
    loop: "asyncio.AbstractEventLoop", before: Callable[[], None]
) -> Callable[[], None]:
    """In a process that answers, once the server has set its handlers: nobody is heeded any more
    but the main one. Answers what ends this process in order; `before` is done first."""
    handler = signal.getsignal(signal.SIGTERM)

    def end() -> None:
        before()
        signal.signal(signal.SIGTERM, handler)
        os.kill(os.getpid(), signal.SIGTERM)

    for number in _ASKED:
        signal.signal(number, signal.SIG_IGN)
    loop.add_signal_handler(END, end)
    return end
