"""Asks of the log what a journal requests and what a compaction plans."""

from __future__ import annotations

import asyncio
from typing import assert_never

from ..errors import StoreConflict, StoreError
from ..protocol.identity import Lineage, Position, RoomId
from .compaction import condense
from .port import UpdateLog
from .requests import Answer, Append, Done, Failed, Found, Look, Mark, Request, Start


async def perform(log: UpdateLog, room: RoomId, lineage: Lineage, request: Request) -> Answer:
    """Carry out ``request``, and return the answer for :meth:`Journal.hear`."""
    try:
        match request:
            case Start(snapshot, position, more):
                await log.start(room, lineage, snapshot, position, more)
            case Append():
                return await _append(log, room, lineage, request)
            case Mark(mark):
                await log.mark_saved(room, lineage, mark)
            case Look():
                return Found(await log.load(room))
            case _:
                assert_never(request)
    except StoreError as error:
        return Failed(error)
    return Done()


async def compact(log: UpdateLog, room: RoomId, lineage: Lineage, until: Position) -> bytes | None:
    """Put the updates up to ``until`` together; returns the snapshot that stands for them.

    ``None`` where the log does not compact. Raises :class:`StoreError` where it failed, and
    has changed nothing.
    """
    history = await log.load(room, until)
    if history is None or history.lineage != lineage:
        raise StoreConflict(f"The store has no history {lineage} of {room}")
    snapshot = await asyncio.to_thread(condense, history.updates)
    return snapshot if await log.compact(room, lineage, until, snapshot) else None


async def _append(log: UpdateLog, room: RoomId, lineage: Lineage, request: Append) -> Answer:
    """All rows are asked for before the first answer is there, so that they can share one
    commit; the log takes them in this order."""
    if len(request.rows) == 1:  # each keystroke, mostly
        ((position, update),) = request.rows
        await log.append(room, lineage, position, update)
        return Done()
    calls = [log.append(room, lineage, position, update) for position, update in request.rows]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    for done, outcome in enumerate(outcomes):
        if isinstance(outcome, StoreError):
            return Failed(outcome, done)
        if outcome is not None:
            raise outcome
    return Done()
