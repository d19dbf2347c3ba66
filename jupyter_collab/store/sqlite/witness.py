"""Whether a store is the one that the last server has left.

A store that was put back from a copy looks like any other. So whoever opens it puts a new token
into it, and the same into a small file beside it, which is in no copy of the store; and once more
when it is closed. A copy of both is told by what no copy keeps: the number that the file system
gives to the store, which another file may have later, and the time at which this file was changed.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SUFFIX = "-opened"
_KEY = "opened"

_OPEN, _CLOSED = "open", "closed"

_MOMENT = 2.5
"""Seconds in which a note is written, also where a file system keeps every other second only."""


@dataclass(frozen=True, slots=True)
class _Note:
    """What was noted last; what is empty is not known."""

    token: str = ""
    number: str = ""
    changed: str = ""
    state: str = ""


class Witness:
    """The file beside the store at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = Path(f"{path}{_SUFFIX}")
        self._store = path

    def contradicts(self, connection: sqlite3.Connection) -> bool:
        """Whether the store is another one than was left, or an older state of it."""
        token = _token(connection)
        # One without is new, or from before there were witnesses.
        if token is None:
            return False
        return self._read().token != token or self.shows_a_copy(connection)

    def shows_a_copy(self, connection: sqlite3.Connection) -> bool:
        """Whether that is known to be a copy; what cannot be noted shows nothing."""
        noted, token = self._read(), _token(connection)
        if token is None:
            return False
        if not self.path.exists() or noted.token not in ("", token):
            return True
        return noted.number not in ("", self._number()) or self._was_changed_later(noted)

    def _was_changed_later(self, noted: _Note) -> bool:
        try:
            return abs(self.path.stat().st_ctime - float(noted.changed)) > _MOMENT
        except (OSError, ValueError):
            return False

    @property
    def is_left_open(self) -> bool:
        """Whether the last server has died, or another one has the store now."""
        return self._read().state == _OPEN

    @property
    def written_at(self) -> float:
        """When a file of the store was written last, in seconds since 1970. Whoever opens it writes
        them. A copy has the times of what was copied, or those at which it was made; others who
        own it, or other permissions, change nothing of it."""
        times = [0.0]
        for path in (self._store, Path(f"{self._store}-wal"), self.path):
            with suppress(OSError):
                times.append(path.stat().st_mtime)
        return max(times)

    def _read(self) -> _Note:
        try:
            token, *known, state = self.path.read_text("utf-8").split()
        except (OSError, ValueError):
            return _Note()
        number, changed = known if len(known) == 2 else ("", "")
        return _Note(token, number, changed, state)

    def _number(self) -> str:
        return str(self._store.stat().st_ino)

    def sign(self, connection: sqlite3.Connection) -> str:
        """Put a new token into the store, within the transaction that is open; returns it."""
        token = secrets.token_hex(8)
        connection.execute("INSERT OR REPLACE INTO collab_meta VALUES (?, ?)", (_KEY, token))
        return token

    def note(self, token: str, *, closed: bool = False) -> None:
        """The store has ``token`` by now. Raises :class:`OSError` where that cannot be noted."""
        state, number = _CLOSED if closed else _OPEN, self._number()
        with self.path.open("w", encoding="utf-8") as file:
            file.write(f"{token} {state}\n")
            file.flush()
            # By the clock of the file system, which may be another machine's.
            changed = os.fstat(file.fileno()).st_ctime
            file.seek(0)
            file.write(f"{token} {number} {changed} {state}\n")
            file.flush()
            # Where power is lost, what the last server has left would be told of this one.
            os.fsync(file.fileno())


def _token(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM collab_meta WHERE key = ?", (_KEY,)).fetchone()
    return None if row is None else str(row[0])
