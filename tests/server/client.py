"""An outside client: it knows the wire from the documentation, and shares no code with us."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from pycrdt import Array, Doc, Map, Text
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

T = TypeVar("T")

TURN = 0.01
"""Seconds after which a process that may run has looked again."""


async def within(seconds: float, work: Awaitable[T]) -> T:
    """What ``work`` gives, so many seconds later at most.

    Where the machine lets nobody run for a while, as it has much else to do, only a moment counts.
    """
    task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()
    passed, now = 0.0, loop.time()
    while not task.done():
        if passed >= seconds:
            task.cancel()
            raise TimeoutError
        await asyncio.wait([task], timeout=TURN)
        before, now = now, loop.time()
        passed += min(now - before, 2 * TURN)
    return await task


def varuint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(128 | (number & 127))
        number >>= 7
    return bytes([*out, number])


def read_varuint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, at


def read_bytes(data: bytes, at: int) -> bytes:
    size, at = read_varuint(data, at)
    return data[at : at + size]


def room_of(session: Mapping[str, str]) -> str:
    """The room of a document, by what the server has said of that."""
    return f"{session['format']}:{session['type']}:{session['fileId']}"


async def open_room(
    url: str,
    room: str,
    held: str,
    headers: Mapping[str, str],
    *,
    collab: bool = True,
    **options: Any,
) -> WebSocketClientConnection:
    """A socket in ``room`` of the server at ``url``, for a client that has the history ``held``."""
    request = HTTPRequest(
        f"{url}/api/collaboration/room/{room}?sessionId={held}", headers=dict(headers)
    )
    subprotocols = ["v1.jupyter-collab"] if collab else None
    return await websocket_connect(request, subprotocols=subprotocols, **options)


class WireClient:
    """Holds a document and keeps it in sync, as long as its socket is open."""

    def __init__(self, socket: WebSocketClientConnection, doc: Doc[Any] | None = None) -> None:
        self.socket = socket
        self.session: dict[str, Any] = {}
        self.doc: Doc[Any] = Doc() if doc is None else doc
        self.state: Map[Any] = self.doc.get("state", type=Map)
        self.text: Text = self.doc.get("source", type=Text)
        self.cells: Array[Any] = self.doc.get("cells", type=Array)
        self.meta: Map[Any] = self.doc.get("meta", type=Map)
        self.frames: list[bytes] = []
        self.closed: tuple[int, str] | None = None
        self.acked = 0
        self.sent = 0
        self._applying = False
        self._news = asyncio.Event()
        self._synced = asyncio.Event()
        self.doc.observe(self._on_change)
        self._reader = asyncio.create_task(self._read())

    # --- hearing

    async def _read(self) -> None:
        while True:
            frame = await self.socket.read_message()
            if frame is None:
                self.closed = (self.socket.close_code or 0, self.socket.close_reason or "")
                self.socket.close()  # our side too
                self._news.set()
                return
            assert isinstance(frame, bytes)
            self.frames.append(frame)
            self._hear(frame)
            self._news.set()

    def _hear(self, frame: bytes) -> None:
        if frame[0] == 0 and frame[1] == 0:
            answer = self.doc.get_update(read_bytes(frame, 2))
            self.send_update(answer, step=1)
        elif frame[0] == 0:
            self._applying = True
            self.doc.apply_update(read_bytes(frame, 2))
            self._applying = False
            if frame[1] == 1:
                self._synced.set()
        elif frame[:2] == b"\x40\x01":
            self.acked = read_varuint(frame, 2)[0]

    def json(self, kind: int) -> list[Any]:
        """All JSON collab frames of one kind: 0 hello, 2 status, 3 refusal."""
        return [json.loads(read_bytes(f, 2)) for f in self.frames if f[:2] == bytes((64, kind))]

    @property
    def replies(self) -> list[Any]:
        return [json.loads(read_bytes(f, 1)) for f in self.frames if f[0] == 2]

    async def until(self, condition: Any, timeout: float = 10) -> None:
        """Wait until ``condition()``, looked at after each frame."""
        async with asyncio.timeout(timeout):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def until_closed(self) -> tuple[int, str]:
        await self.until(lambda: self.closed is not None)
        assert self.closed is not None
        return self.closed

    # --- saying

    async def send(self, frame: bytes) -> None:
        await self.socket.write_message(frame, binary=True)

    def send_update(self, update: bytes, step: int = 2) -> None:
        self.sent += 1
        frame = bytes((0, step)) + varuint(len(update)) + update
        self.socket.write_message(frame, binary=True)

    def _on_change(self, event: Any) -> None:
        if not self._applying and self.closed is None:
            self.send_update(event.update)

    async def sync(self) -> None:
        state = self.doc.get_state()
        await self.send(b"\x00\x00" + varuint(len(state)) + state)
        async with asyncio.timeout(10):
            await self._synced.wait()

    async def durable(self) -> None:
        """Wait until all that was sent is acknowledged."""
        await self.until(lambda: self.acked >= self.sent)

    async def hears_ack(self) -> None:
        """Wait until something of this connection is durable."""
        await self.until(lambda: self.acked > 0)

    async def save(self, id: int = 1) -> Any:
        await self.send(b"\x02\x04save" + varuint(id))
        await self.until(lambda: any(r.get("responseTo") == id for r in self.replies))
        return next(r for r in self.replies if r.get("responseTo") == id)

    async def close(self) -> None:
        self.socket.close()
        await self.until_closed()


def presence(client: int, state: Any, clock: int = 1) -> bytes:
    """An awareness frame with one state."""
    return raw_presence(client, json.dumps(state), clock)


def raw_presence(client: int, state: str, clock: int = 1) -> bytes:
    """An awareness frame with one state, which is said to be JSON."""
    text = state.encode()
    entry = varuint(1) + varuint(client) + varuint(clock) + varuint(len(text)) + text
    return b"\x01" + varuint(len(entry)) + entry


def states(client: WireClient) -> dict[int, Any]:
    """The presence states that a client has heard, the latest of each."""
    found: dict[int, Any] = {}
    for frame in (f for f in client.frames if f[0] == 1):
        _, at = read_varuint(frame, 1)
        count, at = read_varuint(frame, at)
        for _ in range(count):
            id, at = read_varuint(frame, at)
            _, at = read_varuint(frame, at)
            size, at = read_varuint(frame, at)
            found[id] = json.loads(frame[at : at + size])
            at += size
    return found
