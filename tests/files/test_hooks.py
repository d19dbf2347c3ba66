"""Hooks, checkpoints and events of Jupyter's own managers: as if they had saved the file (F9)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from jupyter_collab.errors import (
    FileError,
    FileUnfinished,
)
from jupyter_collab.files.notebook_json import encode
from jupyter_collab.files.port import Changed, DocumentFile
from tests.contracts.document_file import NOTEBOOK, TEXT, Heard, notebook, open_path, read_path
from tests.files.worlds import (
    DerivedWorld,
    LocalWorld,
    read_notebook,
)
from tests.waiting import asynchronous


async def written_twice(world: LocalWorld) -> tuple[DocumentFile, Path]:
    """A notebook that has 3 after 1 and 2, and where its checkpoint is."""
    files = world.start()
    document = await read_path(world, files, NOTEBOOK, encode(notebook("1")))
    await document.write(notebook("2"))
    await document.write(notebook("3"))
    checkpoint = world.root / "folder" / ".ipynb_checkpoints" / "notebook-checkpoint.ipynb"
    return document, checkpoint


@asynchronous
async def test_a_first_checkpoint_is_made(world: LocalWorld) -> None:
    """F9"""
    _, checkpoint = await written_twice(world)
    assert checkpoint.read_bytes() == encode(notebook("2"))


@asynchronous
async def test_what_a_file_had_is_kept_before_it_is_emptied(world: LocalWorld) -> None:
    """F10: whatever has emptied the document, the last good copy can be reverted to."""
    document, checkpoint = await written_twice(world)
    await document.write({**notebook(""), "cells": []})
    assert checkpoint.read_bytes() == encode(notebook("3"))
    await document.write(notebook("4"))
    assert checkpoint.read_bytes() == encode(notebook("3"))


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


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (OSError(5, "Input/output error", "/home/ada/x y.txt"), "Input/output error: 'x y.txt'"),
        (ValueError("'/home/ada/.checks' is a file"), ": '.checks' is a file"),
        (ValueError("'/home/I am ada/my ada/x y' is a file"), ": 'x y' is a file"),
        (ValueError("Cannot open /home/I am ada/x y"), ": Cannot open x y"),
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
