"""When the beginning of a history is put together, and how (pure)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc

from ..errors import StoreError
from ..protocol.identity import Position
from .port import SavedMark, StoredHistory

HISTORY_SIZE = 256 * 1024
"""Bytes; see :attr:`CompactionPolicy.tail_size`."""

SMALL_UPDATE = 50
"""Bytes that a keystroke takes in the store."""


@dataclass(frozen=True, slots=True)
class CompactionPolicy:
    """How much may follow the snapshot that a history begins with.

    ``tail_size`` bytes, or ``tail_ratio`` times the snapshot if that is more; and
    ``tail_count`` updates, as each takes its time when a room is opened (about 15 us).
    A store thus has at most 1 + ``tail_ratio`` times what the documents are, and
    ``tail_size`` for each.
    """

    tail_size: int = HISTORY_SIZE
    tail_ratio: float = 2.0
    tail_count: int = HISTORY_SIZE // SMALL_UPDATE

    @staticmethod
    def of_size(size: int) -> CompactionPolicy:
        """With a ``tail_size`` of ``size`` bytes, and as many updates as may take that much."""
        return CompactionPolicy(tail_size=size, tail_count=max(100, size // SMALL_UPDATE))


BY_DEFAULT = CompactionPolicy()


class Compaction:
    """Counts what a history has, and plans when and up to where to compact it."""

    def __init__(self, history: StoredHistory, policy: CompactionPolicy) -> None:
        self._policy = policy
        self._snapshot_size = len(history.updates[0])
        self._tail = deque(len(update) for update in history.updates[1:])
        self._tail_size = sum(self._tail)
        self._base = Position(history.position - len(self._tail))

    def appended(self, update: bytes) -> None:
        """The log has one more."""
        self._tail.append(len(update))
        self._tail_size += len(update)

    def compacted(self, until: Position, snapshot: bytes) -> None:
        """The log has ``snapshot`` for all up to ``until``: it was compacted, or restarted."""
        while self._base < until:
            self._tail_size -= self._tail.popleft()
            self._base = Position(self._base + 1)
        self._snapshot_size = len(snapshot)

    def plan(self, saved: SavedMark | None, *, keep_base: bool = True) -> Position | None:
        """Up to where to compact now; ``None``: not now.

        Kept, unless ``keep_base`` is false, are the document as it is in the file and the
        updates that were merged into it: changes that other programs make to the file are
        told from ours by them.
        """
        share = self._excess(self._tail_size, len(self._tail))
        if share < 1:
            return None
        last = Position(self._base + len(self._tail))
        until = min(last, _limit(saved)) if keep_base else last
        if until <= self._base:
            return None
        count = until - self._base
        size = sum(length for length, _ in zip(self._tail, range(count), strict=False))
        # Where most of it has to stay, the work is not worth it yet.
        return until if self._excess(size, count) >= 0.5 else None

    def _excess(self, size: int, count: int) -> float:
        """How much of what is allowed ``count`` updates of ``size`` bytes are; 1: all of it."""
        policy = self._policy
        allowed = max(policy.tail_size, policy.tail_ratio * self._snapshot_size)
        return max(size / allowed, count / policy.tail_count)


def _limit(saved: SavedMark | None) -> Position:
    """The last position that may be put together with what is before it."""
    if saved is None:
        return Position(0)
    return min([saved.position, *(Position(position - 1) for position in saved.merged)])


def condense(updates: Iterable[bytes]) -> bytes:
    """One update that makes what ``updates`` make.

    It is applied to an empty document, and that compared, before it is returned; raises
    :class:`~jupyter_collab.errors.StoreError` where it differs. Takes a time that grows with
    the document: not for the event loop.
    """
    original: Doc[Any] = Doc()
    try:
        with original.transaction():
            for update in updates:
                original.apply_update(update)
    except ValueError as error:
        raise StoreError("A history cannot be put together: its bytes are no updates") from error
    snapshot = original.get_update()
    copy: Doc[Any] = Doc()
    copy.apply_update(snapshot)
    if copy.get_state() != original.get_state() or copy.get_update() != snapshot:
        raise StoreError("A history cannot be put together: the result is another document")
    return snapshot
