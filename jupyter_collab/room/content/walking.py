"""Goes through all cells of a document at once.

A list goes through all before a cell that it is asked for by index: a thousand cells take some
thousandths of a second, ten thousand take one, and everybody waits. A text tells all that is in it
in one go, and so it does of the same list.
"""

from __future__ import annotations

from typing import Any

from pycrdt import Array, Assoc, Text, Transaction
from pycrdt._pycrdt import Map as RawMap
from pycrdt._pycrdt import Text as RawText

from ...protocol.varint import Reader
from ..yjs.structs import Id

FEW = 10
"""So many cells are found faster by asking for each."""

_A_TYPE = 2
"""How Yjs writes a place that is a shared type as such."""


def cells_of(ycells: Array[Any]) -> list[Any]:
    """All of ``ycells``, which are the cells of a document, in order."""
    cells = [cell for cell, _ in _as_text(ycells).diff()]
    # Plain values, which are no cells, are left out, or become one where they follow each other.
    return cells if len(cells) == len(ycells) else list(ycells)


def cells_at(ycells: Array[Any], places: list[int]) -> list[Any]:
    """Those of ``ycells`` that are at ``places``."""
    all = cells_of(ycells) if len(places) > FEW else ycells
    return [all[place] for place in places]


def ids_of(ycells: Array[Any]) -> list[Any]:
    """The ids of all of ``ycells``, whatever clients have put there."""
    return _members(ycells, "id")


def sources_of(ycells: Array[Any]) -> list[Id | None]:
    """Under which id each of ``ycells`` has its source; ``None`` where that is no text."""
    with ycells.doc.transaction() as transaction:
        raw = within(transaction)
        return [_id_of(raw, text) for text in _members(ycells, "source")]


def other_at(ycells: Array[Any], wanted: list[tuple[str, str]], first: int = 0) -> int | None:
    """Where one of ``ycells``, which are as many, has another type or source than is ``wanted``;
    ``None`` if nowhere. It is looked at ``first``, as what differs goes on to do so."""
    with ycells.doc.transaction() as transaction:
        raw = within(transaction)
        known = ycells.integrated.get(raw, first) if first < len(wanted) else None
        if known is not None and _written_in(raw, known) != wanted[first]:
            return first
        pairs = enumerate(zip(_raw_cells(raw, ycells), wanted, strict=True))
        return next((at for at, (cell, it) in pairs if _written_in(raw, cell) != it), None)


def _written_in(raw: Any, cell: Any) -> tuple[Any, Any]:
    """Type and source of ``cell``, as pycrdt's own wrappers have it."""
    source = member_of(raw, cell, "source")
    source = source.get_string(raw) if isinstance(source, RawText) else source
    return member_of(raw, cell, "cell_type"), source


def texts_with(ycells: Array[Any], parts: list[str]) -> dict[Id, str]:
    """The sources of ``ycells`` that have any of ``parts``, by their ids."""
    with ycells.doc.transaction() as transaction:
        raw = within(transaction)
        found = {}
        for text in _members(ycells, "source"):
            source = text.get_string(raw) if isinstance(text, RawText) else ""
            if any(part in source for part in parts) and (id := _id_of(raw, text)) is not None:
                found[id] = source
        return found


def _id_of(raw: Any, text: Any) -> Id | None:
    if not isinstance(text, RawText):
        return None
    begin: Any = text
    return _type_of(Reader(begin.sticky_index(raw, 0, Assoc.BEFORE).encode()))


def _type_of(place: Reader) -> Id | None:
    """The shared type that begins at ``place``, as Yjs writes it."""
    is_type = place.read_byte() == _A_TYPE
    return (place.read_varuint(), place.read_varuint()) if is_type else None


def _as_text(ycells: Array[Any]) -> Text:
    text: Text = ycells.doc.get("cells", type=Text)
    return text


def _members(ycells: Array[Any], key: str) -> list[Any]:
    """What each of ``ycells`` has as ``key``; ``None`` for what is no cell, or has none.

    Without pycrdt's own wrappers, which take several times as long as all the rest.
    """
    with ycells.doc.transaction() as transaction:
        raw = within(transaction)
        return [member_of(raw, cell, key) for cell in _raw_cells(raw, ycells)]


def _raw_cells(raw: Any, ycells: Array[Any]) -> list[Any]:
    """All of ``ycells``, as pycrdt's own wrappers have them."""
    cells = [cell for cell, _ in _as_text(ycells).integrated.diff(raw)]
    if len(cells) == len(ycells):
        return cells
    return [ycells.integrated.get(raw, index) for index in range(len(ycells))]


def member_of(raw: Any, cell: Any, key: str, default: Any = None) -> Any:
    """What ``cell``, as pycrdt's own wrappers have it, holds as ``key``, or the ``default``."""
    if not isinstance(cell, RawMap):
        return default
    try:
        return cell.get(raw, key)
    except ValueError:  # there is none
        return default


def within(transaction: Transaction) -> Any:
    """What is asked without those wrappers is asked within this."""
    return transaction._txn  # noqa: SLF001 - pycrdt's own wrappers hand this on
