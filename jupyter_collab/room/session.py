"""One connection as its room sees it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..protocol.identity import Access, ClientId, ConnectionId, Lineage, Position


@dataclass(frozen=True, slots=True)
class Person:
    """Who is at the other end, what they may do, and what their client understands.

    ``user`` has the members of a presence state's ``user`` that the server knows and a
    client cannot change. ``collab`` is whether collab frames are understood. A ``guest`` came
    by a link to this document: what they write must not be able to run anywhere.
    """

    username: str
    user: Mapping[str, Any]
    access: Access
    collab: bool
    guest: bool = False

    @property
    def decides(self) -> bool:
        """Whether this is somebody with a say in how the document is kept: who may edit, and
        is no guest."""
        return self.access == "edit" and not self.guest


@dataclass(slots=True)
class Member:
    """A connection that takes part.

    ``received`` counts its step 2 and update frames, ``unlogged`` remembers at which
    position of the log each of them is, and ``acknowledged`` how many it was told of.

    ``harmful`` counts the updates of a guest in which something was taken back, ``brought`` the Yjs
    clients that a guest has brought into the document, and ``effort`` the structs that are gone
    through to find where that lies what a guest has written.

    ``early`` has what it sent before its step 2, until it ``has_told`` that, or ``patience`` ends
    and nothing is missing before it: what such an update stands on may only come with the step 2,
    and a document into which it is put before has a gap that nobody is told of.

    ``had`` is the state vector of what it had when it connected, and ``told`` what its step 2 has
    brought: whatever it has deleted so far is in that, and not only what is new.
    """

    connection: ConnectionId
    person: Person
    clients: set[ClientId] = field(default_factory=set)
    patience: float | None = None
    has_told: bool = False
    had: bytes | None = None
    told: bytes | None = None
    early: list[bytes] = field(default_factory=list)
    received: int = 0
    harmful: int = 0
    brought: int = 0
    effort: int = 0
    acknowledged: int = 0
    unlogged: deque[tuple[Position, int]] = field(default_factory=deque)

    def wait_for(self, position: Position) -> None:
        """All frames received so far will be durable when ``position`` is."""
        self.unlogged.append((position, self.received))

    def acknowledge(self, durable: Position) -> int | None:
        """How many frames are durable, if that is more than was said before."""
        count = self.acknowledged
        while self.unlogged and self.unlogged[0][0] <= durable:
            count = self.unlogged.popleft()[1]
        if count == self.acknowledged:
            return None
        self.acknowledged = count
        return count


@dataclass(slots=True)
class Stranger:
    """A connection that holds another history: it is told ours and nothing of it is read (L4).

    ``asked``: it was asked for its history, and waits for a second hello (L6).
    """

    connection: ConnectionId
    person: Person
    lineage: Lineage
    asked: bool = False


Session = Member | Stranger


def members_of(sessions: Mapping[ConnectionId, Session]) -> list[Member]:
    return [session for session in sessions.values() if isinstance(session, Member)]
