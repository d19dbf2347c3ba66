"""What a room wants done: the actor performs these and tells the outcome as events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..files.port import FileContent, Source
from ..protocol.close import CloseCode
from ..protocol.identity import ConnectionId, Lineage, Position
from ..protocol.messages import PresenceEntry, ServerMessage
from ..store.port import SavedMark, StoredHistory


@dataclass(frozen=True, slots=True)
class Send:
    """Send one message to each of ``connections``."""

    connections: tuple[ConnectionId, ...]
    message: ServerMessage


@dataclass(frozen=True, slots=True)
class Stream:
    """Send many messages to one connection, each as late as possible: they are made on the way.

    What is sent to the connection meanwhile comes after them.
    """

    connection: ConnectionId
    messages: Iterator[ServerMessage]


@dataclass(frozen=True, slots=True)
class TellCode:
    """Tell code on the server that has the document who is there."""

    entries: tuple[PresenceEntry, ...]


@dataclass(frozen=True, slots=True)
class Disconnect:
    connection: ConnectionId
    code: CloseCode
    reason: str


@dataclass(frozen=True, slots=True)
class Append:
    """Make ``update`` durable at ``position``, before long; answered by ``Logged``."""

    position: Position
    update: bytes


@dataclass(frozen=True, slots=True)
class Commit:
    """Make what was appended durable at once."""


@dataclass(frozen=True, slots=True)
class MarkSaved:
    """Remember what of the history is in the file, so that it survives a restart."""

    mark: SavedMark


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Write ``source``, the document at ``position``, once all up to there is durable.

    ``create`` makes a file that was deleted again. Answered by ``FileWritten`` or
    ``FileWriteFailed``.
    """

    source: Source
    position: Position
    create: bool = False


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Answered by ``FileRead``, or by ``FileNotRead``."""


@dataclass(frozen=True, slots=True)
class MergeFile:
    """Find the edits that bring ``content`` into the document, which was last in the file as
    ``saved`` says. ``clean``: and has not changed since. Answered by ``FileMerged``, or by
    ``FileNotRead``.

    ``ours`` is all of the document as it is now, as one update: later it may not be clean.
    ``base`` is what was in the file, where that is known better than the history can tell.
    ``earlier`` says what was in it before, the latest last, unless one of these has come back;
    from the position ``edited`` on it was other programs alone that have changed it.
    """

    saved: SavedMark
    content: FileContent
    clean: bool
    ours: bytes
    base: Source | None = None
    earlier: tuple[SavedMark, ...] = ()
    edited: Position | None = None


@dataclass(frozen=True, slots=True)
class MergeHistory:
    """Find the edits that bring what the older ``history`` has into the document, which is
    ``ours`` and ``began`` as the file was; answered by ``HistoryMerged``."""

    history: StoredHistory
    began: bytes
    ours: bytes


@dataclass(frozen=True, slots=True)
class ReplaceHistory:
    """Write the room's history in the place of the one that was merged."""


@dataclass(frozen=True, slots=True)
class AdoptHistory:
    """Go on with the history of a client, if it can be read and has what the file has: a new room
    takes the place of this one. Otherwise ``NotAdopted`` is the answer.

    ``state`` and ``undo`` are those of :class:`~jupyter_collab.protocol.messages.Adopt`.
    """

    connection: ConnectionId
    lineage: Lineage
    state: bytes
    undo: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """Tell the server's event log."""

    kind: Literal["session", "awareness"]
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evict:
    """Nobody needs the room any more: close it, unless someone joins first."""


Effect = (
    Send
    | Stream
    | TellCode
    | Disconnect
    | Append
    | Commit
    | MarkSaved
    | WriteFile
    | ReadFile
    | MergeFile
    | MergeHistory
    | ReplaceHistory
    | AdoptHistory
    | Report
    | Evict
)
