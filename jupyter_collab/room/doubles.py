"""Cells with the same id: what concurrent moves leave behind, and how it is mended."""

from __future__ import annotations

from typing import Any

from pycrdt import Array, Map, Text

from .build import unique_id
from .cells import Cell
from .editing import edit_cell
from .reading import read_cell
from .textunion import are_versions, union_text
from .updates import Json
from .words import lines, says

RELATED = 0.2
"""Two cells with one id of which so much is the same, or a line, have been one: two people have
moved it, or brought it into another history, and may have written more in it than was there."""


def part_doubles(ycells: Array[Any], ids: list[Any]) -> list[str]:
    """Let no two cells have the same id; ``ids`` are those of ``ycells``.

    To be called within a transaction. Returns what was done.
    """
    done = []
    taken = {id for id in ids if isinstance(id, str)}
    seen: dict[str, list[Any]] = {}
    removed = 0
    for index, id in enumerate(ids):
        ycell = ycells[index - removed]
        if not isinstance(id, str) or not isinstance(ycell, Map):
            continue
        others = seen.setdefault(id, [])
        if any(_absorb(other, ycell) for other in others):
            del ycells[index - removed]
            removed += 1
            done.append(f"Made one of two cells with the id {id}")
            continue
        if others:
            new = unique_id(taken, "double", id, len(others))
            ycell["id"] = new
            done.append(f"Gave the id {new} to another cell with the id {id}")
        others.append(ycell)
    return done


def _absorb(ycell: Map[Any], double: Map[Any]) -> bool:
    """Bring what ``double`` has into ``ycell``; ``False`` if they are not the same cell."""
    cell, other = read_cell(ycell).cell, read_cell(double).cell
    if cell is None or other is None or not isinstance(ycell.get("source"), Text):
        return False
    if cell["cell_type"] != other["cell_type"]:
        return False
    if not _were_one(cell["source"], other["source"]):
        return False
    edit_cell(ycell, cell, _united(cell, other))
    return True


def _were_one(one: str, other: str) -> bool:
    return are_versions(one, other, RELATED) or not _lines(one).isdisjoint(_lines(other))


def _lines(text: str) -> set[str]:
    return {line for line in map(str.strip, lines(text)) if says(line)}


def _united(cell: Cell, other: Cell) -> Cell:
    owner = other if other.get("outputs") and not cell.get("outputs") else cell
    united = {
        **cell,
        "source": union_text(cell["source"], other["source"], RELATED),
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
