"""What of a notebook the structs of an update are."""

from __future__ import annotations

from enum import Enum, auto

from .structs import ARRAY, MAP, Id, Struct

NEEDED = frozenset((b"id", b"cell_type", b"source", b"metadata"))
"""What a cell has as soon as it can be shown."""


class What(Enum):
    """``CELL`` and ``OUTPUT`` are where one begins, and where an update may be parted; ``INSIDE``
    is what belongs to an output."""

    CELL = auto()
    OUTPUT = auto()
    INSIDE = auto()
    OTHER = auto()


class Outline:
    """Remembers the cells and outputs that it was told of.

    What cannot be told, as where all that was around it is gone, is taken for something else.
    """

    def __init__(self) -> None:
        self._cells: dict[Id, set[bytes]] = {}
        """The keys that each of them has."""
        self._lists: dict[Id, Id] = {}
        """Of each array of outputs, its cell."""
        self._outputs: dict[Id, Id] = {}
        """Of each output, the array that it is in."""
        self._inside: set[Id] = set()
        """Outputs, and what in them has something in it."""
        self._ends: set[Id] = set()
        """The first and the last of everything else that is in outputs, such as printed text."""

    def note(self, struct: Struct, id: Id) -> What:
        """What ``struct`` is, which has ``id``. It may be noted twice."""
        parent = struct.parent
        if parent is None:
            return self._note_beside(struct, id)
        if parent in self._inside:
            return self._note_inside(struct, id)
        if parent in self._lists and isinstance(parent, tuple):
            return self._note_output(struct, id, parent)
        if parent in self._cells and isinstance(parent, tuple):
            self._note_member(struct, id, parent)
        elif parent == b"cells":
            return self._note_cell(struct, id)
        return What.OTHER

    def _note_beside(self, struct: Struct, id: Id) -> What:
        """It is where its neighbours are."""
        for neighbour in (struct.origin, struct.right):
            if neighbour in self._cells:
                return self._note_cell(struct, id)
            if neighbour in self._outputs and neighbour is not None:
                return self._note_output(struct, id, self._outputs[neighbour])
            if neighbour in self._ends:
                return self._note_inside(struct, id)
        return What.OTHER

    def _note_cell(self, struct: Struct, id: Id) -> What:
        """It may have been deleted; others are beside it all the same."""
        self._cells.setdefault(id, set())
        return What.CELL if struct.type == MAP else What.OTHER

    def _note_member(self, struct: Struct, id: Id, cell: Id) -> None:
        if struct.key is not None:
            self._cells[cell].add(struct.key)
        if struct.key == b"outputs" and struct.type == ARRAY:
            self._lists[id] = cell

    def _note_output(self, struct: Struct, id: Id, place: Id) -> What:
        self._outputs[id] = place
        if struct.type is not None:
            self._inside.add(id)
        return What.OUTPUT if self._cells[self._lists[place]] >= NEEDED else What.INSIDE

    def _note_inside(self, struct: Struct, id: Id) -> What:
        if struct.type is not None:
            self._inside.add(id)
        else:
            self._ends |= {id, (id[0], id[1] + struct.length - 1)}
        return What.INSIDE
