"""Histories in any store of pycrdt: what a user names with ``ystore_class``."""

from __future__ import annotations

import asyncio
from logging import Logger
from typing import Any

from pycrdt.store import BaseYStore
from traitlets.config import Config, Configurable

from ...protocol.identity import Lineage, Position, RoomId
from .. import refusals
from ..port import NO_MORE, More, SavedMark, StoredHistory
from .session import YStoreSession

IDLE_TIMEOUT = 10.0
"""Seconds after its last use that the store of a room is stopped."""

CLOSE_TIMEOUT = 3.0
"""Seconds that :meth:`YStoreUpdateLog.close` waits for each store."""


_SQUASHING = (
    "squash_after_inactivity_of",
    "document_ttl",
    "squash_history_older_than",
    "cleanup_when_db_size_above",
    "checkpoint_interval",
)
"""What makes pycrdt's SQLite store rewrite a history behind our back, and lastly what makes it
write a second copy of the document at intervals, which nothing here reads."""


class YStoreUpdateLog:
    """An :class:`~jupyter_collab.store.port.UpdateLog` in instances of ``ystore_class``.

    There is one instance for each room, with the path that jupyter-collaboration gives it;
    it is made when it is needed and stopped when it was idle for ``idle_timeout`` seconds.

    What the class must do: keep the bytes of every :meth:`write`, with the bytes that its
    ``metadata_callback`` gives at that time, and :meth:`read` them in the order of writing.
    A history's start is read back and compared, so that a class that does otherwise is
    noticed at once. A write has failed if it raises, if it does not ask for metadata, or if
    it logs an error (pycrdt's SQLite store logs errors and returns as if nothing had been).
    A class that fails without a sign cannot be helped, nor one that returns before its bytes
    are safe.

    Nothing is ever deleted: :meth:`compact` returns ``False``, and such a store grows.
    """

    def __init__(
        self,
        ystore_class: type[BaseYStore],
        *,
        log: Logger,
        config: Config | None = None,
        idle_timeout: float = IDLE_TIMEOUT,
        close_timeout: float = CLOSE_TIMEOUT,
    ) -> None:
        self._class = _configured(ystore_class, config or Config(), log)
        self._arguments: dict[str, Any] = {}
        if issubclass(ystore_class, Configurable):
            self._arguments["config"] = config
        self._log = log
        self._idle_timeout = idle_timeout
        self._close_timeout = close_timeout
        self._sessions: dict[RoomId, YStoreSession] = {}
        self._turn = asyncio.Lock()
        self._closed = False

    async def load(self, room: RoomId, until: Position | None = None) -> StoredHistory | None:
        """See :meth:`UpdateLog.load`."""
        return await self._session(room).submit(lambda store: store.load(until))

    async def start(
        self,
        room: RoomId,
        lineage: Lineage,
        snapshot: bytes,
        position: Position = Position(1),
        more: More = NO_MORE,
    ) -> None:
        """See :meth:`UpdateLog.start`."""
        await self._session(room).submit(
            lambda store: store.start(lineage, snapshot, position, more)
        )

    async def append(
        self,
        room: RoomId,
        lineage: Lineage,
        position: Position,
        *updates: bytes,
        mark: SavedMark | None = None,
    ) -> None:
        """See :meth:`UpdateLog.append`."""
        await self._session(room).submit(
            lambda store: store.append(lineage, position, updates, mark)
        )

    async def mark_saved(self, room: RoomId, lineage: Lineage, mark: SavedMark) -> None:
        """See :meth:`UpdateLog.mark_saved`."""
        await self._session(room).submit(lambda store: store.mark_saved(lineage, mark))

    async def compact(
        self, room: RoomId, lineage: Lineage, until: Position, snapshot: bytes
    ) -> bool:
        """``False``: stores of pycrdt have no way to delete."""
        return False

    async def close(self) -> None:
        """See :meth:`UpdateLog.close`."""
        self._closed = True
        sessions, self._sessions = self._sessions, {}
        await asyncio.gather(*(session.close(self._close_timeout) for session in sessions.values()))

    def _session(self, room: RoomId) -> YStoreSession:
        if self._closed:
            raise refusals.closed()
        session = self._sessions.get(room)
        if session is None:
            session = self._sessions[room] = YStoreSession(
                room,
                self._make,
                log=self._log,
                idle_timeout=self._idle_timeout,
                forget=lambda: self._sessions.pop(room, None),
                turn=self._turn,
            )
        return session

    def _make(self, path: str, log: Logger) -> BaseYStore:
        store = self._class(path=path, log=log, **self._arguments)
        for name in _SQUASHING:
            if getattr(store, name, None) is not None:
                setattr(store, name, None)
        return store


def _configured(ystore_class: type[BaseYStore], config: Config, log: Logger) -> type[BaseYStore]:
    """A class with the values that ``config`` has for one that does not know traits itself."""
    settings: dict[str, Any] = {}
    if not issubclass(ystore_class, Configurable):
        settings = dict(config.get(ystore_class.__name__, {}))
    unknown = sorted(name for name in settings if not hasattr(ystore_class, name))
    if unknown:
        raise ValueError(f"{ystore_class.__name__} has no setting {', '.join(unknown)}")
    configured = type(ystore_class.__name__, (ystore_class,), settings)
    for name in _SQUASHING[:-1]:
        if getattr(configured, name, None) is not None:
            log.warning(
                "%s.%s is without effect: what a store drops by itself cannot be told from"
                " what was lost",
                ystore_class.__name__,
                name,
            )
    return configured
