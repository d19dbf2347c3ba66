"""The port to what decides who may do what in which room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import ensure_async

from ..errors import CollabError
from ..protocol.identity import Access

AUTH_RESOURCE = "contents"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a connection may do. A ``guest`` came by the link with the id ``link``, has nothing
    of this server but one document, and is alone in the room where everybody is present."""

    access: Access
    link: str | None = None

    @property
    def guest(self) -> bool:
        return self.link is not None


class Socket(Protocol):
    """An open connection, as its handler."""

    current_user: Any

    def expel(self, error: CollabError) -> None:
        """Say why, close, and hear nothing of it any more."""


class Admission(Protocol):
    """Asked once for each connection, and told of it as long as it is open."""

    async def admit(self, handler: JupyterHandler, room: str) -> Grant:
        """What the user of ``handler`` may do in ``room``; raises
        :class:`~jupyter_collab.errors.CollabError` where that is nothing."""

    def max_frame(self, handler: JupyterHandler, usual: int) -> int:
        """Bytes that the user of ``handler`` may send in one frame; ``usual`` for most."""

    def entered(self, socket: Socket, room: str, grant: Grant) -> None:
        """``socket`` is open from now on."""

    def left(self, socket: Socket) -> None:
        """``socket`` is not open any more. May be told of one that never entered."""


async def site_grant(handler: JupyterHandler) -> Grant:
    """What the authorizer of the site grants: it has let the user read already."""
    writes = await ensure_async(
        handler.authorizer.is_authorized(handler, handler.current_user, "write", AUTH_RESOURCE)
    )
    return Grant("edit" if writes else "view")
