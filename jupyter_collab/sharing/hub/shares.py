"""Shares of the whole server on a JupyterHub: what is done to them is told, and holds at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from logging import Logger
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.httputil import url_concat

from ...errors import HubForbids, HubSilent, NoSuchShare, NotNow
from ...server.telemetry import Telemetry
from ..links import Link
from ..shares import Shares
from .api import LONGEST_CODE, HubApi, hub_auth_of
from .place import HubPlace


class HubShares:
    """Of the server at ``place``. ``ask_again`` ends the connections of those whom the Hub does
    not let in any more."""

    def __init__(
        self,
        place: HubPlace,
        links: Shares,
        *,
        ask_again: Callable[[], Awaitable[None]],
        telemetry: Telemetry,
        log: Logger,
    ) -> None:
        self.place = place
        self._links = links
        self._ask_again = ask_again
        self._telemetry = telemetry
        self._log = log

    async def list(self, handler: JupyterHandler) -> dict[str, Any]:
        """The codes that can be used, and who has access. For errors see :class:`.HubApi`."""
        api = HubApi(self.place, handler)
        try:
            links = self._links.by_code()
        except NotNow:
            links = {}
        codes: list[dict[str, Any]] = []
        for code in await api.codes():
            link = links.get(code["id"])
            if link is None:
                codes.append({**code, "link": None})
            elif link.state(self._links.now) == "active":
                codes.append({**code, "link": link.id})
            elif not await self.close_way_to(handler, link):
                codes.append({**code, "link": None})
        return {"codes": codes, "shares": await api.shares()}

    async def create_code(self, handler: JupyterHandler, expires_in: int) -> dict[str, Any]:
        code = await HubApi(self.place, handler).create_code(expires_in)
        self._tell("created", handler, code=code["id"])
        return code

    async def way_to(self, handler: JupyterHandler, link: Link, path: str) -> str | None:
        """The address at which the Hub lets people in who then go on to ``path``, which is that
        of ``link``; ``None`` where the Hub makes no such code for who asks."""
        lasts = LONGEST_CODE if link.expires is None else int(link.expires - link.created)
        try:
            code = await self.create_code(handler, min(lasts, LONGEST_CODE))
        except HubForbids:
            return None  # a usual configuration; the dialog tells what would change it
        except HubSilent as error:
            self._log.warning("There is no share code for link %s: %s", link.id, error)
            return None
        self._links.lead_to(link, code["id"])
        return url_concat(code["url"], {"next": path})

    async def close_way_to(self, handler: JupyterHandler, link: Link) -> bool:
        """End the code that leads to a link which has ended, and opens nothing any more.

        False where that was not possible. It is not, either, where the code is that of another
        server of the same person, on the same files: the Hub knows it there only. It is tried
        again as the codes are listed.
        """
        if link.code is None:
            return True
        try:
            await self.revoke_code(handler, link.code)
        except NoSuchShare:
            return True
        except (HubForbids, HubSilent) as error:
            self._log.warning("The share code of link %s has not ended: %s", link.id, error)
            return False
        return True

    async def revoke_code(self, handler: JupyterHandler, id: str) -> None:
        """Raises :class:`~jupyter_collab.errors.NoSuchShare` too."""
        await HubApi(self.place, handler).revoke_code(id)
        self._tell("revoked", handler, code=id)

    async def revoke_share(self, handler: JupyterHandler, kind: str, name: str) -> None:
        """Who has a document open by this share is out when this returns."""
        await HubApi(self.place, handler).revoke_share(kind, name)
        self._tell("revoked", handler, share=f"{kind} {name}")
        _forget_answers(hub_auth_of(handler))
        await self._ask_again()

    def _tell(self, action: str, handler: JupyterHandler, **what: str) -> None:
        by = handler.current_user.username
        for kind, id in what.items():
            self._log.info("JupyterHub %s %s %s by %s", kind, id, action, by)
        self._telemetry.emit("sharing", {"action": action, "by": by, **what})


def _forget_answers(auth: Any) -> None:
    """The Hub's answers are kept for minutes, and would go on letting people in."""
    auth.cache = type(auth.cache)(auth.cache_max_age)
