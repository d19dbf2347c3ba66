"""How histories lie in the tables of the SQLite store, and what damage has left of them.

A history has a number, which its updates have in their keys, above their positions. Updates and
marks lie beside checksums; what is read without them may be anything.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from ..marks import decode_mark, encode_mark
from ..port import SavedMark
from .schema import checksum

INSERT = "INSERT INTO collab_updates (key, crc, payload) VALUES (?, ?, ?)"
"""Takes what :func:`row_of` gives."""

POSITION_BITS = 2**32 - 1
"""The part of an update's key that is its position; what is above it is its history's number."""

LARGE = 1_000_000
"""Bytes of an update from which on it is read by itself: SQLite would make a copy of it first, and
memory that nobody has used yet is slow."""

DAMAGED = b"\xff" * 10
"""What is put before an update that is not what was written: it is none any more, for sure."""


@dataclass(frozen=True, slots=True)
class Found:
    """An update, as far as it is one, and whether its history begins with it."""

    position: int
    update: bytes
    begins: bool


def key_of(history: int, position: int) -> int:
    """That of an update at ``position``, or of none at 0."""
    return history << 32 | position


def keys_of(history: int) -> tuple[int, int]:
    """The first and the last that an update of a history can have."""
    return key_of(history, 0), key_of(history, POSITION_BITS)


def row_of(
    history: int, position: int, update: bytes, *, begins: bool = False
) -> tuple[int, int, bytes]:
    """An update as :data:`INSERT` takes it; ``begins``: the history begins with it."""
    return key_of(history, position), checksum(update, position, begins=begins), update


def all_updates(connection: sqlite3.Connection, history: int) -> list[tuple[int, bytes]]:
    """Each update with its position, as it is there."""
    rows = connection.execute(
        "SELECT key, payload FROM collab_updates WHERE key BETWEEN ? AND ? ORDER BY key",
        keys_of(history),
    )
    return [(key & POSITION_BITS, bytes(payload)) for key, payload in rows]


def payload_at(connection: sqlite3.Connection, history: int, position: int) -> bytes | None:
    """The update at ``position``, as it is there."""
    row = connection.execute(
        "SELECT payload FROM collab_updates WHERE key = ?", (key_of(history, position),)
    ).fetchone()
    return None if row is None else bytes(row[0])


def last_position(connection: sqlite3.Connection, history: int) -> int:
    """That of the last update; 0 where there is none."""
    # MAX and MIN alone are one step in the index each; both in one query read every row.
    (last,) = connection.execute(
        "SELECT COALESCE(MAX(key), 0) FROM collab_updates WHERE key BETWEEN ? AND ?",
        keys_of(history),
    ).fetchone()
    return int(last) & POSITION_BITS


def end_positions(connection: sqlite3.Connection, history: int) -> tuple[int, int]:
    """That of the first update and that of the last; 0 where there is none."""
    (base,) = connection.execute(
        "SELECT COALESCE(MIN(key), 0) FROM collab_updates WHERE key BETWEEN ? AND ?",
        keys_of(history),
    ).fetchone()
    return int(base) & POSITION_BITS, last_position(connection, history)


def find_updates(connection: sqlite3.Connection, history: int, until: int) -> list[Found]:
    """All updates of a history up to the position ``until``, each checked."""
    rows = connection.execute(
        "SELECT key, crc, CASE WHEN length(payload) < ? THEN payload END FROM collab_updates"
        " WHERE key BETWEEN ? AND ? ORDER BY key",
        (LARGE, key_of(history, 0), key_of(history, until)),
    )
    return [
        _verified(key & POSITION_BITS, crc, _whole(connection, key, payload), first=number == 0)
        for number, (key, crc, payload) in enumerate(rows)
    ]


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


def _verified(position: int, crc: object, payload: object, *, first: bool) -> Found:
    """An update as the table has it, the ``first`` of those that are there or another one; damage
    may also have made something else of the bytes."""
    if not isinstance(payload, bytes):
        return Found(position, DAMAGED + str(payload).encode(), begins=first)
    for begins in (first, not first):  # what is likely costs one look at the bytes
        if crc == checksum(payload, position, begins=begins):
            return Found(position, payload, begins)
    return Found(position, DAMAGED + payload, begins=first)


def count_sound(found: Sequence[Found]) -> int:
    """How many of ``found`` follow one another from the beginning of the history on."""
    if not found or not found[0].begins:
        return 0
    base = found[0].position
    return sum(it.position == at for at, it in enumerate(found, base))


def encoded_mark(mark: SavedMark | None) -> tuple[str | None, int | None]:
    """``mark`` as it lies in the table, with its checksum."""
    text = None if mark is None else encode_mark(mark)
    return text, None if text is None else checksum(text.encode())


def decoded_mark(saved: object, crc: object) -> SavedMark | None:
    """The mark that was :func:`encoded_mark`; ``None`` as well where it is damaged."""
    if not isinstance(saved, str) or crc != checksum(saved.encode()):
        return None
    return decode_mark(saved)
