"""Changes by other programs, on a real disk (F6, F7)."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jupyter_core.utils import ensure_async
from jupyter_server_fileid.manager import LocalFileIdManager

from jupyter_collab.errors import FileChanged, FileError, FileMissing
from jupyter_collab.files import watcher
from jupyter_collab.files.access import Sighting, Sign
from jupyter_collab.files.document import Patience
from jupyter_collab.files.formats import Format
from jupyter_collab.files.local import LocalAccess
from jupyter_collab.files.notebook_json import encode
from jupyter_collab.files.opened import OpenFile
from jupyter_collab.files.port import Back, Changed, DocumentFile, Gone, Renamed
from jupyter_collab.files.watcher import Watcher
from tests.contracts.document_file import NOTEBOOK, TEXT, Heard, notebook, open_path, read_path
from tests.files.worlds import LOG, PATIENCE, DerivedWorld, LocalWorld, needs_permissions
from tests.waiting import TIMEOUT, asynchronous, until

SLOW = 3600.0
"""Seconds between polls where a test wants to see events alone."""


@pytest.fixture
def world(tmp_path: Path) -> LocalWorld:
    return LocalWorld(tmp_path)


class Spy(LocalAccess):
    """Counts how often files are looked at."""

    looks = 0

    async def look(self, path: str, format: Format, known: str | None) -> Sighting:
        try:
            return await super().look(path, format, known)
        finally:
            self.looks += 1

    async def until(self, more: int) -> None:
        """Wait for so many further looks."""
        wanted = self.looks + more
        await until(lambda: self.looks >= wanted)


@dataclass
class Watched:
    """A document that is being watched."""

    document: DocumentFile
    heard: Heard
    spy: Spy


async def watched(
    world: LocalWorld,
    path: str = TEXT,
    data: bytes = b"one",
    format: str = "text",
    type: str = "file",
    **options: Any,
) -> Watched:
    files = world.start(**options)
    files.access = spy = Spy(world.manager, max_size=None, log=LOG)
    world.put(path, data)
    document = await open_path(files, path, format, type)
    await document.read()
    heard = Heard(document)
    if options.get("poll_interval", world.poll_interval):
        # Once another document, watched later, has heard of a change, all is in place.
        world.put("ready.txt", b"one")
        ready = await open_path(files, "ready.txt")
        await ready.read()
        ready_heard = Heard(ready)
        world.put("ready.txt", b"two")
        await ready_heard.until(Changed())
        await ready.close()
    return Watched(document, heard, spy)


# --- how programs write files


@asynchronous
async def test_a_file_put_in_its_place(world: LocalWorld) -> None:
    """F6: as git and many editors do."""
    it = await watched(world, poll_interval=SLOW)
    world.put("new~", b"two")
    (world.root / "new~").replace(world.root / TEXT)
    await it.heard.until(Changed())
    assert (await it.document.read()).source == "two"


class InPieces(LocalAccess):
    """A file of which another program writes a piece more each time that somebody looks."""

    pieces: tuple[bytes, ...] = ()

    async def sign(self, path: str) -> Sign:
        if self.pieces:
            piece, *rest = self.pieces
            self.pieces = tuple(rest)
            place = self.local(path)
            assert place is not None
            with place.open("ab") as file:
                file.write(piece)
        return await super().sign(path)


@asynchronous
async def test_who_could_not_save_waits_until_the_other_program_is_done(world: LocalWorld) -> None:
    """F6: a half of the file would be taken for all of it, and the rest for deleted."""
    files = world.start(poll_interval=0)
    files.access = access = InPieces(world.manager, max_size=None, log=LOG)
    document = await read_path(world, files, TEXT, b"one two three")
    world.put(TEXT, b"one")
    with pytest.raises(FileChanged):
        await document.write("mine")
    access.pieces = (b" two", b" three", b" four")
    assert (await document.read()).source == "one two three four"


@asynchronous
async def test_a_file_moved_aside_and_written_anew(world: LocalWorld) -> None:
    """F6, F7: as vim does; the file under the old name is not followed."""
    it = await watched(world, poll_interval=SLOW)
    place, aside = world.root / TEXT, world.root / f"{TEXT}~"
    place.rename(aside)
    await asyncio.to_thread(place.write_bytes, b"two")
    aside.unlink()
    await it.heard.until(Changed())
    assert it.document.path == TEXT


@asynchronous
async def test_a_file_deleted_and_written_anew(world: LocalWorld) -> None:
    """F6: as git checkout does: there is always a moment without a file."""
    it = await watched(world, poll_interval=SLOW)
    (world.root / TEXT).unlink()
    world.put(TEXT, b"two")
    await it.heard.until(Changed())
    assert (await it.document.read()).source == "two"


@asynchronous
async def test_a_notebook_written_in_two_goes(world: LocalWorld) -> None:
    """F6: nobody is told of half a notebook."""
    data = encode(notebook("2"))
    it = await watched(
        world,
        *(NOTEBOOK, encode(notebook("1")), "json", "notebook"),
        patience=Patience(settle=0.01, unstable=0.01, broken=TIMEOUT),
        poll_interval=0.01,
    )
    with (world.root / NOTEBOOK).open("wb") as file:
        for part in (data[:50], data[50:-9], data[-9:]):
            file.write(part)
            file.flush()
            await it.spy.until(1)
    await it.heard.until(Changed())
    assert (await it.document.read()).source["cells"][0]["source"] == "2"


@asynchronous
async def test_a_text_emptied_first(world: LocalWorld) -> None:
    """F6: a file that is suddenly empty is not believed at once."""
    it = await watched(
        world,
        patience=Patience(settle=0.01, unstable=0.01, broken=TIMEOUT),
        poll_interval=0.01,
    )
    with (world.root / TEXT).open("wb") as file:
        await it.spy.until(1)
        assert not it.heard.events
        file.write(b"two")
    await it.heard.until(Changed())
    assert (await it.document.read()).source == "two"


@asynchronous
async def test_an_empty_file_that_stays_empty(world: LocalWorld) -> None:
    """F6"""
    it = await watched(world)
    world.put(TEXT, b"")
    await it.heard.until(Changed())
    assert (await it.document.read()).source == ""


@asynchronous
async def test_a_file_that_stays_open(world: LocalWorld) -> None:
    """F6: no event tells of it, polling does."""
    it = await watched(world, poll_interval=0.02)
    with (world.root / TEXT).open("ab") as file:
        file.write(b" more")
        file.flush()
        await it.heard.until(Changed())


@asynchronous
async def test_the_same_bytes_again_are_no_change(world: LocalWorld) -> None:
    """F6"""
    it = await watched(world, poll_interval=SLOW)
    world.put(TEXT, b"one")
    await it.spy.until(1)
    world.put("new", b"one")
    (world.root / "new").replace(world.root / TEXT)
    await it.spy.until(1)
    world.delete(TEXT)
    await it.heard.until(Gone)


@asynchronous
async def test_a_file_behind_a_link(world: LocalWorld) -> None:
    """F6"""
    world.put("data/real.txt", b"one")
    (world.root / TEXT).symlink_to(world.root / "data" / "real.txt")
    it = await watched(world, poll_interval=SLOW)
    world.put("data/real.txt", b"two")
    await it.heard.until(Changed())
    await it.document.read()
    await it.document.write("three")
    assert world.get("data/real.txt") == b"three"
    assert (world.root / TEXT).is_symlink()


@needs_permissions
@asynchronous
async def test_a_file_without_permission(world: LocalWorld) -> None:
    """F6"""
    it = await watched(world, poll_interval=SLOW)
    (world.root / TEXT).chmod(0)
    await it.heard.until(Gone)
    (world.root / TEXT).chmod(0o644)
    await it.heard.until(Back())


@asynchronous
async def test_a_broken_notebook_is_as_good_as_gone(world: LocalWorld) -> None:
    """F6: for those who have it as a notebook."""
    it = await watched(
        world, NOTEBOOK, encode(notebook("1")), "json", "notebook", poll_interval=SLOW
    )
    world.put(NOTEBOOK, b'{"cells": [\n<<<<<<< HEAD\n')
    await it.heard.until(Gone)
    world.put(NOTEBOOK, b'{"cells": [\n<<<<<<< HEAD\nmore')
    world.put(NOTEBOOK, encode(notebook("1")))
    await it.heard.until(Back())
    await it.document.write(notebook("2"))


# --- where files go


@pytest.mark.parametrize("target", ["renamed.txt", "deep/er/notes.txt"])
@asynchronous
async def test_a_moved_file_is_followed(world: LocalWorld, target: str) -> None:
    """F7: mv in a terminal, in the same directory or to another one."""
    it = await watched(world, "folder/notes.txt", poll_interval=SLOW)
    file_id = world.ids.get_id("folder/notes.txt")
    (world.root / target).parent.mkdir(parents=True, exist_ok=True)
    (world.root / "folder/notes.txt").rename(world.root / target)
    await it.heard.until(Renamed(target))
    assert it.document.path == target
    assert world.ids.get_path(file_id) == target
    await it.document.write("two")
    world.put(target, b"three")
    await it.heard.until(Changed())


@asynchronous
async def test_a_file_in_a_moved_directory_is_followed(world: LocalWorld) -> None:
    """F7"""
    it = await watched(world, "folder/notes.txt", poll_interval=SLOW)
    (world.root / "folder").rename(world.root / "elsewhere")
    await it.heard.until(Renamed("elsewhere/notes.txt"))
    world.put("elsewhere/notes.txt", b"two")
    await it.heard.until(Changed())


@asynchronous
async def test_a_directory_renamed_in_jupyter(world: LocalWorld) -> None:
    """F7"""
    it = await watched(world, "a/b/notes.txt", poll_interval=SLOW)
    file_id = world.ids.get_id("a/b/notes.txt")
    await ensure_async(world.manager.rename("a", "c"))
    await it.heard.until(Renamed("c/b/notes.txt"))
    assert it.document.path == "c/b/notes.txt"
    assert world.ids.get_path(file_id) == "c/b/notes.txt"


@asynchronous
async def test_a_rename_is_told_also_where_ids_cannot_be_had(world: LocalWorld) -> None:
    """F7: as where another server has their database locked."""
    it = await watched(world, poll_interval=SLOW)
    world.ids.con.close()
    await ensure_async(world.manager.rename(TEXT, "new.txt"))
    await it.heard.until(Renamed("new.txt"))
    (world.root / "new.txt").rename(world.root / "moved.txt")
    await it.document.write("two")
    assert it.document.path == "moved.txt"
    assert world.get("moved.txt") == b"two"


@asynchronous
async def test_a_file_renamed_in_jupyter_while_it_is_saved(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F7: it is saved where it is now, not told as missing."""
    it = await watched(world, poll_interval=SLOW)
    loop, draft = asyncio.get_running_loop(), LocalAccess._draft  # noqa: SLF001

    async def rename() -> None:
        await ensure_async(world.manager.rename(TEXT, "new.txt"))
        await it.heard.until(Renamed("new.txt"))

    def draft_slowly(*args: Any) -> Any:
        monkeypatch.undo()
        result = draft(*args)
        asyncio.run_coroutine_threadsafe(rename(), loop).result()
        return result

    monkeypatch.setattr(LocalAccess, "_draft", draft_slowly)
    await it.document.write("two")
    assert world.get("new.txt") == b"two"
    assert not (world.root / TEXT).exists()
    assert it.heard.events == []


@asynchronous
async def test_a_file_moved_out_of_sight_is_gone(world: LocalWorld) -> None:
    """F7"""
    it = await watched(world, poll_interval=SLOW)
    (world.root / TEXT).rename(world.folder / TEXT)
    await it.heard.until(Gone)
    (world.folder / TEXT).rename(world.root / TEXT)
    await it.heard.until(Back())
    await it.document.write("two")


@asynchronous
async def test_a_new_file_with_the_inode_of_the_old_one_is_not_it(world: LocalWorld) -> None:
    """F7: file systems give the number of a deleted file to the next one."""
    it = await watched(world, poll_interval=SLOW)
    (world.root / TEXT).unlink()
    for number in range(20):
        world.put(f"new{number}.txt", b"one")
    await it.heard.until(Gone)
    assert it.document.path == TEXT


@asynchronous
async def test_a_file_moved_over_another_open_one(world: LocalWorld) -> None:
    """F7: is that other one from now on."""
    files = world.start(poll_interval=0.02)
    world.put(TEXT, b"one")
    world.put("other.txt", b"two")
    first, second = await open_path(files, TEXT), await open_path(files, "other.txt")
    await first.read()
    await second.read()
    first_heard, second_heard = Heard(first), Heard(second)
    (world.root / TEXT).rename(world.root / "other.txt")
    await second_heard.until(Changed())
    await first_heard.until(Gone)


@asynchronous
async def test_a_file_moved_to_where_another_one_was(world: LocalWorld) -> None:
    """F7: the id of a file that is not there any more does not stop the one that is."""
    it = await watched(world, poll_interval=SLOW)
    file_id = world.ids.get_id(TEXT)
    world.ids.index("other.txt")
    (world.root / TEXT).rename(world.root / "other.txt")
    await it.heard.until(Renamed("other.txt"))
    assert world.ids.get_path(file_id) == "other.txt"


@asynchronous
async def test_a_directory_deleted_and_made_again(world: LocalWorld) -> None:
    """F6: the new directory is watched again."""
    it = await watched(world, "folder/notes.txt", poll_interval=0.05)
    world.delete("folder/notes.txt")
    (world.root / "folder").rmdir()
    await it.heard.until(Gone)
    world.put("folder/notes.txt", b"two")
    await it.heard.until(Back(), Changed())
    await it.document.read()
    world.put("folder/notes.txt", b"three")
    await it.heard.until(Changed())


# --- without watching


@asynchronous
async def test_without_watching_a_save_finds_changes(world: LocalWorld) -> None:
    """F2, F7: the file is followed, and not written blindly."""
    it = await watched(world, poll_interval=0)
    world.put(TEXT, b"two")
    with pytest.raises(FileChanged):
        await it.document.write("three")
    await it.document.read()
    (world.root / TEXT).rename(world.root / "moved.txt")
    await it.document.write("four")
    assert it.document.path == "moved.txt"
    assert world.get("moved.txt") == b"four"
    assert it.heard.events == [Renamed("moved.txt")]


@pytest.mark.parametrize("poll_interval", [SLOW, 0])
@asynchronous
async def test_a_file_that_could_not_be_read_is_told_as_back(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch, poll_interval: float
) -> None:
    """F7: its owner knows that it could not, and waits to be told."""
    it = await watched(world, poll_interval=poll_interval)
    world.put(TEXT, b"two")
    if poll_interval:
        await it.heard.until(Changed())
    read, failures = LocalAccess._read, iter([errno.EIO, errno.ESTALE])  # noqa: SLF001

    def read_badly(*args: Any) -> Any:
        number = next(failures, None)
        if number is not None:
            raise OSError(number, os.strerror(number))
        return read(*args)

    monkeypatch.setattr(LocalAccess, "_read", read_badly)
    for _ in range(2):
        with pytest.raises(FileError):
            await it.document.read()
        await it.heard.until(*([Back()] if poll_interval else [Back(), Changed()]))
        poll_interval = SLOW  # told once
    assert (await it.document.read()).source == "two"


@asynchronous
async def test_a_file_that_was_away_while_it_was_saved_is_told_as_back(world: LocalWorld) -> None:
    """F7: also where files are not watched, and where it is back before anybody has looked."""
    it = await watched(world, poll_interval=0)
    (world.root / TEXT).rename(world.folder / "away")
    with pytest.raises(FileMissing):
        await it.document.write("two")
    await it.heard.until(Gone)
    (world.folder / "away").rename(world.root / TEXT)
    await it.heard.until(Back())
    (world.root / TEXT).rename(world.folder / "away")
    with pytest.raises(FileMissing):
        await it.document.write("two")
    (world.folder / "away").rename(world.root / TEXT)
    await it.heard.until(Back())
    await it.document.write("two")
    assert world.get(TEXT) == b"two"


@asynchronous
async def test_without_watching_renames_in_jupyter_are_followed(world: LocalWorld) -> None:
    """F7"""
    it = await watched(world, poll_interval=0)
    await ensure_async(world.manager.rename(TEXT, "new.txt"))
    await it.heard.until(Renamed("new.txt"))


# --- the watcher itself


def open_descriptors() -> int:
    directory = Path("/proc/self/fd")
    return len(list(directory.iterdir())) if directory.exists() else 0


@asynchronous
async def test_directories_are_watched_once_and_no_longer_than_needed(world: LocalWorld) -> None:
    """F6: all that is opened is closed."""
    files = world.start(poll_interval=0)
    for path in ("a/1.txt", "a/2.txt", "b/3.txt"):
        world.put(path, b"")
    before = open_descriptors()
    watch = Watcher(files.access, poll_interval=SLOW, patience=PATIENCE, log=LOG)
    opened = [OpenFile(files, path, path) for path in ("a/1.txt", "a/2.txt", "b/3.txt")]
    for file in opened:
        watch.add(file)
    # All three are found once no task is left but this one and the one that polls.
    await until(lambda: len(asyncio.all_tasks()) == 2)
    assert watch.directories == 2
    watch.remove(opened[0])
    assert watch.directories == 2
    watch.remove(opened[1])
    assert watch.directories == 1
    watch.remove(opened[2])
    assert watch.directories == 0
    await watch.close()
    assert open_descriptors() == before
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


@asynchronous
async def test_without_events_files_are_polled(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """F6: which is said once."""
    caplog.set_level(logging.INFO, LOG.name)

    def refuse(notify: Any) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(watcher, "Inotify", refuse)
    it = await watched(world, poll_interval=0.02)
    world.put(TEXT, b"two")
    await it.heard.until(Changed())
    (world.root / TEXT).rename(world.root / "moved.txt")
    await it.heard.until(Renamed("moved.txt"))
    world.delete("moved.txt")
    await it.heard.until(Gone)
    said = [record for record in caplog.records if "does not tell of changes" in record.message]
    assert len(said) == 1


@asynchronous
async def test_a_listener_that_fails_does_not_stop_the_others(
    world: LocalWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """F6"""
    files = world.start()
    world.put(TEXT, b"one")
    broken, document = await open_path(files, TEXT), await open_path(files, TEXT)
    await broken.read()
    await document.read()

    def fail(event: object) -> None:
        raise RuntimeError("a bug")

    broken.watch(fail)
    heard = Heard(document)
    world.put(TEXT, b"two")
    await heard.until(Changed())
    await document.read()
    world.put(TEXT, b"three")
    await heard.until(Changed())
    assert "a bug" in caplog.text


@asynchronous
async def test_a_file_of_a_derived_manager_is_followed(tmp_path: Path) -> None:
    """F7"""
    world = DerivedWorld(tmp_path)
    files = world.start(poll_interval=SLOW)
    document = await read_path(world, files, TEXT, b"one")
    heard = Heard(document)
    (world.root / TEXT).rename(world.root / "moved.txt")
    await heard.until(Renamed("moved.txt"))
    await document.write("two")
    world.delete("moved.txt")
    await heard.until(Gone)
    world.put("moved.txt", b"two")
    await heard.until(Back())


@asynchronous
async def test_ids_that_follow_inodes(tmp_path: Path) -> None:
    """F7: with jupyter_server_fileid's other manager, which knows files by their inode."""
    world = LocalWorld(tmp_path)
    world.put("folder/notes.txt", b"one")
    files = world.start(poll_interval=SLOW, ids=LocalFileIdManager)
    document = await open_path(files, "folder/notes.txt")
    file_id, _ = await files.file_id("folder/notes.txt")
    await document.read()
    heard = Heard(document)
    world.put("new", b"two")
    (world.root / "new").replace(world.root / "folder/notes.txt")
    await heard.until(Changed())
    await document.read()
    assert await files.file_id("folder/notes.txt") == (file_id, True)
    (world.root / "folder/notes.txt").rename(world.root / "moved.txt")
    await heard.until(Renamed("moved.txt"))
    await ensure_async(world.manager.rename("moved.txt", "again.txt"))
    await heard.until(Renamed("again.txt"))
    assert await files.file_id("again.txt") == (file_id, True)
    await document.write("three")
    assert world.get("again.txt") == b"three"
