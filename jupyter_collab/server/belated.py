"""Programs that write a notebook a while after they have read it, as those do that run it.

``nbconvert --execute --inplace`` and papermill hold the notebook as it was when they began. What
people have typed and saved meanwhile is not in what they write, and they have not deleted it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc

from ..protocol.identity import Position
from ..room.content.cells import Cell, match_cells
from ..room.content.document import Document
from ..room.content.notebook import Notebook
from ..room.content.values import same
from ..room.yjs.updates import Json
from ..store.port import SavedMark, StoredHistory
from .replaying import apply

_RESULTS = ("outputs", "execution_count")


@dataclass(frozen=True, slots=True)
class Run:
    """A file has what came of running the notebook that was in it as ``mark`` says.

    To take that as changes of ``base`` brings its results and leaves all else.
    """

    mark: SavedMark
    base: Notebook


def find_run(
    stored: StoredHistory | None, earlier: Sequence[SavedMark], base: Any, theirs: Any
) -> Run | None:
    """The run of one of ``earlier`` that ``theirs`` is, where ``base`` was in the file last.

    It is one if all its sources are those of that earlier notebook, and some of its results or of
    its metadata are new. A formatter changes sources, and who puts back an earlier notebook brings
    nothing new.
    """
    if stored is None or not isinstance(base, Notebook) or not isinstance(theirs, Notebook):
        return None
    if _sources(theirs) == _sources(base):
        return None
    if not _brings(theirs, _by_place(base, theirs), base.metadata):
        return None
    found = _find(stored, earlier, theirs)
    if found is None:
        return None
    mark, before = found
    if not _brings(theirs, dict(enumerate(before.cells)), before.metadata):
        return None
    return Run(mark, _with_sources(base, before))


def _find(
    stored: StoredHistory, earlier: Sequence[SavedMark], theirs: Notebook
) -> tuple[SavedMark, Notebook] | None:
    """The last of ``earlier`` that has the sources of ``theirs``; ``stored`` may not reach back."""
    marks = {mark.position: mark for mark in earlier}
    wanted, found = _sources(theirs), None
    doc: Doc[Any] = Doc()
    document = Document.of("notebook", doc)
    for position, update in enumerate(stored.updates, start=stored.first):
        if not apply(doc, (update,)):
            return None
        mark = marks.get(Position(position))
        if mark is not None and _sources(notebook := document.read()) == wanted:
            found = mark, notebook
    return found


def _sources(notebook: Notebook) -> list[tuple[str, str]]:
    return [(cell["cell_type"], cell["source"]) for cell in notebook.cells]


def _brings(theirs: Notebook, known: Mapping[int, Cell], metadata: dict[str, Json]) -> bool:
    """Whether ``theirs`` has results, or metadata as papermill writes them, that are not in the
    ``known`` cells and ``metadata``; that some are gone is no run."""
    if _has_more(theirs.metadata, metadata):
        return True
    pairs = ((cell, known.get(index, {})) for index, cell in enumerate(theirs.cells))
    return any(
        _has_more({key: cell.get(key) for key in _RESULTS}, old)
        or _has_more(cell["metadata"], old.get("metadata", {}))
        for cell, old in pairs
    )


def _has_more(new: dict[str, Json], old: dict[str, Json]) -> bool:
    """The mark of trust is the server's own."""
    return any(
        value and key != "trusted" and not same(value, old.get(key)) for key, value in new.items()
    )


def _by_place(base: Notebook, theirs: Notebook) -> dict[int, Cell]:
    """The cells of ``base`` by where ``theirs`` has them."""
    pairs = match_cells(base.cells, theirs.nameable())
    return {index: base.cells[at] for index, at in pairs.items()}


def _with_sources(base: Notebook, before: Notebook) -> Notebook:
    """``base`` with the cells that were there ``before``, and what was written in them then."""
    known = {cell["id"]: cell for cell in base.cells}
    cells = [
        {**known.get(cell["id"], cell), "cell_type": cell["cell_type"], "source": cell["source"]}
        for cell in before.cells
    ]
    return Notebook(cells, base.metadata, base.rest)
