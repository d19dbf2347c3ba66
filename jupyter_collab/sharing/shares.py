"""The links of this server: made, listed, opened and revoked."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, replace
from logging import Logger
from typing import Any

from ..errors import CollabError, LinkEnded, LinkUnknown, NotNow
from ..protocol.identity import Access, FileFormat, FileId
from ..server.telemetry import Telemetry
from .link_file import LinkFile
from .links import Link, LinkBook, LinkId, LinkState, digest_of
from .policy import SharePolicy

USE_GRAIN = 60.0
"""Seconds between two notes of when a link was last used."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A link that somebody wants to be made; ``expires_in`` in seconds."""

    file_id: FileId
    path: str
    format: FileFormat
    type: str
    role: Access
    expires_in: float | None
    name: str


class Shares:
    """Reads and changes the links; what happens to them goes to the event log and the log.

    ``path_of`` tells where the file with an id is now, which was last seen at a path, and raises
    a :class:`~jupyter_collab.errors.CollabError` where it cannot; ``clock`` tells the seconds since
    the epoch.
    """

    def __init__(
        self,
        file: LinkFile,
        policy: SharePolicy,
        *,
        path_of: Callable[[str, str], Awaitable[str | None]],
        clock: Callable[[], float],
        telemetry: Telemetry,
        log: Logger,
    ) -> None:
        self.policy = policy
        self._file = file
        self._path_of = path_of
        self._clock = clock
        self._telemetry = telemetry
        self._log = log
        self.on_ended: Callable[[], None] = lambda: None

    @property
    def now(self) -> float:
        return self._clock()

    def create(self, wanted: Wanted, by: str) -> tuple[Link, str]:
        """A new link and its secret, which is told this once.

        Raises :class:`~jupyter_collab.errors.LinkRefused`,
        :class:`~jupyter_collab.errors.TooMuch`, or ``OSError`` where links cannot be kept.
        """
        self.policy.check(wanted.role, wanted.expires_in)
        secret, now = secrets.token_urlsafe(32), self.now
        link = Link(
            id=LinkId(secrets.token_hex(8)),
            digest=digest_of(secret),
            file_id=wanted.file_id,
            format=wanted.format,
            type=wanted.type,
            role=wanted.role,
            name=wanted.name,
            created=now,
            created_by=by,
            expires=None if wanted.expires_in is None else now + wanted.expires_in,
            paths=(wanted.path,),
        )
        with self._file.change() as book:
            book.add(link, now)
        self._tell("created", link, by)
        return link, secret

    def lead_to(self, link: Link, code: str) -> None:
        """A JupyterHub lets people in by ``code``, who then go on to ``link``."""
        self._try_to_note(lambda book: book.with_code(link.id, code))

    async def standing(self) -> list[Link]:
        """The links that have not ended, each where its document is now; oldest first."""
        book = self._book
        for link in book:
            self._note_end(link)
        links = [self.policy.applied_to(link) for link in book]
        links = [link for link in links if link.state(self.now) == "active"]
        try:
            links = await self._located(links)
        except NotNow as error:
            self._log.warning("Links are listed with the last known places: %s", error.__cause__)
        return [link for link in links if link.state(self.now) in ("active", "missing")]

    def by_code(self) -> dict[str, Link]:
        """The links to which share codes of a JupyterHub lead, whatever their state."""
        links = map(self.policy.applied_to, self._book)
        return {link.code: link for link in links if link.code is not None}

    async def get(self, id: str) -> Link | None:
        """The link with this id, whatever its state."""
        link = self._book.get(id)
        return None if link is None else (await self._located([link]))[0]

    def state(self, id: str) -> LinkState:
        """Whether the link with this id is active; one that was forgotten is as if revoked."""
        link = self._book.get(id)
        if link is None:
            return "revoked"
        self._note_end(link)
        return self.policy.applied_to(link).state(self.now)

    async def require_id(self, id: str) -> Link:
        """The link with this id; raises :class:`~jupyter_collab.errors.LinkUnknown`."""
        link = await self.get(id)
        if link is None:
            raise LinkUnknown()
        return link

    async def held(self, ids: Iterable[str]) -> tuple[list[Link], list[Link]]:
        """Of these links the active ones, and those that open nothing any more.

        Raises :class:`~jupyter_collab.errors.NotNow`.
        """
        book = self._book
        known = [link for id in ids if (link := book.get(id)) is not None]
        known = await self._located(known)
        active = [link for link in known if link.state(self.now) == "active"]
        return active, [link for link in known if link.state(self.now) != "active"]

    async def open(self, secret: str, by: str) -> Link:
        """The link with this secret, which is used now.

        Raises :class:`~jupyter_collab.errors.LinkUnknown`,
        :class:`~jupyter_collab.errors.LinkEnded` or :class:`~jupyter_collab.errors.NotNow`.
        """
        try:
            (link,) = await self._located([self._book.find(secret)])
        except LinkUnknown:
            self._log.warning("A link to a document was refused: it is not known")
            self._telemetry.emit("sharing", {"action": "refused", "reason": "unknown", "by": by})
            raise
        self.require(link, by)
        self.used(link, by)
        return link

    def require(self, link: Link, by: str) -> None:
        """Raise :class:`~jupyter_collab.errors.LinkEnded` unless the link is active."""
        try:
            link.require(self.now)
        except LinkEnded as error:
            self._tell("refused", link, by, reason=error.state)
            raise

    def used(self, link: Link, by: str) -> None:
        """Somebody has opened the document with ``link``."""
        self._tell("used", link, by)
        if link.last_used is not None and link.last_used > self.now - USE_GRAIN:
            return
        self._try_to_note(lambda book: book.used(link.id, self.now))

    def revoke(self, id: str, by: str) -> Link:
        """End a link at once; its holders are out. Raises
        :class:`~jupyter_collab.errors.LinkUnknown`, or ``OSError`` where that cannot be kept."""
        with self._file.change() as book:
            link = book.revoke(id, self.now)
        self._tell("revoked", link, by)
        self.on_ended()
        return link

    async def deleted(self, path: str) -> None:
        """Jupyter has deleted what was at ``path``, a file or a folder: what is made there later is
        another document, also for those who still have that one open."""
        await self._end_those_at(path, lambda link: True)

    def seen_at(self, path: str) -> set[LinkId]:
        """The links whose documents were seen last at ``path``, or in the folder there."""
        try:
            return {link.id for link in self._book if _is_at(link, path)}
        except NotNow:
            return set()

    async def replaced(self, path: str, seen: Collection[LinkId]) -> None:
        """Jupyter has renamed something to ``path``: the documents that were ``seen`` there before
        are there no more, whatever id the other one was given."""
        await self._end_those_at(path, lambda link: link.is_missing or link.id in seen)

    async def _end_those_at(self, path: str, ends: Callable[[Link], bool]) -> None:
        try:
            for link in await self.standing():
                if _is_at(link, path) and ends(link):
                    self.revoke(link.id, "")
        except (OSError, NotNow) as error:
            self._log.error("Links to what was at %s cannot be revoked: %s", path, error)

    @property
    def _book(self) -> LinkBook:
        try:
            return self._file.book()
        except OSError as error:
            why = f"The server cannot read which links there are: {error.strerror or error}"
            raise NotNow(why) from error

    async def _located(self, links: list[Link]) -> list[Link]:
        """``links`` as they are now, under the present settings, with the present paths."""
        try:
            paths = [await self._path_of(link.file_id, link.path) for link in links]
        except CollabError as error:
            raise NotNow() from error
        # That may have taken a while, in which they may have ended.
        book = self._book
        now = [book.get(link.id) or link for link in links]
        return [self._at(link, path) for link, path in zip(now, paths, strict=True)]

    def _note_end(self, link: Link) -> None:
        """Settings may be changed back, which gives no more than the link does."""
        if not link.is_over and link.state(self.now) == "expired":
            self._try_to_note(lambda book: book.note_end(link.id, self.now))

    def _at(self, link: Link, path: str | None) -> Link:
        self._note_end(link)
        link = self.policy.applied_to(link)
        if link.state(self.now) != "active":
            return link  # whoever had it is not told where the document goes from then on
        if path is None:
            # What lies at its last path is another file, or will be.
            return replace(link, is_missing=True)
        if path != link.path:
            self._try_to_note(lambda book: book.seen_at(link.id, path))
        return link.seen_at(path)

    def _try_to_note(self, note: Callable[[LinkBook], object]) -> None:
        """What is good to know, and no reason to refuse anything where it cannot be kept."""
        try:
            with self._file.change() as book:
                note(book)
        except (OSError, LinkUnknown) as error:
            self._log.warning("The file with the links to documents was not updated: %s", error)

    def _tell(self, action: str, link: Link, by: str, **more: Any) -> None:
        self._log.info(
            "Link %s (%s of %s) %s by %s%s",
            link.id,
            link.role,
            link.path,
            action,
            by or "somebody",
            "".join(f", {key} {value}" for key, value in more.items()),
        )
        fields = {"action": action, "link": link.id, "role": link.role, "path": link.path, "by": by}
        self._telemetry.emit("sharing", {**fields, **more})


def _is_at(link: Link, path: str) -> bool:
    return link.path == path or link.path.startswith(f"{path}/")
