"""Why a connection is closed: the codes, and what each one means to the person at the other end."""

from __future__ import annotations

from enum import IntEnum

MAX_REASON = 123
"""A WebSocket close frame has room for this many bytes of reason."""


class CloseCode(IntEnum):
    """Codes below 4000 are those of RFC 6455, or are kept for jupyter-collaboration clients."""

    NORMAL = 1000
    GOING_AWAY = 1001
    UNKNOWN_HISTORY = 1003
    TOO_BIG = 1009
    BAD_REQUEST = 4400
    UNAUTHENTICATED = 4401
    FORBIDDEN = 4403
    NOT_FOUND = 4404
    TOO_SLOW = 4408
    TOO_MANY = 4429
    SERVER_ERROR = 4500


def close_reason(text: str) -> str:
    """``text`` cut to what fits into a close frame, at a character's edge."""
    return text.encode()[:MAX_REASON].decode(errors="ignore")
