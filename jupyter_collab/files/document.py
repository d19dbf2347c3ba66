"""A document of a file that a contents manager keeps: what it knows, and what it tells."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from ..errors import FileChanged, FileError, FileMissing
from .access import Sighting, Sign, Unfinished, Unstable
from .formats import Format
from .port import ABSENT, Back, Changed, FileContent, FileEvent, FileVersion, Gone, Source
from .trace import Trace

if TYPE_CHECKING:
    from .opened import OpenFile

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds."""

    settle: float = 0.06
    """After a writer has closed the file: it may open it again, or write a second one."""
    unstable: float = 0.2
    """Without a change, where nobody says whether the writer is done."""
    vanished: float = 0.3
    """Before a file counts as gone: editors delete or move it, and write a new one."""
    broken: float = 3.0
    """Before a notebook that cannot be read, or an emptied file, counts as meant that way."""
    starved: float = 1.0
    """A check is put off by further events for so long at most."""
    retry: float = 1.0
    """Before a file that could not be read or written is looked at again, watched or not."""
    longest: float = 30.0
    """The same after many attempts: each time it is twice as long, up to this."""


class ContentsFile:
    """See :class:`~jupyter_collab.files.port.DocumentFile`.

    ``_known`` is the version that the document's owner knows (last read or written),
    ``_trace`` what the file was seen to be; an owner is told of the difference once.
    ``_owes_back``: it could not read or write the file, and is to be told when it can.
    ``_is_blank`` says that there is nothing in the known version; ``None`` where nobody has looked.
    """

    def __init__(self, file: OpenFile, format: Format) -> None:
        self.gone: Gone | None = None
        """What was last told of a file that cannot be read; ``None`` while it can."""
        self._owes_back = False
        self._file = file
        self._format = format
        self._known: Sighting | None = None
        self._is_blank: bool | None = True
        self._trace = Trace()
        self._peeked: Sighting | None = None
        self._peeked_at = 0.0
        self._told = ""
        self._doubted_since: float | None = None
        self._notify: Callable[[FileEvent], None] | None = None
        self._closed = False

    @property
    def path(self) -> str:
        return self._file.path

    @property
    def trace(self) -> Trace:
        """What was seen of the file, for those who look for it."""
        return self._trace

    async def read(self) -> FileContent:
        try:
            source, sighting = await self._file.in_turn(self._read)
        except FileError:
            self._owe_back()
            raise
        return FileContent(source, sighting.version)

    async def write(self, source: Source) -> FileVersion:
        try:
            return (await self._file.in_turn(lambda: self._write(source))).version
        except FileMissing:
            self._owe_back()
            raise

    async def peek(self) -> FileVersion:
        self._peeked_at = asyncio.get_running_loop().time()
        self._peeked = await self._file.in_turn(self._peek)
        return self._peeked.version

    def expect(self, fingerprint: str) -> None:
        peeked = self._peeked
        if peeked is not None and peeked.version.fingerprint == fingerprint:
            self._known = peeked
            self._trace.took(peeked, self._peeked_at)
        else:
            self._known = Sighting(FileVersion(fingerprint, last_modified=0.0), None)
        self._is_blank = True if fingerprint == ABSENT else None
        self._told = ""

    def watch(self, notify: Callable[[FileEvent], None]) -> None:
        self._notify = notify
        self._file.watch()

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._notify = None
            self._file.leave(self)

    # For OpenFile

    def tell(self, event: FileEvent) -> None:
        if self._notify is None:
            return
        try:
            self._notify(event)
        except Exception:
            self._file.log.exception("%s: nobody could take note of %r", self.path, event)

    def lose(self, gone: Gone) -> None:
        """The file cannot be read: tell it once."""
        if self.gone is None or self.gone.reason != gone.reason:
            self.gone = gone
            self.tell(gone)

    def wait(self, now: float, *, complete: bool) -> float | None:
        """In how many seconds the file should be looked at; ``None`` if there is no need."""
        wait = self._trace.wait(now, 0.0 if complete else self._file.patience.unstable)
        if wait is None and (self._doubted_since is not None or self._is_back()):
            return 0.0
        return wait

    async def check(self, *, complete: bool) -> float | None:
        """Look at the file, and tell what is new; in how many seconds to look again.

        ``complete`` says that the last writer is known to be done. Raises
        :class:`~jupyter_collab.errors.FileError` for all but bytes that cannot be decoded,
        which are this document's matter alone.
        """
        now = asyncio.get_running_loop().time()
        self._trace.note(await self._file.access.sign(self.path), now)
        wait = self.wait(now, complete=complete)
        if wait is None or wait > 0:
            return wait
        sighting = self._trace.seen
        if sighting is None or not self._trace.is_current or not self._trace.settled:
            known = self._known.version.fingerprint if self._known else ""
            try:
                sighting = await self._file.access.look(self.path, self._format, known)
            except Unstable:
                return self._file.patience.unstable
            self._trace.took(sighting, now)
        return self._judge(sighting, now)

    # What is found

    def _judge(self, sighting: Sighting, now: float) -> float | None:
        """Tell what ``sighting`` means, now or after a while; when to look again."""
        if sighting.problem is not None or self._seems_cut_off(sighting):
            # Perhaps somebody is still writing; what stays like that is meant.
            if self._doubted_since is None:
                self._doubted_since = now
            if now - self._doubted_since < self._file.patience.broken:
                return self._file.patience.unstable
        self._doubted_since = None
        if sighting.problem is not None:
            self.lose(Gone("unreadable", str(sighting.problem)))
        else:
            self._announce(sighting)
        return self._trace.wait(now, 0.0)

    def _announce(self, sighting: Sighting) -> None:
        self._came_back()
        fingerprint = sighting.version.fingerprint
        if self._known is None or fingerprint == self._known.version.fingerprint:
            self._told = ""
        elif fingerprint != self._told:
            self._told = fingerprint
            self.tell(Changed())

    @property
    def is_missed(self) -> bool:
        """Whether the owner waits for the file to be there, and to be readable."""
        return self.gone is not None or self._owes_back

    def _owe_back(self) -> None:
        self._owes_back = True
        self._file.look_again()

    def _came_back(self) -> None:
        self._doubted_since = None
        if self.is_missed:
            self.gone = None
            self._owes_back = False
            self.tell(Back())

    def _is_back(self) -> bool:
        """Whether what was missed can be read again, as far as we have seen."""
        seen = self._trace.seen
        return self.is_missed and (seen is None or seen.problem is None)

    def _seems_cut_off(self, sighting: Sighting) -> bool:
        """A file that is suddenly empty is often one whose writer has just begun."""
        if sighting.sign is None or sighting.sign.size != 0 or self._known is None:
            return False
        known = self._known.version.fingerprint
        return known != "" and sighting.version.fingerprint not in (known, self._told)

    # In turn with all that is done to the file

    async def _read(self) -> tuple[Source, Sighting]:
        await self._until_written()

        async def read() -> tuple[Source, Sighting]:
            began = asyncio.get_running_loop().time()
            source, sighting = await self._file.access.read(self.path, self._format)
            self._trace.took(sighting, began)
            return source, sighting

        source, sighting = await self._steadily(read)
        self._know(sighting, source)
        return source, sighting

    async def _until_written(self) -> None:
        """Wait while somebody is writing the file that the owner knows.

        Who reads it because it could not be saved comes in the middle of that, and would take what
        is not there yet for deleted.
        """
        loop, patience = asyncio.get_running_loop(), self._file.patience
        deadline = loop.time() + patience.broken
        while self._known is not None:
            now = loop.time()
            self._trace.note(await self._file.access.sign(self.path), now)
            wait = None if self._trace.is_current else self._trace.wait(now, patience.unstable)
            if not wait or now >= deadline:
                return
            await asyncio.sleep(wait)

    async def _steadily(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do ``work``, again while somebody seems to be writing the file."""
        loop, patience = asyncio.get_running_loop(), self._file.patience
        deadline = loop.time() + patience.broken
        while True:
            try:
                return await work()
            except Unstable as unstable:
                if loop.time() < deadline:
                    await asyncio.sleep(patience.unstable)
                elif isinstance(unstable.__cause__, FileError):
                    raise unstable.__cause__ from None
                else:
                    raise FileError(
                        self.path,
                        f"{self.path} is written without a pause by another program. Try later.",
                    ) from unstable

    async def _write(self, source: Source) -> Sighting:
        if self._known is None:
            raise FileChanged(self.path, f"{self.path} was not saved: it has never been read")
        known = replace(self._known, sign=self._proof())
        try:
            if known.version.fingerprint != ABSENT and await self._empties(source):
                await self._file.access.keep(self.path)
            written = await self._file.access.write(self.path, self._format, source, known)
        except Unfinished as unfinished:
            self._wrote(unfinished.sighting, source)
            raise unfinished.error from unfinished
        except FileChanged:
            self._file.check_soon(0.0)
            raise
        except Unstable as error:
            self._file.check_soon(self._file.patience.unstable)
            raise FileChanged(
                self.path, f"{self.path} was not saved yet: another program is writing it"
            ) from error
        self._wrote(written, source)
        return written

    def _proof(self) -> Sign | None:
        """The sign that the file has to have to be the known version for certain."""
        trace, known = self._trace, self._known
        if not trace.settled or trace.seen is None or known is None:
            return None
        # It may have been looked at again since: what counts is what was found.
        same = trace.seen.version.fingerprint == known.version.fingerprint
        return trace.sign if same else None

    async def _empties(self, source: Source) -> bool:
        """Whether all that is in the file is to go."""
        if not self._format.is_blank(source):
            return False
        if self._is_blank is None:
            before, _ = await self._file.access.read(self.path, self._format)
            self._is_blank = self._format.is_blank(before)
        return not self._is_blank

    def _wrote(self, sighting: Sighting, source: Source) -> None:
        self._trace.took(sighting, asyncio.get_running_loop().time())
        self._know(sighting, source)
        self._file.wrote(self)

    def _know(self, sighting: Sighting, source: Source) -> None:
        self._known = sighting
        self._is_blank = self._format.is_blank(source)
        self._told = ""
        self._came_back()
        self._file.found()

    async def _peek(self) -> Sighting:
        access, now = self._file.access, asyncio.get_running_loop().time()
        self._trace.note(await access.sign(self.path), now)
        if self._trace.seen is not None and self._trace.is_current and self._trace.settled:
            return self._trace.seen
        return await self._steadily(lambda: access.look(self.path, self._format, None))
