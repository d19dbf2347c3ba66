"""What every :class:`~jupyter_collab.store.port.UpdateLog` must do.

For those who write an adapter: subclass :class:`UpdateLogContract` in a test module and give
it a fixture ``open_log``, a function that opens the store, to be closed as the test ends.
Called again after the log was closed, it opens the same store again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

import pytest

from jupyter_collab.errors import StoreConflict, StoreError
from jupyter_collab.protocol.identity import FileId, Lineage, Position, RoomId
from jupyter_collab.store.port import More, SavedMark, StoredHistory, UpdateLog
from tests.waiting import asynchronous

OpenLog = Callable[[], UpdateLog]

ROOM = RoomId("json", "notebook", FileId("5ab1d0c4"))
OTHER_ROOM = RoomId("text", "file", FileId("5ab1d0c4"))
LINEAGE = Lineage("lineage-1")
OTHER_LINEAGE = Lineage("lineage-2")


def at(number: int) -> Position:
    return Position(number)


def updates(first: int, last: int) -> list[bytes]:
    """Bytes to store at the positions ``first`` to ``last``; a log does not look into them."""
    return [f"update {number}".encode() for number in range(first, last + 1)]


async def fill(log: UpdateLog, last: int, room: RoomId = ROOM, lineage: Lineage = LINEAGE) -> None:
    """Begin a history and bring it to the position ``last``."""
    first, *more = updates(1, last)
    await log.start(room, lineage, first)
    for position, update in enumerate(more, start=2):
        await log.append(room, lineage, at(position), update)


async def expect(log: UpdateLog, room: RoomId = ROOM) -> StoredHistory:
    history = await log.load(room)
    assert history is not None
    return history


class UpdateLogContract:
    """The suite (S1 to S6). ``persistent`` and ``compacting`` tell what the adapter promises."""

    persistent: ClassVar[bool] = True
    """Histories outlive :meth:`UpdateLog.close`."""

    compacting: ClassVar[bool] = True
    """``compact`` does what it is asked, instead of returning ``False``."""

    @pytest.fixture
    def open_log(self) -> OpenLog:
        raise NotImplementedError

    # --- start and load

    @asynchronous
    async def test_a_room_without_a_history_has_none(self, open_log: OpenLog) -> None:
        log = open_log()
        assert await log.load(ROOM) is None
        assert await log.load(ROOM, at(1)) is None

    @asynchronous
    async def test_start_makes_the_snapshot_the_first_update(self, open_log: OpenLog) -> None:
        log = open_log()
        await log.start(ROOM, LINEAGE, b"snapshot")
        assert await log.load(ROOM) == StoredHistory(LINEAGE, (b"snapshot",), at(1), None)
        assert await log.load(OTHER_ROOM) is None

    @asynchronous
    async def test_start_replaces_another_lineage(self, open_log: OpenLog) -> None:
        log = open_log()
        await fill(log, 3)
        await log.mark_saved(ROOM, LINEAGE, SavedMark(at(2), "sha256:1"))
        await log.start(ROOM, OTHER_LINEAGE, b"snapshot")
        assert await log.load(ROOM) == StoredHistory(OTHER_LINEAGE, (b"snapshot",), at(1), None)

    @asynchronous
    async def test_start_refuses_the_lineage_that_is_there(self, open_log: OpenLog) -> None:
        log = open_log()
        await fill(log, 2)
        with pytest.raises(StoreConflict):
            await log.start(ROOM, LINEAGE, b"update 1")
        assert (await expect(log)).updates == tuple(updates(1, 2))

    @asynchronous
    async def test_start_again_with_the_same_is_done_already(self, open_log: OpenLog) -> None:
        log = open_log()
        await log.start(ROOM, LINEAGE, b"snapshot")
        await log.start(ROOM, LINEAGE, b"snapshot")
        with pytest.raises(StoreConflict):
            await log.start(ROOM, LINEAGE, b"another snapshot")
        assert (await expect(log)).updates == (b"snapshot",)

    @asynchronous
    async def test_start_can_go_on_at_a_later_position(self, open_log: OpenLog) -> None:
        log = open_log()
        await log.start(ROOM, LINEAGE, b"snapshot", at(7))
        await log.append(ROOM, LINEAGE, at(8), b"update 8")
        assert await log.load(ROOM) == StoredHistory(
            LINEAGE, (b"snapshot", b"update 8"), at(8), None
        )
        with pytest.raises(StoreError):
            await log.load(ROOM, at(6))

    @asynchronous
    async def test_start_replaces_a_history_that_has_lost_its_end(self, open_log: OpenLog) -> None:
        """S3."""
        log = open_log()
        await fill(log, 3)
        with pytest.raises(StoreConflict):
            await log.start(ROOM, LINEAGE, b"snapshot", at(3))
        await log.start(ROOM, LINEAGE, b"snapshot", at(4))
        assert await log.load(ROOM) == StoredHistory(LINEAGE, (b"snapshot",), at(4), None)

    @asynchronous
    async def test_start_takes_all_of_a_history_at_once(self, open_log: OpenLog) -> None:
        """S3: so a history can get another name without a moment in which it is not there."""
        log = open_log()
        await fill(log, 4)
        mark = SavedMark(at(5), "sha256:1", (at(6),), live=True)
        more = More((b"update 6", b"update 7"), mark)
        for _ in range(2):
            await log.start(ROOM, OTHER_LINEAGE, b"snapshot", at(5), more)
            rows = (b"snapshot", b"update 6", b"update 7")
            assert await log.load(ROOM) == StoredHistory(OTHER_LINEAGE, rows, at(7), mark)
        with pytest.raises(StoreConflict):
            await log.start(ROOM, OTHER_LINEAGE, b"snapshot", at(5), More((b"another",), mark))
        await log.append(ROOM, OTHER_LINEAGE, at(8), b"update 8")
        await log.mark_saved(ROOM, OTHER_LINEAGE, replace(mark, position=at(8), live=False))
        history = await expect(log)
        assert (history.position, history.first) == (at(8), at(5))
        assert history.saved == SavedMark(at(8), "sha256:1", (at(6),))

    @asynchronous
    async def test_rooms_do_not_mix(self, open_log: OpenLog) -> None:
        """Not even two views of one file."""
        log = open_log()
        rooms = [ROOM, OTHER_ROOM, RoomId("text", "notebook", ROOM.file_id)]
        for count, room in enumerate(rooms, start=1):
            await fill(log, count, room, Lineage(f"lineage of {room}"))
        for count, room in enumerate(rooms, start=1):
            history = await expect(log, room)
            assert history.lineage == f"lineage of {room}"
            assert history.updates == tuple(updates(1, count))

    @asynchronous
    async def test_load_stops_where_it_is_told(self, open_log: OpenLog) -> None:
        log = open_log()
        await fill(log, 5)
        history = await log.load(ROOM, at(3))
        assert history == StoredHistory(LINEAGE, tuple(updates(1, 3)), at(3), None)
        for unreachable in (0, 6):
            with pytest.raises(StoreError):
                await log.load(ROOM, at(unreachable))

    # --- append

    @asynchronous
    async def test_append_keeps_bytes_and_order(self, open_log: OpenLog) -> None:
        log = open_log()
        payloads = [b"\x00\x00", bytes(range(256)), b"", b"x" * 2_000_000]
        await log.start(ROOM, LINEAGE, b"snapshot")
        for position, payload in enumerate(payloads, start=2):
            await log.append(ROOM, LINEAGE, at(position), payload)
        assert (await expect(log)).updates == (b"snapshot", *payloads)

    @asynchronous
    async def test_append_refuses_a_gap(self, open_log: OpenLog) -> None:
        log = open_log()
        await fill(log, 2)
        for wrong in (0, 1, 2, 4):
            with pytest.raises(StoreConflict):
                await log.append(ROOM, LINEAGE, at(wrong), b"other")
        assert (await expect(log)).updates == tuple(updates(1, 2))

    @asynchronous
    async def test_append_again_of_the_same_is_done_already(self, open_log: OpenLog) -> None:
        log = open_log()
        await fill(log, 3)
        for position, update in enumerate(updates(1, 3), start=1):
            await log.append(ROOM, LINEAGE, at(position), update)
        assert (await expect(log)).updates == tuple(updates(1, 3))

    @asynchronous
    async def test_append_takes_several_at_once(self, open_log: OpenLog) -> None:
        """S15: also if some of them are there already, as after a call that failed."""
        log = open_log()
        await fill(log, 2)
        await log.append(ROOM, LINEAGE, at(3), *updates(3, 5))
        await log.append(ROOM, LINEAGE, at(4), *updates(4, 7))
        assert (await expect(log)).updates == tuple(updates(1, 7))
        for wrong in (2, 3, 9):
            with pytest.raises(StoreConflict):
                await log.append(ROOM, LINEAGE, at(wrong), *updates(8, 9))
        assert (await expect(log)).updates == tuple(updates(1, 7))

    @asynchronous
    async def test_a_history_is_continued_by_its_own_lineage(self, open_log: OpenLog) -> None:
        """L1: nothing of another lineage gets into a history, nor into one that is gone."""
        log = open_log()
        await fill(log, 2)
        mark = SavedMark(at(1), "sha256:1")
        for room, lineage in ((ROOM, OTHER_LINEAGE), (OTHER_ROOM, LINEAGE)):
            with pytest.raises(StoreConflict):
                await log.append(room, lineage, at(3), b"other")
            with pytest.raises(StoreConflict):
                await log.mark_saved(room, lineage, mark)
        assert await log.load(ROOM) == StoredHistory(LINEAGE, tuple(updates(1, 2)), at(2), None)
        assert await log.load(OTHER_ROOM) is None

    @asynchronous
    async def test_calls_that_overlap_take_effect_in_order(self, open_log: OpenLog) -> None:
        log = open_log()
        first, *more = updates(1, 40)
        calls = [log.start(ROOM, LINEAGE, first)]
        calls += [
            log.append(ROOM, LINEAGE, at(position), update)
            for position, update in enumerate(more, start=2)
        ]
        loading = asyncio.gather(*calls, log.load(ROOM))
        *_, history = await loading
        assert history == StoredHistory(LINEAGE, tuple(updates(1, 40)), at(40), None)

    @asynchronous
    async def test_a_caller_that_is_gone_hinders_nobody(self, open_log: OpenLog) -> None:
        log = open_log()
        await fill(log, 1)
        leaving = asyncio.ensure_future(log.append(ROOM, LINEAGE, at(2), b"update 2"))
        staying = asyncio.ensure_future(log.append(ROOM, LINEAGE, at(3), b"update 3"))
        await asyncio.wait([leaving], timeout=0)
        leaving.cancel()
        await staying
        assert (await expect(log)).updates == tuple(updates(1, 3))

    # --- saved marks

    @asynchronous
    async def test_the_last_mark_is_kept(self, open_log: OpenLog) -> None:
        log = open_log()
        await fill(log, 4)
        marks = [
            SavedMark(at(2), "sha256:2"),
            SavedMark(at(2), "sha256:2é", (at(3), at(4)), at(4)),
            SavedMark(at(1), ""),
        ]
        for mark in marks:
            await log.mark_saved(ROOM, LINEAGE, mark)
            assert (await expect(log)).saved == mark
        assert (await expect(log)).updates == tuple(updates(1, 4))
        await log.append(ROOM, LINEAGE, at(5), b"update 5")
        assert (await expect(log)).saved == marks[-1]

    @asynchronous
    async def test_a_mark_speaks_of_what_is_kept(self, open_log: OpenLog) -> None:
        log = open_log()
        await fill(log, 2)
        marks = [
            SavedMark(at(3), "sha256:3"),
            SavedMark(at(1), "sha256:1", (at(3),)),
            SavedMark(at(1), "sha256:1", (), at(3)),
        ]
        for mark in marks:
            with pytest.raises(StoreConflict):
                await log.mark_saved(ROOM, LINEAGE, mark)
        assert (await expect(log)).saved is None

    @asynchronous
    async def test_a_mark_comes_with_the_updates_that_it_names(self, open_log: OpenLog) -> None:
        log = open_log()
        await fill(log, 2)
        mark = SavedMark(at(1), "sha256:1", (at(4),))
        for _ in range(2):  # it was done, and nobody heard of it
            await log.append(ROOM, LINEAGE, at(3), *updates(3, 5), mark=mark)
            assert await expect(log) == StoredHistory(LINEAGE, tuple(updates(1, 5)), at(5), mark)
        later = replace(mark, position=at(5), merged=())
        await log.append(ROOM, LINEAGE, at(5), *updates(5, 6), mark=later)
        assert (await expect(log)).saved == later
        await log.append(ROOM, LINEAGE, at(7), *updates(7, 7))
        assert (await expect(log)).saved == later
        with pytest.raises(StoreConflict):
            await log.append(
                ROOM, LINEAGE, at(8), *updates(8, 8), mark=replace(mark, writing=at(9))
            )
        assert (await expect(log)).saved == later

    # --- compaction

    @asynchronous
    async def test_compact_replaces_the_beginning(self, open_log: OpenLog) -> None:
        log = open_log()
        await fill(log, 6)
        mark = SavedMark(at(4), "sha256:4")
        await log.mark_saved(ROOM, LINEAGE, mark)
        done = await log.compact(ROOM, LINEAGE, at(4), b"snapshot")
        assert done is self.compacting
        kept = (b"snapshot", *updates(5, 6)) if done else tuple(updates(1, 6))
        assert await log.load(ROOM) == StoredHistory(LINEAGE, kept, at(6), mark)
        if done:
            until = await log.load(ROOM, at(4))
            assert until == StoredHistory(LINEAGE, (b"snapshot",), at(4), mark)
            with pytest.raises(StoreError):
                await log.load(ROOM, at(3))
        await log.append(ROOM, LINEAGE, at(7), b"update 7")
        assert (await expect(log)).updates == (*kept, b"update 7")

    @asynchronous
    async def test_compact_refuses_what_is_not_there(self, open_log: OpenLog) -> None:
        if not self.compacting:
            pytest.skip("this store does not compact")
        log = open_log()
        await fill(log, 6)
        await log.compact(ROOM, LINEAGE, at(3), b"snapshot")
        for until in (2, 7):
            with pytest.raises(StoreError):
                await log.compact(ROOM, LINEAGE, at(until), b"other")
        with pytest.raises(StoreConflict):
            await log.compact(ROOM, OTHER_LINEAGE, at(4), b"other")
        assert (await expect(log)).updates == (b"snapshot", *updates(4, 6))

    # --- close

    @asynchronous
    async def test_close_is_final_and_idempotent(self, open_log: OpenLog) -> None:
        unused = open_log()
        await unused.close()
        await unused.close()
        log = open_log()
        await fill(log, 1)
        await log.close()
        await log.close()
        with pytest.raises(StoreError):
            await log.append(ROOM, LINEAGE, at(2), b"update 2")
        with pytest.raises(StoreError):
            await log.load(ROOM)

    @asynchronous
    async def test_close_writes_what_is_under_way(self, open_log: OpenLog) -> None:
        log = open_log()
        await fill(log, 1)
        appending = asyncio.ensure_future(log.append(ROOM, LINEAGE, at(2), b"update 2"))
        await asyncio.wait([appending], timeout=0)
        await log.close()
        await appending
        if self.persistent:
            again = open_log()
            assert (await expect(again)).updates == tuple(updates(1, 2))
            await again.close()

    @asynchronous
    async def test_histories_outlive_the_log(self, open_log: OpenLog) -> None:
        """L1: the lineage survives a restart, with all that was kept."""
        if not self.persistent:
            pytest.skip("this store keeps nothing")
        log = open_log()
        await fill(log, 3)
        mark = SavedMark(at(2), "sha256:2", (at(3),))
        await log.mark_saved(ROOM, LINEAGE, mark)
        await log.close()
        again = open_log()
        assert await again.load(ROOM) == StoredHistory(LINEAGE, tuple(updates(1, 3)), at(3), mark)
        await again.append(ROOM, LINEAGE, at(4), b"update 4")
        assert (await expect(again)).updates == tuple(updates(1, 4))
