"""Files that are open: what each document knows of its file, and who hears of changes.

One :class:`OpenFile` stands for a file, and one :class:`ContentsFile` for each document of
it (a notebook and the same notebook as text are two). Checks and writes of a file take
turns. A check is the only thing that finds changes: events of the file system, polling,
the contents manager's own events and writes by another document only say when to check.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from logging import Logger
from typing import Any, Protocol, TypeVar

from ..errors import FileChanged, FileError, FileMissing, FileUnreadable
from .access import Access, Sighting, Sign, TornWrite, Unstable
from .formats import Format
from .port import ABSENT, Back, Changed, FileContent, FileEvent, FileVersion, Gone, Renamed, Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds."""

    settle: float = 0.06
    """After an event that ends a change: more may follow."""
    unstable: float = 0.2
    """Between two looks that must agree where nobody says that a change has ended."""
    vanished: float = 0.3
    """Before a file counts as gone: editors delete or move it, and write a new one."""
    broken: float = 3.0
    """Before a notebook that cannot be read, or an emptied file, counts as meant that way."""


class Host(Protocol):
    """What an open file needs of the place where it is kept."""

    access: Access
    patience: Patience
    log: Logger

    def find_moved(self, file: OpenFile, was: Sign) -> Coroutine[Any, Any, str | None]:
        """Where a file that is gone from its path is now, if that can be found."""

    def moved(self, file: OpenFile, old_path: str) -> None:
        """The file has another path."""

    def left(self, file: OpenFile) -> None:
        """The last document of the file was closed."""

    def lock(self, path: str) -> asyncio.Lock:
        """The lock of the file at ``path``."""


class OpenFile:
    """A file with at least one document open. Belongs to one event loop."""

    def __init__(self, host: Host, file_id: str, path: str) -> None:
        self.host = host
        self.file_id = file_id
        self.path = path
        self.documents: list[ContentsFile] = []
        self.failures = 0
        """How many checks in a row have failed, for those who poll."""
        self._lock = host.lock(path)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._checking = False
        self._missing_since: float | None = None

    @property
    def sign(self) -> Sign | None:
        """What was last seen of the file."""
        for document in self.documents:
            if document.sign is not None:
                return document.sign
        return None

    @property
    def idle(self) -> bool:
        return self._timer is None and not self._checking

    def document(self, format: Format) -> ContentsFile:
        """A new document of this file."""
        document = ContentsFile(self, format)
        self.documents.append(document)
        return document

    def leave(self, document: ContentsFile) -> None:
        self.documents.remove(document)
        if not self.documents:
            self._cancel_timer()
            self.host.left(self)

    def move(self, path: str) -> None:
        """The file is at ``path`` now: tell everybody."""
        if path == self.path:
            return
        old_path, self.path = self.path, path
        self._lock = self.host.lock(path)
        self._missing_since = None
        self.host.moved(self, old_path)
        for document in list(self.documents):
            document.tell(Renamed(path))

    # Turns

    async def in_turn(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run ``work`` while nobody else works on the file, to its end.

        A caller that is cancelled does not take the work with it: a worker thread cannot be
        stopped, and the next in turn must not meet it.
        """

        async def run() -> T:
            async with self._lock:
                return await work()

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_consume)
            raise

    async def drain(self) -> None:
        """Wait for the work under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    # Checks

    def check_soon(self, delay: float) -> None:
        """Check after ``delay`` seconds; a later call takes the place of one that waits."""
        if not self.documents:
            return
        self._cancel_timer()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(delay, self._start_check)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start_check(self) -> None:
        self._timer = None
        if self._checking:
            self.check_soon(self.host.patience.settle)
            return
        task = asyncio.create_task(self.check())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def check(self) -> None:
        """Look at the file once, and tell what is new."""
        self._checking = True
        again: float | None = None
        try:
            async with self._lock:
                again = await self._check()
        except Exception:
            # Whatever it was, it must not be the end of watching.
            self.failures += 1
            self.host.log.warning("%s could not be checked for changes", self.path, exc_info=True)
        finally:
            self._checking = False
        if again is not None and self._timer is None:
            self.check_soon(again)

    async def _check(self) -> float | None:
        """One look for each document; after how many seconds the next is due, if one is."""
        again: list[float] = []
        try:
            for document in list(self.documents):
                wait = await document.check()
                if wait is not None:
                    again.append(wait)
            self._missing_since = None
            self.failures = 0
        except FileMissing as error:
            return await self._missing(error)
        except FileError as error:
            self.failures += 1
            for document in list(self.documents):
                document.lose(Gone("unreadable", str(error)))
        return min(again, default=None)

    async def _missing(self, error: FileMissing) -> float | None:
        """The file is not where it was: it may come back in a moment, or be elsewhere."""
        now = asyncio.get_running_loop().time()
        patience = self.host.patience
        if self._missing_since is None:
            self._missing_since = now
        if now - self._missing_since < patience.vanished:
            return patience.vanished / 3
        if any(document.gone is None for document in self.documents):
            sign = self.sign
            path = await self.host.find_moved(self, sign) if sign is not None else None
            if path is not None:
                self.move(path)
                return 0.0
            for document in list(self.documents):
                document.lose(Gone("deleted", f"{self.path} was deleted or moved away"))
        return None


class ContentsFile:
    """A document of a file that a contents manager keeps; see
    :class:`~jupyter_collab.files.port.DocumentFile`."""

    def __init__(self, file: OpenFile, format: Format) -> None:
        self.gone: Gone | None = None
        """What was last told about a file that cannot be read; ``None`` while it can."""
        self.sign: Sign | None = None
        """What was last seen of the file by this document."""
        self._file = file
        self._format = format
        self._known: Sighting | None = None
        self._seen: Sighting | None = None
        self._sign_since = 0.0
        self._settled = False
        self._told = ""
        self._broken_since: float | None = None
        self._notify: Callable[[FileEvent], None] | None = None
        self._closed = False

    @property
    def path(self) -> str:
        return self._file.path

    @property
    def watched(self) -> bool:
        return self._notify is not None

    async def read(self) -> FileContent:
        source, sighting = await self._file.in_turn(self._read)
        return FileContent(source, sighting.version)

    async def write(self, source: Source) -> FileVersion:
        return (await self._file.in_turn(lambda: self._write(source))).version

    async def peek(self) -> FileVersion:
        return (await self._file.in_turn(self._peek)).version

    def expect(self, fingerprint: str) -> None:
        self._known = Sighting(FileVersion(fingerprint, last_modified=0.0), None)
        self._told = ""

    def watch(self, notify: Callable[[FileEvent], None]) -> None:
        self._notify = notify
        self._file.check_soon(0.0)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._notify = None
            self._file.leave(self)

    # The rest is for OpenFile

    def tell(self, event: FileEvent) -> None:
        if self._notify is None:
            return
        try:
            self._notify(event)
        except Exception:
            self._file.host.log.exception("%s: nobody could take note of %r", self.path, event)

    def lose(self, gone: Gone) -> None:
        """The file cannot be read: tell it once."""
        if self.gone is None or self.gone.reason != gone.reason:
            self.gone = gone
            self.tell(gone)

    async def check(self) -> float | None:
        """Look at the file, and tell what is new; in how many seconds to look again.

        Raises :class:`~jupyter_collab.errors.FileError` for all but a document that cannot
        be decoded, which is this document's matter alone.
        """
        access, patience = self._file.host.access, self._file.host.patience
        now = asyncio.get_running_loop().time()
        sign = await access.sign(self.path)
        if not self._needs_look(sign, now):
            return None
        known = self._known.version.fingerprint if self._known else ""
        try:
            sighting = await access.look(self.path, self._format, known)
        except Unstable:
            return patience.unstable
        except FileUnreadable as error:
            return self._unreadable(error, now)
        if self._looks_truncated(sighting, now):
            return patience.unstable
        self._broken_since = None
        self._saw(sighting, now)
        self._announce(sighting)
        return None if self._settled or sign.window > 1 else sign.window

    def _needs_look(self, sign: Sign, now: float) -> bool:
        if sign != self.sign:
            self.sign, self._sign_since, self._settled = sign, now, sign.old
            return True
        if self.gone is not None or self._broken_since is not None or self._seen is None:
            return True
        return not self._settled and now - self._sign_since >= sign.window

    def _saw(self, sighting: Sighting, looked: float) -> None:
        self._seen = sighting
        if sighting.sign is not None:
            if sighting.sign != self.sign:
                self.sign, self._sign_since = sighting.sign, looked
            age = looked - self._sign_since
            self._settled = sighting.sign.old or age >= sighting.sign.window

    def _announce(self, sighting: Sighting) -> None:
        if self.gone is not None:
            self.gone = None
            self.tell(Back())
        fingerprint = sighting.version.fingerprint
        if self._known is None or fingerprint == self._known.version.fingerprint:
            self._told = ""
        elif fingerprint != self._told:
            self._told = fingerprint
            self.tell(Changed())

    def _unreadable(self, error: FileUnreadable, now: float) -> float | None:
        """Perhaps somebody is still writing; if it stays like that, it is meant."""
        patience = self._file.host.patience
        if self._broken_since is None:
            self._broken_since = now
        if now - self._broken_since < patience.broken:
            return patience.unstable
        self.lose(Gone("unreadable", str(error)))
        return None

    def _looks_truncated(self, sighting: Sighting, now: float) -> bool:
        """A file that is suddenly empty is often one whose writer has just begun."""
        size = sighting.sign.size if sighting.sign else -1
        if size != 0 or self._known is None or not self._known.version.fingerprint:
            return False
        if sighting.version.fingerprint in (self._known.version.fingerprint, self._told):
            return False
        if self._broken_since is None:
            self._broken_since = now
        return now - self._broken_since < self._file.host.patience.broken

    async def _read(self) -> tuple[Source, Sighting]:
        host = self._file.host
        for _ in range(10):
            now = asyncio.get_running_loop().time()
            try:
                source, sighting = await host.access.read(self.path, self._format)
            except Unstable:
                await asyncio.sleep(host.patience.unstable)
                continue
            self._saw(sighting, now)
            self._known = sighting
            self._came_back()
            return source, sighting
        raise FileError(self.path, f"{self.path} is being written all the time; try again later")

    async def _write(self, source: Source) -> Sighting:
        known = self._known
        if known is None:
            raise FileChanged(self.path, f"{self.path} has never been read")
        proof = self.sign if self._settled and known is self._seen else None
        try:
            written = await self._file.host.access.write(
                self.path, self._format, source, replace(known, sign=proof)
            )
        except TornWrite as torn:
            self._wrote(torn.sighting)
            raise torn.error from torn
        except Unstable as error:
            raise FileChanged(
                self.path, f"{self.path} is being written by another program"
            ) from error
        self._wrote(written)
        return written

    def _wrote(self, sighting: Sighting) -> None:
        self._known = sighting
        self._saw(sighting, asyncio.get_running_loop().time())
        self._came_back()
        self._file.check_soon(0.0)

    def _came_back(self) -> None:
        self._told = ""
        self._broken_since = None
        if self.gone is not None:
            self.gone = None
            self.tell(Back())

    async def _peek(self) -> Sighting:
        now = asyncio.get_running_loop().time()
        access = self._file.host.access
        sign = await access.sign(self.path)
        if self._seen is not None and not self._needs_look(sign, now):
            return self._seen
        known = self._known.version.fingerprint if self._known else ABSENT
        sighting = await access.look(self.path, self._format, known)
        self._saw(sighting, now)
        return sighting


def _consume(task: asyncio.Task[Any]) -> None:
    """Nobody waits for this task any more: what it raises is not asyncio's to complain of."""
    if not task.cancelled():
        task.exception()
