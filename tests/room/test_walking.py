"""All cells at once, in a time that grows with how many they are."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text

from jupyter_collab.room.content.walking import cells_at, cells_of, ids_of, sources_of
from jupyter_collab.room.guests.sieve import Sieve
from jupyter_collab.room.replica import Replica
from tests.room.notebooks import code
from tests.room.test_carrying import Page, room_of

MANY = 200


class Asked:
    """Counts how often a list is asked for something by index."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        ask = Array.__getitem__

        def counted(array: Array[Any], key: Any) -> Any:
            self.times += 1
            return ask(array, key)

        monkeypatch.setattr(Array, "__getitem__", counted)


def many() -> Replica:
    return room_of(*[code(f"cell {number}", f"{number}") for number in range(MANY)])


@pytest.mark.parametrize(
    "strange",
    [
        [],
        ["a"],
        ["ab", "c"],
        [1, None],
        [{"id": "x"}],
        [[1], b"bytes", True],
        [Text("words")],
        [Array([1])],
        [Map({"id": 3, "source": "plain"})],
        [Map({})],
    ],
)
def test_all_cells_whatever_is_among_them(strange: list[Any]) -> None:
    cells: Array[Any] = many().doc.get("cells", type=Array)
    del cells[3:]
    for value in strange:
        cells.insert(1, value)
    cells.insert(0, Map({"id": "first", "source": Text("")}))
    asked = [cells[place] for place in range(len(cells))]
    expected = [cell.get("id") if isinstance(cell, Map) else None for cell in asked]
    assert ids_of(cells) == expected
    assert [type(cell) for cell in cells_of(cells)] == list(map(type, asked))
    assert [cell["id"] for cell in cells_at(cells, [0, len(cells) - 1])] == ["first", "cell 2"]
    assert [source is not None for source in sources_of(cells)] == [
        isinstance(cell, Map) and isinstance(cell.get("source"), Text) for cell in asked
    ]


def test_a_text_of_which_all_is_gone_is_one() -> None:
    cells: Array[Any] = many().doc.get("cells", type=Array)
    del cells[0]["source"][0:1]
    assert None not in sources_of(cells)


def test_looking_changes_nothing() -> None:
    doc: Doc[Any] = Doc()
    cells: Array[Any] = doc.get("cells", type=Array)
    told: list[Any] = []
    doc.observe(told.append)
    assert (cells_of(cells), ids_of(cells), sources_of(cells)) == ([], [], [])
    cells.append(Map({"id": "a"}))
    cells_of(cells)
    assert len(told) == 1
    assert {name: type(root) for name, root in doc.items()} == {"cells": Array}


def test_a_move_asks_for_few_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """M18: a list goes through all cells before the one that it is asked for."""
    room = many()
    room.document.repair()
    typist, mover = Page(room, 1), Page(room, 2)
    typist.text(0).insert(0, "more ")
    room.apply([typist.update()])
    mover.replace(0, MANY - 1)
    asked = Asked(monkeypatch)
    assert room.apply([mover.update()]) == []
    assert room.has_carried
    assert room.document.repair() == []
    assert asked.times < MANY / 4


def test_a_double_asks_for_few_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    room = many()
    room.document.repair()
    one, other = Page(room, 1), Page(room, 2)
    one.replace(0, 10)
    other.replace(0, 20)
    asked = Asked(monkeypatch)
    room.apply([one.update(), other.update()])
    assert room.document.repair() != []
    assert asked.times < MANY / 4


def test_all_cells_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    room = many()
    asked = Asked(monkeypatch)
    assert len(room.document.source()["cells"]) == MANY
    assert asked.times < MANY / 4


def test_a_move_of_a_guest_asks_for_few_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """G8"""
    room = many()
    sieve, guest = Sieve(room), Page(room, 2)
    guest.replace(0, MANY - 1)
    asked = Asked(monkeypatch)
    assert sieve.examine(guest.update(), lambda client: False).finding == "harmless"
    assert asked.times < MANY / 4
