"""Opens a room: from its history where there is one, otherwise from its file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from logging import Logger
from typing import Any

from pycrdt import Doc

from ..errors import StoreError
from ..files.port import DocumentFile, DocumentFiles, FileContent
from ..protocol.identity import Position, RoomId
from ..room import events as ev
from ..room.build import build
from ..room.replica import Replica
from ..room.room import Opening, Room
from ..settings import Settings
from ..store.journal import Journal
from ..store.port import SavedMark, StoredHistory, UpdateLog
from .clock import Clock
from .document_actor import DocumentActor
from .telemetry import Telemetry

FIRST = Position(1)
"""The position of the update that a history starts with."""


@dataclass(frozen=True)
class RoomOpener:
    """Builds actors. ``new_client_id`` gives a Yjs client id that nobody else has."""

    files: DocumentFiles
    update_log: UpdateLog
    settings: Settings
    clock: Clock
    telemetry: Telemetry
    log: Logger
    new_client_id: Callable[[], int]

    async def open(self, id: RoomId, evict: Callable[[DocumentActor], None]) -> DocumentActor:
        """Open the room ``id``; raises :class:`~jupyter_collab.errors.FileError`."""
        file = await self.files.open(id.file_id, id.format, id.type)
        try:
            content, stored = await asyncio.gather(file.read(), self._load(id))
            doc: Doc[Any] = Doc(client_id=self.new_client_id())
            if isinstance(stored, StoredHistory) and _replay(stored, doc):
                actor = self._resume(id, doc, stored, file, content, evict)
            else:
                if isinstance(stored, StoredHistory):
                    self.log.error("The history of %s is damaged; it starts again", file.path)
                readable = not isinstance(stored, StoreError)
                actor = await self._begin(id, file, content, evict, replace=readable)
        except BaseException:
            await file.close()
            raise
        if isinstance(stored, StoreError):
            actor.post(ev.HistoryFailed(stored.reason, str(stored)))
        self._report(actor, "load")
        return actor

    async def _load(self, id: RoomId) -> StoredHistory | StoreError | None:
        try:
            return await self.update_log.load(id)
        except StoreError as error:
            self.log.error("The history of %s cannot be read: %s", id, error)
            return error

    def _resume(
        self,
        id: RoomId,
        doc: Doc[Any],
        stored: StoredHistory,
        file: DocumentFile,
        content: FileContent,
        evict: Callable[[DocumentActor], None],
    ) -> DocumentActor:
        """Go on with a history; the file may have changed since it was last saved."""
        saved = stored.saved or SavedMark(FIRST, "")
        opening = Opening(
            stored.lineage,
            Replica(id.type, doc),
            stored.position,
            saved,
            file.path,
            content.version,
        )
        journal = Journal(
            stored.lineage, stored.position, stored.saved, snapshot=opening.replica.snapshot
        )
        actor = self._actor(id, opening, file, evict, journal, stored)
        actor.post(ev.Logged(stored.position))
        if content.version.fingerprint != saved.fingerprint:
            actor.post(ev.FileChangedOutside())
        return actor

    async def _begin(
        self,
        id: RoomId,
        file: DocumentFile,
        content: FileContent,
        evict: Callable[[DocumentActor], None],
        *,
        replace: bool,
    ) -> DocumentActor:
        """Make a history from the file; ``replace`` whatever the store has of the document."""
        built = await asyncio.to_thread(build, id.format, id.type, content.source)
        doc: Doc[Any] = Doc(client_id=self.new_client_id())
        doc.apply_update(built.update)
        saved = SavedMark(FIRST, content.version.fingerprint)
        opening = Opening(
            built.lineage, Replica(id.type, doc), FIRST, saved, file.path, content.version
        )
        journal = Journal(built.lineage, Position(0), None, snapshot=opening.replica.snapshot)
        journal.start(built.update, replace=replace)
        stored = StoredHistory(built.lineage, (built.update,), FIRST, None)
        actor = self._actor(id, opening, file, evict, journal, stored)
        actor.history.mark(saved)
        return actor

    def _actor(
        self,
        id: RoomId,
        opening: Opening,
        file: DocumentFile,
        evict: Callable[[DocumentActor], None],
        journal: Journal,
        stored: StoredHistory,
    ) -> DocumentActor:
        room = Room(id, opening, self.settings.room_policy, self.clock())
        return DocumentActor(
            room,
            file,
            self.update_log,
            journal,
            stored,
            evict=evict,
            new_client_id=self.new_client_id,
            clock=self.clock,
            telemetry=self.telemetry,
            log=self.log,
        )

    def _report(self, actor: DocumentActor, action: str) -> None:
        fields = {"level": "INFO", "room": str(actor.id), "path": actor.room.path}
        self.telemetry.emit("session", {**fields, "action": action, "msg": "Document opened."})


def _replay(stored: StoredHistory, doc: Doc[Any]) -> bool:
    """Apply a stored history; ``False`` if its bytes are no updates."""
    try:
        with doc.transaction():
            for update in stored.updates:
                doc.apply_update(update)
    except ValueError:
        return False
    return True
