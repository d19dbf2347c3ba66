"""Notices that something of a document has changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Flag:
    """Whether any of ``roots``, or what is in them, has changed.

    Without pycrdt's own wrapper, which makes an object of each event and of each thing that it
    speaks of: this is asked for every keystroke.
    """

    def __init__(self, roots: Iterable[Any]) -> None:
        self._changed = True
        self._subscriptions = [root.integrated.observe_deep(self._set) for root in roots]

    def _set(self, _events: Any) -> None:
        self._changed = True

    def set(self) -> None:
        """Something else has seen it change."""
        self._changed = True

    @property
    def is_set(self) -> bool:
        """Whether :meth:`take` would say so."""
        return self._changed

    def take(self) -> bool:
        """Whether anything has changed since the last call; ``True`` the first time."""
        changed, self._changed = self._changed, False
        return changed

    def close(self) -> None:
        for subscription in self._subscriptions:
            subscription.drop()
        self._subscriptions.clear()
