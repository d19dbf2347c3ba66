"""The tables of the SQLite store, and how older ones become today's.

They lie beside those that jupyter-collaboration keeps in the same file (``yupdates``,
``ycheckpoints``), which are never touched: their histories have no lineage, so nothing may
be merged with them, and a user who goes back finds them as they were. For the same reason
the version is kept in a table of our own; ``user_version`` is theirs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from zlib import crc32

Step = Callable[[sqlite3.Connection], None]


def _create_tables(connection: sqlite3.Connection) -> None:
    connection.execute(
        """
        CREATE TABLE collab_histories (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            room TEXT NOT NULL UNIQUE,
            lineage TEXT NOT NULL,
            saved TEXT,
            used REAL NOT NULL
        )
        """
    )
    connection.execute(
        """
        CREATE TABLE collab_updates (
            history INTEGER NOT NULL,
            position INTEGER NOT NULL,
            payload BLOB NOT NULL,
            PRIMARY KEY (history, position)
        ) WITHOUT ROWID
        """
    )


def _add_checksums(connection: sqlite3.Connection) -> None:
    # SQLite notices damage to its own structure, not to what lies in it.
    connection.execute("ALTER TABLE collab_histories ADD COLUMN saved_crc INTEGER")
    connection.execute("ALTER TABLE collab_updates ADD COLUMN crc INTEGER")


def _key_by_number(connection: sqlite3.Connection) -> None:
    # Updates are a few dozen bytes as a rule; with the key as the table's own order, adding one
    # writes one page. A key of two columns, without a row id, does that as well, but to find one
    # SQLite then reads whole rows that lie beside it, of which one may be a document of 50 MB; and
    # what stands behind the payload is found by reading that. The key is the history's id, shifted
    # by 32 bits, and the position.
    connection.execute(
        """
        CREATE TABLE collab_updates_by_key (
            key INTEGER PRIMARY KEY,
            crc INTEGER,
            payload BLOB NOT NULL
        )
        """
    )
    connection.execute(
        "INSERT INTO collab_updates_by_key (key, crc, payload)"
        " SELECT history << 32 | position, crc, payload FROM collab_updates"
        " ORDER BY history, position"
    )
    connection.execute("DROP TABLE collab_updates")
    connection.execute("ALTER TABLE collab_updates_by_key RENAME TO collab_updates")


def checksum(payload: bytes, position: int = 0, *, begins: bool = False) -> int:
    """Of an update at ``position``, or of a mark. That of an update with which a history ``begins``
    is another one than that of any other."""
    start = ~position if begins else position
    return crc32(payload, start & 0xFFFFFFFF)


def _know_beginnings(connection: sqlite3.Connection) -> None:
    # What is missing before all others left no trace. Rows from before there were checksums are
    # believed, once.
    last = None
    keys = connection.execute("SELECT key FROM collab_updates ORDER BY key").fetchall()
    for (key,) in keys:
        history, position = key >> 32, key & 0xFFFFFFFF
        begins, last = history != last, history
        crc, payload = connection.execute(
            "SELECT crc, payload FROM collab_updates WHERE key = ?", (key,)
        ).fetchone()
        if not isinstance(payload, bytes) or crc not in (None, checksum(payload, position)):
            continue  # it is damaged
        if begins or crc is None:
            connection.execute(
                "UPDATE collab_updates SET crc = ? WHERE key = ?",
                (checksum(payload, position, begins=begins), key),
            )
    marks = connection.execute(
        "SELECT id, saved FROM collab_histories WHERE typeof(saved) = 'text' AND saved_crc ISNULL"
    ).fetchall()
    for number, saved in marks:
        connection.execute(
            "UPDATE collab_histories SET saved_crc = ? WHERE id = ?",
            (checksum(saved.encode()), number),
        )


STEPS: Sequence[Step] = (_create_tables, _add_checksums, _key_by_number, _know_beginnings)
"""``STEPS[n]`` takes a database from version n to version n + 1; version 0 has no tables."""


def check(connection: sqlite3.Connection) -> None:
    """Raise what SQLite raises for damage, where the tables are not in order.

    Otherwise it notices that only where it happens to look, and may not find a row that is there.
    It takes about a second for a gigabyte.
    """
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        error = sqlite3.DatabaseError(found)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def stored_version(connection: sqlite3.Connection) -> int:
    """The version of the tables in the database; 0 where there are none."""
    found = connection.execute(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'collab_meta'"
    ).fetchone()
    if found is None:
        return 0
    row = connection.execute("SELECT value FROM collab_meta WHERE key = 'version'").fetchone()
    return 0 if row is None else int(row[0])


def migrate(connection: sqlite3.Connection, steps: Sequence[Step] = STEPS) -> None:
    """Take the tables to the version ``len(steps)``, within the transaction that is open."""
    version = stored_version(connection)
    if version == len(steps):
        return
    if version == 0:
        connection.execute("CREATE TABLE collab_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    for step in steps[version:]:
        step(connection)
    connection.execute(
        "INSERT OR REPLACE INTO collab_meta VALUES ('version', ?)", (str(len(steps)),)
    )
