"""Links to single documents: what each one grants, and until when.

Pure: the time comes in, the file in which the links are kept is :mod:`.link_file`, and the
secrets are made by :mod:`.shares`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, NewType

from ..errors import LinkEnded, LinkUnknown, TooMuch
from ..protocol.identity import Access, FileFormat, FileId, RoomId

LinkId = NewType("LinkId", str)
"""The public name of a link: it opens nothing, but to people whom a JupyterHub has let in."""

LinkState = Literal["active", "expired", "revoked", "missing"]

MAX_LINKS = 1000
"""So many links that have not ended are kept at a time."""

KEPT_SECONDS = 30 * 86400.0
"""So long is it remembered that a link has ended, and why, for those who still have it."""

MAX_PATHS = 8
"""So many places of a document are remembered, to lead from the old ones to the present one."""


@dataclass(frozen=True, slots=True)
class Link:
    """What one link grants: ``role`` on one document, in the form that the room id pins.

    ``digest`` is the SHA-256 of the secret, which is nowhere kept. ``expires`` ``None`` is
    until revoked; ``revoked`` is when it was. ``paths`` are where the document was seen, the
    last one is the latest. ``code`` is the id of the share code with which a JupyterHub lets people
    in by this link. ``is_over`` once it was seen to have expired, as the clock may be set back.
    ``is_missing`` is not kept: the document is nowhere now, and what lies where it was is another
    one. All times are seconds since the epoch.
    """

    id: LinkId
    digest: str
    file_id: FileId
    format: FileFormat
    type: str
    role: Access
    name: str
    created: float
    created_by: str
    expires: float | None
    paths: tuple[str, ...]
    last_used: float | None = None
    revoked: float | None = None
    code: str | None = None
    is_over: bool = False
    is_missing: bool = False

    @property
    def room(self) -> RoomId:
        return RoomId(self.format, self.type, self.file_id)

    @property
    def path(self) -> str:
        """Where the document was seen last."""
        return self.paths[-1]

    @property
    def ended(self) -> float | None:
        """When the link ends, or has ended."""
        return self.expires if self.revoked is None else self.revoked

    def state(self, now: float) -> LinkState:
        if self.revoked is not None:
            return "revoked"
        if self.is_over or (self.expires is not None and self.expires <= now):
            return "expired"
        return "missing" if self.is_missing else "active"

    def require(self, now: float) -> None:
        """Raise :class:`~jupyter_collab.errors.LinkEnded` unless the link is active."""
        state = self.state(now)
        if state != "active":
            raise LinkEnded(state)

    def seen_at(self, path: str) -> Link:
        """The same, for a document that is at ``path`` now."""
        if path == self.path:
            return self
        paths = (*(known for known in self.paths if known != path), path)
        return replace(self, paths=paths[-MAX_PATHS:])


def digest_of(secret: str) -> str:
    """What is kept of the secret of a link."""
    return hashlib.sha256(secret.encode()).hexdigest()


class LinkBook:
    """All links of a server, those that have ended lately among them."""

    def __init__(self, links: Iterable[Link] = ()) -> None:
        self._links: dict[LinkId, Link] = {}
        self._by_digest: dict[str, LinkId] = {}
        for link in links:
            self._put(link)

    def __len__(self) -> int:
        return len(self._links)

    def __iter__(self) -> Iterator[Link]:
        return iter(list(self._links.values()))

    def _put(self, link: Link) -> None:
        self._links[link.id] = link
        self._by_digest[link.digest] = link.id

    def add(self, link: Link, now: float) -> None:
        """Keep a new link; raises :class:`~jupyter_collab.errors.TooMuch`."""
        self.prune(now)
        if len(self.active(now)) >= MAX_LINKS:
            raise TooMuch(f"There are {MAX_LINKS} links already; revoke those that nobody needs")
        self._put(link)

    def get(self, id: str) -> Link | None:
        return self._links.get(LinkId(id))

    def require(self, id: str) -> Link:
        """The link; raises :class:`~jupyter_collab.errors.LinkUnknown`."""
        link = self.get(id)
        if link is None:
            raise LinkUnknown()
        return link

    def find(self, secret: str) -> Link:
        """The link with this secret, whatever its state; raises
        :class:`~jupyter_collab.errors.LinkUnknown`."""
        id = self._by_digest.get(digest_of(secret))
        if id is None:
            raise LinkUnknown()
        return self._links[id]

    def active(self, now: float) -> list[Link]:
        return [link for link in self._links.values() if link.state(now) == "active"]

    def revoke(self, id: str, now: float) -> Link:
        """End a link for good. One that has ended already stays as it is."""
        link = self.require(id)
        if link.state(now) == "active":
            link = replace(link, revoked=now)
            self._put(link)
        return link

    def note_end(self, id: str, now: float) -> None:
        """Whatever the clock says from now on, a link that has expired has."""
        link = self.require(id)
        if link.state(now) == "expired":
            self._put(replace(link, is_over=True))

    def with_code(self, id: str, code: str) -> None:
        """People of a JupyterHub come in to the link by this share code."""
        self._put(replace(self.require(id), code=code))

    def used(self, id: str, now: float) -> None:
        link = self.require(id)
        self._put(replace(link, last_used=now))

    def seen_at(self, id: str, path: str) -> Link:
        """The document of the link is at ``path`` now."""
        link = self.require(id).seen_at(path)
        self._put(link)
        return link

    def prune(self, now: float) -> None:
        """Forget those that ended long ago."""
        for link in list(self._links.values()):
            if link.ended is not None and link.ended < now - KEPT_SECONDS:
                del self._links[link.id]
                self._by_digest.pop(link.digest, None)
