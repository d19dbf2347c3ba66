"""What people write in simulations: words that are all different."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from jupyter_collab.room.document import Document

WORD = re.compile(r"w\d+")


def words_of(document: Document) -> Counter[str]:
    return words_in(document.source())


def words_in(source: Any) -> Counter[str]:
    """The words in what a file contains, as its document has it."""
    texts = [source] if isinstance(source, str) else [cell["source"] for cell in source["cells"]]
    return Counter(word for text in texts for word in WORD.findall(text))
