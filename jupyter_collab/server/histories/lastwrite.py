"""Which state of a history a file goes on from, where the log was not told (no I/O)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc

from ...protocol.identity import Position
from ...room.content.document import Document
from ...room.content.notebook import Notebook
from ...store.port import SavedMark, StoredHistory
from .replaying import apply, content, is_torn

_LACK = 3
"""A change that the file lacks counts as much as three that it has. Many words are in many lines,
so that some may have come from elsewhere; and what is taken for written may be taken for deleted,
while what is not is at worst brought once more."""

_STATES = 16
"""States of a long history that are compared with the file before it is looked more closely."""

_READ = 20_000_000
"""Bytes of a document that may be read to find the state that a copy of its file has: a second or
two of a thread."""


@dataclass(frozen=True, slots=True)
class State:
    """The document at a ``position``, or where ``torn`` the beginning of it."""

    position: Position
    torn: bool


def copied_state(type: str, stored: StoredHistory, in_file: Any) -> State | None:
    """The latest state of a history that is ``in_file``; ``None``: it is none, or from long ago.

    Who copies a folder while people type may copy a file before the store, which then knows what
    the file had later. What it lacks of that nobody has deleted.
    """
    doc: Doc[Any] = Doc()
    document = Document.of(type, doc)
    size = sum(len(update) for update in stored.updates)
    first = max(0, len(stored.updates) - max(_STATES, _READ // size))
    found = None
    for at, update in enumerate(stored.updates):
        if not apply(doc, (update,)):
            return None
        if at < first:
            continue
        position, then = Position(stored.first + at), document.read()
        if then == in_file:
            found = State(position, torn=False)
        elif is_torn(in_file, then) and (found is None or found.torn):
            found = State(position, torn=True)
    return found


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
