"""What other extensions on the server are told of documents (O12)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from tests.waiting import until

from .conftest import Connect

SESSION = "https://schema.jupyter.org/jupyter_collaboration/session/v1"
AWARENESS = "https://schema.jupyter.org/jupyter_collaboration/awareness/v1"


@pytest.fixture
def notes(jp_root_dir: Path) -> Path:
    path = jp_root_dir / "notes.txt"
    path.write_text("one\n")
    return path


async def test_an_extension_hears_of_a_room_from_its_beginning_to_its_end(
    notes: Path, jp_serverapp: ServerApp, app: Any, connect: Connect
) -> None:
    """O12: chats wait for these events, and take the document then."""
    heard: list[dict[str, Any]] = []
    sources: list[str] = []

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        heard.append(data)
        if (data.get("action"), data.get("msg")) == ("initialize", "Room initialized"):
            document = await app.get_document(room_id=data["room"], copy=False)
            sources.append(document.source)

    assert jp_serverapp.event_logger is not None
    for schema in (SESSION, AWARENESS):
        jp_serverapp.event_logger.add_listener(schema_id=schema, listener=listen)
    for _ in range(2):
        heard.clear()
        ada = await connect("notes.txt")
        bob = await connect("notes.txt")
        ada.text += "two\n"
        await ada.save()
        await ada.close()
        await bob.close()
        await until(lambda: heard[-1].get("action") == "clean")
        assert [event["action"] for event in heard] == [
            *("load", "initialize", "join", "join", "save", "leave", "leave", "clean")
        ]
        room = f"text:file:{ada.session['fileId']}"
        assert {event.get("room", event.get("roomid")) for event in heard} == {room}
        assert {event.get("path") for event in heard} == {"notes.txt", None}
    assert sources == ["one\n", "one\ntwo\n"]
