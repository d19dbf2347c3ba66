"""Pings from one timer, however many sockets there are."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_collab.server.sockets import heartbeat
from jupyter_collab.server.sockets.heartbeat import PACE, Heartbeat
from tests.waiting import until

from .conftest import Connect
from .test_memory import Loop


class Socket:
    """Counts its pings; ``on_ping`` is what they bring about."""

    def __init__(self, on_ping: Any = None) -> None:
        self.ws_connection: Any = object()
        self.pings = 0
        self._on_ping = on_ping

    def send_ping(self) -> None:
        self.pings += 1
        if self._on_ping is not None:
            self._on_ping()


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    return Loop(monkeypatch)


def test_each_is_pinged_once_in_an_interval(loop: Loop) -> None:
    beat = Heartbeat(30.0)
    first, second = Socket(), Socket()
    beat.add(first)
    loop.pass_to(10)
    beat.add(second)
    told: dict[float, tuple[int, int]] = {}
    for now in (29.9, 30, 39.9, 40, 59.9, 60, 69.9, 70):
        loop.pass_to(now)
        told[now] = (first.pings, second.pings)
    assert list(told.values()) == [
        *((0, 0), (1, 0), (1, 0), (1, 1)),
        *((1, 1), (2, 1), (2, 1), (2, 2)),
    ], told
    beat.remove(first)
    beat.remove(second)


def test_those_who_are_due_soon_after_each_other_are_pinged_in_one_turn(loop: Loop) -> None:
    beat = Heartbeat(30.0)
    sockets = [Socket() for _ in range(3)]
    for socket in sockets:
        beat.add(socket)
        loop.pass_to(loop.now + PACE / 3)
    loop.pass_to(30)
    assert [socket.pings for socket in sockets] == [1, 0, 0]
    loop.pass_to(30 + 0.9 * PACE)
    assert [socket.pings for socket in sockets] == [1, 0, 0]
    loop.pass_to(30 + PACE)
    assert [socket.pings for socket in sockets] == [1, 1, 1]


def test_nobody_is_pinged_who_is_gone(loop: Loop) -> None:
    beat = Heartbeat(30.0)
    gone, leaving, closed, last = Socket(), Socket(), Socket(), Socket()
    leaver = Socket(lambda: beat.remove(leaving))
    for socket in (gone, leaver, leaving, closed, last):
        beat.add(socket)
    beat.remove(gone)
    closed.ws_connection = None
    loop.pass_to(30)
    assert (gone.pings, leaving.pings, closed.pings) == (0, 0, 0)
    assert (leaver.pings, last.pings) == (1, 1)
    beat.remove(leaver)
    beat.remove(last)
    assert not loop.due, "nothing is left to wake up for"
    loop.pass_to(1000)
    assert last.pings == 1


def test_no_interval_is_no_pings(loop: Loop) -> None:
    beat = Heartbeat(0.0)
    socket = Socket()
    beat.add(socket)
    assert not loop.due
    loop.pass_to(1000)
    assert socket.pings == 0


async def test_sockets_are_pinged(
    connect: Connect,
    jp_root_dir: Any,
    app: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heartbeat, "PACE", 0.01)
    services = app.services
    services.heartbeat._interval = 0.05  # noqa: SLF001
    (jp_root_dir / "notes.txt").write_text("hello\n")
    client = await connect("notes.txt")
    [handler] = services.heartbeat._due  # noqa: SLF001
    pong = handler.last_pong
    await until(lambda: handler.last_pong > pong)
    assert handler.ping_callback is None
    await client.close()
    await until(lambda: not services.heartbeat._due)  # noqa: SLF001
