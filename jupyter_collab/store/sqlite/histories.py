"""What the SQLite store does with its tables: one function for each operation.

Each runs within a transaction that the caller has begun, raises
:class:`~jupyter_collab.errors.StoreError` for what the port refuses and
:class:`sqlite3.Error` for what the database cannot do, and leaves the rollback to the caller.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from ...errors import BadRoomId, StoreError
from ...protocol.identity import Lineage, Position, RoomId
from .. import refusals
from ..marks import highest_position
from ..port import More, SavedMark, StoredHistory
from .rows import (
    DAMAGED,
    INSERT,
    POSITION_BITS,
    all_updates,
    count_sound,
    decoded_mark,
    encoded_mark,
    end_positions,
    find_updates,
    key_of,
    keys_of,
    last_position,
    payload_at,
    row_of,
)
from .schema import check, checksum


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    lineage: Lineage
    saved: SavedMark | None


def load(
    connection: sqlite3.Connection, room: RoomId, until: Position | None
) -> StoredHistory | None:
    row = _find(connection, room)
    if row is None:
        return None
    base, last = end_positions(connection, row.id)
    if until is not None and not base <= until <= last:
        raise refusals.unreachable(room, until, base, last)
    found = find_updates(connection, row.id, last if until is None else until)
    sound = count_sound(found)
    is_whole = 0 < sound == len(found) and found[-1].position == (until or last)
    if until is not None and not is_whole:
        raise StoreError(f"Updates of {room} are missing from the store")
    updates = [it.update for it in found]
    if not is_whole:
        check(connection)
        # They are not missing for now, as where the store cannot be read: damage has taken them, or
        # their numbers. What stands before the gap can be used.
        updates.insert(sound, DAMAGED)
    base = found[0].position - (not sound) if found else 1
    position = Position(max(base, 1) + len(updates) - 1)
    saved = row.saved
    if until is None and saved is not None and highest_position(saved) > position:
        saved = None  # it was written after the updates that it speaks of, and they are gone
    return StoredHistory(row.lineage, tuple(updates), position, saved)


def start(
    connection: sqlite3.Connection,
    room: RoomId,
    lineage: Lineage,
    snapshot: bytes,
    position: Position,
    more: More,
    now: float,
) -> None:
    row = _find(connection, room)
    rows = list(enumerate((snapshot, *more.updates), start=position))
    if row is not None and row.lineage == lineage:
        last = last_position(connection, row.id)
        if position <= last and all_updates(connection, row.id) == rows:
            return
        if position <= last:
            raise refusals.already_begun(room, lineage)
    if row is not None:
        delete(connection, row.id)
    added = connection.execute(
        "INSERT INTO collab_histories (room, lineage, saved, saved_crc, used)"
        " VALUES (?, ?, ?, ?, ?)",
        (str(room), lineage, *encoded_mark(more.saved), now),
    )
    history = added.lastrowid
    assert history is not None
    connection.executemany(
        INSERT, (row_of(history, at, payload, begins=at == position) for at, payload in rows)
    )


def append(
    connection: sqlite3.Connection,
    room: RoomId,
    lineage: Lineage,
    position: Position,
    updates: Sequence[bytes],
    mark: SavedMark | None,
    now: float,
) -> None:
    # For each keystroke: what is asked of the tables is asked at once.
    found = connection.execute(
        "SELECT id, lineage,"
        " (SELECT MAX(key) FROM collab_updates WHERE key BETWEEN id << 32 AND (id + 1 << 32) - 1)"
        " FROM collab_histories WHERE room = ?",
        (str(room),),
    ).fetchone()
    if found is None:
        raise refusals.not_begun(room)
    number, stored, last = found[0], found[1], (found[2] or 0) & POSITION_BITS
    if stored != lineage:
        raise refusals.other_lineage(room, lineage, stored)
    for at, update in enumerate(updates, start=position):
        if at == last + 1:
            connection.execute(INSERT, row_of(number, at, update))
            last = at
        elif at > last or payload_at(connection, number, Position(at)) != update:
            raise refusals.not_next(room, Position(at), last)
    if mark is not None:
        _mark(connection, room, number, last, mark, now)


def mark_saved(
    connection: sqlite3.Connection, room: RoomId, lineage: Lineage, mark: SavedMark, now: float
) -> None:
    row = _expect(connection, room, lineage)
    _mark(connection, room, row.id, last_position(connection, row.id), mark, now)


def _mark(
    connection: sqlite3.Connection,
    room: RoomId,
    history: int,
    last: int,
    mark: SavedMark,
    now: float,
) -> None:
    """Remember ``mark`` of the ``history`` of this number, which ends at ``last``."""
    if highest_position(mark) > last:
        raise refusals.not_reached(room, highest_position(mark), last)
    connection.execute(
        "UPDATE collab_histories SET saved = ?, saved_crc = ?, used = ? WHERE id = ?",
        (*encoded_mark(mark), now, history),
    )


def compact(
    connection: sqlite3.Connection,
    room: RoomId,
    lineage: Lineage,
    until: Position,
    snapshot: bytes,
) -> bool:
    row = _expect(connection, room, lineage)
    base, last = end_positions(connection, row.id)
    if not base <= until <= last:
        raise refusals.unreachable(room, until, base, last)
    connection.execute(
        "UPDATE collab_updates SET payload = ?, crc = ? WHERE key = ?",
        (snapshot, checksum(snapshot, until, begins=True), key_of(row.id, until)),
    )
    if payload_at(connection, row.id, until) != snapshot:
        raise StoreError(f"The snapshot of {room} reads back as something else; nothing deleted")
    connection.execute(
        "DELETE FROM collab_updates WHERE key >= ? AND key < ?",
        (key_of(row.id, 0), key_of(row.id, until)),
    )
    return True


def with_more(mark: SavedMark, *, copied: float | None) -> SavedMark:
    """``mark`` of a history of which there may have been more."""
    # Of a copy of a copy, what was changed after the first was changed by somebody.
    return replace(mark, live=True, copied=copied if mark.copied is None else mark.copied)


def expect_more(connection: sqlite3.Connection, *, copied: float | None) -> None:
    """Mark all histories as live: there may have been more of each than is here."""
    rows = connection.execute("SELECT id, saved, saved_crc FROM collab_histories").fetchall()
    for number, saved, crc in rows:
        mark = decoded_mark(saved, crc)
        if mark is not None and mark != with_more(mark, copied=copied):
            connection.execute(
                "UPDATE collab_histories SET saved = ?, saved_crc = ? WHERE id = ?",
                (*encoded_mark(with_more(mark, copied=copied)), number),
            )


FORGET_AT_ONCE = 8
"""How many histories one call of :func:`forget` removes at most, lest others wait for it."""


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Times, in seconds since 1970, before which a history was last used that is forgotten:
    ``saved`` where its file has all of it, ``unsaved`` where not. ``None``: never."""

    saved: float | None
    unsaved: float | None


def forget(connection: sqlite3.Connection, before: Forgetting, used: Container[RoomId]) -> None:
    """Remove histories that nobody has used for long, but for rooms in ``used``."""
    latest = max(time for time in (before.saved, before.unsaved, 0.0) if time is not None)
    candidates = connection.execute(
        "SELECT id, room, saved, saved_crc, used FROM collab_histories"
        " WHERE used < ? ORDER BY used",
        (latest,),
    ).fetchall()
    forgotten = 0
    for number, room, saved, crc, last_used in candidates:
        if forgotten == FORGET_AT_ONCE:
            return
        is_saved = _is_saved(connection, number, decoded_mark(saved, crc))
        limit = before.saved if is_saved else before.unsaved
        if limit is not None and last_used < limit and not _is_used(room, used):
            delete(connection, number)
            forgotten += 1


def _is_used(room: object, used: Container[RoomId]) -> bool:
    try:
        return RoomId.parse(str(room)) in used
    except BadRoomId:
        return False  # it is damaged, and nobody will ever ask for it


def _is_saved(connection: sqlite3.Connection, history: int, saved: SavedMark | None) -> bool:
    """Whether the file has all of a history."""
    return saved is not None and saved.position == last_position(connection, history)


def delete(connection: sqlite3.Connection, history: int) -> None:
    """Remove the history with the row id ``history``."""
    connection.execute("DELETE FROM collab_updates WHERE key BETWEEN ? AND ?", keys_of(history))
    connection.execute("DELETE FROM collab_histories WHERE id = ?", (history,))


def _find(connection: sqlite3.Connection, room: RoomId) -> _Row | None:
    row = connection.execute(
        "SELECT id, lineage, saved, saved_crc FROM collab_histories WHERE room = ?", (str(room),)
    ).fetchone()
    if row is None:
        return None
    number, lineage, saved, crc = row
    return _Row(number, Lineage(str(lineage)), decoded_mark(saved, crc))


def _expect(connection: sqlite3.Connection, room: RoomId, lineage: Lineage) -> _Row:
    row = _find(connection, room)
    if row is None:
        raise refusals.not_begun(room)
    if row.lineage != lineage:
        raise refusals.other_lineage(room, lineage, row.lineage)
    return row
