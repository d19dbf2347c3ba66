"""Large documents that are opened part by part (W15)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from pycrdt import Doc

from jupyter_collab.protocol.identity import ConnectionId
from jupyter_collab.protocol.messages import (
    ServerMessage,
    SyncStep1,
    SyncStep2,
    SyncUpdate,
)
from jupyter_collab.room import replica as replica_module
from jupyter_collab.room.content.build import build
from jupyter_collab.room.content.document import Document
from jupyter_collab.room.yjs import parts as parts_module
from jupyter_collab.room.yjs.gaps import clocks
from jupyter_collab.room.yjs.parts import deletes_from

from .notebooks import code, markdown, notebook, notebooks
from .world import Client, World, person

PIECE = 100_000


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts_module, "PIECE", PIECE)


def output(size: int) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": "é" * (size // 2)}


LARGE = notebook(
    code("a", "1", outputs=[output(PIECE), output(1000), output(PIECE)]),
    markdown("b", "two"),
    code("c", "3"),
    code("d", "4", outputs=[output(1000), output(2 * PIECE), output(1000)]),
)


def document_of(updates: list[bytes]) -> Document:
    doc: Doc[Any] = Doc()
    for update in updates:
        doc.apply_update(update)
    return Document.of("notebook", doc)


def without_outputs(source: dict[str, Any]) -> dict[str, Any]:
    cells = [{**cell, "outputs": []} if "outputs" in cell else cell for cell in source["cells"]]
    return {**source, "cells": cells}


def test_the_first_part_shows_all_but_the_outputs() -> None:
    """W15"""
    first, *others = build("json", "notebook", LARGE).made.parts()
    assert document_of([first]).source() == without_outputs(LARGE)
    assert len(first) < 2000
    assert all(len(part) < 2 * PIECE + 2000 for part in others)
    assert len(others) == 4


@given(notebooks())
def test_the_parts_together_are_the_whole(source: dict[str, Any]) -> None:
    """W15"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts_module, "PIECE", 1)
        built = build("json", "notebook", source)
    whole = document_of([built.update])
    count = sum(len(cell.get("outputs", [])) for cell in source["cells"])
    if not built.made.is_parted:
        assert count == 0
        return
    parts = list(built.made.parts())
    assert len(parts) == 1 + count
    assert document_of(parts[:1]).source() == without_outputs(source)
    found = document_of(parts)
    assert found.source() == whole.source() == source
    assert found.doc.get_state() == whole.doc.get_state()


@pytest.mark.parametrize(
    ("clocks", "loses"),
    [({9: 1}, True), ({7: 302}, True), ({7: 3, 8: 9}, False), ({}, False)],
    ids=["the first", "in a range", "later ones", "of another"],
)
def test_deleting_something_of_an_update_is_noticed(clocks: dict[int, int], loses: bool) -> None:
    # Of client 7 the clocks 3 and 300 to 302, of client 9 the first two.
    delete_set = bytes([2, 7, 2, 3, 1, 172, 2, 3, 9, 1, 0, 2])
    assert deletes_from(delete_set, clocks) is loses
    assert deletes_from(b"\x00", clocks) is False


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(replica_module, "LARGE", 1)
    return World(LARGE)


def test_a_large_notebook_comes_in_parts(world: World) -> None:
    """W15: the step 2 says that all of it is there."""
    ada = world.open(1)
    kinds = [type(m) for m in ada.heard if isinstance(m, SyncStep2 | SyncUpdate)]
    assert kinds == [SyncUpdate] * 5 + [SyncStep2]
    assert len(ada.last(SyncStep2).update) < 1000, "it has what came after the parts"
    assert Document.of("notebook", ada.doc).source() == LARGE
    assert clocks(ada.doc.get_state()) == clocks(world.room.replica.state_vector())


def test_what_is_written_between_the_parts_is_taken_in_at_once(world: World) -> None:
    """W15"""
    bob, ada = world.open(1), world.join(Client(ConnectionId(2)))
    hear, others_have = ada.hear, []

    def hear_and_write(message: ServerMessage) -> None:
        hear(message)
        if isinstance(message, SyncUpdate) and not ada.all(SyncStep2):
            count = len(ada.all(SyncUpdate))
            ada.cells[count % len(ada.cells)]["source"].insert(0, f"early {count} ")
            if count == 2:
                del ada.cells[0]
            world.push(ada)
            world.wait(0.03)
            others_have.append(sources(bob) == sources(ada))

    ada.hear = hear_and_write  # type: ignore[method-assign]
    world.say(ada, SyncStep1(ada.doc.get_state()))
    assert len(others_have) > 4
    assert all(others_have)
    text = "".join(sources(ada))
    assert all(text.count(f"early {n + 1} ") == 1 for n in range(len(others_have)))
    assert ada.cells.to_py() == bob.cells.to_py()
    assert [len(cell.get("outputs", ())) for cell in ada.cells.to_py() or ()] == [0, 0, 3]


def sources(client: Client) -> list[str]:
    return [str(cell["source"]) for cell in client.cells]


def test_a_client_of_jupyter_collaboration_has_it_all_with_the_step_2(world: World) -> None:
    """W13, W15"""
    ada = world.open(1, person(collab=False))
    kinds = [type(m) for m in ada.heard if isinstance(m, SyncStep2 | SyncUpdate)]
    assert kinds == [SyncUpdate] * 5 + [SyncStep2]
    assert Document.of("notebook", ada.doc).source() == LARGE


def test_an_edited_notebook_comes_in_parts_with_the_edits(world: World) -> None:
    """W15"""
    ada = world.open(1)
    ada.cells[1]["source"].insert(0, "one, ")
    world.push(ada)
    world.wait(0.1)
    bob = world.open(2)
    assert len(bob.all(SyncUpdate)) == 5
    assert str(bob.cells[1]["source"]) == "one, two"
    assert clocks(bob.doc.get_state()) == clocks(ada.doc.get_state())


def test_a_notebook_of_which_something_was_deleted_comes_in_parts_without_it(world: World) -> None:
    """W15"""
    ada = world.open(1)
    del ada.cells[0]["outputs"][2]
    ada.cells[2]["source"].clear()
    world.push(ada)
    world.wait(0.1)
    bob, eve = world.open(2), world.open(3)
    for other in (bob, eve):
        assert len(other.all(SyncUpdate)) == 4
        assert sum(len(message.update) for message in other.all(SyncUpdate)) < 3.1 * PIECE
        assert other.cells.to_py() == ada.cells.to_py()


def test_who_has_something_gets_the_difference(world: World) -> None:
    """W15: somebody whose connection broke in the middle goes on from there."""
    first, second, *_ = build("json", "notebook", LARGE).made.parts()
    ada = world.open(1)
    ada.cells[1]["source"].insert(0, "one, ")
    world.push(ada)
    bob = world.join(Client(ConnectionId(2)))
    bob.doc.apply_update(first)
    bob.doc.apply_update(second)
    world.say(bob, SyncStep1(bob.doc.get_state()))
    assert not bob.all(SyncUpdate)
    assert clocks(bob.doc.get_state()) == clocks(ada.doc.get_state())
