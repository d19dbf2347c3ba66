"""Asks of the log what a journal requests and what a compaction plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from ..errors import StoreConflict, StoreError
from ..protocol.identity import Lineage, Position, RoomId
from ..workers import in_thread
from .compaction import condense
from .port import StoredHistory, UpdateLog
from .requests import Answer, Append, Done, Failed, Found, Look, Mark, Request, Start


async def perform(log: UpdateLog, room: RoomId, lineage: Lineage, request: Request) -> Answer:
    """Carry out ``request``, and return the answer for :meth:`Journal.hear`."""
    try:
        match request:
            case Start(snapshot, position, more):
                await log.start(room, lineage, snapshot, position, more)
            case Append(rows, mark):
                first, updates = rows[0][0], [update for _, update in rows]
                await log.append(room, lineage, first, *updates, mark=mark)
            case Mark(mark):
                await log.mark_saved(room, lineage, mark)
            case Look():
                return Found(await log.load(room))
            case _:
                assert_never(request)
    except StoreError as error:
        return Failed(error)
    return Done()


async def compact(
    log: UpdateLog,
    room: RoomId,
    lineage: Lineage,
    until: Position,
    keep: Callable[[StoredHistory], None] | None = None,
) -> bytes | None:
    """Put the updates up to ``until`` together; returns the snapshot that stands for them.

    ``keep`` gets the history up to there as it was, once it is no more.
    ``None`` where the log does not compact. Raises :class:`StoreError` where it failed, and
    has changed nothing.
    """
    history = await log.load(room, until)
    if history is None or history.lineage != lineage:
        raise StoreConflict(f"The store has no history {lineage} of {room}")
    snapshot = await in_thread(condense, history.updates)
    if not await log.compact(room, lineage, until, snapshot):
        return None
    if keep is not None:
        keep(history)
    return snapshot
