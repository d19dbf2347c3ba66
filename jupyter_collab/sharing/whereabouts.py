"""Where a link to the whole server leads: to its document, wherever that is now."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_escape, url_path_join
from tornado import web

from ..errors import FileError
from .secretive import SecretAddressHandler
from .service import Sharing

OPEN_PATTERN = r"/collab/open/(lab/tree|doc/tree|notebooks|edit)/(.+)"


class OpenHandler(SecretAddressHandler):
    """``GET /collab/open/{page}/{path}?file={id}``: the page with that file.

    ``path`` is where the file was when the link was made; it stands where the id is not known,
    as on a server whose file ids were lost. A token in the address has done its work here, and is
    not in the next one.
    """

    auth_resource = "contents"
    _sharing: Sharing

    def initialize(self, sharing: Callable[[], Sharing]) -> None:
        self._sharing = sharing()

    @web.authenticated
    @authorized("read", "contents")  # type: ignore[untyped-decorator]
    async def get(self, page: str, path: str) -> None:
        id = self.get_query_argument("file", "")
        now = await self._path_of(id) if id else None
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        self.redirect(url_path_join(self.base_url, page, url_escape(now or path)))

    async def _path_of(self, id: str) -> str | None:
        try:
            return await self._sharing.files().path_of(id)
        except FileError:
            return None
