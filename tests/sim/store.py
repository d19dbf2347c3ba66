"""The store of a simulated server: it fails, is lost, and stops in the middle of a batch."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Literal, TypeVar

from jupyter_collab.errors import StoreError
from jupyter_collab.protocol.identity import Lineage, Position, RoomId
from jupyter_collab.store.compaction import condense
from jupyter_collab.store.marks import highest_position
from jupyter_collab.store.memory import MemoryUpdateLog
from jupyter_collab.store.port import NO_MORE, More, SavedMark, StoredHistory
from jupyter_collab.store.requests import Answer, Append, Done, Failed, Found, Look, Mark, Request
from jupyter_collab.store.requests import Start as StartRequest

T = TypeVar("T")

Trouble = Literal["full", "locked", "late"] | None
"""``full``: nothing is written. ``locked``: nor read. ``late``: it writes, and then fails."""


def run_now(work: Coroutine[Any, Any, T]) -> T:
    """The outcome of ``work``, which never waits."""
    try:
        work.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("nothing waits in a simulation")


class SimulatedStore:
    """Each call is one commit. What was not committed when the server dies is lost."""

    def __init__(self, room: RoomId) -> None:
        self.room = room
        self.trouble: Trouble = None
        self._log = MemoryUpdateLog()
        self._copy: StoredHistory | None = None

    def back_up(self) -> None:
        self._copy = self.look()

    @property
    def has_copy(self) -> bool:
        return self._copy is not None

    def put_back(self) -> None:
        """Someone puts the copy in the store's place, and the next server notices (S21)."""
        copy = self._copy
        assert copy is not None
        mark = None if copy.saved is None else replace(copy.saved, live=True)
        self._log = MemoryUpdateLog()
        more = More(copy.updates[1:], mark)
        run_now(self._log.start(self.room, copy.lineage, copy.updates[0], copy.first, more))

    def lose(self) -> None:
        """Someone deletes the store."""
        self._log = MemoryUpdateLog()

    def damage(self, count: int) -> None:
        """The last ``count`` updates become something else."""
        stored = self.look()
        if stored is None:
            return
        kept = max(0, len(stored.updates) - count)
        first, *others = (*stored.updates[:kept], *[b"\xff"] * (len(stored.updates) - kept))
        more = More(tuple(others), stored.saved)
        self._log = MemoryUpdateLog()
        run_now(self._log.start(self.room, stored.lineage, first, stored.first, more))

    def look(self) -> StoredHistory | None:
        """What is in it, for the eyes of the simulation."""
        return run_now(self._log.load(self.room))

    def read(self, until: Position | None = None) -> StoredHistory | None:
        if self.trouble == "locked":
            raise StoreError("The store is locked")
        return run_now(self._log.load(self.room, until))

    # --- what a room's beginning asks, as an UpdateLog

    async def load(self, _room: RoomId, until: Position | None = None) -> StoredHistory | None:
        return self.read(until)

    async def start(
        self,
        room: RoomId,
        lineage: Lineage,
        snapshot: bytes,
        position: Position = Position(1),
        more: More = NO_MORE,
    ) -> None:
        if room == self.room:
            raise AssertionError("a journal begins histories")
        self._commit(lineage, StartRequest(snapshot, position, more), room)

    async def mark_saved(self, _room: RoomId, lineage: Lineage, mark: SavedMark) -> None:
        self._commit(lineage, Mark(mark))

    # --- what its journal asks

    def perform(self, lineage: Lineage, request: Request) -> Answer:
        """As ``store/perform.py`` does."""
        try:
            if isinstance(request, Look):
                return Found(self.read())
            for part in parts(request):
                self._commit(lineage, part)
        except StoreError as error:
            return Failed(error)
        return Done()

    def commit_some(self, lineage: Lineage, request: Request, count: int) -> None:
        """The server dies in the middle of a request."""
        try:
            for part in parts(request)[:count]:
                self._commit(lineage, part)
        except StoreError:
            return

    def compact(self, lineage: Lineage, until: Position) -> bytes | None:
        history = self.read(until)
        if history is None or history.lineage != lineage or self.trouble:
            raise StoreError("The store has no such history")
        snapshot = condense(history.updates)
        run_now(self._log.compact(self.room, lineage, until, snapshot))
        return snapshot

    def _commit(self, lineage: Lineage, request: Request, room: RoomId | None = None) -> None:
        room = room or self.room
        if self.trouble in ("full", "locked"):
            raise StoreError(f"The store is {self.trouble}")
        match request:
            case StartRequest(snapshot, position, more):
                run_now(self._log.start(room, lineage, snapshot, position, more))
            case Append(rows, mark):
                first, updates = rows[0][0], [update for _, update in rows]
                run_now(self._log.append(room, lineage, first, *updates, mark=mark))
            case Mark(mark):
                run_now(self._log.mark_saved(room, lineage, mark))
            case Look():
                pass
        if self.trouble == "late":
            raise StoreError("The store did what it was told, and cannot tell")


def parts(request: Request) -> list[Request]:
    """What is committed each by itself."""
    if isinstance(request, Append):
        named = 0 if request.mark is None else highest_position(request.mark)
        return [Append((row,), request.mark if row[0] == named else None) for row in request.rows]
    return [] if isinstance(request, Look) else [request]
