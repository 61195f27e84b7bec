"""What the standard library had before any test, and orjson: classes and functions in whose place
a test may put something of its own, for everything that runs in a test's process.

A module that is loaded while a patch is there would keep what that has put in; so none takes these
from the library itself. Instants are in clock.py, files in packaged.py. What makes threads, and
what they share, is as the whole run has it: gevent and eventlet put theirs in for good. Must not
load what pytest has not loaded anyway.
"""

import hmac
import os
import pathlib
import socket
import threading
from base64 import b32encode as b32encode
from base64 import b64decode as b64decode
from base64 import b64encode as b64encode
from base64 import urlsafe_b64decode as urlsafe_b64decode
from base64 import urlsafe_b64encode as urlsafe_b64encode
from collections.abc import Callable
from hashlib import blake2b as blake2b
from hashlib import sha256 as sha256
from hmac import compare_digest as compare_digest
from importlib import import_module as import_module
from inspect import iscoroutinefunction as iscoroutinefunction
from logging import getLogger as getLogger
from os import environ as environ
from os import getpid as getpid
from os import name as _system
from os import urandom as urandom
from random import Random as Random
from subprocess import DEVNULL as DEVNULL
from subprocess import PIPE as PIPE
from subprocess import Popen as Popen
from subprocess import TimeoutExpired as TimeoutExpired
from tempfile import TemporaryFile as TemporaryFile
from tempfile import gettempdir as gettempdir
from tempfile import mkdtemp as mkdtemp
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path as Path
    from threading import Event as Event
    from threading import Lock as Lock
    from threading import RLock as RLock
    from threading import Thread as Thread
    from threading import Timer as Timer
    from threading import current_thread as current_thread
    from threading import get_ident as get_ident
    from threading import local as local
    from threading import main_thread as main_thread

    import orjson as orjson

hmac_digest = hmac.digest
# The class that the machine's paths are of: where pyfakefs has put its own in the place of Path,
# pathlib's makes none.
_FILES: Final = (type(pathlib.Path()),)
_FOR_GOOD: Final = ("gevent", "eventlet")
_OF_THREADS: Final = {
    name: getattr(threading, name)
    for name in (
        *("Event", "Lock", "RLock", "Thread", "Timer", "local"),
        *("current_thread", "get_ident", "main_thread"),
    )
}
_start: Final = threading.Thread.start
_Socket: Final = socket.socket


class disk:
    """The disk that there is, whichever file system a test has put in its place: pyfakefs looks for
    os's functions in modules, not in classes."""

    close = staticmethod(os.close)
    mkdir = staticmethod(os.mkdir)
    open = staticmethod(os.open)
    replace = staticmethod(os.replace)
    stat = staticmethod(os.stat)
    unlink = staticmethod(os.unlink)
    write = staticmethod(os.write)

    @staticmethod
    def is_replaced() -> bool:
        """Whether a test has put another in its place."""
        return os.mkdir is not disk.mkdir


def __getattr__(name: str) -> Any:
    if name == "Path":  # pyfakefs would put its own in here, for whoever is loaded meanwhile
        return _FILES[0]
    if name == "orjson":  # a patch of `orjson.dumps` is one of the package, which has it from here
        return import_module("orjson.orjson")
    if name not in _OF_THREADS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return as_the_run_has(threading, name, _OF_THREADS[name])


def as_the_run_has(module: ModuleType, name: str, own: Any) -> Any:
    """What a module of the library has under a name, if that was put in for good; else its own."""
    found = getattr(module, name, own)
    root = str(getattr(found, "__module__", "")).partition(".")[0]
    return found if root in _FOR_GOOD else own


def token_hex(bytes: int) -> str:
    """Twice as many digits as bytes, which nobody can guess."""
    return urandom(bytes).hex()


def begin_thread(run: Callable[..., object], args: tuple[object, ...], name: str) -> None:
    """A thread that ends with the process; RuntimeError and MemoryError if none is to be had."""
    thread: threading.Thread = __getattr__("Thread")(target=run, args=args, name=name, daemon=True)
    _start(thread)


def listening(backlog: int) -> socket.socket:
    """A socket that listens on loopback, at a port that is free, also where a suite forbids them to
    its tests. OSError if it cannot be had."""
    kind = as_the_run_has(socket, "socket", _Socket)
    listener: socket.socket = kind(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if _system == "posix":  # as the library's create_server does
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(backlog)
    except BaseException:
        listener.close()
        raise
    return listener


def accepted(listener: socket.socket) -> tuple[socket.socket, tuple[str, int]]:
    """The next connection, as `accept` has it, of the listener's own kind: the library's would make
    it of whatever stands in the place of its class now. OSError if there is none."""
    if type(listener) is not _Socket:
        return listener.accept()
    descriptor, address = listener._accept()  # type: ignore[attr-defined]
    return _Socket(listener.family, listener.type, listener.proto, fileno=descriptor), address
