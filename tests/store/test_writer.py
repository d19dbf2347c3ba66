"""The thread that writes for all rooms: group commit, and failures that stay where they belong."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jupyter_collab.errors import StoreConflict, StoreError
from jupyter_collab.store.sqlite.database import Database
from jupyter_collab.store.sqlite.schema import STEPS, migrate, stored_version
from jupyter_collab.store.sqlite.writer import Writer
from tests.waiting import asynchronous

LOG = logging.getLogger("test")

Write = Callable[[sqlite3.Connection], object]

NOTHING: list[str] = []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@asynccontextmanager
async def writing(path: Path) -> AsyncIterator[Writer]:
    writer = Writer(Database(path, LOG), LOG)
    try:
        yield writer
    finally:
        await writer.close()


async def together(writer: Writer, *operations: Write) -> list[object]:
    """The outcomes of ``operations`` that queue up while another one is under way."""
    under_way, go_on = threading.Event(), threading.Event()

    def hold(_connection: sqlite3.Connection) -> None:
        under_way.set()
        go_on.wait()

    holding = asyncio.ensure_future(writer.write(hold))
    await asyncio.to_thread(under_way.wait)
    calls = [asyncio.ensure_future(writer.write(operation)) for operation in operations]
    await asyncio.wait(calls, timeout=0)
    go_on.set()
    await holding
    return await asyncio.gather(*calls, return_exceptions=True)


def note(text: str) -> Write:
    return lambda connection: connection.execute("INSERT INTO notes VALUES (?)", (text,)).rowcount


def notes(connection: sqlite3.Connection) -> list[str]:
    return [text for (text,) in connection.execute("SELECT text FROM notes ORDER BY rowid")]


def make_notes(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE notes (text TEXT)")


@asynchronous
async def test_what_waits_is_committed_together(path: Path) -> None:
    """S7."""
    statements: list[str] = []
    async with writing(path) as writer:
        await writer.write(make_notes)
        await writer.write(lambda connection: connection.set_trace_callback(statements.append))
        statements.clear()
        await together(writer, *(note(str(number)) for number in range(50)))
        assert statements.count("COMMIT") == 2, "one for the operation that held the others up"
        assert await writer.read(notes, NOTHING) == [str(number) for number in range(50)]


@asynchronous
async def test_an_operation_that_fails_fails_alone(path: Path) -> None:
    """S7: with all that it had done."""

    def refuse(connection: sqlite3.Connection) -> None:
        note("refused")(connection)
        raise StoreConflict("not this one")

    def stumble(connection: sqlite3.Connection) -> None:
        note("stumbled")(connection)
        connection.execute("INSERT INTO nowhere VALUES (1)")

    def err(connection: sqlite3.Connection) -> None:
        note("erred")(connection)
        raise ZeroDivisionError

    async with writing(path) as writer:
        await writer.write(make_notes)
        outcomes = await together(writer, note("a"), refuse, note("b"), stumble, err, note("c"))
        kinds = [type(outcome) for outcome in outcomes]
        assert kinds == [int, StoreConflict, int, StoreError, ZeroDivisionError, int]
        assert await writer.read(notes, NOTHING) == ["a", "b", "c"]


@asynchronous
async def test_a_commit_that_fails_fails_all_of_its_operations(path: Path) -> None:
    """S7, S1: and none of them has done anything."""

    def make_tables(connection: sqlite3.Connection) -> None:
        make_notes(connection)
        connection.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
        connection.execute(
            "CREATE TABLE children (parent REFERENCES parents DEFERRABLE INITIALLY DEFERRED)"
        )

    def fail_at_commit(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO children VALUES (1)")

    async with writing(path) as writer:
        await writer.write(make_tables)
        await writer.read(lambda connection: connection.execute("PRAGMA foreign_keys=ON"), None)
        outcomes = await together(writer, note("a"), fail_at_commit, note("b"))
        assert [type(outcome) for outcome in outcomes] == [StoreError] * 3
        assert len({id(outcome) for outcome in outcomes}) == 3
        assert "FOREIGN KEY constraint failed" in str(outcomes[0])
        assert await writer.read(notes, NOTHING) == []
        await writer.write(note("c"))
        assert await writer.read(notes, NOTHING) == ["c"]


@asynchronous
async def test_reads_see_what_was_written_before_them(path: Path) -> None:
    """S4."""
    async with writing(path) as writer:
        await writer.write(make_notes)
        calls: list[asyncio.Future[object]] = []
        for number in range(5):
            calls.append(asyncio.ensure_future(writer.write(note(str(number)))))
            calls.append(asyncio.ensure_future(writer.read(notes, NOTHING)))
        outcomes = await asyncio.gather(*calls)
        assert outcomes[1::2] == [[str(n) for n in range(count)] for count in range(1, 6)]


@asynchronous
async def test_an_event_loop_that_is_gone_hinders_nobody(path: Path) -> None:
    under_way, go_on = threading.Event(), threading.Event()

    def hold(connection: sqlite3.Connection) -> None:
        make_notes(connection)
        under_way.set()
        go_on.wait()

    async def leave(writer: Writer) -> None:
        holding = asyncio.ensure_future(writer.write(hold))
        await asyncio.to_thread(under_way.wait)
        holding.cancel()

    async with writing(path) as writer:
        await asyncio.to_thread(asyncio.run, leave(writer))
        go_on.set()
        await writer.write(note("a"))
        assert await writer.read(notes, NOTHING) == ["a"]


@asynchronous
async def test_close_performs_what_is_queued(path: Path) -> None:
    """S1, S4."""
    writer = Writer(Database(path, LOG), LOG)
    calls = [asyncio.ensure_future(writer.write(work)) for work in (make_notes, note("a"))]
    await asyncio.wait(calls, timeout=0)
    await writer.close()
    await asyncio.gather(*calls)
    with pytest.raises(StoreError, match="is closed"):
        await writer.write(note("b"))


# --- versions of the tables


def add_column(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE collab_histories ADD COLUMN title TEXT DEFAULT 'none'")


def test_tables_are_brought_to_todays_version(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    assert stored_version(connection) == 0
    migrate(connection)
    assert stored_version(connection) == len(STEPS)
    connection.execute("INSERT INTO collab_histories VALUES (1, 'room', 'lineage', NULL, 0, NULL)")
    migrate(connection, [*STEPS, add_column])
    assert stored_version(connection) == len(STEPS) + 1
    assert connection.execute("SELECT room, title FROM collab_histories").fetchall() == [
        ("room", "none")
    ]
    connection.close()


def test_a_step_that_fails_changes_nothing(path: Path) -> None:
    """S1."""

    def fail(connection: sqlite3.Connection) -> None:
        add_column(connection)
        raise sqlite3.OperationalError("a step failed")

    database = Database(path, LOG)
    database.writer()
    database.close()
    before = path.read_bytes()
    later = Database(path, LOG, steps=[*STEPS, fail])
    with pytest.raises(sqlite3.OperationalError, match="a step failed"):
        later.writer()
    later.close()
    assert path.read_bytes() == before


def test_older_tables_are_migrated_when_they_are_read(path: Path) -> None:
    database = Database(path, LOG)
    database.writer()
    database.close()
    later = Database(path, LOG, steps=[*STEPS, add_column])
    connection = later.reader()
    assert connection is not None
    assert stored_version(connection) == len(STEPS) + 1
    later.close()


def test_newer_tables_are_left_alone(path: Path) -> None:
    """S8, S10."""
    newer = Database(path, LOG, steps=[*STEPS, add_column])
    newer.writer()
    newer.close()
    before = path.read_bytes()
    database = Database(path, LOG)
    for connect in (database.reader, database.writer):
        with pytest.raises(StoreError, match="written by a newer jupyter-collab"):
            connect()
    database.close()
    assert path.read_bytes() == before
