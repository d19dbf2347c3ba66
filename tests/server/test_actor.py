"""An actor whose effects fail, which is a fault of ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

from jupyter_collab.protocol.identity import ClientId, ConnectionId, Lineage
from jupyter_collab.protocol.messages import (
    Awareness,
    Hello,
    Pong,
    PresenceEntry,
    ServerMessage,
    Status,
)
from jupyter_collab.room import events as ev
from jupyter_collab.room.effects import Effect, Report, Send, Stream
from jupyter_collab.server.actor import Actor
from jupyter_collab.server.sockets.connection import Connection
from jupyter_collab.server.sockets.wire import Packet, pack
from jupyter_collab.server.telemetry import Telemetry
from tests.room.world import person

CANNOT_BE_SENT = "\ud800"
ONE, TWO = ConnectionId(1), ConnectionId(2)


class Lines:
    """What a connection was sent, and how it was closed."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.closed: int | None = None

    def write(self, packet: Packet) -> None:
        self.packets.append(packet)

    def pending_bytes(self) -> int:
        return 0

    def when_read(self, go_on: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon(go_on)

    def close(self, code: int, reason: str) -> None:
        self.closed = code


class Told:
    """Decides what the test has told it."""

    def __init__(self) -> None:
        self.deadline: float | None = None
        self.effects: list[Effect] = []
        self.heard: list[ev.RoomEvent] = []

    def handle(self, event: ev.RoomEvent, now: float) -> list[Effect]:
        self.heard.append(event)
        self.deadline = None
        effects, self.effects = self.effects, []
        return effects


class Ticking(Told):
    """Wants to be ticked after it had something done."""

    def __init__(self) -> None:
        super().__init__()
        self.ticked = asyncio.Event()

    def handle(self, event: ev.RoomEvent, now: float) -> list[Effect]:
        effects = super().handle(event, now)
        if effects:
            self.deadline = now
            self.ticked.clear()
        else:
            self.ticked.set()
        return effects


class Reports:
    def __init__(self) -> None:
        self.fields: list[Mapping[str, Any]] = []

    def emit(self, kind: str, fields: Mapping[str, Any]) -> None:
        self.fields.append(fields)


class World:
    """An actor with two connections."""

    def __init__(self, decider: Told | None = None) -> None:
        self.decider, self.reports = decider or Told(), Reports()
        self.clock = asyncio.get_running_loop().time
        self.actor = Actor(
            self.decider,
            clock=self.clock,
            telemetry=cast(Telemetry, self.reports),
            log=logging.getLogger("actor"),
        )
        self.one, self.two = Lines(), Lines()
        for id, lines in ((ONE, self.one), (TWO, self.two)):
            self.actor.join(Connection(id, lines, 2**20), person(), None)

    def do(self, *effects: Effect) -> None:
        self.decider.effects = list(effects)
        self.actor.post(ev.Ticked())


def unsendable_presence() -> Awareness:
    return Awareness((PresenceEntry(ClientId(5), 1, {"x": CANNOT_BE_SENT}),))


async def test_an_effect_that_fails_takes_no_other_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """W12: and presence that cannot be sent is no reason to close anything."""
    world = World()
    world.do(
        Send((ONE, TWO), unsendable_presence()),
        Send((TWO,), Pong(3)),
        Report("awareness", {"a": 1}),
    )
    assert world.two.packets == [pack(Pong(3))]
    assert world.reports.fields == [{"a": 1}]
    assert (world.one.closed, world.two.closed) == (None, None)
    assert "while performing Send" in caplog.text
    assert "UnicodeEncodeError" in caplog.text


async def test_the_timer_is_set_after_an_effect_that_fails() -> None:
    decider = Ticking()
    World(decider).do(Send((ONE,), unsendable_presence()))
    async with asyncio.timeout(10):
        await decider.ticked.wait()


@pytest.mark.parametrize(
    "message", [Status({"file": CANNOT_BE_SENT}), Hello(Lineage("L1"), "edit", CANNOT_BE_SENT, {})]
)
async def test_who_misses_a_message_connects_again(message: ServerMessage) -> None:
    """Only they: what comes later may stand on it."""
    world = World()
    world.do(Send((ONE,), message), Send((TWO,), Pong(3)))
    assert (world.one.closed, world.two.closed) == (4500, None)
    assert ev.Left(ONE) in world.decider.heard
    assert world.two.packets == [pack(Pong(3))]


async def test_who_misses_a_stream_connects_again() -> None:
    world = World()
    world.do(Stream(TWO, iter([Status({"file": CANNOT_BE_SENT})])), Send((ONE,), Pong(3)))
    assert (world.one.closed, world.two.closed) == (None, 4500)
    assert world.one.packets == [pack(Pong(3))]
