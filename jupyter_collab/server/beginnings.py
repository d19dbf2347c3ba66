"""Decides with which history a room goes on, and makes the log ready for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from logging import Logger
from typing import Any

from pycrdt import Doc

from ..errors import NotANotebook, StoreError, WrongFormat
from ..files.port import DocumentFile, FileContent, FileVersion
from ..protocol.identity import Lineage, RoomId
from ..room.content.build import build, suits
from ..room.replica import Replica
from ..store.knowledge import Anything, Nothing, Replaces, Unread
from ..store.port import StoredHistory, UpdateLog
from .aside import set_aside
from .histories.replaying import apply, dormant, readable
from .histories.starting import (
    CaughtUp,
    Renamed,
    Start,
    begin,
    catch_up,
    knows,
    mark_of,
    may_lag_behind,
    resume,
)


@dataclass(frozen=True)
class Beginnings:
    """Finds out how rooms start.

    ``new_client_id`` gives a Yjs client id that nobody else has, ``new_lineage`` the name of a
    history. ``in_thread`` calls a function with arguments where it holds nobody up.
    """

    update_log: UpdateLog
    new_client_id: Callable[[], int]
    new_lineage: Callable[[], Lineage]
    in_thread: Callable[..., Awaitable[Any]]
    log: Logger

    async def load(self, id: RoomId) -> StoredHistory | StoreError | None:
        """What the log has of a room, or why it cannot be read."""
        try:
            return await self.update_log.load(id)
        except StoreError as error:
            self.log.error("The history of %s cannot be read: %s", id, error)
            return error

    async def open(
        self, id: RoomId, stored: StoredHistory | StoreError | None, file: DocumentFile
    ) -> Start:
        """The parts of a room, of what :meth:`load` gave and of its file, which is read only if it
        has something else than was saved last. Raises :class:`~jupyter_collab.errors.FileError`."""
        if isinstance(stored, StoredHistory) and stored.saved is not None:
            version = await file.peek()
            if version.fingerprint == stored.saved.fingerprint:
                start = await self._go_on(id, stored, file.path, version)
                if start is not None:
                    file.expect(version.fingerprint)
                    return start
        return await self.start(id, stored, file.path, await file.read())

    async def start(
        self,
        id: RoomId,
        stored: StoredHistory | StoreError | None,
        path: str,
        content: FileContent,
    ) -> Start:
        """As :meth:`open`, of a file that was read."""
        match stored:
            case None:
                return await self._begin(id, path, content, Anything())
            case StoreError():
                # What the log has may have the lineage that the file gives, and not know that
                # it is gone on with.
                return await self._begin(id, path, content, Unread(), self.new_lineage())
            case StoredHistory():
                return await self._resume(id, stored, path, content)

    async def _go_on(
        self, id: RoomId, stored: StoredHistory, path: str, version: FileVersion
    ) -> Start | None:
        """Go on with what the log has, where the file has what was saved last; ``None`` where its
        bytes are no updates."""
        claimed, renamed = await self._claim(id, stored)
        new = CaughtUp((), mark_of(claimed))
        return await self._make(id, claimed, path, version, new, renamed)

    async def _resume(
        self, id: RoomId, stored: StoredHistory, path: str, content: FileContent
    ) -> Start:
        """Go on with what the log has, and what the file may have besides."""
        claimed, renamed = stored, None
        if await self._lags_behind(id, stored, content):
            renamed = Renamed(self.new_lineage(), Anything())
            self.log.warning("The history of %s lacks what its file has; it goes on anew", path)
        else:
            claimed, renamed = await self._claim(id, stored)
        start = await self._catch_up(id, claimed, path, content, renamed)
        return start or await self._salvage(id, stored, path, content)

    async def _catch_up(
        self,
        id: RoomId,
        stored: StoredHistory,
        path: str,
        content: FileContent,
        renamed: Renamed | None,
    ) -> Start | None:
        """Go on with a history and what its file has; ``None`` where its bytes are no updates."""
        client = self.new_client_id()
        try:
            new = await self.in_thread(catch_up, id.type, stored, content, client)
        except Exception:
            # Better the file as it is, and the document as it is, than neither.
            self.log.exception("Could not merge what is in %s", path)
            new = CaughtUp((), mark_of(stored), failed=True)
        return await self._make(id, stored, path, content.version, new, renamed)

    async def _make(
        self,
        id: RoomId,
        stored: StoredHistory,
        path: str,
        version: FileVersion,
        new: CaughtUp,
        renamed: Renamed | None,
    ) -> Start | None:
        """The parts of a room; ``None`` where what is stored are no updates."""
        replica = await self._replay(id.type, (*stored.updates, *new.updates))
        if replica is None:
            return None
        return resume(stored, path, version, replica, new, renamed)

    async def _replay(self, type: str, updates: Sequence[bytes]) -> Replica | None:
        """The document of ``updates``; ``None`` where they are none."""
        client = self.new_client_id()
        found = await self.in_thread(dormant, type, updates, client)
        if found is not None:
            return Replica(type, found)
        doc: Doc[Any] = Doc(client_id=client)
        return Replica(type, doc) if apply(doc, updates) else None

    async def _lags_behind(self, id: RoomId, stored: StoredHistory, content: FileContent) -> bool:
        if not may_lag_behind(stored, content):
            return False
        return not await self.in_thread(knows, id.type, stored, content)

    async def _claim(
        self, id: RoomId, stored: StoredHistory
    ) -> tuple[StoredHistory, Renamed | None]:
        """Make the log remember that the room is open; where it cannot, go on anew."""
        saved = mark_of(stored)
        if saved == stored.saved and saved.live:
            return stored, None
        saved = replace(saved, live=True)
        try:
            await self.update_log.mark_saved(id, stored.lineage, saved)
        except StoreError as error:
            self.log.error("The history of %s cannot be kept for now: %s", id, error)
            return stored, Renamed(self.new_lineage(), stored)
        return replace(stored, saved=saved), None

    async def _salvage(
        self, id: RoomId, stored: StoredHistory, path: str, content: FileContent
    ) -> Start:
        """Go on with the beginning of a history, as far as it can be read."""
        usable = await self.in_thread(readable, stored)
        aside = await self._set_aside(id, stored)
        self.log.error(
            "The history of %s is damaged: of %d updates the first %d can be used. %s",
            path,
            len(stored.updates),
            len(usable.updates),
            f"All of them are kept in the store, as those of {aside}"
            if aside
            else "They stay in the store, and nothing new is kept until they can be set aside",
        )
        over = Anything() if aside else Nothing()
        renamed = Renamed(self.new_lineage(), over)
        start = None
        if usable.updates:
            start = await self._catch_up(id, usable, path, content, renamed)
        return start or await self._begin(id, path, content, over, renamed.lineage)

    async def _set_aside(self, id: RoomId, stored: StoredHistory) -> RoomId | None:
        """Keep a copy of a damaged history under another name; ``None`` if that failed."""
        try:
            return await set_aside(self.update_log, id, stored, self.new_lineage()[:12])
        except StoreError as error:
            self.log.error("The damaged history of %s cannot be set aside: %s", id, error)
            return None

    async def _begin(
        self,
        id: RoomId,
        path: str,
        content: FileContent,
        over: Replaces,
        name: Lineage | None = None,
    ) -> Start:
        if not suits(id.type, content.source):
            raise WrongFormat(path, id.format, id.type)
        try:
            built = await self.in_thread(build, id.format, id.type, content.source)
        except NotANotebook as error:
            raise NotANotebook(path, error.detail) from error
        if name is not None:
            built = replace(built, lineage=name)
        return begin(id, built, path, content, self.new_client_id(), over)
