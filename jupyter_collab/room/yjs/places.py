"""Where in a document each struct of its history lies.

What is inserted between two others lies where they do. Where these lie apart Yrs believes one of
them and Yjs the other: the server would look at another document than the one that browsers show.
What lies where it does not belong neither shows, but both count it: a value in a text moves all
that is typed behind it from then on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...errors import ProtocolError
from .structs import ARRAY, DELETED, MAP, STRING, TEXT, Id, Run, Struct
from .vetting import SKIP, read_broadly

Place = tuple[Id | bytes, bytes | None]
"""A type, by its id or its name, and a key in it if it has such."""

GONE: Place = (b"", None)
"""The place of what was deleted with all that it lay in."""

_ROOTS: Mapping[bytes, int] = {b"cells": ARRAY, b"meta": MAP, b"state": MAP, b"source": TEXT}


@dataclass(slots=True)
class _Span:
    """Structs of one client up to the clock ``end``, at a ``place`` or ``beside`` another one."""

    end: int
    place: Place | None
    beside: Id | None
    type: int | None
    was_any: bool
    """Whether it was deleted, so that nothing tells whether it was a type."""
    row: int
    """The clock from which on each struct of this client was inserted behind the one before."""


class Places:
    """Knows where everything lies that it was told, and what ``others`` know."""

    def __init__(self, others: Places | None = None) -> None:
        self._others = others
        self._starts: dict[int, list[int]] = {}
        self._spans: dict[int, list[_Span]] = {}

    def add(self, update: bytes) -> list[tuple[int, Struct]]:
        """Everybody has this update now. Returns what of it is new and not gone, with its
        clients."""
        return self.add_runs(read_broadly(update), update)

    def require_alike(self, update: bytes) -> tuple[Places, list[tuple[int, Struct]]]:
        """Raise :class:`~jupyter_collab.errors.ProtocolError` where Yrs and Yjs may not agree where
        something in ``update`` lies, or what it is. Returns what is known with it, and what of it
        is new."""
        with_new = Places(self)
        runs = read_broadly(update)
        new = with_new.add_runs(runs, update)
        for run in runs:
            for struct in run.structs:
                with_new._require_alike(struct, run.client, update)
        return with_new, new

    def _require_alike(self, struct: Struct, client: int, update: bytes) -> None:
        behind = (
            (client, self._known(client) - 1) if self._is_begun(struct, client) else struct.origin
        )
        beside = [id for id in (behind, struct.right) if id is not None]
        places = {self.place(id) for id in beside if not self._is_gone(id, client)} - {None}
        if len(places) > 1:
            raise ProtocolError("an update has a struct between two that lie apart")
        if len(beside) > 1 and self._is_behind(*beside):
            raise ProtocolError("an update has a struct before what it lies behind")
        if isinstance(struct.parent, tuple):
            span = self.find(struct.parent)
            if span is not None and span.type is None and not span.was_any:
                raise ProtocolError("an update has a struct in what holds nothing")
        place = self.place((client, struct.clock + struct.length - 1))
        if place is not None and struct.content(update) != 0:
            self._require_at(place, struct, client, update)

    def _is_behind(self, id: Id, other: Id) -> bool:
        """Whether ``id`` is ``other``, or certainly lies behind it: Yrs makes one struct of those
        that go on from each other."""
        span = self.find(id)
        return id[0] == other[0] and span is not None and span.row <= other[1] <= id[1]

    def _require_at(self, place: Place, struct: Struct, client: int, update: bytes) -> None:
        """The same, of something that is there."""
        content = struct.content(update)
        if place[1] is not None and struct.length > 1 and content != DELETED:
            raise ProtocolError("an update has several values with one key")
        if place[1] is not None and struct.right is not None:
            raise ProtocolError("an update has a value before another one with its key")
        if not self._belongs(content, place):
            raise ProtocolError("an update has a struct where nothing of its kind lies")
        if not self._goes_on(struct, client, place):
            raise ProtocolError("an update has a struct that lies apart from its beginning")

    def _belongs(self, content: int, place: Place) -> bool:
        """Whether such a content is what lies there: words in texts, and values in all else."""
        name = place[0]
        span = self.find(name) if isinstance(name, tuple) else None
        type = _ROOTS.get(name) if isinstance(name, bytes) else span and span.type
        if type not in (ARRAY, MAP, TEXT):
            return True  # nobody knows what it was, or who may edit has put it there
        is_kind = content == DELETED or (content == STRING) == (type == TEXT)
        return is_kind and (place[1] is not None) == (type == MAP)

    def _goes_on(self, struct: Struct, client: int, place: Place) -> bool:
        """Whether ``struct``, if its beginning is known already, lies where that does."""
        if not self._is_begun(struct, client):
            return True
        begins_at = self.place((client, self._known(client) - 1))
        if begins_at != GONE or not isinstance(place[0], tuple):
            return begins_at == place
        span = self.find(place[0])  # which has to be gone as well
        return span is None or span.was_any or self.place(place[0]) == GONE

    def _is_gone(self, id: Id, client: int) -> bool:
        """Whether it was deleted with its cell, which ``client`` need not have heard of."""
        is_known = self._others is not None and self._others.find(id) is not None
        return is_known and id[0] != client and self.place(id) == GONE

    def place(self, id: Id) -> Place | None:
        """Where it lies; ``None`` where that is not known."""
        trail: dict[Id, _Span] = {}
        at: Id | None = id
        place = None
        while at is not None and at not in trail and (span := self.find(at)) is not None:
            trail[at] = span
            place, at = span.place, None if span.place else span.beside
        for span in trail.values():
            span.place = place
        return place

    def find(self, id: Id) -> _Span | None:
        """What ``id`` belongs to, if that is known; what an update says of it is news only where
        ``others`` do not know."""
        if self._others is not None and (known := self._others.find(id)) is not None:
            return known
        client, clock = id
        index = bisect_right(self._starts.get(client, ()), clock) - 1
        if index >= 0 and clock < (span := self._spans[client][index]).end:
            return span
        return None

    def end(self, client: int) -> int:
        """The clock before which everything of ``client`` is known."""
        spans = self._spans.get(client)
        return spans[-1].end if spans else 0

    def sizes(self) -> Counter[Place]:
        """How many structs lie in each place."""
        ids = ((client, start) for client, starts in self._starts.items() for start in starts)
        return Counter(place for id in ids if (place := self.place(id)) is not None)

    def next_in_one(self, id: Id | Place) -> Id | None:
        """What follows ``id`` as a part of the same struct."""
        client, clock = id
        if not isinstance(client, int) or not isinstance(clock, int):
            return None
        span = self.find((client, clock))
        return (client, clock + 1) if span is not None and clock + 1 < span.end else None

    def add_runs(self, runs: Sequence[Run], update: bytes) -> list[tuple[int, Struct]]:
        """The same, of parts of ``update`` alone."""
        ends = {run.client: max(self._known(run.client), self.end(run.client)) for run in runs}
        for run in runs:
            self._add(run, update)
        return [
            (run.client, struct)
            for run in runs
            for struct in run.structs
            if struct.clock >= ends[run.client] and struct.content(update) not in (0, SKIP)
        ]

    def _known(self, client: int) -> int:
        """The clock before which ``others`` know everything of ``client``."""
        return 0 if self._others is None else self._others.end(client)

    def _is_begun(self, struct: Struct, client: int) -> bool:
        """Whether a part of ``struct`` is known; the rest goes on behind that."""
        return struct.clock < self._known(client) < struct.clock + struct.length

    def _add(self, run: Run, update: bytes) -> None:
        starts = self._starts.setdefault(run.client, [])
        spans = self._spans.setdefault(run.client, [])
        for struct in run.structs:
            begin, end = struct.clock, struct.clock + struct.length
            index = bisect_right(starts, begin)
            if index and spans[index - 1].end > begin:
                begin = spans[index - 1].end
            if begin < end and struct.content(update) != SKIP:
                starts.insert(index, begin)
                row = self._row(struct, begin, run.client)
                spans.insert(index, _span(struct, end, row, update))

    def _row(self, struct: Struct, begin: int, client: int) -> int:
        """Where the row begins to which ``struct`` belongs, of which ``begin`` is the first that
        was not added."""
        at = self._known(client) if self._is_begun(struct, client) else begin
        goes_on = at > struct.clock or struct.origin == (client, at - 1)
        before = self.find((client, at - 1)) if goes_on else None
        return at if before is None else before.row


def _span(struct: Struct, end: int, row: int, update: bytes) -> _Span:
    was_any = struct.content(update) in (0, DELETED)
    if struct.parent is not None:
        return _Span(end, (struct.parent, struct.key), None, struct.type, was_any, row)
    beside = struct.origin or struct.right
    return _Span(end, GONE if beside is None else None, beside, struct.type, was_any, row)
