"""Brings along what somebody who moved or merged cells had not received of them yet.

Moving a cell, or changing its type, is deleting it and inserting a copy with the same id; merging
cells is deleting them and inserting one that has their text. What others have written in them, and
whoever did that did not know of, would be gone with the old ones.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pycrdt import Array, Assoc, Map, Text

from ...errors import ProtocolError
from ...protocol.varint import Reader
from ..texts.merge import merge_text
from ..yjs.gaps import deletions
from ..yjs.structs import Id, read_structs
from .reading import id_of
from .textedit import edit_text

_AN_ID = re.compile(rb"\x02id\x01\x77")
"""How an update gives a new cell its id: the key, one value, which is a text."""

_STRUCTS = 100_000
_UNITS = 10_000
_MERGED = 50
"""So much is looked at of an update, of the sources of cells that it moves or merges, and of such
cells, which takes a tenth of a second. Of what is beyond, only what the mover has comes along."""


_BETWEEN = "\n\n"
"""What JupyterLab writes between cells that it merges."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A cell that an update deletes: its source, and what of it whoever made the update had."""

    id: str
    known: str
    source: str


def replaced_by(update: bytes, cells: Array[Any]) -> list[Replaced]:
    """Those of ``cells`` that ``update``, which is not applied yet, deletes as it brings others, in
    order; none where whoever made it had all that is in them.

    Costs next to nothing where no new cell comes. An update deletes a cell with all that its maker
    has seen in it: what it does not name was not there for them.
    """
    if _AN_ID.search(update) is None:
        return []
    try:
        deleted = _Deleted.by(update)
    except ProtocolError:
        return []
    if deleted.nothing:
        return []
    replaced, left = [], _UNITS
    for place in range(len(cells)):
        if not deleted.has(_item_at(cells, place)):
            continue
        ycell = cells[place]
        id = id_of(ycell)
        text = ycell.get("source") if isinstance(id, str) else None
        if not isinstance(text, Text):
            continue
        known = source = str(text)
        if source.encode() not in update and len(text) == len(source.encode()):
            left -= len(source)
            if left < 0:
                break
            known = "".join(unit for unit, item in _items(text, source) if deleted.has(item))
        replaced.append(Replaced(id, known, source))
    return replaced if any(it.known != it.source for it in replaced) else []


def carry(replaced: list[Replaced], cells: Array[Any], before: Collection[str]) -> bool:
    """Write what was lacking into the cells that came in place of those that are gone; ``before``
    has the ids that there were."""
    here = {id: ycell for ycell in cells if isinstance(id := id_of(ycell), str)}
    carried = False
    for it in replaced:
        if it.id in here:
            carried |= _write(here[it.id], it.known, it.source)
    gone = [it for it in replaced if it.id not in here][:_MERGED]
    for id in here.keys() - set(before) if gone else ():
        carried |= _carry_merged(here[id], gone)
    return carried


def ids_of(cells: Array[Any]) -> set[str]:
    return {id for id in map(id_of, cells) if isinstance(id, str)}


def _carry_merged(ycell: Map[Any], gone: list[Replaced]) -> bool:
    """The same for a cell that came in place of several, as it has what was known of them."""
    here = str(ycell.get("source"))
    for start in range(len(gone)):
        for end in range(start + 2, len(gone) + 1):
            known = _BETWEEN.join(it.known for it in gone[start:end])
            if known == here:
                return _write(ycell, known, _BETWEEN.join(it.source for it in gone[start:end]))
            if not here.startswith(known):
                break
    return False


def _write(ycell: Map[Any], known: str, source: str) -> bool:
    text = ycell.get("source")
    if not isinstance(text, Text):
        return False
    here = str(text)
    return edit_text(text, here, merge_text(known, here, source))


class _Deleted:
    """What an update deletes."""

    def __init__(self, ranges: Iterable[tuple[int, int, int]]) -> None:
        spans: Mapping[int, list[tuple[int, int]]] = defaultdict(list)
        for client, clock, length in ranges:
            spans[client].append((clock, clock + length))
        self._spans = {client: sorted(known) for client, known in spans.items()}

    @property
    def nothing(self) -> bool:
        return not self._spans

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
