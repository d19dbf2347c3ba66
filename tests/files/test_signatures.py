"""The notary's database, which all servers of a person share (F9)."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from nbformat.sign import SQLiteSignatureStore

from jupyter_collab.files import trust
from jupyter_collab.files.notebook_json import encode
from tests.contracts.document_file import NOTEBOOK, notebook
from tests.files.test_notebook_json import rich
from tests.files.worlds import LocalWorld, read_notebook
from tests.waiting import asynchronous, until


class CountingStore(SQLiteSignatureStore):
    asked = 0

    def __init__(self, database: Path) -> None:
        super().__init__(str(database))  # type: ignore[no-untyped-call]

    def check_signature(self, digest: str, algorithm: str) -> bool:
        self.asked += 1
        return bool(super().check_signature(digest, algorithm))  # type: ignore[no-untyped-call]


@pytest.fixture
def world(tmp_path: Path) -> LocalWorld:
    return LocalWorld(tmp_path)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "nbsignatures.db"


@pytest.fixture
def store(database: Path) -> Iterator[CountingStore]:
    with closing(CountingStore(database)) as made:
        yield made


@pytest.fixture
def other(store: CountingStore, database: Path) -> Iterator[sqlite3.Connection]:
    """Another program that has the database."""
    del store  # has made it
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
        yield connection


def count(connection: sqlite3.Connection) -> int:
    (number,) = connection.execute("SELECT count(*) FROM nbsignatures").fetchone()
    return int(number)


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
@asynchronous
async def test_a_notebook_that_waits_to_be_signed_holds_up_nobody(
    world: LocalWorld, store: CountingStore, other: sqlite3.Connection, lock: str
) -> None:
    """F9: SQLite would wait for the other program in the thread of the event loop. Who waits keeps
    the other one from nothing."""
    files = world.start()
    world.manager.notary.store = store
    world.put(NOTEBOOK, encode(notebook("1")))
    document, source = await read_notebook(files)
    source["cells"][0]["source"] = "2"
    other.execute(f"BEGIN {lock}")
    other.execute("INSERT INTO nbsignatures (signature) VALUES ('theirs')")
    before = store.asked
    saving = asyncio.create_task(document.write(source))
    await until(lambda: store.asked >= before + 3)
    assert not saving.done()
    other.execute("COMMIT")
    await saving
    assert count(other) == 2
    assert world.get(NOTEBOOK) == encode(notebook("2"))
    assert store.db.execute("PRAGMA busy_timeout").fetchone() == (5000,)


@pytest.mark.parametrize("problem", ["is locked", "a readonly database"])
@asynchronous
async def test_a_database_that_cannot_be_written_keeps_its_signatures(
    world: LocalWorld,
    store: CountingStore,
    other: sqlite3.Connection,
    database: Path,
    problem: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """F9: as on a full disk. To make it anew would take the trust from all notebooks."""
    monkeypatch.setattr(trust, "PATIENCE", 0.01)
    files = world.start()
    world.manager.notary.store = store
    world.manager.notary.store_factory = lambda: CountingStore(database)
    world.manager.log = logging.getLogger("test")
    world.put(NOTEBOOK, encode(notebook("1")))
    document, source = await read_notebook(files)
    other.execute("INSERT INTO nbsignatures (signature) VALUES ('theirs')")
    source["cells"][0]["source"] = "2"
    if problem == "is locked":
        other.execute("BEGIN EXCLUSIVE")
    else:
        store.db.execute("PRAGMA query_only = 1")
    await document.write(source)
    assert world.get(NOTEBOOK) == encode(notebook("2"))
    [said] = [line for line in caplog.messages if "signature" in line]
    assert said.startswith("The signature of a notebook cannot be kept")
    assert said.endswith(problem)
    assert world.manager.notary.store is store
    assert not list(database.parent.glob("*.bak"))
    if problem == "is locked":
        other.execute("COMMIT")
    assert count(other) == 1


@asynchronous
async def test_a_key_that_cannot_be_kept_keeps_no_notebook_from_being_opened(
    world: LocalWorld, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """F8 F9: as in a home that is read-only. What is trusted is so until the server stops."""
    files = world.start()
    world.manager.log = logging.getLogger("test")
    world.manager.notary.secret_file = str(tmp_path / "read-only" / "notebook_secret")
    world.put(NOTEBOOK, encode(rich(5)))
    document, source = await read_notebook(files)
    for cell in source["cells"]:
        cell["metadata"]["trusted"] = True
    source["cells"][0]["source"] = "2"
    await document.write(source)
    assert (await document.read()).source["cells"][0]["metadata"]["trusted"] is True
    assert caplog.text.count("The key with which notebooks are signed cannot be kept") == 1
