"""Keeps what the room has brought into a cell from who deletes that cell without having seen it.

Of two cells that several people have made of the same ones the room leaves one, with what only the
other one had. Who has made the one that stays may have deleted it by then: their own words, and
not those of cells that they have never touched.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from pycrdt import Array, Map

from ...texts.common import words_of
from ...texts.words import says
from ...yjs.structs import Id
from ..build import unique_id
from ..carrying import Deleted, unseen
from ..editing import new_cell
from ..reading import read_cell
from ..walking import cells_of, ids_of, sources_of


@dataclass(frozen=True, slots=True)
class Orphan:
    """What is left of a cell that goes: the source that it had, and those before it, from the last
    one on."""

    text: Id
    cell: dict[str, Any]
    before: list[Id]


def orphans_of(deleted: Deleted, joined: Collection[Id], cells: Array[Any]) -> list[Orphan]:
    """What an update that is not applied yet would take away without its maker having seen it, of
    the cells with the sources ``joined``, which the room has made of two."""
    going = {text for text in joined if deleted.has(text)}
    if not going:
        return []
    orphans = []
    sources = sources_of(cells)
    for place, (text, ycell) in enumerate(zip(sources, cells_of(cells), strict=True)):
        cell = read_cell(ycell).cell if text in going else None
        if text is None or cell is None:
            continue
        ytext = ycell["source"]
        rest = unseen(ytext, str(ytext), deleted, cells.doc.client_id).strip()
        if says(rest):
            before = [it for it in reversed(sources[:place]) if it is not None]
            orphans.append(Orphan(text, {**cell, "source": rest}, before))
    return orphans


def keep(orphans: list[Orphan], cells: Array[Any]) -> dict[Id, tuple[str, Id]]:
    """Let those ``orphans`` be cells that are nowhere else; returns their ids and those of their
    sources, by those of the ones that are gone."""
    kept = {}
    for orphan in orphans:
        all = (ycell for ycell in cells_of(cells) if isinstance(ycell, Map))
        here = words_of("\n".join(str(ycell.get("source")) for ycell in all))
        if words_of(orphan.cell["source"]) <= here:
            continue  # carried, or brought by who has deleted it
        places = {text: place for place, text in enumerate(sources_of(cells))}
        place = next((places[it] + 1 for it in orphan.before if it in places), 0)
        taken = {id for id in ids_of(cells) if isinstance(id, str)}
        id = unique_id(taken, "kept", orphan.cell["id"])
        cell = {**orphan.cell, "id": id}
        if "outputs" in cell:  # they are of all that was there
            cell |= {"outputs": [], "execution_count": None}
        cells.insert(place, new_cell(cell))
        source = sources_of(cells)[place]
        if source is not None:
            kept[orphan.text] = id, source
    return kept
