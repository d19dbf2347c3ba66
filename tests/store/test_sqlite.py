"""The SQLite log: the contract, and what only a file can do."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pycrdt.store
import pytest

from jupyter_collab.errors import StoreConflict, StoreError
from jupyter_collab.protocol.identity import FileId, Lineage, RoomId
from jupyter_collab.server.histories.replaying import apply
from jupyter_collab.store.port import SavedMark, StoredHistory
from jupyter_collab.store.sqlite import database, rows
from jupyter_collab.store.sqlite.database import (
    KEPT_PAGES,
    VACUUM_STEP,
    WAL_LIMIT,
    WAL_PAGES,
    Database,
)
from jupyter_collab.store.sqlite.log import SQLiteUpdateLog
from jupyter_collab.store.sqlite.schema import STEPS, checksum
from tests.contracts.update_log import (
    LINEAGE,
    OTHER_ROOM,
    ROOM,
    OpenLog,
    UpdateLogContract,
    at,
    expect,
    fill,
    updates,
)
from tests.waiting import asynchronous, closed_at_the_end, until

LOG = logging.getLogger("test")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


class TestSQLiteUpdateLog(UpdateLogContract):
    @pytest.fixture
    def open_log(self, path: Path) -> OpenLog:
        return lambda: closed_at_the_end(SQLiteUpdateLog(path, log=LOG))


class TestWithRollbackJournal(UpdateLogContract):
    """As on a network's file system."""

    @pytest.fixture
    def open_log(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenLog:
        monkeypatch.setattr(database, "allows_wal", lambda _path: False)
        return lambda: closed_at_the_end(SQLiteUpdateLog(path, log=LOG))


def open_log(path: Path, **options: Any) -> SQLiteUpdateLog:
    options = {"busy_timeout": 0, **options}
    return closed_at_the_end(SQLiteUpdateLog(path, log=LOG, **options))


def tables(path: Path, *names: str) -> list[list[object]]:
    with sqlite3.connect(path) as connection:
        rows = [connection.execute(f"SELECT * FROM {name}").fetchall() for name in names]  # noqa: S608
    connection.close()
    return rows


# --- the file


@asynchronous
@pytest.mark.skipif(os.name != "posix", reason="has no such permissions")
async def test_nobody_else_can_read_what_is_in_it(path: Path) -> None:
    """S7: neither in the file nor in those beside it. Who wants others to changes that."""
    umask = os.umask(0o022)
    try:
        log = open_log(path)
        await fill(log, 2)
        modes = {f.name: f.stat().st_mode & 0o777 for f in path.parent.iterdir()}
        await log.close()
    finally:
        os.umask(umask)
    assert modes.pop(f"{path.name}-opened")  # has a token, and nothing of a document
    assert modes == dict.fromkeys((path.name, f"{path.name}-wal", f"{path.name}-shm"), 0o600)
    path.chmod(0o640)
    again = open_log(path)
    await again.append(ROOM, LINEAGE, at(3), b"more")
    assert path.stat().st_mode & 0o777 == 0o640


@asynchronous
@pytest.mark.skipif(os.name != "posix", reason="has no such permissions")
async def test_a_link_to_where_the_file_is_to_be(path: Path, tmp_path: Path) -> None:
    """S7 S11: as by somebody who wants it on another disk."""
    disk = tmp_path / "disk"
    disk.mkdir()
    path.symlink_to(disk / "histories.db")
    umask = os.umask(0o022)
    try:
        log = open_log(path)
        await fill(log, 2)
    finally:
        os.umask(umask)
    names = ("histories.db", "histories.db-wal", "histories.db-shm")
    assert {file.name: file.stat().st_mode & 0o777 for file in disk.iterdir()} == dict.fromkeys(
        names, 0o600
    )
    (disk / "histories.db-wal").unlink()
    await log.append(ROOM, LINEAGE, at(3), *updates(3, 3))
    assert (disk / "histories.db-wal").exists()
    await log.close()
    again = open_log(path)
    assert (await expect(again)).updates == tuple(updates(1, 3))
    assert path.is_symlink()


@asynchronous
async def test_the_file_is_made_with_the_first_write(path: Path) -> None:
    log = open_log(path)
    assert await log.load(ROOM) is None
    assert not path.exists()
    await fill(log, 1)
    assert path.exists()
    await log.close()
    assert {file.name for file in path.parent.iterdir()} == {path.name, f"{path.name}-opened"}


@pytest.mark.parametrize("wal", [True, False])
@asynchronous
async def test_the_journal_suits_the_file_system(
    path: Path, monkeypatch: pytest.MonkeyPatch, wal: bool
) -> None:
    monkeypatch.setattr(database, "allows_wal", lambda _path: wal)
    log = open_log(path)
    await fill(log, 1)
    assert path.with_name("store.db-wal").exists() is wal


def change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement, values)
        connection.commit()


@pytest.mark.parametrize(
    "damaged", [b"\0", "text", 1, bytes(rows.LARGE), "t" * rows.LARGE], ids=range(5)
)
@asynchronous
async def test_an_update_whose_bytes_have_changed_is_none_any_more(
    path: Path, damaged: object
) -> None:
    """S8: what SQLite does not notice. The bytes are kept for whoever wants to look at them."""
    log = open_log(path)
    await fill(log, 5)
    change(path, "UPDATE collab_updates SET payload = ? WHERE key % 4294967296 = 3", damaged)
    loaded = (await expect(log)).updates
    assert (*loaded[:2], *loaded[3:]) == (*updates(1, 2), *updates(4, 5))
    assert loaded[2].startswith(rows.DAMAGED)
    update = pycrdt.Doc({"a": pycrdt.Text("b")}).get_update()
    assert not apply(pycrdt.Doc(), [rows.DAMAGED + update])


@pytest.mark.parametrize(
    ("statement", "before", "after"),
    [
        ("DELETE FROM collab_updates WHERE key % 4294967296 = 3", (1, 2), (4, 5)),
        ("DELETE FROM collab_updates", (), ()),
        ("DELETE FROM collab_updates WHERE key % 4294967296 IN (1, 4)", (), (2, 3, 5)),
        ("DELETE FROM collab_updates WHERE key % 4294967296 < 3", (), (3, 4, 5)),
    ],
)
@asynchronous
async def test_where_updates_are_missing_the_rest_is_there_with_the_damage(
    path: Path, statement: str, before: tuple[int, ...], after: tuple[int, ...]
) -> None:
    """S8: what SQLite does not notice, either."""
    log = open_log(path)
    await fill(log, 5)
    change(path, statement)
    loaded = (await expect(log)).updates
    found = [update for at in (*before, *after) for update in updates(at, at)]
    assert [*loaded[: len(before)], *loaded[len(before) + 1 :]] == found
    assert loaded[len(before)] == rows.DAMAGED


@asynchronous
async def test_where_the_beginning_is_missing_nothing_of_it_is_taken_for_the_document(
    path: Path,
) -> None:
    """S8: what follows stands on it, and would make an empty document of a file that is none."""
    log = open_log(path)
    await fill(log, 5)
    await log.compact(ROOM, LINEAGE, at(3), b"snapshot")
    assert (await expect(log)).updates == (b"snapshot", *updates(4, 5))
    change(path, "DELETE FROM collab_updates WHERE key % 4294967296 = 3")
    loaded = await expect(log)
    assert loaded.updates == (rows.DAMAGED, *updates(4, 5))
    assert (loaded.first, loaded.position) == (3, 5)


@asynchronous
async def test_a_mark_whose_bytes_have_changed_is_forgotten(path: Path) -> None:
    """S6 S8"""
    log = open_log(path)
    await fill(log, 5)
    await log.mark_saved(ROOM, LINEAGE, SavedMark(at(4), "file"))
    change(path, "UPDATE collab_histories SET saved = replace(saved, '4', '5')")
    assert (await expect(log)).saved is None


@asynchronous
async def test_a_mark_that_has_outlived_its_updates_is_forgotten(path: Path) -> None:
    """S8: what was saved is not known, so it is found out from the file."""
    log = open_log(path)
    await fill(log, 5)
    await log.mark_saved(ROOM, LINEAGE, SavedMark(at(4), "file", writing=at(5)))
    change(path, "DELETE FROM collab_updates WHERE key % 4294967296 = 5")
    loaded = await expect(log)
    assert (loaded.position, loaded.saved) == (4, None)


@asynchronous
async def test_what_an_older_version_wrote_is_believed(path: Path) -> None:
    """S8: once, as it has no checksums."""
    store = Database(path, LOG, steps=STEPS[:1])
    connection = store.writer()
    connection.execute(
        "INSERT INTO collab_histories VALUES (1, ?, ?, ?, 0)",
        (str(ROOM), LINEAGE, '{"position":2,"fingerprint":"file"}'),
    )
    connection.executemany(
        "INSERT INTO collab_updates VALUES (1, ?, ?)", enumerate(updates(1, 3), start=1)
    )
    store.finish()
    log = open_log(path)
    history = StoredHistory(LINEAGE, tuple(updates(1, 3)), at(3), SavedMark(at(2), "file"))
    assert await expect(log) == history
    await log.append(ROOM, LINEAGE, at(4), updates(4, 4)[0])
    assert (await expect(log)).updates == tuple(updates(1, 4))
    change(path, "UPDATE collab_histories SET saved = replace(saved, '2', '3')")
    change(path, "UPDATE collab_updates SET payload = x'00' WHERE key % 4294967296 = 2")
    history = await expect(log)
    assert history.saved is None
    assert history.updates == (*updates(1, 1), rows.DAMAGED + b"\0", *updates(3, 4))


@asynchronous
async def test_of_histories_of_older_versions_it_is_known_where_they_begin(path: Path) -> None:
    """S8"""
    await older_store(path)
    log = open_log(path)
    history = StoredHistory(LINEAGE, tuple(updates(3, 5)), at(5), None)
    assert await expect(log) == history
    change(path, "DELETE FROM collab_updates WHERE key % 4294967296 = 3")
    assert (await expect(log)).updates == (rows.DAMAGED, *updates(4, 5))


async def older_store(path: Path) -> None:
    """One whose tables do not tell where histories begin: here at the third update."""
    store = Database(path, LOG, steps=STEPS[:3])
    connection = store.writer()
    connection.execute(
        "INSERT INTO collab_histories VALUES (1, ?, ?, NULL, 0, NULL)", (str(ROOM), LINEAGE)
    )
    connection.executemany(
        rows.INSERT,
        [
            (1 << 32 | position, checksum(update, position), update)
            for position, update in enumerate(updates(3, 5), start=3)
        ],
    )
    store.finish()


@asynchronous
async def test_a_snapshot_that_reads_back_differently_replaces_nothing(path: Path) -> None:
    """S5: here a trigger stands in for a disk that keeps something else."""
    log = open_log(path)
    await fill(log, 5)
    other = sqlite3.connect(path)
    other.execute(
        "CREATE TRIGGER fault AFTER UPDATE OF payload ON collab_updates BEGIN"
        " UPDATE collab_updates SET payload = x'00' WHERE key = NEW.key; END"
    )
    other.commit()
    other.close()
    with pytest.raises(StoreError, match="reads back as something else"):
        await log.compact(ROOM, LINEAGE, at(3), b"snapshot")
    assert (await expect(log)).updates == tuple(updates(1, 5))


def test_a_commit_waits_for_the_disk(path: Path) -> None:
    """S1: not for its cache, which a loss of power empties."""
    full = 2
    store = Database(path, LOG)
    assert store.writer().execute("PRAGMA synchronous").fetchone() == (full,)
    store.close()


def test_little_of_the_file_is_kept_in_memory(path: Path) -> None:
    """For all documents together: negative numbers are KiB, others pages."""
    store = Database(path, LOG)
    assert store.writer().execute("PRAGMA cache_size").fetchone() == (-256,)
    store.close()


@asynchronous
async def test_what_is_deleted_gives_its_space_back(path: Path) -> None:
    """S12: little by little, while there is nothing else to do."""
    log = open_log(path)
    await log.start(ROOM, LINEAGE, b"snapshot")
    await log.append(ROOM, LINEAGE, at(2), bytes(20_000_000))
    await log.compact(ROOM, LINEAGE, at(2), b"snapshot")
    other = sqlite3.connect(path)
    position = 2
    while free_pages(other) > KEPT_PAGES + VACUUM_STEP:
        position += 1
        await log.append(ROOM, LINEAGE, at(position), b"small")
    other.close()
    sizes = []
    for _ in range(WAL_PAGES):  # the log is begun anew at least once
        position += 1
        await log.append(ROOM, LINEAGE, at(position), b"small")
        sizes.append(path.with_name("store.db-wal").stat().st_size)
    assert min(sizes) <= WAL_LIMIT
    await log.close()
    assert path.stat().st_size < 3_000_000


@asynchronous
async def test_space_is_given_back_later_where_somebody_else_is_at_work(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S12"""
    tidy, tried = Database.tidy, []

    def tidy_later(self: Database) -> bool:
        tried.append(1)
        if len(tried) == 1:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error
        return tidy(self)

    log = open_log(path)
    await log.start(ROOM, LINEAGE, b"snapshot")
    await log.append(ROOM, LINEAGE, at(2), bytes(5_000_000))
    monkeypatch.setattr(Database, "tidy", tidy_later)
    await log.compact(ROOM, LINEAGE, at(2), b"snapshot")
    await until(lambda: bool(tried))
    await log.append(ROOM, LINEAGE, at(3), b"small")
    other = sqlite3.connect(path)
    await until(lambda: free_pages(other) <= KEPT_PAGES + VACUUM_STEP)
    other.close()
    monkeypatch.undo()


def test_space_is_given_back_many_pages_at_a_time(path: Path) -> None:
    """S12: a commit for each page would keep the disk busy for minutes after a large document."""
    store = Database(path, LOG)
    connection = store.writer()
    connection.execute("CREATE TABLE large (content)")
    connection.execute("INSERT INTO large VALUES (?)", (bytes(5_000_000),))
    connection.execute("DELETE FROM large")
    before = free_pages(connection)
    assert store.tidy()
    assert free_pages(connection) == before - VACUUM_STEP
    store.close()


def free_pages(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("PRAGMA freelist_count").fetchone()
    return int(count)


@pytest.mark.parametrize(
    ("unsaved_age", "kept"),
    [(None, {"unsaved", "unmarked", "in use", "fresh"}), (60, {"in use", "fresh"})],
)
@asynchronous
async def test_old_histories_are_forgotten(
    path: Path, unsaved_age: float | None, kept: set[str]
) -> None:
    """S12: those with anything that the file has not, later or never; never those in use."""
    now = 1000.0
    log = open_log(path, forget_after=50, clock=lambda: now)
    names = ["saved", "unsaved", "unmarked", "in use", "fresh"]
    rooms = {name: RoomId("text", "file", FileId(name)) for name in names}
    for name, room in rooms.items():
        now = 1090 if name == "fresh" else 1000
        await fill(log, 2, room)
        if name != "unmarked":
            await log.mark_saved(room, LINEAGE, SavedMark(at(1 if name == "unsaved" else 2), ""))
    await log.close()

    now = 1100
    again = open_log(path, forget_after=50, forget_unsaved_after=unsaved_age, clock=lambda: now)
    await again.load(rooms["in use"])
    await again.start(ROOM, LINEAGE, b"snapshot")
    left = {name for name, room in rooms.items() if await again.load(room) is not None}
    assert left == kept


# --- jupyter-collaboration in the same file


def its_store(path: Path) -> pycrdt.store.SQLiteYStore:
    class Store(pycrdt.store.SQLiteYStore):
        db_path = str(path)
        checkpoint_interval = 2

    return Store(f".{ROOM.type}:{ROOM.file_id}.y", lambda: b"metadata")


async def its_updates(path: Path) -> list[bytes]:
    async with its_store(path) as store:
        return [update async for update, *_ in store.read()]


@asynchronous
async def test_the_file_of_jupyter_collaboration_stays_as_it_is(path: Path) -> None:
    """S9."""
    async with its_store(path) as store:
        for number in range(1, 6):
            await store.write(pycrdt.Doc({"text": pycrdt.Text(f"theirs {number}")}).get_update())
    before = tables(path, "yupdates", "ycheckpoints", "pragma_user_version")

    log = open_log(path)
    assert await log.load(ROOM) is None
    await fill(log, 3)
    assert (await expect(log)).updates == tuple(updates(1, 3))
    await log.close()

    assert tables(path, "yupdates", "ycheckpoints", "pragma_user_version") == before
    assert len(await its_updates(path)) == 5


@asynchronous
async def test_jupyter_collaboration_can_use_our_file(path: Path) -> None:
    """S9: a user who goes back keeps what both have."""
    log = open_log(path)
    await fill(log, 3)
    await log.close()
    async with its_store(path) as store:
        await store.write(b"\x00\x00")
    assert await its_updates(path) == [b"\x00\x00"]
    again = open_log(path)
    assert (await expect(again)).updates == tuple(updates(1, 3))


# --- what goes wrong


def its_damaged(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.damaged-*"))


@pytest.mark.parametrize("first", ["load", "start"])
@asynchronous
async def test_a_file_that_is_no_database_is_set_aside(
    path: Path, caplog: pytest.LogCaptureFixture, first: str
) -> None:
    """S8."""
    garbage = b"This is no database. " * 1000
    path.write_bytes(garbage)
    log = open_log(path)
    if first == "load":
        assert await log.load(ROOM) is None
    await fill(log, 3)
    assert (await expect(log)).position == 3
    await log.close()
    [aside] = its_damaged(path)
    assert aside.read_bytes() == garbage
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert str(path) in record.getMessage()
    assert aside.name in record.getMessage()


@pytest.mark.parametrize("first", ["load", "append"])
@asynchronous
async def test_a_damaged_database_is_set_aside(path: Path, first: str) -> None:
    """S8: with nothing overwritten; the room goes on with a history that it starts again."""
    log = open_log(path)
    await fill(log, 200)
    await log.append(ROOM, LINEAGE, at(201), bytes(100_000))
    await log.close()
    sound = path.read_bytes()
    damaged = sound[:4096] + b"\xff" * (len(sound) - 4096)
    path.write_bytes(damaged)

    log = open_log(path)
    if first == "load":
        assert await log.load(ROOM) is None
    else:
        with pytest.raises(StoreConflict):
            await log.append(ROOM, LINEAGE, at(202), b"update 202")
    await log.start(ROOM, LINEAGE, b"snapshot", at(202))
    assert (await expect(log)).updates == (b"snapshot",)
    await log.close()
    assert [aside.read_bytes() for aside in its_damaged(path)] == [damaged]


@pytest.mark.parametrize(
    ("name", "damaged"),
    [(b"collab_meta", b"collab_\xff\xfe\xfd\xfc"), (b"collab_updates", b"collab_updatez")],
)
@asynchronous
async def test_tables_whose_names_are_damaged_are_set_aside(
    path: Path, name: bytes, damaged: bytes
) -> None:
    """S8: where SQLite complains of something else, or cannot even say of what."""
    log = open_log(path)
    await fill(log, 3)
    await log.close()
    path.write_bytes(path.read_bytes().replace(name, damaged))
    log = open_log(path)
    assert await log.load(ROOM) is None
    await fill(log, 3)
    assert (await expect(log)).position == 3
    await log.close()
    assert len(its_damaged(path)) == 1


@pytest.mark.parametrize("size", [1, 30, 600])
@asynchronous
async def test_damage_anywhere_is_noticed_and_the_store_can_be_used(path: Path, size: int) -> None:
    """S8 S10: what a store gives is what was put into it, from the beginning on, or not."""
    random = Random(size)
    log = open_log(path)
    for room in (ROOM, OTHER_ROOM):
        await fill(log, 60, room=room)
        await log.compact(room, LINEAGE, at(20), random.randbytes(2500))
    whole = await expect(log)
    await log.close()
    sound, witness = path.read_bytes(), path.with_name("store.db-opened")
    left = witness.read_bytes()
    for _ in range(60):
        witness.write_bytes(left)
        start = random.randrange(len(sound) - size)
        path.write_bytes(sound[:start] + random.randbytes(size) + sound[start + size :])
        log = open_log(path)
        found = await log.load(ROOM)
        if found is not None:
            updates = found.updates
            end = next((n for n, u in enumerate(updates) if u.startswith(rows.DAMAGED)), None)
            assert updates[:end] == whole.updates[:end]
        for room in (ROOM, RoomId("text", "file", FileId("new"))):
            await log.start(room, Lineage("another"), b"snapshot")
            if await log.load(room) is None:  # what is damaged was found now, and set aside
                await log.start(room, Lineage("another"), b"snapshot")
            assert (await expect(log, room)).updates == (b"snapshot",)
        await log.close()


@pytest.mark.parametrize("died", [True, False])
@asynchronous
async def test_a_store_whose_server_has_died_is_looked_through(path: Path, died: bool) -> None:
    """S8: for damage that SQLite does not notice as long as it looks elsewhere."""
    log = open_log(path)
    await fill(log, 3)
    await log.close()
    sound = path.read_bytes()
    five_free_pages = (5).to_bytes(4, "big")  # where there are none: section 1.3.9 of the format
    path.write_bytes(sound[:36] + five_free_pages + sound[40:])
    if died:
        witness = path.with_name(f"{path.name}-opened")
        witness.write_text(witness.read_text().replace("closed", "open"))
    log = open_log(path)
    assert (await log.load(ROOM) is None) is died
    assert len(its_damaged(path)) == died


@asynchronous
async def test_a_database_with_nonsense_in_its_header_is_set_aside(path: Path) -> None:
    """S8: of a format that there is not SQLite only says so in words."""
    log = open_log(path)
    await fill(log, 3)
    await log.close()
    sound = path.read_bytes()
    damaged = sound[:44] + b"\xff" * 4 + sound[48:]
    path.write_bytes(damaged)
    log = open_log(path)
    assert await log.load(ROOM) is None
    await fill(log, 1)
    await log.close()
    assert [aside.read_bytes() for aside in its_damaged(path)] == [damaged]


@asynchronous
async def test_a_second_damaged_file_does_not_replace_the_first(path: Path) -> None:
    """S8."""
    for content in (b"first " * 500, b"second " * 500):
        path.write_bytes(content)
        log = open_log(path)
        await fill(log, 1)
        await log.close()
    kept = {aside.read_bytes()[:6] for aside in its_damaged(path)}
    assert kept == {b"first ", b"second"}


@asynchronous
async def test_a_locked_database_works_again_when_it_is_free(path: Path) -> None:
    """S10."""
    log = open_log(path)
    await fill(log, 1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="is locked by another program") as caught:
        await log.append(ROOM, LINEAGE, at(2), b"update 2")
    assert str(path) in str(caught.value)
    assert (await expect(log)).position == 1
    other.execute("ROLLBACK")
    other.close()
    await log.append(ROOM, LINEAGE, at(2), b"update 2")
    assert (await expect(log)).updates == tuple(updates(1, 2))


@asynchronous
async def test_who_waits_for_a_lock_waits_for_all(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S10: many documents that are opened do not wait one after the other."""
    rooms = [RoomId("text", "file", FileId(str(number))) for number in range(12)]
    filling = open_log(path)
    for room in rooms:
        await fill(filling, 1, room)
    await filling.close()
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    log = open_log(path, busy_timeout=0.5)
    begun = time.monotonic()
    calls = (log.load(room) for room in rooms)
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert time.monotonic() - begun < 3
    for outcome in outcomes:
        assert isinstance(outcome, StoreError)
        assert "is locked by another program" in str(outcome)
    opening = threading.Event()

    def connect(*args: Any, **options: Any) -> sqlite3.Connection:
        opening.set()
        connection: sqlite3.Connection = open_database(*args, **options)
        return connection

    open_database = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", connect)
    loading = asyncio.ensure_future(log.load(rooms[0]))
    await until(opening.is_set)
    other.close()
    assert await loading == await log.load(rooms[0]) is not None, "who comes later waits again"


@asynchronous
async def test_a_folder_that_is_missing_is_told_and_may_come_back(tmp_path: Path) -> None:
    """S10."""
    path = tmp_path / "later" / "store.db"
    log = open_log(path)
    assert await log.load(ROOM) is None
    with pytest.raises(StoreError, match="cannot be opened; check that its folder is there"):
        await log.start(ROOM, LINEAGE, b"snapshot")
    path.parent.mkdir()
    await fill(log, 2)


@asynchronous
async def test_a_folder_in_place_of_the_file_is_told(path: Path) -> None:
    """S10."""
    path.mkdir()
    log = open_log(path)
    for call in (log.load(ROOM), log.start(ROOM, LINEAGE, b"snapshot")):
        with pytest.raises(StoreError, match=r"store\.db cannot be opened"):
            await call
    await log.close()
    assert path.is_dir()


def test_a_read_only_database_is_told(path: Path) -> None:
    """S10."""
    sqlite3.connect(path).close()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    error = database.Database(path, LOG).explain(caught.value)
    assert isinstance(error, StoreError)
    assert "is read-only; check its permissions" in str(error)


@pytest.mark.parametrize("replaced", [False, True])
@asynchronous
async def test_a_deleted_file_is_noticed(path: Path, tmp_path: Path, replaced: bool) -> None:
    """S11: histories are gone then, and are started again."""
    log = open_log(path)
    await fill(log, 3)
    await fill(log, 2, OTHER_ROOM)
    for file in path.parent.glob("store.db*"):
        file.unlink()
    if replaced:
        other = open_log(tmp_path / "other.db")
        await fill(other, 1, OTHER_ROOM)
        await other.close()
        (tmp_path / "other.db").rename(path)
    with pytest.raises(StoreConflict):
        await log.append(ROOM, LINEAGE, at(4), b"update 4")
    assert await log.load(ROOM) is None
    await log.start(ROOM, LINEAGE, b"snapshot", at(4))
    await log.close()

    again = open_log(path)
    assert await again.load(ROOM) == StoredHistory(LINEAGE, (b"snapshot",), at(4), None)
    assert (await again.load(OTHER_ROOM) is not None) is replaced


@pytest.mark.parametrize("replaced", [False, True])
@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
@asynchronous
async def test_a_deleted_write_ahead_log_is_noticed(
    path: Path, tmp_path: Path, suffix: str, replaced: bool
) -> None:
    """S1 S11: what is written after that is there although the server is killed."""
    log = open_log(path)
    await fill(log, 3)
    beside = path.with_name(f"{path.name}{suffix}")
    if replaced:
        copy = tmp_path / "copy"
        shutil.copy(beside, copy)
        copy.replace(beside)
    else:
        beside.unlink()
    await log.append(ROOM, LINEAGE, at(4), *updates(4, 5))
    assert beside.exists()
    dead = tmp_path / "dead"
    dead.mkdir()
    for file in tmp_path.glob("store.db*"):
        shutil.copy(file, dead)
    await log.append(ROOM, LINEAGE, at(6), *updates(6, 6))
    await log.close()
    for place, last in ((dead / path.name, 5), (path, 6)):
        again = open_log(place)
        assert (await expect(again)).updates == tuple(updates(1, last))
        await again.close()


@asynchronous
async def test_two_servers_can_share_the_file(path: Path) -> None:
    logs = [open_log(path), open_log(path)]
    rooms = [ROOM, OTHER_ROOM]
    for log, room in zip(logs, rooms, strict=True):
        await fill(log, 2, room)
    for log in logs:
        for room in rooms:
            assert (await expect(log, room)).updates == tuple(updates(1, 2))
    with pytest.raises(StoreConflict):
        await logs[1].append(ROOM, LINEAGE, at(2), b"other")
    for log in logs:
        await log.close()


def run(script: str, path: Path, *arguments: str) -> subprocess.Popen[str]:
    """A process that runs ``script`` with ``log``, a log at ``path``."""
    prelude = (
        "import asyncio, logging, resource, sys\n"
        "from pathlib import Path\n"
        "from jupyter_collab.errors import StoreError\n"
        "from jupyter_collab.store.sqlite.log import SQLiteUpdateLog\n"
        "from tests.contracts.update_log import *\n"
        "log = SQLiteUpdateLog(Path(sys.argv[1]), log=logging.getLogger())\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", prelude + script, str(path), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent.parent,
    )


@asynchronous
async def test_a_server_that_is_idle_keeps_nobody_from_beginning_anew(path: Path) -> None:
    """S11: of a store that two servers share the file alone is deleted, and what lies beside it is
    not. Who begins a new one goes on with it when the other one has let go of the old one."""
    script = """
from jupyter_collab.store.sqlite import writer
async def main():
    writer.LOOK_INTERVAL = 0.05
    await fill(log, 1, OTHER_ROOM)
    print("there", flush=True)
    while not Path(sys.argv[2]).exists():
        await asyncio.sleep(0.01)
    await log.start(OTHER_ROOM, LINEAGE, b"again")
    await log.close()
asyncio.run(main())
"""
    go_on = path.with_name("go on")
    log = open_log(path)
    with run(script, path, str(go_on)) as other:
        try:
            assert other.stdout is not None
            await asyncio.to_thread(other.stdout.readline)
            await fill(log, 1)
            path.unlink()
            async with asyncio.timeout(10):
                while not await begins(log):
                    await asyncio.sleep(0.01)
            await log.append(ROOM, LINEAGE, at(2), b"update 2")
            go_on.touch()
            assert await asyncio.to_thread(other.wait, 10) == 0
        finally:
            other.kill()
    await log.append(ROOM, LINEAGE, at(3), b"update 3")
    await log.close()
    again = open_log(path)
    assert (await expect(again)).updates == (b"again", b"update 2", b"update 3")
    assert (await expect(again, OTHER_ROOM)).updates == (b"again",)


async def begins(log: SQLiteUpdateLog) -> bool:
    """Whether a history could be begun in ``log``."""
    try:
        await log.start(ROOM, LINEAGE, b"again")
    except StoreError:
        return False
    return True


@asynchronous
async def test_what_was_acknowledged_survives_kill(path: Path) -> None:
    """S1, L1: a process that is killed in the middle of appends has lost nothing of what it
    said was done, in any of its rooms."""
    script = """
async def work(number):
    room = RoomId("text", "file", FileId(str(number)))
    await log.start(room, LINEAGE, b"update 1")
    position = 1
    while True:
        position += 1
        await log.append(room, LINEAGE, at(position), b"update %d" % position)
        print(number, position, flush=True)

async def main():
    await asyncio.gather(*(work(number) for number in range(5)))

asyncio.run(main())
"""
    process = run(script, path)
    assert process.stdout is not None
    reported = dict.fromkeys(range(5), 0)
    for count, line in enumerate(process.stdout):
        if count == 400:
            process.send_signal(signal.SIGKILL)
        if line.endswith("\n"):
            number, position = map(int, line.split())
            reported[number] = position
    process.wait()
    process.stdout.close()

    log = open_log(path)
    for number, position in reported.items():
        history = await expect(log, RoomId("text", "file", FileId(str(number))))
        assert position > 1
        assert history.position >= position
        assert history.updates == tuple(updates(1, history.position))


def test_a_quota_that_is_used_up_is_told_and_loses_nothing(path: Path) -> None:
    """S10, S1: what does not fit fails, what fits does not, and later all of it works."""
    script = """
def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

async def main():
    await log.start(ROOM, LINEAGE, b"snapshot")
    await log.start(OTHER_ROOM, LINEAGE, b"snapshot")
    limit(400_000)
    outcomes = await asyncio.gather(
        log.append(ROOM, LINEAGE, at(2), bytes(2_000_000)),
        log.append(OTHER_ROOM, LINEAGE, at(2), b"small"),
        return_exceptions=True,
    )
    print([type(outcome).__name__ for outcome in outcomes], outcomes[0])
    limit(resource.RLIM_INFINITY)
    await log.append(ROOM, LINEAGE, at(2), bytes(2_000_000))
    print((await expect(log)).updates == (b"snapshot", bytes(2_000_000)))
    print((await expect(log, OTHER_ROOM)).updates == (b"snapshot", b"small"))
    await log.close()

asyncio.run(main())
"""
    process = run(script, path)
    out, _ = process.communicate()
    first, *rest = out.splitlines()
    assert first.startswith("['StoreError', 'NoneType']"), out
    assert "No space is left, or no quota, for the store of histories" in first
    assert rest == ["True", "True"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@asynchronous
async def test_a_full_disk_is_told_and_loses_nothing(small_disk: Path) -> None:
    """S10, S1."""
    log = open_log(small_disk / "store.db")
    await fill(log, 2)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        while os.statvfs(small_disk).f_bavail:
            file.write(bytes(4096))
    with pytest.raises(StoreError, match="No space is left"):
        await log.append(ROOM, LINEAGE, at(3), bytes(200_000))
    assert (await expect(log)).updates == tuple(updates(1, 2))
    filler.unlink()
    await log.append(ROOM, LINEAGE, at(3), bytes(200_000))
    assert (await expect(log)).position == 3
