"""What a connection may say, frame by frame, and what it is told where it may not."""

from __future__ import annotations

from typing import assert_never

from ..protocol.identity import Access
from ..protocol.messages import (
    EMPTY_UPDATE,
    Adopt,
    Awareness,
    ClientMessage,
    Ping,
    Refusal,
    Save,
    SaveReply,
    SyncStep1,
    SyncStep2,
    SyncUpdate,
)
from .effects import Effect, Send
from .session import Session

VIEW_ONLY = "You may view this document, but not change it"


def admits(message: ClientMessage, access: Access, *, guest: bool = False) -> bool:
    """Whether a connection with ``access`` may send ``message``, a ``guest`` or not."""
    match message:
        case SyncStep1() | Awareness() | Ping():
            return True
        case SyncStep2(update) | SyncUpdate(update):
            return access == "edit" or update == EMPTY_UPDATE
        case Save():
            return access == "edit"
        case Adopt():
            return access == "edit" and not guest
        case _:
            assert_never(message)


def refuse(session: Session, message: ClientMessage) -> list[Effect]:
    """Tell ``session`` that ``message`` is not admitted."""
    here = (session.connection,)
    if isinstance(message, Save):
        return [Send(here, SaveReply(message.id, "failed", "not-allowed", VIEW_ONLY))]
    return [Send(here, Refusal("not-allowed", VIEW_ONLY))] if session.person.collab else []
