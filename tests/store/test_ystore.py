"""Stores of pycrdt as update logs."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, ClassVar

import pycrdt.store
import pytest
from traitlets.config import Config

from jupyter_collab.errors import StoreConflict, StoreError
from jupyter_collab.protocol.identity import FileId, RoomId
from jupyter_collab.store.classes import JupyterSQLiteYStore, TempFileYStore
from jupyter_collab.store.port import More, SavedMark, StoredHistory
from jupyter_collab.store.ystores import session as ystore_session
from jupyter_collab.store.ystores.log import YStoreUpdateLog
from tests.contracts.update_log import (
    LINEAGE,
    OTHER_LINEAGE,
    OTHER_ROOM,
    ROOM,
    OpenLog,
    UpdateLogContract,
    at,
    expect,
    fill,
    updates,
)
from tests.waiting import asynchronous, closed_at_the_end

LOG = logging.getLogger("test")


class _YStoreContract(UpdateLogContract):
    compacting = False


class TestTempFileYStore(_YStoreContract):
    @pytest.fixture
    def open_log(self, tmp_path: Path) -> OpenLog:
        class Store(TempFileYStore):
            base_dir = str(tmp_path)

        return lambda: open_log(Store)


class TestFileYStore(_YStoreContract):
    @pytest.fixture
    def open_log(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenLog:
        monkeypatch.chdir(tmp_path)
        return lambda: open_log(pycrdt.store.FileYStore)


class TestSQLiteYStore(_YStoreContract):
    @pytest.fixture
    def open_log(self, tmp_path: Path) -> OpenLog:
        class Store(pycrdt.store.SQLiteYStore):
            db_path = str(tmp_path / "ystore.db")

        return lambda: open_log(Store)


def open_log(ystore_class: type[pycrdt.store.BaseYStore], **options: Any) -> YStoreUpdateLog:
    return closed_at_the_end(YStoreUpdateLog(ystore_class, log=LOG, **options))


class ListStore(pycrdt.store.BaseYStore):
    """A user's store, in as few lines as one can be."""

    entries: ClassVar[dict[str, list[tuple[bytes, bytes, float]]]]

    def __init__(self, path: str, log: logging.Logger | None = None) -> None:
        self.path = path
        self.log = log

    async def write(self, data: bytes) -> None:
        self.entries.setdefault(self.path, []).append((data, await self.get_metadata(), 0.0))

    async def read(self) -> AsyncIterator[tuple[bytes, bytes, float]]:
        if self.path not in self.entries:
            raise pycrdt.store.YDocNotFound
        for entry in list(self.entries[self.path]):
            yield entry


@pytest.fixture
def list_store() -> type[ListStore]:
    class Fresh(ListStore):
        entries: ClassVar[dict[str, list[tuple[bytes, bytes, float]]]] = {}

    return Fresh


class TestUsersStore(_YStoreContract):
    @pytest.fixture
    def open_log(self, list_store: type[ListStore]) -> OpenLog:
        return lambda: open_log(list_store)


class TestStoppedAfterEachUse(_YStoreContract):
    @pytest.fixture
    def open_log(self, tmp_path: Path) -> OpenLog:
        class Store(pycrdt.store.SQLiteYStore):
            db_path = str(tmp_path / "ystore.db")

        return lambda: open_log(Store, idle_timeout=0)


@asynchronous
async def test_the_path_is_the_one_that_jupyter_collaboration_gives(
    list_store: type[ListStore],
) -> None:
    log = open_log(list_store)
    await fill(log, 1)
    assert list(list_store.entries) == [".notebook:5ab1d0c4.y"]


@asynchronous
async def test_what_was_there_before_is_passed_over(tmp_path: Path) -> None:
    """S13, S9."""

    class Store(pycrdt.store.SQLiteYStore):
        db_path = str(tmp_path / "ystore.db")

    path = f".{ROOM.type}:{ROOM.file_id}.y"
    async with Store(path, lambda: b"") as theirs:
        await theirs.write(b"theirs 1")
        await theirs.write(b"theirs 2")
    log = open_log(Store)
    assert await log.load(ROOM) is None
    await fill(log, 2)
    await log.close()
    async with Store(path, lambda: b'{"collab": 2}') as theirs:
        await theirs.write(b"theirs 3")
    again = open_log(Store)
    assert (await expect(again)).updates == tuple(updates(1, 2))
    await again.append(ROOM, LINEAGE, at(3), b"update 3")
    assert (await expect(again)).updates == tuple(updates(1, 3))


@asynchronous
async def test_a_write_that_raises_is_not_acknowledged(list_store: type[ListStore]) -> None:
    """S13, S10: and is done when the store works again."""
    broken = False

    class Store(list_store):  # type: ignore[misc, valid-type]
        async def write(self, data: bytes) -> None:
            if broken:
                raise OSError("the bucket is on fire")
            await super().write(data)

    log = open_log(Store)
    await fill(log, 2)
    broken = True
    for _ in range(2):
        with pytest.raises(StoreError, match="OSError: the bucket is on fire"):
            await log.append(ROOM, LINEAGE, at(3), b"update 3")
    broken = False
    await log.append(ROOM, LINEAGE, at(3), b"update 3")
    assert (await expect(log)).updates == tuple(updates(1, 3))


@asynchronous
async def test_a_write_that_was_done_and_raised_is_not_done_twice(
    list_store: type[ListStore],
) -> None:
    """S2, S13."""
    late = False

    class Store(list_store):  # type: ignore[misc, valid-type]
        async def write(self, data: bytes) -> None:
            await super().write(data)
            if late:
                raise TimeoutError

    log = open_log(Store)
    await fill(log, 2)
    late = True
    with pytest.raises(StoreError, match="TimeoutError"):
        await log.append(ROOM, LINEAGE, at(3), b"update 3")
    late = False
    await log.append(ROOM, LINEAGE, at(3), b"update 3")
    await log.append(ROOM, LINEAGE, at(4), b"update 4")
    assert (await expect(log)).updates == tuple(updates(1, 4))


@asynchronous
async def test_a_write_that_only_logs_its_error_is_not_acknowledged(tmp_path: Path) -> None:
    """S13: as pycrdt's SQLite store does."""

    class Store(pycrdt.store.SQLiteYStore):
        db_path = str(tmp_path / "ystore.db")

    log = open_log(Store)
    await fill(log, 2)
    with sqlite3.connect(Store.db_path) as other:
        other.execute("ALTER TABLE yupdates RENAME TO away")
    with pytest.raises(StoreError, match="no such table: yupdates"):
        await log.append(ROOM, LINEAGE, at(3), b"update 3")
    with pytest.raises(StoreError, match="no such table: yupdates"):
        await log.load(ROOM)
    with other:
        other.execute("ALTER TABLE away RENAME TO yupdates")
    other.close()
    await log.append(ROOM, LINEAGE, at(3), b"update 3")
    assert (await expect(log)).updates == tuple(updates(1, 3))


@asynchronous
async def test_a_store_that_skips_writes_is_noticed(list_store: type[ListStore]) -> None:
    """S13."""

    class Store(list_store):  # type: ignore[misc, valid-type]
        async def write(self, data: bytes) -> None:
            pass

    log = open_log(Store)
    with pytest.raises(StoreError, match="did not ask for metadata"):
        await log.start(ROOM, LINEAGE, b"snapshot")


@pytest.mark.parametrize(
    "change", [lambda data, meta: (data, b"", 0.0), lambda data, meta: (b"other", meta, 0.0)]
)
@asynchronous
async def test_a_store_that_gives_something_else_back_is_noticed(
    list_store: type[ListStore],
    change: Callable[[bytes, bytes], tuple[bytes, bytes, float]],
) -> None:
    """S13: before anybody relies on it."""

    class Store(list_store):  # type: ignore[misc, valid-type]
        async def write(self, data: bytes) -> None:
            metadata = await self.get_metadata()
            self.entries.setdefault(self.path, []).append(change(data, metadata))

    log = open_log(Store)
    with pytest.raises(StoreError, match="does not give back what was written"):
        await log.start(ROOM, LINEAGE, b"snapshot")


@asynchronous
async def test_a_store_that_drops_updates_is_not_believed(
    list_store: type[ListStore], caplog: pytest.LogCaptureFixture
) -> None:
    """S13, S2."""
    log = open_log(list_store)
    await fill(log, 4)
    del list_store.entries[".notebook:5ab1d0c4.y"][1]
    assert await log.load(ROOM) is None
    assert "has lost or rewritten parts of its history" in caplog.text
    with pytest.raises(StoreConflict):
        await log.append(ROOM, LINEAGE, at(5), b"update 5")
    await log.start(ROOM, LINEAGE, b"snapshot", at(5))
    assert (await expect(log)).updates == (b"snapshot",)


@asynchronous
async def test_a_clock_that_is_set_back_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S13: pycrdt's SQLite store reads by the time of writing."""

    class Store(pycrdt.store.SQLiteYStore):
        db_path = str(tmp_path / "ystore.db")

    log, hour, now = open_log(Store), 3600.0, time.time()
    await fill(log, 3)
    monkeypatch.setattr(time, "time", lambda: now - hour)
    for position in (4, 5):
        await log.append(ROOM, LINEAGE, at(position), f"update {position}".encode())
    await log.mark_saved(ROOM, LINEAGE, SavedMark(at(4), "of the file"))
    assert (await expect(log)).updates == tuple(updates(1, 5))
    await log.close()
    again = open_log(Store)
    await again.append(ROOM, LINEAGE, at(6), b"update 6")
    history = StoredHistory(LINEAGE, tuple(updates(1, 6)), at(6), SavedMark(at(4), "of the file"))
    assert await again.load(ROOM) == history


@asynchronous
async def test_what_was_written_without_numbers_comes_first(list_store: type[ListStore]) -> None:
    """As older versions did."""
    log = open_log(list_store)
    await fill(log, 3)
    entries = list_store.entries[".notebook:5ab1d0c4.y"]
    for index, (update, metadata, time_) in enumerate(entries):
        plain = json.loads(metadata)
        del plain["number"]
        entries[index] = (update, json.dumps(plain).encode(), time_)
    await log.close()
    again = open_log(list_store)
    await again.append(ROOM, LINEAGE, at(4), b"update 4")
    assert (await expect(again)).updates == tuple(updates(1, 4))


@asynchronous
async def test_a_store_that_cannot_be_opened_is_told_and_may_work_later(tmp_path: Path) -> None:
    """S10."""
    folder = tmp_path / "ystore.db"
    folder.mkdir()

    class Store(pycrdt.store.SQLiteYStore):
        db_path = str(folder)

    log = open_log(Store)
    calls = (log.load(ROOM), log.start(ROOM, LINEAGE, b"snapshot"))
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(outcome, StoreError)
        assert "unable to open database file" in str(outcome)
    folder.rmdir()
    await fill(log, 2)


@asynchronous
async def test_documents_that_are_opened_together_have_one_new_database(tmp_path: Path) -> None:
    """S1 S13: pycrdt makes it in several steps, and would move away what is half made."""

    class Store(pycrdt.store.SQLiteYStore):
        db_path = str(tmp_path / "ystore.db")

    log = open_log(Store)
    rooms = [RoomId("text", "file", FileId(f"file{number}")) for number in range(8)]
    await asyncio.gather(*(fill(log, 3, room=room) for room in rooms))
    await log.close()
    assert [path.name for path in tmp_path.iterdir()] == ["ystore.db"]
    again = open_log(Store)
    for room in rooms:
        assert (await expect(again, room)).updates == tuple(updates(1, 3))


@asynchronous
async def test_a_store_that_does_not_begin_keeps_others_for_a_while_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ystore_session, "TURN_TIMEOUT", 0.01)

    class Store(pycrdt.store.SQLiteYStore):
        db_path = str(tmp_path / "ystore.db")

        async def _init_db(self) -> None:
            if ROOM.type in self.path:
                await asyncio.Event().wait()
            await super()._init_db()  # type: ignore[no-untyped-call]

    log = open_log(Store, close_timeout=0)
    waiting = asyncio.ensure_future(log.load(ROOM))
    await fill(log, 2, room=OTHER_ROOM)
    assert not waiting.done()
    await log.close()
    with pytest.raises(StoreError):
        await waiting


@asynchronous
async def test_stores_of_other_kinds_begin_together(list_store: type[ListStore]) -> None:
    """S13: such as those that connect to another machine first, or cannot."""
    rooms = [RoomId("text", "file", FileId(f"file{number}")) for number in range(3)]
    begun = 0
    all_begun = asyncio.Event()

    class Store(list_store):  # type: ignore[misc, valid-type]
        async def start(self, **options: Any) -> None:
            nonlocal begun
            begun += 1
            if begun == len(rooms):
                all_begun.set()
            await all_begun.wait()
            await super().start(**options)

    log = open_log(Store)
    async with asyncio.timeout(ystore_session.TURN_TIMEOUT / 2):
        await asyncio.gather(*(fill(log, 2, room=room) for room in rooms))


@asynchronous
async def test_close_does_not_wait_for_ever(list_store: type[ListStore]) -> None:
    class Store(list_store):  # type: ignore[misc, valid-type]
        async def write(self, data: bytes) -> None:
            await asyncio.Event().wait()

    log = open_log(Store, close_timeout=0)
    starting = asyncio.ensure_future(log.start(ROOM, LINEAGE, b"snapshot"))
    await asyncio.wait([starting], timeout=0)
    await log.close()
    with pytest.raises(StoreError):
        await starting


@pytest.mark.skipif(sys.platform == "win32", reason="whose a folder is is told otherwise")
@asynchronous
async def test_temporary_files_that_were_cleaned_away_are_made_again_for_their_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S7: systems clean up what lies in their temporary folder for long."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    log = open_log(TempFileYStore)
    await fill(log, 2)
    [first] = tmp_path.iterdir()
    shutil.rmtree(first)
    await fill(log, 2, room=OTHER_ROOM)
    [second] = tmp_path.iterdir()
    assert second.stat().st_mode & 0o077 == 0
    await fill(log, 2, room=RoomId("text", "file", FileId("third")))
    assert [*tmp_path.iterdir()] == [second]


# --- damaged databases


def _cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _spoil_the_tables(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data.replace(b"CREATE TABLE yupdates", b"CREATE TABLE yupdatez"))


def _write_text(path: Path) -> None:
    path.write_text("no database\n" * 1000)


@pytest.mark.parametrize("damage", [_cut_in_half, _spoil_the_tables, _write_text])
@asynchronous
async def test_a_damaged_database_is_set_aside_and_a_fresh_one_begun(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path], None],
) -> None:
    """S8 S13: pycrdt's store would fail for ever, for all documents."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "ystore.db"
    log = open_log(pycrdt.store.SQLiteYStore)
    await fill(log, 2)
    await log.close()
    damage(path)
    damaged = path.read_bytes()
    log = open_log(pycrdt.store.SQLiteYStore)
    assert not any(await asyncio.gather(log.load(ROOM), log.load(OTHER_ROOM)))
    [aside] = tmp_path.glob("ystore.db.damaged-*")
    assert aside.read_bytes() == damaged
    said = f"The store of histories {path} is damaged; it was set aside as {aside.name}"
    assert caplog.text.count(said) == 1
    for room in (ROOM, OTHER_ROOM):
        await fill(log, 2, room=room)
        assert (await expect(log, room)).updates == tuple(updates(1, 2))


@asynchronous
async def test_nobody_goes_on_in_a_database_that_was_set_aside(tmp_path: Path) -> None:
    """S1 S8 S13: another document finds the damage, and has its file moved away."""
    path = tmp_path / "ystore.db"

    class Store(pycrdt.store.SQLiteYStore):
        db_path = str(path)

    log = open_log(Store)
    await fill(log, 2)
    _cut_in_half(path)
    assert await log.load(OTHER_ROOM) is None
    with pytest.raises(StoreError, match="has no history"):
        await log.append(ROOM, LINEAGE, at(3), b"update 3")
    await fill(log, 3)
    await log.close()
    again = open_log(Store)
    assert (await expect(again)).updates == tuple(updates(1, 3))


@asynchronous
async def test_a_file_that_was_never_a_database_is_left_alone(tmp_path: Path) -> None:
    """S8: somebody has named it by mistake."""
    path = tmp_path / "notes.txt"
    _write_text(path)
    before = path.read_bytes()

    class Store(pycrdt.store.SQLiteYStore):
        db_path = str(path)

    log = open_log(Store)
    for _ in range(2):
        with pytest.raises(StoreError, match="file is not a database"):
            await log.load(ROOM)
    await log.close()
    assert [it.name for it in tmp_path.iterdir()] == ["notes.txt"]
    assert path.read_bytes() == before


@asynchronous
async def test_a_damaged_database_that_cannot_be_set_aside_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S10: as in a folder that is read-only; once that is over, it works."""
    path = tmp_path / "ystore.db"

    class Store(pycrdt.store.SQLiteYStore):
        db_path = str(path)

    log = open_log(Store)
    await fill(log, 2)
    await log.close()
    _cut_in_half(path)
    log = open_log(Store)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", _refuse)
        with pytest.raises(StoreError, match="malformed"):
            await log.load(ROOM)
    assert "cannot be set aside: it is read-only" in caplog.text
    assert await log.load(ROOM) is None


def _refuse(path: Path, target: Path) -> None:
    raise PermissionError("it is read-only")


# --- files that end in the middle of a write


@asynchronous
async def test_a_write_that_was_cut_off_takes_nothing_else_with_it(tmp_path: Path) -> None:
    """S1, S13: wherever a file ends, all whole entries are there and others can follow."""

    class Store(pycrdt.store.TempFileYStore):
        base_dir = str(tmp_path)

    log = open_log(Store)
    await fill(log, 2)
    [path] = tmp_path.iterdir()
    before = path.stat().st_size
    await log.append(ROOM, LINEAGE, at(3), b"update 3" * 20)
    await log.close()
    whole = path.read_bytes()
    for size in range(before + 1, len(whole)):
        for file in tmp_path.iterdir():
            file.unlink()
        path.write_bytes(whole[:size])
        log = open_log(Store)
        assert (await expect(log)).updates == tuple(updates(1, 2)), size
        await log.append(ROOM, LINEAGE, at(3), b"update 3")
        assert (await expect(log)).updates == tuple(updates(1, 3))
        await log.close()
        [kept] = tmp_path.glob("*.damaged-*")
        assert kept.read_bytes() == whole[:size]


@asynchronous
async def test_a_mark_is_cut_off_with_the_update_that_it_names(list_store: type[ListStore]) -> None:
    """S6: never the one without the other."""
    log = open_log(list_store)
    await fill(log, 2)
    mark = SavedMark(at(1), "sha256:1", (at(4),), live=True)
    await log.append(ROOM, LINEAGE, at(3), *updates(3, 5), mark=mark)
    await log.close()
    [entries] = list_store.entries.values()
    for last, known in ((5, mark), (4, mark), (3, None)):
        log = open_log(list_store)
        assert await log.load(ROOM) == StoredHistory(
            LINEAGE, tuple(updates(1, last)), at(last), known
        )
        await log.close()
        entries.pop()


@asynchronous
async def test_a_start_that_was_cut_off_leaves_what_was_before(list_store: type[ListStore]) -> None:
    """S3: all of a new history, or the old one, with which somebody may go on."""
    log = open_log(list_store)
    await fill(log, 3)
    mark = SavedMark(at(2), "sha256:1", live=True)
    await log.mark_saved(ROOM, LINEAGE, mark)
    more = More((b"b", b"c"), SavedMark(at(1), "sha256:2"))
    await log.start(ROOM, OTHER_LINEAGE, b"a", at(1), more)
    await log.close()
    [entries] = list_store.entries.values()
    whole = list(entries)
    for missing in (1, 2, 3):
        entries[:] = whole[:-missing]
        log = open_log(list_store)
        assert await log.load(ROOM) == StoredHistory(LINEAGE, tuple(updates(1, 3)), at(3), mark), (
            missing
        )
        await log.append(ROOM, LINEAGE, at(4), b"update 4")
        assert (await expect(log)).updates == tuple(updates(1, 4))
        await log.start(ROOM, OTHER_LINEAGE, b"a", at(1), more)
        assert await log.load(ROOM) == StoredHistory(
            OTHER_LINEAGE, (b"a", b"b", b"c"), at(3), more.saved
        )
        await log.close()


@asynchronous
async def test_a_file_whose_first_write_was_cut_off_holds_nothing(tmp_path: Path) -> None:
    class Store(pycrdt.store.TempFileYStore):
        base_dir = str(tmp_path)

    log = open_log(Store)
    await log.start(ROOM, LINEAGE, b"snapshot")
    await log.close()
    [path] = tmp_path.iterdir()
    whole = path.read_bytes()
    for size in range(len(whole)):
        for file in tmp_path.iterdir():
            file.unlink()
        path.write_bytes(whole[:size])
        log = open_log(Store)
        assert await log.load(ROOM) is None, size
        await fill(log, 2)
        assert (await expect(log)).position == 2
        await log.close()


# --- configuration


@asynchronous
async def test_values_from_the_configuration_are_set(tmp_path: Path) -> None:
    class Plain(pycrdt.store.SQLiteYStore):
        pass

    config = Config({"Plain": {"db_path": str(tmp_path / "plain.db")}})
    log = open_log(Plain, config=config)
    await fill(log, 1)
    await log.close()
    assert (tmp_path / "plain.db").exists()
    assert Plain.db_path == "ystore.db", "only for this log"


def test_a_value_that_the_class_does_not_know_is_refused(list_store: type[ListStore]) -> None:
    with pytest.raises(ValueError, match="Fresh has no setting colour, size"):
        open_log(list_store, config=Config({"Fresh": {"size": 1, "colour": "red"}}))


@asynchronous
async def test_a_configurable_class_gets_the_configuration(tmp_path: Path) -> None:
    class Mine(JupyterSQLiteYStore):
        pass

    log = open_log(Mine, config=Config({"Mine": {"db_path": str(tmp_path / "mine.db")}}))
    await fill(log, 1)
    await log.close()
    assert (tmp_path / "mine.db").exists()


@asynchronous
async def test_a_store_is_kept_from_rewriting_histories(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """S13: and the user is told."""

    class Store(pycrdt.store.SQLiteYStore):
        db_path = str(tmp_path / "ystore.db")
        squash_after_inactivity_of = 0
        squash_no_more_often_than = 0

    log = open_log(Store)
    await fill(log, 5)
    assert (await expect(log)).updates == tuple(updates(1, 5))
    await log.close()
    assert "Store.squash_after_inactivity_of is without effect" in caplog.text
