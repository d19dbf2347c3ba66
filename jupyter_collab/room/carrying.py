"""Brings along what somebody who moved a cell had not received of it yet.

Moving a cell, or changing its type, is deleting it and inserting a copy with the same id. What
others have written in it, and the mover did not know of, would be gone with the old one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pycrdt import Array, Assoc, Map, Text

from ..errors import ProtocolError
from ..protocol.varint import Reader
from .gaps import deletions
from .reading import id_of
from .structs import Id, read_structs
from .textedit import edit_text
from .textmerge import merge_text

_AN_ID = re.compile(rb"\x02id\x01\x77")
"""How an update gives a new cell its id: the key, one value, which is a text."""

_STRUCTS = 100_000
_UNITS = 10_000
"""So much is looked at of an update, and of the sources of cells that it moves, which takes a tenth
of a second. Of what is beyond, only what the mover has comes along."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A cell that an update replaces: its source, and what of it whoever made the update had."""

    id: str
    known: str
    source: str


def moved_by(update: bytes, cells: Array[Any]) -> list[Moved]:
    """Those of ``cells`` of which the mover lacks something; asked before ``update`` is applied.

    Costs next to nothing where no new cell comes. An update deletes a cell with all that its maker
    has seen in it: what it does not name was not there for them.
    """
    if _AN_ID.search(update) is None:
        return []
    named = _ids_in(update)
    ids = enumerate(map(id_of, cells))
    places = [(place, id) for place, id in ids if isinstance(id, str) and id in named]
    if not places:
        return []
    try:
        deleted = _Deleted.by(update)
    except ProtocolError:
        return []
    moved, left = [], _UNITS
    for place, id in places:
        text = cells[place].get("source")
        if not isinstance(text, Text) or not deleted.has(_item_at(cells, place)):
            continue
        source = str(text)
        left -= len(source)
        if left < 0:
            break
        if source.encode() not in update and len(text) == len(source.encode()):
            known = "".join(unit for unit, item in _items(text, source) if deleted.has(item))
            if known != source:
                moved.append(Moved(id, known, source))
    return moved


def carry(moved: Iterable[Moved], cells: Array[Any]) -> bool:
    """Write what each mover lacked into the cell that came in place of the old one."""
    carried = False
    for it in moved:
        copies = [cell for cell in cells if id_of(cell) == it.id]
        text = copies[0].get("source") if copies and isinstance(copies[0], Map) else None
        if isinstance(text, Text):
            here = str(text)
            carried |= edit_text(text, here, merge_text(it.known, here, it.source))
    return carried


def _ids_in(update: bytes) -> set[str]:
    ids = set()
    for match in _AN_ID.finditer(update):
        try:
            ids.add(Reader(update[match.end() : match.end() + 300]).read_varstring())
        except ProtocolError:
            continue  # it only looks like one
    return ids


class _Deleted:
    """What an update deletes."""

    def __init__(self, ranges: Iterable[tuple[int, int, int]]) -> None:
        spans: Mapping[int, list[tuple[int, int]]] = defaultdict(list)
        for client, clock, length in ranges:
            spans[client].append((clock, clock + length))
        self._spans = {client: sorted(known) for client, known in spans.items()}

    @classmethod
    def by(cls, update: bytes) -> _Deleted:
        runs = read_structs(update, _STRUCTS)
        return cls(deletions(Reader(update[runs[-1].end if runs else 1 :])))

    def has(self, item: Id) -> bool:
        client, clock = item
        spans = self._spans.get(client, [])
        at = bisect_right(spans, (clock, float("inf"))) - 1
        return at >= 0 and clock < spans[at][1]


def _item_at(sequence: Array[Any] | Text, place: int) -> Id:
    item = sequence.sticky_index(place, Assoc.AFTER).to_json()["item"]
    return item["client"], item["clock"]


def _items(text: Text, source: str) -> Iterator[tuple[str, Id]]:
    """Each character of ``text``, which is ``source``, and the item that it is, or begins.

    Yrs counts bytes where it should count UTF-16 code units, within what was written in one go.
    """
    at, expected, true = 0, (-1, -1), -1
    for unit in source:
        client, clock = _item_at(text, at)
        if (client, clock) != expected:
            true = clock
        yield unit, (client, true)
        size = len(unit.encode())
        at += size
        expected = client, clock + size
        true += 2 if ord(unit) > 0xFFFF else 1
