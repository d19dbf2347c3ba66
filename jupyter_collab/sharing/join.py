"""Where a link leads: it lets its holder in, and goes on to the document."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.utils import get_anonymous_username
from jupyter_server.utils import ensure_async

from ..errors import LinkEnded, LinkUnknown, NotNow
from .gate import page_of
from .handlers import JOIN_PATH, NAMED_PARAMETER, TOKEN_PARAMETER
from .holders import Holder
from .links import Link
from .pages import own as pages
from .secretive import SecretAddressHandler
from .service import Sharing
from .users import LinkUser, read_cookie, write_cookie

JOIN_PATTERN = f"/{JOIN_PATH}"


class JoinHandler(SecretAddressHandler):
    """``GET /collab/join?share_token=...``, or ``?link=...`` for those whom the site knows.

    The secret ends here: what the browser keeps is a cookie with the ids of links, which is
    signed and which scripts cannot read, and the address that it goes on to has no secret.
    """

    _sharing: Sharing

    def initialize(self, sharing: Callable[[], Sharing]) -> None:
        self._sharing = sharing()

    @allow_unauthenticated
    async def get(self) -> None:
        pages.harden(self)
        if self._has_to_log_in():
            self.redirect(self.get_login_url())  # the Hub's, which leads back here
            return
        try:
            link = await self._open()
        except LinkUnknown:
            self._say(404, self._pages.unknown())
        except LinkEnded as error:
            self._say(410, self._pages.ended(error.state))
        except NotNow:
            self._say(503, self._pages.not_now())
        else:
            if link is None:
                return
            if await self._is_there(link.path):
                self.redirect(page_of(self.settings, link.path, self._has_lab()))
            else:
                self._say(404, self._pages.away())

    def _has_to_log_in(self) -> bool:
        """Whether the Hub has to say first who this is. By an id nobody else gets in, also where
        guests do by the secret."""
        policy = self._sharing.shares.policy
        if not policy.named_only or self._is_known():
            return False
        has_secret = self.get_query_argument(TOKEN_PARAMETER, None) is not None
        has_id = self.get_query_argument(NAMED_PARAMETER, None) is not None
        return (has_id and not has_secret) or (self.current_user is None and not policy.guests)

    def _is_known(self) -> bool:
        """Whether the site knows by name who this is."""
        user = self.current_user
        return user is not None and (not isinstance(user, LinkUser) or user.holder.named)

    async def _open(self) -> Link | None:
        """The link, whose holder has it from now on; ``None`` where that was refused."""
        sharing, user = self._sharing, self.current_user
        holder: Holder | None = None
        if isinstance(user, LinkUser):
            holder = user.holder
        elif user is None:
            holder = read_cookie(self)
            if holder is None or holder.named:
                holder = Holder(f"guest-{secrets.token_hex(8)}", get_anonymous_username(), ())
        policy = sharing.shares.policy
        if not policy.any_document_links or (user is None and not policy.guests):
            self._say(403, self._pages.switched_off(log_in=policy.any_document_links))
            return None
        by = user.username if user is not None else holder.username if holder else ""
        link = await self._named(by)
        if link is None:
            link = await sharing.shares.open(self.get_query_argument(TOKEN_PARAMETER, ""), by)
        if holder is not None:
            write_cookie(self, holder.with_link(link.id))
        return link

    async def _named(self, by: str) -> Link | None:
        """The link by its id, which is enough for those whom the site knows by name.

        On the way through a JupyterHub's pages the secret would be in the Hub's log.
        """
        id = self.get_query_argument(NAMED_PARAMETER, None)
        if id is None or not self._is_known():
            return None
        shares = self._sharing.shares
        link = await shares.require_id(id)
        shares.require(link, by)
        shares.used(link, by)
        return link

    @property
    def _pages(self) -> pages.Pages:
        return pages.pages_for(self)

    async def _is_there(self, path: str) -> bool:
        """Whether there is anything to be opened: the link stays good for a file that comes back,
        but JupyterLab would show an empty page and the path."""
        manager: Any = self.contents_manager
        try:
            return bool(await ensure_async(manager.file_exists(path)))
        except Exception:  # noqa: BLE001 - a contents manager may fail with anything
            return True  # why it cannot be read is told where it is opened

    def _has_lab(self) -> bool:
        """Whether this server opens JupyterLab; else the pages are those of Notebook 7."""
        return not str(self.default_url).rstrip("/").endswith("/tree")

    def _say(self, status: int, page: str) -> Any:
        self.set_status(status)
        self.finish(page)
