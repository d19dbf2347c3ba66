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


@dataclass(frozen=True, slots=True)
class Limits:
    """``batch_rows`` and ``batch_size`` (bytes) bound one request: what fails is asked again
    as a whole, and takes its time. ``backlog`` is how many bytes may wait, while the log
    fails, before they are put together."""

    batch_rows: int = 256
    batch_size: int = 4 * 1024 * 1024
    backlog: int = 4 * 1024 * 1024


BY_DEFAULT = Limits()


class Backlog:
    """Updates in order, without gaps, from which rows for the log are taken at the front.

    ``size`` is how many bytes they have. Rows that were ``tried`` may be in the log, so they stay
    as they are until it is known to have them.

    An entry that stands for several positions is written as its update at the first of them
    and empty updates at the others, so that positions stay what the room takes them for.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._entries: deque[Entry] = deque()
        self._shrink_above = limits.backlog
        self.size = 0
        self.tried: tuple[Row, ...] = ()

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, position: Position, update: bytes) -> None:
        """Add the update at ``position``, the one after the last."""
        self._entries.append(Entry(position, position, update))
        self.size += len(update)

    @property
    def fills_request(self) -> bool:
        """Whether as much is there as goes into one request, or more."""
        limits = self._limits
        return len(self._entries) >= limits.batch_rows or self.size >= limits.batch_size

    @property
    def is_large(self) -> bool:
        """Whether :meth:`shrink` is due."""
        return self.size > self._shrink_above

    def next_rows(self) -> tuple[Row, ...]:
        """What to try: the same as before, until the log is known to have it."""
        self.tried = self.tried or self._first_rows()
        return self.tried

    def _first_rows(self) -> tuple[Row, ...]:
        """As many as one request takes, of which only the first may be beyond its size."""
        count, size = self._limits.batch_rows, self._limits.batch_size
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
        self.tried = tuple(row for row in self.tried if row[0] > until)
        if not self._entries:
            self._shrink_above = self._limits.backlog

    def shrink(
        self, after: Position, mark: SavedMark | None, snapshot: Callable[[], bytes]
    ) -> None:
        """Make less of what is behind ``after`` and was not tried: with ``snapshot``, the document
        at the last position, where it is not enough to put updates together."""
        after = max(after, self.tried[-1][0]) if self.tried else after
        self._merge(after, mark)
        if self.size > self._limits.backlog:
            self._complete(after, mark, snapshot())
        self._shrink_above = max(self._limits.backlog, 2 * self.size)

    def _merge(self, after: Position, mark: SavedMark | None) -> None:
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

    def _complete(self, after: Position, mark: SavedMark | None, snapshot: bytes) -> None:
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
