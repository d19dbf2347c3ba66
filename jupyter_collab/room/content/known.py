"""What was read of a notebook, and what has changed of it since. Knows no document.

Only what has changed is read again: saving a notebook of many megabytes takes no longer than what
somebody has touched, and running a cell no longer than what it shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..yjs.updates import Json
from .cells import Cell
from .flag import Flag
from .forms import Forms

TRANSIENT = "execution_state"
"""The member of a cell that no file has."""

_OF_A_RUN = frozenset({TRANSIENT, "execution_count"})
"""The members of a cell that change when it is run, besides its outputs. They may be anything."""


@dataclass(frozen=True, slots=True)
class Read:
    """A cell that was read; ``None`` where there is none that could be written to a file.

    ``changed`` are members that have changed since. ``outputs`` are those of which some have, with
    ``None`` for each that has to be read. Nothing else of the cell has changed.
    """

    cell: Cell | None
    problems: tuple[str, ...]
    changed: frozenset[str] = frozenset()
    outputs: list[Json] | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What a notebook has besides its cells."""

    metadata: dict[str, Json]
    rest: dict[str, Json]
    problems: tuple[str, ...]


class Known:
    """The head and each cell as they were read, as far as they are still so."""

    def __init__(self) -> None:
        self.head: Head | None = None
        self.cells: list[Read | None] = []
        self.changed = Flag(())
        self.order_changed = True
        self.forms = Forms()

    def see_head(self, events: list[Any]) -> None:
        """Forget the head, as it has changed."""
        for event in events:
            self.forms.see_head(event)
        self.changed.set()
        self.head = None

    def see(self, events: list[Any]) -> None:
        """Forget what has changed. Paths speak of lists as they are afterwards, and come with the
        shortest first: a list tells what has moved before anything in it tells where it is."""
        self.changed.set()
        for event in events:
            path = event.path
            self.forms.see(event)
            if not path:
                self.order_changed = True
                _follow(self.cells, event.delta)
            elif path[0] < len(self.cells):
                self._forget(path[0], path[1:], event)
            if len(path) == 1 and "id" in getattr(event, "keys", ()):
                self.order_changed = True

    def _forget(self, index: int, path: list[Any], event: Any) -> None:
        """Forget what has changed at ``path`` in the cell, if that is all there is to it."""
        read = self.cells[index]
        if read is None or read.cell is None or read.problems:
            self.cells[index] = None
        elif path == ["source"] or (not path and _OF_A_RUN.issuperset(event.keys)):
            changed = read.changed.union(path or event.keys)
            if changed != read.changed:
                self.cells[index] = replace(read, changed=changed)
        elif path[:1] == ["outputs"] and read.cell["cell_type"] == "code":
            if read.outputs is None:
                read = self.cells[index] = replace(read, outputs=list(read.cell["outputs"]))
            assert read.outputs is not None
            if len(path) == 1:
                _follow(read.outputs, event.delta)
            else:
                read.outputs[path[1]] = None
        else:
            self.cells[index] = None


def _follow(known: list[Any], delta: list[dict[str, Any]]) -> None:
    """Let ``known`` have ``None`` for what has come into a list, and nothing for what has gone."""
    at = 0
    for step in delta:
        if "retain" in step:
            at += step["retain"]
        elif "insert" in step:
            known[at:at] = [None] * len(step["insert"])
            at += len(step["insert"])
        else:
            del known[at : at + step["delete"]]
