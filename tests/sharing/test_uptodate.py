"""What guests and strangers read of a document that somebody has just changed (F11)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyter_collab.server.requests import uptodate
from jupyter_collab.server.requests.copies import Copies
from tests.server.conftest import Connect

from .conftest import Browser, MakeBrowser, make_link, open_link

LONG = 3600.0
"""Seconds: nothing is written before somebody needs it."""


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    settings = jp_server_config["YDocExtension"]
    settings |= {"document_save_delay": LONG, "document_save_max_wait": LONG}
    return jp_server_config


async def test_who_may_read_a_document_has_what_was_just_typed(
    owner: Browser, browser: MakeBrowser, connect: Connect, files: Path
) -> None:
    """F11: a guest as much as its owner, and nobody else makes the server write anything."""
    guest, stranger, place = browser(), browser(), "api/contents/shared/notes.txt"
    await open_link(guest, await make_link(owner))
    ada = await connect("shared/notes.txt")
    ada.text += "new\n"
    await ada.durable()
    assert (await stranger.fetch(place)).code == 403
    assert (files / "shared" / "notes.txt").read_text() == "hello\n"
    assert (await guest.json(place))["content"] == "hello\nnew\n"


@pytest.fixture
def few_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server remembers no more than some five readings of the notes."""
    monkeypatch.setattr(uptodate, "Copies", lambda: Copies(most=2000))


@pytest.mark.usefixtures("few_copies")
async def test_what_guests_read_takes_no_place_from_what_agents_have_read(
    owner: Browser, browser: MakeBrowser, connect: Connect
) -> None:
    """F12: else whoever has a link to view could have an agent delete what people write."""
    place = "api/contents/shared/notes.txt"
    link = await make_link(owner)
    ada = await connect("shared/notes.txt")
    model = await owner.json(place)
    ada.text += "ada\n"
    await ada.durable()
    for _ in range(8):
        guest = browser()
        await open_link(guest, link)
        await guest.json(place)
    sent = {"type": "file", "format": "text", "content": "agent\n" + model["content"]}
    await owner.json(place, "PUT", sent)
    await ada.until(lambda: str(ada.text) == "agent\nhello\nada\n")
