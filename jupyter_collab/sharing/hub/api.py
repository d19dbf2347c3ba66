"""Asks a JupyterHub about the shares of this server, in the name of who asks us.

The token is that of the visitor's own login, so that the Hub decides what they may do; the
server's token is in the environment of every kernel, and should not have the right to share.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.httputil import url_concat

from ...errors import HubForbids, HubSilent, NoSuchShare
from .place import HubPlace

SHORTEST_CODE = 60
LONGEST_CODE = 365 * 86400
"""Seconds that the Hub lets a share code be valid."""

TIMEOUT = 10.0
"""Seconds that the Hub may take."""

PAGE = 200
"""Entries of a list that are asked for at a time; the Hub's own bound."""


def hub_auth_of(handler: JupyterHandler) -> Any:
    """What logs people in with a JupyterHub, or ``None`` where something else does."""
    return getattr(handler.identity_provider, "hub_auth", None)


class HubApi:
    """Requests to the Hub of ``place`` with the login of whom ``handler`` answers.

    All raise :class:`~jupyter_collab.errors.HubForbids` where the Hub does not let that person,
    and :class:`~jupyter_collab.errors.HubSilent` where it gives no answer that can be used.
    """

    def __init__(self, place: HubPlace, handler: JupyterHandler) -> None:
        self._place = place
        self._auth = hub_auth_of(handler)
        token = self._auth.get_token(handler) if self._auth is not None else None
        if not token:
            raise HubForbids("Log in at the JupyterHub to share this server")
        self._token: str = token

    async def codes(self) -> list[dict[str, Any]]:
        """The share codes of this server that can be used."""
        return [_code(entry) for entry in await self._list("share-codes")]

    async def shares(self) -> list[dict[str, Any]]:
        """Who has access to this server by a share."""
        return [_share(entry) for entry in await self._list("shares")]

    async def create_code(self, expires_in: int) -> dict[str, Any]:
        """A new share code with the address at which it is accepted, told this once."""
        response = await self._ask("POST", "share-codes", {"expires_in": expires_in})
        code = _content(response)
        url = code.get("full_accept_url") or self._place.host + code["accept_url"]
        return {**_code(code), "url": url}

    async def revoke_code(self, id: str) -> None:
        """End a share code: who has accepted it keeps the access. Raises
        :class:`~jupyter_collab.errors.NoSuchShare`."""
        await self._ask("DELETE", "share-codes", id=id)

    async def revoke_share(self, kind: str, name: str) -> None:
        """Take the access to this server from the ``user`` or the ``group``."""
        await self._ask("PATCH", "shares", {kind: name})

    async def _list(self, kind: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        offset: int | None = 0
        while offset is not None:
            response = await self._ask("GET", kind, offset=str(offset), limit=str(PAGE))
            content = _content(response)
            entries += content["items"]
            following = content["_pagination"]["next"]
            offset = None if following is None else int(following["offset"])
        return entries

    async def _ask(self, method: str, kind: str, body: Any = None, **query: str) -> HTTPResponse:
        request = HTTPRequest(
            url_concat(self._place.endpoint(kind), query),
            method=method,
            headers={
                "Authorization": f"token {self._token}",
                "Accept": "application/jupyterhub-pagination+json",
            },
            body=None if body is None else json.dumps(body),
            request_timeout=TIMEOUT,
            follow_redirects=False,
            ca_certs=self._auth.client_ca or None,
            client_cert=self._auth.certfile or None,
            client_key=self._auth.keyfile or None,
        )
        try:
            response = await AsyncHTTPClient().fetch(request, raise_error=False)
        except (OSError, HTTPClientError) as error:
            raise HubSilent(f"The JupyterHub does not answer: {error}") from error
        _require_success(response, method)
        return response


def _require_success(response: HTTPResponse, method: str) -> None:
    if response.code < 300:
        return
    if response.code in (401, 403):
        raise HubForbids("The JupyterHub does not let you share this server")
    if response.code == 404 and method == "DELETE":
        raise NoSuchShare("The JupyterHub does not know this share code; it may have ended")
    if response.code == 404:
        raise HubSilent("The JupyterHub has no shares of servers; it has to be 5.0 or newer")
    raise HubSilent(f"The JupyterHub does not answer: {response.code} {response.reason}")


def _content(response: HTTPResponse) -> Any:
    try:
        return json.loads(response.body)
    except ValueError as error:
        raise HubSilent("The JupyterHub's answer cannot be read") from error


def _code(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": entry["id"],
        "created": _time(entry["created_at"]),
        "expires": _time(entry["expires_at"]),
        "used": entry["exchange_count"],
        "lastUsed": _time(entry["last_exchanged_at"]),
    }


def _share(entry: dict[str, Any]) -> dict[str, Any]:
    kind = entry["kind"]
    return {"kind": kind, "name": entry[kind]["name"], "created": _time(entry["created_at"])}


def _time(text: str | None) -> float | None:
    """Seconds since the epoch."""
    return None if text is None else datetime.fromisoformat(text).timestamp()
