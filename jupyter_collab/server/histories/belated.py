"""Programs that write a notebook a while after they have read it, as those do that run it.

``nbconvert --execute --inplace`` and papermill hold the notebook as it was when they began. What
people have typed and saved meanwhile is not in what they write, and they have not deleted it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pycrdt import Array, Doc

from ...protocol.identity import Position
from ...room.content.cells import Cell, match_cells
from ...room.content.document import Document
from ...room.content.notebook import Notebook
from ...room.content.values import MISSING, same
from ...room.content.walking import other_at
from ...room.yjs.updates import Json
from ...store.port import SavedMark, StoredHistory
from .replaying import apply

MOST_COMPARED = 100
"""How many earlier notebooks with the same sources are read, which takes a while of large ones."""

_RESULTS = ("outputs", "execution_count")

_NOTED = ("papermill", "execution")
"""Metadata in which programs note a run. Editors change other metadata of what they only save, such
as which kernel and language it has."""


@dataclass(frozen=True, slots=True)
class Run:
    """A file has what came of running the notebook that was in it as ``mark`` says.

    To take that as changes of ``base`` brings its results and leaves all else.
    """

    mark: SavedMark
    base: Notebook


def find_run(
    stored: StoredHistory | None,
    earlier: Sequence[SavedMark],
    base: Any,
    theirs: Any,
    edited: Position | None = None,
) -> Run | None:
    """The run of one of ``earlier`` that ``theirs`` is, where ``base`` was in the file last.

    It is one if all its sources are those of that earlier notebook, and some of its results are
    new, or of what is noted with them. A formatter changes sources, and who puts back an earlier
    notebook brings nothing that was not in one with these sources. Where other programs alone have
    changed the file since, as from the position ``edited`` on, one of them has changed it back.
    """
    if stored is None or not isinstance(base, Notebook) or not isinstance(theirs, Notebook):
        return None
    if _sources(theirs) == _sources(base):
        return None
    if not _brings(theirs, _by_place(base, theirs), base.metadata):
        return None
    marks = _marks_with(_sources(theirs), stored, earlier)[-MOST_COMPARED:]
    if marks and edited is not None and marks[-1].position >= edited:
        return None
    last: Notebook | None = None
    for before in _notebooks_at(marks, stored):
        if not _brings(theirs, dict(enumerate(before.cells)), before.metadata):
            return None
        last = before
    return None if last is None else Run(marks[-1], _as_if_run(base, last, theirs))


def _marks_with(
    sources: list[tuple[str, str]], stored: StoredHistory, earlier: Sequence[SavedMark]
) -> list[SavedMark]:
    """Those of ``earlier`` with these ``sources``, in order; ``stored`` may not reach back.

    There are hundreds to look at, and all else of a notebook takes long to read.
    """
    found, other = list[SavedMark](), 0
    marks = {mark.position: mark for mark in earlier}
    for mark, doc in _documents_at(marks, stored):
        cells: Array[Any] = doc.get("cells", type=Array)
        if len(cells) == len(sources):
            at = other_at(cells, sources, other)
            if at is None:
                found.append(mark)
            else:
                other = at
    return found


def _notebooks_at(marks: Sequence[SavedMark], stored: StoredHistory) -> Iterator[Notebook]:
    document: Document | None = None
    for _, doc in _documents_at({mark.position: mark for mark in marks}, stored):
        document = document or Document.of("notebook", doc)
        yield document.read()


def _documents_at(
    marks: Mapping[Position, SavedMark], stored: StoredHistory
) -> Iterator[tuple[SavedMark, Doc[Any]]]:
    """One document as it was at each of ``marks``."""
    doc: Doc[Any] = Doc()
    last = max(marks, default=Position(0))
    for position, update in enumerate(stored.updates, start=stored.first):
        if position > last or not apply(doc, (update,)):
            return
        mark = marks.get(Position(position))
        if mark is not None:
            yield mark, doc


def _sources(notebook: Notebook) -> list[tuple[str, str]]:
    return [(cell["cell_type"], cell["source"]) for cell in notebook.cells]


def _brings(theirs: Notebook, known: Mapping[int, Cell], metadata: dict[str, Json]) -> bool:
    """Whether ``theirs`` has results, or notes of a run, that are not in the ``known`` cells and
    ``metadata``; that some are gone is no run."""
    if _has_more(_NOTED, theirs.metadata, metadata):
        return True
    pairs = ((cell, known.get(index, {})) for index, cell in enumerate(theirs.cells))
    return any(
        _has_more(_RESULTS, cell, old)
        or _has_more(_NOTED, cell["metadata"], old.get("metadata", {}))
        for cell, old in pairs
    )


def _has_more(keys: Sequence[str], new: dict[str, Json], old: dict[str, Json]) -> bool:
    return any(new.get(key) and not same(new[key], old.get(key)) for key in keys)


def _by_place(base: Notebook, theirs: Notebook) -> dict[int, Cell]:
    """The cells of ``base`` by where ``theirs`` has them."""
    pairs = match_cells(base.cells, theirs.nameable())
    return {index: base.cells[at] for index, at in pairs.items()}


def _as_if_run(base: Notebook, before: Notebook, theirs: Notebook) -> Notebook:
    """``base`` with the cells that were there ``before``, and what was written in them then; so
    that ``theirs``, which has these sources, differs from it in what the run has brought."""
    known = {cell["id"]: cell for cell in base.cells}
    cells = []
    for old, new in zip(before.cells, theirs.cells, strict=True):
        now = known.get(old["id"], old)
        cell = _unless_brought(now, old, new) | {key: now[key] for key in _RESULTS if key in now}
        cell["metadata"] = _unless_brought(*(it["metadata"] for it in (now, old, new)))
        cells.append({**cell, "id": old["id"]})
    metadata = _unless_brought(base.metadata, before.metadata, theirs.metadata)
    return Notebook(cells, metadata, _unless_brought(base.rest, before.rest, theirs.rest))


def _unless_brought(
    base: dict[str, Json], before: dict[str, Json], theirs: dict[str, Json]
) -> dict[str, Json]:
    """``base``, but what ``theirs`` has as it was ``before`` is so: whatever it became meanwhile,
    people have made it. Not looked into: papermill notes each state of a run in one member."""
    kept = {key: value for key, value in before.items() if same(value, theirs.get(key, MISSING))}
    known = {key: value for key, value in base.items() if key in before or key in theirs}
    return known | kept
