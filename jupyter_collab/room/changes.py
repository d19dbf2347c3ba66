"""What an update changes in a document, as observers of its roots are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pycrdt import TextEvent

from .yjs.vetting import DEEPEST_TYPE


@dataclass(frozen=True, slots=True)
class Change:
    """What an observer of the ``root`` of this name was told.

    ``path`` leads from the root to what has changed; ``keys`` are the members of a map, ``delta``
    the steps of a list or a text.
    """

    root: str
    path: list[Any]
    keys: dict[str, Any]
    delta: list[dict[str, Any]]
    is_text: bool

    @property
    def inserted(self) -> list[Any]:
        """The cells that were inserted."""
        if self.root != "cells" or self.path:
            return []
        return [cell for step in self.delta for cell in step.get("insert", ())]

    @property
    def replaces_metadata(self) -> bool:
        """Whether a cell has other metadata, instead of others in the same."""
        return self.root == "cells" and len(self.path) == 1 and "metadata" in self.keys

    @property
    def may_show(self) -> bool:
        """Whether cells may show something else than before."""
        return self.root == "cells" and self.path[1:2] != ["source"]

    @property
    def is_strange(self) -> bool:
        """Whether it is nested deeper than anything, or puts something else than words into a
        text."""
        if len(self.path) > DEEPEST_TYPE:
            return True
        inserted = (step.get("insert", "") for step in self.delta)
        return self.is_text and not all(isinstance(words, str) for words in inserted)


def note(root: str, changes: list[Change], events: list[Any]) -> None:
    """Add to ``changes`` what the ``events`` of pycrdt say of the ``root`` of this name."""
    for event in events:
        keys, delta = getattr(event, "keys", None), getattr(event, "delta", None)
        is_text = isinstance(event, TextEvent)
        change = Change(root, list(event.path), dict(keys or {}), list(delta or ()), is_text)
        changes.append(change)
