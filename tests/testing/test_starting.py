"""A shared server that does not come up, and one whose start is interrupted: none is left."""

import os
import sys
from subprocess import DEVNULL, PIPE, Popen
from types import FrameType
from typing import Any

import pytest

from cosell.testing import server
from tests.interrupting import Interruption


def test_server_that_says_nothing_is_ended() -> None:
    mute = Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"],
        stdin=DEVNULL,
        stdout=PIPE,
        text=True,
    )
    assert server._announced(mute, 0.1) == ""
    assert mute.wait(60) != 0
    assert mute.stdout is not None
    mute.stdout.close()


def test_interrupted_start_leaves_no_server() -> None:
    started: list[int] = []

    def interrupt(frame: FrameType, event: str, arg: Any) -> None:
        if event == "call" and frame.f_code is server._answers.__code__:
            started.append(frame.f_back.f_locals["process"].pid if frame.f_back else 0)
            raise Interruption

    sys.setprofile(interrupt)
    try:
        with pytest.raises(Interruption):
            server.start()
    finally:
        sys.setprofile(None)
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)
