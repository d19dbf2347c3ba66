"""Which server of a JupyterHub this is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class HubPlace:
    """The server ``server`` of ``owner``; the default server has no name.

    ``api_url`` is where the server reaches the Hub; ``host`` (empty where it is the server's own)
    and ``prefix`` are where browsers do.
    """

    owner: str
    server: str
    api_url: str
    host: str
    prefix: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> HubPlace | None:
        """What a JupyterHub tells the servers that it starts; ``None`` for other servers."""
        owner, api_url = environment.get("JUPYTERHUB_USER"), environment.get("JUPYTERHUB_API_URL")
        if not owner or not api_url:
            return None
        return cls(
            owner=owner,
            server=environment.get("JUPYTERHUB_SERVER_NAME", ""),
            api_url=api_url.rstrip("/"),
            host=environment.get("JUPYTERHUB_HOST", ""),
            prefix=environment.get("JUPYTERHUB_BASE_URL", "/"),
        )

    def endpoint(self, kind: str) -> str:
        """The Hub's address for ``shares`` or ``share-codes`` of this server."""
        return f"{self.api_url}/{kind}/{quote(self.owner, '')}/{quote(self.server, '')}"

    def may_share(self, scopes: Iterable[str]) -> bool:
        """Whether who has these scopes of the Hub may share this server."""
        of_this = (f"!server={self.owner}/{self.server}", f"!user={self.owner}", "")
        return not {f"shares{filter}" for filter in of_this}.isdisjoint(scopes)
