"""What the edits of guests stand on."""

from __future__ import annotations

from .pairs import Pairs
from .places import Places


class Ground:
    """Knows of a document what Yrs and Yjs might see in two ways, from ``everything`` in it on."""

    def __init__(self, everything: bytes) -> None:
        self._places = Places()
        self._pairs = Pairs()
        self.add(everything)

    def add(self, update: bytes) -> None:
        """Everybody has this update now."""
        self._places.add(update)
        self._pairs.add(update)

    def require_alike(self, update: bytes) -> None:
        """Raise :class:`~jupyter_collab.errors.ProtocolError` where they would not see the same of
        ``update``."""
        self._places.require_alike(update)
        self._pairs.require_whole(update, self._places.end)
