"""The ids of files: those of Jupyter's service of file ids, and ours where it can give none."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from logging import Logger
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid4, uuid5

from tornado.web import HTTPError

from .patience import patiently, without_waiting

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds to wait for another program that has the service's database locked, as SQLite would."""


class FileIds:
    """Finds ids by path and paths by id, of files below ``root``.

    ``manager`` is the service's; ``None`` where there is none, as its database could not be opened.
    ``_lent`` has the paths of files whose ids are ours, by id: of those that got none, as where the
    disk of the service is full. They are opened all the same. ``place`` tells where a file lies on
    this machine's disk, if it does.
    """

    def __init__(
        self,
        manager: Any,
        root: str,
        log: Logger,
        patience: float = PATIENCE,
        *,
        place: Callable[[str], Path | None] = lambda path: None,
    ) -> None:
        self._manager = manager
        self._place = place
        self._root = root
        self._log = log
        self._patience = patience
        self._lent: dict[str, str] = {}
        self._ended: set[str] = set()  # of ours, whose files were deleted
        self._folders: set[str] = set()  # which the service knows

    async def known(self, path: str) -> str | None:
        """The id that the file at ``path`` has already."""
        lent = self._lent_to(path)
        if lent is not None or self._manager is None or _is_misread(path):
            return lent
        found: str | None = await self._ask(lambda: self._manager.get_id(path))
        if found is not None:
            self._tie_to_folders(path)
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
        self._tie_to_folders(path)
        return self._lent_to(path) or made

    async def path(self, id: str, last: str | None = None) -> str | None:
        """Where the file with this id is, which was seen ``last`` at a path; ``None`` where that is
        not known."""
        path = await self._ask(lambda: self._path_now(id))
        if path is not None and id not in self._lent:
            self._tie_to_folders(path)
        if path is None and last is not None and await self._is_lent_again(id, last):
            path = last
        return path

    def _path_now(self, id: str) -> str | None:
        path = self._lent.get(id)
        if path is None and self._manager is not None:
            path = self._manager.get_path(id)
        return None if path is None else path.strip("/")

    def _tie_to_folders(self, path: str) -> None:
        """Have the service know the folders in which the file is: only one that it knows takes
        along what is in it where it is renamed."""
        folders = {folder.as_posix() for folder in PurePosixPath(path).parents} - {"."}
        new = folders - self._folders
        if not new:
            return
        try:
            with without_waiting(getattr(self._manager, "con", None)):
                for folder in new:
                    self._manager.index(folder)
                    self._folders.add(folder)
        except Exception as error:  # noqa: BLE001 - the file has its id, and it is tried again
            self._log.debug("The folders of %s were given no ids: %s", path, error)

    async def _is_lent_again(self, id: str, path: str) -> bool:
        """Lend the id that a file had before a restart, where it is ours and the service has
        still none for that file."""
        if id != self._own(path) or id in self._ended or await self.known(path) is not None:
            return False
        return self._lend(path, "it had one of ours before") == id

    def renamed(self, old: str, new: str) -> None:
        """Of what the service knows it is told by Jupyter; see :meth:`followed`."""
        self._folders.clear()
        for id, at in self._lent.items():
            if at == old or at.startswith(f"{old}/"):
                self._lent[id] = new + at[len(old) :]

    async def followed(self, old: str, new: str) -> None:
        """Have the service know that a file or a folder was renamed, which it may have failed to
        note: nothing was at ``new``, but it may still have the ids of what was there once."""
        if self._manager is None or _is_misread(old) or _is_misread(new):
            return

        def move() -> None:
            if self._manager.get_id(old) is not None:
                self._move(old, new)

        await self._tell(move, f"The ids of {new} did not follow it")

    async def lost(self, id: str) -> None:
        """The file with this id is nowhere: what lies where it was is another one."""
        if self._lent.pop(id, None) is not None:
            self._ended.add(id)
        if self._manager is None:
            return

        def end() -> None:
            path = self._path_now(id)
            if path is not None:
                self._manager.delete(path)

        await self._tell(end, f"What took the place of the file {id} has its id")

    async def _tell(self, news: Callable[[], None], else_: str) -> None:
        """The file is where it is, whatever becomes of its ids."""
        try:
            await self._ask(news)
        except Exception as error:  # noqa: BLE001
            self._log.warning("%s: %s", else_, error)

    def deleted(self, path: str) -> None:
        """What is made in the same place is another file. The service is told by Jupyter."""
        self._folders.clear()
        for id, at in list(self._lent.items()):
            if at == path or at.startswith(f"{path}/"):
                del self._lent[id]
                self._ended.add(id)

    def moved(self, id: str, old: str, new: str) -> None:
        """The file with this id was moved by a program that has told nobody."""
        if id in self._lent:
            self._lent[id] = new
            return
        if self._manager is None or self._path_now(id) == new:
            return
        self._move(old, new)

    def _move(self, old: str, new: str) -> None:
        try:
            self._manager.move(old, new)
        except sqlite3.OperationalError:
            raise  # its database is locked, or cannot be written
        except Exception:  # noqa: BLE001
            # The id of a file that was here before, and is not any more, is in the way.
            self._manager.delete(new)
            self._manager.move(old, new)

    def _lent_to(self, path: str) -> str | None:
        return next((id for id, at in self._lent.items() if at == path), None)

    def _lend(self, path: str, why: object) -> str:
        """An id for a file that can be given none; the same again after a restart, but not for
        another file in its place."""
        lent = self._lent_to(path)
        if lent is not None:  # somebody else has asked meanwhile
            return lent
        id = self._own(path)
        if id in self._lent or id in self._ended:  # of a file that was here, and is not any more
            id = str(uuid4())
        self._lent[id] = path
        self._log.warning("%s was given no id, and has one of ours: %s", path, why)
        return id

    def _own(self, path: str) -> str:
        """The id that the file which lies at ``path`` gets from us.

        The number that the disk has for it tells it from one that lay there before a restart.
        """
        try:
            place = self._place(path)
            number = None if place is None else place.stat().st_ino
        except (OSError, HTTPError):
            number = None
        known = "" if number is None else f"\0{number}"
        return str(uuid5(NAMESPACE_URL, f"{self._root}/{path}{known}"))

    async def _ask(self, question: Callable[[], T]) -> T:
        """Ask the service, whose database may be locked by another program."""
        return await patiently(getattr(self._manager, "con", None), question, self._patience)


def _is_misread(path: str) -> bool:
    r"""Whether the service takes a ``\`` in a name for a ``/``, as on Windows."""
    return "\\" in PurePath(path).as_posix()
