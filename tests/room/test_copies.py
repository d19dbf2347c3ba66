"""Cells that several people have moved, merged or split in the same moment (M24)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jupyter_collab.room.content.copies import comparing, tracing
from jupyter_collab.room.content.copies import steps as copies
from jupyter_collab.room.content.editing import new_cell
from jupyter_collab.room.texts.common import kept
from tests.room.notebooks import code
from tests.room.pages import Page, World, words_in
from tests.room.test_carrying import read

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


def test_a_copy_of_a_cell_that_was_merged_and_moved_stays() -> None:
    """The same, where that one has gone on since: it counts where its text went first."""
    world = World(ONE, TWO, THREE)
    first, second = world.pages
    first.merge(0)
    world.take_in(first)
    second.receive()
    second.had = second.doc.get_state()
    first.move(0, 1)
    world.take_in(first)
    with second.doc.transaction():
        second.cells.append(new_cell(code("pasted", ONE)))
    second.sent.clear()
    second.sent.append(second.doc.get_update(second.had))
    world.rest()
    assert read(world.room) == [THREE, f"{ONE}\n\n{TWO}", ONE]


def test_a_copy_that_is_pasted_as_its_cell_is_moved_stays() -> None:
    """M24: what is there once in place of a cell is the one that came for it."""
    world = World(ONE, TWO, THREE)
    first, second = world.pages
    first.merge(0)
    cell = {**second.cells[0].to_py(), "outputs": []}
    with second.doc.transaction():
        del second.cells[0]
        second.cells.append(new_cell(cell))
        second.cells.append(new_cell(code("pasted", ONE)))
    world.take_in(first)
    world.rest()
    assert sorted(read(world.room)) == sorted([f"{ONE}\n\n{TWO}", THREE, ONE])


def test_a_cell_that_is_moved_leaves_alone_what_has_nothing_of_it_any_more() -> None:
    """M24: as somebody has deleted it where it went first."""
    world = World(ONE, TWO, THREE)
    first, second = world.pages
    first.merge(0)
    del first.text(0)[len(ONE) : len(f"{ONE}\n\n{TWO}")]
    second.move(1, 2)
    world.take_in(first)
    world.rest()
    assert read(world.room) == [ONE, THREE, TWO]


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

    monkeypatch.setattr(comparing, "kept", counted)
    for page in world.pages:
        cells = [code(f"new {page.doc.client_id} {at}", it) for at, it in enumerate(page.texts())]
        if has_ids:
            cells = [{**cell.to_py(), "outputs": []} for cell in page.cells]
        with page.doc.transaction():
            del page.cells[:]
            page.cells.extend([new_cell(cell) for cell in reversed(cells)])
        world.take_in(page)
    assert count < 10_000


def test_cells_that_are_as_they_were_are_found_after_that_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """M24"""
    monkeypatch.setattr(comparing, "_STEPS", 0)
    world = World(ONE, TWO, THREE)
    for page in world.pages:
        cell = new_cell(code(f"pasted by {page.doc.client_id}", ONE))
        with page.doc.transaction():
            del page.cells[0]
            page.cells.append(cell)
    world.rest()
    assert read(world.room) == [TWO, THREE, ONE]


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

    monkeypatch.setattr(copies, "Comparing", fail)
    monkeypatch.setattr(tracing, "texts_with", fail)
    second.receive()
    second.text(0).insert(0, "typed ")
    del second.text(0)[0:3]
    world.take_in(second)
