"""A client that sends too much, or reads too little, harms nobody else and loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.websocket import WebSocketClientConnection

from jupyter_collab.protocol.close import CloseCode
from jupyter_collab.protocol.identity import ConnectionId
from jupyter_collab.server.handlers import RoomHandler
from jupyter_collab.server.sockets import wire
from jupyter_collab.server.sockets.connection import TOO_SLOW, Connection
from jupyter_collab.server.sockets.limits import FRAME_WEIGHT, REST, Pace
from jupyter_collab.server.sockets.wire import Packet

from .client import room_of
from .conftest import Connect

RATE = 150
"""Frames a second in these tests."""

UNREAD = 3_000_000
"""Bytes that may wait for a client in these tests."""


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    jp_server_config["YDocExtension"] |= {
        "max_unread_size": UNREAD,
        "max_frame_size": 2_000_000,
        "max_frame_rate": RATE,
        "document_save_delay": None,
    }
    return jp_server_config


@pytest.fixture
def notes(jp_root_dir: Path) -> Path:
    file = jp_root_dir / "notes.txt"
    file.write_text("hello\n")
    return file


@pytest.fixture
def asleep(connect: Connect) -> Any:
    """A client that connects, asks for the document, and reads nothing."""

    async def fall_asleep(session: dict[str, Any]) -> WebSocketClientConnection:
        socket = await connect.socket(room_of(session), session["sessionId"])
        await socket.write_message(b"\x00\x00\x01\x00", binary=True)
        return socket

    return fall_asleep


@pytest.mark.usefixtures("notes")
async def test_who_does_not_read_is_dropped_and_catches_up(connect: Connect, asleep: Any) -> None:
    """O6"""
    ada, bob = await connect("notes.txt"), await connect("notes.txt")
    sleeper = await asleep(ada.session)
    for number in range(1, 13):  # more than the buffers of the system hold
        ada.text += "x" * 1_900_000
        await bob.until(lambda n=number: len(bob.text) > n * 1_900_000, timeout=20)
    assert str(bob.text) == str(ada.text), "nobody else is slowed, or dropped"
    while (frame := await sleeper.read_message()) is not None:
        assert isinstance(frame, bytes)
    assert sleeper.close_code == CloseCode.TOO_SLOW
    sleeper.close()
    del ada.text[10 : len(ada.text)]  # this client of the wire takes 10 MB at most
    await bob.until(lambda: len(bob.text) == 10)
    again = await connect("notes.txt")
    assert str(again.text) == str(ada.text)


@pytest.mark.usefixtures("notes")
async def test_who_reads_on_later_hears_why(
    connect: Connect, asleep: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O6"""
    ada = await connect("notes.txt")
    sleeper = await asleep(ada.session)
    for _ in range(12):
        ada.text += "x" * 1_900_000
        await ada.durable()
    loop, now = asyncio.get_running_loop(), asyncio.get_running_loop().time
    monkeypatch.setattr(loop, "time", lambda: now() + 7)  # tornado's patience ends after five
    while await sleeper.read_message() is not None:
        pass
    assert (sleeper.close_code, sleeper.close_reason) == (CloseCode.TOO_SLOW, TOO_SLOW)
    sleeper.close()


@pytest.mark.usefixtures("notes")
async def test_who_does_not_even_hear_why_is_cut(
    connect: Connect, asleep: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LINGER", 0.2)
    is_cut = asyncio.Event()
    on_close = RoomHandler.on_close

    def leave(handler: RoomHandler) -> None:
        on_close(handler)
        is_cut.set()

    monkeypatch.setattr(RoomHandler, "on_close", leave)
    ada = await connect("notes.txt")
    sleeper = await asleep(ada.session)
    for _ in range(12):
        ada.text += "x" * 1_900_000
        await ada.durable()
    await is_cut.wait()
    while await sleeper.read_message() is not None:
        pass
    assert sleeper.close_code is None
    sleeper.close()


@pytest.mark.usefixtures("notes")
async def test_a_frame_that_is_too_large_is_refused(connect: Connect) -> None:
    ada, bob = await connect("notes.txt"), await connect("notes.txt")
    bob.text += "x" * 3_000_000
    await bob.until_closed()
    assert str(ada.text) == "hello\n"
    ada.text += "y"
    await ada.durable()


@pytest.mark.usefixtures("notes")
async def test_who_sends_too_fast_is_read_more_slowly_and_loses_nothing(connect: Connect) -> None:
    ada, bob = await connect("notes.txt"), await connect("notes.txt")
    too_many = int(RATE * (REST + 3))
    for _ in range(too_many):
        bob.text += "b"
    ada.text += "a"
    await ada.durable()
    assert bob.acked < bob.sent, "the others do not wait for those who are too fast"
    await ada.until(lambda: str(ada.text).count("b") == too_many)


def test_the_pace_allows_bursts_after_a_rest() -> None:
    pace = Pace(10, now=0.0)
    assert [pace.take(0, 0.0) for _ in range(int(10 * REST))] == [0.0] * int(10 * REST)
    assert pace.take(0, 0.0) == pytest.approx(0.1)
    assert pace.take(0, 0.2) == 0.0
    assert pace.take(0, 1000.0) == 0.0
    assert pace.take(int(10 * REST) * FRAME_WEIGHT, 1000.0) > 0.0, "large frames count for many"


class FullWire:
    """A socket that takes nothing."""

    def __init__(self) -> None:
        self.queued = 0
        self.closed: list[int] = []

    def write(self, packet: Packet) -> None:
        self.queued += len(packet)

    def pending_bytes(self) -> int:
        return self.queued

    def when_read(self, go_on: Callable[[], None]) -> None:
        pass

    def close(self, code: int, _reason: str) -> None:
        self.closed.append(code)


def test_what_waits_for_one_client_is_bounded() -> None:
    wire = FullWire()
    connection = Connection(ConnectionId(1), wire, max_unread=1000)
    connection.send(Packet(b"x" * 5000))  # one frame may be a whole document
    for _ in range(100):
        connection.send(Packet(b"y" * 10))
    assert wire.queued == 5000
    assert wire.closed == [CloseCode.TOO_SLOW]


class SlowWire(FullWire):
    """A socket whose other side reads when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.go_on: Callable[[], None] | None = None

    def write(self, packet: Packet) -> None:
        self.written.append(packet)

    def when_read(self, go_on: Callable[[], None]) -> None:
        self.go_on = go_on

    def read(self) -> None:
        go_on, self.go_on = self.go_on, None
        assert go_on is not None
        go_on()


@pytest.fixture
def parts() -> Iterator[Packet]:
    return iter([Packet(b"1"), Packet(b"2"), Packet(b"3")])


def test_a_document_in_parts_is_made_as_it_is_read(parts: Iterator[Packet]) -> None:
    """What is sent meanwhile comes after it."""
    wire = SlowWire()
    connection = Connection(ConnectionId(1), wire, max_unread=1000)
    connection.stream(parts)
    connection.send(Packet(b"edit"))
    assert wire.written == [b"1"]
    wire.read()
    assert wire.written == [b"1", b"2"]
    wire.read()
    wire.read()
    assert wire.written == [b"1", b"2", b"3", b"edit"]
    assert wire.go_on is None
    connection.send(Packet(b"more"))
    assert wire.written[-1] == b"more"


def test_what_waits_behind_a_document_in_parts_is_bounded(parts: Iterator[Packet]) -> None:
    wire = SlowWire()
    connection = Connection(ConnectionId(1), wire, max_unread=100)
    connection.stream(parts)
    for _ in range(100):
        connection.send(Packet(b"y" * 10))
    assert wire.written == [b"1"]
    assert wire.closed == [CloseCode.TOO_SLOW]
    wire.read()
    assert wire.written == [b"1"], "nothing more is made for who is gone"


def test_why_a_connection_is_closed_is_said_in_the_middle_of_a_document(
    parts: Iterator[Packet],
) -> None:
    """W10"""
    wire = SlowWire()
    connection = Connection(ConnectionId(1), wire, max_unread=100)
    connection.stream(parts)
    connection.send(Packet(b"edit"))
    connection.close(CloseCode.FORBIDDEN, "", Packet(b"why"))
    assert wire.written == [b"1", b"why"]
