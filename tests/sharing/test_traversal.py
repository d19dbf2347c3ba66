"""Paths that lead out of where a route looks, on every route that makes a path of what it is
asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from .conftest import SECRET, TOKEN, Browser, MakeBrowser, make_link, open_link
from .routes import OWN, ROUTES

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::FutureWarning",
    "ignore::jupyter_server.utils.JupyterServerAuthWarning",
)

EXTENSIONS = ("jupyterlab", "notebook", "jupyter_lsp", "jupyter_server_terminals")
SETTINGS = "lab/api/settings/"
TRANSLATIONS = "lab/api/translations/"


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    jp_server_config["ServerApp"]["jpserver_extensions"] |= dict.fromkeys(EXTENSIONS, True)
    return jp_server_config


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """What a server leaves in its runtime folder, and more of that kind."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    told = {"token": SECRET, "properties": {}, "cells": [], "metadata": {}, "nbformat": 4}
    for name in ("jpserver-1.json", "jpserver-1.ipynb", "jpserver-1.txt", "jpserver-1.css"):
        (folder / name).write_text(json.dumps(told))
    return folder


async def come(owner: Browser, browser: MakeBrowser) -> Browser:
    """A guest who may view one document."""
    guest = browser()
    await open_link(guest, await make_link(owner, OWN))
    await guest.fetch("login")
    return guest


def places() -> list[str]:
    """What comes before the first argument of each route that has one."""
    found = (pattern.partition("(")[0].strip("/?.*") for pattern in ROUTES if "(" in pattern)
    return sorted({f"{place}/".lstrip("/") for place in found})


def ways_to(folder: Path) -> Iterator[str]:
    """Addresses of files in ``folder`` for a route that joins what it gets to a folder."""
    up = "/".join([".."] * 20)
    inside = f"shared/{up}"
    for way in (f"{folder}", f"{up}{folder}", f"{inside}{folder}", f"{OWN}/../../{up}{folder}"):
        for file in (":jpserver-1", "/jpserver-1.json", "/jpserver-1.ipynb", "/jpserver-1.txt"):
            path = way + file
            yield from (path, quote(path, safe=""), path.replace("..", "%2e%2e"))
            yield path.replace("/", "%5C")
    yield from (f"x:{up}{folder}/jpserver-1", f"x:%2E%2E%2F{up}{folder}/jpserver-1")


async def test_no_route_leads_out_of_its_folder(
    owner: Browser, browser: MakeBrowser, elsewhere: Path, jp_root_dir: Path
) -> None:
    """G2: whatever a path has in it, and however it is written."""
    guest = await come(owner, browser)
    kept, told = dict(guest.cookies), []
    forbidden = (SECRET, TOKEN, str(jp_root_dir), sys.prefix, str(Path.home()))
    for path in (place + way for place in places() for way in ways_to(elsewhere)):
        guest.cookies = dict(kept)
        response = await guest.fetch(path)
        text = (response.body or b"").decode("utf-8", "replace") + str(response.headers)
        told += [f"{path} told {word!r}" for word in forbidden if word in text]
    assert not told, "\n".join(told)


NOT_OF_PLUGINS = (
    *("{elsewhere}:jpserver-1", "%2E%2E%2F..%2Fx:y", "../../x:y", "@a/../b:c", "a:../b", "a:b/c"),
    *("a:b:c", "a", "a/:b", ":b", "a:", "@/a:b", "a%5Cb:c", "a:.b", "a%00:b", "a%0A:b", "a:b%0A"),
)


async def test_settings_are_those_of_plugins(
    owner: Browser, browser: MakeBrowser, elsewhere: Path
) -> None:
    """G2: what cannot be the name of a plugin is not asked for; all that are listed can be had."""
    guest = await come(owner, browser)
    for name in NOT_OF_PLUGINS:
        response = await guest.fetch(SETTINGS + name.format(elsewhere=elsewhere))
        assert (response.code, name) == (403, name)
        assert json.loads(response.body)["reason"] == "not-allowed"
    listed = (await guest.json("lab/api/settings?ids_only=true"))["settings"]
    assert len(listed) > 20
    for plugin in listed:
        assert (await guest.json(SETTINGS + plugin["id"]))["id"] == plugin["id"]


async def test_plugins_that_are_not_there_tell_no_place(
    owner: Browser, browser: MakeBrowser
) -> None:
    """G2: the owner hears where the schema was looked for, a guest that there is none."""
    guest = await come(owner, browser)
    assert "/a/b.json" in (await owner.fetch(SETTINGS + "a:b")).body.decode()
    response = await guest.fetch(SETTINGS + "a:b")
    assert response.code == 404
    assert json.loads(response.body) == {"message": "Not Found"}


async def test_translations_are_those_of_languages(owner: Browser, browser: MakeBrowser) -> None:
    """G2"""
    guest = await come(owner, browser)
    for locale in ("..", "..%2Fen", "%2Fetc%2Fen", "en/../../x", "e.n", "e%5Cn", "en%0A"):
        assert (await guest.fetch(TRANSLATIONS + locale)).code == 403, locale
    for locale in ("default", "en", "de_DE", "zh-CN", "ca_ES@valencia", "ach_UG"):
        assert set(await guest.json(TRANSLATIONS + locale)) == {"data", "message"}


async def test_a_broken_language_pack_tells_no_place(
    owner: Browser, browser: MakeBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G2: JupyterLab answers with the traceback."""
    guest = await come(owner, browser)

    def broken(locale: str) -> Any:
        raise OSError(f"{sys.prefix}/{locale}")

    monkeypatch.setattr("jupyterlab_server.translations_handler.get_language_pack", broken)
    assert sys.prefix in (await owner.json(TRANSLATIONS + "de"))["message"]
    assert await guest.json(TRANSLATIONS + "de") == {"data": {}, "message": ""}


@pytest.mark.parametrize(
    ("asked", "content"),
    [("type=notebook", b"no notebook"), ("format=text&type=file", b"\xff")],
)
async def test_errors_of_the_own_document_tell_no_place(
    owner: Browser, browser: MakeBrowser, jp_root_dir: Path, asked: str, content: bytes
) -> None:
    """G2: contents managers name the file on the disk where they cannot read it."""
    guest = await come(owner, browser)
    (jp_root_dir / OWN).write_bytes(content)
    place = f"api/contents/{OWN}?{asked}"
    assert str(jp_root_dir) in (await owner.fetch(place)).body.decode()
    response = await guest.fetch(place)
    assert (response.code, response.reason) == (400, "Bad Request")
    assert json.loads(response.body) == {"message": "Bad Request"}
