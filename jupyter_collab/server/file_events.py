"""What a room is told of its file: what becomes of it, and how it was written, read and merged.

Whatever goes wrong, there is an event that tells so: no room waits for its file for ever.
"""

from __future__ import annotations

import asyncio
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
from .merging import Merge, find_edits


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


async def write(
    file: DocumentFile, effect: WriteFile, log: Logger
) -> ev.FileWritten | ev.FileWriteFailed:
    """Write what ``effect`` has; a file that is not there is made if that says so."""
    if effect.create:
        file.expect(ABSENT)
    try:
        version = await file.write(effect.source)
    except FileError as error:
        log.warning("Could not save %s: %s", file.path, error)
        return ev.FileWriteFailed(error.reason, str(error))
    except Exception:
        # What is no FileError is a fault of ours; nobody may wait for this write for ever.
        log.exception("Could not save %s", file.path)
        message = f"{file.path} was not saved; see the server's log"
        return ev.FileWriteFailed(FileError.reason, message)
    return ev.FileWritten(version)


async def read(file: DocumentFile, log: Logger) -> ev.FileRead | ev.FileNotRead:
    try:
        content = await file.read()
    except FileMissing as error:
        return ev.FileNotRead(DELETED, str(error))
    except FileError as error:
        return ev.FileNotRead(error.reason, str(error))
    except Exception:
        log.exception("Could not read %s", file.path)
        message = f"{file.path} could not be read; see the server's log"
        return ev.FileNotRead(FileError.reason, message)
    return ev.FileRead(content)


async def merge(
    file: DocumentFile, version: FileVersion, wanted: Merge, log: Logger
) -> ev.FileMerged | ev.FileNotRead:
    """Find the edits that bring in what this ``version`` of the file has."""
    try:
        merged = await asyncio.to_thread(find_edits, wanted)
    except Exception:
        # Better the file as it is, and the document as it is, than neither.
        log.exception("Could not merge what is in %s", file.path)
        message = "What another program wrote could not be merged; see the server's log"
        return ev.FileNotRead("unmergeable", message)
    return ev.FileMerged(version, merged.updates, merged.written)
