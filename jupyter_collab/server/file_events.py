"""What a room is told of its file: what becomes of it, and how it was written, read and merged.

Whatever goes wrong, there is an event that tells so: no room waits for its file for ever.
"""

from __future__ import annotations

from logging import Logger

from ..errors import FileError, FileMissing
from ..files.port import (
    ABSENT,
    Back,
    Changed,
    DocumentFile,
    FileEvent,
    FileVersion,
    Gone,
    Renamed,
)
from ..room import events as ev
from ..room.effects import WriteFile
from ..room.keeper import DELETED
from ..workers import in_thread
from .histories.merging import Merge, find_edits


def room_event(event: FileEvent) -> ev.RoomEvent:
    """What a room is told of what its file tells."""
    match event:
        case Changed():
            return ev.FileChangedOutside()
        case Renamed(path):
            return ev.FileRenamed(path)
        case Gone(reason, message):
            return ev.FileGone(reason, message)
        case Back():
            return ev.FileBack()


class FileWork:
    """What a room wants done with its file; each gives the event that tells how it went."""

    def __init__(self, file: DocumentFile, log: Logger) -> None:
        self._file = file
        self._log = log
        self._unsaved: str | None = None  # why it could not be saved, which the log has been told

    async def write(self, effect: WriteFile) -> ev.FileWritten | ev.FileWriteFailed:
        if effect.create:
            self._file.expect(ABSENT)
        try:
            version = await self._file.write(effect.source)
        except FileError as error:
            if str(error) != self._unsaved:  # it is tried again and again
                self._unsaved = str(error)
                self._log.warning("Could not save %s: %s", self._file.path, error)
            return ev.FileWriteFailed(error.reason, str(error))
        except Exception:  # noqa: BLE001
            # What is no FileError is a fault of ours; nobody may wait for this write for ever.
            self._log.exception("Could not save %s", self._file.path)
            message = f"{self._file.path} was not saved; see the server's log"
            return ev.FileWriteFailed(FileError.reason, message)
        if self._unsaved is not None:
            self._unsaved = None
            self._log.info("%s is saved again", self._file.path)
        return ev.FileWritten(version)

    async def read(self) -> ev.FileRead | ev.FileNotRead:
        try:
            content = await self._file.read()
        except FileMissing as error:
            return ev.FileNotRead(DELETED, str(error))
        except FileError as error:
            return ev.FileNotRead(error.reason, str(error))
        except Exception:  # noqa: BLE001 - as above
            self._log.exception("Could not read %s", self._file.path)
            message = f"{self._file.path} could not be read; see the server's log"
            return ev.FileNotRead(FileError.reason, message)
        return ev.FileRead(content)

    async def merge(self, version: FileVersion, wanted: Merge) -> ev.FileMerged | ev.FileNotRead:
        """Find the edits that bring in what this ``version`` of the file has."""
        try:
            merged = await in_thread(find_edits, wanted)
        except Exception:  # noqa: BLE001
            # Better the file as it is, and the document as it is, than neither.
            self._log.exception("Could not merge what is in %s", self._file.path)
            message = "What another program wrote could not be merged; see the server's log"
            return ev.FileNotRead("unmergeable", message)
        return ev.FileMerged(version, merged.updates, merged.written, merged.stood_on)
