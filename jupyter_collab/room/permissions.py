"""What a connection may say, frame by frame."""

from __future__ import annotations

from typing import assert_never

from ..protocol.identity import Access
from ..protocol.messages import (
    EMPTY_UPDATE,
    Adopt,
    Awareness,
    ClientMessage,
    Ping,
    Save,
    SyncStep1,
    SyncStep2,
    SyncUpdate,
)


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
