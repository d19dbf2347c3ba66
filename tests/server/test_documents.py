"""Documents over real sockets: opened, edited by two, written to the file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_server.serverapp import ServerApp
from pycrdt import Text
from tornado.httpclient import HTTPClientError

from jupyter_collab.errors import FileFull
from jupyter_collab.files.document import ContentsFile
from jupyter_collab.protocol.identity import RoomId
from jupyter_collab.room.content import reading
from jupyter_collab.room.content.reading import NotebookReader
from tests.room.notebooks import code, notebook
from tests.waiting import until

from .client import presence, states
from .conftest import Connect
from .file_ids import WithoutTheServiceOfFileIds


@pytest.fixture
def notes(jp_root_dir: Path) -> Path:
    path = jp_root_dir / "notes.txt"
    path.write_bytes("ä one\ntwo 😀\n".encode())
    return path


async def test_two_edit_one_file_and_it_is_on_disk(notes: Path, connect: Connect) -> None:
    ada, bob = await connect("notes.txt"), await connect("notes.txt", collab=False)
    assert str(ada.text) == str(bob.text) == "ä one\ntwo 😀\n"
    ada.text += "ada\n"
    bob.text.insert(0, "bob\n")
    await until(lambda: str(ada.text) == str(bob.text) == "bob\nä one\ntwo 😀\nada\n")
    await until(lambda: notes.read_text("utf-8") == "bob\nä one\ntwo 😀\nada\n")
    await until(lambda: bob.state["dirty"] is False)
    assert bob.state["path"] == "notes.txt"


async def test_line_ends_are_kept(jp_root_dir: Path, connect: Connect) -> None:
    path = jp_root_dir / "dos.txt"
    path.write_bytes(b"one\r\ntwo")
    ada = await connect("dos.txt")
    assert str(ada.text) == "one\ntwo"
    ada.text.insert(3, "\nmore")
    await until(lambda: path.read_bytes() == b"one\r\nmore\r\ntwo")


async def test_a_notebook_keeps_its_format(jp_root_dir: Path, connect: Connect) -> None:
    path = jp_root_dir / "old.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    notebook.nbformat_minor = 4
    del notebook.cells[0]["id"]
    path.write_text(nbformat.writes(notebook) + "\n")
    before = path.read_text()
    ada = await connect("old.ipynb", "json", "notebook")
    source = ada.cells[0]["source"]
    source += "0"
    await until(lambda: path.read_text() not in (before, ""))  # it is emptied first
    assert path.read_text() == before.replace('"1 + 1"', '"1 + 10"')


async def test_an_empty_notebook_gets_one_cell_when_someone_uses_it(
    jp_root_dir: Path, connect: Connect
) -> None:
    """M3: two who open it at once do not both add one, and looking at it adds none to the file."""
    path = jp_root_dir / "empty.ipynb"
    path.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    before = path.read_bytes()
    ada = await connect("empty.ipynb", "json", "notebook")
    bob = await connect("empty.ipynb", "json", "notebook")
    assert len(ada.cells) == len(bob.cells) == 1
    await ada.save()
    assert path.read_bytes() == before
    source: Text = bob.cells[0]["source"]
    source += "1 + 1"
    await until(lambda: path.read_bytes() not in (before, b""))  # it is emptied first
    assert [cell["source"] for cell in json.loads(path.read_text())["cells"]] == [["1 + 1"]]
    await ada.until(lambda: str(ada.cells[0]["source"]) == "1 + 1")


async def test_a_first_save_has_little_to_read(
    jp_root_dir: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M17: all of a large notebook at once would hold up everybody."""
    path = jp_root_dir / "large.ipynb"
    path.write_text(json.dumps(notebook(*(code(f"c{n}", str(n)) for n in range(50)))))
    ada = await connect("large.ipynb", "json", "notebook")
    count = 0
    at_once: list[int] = []

    def read_cell(ycell: Any) -> Any:
        nonlocal count
        count += 1
        return real_cell(ycell)

    def read(reader: NotebookReader) -> Any:
        nonlocal count
        count = 0
        result = real(reader)
        at_once.append(count)
        return result

    real, real_cell = NotebookReader.read, reading.read_cell
    monkeypatch.setattr(reading, "read_cell", read_cell)
    monkeypatch.setattr(NotebookReader, "read", read)
    source: Text = ada.cells[7]["source"]
    source += " typed"
    await until(lambda: "7 typed" in path.read_text())
    assert at_once, "the save has read it"
    assert max(at_once) < 50, "a first step at least was before it"


async def test_edits_are_acknowledged(notes: Path, connect: Connect) -> None:
    """W8"""
    ada = await connect("notes.txt")
    for n in range(10):
        ada.text += str(n)
    await ada.durable()
    assert ada.acked == ada.sent


async def test_opening_changes_nothing(jp_root_dir: Path, notes: Path, connect: Connect) -> None:
    before = notes.stat()
    ada = await connect("notes.txt")
    assert await ada.save() == {"type": "save", "responseTo": 1, "status": "success"}
    after = notes.stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


async def test_save_is_answered_when_it_is_on_disk(notes: Path, connect: Connect) -> None:
    """W4"""
    ada = await connect("notes.txt")
    ada.text += "saved"
    reply = await ada.save(7)
    assert reply == {"type": "save", "responseTo": 7, "status": "success"}
    assert notes.read_text("utf-8").endswith("saved")


async def test_a_server_where_somebody_types_is_not_idle(
    notes: Path, connect: Connect, jp_serverapp: ServerApp
) -> None:
    """Jupyter and JupyterHub stop servers that are. Who is only there, with a page that is left
    open, does not count."""
    ada, bob = await connect("notes.txt"), await connect("notes.txt")
    used: Callable[[], datetime] = jp_serverapp.web_app.last_activity
    before = used()
    await ada.send(presence(7, {"user": {"name": "Ada"}}))
    await bob.until(lambda: 7 in states(bob))
    assert used() == before
    ada.text += "typed"
    await ada.durable()
    typed = used()
    assert typed > before
    await ada.save()
    assert used() > typed


async def test_a_fault_in_a_write_is_told_and_tried_again(
    notes: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W9: whatever is raised, nobody waits for ever."""
    ada = await connect("notes.txt")

    def fail(*args: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(ContentsFile, "write", fail)
        ada.text += "more\n"
        await ada.until(lambda: ada.json(2) and ada.json(2)[-1]["save"]["state"] == "failed")
        assert "see the server's log" in ada.json(2)[-1]["save"]["message"]
    await until(lambda: notes.read_text("utf-8").endswith("more\n"))


async def test_what_keeps_a_file_from_being_saved_is_logged_once(
    notes: Path,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """F8: it is tried again for as long as it takes, such as a night with a full disk."""
    caplog.set_level("INFO")
    ada = await connect("notes.txt")
    asked = 0

    def fail(*args: Any) -> None:
        nonlocal asked
        asked += 1
        raise FileFull("notes.txt", "No space is left")

    with monkeypatch.context() as patch:
        patch.setattr(ContentsFile, "write", fail)
        ada.text += "more\n"
        for number in (1, 2, 3):
            assert (await ada.save(number))["status"] == "failed"
    assert asked >= 3
    assert caplog.text.count("Could not save notes.txt") == 1
    await until(lambda: "notes.txt is saved again" in caplog.text)
    assert notes.read_text("utf-8").endswith("more\n")


async def test_an_outside_change_comes_in(notes: Path, connect: Connect) -> None:
    ada = await connect("notes.txt")
    ada.text += "typed\n"
    await ada.save()
    notes.write_text("git\n" + notes.read_text("utf-8"), "utf-8")
    await until(lambda: str(ada.text).startswith("git\n"))
    ada.text += "more\n"
    await until(lambda: notes.read_text("utf-8") == str(ada.text))
    assert str(ada.text) == "git\nä one\ntwo 😀\ntyped\nmore\n"


async def test_a_history_survives_its_room(notes: Path, connect: Connect, app: Any) -> None:
    """L1: the same lineage, and the same document, once the room was closed and opened again."""
    ada = await connect("notes.txt")
    ada.text += "typed"
    lineage = ada.session["sessionId"]
    await ada.durable()
    content = str(ada.text)
    await ada.close()
    await until(lambda: len(app.services.rooms) == 0)
    again = await connect("notes.txt")
    assert again.session["sessionId"] == lineage
    assert str(again.text) == content


async def test_the_document_is_there_for_code_on_the_server(
    notes: Path, connect: Connect, app: Any
) -> None:
    ada = await connect("notes.txt")
    named = {"path": "notes.txt", "content_type": "file", "file_format": "text"}
    live = await app.get_document(**named, copy=False)
    live.source = live.source + "agent\n"
    await until(lambda: str(ada.text).endswith("agent\n"))
    await until(lambda: notes.read_text("utf-8").endswith("agent\n"))
    copy = await app.get_document(**named)
    copy.source = "nobody sees this"
    assert str(ada.text).endswith("agent\n")
    room_id = f"text:file:{ada.session['fileId']}"
    assert (await app.get_document(room_id=room_id)).source == str(ada.text)
    assert await app.get_document(room_id="text:file:unknown") is None
    with pytest.raises(ValueError, match="room_id"):
        await app.get_document(room_id=room_id, path="notes.txt")


async def test_a_document_that_people_only_look_at_stays_in_bytes(
    notes: Path, connect: Connect, app: Any
) -> None:
    ada, bob = await connect("notes.txt"), await connect("notes.txt")
    room_id = f"text:file:{ada.session['fileId']}"
    room = app.services.rooms.get(RoomId.parse(room_id)).room
    told = room.replica.state_vector()
    await bob.close()
    notes.write_bytes(notes.read_bytes())
    assert (await app.get_document(room_id=room_id)).source == str(ada.text)
    assert (await ada.save())["status"] == "success"
    await until(lambda: len(app.services.rooms.get(room.id).connections) == 1)
    assert room.replica.is_dormant
    assert room.replica.state_vector() == told
    live = await app.get_document(room_id=room_id, copy=False)
    assert not room.replica.is_dormant
    ada.text += "ada\n"
    await until(lambda: live.source.endswith("ada\n"))
    await until(lambda: notes.read_text("utf-8") == str(ada.text) == live.source)


async def test_other_extensions_find_us(jp_serverapp: ServerApp, jp_asyncio_loop: Any) -> None:
    (app,) = jp_serverapp.extension_manager.extension_apps["jupyter_server_ydoc"]
    assert app.disable_rtc is False


async def test_a_rename_to_a_path_that_was_another_documents(
    jp_root_dir: Path,
    notes: Path,
    connect: Connect,
    jp_fetch: Any,
    app: Any,
) -> None:
    (jp_root_dir / "other.txt").write_text("other")
    await (await connect("other.txt")).close()
    rooms = app.services.rooms
    await until(lambda: len(rooms) == 0)
    (jp_root_dir / "other.txt").unlink()
    ada = await connect("notes.txt")
    await jp_fetch(
        *("api", "contents", "notes.txt"),
        method="PATCH",
        body=json.dumps({"path": "other.txt"}),
    )
    await until(lambda: ada.state["path"] == "other.txt")
    ada.text += "renamed\n"
    await until(lambda: (jp_root_dir / "other.txt").read_text("utf-8") == str(ada.text))
    assert not notes.exists()
    again = await connect("other.txt")
    assert again.session["fileId"] == ada.session["fileId"]
    assert str(again.text) == str(ada.text)


async def test_a_missing_file_is_404(jp_fetch: Any) -> None:
    with pytest.raises(HTTPClientError) as error:
        await jp_fetch(
            *("api", "collaboration", "session", "nothing.txt"),
            method="PUT",
            body=json.dumps({"format": "text", "type": "file"}),
        )
    assert error.value.code == 404


async def test_text_and_notebook_views_follow_each_other(
    jp_root_dir: Path, connect: Connect
) -> None:
    path = jp_root_dir / "both.ipynb"
    path.write_text(
        nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")]))
    )
    notebook = await connect("both.ipynb", "json", "notebook")
    text = await connect("both.ipynb", "text", "file")
    source: Text = notebook.cells[0]["source"]
    source += "\ny = 2"
    await until(lambda: "y = 2" in str(text.text))
    at = str(text.text).index("x = 1")
    text.text.insert(at, "a")
    await until(lambda: str(notebook.cells[0]["source"]) == "ax = 1\ny = 2")


SHARED = Path(__file__).parents[3] / "shared" / "data" / "notebooks"
OURS = Path(__file__).parents[2] / "examples"
REAL = sorted([*SHARED.glob("*.ipynb"), *OURS.glob("*.ipynb")])


@pytest.mark.parametrize("original", REAL, ids=lambda path: path.stem)
async def test_a_real_notebook_changes_only_where_it_was_edited(
    original: Path, jp_root_dir: Path, connect: Connect
) -> None:
    """Two people edit a source each: what `git diff` would show is those two lines."""
    path = jp_root_dir / "real.ipynb"
    path.write_bytes(original.read_bytes())
    ada = await connect("real.ipynb", "json", "notebook")
    bob = await connect("real.ipynb", "json", "notebook")
    first: Text = ada.cells[0]["source"]
    # The last cell may be empty, and would then take one more line.
    last: Text = [cell["source"] for cell in bob.cells if str(cell["source"])][-1]
    first.insert(0, "ADA ")
    last.insert(0, "BOB ")
    await until(lambda: b"ADA " in path.read_bytes() and b"BOB " in path.read_bytes())
    await ada.save()  # until then a large one may still be being written
    before, after = (p.read_text("utf-8").splitlines() for p in (original, path))
    differing = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [new.replace("ADA ", "").replace("BOB ", "") for _, new in differing] == [
        old for old, _ in differing
    ]
    assert len(differing) == 2


class TestWithoutTheServiceOfFileIds(WithoutTheServiceOfFileIds):
    async def test_documents_are_edited_all_the_same(
        self, notes: Path, connect: Connect, jp_serverapp: ServerApp, jp_fetch: Any
    ) -> None:
        """F7: and followed where Jupyter renames them."""
        assert "file_id_manager" not in jp_serverapp.web_app.settings
        ada, bob = await connect("notes.txt"), await connect("notes.txt")
        body = json.dumps({"path": "other.txt"})
        await jp_fetch("api", "contents", "notes.txt", method="PATCH", body=body)
        await bob.until(lambda: bob.state["path"] == "other.txt")
        ada.text += "ada\n"
        await until(lambda: str(bob.text) == str(ada.text))
        await until(lambda: notes.with_name("other.txt").read_text("utf-8") == str(ada.text))


async def test_a_file_whose_id_cannot_be_read_is_refused_in_words(
    notes: Path, connect: Connect, jp_serverapp: ServerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F8"""

    def fail(path: str) -> None:
        raise sqlite3.DatabaseError("the file ids are damaged")

    manager = jp_serverapp.web_app.settings["file_id_manager"]
    monkeypatch.setattr(manager, "get_id", fail)
    with pytest.raises(HTTPClientError) as refused:
        await connect("notes.txt")
    assert refused.value.code == 503
    assert refused.value.response is not None
    message = json.loads(refused.value.response.body)["message"]
    assert message == "notes.txt could not be read: the file ids are damaged"
