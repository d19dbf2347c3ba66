"""Large notebooks over a real socket (W15)."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text

from jupyter_collab.protocol.messages import SyncUpdate
from jupyter_collab.room import events as ev
from jupyter_collab.room.content.document import Document
from jupyter_collab.room.yjs import parts
from tests.room.notebooks import code, notebook
from tests.waiting import until

from .client import WireClient, read_bytes
from .conftest import Connect


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PIECE", 1_000_000)


def large(cells: int = 8) -> dict[str, Any]:
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 600_000}
    return notebook(*(code(f"c{number}", f"{number}", outputs=[output]) for number in range(cells)))


def updates_of(client: WireClient) -> list[tuple[int, bytes]]:
    """Step and bytes of the steps 2 and updates that it has heard."""
    sync = [frame for frame in client.frames if frame[0] == 0 and frame[1] > 0]
    return [(frame[1], read_bytes(frame, 2)) for frame in sync]


async def one_is_loading(connect: Connect, root: Path) -> tuple[WireClient, WireClient]:
    """Somebody who has a large notebook, and somebody who has the first part of it."""
    (root / "a.ipynb").write_text(json.dumps(large()))
    has_all = await connect("a.ipynb", "json", "notebook")
    loading = await connect("a.ipynb", "json", "notebook", sync=False)
    await loading.send(b"\x00\x00\x01\x00")
    await loading.until(lambda: updates_of(loading))
    return has_all, loading


async def test_a_large_notebook_comes_cells_first(connect: Connect, jp_root_dir: Path) -> None:
    """W15"""
    (jp_root_dir / "a.ipynb").write_text(json.dumps(large()))
    ada = await connect("a.ipynb", "json", "notebook")
    steps = [step for step, _ in updates_of(ada)]
    assert steps[:-1] == [2] * 5
    assert steps[-1] == 1
    doc: Doc[Any] = Doc()
    doc.apply_update(updates_of(ada)[0][1])
    cells = Document.of("notebook", doc).read().cells
    assert [(cell["source"], cell["outputs"]) for cell in cells] == [(f"{n}", []) for n in range(8)]
    assert [len(cell["outputs"]) for cell in ada.cells] == [1] * 8


async def test_what_others_write_meanwhile_comes_after_it(
    connect: Connect, jp_root_dir: Path
) -> None:
    """W15"""
    bob, ada = await one_is_loading(connect, jp_root_dir)
    source = bob.cells[0]["source"]
    for letter in "abc":
        source += letter
    await bob.durable()
    await ada.until(lambda: len(ada.cells) == 8 and str(ada.cells[0]["source"]) == "0abc")
    steps = [step for step, _ in updates_of(ada)]
    assert steps[:6] == [2, 2, 2, 2, 2, 1]
    assert ada.cells.to_py() == bob.cells.to_py()


async def test_a_large_notebook_is_woken_part_by_part(
    connect: Connect, jp_root_dir: Path, app: Any
) -> None:
    """So that others are served meanwhile. What comes until then is handled behind that."""
    path = jp_root_dir / "a.ipynb"
    path.write_text(json.dumps(large()))
    ada = await connect("a.ipynb", "json", "notebook")
    bob = await connect("a.ipynb", "json", "notebook")
    rooms = app.services.rooms
    (actor,) = rooms
    replica = actor.room.replica
    assert replica.is_parted
    there = ada.doc.get_state()
    source = ada.cells[0]["source"]
    source += "a"
    actor.post(ev.Received(min(actor.connections), SyncUpdate(ada.doc.get_update(there))))
    turns = 0
    while replica.is_dormant:
        assert str(bob.cells[0]["source"]) == "0"
        turns += 1
        await asyncio.sleep(0)
    assert turns > 4
    await bob.until(lambda: str(bob.cells[0]["source"]) == "0a")
    assert bob.cells.to_py() == ada.cells.to_py()


async def test_a_server_that_stops_waits_until_it_is_woken(
    connect: Connect, jp_root_dir: Path, app: Any
) -> None:
    path = jp_root_dir / "a.ipynb"
    path.write_text(json.dumps(large()))
    ada = await connect("a.ipynb", "json", "notebook")
    (actor,) = app.services.rooms
    there = ada.doc.get_state()
    source = ada.cells[0]["source"]
    source += "a"
    (number,) = actor.connections
    actor.post(ev.Received(number, SyncUpdate(ada.doc.get_update(there))))
    assert actor.room.replica.is_dormant
    await actor.flush(5)
    assert json.loads(path.read_text())["cells"][0]["source"] in ("0a", ["0a"])


async def test_what_somebody_writes_into_the_first_part_is_there_once(
    connect: Connect, jp_root_dir: Path
) -> None:
    """W15: with the outputs that come later."""
    bob, ada = await one_is_loading(connect, jp_root_dir)
    shown: Doc[Any] = Doc()
    shown.apply_update(updates_of(ada)[0][1])
    before, cells = shown.get_state(), shown.get("cells", type=Array)
    cells[0]["source"].insert(1, "abc")
    del cells[3]
    cells.insert(1, Map({"id": "new", "cell_type": "raw", "source": Text("new")}))
    ada.doc.apply_update(shown.get_update(before))  # which sends it
    await bob.until(lambda: len(bob.cells) == 8 and bob.cells[1]["id"] == "new")
    await ada.until(lambda: any(step == 1 for step, _ in updates_of(ada)))
    sources = ["0abc", "new", *"124567"]
    await ada.until(lambda: [str(cell["source"]) for cell in ada.cells] == sources)
    assert ada.cells.to_py() == bob.cells.to_py()
    assert [len(cell.get("outputs", [])) for cell in ada.cells] == [1, 0, 1, 1, 1, 1, 1, 1]


async def test_a_client_without_our_subprotocol_has_it_all_with_the_step_2(
    connect: Connect, jp_root_dir: Path
) -> None:
    """W13, W15"""
    (jp_root_dir / "a.ipynb").write_text(json.dumps(large()))
    old = await connect("a.ipynb", "json", "notebook", collab=False)
    kinds = [kind for kind, _ in updates_of(old)]
    assert kinds.index(1) > 1, "updates come before it"
    assert [len(cell["outputs"]) for cell in old.cells] == [1] * 8


def first_cells(client: WireClient) -> list[dict[str, Any]]:
    """The cells that it had after the first part."""
    doc: Doc[Any] = Doc()
    doc.apply_update(updates_of(client)[0][1])
    cells: list[dict[str, Any]] = Document.of("notebook", doc).source()["cells"]
    return cells


async def test_a_notebook_that_comes_from_the_store_comes_cells_first(
    connect: Connect, jp_root_dir: Path, app: Any
) -> None:
    """W15: it does so where several have written in it, too."""
    (jp_root_dir / "a.ipynb").write_text(json.dumps(large()))
    ada = await connect("a.ipynb", "json", "notebook")
    ada.cells[0]["source"].insert(1, " of Ada")
    ada.cells[1]["source"].clear()
    ada.cells[2]["outputs"].clear()
    await ada.durable()
    await ada.close()
    rooms = app.services.rooms
    await until(lambda: len(rooms) == 0)
    bob = await connect("a.ipynb", "json", "notebook")
    assert bob.session["sessionId"] == ada.session["sessionId"]
    assert [step for step, _ in updates_of(bob)] == [2] * 5 + [1]
    first = first_cells(bob)
    assert [cell["source"] for cell in first] == ["0 of Ada", "", *"234567"]
    assert [cell["outputs"] for cell in first] == [[]] * 8
    assert [len(cell["outputs"]) for cell in bob.cells] == [1, 1, 0, 1, 1, 1, 1, 1]
    assert bob.cells.to_py() == ada.cells.to_py()


async def test_what_was_deleted_since_is_in_no_part(connect: Connect, jp_root_dir: Path) -> None:
    """W15"""
    (jp_root_dir / "a.ipynb").write_text(json.dumps(large()))
    ada = await connect("a.ipynb", "json", "notebook")
    ada.cells[0]["source"].insert(1, "secret")
    ada.cells[0]["source"].clear()
    ada.cells[7]["outputs"].clear()
    await ada.durable()
    bob = await connect("a.ipynb", "json", "notebook")
    assert [step for step, _ in updates_of(bob)] == [2] * 5 + [1]
    assert sum(len(update) for _, update in updates_of(bob)) < 7.1 * 600_000
    assert not any(b"secret" in update for _, update in updates_of(bob))
    first = first_cells(bob)
    assert [cell["source"] for cell in first] == ["", *"1234567"]
    assert bob.cells.to_py() == ada.cells.to_py()
