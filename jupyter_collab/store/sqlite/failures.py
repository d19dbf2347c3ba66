"""What goes wrong with an SQLite file: which error is which, what people read of it, and what
becomes of a file that is damaged."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from logging import Logger
from pathlib import Path

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_SAID_OF_DAMAGE = ("unsupported file format", "table collab_", "table: collab_", "no such column")
"""For a header with nonsense in it, and names of tables, SQLite has no code of its own."""


def is_full(error: BaseException) -> bool:
    """Whether ``error`` says that there is no space.

    SQLite calls only a full disk full, and a quota that is used up an error of writing.
    """
    full = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)
    return isinstance(error, sqlite3.Error) and _extended_code(error) in full


def is_locked(error: BaseException) -> bool:
    """Whether ``error`` says that another connection is at work, which will end."""
    locked = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return isinstance(error, sqlite3.Error) and code_of(error) in locked


def is_damage(error: BaseException) -> bool:
    """Whether ``error`` says that the file is no database, or no longer a sound one."""
    if isinstance(error, UnicodeDecodeError):
        return True  # the names that SQLite wants to complain of are none
    if not isinstance(error, sqlite3.Error):
        return False
    return code_of(error) in _DAMAGE or any(part in str(error) for part in _SAID_OF_DAMAGE)


def code_of(error: BaseException) -> int:
    """What SQLite calls the error; 0 where it does not say."""
    return _extended_code(error) & 0xFF


def _extended_code(error: BaseException) -> int:
    # Errors of the sqlite3 module itself, such as misuse, carry no code.
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code


def explain(error: sqlite3.Error | OSError, path: Path) -> str:
    """What happened to the store at ``path``, and what to do."""
    if is_full(error):
        return f"No space is left, or no quota, for the store of histories {path}; free some"
    match code_of(error):
        case _ if is_locked(error):
            return f"The store of histories {path} is locked by another program"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return f"The store of histories {path} is read-only; check its permissions"
        case sqlite3.SQLITE_CANTOPEN:
            return (
                f"The store of histories {path} cannot be opened; check that its folder is there"
                " and writable, or set another path"
            )
        case sqlite3.SQLITE_IOERR:
            return f"The disk of the store of histories {path} cannot be read or written; check it"
        case sqlite3.SQLITE_TOOBIG:
            return f"An update is larger than the store of histories {path} can keep"
        case _:
            return f"The store of histories {path} failed"


def move_aside(path: Path, log: Logger) -> None:
    """Rename a damaged database, with what lies beside it, and say so."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    name = f"{path.name}.damaged-{stamp}"
    new_path = path.with_name(name)
    number = 1
    while new_path.exists():
        number += 1
        new_path = path.with_name(f"{name}-{number}")
    path.rename(new_path)
    for suffix in ("-wal", "-shm", "-journal"):
        companion = Path(f"{path}{suffix}")
        if companion.exists():
            companion.rename(f"{new_path}{suffix}")
    log.error(
        "The store of histories %s is damaged; it was set aside as %s and a fresh one begun",
        path,
        new_path.name,
    )
