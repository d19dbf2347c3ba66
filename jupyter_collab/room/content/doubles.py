"""Cells with the same id: what concurrent moves leave behind, and how it is mended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from pycrdt import Array, Map, Text

from ..texts.subsequences import Effort
from ..texts.union import are_versions, union_text
from ..texts.words import lines, says
from ..yjs.updates import Json
from .build import unique_id
from .cells import Cell
from .editing import edit_cell
from .reading import read_cell

RELATED = 0.2
"""Two cells with one id of which so much is the same, or a line, have been one: two people have
moved it, or brought it into another history, and may have written more in it than was there."""

_STEPS = 5_000_000
"""What all comparisons of one go may spend: half a second. Cells for which nothing is left get ids
of their own."""

_COMPARING = 1_000
"""Steps that it takes to compare two cells, besides those for each character."""


@dataclass(slots=True)
class _Kept:
    """A cell, where it is, and what was read of it; ``None`` where that is no cell."""

    index: int
    ycell: Map[Any]
    cell: Cell | None


def part_doubles(ycells: Array[Any], all: list[Any], ids: list[Any]) -> list[str]:
    """Let no two cells have the same id; ``all`` are those in ``ycells``, and ``ids`` theirs.

    To be called within a transaction. Returns what was done.
    """
    done = []
    counts = Counter(id for id in ids if isinstance(id, str))
    taken = set(counts)
    seen: dict[str, list[_Kept]] = {}
    effort = Effort(_STEPS)
    absorbed = []
    for index, (ycell, id) in enumerate(zip(all, ids, strict=True)):
        if not isinstance(id, str) or not isinstance(ycell, Map) or counts[id] == 1:
            continue
        others = seen.setdefault(id, [])
        kept = _Kept(index, ycell, read_cell(ycell).cell)
        gone = next(
            (at for other in others if (at := _unite(other, kept, effort)) is not None), None
        )
        if gone is not None:
            absorbed.append(gone)
            done.append(f"Made one of two cells with the id {id}")
            continue
        if others:
            new = unique_id(taken, "double", id, len(others))
            ycell["id"] = new
            done.append(f"Gave the id {new} to another cell with the id {id}")
        others.append(kept)
    for index in sorted(absorbed, reverse=True):
        del ycells[index]
    return done


def _unite(kept: _Kept, double: _Kept, effort: Effort) -> int | None:
    """Let ``kept`` be a cell that has what both have; ``None`` if they are not the same one.

    Returns the index of the other one, which is not needed any more.
    """
    cell, other = kept.cell, double.cell
    if cell is None or other is None or not _were_one(cell["source"], other["source"], effort):
        return None
    stays, goes = kept, double
    if cell["cell_type"] != other["cell_type"]:
        if _shows(cell) and _shows(other):
            return None  # no type has room for both
        stays, goes = sorted((kept, double), key=_weight, reverse=True)
    if not isinstance(stays.ycell.get("source"), Text):
        return None
    assert stays.cell is not None
    assert goes.cell is not None
    source = union_text(cell["source"], other["source"], RELATED, effort)
    edit_cell(stays.ycell, stays.cell, _united(stays.cell, goes.cell, source))
    index = goes.index
    kept.index, kept.ycell, kept.cell = stays.index, stays.ycell, read_cell(stays.ycell).cell
    return index


def _weight(kept: _Kept) -> tuple[bool, bool]:
    """Of two types the one that shows something. If neither does, another than code: somebody has
    wanted that, as all cells are code at first."""
    assert kept.cell is not None
    return _shows(kept.cell), kept.cell["cell_type"] != "code"


def _shows(cell: Cell) -> bool:
    return bool(cell.get("outputs") or cell.get("attachments"))


def _were_one(one: str, other: str, effort: Effort) -> bool:
    if one == other:
        return True
    if not effort.spend(_COMPARING + len(one) + len(other)):
        return False
    return are_versions(one, other, RELATED, effort) or not _lines(one).isdisjoint(_lines(other))


def _lines(text: str) -> set[str]:
    return {line for line in map(str.strip, lines(text)) if says(line)}


def _united(cell: Cell, other: Cell, source: str) -> Cell:
    owner = other if other.get("outputs") and not cell.get("outputs") else cell
    united = {
        **cell,
        "source": source,
        "metadata": _united_metadata(cell, other, owner),
    }
    if owner is other:
        united["outputs"] = other["outputs"]
        united["execution_count"] = other.get("execution_count")
    return united


def _united_metadata(cell: Cell, other: Cell, owner: Cell) -> dict[str, Json]:
    """What either has; the mark of trust goes with the outputs, and is that of their ``owner``."""
    metadata = {**other["metadata"], **cell["metadata"]}
    metadata.pop("trusted", None)
    if "trusted" in owner["metadata"]:
        metadata["trusted"] = owner["metadata"]["trusted"]
    return metadata
