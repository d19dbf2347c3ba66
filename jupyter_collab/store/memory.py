"""A log without a disk, for tests and for servers that are told to keep nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..protocol.identity import Lineage, Position, RoomId
from . import refusals
from .marks import highest_position
from .port import NO_MORE, More, SavedMark, StoredHistory


@dataclass(slots=True)
class _History:
    lineage: Lineage
    updates: list[bytes]
    base: Position
    """The position of ``updates[0]``."""
    saved: SavedMark | None = field(default=None)

    @property
    def last(self) -> Position:
        return Position(self.base + len(self.updates) - 1)


class MemoryUpdateLog:
    """An :class:`~jupyter_collab.store.port.UpdateLog` that lives as long as the process."""

    def __init__(self) -> None:
        self._histories: dict[RoomId, _History] = {}
        self._closed = False

    async def load(self, room: RoomId, until: Position | None = None) -> StoredHistory | None:
        """See :meth:`UpdateLog.load`."""
        self._expect_open()
        history = self._histories.get(room)
        if history is None:
            return None
        position = history.last if until is None else until
        if not history.base <= position <= history.last:
            raise refusals.unreachable(room, position, history.base, history.last)
        return StoredHistory(
            history.lineage,
            tuple(history.updates[: position - history.base + 1]),
            position,
            history.saved,
        )

    async def start(
        self,
        room: RoomId,
        lineage: Lineage,
        snapshot: bytes,
        position: Position = Position(1),
        more: More = NO_MORE,
    ) -> None:
        """See :meth:`UpdateLog.start`."""
        self._expect_open()
        history = self._histories.get(room)
        updates = [snapshot, *more.updates]
        if history is not None and history.lineage == lineage and position <= history.last:
            if (history.base, history.updates) == (position, updates):
                return
            raise refusals.already_begun(room, lineage)
        self._histories[room] = _History(lineage, updates, position, more.saved)

    async def append(
        self,
        room: RoomId,
        lineage: Lineage,
        position: Position,
        *updates: bytes,
        mark: SavedMark | None = None,
    ) -> None:
        """See :meth:`UpdateLog.append`."""
        history = self._find(room, lineage)
        for at, update in enumerate(updates, start=position):
            if at == history.last + 1:
                history.updates.append(update)
                continue
            there = history.base <= at <= history.last
            if not there or history.updates[at - history.base] != update:
                raise refusals.not_next(room, Position(at), history.last)
        if mark is not None:
            await self.mark_saved(room, lineage, mark)

    async def mark_saved(self, room: RoomId, lineage: Lineage, mark: SavedMark) -> None:
        """See :meth:`UpdateLog.mark_saved`."""
        history = self._find(room, lineage)
        if highest_position(mark) > history.last:
            raise refusals.not_reached(room, highest_position(mark), history.last)
        history.saved = mark

    async def compact(
        self, room: RoomId, lineage: Lineage, until: Position, snapshot: bytes
    ) -> bool:
        """See :meth:`UpdateLog.compact`."""
        history = self._find(room, lineage)
        if not history.base <= until <= history.last:
            raise refusals.unreachable(room, until, history.base, history.last)
        history.updates[: until - history.base + 1] = [snapshot]
        history.base = until
        return True

    async def close(self) -> None:
        """See :meth:`UpdateLog.close`. What was kept is gone afterwards."""
        self._closed = True
        self._histories.clear()

    def _find(self, room: RoomId, lineage: Lineage) -> _History:
        self._expect_open()
        history = self._histories.get(room)
        if history is None:
            raise refusals.not_begun(room)
        if history.lineage != lineage:
            raise refusals.other_lineage(room, lineage, history.lineage)
        return history

    def _expect_open(self) -> None:
        if self._closed:
            raise refusals.closed()
