"""How the bytes of a file are reached: directly on the local disk, or through its manager.

An :class:`Access` reads, writes and looks, and keeps nothing. What is known about a file,
and who is told, is the business of :mod:`~jupyter_collab.files.contents`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ..errors import FileError, FileUnreadable
from .formats import Format
from .port import FileVersion, Source


@dataclass(frozen=True, slots=True)
class Sign:
    """What can be seen of a file without reading it.

    ``key`` stays the same as long as nobody touches the file. The reverse holds only for
    changes ``window`` seconds apart, because clocks of file systems are coarse: a sign
    seen for the first time less than ``window`` ago may hide a second change. ``old``
    says that the file was last modified so long ago that it cannot, and ``atomic`` that
    nobody can ever meet a file that is half written. ``size`` is in bytes, -1 if unknown.
    """

    key: tuple[object, ...]
    window: float = field(compare=False)
    old: bool = field(compare=False)
    atomic: bool = field(compare=False)
    size: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a file was at one moment.

    ``content`` is a digest of what the document comes to when it is encoded, which is not
    what the file has where another program has laid out the same notebook differently. It
    is empty where nobody has computed it. ``problem`` is why the bytes are no document of the
    format that was asked for; ``None`` where they are one, or nobody has tried.
    """

    version: FileVersion
    sign: Sign | None
    content: str = ""
    problem: FileUnreadable | None = None


class Unfinished(Exception):
    """A write failed with ``error`` after it had changed the file.

    ``sighting`` is what it has left: a part of the new bytes, or all of them where only
    something that had to be done afterwards has failed.
    """

    def __init__(self, error: FileError, sighting: Sighting) -> None:
        super().__init__(str(error))
        self.error = error
        self.sighting = sighting


class Unstable(Exception):
    """The file was changed while it was read, or seems to be half written.

    Try again in a moment. If it never gets better, the cause of this exception says what is
    wrong, where it has one.
    """


class Access(Protocol):
    """Reads and writes files by their path.

    All methods raise :class:`~jupyter_collab.errors.FileError` for what fails, and
    ``look`` and ``read`` raise :class:`Unstable`.
    """

    def local(self, path: str) -> Path | None:
        """Where the file lies on this machine's disk; ``None`` where that is not known."""

    def is_composed(self, path: str) -> bool:
        """Whether the document is in other files as well, as far as anybody has seen."""

    async def sign(self, path: str) -> Sign:
        """What can be seen without reading the file."""

    async def look(self, path: str, format: Format, known: str | None) -> Sighting:
        """Identify the bytes.

        Unless ``known`` is ``None``, also try whether they are a document of this format,
        where they are not those with the fingerprint ``known``. If not, the sighting has a
        ``problem``; nothing is raised for it.
        """

    async def read(self, path: str, format: Format) -> tuple[Source, Sighting]:
        """Read the document."""

    async def write(self, path: str, format: Format, source: Source, known: Sighting) -> Sighting:
        """Write the document in the place of the version ``known``.

        ``known.sign`` is only given where it is proof of that version; without it the
        bytes are compared. A version with an empty fingerprint stands for no file at all.
        Returns what was written. Raises :class:`~jupyter_collab.errors.FileChanged` where
        the file is not the known version, and :class:`Unfinished`.
        """

    async def keep(self, path: str) -> None:
        """Keep a copy of the file as it is, where its users find one."""
