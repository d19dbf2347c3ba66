"""What an administrator allows to be shared. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import LinkRefused
from ..protocol.identity import Access
from .links import Link

SHORTEST = 60.0
"""Seconds that a link is valid at least."""

LONGEST = 100 * 366 * 86400.0
"""Seconds; what is to be valid longer is valid until it is revoked."""

MAX_NAME = 100
"""Characters of a link's name."""


@dataclass(frozen=True, slots=True)
class SharePolicy:
    """Which links may be made.

    ``longest`` is in seconds, ``None`` allows links until they are revoked. ``guests`` lets
    people in by a document's link who are not logged in. ``named_only``, on a JupyterHub, opens
    to everybody but the server's owner only those documents whose links they have used.
    ``strangers`` is whether the server lets everybody in who can reach it: a link to a document
    would open all the rest as well.
    """

    document_links: bool = True
    server_links: bool = True
    roles: tuple[Access, ...] = ("view", "edit")
    longest: float | None = None
    guests: bool = True
    named_only: bool = False
    strangers: bool = False

    @property
    def any_document_links(self) -> bool:
        wanted = self.document_links and bool(self.roles) and (self.guests or self.named_only)
        return wanted and not self.strangers

    @property
    def hub_shares(self) -> bool:
        """Whether people may be let in by shares of a JupyterHub: to the whole server, or to
        what their links open."""
        return self.server_links or self.named_only

    def check(self, role: Access, expires_in: float | None) -> None:
        """Raise :class:`~jupyter_collab.errors.LinkRefused` where a link may not be made."""
        if self.strangers:
            raise LinkRefused(
                "This server asks nobody to log in: whoever can reach it has everything on it, and "
                "no link could give them less. Start it with a token or a password to make links "
                "to single documents"
            )
        if not self.any_document_links:
            raise LinkRefused("Links to single documents are switched off on this server")
        if role not in self.roles:
            raise LinkRefused(f"Links that let people {role} are switched off on this server")
        if expires_in is not None and not SHORTEST <= expires_in < LONGEST:
            raise LinkRefused(
                f"A link has to be valid for {SHORTEST:g} seconds at least, and for a hundred "
                "years at most"
            )
        if self.longest is not None and (expires_in is None or expires_in > self.longest):
            raise LinkRefused(
                f"On this server a link may be valid for {self.longest:g} seconds at most"
            )

    def applied_to(self, link: Link) -> Link:
        """What a link that was made under other settings grants under these."""
        if not self.any_document_links or link.role not in self.roles:
            return link if link.revoked is not None else replace(link, revoked=link.created)
        if self.longest is None:
            return link
        latest = link.created + self.longest
        return replace(link, expires=latest if link.expires is None else min(link.expires, latest))
