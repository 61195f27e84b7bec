"""What a reader of a failure sees: the code under test and botocore, not the way into a world."""

import traceback

import boto3
import pytest

from cosell.testing import World


def test_frames_of_the_interception_are_hidden_from_pytest(bare: None) -> None:
    with World():
        client = boto3.client("partnercentral-selling", region_name="us-east-1")
        with pytest.raises(Exception, match="Unknown parameter") as dead:
            client.list_solutions(Catalog="Sandbox", Wrong=1)
    with pytest.raises(Exception, match="no current world") as stopped:
        _stopped(client)
    for error in (dead, stopped):
        frames = traceback.walk_tb(error.tb)
        ours = [frame for frame, _ in frames if "/cosell/testing/" in frame.f_code.co_filename]
        assert ours
        assert all(frame.f_locals.get("__tracebackhide__") for frame in ours)


def _stopped(client: object) -> None:
    from cosell.testing.interception import Interception

    interception = Interception()
    interception.begin()
    try:
        client.list_solutions(Catalog="Sandbox")  # type: ignore[attr-defined]
    finally:
        interception.end()
