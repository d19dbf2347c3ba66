"""Keeps a copy of a damaged history before another one takes its place."""

from __future__ import annotations

from ..protocol.identity import FileId, RoomId
from ..store.port import More, StoredHistory, UpdateLog


async def set_aside(update_log: UpdateLog, id: RoomId, stored: StoredHistory, stamp: str) -> RoomId:
    """Keep ``stored`` in the log as the history of a file id that no file has.

    ``stamp`` tells it from others of the same room. Raises
    :class:`~jupyter_collab.errors.StoreError`.
    """
    aside = RoomId(id.format, id.type, FileId(f"{id.file_id}.damaged-{stamp}"))
    snapshot, *others = stored.updates
    await update_log.start(aside, stored.lineage, snapshot, stored.first, More(tuple(others)))
    return aside
