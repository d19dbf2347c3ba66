"""Documents: reading them, editing them, and mending what clients put into them (M2, M9-M12)."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text, XmlFragment

from jupyter_collab.room.content import document as documents
from jupyter_collab.room.content import doubles, reading
from jupyter_collab.room.content.document import Document, NotebookDocument, repair
from jupyter_collab.room.content.editing import new_cell
from jupyter_collab.room.texts.union import are_versions
from tests.room.notebooks import (
    code,
    copied,
    markdown,
    notebook,
    notebooks,
    opened,
    opened_notebook,
    texts,
)


def cells_of(document: Document) -> Array[Any]:
    cells: Array[Any] = document.doc.get("cells", type=Array)
    return cells


def edit(document: Document, source: Any) -> bytes:
    """Edit ``document`` to hold ``source``; returns the update that did it."""
    updates: list[bytes] = []
    subscription = document.doc.observe(lambda event: updates.append(event.update))
    document.edit(document.content_of(source))
    document.doc.unobserve(subscription)
    assert len(updates) <= 1
    return b"".join(updates)


def watch(document: Document, *cells: int) -> Seen:
    """Collects what happens to those cells from now on, as paths."""
    seen = Seen()
    for index in cells:
        ycell = cells_of(document)[index]
        ycell.observe_deep(seen.see)
        seen.watched.append(ycell)
    return seen


class Seen(list[Any]):
    """Keeps what it watches: an observer goes with the object that it was given to."""

    def __init__(self) -> None:
        super().__init__()
        self.watched: list[Any] = []

    def see(self, events: list[Any]) -> None:
        self.extend(event.path for event in events)


@given(notebooks(), notebooks())
def test_a_notebook_can_become_any_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    """M9"""
    document = opened_notebook(old)
    peer = copied(document, 2)
    peer.doc.apply_update(edit(document, new) or b"\x00\x00")
    assert document.source() == peer.source() == new
    assert document.problems() == []


@given(texts, texts)
def test_a_text_can_become_any_other(old: str, new: str) -> None:
    """M9"""
    document = opened("file", old)
    peer = copied(document, 2)
    peer.doc.apply_update(edit(document, new) or b"\x00\x00")
    assert document.source() == peer.source() == new


@given(notebooks())
def test_an_edit_to_the_same_content_is_none(source: dict[str, Any]) -> None:
    """M9"""
    document = opened_notebook(source)
    state = document.doc.get_state()
    assert document.edit(document.content_of(source)) is False
    assert document.doc.get_state() == state


def test_cells_that_do_not_change_are_not_touched() -> None:
    """M9"""
    one, two, three = code("a", "1"), code("b", "2"), markdown("c", "3")
    document = opened_notebook(notebook(one, two, three))
    seen = watch(document, 0, 2)
    edit(document, notebook(markdown("n", "new"), one, {**two, "source": "22"}, three))
    assert seen == []
    edit(document, notebook(one, three))
    assert seen == []


def test_a_source_is_edited_in_place() -> None:
    """M9"""
    document = opened_notebook(notebook(code("a", "x = 1\ny = 2\n")))
    text = cells_of(document)[0]["source"]
    deltas: list[Any] = []
    text.observe(lambda event: deltas.append(event.delta))
    edit(document, notebook(code("a", "x = 1\ny = 23\n")))
    assert str(text) == "x = 1\ny = 23\n"
    assert deltas == [[{"retain": 10}, {"insert": "23"}, {"delete": 1}]]


def test_places_in_a_text_count_characters_of_every_size() -> None:
    """M9"""
    document = opened("file", "é😀 \U0001d4b3 z\n" * 50)
    new = "é😀 \U0001d4b3\u0301 z\n" * 25 + "日本 z\n" + "é😀 \U0001d4b3 z\n" * 25
    edit(document, new)
    assert document.source() == new


def test_a_moved_cell_keeps_its_id_and_the_others_their_identity() -> None:
    """M9"""
    cells = [code(name, name) for name in "abcd"]
    document = opened_notebook(notebook(*cells))
    seen = watch(document, 0, 1, 2)
    edit(document, notebook(cells[3], *cells[:3]))
    assert [cell["id"] for cell in document.source()["cells"]] == ["d", "a", "b", "c"]
    assert seen == []


def test_metadata_changes_by_member_and_outputs_by_output() -> None:
    """M9"""
    image = {"output_type": "display_data", "data": {"image/png": "AA=="}, "metadata": {}}
    stream = {"output_type": "stream", "name": "stdout", "text": "one\n"}
    cell = code("a", "", metadata={"x": 1, "y": {"z": 2}}, outputs=[image, stream])
    document = opened_notebook(notebook(cell))
    first = cells_of(document)[0]["outputs"][0]
    seen = watch(document, 0)
    grown = {**stream, "text": "one\ntwo\n"}
    edit(document, notebook({**cell, "metadata": {"x": 1, "y": 3}, "outputs": [image, grown]}))
    assert sorted(seen) == [["metadata"], ["outputs", 1, "text"]]
    seen.clear()
    edit(document, notebook({**cell, "metadata": {"x": 1, "y": 3}, "outputs": [image]}))
    assert seen == [["outputs"]]
    assert first.to_py() == image


def test_frontends_see_outputs_in_order_though_they_append_what_is_inserted() -> None:
    """M9"""
    outputs = [
        {"output_type": "display_data", "data": {"text/plain": name}, "metadata": {}}
        for name in "abcd"
    ]
    document = opened_notebook(notebook(code("a", "", outputs=outputs[:3])))
    youtputs = cells_of(document)[0]["outputs"]
    shown = youtputs.to_py()

    def show(event: Any) -> None:
        """As JupyterLab's cell model does it."""
        place = 0
        for step in event.delta:
            place += step.get("retain", 0)
            del shown[place : place + step.get("delete", 0)]
            shown.extend(output.to_py() for output in step.get("insert", ()))

    youtputs.observe(show)
    for chosen in ("adc", "ac", "bdac", "", "abcd", "abd"):
        target = [outputs["abcd".index(name)] for name in chosen]
        edit(document, notebook(code("a", "", outputs=target)))
        assert shown == target


def test_another_type_is_another_cell_with_the_same_id() -> None:
    """M9"""
    document = opened_notebook(notebook(code("a", "x"), code("b", "y")))
    edit(document, notebook(markdown("a", "x"), code("b", "y")))
    assert document.source() == notebook(markdown("a", "x"), code("b", "y"))


@pytest.mark.parametrize("minor", [4, 5])
def test_an_emptied_notebook_shows_one_cell(minor: int) -> None:
    """M3"""
    document = opened_notebook(notebook(code("a", "x"), minor=minor))
    edit(document, notebook(minor=minor))
    assert len(cells_of(document)) == 1
    assert document.source() == notebook(minor=minor)


def test_cells_without_ids_are_known_by_their_content() -> None:
    """M9"""
    cells = [markdown("", f"the text of cell number {name}") for name in "abcd"]
    document = opened_notebook(notebook(*cells, minor=4))
    ids = [cell["id"] for cell in document.read().cells]
    changed = {**cells[2], "source": "the new text of cell number c"}
    edit(document, notebook(cells[3], cells[0], changed, minor=4))
    assert [cell["id"] for cell in document.read().cells] == [ids[3], ids[0], ids[2]]


BROKEN: list[Callable[[], Any]] = [
    lambda: "text",
    lambda: 1,
    lambda: None,
    lambda: Text("text"),
    lambda: Array([1]),
    lambda: Map(),
    lambda: Map({"cell_type": "heading", "source": Text("x")}),
    lambda: Map({"cell_type": "code", "source": 1, "id": "x"}),
    lambda: Map({"cell_type": "code", "source": Text("x"), "outputs": "y", "metadata": 3, "id": 4}),
    lambda: Map(
        {"cell_type": "code", "source": Text("x"), "outputs": Array([1, Map({"a": b"b"})])}
    ),
    lambda: Map({"cell_type": "raw", "source": Array(["x"]), "metadata": Map({"x": Doc()})}),
    lambda: XmlFragment(),
]


@pytest.mark.parametrize("index", range(len(BROKEN)))
def test_what_is_broken_is_mended_in_what_is_read(index: int) -> None:
    """M10"""
    document = opened_notebook(notebook(code("a", "1"), code("b", "2")))
    cells_of(document).insert(1, BROKEN[index]())
    state = document.doc.get_state()
    source = document.source()
    assert document.problems()
    assert [source["cells"][0], source["cells"][-1]] == [code("a", "1"), code("b", "2")]
    json.dumps(source)
    ids = [cell["id"] for cell in source["cells"]]
    assert len(set(ids)) == len(ids)
    assert document.source() == source
    assert document.doc.get_state() == state
    edit(document, notebook(code("b", "2"), markdown("c", "3")))
    assert document.source() == notebook(code("b", "2"), markdown("c", "3"))


def test_a_code_cell_has_an_execution_count_in_what_is_read() -> None:
    """M10: code on the server may bring one without, which would be no notebook in the file."""
    document = opened_notebook(notebook(code("a", "1")))
    cell = code("b", "2")
    del cell["execution_count"]
    cells_of(document).append(Map(cell))
    assert document.source() == notebook(code("a", "1"), code("b", "2"))
    cells_of(document)[1]["execution_count"] = 3
    assert document.source()["cells"][1]["execution_count"] == 3
    del cells_of(document)[1]["execution_count"]
    assert document.source() == notebook(code("a", "1"), code("b", "2"))
    assert document.problems() == []


def test_a_broken_top_is_mended_in_what_is_read() -> None:
    """M10"""
    doc: Doc[Any] = Doc()
    meta = doc.get("meta", type=Map)
    meta["metadata"] = "x"
    document = NotebookDocument(doc)
    assert document.source() == notebook()
    assert document.problems()
    edit(document, notebook(code("a", "1"), kernelspec={"name": "x"}))
    assert document.source() == notebook(code("a", "1"), kernelspec={"name": "x"})
    assert document.problems() == []


def test_values_too_deep_for_json_are_left_out() -> None:
    """M10"""
    document = opened_notebook(notebook(code("a", "1")))
    deep: Any = []
    for _ in range(500):
        deep = [deep]
    cells_of(document)[0]["metadata"]["deep"] = deep
    json.dumps(document.source())
    assert document.problems()


def test_what_is_no_text_in_a_text_does_not_shift_edits() -> None:
    """M10"""
    document = opened("file", "one two é😀")
    document.doc.get("source", type=Text).insert_embed(3, {"an": "embed"})
    assert document.source() == "one two é😀"
    edit(document, "one two three é😀")
    assert document.source() == "one two three é😀"


def test_what_is_no_output_does_not_shift_edits() -> None:
    """M10"""
    output = {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}}
    document = opened_notebook(notebook(code("a", "", outputs=[output])))
    cells_of(document)[0]["outputs"].insert(0, Map({"data": 1}))
    cells_of(document)[0]["outputs"].insert(0, Map({"output_type": "stream"}))
    assert document.source() == notebook(code("a", "", outputs=[output]))
    assert len(document.problems()) == 1
    other = {**output, "data": {"text/plain": "y"}}
    edit(document, notebook(code("a", "", outputs=[other])))
    assert document.source() == notebook(code("a", "", outputs=[other]))
    assert document.problems() == []


def test_numbers_of_clients_are_whole_again() -> None:
    """M2"""
    document = opened_notebook(notebook(code("a", "1")))
    cells_of(document)[0]["execution_count"] = 3.0
    cells_of(document)[0]["execution_state"] = "running"
    assert repr(document.source()["cells"][0]["execution_count"]) == "3"
    assert "execution_state" not in document.source()["cells"][0]


def move(document: Document, place: int, to: int) -> None:
    """As the frontend does it: a copy is inserted, the cell is deleted."""
    cells = cells_of(document)
    with document.doc.transaction():
        cell = cells[place].to_py()
        cell["source"], cell["metadata"] = Text(cell["source"]), Map(cell["metadata"])
        if "outputs" in cell:
            cell["outputs"] = Array(cell["outputs"])
        del cells[place]
        cells.insert(to, Map(cell))


def exchange(one: Document, other: Document) -> None:
    one_update, other_update = one.doc.get_update(), other.doc.get_update()
    one.doc.apply_update(other_update)
    other.doc.apply_update(one_update)


@given(st.integers(0, 3), st.integers(0, 3), st.booleans(), st.booleans())
def test_a_cell_that_two_people_moved_is_one_cell(
    to: int, other_to: int, edits: bool, other_edits: bool
) -> None:
    """M11"""
    cells = [code(name, f"the source of cell {name}") for name in "abcd"]
    one = opened_notebook(notebook(*cells))
    other = copied(one, 2)
    move(one, 0, to)
    move(other, 0, other_to)
    for side, place, wanted in ((one, to, edits), (other, other_to, other_edits)):
        if wanted:
            text = cells_of(side)[place]["source"]
            text += f" edited{side.doc.client_id}"
    exchange(one, other)
    assert repair(one.doc) == repair(other.doc) != []
    assert one.source() == other.source()
    assert repair(one.doc) == []
    assert sorted(cell["id"] for cell in one.source()["cells"]) == [*"abcd"]
    moved = next(cell["source"] for cell in one.source()["cells"] if cell["id"] == "a")
    edited = ["edited1"] * edits + ["edited2"] * other_edits
    assert sorted(moved.split()) == ["a", "cell", *edited, "of", "source", "the"]


def test_copies_of_a_cell_are_one_cell_though_most_of_each_is_new() -> None:
    """M11 L7"""
    document = opened_notebook(notebook(code("a", "one\n"), code("b", "x")))
    peer = copied(document, 2)
    move(document, 0, 1)
    move(peer, 0, 1)
    for side, words in ((document, "two\nthree\nfour\n"), (peer, "five\nsix\nseven\n")):
        text = cells_of(side)[1]["source"]
        text += words
    exchange(document, peer)
    assert repair(document.doc) == repair(peer.doc)
    assert document.source() == peer.source()
    assert [cell["id"] for cell in peer.source()["cells"]] == ["b", "a"]
    moved = peer.source()["cells"][1]["source"]
    assert sorted(moved.split()) == ["five", "four", "one", "seven", "six", "three", "two"]


@pytest.mark.parametrize("first_trusts", [True, False])
@pytest.mark.parametrize("first_shows", [True, False])
def test_trust_goes_with_the_outputs_of_copies(first_trusts: bool, first_shows: bool) -> None:
    """M11: what one copy shows is not trusted because the other, which shows nothing, is."""
    shown = {"output_type": "stream", "name": "stdout", "text": "1"}
    first, second = code("a", "x = 1"), code("a", "x = 1")
    (first if first_shows else second)["outputs"] = [shown]
    document = opened_notebook(notebook(code("a", "x = 1"), code("b", "x = 1")))
    for ycell, cell, trusts in zip(
        cells_of(document), (first, second), (first_trusts, not first_trusts), strict=True
    ):
        ycell["id"] = "a"
        ycell["outputs"].extend([Map(output) for output in cell["outputs"]])
        if trusts:
            ycell["metadata"]["trusted"] = True
    cells_of(document)[1]["metadata"]["locked"] = True
    assert repair(document.doc)
    (made,) = cells_of(document)
    assert made["outputs"].to_py() == [shown]
    trust = {"trusted": True} if first_trusts == first_shows else {}
    assert made["metadata"].to_py() == {**trust, "locked": True}


@pytest.mark.parametrize("moved_to", [0, 1, 2])
@pytest.mark.parametrize(
    ("first", "second"),
    [(code("a", "x = 1"), markdown("a", "x = 1")), (markdown("a", "x = 1"), code("a", "x = 1"))],
)
def test_a_cell_that_one_moved_while_another_changed_its_type_is_one_cell(
    first: Any, second: Any, moved_to: int
) -> None:
    """M11: of the other type than code, as somebody has wanted that."""
    document = opened_notebook(notebook(first, code("b", "y"), code("c", "z")))
    peer = copied(document, 2)
    move(document, 0, moved_to)
    with peer.doc.transaction():
        del cells_of(peer)[0]
        cells_of(peer).insert(0, new_cell({**second, "source": "x = 1 # more"}))
    exchange(document, peer)
    assert repair(document.doc) == repair(peer.doc) != []
    assert document.source() == peer.source()
    cells = document.source()["cells"]
    assert sorted(cell["id"] for cell in cells) == ["a", "b", "c"]
    made = next(cell for cell in cells if cell["id"] == "a")
    assert (made["cell_type"], made["source"]) == ("markdown", "x = 1 # more")


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("attached", [True, False])
def test_copies_of_different_types_lose_nothing_that_they_show(
    is_first: bool, attached: bool
) -> None:
    """M11: what has outputs stays a code cell, beside one that has attachments."""
    shown = {"output_type": "stream", "name": "stdout", "text": "1"}
    document = opened_notebook(notebook(code("b", "y")))
    run = {**code("a", "x = 1"), "outputs": [shown], "metadata": {"trusted": True}}
    noted: dict[str, Any] = markdown("a", "x = 1")
    if attached:
        noted["attachments"] = {"a.png": {"image/png": "AAAA"}}
    order = (run, noted) if is_first else (noted, run)
    cells_of(document).extend([new_cell(cell) for cell in order])
    assert repair(document.doc)
    made = [cell for cell in document.source()["cells"] if cell["source"] == "x = 1"]
    assert len(made) == (2 if attached else 1)
    (kept,) = (cell for cell in made if cell["cell_type"] == "code")
    assert kept["outputs"] == [shown]
    assert kept["metadata"] == {"trusted": True}
    if attached:
        assert any(cell.get("attachments") for cell in made)


def test_other_cells_with_the_same_id_get_their_own() -> None:
    """M11"""
    document = opened_notebook(notebook(code("a", "one thing"), code("b", "another matter")))
    peer = copied(document, 2)
    for side in (document, peer):
        cells_of(side)[1]["id"] = "a"
    assert repair(document.doc) == repair(peer.doc)
    exchange(document, peer)
    assert document.source() == peer.source()
    assert [cell["source"] for cell in peer.source()["cells"]] == ["one thing", "another matter"]
    assert document.problems() == []


def test_many_cells_with_one_id_take_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """M11 M18: what is not compared any more has an id of its own, and all of its words."""
    words = [" ".join(f"w{number}x{place}" for place in range(20)) for number in range(150)]
    document = opened_notebook(notebook(*(code(f"c{n}", text) for n, text in enumerate(words))))
    for ycell in list(cells_of(document))[:30]:
        text = ycell["source"]
        text += "\nthe same line"
    for ycell in cells_of(document):
        ycell["id"] = "a"
    compared: list[Any] = []

    def compare(*args: Any) -> bool:
        compared.append(args)
        return are_versions(*args)

    monkeypatch.setattr(doubles, "are_versions", compare)
    peer = copied(document, 2)
    assert repair(document.doc) == repair(peer.doc)
    assert document.source() == peer.source()
    assert len(compared) < 4_000
    cells = document.source()["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    there = " ".join(cell["source"] for cell in cells).split()
    assert {word for text in words for word in text.split()} <= set(there)


@pytest.mark.parametrize("id", [[1], {"a": 1}, b"a", None])
def test_an_id_that_is_none_is_in_nobodys_way(id: Any) -> None:
    """M10 M11"""
    document = opened_notebook(notebook(code("a", "x"), code("b", "y"), code("c", "y")))
    cells_of(document)[0]["id"] = id
    assert repair(document.doc) == []
    cells_of(document)[2]["id"] = "b"
    assert repair(document.doc) != []
    assert [cell["source"] for cell in document.source()["cells"]] == ["x", "y"]


def test_there_is_nothing_to_repair() -> None:
    """M11"""
    document = opened_notebook(notebook(code("a", "x"), code("b", "x")))
    state = document.doc.get_state()
    assert repair(document.doc) == []
    assert document.doc.get_state() == state


def rewrite(doc: Doc[Any], kind: int, place: int) -> None:
    """Something that a client may do; the outcome depends on the arguments alone."""
    cells: Array[Any] = doc.get("cells", type=Array)
    if kind == 0 or not len(cells):
        cell = code(f"n{len(cells)}", "new")
        cells.insert(place % (len(cells) + 1), Map({**cell, "source": Text("new")}))
        return
    ycell = cells[place % len(cells)]
    if kind == 1:
        del cells[place % len(cells)]
    elif kind == 2 and isinstance(ycell["source"], Text):
        text = ycell["source"]
        text += f" {place}"
    elif kind == 2:
        ycell["source"]["y"] = place
    elif kind == 3:
        ycell["metadata"] = Map({"x": Map({"y": [place]})})
    elif kind == 4:
        ycell["id"] = f"other{place}"
    elif kind == 5:
        ycell["outputs"] = Array([printed(place)])
    elif kind == 6 and isinstance(ycell.get("outputs"), Array):
        rewrite_output(ycell["outputs"], place)
    elif kind == 7:
        doc.get("meta", type=Map)["nbformat_minor"] = 4 + place % 2
    elif kind == 8:
        ycell["source"] = Text(str(place)) if place % 2 else Map({"x": place})
    elif kind == 9:
        rewrite_run(ycell, place)
    elif kind == 10:
        ycell["cell_type"] = ("code", "markdown")[place % 2]


def output(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def rewrite_run(ycell: Map[Any], place: int) -> None:
    """What changes when a cell is run, as a client does it or a broken one."""
    if place < 3:
        ycell.pop("execution_count", None)
    elif place < 9:
        ycell["execution_count"] = place if place < 8 else b"no number"
    else:
        ycell["execution_state"] = "idle"


def printed(place: int) -> Map[Any]:
    return Map({"output_type": "stream", "name": "stdout", "text": Text(str(place))})


def rewrite_output(outputs: Array[Any], place: int) -> None:
    """Something that a kernel may do, or a client that is broken."""
    at = place // 3 % (len(outputs) + 1)
    if place % 3 == 0 or at == len(outputs):
        odd = {3: "none", 6: Map({"output_type": "stream"}), 9: Map({"output_type": b"x"})}
        outputs.insert(at, odd.get(place, printed(place)))
    elif place % 3 == 1:
        del outputs[at]
    elif isinstance(outputs[at], Map) and isinstance(outputs[at].get("text"), Text):
        text = outputs[at]["text"]
        text += f" {place}"
    elif isinstance(outputs[at], Map):
        outputs[at]["text"] = Text(str(place))


steps = st.lists(
    st.tuples(
        st.sampled_from(["here", "there", "read"]),
        st.lists(st.tuples(st.integers(0, 10), st.integers(0, 11)), min_size=1, max_size=4),
    ),
    max_size=12,
)


def carry_out(steps: list[Any], document: Document, read: Callable[[], object]) -> Iterator[None]:
    """Do one of ``steps`` after the other; ``read`` is called within transactions."""
    peer = copied(document, 2)
    for where, actions in steps:
        side = peer if where == "there" else document
        with side.doc.transaction():
            for kind, place in actions:
                rewrite(side.doc, kind, place)
                if where == "read":
                    read()
        if where == "there":
            exchange(document, peer)
        yield


@given(steps)
def test_what_is_kept_of_the_last_reading_is_true(steps: list[Any]) -> None:
    """M17"""
    document = opened_notebook(notebook(*(code(name, name) for name in "abcd")))

    def read() -> None:
        assert document.source() == opened_from(document.doc).source()

    for _ in carry_out(steps, document, read):
        fresh = copied(document, 3)
        assert document.read() == fresh.read()
        assert document.source() == fresh.source()
        assert document.problems() == fresh.problems()


@given(steps)
def test_what_is_read_ahead_is_true(steps: list[Any]) -> None:
    """M17: also if the document changes between two steps."""
    document = opened_notebook(notebook(*(code(name, name) for name in "abcd")))
    with patch.object(reading, "CELLS_AT_ONCE", 1):
        ahead = document.read_ahead()
        # Within a transaction nothing is kept.
        for _ in carry_out(steps, document, lambda: next(document.read_ahead(), None)):
            next(ahead, None)
    assert document.source() == copied(document, 3).source()


def test_what_was_read_ahead_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """M17: and no step takes more than a few cells."""
    document = opened_notebook(notebook(*(code(f"c{n}", str(n)) for n in range(20))))
    count = 0

    def read_cell(ycell: Any) -> Any:
        nonlocal count
        count += 1
        return real(ycell)

    real = reading.read_cell
    monkeypatch.setattr(reading, "read_cell", read_cell)
    counts = [count for _ in document.read_ahead()]
    assert counts == [4, 8, 12, 16, 20]
    assert [cell["source"] for cell in document.source()["cells"]] == [str(n) for n in range(20)]
    assert count == 20


def opened_from(doc: Doc[Any]) -> Document:
    """Another view of ``doc``, which has read nothing yet."""
    return Document.of("notebook", doc)


def test_cells_that_have_not_changed_are_not_read_again() -> None:
    """M17"""
    document = opened_notebook(notebook(code("a", "1"), code("b", "2"), code("c", "3")))
    before = document.source()["cells"]
    move(document, 0, 2)
    text = cells_of(document)[0]["source"]
    text += "2"
    after = document.source()["cells"]
    assert [cell["source"] for cell in after] == ["22", "3", "1"]
    assert after[1] is before[2]
    assert after[0] is not before[1]


def test_of_a_cell_only_the_source_and_the_outputs_that_have_changed_are_read_again() -> None:
    """M17: or a save while a cell with a thousand outputs runs would hold up everybody."""
    document = opened_notebook(notebook(code("a", "1", outputs=[output("x"), output("y")])))
    before = document.source()["cells"][0]
    text, outputs = cells_of(document)[0]["source"], cells_of(document)[0]["outputs"]
    for typed in "23":
        text += typed
    after = document.source()["cells"][0]
    assert after == {**before, "source": "123"}
    assert after["outputs"] is before["outputs"]
    del outputs[0]
    outputs.append(printed(3))
    last = document.source()["cells"][0]
    assert last["outputs"][0] is before["outputs"][1]
    assert [shown["text"] for shown in last["outputs"]] == ["y", "3"]
    text = outputs[0]["text"]
    text += " more"
    cells_of(document)[0]["execution_count"] = 4
    cells_of(document)[0]["execution_state"] = "idle"
    run = document.source()["cells"][0]
    assert [shown["text"] for shown in run["outputs"]] == ["y more", "3"]
    assert run["outputs"][1] is last["outputs"][1]
    assert (run["execution_count"], "execution_state" in run) == (4, False)
    # What is being written stays as it is.
    assert [shown["text"] for shown in before["outputs"]] == ["x", "y"]
    assert before["source"] == "1"


@pytest.mark.parametrize(
    "odd",
    [
        "no output",
        Map({"output_type": "stream"}),
        Map({"output_type": "display_data", "data": Map({"text/plain": b"bytes"})}),
    ],
    ids=["none", "no text", "bytes"],
)
def test_an_output_that_is_none_is_told_though_it_came_later(odd: Any) -> None:
    document = opened_notebook(notebook(code("a", "1", outputs=[output("x")])))
    assert document.problems() == []
    cells_of(document)[0]["outputs"].append(odd)
    assert document.read() == copied(document, 3).read()
    assert len(document.problems()) == 1
    del cells_of(document)[0]["outputs"][1]
    assert document.problems() == []


def test_outputs_that_are_none_and_move_with_their_cell_are_true() -> None:
    """M17: in one transaction, in which paths speak of where the cell is in the end."""
    document = opened_notebook(notebook(markdown("a", "1"), code("b", "2", outputs=[output("x")])))
    cells = cells_of(document)
    cells[0]["outputs"] = Map({"x": 1})
    document.source()
    with document.doc.transaction():
        cells[0]["outputs"]["y"] = 2
        cells[1]["outputs"].append(printed(3))
        cells.insert(0, Map({**code("c", "new"), "source": Text("new")}))
    assert document.source() == copied(document, 3).source()
    assert len(document.source()["cells"][2]["outputs"]) == 2


def test_only_what_may_need_it_is_repaired() -> None:
    """M11"""
    document = opened_notebook(notebook(code("a", "1"), code("b", "2")))
    assert document.repair() == []
    with document.doc.transaction():
        cells_of(document)[1]["id"] = "a"
        assert document.repair() == []  # nobody was told
    assert len(document.repair()) == 1
    assert document.repair() == []
    assert document.problems() == []


def test_an_id_that_was_just_given_twice_is_repaired_at_once() -> None:
    """M11: what was read before is not what is there, within a transaction."""
    document = opened_notebook(notebook(code("a", "1"), code("b", "2")))
    document.read()
    with document.doc.transaction():
        cells_of(document)[1]["id"] = "a"
        assert len(document.repair()) == 1


def test_ids_are_looked_at_only_where_they_may_have_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """M11: a cell that is run has other members afterwards, and a thousand cells the same ids."""
    document = opened_notebook(notebook(code("a", "1"), code("b", "2")))
    document.read()
    assert document.repair() == []
    monkeypatch.setattr(documents, "repair", None)
    monkeypatch.setattr(reading.NotebookReader, "_id", None)
    cells_of(document)[0]["execution_count"] = 1
    assert document.repair() == []
    monkeypatch.undo()
    monkeypatch.setattr(documents, "repair", None)
    move(document, 0, 1)
    assert document.repair() == []


def test_a_document_that_was_read_is_let_go() -> None:
    """M17"""
    document = opened_notebook(notebook(code("a", "1")))
    document.source()
    gone = weakref.ref(document.doc)
    del document
    gc.collect()
    assert gone() is None
