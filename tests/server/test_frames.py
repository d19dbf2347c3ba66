"""Frames are read as they come, however they are cut."""

from __future__ import annotations

import asyncio
import gc
import logging
import struct
import weakref
from collections.abc import Awaitable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream, StreamClosedError
from tornado.testing import bind_unused_port
from tornado.util import _websocket_mask
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from jupyter_collab.server.sockets.frames import SMALL, FrameReader, whole_messages
from tests.waiting import until

from .conftest import Connect


class Stream:
    """As much of an ``IOStream`` as a reader uses; ``pieces`` is what comes, one by one."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.read_chunk_size = 65536
        self.reads = 0
        self._handle_events = None
        self._pieces = pieces
        self._come = b""

    async def read_bytes(self, size: int, partial: bool = False) -> bytes:
        self.reads += 1
        while len(self._come) < (1 if partial else size):
            if not self._pieces:
                raise StreamClosedError
            self._come += self._pieces.pop(0)
        taken, self._come = self._come[:size], self._come[size:]
        return taken


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    """``data`` in pieces, none of them empty."""
    bounds = sorted({0, len(data), *(at % len(data) for at in cuts)})
    return [data[start:end] for start, end in pairwise(bounds)]


DATA = bytes(range(251)) * 120

CUTS = st.lists(st.integers(0, len(DATA)), max_size=40)


@given(come=CUTS, asked=CUTS)
def test_what_was_sent_is_read_however_it_is_cut(come: list[int], asked: list[int]) -> None:
    async def main() -> None:
        stream = Stream(cut(DATA, come))
        reader = FrameReader(SimpleNamespace(stream=stream, _receive_frame=None))
        for piece in cut(DATA, asked):
            assert await reader.read(len(piece)) == piece
        with pytest.raises(StreamClosedError):
            await reader.read(1)

    asyncio.run(main())


def test_many_frames_that_have_come_are_read_at_once() -> None:
    async def main() -> None:
        stream = Stream([bytes(SMALL)])
        reader = FrameReader(SimpleNamespace(stream=stream, _receive_frame=None))
        for _ in range(SMALL // 8):
            await reader.read(2)
            await reader.read(6)
        assert stream.reads == 1

    asyncio.run(main())


MASK = b"\x37\xfa\x21\x3d"


def frame(payload: bytes, first: int = 0x82, mask: bytes = MASK) -> bytes:
    """As a client sends it."""
    size = len(payload)
    if size < 126:
        header = struct.pack("!BB", first, 0x80 | size)
    elif size < 2**16:
        header = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        header = struct.pack("!BBQ", first, 0x80 | 127, size)
    return header + mask + _websocket_mask(mask, payload)


MESSAGES = st.lists(st.binary(max_size=300), max_size=6)


@given(MESSAGES)
def test_whole_messages_are_known(messages: list[bytes]) -> None:
    frames = [frame(message) for message in messages]
    assert whole_messages(b"".join(frames), 300) == [
        (len(f), message) for f, message in zip(frames, messages, strict=True)
    ]


@given(MESSAGES, st.binary(max_size=300), st.data())
def test_what_is_cut_is_no_whole_message(
    messages: list[bytes], last: bytes, data: st.DataObject
) -> None:
    whole = frame(last)
    cut_at = data.draw(st.integers(1, len(whole) - 1))
    assert whole_messages(b"".join(map(frame, messages)) + whole[:cut_at], 300) == []


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(frame(b"text", 0x81), id="text"),
        pytest.param(frame(b"part", 0x02), id="the beginning of a message"),
        pytest.param(frame(b"rest", 0x80), id="the end of a message"),
        pytest.param(frame(b"ping", 0x89), id="a ping"),
        pytest.param(frame(b"", 0x88), id="the end of the connection"),
        pytest.param(frame(b"odd", 0xC2), id="an extension"),
        pytest.param(b"\x82\x04bare", id="without a mask"),
        pytest.param(frame(bytes(301)), id="too long"),
        pytest.param(frame(bytes(2**16)), id="large"),
    ],
)
def test_what_else_comes_is_left_to_tornado(odd: bytes) -> None:
    assert whole_messages(odd, 300) == []
    assert whole_messages(frame(b"fine") + odd, 300) == []


FAULT = b"fault"


class Heard(WebSocketHandler):
    """Keeps what it hears, in the order in which it has been dealt with."""

    readers: ClassVar[list[weakref.ref[FrameReader]]] = []
    reader: FrameReader | None

    def initialize(self, heard: list[bytes | str], pause: float) -> None:
        self._heard = heard
        self._pause = pause
        self._is_hearing = False

    def open(self) -> None:
        self.reader = FrameReader(self.ws_connection)
        self.readers.append(weakref.ref(self.reader))

    def on_message(self, message: bytes | str) -> Awaitable[None] | None:
        if message == FAULT:
            raise RuntimeError("a fault of ours")
        if self._pause:
            return self._hear_later(message)
        self._heard.append(message)
        return None

    async def _hear_later(self, message: bytes | str) -> None:
        if self._is_hearing:
            self._heard.append("interrupted")
        self._is_hearing = True
        await asyncio.sleep(self._pause)
        self._is_hearing = False
        self._heard.append(message)

    def on_ping(self, data: bytes) -> None:
        self._heard.append(b"ping " + data)

    def on_close(self) -> None:
        assert self.reader is not None
        self.reader.close()
        self.reader = None
        self._heard.append("closed")


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def talk(pieces: list[bytes], number: int, pause: float = 0.0) -> list[bytes | str]:
    """What a handler hears of ``pieces``, which come one by one; ends when it has heard a
    ``number`` of messages, each of which takes it ``pause`` seconds."""
    heard: list[bytes | str] = []
    socket, port = bind_unused_port()
    server = HTTPServer(Application([("/", Heard, {"heard": heard, "pause": pause})]))
    server.add_socket(socket)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.002)
        await until(lambda: len(heard) >= number)
        writer.close()
        await until(lambda: "closed" in heard)
    finally:
        writer.close()
        server.stop()
        await server.close_all_connections()
    return heard


PARTED = frame(b"begins, ", 0x02) + frame(b"in between", 0x89) + frame(b"ends", 0x80)

SPOKEN: st.SearchStrategy[tuple[bytes, list[bytes | str]]] = st.one_of(
    st.binary(max_size=200).map(lambda m: (frame(m), [m])),
    st.sampled_from([SMALL - 9, SMALL - 8, SMALL, 70_000]).map(
        lambda size: (frame(b"x" * size), [b"x" * size])
    ),
    st.just((frame(b"text", 0x81), ["text"])),
    st.just((frame(b"", 0x89), [b"ping "])),
    st.just((PARTED, [b"ping in between", b"begins, ends"])),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(SPOKEN, min_size=1, max_size=8), st.lists(st.integers(0, 500), max_size=6))
def test_each_message_is_heard_once_and_in_order(
    spoken: list[tuple[bytes, list[bytes | str]]], cuts: list[int]
) -> None:
    sent = b"".join(data for data, _ in spoken)
    expected = [message for _, messages in spoken for message in messages]
    assert asyncio.run(talk(cut(sent, cuts), len(expected))) == [*expected, "closed"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=6), st.booleans())
def test_a_message_that_takes_time_is_dealt_with_before_the_next(
    messages: list[bytes], at_once: bool
) -> None:
    frames = [frame(message) for message in messages]
    pieces = [b"".join(frames)] if at_once else frames
    assert asyncio.run(talk(pieces, len(messages), 0.005)) == [*messages, "closed"]


@pytest.mark.parametrize("size", [1, 2, 3, 6, 8])
async def test_what_looks_like_a_frame_within_a_message_is_none(size: int) -> None:
    message = frame(b"not me") + frame(b"nor me")
    whole = frame(message, mask=bytes(4))
    ahead = frame(b"before", mask=bytes(4))
    assert await talk([whole[:size], whole[size:]], 1) == [message, "closed"]
    assert await talk([ahead + whole[:size], whole[size:]], 2) == [b"before", message, "closed"]


async def test_the_end_of_a_frame_that_looks_like_a_whole_one_is_none() -> None:
    whole = frame(b"ab", mask=b"\x81abc")
    assert len(whole_messages(whole[1:], 300)) == 1
    assert await talk([frame(b"before") + whole[:1], whole[1:]], 2) == [b"before", b"ab", "closed"]


async def test_a_message_within_the_parts_of_another_is_an_error() -> None:
    pieces = [frame(b"begins", 0x02), frame(b"whole"), frame(b"ends", 0x80)]
    assert await talk(pieces, 0) == ["closed"]


async def test_after_a_fault_nothing_is_heard_any_more(caplog: pytest.LogCaptureFixture) -> None:
    assert await talk([frame(b"first") + frame(FAULT) + frame(b"late")], 1) == [b"first", "closed"]
    faults = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(faults) == 1, "the fault is told, and nothing else went wrong"


async def test_nothing_is_left_for_the_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Heard, "readers", [])
    gc.disable()
    try:
        await talk([frame(b"hello")], 1)
        assert [reader() for reader in Heard.readers] == [None]
    finally:
        gc.enable()


async def test_a_connection_that_breaks_in_the_middle_of_a_frame_is_closed() -> None:
    pieces = [frame(b"whole"), frame(b"broken")[:7]]
    assert await talk(pieces, 1) == [b"whole", "closed"]


async def test_keystrokes_wake_no_task(
    connect: Connect, jp_root_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (jp_root_dir / "notes.txt").write_text("hello\n")
    events: list[int] = []
    handle_events = IOStream._handle_events  # noqa: SLF001

    def note(stream: IOStream, file: Any, happened: int) -> None:
        events.append(stream.socket.getsockname()[1])
        handle_events(stream, file, happened)

    monkeypatch.setattr(IOStream, "_handle_events", note)
    ada = await connect("notes.txt")
    await ada.sync()
    sizes: list[int] = []
    read_bytes = IOStream.read_bytes

    def count(stream: IOStream, size: int, partial: bool = False) -> Any:
        if stream.socket.getsockname()[1] == port:
            sizes.append(size)
        return read_bytes(stream, size, partial)

    port = server_port(ada)
    monkeypatch.setattr(IOStream, "read_bytes", count)
    assert port in events, "tornado has handled the handshake"
    events.clear()
    for _ in range(10):
        ada.text += "x"
        await ada.durable()
    assert sizes == []
    assert port not in events
    ada.text += "y" * 100_000
    await ada.durable()
    assert len(sizes) <= 3
    assert max(sizes) > 90_000, "what is large is not read in small pieces"


def server_port(client: Any) -> int:
    port: int = client.socket.protocol.stream.socket.getpeername()[1]
    return port
