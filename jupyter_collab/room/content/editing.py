"""Brings a notebook in a document to another content, by the smallest edits.

What does not change is not touched: a cell keeps its identity in the CRDT, and with it
cursors, outputs and the undo history of those who have it open. The frontend keeps hold of a
cell's source, metadata and outputs from when it first saw the cell, so they are never
replaced, only changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pycrdt import Array, Map, Text

from ..texts.subsequences import longest_increasing
from ..yjs.updates import Json
from .build import unique_id
from .cells import Cell, match_cells
from .notebook import Notebook
from .textedit import edit_text
from .values import same, shared

_HEAVY = 1000
_TYPED = ("source", "metadata", "outputs")


def edit_notebook(meta: Map[Any], cells: Array[Any], current: Notebook, target: Notebook) -> bool:
    """Make a document that holds ``current`` hold ``target``; whether there was anything to do.

    To be called within a transaction.
    """
    changed = _edit_meta(meta, current, target)
    changed = _drop_what_is_no_cell(cells, len(current.cells)) or changed
    return _edit_cells(cells, current, target) or changed


def _drop_what_is_no_cell(ycells: Array[Any], count: int) -> bool:
    """Remove what :meth:`NotebookReader.read` has left out, so that places are the same."""
    if len(ycells) == count:
        return False
    for index in range(len(ycells) - 1, -1, -1):
        if not isinstance(ycells[index], Map):
            del ycells[index]
    return True


def _edit_meta(meta: Map[Any], current: Notebook, target: Notebook) -> bool:
    changed = _edit_map(meta, current.rest, target.rest)
    if not isinstance(meta.get("metadata"), Map):
        meta["metadata"] = Map()
        changed = True
    return _edit_map(meta["metadata"], current.metadata, target.metadata) or changed


def _edit_map(ymap: Map[Any], current: dict[str, Json], target: dict[str, Json]) -> bool:
    changed = False
    for key in current:
        if key not in target:
            del ymap[key]
            changed = True
    for key, value in target.items():
        if key not in current or not same(current[key], value):
            ymap[key] = shared(value)
            changed = True
    return changed


def _edit_cells(ycells: Array[Any], current: Notebook, target: Notebook) -> bool:
    sources = _sources(current, target)
    cells = _named(sources, current, target)
    places = [place for place in sources if place is not None]
    pinned = {index for index, cell in enumerate(current.cells) if cell["id"] in target.pinned}
    order = longest_increasing(places, lambda i: _HEAVY if places[i] in pinned else 1)
    kept = {places[index] for index in order}
    changed = False
    for place in range(len(current.cells) - 1, -1, -1):
        if place not in kept:
            del ycells[place]
            changed = True
    for index, (source, cell) in enumerate(zip(sources, cells, strict=True)):
        if source is not None and source in kept:
            changed = edit_cell(ycells[index], current.cells[source], cell) or changed
        else:
            ycells.insert(index, new_cell(cell))
            changed = True
    return changed


def _sources(current: Notebook, target: Notebook) -> list[int | None]:
    """For each cell of ``target``, where in the document the cell is that becomes it."""
    known = {cell["id"] for cell in current.cells}
    cells = []
    for cell in target.nameable():
        old = target.renamed.get(cell.get("id", ""))
        cells.append(cell if old is None or old not in known else {**cell, "id": old})
    pairs = match_cells(current.cells, cells)
    return [
        place
        if (place := pairs.get(index)) is not None
        and current.cells[place]["cell_type"] == cell["cell_type"]
        else None
        for index, cell in enumerate(cells)
    ]


def _named(sources: list[int | None], current: Notebook, target: Notebook) -> list[Cell]:
    """The cells of ``target``; those whose id is made up have the one in the document."""
    taken = {cell["id"] for cell in current.cells} | {cell["id"] for cell in target.cells}
    return [
        {**cell, "id": _kept_id(place, cell, current, taken)}
        if cell["id"] in target.made_up
        else cell
        for place, cell in zip(sources, target.cells, strict=True)
    ]


def _kept_id(place: int | None, cell: Cell, current: Notebook, taken: set[str]) -> str:
    known = None if place is None else current.cells[place]["id"]
    return known or unique_id(taken, cell["id"])


def new_cell(cell: Cell) -> Map[Any]:
    """``cell`` as it is put into a document."""
    plain = {key: shared(value) for key, value in cell.items() if key not in _TYPED}
    ycell: dict[str, Any] = {
        **plain,
        "source": Text(cell["source"]),
        "metadata": Map(shared(cell["metadata"])),
    }
    if cell["cell_type"] == "code":
        ycell["outputs"] = Array([new_output(output) for output in cell["outputs"]])
        ycell["execution_state"] = "idle"
    elif "outputs" in cell:
        ycell["outputs"] = shared(cell["outputs"])
    return Map(ycell)


def new_output(output: dict[str, Json]) -> Map[Any]:
    """``output`` as it is put into a document."""
    youtput = shared(output)
    if output.get("output_type") == "stream" and isinstance(output.get("text"), str):
        youtput["text"] = Text(output["text"])
    return Map(youtput)


def edit_cell(ycell: Map[Any], current: Cell, target: Cell) -> bool:
    """Make ``ycell``, which is ``current``, ``target``; whether there was anything to do."""
    if same(current, target):
        return False
    plain = [{k: v for k, v in cell.items() if k not in _TYPED} for cell in (current, target)]
    _edit_map(ycell, plain[0], plain[1])
    if not isinstance(ycell.get("source"), Text):
        ycell["source"] = Text(current["source"])
    edit_text(ycell["source"], current["source"], target["source"])
    if not isinstance(ycell.get("metadata"), Map):
        ycell["metadata"] = Map()
    _edit_map(ycell["metadata"], current["metadata"], target["metadata"])
    if target["cell_type"] == "code":
        if not isinstance(ycell.get("outputs"), Array):
            ycell["outputs"] = Array()
        youtputs, outputs = ycell["outputs"], current["outputs"]
        if len(youtputs) != len(outputs):
            # Something in it is no output, and was left out when it was read.
            youtputs.clear()
            outputs = []
        _edit_outputs(youtputs, outputs, target["outputs"])
    return True


def _edit_outputs(youtputs: Array[Any], current: Sequence[Json], target: Sequence[Json]) -> None:
    """Replace the outputs from the first one that differs on.

    All of them, though some may be the same: JupyterLab shows every output that is inserted
    as the last one, wherever it was inserted.
    """
    head = 0
    while head < min(len(current), len(target)) and same(current[head], target[head]):
        head += 1
    is_last = head == len(current) - 1 == len(target) - 1
    if is_last and _grow(youtputs[head], current[head], target[head]):
        return
    del youtputs[head : len(current)]
    youtputs.extend([new_output(output) for output in target[head:]])


def _grow(youtput: Any, current: Json, target: Json) -> bool:
    """Append to a stream that has only got longer; frontends expect that of the last output."""
    if not isinstance(youtput, Map) or not isinstance(ytext := youtput.get("text"), Text):
        return False
    old, new = current.get("text"), target.get("text")
    if not (isinstance(old, str) and isinstance(new, str) and new.startswith(old)):
        return False
    if not same({**current, "text": ""}, {**target, "text": ""}):
        return False
    ytext += new[len(old) :]
    return True
