"""Threads that compute, as saves do, and the event loop take turns."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_collab.server.turns import (
    BETWEEN_STEPS,
    SWITCH_INTERVAL,
    after_others,
    share_the_interpreter,
)


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


async def test_others_have_some_turns_between_two_steps() -> None:
    done: list[str] = []
    after_others(lambda: done.append("step"))
    for _ in range(BETWEEN_STEPS + 1):
        asyncio.get_running_loop().call_soon(done.append, "other")
        await asyncio.sleep(0)
    assert done.index("step") == BETWEEN_STEPS - 1
    assert done.count("step") == 1
