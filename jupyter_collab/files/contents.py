"""The files of a Jupyter contents manager, whichever it is."""

from __future__ import annotations

import asyncio
from logging import Logger
from typing import Any
from weakref import WeakValueDictionary

from jupyter_core.utils import ensure_async

from ..errors import FileMissing
from .access import Access, Sign
from .formats import format_of
from .local import LocalAccess
from .manager import ManagerAccess
from .opened import OpenFile, Patience
from .port import DocumentFile
from .problems import file_error
from .stock import is_stock

MAX_SIZE = 512 * 1024 * 1024
"""Bytes: as much as Jupyter Server accepts in one request, so that no larger file could be
saved without this extension either."""


class ContentsFiles:
    """Opens documents of a contents manager; see
    :class:`~jupyter_collab.files.port.DocumentFiles`.

    ``poll_interval`` is in seconds; 0 is no watching at all, so that changes are found when
    a document is saved. ``max_size`` is in bytes. Belongs to one event loop.
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
        self._ids = file_id_manager
        self._poll_interval = poll_interval
        self._open: dict[str, OpenFile] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._poller: asyncio.Task[None] | None = None

    async def open(self, file_id: str, format: str, type: str) -> DocumentFile:
        file = self._open.get(file_id)
        if file is None:
            path = self._ids.get_path(file_id)
            if path is None:
                raise FileMissing(f"with the id {file_id}")
            file = self._open[file_id] = OpenFile(self, file_id, path.strip("/"))
            if self._poll_interval > 0 and self._poller is None:
                self._poller = asyncio.create_task(self._poll())
        return file.document(format_of(format, type))

    async def file_id(self, path: str) -> tuple[str, bool]:
        path = path.strip("/")
        for file in self._open.values():
            if file.path == path:
                return file.file_id, True
        await self._require(path)
        known = self._ids.get_id(path)
        if known is not None:
            return known, True
        new = self._ids.index(path)
        if new is None:
            raise FileMissing(path)
        return new, False

    async def close(self) -> None:
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.wait([self._poller])
            self._poller = None
        for file in list(self._open.values()):
            for document in list(file.documents):
                await document.close()
            await file.drain()

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

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_interval)
            for file in list(self._open.values()):
                if file.idle:
                    await file.check()

    # For OpenFile

    async def find_moved(self, file: OpenFile, was: Sign) -> str | None:
        return None

    def moved(self, file: OpenFile, old_path: str) -> None:
        self._ids.move(old_path, file.path)

    def left(self, file: OpenFile) -> None:
        self._open.pop(file.file_id, None)

    def lock(self, path: str) -> asyncio.Lock:
        lock = self._locks.get(path)
        if lock is None:
            lock = self._locks[path] = asyncio.Lock()
        return lock
