"""What of a history is not durable yet, kept small while the store is away (pure)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from pycrdt import merge_updates

from ..protocol.identity import Position
from ..protocol.messages import EMPTY_UPDATE
from .port import SavedMark

Row = tuple[Position, bytes]
"""An update and its position, as they are written to the log."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The updates at the positions ``first`` to ``last``, put together.

    ``complete``: it is the whole document at ``last``, and so all that was before, too.
    """

    first: Position
    last: Position
    update: bytes
    complete: bool = False


class Backlog:
    """Updates in order, without gaps, from which rows for the log are taken at the front.

    An entry that stands for several positions is written as its update at the first of them
    and empty updates at the others, so that positions stay what the room takes them for.
    """

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self.size = 0
        """Bytes of all updates."""

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, position: Position, update: bytes) -> None:
        """Add the update at ``position``, the one after the last."""
        self._entries.append(Entry(position, position, update))
        self.size += len(update)

    def fills(self, count: int, size: int) -> bool:
        """Whether ``count`` entries are there, or ``size`` bytes, or more."""
        return len(self._entries) >= count or self.size >= size

    def rows(self, count: int, size: int) -> tuple[Row, ...]:
        """The first rows: ``count`` at most, and no more than the first beyond ``size`` bytes."""
        taken: list[Row] = []
        for position, update in self.all_rows():
            if len(taken) == count or (taken and size < len(update)):
                break
            size -= len(update)
            taken.append((position, update))
        return tuple(taken)

    def all_rows(self) -> Iterator[Row]:
        """All rows, from front to back."""
        for entry in self._entries:
            yield entry.first, entry.update
            for position in range(entry.first + 1, entry.last + 1):
                yield Position(position), EMPTY_UPDATE

    def drop(self, until: Position) -> None:
        """Remove the rows up to and including ``until``: they are durable."""
        while self._entries and self._entries[0].first <= until:
            entry = self._entries.popleft()
            self.size -= len(entry.update)
            if entry.last > until:
                rest = Entry(Position(until + 1), entry.last, EMPTY_UPDATE)
                self._entries.appendleft(rest)
                self.size += len(EMPTY_UPDATE)

    def shrink(self, after: Position, mark: SavedMark | None) -> None:
        """Put the updates behind ``after`` together, as far as ``mark`` allows.

        The document at the positions that the mark names must still be there to be read, and
        each merged update by itself.
        """
        bounds = _bounds(mark)
        runs: list[list[Entry]] = [[]]
        for entry in self._entries:
            runs[-1].append(entry)
            if entry.first <= after or entry.last in bounds:
                runs.append([])
        self._set(_together(run) for run in runs if run)

    def complete(self, after: Position, mark: SavedMark | None, snapshot: bytes) -> None:
        """Let ``snapshot``, the document at the last position, stand for the end.

        That is for all behind ``after`` and behind what ``mark`` names, if there is anything.
        """
        keep = max(_bounds(mark) | {after})
        kept = [entry for entry in self._entries if entry.first <= keep]
        replaced = [entry for entry in self._entries if entry.first > keep]
        if replaced:
            kept.append(Entry(replaced[0].first, replaced[-1].last, snapshot, complete=True))
            self._set(kept)

    def _set(self, entries: Iterable[Entry]) -> None:
        self._entries = deque(entries)
        self.size = sum(len(entry.update) for entry in self._entries)


def _bounds(mark: SavedMark | None) -> set[Position]:
    """Positions behind which nothing may be put together with what is before."""
    if mark is None:
        return set()
    bounds = {mark.position, mark.writing or mark.position}
    for position in mark.merged:
        bounds |= {Position(position - 1), position}
    return bounds


def _together(run: list[Entry], merge: Callable[..., bytes] = merge_updates) -> Entry:
    if len(run) == 1:
        return run[0]
    needed = run
    for index, entry in enumerate(run):
        if entry.complete:
            needed = run[index:]
    updates = [entry.update for entry in needed]
    whole = replace(needed[0], first=run[0].first, last=run[-1].last)
    return replace(whole, update=updates[0] if len(updates) == 1 else merge(*updates))
