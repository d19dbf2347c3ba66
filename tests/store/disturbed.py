"""A log that does not always do what it is asked."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from jupyter_collab.protocol.identity import RoomId
from jupyter_collab.store.memory import MemoryUpdateLog
from jupyter_collab.store.port import StoredHistory


class DisturbedLog(MemoryUpdateLog):
    """In memory; :meth:`around` each call something else may happen."""

    def around(self, call: str, room: RoomId) -> AbstractContextManager[None]:
        raise NotImplementedError

    async def load(self, room: RoomId, *args: Any, **options: Any) -> StoredHistory | None:
        with self.around("load", room):
            return await super().load(room, *args, **options)

    async def start(self, room: RoomId, *args: Any, **options: Any) -> None:
        with self.around("start", room):
            await super().start(room, *args, **options)

    async def append(self, room: RoomId, *args: Any, **options: Any) -> None:
        with self.around("append", room):
            await super().append(room, *args, **options)

    async def mark_saved(self, room: RoomId, *args: Any, **options: Any) -> None:
        with self.around("mark_saved", room):
            await super().mark_saved(room, *args, **options)
