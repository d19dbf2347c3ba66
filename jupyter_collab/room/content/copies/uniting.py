"""Makes one of two cells that have the same texts, as several people have brought them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pycrdt import Array, Map

from ...texts.common import has_words, size_of
from ...texts.subsequences import Effort
from ...texts.words import says
from ...yjs.structs import Id
from ..carrying import Deleted, Replaced, units_of
from ..doubles import part_doubles
from ..textedit import edit_text
from ..walking import cells_of, ids_of, sources_of
from .arrivals import Arrival, NewCell
from .comparing import Comparing
from .joining import joined
from .memory import Copy, Memory, pieces_of
from .rivals import MOST, Claim

_UNITS = 20_000
"""So much is looked at of a source that goes, which takes a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Uniting:
    """Makes one of cells that are there since the ``arrival`` of an update that ``deleted`` this
    and that. What people have written in a cell of which all that its deleter knew was gone is the
    ``rest``."""

    cells: Array[Any]
    arrival: Arrival
    deleted: Deleted
    rest: Sequence[Replaced]
    memory: Memory
    comparing: Comparing

    def unite(self, claims: Sequence[Claim]) -> bool:
        """Make one of each new cell and of those older ones that there are ``claims`` on; returns
        whether there are any."""
        gone: set[Id] = set()
        doubles: list[Copy] = []
        for new in self.arrival.new:
            rivals = self._rivals(new, gone, claims)
            while rivals and new.text not in gone:
                holder = next(iter(rivals))
                shared = rivals.pop(holder)
                self.memory.copies += [self._taken(claim) for claim in shared]
                if self.arrival.ids.get(holder) == new.id:
                    doubles += [self._going(it, new.id, new) for it in (new.text, holder)]
                    continue
                elsewhere = [claim.words for claims in rivals.values() for claim in claims]
                gone.add(self._make_one(new, holder, shared, elsewhere))
        for place in sorted((self.arrival.places[text] for text in gone), reverse=True):
            del self.cells[place]
        if doubles:
            self._part(doubles)
        return bool(gone or doubles)

    def _rivals(
        self, new: NewCell, gone: set[Id], claims: Sequence[Claim]
    ) -> dict[Id, list[Claim]]:
        """The claims of a cell on what others still have, by the sources of these."""
        rivals: dict[Id, list[Claim]] = {}
        for claim in claims:
            holder = claim.copy.holder
            if claim.new != new or holder in (new.text, *gone):
                continue
            if says(self.comparing.common(claim.words, self._source(holder))):
                rivals.setdefault(holder, []).append(claim)
        return rivals

    def _make_one(
        self, new: NewCell, holder: Id, claims: Sequence[Claim], elsewhere: Sequence[str]
    ) -> Id:
        """Make one of the new cell and of the one that has ``claims`` on; returns which of them is
        not needed any more: the older one, unless the new one has only come back, or is a part of
        what was there."""
        was_at = {claim.copy.text for claim in claims}
        is_older = all(it.copy.whole and not self.deleted.has(it.copy.text) for it in claims)
        stays, goes = (holder, new.text) if is_older else (new.text, holder)
        parts = self._shared(new, claims)
        text, other = self._source(stays), self._source(goes)
        both = joined(text, other, parts, elsewhere if is_older else (), self.comparing, is_older)
        for rest in (cell.source.strip() for cell in self.rest if cell.text in was_at):
            both = both if has_words(both, rest) else f"{both}\n{rest}"
        edit_text(self._cell(stays)["source"], text, both)
        _attach(self._cell(stays), self._cell(goes))
        self.memory.joined.append(stays)
        if goes in self.arrival.ids:
            self.memory.copies.append(self._going(goes, self.arrival.ids[goes], new))
        self.memory.go_on(goes, self.arrival.ids.get(stays, ""), stays)
        return goes

    def _shared(self, new: NewCell, claims: Sequence[Claim]) -> list[str]:
        """What both cells had of texts that were one, each once, in the order of the new one."""
        parts: list[tuple[Id, str]] = []
        for copy, _, words in sorted(claims, key=lambda claim: -size_of(claim.words)):
            same = [part for text, part in parts if text == copy.text]
            common = (size_of(self.comparing.common(words, part)) for part in same)
            if not any(size > MOST * size_of(words) for size in common):
                parts.append((copy.text, words.strip()))
        return sorted((part for _, part in parts), key=new.source.find)

    def _part(self, doubles: Sequence[Copy]) -> None:
        """Now, as who has made one of two versions of a cell may merge or split it next."""
        part_doubles(self.cells, cells_of(self.cells), ids_of(self.cells))
        texts = sources_of(self.cells)
        here = zip(ids_of(self.cells), texts, strict=True)
        holders = {id: text for id, text in here if isinstance(id, str)}
        for copy in doubles:
            holder = holders.get(copy.cell)
            if copy.text not in texts and holder is not None:
                self.memory.copies.append(copy)
                self.memory.go_on(copy.text, copy.cell, holder)

    def _taken(self, claim: Claim) -> Copy:
        """What is to be remembered of a text that went into a new cell, too."""
        copy, new, words = claim
        is_whole, pieces = self.deleted.has(copy.text), pieces_of(self.deleted)
        return Copy(copy.cell, copy.text, words, is_whole, pieces, new.id, new.text, new.text)

    def _going(self, text: Id, cell: str, new: NewCell) -> Copy:
        """What is to be remembered of a cell that goes into another one, as long as it is there."""
        ytext = self._cell(text)["source"]
        pieces = units_of(ytext, str(ytext), Effort(_UNITS))
        return Copy(cell, text, str(ytext), True, pieces, cell, text, new.text)

    def _cell(self, text: Id) -> Any:
        return self.cells[self.arrival.places[text]]

    def _source(self, text: Id) -> str:
        return str(self._cell(text)["source"])


def _attach(ycell: Map[Any], other: Map[Any]) -> None:
    """Let a cell have the attachments of the other one, too."""
    files, others = ycell.get("attachments"), other.get("attachments")
    if isinstance(others, Map) and len(others) and ycell.get("cell_type") != "code":
        known = files.to_py() if isinstance(files, Map) else {}
        ycell["attachments"] = {**(others.to_py() or {}), **(known or {})}
