"""What people write in simulations: words that are all different."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from pycrdt import Doc

from jupyter_collab.room.content.document import Document
from jupyter_collab.room.replica import Replica

WORD = re.compile(r"w\d+")


def words_of(document: Document) -> Counter[str]:
    return words_in(document.source())


def words_in_room(replica: Replica) -> Counter[str]:
    """The words of a room's document, which is not woken to be looked at."""
    return words_of(document_of(replica))


def document_of(replica: Replica) -> Document:
    """A room's document, or a copy where it is dormant."""
    if not replica.is_dormant:
        return replica.document
    copy: Doc[Any] = Doc()
    copy.apply_update(replica.snapshot())
    return Document.of(replica.type, copy)


def words_in(source: Any) -> Counter[str]:
    """The words in what a file contains, as its document has it."""
    texts = [source] if isinstance(source, str) else [cell["source"] for cell in source["cells"]]
    return Counter(word for text in texts for word in WORD.findall(text))
