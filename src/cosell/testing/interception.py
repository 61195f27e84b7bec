"""From when to when calls of botocore reach a world: hooks that are put in, and taken out again.

botocore is never imported here: its classes are hooked when somebody imports it. Must not know what
happens to a call: that is in sending.py and dead_calls.py.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import wraps
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final, TypeAlias

from cosell import forks
from cosell.originals import RLock
from cosell.testing import environment, memoized, staying, too_old

Method: TypeAlias = Callable[..., Any]


def _sending(original: Method) -> Method:
    @wraps(original)
    def send(session: Any, request: Any) -> Any:
        __tracebackhide__ = True  # pytest shows the caller's lines, not these
        if not _active and not _ended:
            return original(session, request)
        from cosell.testing import sending

        return sending.send(original, session, request)

    return send


def _validating(original: Method) -> Method:
    @wraps(original)
    def serialize_to_request(serializer: Any, parameters: Any, operation_model: Any) -> Any:
        __tracebackhide__ = True
        if not _active:
            return original(serializer, parameters, operation_model)
        from cosell.testing import dead_calls

        return dead_calls.serialize(original, serializer, parameters, operation_model)

    return serialize_to_request


def _finding(original: Method) -> Method:
    @wraps(original)
    def load_credentials(resolver: Any) -> Any:
        found = original(resolver)
        if not _active:
            return found
        from cosell.testing import found as own

        return own.mark(found)

    return load_credentials


def _signing(original: Method) -> Method:
    @wraps(original)
    def get_auth_instance(signer: Any, signing_name: str, *args: Any, **named: Any) -> Any:
        if _active and not named.get("request_credentials"):
            from cosell.testing import found

            instead = found.instead_of(signer._credentials, signing_name)
            if instead is not None:
                named["request_credentials"] = instead
        return original(signer, signing_name, *args, **named)

    return get_auth_instance


def _configuring(original: Method) -> Method:
    @wraps(original)
    def get_config_variable(session: Any, logical_name: str, *args: Any, **named: Any) -> Any:
        found = original(session, logical_name, *args, **named)
        if found is None and logical_name == "region" and _active and _makes_up():
            # In the environment it would outrank the regions of the user's profiles.
            return environment.region()
        return found

    return get_config_variable


def _reading_times(original: Method) -> Method:
    return memoized.reading_times(original, _active)


def _cleaning_parts(original: Method) -> Method:
    return memoized.cleaning_parts(original, _active)


def _looking_up(original: Method) -> Method:
    @wraps(original)
    def _get_endpoint_url_environment_service(provider: Any) -> Any:
        found = original(provider)
        # moto knows calls of STS by AWS's host: at another endpoint it would no longer take them.
        # What a world puts into the environment is for child processes; this one needs no endpoint.
        is_of_sts = getattr(provider, "_client_name", "") == "sts"
        if _active and is_of_sts and "moto" in sys.modules:
            return environment.sts_without_worlds(found)
        return found

    return _get_endpoint_url_environment_service


# Every client of a process goes through these, whenever it was made: handlers of events are copied
# into a session when that is made, and miss the clients that were there before.
_HOOKS: Final = {
    "botocore.httpsession": ("URLLib3Session", "send", _sending),
    "botocore.credentials": ("CredentialResolver", "load_credentials", _finding),
    "botocore.session": ("Session", "get_config_variable", _configuring),
    "botocore.configprovider": (
        "ConfiguredEndpointProvider",
        "_get_endpoint_url_environment_service",
        _looking_up,
    ),
    "botocore.signers": ("RequestSigner", "get_auth_instance", _signing),
    "botocore.loaders": ("Loader", "load_service_model", too_old.loading),
    "botocore.validate": ("ParamValidationDecorator", "serialize_to_request", _validating),
    "botocore.parsers": ("BaseJSONParser", "_handle_timestamp", _reading_times),
    "botocore.useragent": ("UserAgentComponent", "to_string", _cleaning_parts),
}
# A botocore that has these no more goes without. Of the first nothing depends but what an error
# tells, and of the next two how long a call takes; of the last, whether moto has the STS of clients
# that are made in a world.
_DISPENSABLE: Final = frozenset(
    {"botocore.loaders", "botocore.parsers", "botocore.useragent", "botocore.configprovider"}
)
_lock = RLock()
forks.hold(_lock)
_active: "list[Interception]" = []
_ended: "list[Interception]" = []  # the runs of tests whose guard stays
_placed: list[environment.Placed] = []
_undo: list[Callable[[], None]] = []  # of the hooks
_hooked: list[type] = []  # the classes that are hooked now
_expecting: list[list[str]] = []  # what was stopped within each, the innermost last


class Interception:
    """Calls are intercepted, and credentials are in the environment, from `begin` to `end`. There
    may be several at once; the hooks are there once. What was broken off is undone by `end`."""

    def __init__(self, *, allow_real: bool = False, is_of_run: bool = False) -> None:
        """`allow_real` lets calls for which there is no world go to the real Partner Central; then
        the environment stays as the user has it. `is_of_run`: a run of tests asks what was stopped
        in it."""
        self.allow_real = allow_real
        self.is_of_run = is_of_run
        self._stopped: list[str] = []

    def begin(self) -> None:
        """Put the hooks in, if there are none."""
        with _lock:
            _active.append(self)
            if len(_active) == 1:
                _put_in(self.allow_real)
        staying.keep()  # pytest has put its own finder first, if one begins within another

    def end(self) -> None:
        """Take the hooks out, if this was the last interception; a second `end` does nothing."""
        with _lock:
            if self not in _active:
                return
            if len(_active) == 1:
                _take_out()
            _active.remove(self)

    def end_run(self) -> None:
        """`end`, for a run of tests: threads that it left go on, what is registered with `atexit`
        is yet to come, and the environment is the user's again. So hooks stay until the process
        ends, for the calls that would leave."""
        with _lock:
            _ended[:] = [] if self.allow_real else [self]
            self.end()

    def taken(self) -> list[str]:
        """What was said of the calls that were stopped since this was asked before."""
        stopped, self._stopped = self._stopped, []
        return stopped

    def note(self, what: str) -> None:
        """A call was stopped, whether or not its caller lets anybody know."""
        self._stopped.append(what)

    def tell(self, what: str) -> None:
        """The same once the run has ended: no test can fail of it. A thread may try again."""
        if what in self._stopped:
            return
        self._stopped.append(what)
        with suppress(AttributeError, OSError, ValueError):  # there is none, or it is closed
            sys.stderr.write(f"cosell: {what}\n")


@contextmanager
def expect_stopped() -> Iterator[list[str]]:
    """Calls that are stopped within are meant to be: they fail no test. AssertionError if none was.
    Answers what was said of them. Their NotLetOut goes on to whoever calls, as ever."""
    stopped: list[str] = []
    stopping = Interception()
    try:
        stopping.begin()
        with _lock:
            _expecting.append(stopped)
        yield stopped
    finally:
        stopping.end()
        with _lock:
            _expecting[:] = [one for one in _expecting if one is not stopped]
    if not stopped:
        raise AssertionError("No call was stopped, and one was expected to be.")


def real(module: ModuleType, name: str) -> Any:
    """A class of botocore's that is hooked, the newest if it was loaded again, whatever a test has
    put in its place; without a hook what is there."""
    wanted = module.__name__, name
    ours = (one for one in reversed(_hooked.copy()) if (one.__module__, one.__name__) == wanted)
    return next(ours, None) or getattr(module, name)


def note_stopped(what: str) -> None:
    """Tell the run of tests of a call that was stopped, the innermost one, or who expects it."""
    if expecting := _expecting.copy():
        expecting[-1].append(what)
        return
    for one in reversed(_active.copy()):
        if one.is_of_run:
            one.note(what)
            return
    for one in _ended:
        one.tell(what)


def is_over() -> bool:
    """Whether nothing is intercepted any more but what would leave: a run of tests has ended."""
    return bool(_ended) and not _active


def is_begun() -> bool:
    """Whether calls of botocore's are intercepted now."""
    return bool(_active)


def may_leave() -> bool:
    """Whether calls for which there is no world may go to the real Partner Central."""
    return any(one.allow_real for one in _active.copy())


def _makes_up() -> bool:
    """Whether clients get what the user has not set: where calls may leave, in a world only."""
    if not may_leave():
        return True
    from cosell.testing.current import current

    return current() is not None


def _put_in(allow_real: bool) -> None:
    if not allow_real:
        for placed in (environment.credentials(), environment.guard()):
            _placed.append(placed)
            placed.put()
    _unhook()  # since a run has ended, whoever patches may have taken them out
    is_there = [_hook(staying.loaded(name)) for name in _HOOKS]
    if not all(is_there):  # the rest when it is loaded
        sys.meta_path.insert(0, _finder)


def _take_out() -> None:
    while _placed:
        _placed[-1].take_back()
        _placed.pop()
    if not _ended:
        _unhook()


def _unhook() -> None:
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    while _undo:
        _undo[-1]()
        _undo.pop()


def _hook(module: ModuleType | None) -> bool:
    """Hook what there is to hook in a module, once; whether that is there now."""
    name = "" if module is None else module.__name__
    if module is None or name not in _HOOKS:
        return False
    owner_name, method, hooked = _HOOKS[name]
    owner = getattr(module, owner_name, None)
    if not isinstance(owner, type):  # a test's stub
        return False
    if name in _DISPENSABLE and not hasattr(owner, method):
        return True
    staying.hold(module)  # what sending.py raises is of the botocore whose calls come there
    if owner in _hooked:  # a second time it would be wrapped twice
        return True
    original = _below(getattr(owner, method))
    ours: Any = hooked(original)
    ours.cosell_hook = id(ours), original

    def undo() -> None:
        # Somebody else may have wrapped ours meanwhile; then it stays, and lets everything through.
        if getattr(owner, method) is ours:
            setattr(owner, method, original)
        if owner in _hooked:
            _hooked.remove(owner)

    _undo.append(undo)
    _hooked.append(owner)
    setattr(owner, method, ours)
    return True


def _below(method: Method) -> Method:
    """What a hook of before wraps, if somebody has put one back that was taken out (a patch that
    was begun in a world and ends after it). Who has wrapped one may have its attributes, too."""
    said = getattr(method, "cosell_hook", None)  # a mock has whatever it is asked for
    return said[1] if isinstance(said, tuple) and said[0] == id(method) else method


class _Finder:
    """Finds botocore's modules as the others do, and hooks each when it has been loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in _HOOKS:
            return None
        found = _found(name, path, target)
        if found is not None and found.loader is not None:
            load = found.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                with _lock:
                    if _active or _ended:
                        _hook(module)

            found.loader.exec_module = exec_module  # type: ignore[method-assign]
        return found


def _found(name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
    for finder in sys.meta_path:
        if finder is not _finder:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
    return None


_finder: Final = _Finder()
