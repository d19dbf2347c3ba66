"""The port to whatever keeps the histories of documents.

An :class:`UpdateLog` does not know what an update is: it keeps bytes, in order, and says
when they are safe. Adapters live beside this file; ``tests/contracts/update_log.py`` is the
suite that every one of them passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..protocol.identity import Lineage, Position, RoomId


@dataclass(frozen=True, slots=True)
class SavedMark:
    """What of a history is in the document's file.

    The file with ``fingerprint`` (see :class:`~jupyter_collab.files.port.FileVersion`) has
    what the first ``position`` updates make, and in addition the updates at the positions
    ``merged``, which brought in what other programs wrote. ``writing`` is set while the
    document at that position is being written: after a crash the file may already have it.
    A ``position`` of 0 says that no document is known which is what the file has.

    ``live`` says that a server has the room open. Found by a server that begins, it says that
    the last one died, and may have put into the file, or told its clients, what is not here.

    ``copied`` says that the store was put back from a copy, and when that had been written last, in
    seconds since 1970. If the file was copied, too, that may have been before this mark was made,
    or in the middle of a write; one that was changed later was changed by somebody.
    """

    position: Position
    fingerprint: str
    merged: tuple[Position, ...] = ()
    writing: Position | None = None
    live: bool = False
    copied: float | None = None


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """A history as the log has it.

    ``updates`` applied in order to an empty document give the document at ``position``.
    After compaction the first of them stands for many.
    """

    lineage: Lineage
    updates: tuple[bytes, ...]
    position: Position
    saved: SavedMark | None

    @property
    def first(self) -> Position:
        """The position of the first of ``updates``."""
        return Position(self.position - len(self.updates) + 1)


@dataclass(frozen=True, slots=True)
class More:
    """What a history begins with besides its snapshot, all at once.

    ``updates`` follow the snapshot, ``saved`` is its mark.
    """

    updates: tuple[bytes, ...] = ()
    saved: SavedMark | None = None


NO_MORE = More()


class UpdateLog(Protocol):
    """Keeps one history for each room.

    Invariants:

    1. A method that returns has done what it says, durably (adapters without a disk: until
       :meth:`close`). One that could not raises :class:`~jupyter_collab.errors.StoreError`
       and has changed nothing; of several updates the first may be there.
    2. Positions of a history have no gaps: ``append`` begins at the position after the last, or
       at one that it has.
    3. A history is only ever continued by its own lineage.
    4. What was asked and is so already is done: ``append`` of the same bytes at the same
       positions, ``start`` with the same snapshot and nothing after it. A call that failed
       may thus be made again, even where it failed too late to tell what it had done.
    5. What failed may work later: a store that is full, locked or gone is tried again with
       each call.
    """

    async def load(self, room: RoomId, until: Position | None = None) -> StoredHistory | None:
        """The history of ``room``, or ``None`` where there is none.

        With ``until``, only the updates up to that position; raises
        :class:`~jupyter_collab.errors.StoreError` where compaction has made that position
        unreachable, or where it was never reached.
        """

    async def start(
        self,
        room: RoomId,
        lineage: Lineage,
        snapshot: bytes,
        position: Position = Position(1),
        more: More = NO_MORE,
    ) -> None:
        """Begin a history with ``snapshot`` as what the first ``position`` updates make.

        ``position`` is above 1 where a history goes on that the store has lost. Replaced is
        a history of another lineage, and one of the same lineage that ends before
        ``position``, as it has lost its end. Any other of the same lineage raises
        :class:`~jupyter_collab.errors.StoreConflict`. What was there is gone when all of the new
        one is there, not before.
        """

    async def append(
        self,
        room: RoomId,
        lineage: Lineage,
        position: Position,
        *updates: bytes,
        mark: SavedMark | None = None,
    ) -> None:
        """Add ``updates``, the first of them at ``position``, and return when they are durable.

        ``mark`` is what the file contains by then: it is there as soon as the last of the updates
        that it names is, and not after it. Calls may overlap; they take effect in the order in
        which they were made. Raises :class:`~jupyter_collab.errors.StoreConflict` for another
        lineage or a gap, or where the mark names an update that is not there.
        """

    async def mark_saved(self, room: RoomId, lineage: Lineage, mark: SavedMark) -> None:
        """Remember what of the history the file contains."""

    async def compact(
        self, room: RoomId, lineage: Lineage, until: Position, snapshot: bytes
    ) -> bool:
        """Replace all updates up to and including ``until`` by ``snapshot``.

        The snapshot is read back and compared before anything is deleted. ``load`` with a
        position below ``until`` fails from then on. Returns whether it was done: a store
        that cannot replace what it has, or sees to that itself, changes nothing and returns
        ``False``; there is no use in asking it again.
        """

    async def close(self) -> None:
        """Write what is under way and let go of all handles. Idempotent."""
