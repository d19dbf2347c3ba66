"""What a page brings into a document that it opens: of what it has left, and of pages before it.

As ``src/reopen`` and ``src/offline`` do it.
"""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_collab.protocol.identity import Lineage

from .leaving import Left


class Shelf:
    """The browser of one person, who has one page open at a time.

    What a page has taken into its document need not be kept any more: as long as the server does
    not have it all, the page keeps its own document.
    """

    def __init__(self) -> None:
        self._kept: list[Left] = []
        """What pages that are gone have left in the browser."""
        self._carried: list[Left] = []
        self._strays: list[Left] = []

    def __iter__(self) -> Iterator[Left]:
        """All that has to be brought to the server."""
        return iter((*self._kept, *self._carried, *self._strays))

    def carry(self, left: Left) -> None:
        """The page has left one history for another."""
        if left.is_needed:
            self._carried.append(left)

    def close(self, left: Left | None) -> None:
        """The page ends; ``left`` is what the server has not all."""
        self._kept += (*self._strays, *self._carried)
        if left is not None:
            self._kept.append(left)
        self._carried, self._strays = [], []

    def recall(self, lineage: Lineage) -> list[Left]:
        """What there is of the history that the page is about to open. All else waits until the
        document is there."""
        found, self._kept = self._kept, []
        self._strays += [left for left in found if left.lineage != lineage]
        return [left for left in found if left.lineage == lineage]

    def unpack(self) -> tuple[list[Left], list[Left]]:
        """The document is there: what this page has left, and earlier ones of other histories."""
        carried, strays = self._carried, self._strays
        self._carried, self._strays = [], []
        return carried, strays
