"""Jupyter's own managers: what they do when a file is saved happens here too (F4, F5, F9)."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

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
    FileUnfinished,
    NotANotebook,
)
from jupyter_collab.files import disk, writing
from jupyter_collab.files.access import Sign
from jupyter_collab.files.document import ContentsFile
from jupyter_collab.files.local import LocalAccess
from jupyter_collab.files.notebook_json import encode
from jupyter_collab.files.port import ABSENT, Changed, DocumentFile
from tests.contracts.document_file import (
    NOTEBOOK,
    TEXT,
    TIMEOUT,
    Heard,
    asynchronous,
    notebook,
    open_path,
    read_path,
    without_trust,
)
from tests.files.test_notebook_json import REAL, rich
from tests.files.worlds import PATIENCE, DerivedWorld, LocalWorld, SyncWorld, needs_permissions


@pytest.fixture(params=[LocalWorld, SyncWorld], ids=["async", "sync"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> LocalWorld:
    made: LocalWorld = request.param(tmp_path)
    return made


async def read_notebook(files: Any, path: str = NOTEBOOK) -> tuple[DocumentFile, dict[str, Any]]:
    document = await open_path(files, path, "json", "notebook")
    return document, (await document.read()).source


# --- the same as the contents manager


@pytest.mark.parametrize("minor", range(6))
@asynchronous
async def test_what_is_saved_is_what_the_manager_would_save(world: LocalWorld, minor: int) -> None:
    """F4: to the byte, in each minor version of the format."""
    files = world.start()
    world.put(NOTEBOOK, encode(notebook("1", minor=minor)))
    document, _ = await read_notebook(files)
    await document.write(rich(minor))
    model = {"type": "notebook", "format": "json", "content": rich(minor)}
    await ensure_async(world.manager.save(model, "other.ipynb"))
    assert world.get(NOTEBOOK) == world.get("other.ipynb")
    assert (await read_notebook(files, "other.ipynb"))[1] == (await document.read()).source
    await files.close()


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
    assert peeked.writable
    await files.close()


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
    await files.close()


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
    await files.close()


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
    await files.close()


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
    await files.close()


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
    await files.close()


# --- hooks, checkpoints, events


async def written_twice(world: LocalWorld) -> tuple[Any, DocumentFile, Path]:
    """A notebook that has 3 after 1 and 2, and where its checkpoint is."""
    files = world.start()
    world.put(NOTEBOOK, encode(notebook("1")))
    document, _ = await read_notebook(files)
    await document.write(notebook("2"))
    await document.write(notebook("3"))
    checkpoint = world.root / "folder" / ".ipynb_checkpoints" / "notebook-checkpoint.ipynb"
    return files, document, checkpoint


@asynchronous
async def test_a_first_checkpoint_is_made(world: LocalWorld) -> None:
    """F9"""
    files, _, checkpoint = await written_twice(world)
    assert checkpoint.read_bytes() == encode(notebook("2"))
    await files.close()


@asynchronous
async def test_what_a_file_had_is_kept_before_it_is_emptied(world: LocalWorld) -> None:
    """F10: whatever has emptied the document, the last good copy can be reverted to."""
    files, document, checkpoint = await written_twice(world)
    await document.write({**notebook(""), "cells": []})
    assert checkpoint.read_bytes() == encode(notebook("3"))
    await document.write(notebook("4"))
    assert checkpoint.read_bytes() == encode(notebook("3"))
    await files.close()


@asynchronous
async def test_what_a_file_had_is_kept_also_by_who_has_not_read_it(world: LocalWorld) -> None:
    """F10: it was known from the store; and a copy that is there is not replaced by nothing."""
    files = world.start()
    world.put(NOTEBOOK, encode(notebook("all my work")))
    checkpoint = world.root / "folder" / ".ipynb_checkpoints" / "notebook-checkpoint.ipynb"
    for number in range(2):
        document = await open_path(files, NOTEBOOK, "json", "notebook")
        document.expect((await document.peek()).fingerprint)
        metadata = {"number": number}
        await document.write({**notebook(), "cells": [], "metadata": metadata})
        assert checkpoint.read_bytes() == encode(notebook("all my work"))
        await document.close()
    assert b"all my work" not in world.get(NOTEBOOK)
    await files.close()


@pytest.mark.parametrize("kind", [LocalWorld, DerivedWorld])
@asynchronous
async def test_a_file_of_which_no_copy_can_be_kept_is_not_emptied(
    kind: type[LocalWorld], tmp_path: Path
) -> None:
    """F10"""
    world = kind(tmp_path)
    files = world.start()
    document = await read_path(world, files, TEXT, b"all that there is")
    folder = world.root / ".ipynb_checkpoints"
    folder.write_bytes(b"a file where the checkpoints should be")
    with pytest.raises(FileError, match="saved"):
        await document.write("  \n")
    assert world.get(TEXT) == b"all that there is"
    folder.unlink()
    await document.write("  \n")
    assert world.get(TEXT) == b"  \n"
    assert next(folder.iterdir()).read_bytes() == b"all that there is"
    await files.close()


@asynchronous
async def test_hooks_run_as_in_jupyter(world: LocalWorld) -> None:
    """F9: a hook before saving may change what is saved, and not the document."""
    files = world.start()
    calls: list[Any] = []

    def strip(model: dict[str, Any], path: str, contents_manager: Any) -> None:
        calls.append(("pre", path, model["type"], model["format"]))
        for cell in model["content"]["cells"]:
            cell["source"] = cell["source"].upper()

    def note(model: dict[str, Any], os_path: str, contents_manager: Any) -> None:
        calls.append(("post", os_path, model["path"], model["content"]))

    world.manager.register_pre_save_hook(strip)
    world.manager.post_save_hook = note
    world.put(NOTEBOOK, encode(notebook("1")))
    document, source = await read_notebook(files)
    source["cells"][0]["source"] = "abc"
    version = await document.write(source)
    assert version.altered, "what is in the file is not what was to be written"
    assert world.get(NOTEBOOK) == encode(notebook("ABC"))
    assert source["cells"][0]["source"] == "abc"
    os_path = str(world.root / NOTEBOOK)
    assert calls == [("pre", NOTEBOOK, "notebook", "json"), ("post", os_path, NOTEBOOK, None)]
    await document.write(source)
    assert len(calls) == 3, "nothing was written, so there is nothing to do afterwards"
    await files.close()


@asynchronous
async def test_a_hook_sees_text(world: LocalWorld) -> None:
    """F3, F9: with \\n line ends, and what it makes of it gets those of the file."""
    files = world.start()

    def hook(model: dict[str, Any], path: str, contents_manager: Any) -> None:
        model["content"] = f"# {model['type']} {model['format']}\n" + model["content"]

    world.manager.pre_save_hook = hook
    document = await read_path(world, files, TEXT, b"one\r\n")
    await document.write("one\ntwo\n")
    assert world.get(TEXT) == b"# file text\r\none\r\ntwo\r\n"
    await files.close()


@asynchronous
async def test_a_hook_may_refuse(world: LocalWorld) -> None:
    """F9"""
    from tornado.web import HTTPError

    files = world.start()

    def refuse(**kwargs: Any) -> None:
        raise HTTPError(400, "secrets must not be saved")

    world.manager.pre_save_hook = refuse
    document = await read_path(world, files, TEXT, b"one")
    with pytest.raises(FileError, match="secrets must not be saved"):
        await document.write("two")
    assert world.get(TEXT) == b"one"
    await files.close()


@asynchronous
async def test_a_hook_that_writes_the_file_is_another_program(world: LocalWorld) -> None:
    """F6, F9: what a formatter has made of the file comes into the document."""
    files = world.start()

    def reformat(os_path: str, **kwargs: Any) -> None:
        place = Path(os_path)
        place.write_text(place.read_text("utf-8").replace("=", " = "), "utf-8")

    world.manager.post_save_hook = reformat
    document = await read_path(world, files, TEXT, b"")
    heard = Heard(document)
    written = await document.write("a=1")
    await heard.until(Changed())
    content = await document.read()
    assert content.source == "a = 1"
    assert content.version.fingerprint != written.fingerprint
    await files.close()


@asynchronous
async def test_a_failing_hook_is_a_failing_save_and_run_again(world: LocalWorld) -> None:
    """F9"""
    files = world.start()
    calls = []

    def publish(**kwargs: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("cannot reach the archive")
        if len(calls) == 2:
            raise FileNotFoundError("cannot reach the archive")  # which is not the document's file

    world.manager.post_save_hook = publish
    document = await read_path(world, files, TEXT, b"one")
    for _ in range(2):
        with pytest.raises(FileUnfinished, match="cannot reach the archive"):
            await document.write("two")
    await document.write("two")
    await document.write("two")
    assert len(calls) == 3
    await files.close()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (OSError(5, "Input/output error", "/home/ada/x y.txt"), "Input/output error: 'x y.txt'"),
        (ValueError("'/home/ada/.checks' is a file"), ": '.checks' is a file"),
        (ValueError(r"C:\Users\ada\x is locked"), ": x is locked"),
        (
            ValueError("see https://example.org/a/b, a/b and n/a"),
            "https://example.org/a/b, a/b and n/a",
        ),
    ],
)
@asynchronous
async def test_an_error_does_not_tell_where_files_lie_on_the_disk(
    world: LocalWorld, said: Exception, told: str
) -> None:
    """G2: guests are told it as well."""
    files = world.start()

    def fail(**kwargs: Any) -> None:
        raise said

    world.manager.post_save_hook = fail
    document = await read_path(world, files, TEXT, b"one")
    with pytest.raises(FileUnfinished) as caught:
        await document.write("two")
    assert told in str(caught.value)
    assert "ada" not in str(caught.value)
    await files.close()


@asynchronous
async def test_a_save_is_told_as_an_event(world: LocalWorld) -> None:
    """F9"""
    files = world.start()
    told: list[tuple[str, str]] = []
    done = asyncio.Event()

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        told.append((data["action"], data["path"]))
        if data["action"] == "save":
            done.set()

    world.manager.event_logger.add_listener(
        schema_id="https://events.jupyter.org/jupyter_server/contents_service/v1", listener=listen
    )
    document = await read_path(world, files, TEXT, b"one")
    await document.write("two")
    await done.wait()
    assert told == [("get", TEXT), ("save", TEXT)]
    await files.close()


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
    world.put(NOTEBOOK, encode(notebook("1")))
    document, _ = await read_notebook(files)
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
    await files.close()


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
    await files.close()


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
    await files.close()


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
    await files.close()


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
    await files.close()


# --- names that leave no room for more


def long_name(size: int, letter: str, ending: str) -> str:
    """A name of so many bytes."""
    room = size - len(ending)
    width = len(letter.encode())
    name = letter * (room // width) + "x" * (room % width) + ending
    assert len(os.fsencode(name)) == size
    return name


in_letters = pytest.mark.parametrize("letter", ["a", "ä", "😀"], ids=["ascii", "umlaut", "emoji"])


@in_letters
@pytest.mark.parametrize("ending", [".txt", ".ipynb"])
@asynchronous
async def test_a_file_with_the_longest_name_is_saved(
    world: LocalWorld, caplog: pytest.LogCaptureFixture, letter: str, ending: str
) -> None:
    """F8: also where the copy beside it cannot be named as Jupyter names it."""
    files = world.start()
    called: list[str] = []
    world.manager.post_save_hook = lambda os_path, **_: called.append(Path(os_path).name)
    is_notebook = ending == ".ipynb"
    names = [long_name(size, letter, ending) for size in range(242, 256)]
    for name in names:
        world.put(name, encode(notebook("1")) if is_notebook else b"1")
        document = await open_path(files, name, *(("json", "notebook") if is_notebook else ()))
        await document.read()
        for text in "23":
            await document.write(notebook(text) if is_notebook else text)
            expected = encode(notebook(text)) if is_notebook else text.encode()
            assert world.get(name) == expected
        await document.close()
    assert called == [name for name in names for _ in range(2)]
    told = [r for r in caplog.records if "no checkpoint" in r.getMessage()]
    assert len(told) == (11 if is_notebook else 0), "once for each"
    left = {path.name for path in world.root.iterdir()} - {".ipynb_checkpoints"}
    assert left == set(names)
    await files.close()


KILLED = """
import os, sys
from pathlib import Path
from jupyter_collab.files import disk, writing
from jupyter_collab.files.access import Sign

def fill(file, data):
    file.write(data)
    file.flush()
    os._exit(9)

writing._fill = fill
place = Path(sys.argv[1])
sign = disk.sign_of(place.stat())
writing.replace_content(place, sys.argv[2].encode(), sign, keeps_copy=True)
"""
"""A program that is killed when it has written so much of a file."""


@in_letters
@pytest.mark.parametrize(
    ("size", "ending"),
    [
        (253, ".txt"),
        (254, ".txt"),
        (255, ".txt"),
        (247, ".ipynb"),
        (248, ".ipynb"),
        (255, ".ipynb"),
    ],
)
@asynchronous
async def test_a_write_that_was_killed_is_undone_whatever_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, letter: str, size: int, ending: str
) -> None:
    """F8: what is to be found again is looked for where it was put."""
    world = LocalWorld(tmp_path)
    name = long_name(size, letter, ending)
    is_notebook = ending == ".ipynb"
    good = encode(notebook("good")) if is_notebook else b"good"
    world.put(name, good)
    written = '{"cells' if is_notebook else ""
    command = [sys.executable, "-c", KILLED, str(world.root / name), written]
    assert (await asyncio.to_thread(subprocess.run, command)).returncode == 9
    assert world.get(name) == written.encode()
    assert len(list(world.root.iterdir())) == 2, "the file and its copy"
    monkeypatch.setattr(disk, "age", lambda _place: 60.0)
    files = world.start(patience=replace(PATIENCE, broken=TIMEOUT))
    document = await open_path(files, name, *(("json", "notebook") if is_notebook else ()))
    await document.read()
    assert world.get(name) == good
    kept = [path.read_bytes() for path in world.root.iterdir() if path.name != name]
    assert kept == ([written.encode()] if is_notebook else [])
    await files.close()


@asynchronous
async def test_a_file_whose_copy_can_have_no_name_is_saved(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F8: some file systems take shorter names than they say."""
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")

    def refuse(*_: object) -> None:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))

    monkeypatch.setattr(shutil, "copyfile", refuse)
    await document.write("two")
    assert world.get(TEXT) == b"two"
    await files.close()


@asynchronous
async def test_copies_are_named_shorter_where_names_are(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F8: as on encrypted disks."""
    monkeypatch.setattr(os, "pathconf", lambda *_: 143)
    for size, digested in ((141, False), (142, True), (143, True)):
        place = world.root / long_name(size, "ä", ".txt")
        copy = disk.copy_of(place)
        assert len(os.fsencode(copy.name)) <= 143
        assert (copy.name != f".~{place.name}") == digested
    one, other = (world.root / long_name(143, letter, ".txt") for letter in "ab")
    assert disk.copy_of(one) != disk.copy_of(other)


@in_letters
@asynchronous
async def test_a_file_of_which_no_checkpoint_can_be_named_may_be_emptied(
    world: LocalWorld, letter: str
) -> None:
    """F10: the contents manager has none of it, as if it had none at all."""
    files = world.start()
    name = long_name(250, letter, ".txt")
    document = await read_path(world, files, name, b"all that there is")
    await document.write("")
    assert world.get(name) == b""
    await files.close()


@asynchronous
async def test_that_a_manager_takes_no_such_name_is_said(tmp_path: Path) -> None:
    """F8: where it is the manager that writes, as Jupyter itself does."""
    world = DerivedWorld(tmp_path)
    files = world.start()
    name = long_name(255, "ä", ".txt")
    document = await read_path(world, files, name, b"one")
    with pytest.raises(FileError, match="its name is too long"):
        await document.write("two")
    assert world.get(name) == b"one"
    await files.close()


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
    await files.close()


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
    await files.close()


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
    await files.close()


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
    await files.close()


@needs_permissions
@asynchronous
async def test_what_the_system_forbids(world: LocalWorld) -> None:
    """F8"""
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")
    (world.root / TEXT).chmod(0o444)
    assert not (await document.peek()).writable
    with pytest.raises(FileForbidden, match="permissions"):
        await document.write("two")
    (world.root / TEXT).chmod(0)
    with pytest.raises(FileForbidden, match="permissions"):
        await document.read()
    await files.close()


# --- turns


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
    await files.close()


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
    await files.close()


@asynchronous
async def test_a_file_that_is_known_is_not_read_to_be_saved(
    world: LocalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F2: once it was looked at after our write, its sign is proof; but of what was found."""
    files = world.start()
    world.put(NOTEBOOK, encode(notebook("1")))
    document, _ = await read_notebook(files)
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
    await files.close()


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
    world.put(NOTEBOOK, encode(notebook("one")))
    document, _ = await read_notebook(files)
    await document.write(notebook("two"))
    place = world.root / NOTEBOOK
    second = place.stat().st_mtime_ns
    world.put(NOTEBOOK, encode(notebook("six")))
    os.utime(place, ns=(second, second))
    with pytest.raises(FileChanged):
        await document.write(notebook("ten"))
    assert world.get(NOTEBOOK) == encode(notebook("six"))
    await files.close()


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
    await files.close()


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
    await files.close()


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
    await files.close()


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
    await files.close()


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
    await files.close()


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
    await files.close()


@asynchronous
async def test_one_file_has_one_id(world: LocalWorld) -> None:
    """F7: however its path is written."""
    files = world.start()
    world.put(NOTEBOOK, encode(notebook()))
    file_id, _ = await files.file_id(NOTEBOOK)
    for path in ("/folder/notebook.ipynb/", "folder//notebook.ipynb", "folder/./notebook.ipynb"):
        assert await files.file_id(path) == (file_id, True)
    await files.close()
