"""What a journal asks of the log, what it hears, and what it tells the room."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import StoreError
from ..protocol.identity import Position
from .backlog import Row
from .port import NO_MORE, More, SavedMark, StoredHistory

# --- requests, one at a time


@dataclass(frozen=True, slots=True)
class Start:
    """Begin the history, or go on with it at ``position`` where the store has lost it."""

    snapshot: bytes
    position: Position
    more: More = NO_MORE

    @property
    def last(self) -> Position:
        """The position at which the history is then."""
        return Position(self.position + len(self.more.updates))

    @property
    def updates(self) -> tuple[bytes, ...]:
        return (self.snapshot, *self.more.updates)


@dataclass(frozen=True, slots=True)
class Append:
    """Append ``rows``, all at once, and with them a ``mark`` that names some of them."""

    rows: tuple[Row, ...]
    mark: SavedMark | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Remember what is saved."""

    mark: SavedMark


@dataclass(frozen=True, slots=True)
class Look:
    """Load what the log has."""


Request = Start | Append | Mark | Look


# --- its answers


@dataclass(frozen=True, slots=True)
class Done:
    """The request was carried out."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the log has; answers :class:`Look`."""

    history: StoredHistory | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The request was not, or not wholly, carried out."""

    error: StoreError


Answer = Done | Found | Failed


# --- what the room gets to know


@dataclass(frozen=True, slots=True)
class Durable:
    """All updates up to ``position`` are durable, and so is ``saved``."""

    position: Position
    saved: SavedMark | None


@dataclass(frozen=True, slots=True)
class Degraded:
    """The history is not kept at the moment, for this ``reason``; it is tried again."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """The log takes updates again."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """The store had lost the history; it goes on at ``position`` with ``snapshot``, which is
    the document as it was then. What it was before cannot be read any more.
    """

    position: Position
    snapshot: bytes


@dataclass(frozen=True, slots=True)
class Discovered:
    """The log can be read at last, and has had a ``history`` of the document all the time.

    The room, meanwhile, ``began`` with this update, which made what was in the file. Once what
    the history has is in the document, :meth:`~.journal.Journal.replace_found` is called.
    """

    history: StoredHistory
    began: bytes


News = Durable | Degraded | Recovered | Restarted | Discovered
