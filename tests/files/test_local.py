"""Jupyter's own managers: what they do when a file is saved happens here too (F4, F5, F9)."""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from jupyter_core.utils import ensure_async
from jupyter_server.services.contents import fileio
from nbformat.sign import SignatureStore

from jupyter_collab.errors import (
    FileChanged,
    FileError,
    FileForbidden,
    FileFull,
    FileMissing,
    FileTooLarge,
    NotANotebook,
)
from jupyter_collab.files import disk
from jupyter_collab.files.notebook_json import encode
from jupyter_collab.files.port import ABSENT
from tests.contracts.document_file import (
    NOTEBOOK,
    TEXT,
    Heard,
    notebook,
    open_path,
    read_path,
    without_trust,
)
from tests.files.test_notebook_json import REAL, rich
from tests.files.worlds import (
    PATIENCE,
    LocalWorld,
    needs_permissions,
    read_notebook,
)
from tests.waiting import TIMEOUT, asynchronous

# --- the same as the contents manager


@pytest.mark.parametrize("minor", range(6))
@asynchronous
async def test_what_is_saved_is_what_the_manager_would_save(world: LocalWorld, minor: int) -> None:
    """F4: to the byte, in each minor version of the format."""
    files = world.start()
    document = await read_path(world, files, NOTEBOOK, encode(notebook("1", minor=minor)))
    await document.write(rich(minor))
    model = {"type": "notebook", "format": "json", "content": rich(minor)}
    await ensure_async(world.manager.save(model, "other.ipynb"))
    assert world.get(NOTEBOOK) == world.get("other.ipynb")
    assert (await read_notebook(files, "other.ipynb"))[1] == (await document.read()).source


@asynchronous
async def test_what_is_read_is_what_the_manager_reads(world: LocalWorld) -> None:
    files = world.start()
    world.put(NOTEBOOK, encode(rich(4)))
    _, source = await read_notebook(files)
    model = await ensure_async(world.manager.get(NOTEBOOK, require_hash=True))
    assert source == json.loads(json.dumps(model["content"]))
    peeked = await (await open_path(files, NOTEBOOK)).peek()
    assert (peeked.hash, peeked.hash_algorithm) == (model["hash"], model["hash_algorithm"])
    assert peeked.fingerprint == model["hash"]
    assert peeked.last_modified == pytest.approx(model["last_modified"].timestamp(), abs=1e-3)


@pytest.mark.skipif(not REAL, reason="the real notebooks are not beside this checkout")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
@asynchronous
async def test_real_notebooks_stay_as_they_are(tmp_path: Path, path: Path) -> None:
    """F5"""
    world = LocalWorld(tmp_path)
    files = world.start()
    world.put(NOTEBOOK, path.read_bytes())
    before = world.writes(NOTEBOOK)
    document, source = await read_notebook(files)
    await document.write(source)
    assert world.writes(NOTEBOOK) == before
    first, *others = source["cells"]
    longer = {**first, "source": first["source"] + " "}
    await document.write({**source, "cells": [longer, *others]})
    assert world.get(NOTEBOOK) != path.read_bytes()
    await document.write(source)
    assert world.get(NOTEBOOK) == path.read_bytes()


@asynchronous
async def test_a_notebook_laid_out_otherwise_is_written_once_it_is_edited(
    world: LocalWorld,
) -> None:
    """F5"""
    files = world.start()
    data = json.dumps(notebook("1", "2"), indent=3).encode()
    world.put(NOTEBOOK, data)
    document, source = await read_notebook(files)
    await document.write(source)
    await document.write(source)
    assert world.get(NOTEBOOK) == data
    source["cells"][1] = {**source["cells"][1], "source": "3"}
    await document.write(source)
    assert world.get(NOTEBOOK) == encode(notebook("1", "3"))


# --- trust


@asynchronous
async def test_a_trusted_notebook_is_signed(world: LocalWorld) -> None:
    """F9: and signed without being written where it was only trusted."""
    files = world.start()
    value = rich(5)
    world.put(NOTEBOOK, encode(value))
    document, source = await read_notebook(files)
    assert source["cells"][0]["metadata"]["trusted"] is False
    before = world.writes(NOTEBOOK)
    for cell in source["cells"]:
        cell["metadata"]["trusted"] = True
    await document.write(source)
    assert world.writes(NOTEBOOK) == before
    assert (await document.read()).source["cells"][0]["metadata"]["trusted"] is True
    model = await ensure_async(world.manager.get(NOTEBOOK))
    assert model["content"]["cells"][0]["metadata"]["trusted"] is True
    assert b"trusted" not in world.get(NOTEBOOK)


@asynchronous
async def test_an_untrusted_notebook_is_not_signed(world: LocalWorld) -> None:
    """F9: an edit by somebody does not make others' outputs trusted."""
    files = world.start()
    world.put(NOTEBOOK, encode(rich(5)))
    document, source = await read_notebook(files)
    source["cells"][1]["source"] = "edited"
    await document.write(source)
    read = (await document.read()).source
    assert not any(
        cell["metadata"]["trusted"] for cell in read["cells"] if cell["cell_type"] == "code"
    )


class DamagedStore(SignatureStore):
    def check_signature(self, digest: str, algorithm: str) -> bool:
        raise OSError("database disk image is malformed")

    def store_signature(self, digest: str, algorithm: str) -> None:
        raise OSError("database disk image is malformed")


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@asynchronous
async def test_a_damaged_signature_store_stops_nobody(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch, for_good: bool
) -> None:
    """F9"""
    files = world.start()
    world.put(NOTEBOOK, encode(notebook("1")))
    document, source = await read_notebook(files)
    world.manager.notary.store = DamagedStore()
    if for_good:
        monkeypatch.setattr(world.manager.notary, "store_factory", DamagedStore)
    assert without_trust((await document.read()).source) == notebook("1")
    source["cells"][0]["source"] = "2"
    await document.write(source)
    assert world.get(NOTEBOOK) == encode(notebook("2"))


# --- when writing fails


def failing_sync(number: int) -> Callable[[int], None]:
    def fsync(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    return fsync


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@asynchronous
async def test_a_full_disk_leaves_the_file_as_it_was(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """F8: also where the disk only complains at the very end."""
    files = world.start()
    document = await read_path(world, files, NOTEBOOK, encode(notebook("1")))
    heard = Heard(document)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing_sync(number))
        with pytest.raises(FileFull, match="Free some space"):
            await document.write(notebook("2"))
    assert world.get(NOTEBOOK) == encode(notebook("1"))
    await document.write(notebook("3"))
    assert world.get(NOTEBOOK) == encode(notebook("3"))
    assert not heard.events
    assert sorted(path.name for path in (world.root / "folder").iterdir()) == [
        ".ipynb_checkpoints",
        "notebook.ipynb",
    ]


@asynchronous
async def test_a_write_cut_short_is_not_mistaken_for_somebody_elses(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F2: without atomic writing a full disk leaves half a file, which is ours to replace."""
    files = world.start()
    world.manager.use_atomic_writing = False
    document = await read_path(world, files, TEXT, b"one")

    def fsync(descriptor: int) -> None:
        os.ftruncate(descriptor, 5)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(FileFull):
            await document.write("a longer text")
    assert world.get(TEXT) == b"a lon"
    await document.write("a longer text")
    assert world.get(TEXT) == b"a longer text"


@pytest.mark.parametrize("is_linked", [False, True])
@asynchronous
async def test_a_notebook_cut_short_by_a_crash_is_restored(
    world: LocalWorld, is_linked: bool
) -> None:
    """F8: from the copy that Jupyter's atomic write has left."""
    files = world.start()
    good = encode(notebook("good"))
    world.put(NOTEBOOK, good[:-30])
    world.put("folder/.~notebook.ipynb", good)
    path = NOTEBOOK
    if is_linked:
        path = "link.ipynb"
        (world.root / path).symlink_to(world.root / NOTEBOOK)
    document = await open_path(files, path, "json", "notebook")
    with pytest.raises(NotANotebook):
        await document.read()
    assert world.get(NOTEBOOK) == good[:-30], "somebody may be writing it just now"
    await files.close()
    files = world.start(patience=replace(PATIENCE, broken=TIMEOUT))
    document = await open_path(files, path, "json", "notebook")
    long_ago = time.time() - 60
    os.utime(world.root / NOTEBOOK, (long_ago, long_ago))
    assert without_trust((await document.read()).source) == notebook("good")
    assert world.get(NOTEBOOK) == good
    assert (world.root / path).is_symlink() == is_linked
    assert world.get("folder/notebook.ipynb.invalid") == good[:-30]


@pytest.mark.parametrize("meant", [False, True])
@asynchronous
async def test_a_text_that_a_crash_left_empty_is_restored(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch, meant: bool
) -> None:
    """F8: also where no log knows that it was being written; but not one that somebody has emptied
    later on purpose."""
    world.put(TEXT, b"one\ntwo\n")

    class Killed(BaseException):
        pass

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(fileio, "replace_file", lambda *_: None)
        with fileio.atomic_writing(str(world.root / TEXT)):
            raise Killed
    assert world.get(TEXT) == b""
    if meant:
        later = time.time() + 60
        os.utime(world.root / TEXT, (later, later))
    monkeypatch.setattr(disk, "age", lambda _place: 60.0)
    files = world.start(patience=replace(PATIENCE, broken=TIMEOUT))
    document = await open_path(files, TEXT)
    assert (await document.read()).source == ("" if meant else "one\ntwo\n")
    assert world.get(TEXT) == (b"" if meant else b"one\ntwo\n")
    assert not (world.root / f"{TEXT}.invalid").exists()


@asynchronous
async def test_a_broken_copy_restores_nothing(world: LocalWorld) -> None:
    """F8"""
    files = world.start()
    long_ago = time.time() - 60
    for name in ("folder/notebook.ipynb", "folder/.~notebook.ipynb"):
        world.put(name, b'{"cells')
        os.utime(world.root / name, (long_ago, long_ago))
    document = await open_path(files, NOTEBOOK, "json", "notebook")
    with pytest.raises(NotANotebook, match=r"line 1, column 2"):
        await document.read()
    assert world.get(NOTEBOOK) == b'{"cells'


# --- what is refused


@asynchronous
async def test_hidden_files_are_refused(world: LocalWorld) -> None:
    """F8: as Jupyter refuses them, unless it is told not to."""
    files = world.start()
    world.put(".secret/a.txt", b"one")
    with pytest.raises(FileMissing):
        await open_path(files, ".secret/a.txt")
    file_id = world.ids.index(".secret/a.txt")
    document = await files.open(file_id, "text", "file")
    with pytest.raises(FileMissing):
        await document.read()
    world.manager.allow_hidden = True
    document = await open_path(files, ".secret/a.txt")
    assert (await document.read()).source == "one"


@pytest.mark.parametrize("path", ["../outside.txt", "folder/../../outside.txt"])
@asynchronous
async def test_nothing_outside_the_root_is_served(world: LocalWorld, path: str) -> None:
    """F8"""
    files = world.start()
    (world.folder / "outside.txt").write_bytes(b"secret")
    with pytest.raises(FileMissing):
        await files.file_id(path)
    document = await files.open(world.ids.index(path), "text", "file")
    with pytest.raises(FileMissing):
        await document.read()


@asynchronous
async def test_too_large_a_file_is_refused(world: LocalWorld) -> None:
    """F8"""
    files = world.start(max_size=10)
    world.put(TEXT, b"12345678901")
    document = await open_path(files, TEXT)
    with pytest.raises(FileTooLarge, match="at most"):
        await document.read()
    world.put(TEXT, b"1234567890")
    await document.read()
    with pytest.raises(FileTooLarge):
        await document.write("12345678901")
    assert world.get(TEXT) == b"1234567890"


@asynchronous
async def test_only_regular_files_are_read(world: LocalWorld) -> None:
    """F8: a pipe would block for ever."""
    files = world.start()
    (world.root / "folder").mkdir()
    os.mkfifo(world.root / "pipe")
    for path, why in (("folder", "folder"), ("pipe", "no regular file")):
        document = await files.open(world.ids.index(path), "text", "file")
        with pytest.raises(FileError, match=why):
            await document.read()


@needs_permissions
@asynchronous
async def test_what_the_system_forbids(world: LocalWorld) -> None:
    """F8"""
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")
    (world.root / TEXT).chmod(0o444)
    with pytest.raises(FileForbidden, match="permissions"):
        await document.write("two")
    (world.root / TEXT).chmod(0)
    with pytest.raises(FileForbidden, match="permissions"):
        await document.read()


@asynchronous
async def test_no_part_of_a_copy_is_left_on_a_full_disk(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F8"""
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")

    def copyfile(source: str, target: str) -> None:
        Path(target).write_bytes(b"on")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("shutil.copyfile", copyfile)
    with pytest.raises(FileFull):
        await document.write("two")
    assert [path.name for path in world.root.iterdir()] == [TEXT]
    assert world.get(TEXT) == b"one"


@pytest.mark.parametrize("does", ["replace", "delete", "move"])
@asynchronous
async def test_what_another_program_does_while_the_file_is_copied_aside(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    """F2: it is neither written over nor made again. F7: a moved file is written where it is."""
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")
    place, copy = world.root / TEXT, shutil.copyfile

    def copyfile(source: Path, target: Path) -> None:
        monkeypatch.undo()
        copy(source, target)
        if does == "replace":
            world.put("new", b"theirs")
            (world.root / "new").replace(place)
        elif does == "delete":
            place.unlink()
        else:
            place.rename(world.root / "moved.txt")

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    if does == "move":
        await document.write("two")
        assert document.path == "moved.txt"
    else:
        with pytest.raises(FileChanged if does == "replace" else FileMissing):
            await document.write("two")
    files_now = (path for path in world.root.iterdir() if path.is_file())
    now = {path.name: path.read_bytes() for path in files_now}
    assert (
        now
        == {
            "replace": {TEXT: b"theirs"},
            "delete": {},
            "move": {"moved.txt": b"two"},
        }[does]
    )


@asynchronous
async def test_a_file_that_is_moved_as_it_is_written_is_followed(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F7: it has other times and another size by then."""
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")
    fsync = os.fsync

    def move(descriptor: int) -> None:
        monkeypatch.undo()
        fsync(descriptor)
        (world.root / TEXT).rename(world.root / "moved.txt")

    monkeypatch.setattr(os, "fsync", move)
    await document.write("longer")
    assert document.path == "moved.txt"
    assert world.get("moved.txt") == b"longer"
    await document.write("longest")
    assert world.get("moved.txt") == b"longest"


@asynchronous
async def test_who_goes_by_times_and_has_read_half_a_file_looks_again(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system notes when it begins to write: before the last byte is there for others to see."""
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")
    place, fsync = world.root / TEXT, os.fsync
    seen = 0

    def look(descriptor: int) -> None:
        nonlocal seen
        fsync(descriptor)
        seen = place.stat().st_mtime_ns
        clock = world.root / "clock"
        while not clock.exists() or clock.stat().st_mtime_ns <= seen:
            clock.write_text("ticks")

    monkeypatch.setattr(os, "fsync", look)
    await document.write("two")
    assert seen < place.stat().st_mtime_ns
    monkeypatch.undo()
    await document.write("three")  # which finds the file as it left it


@asynchronous
async def test_a_file_behind_a_link_is_made_again_where_it_was(world: LocalWorld) -> None:
    """F2: else who asks for it would be told without end that there is another file."""
    files = world.start()
    world.put("real.txt", b"one")
    (world.root / TEXT).symlink_to("real.txt")
    document = await open_path(files, TEXT)
    await document.read()
    world.delete("real.txt")
    with pytest.raises(FileMissing):
        await document.write("two")
    document.expect(ABSENT)
    await document.write("two")
    assert world.get("real.txt") == b"two"
    assert (world.root / TEXT).is_symlink()


@asynchronous
async def test_a_file_that_was_made_on_a_full_disk_is_not_left_half(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F8"""
    files = world.start()
    world.put(TEXT, b"one")
    document = await open_path(files, TEXT)
    world.delete(TEXT)
    document.expect(ABSENT)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing_sync(errno.ENOSPC))
        with pytest.raises(FileFull):
            await document.write("two")
    assert list(world.root.iterdir()) == []
    await document.write("two")
    assert world.get(TEXT) == b"two"


@asynchronous
async def test_one_file_has_one_id(world: LocalWorld) -> None:
    """F7: however its path is written."""
    files = world.start()
    world.put(NOTEBOOK, encode(notebook()))
    file_id, _ = await files.file_id(NOTEBOOK)
    for path in ("/folder/notebook.ipynb/", "folder//notebook.ipynb", "folder/./notebook.ipynb"):
        assert await files.file_id(path) == (file_id, True)
