"""Making boto3 clients that belong to a world.

botocore is imported with the first one. Must not change what happens to a call: it only goes to the
world that the client belongs to.
"""

from typing import Any, Final

from cosell import forks
from cosell.auth.key_ids import make_id
from cosell.originals import RLock, disk, sha256
from cosell.testing import environment, interception, staying, too_old
from cosell.testing.calling import SELLING
from cosell.testing.current import Reached
from cosell.testing.dead_calls import BOUND, SPEAKER

# The session that makes them all; and what has read botocore's own files, for those that it is not
# to make, which takes many times as long as all the rest.
_kept: list[Any] = []
_loaders: list[Any] = []
# What a session has of the user's files and environment, which it reads once; and what makes those
# of its parts anew that do.
_READ: Final = ("_config", "_profile", "_profile_map", "_auth_token")
_READING: Final = ("_register_token_provider", "_register_user_agent_creator")


class _Way:
    """The session of HTTP by which a client sends: to its world. It is asked last, so what its
    user's handlers of `before-send` answer is not sent, as with any other client."""

    def __init__(self, session: Any, world: Reached) -> None:
        self._session = session
        self._world = world

    def send(self, request: Any) -> Any:
        """As `URLLib3Session.send`. NotLetOut if the world is closed."""
        __tracebackhide__ = True
        world = self._world
        if world.closed:
            from cosell.testing.sending import stop

            raise stop(
                f"This client belongs to the world {world.name}, which is closed. Make one in"
                " the world that is there now (cosell.client(), cosell.partner.client)."
            )
        setattr(request, BOUND, world)
        if interception.is_begun():
            return self._session.send(request)
        from cosell.testing.sending import answer  # no world was entered: nothing is hooked

        return answer(world, self._session, request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


class _Making:
    """A session makes one client at a time; in the middle of that a signal's handler may make
    another. A process that is forked off then has none that goes on with what was begun."""

    def __init__(self) -> None:
        self.one = RLock()
        forks.renew(self)

    def begin_anew(self) -> None:
        self.one = RLock()
        _kept.clear()
        _loaders.clear()


_making: Final = _Making()


def client(world: Reached, account: str, service: str, options: dict[str, Any]) -> Any:
    """A client whose calls reach the world as an account, whichever world is current; `options` are
    those of `Session.client`. ImportError and ValueError say what to install."""
    given = {
        "region_name": environment.REGION,
        "aws_access_key_id": access_key(account),
        "aws_secret_access_key": environment.SECRET,
        **options,
    }
    with _making.one:
        made = _made(service, given)

    made._endpoint.http_session = _Way(made._endpoint.http_session, world)
    setattr(made._serializer, BOUND, world)
    setattr(made._serializer, SPEAKER, account)
    return made


def access_key(account: str) -> str:
    """An access key id of AWS's form, which tells the account; always the same."""
    return "AKIA" + make_id("ASIA", account, sha256(account.encode()).digest())[4:]


def _made(service: str, given: dict[str, Any]) -> Any:
    """A client, configured as by a new session. The session is kept for the next ones once it has
    made one: what a test has put in the place of botocore's parts is to be in no other test's."""
    kept = next(iter(_kept), None)  # asked once: a signal's handler may fork, and clear it
    if kept is not None and not _is_renewed(kept, given):
        kept = None
    session = kept or _session()
    _ensure_known(session, service)
    try:
        made = session.create_client(service, **given)
    except Exception as error:
        from botocore.exceptions import DataNotFoundError

        lacks = isinstance(error, DataNotFoundError) and not given.get("api_version")
        if lacks and service in session.get_available_services():
            raise _found_none() from error
        raise
    if not kept:
        _keep(session, made, given)
    return made


def _session() -> Any:
    try:
        from botocore import session
    except ImportError:
        raise ImportError(
            "A client needs boto3: pip install boto3. Without it call operations by name:"
            ' partner.call("ListOpportunities", Catalog="AWS").'
        ) from None
    staying.hold(session)
    new = interception.real(session, "Session")()
    if _loaders and _has_no_models(new):
        new.register_component("data_loader", _loaders[0])
    return new


def _keep(session: Any, made: Any, given: dict[str, Any]) -> None:
    loader = session.get_component("data_loader")
    homes = [type(one).__module__ for one in (session, made, loader)]
    if homes != ["botocore.session", "botocore.client", "botocore.loaders"]:
        return
    if not _loaders and _has_no_models(session) and not disk.is_replaced():
        _loaders.append(loader)
    if loader in _loaders and not _kept and _is_renewed(session, given):
        _kept.append(session)


def _is_renewed(session: Any, given: dict[str, Any]) -> bool:
    """Let a session read the user's files again, by whatever a test has put in the place of what
    reads them: that costs less than to find out whether they would say the same, and most users
    have none. Whether it is as a new one then: most is looked at with each client anyway, but not
    the environment that it has met, the models, where credentials were found that nobody gave, and
    a monitor that is told of all calls."""
    for name in _READ:
        setattr(session, name, None)
    for name in _READING:
        getattr(session, name)()
    return (
        not environment.is_replaced()
        and given["aws_access_key_id"] is not None
        and _has_no_models(session)
        and not session.get_config_variable("csm_enabled")
    )


def _has_no_models(session: Any) -> bool:
    """Whether it reads botocore's models alone, as all the others do."""
    return session.get_config_variable("data_path") is None


def _ensure_known(session: Any, service: str) -> None:
    # Whichever it is: the answer to who asks first is for all of them, so no test is to bring it.
    known = session.get_available_services()
    if service in known or (known and service != SELLING[0]):
        return
    if not known:
        raise _found_none()
    raise ValueError(too_old.what_to_install(service))


def _found_none() -> ValueError:
    return ValueError(
        f"botocore {too_old.version()} does not find its files: has this test another file system"
        " in the place of the real one (pyfakefs)? Make the client before, or let it show"
        " botocore's folder (fs.add_real_directory)."
    )
