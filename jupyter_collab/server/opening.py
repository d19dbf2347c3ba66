"""Opens a room: from its history where there is one, otherwise from its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from logging import Logger

from ..errors import StoreError
from ..files.port import DocumentFile, DocumentFiles
from ..protocol.identity import RoomId
from ..room import events as ev
from ..room.opening import RoomPolicy
from ..room.room import Room
from ..store.compaction import CompactionPolicy
from ..store.port import UpdateLog
from .beginnings import Beginnings
from .clock import Clock
from .document_actor import DocumentActor
from .histories.starting import Start
from .telemetry import Telemetry

ROOM_INITIALIZED = "Room initialized"
"""The words by which extensions for jupyter-collaboration know this event from others."""


@dataclass(frozen=True)
class RoomOpener:
    """Builds actors."""

    files: DocumentFiles
    update_log: UpdateLog
    policy: RoomPolicy
    compaction: CompactionPolicy
    clock: Clock
    telemetry: Telemetry
    log: Logger
    beginnings: Beginnings

    async def open(self, id: RoomId, evict: Callable[[DocumentActor], None]) -> DocumentActor:
        """Open the room ``id``; raises :class:`~jupyter_collab.errors.FileError`."""
        file = await self.files.open(id.file_id, id.format, id.type)
        try:
            stored = await self.beginnings.load(id)
            start = await self.beginnings.open(id, stored, file)
            actor = self._actor(id, start, file, evict)
            actor.history.begin(put_off=stored is None)
        except BaseException:
            await file.close()
            raise
        if isinstance(stored, StoreError):
            actor.post(ev.HistoryFailed(stored.reason))
        actor.report("load", "Document opened.")
        # Who hears of this asks for the document: nothing may be waited for until it is there.
        actor.report("initialize", ROOM_INITIALIZED)
        return actor

    def _actor(
        self, id: RoomId, start: Start, file: DocumentFile, evict: Callable[[DocumentActor], None]
    ) -> DocumentActor:
        room = Room(id, start.opening, self.policy, self.clock())
        actor = DocumentActor(
            room,
            file,
            self.update_log,
            start.journal,
            start.stored,
            evict=evict,
            new_client_id=self.beginnings.new_client_id,
            clock=self.clock,
            telemetry=self.telemetry,
            log=self.log,
            compaction=self.compaction,
        )
        for event in start.events:
            actor.post(event)
        return actor
