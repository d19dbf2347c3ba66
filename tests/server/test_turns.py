"""Threads that compute, as saves do, and the event loop take turns."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_collab.server.turns import SWITCH_INTERVAL, share_the_interpreter


@pytest.fixture
def usual_interval() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    yield
    sys.setswitchinterval(before)


def test_a_server_that_serves_documents_has_short_turns(
    usual_interval: None, jp_serverapp: ServerApp
) -> None:
    assert sys.getswitchinterval() == pytest.approx(SWITCH_INTERVAL)


def test_turns_that_are_shorter_already_stay(usual_interval: None) -> None:
    sys.setswitchinterval(SWITCH_INTERVAL / 2)
    share_the_interpreter()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_INTERVAL / 2)
