"""Reads the frames of a WebSocket of tornado's.

tornado asks the socket for header, mask and payload of a frame one by one, puts each answer into
64 KiB of zeros, and wakes a task for each. A keystroke is a frame of 40 bytes: it is looked at and
taken as a whole, and handled right there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from socket import MSG_PEEK
from typing import Any

from tornado.ioloop import IOLoop
from tornado.iostream import IOStream
from tornado.util import _websocket_mask

SMALL = 4096
"""Bytes that are read at once where no more are expected."""

_BINARY = 0x2
_FINAL = 0x80
_MASKED = 0x80
_MASK_SIZE = 4


def whole_messages(data: bytes, longest: int) -> list[tuple[int, bytes]]:
    """The messages in ``data``, each with the size of its frame, if that is all there is: binary
    ones of at most ``longest`` bytes, each in one masked frame (RFC 6455, section 5.2)."""
    messages = []
    at, end = 0, len(data)
    while at < end:
        first, second = data[at], data[at + 1] if at + 1 < end else 0
        size, mask_at = second - _MASKED, at + 2
        if size == 126:
            size, mask_at = int.from_bytes(data[mask_at : mask_at + 2]), mask_at + 2
        elif size == 127:
            return []
        payload_at = mask_at + _MASK_SIZE
        stop = payload_at + size
        if first != _FINAL | _BINARY or size < 0 or size > longest or stop > end:
            return []
        message = _websocket_mask(data[mask_at:payload_at], data[payload_at:stop])
        messages.append((stop - at, message))
        at = stop
    return messages


class FrameReader:
    """Hands out what has come piece by piece, as tornado's parser of frames asks for it.

    While that waits for the next frame, messages that have come as a whole are handled where the
    socket says that it can be read. What is not that simple is left to tornado: frames that are
    large, cut or no messages, encrypted connections, errors, and the end.
    """

    def __init__(self, protocol: Any) -> None:
        """Read for ``protocol``, the ``ws_connection`` of a handler, from its first frame on."""
        stream = protocol.stream
        self._protocol = protocol
        self._stream = stream
        self._whole = stream.read_chunk_size
        self._ahead = b""
        self._at = 0
        self._begins = False
        self._is_idle = False
        self._handling: Awaitable[None] | None = None
        self._receive_frame: Callable[[], Awaitable[None]] = protocol._receive_frame  # noqa: SLF001
        self._handle_events: Callable[[Any, int], None] = stream._handle_events  # noqa: SLF001
        protocol._receive_frame = self._next_frame  # noqa: SLF001
        protocol._read_bytes = self.read  # noqa: SLF001
        is_plain = type(stream) is IOStream
        if is_plain:
            self._listen(self._on_events)
            stream._handle_events = self._on_events  # noqa: SLF001 - where it listens anew

    def close(self) -> None:
        """Let go of a connection that has ended, so that nothing is left for the collector."""
        self._listen(self._handle_events)
        for part in self._protocol, self._stream:
            for name in "_receive_frame", "_read_bytes", "_handle_events":
                vars(part).pop(name, None)

    def _listen(self, handle: Callable[[Any, int], None]) -> None:
        """Have ``handle`` called for what happens to the socket, if it is listened to."""
        handlers = self._stream.io_loop.handlers
        number = -1 if self._stream.closed() else self._stream.socket.fileno()
        if number in handlers:
            handlers[number] = handlers[number][0], handle

    # --- where the socket can be read

    def _on_events(self, file: Any, events: int) -> None:
        """What tornado does about it looks a dozen times whether anything else has happened."""
        if not (events == IOLoop.READ and self._is_idle and self._take_messages()):
            self._handle_events(file, events)

    def _take_messages(self) -> bool:
        """Handle what has come, if it is as simple as that; whether any of it was handled."""
        protocol, socket = self._protocol, self._stream.socket
        try:
            data = socket.recv(SMALL, MSG_PEEK)
        except OSError:
            return False
        is_simple = len(data) < SMALL and protocol._fragmented_message_buffer is None  # noqa: SLF001
        longest = protocol.params.max_message_size
        messages = whole_messages(data, longest) if is_simple else []
        for size, message in messages:
            socket.recv(size)
            self._handling = protocol._handle_message(_BINARY, message)  # noqa: SLF001
            if self._handling is not None or self._stream.closed():
                self._is_idle = False  # what is left comes after that
                break
        return bool(messages)

    # --- where a task waits

    async def _next_frame(self) -> None:
        self._begins = True
        await self._receive_frame()

    async def read(self, size: int) -> bytes:
        """The next ``size`` bytes; raises :class:`StreamClosedError` if they will not come."""
        end = self._at + size
        if end > len(self._ahead):
            await self._read_more(size)
            end = size
        self._begins = False
        piece = self._ahead[self._at : end]
        self._at = end
        return piece

    async def _read_more(self, size: int) -> None:
        """Have ``size`` bytes ready, and whatever has come with them."""
        stream, pieces = self._stream, [self._ahead[self._at :]]
        lacks = size - len(pieces[0])
        if lacks > SMALL:
            stream.read_chunk_size = self._whole
            pieces.append(await stream.read_bytes(lacks))
            lacks = 0
            # tornado lets others have a turn after so many bytes, and does not count these.
            await asyncio.sleep(0)
        stream.read_chunk_size = SMALL
        while lacks > 0:
            self._is_idle = self._begins and lacks == size
            more = await stream.read_bytes(SMALL, partial=True)
            self._is_idle = False
            pieces.append(more)
            lacks -= len(more)
        if self._handling is not None:
            await self._handling
            self._handling = None
        self._ahead, self._at = b"".join(pieces), 0
