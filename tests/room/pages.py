"""A room, and pages that hear of each other late."""

from __future__ import annotations

import re
from collections import Counter, deque
from typing import Any

from pycrdt import Array, Doc, Text

from jupyter_collab.room.content.editing import new_cell
from jupyter_collab.room.replica import Replica
from tests.room.notebooks import code, copied
from tests.room.test_carrying import read, room_of


class Page:
    """A page that sees what others do, and the room what it does, some time later."""

    def __init__(self, room: Replica, client: int) -> None:
        self.doc: Doc[Any] = copied(room.document, client).doc
        self.cells: Array[Any] = self.doc.get("cells", type=Array)
        self.had = b"\0"
        self.sent: deque[bytes] = deque()
        self.coming: deque[bytes] = deque()
        self._made = 0
        self._is_mine = True
        self.doc.observe(self._on_change)

    def _on_change(self, event: Any) -> None:
        if self._is_mine:
            self.sent.append(event.update)

    def receive(self, count: int = 1000) -> None:
        self._is_mine = False
        for _ in range(min(count, len(self.coming))):
            self.doc.apply_update(self.coming.popleft())
        self._is_mine = True

    def text(self, place: int) -> Text:
        text: Text = self.cells[place]["source"]
        return text

    def texts(self) -> list[str]:
        return [str(cell["source"]) for cell in self.cells]

    def _cell(self, source: str) -> Any:
        self._made += 1
        return new_cell(code(f"{self.doc.client_id} {self._made}", source))

    def move(self, place: int, to: int, **changes: Any) -> None:
        """As JupyterLab moves a cell, and changes its type."""
        cell = {**self.cells[place].to_py(), **changes}
        cell["outputs"] = cell.get("outputs", [])
        with self.doc.transaction():
            del self.cells[place]
            self.cells.insert(to, new_cell(cell))

    def merge(self, place: int, count: int = 2) -> None:
        """As JupyterLab merges cells."""
        sources = self.texts()[place : place + count]
        with self.doc.transaction():
            del self.cells[place]
            self.cells.insert(place, self._cell("\n\n".join(sources)))
            del self.cells[place + 1 : place + count]

    def split(self, place: int, *at: int) -> None:
        """As JupyterLab splits a cell: what is before goes into new ones."""
        source = str(self.text(place))
        with self.doc.transaction():
            for start, end in zip((0, *at), at, strict=False):
                self.cells.insert(place, self._cell(source[start:end].strip("\n")))
                place += 1
            rest = source[at[-1] :]
            del self.text(place)[0 : len(rest) - len(rest.lstrip("\n")) + at[-1]]


class World:
    def __init__(self, *sources: str, pages: int = 2) -> None:
        self.room = room_of(*[code(f"c{number}", text) for number, text in enumerate(sources)])
        self.room.take()
        self.pages = [Page(self.room, number + 2) for number in range(pages)]

    def take_in(self, *pages: Page) -> None:
        """The room takes in what these pages have done, in this order, and everybody is sent it."""
        had = [page.had for page in pages for _ in page.sent]
        updates = [update for page in pages for update in page.sent]
        assert self.room.apply(updates, had) == []
        self.room.document.repair()
        for page in pages:
            page.sent.clear()
        for update in self.room.take()[0]:
            for page in self.pages:
                page.coming.append(update)

    def rest(self) -> None:
        for page in self.pages:
            self.take_in(page)
        for page in self.pages:
            page.receive()
            assert page.texts() == read(self.room)
            assert not page.sent


WORD = re.compile(r"w\d+")


def words_in(texts: list[str]) -> Counter[str]:
    return Counter(word for text in texts for word in WORD.findall(text))
