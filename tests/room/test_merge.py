"""What another program wrote, brought into a notebook that people edit (M5-M9, M13-M16)."""

from __future__ import annotations

import json
import re
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array

from jupyter_collab.room.content.document import Document, NotebookDocument
from jupyter_collab.room.content.merge import merge, union
from jupyter_collab.room.content.notebook import Notebook
from tests.room.notebooks import (
    REAL,
    as_file,
    code,
    copied,
    markdown,
    notebook,
    notebooks,
    opened,
    opened_notebook,
)

Source = dict[str, Any]


def merged(base: Any, ours: Document, theirs: Any) -> Any:
    """Merge ``theirs`` into the document ``ours``; returns its source then."""
    known = base.read() if isinstance(base, Document) else opened_like(ours, base).read()
    ours.edit(merge(known, ours.read(), ours.content_of(theirs)))
    return ours.source()


def opened_like(document: Document, source: Any) -> Document:
    return opened("notebook" if isinstance(document, NotebookDocument) else "file", source)


def three(base: Source, ours: Source, theirs: Source) -> Source:
    """The room opened ``base``, its people made it ``ours``; meanwhile the file is ``theirs``.

    All of them with ids; where their format has none, the file does not have them.
    """
    base_file, their_file = as_file(base), as_file(theirs)
    room = opened_notebook(base_file)
    at_save = copied(room, 9)
    names = {
        cell["id"]: known["id"]
        for cell, known in zip(base["cells"], room.read().cells, strict=False)
    }
    cells = [{**cell, "id": names.get(cell["id"], cell["id"])} for cell in ours["cells"]]
    room.edit(room.content_of({**ours, "cells": cells}))
    result: Source = merged(at_save, room, their_file)
    return result


def sources(notebook: Source) -> list[str]:
    return [cell["source"] for cell in notebook["cells"]]


def ids(notebook: Source) -> list[str]:
    return [cell["id"] for cell in notebook["cells"]]


# --- random notebooks

tokens = st.sampled_from(["{}", "{}", "😀{}", "{}\u0301", "\U0001d4d0{}"])


@st.composite
def sources_of_words(draw: st.DrawFn, prefix: str) -> str:
    count = draw(st.integers(0, 6))
    words = [draw(tokens).format(f"{prefix}{number}x") for number in range(count)]
    return "".join(word + draw(st.sampled_from([" ", "\n"])) for word in words)


@st.composite
def edited_source(draw: st.DrawFn, source: str, prefix: str) -> str:
    """``source`` without some of its words and with some new ones."""
    result = []
    for number, word in enumerate((*source.split(), "")):
        for extra in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
            new = draw(tokens).format(f"{prefix}{number}y{extra}x")
            result.append(new)
        if draw(st.integers(0, 5)):
            result.append(word)
    return " ".join(result)


@st.composite
def base_notebooks(draw: st.DrawFn, minor: int) -> Source:
    cells = []
    for number in range(draw(st.integers(1, 6))):
        source = f"cell{number}name " + draw(sources_of_words(f"b{number}"))
        make = draw(st.sampled_from([code, markdown]))
        cells.append(make(f"b{number}", source))
    return {**notebook(*cells), "nbformat_minor": minor}


@st.composite
def edited_notebook(draw: st.DrawFn, base: Source, prefix: str) -> Source:
    """Cells edited, removed, added and moved; everything added says which side added it."""
    cells = deepcopy(base["cells"])
    for number, cell in enumerate(cells):
        if draw(st.booleans()):
            head, _, rest = cell["source"].partition(" ")
            cell["source"] = f"{head} " + draw(edited_source(rest, f"{prefix}{number}"))
    for number in range(draw(st.sampled_from([0, 0, 1, 2]))):
        source = draw(sources_of_words(f"{prefix}n{number}")) + f"{prefix}new{number}x"
        new = markdown(f"{prefix}{number}", source)
        cells.insert(draw(st.integers(0, len(cells))), new)
    if cells and draw(st.integers(0, 3)) == 0:
        del cells[draw(st.integers(0, len(cells) - 1))]
    if cells and draw(st.integers(0, 3)) == 0:
        cell = cells.pop(draw(st.integers(0, len(cells) - 1)))
        cells.insert(draw(st.integers(0, len(cells))), cell)
    return {**base, "cells": cells}


@st.composite
def versions(draw: st.DrawFn, minor: int | None = None) -> tuple[Source, Source, Source]:
    chosen = draw(st.sampled_from([4, 5])) if minor is None else minor
    base = draw(base_notebooks(chosen))
    return base, draw(edited_notebook(base, "o")), draw(edited_notebook(base, "t"))


def words(source: Source) -> Counter[str]:
    """The words of all cells, without what else is in them."""
    return Counter(re.findall(r"(?:cell|[bot])n?\w*?(?:name|x)", "\n".join(sources(source))))


@given(versions())
def test_what_either_side_wrote_is_there_once(drawn: tuple[Source, Source, Source]) -> None:
    """M5"""
    base, ours, theirs = drawn
    result = words(three(base, ours, theirs))
    new = [word for side in (ours, theirs) for word in words(side) if word not in words(base)]
    assert {word: result[word] for word in new} == dict.fromkeys(new, 1)
    if base["nbformat_minor"] == 5:
        assert set(result.values()) <= {1}


@given(versions(minor=5))
def test_what_one_side_deleted_is_gone(drawn: tuple[Source, Source, Source]) -> None:
    """M5, M13"""
    base, ours, theirs = drawn
    result = three(base, ours, theirs)
    for cell in base["cells"]:
        mine = next((c for c in ours["cells"] if c["id"] == cell["id"]), None)
        other = next((c for c in theirs["cells"] if c["id"] == cell["id"]), None)
        both = [side for side in (mine, other) if side is not None]
        edited = [side for side in both if side["source"] != cell["source"]]
        assert (cell["id"] in ids(result)) == (len(both) == 2 or bool(edited))
        for word in words(notebook(cell)):
            if len(both) == 2 and not all(word in side["source"] for side in both):
                assert not words(result)[word]


@given(versions())
def test_every_cell_is_there_once(drawn: tuple[Source, Source, Source]) -> None:
    """M5"""
    base, ours, theirs = map(as_file, drawn)
    room = opened_notebook(base)
    at_save = copied(room, 9)
    room.edit(room.content_of(ours))
    merged(at_save, room, theirs)
    cells = room.read().cells
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert room.problems() == []


@given(notebooks(), notebooks())
def test_a_room_without_edits_becomes_what_is_on_disk(base: Source, theirs: Source) -> None:
    """M5"""
    room = opened_notebook(base)
    assert merged(copied(room, 9), room, theirs) == theirs


@given(notebooks(), notebooks())
def test_a_file_without_changes_changes_nothing(base: Source, ours: Source) -> None:
    """M5"""
    room = opened_notebook(base)
    at_save = copied(room, 9)
    room.edit(room.content_of(ours))
    state = room.doc.get_state()
    content = merge(at_save.read(), room.read(), room.content_of(base))
    assert room.edit(content) is False
    assert room.doc.get_state() == state
    assert merged(at_save, room, ours) == ours
    assert room.doc.get_state() == state


@given(versions())
def test_merging_is_the_same_each_time(drawn: tuple[Source, Source, Source]) -> None:
    """M5"""
    assert three(*drawn) == three(*deepcopy(drawn))


@given(versions(minor=5))
def test_the_order_of_the_file_is_followed(drawn: tuple[Source, Source, Source]) -> None:
    """M14"""
    base, _, theirs = drawn
    added = {**base, "cells": [*base["cells"], markdown("ours", "added by us")]}
    result = three(base, added, theirs)
    assert [id for id in ids(result) if id != "ours"] == ids(theirs)


VECTORS = Path(__file__).parent.parent / "vectors" / "merge-cells.json"


@pytest.mark.parametrize(
    "case", json.loads(VECTORS.read_text("utf-8")), ids=lambda case: case["name"]
)
def test_cells_that_browsers_merge_alike(case: dict[str, Any]) -> None:
    """M5, M13, M14"""
    base, ours, theirs = (
        {**notebook(*(code(id, source) for id, source in case[side])), "nbformat_minor": minor}
        for side, minor in (("base", case["minor"]), ("room", 5), ("other", case["minor"]))
    )
    assert sources(three(base, {**ours, "nbformat_minor": case["minor"]}, theirs)) == case["merged"]


# --- single decisions

A, B, C, D = (code(name, f"the source of {name}") for name in "abcd")


def changed(cell: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {**cell, **members}


def test_an_edit_outweighs_a_deletion() -> None:
    """M13"""
    edited = changed(B, source="the new source of b")
    assert three(notebook(A, B, C), notebook(A, edited, C), notebook(A, C)) == notebook(
        A, edited, C
    )
    assert three(notebook(A, B, C), notebook(A, C), notebook(A, edited, C)) == notebook(
        A, edited, C
    )
    ran = changed(B, execution_count=3)
    assert three(notebook(A, B, C), notebook(A, ran, C), notebook(A, C)) == notebook(A, C)


@pytest.mark.parametrize("is_room", [True, False])
def test_a_cell_that_one_side_has_merged_takes_edits_of_the_other(is_room: bool) -> None:
    """M13: and is not there beside the one that has its text."""
    base = Notebook.of(notebook(code("a", "one"), code("b", "two"), code("c", "three")))
    merging = Notebook.of(notebook(code("m", "one\n\ntwo\n\nmore"), code("c", "three")))
    editing = Notebook.of(notebook(code("a", "one w1"), code("b", "w2\ntwo"), code("c", "three")))
    sides = (merging, editing) if is_room else (editing, merging)
    cells = merge(base, *sides).cells
    assert [cell["source"] for cell in cells] == ["one w1\n\nw2\ntwo\n\nmore", "three"]


def test_a_cell_that_the_room_moved_takes_edits_of_the_file() -> None:
    """M14"""
    result = three(notebook(A, B, C), notebook(C, A, B), notebook(A, B, changed(C, source="new c")))
    assert result == notebook(changed(C, source="new c"), A, B)


def test_a_cell_that_the_file_moved_keeps_edits_of_the_room() -> None:
    """M14"""
    edited = changed(C, source="the edited source of c")
    result = three(notebook(A, B, C), notebook(A, B, edited), notebook(C, A, B))
    assert sorted(sources(result)) == sorted([A["source"], B["source"], edited["source"]])


def test_of_two_that_change_places_the_one_that_is_edited_stays() -> None:
    """M14"""
    room = opened_notebook(notebook(A, B))
    at_save = copied(room, 9)
    for index, name in enumerate("ab"):
        document = copied(room, 10 + index)
        assert isinstance(document, NotebookDocument)
        cells = document.doc.get("cells", type=Array)
        text = cells[index]["source"]
        text += " edited"
        result = merged(at_save, document, notebook(B, A))
        assert ids(result) == ["b", "a"]
        text += " and again"
        assert f"the source of {name} edited and again" in sources(document.source())


def test_new_cells_of_both_sides_follow_the_same_cell() -> None:
    """M14"""
    ours, theirs = markdown("o", "ours"), markdown("t", "theirs")
    assert three(notebook(A, B), notebook(A, ours, B), notebook(A, theirs, B)) == notebook(
        A, ours, theirs, B
    )
    assert three(notebook(A), notebook(ours, A), notebook(theirs, A)) == notebook(ours, theirs, A)


@pytest.mark.parametrize("minor", [4, 5])
def test_a_cell_that_both_sides_added_is_there_once(minor: int) -> None:
    """M6: the server died after a save that it did not hear of."""
    new = markdown("n", "a cell with some words in it")
    longer = changed(new, source="a cell with some more words in it")
    base, ours, theirs = (
        {**notebook(*cells), "nbformat_minor": minor} for cells in ((A,), (A, longer), (A, new))
    )
    assert three(base, ours, theirs) == as_file(ours)


def test_outputs_go_with_the_source() -> None:
    """M15"""
    out = [{"output_type": "stream", "name": "stdout", "text": "new\n"}]
    own = [{"output_type": "stream", "name": "stdout", "text": "own\n"}]
    ran = changed(A, outputs=out, execution_count=7)
    assert three(notebook(A), notebook(A), notebook(ran)) == notebook(ran)
    mine = changed(A, outputs=own, execution_count=8)
    assert three(notebook(A), notebook(mine), notebook(ran)) == notebook(mine)
    both = changed(ran, source="their source")
    assert three(notebook(A), notebook(mine), notebook(both)) == notebook(both)
    stripped = changed(ran, outputs=[], execution_count=None)
    assert three(notebook(ran), notebook(ran), notebook(stripped)) == notebook(stripped)


def test_outputs_that_a_hook_keeps_out_of_the_file_stay_in_the_room() -> None:
    """M15, M20: nbstripout as a hook, and another program that changes a cell."""
    out = [{"output_type": "stream", "name": "stdout", "text": "out\n"}]
    ran = [changed(cell, outputs=out, execution_count=1) for cell in (A, B)]
    room = opened_notebook(notebook(*ran))
    theirs = notebook(changed(A, source="the new source of a"), B)
    assert merged(notebook(A, B), room, theirs) == notebook(
        changed(ran[0], source="the new source of a"), ran[1]
    )


def test_trust_goes_with_the_outputs() -> None:
    """M15"""
    out = [{"output_type": "stream", "name": "stdout", "text": "new\n"}]
    trusted = changed(A, metadata={"trusted": True})
    unsigned = notebook(changed(A, metadata={"trusted": False}), B)
    assert three(notebook(trusted), notebook(trusted), unsigned) == notebook(trusted, B)
    foreign = notebook(changed(A, metadata={"trusted": False}, outputs=out))
    assert three(notebook(trusted), notebook(trusted), foreign) == foreign


def test_metadata_is_merged_by_member() -> None:
    """M16"""
    base: Source = {"x": {"a": 1, "b": 2}, "tags": ["p", "q"], "gone": 1, "n": 1}
    ours: Source = {"x": {"a": 2, "b": 2}, "tags": ["p", "q", "r"], "gone": 1, "n": 2, "mine": 0}
    theirs: Source = {"x": {"a": 1, "b": 3, "c": 4}, "tags": ["q", "s"], "n": 3, "true": True}
    both: Source = {"x": {"a": 2, "b": 3, "c": 4}, "tags": ["q", "r", "s"], "n": 2, "mine": 0}
    both["true"] = True
    result = three(
        notebook(changed(A, metadata=base), **base),
        notebook(changed(A, metadata=ours), **ours),
        notebook(changed(A, metadata=theirs), **theirs),
    )
    assert result == notebook(changed(A, metadata=both), **both)


def test_one_is_not_true() -> None:
    """M16"""
    base, theirs = notebook(A, x=1, y=[0]), notebook(A, x=True, y=[False])
    assert json.dumps(three(base, base, theirs), sort_keys=True) == json.dumps(
        theirs, sort_keys=True
    )


def test_a_new_format_brings_its_ids() -> None:
    """M16"""
    base = notebook(A, B, minor=4)
    room = opened_notebook(base)
    at_save = copied(room, 9)
    theirs = notebook(changed(B, source="the newer source of b"), A)
    assert merged(at_save, room, theirs) == theirs


def test_new_ids_of_old_cells_are_taken_over_in_place() -> None:
    """M16"""
    room = opened_notebook(notebook(A, B))
    at_save = copied(room, 9)
    cells = room.doc.get("cells", type=Array)
    text = cells[1]["source"]
    theirs = notebook(changed(A, id="x"), changed(B, id="y", source="the newer source of b"))
    assert merged(at_save, room, theirs) == theirs
    assert str(text) == "the newer source of b"


def test_another_type_of_cell() -> None:
    """M16"""
    theirs = notebook(markdown("a", A["source"]), B)
    edited = changed(A, source="the edited source of a")
    result = three(notebook(A, B), notebook(edited, B), theirs)
    assert result == notebook(markdown("a", edited["source"]), B)


def test_the_cell_of_an_empty_notebook_goes_when_others_come() -> None:
    """M3"""
    assert three(notebook(), notebook(), notebook(A)) == notebook(A)
    used = opened_notebook(notebook())
    at_save = copied(used, 9)
    text = used.doc.get("cells", type=Array)[0]["source"]
    text += "typed"
    assert sources(merged(at_save, used, notebook(A))) == [A["source"], "typed"]
    assert three(notebook(A), notebook(A), notebook()) == notebook()


# --- unions


@given(versions())
def test_a_union_loses_nothing(drawn: tuple[Source, Source, Source]) -> None:
    """M8"""
    _, ours, theirs = map(as_file, drawn)
    room = opened_notebook(ours)
    room.edit(union(room.read(), room.content_of(theirs)))
    result = words(room.source())
    for word in (*words(ours), *words(theirs)):
        assert result[word]
    alone = [word for word in words(ours) + words(theirs) if word[0] in "ot"]
    assert {word: result[word] for word in alone} == dict.fromkeys(alone, 1)


@given(notebooks())
def test_a_union_with_the_same_is_nothing_new(source: Source) -> None:
    """M8"""
    room = opened_notebook(source)
    assert room.edit(union(room.read(), room.content_of(source))) is False


def test_a_union_of_texts() -> None:
    """M8"""
    room = opened("file", "one\ntwo\n")
    room.edit(union(room.read(), "one\nthree\ntwo\n"))
    assert room.source() == "one\nthree\ntwo\n"


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
@settings(max_examples=20)
@given(data=st.data())
def test_real_notebooks(path: Path, data: st.DataObject) -> None:
    """M5"""
    base = json.loads(path.read_text("utf-8"))
    for index, cell in enumerate(base["cells"]):
        cell["id"], cell["source"] = f"cell-{index}", "".join(cell["source"])
        for output in cell.get("outputs", []):
            if "text" in output:
                output["text"] = "".join(output["text"])
    count = len(base["cells"])
    ours, theirs = deepcopy(base), deepcopy(base)
    for side, mark in ((ours, "OURS"), (theirs, "THEIRS")):
        cell = side["cells"][data.draw(st.integers(0, count - 1))]
        place = data.draw(st.integers(0, len(cell["source"])))
        cell["source"] = f"{cell['source'][:place]} {mark} {cell['source'][place:]}"
    gone = data.draw(st.integers(0, count - 1))
    del theirs["cells"][gone]
    text = "\n".join(sources(three(base, ours, theirs)))
    assert text.count(" OURS ") == 1
    assert text.count(" THEIRS ") == "\n".join(sources(theirs)).count(" THEIRS ")
