"""What was put together of a history in the store, as it was before, while its room is open.

Programs write notebooks that they have read long before (:mod:`.belated`), and a few plots are as
much as the store keeps one by one.
"""

from __future__ import annotations

from dataclasses import replace

from ..protocol.identity import Position
from ..store.port import StoredHistory

MOST = 8 * 2**20
"""Bytes that are kept of one history; where it is more, only what came since, or nothing."""


class Former:
    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._updates: tuple[bytes, ...] = ()
        self._last = Position(0)

    def keep(self, history: StoredHistory) -> None:
        """All of ``history`` is one update in the store now."""
        longer = self.before(history)
        fitting = (it.updates for it in (longer, history) if self._fits(it))
        self._updates, self._last = next(fitting, ()), history.position

    def before(self, stored: StoredHistory) -> StoredHistory:
        """``stored`` with what its first update was made of, as far as that is kept."""
        if not self._updates or stored.first != self._last:
            return stored
        return replace(stored, updates=(*self._updates, *stored.updates[1:]))

    def forget(self) -> None:
        self._updates = ()

    def _fits(self, history: StoredHistory) -> bool:
        return sum(map(len, history.updates)) <= self._most
