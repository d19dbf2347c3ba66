"""What a room is told: everything that happens to it comes in as one of these values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..files.port import FileContent, FileVersion
from ..protocol.identity import ConnectionId, Lineage, Position
from ..protocol.messages import ClientMessage, PresenceEntry
from ..store.port import SavedMark, StoredHistory
from .session import Person


@dataclass(frozen=True, slots=True)
class Joined:
    """A connection was let in. ``lineage`` is the history that it says it holds, if any."""

    connection: ConnectionId
    person: Person
    lineage: Lineage | None


@dataclass(frozen=True, slots=True)
class Identified:
    """A person has another name or colour: ``user`` is how everybody sees them from now on."""

    username: str
    user: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Left:
    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class Received:
    connection: ConnectionId
    message: ClientMessage


@dataclass(frozen=True, slots=True)
class Edited:
    """Code on the server changed the document itself, not through a connection."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """The room's deadline has come."""


@dataclass(frozen=True, slots=True)
class Logged:
    """All updates up to ``position`` are durable, and so is the mark of what was saved."""

    position: Position


@dataclass(frozen=True, slots=True)
class HistoryFailed:
    """The history is not kept at the moment; it is retried. The log says what is wrong."""

    reason: str


@dataclass(frozen=True, slots=True)
class HistoryFound:
    """The log can be read at last, and has another history of the document, of which nothing
    is here. ``began`` is the update that the room began with: what was in the file."""

    history: StoredHistory
    began: bytes


@dataclass(frozen=True, slots=True)
class HistoryMerged:
    """The edits, as updates to apply, that bring in what that history has."""

    updates: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class NotAdopted:
    """The history of a client cannot be gone on with; ``malformed`` if its bytes are none."""

    connection: ConnectionId
    malformed: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """Code on the server got the document itself: it cannot be put in another's place now, and is
    not closed as long as that code has it."""


@dataclass(frozen=True, slots=True)
class LetGo:
    """Code on the server has no use any more for what it got with :class:`Shown`."""


@dataclass(frozen=True, slots=True)
class Spoke:
    """Code on the server that has the document says who it is, and where."""

    entries: tuple[PresenceEntry, ...]


@dataclass(frozen=True, slots=True)
class HistoryKept:
    """The history is kept (again)."""


@dataclass(frozen=True, slots=True)
class FileWritten:
    """The write that was asked for last has ended well."""

    version: FileVersion


@dataclass(frozen=True, slots=True)
class FileWriteFailed:
    """The write that was asked for last has failed. ``reason`` is that of the error, which says
    whether the file was written."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class FileChangedOutside:
    """Another program wrote the file."""


@dataclass(frozen=True, slots=True)
class Replacing:
    """A request is about to write the file, whose client says what is to be in it."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """The file as it is now; the read that was asked for last has ended well."""

    content: FileContent


@dataclass(frozen=True, slots=True)
class FileNotRead:
    """The read, or the merge, that was asked for last has failed."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class FileMerged:
    """The edits that bring ``version`` into the document, as updates to apply.

    ``written`` is set where that version is the document at this position: a write of ours.
    ``stood_on`` is set where it was made of what was in the file earlier, and so does not have all
    of the document.
    """

    version: FileVersion
    updates: tuple[bytes, ...]
    written: Position | None = None
    stood_on: SavedMark | None = None


@dataclass(frozen=True, slots=True)
class FileRenamed:
    path: str


@dataclass(frozen=True, slots=True)
class FileGone:
    """The file was deleted, or cannot be seen any more, as whoever watches it has found."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class FileBack:
    pass


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody is about to read the file: write now what would be written soon, and ``all`` that
    there is where it is to be written whatever people have set."""

    all: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """The server stops: write what can be written."""


RoomEvent = (
    Joined
    | Identified
    | Left
    | Received
    | Edited
    | Ticked
    | Logged
    | HistoryFailed
    | HistoryFound
    | HistoryMerged
    | NotAdopted
    | Shown
    | LetGo
    | Spoke
    | HistoryKept
    | FileWritten
    | FileWriteFailed
    | FileChangedOutside
    | Replacing
    | FileRead
    | FileNotRead
    | FileMerged
    | FileRenamed
    | FileGone
    | FileBack
    | Wanted
    | Closing
)
