"""Cells that an update has brought, and where all cells are since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pycrdt import Array

from ...yjs.structs import Id
from ..carrying import Rebuilding
from ..walking import cells_at, ids_of, sources_of


@dataclass(frozen=True, slots=True)
class NewCell:
    id: str
    text: Id
    source: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """The ``new`` cells, as they are, and the ``places`` and ``ids`` of all by their sources."""

    new: list[NewCell]
    places: dict[Id, int]
    ids: dict[Id, str]

    @staticmethod
    def of(change: Rebuilding, cells: Array[Any]) -> Arrival:
        """What ``change``, which was applied, has brought to ``cells``. Takes a while where there
        are thousands."""
        ids = ids_of(cells)
        places = {text: place for place, text in enumerate(sources_of(cells)) if text is not None}
        brought = sorted((places[text], text) for text in change.sources if text in places)
        found = cells_at(cells, [place for place, _ in brought])
        new = [
            NewCell(change.sources[text], text, str(ycell["source"]))
            for (_, text), ycell in zip(brought, found, strict=True)
        ]
        named = {text: ids[place] for text, place in places.items()}
        return Arrival(new, places, {text: id for text, id in named.items() if isinstance(id, str)})

    @staticmethod
    def told(change: Rebuilding) -> Arrival:
        """The new cells as ``change`` has inserted them, where no others need to be found."""
        sources = {id: words.decode(errors="replace") for id, words in change.copies.items()}
        new = [NewCell(id, text, sources.get(id, "")) for text, id in change.sources.items()]
        return Arrival(new, {}, {})
