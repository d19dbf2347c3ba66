"""Contents managers: Jupyter's own, one derived from it, and one of somebody else's (F1-F8)."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from jupyter_core.utils import ensure_async
from jupyter_server_fileid.manager import ArbitraryFileIdManager

from jupyter_collab.errors import FileMissing
from jupyter_collab.files.contents import ContentsFiles
from jupyter_collab.files.local import LocalAccess
from jupyter_collab.files.manager import ManagerAccess
from jupyter_collab.files.port import Renamed
from tests.contracts.document_file import TEXT, DocumentFileContract, Heard, World, open_path
from tests.files.worlds import LOG, DerivedWorld, DictWorld, LocalWorld, SyncWorld
from tests.waiting import asynchronous, closed_at_the_end, until


class CountingIds(ArbitraryFileIdManager):
    """Counts how often it is asked."""

    asked = 0

    def get_id(self, path: str) -> Any:
        self.asked += 1
        return super().get_id(path)

    def get_path(self, id: str) -> Any:
        self.asked += 1
        return super().get_path(id)


@contextmanager
def make_ids_at(database: Path, root: Path) -> Iterator[CountingIds]:
    ids = CountingIds(root_dir=str(root), db_path=str(database))
    with closing(ids.con):
        yield ids


class TestLocalFiles(DocumentFileContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        return LocalWorld(tmp_path)


class TestLocalFilesOfASynchronousManager(DocumentFileContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        return SyncWorld(tmp_path)


class TestLocalFilesOfADerivedManager(DocumentFileContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        return DerivedWorld(tmp_path)


class TestFilesElsewhere(DocumentFileContract):
    @pytest.fixture
    def world(self) -> World:
        return DictWorld()


@asynchronous
async def test_a_file_that_can_be_given_no_id_is_opened_all_the_same(tmp_path: Path) -> None:
    """F7: as on a full or a read-only disk. One id is one document, so it must stay the same."""
    world = LocalWorld(tmp_path)
    files = world.start()
    world.put("folder/notes.txt", b"one")
    world.put("known.txt", b"one")
    known = (await files.file_id("known.txt"))[0], True
    world.ids.con.execute("PRAGMA query_only = on")
    assert await files.file_id("known.txt") == known
    file_id, is_known = await files.file_id("folder/notes.txt")
    assert not is_known
    document = await files.open(file_id, "text", "file")
    await document.read()
    heard = Heard(document)
    await ensure_async(world.manager.rename("folder", "other"))
    await heard.until(Renamed("other/notes.txt"))
    await document.write("two")
    assert world.get("other/notes.txt") == b"two"
    world.put("folder/notes.txt", b"new")
    assert (await files.file_id("folder/notes.txt"))[0] != file_id
    await document.close()
    world.ids.con.execute("PRAGMA query_only = off")
    assert await files.file_id("other/notes.txt") == (file_id, True)
    world.put("other/second.txt", b"one")
    heard = Heard(await open_path(files, "other/second.txt"))
    await ensure_async(world.manager.rename("other", "third"))
    await heard.until(Renamed("third/second.txt"))
    assert await files.file_id("third/notes.txt") == (file_id, True)
    assert (await files.open(file_id, "text", "file")).path == "third/notes.txt"


@asynchronous
async def test_files_keep_their_ids_where_their_folder_is_renamed(tmp_path: Path) -> None:
    """F7: also where ids of what lay there before are in the way, and where the folder was not
    known to the service as they were given their ids."""
    world = LocalWorld(tmp_path)
    files = world.start()
    world.put("old/folder/notes.txt", b"one")
    world.put("gone/folder/notes.txt", b"two")
    id = world.ids.index("old/folder/notes.txt")
    gone = world.ids.index("gone/folder/notes.txt")
    (world.root / "gone").rename(tmp_path / "elsewhere")
    assert await files.path_of(id) == "old/folder/notes.txt"
    await ensure_async(world.manager.rename("old", "gone"))
    await world.manager.event_logger.gather_listeners()
    assert await files.path_of(id) == "gone/folder/notes.txt"
    assert await files.file_id("gone/folder/notes.txt") == (id, True)
    assert await files.path_of(gone) is None


@asynchronous
async def test_an_id_of_ours_is_the_same_after_a_restart(tmp_path: Path) -> None:
    """F7: else a document would be without its history."""
    world = LocalWorld(tmp_path)
    world.put(TEXT, b"one")
    ids = []
    for _ in range(2):
        files = world.start()
        world.ids.con.execute("PRAGMA query_only = on")
        ids.append(await files.file_id(TEXT))
        await files.close()
    assert ids == [(ids[0][0], False)] * 2


@pytest.mark.skipif(os.name == "nt", reason="there a backslash leads into a folder")
@asynchronous
async def test_a_name_with_a_backslash_is_no_file_in_a_folder(tmp_path: Path) -> None:
    """F7: what is typed into one of the two would be written into the other."""
    world = LocalWorld(tmp_path)
    files = world.start()
    for path in ("a/b.txt", "a\\b.txt"):
        world.put(path, path.encode())
        file_id, _ = await files.file_id(path)
        assert await files.file_id(path) == (file_id, True)
        document = await files.open(file_id, "text", "file")
        assert (await document.read()).source == path
        await document.close()


@asynchronous
async def test_an_id_of_ours_is_that_of_one_file(tmp_path: Path) -> None:
    """F7: a history, or a link, would go on with another one that lies in its place."""
    world = LocalWorld(tmp_path)
    world.start()
    world.put(TEXT, b"one")
    files = ContentsFiles(world.manager, None, poll_interval=0, log=LOG)
    first, _ = await files.file_id(TEXT)
    await ensure_async(world.manager.rename(TEXT, "moved.txt"))
    await files.close()
    world.put(TEXT, b"two")
    files = ContentsFiles(world.manager, None, poll_interval=0, log=LOG)
    assert await files.path_of(first, TEXT) is None
    second, _ = await files.file_id(TEXT)
    assert second != first
    await files.close()
    files = closed_at_the_end(ContentsFiles(world.manager, None, poll_interval=0, log=LOG))
    assert await files.path_of(second, TEXT) == TEXT
    await ensure_async(world.manager.delete(TEXT))
    world.put(TEXT, b"three")
    while await files.path_of(second, TEXT) is not None:  # its event comes in a moment
        await asyncio.sleep(0)
    assert (await files.file_id(TEXT))[0] != second


@asynchronous
async def test_files_have_ids_without_a_service_of_them(tmp_path: Path) -> None:
    """F7: as where its database can be opened by nobody."""
    world = LocalWorld(tmp_path)
    world.start()
    world.put(TEXT, b"one")
    files = closed_at_the_end(ContentsFiles(world.manager, None, poll_interval=0, log=LOG))
    file_id, is_known = await files.file_id(TEXT)
    assert not is_known
    assert await files.file_id(TEXT) == (file_id, True)
    assert await files.path_of("nobody") is None
    document = await files.open(file_id, "text", "file")
    (world.root / TEXT).rename(world.root / "moved.txt")
    with pytest.raises(FileMissing):
        await document.read()
    await ensure_async(world.manager.rename("moved.txt", "other.txt"))


@asynchronous
async def test_what_waits_for_an_id_holds_up_nobody(tmp_path: Path) -> None:
    """F7: another program has the service's database locked, for which SQLite would wait in the
    thread of the event loop."""
    world = LocalWorld(tmp_path)
    world.start()
    world.put(TEXT, b"one")
    database = tmp_path / "ids.db"
    with (
        closing(sqlite3.connect(database, isolation_level=None)) as other,
        make_ids_at(database, world.root) as ids,
    ):
        files = ContentsFiles(world.manager, ids, poll_interval=0, log=LOG)
        other.execute("BEGIN EXCLUSIVE")
        asked = [asyncio.create_task(files.file_id(TEXT)) for _ in range(2)]
        await until(lambda: ids.asked >= 4)
        assert not any(task.done() for task in asked)
        other.execute("ROLLBACK")
        (first, _), (second, _) = await asyncio.gather(*asked)
        assert first == second == ids.get_id(TEXT)
        other.execute("BEGIN EXCLUSIVE")
        opening = asyncio.create_task(files.open(first, "text", "file"))
        await until(lambda: ids.asked >= 10)
        assert not opening.done()
        other.execute("ROLLBACK")
        assert (await opening).path == TEXT
        assert ids.con.execute("PRAGMA busy_timeout").fetchone() == (5000,)
        await files.close()


@asynchronous
async def test_only_what_reads_and_writes_like_jupyter_goes_the_fast_way(tmp_path: Path) -> None:
    for number, (world, access) in enumerate(
        ((LocalWorld, LocalAccess), (SyncWorld, LocalAccess), (DerivedWorld, ManagerAccess))
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = world(folder).start()
        assert type(files.access) is access
        await files.close()
