"""What every :class:`~jupyter_collab.files.port.DocumentFiles` must do.

For those who write an adapter: subclass :class:`DocumentFileContract` in a test module and
give it a fixture ``world``, a :class:`World` with the adapter in it.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Protocol

import pytest

from jupyter_collab.errors import (
    FileChanged,
    FileError,
    FileMissing,
    NotANotebook,
    NotUtf8,
)
from jupyter_collab.files.notebook_json import encode
from jupyter_collab.files.port import (
    ABSENT,
    Back,
    Changed,
    DocumentFile,
    DocumentFiles,
    FileEvent,
    Gone,
    Renamed,
)
from tests.waiting import TIMEOUT, asynchronous

TEXT = "notes.txt"
NOTEBOOK = "folder/notebook.ipynb"


def notebook(*sources: str, minor: int = 5) -> dict[str, Any]:
    """A notebook of code cells with these sources."""
    cells: list[dict[str, Any]] = []
    for number, source in enumerate(sources):
        cell: dict[str, Any] = {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        cells.append({"id": f"cell-{number}", **cell} if minor >= 5 else cell)
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": minor}


def without_trust(source: dict[str, Any]) -> dict[str, Any]:
    """The notebook as it is in the file: marks of trust are for those who show it."""
    plain: dict[str, Any] = json.loads(json.dumps(source))
    for cell in plain["cells"]:
        cell["metadata"].pop("trusted", None)
    return plain


class World(Protocol):
    """A place with files, and other programs that use them."""

    def start(self) -> DocumentFiles:
        """The adapter; called in the event loop of a test, and closed as that ends."""

    def put(self, path: str, data: bytes) -> None:
        """Another program writes a file."""

    def get(self, path: str) -> bytes:
        """What is in a file."""

    def delete(self, path: str) -> None:
        """Another program deletes a file."""

    async def rename(self, path: str, new_path: str) -> None:
        """A file gets another name, by the means that this place has for that."""

    def writes(self, path: str) -> object:
        """Something that changes with each write of a file."""


class Heard:
    """Takes note of events, and waits for them."""

    def __init__(self, document: DocumentFile) -> None:
        self.events: list[FileEvent] = []
        self._new = asyncio.Event()
        document.watch(self._take)

    def _take(self, event: FileEvent) -> None:
        self.events.append(event)
        self._new.set()

    async def until(self, *expected: FileEvent | type[FileEvent]) -> None:
        """Wait until exactly these events have come since the last call; a type fits all."""
        async with asyncio.timeout(TIMEOUT):
            while len(self.events) < len(expected):
                self._new.clear()
                await self._new.wait()
        events, self.events = self.events, []
        assert len(events) == len(expected), events
        for event, wanted in zip(events, expected, strict=True):
            assert event == wanted or type(event) is wanted, events


async def open_path(
    files: DocumentFiles, path: str, format: str = "text", type: str = "file"
) -> DocumentFile:
    file_id, _ = await files.file_id(path)
    return await files.open(file_id, format, type)


async def read_path(world: World, files: DocumentFiles, path: str, data: bytes) -> DocumentFile:
    """The document of a file that has ``data``, read as it is when somebody opens it."""
    world.put(path, data)
    form = ("json", "notebook") if path.endswith(".ipynb") else ("text", "file")
    document = await open_path(files, path, *form)
    await document.read()
    return document


class DocumentFileContract:
    """The suite (F1 to F9)."""

    @pytest.fixture
    def world(self) -> World:
        raise NotImplementedError

    # --- reading

    @asynchronous
    async def test_text_is_read(self, world: World) -> None:
        """F3: text has the same line ends everywhere, whatever the file has."""
        files = world.start()
        world.put(TEXT, "\ufeffone\r\ntwo\rä😀\nend".encode())
        document = await open_path(files, TEXT)
        content = await document.read()
        assert content.source == "one\ntwo\nä😀\nend"
        assert document.path == TEXT
        assert content.version.fingerprint

    @asynchronous
    async def test_a_notebook_is_read(self, world: World) -> None:
        """F4: as plain values, with its own format version, and with marks of trust."""
        files = world.start()
        value = notebook("1 + 1", "print('ä😀')\n", minor=4)
        world.put(NOTEBOOK, encode(value))
        document = await open_path(files, NOTEBOOK, "json", "notebook")
        source = (await document.read()).source
        assert without_trust(source) == value
        assert all(isinstance(cell["metadata"]["trusted"], bool) for cell in source["cells"])
        assert type(source["cells"][0]["metadata"]) is dict

    @asynchronous
    async def test_bytes_are_read(self, world: World) -> None:
        files = world.start()
        world.put("image.png", bytes(range(256)))
        document = await open_path(files, "image.png", "base64", "blob")
        assert (await document.read()).source == bytes(range(256))

    @asynchronous
    async def test_a_notebook_is_read_as_text(self, world: World) -> None:
        files = world.start()
        world.put(NOTEBOOK, b'{"cells": 1\r\n')
        document = await open_path(files, NOTEBOOK)
        assert (await document.read()).source == '{"cells": 1\n'

    @asynchronous
    async def test_the_version_is_that_of_the_bytes(self, world: World) -> None:
        """F1"""
        files = world.start()
        world.put(TEXT, b"one")
        document = await open_path(files, TEXT)
        first = (await document.read()).version
        assert (await document.peek()).fingerprint == first.fingerprint
        world.put(TEXT, b"two!")
        second = await document.peek()
        assert second.fingerprint != first.fingerprint
        assert (await document.read()).version.fingerprint == second.fingerprint
        world.put(TEXT, b"one")
        assert (await document.read()).version.fingerprint == first.fingerprint

    @asynchronous
    async def test_what_is_no_text_is_refused(self, world: World) -> None:
        """F8"""
        files = world.start()
        world.put(TEXT, b"caf\xe9")
        document = await open_path(files, TEXT)
        with pytest.raises(NotUtf8, match=TEXT):
            await document.read()

    @asynchronous
    async def test_what_is_no_notebook_is_refused(self, world: World) -> None:
        """F8: with the position where it breaks."""
        files = world.start()
        world.put(NOTEBOOK, b'{\n "cells": [\n  {"source" "1"}\n ]}')
        document = await open_path(files, NOTEBOOK, "json", "notebook")
        with pytest.raises(NotANotebook, match="line 3, column 13"):
            await document.read()

    @asynchronous
    async def test_what_is_not_there_is_missing(self, world: World) -> None:
        files = world.start()
        with pytest.raises(FileMissing):
            await files.file_id("nowhere.txt")
        with pytest.raises(FileMissing):
            await files.open("no-such-id", "text", "file")
        world.put(TEXT, b"")
        document = await open_path(files, TEXT)
        world.delete(TEXT)
        with pytest.raises(FileMissing):
            await document.read()
        with pytest.raises(FileMissing):
            await document.peek()

    @asynchronous
    async def test_an_id_stays(self, world: World) -> None:
        """F7: it is told whether the file was known, and the id outlives a new name."""
        files = world.start()
        world.put(TEXT, b"")
        file_id, known = await files.file_id(TEXT)
        assert not known
        assert await files.file_id(f"/{TEXT}") == (file_id, True)
        await world.rename(TEXT, "other.txt")
        document = await files.open(file_id, "text", "file")
        assert document.path == "other.txt"
        assert await files.file_id("other.txt") == (file_id, True)
        assert await files.path_of(file_id) == "other.txt"
        assert await files.path_of("nobody") is None

    # --- writing

    @asynchronous
    async def test_what_is_written_is_read(self, world: World) -> None:
        files = world.start()
        world.put(TEXT, b"one")
        world.put(NOTEBOOK, encode(notebook("1")))
        world.put("data.bin", b"\x00")
        for path, format, type, source in (
            (TEXT, "text", "file", "two\n😀 \U0001f468\u200d\U0001f469"),
            (NOTEBOOK, "json", "notebook", notebook("2", "😀\n\u2028")),
            ("data.bin", "base64", "blob", b"\xff\r\n\x00"),
        ):
            document = await open_path(files, path, format, type)
            await document.read()
            version = await document.write(source)
            again = await document.read()
            assert again.version.fingerprint == version.fingerprint
            read = without_trust(again.source) if type == "notebook" else again.source
            assert read == source
        assert world.get(NOTEBOOK) == encode(notebook("2", "😀\n\u2028"))

    @asynchronous
    async def test_lines_keep_their_ends(self, world: World) -> None:
        """F3"""
        files = world.start()
        document = await read_path(world, files, TEXT, b"\xef\xbb\xbfone\r\ntwo\r\nthree")
        await document.write("one\n2\nthree\nfour")
        assert world.get(TEXT) == b"\xef\xbb\xbfone\r\n2\r\nthree\r\nfour"

    @asynchronous
    async def test_the_same_is_not_written(self, world: World) -> None:
        """F5: also where another program has laid out the file in its own way."""
        files = world.start()
        value = notebook("1", "2\n3")
        for path, format, type, data in (
            (TEXT, "text", "file", b"one\r\ntwo\rthree"),
            ("own.ipynb", "json", "notebook", encode(value)),
            (NOTEBOOK, "json", "notebook", json.dumps(value, indent=4).encode()),
        ):
            world.put(path, data)
            before = world.writes(path)
            document = await open_path(files, path, format, type)
            content = await document.read()
            version = await document.write(content.source)
            assert version.fingerprint == content.version.fingerprint
            assert world.writes(path) == before
            assert world.get(path) == data

    @asynchronous
    async def test_unknown_bytes_are_not_replaced(self, world: World) -> None:
        """F2"""
        files = world.start()
        world.put(TEXT, b"one")
        document = await open_path(files, TEXT)
        with pytest.raises(FileChanged):
            await document.write("mine")
        await document.read()
        world.put(TEXT, b"two")
        with pytest.raises(FileChanged, match="another program"):
            await document.write("mine")
        await document.peek()
        with pytest.raises(FileChanged):
            await document.write("mine")
        assert world.get(TEXT) == b"two"
        await document.read()
        await document.write("mine")
        assert world.get(TEXT) == b"mine"

    @asynchronous
    async def test_a_change_of_the_same_length_is_seen(self, world: World) -> None:
        """F2: immediately after our own write, before any clock has moved on."""
        files = world.start()
        document = await read_path(world, files, NOTEBOOK, encode(notebook("1")))
        for _ in range(5):
            await document.write(notebook("1"))
            await document.write(notebook("2"))
            world.put(NOTEBOOK, encode(notebook("3")))
            with pytest.raises(FileChanged):
                await document.write(notebook("4"))
            assert (await document.read()).source["cells"][0]["source"] == "3"

    @asynchronous
    async def test_a_version_may_be_known_from_before(self, world: World) -> None:
        """F2: a server that was started again knows what it wrote, without reading it."""
        files = world.start()
        world.put(TEXT, b"one\r\n")
        world.put(NOTEBOOK, encode(notebook("1")))
        for path, format, type, source in (
            (TEXT, "text", "file", "two\n"),
            (NOTEBOOK, "json", "notebook", notebook("2")),
        ):
            document = await open_path(files, path, format, type)
            document.expect("something else")
            with pytest.raises(FileChanged):
                await document.write(source)
            document.expect((await document.peek()).fingerprint)
            await document.write(source)
        assert world.get(TEXT) == b"two\r\n"
        assert world.get(NOTEBOOK) == encode(notebook("2"))

    @asynchronous
    async def test_a_deleted_file_is_made_again_only_on_purpose(self, world: World) -> None:
        """F2"""
        files = world.start()
        document = await read_path(world, files, NOTEBOOK, encode(notebook("1")))
        document.expect(ABSENT)
        with pytest.raises(FileChanged):
            await document.write(notebook("2"))
        assert world.get(NOTEBOOK) == encode(notebook("1"))
        await document.read()
        world.delete(NOTEBOOK)
        with pytest.raises(FileMissing):
            await document.write(notebook("2"))
        document.expect(ABSENT)
        await document.write(notebook("2"))
        assert world.get(NOTEBOOK) == encode(notebook("2"))
        await document.write(notebook("3"))
        assert world.get(NOTEBOOK) == encode(notebook("3"))

    @asynchronous
    async def test_what_cannot_be_written_is_refused(self, world: World) -> None:
        """F8: and the file is left as it was."""
        files = world.start()
        document = await read_path(world, files, TEXT, b"one")
        with pytest.raises(FileError, match="half a character"):
            await document.write("\ud800")
        assert world.get(TEXT) == b"one"

    # --- watching

    @asynchronous
    async def test_a_change_from_outside_is_told_once(self, world: World) -> None:
        """F6"""
        files = world.start()
        document = await read_path(world, files, TEXT, b"one")
        heard = Heard(document)
        world.put(TEXT, b"two")
        await heard.until(Changed())
        assert (await document.read()).source == "two"
        world.put(TEXT, b"three")
        await heard.until(Changed())

    @asynchronous
    async def test_documents_of_one_file_hear_of_each_other(self, world: World) -> None:
        """F6: and not of themselves."""
        files = world.start()
        world.put(NOTEBOOK, encode(notebook("1")))
        mine = await open_path(files, NOTEBOOK, "json", "notebook")
        other = await open_path(files, NOTEBOOK)
        await mine.read()
        await other.read()
        mine_heard, other_heard = Heard(mine), Heard(other)
        await mine.write(notebook("2"))
        await other_heard.until(Changed())
        text = (await other.read()).source
        await other.write(text.replace('"2"', '"3"'))
        await mine_heard.until(Changed())
        assert (await mine.read()).source["cells"][0]["source"] == "3"
        assert not other_heard.events

    @asynchronous
    async def test_a_deleted_file_is_gone_and_comes_back(self, world: World) -> None:
        """F6, F7"""
        files = world.start()
        document = await read_path(world, files, TEXT, b"one")
        heard = Heard(document)
        world.delete(TEXT)
        await heard.until(Gone)
        world.put(TEXT, b"one")
        await heard.until(Back())
        world.delete(TEXT)
        await heard.until(Gone)
        world.put(TEXT, b"two")
        await heard.until(Back(), Changed())

    @asynchronous
    async def test_a_renamed_file_is_followed(self, world: World) -> None:
        """F7"""
        files = world.start()
        document = await read_path(world, files, TEXT, b"one")
        heard = Heard(document)
        await world.rename(TEXT, "folder/new.txt")
        await heard.until(Renamed("folder/new.txt"))
        assert document.path == "folder/new.txt"
        await document.write("two")
        assert world.get("folder/new.txt") == b"two"
        world.put("folder/new.txt", b"three")
        await heard.until(Changed())

    @asynchronous
    async def test_a_broken_notebook_is_no_change(self, world: World) -> None:
        """F6: a document is never told to read what it could not read."""
        files = world.start()
        world.put(NOTEBOOK, encode(notebook("1")))
        document = await open_path(files, NOTEBOOK, "json", "notebook")
        known = (await document.read()).version
        heard = Heard(document)
        world.put(NOTEBOOK, encode(notebook("2"))[:-20])
        await heard.until(Gone)
        assert document.path == NOTEBOOK
        broken = await document.peek()
        assert broken.fingerprint not in ("", known.fingerprint)
        world.put(NOTEBOOK, encode(notebook("2")))
        await heard.until(Back(), Changed())
        assert (await document.read()).source["cells"][0]["source"] == "2"

    @asynchronous
    async def test_a_closed_document_hears_nothing(self, world: World) -> None:
        files = world.start()
        world.put(TEXT, b"one")
        document, other = await open_path(files, TEXT), await open_path(files, TEXT)
        await document.read()
        await other.read()
        heard, other_heard = Heard(document), Heard(other)
        await document.close()
        await document.close()
        world.put(TEXT, b"two")
        await other_heard.until(Changed())
        assert not heard.events
