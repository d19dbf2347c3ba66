"""Sends messages over a WebSocket of tornado's.

tornado frames and copies a message for each client, and starts a task for each. Here a message is
framed once for all who get it, and is mostly gone after one system call.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import Any, NewType

from tornado.iostream import IOStream, StreamClosedError
from tornado.websocket import WebSocketHandler

from ...protocol.codec import pieces
from ...protocol.messages import ServerMessage

Packet = NewType("Packet", bytes)
"""A message as it is on the socket: a whole WebSocket frame, binary and unmasked."""

_FINAL_BINARY = 0x82

LINGER = 60.0
"""Seconds that a client which does not read has to hear why its connection is closed."""


def pack(message: ServerMessage) -> Packet:
    """``message`` in a WebSocket frame (RFC 6455, section 5.2)."""
    payload = pieces(message)
    size = sum(map(len, payload))
    if size < 126:
        header = struct.pack("!BB", _FINAL_BINARY, size)
    elif size < 2**16:
        header = struct.pack("!BBH", _FINAL_BINARY, 126, size)
    else:
        header = struct.pack("!BBQ", _FINAL_BINARY, 127, size)
    return Packet(b"".join((header, *payload)))


AHEAD = 2**20
"""Bytes that may wait for the other side when the next part of a document is made."""


class SocketWire:
    """The sending end of the WebSocket of ``handler``, which must not compress."""

    def __init__(self, handler: WebSocketHandler) -> None:
        self._handler = handler
        self._pending = 0
        self._go_on: Callable[[], None] | None = None

    def write(self, packet: Packet) -> None:
        """Send now what the socket takes at once, and the rest as it can; does not wait.

        What is written after the other side has gone is lost; the handler is told of that.
        """
        protocol: Any = self._handler.ws_connection
        if protocol is None or protocol.is_closing():
            return
        stream: IOStream = protocol.stream
        sent = 0 if stream.writing() else _send_at_once(stream, packet)
        if sent == len(packet):
            return
        try:
            future = stream.write(memoryview(packet)[sent:])
        except StreamClosedError:
            return
        rest = len(packet) - sent
        if not future.done():
            self._pending += rest
            future.add_done_callback(lambda done: self._sent(done, rest))

    def _sent(self, done: Any, size: int) -> None:
        self._pending -= size
        if self._go_on is not None:
            self.when_read(self._go_on)
        if not done.cancelled():
            done.exception()  # a socket that broke is told by on_close

    def pending_bytes(self) -> int:
        """How much waits for the other side to read."""
        return self._pending

    def when_read(self, go_on: Callable[[], None]) -> None:
        """Call ``go_on`` in another turn of the loop, once at most :data:`AHEAD` bytes wait."""
        waits = self._pending > AHEAD
        self._go_on = go_on if waits else None
        if not waits:
            asyncio.get_running_loop().call_soon(go_on)

    def close(self, code: int, reason: str) -> None:
        self._linger()
        self._handler.close(code, reason)

    def _linger(self) -> None:
        """Let the reason be read after what was sent before it.

        tornado cuts a connection five seconds after it was closed, unless it waits already.
        """
        protocol: Any = self._handler.ws_connection
        if not self._pending or protocol is None or protocol._waiting is not None:  # noqa: SLF001
            return
        loop, abort = protocol.stream.io_loop, protocol._abort  # noqa: SLF001
        protocol._waiting = loop.call_later(LINGER, abort)  # noqa: SLF001


def _send_at_once(stream: IOStream, packet: Packet) -> int:
    """How many bytes the socket has taken."""
    try:
        return stream.write_to_fd(memoryview(packet)) or 0
    except OSError:
        return 0  # full; or broken, which the stream will find out by itself
