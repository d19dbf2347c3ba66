"""What a journal knows of what the log has, and what it may put in its place."""

from __future__ import annotations

from dataclasses import dataclass

from ..protocol.identity import Lineage, Position
from .backlog import Row
from .port import StoredHistory
from .requests import Start

# --- what a history may be written over


@dataclass(frozen=True, slots=True)
class Anything:
    """Whatever the log has: it was read, and is not needed any more."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Nothing: the log could not be read. What is found there first is told, and brought in."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing at all."""


Replaces = Anything | Unread | Nothing | StoredHistory
"""A :class:`StoredHistory`: this one, if it is still as it is here."""


# --- what the log is known to have


@dataclass(frozen=True, slots=True)
class Unbegun:
    """Nothing of this history. ``start`` begins it, where it was decided already how."""

    start: Start | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It has refused something: look. ``start`` may have been carried out.

    ``unread``: it could not be read since the room began, so what it has is older than that.
    ``known`` is what it had when the room began, which goes on with all of it.
    """

    start: Start | None
    unread: bool = False
    known: StoredHistory | None = None

    def is_as_known(self, found: StoredHistory) -> bool:
        """Whether nobody has written since what is ``known`` was read."""
        known = self.known
        if known is None:
            return False
        return (found.lineage, found.position) == (known.lineage, known.position)


@dataclass(frozen=True, slots=True)
class Older:
    """An older history of the document, which is being brought into it."""

    start: Start
    history: StoredHistory


@dataclass(frozen=True, slots=True)
class Begun:
    """All up to the durable position."""


Knowledge = Unbegun | Unknown | Older | Begun


# --- what is found there


@dataclass(frozen=True, slots=True)
class Written:
    """What a journal has written: with ``start`` its beginning at most, otherwise all that is
    ``durable`` and then, perhaps, some of the rows that it ``tried``."""

    lineage: Lineage
    start: Start | None
    durable: Position
    tried: tuple[Row, ...]

    def is_in(self, found: StoredHistory) -> bool:
        """Whether the log has this and nothing else."""
        if found.lineage != self.lineage:
            return False
        if self.start is not None:
            return (found.updates, found.position) == (self.start.updates, self.start.last)
        beyond = found.position - self.durable
        if not 0 <= beyond <= min(len(self.tried), len(found.updates)):
            return False
        updates = found.updates[len(found.updates) - beyond :]
        return updates == tuple(update for _, update in self.tried[:beyond])

    def has_lost_its_end(self, found: StoredHistory) -> bool:
        """Whether the store was put back to an earlier state of this history."""
        mine = found.lineage == self.lineage and self.start is None
        return mine and found.position < self.durable
