"""The file of pycrdt's SQLite store, to which each room has a connection of its own.

pycrdt tells of damage, and goes on with it: no document would have a history any more.
"""

from __future__ import annotations

from logging import Logger
from pathlib import Path

from pycrdt.store import BaseYStore, SQLiteYStore

from ...workers import in_thread
from ..classes import JupyterSQLiteYStore
from ..sqlite.failures import move_aside

HEADER = b"SQLite format 3\0"
"""What each database begins with, unless it is still empty."""

_USUAL_NAMES = (SQLiteYStore.db_path, JupyterSQLiteYStore.db_path.default_value)

_Identity = tuple[int, int]


class SharedFile:
    """The file at ``path``, as the connection of one room has it."""

    def __init__(self, path: Path, log: Logger) -> None:
        self._path = path
        self._log = log
        self._begun: _Identity | None = None

    @classmethod
    def of(cls, store: BaseYStore, log: Logger) -> SharedFile | None:
        """That of ``store``, where that reads and writes as pycrdt does; others may have none."""
        if (
            isinstance(store, SQLiteYStore)
            and type(store).write is SQLiteYStore.write
            and type(store).read is SQLiteYStore.read
            and store.db_path != ":memory:"
        ):
            return cls(Path(store.db_path).absolute(), log)
        return None

    async def begin(self) -> None:
        """The connection has just been made."""
        self._begun = await in_thread(self._identify)

    async def is_gone(self) -> bool:
        """Whether the connection's file is not the one at the path any more."""
        return await in_thread(self._identify) != self._begun

    async def set_aside(self) -> bool:
        """Rename the damaged file, unless another room has done so already; whether a fresh one can
        be begun now."""
        return await in_thread(self._set_aside)

    def _set_aside(self) -> bool:
        try:
            if self._identify() != self._begun:
                return True
            if not self._was_a_store():
                return False
            move_aside(self._path, self._log)
        except OSError as error:
            self._log.error(
                "The store of histories %s is damaged, and cannot be set aside: %s",
                self._path,
                error,
            )
            return False
        return True

    def _was_a_store(self) -> bool:
        """A file that somebody has named by mistake is theirs."""
        if self._path.name in _USUAL_NAMES:
            return True
        with self._path.open("rb") as file:
            return file.read(len(HEADER)) == HEADER

    def _identify(self) -> _Identity | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
