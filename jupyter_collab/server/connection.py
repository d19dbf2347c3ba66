"""The server's end of one WebSocket: an outbound queue with a bound."""

from __future__ import annotations

from typing import Protocol

from ..protocol.close import CloseCode, close_reason
from ..protocol.identity import ConnectionId
from .wire import Packet

TOO_SLOW = "the client did not read what was sent; it can connect again and catch up"


class Wire(Protocol):
    """What carries packets: a WebSocket, or a list in tests."""

    def write(self, packet: Packet) -> None: ...

    def pending_bytes(self) -> int: ...

    def close(self, code: int, reason: str) -> None: ...


class Connection:
    """One client. Packets are queued without waiting; a client that lets more than ``max_unread``
    bytes of them pile up is dropped with :attr:`CloseCode.TOO_SLOW`, and catches up when it
    connects again."""

    def __init__(self, id: ConnectionId, wire: Wire, max_unread: int) -> None:
        self.id = id
        self._max_unread = max_unread
        self._wire = wire
        self._open = True

    def send(self, packet: Packet) -> None:
        if not self._open:
            return
        # One frame may be as large as a document; what piles up behind it may not.
        if self._wire.pending_bytes() > self._max_unread:
            self.close(CloseCode.TOO_SLOW, TOO_SLOW)
            return
        self._wire.write(packet)

    def close(self, code: CloseCode, reason: str) -> None:
        if self._open:
            self._open = False
            self._wire.close(code, close_reason(reason))

    def gone(self) -> None:
        """The other side has closed: nothing can be sent any more."""
        self._open = False
