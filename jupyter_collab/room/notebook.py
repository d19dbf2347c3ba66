"""Reads a notebook out of a document, whatever clients have put there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pycrdt import Array, Map
from pycrdt import Text as YText

from ..errors import NotANotebook
from .build import CELL_TYPES, identified, is_placeholder, joined, placeholder, unique_id
from .updates import Json
from .values import normal, number, same

_MAX_DEPTH = 200
"""Deeper values are left out: writing them as JSON would exceed Python's stack."""


@dataclass(slots=True, eq=False)
class Notebook:
    """A notebook as it is in a document.

    Every cell has an ``id`` that no other one has, whether the file's format has ids or not.
    Two are equal if they make the same file.
    """

    cells: list[dict[str, Json]]
    metadata: dict[str, Json]
    rest: dict[str, Json]
    """``nbformat``, ``nbformat_minor``, and what else the file has at its top."""
    problems: list[str] = field(default_factory=list)
    made_up: frozenset[str] = frozenset()
    """Ids that the file does not have."""
    renamed: dict[str, str] = field(default_factory=dict)
    """The id of a cell here -> the id that it has in the document to be edited."""
    pinned: frozenset[str] = frozenset()
    """Cells that should rather stay where they are when others can be moved instead."""

    @classmethod
    def of(cls, source: Json) -> Notebook:
        """What a document built from ``source`` would hold.

        Raises :class:`~jupyter_collab.errors.NotANotebook`.
        """
        if not isinstance(source, dict) or not isinstance(source.get("cells"), list):
            raise NotANotebook("", "It has no list of cells")
        top = normal({key: value for key, value in source.items() if key != "cells"})
        metadata = top.pop("metadata", {})
        if not isinstance(metadata, dict):
            raise NotANotebook("", "Metadata is not an object")
        top = {"nbformat": 4, "nbformat_minor": 5} | top
        cells = [_tidy(normal(cell)) for cell in identified(source["cells"])]
        made_up = frozenset(
            cell["id"]
            for cell, given in zip(cells, source["cells"], strict=True)
            if cell["id"] != given.get("id")
        )
        return cls(cells or [placeholder()], metadata, top, made_up=made_up)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Notebook) and same(_unsigned(self), _unsigned(other))

    __hash__ = None  # type: ignore[assignment]

    def nameable(self) -> list[dict[str, Json]]:
        """The cells, those whose id is made up without it."""
        return [
            {k: v for k, v in cell.items() if k != "id"} if cell["id"] in self.made_up else cell
            for cell in self.cells
        ]

    @property
    def has_ids(self) -> bool:
        return has_ids(self.rest)

    def source(self) -> dict[str, Json]:
        """What the file should contain."""
        cells = [dict(cell) for cell in self.cells]
        if len(cells) == 1 and is_placeholder(cells[0]):
            cells = []
        if not self.has_ids:
            for cell in cells:
                del cell["id"]
        return {**self.rest, "metadata": self.metadata, "cells": cells}


def _unsigned(notebook: Notebook) -> dict[str, Json]:
    """What is written, without the server's mark of trust, which is not."""
    source = notebook.source()
    for cell in source["cells"]:
        if "trusted" in cell["metadata"]:
            cell["metadata"] = {k: v for k, v in cell["metadata"].items() if k != "trusted"}
    return source


def _tidy(cell: dict[str, Json]) -> dict[str, Json]:
    """A cell of a file as it is read back from a document."""
    cell.setdefault("metadata", {})
    if cell["cell_type"] == "code":
        for output in cell.setdefault("outputs", []):
            if output.get("output_type") == "stream":
                output["text"] = joined(output.get("text", ""))
    elif not cell.get("attachments", True):
        del cell["attachments"]
    return cell


def has_ids(notebook: dict[str, Json]) -> bool:
    """Whether the cells of a notebook of this format have ids: those before 4.5 have none."""
    major, minor = notebook.get("nbformat"), notebook.get("nbformat_minor")
    return not (major == 4 and isinstance(minor, int) and minor < 5)


def read_notebook(meta: Map[Any], cells: Array[Any]) -> Notebook:
    """Read everything; nothing is changed, and nothing is raised."""
    problems: list[str] = []
    rest = _plain(_items(meta), "the notebook", problems)
    metadata = rest.pop("metadata", {})
    if not isinstance(metadata, dict):
        problems.append("The notebook's metadata is not an object")
        metadata = {}
    rest.setdefault("nbformat", 4)
    rest.setdefault("nbformat_minor", 5)
    notebook = Notebook([], metadata, rest, problems)
    for index, ycell in enumerate(cells):
        cell = read_cell(ycell, f"cell {index + 1}", problems)
        if cell is not None:
            notebook.cells.append(cell)
    _give_ids(notebook)
    return notebook


def read_cell(ycell: Any, name: str, problems: list[str]) -> dict[str, Json] | None:
    """One cell, or ``None`` where there is none that could be written to a file."""
    if not isinstance(ycell, Map):
        problems.append(f"{name.capitalize()} is not a cell")
        return None
    cell = _plain(_items(ycell), name, problems)
    cell.pop("execution_state", None)
    if cell.get("cell_type") not in CELL_TYPES:
        problems.append(f"{name.capitalize()} has the type {cell.get('cell_type')!r}")
        cell["cell_type"] = "raw"
    if not isinstance(cell.get("source"), str):
        problems.append(f"{name.capitalize()} has no source")
        cell["source"] = ""
    if not isinstance(cell.setdefault("metadata", {}), dict):
        problems.append(f"The metadata of {name} is not an object")
        cell["metadata"] = {}
    if cell["cell_type"] == "code":
        cell["outputs"] = _read_outputs(cell.get("outputs", []), name, problems)
    elif not cell.get("attachments", True):
        del cell["attachments"]
    return cell


def _read_outputs(outputs: Json, name: str, problems: list[str]) -> list[Json]:
    if not isinstance(outputs, list):
        problems.append(f"The outputs of {name} are not a list")
        return []
    good = [output for output in outputs if isinstance(output, dict)]
    if len(good) < len(outputs):
        problems.append(f"{name.capitalize()} has an output that is not an object")
    return good


def _give_ids(notebook: Notebook) -> None:
    """Mend missing and double ids in what is read; in the document, ``repair`` does it."""
    taken = {id for cell in notebook.cells if isinstance(id := cell.get("id"), str)}
    seen: set[str] = set()
    for index, cell in enumerate(notebook.cells):
        id = cell.get("id")
        if not isinstance(id, str) or not id or id in seen:
            notebook.problems.append(f"Cell {index + 1} has no id of its own")
            cell["id"] = id = unique_id(taken, index, str(id), cell["source"])
        seen.add(id)


def _items(ymap: Map[Any]) -> dict[str, Any]:
    return dict(ymap.items())


def _plain(value: dict[str, Any], name: str, problems: list[str]) -> dict[str, Json]:
    """``value`` as JSON that can be written; what cannot be is left out."""
    lost: list[str] = []
    plain: dict[str, Json] = plain_json(value, lost)
    problems.extend(f"{name.capitalize()} holds {what}" for what in lost)
    return plain


_LOST = object()


def plain_json(value: Any, lost: list[str], depth: int = 0) -> Any:
    """``value`` as plain JSON; appends to ``lost`` what JSON cannot hold.

    Yjs has only one kind of number: whole ones become ``int`` again.
    """
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, float):
        return number(value)
    if depth > _MAX_DEPTH:
        lost.append("values that lie too deep")
    elif isinstance(value, dict):
        items = ((key, plain_json(item, lost, depth + 1)) for key, item in value.items())
        return {key: item for key, item in items if item is not _LOST}
    elif isinstance(value, list):
        plain = (plain_json(item, lost, depth + 1) for item in value)
        return [item for item in plain if item is not _LOST]
    elif isinstance(value, YText):
        return str(value)
    elif isinstance(value, Map):
        return plain_json(_items(value), lost, depth)
    elif isinstance(value, Array):
        return plain_json(list(value), lost, depth)
    else:
        lost.append(f"a value of the type {type(value).__name__}")
    return _LOST
