"""Which state of a history a file goes on from, where the log was not told (no I/O)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from ..protocol.identity import Position
from ..room.content.notebook import Notebook
from ..store.port import SavedMark, StoredHistory
from .replaying import content

_LACK = 3
"""A change that the file lacks counts as much as three that it has. Many words are in many lines,
so that some may have come from elsewhere; and what is taken for written may be taken for deleted,
while what is not is at worst brought once more."""

_STATES = 16
"""States of a long history that are compared with the file before it is looked more closely."""


def later_base(type: str, stored: StoredHistory, saved: SavedMark, in_file: Any) -> Any:
    """The state that was written last, if that is later than what was ``saved``: the log could not
    be told, or failed already. ``None`` where it is not.

    It is the latest of those that are most like the file, by what was written and deleted since the
    state ``saved``: nobody but the server could know that. What the file lacks of it was typed
    after the last write, unless the file has more of what came later: then somebody has deleted it.
    A document is made for each state that is looked at, which are few unless it is in doubt.
    """
    before = content(type, stored, saved.position, saved.merged)
    if before is None or stored.position == saved.position:
        return None
    old, found = _words(before), _words(in_file)

    def state(position: Position) -> Any:
        return content(type, stored, position, saved.merged)

    def likeness(position: Position) -> int:
        return _likeness(old, _words(state(position)), found)

    first, last = Position(saved.position + 1), stored.position
    changed = _words(state(last))
    if not _likeness(old, changed, found, lack=0):
        return None  # nothing of it was written
    most = _likeness(old, changed, changed)
    best = last if likeness(last) == most else _best(first, last, likeness)
    return state(best) if likeness(best) > 0 else None


def _best(first: Position, last: Position, value: Callable[[Position], int]) -> Position:
    """The last of the positions of the highest value. Of many, it is the best of some, and then of
    those around it."""
    while True:
        step = max(1, (last - first) // _STATES)
        best = max(range(last, first - 1, -step), key=lambda at: (value(Position(at)), at))
        if step == 1:
            return Position(best)
        first, last = Position(max(first, best - step)), Position(min(last, best + step))


def _likeness(old: Counter[str], then: Counter[str], found: Counter[str], lack: int = _LACK) -> int:
    """How many of the changes from ``old`` to ``then`` are in what was ``found``, less those that
    are not, times ``lack``."""
    put_in, taken_out = then - old, old - then
    there = (put_in & (found - old)).total() + (taken_out & (old - found)).total()
    return there - lack * (put_in.total() + taken_out.total() - there)


def _words(read: Any) -> Counter[str]:
    """The words of a document, as it is read."""
    if isinstance(read, Notebook):
        return Counter(word for cell in read.cells for word in cell["source"].split())
    return Counter(read.split() if isinstance(read, str) else ())
