"""Finds the edits that bring into a document what another program wrote to its file (no I/O).

All of it takes a time that grows with the document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, TransactionEvent

from ...files.port import Source
from ...protocol.identity import Position
from ...room.content.document import Document
from ...room.content.merge import merge, union
from ...store.port import SavedMark, StoredHistory
from .belated import find_run
from .replaying import content, is_torn, lacks_end, saved_content, untorn_base


@dataclass(frozen=True, slots=True)
class Merge:
    """What to merge: the document ``ours`` (an update that makes all of it), and the file.

    The base is what was last known to be in the file: ``base`` where that is not the document as
    it was (a hook has changed it, or another program), otherwise ``ours`` itself if ``clean``, or
    what ``stored`` has for ``saved``. Where the file has what came of running the notebook as it
    was at one of ``earlier``, it is that, and the results that are known: see :mod:`.belated`.
    From the position ``edited`` on it was other programs alone that have changed the file.
    ``may_be_torn``: a server died while it wrote the file, and nobody has read or written that
    since. ``client`` is a Yjs client id that nobody else has.
    """

    type: str
    ours: bytes
    theirs: Source
    clean: bool
    stored: StoredHistory | None
    saved: SavedMark
    client: int
    base: Source | None = None
    may_be_torn: bool = False
    earlier: tuple[SavedMark, ...] = ()
    edited: Position | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """``updates`` to apply to the room's document, in order.

    ``written`` is set where the file turned out to be the document at that position: our own
    write, which a crash had hidden. ``torn``: it is a part of that, as the write was cut short.
    ``stood_on`` is set where the file was made of what was in it earlier.
    """

    updates: tuple[bytes, ...]
    written: Position | None = None
    torn: bool = False
    stood_on: SavedMark | None = None


@dataclass(frozen=True, slots=True)
class BringIn:
    """An older ``history`` to bring into the room's document ``ours`` (an update that makes all
    of it), whose history ``began`` with this update."""

    type: str
    began: bytes
    ours: bytes
    history: StoredHistory
    client: int


def find_edits(wanted: Merge) -> Merged:
    """Merge what another program wrote."""
    doc: Doc[Any] = Doc(client_id=wanted.client)
    doc.apply_update(wanted.ours)
    document = Document.of(wanted.type, doc)
    ours, theirs = document.read(), document.content_of(wanted.theirs)
    writing = wanted.saved.writing
    written = None if writing is None else _written(wanted, writing)
    if written is not None and theirs == written:
        return Merged((), writing)
    if wanted.may_be_torn and is_torn(theirs, written):
        return Merged((), torn=True)
    base = _base(wanted, document, ours)
    if wanted.may_be_torn:
        base = _uncut(base, theirs, written)
    run = find_run(wanted.stored, wanted.earlier, base, theirs, wanted.edited)
    if run is not None:
        base = run.base
    updates, stop = _collect(doc)
    document.edit(union(ours, theirs) if base is None else merge(base, ours, theirs))
    stop()
    return Merged(tuple(updates), stood_on=None if run is None else run.mark)


def _written(wanted: Merge, writing: Position) -> Any:
    return None if wanted.stored is None else content(wanted.type, wanted.stored, writing)


def _base(wanted: Merge, document: Document, ours: Any) -> Any:
    """What both came from; ``None`` where that is not known any more."""
    if wanted.base is not None:
        return document.content_of(wanted.base)
    if wanted.clean:
        return ours
    if wanted.stored is None:
        return None
    return content(wanted.type, wanted.stored, wanted.saved.position, wanted.saved.merged)


def bring_in(wanted: BringIn) -> tuple[bytes, ...]:
    """The edits that bring in what an older history has, as updates.

    It is merged by content: its document has pulled from the file last when it was last saved.
    """
    doc: Doc[Any] = Doc(client_id=wanted.client)
    doc.apply_update(wanted.ours)
    found = wanted.history
    if not found.updates:
        return ()  # it was damaged, and nothing of it is of use
    updates, stop = _collect(doc)
    document = Document.of(wanted.type, doc)
    ours, theirs = document.read(), content(wanted.type, found, found.position)
    base = _old_base(wanted)
    document.edit(union(ours, theirs) if base is None else merge(base, ours, theirs))
    stop()
    return tuple(updates)


def _old_base(wanted: BringIn) -> Any:
    """What the older history and the room both came from. Where its server died while it wrote the
    file, the room began with what is left of that: the rest was cut off, and nobody deleted it."""
    found = wanted.history
    if found.saved is None or found.saved.writing is None:
        return saved_content(wanted.type, found)
    doc: Doc[Any] = Doc()
    doc.apply_update(wanted.began)
    began = Document.of(wanted.type, doc).read()
    written = content(wanted.type, found, found.saved.writing)
    if began == written or is_torn(began, written):
        return began
    return _uncut(saved_content(wanted.type, found), began, written)


def _uncut(base: Any, found: Any, written: Any) -> Any:
    """``base``, or what a write of ``written`` had left that was cut short, where ``found`` is an
    edited version of that."""
    beginning = untorn_base(found, written) if lacks_end(found, base) else None
    return base if beginning is None else beginning


def _collect(doc: Doc[Any]) -> tuple[list[bytes], Callable[[], None]]:
    """The updates of ``doc`` as they come, and what stops that."""
    updates: list[bytes] = []

    def collect(event: TransactionEvent) -> None:
        updates.append(event.update)

    subscription = doc.observe(collect)
    return updates, lambda: doc.unobserve(subscription)
