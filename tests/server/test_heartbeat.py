"""Pings from one timer, however many sockets there are."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jupyter_collab.server import heartbeat
from jupyter_collab.server.heartbeat import Heartbeat

from .conftest import Connect


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


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "PACE", 0.01)


async def test_each_is_pinged_once_in_an_interval() -> None:
    beat = Heartbeat(0.1)
    first, second = Socket(), Socket()
    beat.add(first)
    await asyncio.sleep(0.05)
    beat.add(second)
    await asyncio.sleep(0.08)
    assert (first.pings, second.pings) == (1, 0)
    await asyncio.sleep(0.05)
    assert second.pings == 1
    beat.remove(first)
    beat.remove(second)


async def test_nobody_is_pinged_who_is_gone() -> None:
    beat = Heartbeat(0.02)
    gone, leaving, closed, last = Socket(), Socket(), Socket(), Socket()
    leaver = Socket(lambda: beat.remove(leaving))
    for socket in (gone, leaver, leaving, closed, last):
        beat.add(socket)
    beat.remove(gone)
    closed.ws_connection = None
    await asyncio.sleep(0.1)
    assert (gone.pings, leaving.pings, closed.pings) == (0, 0, 0)
    assert leaver.pings > 0
    assert last.pings > 0
    beat.remove(leaver)
    beat.remove(last)
    before = last.pings
    await asyncio.sleep(0.05)
    assert last.pings == before


async def test_no_interval_is_no_pings() -> None:
    beat = Heartbeat(0.0)
    socket = Socket()
    beat.add(socket)
    await asyncio.sleep(0.05)
    assert socket.pings == 0


async def test_sockets_are_pinged(
    connect: Connect, jp_root_dir: Any, jp_serverapp: Any, eventually: Any
) -> None:
    services = jp_serverapp.web_app.settings["jupyter_server_ydoc"].services
    services.heartbeat._interval = 0.05  # noqa: SLF001
    (jp_root_dir / "notes.txt").write_text("hello\n")
    client = await connect("notes.txt")
    [handler] = services.heartbeat._due  # noqa: SLF001
    pong = handler.last_pong
    await eventually(lambda: handler.last_pong > pong)
    assert handler.ping_callback is None
    await client.close()
    await eventually(lambda: not services.heartbeat._due)  # noqa: SLF001
