"""What the edits of guests stand on."""

from __future__ import annotations

from .pairs import Pairs
from .places import Places
from .siblings import Siblings


class Ground:
    """Knows of a document what Yrs and Yjs might see in two ways, from ``everything`` in it on."""

    def __init__(self, everything: bytes) -> None:
        self._places = Places()
        self._pairs = Pairs()
        self._siblings = Siblings()
        self.add(everything)

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
