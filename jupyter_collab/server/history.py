"""Writes one room's history to the log: in order, and again until it is there."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import StoreError
from ..protocol.identity import Lineage, Position, RoomId
from ..room.events import HistoryFailed, HistoryKept, Logged, RoomEvent
from ..store.port import SavedMark, UpdateLog

FIRST_RETRY = 0.5
LAST_RETRY = 30.0


@dataclass(frozen=True, slots=True)
class _Start:
    snapshot: bytes


@dataclass(frozen=True, slots=True)
class _Update:
    position: Position
    update: bytes


class History:
    """The queue between a room and the log. What could not be written stays in it."""

    def __init__(
        self, log: UpdateLog, room: RoomId, lineage: Lineage, post: Callable[[RoomEvent], None]
    ) -> None:
        self._log = log
        self._room = room
        self._lineage = lineage
        self._post = post
        self._queue: deque[_Start | _Update | SavedMark] = deque()
        self._task: asyncio.Task[None] | None = None
        self._failed = False

    def start(self, snapshot: bytes) -> None:
        self._put(_Start(snapshot))

    def append(self, position: Position, update: bytes) -> None:
        self._put(_Update(position, update))

    def mark(self, mark: SavedMark) -> None:
        self._put(mark)

    async def drained(self) -> None:
        """Wait until all is written."""
        while self._task is not None:
            await asyncio.shield(self._task)

    async def close(self) -> None:
        """Stop writing. What is not written by now is lost with the process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _put(self, item: _Start | _Update | SavedMark) -> None:
        self._queue.append(item)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        delay = FIRST_RETRY
        try:
            while self._queue:
                try:
                    await self._write(self._queue[0])
                except StoreError as error:
                    self._failed = True
                    self._post(HistoryFailed(error.reason, str(error)))
                    await asyncio.sleep(delay)
                    delay = min(delay * 2, LAST_RETRY)
                    continue
                self._written(self._queue.popleft())
                delay = FIRST_RETRY
        finally:
            self._task = None

    async def _write(self, item: _Start | _Update | SavedMark) -> None:
        match item:
            case _Start(snapshot):
                await self._log.start(self._room, self._lineage, snapshot)
            case _Update(position, update):
                await self._log.append(self._room, self._lineage, position, update)
            case SavedMark():
                await self._log.mark_saved(self._room, self._lineage, item)

    def _written(self, item: _Start | _Update | SavedMark) -> None:
        if self._failed:
            self._failed = False
            self._post(HistoryKept())
        match item:
            case _Start():
                self._post(Logged(Position(1)))
            case _Update(position):
                self._post(Logged(position))
            case SavedMark():
                pass
