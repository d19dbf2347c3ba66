"""The one place that every request passes: the site's users go on, holders as the rules say.

The identity provider of the site is asked first, whichever it is, and only where it knows
nobody the links count. Its class stays as it is, and so do the authorizer's and the page
configuration hook's: what is set here are members of this server's instances.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, assert_never

from jupyter_server.auth import Authorizer, User
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_escape, url_path_join
from tornado import web
from tornado.httputil import url_concat
from tornado.websocket import WebSocketHandler

from ..errors import LinkEnded, NotNow
from .holders import Holder
from .pages import own as pages
from .pages.adjust import adjust
from .pages.pageconfig import GuestPageConfig
from .rules import judge
from .shares import Shares
from .sockets import Sockets
from .users import LinkUser, clear_cookie, read_cookie
from .verdicts import Ask, AsNobody, Ended, Moved, Pass, Refuse, Reply

PASSED = "_jupyter_collab_passed"
"""Set on a handler that the rules let answer a holder."""

NOT_FOR_PICTURES = {"nbgitpuller.handlers.SyncHandler": "text/event-stream"}
"""Handlers that do something as soon as they are asked, and the kind of answer that their own pages
want: this one puts whatever files the address names among those of the person who looks."""


class Guard:
    """An authorizer: the second line for holders, and for everybody else the site's own."""

    def __init__(self, inner: Authorizer) -> None:
        self.inner = inner

    def is_authorized(
        self, handler: Any, user: User, action: str, resource: str
    ) -> Awaitable[bool] | bool:
        if isinstance(user, LinkUser):
            # Documents are written by their own sockets, which ask the links.
            return action != "write" and getattr(handler, PASSED, False)
        return self.inner.is_authorized(handler, user, action, resource)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Gate:
    """Wraps what the server's ``settings`` have, and answers holders.

    ``owner`` is set on a JupyterHub, to the name of the user whose server this is;
    ``describe`` is what the page of everybody is told of sharing. ``before`` is awaited before
    those are answered who may be.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        shares: Shares,
        sockets: Sockets,
        *,
        owner: str | None,
        describe: Callable[[], dict[str, Any]],
        before: Callable[[JupyterHandler, User], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._shares = shares
        self._sockets = sockets
        self._owner = owner
        self._describe = describe
        self._before = before

    # --- hooks

    def install(self) -> None:
        """Wrap what is not wrapped; other extensions may have come between. Idempotent."""
        self._wrap_identity_provider()
        if not isinstance(self._settings.get("authorizer"), Guard):
            self._settings["authorizer"] = Guard(self._settings["authorizer"])
        hook = self._settings.get("page_config_hook")
        if not isinstance(hook, GuestPageConfig):
            self._settings["page_config_hook"] = GuestPageConfig(hook, self._describe)

    def _wrap_identity_provider(self) -> None:
        provider = self._settings["identity_provider"]
        if "get_user" in vars(provider) and hasattr(provider.get_user, PASSED):
            return
        inner_user, inner_clear = provider.get_user, provider.clear_login_cookie

        async def get_user(handler: JupyterHandler) -> User | None:
            user = inner_user(handler)
            admitted = await self.let_in(handler, await user if isawaitable(user) else user)
            if admitted is not None:
                _require_no_picture(handler)
                await self._before(handler, admitted)
            return admitted

        def clear_login_cookie(handler: JupyterHandler) -> None:
            # Who is not known yet has a cookie that has expired.
            if hasattr(handler, "_jupyter_current_user") and _is_loaded_by_a_page(handler):
                raise web.HTTPError(403, "Only who goes to this page is logged out")
            user = getattr(handler, "_jupyter_current_user", None)
            if user is not None:
                self._sockets.log_out(user.username, login_of(handler))
            inner_clear(handler)

        setattr(get_user, PASSED, True)
        # A plain member of the instance, for it is no trait of the provider.
        provider.get_user = get_user
        provider.clear_login_cookie = clear_login_cookie

    # --- requests

    async def let_in(self, handler: JupyterHandler, user: User | None) -> User | None:
        """Whom ``handler`` shall answer, where the site says that it is ``user``.

        Raises ``web.Finish`` where the request has been answered.
        """
        holder = self.holder(handler, user)
        if holder is None:
            return user
        self.install()
        try:
            active, ended = await self._shares.held(holder.links)
        except NotNow as error:
            if _is_public(handler) and not holder.named:
                return None  # those whom a Hub knows would be sent there, and back, without end
            raise _not_now(handler, error) from error
        ask = Ask(
            method=handler.request.method or "",
            args=tuple(arg or "" for arg in handler.path_args),
            named_args=handler.path_kwargs,
            body=handler.request.body,
            links=tuple(active),
            ended=tuple(ended),
        )
        verdict = judge(type(handler), ask)
        if isinstance(verdict, Pass):
            return self._pass(handler, LinkUser.of(holder, user, active), verdict)
        if isinstance(verdict, AsNobody):
            self._as_nobody(handler, holder, verdict)
            return None
        raise self._answer_for(handler, holder, verdict)

    def _pass(self, handler: JupyterHandler, user: LinkUser, verdict: Pass) -> User:
        setattr(handler, PASSED, True)
        adjust(handler, verdict.adjustment, user, self._sockets)
        return user

    def _as_nobody(self, handler: JupyterHandler, holder: Holder, verdict: AsNobody) -> None:
        if verdict.leaves and not _is_loaded_by_a_page(handler):
            clear_cookie(handler)
            self._sockets.log_out(holder.username, None)
        if holder.named and not _is_public(handler):
            # The Hub would send them back here without end.
            raise _refuse(handler, log_in=False)

    def _answer_for(
        self, handler: JupyterHandler, holder: Holder, verdict: Reply | Moved | Ended | Refuse
    ) -> web.Finish:
        match verdict:
            case Reply(body, status, kind):
                return _answer(handler, status, body, kind)
            case Moved(path):
                in_lab = handler.path_kwargs.get("mode") == "doc"
                handler.set_header("Location", page_of(self._settings, path, in_lab))
                return _answer(handler, 302, "", "text/plain")
            case Ended(link):
                state = link.state(self._shares.now)
                if isinstance(handler, APIHandler):
                    error = LinkEnded(state)
                    told = {"message": str(error), "reason": error.reason}
                    return _answer(handler, 403, json.dumps(told))
                return _answer(handler, 403, pages.pages_for(handler).ended(state), "text/html")
            case Refuse():
                return _refuse(handler, log_in=not holder.named)
            case never:
                assert_never(never)

    def holder(self, handler: JupyterHandler, user: User | None) -> Holder | None:
        """Who asks, if that is somebody for whom only links count."""
        policy = self._shares.policy
        if isinstance(user, LinkUser):
            return None  # asked again for the same request
        if user is None:
            cookie = read_cookie(handler) if policy.guests and policy.any_document_links else None
            return cookie if cookie is not None and not cookie.named and cookie.links else None
        if not policy.named_only or self._owner is None or user.username == self._owner:
            return None
        cookie = read_cookie(handler)
        mine = cookie is not None and cookie.named and cookie.username == user.username
        links = cookie.links if cookie is not None and mine else ()
        return Holder(user.username, user.display_name or user.name, links, named=True)


def page_of(settings: dict[str, Any], path: str, lab: bool) -> str:
    """The address of the page with a single document: JupyterLab's, or that of Notebook 7."""
    in_notebook = "notebooks" if path.endswith(".ipynb") else "edit"
    place = "doc/tree" if lab else in_notebook
    return url_path_join(settings.get("base_url", "/"), place, url_escape(path))


def login_of(handler: JupyterHandler) -> str | None:
    """What the browser shows to be this login and not another one of the same user."""
    return handler.get_cookie(handler.identity_provider.get_cookie_name(handler))


def _require_no_picture(handler: JupyterHandler) -> None:
    kind = NOT_FOR_PICTURES.get(f"{type(handler).__module__}.{type(handler).__qualname__}")
    if kind is not None and _is_loaded_by_a_page(handler, kind):
        raise _answer(handler, 403, "No page may load this as a picture", "text/plain")


def _is_loaded_by_a_page(handler: JupyterHandler, kind: str = "text/html") -> bool:
    """Whether nobody has gone there, or asked for ``kind``: guests may have written Markdown with a
    picture that lies where people log out."""
    headers = handler.request.headers
    # Browsers leave it out where a server is reached by http from another computer.
    wanted = headers.get("Sec-Fetch-Dest")
    if wanted is not None:
        return wanted in ("audio", "embed", "image", "object", "track", "video")
    return kind not in headers.get("Accept", kind)


def _is_public(handler: JupyterHandler) -> bool:
    method = getattr(handler, (handler.request.method or "").lower(), None)
    return bool(getattr(method, "__allow_unauthenticated", False))


def _answer(
    handler: JupyterHandler, status: int, body: str, kind: str = "application/json"
) -> web.Finish:
    """Answer in the handler's place, whatever its ``finish`` is, and with nothing left to do."""
    handler.current_user = handler._jupyter_current_user = None  # noqa: SLF001 - as in prepare
    handler.set_status(status)
    handler.set_header("Cache-Control", "no-store")
    if kind == "text/html":
        pages.harden(handler)
    if status != 204:
        handler.set_header("Content-Type", f"{kind}; charset=UTF-8")
    web.RequestHandler.finish(handler, None if status == 204 else body)
    return web.Finish()


def _not_now(handler: JupyterHandler, error: NotNow) -> web.Finish:
    if isinstance(handler, APIHandler | WebSocketHandler):
        message = json.dumps({"message": str(error), "reason": error.reason})
        return _answer(handler, 503, message)
    return _answer(handler, 503, pages.pages_for(handler).not_now(), "text/html")


def _refuse(handler: JupyterHandler, *, log_in: bool) -> web.Finish:
    if isinstance(handler, APIHandler | WebSocketHandler):
        message = "The link by which you are here does not open this"
        return _answer(handler, 403, json.dumps({"message": message, "reason": "not-allowed"}))
    url = _login_url(handler) if log_in else None
    return _answer(handler, 403, pages.pages_for(handler).refused(url), "text/html")


def _login_url(handler: JupyterHandler) -> str | None:
    """Where those log in who may have this page, and have opened a link before. A server of a
    JupyterHub has no address that leads there, and the Hub leads people here."""
    try:
        url = handler.get_login_url()
    except web.HTTPError:
        return None  # nobody sees pages of this handler
    return url if "?" in url else url_concat(url, {"next": handler.request.uri or ""})
