"""Files in memory, for tests and simulations: the outside world is a set of methods.

Nothing here waits, unless told to hang, and nothing depends on a clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from io import BytesIO

from jupyter_collab.errors import FileChanged, FileError, FileMissing, FileUnreadable
from jupyter_collab.files.formats import Format, NotebookFormat, digest, format_of
from jupyter_collab.files.notebook_json import encode
from jupyter_collab.files.port import (
    ABSENT,
    CLOSE_TIMEOUT,
    Back,
    Changed,
    FileContent,
    FileEvent,
    FileVersion,
    Gone,
    Renamed,
    Source,
)
from jupyter_collab.files.problems import forbidden, full


class MemoryFiles:
    """Keeps files in a ``dict``; see :class:`~jupyter_collab.files.port.DocumentFiles`.

    ``outside_write`` and its siblings do what another program does, and tell all documents
    at once. ``files`` may hold sources (``str``, a notebook's ``dict``) as well as bytes.
    """

    def __init__(self, files: Mapping[str, Source] | None = None) -> None:
        self.disk_full = False
        """Whether every write fails because no space is left."""
        self.writes = 0
        """How often documents have really written."""
        self.documents: list[MemoryFile] = []
        """Those that are open."""
        self._contents = {path: _bytes(content) for path, content in (files or {}).items()}
        self._ids: dict[str, str] = {}
        self._forbidden: set[str] = set()
        self._failing: dict[str, FileError] = {}
        self._running = asyncio.Event()
        self._running.set()
        self._count = 0

    # What other programs do

    def outside_write(self, path: str, content: Source) -> None:
        """Another program writes the file, or makes it."""
        self._contents[path] = _bytes(content)
        self._announce(path)

    def outside_delete(self, path: str) -> None:
        del self._contents[path]
        self._announce(path)

    def outside_rename(self, path: str, new_path: str) -> None:
        self._contents[new_path] = self._contents.pop(path)
        for id, known in self._ids.items():
            if known == path:
                self._ids[id] = new_path
        for document in list(self.documents):
            if document.path == new_path:
                document.tell(Renamed(new_path))

    def forbid(self, path: str, *, forbidden: bool = True) -> None:
        """Take away the permission to read and write the file, or give it back."""
        (self._forbidden.add if forbidden else self._forbidden.discard)(path)
        self._announce(path)

    def fail(self, path: str, error: FileError | None) -> None:
        """Let each read and write of the file raise ``error``, until it is ``None``."""
        if error is None:
            self._failing.pop(path, None)
        else:
            self._failing[path] = error

    def hang(self) -> None:
        """Let reads and writes wait for :meth:`resume`."""
        self._running.clear()

    def resume(self) -> None:
        self._running.set()

    def content(self, path: str) -> bytes:
        """What is in the file; raises :class:`~jupyter_collab.errors.FileMissing`."""
        if path not in self._contents:
            raise FileMissing(path)
        return self._contents[path]

    # The port

    async def open(self, file_id: str, format: str, type: str) -> MemoryFile:
        if file_id not in self._ids:
            raise FileMissing(f"with the id {file_id}")
        document = MemoryFile(self, file_id, format_of(format, type))
        self.documents.append(document)
        return document

    async def file_id(self, path: str) -> tuple[str, bool]:
        path = path.strip("/")
        self.content(path)
        for id, known in self._ids.items():
            if known == path:
                return id, True
        self._count += 1
        id = f"file-{self._count}"
        self._ids[id] = path
        return id, False

    async def path_of(self, file_id: str, last: str | None = None) -> str | None:
        return self._ids.get(file_id)

    async def close(self, timeout: float = CLOSE_TIMEOUT) -> None:
        for document in list(self.documents):
            await document.close()

    # For documents

    def path(self, file_id: str) -> str:
        return self._ids[file_id]

    async def load(self, path: str) -> bytes:
        await self._running.wait()
        self._refuse(path)
        if path in self._forbidden:
            raise forbidden(path, "read")
        return self.content(path)

    async def store(self, path: str, data: bytes, before: bytes | None) -> None:
        """Replace ``before``, or no file at all, by ``data``."""
        await self._running.wait()
        self._refuse(path)
        if self._contents.get(path) != before:
            raise _changed(path)
        if path in self._forbidden:
            raise forbidden(path, "saved")
        if self.disk_full:
            raise full(path)
        self._contents[path] = data
        self.writes += 1
        self._announce(path)

    def _refuse(self, path: str) -> None:
        if path in self._failing:
            raise self._failing[path]

    def _announce(self, path: str) -> None:
        data = None if path in self._forbidden else self._contents.get(path)
        gone = Gone("deleted", f"{path} was deleted")
        if path in self._forbidden:
            gone = Gone("unreadable", str(forbidden(path, "read")))
        for document in list(self.documents):
            if document.path == path:
                document.look(data, gone)


class MemoryFile:
    """See :class:`~jupyter_collab.files.port.DocumentFile`."""

    def __init__(self, files: MemoryFiles, file_id: str, format: Format) -> None:
        self._files = files
        self._file_id = file_id
        self._format = format
        self._known: str | None = None
        self._told = ""
        self._gone: Gone | None = None
        self._notify: Callable[[FileEvent], None] | None = None

    @property
    def path(self) -> str:
        return self._files.path(self._file_id)

    async def read(self) -> FileContent:
        data = await self._files.load(self.path)
        source = self._format.decode(BytesIO(data), self.path)
        if isinstance(self._format, NotebookFormat):
            for cell in source["cells"]:
                if cell["cell_type"] == "code":
                    cell["metadata"]["trusted"] = True
        self._know(data)
        return FileContent(source, _version(data))

    async def write(self, source: Source) -> FileVersion:
        if self._known is None:
            raise FileChanged(self.path, f"{self.path} was not saved: it has never been read")
        before = await self._before()
        data = self._format.encode_again(source, before or b"", self.path)
        if before is None or (data != before and data != self._canonical(before)):
            previous, self._known = self._known, digest(data)
            try:
                await self._files.store(self.path, data, before)
            except BaseException:
                self._known = previous
                raise
            before = data
        self._know(before)
        return _version(before)

    async def write_part(self, source: Source, share: float) -> None:
        """Leave what a write of ``source`` leaves of which only this share was done.

        A notebook is found as it was before, as Jupyter puts its copy of that back.
        """
        before = await self._before()
        data = self._format.encode_again(source, before or b"", self.path)
        if not isinstance(self._format, NotebookFormat) and data != before:
            await self._files.store(self.path, data[: int(share * len(data))], before)

    async def peek(self) -> FileVersion:
        return _version(await self._files.load(self.path))

    def expect(self, fingerprint: str) -> None:
        self._known = fingerprint
        self._told = ""

    def watch(self, notify: Callable[[FileEvent], None]) -> None:
        self._notify = notify

    async def close(self) -> None:
        self._notify = None
        if self in self._files.documents:
            self._files.documents.remove(self)

    # For MemoryFiles

    def tell(self, event: FileEvent) -> None:
        if self._notify is not None:
            self._notify(event)

    def look(self, data: bytes | None, gone: Gone) -> None:
        """The file has these bytes now, or is ``gone``."""
        if data is not None and digest(data) != self._known:
            try:
                self._format.decode(BytesIO(data), self.path)
            except FileUnreadable as error:
                data, gone = None, Gone("unreadable", str(error))
        if data is None:
            if self._gone is None or self._gone.reason != gone.reason:
                self._gone = gone
                self.tell(gone)
            return
        self._came_back()
        fingerprint = digest(data)
        if self._known is None or fingerprint == self._known:
            self._told = ""
        elif fingerprint != self._told:
            self._told = fingerprint
            self.tell(Changed())

    def _came_back(self) -> None:
        if self._gone is not None:
            self._gone = None
            self.tell(Back())

    def _know(self, data: bytes) -> None:
        self._known = digest(data)
        self._told = ""
        self._came_back()

    async def _before(self) -> bytes | None:
        """The bytes that are to be replaced; ``None`` where the file is to be made."""
        try:
            before = await self._files.load(self.path)
        except FileMissing:
            if self._known == ABSENT:
                return None
            raise
        if digest(before) != self._known:
            raise _changed(self.path)
        return before

    def _canonical(self, before: bytes) -> bytes:
        """What the file would be if we had written it."""
        try:
            return self._format.encode(
                self._format.decode(BytesIO(before), self.path), before, self.path
            )
        except FileUnreadable:
            return before


def _bytes(content: Source) -> bytes:
    if isinstance(content, bytes):
        return content
    return content.encode() if isinstance(content, str) else encode(content)


def _changed(path: str) -> FileChanged:
    return FileChanged(path, f"{path} was not saved yet: another program has changed it")


def _version(data: bytes) -> FileVersion:
    fingerprint = digest(data)
    return FileVersion(fingerprint, last_modified=0.0, hash=fingerprint, hash_algorithm="sha256")
