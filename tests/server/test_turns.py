"""Threads that compute, as saves do, and the event loop take turns."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from pycrdt import Doc, Text

from jupyter_collab.protocol.identity import ConnectionId
from jupyter_collab.protocol.messages import EMPTY_UPDATE, SyncStep2, SyncUpdate
from jupyter_collab.room import events as ev
from jupyter_collab.room.guests import ground
from jupyter_collab.room.yjs.places import Places
from jupyter_collab.room.yjs.structs import Run, Struct
from jupyter_collab.server.turns import (
    BETWEEN_STEPS,
    SWITCH_INTERVAL,
    after_others,
    share_the_interpreter,
)
from tests.room.world import person
from tests.waiting import until

from .conftest import Connect


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


async def test_others_have_turns_while_a_guests_first_edit_is_looked_at(
    connect: Connect,
    jp_root_dir: Path,
    app: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """G7 G8: it may stand on all that the document has. What comes meanwhile comes behind."""
    (jp_root_dir / "notes.txt").write_text("")
    ada = await connect("notes.txt")
    for _ in range(100):
        ada.text.insert(0, "a-")
    await ada.durable()
    (actor,) = app.services.rooms
    monkeypatch.setattr(ground, "STEP", 10)
    turn, looked_at = 0, list[int]()

    def count() -> None:
        nonlocal turn
        turn += 1
        asyncio.get_running_loop().call_soon(count)

    def add_runs(self: Places, runs: Sequence[Run], update: bytes) -> list[tuple[int, Struct]]:
        looked_at.append(turn)
        return original(self, runs, update)

    original = Places.add_runs
    monkeypatch.setattr(Places, "add_runs", add_runs)
    count()
    id, guest = ConnectionId(1_000_000), replace(person("guest-1"), guest=True)
    actor.post(ev.Joined(id, guest, actor.room.lineage))
    actor.post(ev.Received(id, SyncStep2(EMPTY_UPDATE)))
    theirs: Doc[Any] = Doc()
    theirs.apply_update(actor.room.replica.snapshot())
    there = theirs.get_state()
    theirs.get("source", type=Text).insert(0, "guest ")
    actor.post(ev.Received(id, SyncUpdate(theirs.get_update(there))))
    ada.text += "ada"
    await ada.until(lambda: str(ada.text).startswith("guest "))
    await ada.durable()
    steps = looked_at[:10]
    assert [after - before for before, after in pairwise(steps)] == [BETWEEN_STEPS] * 9
    assert str(actor.room.replica.doc.get("source", type=Text)) == f"guest {'a-' * 100}ada"


async def test_a_server_that_stops_waits_for_that_and_no_longer(
    connect: Connect,
    jp_root_dir: Path,
    app: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (jp_root_dir / "notes.txt").write_text("hello\n")
    ada = await connect("notes.txt")
    await ada.durable()
    (actor,) = app.services.rooms
    actor.post(ev.Closing())  # so that nothing is left that would wake who waits
    await until(lambda: actor.room.is_settled)
    await actor.history.written()
    id, guest = ConnectionId(1_000_000), replace(person("guest-1"), guest=True)
    actor.post(ev.Joined(id, guest, actor.room.lineage))
    actor.post(ev.Received(id, SyncStep2(EMPTY_UPDATE)))
    await actor.flush(2)
    assert "Could not save" not in caplog.text
