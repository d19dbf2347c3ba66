"""What somebody who moved or merged cells had not received of them (M19)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text, merge_updates

from jupyter_collab.room.content import carrying
from jupyter_collab.room.content.editing import new_cell
from jupyter_collab.room.replica import Replica
from tests.room.notebooks import code, copied, markdown, notebook, opened_notebook

Cells = Array[Any]


class Page:
    """A copy of the document that was opened before, and what has been written in it."""

    def __init__(self, room: Replica, client: int) -> None:
        self.doc = copied(room.document, client).doc
        self.cells: Cells = self.doc.get("cells", type=Array)
        self._state = self.doc.get_state()

    def update(self) -> bytes:
        return self.doc.get_update(self._state)

    def text(self, place: int) -> Text:
        text: Text = self.cells[place]["source"]
        return text

    def replace(self, place: int, to: int, **changes: Any) -> None:
        """As JupyterLab moves a cell, and changes its type."""
        cell = {**self.cells[place].to_py(), **changes}
        cell["outputs"] = cell.get("outputs", [])
        with self.doc.transaction():
            del self.cells[place]
            self.cells.insert(to, new_cell(cell))

    def merge(self, count: int) -> None:
        """As JupyterLab merges the first cells."""
        sources = [str(self.text(place)) for place in range(count)]
        with self.doc.transaction():
            del self.cells[0]
            id = f"merged {len(self.cells)}"
            self.cells.insert(0, new_cell(code(id, "\n\n".join(sources))))
            del self.cells[1:count]


def room_of(*cells: Any) -> Replica:
    doc: Doc[Any] = opened_notebook(notebook(*cells)).doc
    return Replica("notebook", doc)


def read(room: Replica) -> list[str]:
    return [cell["source"] for cell in room.document.source()["cells"]]


@pytest.fixture
def room() -> Replica:
    return room_of(code("a", "beta"), code("b", "x"), code("c", "y"))


@pytest.mark.parametrize("before", ["beta", "bétâ 😀", "", "a line\n"])
@pytest.mark.parametrize("word", ["more", "😀 wörd"])
@pytest.mark.parametrize("at_once", [True, False])
def test_what_others_wrote_comes_along(before: str, word: str, at_once: bool) -> None:
    room = room_of(code("a", before), code("b", "x"))
    typist, mover = Page(room, 1), Page(room, 2)
    typist.text(0).insert(len(before.encode()), f" {word}")
    typist.text(0).insert(0, f"{word} ")
    mover.replace(0, 1)
    for updates in (
        [[typist.update(), mover.update()]] if at_once else [[typist.update()], [mover.update()]]
    ):
        assert room.apply(updates) == []
    assert room.has_carried
    assert read(room) == ["x", f"{word} {before} {word}"]


@pytest.mark.parametrize("word", ["a", "1", "w", "id", "code", "source", "text"])
@pytest.mark.parametrize("before", ["", "x"])
def test_a_word_comes_along_that_is_in_each_update(before: str, word: str) -> None:
    """M19: what is in the update of the mover need not be of the cell."""
    room = room_of(code("a", before), code("b", "text"))
    typist, mover = Page(room, 1), Page(room, 2)
    typist.text(0).insert(len(before), word)
    mover.replace(0, 1)
    room.apply([typist.update(), mover.update()])
    assert read(room) == ["text", before + word]


@pytest.mark.parametrize("letter", ["é", "日", "😀"])
def test_what_the_mover_has_deleted_behind_long_letters_stays_gone(letter: str) -> None:
    """M19: Yrs counts such a letter as several; others were typed in between, and are gone."""
    room = room_of(code("a", ""), code("b", "x"))
    writer, size = Page(room, 1), len(letter.encode())
    text = writer.text(0)
    text.insert(0, letter)
    text.insert(size, "z" * (size - len(letter.encode("utf-16-le")) // 2))
    del text[size : len(text)]
    text.insert(size, "y")
    room.apply([writer.update()])
    typist, mover = Page(room, 3), Page(room, 2)
    typist.text(0).insert(0, "more ")
    updates: list[bytes] = []
    mover.doc.observe(lambda event: updates.append(event.update))
    mover.replace(0, 1, source=letter)
    room.apply([typist.update(), *updates])
    assert read(room) == ["x", f"more {letter}"]


@pytest.mark.parametrize(
    "change",
    [
        lambda mover: mover.replace(0, 2),
        lambda mover: mover.replace(0, 0, cell_type="markdown"),
        lambda mover: (mover.replace(0, 2), mover.replace(2, 1)),
    ],
    ids=["moved", "of another type", "moved twice"],
)
def test_a_copy_has_each_word_once(room: Replica, change: Callable[[Page], Any]) -> None:
    """Words that the mover had, has deleted or has written are as the mover has them."""
    first = Page(room, 1)
    first.text(0).insert(4, " one two three")
    room.apply([first.update()])
    typist, mover = Page(room, 3), Page(room, 2)
    typist.text(0).insert(0, "my ")
    typist.text(0).insert(len("my beta one two three"), " four")
    room.apply([typist.update()])
    text = mover.text(0)
    del text[4 : 4 + len(" one")]
    text.insert(len("beta two three"), " of")
    change(mover)
    moved = next(cell["source"] for cell in mover.cells if cell["id"] == "a")
    moved.insert(0, "so ")
    room.apply([mover.update()])
    (made,) = (text for text in read(room) if "beta" in text)
    assert sorted(made.split()) == ["beta", "four", "my", "of", "so", "three", "two"]


@pytest.mark.parametrize("sources", [("beta", "x"), ("", "x"), ("beta", ""), ("", "")])
@pytest.mark.parametrize("count", [2, 3])
def test_what_others_wrote_comes_along_into_merged_cells(
    sources: tuple[str, str], count: int
) -> None:
    """M19: also of a cell that was empty for those who merged it."""
    first, second = sources
    room = room_of(code("a", first), code("b", second), code("c", "y"))
    one, other, merger = Page(room, 1), Page(room, 2), Page(room, 3)
    one.text(0).insert(len(first), " one")
    other.text(1).insert(0, "other ")
    room.apply([one.update(), other.update()])
    merger.merge(count)
    room.apply([merger.update()])
    assert room.has_carried
    merged = "\n\n".join([f"{first} one", f"other {second}", "y"][:count])
    assert read(room) == [merged, "y"][: 4 - count]


@pytest.mark.parametrize("gone", ["moved", "a word"])
def test_what_others_wrote_comes_along_where_the_merger_had_more(room: Replica, gone: str) -> None:
    """M19: where one of the cells is gone by then, or has lost a word."""
    typist, other, merger = Page(room, 1), Page(room, 2), Page(room, 3)
    merger.merge(2)
    typist.text(0).insert(4, " more")
    if gone == "moved":
        other.replace(1, 2)
    else:
        del other.text(1)[0:1]
    room.apply([typist.update(), other.update(), merger.update()])
    assert "beta more\n\nx" in read(room)


def test_what_was_merged_twice_has_each_word_once(room: Replica) -> None:
    """M19"""
    typist, merger = Page(room, 1), Page(room, 3)
    typist.text(0).insert(4, " more")
    room.apply([typist.update()])
    merger.merge(2)
    room.apply([merger.update()])
    assert read(room) == ["beta more\n\nx", "y"]
    merger.merge(2)
    room.apply([merger.update()])
    assert read(room) == ["beta more\n\nx\n\ny"]


def test_cells_are_merged_beside_others_that_are_gone() -> None:
    """M19"""
    room = room_of(*[code(id, id) for id in "abcde"])
    typist, merger = Page(room, 1), Page(room, 3)
    typist.text(2).insert(1, " more")
    room.apply([typist.update()])
    with merger.doc.transaction():
        del merger.cells[4]
        del merger.cells[0]
        merger.merge(3)
    room.apply([merger.update()])
    assert read(room) == ["b\n\nc more\n\nd"]


def test_a_cell_that_is_deleted_beside_cells_that_are_merged_stays_gone(room: Replica) -> None:
    typist, merger = Page(room, 1), Page(room, 3)
    typist.text(2).insert(0, "more ")
    room.apply([typist.update()])
    with merger.doc.transaction():
        merger.merge(2)
        del merger.cells[1]
    room.apply([merger.update()])
    assert read(room) == ["beta\n\nx"]


PUT_IN: dict[str, Callable[[], Any]] = {
    "a text": lambda: Text("new code"),
    "words": lambda: "new code",
    "lines": lambda: ["new ", "code"],
    "again": lambda: Text("new code\n# beta"),
}


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("form", PUT_IN)
def test_what_others_wrote_comes_along_where_an_agent_puts_in_another_source(
    room: Replica, form: str, at_once: bool
) -> None:
    """M19: and nothing that the agent had, or that was deleted."""
    first = Page(room, 1)
    first.text(0).insert(4, " seen")
    room.apply([first.update()])
    typist, agent = Page(room, 3), Page(room, 2)
    typist.text(0).insert(9, " unseen")
    del typist.text(0)[0:2]
    agent.cells[0]["source"] = "a moment"
    agent.cells[0]["source"] = PUT_IN[form]()
    for updates in (
        [[typist.update(), agent.update()]] if at_once else [[typist.update()], [agent.update()]]
    ):
        assert room.apply(updates) == []
    room.document.mend()
    assert room.has_carried
    expected = "new code\n# beta unseen" if form == "again" else "new code unseen"
    assert read(room) == [expected, "x", "y"]


@pytest.mark.parametrize("form", ["a text", "words"])
def test_what_others_wrote_comes_along_where_the_agent_sends_several_edits_as_one(
    room: Replica, form: str
) -> None:
    """M19: what was merged does not tell any more that it has a key."""
    typist, agent = Page(room, 3), Page(room, 2)
    typist.text(0).insert(4, " unseen")
    agent.cells[0]["source"] = PUT_IN[form]()
    first = agent.update()
    agent.text(1).insert(0, "more ")
    room.apply([typist.update()])
    room.apply([merge_updates(first, agent.update())])
    room.document.mend()
    assert read(room) == ["new code unseen", "more x", "y"]


@pytest.mark.parametrize(
    ("first", "again", "expected"),
    [
        ("# x\nbeta", "# xxx\nbeta", "# xxx\nbetaX"),
        ("beta()", "print(beta())", "print(betaX())"),
        ("beta", "beta\nbeta 😀", "betaX\nbeta 😀"),
    ],
)
def test_what_came_along_comes_along_again(
    room: Replica, first: str, again: str, expected: str
) -> None:
    """M19: where the agent has not heard of that yet."""
    typist, agent = Page(room, 3), Page(room, 2)
    typist.text(0).insert(4, "X")
    agent.cells[0]["source"] = Text(first)
    room.apply([typist.update(), agent.update()])
    assert read(room)[0] == first.replace("beta", "betaX")
    agent.cells[0]["source"] = Text(again)
    room.apply([agent.update()])
    assert read(room) == [expected, "x", "y"]


@pytest.mark.parametrize("key", ["execution_state", "execution_count", "collapsed"])
@pytest.mark.parametrize("values", [("idle", "running"), (None, 300), (True, False)])
def test_nothing_is_looked_for_where_a_cell_is_run(
    room: Replica, key: str, values: tuple[Any, Any]
) -> None:
    """M18"""
    page = Page(room, 1)
    page.cells[0][key] = values[0]
    page.cells[0][key] = values[1]
    assert carrying.Rebuilding.of(page.update()) is None


def test_nobody_writes_where_the_agent_had_all(room: Replica) -> None:
    agent = Page(room, 2)
    agent.cells[0]["source"] = Text("new code")
    room.apply([agent.update()])
    assert not room.has_carried
    assert read(room) == ["new code", "x", "y"]


def test_nobody_writes_where_the_mover_had_all(room: Replica) -> None:
    mover = Page(room, 2)
    mover.replace(0, 2)
    room.apply([mover.update()])
    assert not room.has_carried
    assert mover.doc.get_state() == room.doc.get_state()


def test_a_cell_that_is_gone_stays_gone(room: Replica) -> None:
    typist, mover = Page(room, 1), Page(room, 2)
    typist.text(0).insert(4, " more")
    room.apply([typist.update()])
    with mover.doc.transaction():
        del mover.cells[0]
        mover.cells.append(new_cell(markdown("d", "another one")))
    room.apply([mover.update()])
    assert read(room) == ["x", "y", "another one"]


def test_a_page_that_shows_all_again_takes_nothing(room: Replica) -> None:
    """Its update has all cells, and deletes none of them."""
    typist, other = Page(room, 1), Page(room, 2)
    typist.text(0).insert(4, " more")
    room.apply([typist.update()])
    room.apply([other.doc.get_update()])
    assert read(room) == ["beta more", "x", "y"]
    assert not room.has_carried


@pytest.mark.parametrize("id", [[1], {"a": 1}, None])
def test_an_id_that_is_none_is_in_nobodys_way(room: Replica, id: Any) -> None:
    room.doc.get("cells", type=Array)[2]["id"] = id
    typist, merger = Page(room, 1), Page(room, 3)
    typist.text(0).insert(4, " more")
    merger.merge(2)
    assert room.apply([typist.update(), merger.update()]) == []
    assert read(room) == ["beta more\n\nx", "y"]


@pytest.mark.parametrize("source", [None, 3, "plain"])
def test_what_is_no_source_is_in_nobodys_way(room: Replica, source: Any) -> None:
    mover = Page(room, 2)
    room.doc.get("cells", type=Array)[0]["source"] = source
    mover.replace(0, 2)
    assert room.apply([mover.update()]) == []
    assert len(room.doc.get("cells", type=Array)) == 3


def test_what_looks_like_an_id_is_none(room: Replica) -> None:
    typist = Page(room, 1)
    typist.text(0).insert(0, "\x02id\x01\x77\x7f")
    typist.cells.append(Map({"id": "d" * 400}))
    assert room.apply([typist.update()]) == []


def test_large_cells_are_not_compared_for_long(
    room: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M18"""
    monkeypatch.setattr(carrying, "_UNITS", 3)
    typist, mover = Page(room, 1), Page(room, 2)
    typist.text(0).insert(4, " more")
    mover.replace(0, 2)
    room.apply([typist.update(), mover.update()])
    assert read(room) == ["x", "y", "beta"]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_text_of_many_pieces_is_not_looked_at_for_long(
    room: Replica, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    """M18: Yrs goes past all pieces before a character that it is asked for."""
    monkeypatch.setattr(carrying, "_UNITS", 200)
    monkeypatch.setattr(carrying, "_PIECES", 1)
    writer = Page(room, 1)
    for letters in ["l" * 30] if at_once else ["l"] * 30:
        writer.text(1).insert(0, letters)
    room.apply([writer.update()])
    typist, mover = Page(room, 3), Page(room, 2)
    typist.text(1).insert(0, "more ")
    mover.replace(1, 0)
    room.apply([typist.update(), mover.update()])
    carried = "more " if at_once else ""
    assert read(room) == [f"{carried}{'l' * 30}x", "beta", "y"]
