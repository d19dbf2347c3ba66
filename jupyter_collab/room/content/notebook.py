"""A notebook in the form in which it is read from a document, merged and edited."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...errors import NotANotebook
from ..yjs.updates import Json
from .build import identified, is_placeholder, joined, placeholder
from .values import normal, same


@dataclass(slots=True, eq=False)
class Notebook:
    """A notebook as it is in a document.

    Every cell has an ``id`` that no other one has, whether the file's format has ids or not.
    Two are equal if they make the same file. Its values may be shared with others: they are
    never changed, only replaced.
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
            raise NotANotebook("", "it has no list of cells")
        top = normal({key: value for key, value in source.items() if key != "cells"})
        metadata = top.pop("metadata", {})
        if not isinstance(metadata, dict):
            raise NotANotebook("", "metadata is not an object")
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
    def is_empty(self) -> bool:
        """Whether the file has no cells."""
        return len(self.cells) == 1 and is_placeholder(self.cells[0])

    @property
    def has_ids(self) -> bool:
        return has_ids(self.rest)

    def source(self) -> dict[str, Json]:
        """What the file should contain; not to be changed, for it is not copied."""
        cells = [] if self.is_empty else list(self.cells)
        if not self.has_ids:
            cells = [{k: v for k, v in cell.items() if k != "id"} for cell in cells]
        return {**self.rest, "metadata": self.metadata, "cells": cells}


def _unsigned(notebook: Notebook) -> dict[str, Json]:
    """What is written, without the server's mark of trust, which is not."""
    source = notebook.source()
    cells = [
        {**cell, "metadata": {k: v for k, v in cell["metadata"].items() if k != "trusted"}}
        for cell in source["cells"]
    ]
    return {**source, "cells": cells}


def _tidy(cell: dict[str, Json]) -> dict[str, Json]:
    """A cell of a file as it is read back from a document."""
    cell.setdefault("metadata", {})
    if cell["cell_type"] == "code":
        cell.setdefault("execution_count", None)
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
