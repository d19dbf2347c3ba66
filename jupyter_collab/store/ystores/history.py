"""One room's history in one instance of a pycrdt store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pycrdt.store import BaseYStore, YDocNotFound

from ...errors import StoreError
from ...protocol.identity import Lineage, Position, RoomId
from ...protocol.messages import EMPTY_UPDATE
from ...workers import in_thread
from .. import refusals
from ..marks import highest_position
from ..port import More, SavedMark, StoredHistory
from .records import Broken, Record, decode_record, encode_metadata, in_order, replay
from .torn_file import Entry, is_plain_file, mend
from .watched_log import WatchedLog


@dataclass(frozen=True, slots=True)
class _Ends:
    """What has to be known of a history to go on with it."""

    lineage: Lineage
    base: Position
    last: Position


class YStoreHistory:
    """Reads and writes the history of ``room``; one call at a time."""

    def __init__(self, store: BaseYStore, room: RoomId, watched: WatchedLog) -> None:
        self._store = store
        self._room = room
        self._watched = watched
        self._metadata = b""
        self._asked = False
        self._ends: _Ends | None = None
        self._known = False
        self._number = 0
        store.metadata_callback = self._give_metadata

    def doubt(self) -> None:
        """Read again before the next write, as the last one may have been done or not."""
        self._known = False

    async def load(self, until: Position | None) -> StoredHistory | None:
        history = await self._read()
        if history is None or until is None:
            return history
        base = history.position - len(history.updates) + 1
        if not base <= until <= history.position:
            raise refusals.unreachable(self._room, until, base, history.position)
        updates = history.updates[: until - base + 1]
        return StoredHistory(history.lineage, updates, until, history.saved)

    async def start(
        self, lineage: Lineage, snapshot: bytes, position: Position, more: More
    ) -> None:
        wanted = (snapshot, *more.updates)
        last = Position(position + len(more.updates))
        ends = await self._find()
        if ends is not None and ends.lineage == lineage and position <= ends.last:
            found = await self._read()
            if found is not None and (found.position, found.updates) == (last, wanted):
                return
            raise refusals.already_begun(self._room, lineage)
        await self._write(Record("start", lineage, position, snapshot, more.saved, len(wanted)))
        for at, update in enumerate(more.updates, start=position + 1):
            row = Record("update", lineage, Position(at), update, rows=len(wanted))
            await self._write(row)
        begun = await self._read()
        if begun != StoredHistory(lineage, wanted, last, more.saved):
            self.doubt()
            raise StoreError(
                f"{type(self._store).__name__} does not give back what was written to it; it has"
                " to keep each update with the bytes that its metadata_callback returns"
            )

    async def append(
        self,
        lineage: Lineage,
        position: Position,
        updates: Sequence[bytes],
        mark: SavedMark | None,
    ) -> None:
        named = None if mark is None else highest_position(mark)
        for at, update in enumerate(updates, start=position):
            await self._append(lineage, Position(at), update, mark if at == named else None)
            if at == named:
                mark = None
        if mark is not None:
            await self.mark_saved(lineage, mark)

    async def _append(
        self, lineage: Lineage, position: Position, update: bytes, mark: SavedMark | None
    ) -> None:
        ends = await self._expect(lineage)
        if position != ends.last + 1:
            there = ends.base <= position <= ends.last
            if not there or await self._at(position) != update:
                raise refusals.not_next(self._room, position, ends.last)
            if mark is not None:
                await self.mark_saved(lineage, mark)
            return
        await self._write(Record("update", lineage, position, update, mark))
        self._ends = _Ends(lineage, ends.base, position)

    async def mark_saved(self, lineage: Lineage, mark: SavedMark) -> None:
        ends = await self._expect(lineage)
        if highest_position(mark) > ends.last:
            raise refusals.not_reached(self._room, highest_position(mark), ends.last)
        await self._write(Record("saved", lineage, mark.position, EMPTY_UPDATE, mark))

    async def _expect(self, lineage: Lineage) -> _Ends:
        ends = await self._find()
        if ends is None:
            raise refusals.not_begun(self._room)
        if ends.lineage != lineage:
            raise refusals.other_lineage(self._room, lineage, ends.lineage)
        return ends

    async def _find(self) -> _Ends | None:
        if not self._known:
            await self._read()
        return self._ends

    async def _at(self, position: Position) -> bytes | None:
        """The update at ``position``, which is one that the history has."""
        history = await self._read()
        return None if history is None else history.updates[position - history.position - 1]

    async def _read(self) -> StoredHistory | None:
        """The history as the store has it now."""
        history = replay(await self._read_records())
        if isinstance(history, Broken):
            self._watched.warning(
                "The store of %s has lost or rewritten parts of its history, which cannot be"
                " used any more",
                self._room,
            )
            history = None
        self._ends = None
        if history is not None:
            base = Position(history.position - len(history.updates) + 1)
            self._ends = _Ends(history.lineage, base, history.position)
        self._known = True
        return history

    async def _read_records(self) -> list[Record]:
        self._watched.take_problem()
        entries: list[Entry] = []
        try:
            async for update, metadata, *_ in self._store.read():
                entries.append((bytes(update), bytes(metadata or b"")))
        except YDocNotFound:
            await self._mend(entries)
        except Exception:
            if not await self._mend(entries):
                raise
        else:
            await self._mend(entries)
        self._raise_problem("read")
        decoded = (decode_record(self._room, *entry) for entry in entries)
        records = in_order(record for record in decoded if record is not None)
        self._number = records[-1].number if records else 0
        return records

    async def _mend(self, entries: list[Entry]) -> bool:
        if not is_plain_file(self._store):
            return False
        return await in_thread(mend, self._store, entries, self._watched)

    async def _write(self, record: Record) -> None:
        self._watched.take_problem()
        self._number += 1
        self._metadata = encode_metadata(self._room, replace(record, number=self._number))
        self._asked = False
        self._known = False  # until it has been done
        await self._store.write(record.update)
        self._raise_problem("written")
        if not self._asked:
            raise StoreError(
                f"{type(self._store).__name__} did not ask for metadata while writing; either it"
                " failed without saying so, or it does not use its metadata_callback"
            )
        self._known = True

    def _give_metadata(self) -> bytes:
        self._asked = True
        return self._metadata

    def _raise_problem(self, done: str) -> None:
        problem = self._watched.take_problem()
        if problem is not None:
            raise StoreError(f"The store of {self._room} cannot be {done}: {problem}")
