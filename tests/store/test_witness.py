"""A store that is not the one which the last server has left."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from jupyter_collab.store.port import SavedMark
from jupyter_collab.store.sqlite.log import SQLiteUpdateLog
from tests.contracts.update_log import LINEAGE, OTHER_ROOM, ROOM, at, expect, fill, updates
from tests.waiting import asynchronous, closed_at_the_end

LOG = logging.getLogger("test")
SAVED = SavedMark(at(2), "file")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder / "store.db"


def open_log(path: Path) -> SQLiteUpdateLog:
    return closed_at_the_end(SQLiteUpdateLog(path, log=LOG, busy_timeout=0))


async def begin(path: Path) -> SQLiteUpdateLog:
    """A log with a history that is closed."""
    log = open_log(path)
    await fill(log, 3)
    await log.mark_saved(ROOM, LINEAGE, SAVED)
    return log


def copied(path: Path, name: str) -> Path:
    """The files of a store as they are, in another folder."""
    folder = path.parent.with_name(name)
    shutil.copytree(path.parent, folder)
    return folder / path.name


def left(path: Path, name: str) -> Path:
    """The same, as after the death of a server: to the file system they are the same files."""
    dead = copied(path, name)
    witness = dead.with_name(f"{dead.name}-opened")
    token, _, _, state = witness.read_text().split()
    witness.write_text(f"{token} {dead.stat().st_ino} {time.time()} {state}\n")
    return dead


async def saved(path: Path) -> SavedMark | None:
    log = open_log(path)
    mark = (await expect(log)).saved
    await log.close()
    return mark


LIVE = SavedMark(at(2), "file", live=True)
COPIED_AT = 1_700_000_000.0
COPIED = SavedMark(at(2), "file", live=True, copied=COPIED_AT)


def written(path: Path, at: float = COPIED_AT) -> Path:
    """The store, with files that were written at that time at the latest."""
    for number, file in enumerate(path.parent.glob(f"{path.name}*")):
        os.utime(file, (at - number, at - number))
    return path


@asynchronous
async def test_one_that_was_closed_is_believed(path: Path) -> None:
    """S21"""
    await (await begin(path)).close()
    for _ in range(3):
        assert await saved(path) == SAVED


@asynchronous
async def test_one_whose_server_died_may_lack_something(path: Path) -> None:
    """S21: until each room was opened and closed again, also beyond other servers."""
    log = await begin(path)
    dead = left(path, "dead")
    await log.close()
    assert await saved(dead) == LIVE
    assert await saved(dead) == LIVE


@asynchronous
async def test_that_it_is_in_use_survives_the_loss_of_power(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S21: before anything is acknowledged."""
    await (await begin(path)).close()
    witness = path.with_name(f"{path.name}-opened")
    synced: list[str] = []
    original = os.fsync

    def fsync(number: int) -> None:
        original(number)
        if os.path.samestat(os.fstat(number), witness.stat()):
            synced.append(witness.read_text())

    monkeypatch.setattr(os, "fsync", fsync)
    log = open_log(path)
    await fill(log, 1, room=OTHER_ROOM)
    assert synced == [witness.read_text()]
    assert synced[0].endswith(" open\n")
    await log.close()
    assert synced[1:] == [witness.read_text()]


@asynchronous
async def test_what_was_lost_with_the_end_of_the_write_ahead_log_is_missed(path: Path) -> None:
    """S21: SQLite passes over what follows a damaged frame, here the mark that a room is open."""
    await (await begin(path)).close()
    log = open_log(path)
    await fill(log, 1, room=OTHER_ROOM)
    before = path.with_name("store.db-wal").stat().st_size
    await log.mark_saved(ROOM, LINEAGE, LIVE)
    await log.append(ROOM, LINEAGE, at(4), updates(4, 4)[0])
    dead = left(path, "dead")
    await log.close()
    with dead.with_name("store.db-wal").open("r+b") as file:
        file.seek(before + 1000)
        file.write(b"damage")
    log = open_log(dead)
    history = await expect(log)
    assert history.position == 3
    assert history.saved == LIVE


@asynchronous
async def test_one_that_cannot_be_written_is_read_with_the_same_doubt(path: Path) -> None:
    """S21 S10: a disk that was full may have been what its server died of."""
    log = await begin(path)
    dead = left(path, "dead")
    await log.close()
    log = open_log(dead)
    with closing(sqlite3.connect(dead)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert (await expect(log)).saved == LIVE
        other.execute("ROLLBACK")
        assert other.execute("SELECT saved FROM collab_histories").fetchone()[0].count("live") == 0
        assert (await expect(log)).saved == LIVE
        assert other.execute("SELECT saved FROM collab_histories").fetchone()[0].count("live") == 1


@asynchronous
async def test_one_that_was_put_back_from_a_copy_may_lack_something(path: Path) -> None:
    """S21"""
    log = await begin(path)
    await log.close()
    copy = path.read_bytes()
    log = open_log(path)
    await fill(log, 1, room=OTHER_ROOM)
    await log.close()
    path.write_bytes(copy)
    assert await saved(written(path)) == COPIED
    assert await saved(path) == COPIED
    again = copied(path, "again")
    assert await saved(again) == COPIED, (
        "what was changed in the first copy was changed by somebody"
    )


@pytest.mark.parametrize("in_use", [False, True])
@asynchronous
async def test_a_copy_of_all_that_belongs_to_a_store_is_told_from_it(
    path: Path, in_use: bool
) -> None:
    """S21: as of a whole folder, also where no server ran meanwhile."""
    log = await begin(path)
    if not in_use:
        await log.close()
    copy = copied(path, "copy")
    await log.close()
    assert await saved(written(copy)) == COPIED
    path.parent.rename(path.parent.with_name("elsewhere"))
    assert await saved(path.parent.with_name("elsewhere") / path.name) == SAVED


@asynchronous
async def test_what_an_older_version_has_noted_is_believed(path: Path) -> None:
    await (await begin(path)).close()
    witness = path.with_name(f"{path.name}-opened")
    token, _, _, state = witness.read_text().split()
    witness.write_text(f"{token} {state}\n")
    assert await saved(path) == SAVED


@asynchronous
async def test_a_copy_that_has_got_the_number_of_the_store_is_told_from_it(path: Path) -> None:
    """S21: file systems give numbers that are free to others."""
    await (await begin(path)).close()
    witness = path.with_name(f"{path.name}-opened")
    token, number, changed, state = witness.read_text().split()
    witness.write_text(f"{token} {number} {float(changed) - 3} {state}\n")
    assert await saved(written(path)) == COPIED


@asynchronous
async def test_a_copy_of_a_store_in_use_is_none_of_what_was_left_later(path: Path) -> None:
    """S21"""
    log = await begin(path)
    copy = copied(path, "copy")
    await log.close()
    for file in path.parent.glob("store.db*"):
        file.unlink()
    (copy.parent / "store.db-opened").unlink()
    for file in copy.parent.iterdir():
        shutil.copy(file, path.parent)
    assert await saved(written(path)) == COPIED


@asynchronous
async def test_one_without_its_write_ahead_log_may_lack_something(path: Path) -> None:
    """S21"""
    await (await begin(path)).close()
    log = open_log(path)
    await fill(log, 1, room=OTHER_ROOM)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint")
    await log.append(OTHER_ROOM, LINEAGE, at(2), updates(2, 2)[0])
    dead = left(path, "dead")
    (dead.parent / "store.db-wal").unlink()
    assert await saved(dead) == LIVE


@asynchronous
async def test_what_cannot_be_noted_keeps_nobody_from_working(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """S21"""
    (path.parent / "store.db-opened").mkdir()
    await (await begin(path)).close()
    assert "store.db-opened cannot be written" in caplog.text
    assert await saved(path) == LIVE
