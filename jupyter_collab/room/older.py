"""An older history that turns up while the document is open: what it has is brought in."""

from __future__ import annotations

from dataclasses import dataclass

from ..protocol.identity import Position
from .effects import Effect, MergeHistory, ReplaceHistory
from .events import HistoryFound
from .publisher import Publisher
from .replica import Replica

MERGE_ATTEMPTS = 20
"""How often an older history is merged anew because people have typed meanwhile."""


@dataclass(frozen=True, slots=True)
class _Found:
    """An older history that is being merged, with the document as it was at ``position``."""

    event: HistoryFound
    position: Position
    attempt: int


class OlderHistory:
    """Has the history that the log turned out to have merged into the document."""

    def __init__(self, replica: Replica, publisher: Publisher) -> None:
        self._replica = replica
        self._publisher = publisher
        self._found: _Found | None = None

    def merge(self, found: HistoryFound, attempt: int = 1) -> list[Effect]:
        """Have ``found`` compared with the document as it is now."""
        self._found = _Found(found, self._publisher.position, attempt)
        return [MergeHistory(found.history, found.began, self._replica.snapshot())]

    def bring_in(self, updates: tuple[bytes, ...], now: float) -> list[Effect]:
        """Bring in what an older history has; that was found for the document as it was. What
        came in meanwhile may have the same, from somebody who held that history."""
        found = self._found
        self._found = None
        is_old = found is not None and self._publisher.position > found.position
        if found is not None and is_old and found.attempt < MERGE_ATTEMPTS:
            return self.merge(found.event, found.attempt + 1)
        return [*self._publisher.bring_in(updates, now), ReplaceHistory()]
