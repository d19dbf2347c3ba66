"""All rooms of the server: opened once however many come at once, closed when nobody is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from logging import Logger

from ..errors import ServerStopping
from ..protocol.close import CloseCode
from ..protocol.identity import RoomId
from .document_actor import DocumentActor

OpenRoom = Callable[[RoomId, Callable[[DocumentActor], None]], Awaitable[DocumentActor]]
"""Opens a room; the second argument is what the room calls when nobody needs it any more."""


class Rooms:
    """Room id -> actor.

    Invariants:

    1. At most one actor lives for a room, from before its file is read until all of its
       handles are closed.
    2. A room that could not be opened leaves nothing behind.
    """

    def __init__(self, open_room: OpenRoom, stirred: Callable[[], None], log: Logger) -> None:
        """``stirred`` is called when a room was opened or closed."""
        self._open_room = open_room
        self._stirred = stirred
        self._log = log
        self._opening: dict[RoomId, asyncio.Task[DocumentActor]] = {}
        self._actors: dict[RoomId, DocumentActor] = {}
        self._closing: dict[RoomId, asyncio.Task[None]] = {}
        self._stopped = False

    def __len__(self) -> int:
        return len(self._actors) + len(self._opening) + len(self._closing)

    def __iter__(self) -> Iterator[DocumentActor]:
        """The rooms that are open."""
        return iter(list(self._actors.values()))

    def get(self, id: RoomId) -> DocumentActor | None:
        """The room, if it is open."""
        return self._actors.get(id)

    async def open(self, id: RoomId) -> DocumentActor:
        """The room, opened if it was not; raises what opening it raises."""
        actor = self._actors.get(id)
        if actor is not None:
            return actor
        task = self._opening.get(id)
        if task is None:
            task = self._opening[id] = asyncio.create_task(self._open(id))
        # Whoever waits may go away; the others still get the room.
        return await asyncio.shield(task)

    async def _open(self, id: RoomId) -> DocumentActor:
        try:
            while id in self._closing:
                await self._closing[id]
            if self._stopped:
                raise ServerStopping("The server is stopping; try again when it is back")
            actor = await self._open_room(id, self._evict)
            self._actors[id] = actor
            return actor
        finally:
            del self._opening[id]
            self._stirred()

    def _evict(self, actor: DocumentActor) -> None:
        """Close a room that nobody needs, unless someone has just come."""
        if actor.connections or self._actors.get(actor.id) is not actor:
            return
        del self._actors[actor.id]
        self._closing[actor.id] = asyncio.create_task(self._clean(actor))

    async def _clean(self, actor: DocumentActor) -> None:
        await self._close(actor)
        actor.report("clean", "Room deleted.")

    async def _close(self, actor: DocumentActor) -> None:
        try:
            await actor.close(CloseCode.GOING_AWAY, "the room was closed")
        except Exception:  # noqa: BLE001 - its room is gone whatever it was
            self._log.exception("A room did not close well: %s", actor.id)
        finally:
            del self._closing[actor.id]
            self._stirred()

    async def close(self, timeout: float) -> None:
        """Save and close all rooms within ``timeout`` seconds."""
        self._stopped = True
        for task in list(self._opening.values()):
            task.cancel()
        await asyncio.gather(*self._opening.values(), return_exceptions=True)
        flushes = [actor.flush(timeout) for actor in self._actors.values()]
        await asyncio.gather(*flushes, return_exceptions=True)
        for actor in list(self._actors.values()):  # those that nobody needs are closed by now
            del self._actors[actor.id]
            self._closing[actor.id] = asyncio.create_task(self._close(actor))
        await asyncio.gather(*self._closing.values(), return_exceptions=True)
