"""Brings what another program wrote into a document that people have open.

Disk is one more collaborator, who last saw the document when it was last in the file: the
*base*. What leads from the base to the file is found, and done to the document as it is now.
This works on what documents contain, not on their histories, because

- the base is often not to be had as a history: it may be compacted, or merged before;
- a cell that somebody moved is another cell for the history, and edits of the old one are lost;
- a change that came in twice, through a browser and through the file, would be there twice;
- words that both sides changed would be mixed letter by letter.

The edits that come out are as small as can be, so whatever people type meanwhile is merged by
the CRDT as always.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..texts.merge import merge_text
from ..texts.subsequences import longest_increasing
from ..texts.union import union_text
from ..texts.words import says
from ..yjs.updates import Json
from .build import is_placeholder, unique_id
from .cells import Cell, match_cells
from .notebook import Notebook
from .values import MISSING, merge_objects, merge_values, same

_HEAVY = 1000
"""How much more a cell weighs that people have edited, when one of two must be moved."""

_VERY_ALIKE = 0.75
"""New cells without ids of which so much is the same were added once, not twice."""


def merge(base: Any, ours: Any, theirs: Any) -> Any:
    """``ours`` with what leads from ``base`` to ``theirs``.

    All three are what :meth:`~.document.Document.read` returns. Nothing that somebody wrote in
    ``ours`` is lost, and nothing that both have written is there twice.
    """
    match base, ours, theirs:
        case str(), str(), str():
            return merge_text(base, ours, theirs)
        case Notebook(), Notebook(), Notebook():
            if theirs in (base, ours):
                return ours
            return _merge_notebooks(base, ours, theirs)
        case _:
            return merge_values(base, ours, theirs)


def union(ours: Any, theirs: Any) -> Any:
    """All that is in either, where it is not known what both came from."""
    match ours, theirs:
        case str(), str():
            return union_text(ours, theirs)
        case Notebook(), Notebook():
            return ours if ours == theirs else _merge_notebooks(None, ours, theirs)
        case _:
            return merge_values(MISSING, ours, theirs)


@dataclass(eq=False, slots=True)
class _Trio:
    """One cell in three notebooks; ``None`` where it is not there."""

    base: Cell | None = None
    ours: Cell | None = None
    theirs: Cell | None = None
    is_elsewhere: bool = False
    """One side has it as a part of another cell, which has what the other side wrote in it."""

    @property
    def edited_by_us(self) -> bool:
        return _is_edited(self.base, self.ours)

    @property
    def edited_by_them(self) -> bool:
        return _is_edited(self.base, self.theirs)

    @property
    def stays(self) -> bool:
        """An edit outweighs a deletion, whoever did which."""
        if self.is_elsewhere:
            return False
        if self.base is None or (self.ours is not None and self.theirs is not None):
            return True
        return self.edited_by_us or self.edited_by_them


def _is_edited(base: Cell | None, cell: Cell | None) -> bool:
    return base is not None and cell is not None and base["source"] != cell["source"]


def _merge_notebooks(base: Notebook | None, ours: Notebook, theirs: Notebook) -> Notebook:
    first, second, third = _trios(base, ours, theirs)
    merged = Notebook([], {}, {})
    taken = {cell["id"] for cell in ours.cells}
    for trio in _ordered(first, second, third):
        cell = _merge_cell(trio)
        _name(cell, trio, theirs, taken, merged)
        merged.cells.append(cell)
    merged.cells = [c for c in merged.cells if not is_placeholder(c)] or merged.cells[:1]
    merged.pinned = frozenset(t.ours["id"] for t in second if t.ours and t.edited_by_us and t.stays)
    known = base or Notebook([], {}, ours.rest)
    merged.metadata = merge_objects(known.metadata, ours.metadata, theirs.metadata)
    merged.rest = merge_objects(known.rest, ours.rest, theirs.rest)
    return merged


def _trios(
    base: Notebook | None, ours: Notebook, theirs: Notebook
) -> tuple[list[_Trio], list[_Trio], list[_Trio]]:
    """The cells of each of the three, in its own order."""
    first = [_Trio(base=cell) for cell in base.cells] if base else []
    second = _matched(first, base.nameable() if base else [], ours.cells)
    third = _matched(first, base.nameable() if base else [], theirs.nameable())
    for trio, cell in zip(second, ours.cells, strict=True):
        trio.ours = cell
    new = [index for index, trio in enumerate(second) if trio.base is None]
    their_new = [index for index, trio in enumerate(third) if trio.base is None]
    cells, their_cells = [ours.cells[i] for i in new], theirs.nameable()
    likeness = None if base is None else (_VERY_ALIKE if not theirs.has_ids else 2)
    pairs = match_cells(cells, [their_cells[i] for i in their_new], likeness)
    for at, index in pairs.items():
        third[their_new[at]] = second[new[index]]
    for trio, cell in zip(third, theirs.cells, strict=True):
        trio.theirs = cell
    for trio in first:
        _follow(trio, second, third)
    return first, second, third


def _follow(trio: _Trio, second: list[_Trio], third: list[_Trio]) -> None:
    """Write what one side has written in a cell into the one that the other side has merged it
    into; of that it is not known but that it is new, and has the text that the cell had."""
    cell = trio.ours or trio.theirs
    is_gone = (trio.ours is None) != (trio.theirs is None) and trio.stays
    if trio.base is None or cell is None or not is_gone:
        return
    source = trio.base["source"].strip()
    for new in (second if trio.ours is None else third) if says(source) else ():
        if new.base is not None or (new.ours is None) == (new.theirs is None):
            continue
        merged: Cell = new.ours or new.theirs or {}
        at = f"\n{merged['source']}\n".find(f"\n{source}\n")
        if at >= 0:
            before, after = merged["source"][:at], merged["source"][at + len(source) :]
            merged = {**merged, "source": f"{before}{cell['source'].strip()}{after}"}
            new.ours, new.theirs = (merged, None) if new.theirs is None else (None, merged)
            trio.is_elsewhere = True
            return


def _matched(first: list[_Trio], old: Sequence[Cell], new: Sequence[Cell]) -> list[_Trio]:
    pairs = match_cells(old, new)
    return [first[pairs[at]] if at in pairs else _Trio() for at in range(len(new))]


def _ordered(first: list[_Trio], second: list[_Trio], third: list[_Trio]) -> list[_Trio]:
    """The cells that stay, in our order but for those that they have moved."""
    moved = _moved_by_them(first, second, third)
    skeleton = [trio for trio in second if trio.stays and trio not in moved]
    following: dict[_Trio | None, list[_Trio]] = {}
    here = set(skeleton)
    before = None
    for trio in third:
        if trio in here:
            before = trio
        elif trio.stays:
            following.setdefault(before, []).append(trio)
    return _interleaved(skeleton, following)


def _interleaved(skeleton: list[_Trio], following: dict[_Trio | None, list[_Trio]]) -> list[_Trio]:
    """``skeleton`` with what follows each of its cells, after what we have added there."""
    merged: list[_Trio] = []
    waiting = following.get(None, [])
    for trio in skeleton:
        if trio.base is not None or trio.theirs is not None:
            merged += waiting
            waiting = following.get(trio, [])
        merged.append(trio)
    return merged + waiting


def _moved_by_them(first: list[_Trio], second: list[_Trio], third: list[_Trio]) -> set[_Trio]:
    """Cells that they have moved and we have neither moved nor edited."""
    ours = _moved(first, second)
    return {trio for trio in _moved(first, third, ours) if not trio.edited_by_us} - ours


def _moved(first: list[_Trio], later: list[_Trio], heavy: set[_Trio] | None = None) -> set[_Trio]:
    """The fewest cells whose moves explain the order; ``heavy`` and edited ones rather not."""
    places = {trio: place for place, trio in enumerate(first)}
    known = [trio for trio in later if trio in places]
    weights = [_HEAVY if trio.edited_by_us or (heavy and trio in heavy) else 1 for trio in known]
    kept = longest_increasing([places[trio] for trio in known], weights.__getitem__)
    return set(known) - {known[index] for index in kept}


def _merge_cell(trio: _Trio) -> Cell:
    base, ours, theirs = trio.base, trio.ours, trio.theirs
    if ours is None or theirs is None:
        return dict(ours or theirs or {})
    if base is None:
        source = union_text(ours["source"], theirs["source"])
    else:
        source = merge_text(base["source"], ours["source"], theirs["source"])
    known = base or {}
    ran = theirs if _take_their_outputs(trio, known, ours, theirs) else ours
    metadata = merge_objects(*(_metadata(cell) for cell in (known, ours, theirs)))
    if "trusted" in ran["metadata"]:
        metadata["trusted"] = ran["metadata"]["trusted"]
    cell = merge_objects(*(_rest(cell) for cell in (known, ours, theirs)))
    cell |= {"id": ours["id"], "source": source, "metadata": metadata}
    if cell["cell_type"] == "code":
        cell |= {key: ran[key] for key in _RESULTS if key in ran}
        cell.setdefault("outputs", [])
    return cell


_RESULTS = ("outputs", "execution_count")


def _take_their_outputs(trio: _Trio, base: Cell, ours: Cell, theirs: Cell) -> bool:
    """What a cell has put out goes with its source, and is never made up from two runs."""
    if trio.base is None:
        return not ours.get("outputs")
    if all(same(base.get(key), theirs.get(key)) for key in _RESULTS):
        return False
    if all(same(base.get(key), ours.get(key)) for key in _RESULTS):
        return True
    return trio.edited_by_them and not trio.edited_by_us


def _metadata(cell: Cell) -> dict[str, Json]:
    """Without the mark of the server that it has signed these outputs: it goes with them."""
    return {k: v for k, v in cell.get("metadata", {}).items() if k != "trusted"}


def _rest(cell: Cell) -> dict[str, Json]:
    return {k: v for k, v in cell.items() if k not in ("id", "source", "metadata", *_RESULTS)}


def _name(cell: Cell, trio: _Trio, theirs: Notebook, taken: set[str], merged: Notebook) -> None:
    """Give ``cell`` its id: the one in the room, or that of the file where it has a new one."""
    if trio.ours is None:
        if cell["id"] in taken:
            cell["id"] = unique_id(taken, "merged", cell["id"], cell["source"])
        taken.add(cell["id"])
        return
    old = cell["id"]
    if trio.base is None or trio.theirs is None or trio.base["id"] != old:
        return
    new = trio.theirs["id"]
    if new not in theirs.made_up and new not in taken:
        taken.add(new)
        cell["id"] = new
        merged.renamed[new] = old
