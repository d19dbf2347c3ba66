"""The server's end of one WebSocket: an outbound queue with a bound."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Protocol

from ...protocol.close import CloseCode, close_reason
from ...protocol.identity import ConnectionId
from .wire import Packet

TOO_SLOW = "the client did not read what was sent; it can connect again and catch up"


class Wire(Protocol):
    """What carries packets: a WebSocket, or a list in tests."""

    def write(self, packet: Packet) -> None: ...

    def pending_bytes(self) -> int: ...

    def when_read(self, go_on: Callable[[], None]) -> None:
        """Call ``go_on`` in another turn of the loop, as soon as little waits to be read."""

    def close(self, code: int, reason: str) -> None: ...


class Connection:
    """One client. Packets are queued without waiting; a client that lets more than ``max_unread``
    bytes of them pile up is dropped with :attr:`CloseCode.TOO_SLOW`, and catches up when it
    connects again.

    A document that is given in parts is made as it is read: what is sent meanwhile waits behind
    it, so that the client gets all in the order in which it was sent.
    """

    def __init__(self, id: ConnectionId, wire: Wire, max_unread: int) -> None:
        self.id = id
        self._max_unread = max_unread
        self._wire = wire
        self._open = True
        self._waiting: deque[Packet | Iterator[Packet]] = deque()
        self._waiting_bytes = 0

    def send(self, packet: Packet) -> None:
        if not self._open:
            return
        # One frame may be as large as a document; what piles up behind it may not.
        if self._wire.pending_bytes() + self._waiting_bytes > self._max_unread:
            self.close(CloseCode.TOO_SLOW, TOO_SLOW)
        elif self._waiting:
            self._waiting.append(packet)
            self._waiting_bytes += len(packet)
        else:
            self._wire.write(packet)

    def stream(self, packets: Iterator[Packet]) -> None:
        """Send ``packets`` one by one, each when most of those before it have been read."""
        if self._open:
            self._waiting.append(packets)
            if len(self._waiting) == 1:
                self._go_on()

    def _go_on(self) -> None:
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, bytes):
                self._waiting_bytes -= len(first)
                self._wire.write(first)
            elif (packet := next(first, None)) is not None:
                self._wire.write(packet)
                self._wire.when_read(self._go_on)
                return
            self._waiting.popleft()

    def close(self, code: CloseCode, reason: str, last: Packet | None = None) -> None:
        """Close, and before that say ``last``, whatever waits."""
        if self._open:
            self.gone()
            if last is not None:
                self._wire.write(last)
            self._wire.close(code, close_reason(reason))

    def gone(self) -> None:
        """The other side has closed: nothing can be sent any more."""
        self._open = False
        self._waiting.clear()
        self._waiting_bytes = 0
