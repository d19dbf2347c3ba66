"""Brings along what somebody who moved or merged cells had not received of them yet.

Moving a cell, or changing its type, is deleting it and inserting a copy with the same id; merging
cells is deleting them and inserting one that has their text. Agents put another text in the place
of a source, which deletes that. What others have written in them, and whoever did that did not know
of, would be gone with the old ones.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from pycrdt import Array, Assoc, Map, Text

from ...errors import ProtocolError
from ...protocol.varint import Reader
from ..texts.common import has_words, kept
from ..texts.merge import merge_text
from ..texts.subsequences import Effort
from ..texts.words import says
from ..yjs.gaps import deletions
from ..yjs.structs import STRING, TEXT, Id, Run, Struct, read_structs
from .mending import mend_source
from .reading import id_of
from .textedit import edit_text
from .walking import cells_at, ids_of, sources_of

_AN_ID = re.compile(rb"\x02id\x01\x77")
"""How an update gives a new cell its id: the key, one value, which is a text."""

_IN_A_PLACE = re.compile(rb"[\x87\x88\xa7\xa8]")
"""How what an update puts into the place of a member begins: it has one before it, and a key, which
is not told where updates were merged."""

_FLAT = re.compile(
    rb"(?<!w)\x01(?:[\x78\x79\x7e]|[\x7a\x7b].{8}|\x7c.{4}|\x7d[\x80-\xff]*[\x00-\x7f]"
    rb"|w\x04idle|w\x07running)\Z",
    re.DOTALL,
)
"""How one value ends that is no source, as are told of each run of a cell: to look for what has
gone takes hundredths of a second where there are thousands of cells."""

_STRUCTS = 100_000
_UNITS = 20_000
_MERGED = 50
"""So much is looked at of an update, of the sources of cells that it moves or merges, and of such
cells, which takes a tenth of a second. Of what is beyond, only what the mover has comes along."""

_STEPS = 300_000
"""What may be spent on looking for cells in others, about a tenth of a second."""

_PIECES = 200
"""So many pieces of a text are gone past in the time that it takes to ask for one character."""

_LONG = 64
"""Bytes of a source that is in an update by no accident. It takes as long to look for it in a
thousand bytes as it takes to ask for one character."""

_BETWEEN = "\n\n"
"""What JupyterLab writes between cells that it merges."""


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """An update that brings cells, or other sources: what it ``deleted``, the ids of the new cells
    by those of their sources, and these sources as they were inserted, by the ids of the cells."""

    update: bytes
    deleted: Deleted
    sources: dict[Id, str]
    copies: dict[str, bytes]

    @staticmethod
    def of(update: bytes) -> Rebuilding | None:
        """``None`` for any other update. Costs next to nothing where no cell or source comes."""
        brings = _AN_ID.search(update) is not None
        if not brings and _IN_A_PLACE.search(update) is None:
            return None
        try:
            runs = read_structs(update, _STRUCTS)
            if not brings and not any(_is_source(update, it, end) for _, it, end in _ends(runs)):
                return None
            return Rebuilding(update, _deleted(update, runs), *_copies(update, runs))
        except (ProtocolError, UnicodeDecodeError):
            return None


@dataclass(frozen=True, slots=True)
class Replaced:
    """A cell that an update deletes: its id, that of its source, the source, and what of it whoever
    made the update had."""

    id: str
    text: Id
    known: str
    source: str

    @property
    def lacks(self) -> bool:
        return self.known != self.source


def replaced_by(change: Rebuilding, cells: Array[Any]) -> list[Replaced]:
    """Those of ``cells`` that ``change``, which is not applied yet, deletes, in order.

    An update deletes a cell with all that its maker has seen in it: what it does not name was not
    there for them.
    """
    deleted = change.deleted
    if deleted.nothing:
        return []
    sources = sources_of(cells)
    places = [place for place, item in enumerate(sources) if item and deleted.has(item)]
    replaced, effort = [], Effort(_UNITS)
    for place, ycell in zip(places, cells_at(cells, places), strict=True):
        id, item = id_of(ycell), sources[place]
        if not isinstance(id, str) or item is None:
            continue
        text = ycell["source"]
        known = source = str(text)
        if change.copies.get(id) != (words := source.encode()) and len(text) == len(words):
            known = _known(text, source, change, effort)
        replaced.append(Replaced(id, item, known, source))
    return replaced


def carry(replaced: list[Replaced], cells: Array[Any], before: list[Any]) -> bool:
    """Write what was lacking into the cells that came in place of those that are gone; ``before``
    are the ids that there were."""
    here = _places(ids_of(cells))
    carried = False
    lacking = [it for it in replaced if it.lacks and it.id in here]
    copies = cells_at(cells, [here[it.id] for it in lacking])
    for it, ycell in zip(lacking, copies, strict=True):
        carried |= _write(ycell, it.known, it.source)
    gone = [it for it in replaced if it.id not in here][:_MERGED]
    if any(it.lacks for it in gone):
        merged = _Merged(gone)
        new = here.keys() - _places(before).keys()
        came = cells_at(cells, [here[id] for id in new])
        for ycell in came:
            carried |= merged.carry(ycell)
        carried |= merged.carry_rest(came)
    return carried


def _places(ids: list[Any]) -> dict[str, int]:
    return {id: place for place, id in enumerate(ids) if isinstance(id, str)}


class _Merged:
    """Cells that are ``gone``: one that came in place of several has what was known of them."""

    def __init__(self, gone: list[Replaced]) -> None:
        self._gone = gone
        self._known = _BETWEEN.join(it.known for it in gone)
        sizes = (len(it.known) + len(_BETWEEN) for it in gone)
        self._starts = list(accumulate(sizes, initial=0))
        self._places = {start: place for place, start in enumerate(self._starts)}
        self._left = [it for it in gone if it.lacks]

    def carry(self, ycell: Map[Any]) -> bool:
        here = str(ycell.get("source"))
        for first, start in enumerate(self._starts):
            end = self._places.get(start + len(here) + len(_BETWEEN), 0)
            if end >= first + 2 and self._known.startswith(here, start):
                carried = self._gone[first:end]
                self._left = [it for it in self._left if it not in carried]
                return _write(ycell, here, _BETWEEN.join(it.source for it in carried))
        return False

    def carry_rest(self, came: list[Map[Any]]) -> bool:
        """Each of the others into a cell that has all that was known of it, as where others of
        those that were merged were gone already, or had less by then."""
        carried, effort = False, Effort(_STEPS)
        for it in self._left:
            known = it.known.strip()
            for ycell in came if says(known) else ():
                here = str(ycell.get("source"))
                if kept(known, here, effort) == known:
                    before, at, after = here.partition(known)
                    text = ycell.get("source")
                    if at and has_words(here, known) and isinstance(text, Text):
                        carried |= edit_text(text, here, f"{before}{it.source.strip()}{after}")
                    else:
                        carried |= _write(ycell, it.known, it.source)
                    break
        return carried


def _write(ycell: Map[Any], known: str, source: str) -> bool:
    mend_source(ycell)
    text: Text = ycell["source"]
    here = str(text)
    return edit_text(text, here, merge_text(known, here, source), whole=False)


def _known(text: Text, source: str, change: Rebuilding, effort: Effort) -> str:
    """What of ``text``, which is ``source``, whoever made ``change`` had; all of it where it would
    take too long to find that out."""
    update, deleted = change.update, change.deleted
    if len(source) >= _LONG and effort.spend(len(update) // 1000) and source.encode() in update:
        return source
    units = list(_items(text, source, effort))
    if len(units) < len(source):
        return source
    return "".join(unit for unit, items in units if any(map(deleted.has, items)))


def _ends(runs: list[Run]) -> Iterator[tuple[int, Struct, int]]:
    """Each struct, with its client and with where it ends."""
    for run in runs:
        ends = [*(struct.at for struct in run.structs[1:]), run.end]
        for struct, end in zip(run.structs, ends, strict=True):
            yield run.client, struct, end


def _is_source(update: bytes, struct: Struct, end: int) -> bool:
    """Whether ``struct`` may be what is put into the place of a source."""
    if _IN_A_PLACE.match(update, struct.at) is None:
        return False
    if struct.type is not None:
        return struct.type == TEXT
    return _FLAT.search(update, struct.at, end) is None


def _copies(update: bytes, runs: list[Run]) -> tuple[dict[Id, str], dict[str, bytes]]:
    """The cells that ``update`` brings: their ids by those of their sources, and the sources by the
    ids of the cells, as they were inserted."""
    ids: dict[Id, bytes] = {}
    texts: dict[Id, Id] = {}
    words: dict[Id, bytes] = {}
    for client, struct, end in _ends(runs):
        parent = struct.parent
        if not isinstance(parent, tuple):
            continue
        if struct.key == b"id" and (start := _AN_ID.search(update, struct.at, end)):
            ids[parent] = Reader(update[start.end() : end]).read_varbytes()
        elif struct.key == b"source" and struct.type == TEXT:
            texts[client, struct.clock] = parent
        elif struct.key is None and parent in texts and struct.content(update) == STRING:
            words.setdefault(texts[parent], _words(update[struct.at : end]))
    names = {cell: id.decode() for cell, id in ids.items()}
    sources = {text: names[cell] for text, cell in texts.items() if cell in names}
    return sources, {names[cell]: words.get(cell, b"") for cell in texts.values() if cell in names}


def _words(struct: bytes) -> bytes:
    """What a ``struct`` has that is the first one in a text."""
    reader = Reader(struct)
    reader.skip(1)  # what it is
    for _ in range(3):  # that its parent is no root, but this one
        reader.read_varuint()
    return reader.read_varbytes()


class Deleted:
    """What an update deletes."""

    def __init__(self, ranges: Iterable[tuple[int, int, int]]) -> None:
        spans: Mapping[int, list[tuple[int, int]]] = defaultdict(list)
        for client, clock, length in ranges:
            spans[client].append((clock, clock + length))
        self._spans = {client: _joined(known) for client, known in spans.items()}
        self.size = sum(map(len, self._spans.values()))

    @property
    def nothing(self) -> bool:
        return not self._spans

    def has(self, item: Id) -> bool:
        client, clock = item
        spans = self._spans.get(client, [])
        at = bisect_right(spans, (clock, float("inf"))) - 1
        return at >= 0 and clock < spans[at][1]

    def has_some(self, client: int, clock: int, length: int) -> bool:
        return client in self._spans and self._share(client, clock, clock + length) > 0

    def touches(self, other: Deleted) -> bool:
        """Whether something is deleted by both."""
        return self.shares(other) > 0

    def shares(self, other: Deleted) -> int:
        """How much is deleted by both; takes as long as the other one is."""
        return sum(
            self._share(client, *span) for client, spans in other._spans.items() for span in spans
        )

    def _share(self, client: int, start: int, end: int) -> int:
        spans = self._spans.get(client, [])
        at = max(0, bisect_right(spans, (start, float("inf"))) - 1)
        shared = 0
        while at < len(spans) and spans[at][0] < end:
            shared += max(0, min(end, spans[at][1]) - max(start, spans[at][0]))
            at += 1
        return shared


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, and those that touch as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def deleted_by(update: bytes) -> Deleted:
    """What ``update`` deletes; nothing where that cannot be read, or is too much."""
    try:
        return _deleted(update, read_structs(update, _STRUCTS))
    except ProtocolError:
        return Deleted(())


def _deleted(update: bytes, runs: list[Run]) -> Deleted:
    return Deleted(deletions(Reader(update[runs[-1].end if runs else 1 :])))


def unseen(text: Text, source: str, deleted: Deleted, room: int) -> str:
    """What of ``text``, which is ``source``, is not ``deleted``, if the client ``room`` has written
    some of it; nothing where it would take too long to find that out."""
    units = list(_items(text, source, Effort(_UNITS)))
    left = [(unit, it) for unit, it in units if not any(map(deleted.has, it))]
    is_brought = any(client == room for _, ((client, _), _) in left)
    return "".join(unit for unit, _ in left) if is_brought and len(units) == len(source) else ""


def units_of(text: Text, source: str, effort: Effort) -> Deleted:
    """All that is in ``text``, which is ``source``, as far as the effort goes."""
    units = _items(text, source, effort)
    return Deleted((*first, 2 if ord(unit) > 0xFFFF else 1) for unit, (first, _) in units)


def _items(text: Text, source: str, effort: Effort) -> Iterator[tuple[str, tuple[Id, Id]]]:
    """Each character of ``text``, which is ``source``, with the item that it is, or begins: one of
    two. Ends where the effort does.

    Yrs counts bytes where it should count UTF-16 code units, within what was written in one go.
    What follows a character of several bytes looks alike where it was written in one go with it,
    and where others lie between that are gone, or elsewhere.
    """
    at, pieces, expected, true = 0, 0, (-1, -1), -1
    for unit in source:
        if not effort.spend(1 + pieces // _PIECES):
            return
        item = text.sticky_index(at, Assoc.AFTER).to_json()["item"]
        client, clock = item["client"], item["clock"]
        if (client, clock) != expected:
            true = clock
            pieces += 1
        yield unit, ((client, true), (client, clock))
        size = len(unit.encode())
        at += size
        expected = client, clock + size
        true += 2 if ord(unit) > 0xFFFF else 1
