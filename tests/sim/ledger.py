"""What has to be in the document once all is at rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal


@dataclass
class Word:
    """``least`` to ``most`` times it must be there. ``fresh``: written or deleted since the
    last rest; until the next, others may not know of that."""

    author: str
    cell: str
    least: int = 1
    most: int = 1
    fresh: bool = True
    deleted_by: str = ""
    doubles: int = 0
    """How many more there may be, as the product is known not to prevent it."""


@dataclass
class Ledger:
    words: dict[str, Word] = field(default_factory=dict)
    shaken: dict[str, list[Literal["move", "delete"]]] = field(default_factory=dict)
    """What was done to whole cells since the last rest: by cell id."""

    def wrote(self, author: str, cell: str) -> str:
        word = f"w{len(self.words) + 10}"
        self.words[word] = Word(author, cell)
        return word

    def deleted(self, name: str, by: str) -> None:
        word = self.words[name]
        if word.fresh and word.author != by:
            word.least = 0  # others may delete what its author does not know to be safe
        else:
            word.least = word.most = 0
        word.fresh = True
        word.deleted_by = by

    def shook(self, cell: str, how: Literal["move", "delete"]) -> None:
        self.shaken.setdefault(cell, []).append(how)

    def shake_all(self) -> None:
        """Any cell may have been moved, and those that were deleted may be there again."""
        for cell in {word.cell for word in self.words.values()}:
            self.shaken.setdefault(cell, []).append("move")

    def shake_deleted(self) -> None:
        """Cells that were deleted may be there again."""
        for how in self.shaken.values():
            if "delete" in how:
                how.append("move")

    def excuse(self, names: Iterable[str]) -> None:
        """These may be there, or not."""
        for name in names:
            word = self.words[name]
            word.least, word.most = 0, max(1, word.most)

    def by(self, author: str) -> list[str]:
        """The words that ``author`` has written or deleted since the last rest."""
        return [n for n, w in self.words.items() if w.fresh and author in (w.author, w.deleted_by)]

    def deleted_lately(self) -> list[str]:
        return [n for n, w in self.words.items() if w.fresh and w.deleted_by]

    def expected(self) -> list[str]:
        return [n for n, w in self.words.items() if w.least]

    def check(self, counts: Counter[str]) -> list[str]:
        """What is wrong with a document of these words."""
        self._allow_for_cells()
        wrong = []
        for name, word in self.words.items():
            least = 0 if word.doubles else word.least
            if not least <= counts[name] <= word.most + word.doubles:
                wrong.append(f"{name} is there {counts[name]} times, not {word}")
        return wrong

    def rest(self, counts: Counter[str]) -> None:
        """All is at rest, and as it is now it has to stay; but a word that is back, as a deletion
        was lost, goes once its author brings that again."""
        for name, word in self.words.items():
            word.least = word.most = counts[name]
            if word.deleted_by:
                word.least = 0
            word.fresh, word.deleted_by, word.doubles = False, "", 0
        self.shaken.clear()

    def _allow_for_cells(self) -> None:
        """Moving a cell is deleting it and inserting a copy, as far as Yjs knows: what others
        wrote meanwhile is gone with the old one, and two who move it leave two copies."""
        for cell, done in self.shaken.items():
            inside = [word for word in self.words.values() if word.cell == cell]
            touched = any(word.fresh for word in inside)
            for word in inside:
                if done == ["move"]:
                    if word.fresh:
                        word.least, word.most = 0, max(1, word.most)
                elif done == ["delete"]:
                    word.least = 0
                    word.most = max(1, word.most) if touched else 0
                else:
                    word.least, word.most = 0, len(done) * max(1, word.most)
