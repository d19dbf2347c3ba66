"""Who works on a file when: two saves, two paths, another program in between."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jupyter_collab.errors import (
    FileChanged,
)
from jupyter_collab.files import disk, writing
from jupyter_collab.files.access import Sign
from jupyter_collab.files.document import ContentsFile
from jupyter_collab.files.local import LocalAccess
from jupyter_collab.files.notebook_json import encode
from tests.contracts.document_file import (
    NOTEBOOK,
    TEXT,
    notebook,
    open_path,
    read_path,
    without_trust,
)
from tests.files.worlds import (
    PATIENCE,
    LocalWorld,
)
from tests.waiting import TIMEOUT, asynchronous


@asynchronous
async def test_saves_of_one_file_never_overlap(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F2: nor does a save overlap one whose caller has given up."""
    files = world.start()
    world.put(TEXT, b"one")
    document, other = await open_path(files, TEXT), await open_path(files, TEXT)
    await document.read()
    await other.read()
    syncing, go_on = threading.Event(), threading.Event()
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        syncing.set()
        go_on.wait()
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    first = asyncio.create_task(document.write("two"))
    await asyncio.to_thread(syncing.wait)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    second = asyncio.create_task(other.write("three"))
    third = asyncio.create_task(document.write("four"))
    await asyncio.sleep(0)
    assert not second.done()
    go_on.set()
    with pytest.raises(FileChanged):
        await second
    await third
    assert world.get(TEXT) == b"four"


@pytest.mark.parametrize("link", [os.symlink, os.link], ids=["symbolic", "hard"])
@asynchronous
async def test_one_file_under_two_paths_is_written_by_one_at_a_time(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch, link: Callable[[Path, Path], None]
) -> None:
    """F2: else both find it as they know it, and the words of one are gone."""
    files = world.start()
    world.put(TEXT, b"one")
    link(world.root / TEXT, world.root / "link.txt")
    document, other = await open_path(files, TEXT), await open_path(files, "link.txt")
    await document.read()
    await other.read()
    is_found, go_on = threading.Event(), threading.Event()

    def first_sign_of(info: os.stat_result) -> Any:
        monkeypatch.setattr(writing, "sign_of", disk.sign_of)
        is_found.set()
        go_on.wait()
        return disk.sign_of(info)

    class Turn:
        """A lock that lets the first go on once the second waits for it."""

        def __init__(self) -> None:
            self._lock = threading.Lock()

        def __enter__(self) -> None:
            if not self._lock.acquire(blocking=False):
                go_on.set()
                self._lock.acquire()

        def __exit__(self, *error: object) -> None:
            self._lock.release()

    monkeypatch.setattr(writing, "sign_of", first_sign_of)
    monkeypatch.setattr(writing, "Lock", Turn)
    first = asyncio.create_task(document.write("two"))
    await asyncio.to_thread(is_found.wait)
    second = asyncio.create_task(other.write("three"))
    second.add_done_callback(lambda _: go_on.set())
    await first
    with pytest.raises(FileChanged):
        await second
    assert world.get(TEXT) == b"two"


@asynchronous
async def test_a_file_that_is_known_is_not_read_to_be_saved(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F2: once it was looked at after our write, its sign is proof; but of what was found."""
    files = world.start()
    document = await read_path(world, files, NOTEBOOK, encode(notebook("1")))
    assert isinstance(document, ContentsFile)
    await document.write(notebook("2"))
    await look_later(document)
    reads: list[Path] = []
    real = LocalAccess._verify  # noqa: SLF001 - a look at the file, which may be late, reads it too

    def verify(access: LocalAccess, place: Path, *args: Any) -> Any:
        before, known = real(access, place, *args)
        if before is not None:
            reads.append(place)
        return before, known

    monkeypatch.setattr(LocalAccess, "_verify", verify)
    await document.write(notebook("3"))
    assert (reads, world.get(NOTEBOOK)) == ([], encode(notebook("3")))
    world.put(NOTEBOOK, encode(notebook("theirs")))
    await look_later(document)
    with pytest.raises(FileChanged):
        await document.write(notebook("4"))
    assert world.get(NOTEBOOK) == encode(notebook("theirs"))


async def look_later(document: ContentsFile) -> None:
    """Look at the file when no second change can hide behind the last one."""
    await asyncio.sleep(2 * disk.FINE_WINDOW)
    while await document.check(complete=True) is not None:
        await asyncio.sleep(disk.FINE_WINDOW)


@asynchronous
async def test_what_others_write_in_the_same_second_stays_whatever_the_clock_says(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F2: as on a file server that is a minute behind, and keeps whole seconds."""
    sign_of = disk.sign_of

    def a_minute_behind(info: os.stat_result, now: float | None = None) -> Sign:
        seconds = int(info.st_mtime) - 60
        times = {"st_mtime": float(seconds), "st_ctime": float(seconds)}
        times |= {f"{name}_ns": seconds * 10**9 for name in times}
        return sign_of(os.stat_result(info[:10], times), now)

    monkeypatch.setattr(disk, "sign_of", a_minute_behind)
    monkeypatch.setattr(writing, "sign_of", a_minute_behind)
    files = world.start(poll_interval=0)
    document = await read_path(world, files, NOTEBOOK, encode(notebook("one")))
    await document.write(notebook("two"))
    place = world.root / NOTEBOOK
    second = place.stat().st_mtime_ns
    world.put(NOTEBOOK, encode(notebook("six")))
    os.utime(place, ns=(second, second))
    with pytest.raises(FileChanged):
        await document.write(notebook("ten"))
    assert world.get(NOTEBOOK) == encode(notebook("six"))


@asynchronous
async def test_what_others_write_before_our_first_byte_stays(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F2: also between the look at the file and the write."""
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")
    real_draft = LocalAccess._draft  # noqa: SLF001 - the moment in between

    def draft(*args: Any) -> Any:
        drafted = real_draft(*args)
        world.put(TEXT, b"theirs")
        return drafted

    monkeypatch.setattr(LocalAccess, "_draft", draft)
    with pytest.raises(FileChanged):
        await document.write("two")
    assert world.get(TEXT) == b"theirs"


@asynchronous
async def test_closing_waits_for_what_is_being_written(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")
    syncing, go_on = threading.Event(), threading.Event()

    def fsync(descriptor: int) -> None:
        syncing.set()
        go_on.wait()

    monkeypatch.setattr(os, "fsync", fsync)
    writing = asyncio.create_task(document.write("two"))
    await asyncio.to_thread(syncing.wait)
    closing = asyncio.create_task(files.close())
    await asyncio.sleep(0)
    assert not closing.done()
    go_on.set()
    await closing
    await writing
    assert world.get(TEXT) == b"two"


@asynchronous
async def test_a_notebook_read_while_it_is_written(world: LocalWorld) -> None:
    """F6: opening it waits for the rest."""
    files = world.start(patience=replace(PATIENCE, broken=TIMEOUT))
    data = encode(notebook("1", "2"))
    world.put(NOTEBOOK, data[:100])
    document = await open_path(files, NOTEBOOK, "json", "notebook")
    reading = asyncio.create_task(document.read())
    await asyncio.wait([reading], timeout=0.1)
    assert not reading.done()
    world.put(NOTEBOOK, data)
    assert without_trust((await reading).source) == notebook("1", "2")
