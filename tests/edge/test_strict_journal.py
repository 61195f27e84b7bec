"""The journal of a strict server: who is in it, and who may read it."""

import dataclasses

import pytest
from botocore.exceptions import ClientError

from tests.edge.keys import ALPHA, BETA
from tests.edge.test_strict import desk, partner, post
from tests.edge.wires import LIST
from tests.harness import ACCOUNT, OTHER, Refused, Server


def outcomes(server: Server, namespace: str) -> list[tuple[str, str, str | None]]:
    """What the journal of a namespace has, as ALPHA reads it."""
    calls = desk(server, ALPHA, namespace, "ListCalls")["Calls"]
    return [(one["Operation"], one["Outcome"], one["AccountId"]) for one in calls]


def test_a_call_that_nobody_may_be_sure_of_is_in_the_journal_of_nobody_s(strict: Server) -> None:
    namespace = "team-a-journal"
    assert post(strict, dataclasses.replace(ALPHA, secret="guessed"), namespace).status == 400
    assert post(strict, None, namespace).status == 400
    assert post(strict, ALPHA, namespace).status == 200
    assert outcomes(strict, namespace) == [
        (LIST, "InvalidSignatureException", None),
        (LIST, "MissingAuthenticationTokenException", None),
        (LIST, "Success", ACCOUNT),
    ]


def test_a_key_of_other_namespaces_leaves_no_trace_and_reads_none(strict: Server) -> None:
    assert post(strict, BETA, "default").status == 404
    assert (LIST, "UnknownNamespaceException", OTHER) not in outcomes(strict, "default")
    with pytest.raises(Refused, match="UnknownNamespaceException"):
        desk(strict, BETA, "default", "ListCalls")
    with pytest.raises(Refused, match="MissingAuthenticationTokenException"):
        desk(strict, None, "default", "ListCalls")


def test_the_token_service_is_in_it_and_a_key_of_other_namespaces_is_not(strict: Server) -> None:
    before = outcomes(strict, "default")
    for signer in (ALPHA, BETA):
        sts = partner(strict, signer, service="sts")
        assert sts.get_caller_identity()["Account"]
        with pytest.raises(ClientError, match="InvalidAction"):
            sts.get_session_token()
    assert outcomes(strict, "default")[len(before) :] == [
        ("GetCallerIdentity", "Success", ACCOUNT),
        ("GetSessionToken", "InvalidAction", ACCOUNT),
    ]
