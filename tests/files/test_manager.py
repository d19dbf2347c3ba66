"""Contents managers of somebody else's (F1, F2, F6, F8, F9)."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tornado.web import HTTPError

from jupyter_collab.errors import (
    FileChanged,
    FileError,
    FileForbidden,
    FileFull,
    FileMissing,
    FileTooLarge,
)
from jupyter_collab.files.contents import ContentsFiles
from jupyter_collab.files.notebook_json import encode
from jupyter_collab.files.port import Back, Changed, Gone, Renamed
from tests.contracts.document_file import (
    NOTEBOOK,
    TEXT,
    DocumentFileContract,
    Heard,
    World,
    notebook,
    open_path,
    read_path,
)
from tests.files.worlds import (
    LOG,
    PATIENCE,
    DerivedManager,
    DerivedWorld,
    DictManager,
    DictWorld,
)
from tests.waiting import asynchronous, closed_at_the_end, until


class HashingManager(DictManager):
    """Reports a hash of its own choice, and times as text of whole seconds."""

    async def get(
        self,
        path: str,
        content: bool = True,
        type: str | None = None,
        format: str | None = None,
        require_hash: bool = False,
    ) -> dict[str, Any]:
        model = await super().get(path, content, type, format)
        model["last_modified"] = model["last_modified"].replace(microsecond=0).isoformat()
        if require_hash:
            data = self.stored[path.strip("/")][0]
            model |= {"hash": hashlib.md5(data).hexdigest(), "hash_algorithm": "md5"}
        return model


class HashingWorld(DictWorld):
    def __init__(self) -> None:
        super().__init__()
        self.manager = HashingManager()


class TestFilesWithHashes(DocumentFileContract):
    @pytest.fixture
    def world(self) -> World:
        return HashingWorld()


@asynchronous
async def test_a_hash_is_the_fingerprint() -> None:
    """F1"""
    world = HashingWorld()
    files = world.start()
    world.put(TEXT, b"one")
    document = await open_path(files, TEXT)
    version = (await document.read()).version
    assert version.fingerprint == version.hash == hashlib.md5(b"one").hexdigest()
    assert version.hash_algorithm == "md5"
    assert version.last_modified > 1e9


@asynchronous
async def test_a_hash_saves_reading() -> None:
    """F1: while a time alone is believed only after a while."""
    world = HashingWorld()
    files = world.start(poll_interval=0)
    document = await read_path(world, files, NOTEBOOK, encode(notebook("1")))
    world.manager.calls.clear()
    await document.peek()
    await document.write(notebook("1"))
    assert world.manager.calls == ["get", "get"]


@asynchronous
async def test_a_change_within_the_clocks_grain_is_seen() -> None:
    """F2: two writes at the same time of day, of the same length."""
    world = DictWorld()
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")
    heard = Heard(document)
    at = world.manager.stored[TEXT][1]
    world.manager.stored[TEXT] = b"two", at
    with pytest.raises(FileChanged):
        await document.write("mine")
    await heard.until(Changed())


@asynchronous
async def test_a_file_changed_long_ago_and_seen_for_a_while_is_not_read_again() -> None:
    """F6: watching costs one look without content."""
    world = DictWorld()
    files = world.start()
    world.put(TEXT, b"one")
    data, at = world.manager.stored[TEXT]
    world.manager.stored[TEXT] = data, at - timedelta(hours=1)
    document = await open_path(files, TEXT)
    await document.read()
    Heard(document)
    await until(lambda: world.manager.calls.count("get content") >= 2)
    world.manager.calls.clear()
    await until(lambda: len(world.manager.calls) >= 10)
    assert set(world.manager.calls) == {"get"}


# --- managers that do not store what they are given


@asynchronous
async def test_what_a_manager_makes_of_the_document_comes_back() -> None:
    """F6: once, and the document then stays as it is."""
    world = DictWorld()

    def hook(model: dict[str, Any], **kwargs: Any) -> None:
        model["content"] = model["content"].rstrip("\n") + "\n"

    world.manager.pre_save_hook = hook
    files = world.start()
    document = await read_path(world, files, TEXT, b"one\n")
    heard = Heard(document)
    await document.write("two")
    await heard.until(Changed())
    content = await document.read()
    assert content.source == "two\n"
    await document.write(content.source)
    assert world.manager.calls.count("save") == 1


@asynchronous
async def test_a_hook_of_a_manager_does_not_change_the_document() -> None:
    """F9: what is handed over is a copy."""
    world = DictWorld()

    def hook(model: dict[str, Any], **kwargs: Any) -> None:
        model["content"]["cells"].clear()

    world.manager.pre_save_hook = hook
    files = world.start()
    world.put(NOTEBOOK, encode(notebook("1")))
    document = await open_path(files, NOTEBOOK, "json", "notebook")
    source = (await document.read()).source
    source["cells"][0]["source"] = "2"
    await document.write(source)
    assert source["cells"][0]["source"] == "2"
    assert world.get(NOTEBOOK) == encode(notebook())


@asynchronous
async def test_a_write_by_another_program_during_a_save_is_not_ours() -> None:
    """F2: what the manager has after a save is looked at before it counts as known."""
    world = DictWorld()
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")
    heard = Heard(document)
    save = world.manager.save

    async def save_and_lose(model: dict[str, Any], path: str) -> Any:
        result = await save(model, path)
        world.put(TEXT, b"theirs")
        return result

    world.manager.save = save_and_lose
    await document.write("mine")
    with pytest.raises(FileChanged):
        await document.write("mine again")
    assert world.get(TEXT) == b"theirs"
    await heard.until(Changed())
    assert (await document.read()).source == "theirs"


# --- failures


@asynchronous
async def test_a_manager_that_fails_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    """F6: a store that cannot be reached has not lost the file, and watching goes on."""
    caplog.set_level(logging.WARNING, LOG.name)
    world = DictWorld()
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")
    heard = Heard(document)
    world.manager.failure = HTTPError(503, "the store is down")
    world.manager.calls.clear()
    await until(lambda: len(world.manager.calls) >= 4)
    world.put(TEXT, b"two")
    world.manager.failure = ValueError("a bug in it")
    world.manager.calls.clear()
    await until(lambda: len(world.manager.calls) >= 2)
    assert not heard.events
    world.manager.failure = None
    await heard.until(Changed())
    assert len([r for r in caplog.records if "could not be checked" in r.message]) == 1


@asynchronous
async def test_a_manager_that_forbids() -> None:
    """F6"""
    world = DictWorld()
    files = world.start()
    document = await read_path(world, files, TEXT, b"one")
    heard = Heard(document)
    world.manager.failure = HTTPError(403, "not yours")
    await heard.until(Gone)
    world.manager.failure = None
    await heard.until(Back())


def with_cause(status: int, cause: BaseException) -> HTTPError:
    error = HTTPError(status, f"Unexpected error while saving file: x {cause}")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("failure", "expected", "words"),
    [
        (HTTPError(404, "no %s", "file"), FileMissing, "no file"),
        (HTTPError(403, "Permission denied: x"), FileForbidden, "not allowed to write"),
        (PermissionError(errno.EACCES, "no"), FileForbidden, "permissions"),
        (with_cause(500, OSError(errno.ENOSPC, "No space")), FileFull, "Free some space"),
        (with_cause(500, OSError(errno.EDQUOT, "Quota")), FileFull, "quota"),
        (HTTPError(500, "[Errno 28] No space left on device: 'x'"), FileFull, "no space"),
        (HTTPError(500, "Disk quota exceeded"), FileFull, "no space"),
        (HTTPError(507), FileFull, "no space"),
        (HTTPError(413, "Request too large"), FileTooLarge, "too large"),
        (OSError(errno.EROFS, "read-only"), FileForbidden, "not allowed"),
        (OSError(errno.EIO, "Input/output error"), FileError, "Input/output error"),
        (HTTPError(500, "100% broken", "x"), FileError, "100% broken"),
        (HTTPError(502), FileError, "status 502"),
        (RuntimeError(), FileError, "RuntimeError"),
        (TimeoutError("too slow"), FileError, "too slow"),
    ],
)
@asynchronous
async def test_failures_in_plain_words(
    failure: Exception, expected: type[FileError], words: str
) -> None:
    """F8"""
    world = DictWorld()
    files = world.start(poll_interval=0)
    document = await read_path(world, files, TEXT, b"one")

    async def save(model: Any, path: str) -> None:
        raise failure

    world.manager.save = save
    with pytest.raises(FileError) as caught:
        await document.write("two")
    assert type(caught.value) is expected
    assert words in str(caught.value)
    assert TEXT in str(caught.value)
    assert caught.value.path == TEXT


@asynchronous
async def test_too_large_a_file_is_not_even_read() -> None:
    """F8"""
    world = DictWorld()
    files = world.start(max_size=10, poll_interval=0)
    world.put(TEXT, b"12345678901")
    document = await open_path(files, TEXT)
    with pytest.raises(FileTooLarge):
        await document.read()
    assert "get content" not in world.manager.calls
    world.put(TEXT, b"1234567890")
    await document.read()
    with pytest.raises(FileTooLarge):
        await document.write("12345678901")


@asynchronous
async def test_hidden_files_and_folders_are_refused() -> None:
    """F8"""
    world = DictWorld()
    files = world.start(poll_interval=0)
    world.put(".secret", b"one")
    with pytest.raises(FileMissing):
        await files.file_id(".secret")
    document = await files.open(world.ids.index(".secret"), "text", "file")
    with pytest.raises(FileMissing):
        await document.read()


# --- managers derived from Jupyter's own


class PlainTextManager(DerivedManager):
    """Keeps notebooks as something that is no notebook, as jupytext does."""

    async def save(self, model: dict[str, Any], path: str = "") -> Any:
        cells = "\n# %%\n".join(cell["source"] for cell in model["content"]["cells"])
        text = {"type": "file", "format": "text", "content": cells}
        return await super().save(text, path)

    async def get(
        self,
        path: str,
        content: bool = True,
        type: str | None = None,
        format: str | None = None,
        require_hash: bool = False,
    ) -> Any:
        manager: Any = super()
        model = await manager.get(path, content=content, type="file", format="text")
        if type == "notebook":
            model["type"], model["format"] = "notebook", "json"
            if content:
                sources = model["content"].split("\n# %%\n")
                model["content"] = notebook(*sources)
        return model


class PlainTextWorld(DerivedWorld):
    manager_class = PlainTextManager


@asynchronous
async def test_a_script_as_a_notebook(tmp_path: Path) -> None:
    """F1, F2: changes are those of the file on the disk."""
    world = PlainTextWorld(tmp_path)
    files = world.start(poll_interval=60)
    world.put("script.py", b"1\n# %%\n2")
    document = await open_path(files, "script.py", "json", "notebook")
    content = await document.read()
    assert content.source == notebook("1", "2")
    heard = Heard(document)
    version = await document.write(notebook("1", "3"))
    assert world.get("script.py") == b"1\n# %%\n3"
    assert (await document.peek()).fingerprint == version.fingerprint
    world.put("script.py", b"1\n# %%\n4")
    with pytest.raises(FileChanged):
        await document.write(notebook("5"))
    await heard.until(Changed())
    assert (await document.read()).source == notebook("1", "4")
    assert not heard.events


class PairingManager(DerivedManager):
    """Keeps the sources of a notebook in a script beside it, as jupytext does with pairs.

    Its hash stands for both files.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.paired_notebooks: dict[str, tuple[str, str]] = {}

    async def save(self, model: dict[str, Any], path: str = "") -> Any:
        if model["type"] != "notebook":
            return await super().save(model, path)
        cells = "\n# %%\n".join(cell["source"] for cell in model["content"]["cells"])
        saved = await super().save(model, path)
        await super().save({"type": "file", "format": "text", "content": cells}, _script(path))
        return saved

    async def get(
        self,
        path: str,
        content: bool = True,
        type: str | None = None,
        format: str | None = None,
        require_hash: bool = False,
    ) -> Any:
        manager: Any = super()
        model = await manager.get(path, content, type, format, require_hash)
        if path == _script(path):
            return model
        script = await manager.get(_script(path), content, require_hash=require_hash)
        if require_hash:
            model["hash"] += script["hash"]
        if content:
            model["content"] = notebook(*script["content"].split("\n# %%\n"))
        return model


def _script(path: str) -> str:
    return path.replace(".ipynb", ".py")


class PairingWorld(DerivedWorld):
    manager_class = PairingManager


@asynchronous
async def test_a_notebook_that_is_paired_with_a_script(tmp_path: Path) -> None:
    """F1, F2, F6: what another program writes into the script is a change of the notebook."""
    world = PairingWorld(tmp_path)
    files = world.start(poll_interval=0.05)
    world.put(NOTEBOOK, encode(notebook("1", "2")))
    world.put(_script(NOTEBOOK), b"1\n# %%\n2")
    document = await open_path(files, NOTEBOOK, "json", "notebook")
    await document.read()
    heard = Heard(document)
    version = await document.write(notebook("1", "3"))
    assert world.get(_script(NOTEBOOK)) == b"1\n# %%\n3"
    assert (await document.peek()).fingerprint == version.fingerprint
    world.put(_script(NOTEBOOK), b"1\n# %%\n4")
    with pytest.raises(FileChanged):
        await document.write(notebook("5"))
    await heard.until(Changed())
    assert (await document.read()).source == notebook("1", "4")
    await document.write(notebook("1", "5"))
    assert world.get(_script(NOTEBOOK)) == b"1\n# %%\n5"
    assert not heard.events


@asynchronous
async def test_a_notebook_and_its_script_take_turns(tmp_path: Path) -> None:
    """F2: where both are open as documents, neither is written over what the other has just got."""
    world = PairingWorld(tmp_path)
    files = world.start(poll_interval=60)
    world.put(NOTEBOOK, encode(notebook("1", "2")))
    world.put(_script(NOTEBOOK), b"1\n# %%\n2")
    document = await open_path(files, NOTEBOOK, "json", "notebook")
    await document.read()
    script = await open_path(files, _script(NOTEBOOK))
    await script.read()
    written = await asyncio.gather(
        document.write(notebook("1", "ada")), script.write("1\n# %%\nbob"), return_exceptions=True
    )
    assert [isinstance(outcome, FileChanged) for outcome in written] == [False, True]
    assert world.get(_script(NOTEBOOK)) == b"1\n# %%\nada"
    assert files.lock(NOTEBOOK) is not files.lock("another.ipynb")


@asynchronous
async def test_what_takes_turns_as_a_pair(tmp_path: Path) -> None:
    """F2: scripts may have two endings, and folders of their own; who is renamed keeps the turn."""
    world = PairingWorld(tmp_path)
    files = world.start(poll_interval=60)
    assert files.lock("run.ipynb") is files.lock("scripts/run.pct.py")
    world.put(NOTEBOOK, encode(notebook("1")))
    world.put(_script(NOTEBOOK), b"1")
    document = await open_path(files, NOTEBOOK, "json", "notebook")
    await document.read()
    turn = files.lock(NOTEBOOK)
    heard = Heard(document)
    await world.rename(NOTEBOOK, "new.ipynb")
    await heard.until(Renamed("new.ipynb"))
    assert files.lock(_script("new.ipynb")) is turn


@asynchronous
async def test_a_manager_that_answers_at_once() -> None:
    """A manager need not be asynchronous."""

    class Blocking:
        """Turns the methods of a :class:`DictManager` into plain ones."""

        allow_hidden = False

        def __init__(self, manager: DictManager) -> None:
            self._manager = manager

        def __getattr__(self, name: str) -> Any:
            method = getattr(self._manager, name)

            def call(*args: Any, **kwargs: Any) -> Any:
                work = method(*args, **kwargs)
                try:
                    work.send(None)
                except StopIteration as done:
                    return done.value
                raise AssertionError("it waited")

            return call if name in ("get", "save", "file_exists", "is_hidden") else method

    world = DictWorld()
    world.start()
    manager = Blocking(world.manager)
    files = closed_at_the_end(
        ContentsFiles(manager, world.ids, poll_interval=0, log=LOG, patience=PATIENCE)
    )
    world.put(TEXT, b"one")
    document = await open_path(files, TEXT)
    assert (await document.read()).source == "one"
    await document.write("two")
    assert world.get(TEXT) == b"two"
