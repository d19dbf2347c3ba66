"""Cells that several people have moved, merged or split in the same moment (M24)."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from pycrdt import Array, Doc, Text

from jupyter_collab.room.content import copies
from jupyter_collab.room.content.editing import new_cell
from jupyter_collab.room.replica import Replica
from jupyter_collab.room.texts.common import kept
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


class Plan:
    """What people do at random, each with what they had seen by then."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self._count = 0
        sources = [
            "\n".join(self.line() for _ in range(self.random.randint(1, 3))) for _ in "abcde"
        ]
        self.world = World(*sources, pages=self.random.randint(2, 3))
        self.done: list[str] = []
        self.words = set(words_in(read(self.world.room)))

    def line(self) -> str:
        self._count += 3
        return " ".join(f"w{self._count - number}" for number in range(self.random.randint(1, 3)))

    def run(self) -> None:
        for _ in range(self.random.randint(2, 14)):
            page = self.random.choice(self.world.pages)
            match self.random.random():
                case x if x < 0.45:
                    self.change(page)
                case x if x < 0.6:
                    self.type(page)
                case x if x < 0.8:
                    pages = self.random.sample(self.world.pages, self.random.randint(1, 2))
                    self.done.append(f"take in {[page.doc.client_id for page in pages]}")
                    self.world.take_in(*pages)
                case _:
                    self.done.append(f"{page.doc.client_id} receives")
                    page.receive(self.random.randint(1, 4))
        self.world.rest()

    def change(self, page: Page) -> None:
        random, count = self.random, len(page.cells)
        place = random.randrange(count)
        before = page.texts()
        match random.randrange(4):
            case 0 if count > 1:
                page.move(place, to := random.randrange(count))
                what = f"moves {place} to {to}"
            case 1 if count > 1:
                place = random.randrange(count - 1)
                page.merge(place, size := random.randint(2, min(3, count - place)))
                what = f"merges {size} from {place}"
            case 2:
                source = before[place]
                gaps = [at for at in range(1, len(source)) if source[at].isspace()]
                if not gaps:
                    return
                at = sorted(random.sample(gaps, min(len(gaps), random.randint(1, 2))))
                page.split(place, *at)
                what = f"splits {place} at {at}"
            case _:
                page.move(place, place, cell_type=random.choice(["markdown", "code", "raw"]))
                what = f"retypes {place}"
        self.done.append(f"{page.doc.client_id} {what}: {before} -> {page.texts()}")

    def type(self, page: Page) -> None:
        """What is typed reaches the room: the browser brings along what does not."""
        self.world.take_in(page)
        page.receive()
        text = self.random.choice([cell["source"] for cell in page.cells])
        gaps = [at for at in range(len(text) + 1) if at in (0, len(text)) or str(text)[at] in " \n"]
        self._count += 3
        text.insert(self.random.choice(gaps), f" w{self._count} ")
        self.words.add(f"w{self._count}")
        self.done.append(f"{page.doc.client_id} types w{self._count}: {page.texts()}")
        self.world.take_in(page)

    def wrong(self) -> dict[str, int]:
        """The words that are not there once."""
        words = words_in(read(self.world.room))
        return {word: words[word] for word in self.words if words[word] != 1}


@pytest.mark.parametrize("seed", range(100))
def test_whatever_people_do_at_once_each_word_is_there_once(seed: int) -> None:
    """M19 M24: with pages that hear of each other late, and go on with what is gone by then."""
    plan = Plan(seed)
    plan.run()
    assert plan.wrong() == {}, "\n".join(plan.done)


Change = Callable[[Page], Any]

ONE, TWO, THREE = "one w1\nmore w2\nlast w3", "two w4", "three w5"


def merge_first(page: Page) -> None:
    page.merge(0)


def merge_last(page: Page) -> None:
    page.merge(1)


def merge_all(page: Page) -> None:
    page.merge(0, 3)


def move_first(page: Page) -> None:
    page.move(0, 2)


def move_second(page: Page) -> None:
    page.move(1, 2)


def retype_first(page: Page) -> None:
    page.move(0, 0, cell_type="markdown")


def split_first(page: Page) -> None:
    page.split(0, 6)


def split_later(page: Page) -> None:
    page.split(0, 14)


def split_twice(page: Page) -> None:
    page.split(0, 6, 14)


CHANGES: list[Change] = [
    merge_first,
    merge_last,
    merge_all,
    move_first,
    move_second,
    retype_first,
    split_first,
    split_later,
    split_twice,
]


@pytest.mark.parametrize("typed", [False, True])
@pytest.mark.parametrize("later", CHANGES)
@pytest.mark.parametrize("earlier", CHANGES)
def test_what_two_people_take_elsewhere_at_once_is_there_once(
    earlier: Change, later: Change, typed: bool
) -> None:
    """M24: with what others have written since in the copy that came first."""
    world = World(ONE, TWO, THREE, pages=3)
    first, second, typist = world.pages
    count = 5
    earlier(first)
    later(second)
    world.take_in(first)
    if typed:
        typist.receive()
        for number, cell in enumerate(typist.cells, start=6):
            cell["source"].insert(0, f"typed w{number} ")
        count += len(typist.cells)
        world.take_in(typist)
    world.take_in(second)
    world.rest()
    words = words_in(read(world.room))
    assert words == {f"w{number}": 1 for number in range(1, count + 1)}


def test_a_cell_that_was_merged_twice_is_where_the_second_has_it() -> None:
    """M24: in one transaction, so that who was in the first goes on in the second."""
    world = World(ONE, TWO, THREE, pages=3)
    first, second, reader = world.pages
    first.merge(0)
    second.merge(0)
    world.take_in(first)
    reader.receive()
    reader.text(0).insert(0, "typed ")
    world.take_in(reader)
    reader.receive()
    world.take_in(second)
    assert len(reader.coming) == 1
    reader.receive()
    assert reader.texts() == [f"typed {ONE}\n\n{TWO}", THREE]
    assert reader.cells[0]["id"] == second.cells[0]["id"]


def test_cells_that_are_merged_with_others_at_once_become_one() -> None:
    """M24"""
    world = World(ONE, TWO, THREE)
    for page, place in zip(world.pages, (0, 1), strict=True):
        page.merge(place)
    world.rest()
    assert read(world.room) == [f"{ONE}\n\n{TWO}\n\n{THREE}"]


def test_a_copy_of_a_cell_that_was_merged_stays() -> None:
    """Who connects again names all that was ever deleted, and knows where it went."""
    world = World(ONE, TWO, THREE)
    first, second = world.pages
    first.merge(0)
    world.take_in(first)
    second.receive()
    second.had = second.doc.get_state()
    with second.doc.transaction():
        second.cells.append(new_cell(code("pasted", ONE)))
    second.sent.clear()
    second.sent.append(second.doc.get_update(second.had))
    world.rest()
    assert read(world.room) == [f"{ONE}\n\n{TWO}", THREE, ONE]


def test_who_connects_again_with_what_was_merged_meanwhile() -> None:
    """M24"""
    world = World(ONE, TWO, THREE)
    first, second = world.pages
    second.had = second.doc.get_state()
    first.merge(0)
    second.merge(0)
    world.take_in(first)
    second.sent.clear()
    second.sent.append(second.doc.get_update(second.had))
    world.rest()
    assert read(world.room) == [f"{ONE}\n\n{TWO}", THREE]


def test_what_another_program_wrote_is_no_copy() -> None:
    world = World(ONE, TWO)
    first, second = world.pages
    first.merge(0)
    second.merge(0)
    world.take_in(first)
    assert world.room.apply(second.sent) == []
    assert len(read(world.room)) == 2


def test_a_merge_that_is_undone_where_somebody_else_has_merged_too() -> None:
    """M24: the cells that come back stay where the other one has them."""
    world = World(ONE, TWO, THREE)
    first, second = world.pages
    first.merge(0)
    second.merge(0)
    world.rest()
    with first.doc.transaction():
        for place, (id, source) in enumerate((("c0", ONE), ("c1", TWO))):
            first.cells.insert(place, new_cell(code(id, source)))
    world.rest()
    assert read(world.room) == [f"{ONE}\n\n{TWO}", THREE]


def test_a_merge_that_is_undone_is() -> None:
    world = World(ONE, TWO, THREE)
    first, _ = world.pages
    first.merge(0)
    world.rest()
    with first.doc.transaction():
        del first.cells[0]
        for place, (id, source) in enumerate((("c0", ONE), ("c1", TWO))):
            first.cells.insert(place, new_cell(code(id, source)))
    world.rest()
    assert read(world.room) == [ONE, TWO, THREE]


@pytest.mark.parametrize("replaces", [False, True])
def test_who_deletes_the_copy_that_they_made_deletes_no_other_cell(replaces: bool) -> None:
    """M24: what the room has brought into it, they have never seen there."""
    world = World(ONE, TWO, THREE)
    first, second = world.pages
    first.merge(0)
    second.move(1, 1, cell_type="markdown")
    with second.doc.transaction():
        del second.cells[1]
        if replaces:
            second.cells.insert(1, new_cell(code("other", "else")))
    world.take_in(first)
    world.rest()
    assert read(world.room) == [ONE, *["else"] * replaces, THREE]


def test_who_deletes_a_copy_as_everybody_has_it_deletes_it() -> None:
    world = World(ONE, TWO, THREE)
    first, second = world.pages
    first.merge(0)
    second.move(1, 1, cell_type="markdown")
    world.rest()
    assert read(world.room) == [f"{ONE}\n\n{TWO}", THREE]
    del second.cells[0]
    world.rest()
    assert read(world.room) == [THREE]


@pytest.mark.parametrize("has_ids", [True, False])
def test_many_cells_that_somebody_moves_are_looked_for_for_a_while(
    monkeypatch: pytest.MonkeyPatch, has_ids: bool
) -> None:
    """M24: everybody waits meanwhile."""
    world = World(*(f"cell{number} = {number}" for number in range(150)))
    count, compare = 0, kept

    def counted(*texts: Any) -> str:
        nonlocal count
        count += 1
        return compare(*texts)

    monkeypatch.setattr(copies, "kept", counted)
    for page in world.pages:
        cells = [code(f"new {page.doc.client_id} {at}", it) for at, it in enumerate(page.texts())]
        if has_ids:
            cells = [{**cell.to_py(), "outputs": []} for cell in page.cells]
        with page.doc.transaction():
            del page.cells[:]
            page.cells.extend([new_cell(cell) for cell in reversed(cells)])
        world.take_in(page)
    assert count < 10_000


@pytest.mark.parametrize("fails", ["before", "lacking", "follow"])
def test_who_moves_a_cell_stays_where_the_room_fails_to_look(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fails: str
) -> None:
    """M24: an update that is broken would cost them the connection."""

    def fail(*_: Any) -> Any:
        raise IndexError

    monkeypatch.setattr(copies.Copies, fails, fail)
    world = World(ONE, TWO)
    world.pages[0].merge(0)
    world.rest()
    assert read(world.room) == [f"{ONE}\n\n{TWO}"]
    assert "stays so" in caplog.text


def test_typing_costs_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    """M24: nothing is looked for where no cell comes."""
    world = World(ONE, TWO)
    first, second = world.pages
    first.merge(0)
    world.take_in(first)

    def fail(*_: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(copies, "_Settling", fail)
    monkeypatch.setattr(copies, "texts_with", fail)
    second.receive()
    second.text(0).insert(0, "typed ")
    del second.text(0)[0:3]
    world.take_in(second)
