"""What a room remembers of texts that went elsewhere, as nothing of a deleted text can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...yjs.structs import Id
from ..carrying import Deleted

_MANY = 200
"""So many texts are remembered, with what was deleted as they went elsewhere in so many pieces."""

_LETTERS = 1_000_000
"""So long may they be together."""


@dataclass(slots=True, eq=False)
class Copy:
    """That a cell, with the id ``home`` and the source ``holder``, has ``words`` that were in
    another one, with the id ``cell`` and the source ``text``, which went with all of it if
    ``whole``, by an update that ``deleted`` this and that."""

    cell: str
    text: Id
    words: str
    whole: bool
    deleted: Deleted
    home: str
    holder: Id
    first: Id
    """The source of the cell that had them first."""

    def is_deleted_again(self, deleted: Deleted) -> bool:
        """Whether an update has ``deleted`` what went elsewhere before."""
        return (self.whole and deleted.has(self.text)) or deleted.touches(self.deleted)


@dataclass(slots=True)
class Memory:
    """The last ``copies``, and the sources ``joined`` of cells that were made of two."""

    copies: list[Copy] = field(default_factory=list)
    joined: list[Id] = field(default_factory=list)

    def go_on(self, text: Id, home: str, holder: Id) -> None:
        """What was with ``text`` is with ``holder`` from now on."""
        for copy in self.copies:
            if copy.holder == text:
                copy.home, copy.holder = home, holder

    def find(self, ids: Mapping[Id, str]) -> None:
        """Of two cells with one id the room may have made one; ``ids`` are those of all that are
        there."""
        texts = {id: text for text, id in ids.items()}
        for copy in self.copies:
            if copy.holder not in ids:
                copy.holder = texts.get(copy.home, copy.holder)

    def forget(self) -> None:
        """Keep no more than there is room for."""
        del self.joined[:-_MANY]
        del self.copies[:-_MANY]
        while sum(len(copy.words) for copy in self.copies) > _LETTERS:
            del self.copies[0]


def pieces_of(deleted: Deleted) -> Deleted:
    """What is to be remembered of what an update deleted as it took texts elsewhere."""
    return deleted if deleted.size <= _MANY else Deleted(())
