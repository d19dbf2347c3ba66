"""What goes over the wire, as values: one union for each direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .identity import Access, ClientId, Lineage

EMPTY_UPDATE = b"\x00\x00"
"""A Yjs v1 update without structs and without deletions: it changes nothing."""

EMPTY_STATE_VECTOR = b"\x00"
"""The Yjs v1 state vector of those who have nothing."""


@dataclass(frozen=True, slots=True)
class SyncStep1:
    """«This is what I have»: a Yjs v1 state vector."""

    state_vector: bytes


@dataclass(frozen=True, slots=True)
class SyncStep2:
    """The answer to step 1: a Yjs v1 update with all that the other side lacks."""

    update: bytes


@dataclass(frozen=True, slots=True)
class SyncUpdate:
    """An edit: a Yjs v1 update."""

    update: bytes


@dataclass(frozen=True, slots=True)
class PresenceEntry:
    """One client's presence. ``state`` is its JSON object, or ``None`` once it has left."""

    client: ClientId
    clock: int
    state: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Awareness:
    entries: tuple[PresenceEntry, ...]


@dataclass(frozen=True, slots=True)
class Save:
    """Save now, and answer with a :class:`SaveReply` that has the same ``id``."""

    id: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there? Answered by a :class:`Pong` with the same number."""

    number: int


@dataclass(frozen=True, slots=True)
class Adopt:
    """«Go on with my history»: the answer to a :class:`Hello` that ``adopts``.

    ``state`` is a Yjs v1 update that makes the whole document. ``undo`` is one that, applied
    after it, takes back all that is not known to be in the file.
    """

    state: bytes
    undo: bytes


@dataclass(frozen=True, slots=True)
class SaveReply:
    id: int
    status: Literal["success", "skipped", "failed"]
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame to a collab client: which history this is, and what it may do with it.

    With ``adopts`` the client is asked for an :class:`Adopt`, and greeted again.
    """

    lineage: Lineage
    access: Access
    path: str
    status: Mapping[str, Any]
    adopts: bool = False


@dataclass(frozen=True, slots=True)
class Ack:
    """The first ``count`` step 2 and update frames of this connection are durable."""

    count: int


@dataclass(frozen=True, slots=True)
class Status:
    """How the document is kept: ``save``, ``history`` and ``file``, each with a ``state``."""

    status: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a frame, or the connection that is closed next, was refused; ``detail`` is what the
    message says beyond the reason."""

    reason: str
    message: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Pong:
    number: int


ClientMessage = SyncStep1 | SyncStep2 | SyncUpdate | Awareness | Save | Ping | Adopt
ServerMessage = (
    SyncStep1
    | SyncStep2
    | SyncUpdate
    | Awareness
    | SaveReply
    | Hello
    | Ack
    | Status
    | Refusal
    | Pong
)
