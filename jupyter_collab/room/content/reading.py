"""Reads a notebook out of a document, whatever clients have put there.

What has not changed since the last time is not read again; see :mod:`.known`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pycrdt import Array, Doc, Map
from pycrdt import Text as YText

from ...files.port import MAX_DEPTH
from ..yjs.updates import Json
from .build import CELL_TYPES, unique_id
from .known import TRANSIENT, Head, Known, Read
from .notebook import Notebook
from .values import number
from .walking import FEW, cells_of, ids_of

_MANY = 100
"""Longer lists of numbers or words, which plots are full of, are read without more ado."""

CELLS_AT_ONCE = 4
"""How many cells a step of :meth:`NotebookReader.read_ahead` takes."""

Cells = Array[Any] | list[Any]

_LOST = object()


class NotebookReader:
    """Reads one document again and again.

    ``changed`` is set whenever anything of it changes. ``order_changed`` is set whenever cells
    came, went or got another id; whoever has looked into that sets it back.
    """

    def __init__(self, meta: Map[Any], cells: Array[Any]) -> None:
        self._meta = meta
        self._cells = cells
        self._known = Known()
        self.changed = self._known.changed
        self.forms = self._known.forms
        # Without pycrdt's own wrapper, which takes longer than applying what was typed. The
        # document must not hold on to itself by way of its observer, or it is never freed.
        self._subscriptions = (
            cells.integrated.observe_deep(self._known.see),
            meta.integrated.observe_deep(self._known.see_head),
        )

    @property
    def order_changed(self) -> bool:
        return self._known.order_changed

    @order_changed.setter
    def order_changed(self, changed: bool) -> None:
        self._known.order_changed = changed

    def read(self) -> Notebook:
        """The notebook as it is; nothing is changed, and nothing is raised.

        A cell that has not changed since the last time is the same object. Within a
        transaction everything is read anew: what changed is only told when it ends.
        """
        if is_in_transaction(self._cells.doc):
            anew = [read_cell(ycell) for ycell in cells_of(self._cells)]
            return _notebook(read_head(self._meta), anew)
        head = self._known.head
        if head is None:
            head = self._known.head = read_head(self._meta)
        self._fit()
        cells = self._all()
        return _notebook(head, [self._read_cell(i, cells) for i in range(len(self._known.cells))])

    def read_ahead(self) -> Iterator[None]:
        """Read what was not read yet, a few cells with each step, for the next :meth:`read`.

        The document may change between two steps; what they miss is read then.
        """
        for start in range(0, len(self._cells), CELLS_AT_ONCE):
            if is_in_transaction(self._cells.doc):
                return
            self._fit()
            for index in range(start, min(start + CELLS_AT_ONCE, len(self._known.cells))):
                self._read_cell(index, self._cells)
            yield

    @property
    def has_ids(self) -> bool:
        """Whether each cell has an id of its own. What was read before is not read for that."""
        if is_in_transaction(self._cells.doc):
            return False  # nobody has told yet what changed
        self._fit()
        known = self._known.cells
        if known.count(None) > FEW:
            ids = ids_of(self._cells)
        else:
            ids = [self._id(index) for index in range(len(known))]
        return len({id for id in ids if isinstance(id, str)}) == len(ids)

    def _all(self) -> Cells:
        """All cells, if many of them have to be read; see :mod:`.walking`."""
        new = sum(
            read is None or bool(read.changed) or read.outputs is not None
            for read in self._known.cells
        )
        return cells_of(self._cells) if new > FEW else self._cells

    def _id(self, index: int) -> Any:
        read = self._known.cells[index]
        if read is not None:
            return None if read.cell is None else read.cell.get("id")
        return id_of(self._cells[index])

    def _fit(self) -> None:
        known = self._known.cells
        if len(known) != len(self._cells):
            known[:] = [None] * len(self._cells)

    def _read_cell(self, index: int, cells: Cells) -> Read:
        read = self._known.cells[index]
        if read is None:
            read = self._known.cells[index] = read_cell(cells[index])
        elif read.changed or read.outputs is not None:
            read = self._known.cells[index] = _read_again(cells[index], read)
        return read


def is_in_transaction(doc: Doc[Any]) -> bool:
    """Whether a transaction of ``doc`` is under way; only such a one has an origin to tell."""
    try:
        doc.transaction().origin  # noqa: B018
    except RuntimeError:
        return False
    return True


def id_of(ycell: Any) -> Any:
    """The id of a cell as it is in the document, whatever clients have put there."""
    return ycell.get("id") if isinstance(ycell, Map) else None


def _notebook(head: Head, known: list[Read]) -> Notebook:
    """What was read, put together."""
    problems = list(head.problems)
    for place, read in enumerate(known, start=1):
        if read.problems:
            problems += (f"Cell {place} {what}" for what in read.problems)
    cells = [read.cell for read in known if read.cell is not None]
    notebook = Notebook(cells, head.metadata, dict(head.rest), problems)
    _give_ids(notebook)
    return notebook


def read_head(meta: Map[Any]) -> Head:
    """What a notebook has besides its cells, mended where it has to be."""
    rest, lost = _plain(meta)
    metadata = rest.pop("metadata", {})
    problems = [f"The notebook {what}" for what in lost]
    if not isinstance(metadata, dict):
        problems.append("The notebook has metadata that is no object")
        metadata = {}
    for key, usual in (("nbformat", 4), ("nbformat_minor", 5)):
        if not isinstance(rest.setdefault(key, usual), int):
            problems.append(f"The notebook has {key} {rest[key]!r}")
            rest[key] = usual
    return Head(metadata, rest, tuple(problems))


def read_cell(ycell: Any) -> Read:
    """One cell, mended where it has to be."""
    if not isinstance(ycell, Map):
        return Read(None, ("is not a cell",))
    cell, problems = _plain(ycell)
    cell.pop(TRANSIENT, None)
    if cell.get("cell_type") not in CELL_TYPES:
        problems.append(f"has the type {cell.get('cell_type')!r}")
        cell["cell_type"] = "raw"
    if not isinstance(cell.get("source"), str):
        problems.append("has no source")
        cell["source"] = ""
    if not isinstance(cell.setdefault("metadata", {}), dict):
        problems.append("has metadata that is no object")
        cell["metadata"] = {}
    if cell["cell_type"] == "code":
        cell.setdefault("execution_count", None)
        cell["outputs"] = _read_outputs(cell.get("outputs", []), problems)
    if not _is_attachments(cell.get("attachments", {})):
        problems.append("has attachments that are none")
        del cell["attachments"]
    elif cell["cell_type"] != "code" and not cell.get("attachments", True):
        del cell["attachments"]
    return Read(cell, tuple(problems))


def _read_again(ycell: Any, read: Read) -> Read:
    """As :func:`read_cell`, of a cell that was ``read``: no more than what has changed since."""
    assert read.cell is not None
    cell, problems = dict(read.cell), list[str]()
    for key in read.changed:
        if key in ycell:
            cell[key] = plain_json(ycell[key], problems, 1)
        else:
            cell.pop(key, None)
    cell.pop(TRANSIENT, None)
    if cell["cell_type"] == "code":
        cell.setdefault("execution_count", None)
    if read.outputs is not None:
        cell["outputs"] = read.outputs
        for index, output in enumerate(read.outputs):
            if output is None:
                read.outputs[index] = plain_json(ycell["outputs"][index], problems, 2)
                _read_outputs([read.outputs[index]], problems)
    return read_cell(ycell) if problems else Read(cell, ())


def _is_attachments(value: Json) -> bool:
    return isinstance(value, dict) and all(isinstance(bundle, dict) for bundle in value.values())


def _read_outputs(outputs: Json, problems: list[str]) -> list[Json]:
    if not isinstance(outputs, list):
        problems.append("has outputs that are no list")
        return []
    good = [output for output in outputs if _is_output(output)]
    if len(good) < len(outputs):
        problems.append("has an output that is none")
    return good


def _is_output(output: Json) -> bool:
    """Whether ``output`` can be written to a file."""
    if not isinstance(output, dict):
        return False
    match output.get("output_type"):
        case "stream":
            return isinstance(output.get("text"), str)
        case "display_data" | "execute_result":
            return isinstance(output.get("data", {}), dict)
        case kind:
            return isinstance(kind, str)


def _give_ids(notebook: Notebook) -> None:
    """Mend missing and double ids in what is read; in the document, ``repair`` does it."""
    taken = {id for cell in notebook.cells if isinstance(id := cell.get("id"), str)}
    seen: set[str] = set()
    for index, cell in enumerate(notebook.cells):
        id = cell.get("id")
        if not isinstance(id, str) or not id or id in seen:
            notebook.problems.append(f"Cell {index + 1} has no id of its own")
            id = unique_id(taken, index, str(id), cell["source"])
            notebook.cells[index] = {**cell, "id": id}
        seen.add(id)


def _plain(ymap: Map[Any]) -> tuple[dict[str, Json], list[str]]:
    """``ymap`` as JSON that can be written, and what of it cannot be."""
    lost: list[str] = []
    plain: dict[str, Json] = plain_json(ymap, lost)
    return plain, lost


def plain_json(value: Any, lost: list[str], depth: int = 0) -> Any:
    """``value`` as plain JSON; appends to ``lost`` what JSON cannot hold."""
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, float):
        return number(value)
    if depth > MAX_DEPTH:
        lost.append("holds values that lie too deep")
    elif isinstance(value, dict):
        items = ((key, plain_json(item, lost, depth + 1)) for key, item in value.items())
        return {key: item for key, item in items if item is not _LOST}
    elif isinstance(value, list):
        if len(value) > _MANY and set(map(type, value)) <= {float, str}:
            return [number(item) if type(item) is float else item for item in value]
        plain = (plain_json(item, lost, depth + 1) for item in value)
        return [item for item in plain if item is not _LOST]
    elif isinstance(value, YText):
        return str(value)
    elif isinstance(value, Map):
        return plain_json(dict(value.items()), lost, depth)
    elif isinstance(value, Array):
        return plain_json(list(value), lost, depth)
    else:
        lost.append(f"holds a value of the type {type(value).__name__}")
    return _LOST
