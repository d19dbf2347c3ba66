"""Gives cells the form in which pages can show them; see :mod:`.forms`."""

from __future__ import annotations

from typing import Any

from pycrdt import Array, Map, Text

from ..yjs.updates import Json
from .build import CELL_TYPES, joined, unique_id
from .editing import new_output
from .reading import id_of, plain_json
from .values import shared
from .walking import cells_of


def mend_forms(ymeta: Map[Any], ycells: Array[Any]) -> bool:
    """Give everything the form that it needs; whether there was anything to do. What is said stays;
    what says nothing, such as a number among the cells, goes.

    To be called within a transaction.
    """
    changed = "metadata" in ymeta and _mend_map(ymeta, "metadata")
    cells = cells_of(ycells)
    taken = {id for ycell in cells if isinstance(id := id_of(ycell), str)}
    for index, ycell in reversed(list(enumerate(cells))):
        if not isinstance(ycell, Map):
            changed = True
            del ycells[index]
            if not isinstance(ycell, dict):
                continue
            ycells.insert(index, Map(_plain(ycell)))
            ycell = ycells[index]
        changed |= _mend_cell(ycell, index, taken)
    return changed


def _mend_cell(ycell: Map[Any], index: int, taken: set[str]) -> bool:
    changed = False
    if ycell.get("cell_type") not in CELL_TYPES:
        ycell["cell_type"] = "raw"
        changed = True
    changed |= mend_source(ycell)
    if not isinstance(id := ycell.get("id"), str) or not id:
        ycell["id"] = unique_id(taken, "formed", index, str(ycell["source"]))
        changed = True
    if ycell["cell_type"] == "code":
        changed |= _mend_outputs(ycell)
    changed |= _mend_json(ycell, "attachments")
    if changed or "metadata" in ycell:  # pages show a cell without, too
        changed |= _mend_map(ycell, "metadata")
    return changed


def mend_source(ycell: Map[Any]) -> bool:
    """Give a cell a source that is a shared text; whether it had another one."""
    source = ycell.get("source")
    if isinstance(source, Text):
        return False
    words = joined(_plain(source))
    ycell["source"] = Text(words if isinstance(words, str) else "")
    return True


def _mend_map(ymap: Map[Any], key: str) -> bool:
    value = ymap.get(key)
    if isinstance(value, Map):
        changed = False
        for member, _ in list(value.items()):
            changed |= _mend_json(value, member)
        return changed
    ymap[key] = Map(_plain(value) if isinstance(value, dict) else {})
    return True


def _mend_json(ymap: Map[Any], key: str) -> bool:
    """Have JSON in the place of a shared type that says the same."""
    value = ymap.get(key)
    if not isinstance(value, Array | Map | Text):
        return False
    ymap[key] = _plain(value)
    return True


def _mend_outputs(ycell: Map[Any]) -> bool:
    outputs = ycell.get("outputs")
    if not isinstance(outputs, Array):
        found = outputs if isinstance(outputs, list) else []
        new = [new_output(_plain(output)) for output in found if isinstance(output, dict)]
        ycell["outputs"] = Array(new)
        return True
    strange = [at for at, it in enumerate(outputs) if not isinstance(it, Map | dict)]
    for at in reversed(strange):
        del outputs[at]
    return bool(strange)


def _plain(value: Any) -> Json:
    """``value`` as it is put into a document."""
    return shared(plain_json(value, []))
