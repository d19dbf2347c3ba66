"""The HTTP API of shares of a JupyterHub; docs/protocol.md has it for authors of clients."""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from ...errors import HubForbids, HubSilent, NoSuchShare
from ...server.admission import AUTH_RESOURCE
from ..handlers import SharingAPIHandler
from .api import LONGEST_CODE, SHORTEST_CODE
from .shares import HubShares

HUB_SHARES_PATTERN = r"/api/collaboration/hub/shares"
HUB_SHARE_PATTERN = r"/api/collaboration/hub/shares/(user|group)/([^/]+)"
HUB_CODES_PATTERN = r"/api/collaboration/hub/codes"
HUB_CODE_PATTERN = r"/api/collaboration/hub/codes/(sc_[0-9]+)"

STATUS: dict[type[Exception], int] = {HubForbids: 403, NoSuchShare: 404, HubSilent: 502}


class HubHandler(SharingAPIHandler):
    """The Hub's errors become ours."""

    @property
    def _shares(self) -> HubShares:
        shares = self._sharing.hub
        if shares is None:
            raise web.HTTPError(404, "This server does not belong to a JupyterHub")
        if not self._sharing.shares.policy.hub_shares:
            raise web.HTTPError(403, "Links to the whole server are switched off on this server")
        return shares

    def _refuse(self, error: HubForbids | NoSuchShare | HubSilent) -> None:
        self._end(STATUS[type(error)], error, error.reason)


class HubSharesHandler(HubHandler):
    """``GET``: the share codes, and who has access."""

    @web.authenticated
    @authorized("write", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        try:
            self.finish(json.dumps(await self._shares.list(self)))
        except (HubForbids, HubSilent) as error:
            self._refuse(error)


class HubShareHandler(HubHandler):
    """``DELETE``: takes the access from a user or a group."""

    @web.authenticated
    @authorized("write", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    async def delete(self, kind: str, name: str) -> None:
        try:
            await self._shares.revoke_share(self, kind, name)
        except (HubForbids, HubSilent) as error:
            return self._refuse(error)
        self.set_status(204)
        self.finish()
        return None


class HubCodesHandler(HubHandler):
    """``POST``: a new share code."""

    @web.authenticated
    @authorized("write", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        shares, expires_in = self._shares, self._expires_in()
        try:
            code = await shares.create_code(self, expires_in)
        except (HubForbids, HubSilent) as error:
            return self._refuse(error)
        self.set_status(201)
        self.finish(json.dumps(code))
        return None

    def _expires_in(self) -> int:
        body = self.get_json_body()
        seconds: Any = body.get("expiresIn") if isinstance(body, dict) else None
        whole = isinstance(seconds, int) and not isinstance(seconds, bool)
        if not whole or not SHORTEST_CODE <= seconds <= LONGEST_CODE:
            raise web.HTTPError(
                400,
                f"expiresIn has to be a whole number of seconds from {SHORTEST_CODE} to "
                f"{LONGEST_CODE}",
            )
        return int(seconds)


class HubCodeHandler(HubHandler):
    """``DELETE``: ends a share code."""

    @web.authenticated
    @authorized("write", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    async def delete(self, id: str) -> None:
        try:
            await self._shares.revoke_code(self, id)
        except (HubForbids, HubSilent, NoSuchShare) as error:
            return self._refuse(error)
        self.set_status(204)
        self.finish()
        return None
