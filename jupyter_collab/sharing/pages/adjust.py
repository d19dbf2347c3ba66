"""Handlers of others that answer a holder, with what a holder may see."""

from __future__ import annotations

import json
from typing import Any, assert_never

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ...errors import CollabError
from ...protocol.identity import GLOBAL_AWARENESS
from ...room.people.presence import IDENTITY
from ..rules import OURS
from ..sockets import Open, Sockets
from ..users import LinkUser, write_cookie
from ..verdicts import Adjustment

NOWHERE = "/dev/null/no-settings"
"""A folder that cannot be there: the settings in it are the defaults."""


def adjust(handler: Any, adjustment: Adjustment | None, user: LinkUser, sockets: Sockets) -> None:
    """Change this one handler, which answers one request."""
    _mask_templates(handler)
    if type(handler).__module__.partition(".")[0] != OURS:
        _say_no_more_than_the_status(handler)
    match adjustment:
        case None:
            pass
        case "default-settings":
            handler.settings_dir = NOWHERE
        case "translations":
            handler.settings_dir = NOWHERE
            _leave_out_the_message(handler)
        case "page":
            _keep_private(handler)
        case "identity":
            _answer_identity(handler, user, sockets)
        case "mute":
            _mute(handler, user, sockets)
        case _:
            assert_never(adjustment)


def _say_no_more_than_the_status(handler: Any) -> None:
    """What others say of an error is for those whose server it is: it names files on disk."""
    inner = handler.write_error

    def write_error(status_code: int, **_: Any) -> None:
        handler.set_status(status_code)  # with no reason but the usual one
        inner(status_code)

    handler.write_error = write_error


def _leave_out_the_message(handler: Any) -> None:
    """It may be a traceback, of a language pack that is broken."""
    inner = handler.finish

    def finish(text: str | None = None) -> Any:
        return inner(text and json.dumps({**json.loads(text), "message": ""}))

    handler.finish = finish


class _Masked:
    """A template that is told no token."""

    def __init__(self, template: Any) -> None:
        self._template = template

    def render(self, **names: Any) -> str:
        text: str = self._template.render(**{**names, "token": "", "token_available": False})
        return text

    def __getattr__(self, name: str) -> Any:
        return getattr(self._template, name)


def _mask_templates(handler: Any) -> None:
    """Any handler may answer with a page, be it that of an error, which has the server's token for
    all who are somebody."""
    get_template = handler.get_template
    handler.get_template = lambda name: _Masked(get_template(name))


def _keep_private(handler: Any) -> None:
    handler.set_header("Referrer-Policy", "no-referrer")
    handler.set_header("Cache-Control", "no-store")


def _answer_identity(handler: JupyterHandler, user: LinkUser, sockets: Sockets) -> None:
    """Who a holder is; guests may choose what comes after "Guest"."""
    fields = [] if user.holder.named else ["name", "display_name"]

    def model(of: LinkUser) -> dict[str, Any]:
        return {member: getattr(of, member) for member in IDENTITY}

    async def get() -> None:
        permissions = {"updatable_fields": fields}
        handler.finish(json.dumps({"identity": model(user), "permissions": permissions}))

    async def patch() -> None:
        body = handler.get_json_body()
        wanted = (body or {}).get("display_name") or (body or {}).get("name")
        if not fields or not isinstance(body, dict) or not isinstance(wanted, str):
            raise web.HTTPError(400, "A guest may change name and display_name, nothing else")
        if set(body) - set(fields):
            raise web.HTTPError(400, "A guest may change name and display_name, nothing else")
        renamed = LinkUser.of(user.holder.with_name(wanted))
        write_cookie(handler, renamed.holder)
        sockets.renamed(renamed.username, renamed.display_name)
        handler.finish(json.dumps({"status": "success", "identity": model(renamed)}))

    handler.get, handler.patch = get, patch


def _mute(handler: Any, user: LinkUser, sockets: Sockets) -> None:
    """A socket that is open, and on which nothing is said."""

    def expel(error: CollabError) -> None:
        handler.close(4403, str(error)[:100])

    def open_(*_: Any) -> None:
        link = user.links[-1].id  # of those that have not ended
        sockets.require_place(user.username, link)
        opened = Open(user.username, user.name, GLOBAL_AWARENESS, link, None, 0.0, expel)
        sockets.add(handler, opened)

    handler.open = open_
    handler.on_message = lambda message: None
    handler.on_close = lambda: sockets.remove(handler)
