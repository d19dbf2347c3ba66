"""Asks again, from time to time, whether those who have documents open may still do so.

Links need no asking: the server knows at once when they end. What a site's authorizer or a
JupyterHub would say now is known only by asking.
"""

from __future__ import annotations

import asyncio
from inspect import isawaitable
from logging import Logger
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import ensure_async
from tornado import web
from tornado.httpclient import HTTPClientError

from ..errors import NotGranted, RightsChanged
from ..server.admission import AUTH_RESOURCE, site_grant
from .hub.api import hub_auth_of
from .sockets import Open, Sockets
from .users import LinkUser

WITHDRAWN = "You may not open documents on this server any more"


class Recheck:
    """``interval`` in seconds; with 0 nobody is asked."""

    def __init__(self, sockets: Sockets, interval: float, log: Logger) -> None:
        self._sockets = sockets
        self._interval = interval
        self._log = log
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, if not begun. To be called in the event loop."""
        if self._task is None and self._interval > 0:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            await self.ask()

    async def ask(self) -> None:
        """Ask for everybody now, for each login once."""
        known: dict[str, bool | None] = {}
        for opened in self._sockets:
            if opened.handler is None:
                continue
            try:
                await self._ask_for(opened, opened.handler, known)
            except Exception:  # noqa: BLE001 - who cannot be asked about stays; it is tried again
                self._log.warning(
                    "Could not ask whether %s may still open documents",
                    opened.username,
                    exc_info=True,
                )

    async def _ask_for(
        self, opened: Open, handler: JupyterHandler, known: dict[str, bool | None]
    ) -> None:
        admitted = await self._hub_admits(opened, handler, known)
        if admitted is None:
            return
        if not admitted:
            opened.expel(NotGranted(WITHDRAWN))
            return
        user = handler.current_user
        if isinstance(user, LinkUser):
            return
        authorizer: Any = handler.authorizer
        if not await ensure_async(authorizer.is_authorized(handler, user, "read", AUTH_RESOURCE)):
            opened.expel(NotGranted(WITHDRAWN))
        elif (await site_grant(handler)).access != opened.access:
            opened.expel(RightsChanged("Your rights have changed; the document is opened again"))

    async def _hub_admits(
        self, opened: Open, handler: JupyterHandler, known: dict[str, bool | None]
    ) -> bool | None:
        """Whether a JupyterHub still knows this login, and lets its user access this server.

        True for those who did not log in at one, ``None`` where it gives no answer.
        """
        hub = hub_auth_of(handler)
        token = hub.get_token(handler) if hub is not None else None
        if not token:
            return True
        if token not in known:
            try:
                known[token] = await _admits(hub, token)
            except (OSError, web.HTTPError, HTTPClientError) as error:
                known[token] = None
                self._log.warning(
                    "The JupyterHub does not say whether %s may still open documents: %s",
                    opened.username,
                    error,
                )
        return known[token]


async def _admits(hub: Any, token: str) -> bool:
    model = hub.user_for_token(token, use_cache=False, sync=False)
    model = await model if isawaitable(model) else model
    return model is not None and bool(hub.check_scopes(hub.access_scopes, model))
