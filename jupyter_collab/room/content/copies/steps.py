"""Takes away what came twice as two people moved, merged or split the same cells in one moment.

Each of them deletes a cell and brings its text elsewhere, so that it is there twice. Where it went
first is remembered as long as the room is open: an update that deletes what is gone already, and
brings it once more, has been made without knowing of that. The two cells become one then, in the
transaction that brings the second one, with what anybody has written in either since.

What is remembered is in :mod:`.memory`. Where texts went is found in :mod:`.tracing`, what is there
twice in :mod:`.rivals`, and :mod:`.uniting` makes one of two cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pycrdt import Array

from ...texts.common import size_of, words_of
from ...texts.words import says
from ...yjs.structs import Id
from ..carrying import Rebuilding, Replaced, deleted_by
from .arrivals import Arrival
from .comparing import Comparing
from .memory import Memory
from .orphans import Orphan, keep, orphans_of
from .rivals import MOST, Had, claims_on, is_rival, may_be_rival
from .tracing import Search, followed, lost_since, may_lose, taken
from .uniting import Uniting

Before = dict[Id, str]
"""Sources as they were."""


class Copies:
    """Where texts of ``cells`` went that are gone from where they were."""

    def __init__(self, cells: Array[Any]) -> None:
        self._cells = cells
        self._memory = Memory()

    def orphans(self, update: bytes, change: Rebuilding | None) -> list[Orphan]:
        """What ``update``, which is not applied yet, would delete of cells that were made one
        though its maker has not seen it in them."""
        if not self._memory.joined:
            return []
        deleted = deleted_by(update) if change is None else change.deleted
        return orphans_of(deleted, self._memory.joined, self._cells)

    def keep(self, orphans: list[Orphan]) -> bool:
        """Have ``orphans`` in cells of their own; returns whether there are any."""
        kept = keep(orphans, self._cells) if orphans else {}
        for text, (home, holder) in kept.items():
            self._memory.go_on(text, home, holder)
        return bool(kept)

    def before(self, change: Rebuilding, replaced: Sequence[Replaced]) -> Before:
        """The sources of which ``change``, which is not applied yet, may take a part elsewhere."""
        return may_lose(change, replaced, self._cells)

    def lacking(self, change: Rebuilding, replaced: Sequence[Replaced]) -> list[Replaced]:
        """``replaced`` without what ``change`` brings itself, having deleted it elsewhere."""
        if not any(cell.lacks for cell in replaced):
            return list(replaced)
        again: dict[Id, list[str]] = {}
        for copy in self._memory.copies:
            if copy.is_deleted_again(change.deleted):
                again.setdefault(copy.holder, []).append(copy.words)
        brought = [words.decode(errors="replace") for words in change.copies.values()]
        comparing = Comparing()
        return [_lacking(cell, again.get(cell.text, ()), brought, comparing) for cell in replaced]

    def follow(
        self, change: Rebuilding, replaced: Sequence[Replaced], before: Before, had: Had | None
    ) -> bool:
        """Remember where ``change``, which was just applied, has taken texts. Where it is known
        what its maker ``had``, none is there twice because of it; returns whether one was."""
        memory = self._memory
        if not memory.copies and change.deleted.nothing:
            return False
        gone = {cell.text: cell.id for cell in replaced}
        meets = had is not None and any(may_be_rival(it, change, gone) for it in memory.copies)
        is_carried = any(cell.lacks for cell in replaced)
        if before or meets or is_carried:
            arrival = Arrival.of(change, self._cells)
            memory.find(arrival.ids)
        else:
            arrival = Arrival.told(change)
        comparing = Comparing()
        search = Search(arrival.new, comparing)
        lost = lost_since(before, arrival, self._cells, comparing)
        known = [it for copy in memory.copies for it in followed(copy, gone, lost, search)]
        memory.copies = known + taken(replaced, lost, change.deleted, search)
        mended = False
        if had is not None:
            rivals = [copy for copy in known if is_rival(copy, change, arrival, had)]
            claims = [it for copy in rivals for it in claims_on(copy, change.deleted, search)]
            rest = [cell for cell in replaced if says(cell.source) and not says(cell.known)]
            uniting = Uniting(self._cells, arrival, change.deleted, rest, memory, comparing)
            mended = uniting.unite(claims)
        memory.forget()
        return mended


def _lacking(
    cell: Replaced, held: Sequence[str], brought: Sequence[str], comparing: Comparing
) -> Replaced:
    """The cell without what of ``held``, which was not known to be there, is ``brought``."""
    source = cell.source
    for words in held if cell.lacks else ():
        both = comparing.common(words, source).strip()
        is_known = size_of(comparing.common(both, cell.known)) > MOST * size_of(both)
        if is_known or not says(both):
            continue
        found = (comparing.common(both, text).strip() for text in brought)
        again = max(found, key=size_of, default="")
        if size_of(again) > MOST * size_of(both):
            source = comparing.without(source, again)
    is_whole = words_of(cell.known) <= words_of(source)
    return replace(cell, source=source) if is_whole and source != cell.source else cell
