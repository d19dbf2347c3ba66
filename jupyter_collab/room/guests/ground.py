"""What the edits of guests stand on."""

from __future__ import annotations

from collections.abc import Iterator

from ..yjs.pairs import Pairs
from ..yjs.places import Places
from ..yjs.siblings import Siblings, Written
from ..yjs.vetting import Broad

STEP = 1_000
"""Structs that are looked at in one turn of the event loop: some milliseconds."""


class Ground:
    """Knows of a document what Yrs and Yjs might see in two ways."""

    def __init__(self) -> None:
        self._places = Places()
        self._pairs = Pairs()
        self._siblings = Siblings()

    def begin(self, everything: bytes) -> Iterator[None]:
        """Steps, each of them short, that look at ``everything`` in the document; nothing can be
        added before the last of them."""
        written: list[Written] = []
        for run in Broad.of(everything).pieces(STEP):
            self._pairs.add_run(run, everything, self._places.end)
            written += self._places.add_runs((run,), everything)
            yield
        # Where something lies may be told by what comes behind it.
        for at in range(0, len(written), STEP):
            self._siblings.add(written[at : at + STEP], self._places)
            yield

    def add(self, update: bytes) -> None:
        """Everybody has this update now."""
        self._pairs.add(update, self._places.end)
        self._siblings.add(self._places.add(update), self._places)

    def require_alike(self, update: bytes) -> int:
        """Raise :class:`~jupyter_collab.errors.ProtocolError` where they would not see the same of
        ``update``. Returns how many structs they go through to find where its own lie, at most."""
        places, new = self._places.require_alike(update)
        self._pairs.require_whole(update, self._places.end)
        return self._siblings.effort(new, self._places, places)
