"""Who may do what in which room: the site's users as it says, holders as their links say."""

from __future__ import annotations

from jupyter_server.base.handlers import JupyterHandler

from ..errors import NotGranted
from ..protocol.identity import GLOBAL_AWARENESS
from ..server.admission import Grant, Socket, site_grant
from ..server.sockets.allowance import guest_frame
from .gate import login_of
from .shares import Shares
from .sockets import Sockets
from .users import LinkUser


class LinkAdmission:
    """See :class:`~jupyter_collab.server.admission.Admission`."""

    def __init__(self, shares: Shares, sockets: Sockets) -> None:
        self._shares = shares
        self._sockets = sockets

    async def admit(self, handler: JupyterHandler, room: str) -> Grant:
        user = handler.current_user
        if not isinstance(user, LinkUser):
            return await site_grant(handler)
        active, ended = await self._shares.held(user.holder.links)
        if room == GLOBAL_AWARENESS:
            if not active:
                raise NotGranted("Your links have ended")
            self._sockets.require_place(user.username, active[-1].id)
            return Grant("view", active[-1].id)
        # Of several links to one document the one that lets people do most.
        fitting = sorted(
            (link for link in (*ended, *active) if str(link.room) == room),
            key=lambda link: (link in active, link.role == "edit"),
        )
        if not fitting:
            raise NotGranted("Your link does not open this document")
        link = fitting[-1]
        self._shares.require(link, user.username)
        self._sockets.require_place(user.username, link.id)
        self._shares.used(link, user.username)
        return Grant(link.role, link.id)

    def max_frame(self, handler: JupyterHandler, usual: int) -> int:
        return guest_frame(usual) if isinstance(handler.current_user, LinkUser) else usual

    def entered(self, socket: Socket, room: str, grant: Grant) -> None:
        login = login_of(socket) if isinstance(socket, JupyterHandler) else None
        self._sockets.enter(socket, room, grant, login)

    def left(self, socket: Socket) -> None:
        self._sockets.remove(socket)
