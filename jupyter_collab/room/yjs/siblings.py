"""How long Yrs and Yjs look for the place of what is inserted.

What is inserted between two that lie beside each other lies there. Where something else was
inserted behind the first of them already, of which its writer did not know, all that came of that
is gone through. People cause that where they type in one place in one moment. But where sixteen
thousand words say so of each other it takes a minute, of the server and of every browser, and again
whenever the document is opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from .places import Place, Places
from .structs import Id, Struct

Written = tuple[int, Struct]
"""A struct and its client."""

_Child = tuple[Id, Id | None]
"""What was inserted behind something, and before what."""


class Siblings:
    """Knows what was inserted behind what, of all that it was told."""

    def __init__(self) -> None:
        self._children: dict[Id | Place, list[_Child]] = {}
        self._sizes: Counter[Place] | None = None

    def add(self, new: Iterable[Written], places: Places) -> None:
        """All of ``new`` is in the document, where ``places`` knows it to be."""
        for client, struct in new:
            id = (client, struct.clock)
            behind = struct.origin or places.place(id)
            if behind is not None:
                self._children.setdefault(behind, []).append((id, struct.right))
            if self._sizes is not None and (place := places.place(id)) is not None:
                self._sizes[place] += 1

    def effort(self, new: Sequence[Written], known: Places, places: Places) -> int:
        """How many structs are gone through to find the places of ``new``, at most. ``places``
        knows them, and what is ``known`` already."""
        more = Siblings()
        more.add(new, places)
        doubtful = [
            children
            for behind, children in more._children.items()
            if self._is_doubtful(behind, more, places)
        ]
        if doubtful and self._sizes is None:
            self._sizes = known.sizes()
        sizes = self._sizes or Counter()
        return sum(
            len(children) * (len(new) + sizes[place])
            for children in doubtful
            if (place := places.place(children[0][0])) is not None
        )

    def _is_doubtful(self, behind: Id | Place, more: Siblings, places: Places) -> bool:
        """Whether it cannot be told what comes first ``behind`` something: what was inserted there
        and had nothing inserted before it is more than one."""
        children = [*self._children.get(behind, ()), *more._children[behind]]
        first = {id for id, _ in children}
        next_in_one = places.next_in_one(behind)
        if next_in_one is not None:
            first.add(next_in_one)
        return len(first.difference(right for _, right in children)) > 1
