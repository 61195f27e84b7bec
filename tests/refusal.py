"""A refused call, as boto3 tells it. Must not know which refusal a test expects."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.harness import Refused, World


@dataclass(frozen=True)
class Refusal:
    """The error's code, its HTTP status, its message, and what ValidationException adds."""

    code: str
    status: int
    message: str
    reason: str | None
    errors: list[tuple[str, str, str]]

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Each field error without its message."""
        return [(field, code) for field, code, _ in self.errors]


def refusal(method: Callable[..., Any], **members: Any) -> Refusal:
    """What a boto3 method answers that must not succeed."""
    with pytest.raises(ClientError) as caught:
        method(**members)
    response: Any = caught.value.response
    return Refusal(
        response["Error"]["Code"],
        response["ResponseMetadata"]["HTTPStatusCode"],
        response["Error"]["Message"],
        response.get("Reason"),
        [(one["FieldName"], one["Code"], one["Message"]) for one in response.get("ErrorList", ())],
    )


def rules_named(world: World) -> list[str]:
    """The rules that the journal names for the last call of a world."""
    [*_, last] = world.desk("ListCalls", MaxResults=1000)["Calls"]
    return [rule["Id"] for rule in last["Rules"]]


def desk_refusal(world: World, operation: str, **members: Any) -> Refusal:
    """What the desk answers that must not succeed."""
    with pytest.raises(Refused) as caught:
        world.desk(operation, **members)
    body = caught.value.body
    errors = [(one["FieldName"], one["Code"], one["Message"]) for one in body.get("ErrorList", ())]
    return Refusal(
        caught.value.code, caught.value.status, body["Message"], body.get("Reason"), errors
    )
