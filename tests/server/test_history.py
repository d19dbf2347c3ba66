"""How a room's history gets into the log: when, and how often."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from unittest.mock import patch

import pytest

from jupyter_collab.errors import StoreError
from jupyter_collab.protocol.identity import RoomId
from jupyter_collab.room.events import HistoryFailed, Logged, RoomEvent
from jupyter_collab.server.history import History
from jupyter_collab.store.journal import PACE, Journal
from jupyter_collab.store.knowledge import Anything
from jupyter_collab.store.port import SavedMark, StoredHistory
from tests.contracts.update_log import LINEAGE, ROOM, at
from tests.store.disturbed import DisturbedLog
from tests.waiting import asynchronous, until

LOG = logging.getLogger("test")


class CountingLog(DisturbedLog):
    """Counts what is written, and fails while it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.commits = 0
        self.fails = False

    @contextmanager
    def around(self, call: str, room: RoomId) -> Iterator[None]:
        if call == "append":
            self.commits += 1
            if self.fails:
                raise StoreError("No space is left")
        yield


class World:
    """A history, and what the room was told of it."""

    def __init__(self, log: CountingLog) -> None:
        self.log = log
        self.head = 1
        self.heard: list[RoomEvent] = []
        self.journal = Journal(LINEAGE, at(1), None, snapshot=lambda: b"whole")
        stored = StoredHistory(LINEAGE, (b"first",), at(1), None)
        self.history = History(
            *(log, ROOM, self.journal, stored), post=self.heard.append, clock=monotonic, log=LOG
        )

    def append(self) -> None:
        self.head += 1
        self.history.append(at(self.head), b"%d" % self.head)

    async def until(self, event: RoomEvent) -> None:
        await until(lambda: event in self.heard, 60)

    async def durable(self) -> int:
        stored = await self.log.load(ROOM)
        assert stored is not None
        return stored.position


async def begin() -> World:
    log = CountingLog()
    await log.start(ROOM, LINEAGE, b"first")
    return World(log)


async def later() -> None:
    """Wait until all is written that any history writes of what it was told before."""
    other = await begin()
    for _ in range(2):
        other.append()
        await other.until(Logged(at(other.head)))
    await other.history.close()


@asynchronous
async def test_keystrokes_are_written_together() -> None:
    """S22: without anybody who asks for it."""
    world = await begin()
    start = monotonic()
    for _ in range(60):
        world.append()
        await asyncio.sleep(0.01)
    await world.until(Logged(at(world.head)))
    elapsed = monotonic() - start
    assert 1 < world.log.commits <= 1 + elapsed / PACE
    assert await world.durable() == world.head
    await world.history.close()


@asynchronous
async def test_who_waits_has_it_written_at_once() -> None:
    """S22: what is told later may wait."""
    world = await begin()
    world.append()
    await world.until(Logged(at(2)))
    for _ in range(5):
        world.append()
        world.history.mark(SavedMark(at(1), "sha256:1", (), at(world.head)))
        before = monotonic()
        await world.history.written()
        assert await world.durable() == world.head
        assert world.journal.saved is not None
        assert world.journal.saved.writing == world.head
        if monotonic() - before < PACE / 2:
            break
    else:
        raise AssertionError("it waits for the pace")
    await world.history.close()


@asynchronous
async def test_only_edits_that_are_lost_are_told(caplog: pytest.LogCaptureFixture) -> None:
    """A history without any was built from its file, and is built again."""
    for edits in (0, 1):
        world = await begin()
        await world.log.close()
        stored = StoredHistory(LINEAGE, (b"first",), at(1), None)
        world.journal.start(stored, Anything())
        for _ in range(edits):
            world.append()
        await world.history.close()
        assert caplog.text.count("could not be kept") == edits


@asynchronous
async def test_a_save_does_not_wait_for_those_who_type_on() -> None:
    """S22: only for what was told before."""
    world = await begin()
    world.append()
    waiting = asyncio.ensure_future(world.history.written())
    for _ in range(10_000):
        await asyncio.sleep(0)
        world.append()
        if waiting.done():
            break
    assert waiting.done()
    await world.history.close()
    assert await world.durable() == world.head


@asynchronous
async def test_the_end_of_a_room_writes_what_waits() -> None:
    """S22 S20"""
    world = await begin()
    world.history.mark(SavedMark(at(1), "sha256:1"))
    world.append()
    await world.until(Logged(at(2)))
    world.append()
    assert await world.durable() == 2
    await world.history.close()
    assert await world.durable() == 3
    stored = await world.log.load(ROOM)
    assert stored is not None
    assert stored.saved == SavedMark(at(1), "sha256:1")


@asynchronous
async def test_what_failed_is_tried_once_more_at_the_end() -> None:
    """S15: without waiting for the next attempt."""
    world = await begin()
    world.log.fails = True
    world.append()
    await world.until(HistoryFailed(StoreError.reason))
    world.log.fails = False
    await world.history.close()
    assert await world.durable() == 2


@asynchronous
async def test_nothing_is_asked_any_more_after_a_cancel() -> None:
    world = await begin()
    world.append()
    await world.until(Logged(at(2)))
    world.append()
    world.history.cancel()
    world.append()
    await later()
    assert await world.durable() == 2


async def new(log: CountingLog) -> World:
    """A history that was just built from a file."""
    world = World(log)
    stored = StoredHistory(LINEAGE, (b"first",), at(1), SavedMark(at(1), "sha256:1"))
    world.journal.start(stored, Anything())
    world.history.begin(put_off=True)
    await later()
    assert await log.load(ROOM) is None, "nothing is written while it is opened"
    return world


@asynchronous
async def test_a_new_history_is_written_with_its_first_change() -> None:
    """S23"""
    with patch("jupyter_collab.server.history.QUIET", 3600):
        world = await new(CountingLog())
        world.append()
        await world.until(Logged(at(2)))
        assert await world.durable() == 2
        await world.history.close()


@asynchronous
async def test_a_new_history_is_written_when_the_room_ends() -> None:
    """S23"""
    with patch("jupyter_collab.server.history.QUIET", 3600):
        world = await new(CountingLog())
        await world.history.close()
        assert await world.durable() == 1


@asynchronous
async def test_a_new_history_is_written_after_a_while() -> None:
    """S23"""
    with patch("jupyter_collab.server.history.QUIET", 0.2):
        log = CountingLog()
        world = World(log)
        world.journal.start(StoredHistory(LINEAGE, (b"first",), at(1), None), Anything())
        world.history.begin(put_off=True)
        await world.until(Logged(at(1)))
        assert await world.durable() == 1
        await world.history.close()
