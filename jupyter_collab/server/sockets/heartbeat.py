"""Signs of life for all sockets, from one timer.

Jupyter has a timer for each socket. A thousand that are idle would wake the server all the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from jupyter_server.base.websocket import WS_PING_INTERVAL

PACE = 1.0
"""Seconds between two turns, in each of which all that are due are pinged."""


class Pinged(Protocol):
    """A WebSocket handler of Jupyter's."""

    ws_connection: Any

    def send_ping(self) -> None:
        """Ping the other side, or close the socket if it did not answer the last ones."""


class Heartbeat:
    """Pings each of its sockets every ``interval`` seconds; never if that is nought."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._due: dict[Pinged, float] = {}  # in the order in which they are due
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Heartbeat:
        """As a Jupyter server with these settings has its sockets pinged, in milliseconds."""
        return cls(settings.get("ws_ping_interval", WS_PING_INTERVAL) / 1000)

    def add(self, socket: Pinged) -> None:
        """Ping ``socket`` until :meth:`remove`."""
        if self._interval <= 0:
            return
        self._due[socket] = asyncio.get_running_loop().time() + self._interval
        self._set_timer()

    def remove(self, socket: Pinged) -> None:
        """Idempotent."""
        self._due.pop(socket, None)
        if not self._due and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self) -> None:
        if self._timer is None and self._due:
            loop = asyncio.get_running_loop()
            first = next(iter(self._due.values()))
            self._timer = loop.call_at(max(first, loop.time() + PACE), self._turn)

    def _turn(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for socket, at in list(self._due.items()):
            if at > now:
                break
            still_there = self._due.pop(socket, None) is not None
            if still_there and socket.ws_connection is not None:
                self._due[socket] = now + self._interval
                socket.send_ping()
        self._set_timer()
