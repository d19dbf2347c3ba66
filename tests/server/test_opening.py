"""Large notebooks over a real socket (W15)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pycrdt import Doc

from jupyter_collab.room.document import Document
from tests.room.notebooks import code, notebook

from .client import WireClient, read_bytes
from .conftest import Connect


def large(cells: int = 8) -> dict[str, Any]:
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 600_000}
    return notebook(*(code(f"c{number}", f"{number}", outputs=[output]) for number in range(cells)))


def updates_of(client: WireClient) -> list[tuple[int, bytes]]:
    """Step and bytes of the steps 2 and updates that it has heard."""
    sync = [frame for frame in client.frames if frame[0] == 0 and frame[1] > 0]
    return [(frame[1], read_bytes(frame, 2)) for frame in sync]


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
    (jp_root_dir / "a.ipynb").write_text(json.dumps(large()))
    bob = await connect("a.ipynb", "json", "notebook")
    ada = await connect("a.ipynb", "json", "notebook", sync=False)
    await ada.send(b"\x00\x00\x01\x00")
    await ada.until(lambda: updates_of(ada))
    source = bob.cells[0]["source"]
    for letter in "abc":
        source += letter
    await bob.durable()
    await ada.until(lambda: len(ada.cells) == 8 and str(ada.cells[0]["source"]) == "0abc")
    steps = [step for step, _ in updates_of(ada)]
    assert steps[:6] == [2, 2, 2, 2, 2, 1]
    assert ada.cells.to_py() == bob.cells.to_py()


async def test_a_client_without_our_subprotocol_gets_it_in_one_step(
    connect: Connect, jp_root_dir: Path
) -> None:
    """W13"""
    (jp_root_dir / "a.ipynb").write_text(json.dumps(large()))
    old = await connect("a.ipynb", "json", "notebook", collab=False)
    assert updates_of(old)[0][0] == 1
    assert [len(cell["outputs"]) for cell in old.cells] == [1] * 8
