"""The HTTP API of sharing; docs/protocol.md has it for authors of clients."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import ensure_async, url_escape, url_path_join
from tornado import web

from ..errors import (
    BadRoomId,
    FileError,
    FileMissing,
    LinkRefused,
    LinkUnknown,
    NotNow,
    TooMuch,
)
from ..protocol.identity import RoomId
from ..room.content.build import is_text
from ..server.admission import AUTH_RESOURCE
from .links import Link
from .policy import MAX_NAME
from .service import Sharing
from .shares import Wanted
from .users import LinkUser

SHARING_PATTERN = r"/api/collaboration/sharing"
LINKS_PATTERN = r"/api/collaboration/links"
LINK_PATTERN = r"/api/collaboration/links/([0-9a-f]+)"
GUEST_PATTERN = r"/api/collaboration/guest"
JOIN_PATH = "collab/join"
TOKEN_PARAMETER = "share_token"
"""The server's log leaves out parameters with such a name."""

NAMED_PARAMETER = "link"

EDITABLE = "edit links are for notebooks and text; other documents can be shared for viewing"


class SharingAPIHandler(APIHandler):
    auth_resource = AUTH_RESOURCE
    _sharing: Sharing

    def initialize(self, sharing: Callable[[], Sharing]) -> None:
        self._sharing = sharing()

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    @property
    def _name(self) -> str:
        name: str = self.current_user.username
        return name

    def _end(self, status: int, error: Exception, reason: str) -> None:
        self.set_status(status)
        self.finish(json.dumps({"message": str(error), "reason": reason}))


class SharingHandler(SharingAPIHandler):
    """``GET /api/collaboration/sharing[?path=...]``: what can be shared, how people get in, and
    the id of the file at ``path``."""

    @web.authenticated
    @authorized("write", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        proxied = any(header in self.request.headers for header in ("X-Forwarded-For", "Forwarded"))
        model = self._sharing.site.model(self.current_user, proxied=proxied)
        file = await self._file_id(self.get_query_argument("path", None))
        self.finish(json.dumps({**model, "file": file}))

    async def _file_id(self, path: str | None) -> str | None:
        """``None`` where a link can only have the path."""
        try:
            return None if path is None else (await self._sharing.files().file_id(path))[0]
        except FileError:
            return None


class LinksHandler(SharingAPIHandler):
    """``/api/collaboration/links``: the links that are active, and new ones."""

    @web.authenticated
    @authorized("write", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        try:
            links = await self._sharing.shares.standing()
        except NotNow as error:
            return self._end(503, error, error.reason)
        path = self.get_query_argument("path", None)
        if path is not None:
            here = path.strip("/")
            links = [link for link in links if link.path == here and not link.is_missing]
        self.finish(json.dumps({"links": [self._sharing.model(link) for link in links]}))
        return None

    @web.authenticated
    @authorized("write", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        try:
            link, secret = self._sharing.shares.create(await self._wanted(), self._name)
        except BadRoomId as error:
            return self._end(400, error, error.reason)
        except FileMissing as error:
            return self._end(404, error, error.reason)
        except (LinkRefused, FileError) as error:
            return self._end(403, error, error.reason)
        except TooMuch as error:
            return self._end(409, error, error.reason)
        except OSError as error:
            self.log.exception("Links to documents cannot be kept")
            text = f"The server cannot keep the link: {error.strerror or error}"
            return self._end(507, OSError(text), "not-kept")
        model = self._sharing.model(link)
        join = url_path_join(self.base_url, JOIN_PATH)
        urls = {"url": f"{join}?{TOKEN_PARAMETER}={url_escape(secret)}"}
        if self._sharing.shares.policy.named_only:
            urls |= await self._named_urls(link, f"{join}?{NAMED_PARAMETER}={link.id}")
        self.set_status(201)
        self.finish(json.dumps({**model, **urls}))
        return None

    async def _named_urls(self, link: Link, named: str) -> dict[str, str]:
        """Where people of a JupyterHub open the link, and where it lets them in first."""
        hub = self._sharing.hub
        accept = None if hub is None else await hub.way_to(self, link, named)
        return {"namedUrl": named} if accept is None else {"namedUrl": named, "acceptUrl": accept}

    async def _wanted(self) -> Wanted:
        """What the body asks for."""
        body = self.get_json_body()
        if not isinstance(body, dict) or not isinstance(body.get("path"), str):
            raise web.HTTPError(400, "The body has to be JSON with the members path and role")
        if body.get("role") not in ("view", "edit"):
            raise web.HTTPError(400, "role has to be view or edit")
        expires_in = body.get("expiresIn")
        if isinstance(expires_in, bool) or not isinstance(expires_in, int | float | None):
            raise web.HTTPError(400, "expiresIn has to be a number of seconds, or null")
        name = body.get("name", "")
        if not isinstance(name, str) or len(name) > MAX_NAME:
            raise web.HTTPError(400, f"name has to be a text of at most {MAX_NAME} characters")
        path = body["path"].strip("/")
        file_id, _ = await self._sharing.files().file_id(path)
        room = await self._room(body, path, file_id)
        if body["role"] == "edit" and room.type != "notebook" and not is_text(room.type):
            raise LinkRefused(f"{path}: {EDITABLE}")
        return Wanted(
            room.file_id, path, room.format, room.type, body["role"], expires_in, name.strip()
        )

    async def _room(self, body: dict[str, Any], path: str, file_id: str) -> RoomId:
        """The one form in which the link opens the document."""
        format, type = body.get("format"), body.get("type")
        if format is None and type is None:
            manager: Any = self.contents_manager
            model = await ensure_async(manager.get(path, content=False))
            is_notebook = model["type"] == "notebook"
            format, type = ("json", "notebook") if is_notebook else ("text", "file")
        return RoomId.parse(f"{format}:{type}:{file_id}")


class LinkHandler(SharingAPIHandler):
    """``DELETE /api/collaboration/links/{id}``: revokes it; its holders are out at once."""

    @web.authenticated
    @authorized("write", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    async def delete(self, id: str) -> None:
        try:
            link = self._sharing.shares.revoke(id, self._name)
        except LinkUnknown as error:
            return self._end(404, error, error.reason)
        except OSError as error:
            self.log.exception("A link to a document cannot be revoked")
            text = f"The link still works; the server cannot note its end: {error.strerror}"
            return self._end(507, OSError(text), "not-kept")
        if self._sharing.hub is not None:
            await self._sharing.hub.close_way_to(self, link)
        self.set_status(204)
        self.finish()
        return None


class GuestHandler(SharingAPIHandler):
    """``GET /api/collaboration/guest``: what the links of who asks are worth now."""

    @web.authenticated
    async def get(self) -> None:
        user = self.current_user
        if not isinstance(user, LinkUser):
            raise web.HTTPError(404, "You are no guest here")
        active, ended = await self._sharing.shares.held(user.holder.links)
        now = self._sharing.shares.now
        documents = [
            {
                "path": link.path,
                "role": link.role,
                "expires": link.expires,
                "state": link.state(now),
            }
            for link in (*active, *ended)
        ]
        self.finish(json.dumps({"name": user.display_name, "documents": documents}))
