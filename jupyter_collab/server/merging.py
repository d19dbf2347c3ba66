"""Finds the edits that bring into a document what another program wrote to its file."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, TransactionEvent, UndoManager

from ..files.port import Source
from ..protocol.identity import Position
from ..room.document import Document
from ..room.merge import merge, union
from ..room.replica import content_roots
from ..store.port import SavedMark, StoredHistory

_LATER = "later"


@dataclass(frozen=True, slots=True)
class Merge:
    """What to merge: the document ``ours`` (an update that makes all of it), and the file.

    The base is what was last known to be in the file: ``base`` where that is not the document as
    it was (a hook has changed it, or another program), otherwise ``ours`` itself if ``clean``, or
    what ``stored`` has for ``saved``.
    ``client`` is a Yjs client id that nobody else has.
    """

    type: str
    ours: bytes
    theirs: Source
    clean: bool
    stored: StoredHistory | None
    saved: SavedMark
    client: int
    base: Source | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """``updates`` to apply to the room's document, in order. ``written`` is set where the file
    turned out to be the document at that position: our own write, which a crash had hidden."""

    updates: tuple[bytes, ...]
    written: Position | None


async def find_edits(wanted: Merge) -> Merged:
    """Merge, in a thread: it takes a time that grows with the document."""
    return await asyncio.to_thread(merge_now, wanted)


def merge_now(wanted: Merge) -> Merged:
    """The same, at once."""
    doc: Doc[Any] = Doc(client_id=wanted.client)
    doc.apply_update(wanted.ours)
    document = Document.of(wanted.type, doc)
    ours, theirs = document.read(), document.content_of(wanted.theirs)
    if wanted.saved.writing is not None and theirs == _content(wanted, wanted.saved.writing, ()):
        return Merged((), wanted.saved.writing)
    base = _base(wanted, document, ours)
    updates: list[bytes] = []

    def collect(event: TransactionEvent) -> None:
        updates.append(event.update)

    subscription = doc.observe(collect)
    document.edit(union(ours, theirs) if base is None else merge(base, ours, theirs))
    doc.unobserve(subscription)
    return Merged(tuple(updates), None)


def _base(wanted: Merge, document: Document, ours: Any) -> Any:
    """What both came from; ``None`` where that is not known any more."""
    if wanted.base is not None:
        return document.content_of(wanted.base)
    if wanted.clean:
        return ours
    return _content(wanted, wanted.saved.position, wanted.saved.merged)


def _content(wanted: Merge, until: Position, merged: Collection[Position]) -> Any:
    """The document as it was at ``until`` with what was ``merged`` later; ``None`` if the
    store cannot tell any more.

    What was merged may stand on what others wrote in between, and mean nothing without it.
    So that is undone, as a person would undo it, not left out.
    """
    stored = wanted.stored
    if stored is None:
        return None
    first = stored.position - len(stored.updates) + 1
    positions = range(first, stored.position + 1)
    last = max([until, *merged])
    if not (first <= until and last <= stored.position):
        return None
    doc: Doc[Any] = Doc()
    document = Document.of(wanted.type, doc)
    extra = set(merged)
    undone = UndoManager(scopes=content_roots(wanted.type, doc))
    undone.include_origin(_LATER)
    for position, update in zip(positions, stored.updates, strict=True):
        if position <= last:
            later = position > until and position not in extra
            with doc.transaction(origin=_LATER if later else None):
                doc.apply_update(update)
    while undone.can_undo():
        undone.undo()
    return document.read()
