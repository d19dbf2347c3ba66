"""How others see the person who asks, and what to do when that has changed."""

from __future__ import annotations

import json

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..room import events as ev
from ..room.people.colours import PALETTE
from .admission import AUTH_RESOURCE
from .handlers import ServiceHandler, known_of

IDENTITY_PATTERN = r"/api/collaboration/identity"


class IdentityHandler(ServiceHandler):
    """``/api/collaboration/identity``: the name, the initials and the colour of who asks.

    ``GET`` tells them, with the colours that one may choose from. ``PUT`` takes them anew from
    the identity provider, where ``PATCH /api/me`` changes them, and tells everybody.
    """

    @web.authenticated
    @authorized("read", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    def get(self) -> None:
        user = self._services.people.describe(known_of(self.current_user))
        self.finish(json.dumps({"user": user, "colors": PALETTE}))

    @web.authenticated
    @authorized("read", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    def put(self) -> None:
        user = self._services.people.describe(known_of(self.current_user))
        event = ev.Identified(self.current_user.username, user)
        for actor in (self._services.lobby, *self._services.rooms):
            actor.post(event)
        self.finish(json.dumps({"user": user, "colors": PALETTE}))
