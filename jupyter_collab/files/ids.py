"""The ids of files: those of Jupyter's service of file ids, and ours where it can give none."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging import Logger
from pathlib import PurePath
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid4, uuid5

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds to wait for another program that has the service's database locked, as SQLite would."""

PAUSE = 0.05
"""Seconds from one attempt to the next."""


class FileIds:
    """Finds ids by path and paths by id, of files below ``root``.

    ``manager`` is the service's; ``None`` where there is none, as its database could not be opened.
    ``_lent`` has the paths of files whose ids are ours, by id: of those that got none, as where the
    disk of the service is full. They are opened all the same.
    """

    def __init__(self, manager: Any, root: str, log: Logger, patience: float = PATIENCE) -> None:
        self._manager = manager
        self._root = root
        self._log = log
        self._patience = patience
        self._lent: dict[str, str] = {}

    async def known(self, path: str) -> str | None:
        """The id that the file at ``path`` has already."""
        lent = self._lent_to(path)
        if lent is not None or self._manager is None or _is_misread(path):
            return lent
        found: str | None = await self._ask(lambda: self._manager.get_id(path))
        return self._lent_to(path) or found

    async def make(self, path: str) -> str | None:
        """An id for the file at ``path``, which has none; ``None`` where it is not there."""
        if self._manager is None:
            return self._lend(path, "there is no service of file ids")
        if _is_misread(path):
            return self._lend(path, "the service of file ids takes each \\ in it for a /")
        try:
            made: str | None = await self._ask(lambda: self._manager.index(path))
        except Exception as error:  # noqa: BLE001 - whatever it was, the file can be opened
            return self._lend(path, error)
        return self._lent_to(path) or made

    async def path(self, id: str) -> str | None:
        """Where the file with this id is; ``None`` where that is not known."""
        return await self._ask(lambda: self.path_now(id))

    def path_now(self, id: str) -> str | None:
        """The same, for who cannot wait: nothing else is done where the database is locked."""
        path = self._lent.get(id)
        if path is None and self._manager is not None:
            path = self._manager.get_path(id)
        return None if path is None else path.strip("/")

    def renamed(self, old: str, new: str) -> None:
        """The service is told of this by Jupyter."""
        for id, at in self._lent.items():
            if at == old or at.startswith(f"{old}/"):
                self._lent[id] = new + at[len(old) :]

    def moved(self, id: str, old: str, new: str) -> None:
        """The file with this id was moved by a program that has told nobody."""
        if id in self._lent:
            self._lent[id] = new
            return
        if self._manager is None or self.path_now(id) == new:
            return
        try:
            self._manager.move(old, new)
        except Exception:  # noqa: BLE001
            # The id of a file that was here before, and is not any more, is in the way.
            self._manager.delete(new)
            self._manager.move(old, new)

    def _lent_to(self, path: str) -> str | None:
        return next((id for id, at in self._lent.items() if at == path), None)

    def _lend(self, path: str, why: object) -> str:
        """An id for a file that can be given none; the same again after a restart."""
        lent = self._lent_to(path)
        if lent is not None:  # somebody else has asked meanwhile
            return lent
        id = str(uuid5(NAMESPACE_URL, f"{self._root}/{path}"))
        if id in self._lent:  # of a file that was here, and has been moved
            id = str(uuid4())
        self._lent[id] = path
        self._log.warning("%s was given no id, and has one of ours: %s", path, why)
        return id

    async def _ask(self, question: Callable[[], T]) -> T:
        """Ask the service, whose database may be locked by another program: SQLite would wait for
        that in the thread of the event loop."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._patience
        while True:
            try:
                with _without_patience(self._manager):
                    return question()
            except sqlite3.OperationalError as error:
                is_locked = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
                if not is_locked or loop.time() >= end:
                    raise
            await asyncio.sleep(PAUSE)


def _is_misread(path: str) -> bool:
    r"""Whether the service takes a ``\`` in a name for a ``/``, as on Windows."""
    return "\\" in PurePath(path).as_posix()


@contextmanager
def _without_patience(manager: Any) -> Iterator[None]:
    """Let SQLite say at once that the database of ``manager`` is locked, if it has one."""
    connection = getattr(manager, "con", None)
    if not isinstance(connection, sqlite3.Connection):
        yield
        return
    (before,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")
