"""Whether a store is the one that the last server has left.

A store that was put back from a copy looks like any other. So whoever opens it puts a new token
into it, and the same into a small file beside it, which is in no copy of the store; and once more
when it is closed.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from pathlib import Path

_SUFFIX = "-opened"
_KEY = "opened"

_OPEN, _CLOSED = "open", "closed"


class Witness:
    """The file beside the store at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = Path(f"{path}{_SUFFIX}")

    def contradicts(self, connection: sqlite3.Connection) -> bool:
        """Whether the store is another one than was left, or an older state of it."""
        token = _token(connection)
        # One without is new, or from before there were witnesses.
        return token is not None and self._read()[0] != token

    @property
    def is_left_open(self) -> bool:
        """Whether the last server has died, or another one has the store now."""
        return self._read()[1] == _OPEN

    def _read(self) -> tuple[str, str]:
        try:
            token, state = self.path.read_text("utf-8").split()
        except (OSError, ValueError):
            return "", ""
        return token, state

    def sign(self, connection: sqlite3.Connection) -> str:
        """Put a new token into the store, within the transaction that is open; returns it."""
        token = secrets.token_hex(8)
        connection.execute("INSERT OR REPLACE INTO collab_meta VALUES (?, ?)", (_KEY, token))
        return token

    def note(self, token: str, *, closed: bool = False) -> None:
        """The store has ``token`` by now. Raises :class:`OSError` where that cannot be noted."""
        with self.path.open("w", encoding="utf-8") as file:
            file.write(f"{token} {_CLOSED if closed else _OPEN}\n")
            file.flush()
            # Where power is lost, what the last server has left would be told of this one.
            os.fsync(file.fileno())


def _token(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM collab_meta WHERE key = ?", (_KEY,)).fetchone()
    return None if row is None else str(row[0])
