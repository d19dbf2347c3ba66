"""Who is let in, to what, and what those hear who are not."""

from __future__ import annotations

import asyncio
import gc
import json
import weakref
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from jupyter_server.serverapp import ServerApp
from pycrdt import Text
from tornado.httpclient import HTTPClientError

from jupyter_collab.protocol.identity import FileFormat, FileId, RoomId
from jupyter_collab.room.content.build import Built, build
from jupyter_collab.server import beginnings
from tests.waiting import until

from .client import varuint
from .conftest import Connect


@pytest.fixture(autouse=True)
def notes(jp_root_dir: Path) -> Path:
    path = jp_root_dir / "notes.txt"
    path.write_text("hello\n")
    return path


def open_rooms(app: Any) -> int:
    return len(app.services.rooms)


class ReadOnly(Authorizer):
    """Grants reading of contents, and nothing else."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return action == "read" and resource == "contents"


async def test_without_a_token_nothing_opens(connect: Connect, app: Any, jp_fetch: Any) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await connect.room("text:file:any", "", headers={"X-Nothing": "at all"})
    assert refused.value.code == 403
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch(
            *("api", "collaboration", "session", "notes.txt"),
            method="PUT",
            body=json.dumps({"format": "text", "type": "file"}),
            headers={"Authorization": "token wrong"},
        )
    assert refused.value.code == 403
    assert open_rooms(app) == 0


async def test_foreign_origins_are_refused(connect: Connect, jp_serverapp: ServerApp) -> None:
    """A page of another site may not use the cookie of who looks at it."""
    ada = await connect("notes.txt")
    cookie = {"Cookie": "", "Origin": "https://elsewhere.example"}
    with pytest.raises(HTTPClientError) as refused:
        await connect.room(f"text:file:{ada.session['fileId']}", "", headers=cookie)
    assert refused.value.code == 403


@pytest.mark.parametrize(
    ("room", "code", "reason"),
    [
        ("text:file:not-a-file-id", 4404, "no-such-file"),
        ("nonsense", 4400, "bad-room-id"),
        ("yaml:file:x", 4400, "bad-room-id"),
        ("a:b:", 4400, "bad-room-id"),
        ("JupyterLab:anotherAwareness", 4400, "bad-room-id"),
    ],
)
async def test_what_is_no_room_opens_none(
    connect: Connect, app: Any, room: str, code: int, reason: str
) -> None:
    """W10: said in a refusal to those who understand it, and in the close code to all."""
    client = await connect.room(room, "")
    assert (await client.until_closed())[0] == code
    assert client.json(3)[0]["reason"] == reason
    old = await connect.room(room, "", collab=False)
    assert (await old.until_closed())[0] == code
    assert old.frames == []
    assert open_rooms(app) == 0


@pytest.mark.parametrize(
    ("content", "type", "format", "reason", "detail"),
    [
        (b"ab\xff\xfe not text", "file", "text", "not-utf8", "byte 2"),
        (b"{ this is no notebook", "notebook", "json", "not-a-notebook", "line 1, column 3"),
        (
            b'{"cells": [{"cell_type": "heading"}], "metadata": {}, "nbformat": 4}',
            *("notebook", "json", "not-a-notebook", "cell 1 has the type 'heading'"),
        ),
        (b"some text", "file", "base64", "wrong-format", "base64:file"),
        (b"some text", "blob", "text", "wrong-format", "text:blob"),
    ],
)
async def test_files_that_cannot_be_read_say_why(
    jp_root_dir: Path,
    connect: Connect,
    content: bytes,
    type: str,
    format: str,
    reason: str,
    detail: str,
) -> None:
    (jp_root_dir / "bad.ipynb").write_bytes(content)
    client = await connect("bad.ipynb", format, type, sync=False)
    code, text = await client.until_closed()
    assert code == 4500
    refusal = client.json(3)[0]
    assert refusal["reason"] == reason
    assert detail in refusal["detail"]
    assert detail in refusal["message"]
    assert "bad.ipynb" in text
    assert (jp_root_dir / "bad.ipynb").read_bytes() == content


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"format":"x","type":"file"}', "{"])
async def test_a_bad_session_request_is_400(jp_fetch: Any, body: str) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch(
            *("api", "collaboration", "session", "notes.txt"),
            method="PUT",
            body=body,
            allow_nonstandard_methods=True,
        )
    assert refused.value.code == 400


async def test_a_reader_sees_and_changes_nothing(
    connect: Connect, jp_serverapp: ServerApp, notes: Path
) -> None:
    """Who may only read may open and watch; what they send by hand reaches nobody."""
    ada = await connect("notes.txt")
    settings = jp_serverapp.web_app.settings
    settings["authorizer"] = ReadOnly(
        parent=jp_serverapp, identity_provider=jp_serverapp.identity_provider
    )
    eve = await connect("notes.txt")
    assert eve.json(0)[0]["access"] == "view"
    eve.text += "evil"
    reply = await eve.save(3)
    assert reply["status"] == "failed"
    assert reply["reason"] == "not-allowed"
    source: Text = ada.text
    source += "good\n"
    await until(lambda: notes.read_text() == "hello\ngood\n")
    await eve.until(lambda: "good" in str(eve.text))
    assert str(ada.text) == "hello\ngood\n"
    assert eve.json(3)[0]["reason"] == "not-allowed"


@pytest.mark.parametrize(
    "frame",
    [b"", b"\x09", b"\x00\x02\xff", b"\x00\x02" + varuint(4) + b"\x01\x02\x03\x04", b"\x40\x00"],
    ids=["empty", "unknown kind", "cut off", "broken update", "hello"],
)
async def test_broken_frames_harm_only_who_sends_them(
    connect: Connect, frame: bytes, notes: Path
) -> None:
    """W12"""
    ada, eve = await connect("notes.txt"), await connect("notes.txt")
    await eve.send(frame)
    assert (await eve.until_closed())[0] == 4400
    ada.text += "fine\n"
    await until(lambda: notes.read_text() == "hello\nfine\n")
    assert ada.closed is None


async def test_text_frames_are_refused(connect: Connect) -> None:
    """W1"""
    eve = await connect("notes.txt")
    await eve.socket.write_message("text", binary=False)
    assert (await eve.until_closed())[0] == 4400


async def test_an_old_client_with_another_history_is_closed(connect: Connect) -> None:
    """L3"""
    old = await connect("notes.txt", collab=False, session_id="another", sync=False)
    code, reason = await old.until_closed()
    assert code == 1003
    assert json.loads(reason)["reason"] == "unknown_session"
    assert old.frames == []


async def test_the_lobby_spreads_presence_only(connect: Connect) -> None:
    ada = await connect.room("JupyterLab:globalAwareness", "", collab=False)
    bob = await connect.room("JupyterLab:globalAwareness", "", collab=False)
    state = json.dumps({"user": {"name": "Somebody else"}, "documents": ["notes.txt"]}).encode()
    entry = varuint(1) + varuint(17) + varuint(1) + varuint(len(state)) + state
    await ada.send(b"\x01" + varuint(len(entry)) + entry)
    await bob.until(lambda: any(f[0] == 1 for f in bob.frames))
    assert b"notes.txt" in bob.frames[-1]
    assert b"Somebody else" not in bob.frames[-1]
    await ada.close()
    await bob.until(lambda: bob.frames[-1].endswith(b"\x04null"))


async def test_many_at_once_open_one_room(
    connect: Connect, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[RoomId] = []

    def count(format: FileFormat, type: str, source: Any) -> Built:
        built.append(RoomId(format, type, FileId("")))
        return build(format, type, source)

    monkeypatch.setattr(beginnings, "build", count)
    clients = await asyncio.gather(*(connect("notes.txt") for _ in range(20)))
    assert len({client.session["sessionId"] for client in clients}) == 1
    assert open_rooms(app) == 1
    assert len(built) == 1, "the document is built once for all"


async def test_rooms_close_when_nobody_is_left(connect: Connect, app: Any) -> None:
    ada = await connect("notes.txt")
    ada.text += "x"
    await ada.close()
    await until(lambda: open_rooms(app) == 0)


async def test_nothing_is_left_of_a_closed_room(connect: Connect, app: Any) -> None:
    """Its document, its tasks and its file are gone with it."""
    ada = await connect("notes.txt")
    rooms = app.services.rooms
    actor = await rooms.open(RoomId("text", "file", ada.session["fileId"]))
    traces = [weakref.ref(part) for part in (actor, actor.room, actor.room.replica, actor.history)]
    del actor
    tasks = len(asyncio.all_tasks())
    ada.text += "x"
    await ada.save()
    await ada.close()
    await until(lambda: open_rooms(app) == 0)
    gc.collect()
    assert [trace() for trace in traces] == [None] * len(traces)
    assert len(asyncio.all_tasks()) <= tasks


async def test_no_token_in_the_log(
    connect: Connect, jp_serverapp: ServerApp, caplog: pytest.LogCaptureFixture
) -> None:
    room = "text:file:unknown"
    client = await connect.room(f"{room}?token={jp_serverapp.identity_provider.token}&", "")
    await client.until_closed()
    assert jp_serverapp.identity_provider.token not in caplog.text
