"""Files in memory (F1-F8), and what only they can do."""

from __future__ import annotations

import asyncio

import pytest

from jupyter_collab.errors import FileChanged, FileForbidden, FileFull
from jupyter_collab.files.port import Back, Gone
from tests.contracts.document_file import TEXT, DocumentFileContract, Heard, World, open_path
from tests.files.memory import MemoryFiles
from tests.waiting import asynchronous


class MemoryWorld:
    def __init__(self) -> None:
        self.files = MemoryFiles()

    def start(self) -> MemoryFiles:
        return self.files

    def put(self, path: str, data: bytes) -> None:
        self.files.outside_write(path, data)

    def get(self, path: str) -> bytes:
        return self.files.content(path)

    def delete(self, path: str) -> None:
        self.files.outside_delete(path)

    async def rename(self, path: str, new_path: str) -> None:
        self.files.outside_rename(path, new_path)

    def writes(self, path: str) -> object:
        return self.files.writes


class TestMemoryFiles(DocumentFileContract):
    @pytest.fixture
    def world(self) -> World:
        return MemoryWorld()


@asynchronous
async def test_a_full_disk() -> None:
    files = MemoryFiles({TEXT: "one"})
    document = await open_path(files, TEXT)
    await document.read()
    files.disk_full = True
    with pytest.raises(FileFull):
        await document.write("two")
    files.disk_full = False
    await document.write("two")
    assert files.content(TEXT) == b"two"


@asynchronous
async def test_a_forbidden_file() -> None:
    files = MemoryFiles({TEXT: "one"})
    document = await open_path(files, TEXT)
    await document.read()
    heard = Heard(document)
    files.forbid(TEXT)
    await heard.until(Gone)
    with pytest.raises(FileForbidden):
        await document.write("two")
    files.forbid(TEXT, forbidden=False)
    await heard.until(Back())


@asynchronous
async def test_a_hanging_disk() -> None:
    """A write that hung for a while does not replace what was written meanwhile."""
    files = MemoryFiles({TEXT: "one"})
    document = await open_path(files, TEXT)
    await document.read()
    files.hang()
    writing = asyncio.create_task(document.write("two"))
    await asyncio.sleep(0)
    assert not writing.done()
    files.outside_write(TEXT, "three")
    files.resume()
    with pytest.raises(FileChanged):
        await writing
    assert files.content(TEXT) == b"three"
