"""Histories of texts, as a log has them."""

from __future__ import annotations

from typing import Any

from pycrdt import Doc

from jupyter_collab.protocol.identity import Lineage, Position
from jupyter_collab.room.content.document import Document
from jupyter_collab.store.port import SavedMark, StoredHistory


def history(lineage: str, *texts: str, saved: SavedMark | None = None) -> StoredHistory:
    """A history whose document was each of ``texts`` in turn."""
    doc: Doc[Any] = Doc()
    document = Document.of("file", doc)
    updates = []
    for text in texts:
        before = doc.get_state()
        document.edit(text)
        updates.append(doc.get_update(before))
    return StoredHistory(Lineage(lineage), tuple(updates), Position(len(texts)), saved)
