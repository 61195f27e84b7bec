"""Making boto3 clients that belong to a world.

botocore is imported with the first one. Must not intercept anything: a request only carries the
world that it is for.
"""

from typing import Any, Final

from cosell.auth.key_ids import make_id
from cosell.originals import RLock, disk, sha256
from cosell.testing import environment, interception, staying
from cosell.testing.calling import SELLING
from cosell.testing.current import Reached
from cosell.testing.dead_calls import BOUND, SPEAKER

OLDEST: Final = "1.35.61"  # of botocore: the first that knows the service
# A session makes one client at a time; in the middle of that a signal's handler may make another.
_making = RLock()
_KEPT_MAX: Final = 8
# The session that makes them all, by how it is configured: a test may bring files of its own.
_kept: dict[tuple[object, ...], Any] = {}
# What has read botocore's own files, which takes many times as long as all the rest.
_loaders: list[Any] = []


def client(world: Reached, account: str, service: str, options: dict[str, Any]) -> Any:
    """A client whose calls reach the world as an account, whichever world is current; `options` are
    those of `Session.client`. ImportError and ValueError say what to install."""
    given = {
        "region_name": environment.REGION,
        "aws_access_key_id": access_key(account),
        "aws_secret_access_key": environment.SECRET,
        **options,
    }
    with _making:
        made = _made(service, given)

    def bind(request: Any, **_: object) -> Any:
        if world.closed:
            from cosell.testing.sending import stop

            raise stop(
                f"This client belongs to the world {world.name}, which is closed. Make one in"
                " the world that is there now (cosell.client(), cosell.partner.client)."
            )
        setattr(request, BOUND, world)
        if interception.is_begun():
            return None
        from cosell.testing.sending import answer  # no world was entered: nothing is hooked

        return answer(world, made._endpoint.http_session, request)

    made.meta.events.register("before-send", bind)
    setattr(made._serializer, BOUND, world)
    setattr(made._serializer, SPEAKER, account)
    return made


def access_key(account: str) -> str:
    """An access key id of AWS's form, which tells the account; always the same."""
    return "AKIA" + make_id("ASIA", account, sha256(account.encode()).digest())[4:]


def _made(service: str, given: dict[str, Any]) -> Any:
    """A client. Its session is kept for the next ones once it has made one: what a test has put in
    the place of botocore's parts, or of what reads its files, is to be in no other test's."""
    configured = environment.configuration()
    kept = _kept.get(configured) if configured else None
    session = kept or _session()
    _ensure_known(session, service)
    made = session.create_client(service, **given)
    if not kept:
        _keep(session, made, configured)
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


def _keep(session: Any, made: Any, configured: tuple[object, ...] | None) -> None:
    loader = session.get_component("data_loader")
    homes = [type(one).__module__ for one in (session, made, loader)]
    if homes != ["botocore.session", "botocore.client", "botocore.loaders"]:
        return
    if not _loaders and _has_no_models(session) and not disk.is_replaced():
        _loaders.append(loader)
    if configured:
        if len(_kept) >= _KEPT_MAX:
            _kept.clear()
        _kept[configured] = session


def _has_no_models(session: Any) -> bool:
    """Whether it reads botocore's models alone, as all the others do."""
    return session.get_config_variable("data_path") is None


def _ensure_known(session: Any, service: str) -> None:
    known = session.get_available_services() if service == SELLING[0] else [service]
    if service in known:
        return
    import botocore

    if not known:
        raise ValueError(
            f"botocore {botocore.__version__} finds none of its files: has this test another file"
            " system in the place of the real one (pyfakefs)? Make the client before, or let it"
            " show botocore's folder (fs.add_real_directory)."
        )
    raise ValueError(
        f"botocore {botocore.__version__} does not know {service}: install {OLDEST} or newer"
        f" (pip install 'boto3>={OLDEST}')."
    )
