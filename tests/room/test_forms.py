"""Cells that are put into a document as by agents that know notebooks from their JSON (M22)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text

from jupyter_collab.protocol.messages import SyncUpdate
from jupyter_collab.room import events as ev
from tests.room.notebooks import code, markdown, notebook
from tests.room.world import Client, World

STREAM = {"output_type": "stream", "name": "stdout", "text": "3\n"}
METADATA = {"tags": ["a"]}
REST = {"cell_type": "code", "id": "new", "execution_count": 2}
CELL = {**REST, "metadata": METADATA, "source": "1 + 2", "outputs": [STREAM]}

Put = Callable[[Array[Any]], None]

FORMS: dict[str, Callable[[], Any]] = {
    "JSON": lambda: CELL,
    "JSON with lines": lambda: {**CELL, "source": ["1 ", "+ 2"]},
    "a map of JSON": lambda: Map(CELL),
    "plain words": lambda: Map({**CELL, "metadata": Map(METADATA), "outputs": Array([STREAM])}),
    "plain metadata": lambda: Map({**CELL, "source": Text("1 + 2"), "outputs": Array([STREAM])}),
    "plain outputs": lambda: Map({**CELL, "source": Text("1 + 2"), "metadata": Map(METADATA)}),
    "shared tags": lambda: Map(
        {
            **CELL,
            "source": Text("1 + 2"),
            "metadata": Map({"tags": Array(["a"])}),
            "outputs": Array([Map(STREAM)]),
        }
    ),
}


def is_formed(ycell: Any) -> bool:
    """Whether pages can show it."""
    has_outputs = isinstance(ycell.get("outputs"), Array) or ycell["cell_type"] != "code"
    is_typed = isinstance(ycell["source"], Text) and isinstance(ycell["metadata"], Map)
    known = ycell["cell_type"] in ("code", "markdown", "raw")
    if not (is_typed and has_outputs and known and isinstance(ycell["id"], str)):
        return False
    copied = [ycell.get("attachments"), *(value for _, value in ycell["metadata"].items())]
    return not any(isinstance(value, Array | Map | Text) for value in copied)


def put(change: Put) -> tuple[World, Client]:
    """A room in which an agent has made a ``change``, and somebody who was there all the time."""
    world = World(notebook(code("a", "1"), markdown("b", "two")))
    agent, ada = world.open(1), world.open(2)
    before, heard = ada.doc.get_update(), len(ada.all(SyncUpdate))
    change(agent.cells)
    world.push(agent)
    world.wait(0.1)
    seen: Doc[Any] = Doc()
    seen.apply_update(before)
    for message in ada.all(SyncUpdate)[heard:]:
        seen.apply_update(message.update)
        cells: Array[Any] = seen.get("cells", type=Array)
        assert all(map(is_formed, cells)), "at no time anybody has it in another form"
    assert agent.cells.to_py() == ada.cells.to_py()
    return world, ada


def source(world: World) -> list[Any]:
    cells: list[Any] = world.room.replica.document.source()["cells"]
    return cells


@pytest.mark.parametrize("form", FORMS)
def test_a_cell_has_what_was_put_in_and_the_form_that_pages_can_show(form: str) -> None:
    """M22"""
    world, _ = put(lambda cells: cells.insert(1, FORMS[form]()))
    assert source(world)[1] == CELL
    assert [cell["id"] for cell in source(world)] == ["a", "new", "b"]


def _put_and_take_away(cells: Array[Any]) -> None:
    cells.append(CELL)
    del cells[2]


CHANGES: dict[str, Put] = {
    "source": lambda cells: cells[0].__setitem__("source", "words"),
    "metadata": lambda cells: cells[0].__setitem__("metadata", {"tags": []}),
    "no metadata": lambda cells: cells[0].__setitem__("metadata", None),
    "outputs": lambda cells: cells[0].__setitem__("outputs", [STREAM]),
    "no outputs": lambda cells: cells[0].__delitem__("outputs"),
    "tags": lambda cells: cells[0]["metadata"].__setitem__("tags", Array(["a"])),
    "a label": lambda cells: cells[1]["metadata"].__setitem__("name", Text("a")),
    "new metadata": lambda cells: cells[0].__setitem__("metadata", Map({"jupyter": Map()})),
    "attachments": lambda cells: cells[1].__setitem__("attachments", Map({"a": Map()})),
    "an output": lambda cells: cells[0]["outputs"].append("3"),
    "a type": lambda cells: cells[0].__setitem__("cell_type", "sql"),
    "an id": lambda cells: cells[0].__delitem__("id"),
    "what is no cell": lambda cells: cells.extend(["words", 5, [1], None]),
    "nothing but a source": lambda cells: cells.append(Map({"source": Text("words")})),
    "what is gone again": _put_and_take_away,
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_leaves_a_cell_that_pages_cannot_show(change: str) -> None:
    """M22"""
    world, ada = put(CHANGES[change])
    assert len(ada.cells) == 2 + (change == "nothing but a source")
    assert [cell["source"] for cell in source(world)][1] == "two"


def test_what_pages_can_show_stays_as_it_is() -> None:
    """M22: also where another cell is mended."""
    world = World(notebook(code("a", "1")))
    agent, ada = world.open(1), world.open(2)
    del agent.cells[0]["metadata"]
    bare = {"cell_type": "raw", "id": "bare", "source": "words"}
    agent.cells.append(Map({**bare, "source": Text("words")}))
    for count in (2, 3):
        world.push(agent)
        world.wait(0.1)
        assert len(ada.cells) == count
        assert "metadata" not in ada.cells[0]
        assert ada.cells[1].to_py() == bare
        agent.cells.append(CELL)
    assert is_formed(ada.cells[2])


def test_the_metadata_of_a_notebook_are_a_map() -> None:
    """M22"""
    world = World(notebook(code("a", "1")))
    agent, ada = world.open(1), world.open(2)
    meta: Map[Any] = agent.doc.get("meta", type=Map)
    meta["metadata"] = {"kernelspec": {"name": "python3"}}
    world.push(agent)
    world.wait(0.1)
    theirs: Map[Any] = ada.doc.get("meta", type=Map)
    assert isinstance(theirs["metadata"], Map)
    assert theirs["metadata"].to_py() == {"kernelspec": {"name": "python3"}}


def test_what_a_notebook_says_of_its_kernel_is_json() -> None:
    """M22"""
    world = World(notebook(code("a", "1")))
    agent, ada = world.open(1), world.open(2)
    meta: Map[Any] = agent.doc.get("meta", type=Map)
    meta["metadata"]["kernelspec"] = Map({"name": "other"})
    world.push(agent)
    world.wait(0.1)
    theirs: Map[Any] = ada.doc.get("meta", type=Map)
    assert theirs["metadata"]["kernelspec"] == {"name": "other"}


def test_code_on_the_server_may_put_in_cells_as_well() -> None:
    """M22"""
    world = World(notebook(code("a", "1")))
    ada = world.open(1)
    cells: Array[Any] = world.room.replica.doc.get("cells", type=Array)
    cells.append(CELL)
    world.handle(ev.Edited())
    world.wait(0.1)
    assert all(map(is_formed, ada.cells))
    assert source(world)[1] == CELL


def test_only_what_came_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """M22: cells come by the thousand, and each keystroke would cost as much."""
    world = World(notebook(code("a", "1")))
    ada = world.open(1)
    monkeypatch.delattr("jupyter_collab.room.content.document.mend_forms")
    ada.cells.append(Map({**CELL, "source": Text("1"), "metadata": Map(), "outputs": Array()}))
    ada.cells[0]["source"].insert(0, "0 + ")
    ada.cells[0]["metadata"]["tags"] = ["b"]
    ada.cells[0]["outputs"].append(Map(STREAM))
    ada.cells[0]["execution_count"] = 1
    ada.cells[0]["attachments"] = {"a.png": {"image/png": "eA=="}}
    world.push(ada)
    world.wait(0.1)
    assert [cell["source"] for cell in source(world)] == ["0 + 1", "1"]
