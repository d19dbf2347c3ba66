"""What the SQLite store does with its tables: one function for each operation.

Each runs within a transaction that the caller has begun, raises
:class:`~jupyter_collab.errors.StoreError` for what the port refuses and
:class:`sqlite3.Error` for what the database cannot do, and leaves the rollback to the caller.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from ..errors import BadRoomId, StoreError
from ..protocol.identity import Lineage, Position, RoomId
from . import refusals
from .marks import decode_mark, encode_mark, highest_position
from .port import More, SavedMark, StoredHistory
from .schema import check, checksum

INSERT = "INSERT INTO collab_updates (key, crc, payload) VALUES (?, ?, ?)"

_POSITION = 2**32 - 1
"""The part of an update's key that is its position; what is above it is its history's id."""


LARGE = 1_000_000
"""Bytes of an update from which on it is read by itself: SQLite would make a copy of it first, and
memory that nobody has used yet is slow."""


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    lineage: Lineage
    saved: SavedMark | None


DAMAGED = b"\xff" * 10
"""What is put before an update that is not what was written: it is none any more, for sure."""


@dataclass(frozen=True, slots=True)
class _Found:
    """An update, as far as it is one, and whether its history begins with it."""

    position: int
    update: bytes
    begins: bool


def _whole(connection: sqlite3.Connection, key: int, payload: object) -> object:
    """``payload``, which was read of the row ``key`` if it is not large; ``None`` where there is
    none."""
    if payload is not None:
        return payload
    try:
        with connection.blobopen("collab_updates", "payload", key, readonly=True) as blob:
            return blob.read()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        return None  # what is there has no bytes, or is not found by its number


def _verified(position: int, crc: object, payload: object, *, first: bool) -> _Found:
    """An update as the table has it, the ``first`` of those that are there or another one; damage
    may also have made something else of the bytes."""
    if not isinstance(payload, bytes):
        return _Found(position, DAMAGED + str(payload).encode(), begins=first)
    for begins in (first, not first):  # what is likely costs one look at the bytes
        if crc == checksum(payload, position, begins=begins):
            return _Found(position, payload, begins)
    return _Found(position, DAMAGED + payload, begins=first)


def load(
    connection: sqlite3.Connection, room: RoomId, until: Position | None
) -> StoredHistory | None:
    row = _find(connection, room)
    if row is None:
        return None
    base, last = _ends(connection, row)
    if until is not None and not base <= until <= last:
        raise refusals.unreachable(room, until, base, last)
    found = _find_updates(connection, row.id, last if until is None else until)
    sound = _sound(found)
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


def _find_updates(connection: sqlite3.Connection, history: int, until: int) -> list[_Found]:
    rows = connection.execute(
        "SELECT key, crc, CASE WHEN length(payload) < ? THEN payload END FROM collab_updates"
        " WHERE key BETWEEN ? AND ? ORDER BY key",
        (LARGE, _key(history, 0), _key(history, until)),
    )
    return [
        _verified(key & _POSITION, crc, _whole(connection, key, payload), first=number == 0)
        for number, (key, crc, payload) in enumerate(rows)
    ]


def _sound(found: Sequence[_Found]) -> int:
    """How many of ``found`` follow one another from the beginning of the history on."""
    if not found or not found[0].begins:
        return 0
    base = found[0].position
    return sum(it.position == at for at, it in enumerate(found, base))


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
        last = _last(connection, row.id)
        if position <= last and _rows(connection, row.id) == rows:
            return
        if position <= last:
            raise refusals.already_begun(room, lineage)
    if row is not None:
        delete(connection, row.id)
    added = connection.execute(
        "INSERT INTO collab_histories (room, lineage, saved, saved_crc, used)"
        " VALUES (?, ?, ?, ?, ?)",
        (str(room), lineage, *_encoded(more.saved), now),
    )
    history = added.lastrowid
    assert history is not None
    connection.executemany(
        INSERT, (_row(history, at, payload, begins=at == position) for at, payload in rows)
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
    number, stored, last = found[0], found[1], (found[2] or 0) & _POSITION
    if stored != lineage:
        raise refusals.other_lineage(room, lineage, stored)
    for at, update in enumerate(updates, start=position):
        if at == last + 1:
            connection.execute(INSERT, _row(number, at, update))
            last = at
        elif at > last or _payload(connection, number, Position(at)) != update:
            raise refusals.not_next(room, Position(at), last)
    if mark is not None:
        _mark(connection, room, number, last, mark, now)


def mark_saved(
    connection: sqlite3.Connection, room: RoomId, lineage: Lineage, mark: SavedMark, now: float
) -> None:
    row = _expect(connection, room, lineage)
    _mark(connection, room, row.id, _last(connection, row.id), mark, now)


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
        (*_encoded(mark), now, history),
    )


def compact(
    connection: sqlite3.Connection,
    room: RoomId,
    lineage: Lineage,
    until: Position,
    snapshot: bytes,
) -> bool:
    row = _expect(connection, room, lineage)
    base, last = _ends(connection, row)
    if not base <= until <= last:
        raise refusals.unreachable(room, until, base, last)
    connection.execute(
        "UPDATE collab_updates SET payload = ?, crc = ? WHERE key = ?",
        (snapshot, checksum(snapshot, until, begins=True), _key(row.id, until)),
    )
    if _payload(connection, row.id, until) != snapshot:
        raise StoreError(f"The snapshot of {room} reads back as something else; nothing deleted")
    connection.execute(
        "DELETE FROM collab_updates WHERE key >= ? AND key < ?",
        (_key(row.id, 0), _key(row.id, until)),
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
        mark = _decoded(saved, crc)
        if mark is not None and mark != with_more(mark, copied=copied):
            connection.execute(
                "UPDATE collab_histories SET saved = ?, saved_crc = ? WHERE id = ?",
                (*_encoded(with_more(mark, copied=copied)), number),
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
        limit = (
            before.saved if _is_saved(connection, number, _decoded(saved, crc)) else before.unsaved
        )
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
    return saved is not None and saved.position == _last(connection, history)


def delete(connection: sqlite3.Connection, history: int) -> None:
    """Remove the history with the row id ``history``."""
    connection.execute("DELETE FROM collab_updates WHERE key BETWEEN ? AND ?", _keys(history))
    connection.execute("DELETE FROM collab_histories WHERE id = ?", (history,))


def _find(connection: sqlite3.Connection, room: RoomId) -> _Row | None:
    row = connection.execute(
        "SELECT id, lineage, saved, saved_crc FROM collab_histories WHERE room = ?", (str(room),)
    ).fetchone()
    if row is None:
        return None
    number, lineage, saved, crc = row
    return _Row(number, Lineage(str(lineage)), _decoded(saved, crc))


def _encoded(mark: SavedMark | None) -> tuple[str | None, int | None]:
    """``mark`` as it lies in the table, with its checksum."""
    text = None if mark is None else encode_mark(mark)
    return text, None if text is None else checksum(text.encode())


def _decoded(saved: object, crc: object) -> SavedMark | None:
    """The mark that was :func:`_encoded`; ``None`` as well where it is damaged."""
    if not isinstance(saved, str) or crc != checksum(saved.encode()):
        return None
    return decode_mark(saved)


def _expect(connection: sqlite3.Connection, room: RoomId, lineage: Lineage) -> _Row:
    row = _find(connection, room)
    if row is None:
        raise refusals.not_begun(room)
    if row.lineage != lineage:
        raise refusals.other_lineage(room, lineage, row.lineage)
    return row


def _last(connection: sqlite3.Connection, history: int) -> int:
    # MAX and MIN alone are one step in the index each; both in one query read every row.
    (last,) = connection.execute(
        "SELECT COALESCE(MAX(key), 0) FROM collab_updates WHERE key BETWEEN ? AND ?",
        _keys(history),
    ).fetchone()
    return int(last) & _POSITION


def _ends(connection: sqlite3.Connection, row: _Row) -> tuple[int, int]:
    (base,) = connection.execute(
        "SELECT COALESCE(MIN(key), 0) FROM collab_updates WHERE key BETWEEN ? AND ?",
        _keys(row.id),
    ).fetchone()
    return int(base) & _POSITION, _last(connection, row.id)


def _key(history: int, position: int) -> int:
    """That of an update at ``position``, or of none at 0."""
    return history << 32 | position


def _keys(history: int) -> tuple[int, int]:
    """The first and the last that an update of a history can have."""
    return _key(history, 0), _key(history, _POSITION)


def _row(
    history: int, position: int, update: bytes, *, begins: bool = False
) -> tuple[int, int, bytes]:
    """What :data:`INSERT` takes."""
    return _key(history, position), checksum(update, position, begins=begins), update


def _rows(connection: sqlite3.Connection, history: int) -> list[tuple[int, bytes]]:
    rows = connection.execute(
        "SELECT key, payload FROM collab_updates WHERE key BETWEEN ? AND ? ORDER BY key",
        _keys(history),
    )
    return [(key & _POSITION, bytes(payload)) for key, payload in rows]


def _payload(connection: sqlite3.Connection, history: int, position: int) -> bytes | None:
    row = connection.execute(
        "SELECT payload FROM collab_updates WHERE key = ?", (_key(history, position),)
    ).fetchone()
    return None if row is None else bytes(row[0])
