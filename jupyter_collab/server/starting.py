"""What a room starts from: its history where there is one, otherwise its file (no I/O)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pycrdt import Doc

from ..files.port import FileContent
from ..protocol.identity import Position, RoomId
from ..room import events as ev
from ..room.build import Built
from ..room.replica import Replica
from ..room.room import Opening
from ..store.journal import Journal
from ..store.port import SavedMark, StoredHistory

FIRST = Position(1)
"""The position of the update that a history starts with."""


@dataclass(frozen=True, slots=True)
class Start:
    """The parts of a new room; ``events`` are what it is told first. ``stored`` is what the
    log has, or will have once the journal has begun it."""

    opening: Opening
    journal: Journal
    stored: StoredHistory
    events: tuple[ev.RoomEvent, ...]


def resume(
    id: RoomId, stored: StoredHistory, path: str, content: FileContent, client: int
) -> Start | None:
    """Go on with a history; the file may have changed since it was last saved.

    ``client`` is a Yjs client id that nobody else has. ``None`` where the bytes of the history
    are no updates.
    """
    doc: Doc[Any] = Doc(client_id=client)
    if not _replay(stored, doc):
        return None
    saved = stored.saved or SavedMark(FIRST, "")
    replica, version = Replica(id.type, doc), content.version
    opening = Opening(stored.lineage, replica, stored.position, saved, path, version)
    journal = Journal(stored.lineage, stored.position, stored.saved, snapshot=replica.snapshot)
    events: list[ev.RoomEvent] = [ev.Logged(stored.position)]
    if version.fingerprint != saved.fingerprint:
        events.append(ev.FileChangedOutside())
    return Start(opening, journal, stored, tuple(events))


def begin(
    id: RoomId, built: Built, path: str, content: FileContent, client: int, *, replace: bool
) -> Start:
    """Begin with the history ``built`` from the file; ``replace`` whatever the log has."""
    doc: Doc[Any] = Doc(client_id=client)
    doc.apply_update(built.update)
    replica, version = Replica(id.type, doc), content.version
    saved = SavedMark(FIRST, version.fingerprint)
    opening = Opening(built.lineage, replica, FIRST, saved, path, version)
    journal = Journal(built.lineage, Position(0), None, snapshot=replica.snapshot)
    journal.start(built.update, replace=replace)
    journal.mark(saved)
    return Start(opening, journal, StoredHistory(built.lineage, (built.update,), FIRST, None), ())


def _replay(stored: StoredHistory, doc: Doc[Any]) -> bool:
    """Apply a stored history; ``False`` if its bytes are no updates."""
    try:
        with doc.transaction():
            for update in stored.updates:
                doc.apply_update(update)
    except ValueError:
        return False
    return True
