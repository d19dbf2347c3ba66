"""What the dialog has to know of the server to say what a link will give."""

from __future__ import annotations

from typing import Any

from jupyter_server.serverapp import ServerApp

from .hub.place import HubPlace
from .policy import SHORTEST, SharePolicy
from .users import lets_strangers_in

LOOPBACK = ("localhost", "::1")


class Site:
    """The server as seen from outside: how one logs in, who can reach it, and where it is if it
    is a JupyterHub's."""

    def __init__(self, serverapp: ServerApp, policy: SharePolicy, place: HubPlace | None) -> None:
        self._serverapp = serverapp
        self._policy = policy
        self._place = place

    def describe(self) -> dict[str, Any]:
        """What every page is told: which links there are."""
        policy = self._policy
        return {
            "documentLinks": policy.any_document_links,
            "serverLinks": policy.server_links,
            "roles": list(policy.roles),
            "longest": policy.longest,
            "shortest": SHORTEST,
            "guests": policy.guests,
            "namedOnly": policy.named_only,
        }

    def model(self, user: Any, *, proxied: bool) -> dict[str, Any]:
        """All that the dialog needs, for a user who may see the server's token."""
        return {
            **self.describe(),
            "server": {
                "login": self._login(),
                "token": self._token() if self._policy.server_links else None,
                "local": not proxied and self._is_local(),
                "baseUrl": self._serverapp.base_url,
            },
            "hub": self._hub(user),
        }

    def _login(self) -> str:
        """How one logs in: ``hub``, ``token``, ``password``, ``none`` or ``other``."""
        provider = self._serverapp.identity_provider
        if self._place is not None:
            return "hub"
        if provider.token:
            return "token"
        if lets_strangers_in(provider):
            return "none"
        return "password" if getattr(provider, "hashed_password", "") else "other"

    def _token(self) -> str | None:
        return self._serverapp.identity_provider.token if self._login() == "token" else None

    def _is_local(self) -> bool:
        """Whether only this computer can reach the server."""
        ip = self._serverapp.ip
        return bool(self._serverapp.sock) or ip in LOOPBACK or ip.startswith("127.")

    def _hub(self, user: Any) -> dict[str, Any] | None:
        place = self._place
        if place is None:
            return None
        known = getattr(user, "hub_user", None)
        scopes = known.get("scopes", []) if isinstance(known, dict) else []
        return {
            "owner": place.owner,
            "server": place.server,
            "user": user.username,
            "isOwner": user.username == place.owner,
            "host": place.host,
            "prefix": place.prefix,
            "canShare": self._policy.hub_shares and place.may_share(scopes),
        }
