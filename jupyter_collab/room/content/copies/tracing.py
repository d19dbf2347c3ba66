"""Finds where texts went that are gone from where they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, NamedTuple

from pycrdt import Array

from ...texts.common import size_of, words_of
from ...texts.words import says
from ...yjs.structs import Id
from ..carrying import Deleted, Rebuilding, Replaced
from ..walking import cells_at, texts_with
from .arrivals import Arrival, NewCell
from .comparing import Comparing
from .memory import Copy, pieces_of

_WORDS = 50
"""So many words tell of which cells a part may have been taken, the longest ones."""


class Found(NamedTuple):
    """Which of the new cells has ``words`` of a text."""

    new: NewCell
    words: str


class Lost(NamedTuple):
    """The ``words`` that a cell with the id ``cell`` has lost, and what it has ``now``."""

    cell: str
    words: str
    now: str


@dataclass(frozen=True, slots=True)
class Search:
    """Looks for texts in ``new`` cells."""

    new: Sequence[NewCell]
    comparing: Comparing

    def taker(self, id: str, words: str) -> Found | None:
        """Which one has come in place of the cell ``id``, which had ``words``."""
        if not says(words):
            return None
        same = next((new for new in self.new if new.id == id), None)
        if same is not None:
            return Found(same, self.comparing.common(words, same.source))
        best = max(self.each(words), key=lambda found: size_of(found.words), default=None)
        has_much = best is not None and self.comparing.much(words, best.new.source)
        alike = (Found(new, words) for new in self.new if new.source == words)  # also in no time
        return best if has_much else next(alike, None)

    def takers(self, words: str) -> list[Found]:
        """Those that have much of ``words``."""
        found = (Found(new, self.comparing.much(words, new.source)) for new in self._left())
        return [it for it in found if it.words]

    def each(self, words: str) -> Iterator[Found]:
        """What each has of ``words``."""
        return (Found(new, self.comparing.common(words, new.source)) for new in self._left())

    def _left(self) -> Iterator[NewCell]:
        """They, as long as there is time to look for texts in them."""
        return takewhile(lambda _: not self.comparing.is_over, self.new)


def may_lose(change: Rebuilding, replaced: Sequence[Replaced], cells: Array[Any]) -> dict[Id, str]:
    """The sources of ``cells`` of which ``change``, which is not applied yet, may take a part
    elsewhere."""
    if change.deleted.nothing:
        return {}
    known = words_of("\n".join(cell.known for cell in replaced))
    brought = (words.decode(errors="replace") for words in change.copies.values())
    others = [text for text in brought if not words_of(text) <= known]
    parts = sorted(words_of("\n".join(others)), key=lambda word: (-len(word), word))[:_WORDS]
    return texts_with(cells, parts) if parts else {}


def lost_since(
    before: Mapping[Id, str], arrival: Arrival, cells: Array[Any], comparing: Comparing
) -> dict[Id, Lost]:
    """What ``cells`` that are still there have lost; ``before`` is what they were."""
    lost = {}
    here = [text for text in before if text in arrival.ids]
    ycells = cells_at(cells, [arrival.places[text] for text in here])
    for text, ycell in zip(here, ycells, strict=True):
        old, now = before[text], str(ycell["source"])
        words = "" if now == old else comparing.without(old, comparing.common(now, old))
        if says(words):
            lost[text] = Lost(arrival.ids[text], words, now)
    return lost


def taken(
    replaced: Iterable[Replaced], lost: Mapping[Id, Lost], deleted: Deleted, search: Search
) -> list[Copy]:
    """Where texts went because of an update that ``deleted`` this and that."""
    pieces = pieces_of(deleted)
    copies = []
    for cell in replaced:
        taker = search.taker(cell.id, cell.source)
        if taker is not None:
            new, words = taker
            copies.append(Copy(cell.id, cell.text, words, True, pieces, new.id, new.text, new.text))
    for text, (id, words, _) in lost.items():
        for new, part in search.takers(words):
            copies.append(Copy(id, text, part, False, pieces, new.id, new.text, new.text))
    return copies


def followed(
    copy: Copy, gone: Mapping[Id, str], lost: Mapping[Id, Lost], search: Search
) -> list[Copy]:
    """Where a copy is that may have been taken elsewhere itself; ``gone`` are the ids of cells that
    were deleted, by their sources."""
    if copy.holder in gone:
        taker = search.taker(gone[copy.holder], copy.words)
        if taker is None:
            return []
        return [replace(copy, home=taker.new.id, holder=taker.new.text)]
    takers = search.takers(copy.words) if copy.holder in lost else []
    if not takers:
        return [copy]
    moved = [replace(copy, words=it.words, home=it.new.id, holder=it.new.text) for it in takers]
    left = search.comparing.common(copy.words, lost[copy.holder].now)
    return [replace(copy, words=left), *moved] if says(left) else moved
