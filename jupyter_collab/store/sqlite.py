"""The default store: one SQLite file for all rooms."""

from __future__ import annotations

import time
from collections.abc import Callable
from logging import Logger
from pathlib import Path

from ..protocol.identity import Lineage, Position, RoomId
from . import histories
from .database import Database
from .port import SavedMark, StoredHistory
from .writer import Writer


class SQLiteUpdateLog:
    """An :class:`~jupyter_collab.store.port.UpdateLog` in an SQLite database.

    The file is opened when it is first needed, made when something is first written, and may
    be one in which jupyter-collaboration keeps its own tables. One that is damaged is set
    aside under another name, and a fresh one begun. A relative ``path`` is taken from the
    working directory at construction.

    A history that was not used for ``forget_after`` seconds (``None``: for ever), and that its
    file has all of, is forgotten, so that the store does not grow with every document that
    was ever open. ``clock`` tells the time in seconds since 1970.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        log: Logger,
        forget_after: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = Path(path).absolute()
        self._forget_after = forget_after
        self._clock = clock
        self._writer = Writer(Database(self.path, log), log)

    async def load(self, room: RoomId, until: Position | None = None) -> StoredHistory | None:
        """See :meth:`UpdateLog.load`."""
        return await self._writer.read(
            lambda connection: histories.load(connection, room, until), None
        )

    async def start(
        self,
        room: RoomId,
        lineage: Lineage,
        snapshot: bytes,
        position: Position = Position(1),
    ) -> None:
        """See :meth:`UpdateLog.start`."""
        now = self._clock()
        await self._writer.write(
            lambda connection: histories.start(connection, room, lineage, snapshot, position, now)
        )

    async def append(
        self, room: RoomId, lineage: Lineage, position: Position, update: bytes
    ) -> None:
        """See :meth:`UpdateLog.append`."""
        await self._writer.write(
            lambda connection: histories.append(connection, room, lineage, position, update)
        )

    async def mark_saved(self, room: RoomId, lineage: Lineage, mark: SavedMark) -> None:
        """See :meth:`UpdateLog.mark_saved`."""
        now = self._clock()
        await self._writer.write(
            lambda connection: histories.mark_saved(connection, room, lineage, mark, now)
        )

    async def compact(
        self, room: RoomId, lineage: Lineage, until: Position, snapshot: bytes
    ) -> bool:
        """See :meth:`UpdateLog.compact`."""
        return await self._writer.write(
            lambda connection: histories.compact(connection, room, lineage, until, snapshot)
        )

    async def close(self) -> None:
        """See :meth:`UpdateLog.close`."""
        await self._writer.close()
