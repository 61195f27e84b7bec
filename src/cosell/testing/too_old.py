"""What to install where botocore is older than the service: its own error tells all that it knows,
and not that. Must not import botocore before somebody else has.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

OLDEST: Final = "1.35.61"  # of botocore: the first that knows the service
_SERVICE: Final = "partnercentral-selling"  # as calling.py has it, which loads more


def loading(original: Callable[..., Any]) -> Callable[..., Any]:
    """For `Loader.load_service_model`: the same, and an error that says what to install."""

    @wraps(original)
    def load_service_model(loader: Any, *args: Any, **named: Any) -> Any:
        __tracebackhide__ = True
        try:
            return original(loader, *args, **named)
        except Exception as error:
            if _is_of_age(error):
                _note(error, what_to_install(_SERVICE))
            raise

    return load_service_model


def what_to_install(service: str) -> str:
    """A sentence for who asks for a service that botocore does not know."""
    return (
        f"botocore {version()} does not know {service}: install {OLDEST} or newer"
        f" (pip install 'boto3>={OLDEST}')."
    )


def version() -> str:
    """The present botocore's."""
    import botocore

    return str(botocore.__version__)


def _is_of_age(error: Exception) -> bool:
    """Whether Partner Central was asked for, and others are known: else its files are hidden."""
    if type(error).__name__ != "UnknownServiceError":
        return False
    said = getattr(error, "kwargs", {})
    return bool(said.get("service_name") == _SERVICE and said.get("known_service_names"))


def _note(error: Exception, told: str) -> None:
    if told not in getattr(error, "__notes__", ()):  # who wraps a hook keeps it below the next one
        error.add_note(told)
