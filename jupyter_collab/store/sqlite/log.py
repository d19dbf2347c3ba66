"""The default store: one SQLite file for all rooms."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from logging import Logger
from pathlib import Path

from ...protocol.identity import Lineage, Position, RoomId
from ..port import NO_MORE, More, SavedMark, StoredHistory
from . import histories
from .database import BUSY_TIMEOUT, Database
from .writer import Writer


class SQLiteUpdateLog:
    """An :class:`~jupyter_collab.store.port.UpdateLog` in an SQLite database.

    The file is opened when it is first needed, made when something is first written, and may
    be one in which jupyter-collaboration keeps its own tables. One that is damaged is set
    aside under another name, and a fresh one begun. A relative ``path`` is taken from the
    working directory at construction.

    A history that was last saved ``forget_after`` seconds ago (``None``: for ever), and that
    its file has all of, may be forgotten when another one begins, so that the store does not
    grow with every document that was ever open; ``forget_unsaved_after`` is the same for those
    of which something is in no file. ``clock`` tells the time in seconds since
    1970. ``busy_timeout`` is how many seconds to wait for another program's lock.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        log: Logger,
        forget_after: float | None = None,
        forget_unsaved_after: float | None = None,
        busy_timeout: float = BUSY_TIMEOUT,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = Path(path).absolute()
        self._ages = forget_after, forget_unsaved_after
        self._clock = clock
        self._database = Database(self.path, log, busy_timeout=busy_timeout)
        self._writer = Writer(self._database, log)
        self._used: set[RoomId] = set()

    async def load(self, room: RoomId, until: Position | None = None) -> StoredHistory | None:
        """See :meth:`UpdateLog.load`."""
        self._used.add(room)

        def load(connection: sqlite3.Connection) -> StoredHistory | None:
            history = histories.load(connection, room, until)
            if history is None or not self._database.is_in_doubt:
                return history
            return _with_more(history, copied=self._database.copied)

        return await self._writer.read(load, None)

    async def start(
        self,
        room: RoomId,
        lineage: Lineage,
        snapshot: bytes,
        position: Position = Position(1),
        more: More = NO_MORE,
    ) -> None:
        """See :meth:`UpdateLog.start`."""
        self._used.add(room)
        now = self._clock()
        before = histories.Forgetting(*(None if age is None else now - age for age in self._ages))
        used = frozenset(self._used)

        def start(connection: sqlite3.Connection) -> None:
            histories.start(connection, room, lineage, snapshot, position, more, now)
            histories.forget(connection, before, used)

        await self._writer.write(start)

    async def append(
        self,
        room: RoomId,
        lineage: Lineage,
        position: Position,
        *updates: bytes,
        mark: SavedMark | None = None,
    ) -> None:
        """See :meth:`UpdateLog.append`."""
        now = self._clock()
        await self._writer.write(
            lambda connection: histories.append(
                connection, room, lineage, position, updates, mark, now
            ),
            frees=mark is not None,
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


def _with_more(history: StoredHistory, *, copied: float | None) -> StoredHistory:
    """``history`` as :func:`histories.expect_more` marks it."""
    saved = history.saved
    return replace(
        history, saved=None if saved is None else histories.with_more(saved, copied=copied)
    )
