"""What Jupyter reads of a file for a request has what was typed until then.

A document is written a while after it was changed, but who duplicates, downloads, converts or
deletes its file means what they see. So the room is asked to write before the handler reads.
"""

from __future__ import annotations

import asyncio
import json
import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from logging import Logger
from pathlib import Path
from typing import Any

from jupyter_server.auth import User
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import ensure_async
from tornado.web import HTTPError

from ...files.stock import keeps_files, place_of
from ...room.events import Replacing
from ...workers import in_thread
from ..admission import AUTH_RESOURCE
from ..document_actor import DocumentActor
from ..rooms import Rooms
from .copies import Copies, keep_what_others_wrote

PATIENCE = 3.0
"""Seconds for which a request waits; then it reads what is in the file."""


@dataclass(frozen=True, slots=True)
class Needed:
    """What a request is about to read: a file, and of a folder what is ``inside``.

    ``replaces`` it: who may write gives up all that is in the document, also what is written on
    request only. ``serves`` its bytes, which the browser may have kept from before. ``copies`` it:
    the client may send it back. ``overwrites`` it with what the client has made of such a copy.
    ``exchanges`` it for another version that somebody wants to have.
    """

    path: str
    inside: bool = False
    replaces: bool = False
    serves: bool = False
    copies: bool = False
    overwrites: bool = False
    exchanges: bool = False


def _read(handler: JupyterHandler) -> Needed | None:
    return Needed(_path(handler))


def _taken(handler: JupyterHandler) -> Needed | None:
    return Needed(_path(handler), inside=True)


def _exchanged(handler: JupyterHandler) -> Needed | None:
    return Needed(_path(handler), inside=True, exchanges=True)


def _served(handler: JupyterHandler) -> Needed | None:
    return Needed(_path(handler), serves=True)


def _restored(handler: JupyterHandler) -> Needed | None:
    # What is not in the file would be taken for newer than the wish to go back, and be kept.
    return Needed(_path(handler), replaces=True)


def _contents(handler: JupyterHandler) -> Needed | None:
    if handler.get_query_argument("content", "1") == "0":
        return None
    return Needed(_path(handler), copies=True)


def _overwritten(handler: JupyterHandler) -> Needed | None:
    return Needed(_path(handler), overwrites=True)


def _copied(handler: JupyterHandler) -> Needed | None:
    source = _said(handler, "copy_from")
    return None if source is None else Needed(source, inside=True)


def _compared(handler: JupyterHandler) -> Needed | None:
    # With what, as in ``git:folder/notebook.ipynb``.
    base = _said(handler, "base")
    return None if base is None else Needed(base.partition(":")[2])


def _said(handler: JupyterHandler, member: str) -> str | None:
    try:
        value = json.loads(handler.request.body)[member]
    except (ValueError, TypeError, KeyError):
        return None
    return value if isinstance(value, str) else None


def _path(handler: JupyterHandler) -> str:
    return handler.path_kwargs.get("path") or next(iter(handler.path_args), None) or ""


_FILES = {"get": _served, "head": _served}
_CONTENTS = "jupyter_server.services.contents.handlers"
_GIT = "jupyterlab_git.handlers.Git"
_GIT_READS = ("Add", "AddAllUnstaged", "AddAllUntracked", "Commit", "Content")
_GIT_WRITES = (
    *("Checkout", "DeleteCommit", "Merge", "Pull", "Rebase", "ResetToCommit"),
    *("Stash", "StashApply", "StashPop", "TagCheckout"),
)
"""What jupyterlab-git does with the files of a repository. It asks for its status all the time."""

NEEDS: Mapping[str, Mapping[str, Callable[[JupyterHandler], Needed | None]]] = {
    "jupyter_server.base.handlers.AuthenticatedFileHandler": _FILES,
    "jupyter_server.files.handlers.FilesHandler": _FILES,
    "jupyter_server.nbconvert.handlers.NbconvertFileHandler": {"get": _read},
    f"{_CONTENTS}.ContentsHandler": {
        "get": _contents,
        "put": _overwritten,
        "post": _copied,
        "delete": _taken,
    },
    f"{_CONTENTS}.CheckpointsHandler": {"post": _read},
    f"{_CONTENTS}.ModifyCheckpointsHandler": {"post": _restored},
    f"{_CONTENTS}.TrustNotebooksHandler": {"post": _read},
    "jupyter_archive.handlers.DownloadArchiveHandler": {"get": _taken},
    "nbdime.webapp.nb_server_extension.ExtensionApiDiffHandler": {"post": _compared},
    **{f"{_GIT}{name}Handler": {"post": _taken} for name in _GIT_READS},
    **{f"{_GIT}{name}Handler": {"post": _exchanged} for name in _GIT_WRITES},
}
"""Handler -> method -> what is read. Classes that are made of these read the same."""


class UpToDate:
    """Has rooms write what the file of a request is to have."""

    def __init__(self, rooms: Callable[[], Rooms], log: Logger) -> None:
        self._rooms = rooms
        self._copies = Copies()
        self._log = log

    async def before(self, handler: JupyterHandler, user: User) -> None:
        """Called before ``handler`` answers ``user``. Nothing that fails here fails the request."""
        try:
            await self._before(handler, user)
        except TimeoutError:
            self._log.warning("%s is answered before all is saved", handler.request.path)
        except Exception:  # noqa: BLE001 - the file is as good as it was before we came
            self._log.exception("Nothing was saved for %s", handler.request.path)

    async def _before(self, handler: JupyterHandler, user: User) -> None:
        needed = _needed(handler)
        if needed is None:
            return
        known = self._copies.of(handler, user, needed.path) if needed.overwrites else None
        if (needed.copies or needed.overwrites) and await _may_write(handler, user):
            # Of others nothing comes back, and their copies would take the place of those that do.
            self._copies.follow(handler, user, needed.path)
        actors = await _concerned(needed, handler.contents_manager, self._rooms())
        if not actors or (needed.overwrites and known is None):
            return
        if needed.serves:
            # Times of files are told in seconds, in which a document is saved more than once.
            handler.request.headers.pop("If-Modified-Since", None)
        all = needed.replaces and await _may_write(handler, user)
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(_bring(actor, all) for actor in actors))
        finally:
            if known is not None and await _may_write(handler, user):
                notebook = any(actor.id.type == "notebook" for actor in actors)
                await keep_what_others_wrote(handler, known, notebook=notebook)
            if known is not None or needed.replaces or needed.exchanges:
                for actor in actors:
                    actor.post(Replacing())


async def _concerned(
    needed: Needed, manager: Any, actors: Iterable[DocumentActor]
) -> list[DocumentActor]:
    """Those of ``actors`` whose document is read, by whichever of its names: there are links."""
    found: list[DocumentActor] = []
    others: list[DocumentActor] = []
    for actor in actors:
        (found if _concerns(needed, actor.room.path) else others).append(actor)
    if others and keeps_files(manager):
        paths = [actor.room.path for actor in others]
        linked = await in_thread(lambda: set(_linked(needed, manager, paths)))
        found += (actor for actor, path in zip(others, paths, strict=True) if path in linked)
    return found


def _linked(needed: Needed, manager: Any, paths: Iterable[str]) -> Iterator[str]:
    """Those of ``paths`` at which lies what is needed, or something in the folder that is."""
    try:
        place = _real(manager, needed.path)
        info = place.stat()
    except (OSError, HTTPError):
        return
    for path in paths:
        try:
            other = _real(manager, path)
            is_inside = needed.inside and place in other.parents
            if is_inside or os.path.samestat(other.stat(), info):
                yield path
        except (OSError, HTTPError):
            continue  # it is gone, or is where no file may be


def _real(manager: Any, path: str) -> Path:
    return Path(os.path.realpath(place_of(manager, path.strip("/"))))


async def _bring(actor: DocumentActor, all: bool) -> None:
    await actor.bring_up_to_date(all=all)


def _needed(handler: JupyterHandler) -> Needed | None:
    method = (handler.request.method or "").lower()
    for kind in type(handler).__mro__:
        needs = NEEDS.get(f"{kind.__module__}.{kind.__qualname__}")
        if needs is not None:
            return needs[method](handler) if method in needs else None
    return None


async def _may_write(handler: JupyterHandler, user: User) -> bool:
    allowed = handler.authorizer.is_authorized(handler, user, "write", AUTH_RESOURCE)
    return bool(await ensure_async(allowed))


def _concerns(needed: Needed, path: str) -> bool:
    """Whether the document at ``path`` is what is needed, or in the folder that is."""
    place = posixpath.normpath("/" + needed.path.strip("/"))
    return f"/{path}" == place or (needed.inside and f"/{path}".startswith(place.rstrip("/") + "/"))
