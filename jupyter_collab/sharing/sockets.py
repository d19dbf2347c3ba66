"""The open connections: who is in now, and out at once when what let them in has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from jupyter_server.base.handlers import JupyterHandler

from ..errors import CollabError, LinkEnded, NotGranted, TooMuch
from ..protocol.identity import GLOBAL_AWARENESS, Access
from ..server.admission import Grant, Socket
from ..server.sockets.allowance import Bucket, Rate
from .shares import Shares

LOOK_SECONDS = 0.5
"""How often it is looked whether links have ended, while somebody is in by one."""

MAX_SOCKETS_PER_HOLDER = 16
MAX_SOCKETS_PER_LINK = 200

OPENINGS = Rate(per_second=5, burst=400)
"""How often a link may be opened: by all who have it, after the server was started again."""


@dataclass(frozen=True, slots=True)
class Open:
    """A connection of somebody; ``expel`` ends it.

    ``handler`` is asked for again what its user may do, where there is one; ``access`` is what
    they were granted.
    """

    username: str
    name: str
    room: str
    link: str | None
    login: str | None
    since: float
    expel: Callable[[CollabError], None]
    access: Access = "view"
    handler: JupyterHandler | None = None


class Sockets:
    """Knows every open connection, and ends those of links that have ended."""

    def __init__(self, shares: Shares) -> None:
        self._shares = shares
        self._open: dict[object, Open] = {}
        self._opened: dict[str, Bucket] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.on_open: Callable[[], None] = lambda: None
        shares.on_ended = self.look

    def add(self, key: object, opened: Open) -> None:
        self._open[key] = opened
        self.on_open()
        if opened.link is not None:
            self._look_later()

    def enter(self, socket: Socket, room: str, grant: Grant, login: str | None) -> None:
        user = socket.current_user
        name = user.display_name or user.name or user.username
        opened = Open(
            user.username,
            name,
            room,
            grant.link,
            login,
            self._shares.now,
            socket.expel,
            grant.access,
            socket if isinstance(socket, JupyterHandler) else None,
        )
        self.add(socket, opened)

    def __iter__(self) -> Iterator[Open]:
        return iter(list(self._open.values()))

    def remove(self, key: object) -> None:
        self._open.pop(key, None)

    def require_place(self, username: str, link: str) -> None:
        """Raise :class:`~jupyter_collab.errors.TooMuch` where no more connections may come."""
        opened = list(self._open.values())
        if sum(o.username == username for o in opened) >= MAX_SOCKETS_PER_HOLDER:
            raise TooMuch(
                f"You have {MAX_SOCKETS_PER_HOLDER} connections open already; close other windows"
            )
        if sum(o.link == link for o in opened) >= MAX_SOCKETS_PER_LINK:
            raise TooMuch(
                f"{MAX_SOCKETS_PER_LINK} people have opened this link already; try again later"
            )
        now = self._shares.now
        if not self._opened.setdefault(link, Bucket(OPENINGS, now)).take(1, now):
            raise TooMuch("This link is opened too often at the moment; try again in a minute")

    def people(self, link: str) -> list[dict[str, Any]]:
        """Who has the document open by ``link``: each person once, the first one first."""
        found: dict[str, dict[str, Any]] = {}
        for o in self._open.values():
            if o.link == link and o.room != GLOBAL_AWARENESS and o.username not in found:
                found[o.username] = {"username": o.username, "name": o.name, "since": o.since}
        return list(found.values())

    def renamed(self, username: str, name: str) -> None:
        for key, o in self._open.items():
            if o.username == username:
                self._open[key] = replace(o, name=name)

    def log_out(self, username: str, login: str | None) -> None:
        """End what was opened with this login: the same person may have others."""
        error = NotGranted("You have logged out")
        for o in list(self._open.values()):
            if o.username == username and (o.login == login or None in (o.login, login)):
                o.expel(error)

    def look(self) -> None:
        """End the connections of links that have ended."""
        states = {o.link: self._shares.state(o.link) for o in self if o.link is not None}
        for o in self:
            if o.link is not None and states[o.link] != "active":
                o.expel(LinkEnded(states[o.link]))

    def _look_later(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(LOOK_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        try:
            self.look()
        finally:
            if any(o.link is not None for o in self._open.values()):
                self._look_later()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
