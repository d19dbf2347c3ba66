"""How large the store gets where people type for long."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from pycrdt import Array, Doc

from jupyter_collab.protocol.identity import FileId, Position, RoomId
from jupyter_collab.room.content.build import build
from jupyter_collab.server.history import History
from jupyter_collab.store.compaction import HISTORY_SIZE, CompactionPolicy
from jupyter_collab.store.journal import Journal
from jupyter_collab.store.port import SavedMark, StoredHistory
from jupyter_collab.store.sqlite.database import WAL_LIMIT
from jupyter_collab.store.sqlite.log import SQLiteUpdateLog

LOG = logging.getLogger("test")
ROOM = RoomId("json", "notebook", FileId("large"))
KEYSTROKES = 20_000
SAVED_EVERY = 100


def large_notebook() -> dict[str, Any]:
    """Of about a megabyte."""
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 5000}
    rest = {"cell_type": "code", "metadata": {}, "execution_count": 1, "outputs": [output]}
    cells = [{**rest, "id": f"cell{n}", "source": "print(1)\n" * 20} for n in range(200)]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


async def type_for_long(path: Path, policy: CompactionPolicy) -> tuple[int, int, int]:
    """Type, each key an update of its own, at two places in turn, and save now and then; returns
    the size of the document, of the store at its largest and of the store in the end."""
    built = build("json", "notebook", large_notebook())
    doc: Doc[Any] = Doc()
    doc.apply_update(built.update)
    log = SQLiteUpdateLog(path, log=LOG)
    await log.start(ROOM, built.lineage, built.update)
    position, largest = Position(1), 0
    journal = Journal(built.lineage, position, None, snapshot=doc.get_update)
    history = History(
        log,
        ROOM,
        journal,
        StoredHistory(built.lineage, (built.update,), position, None),
        post=lambda event: None,
        clock=monotonic,
        log=LOG,
        policy=policy,
    )
    source = doc.get("cells", type=Array)[100]["source"]
    for key in range(KEYSTROKES):
        state = doc.get_state()
        source.insert(key if key % 3 else 0, "a")
        position = Position(position + 1)
        history.append(position, doc.get_update(state))
        if key % SAVED_EVERY == 0:
            await history.written()
            history.mark(SavedMark(position, "fingerprint"))
            largest = max(largest, size(path))
    await history.written()
    end = size(path)
    await history.close()
    await log.close()
    return len(doc.get_update()), largest, end


def size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


def rows(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (count,) = connection.execute("SELECT COUNT(*) FROM collab_updates").fetchone()
    return int(count)


def test_the_store_is_bounded_while_people_type(tmp_path: Path) -> None:
    """S17 S12: also in between."""
    path = tmp_path / "store.db"
    document, largest, end = asyncio.run(type_for_long(path, CompactionPolicy()))
    assert 1_000_000 < document < 1_500_000
    assert end <= largest <= 3 * document + HISTORY_SIZE + WAL_LIMIT + 40_000
    assert rows(path) <= CompactionPolicy().tail_count + SAVED_EVERY


@pytest.mark.parametrize(
    ("history_size", "least", "most"), [(25_000, 0, 700), (4_000_000, KEYSTROKES, KEYSTROKES + 1)]
)
def test_how_much_is_kept_is_a_setting(
    tmp_path: Path, history_size: int, least: int, most: int
) -> None:
    """S17"""
    path = tmp_path / "store.db"
    asyncio.run(type_for_long(path, CompactionPolicy.of_size(history_size)))
    assert least <= rows(path) <= most
