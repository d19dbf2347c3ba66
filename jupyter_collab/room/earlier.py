"""What was in a file earlier: a program that runs a notebook writes long after it has read it."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from ..protocol.identity import Position
from ..store.port import SavedMark

MOST_EARLIER = 2_000
"""How many earlier versions of a file are known: those of some hours in which people type."""

HEED = 60.0
"""Seconds in which what a request is about to write is in the file, if it changes that at all."""


class Earlier:
    """The versions of a file that a program may have read before it wrote another one.

    Since the position ``edited`` the file was changed by other programs alone, as they know
    themselves.
    """

    def __init__(self, type: str, edited: Position) -> None:
        self._versions: deque[SavedMark] = deque(maxlen=MOST_EARLIER if type == "notebook" else 0)
        self._meant_until = 0.0
        self.edited = edited

    def heed(self, now: float) -> None:
        """What comes into the file next is not what a program has made of an earlier version."""
        self._meant_until = now + HEED

    def written(self, before: SavedMark, at: Position) -> None:
        """``before`` was in the file until we wrote the document of the position ``at``."""
        self._versions.append(replace(before, writing=None))
        self.edited, self._meant_until = at, 0.0

    def merged(self, before: SavedMark, at: Position, now: float) -> None:
        """``before`` was in the file until another program wrote it; the document is at ``at``."""
        self._versions.append(replace(before, writing=None))
        if now < self._meant_until:
            self.edited, self._meant_until = at, 0.0

    def than(self, fingerprint: str, now: float) -> tuple[SavedMark, ...]:
        """Those of which a program may have made what is in the file now."""
        known = any(mark.fingerprint == fingerprint for mark in self._versions)
        if now < self._meant_until or known:
            return ()  # somebody has put it back, and wants nothing of what came later
        # Of those that others had written into meanwhile the history cannot tell for certain.
        return tuple(it for it in self._versions if it.position and not it.merged)
