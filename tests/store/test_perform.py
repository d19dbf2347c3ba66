"""Requests of a journal, carried out by a log."""

from __future__ import annotations

from jupyter_collab.errors import StoreError
from jupyter_collab.protocol.identity import Lineage, Position, RoomId
from jupyter_collab.store.memory import MemoryUpdateLog
from jupyter_collab.store.perform import perform
from jupyter_collab.store.port import SavedMark
from jupyter_collab.store.requests import Append, Done, Failed, Found, Look, Mark, Start
from tests.contracts.update_log import LINEAGE, ROOM, asynchronous, at

ROWS = tuple((at(number), b"update %d" % number) for number in range(2, 6))


class Faulty(MemoryUpdateLog):
    """Fails from the append at ``fails_at`` on."""

    fails_at = at(4)

    async def append(
        self, room: RoomId, lineage: Lineage, position: Position, update: bytes
    ) -> None:
        if position >= self.fails_at:
            raise StoreError("no space is left")
        await super().append(room, lineage, position, update)


@asynchronous
async def test_requests_are_carried_out() -> None:
    log = MemoryUpdateLog()
    assert await perform(log, ROOM, LINEAGE, Look()) == Found(None)
    assert await perform(log, ROOM, LINEAGE, Start(b"snapshot", at(1))) == Done()
    assert await perform(log, ROOM, LINEAGE, Append(ROWS)) == Done()
    assert await perform(log, ROOM, LINEAGE, Mark(SavedMark(at(5), "file"))) == Done()
    history = await log.load(ROOM)
    assert history is not None
    assert history.updates == (b"snapshot", *(update for _, update in ROWS))
    assert history.saved == SavedMark(at(5), "file")


@asynchronous
async def test_of_appends_that_fail_it_is_told_how_many_were_done() -> None:
    """S1 S15"""
    log = Faulty()
    await perform(log, ROOM, LINEAGE, Start(b"snapshot", at(1)))
    answer = await perform(log, ROOM, LINEAGE, Append(ROWS))
    assert isinstance(answer, Failed)
    assert (str(answer.error), answer.done) == ("no space is left", 2)
    history = await log.load(ROOM)
    assert history is not None
    assert history.position == 3


@asynchronous
async def test_what_the_log_refuses_has_failed() -> None:
    """S3"""
    log = MemoryUpdateLog()
    for request in (Append(ROWS), Mark(SavedMark(at(1), "file"))):
        assert isinstance(await perform(log, ROOM, LINEAGE, request), Failed)
