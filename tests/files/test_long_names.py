"""Files whose names leave no room for a copy or a checkpoint beside them."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_collab.errors import (
    FileError,
)
from jupyter_collab.files import disk
from jupyter_collab.files.notebook_json import encode
from tests.contracts.document_file import TEXT, notebook, open_path, read_path
from tests.files.worlds import PATIENCE, DerivedWorld, LocalWorld
from tests.waiting import TIMEOUT, asynchronous


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
        document = await read_path(
            world, files, name, encode(notebook("1")) if is_notebook else b"1"
        )
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
