"""The files of a Jupyter contents manager, whichever it is."""

from __future__ import annotations

import asyncio
import posixpath
from contextlib import suppress
from logging import Logger
from pathlib import Path
from typing import Any
from weakref import WeakSet, WeakValueDictionary

from jupyter_core.utils import ensure_async

from ..errors import FileMissing
from ..workers import in_thread
from . import disk
from .access import Access, Sign
from .document import Patience
from .formats import format_of
from .ids import FileIds
from .local import LocalAccess
from .manager import ManagerAccess
from .opened import OpenFile
from .port import CLOSE_TIMEOUT, CONTENTS_EVENTS, DocumentFile
from .problems import file_error
from .stock import is_stock, keeps_files, place_of
from .watcher import Watcher

MAX_SIZE = 512 * 1024 * 1024
"""Bytes: as much as Jupyter Server accepts in one request, so that no larger file could be
saved without this extension either."""


class ContentsFiles:
    """Opens documents of a contents manager; see
    :class:`~jupyter_collab.files.port.DocumentFiles`.

    ``poll_interval`` is in seconds; with 0 files are not watched, and changes are found when
    a document is saved. ``max_size`` is in bytes. ``event_logger`` is where the contents
    manager tells of renamed and deleted files, by default its own. ``file_id_manager`` is
    ``None`` where the service of file ids could not be started. Belongs to one event loop.
    """

    def __init__(
        self,
        contents_manager: Any,
        file_id_manager: Any,
        *,
        poll_interval: float,
        log: Logger,
        event_logger: Any = None,
        max_size: int | None = MAX_SIZE,
        patience: Patience | None = None,
    ) -> None:
        self.log = log
        self.patience = patience or Patience()
        self.access: Access = (
            LocalAccess(contents_manager, max_size=max_size, log=log)
            if is_stock(contents_manager)
            else ManagerAccess(contents_manager, max_size=max_size)
        )
        self._manager = contents_manager
        self._ids = FileIds(
            file_id_manager, getattr(contents_manager, "root_dir", ""), log, place=self.access.local
        )
        self._open: dict[str, OpenFile] = {}
        self._left: WeakSet[OpenFile] = WeakSet()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._watcher: Watcher | None = None
        if poll_interval > 0:
            self._watcher = Watcher(
                self.access, poll_interval=poll_interval, patience=self.patience, log=log
            )
        self._events = event_logger or getattr(contents_manager, "event_logger", None)
        if self._events is not None:
            self._events.add_listener(schema_id=CONTENTS_EVENTS, listener=self._on_contents_event)

    async def open(self, file_id: str, format: str, type: str) -> DocumentFile:
        if file_id not in self._open:
            path = await self._ids.path(file_id)
            if path is None:
                raise FileMissing(f"with the id {file_id}")
            if file_id not in self._open:  # somebody else may have opened it meanwhile
                self._open[file_id] = OpenFile(self, file_id, path)
        return self._open[file_id].document(format_of(format, type))

    async def file_id(self, path: str) -> tuple[str, bool]:
        path = self._normal(path)
        await self._require(path)
        file = self._at(path)
        if file is not None:
            # Whatever the file ids' manager makes of a file that was replaced.
            return file.file_id, True
        try:
            known = await self._ids.known(path)
        except Exception as error:
            raise file_error(error, path, "read") from error
        if known is not None:
            return known, True
        new = await self._ids.make(path)
        if new is None:
            raise FileMissing(path)
        return new, False

    async def path_of(self, file_id: str, last: str | None = None) -> str | None:
        file = self._open.get(file_id)
        if file is not None:
            return None if file.is_replaced else file.path
        try:
            return await self._ids.path(file_id, None if last is None else self._normal(last))
        except Exception as error:
            raise file_error(error, last or f"the file {file_id}", "read") from error

    async def close(self, timeout: float = CLOSE_TIMEOUT) -> None:
        """See :meth:`DocumentFiles.close`."""
        if self._events is not None:
            with suppress(KeyError):
                self._events.remove_listener(
                    schema_id=CONTENTS_EVENTS, listener=self._on_contents_event
                )
            self._events = None
        if self._watcher is not None:
            await self._watcher.close()
        for file in list(self._open.values()):
            for document in list(file.documents):
                await document.close()
        await asyncio.gather(*(file.drain(timeout) for file in list(self._left)))

    def _normal(self, path: str) -> str:
        """One name for each file, or two documents of it would not know of each other."""
        path = path.strip("/")
        return posixpath.normpath(path) if path and keeps_files(self._manager) else path

    def _at(self, path: str) -> OpenFile | None:
        files = (file for file in self._open.values() if not file.is_replaced)
        return next((file for file in files if file.path == path), None)

    async def _require(self, path: str) -> None:
        """Refuse what is not there, and what Jupyter does not show."""
        manager = self._manager
        try:
            exists = await ensure_async(manager.file_exists(path))
        except Exception as error:
            raise file_error(error, path, "read") from error
        if not exists:
            raise FileMissing(path)
        if not getattr(manager, "allow_hidden", False):
            try:
                hidden = await ensure_async(manager.is_hidden(path))
            except Exception:  # noqa: BLE001
                # Not every manager knows.
                hidden = False
            if hidden:
                raise FileMissing(path)

    async def _on_contents_event(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        """The contents manager has done something to a file, perhaps to an open one."""
        action, path = data.get("action"), self._normal(str(data.get("path", "")))
        if action == "rename":
            old = self._normal(str(data.get("source_path", "")))
            self._ids.renamed(old, path)
            for file in list(self._open.values()):
                if file.path == old or file.path.startswith(f"{old}/"):
                    file.move(path + file.path[len(old) :])
                elif file.path == path or file.path.startswith(f"{path}/"):
                    file.is_replaced = True
            await self._ids.followed(old, path)
            for file in list(self._open.values()):
                if file.is_replaced:
                    await self._ids.lost(file.file_id)
        elif action == "delete":
            self._ids.deleted(path)
        if action in ("save", "delete", "upload") and self._watcher is not None:
            for file in list(self._open.values()):
                if file.path == path or (action == "delete" and file.path.startswith(f"{path}/")):
                    file.check_soon(self.patience.settle, complete=True)

    # For OpenFile

    def lock(self, path: str) -> asyncio.Lock:
        name = self._turns_of(path)
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        return lock

    def _turns_of(self, path: str) -> str:
        """What those files have in common that take turns."""
        if hasattr(self._manager, "paired_notebooks"):
            # What jupytext saves of one file it writes into others with the same name, too, as of
            # ``run.ipynb`` into ``scripts/run.pct.py``.
            return posixpath.basename(path).partition(".")[0]
        return path

    def watch(self, file: OpenFile) -> None:
        if self._watcher is not None:
            self._watcher.add(file)

    def left(self, file: OpenFile) -> None:
        self._open.pop(file.file_id, None)
        self._left.add(file)
        if self._watcher is not None:
            self._watcher.remove(file)

    def moved(self, file: OpenFile, old_path: str) -> None:
        self._locks.setdefault(self._turns_of(file.path), file.lock)
        if self._watcher is not None:
            self._watcher.moved(file)
        try:
            self._ids.moved(file.file_id, old_path, file.path)
        except Exception:
            self.log.warning("The id of %s did not follow it", file.path, exc_info=True)

    async def find_moved(self, file: OpenFile, was: Sign | None) -> str | None:
        try:
            path = await self._ids.path(file.file_id)
        except Exception as error:  # noqa: BLE001 - the disk tells as well
            self.log.debug("Where %s is now is not told by its id: %s", file.path, error)
            path = None
        if path is None or path == file.path:
            path = await self._search(file, was) if was is not None else None
        if path is None or any(other.path == path for other in self._open.values()):
            # A file moved over another one that is open is that other one from now on.
            return None
        return path

    async def _search(self, file: OpenFile, was: Sign) -> str | None:
        """Look through the disk for the file, which has been moved by another program."""
        if not keeps_files(self._manager):
            return None
        try:
            place = place_of(self._manager, file.path)
            root = Path(self._manager.root_dir)
            found = await in_thread(disk.find_moved, place, was, root)
            return None if found is None else found.relative_to(root).as_posix()
        except Exception as error:  # noqa: BLE001
            self.log.debug("%s could not be searched for: %s", file.path, error)
            return None
