"""The port to the file behind a document.

A :class:`DocumentFile` reads and writes one file in one format, and tells when another
program has changed it. Adapters live beside this file;
``tests/contracts/document_file.py`` is the suite that every one of them passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

Source = Any
"""What a shared model's ``source`` holds: ``str`` for text, a notebook's ``dict``, ``bytes``.

Notebooks are plain ``dict`` and ``list`` in the form of nbformat 4. Where their manager knows
of trust, code cells have ``metadata.trusted`` when they are read; it is never written.
"""

MAX_DEPTH = 200
"""Lists and objects may lie so deep in a notebook. What is deeper in a document is left out of the
file: writing it as JSON would exceed Python's stack."""

ABSENT = ""
"""The fingerprint of no file at all, for :meth:`DocumentFile.expect`."""


@dataclass(frozen=True, slots=True)
class FileVersion:
    """Identifies the bytes of a file.

    ``fingerprint`` is the same exactly when the bytes are: the contents manager's hash
    where it has one, otherwise a digest of what was read. ``last_modified`` is in seconds
    since 1970. ``hash``, which clients compare, and ``hash_algorithm`` are what the contents
    manager reports; empty if nothing. ``altered`` says of a write that a hook has changed what
    was to be written.
    """

    fingerprint: str
    last_modified: float
    hash: str = ""
    hash_algorithm: str = ""
    altered: bool = False


@dataclass(frozen=True, slots=True)
class FileContent:
    """What was read: the document, and which bytes it came from."""

    source: Source
    version: FileVersion


@dataclass(frozen=True, slots=True)
class Changed:
    """The file has other bytes than those last read or written through this port."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """The file is at ``path`` now, with the same content."""

    path: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The file was deleted, or cannot be read any more; ``message`` says more.

    ``reason`` is ``deleted`` or ``unreadable``.
    """

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Back:
    """The file is there again."""


FileEvent = Changed | Renamed | Gone | Back


class DocumentFile(Protocol):
    """One file, as one document.

    Invariants:

    1. Text has ``\\n`` line ends on this side; the file keeps those it has, line by line.
    2. ``write`` never replaces bytes that it does not know: where the file is not the
       version last read or written through this object it raises
       :class:`~jupyter_collab.errors.FileChanged` and has written nothing.
    3. ``write`` does not touch a file whose bytes would be the same.
    4. Everything that fails raises a :class:`~jupyter_collab.errors.FileError`.
    5. No method holds the event loop for a time that grows with the file.
    """

    @property
    def path(self) -> str:
        """Where the file is now: the contents manager's path, without a leading slash."""

    async def read(self) -> FileContent:
        """Read the document."""

    async def write(self, source: Source) -> FileVersion:
        """Write the document, and return the version that was written.

        The caller leaves ``source`` alone until this is done, as it is read in another thread, and
        the cells of a notebook for good: one that has changed is another object.
        A write that was begun goes on to its end, also when its caller is cancelled. Raises
        :class:`~jupyter_collab.errors.FileMissing` where the file is gone.
        """

    async def peek(self) -> FileVersion:
        """The version on disk, without reading the document where that can be avoided.

        It does not count as read: see invariant 2.
        """

    def expect(self, fingerprint: str) -> None:
        """Take the version with this fingerprint as the one last written.

        For a caller that knows from its store what it wrote before a restart, and need not
        read the file. With :data:`ABSENT` the next ``write`` makes the file, and raises
        :class:`~jupyter_collab.errors.FileChanged` where there is one: this is how a
        deleted file comes back.
        """

    def watch(self, notify: Callable[[FileEvent], None]) -> None:
        """Call ``notify``, in the event loop, on each outside change from now on.

        ``write`` of this object causes no event. Other documents of the same file are
        outside. Called at most once for an object.
        """

    async def close(self) -> None:
        """Stop watching and let go of everything. Idempotent."""


CONTENTS_EVENTS = "https://events.jupyter.org/jupyter_server/contents_service/v1"
"""Where contents managers tell of files that are renamed and deleted."""

CLOSE_TIMEOUT = 4.0
"""Seconds; see :meth:`DocumentFiles.close`."""


class DocumentFiles(Protocol):
    """Opens the files of documents."""

    async def open(self, file_id: str, format: str, type: str) -> DocumentFile:
        """The file with this id; raises :class:`~jupyter_collab.errors.FileMissing`."""

    async def file_id(self, path: str) -> tuple[str, bool]:
        """The id of the file at ``path``, and whether it was known before.

        Raises :class:`~jupyter_collab.errors.FileError`.
        """

    async def path_of(self, file_id: str, last: str | None = None) -> str | None:
        """Where the file with this id is now; ``None`` where that is not known, as where
        another file was renamed to its place.

        ``last`` is where it was seen last. Raises :class:`~jupyter_collab.errors.FileError` where
        it cannot be told now.
        """

    async def close(self, timeout: float = CLOSE_TIMEOUT) -> None:
        """Close all that is open; what is being read or written gets ``timeout`` seconds to end."""
