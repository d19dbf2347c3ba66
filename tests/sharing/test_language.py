"""Pages for guests in the language of their browser."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_collab.sharing.pages import language
from jupyter_collab.sharing.pages.own import Pages

from .conftest import MakeBrowser

GERMAN = {"This link is not known": "Dieser Link ist nicht bekannt <so>"}


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language pack for JupyterLab, installed as pip does."""
    module = tmp_path / "jupyterlab_language_pack_de_DE"
    messages = module / "locale" / "de_DE" / "LC_MESSAGES"
    messages.mkdir(parents=True)
    (module / "__init__.py").touch()
    (messages / f"{language.DOMAIN}.mo").write_bytes(_catalog(GERMAN))
    info = tmp_path / "jupyterlab_language_pack_de_DE-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: jupyterlab-language-pack-de-DE\nVersion: 1\n")
    entry = "[jupyterlab.languagepack]\nde_DE = jupyterlab_language_pack_de_DE\n"
    (info / "entry_points.txt").write_text(entry)
    monkeypatch.syspath_prepend(tmp_path)
    language.installed.cache_clear()
    yield
    language.installed.cache_clear()


def _catalog(words: dict[str, str]) -> bytes:
    """The bytes of a gettext ``.mo`` file."""
    pairs = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **words}.items())
    parts = [text.encode() for pair in zip(*pairs, strict=True) for text in pair]
    tables = 28
    start = tables + 8 * len(parts)
    entries = b""
    for part in parts:
        entries += struct.pack("<II", len(part), start)
        start += len(part) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), tables, tables + 8 * len(pairs), 0, tables)
    return head + entries + b"".join(part + b"\0" for part in parts)


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("", "en"),
        ("de", "de_DE"),
        ("de-AT,de;q=0.9,en;q=0.8", "de_DE"),
        ("pt-BR", "pt_BR"),
        ("pt", "pt_BR"),
        ("PT-pt", "pt_PT"),
        ("en-US,de;q=0.5", "en"),
        ("de;q=0.5,en;q=0.9", "en"),
        ("de;q=0,pt-PT;q=0.1", "pt_PT"),
        ("fr, de;q=x, *;q=0.1", "en"),
    ],
)
def test_the_language_is_the_first_that_the_browser_asks_for(accepted: str, locale: str) -> None:
    locales = {"en", "de_DE", "pt_PT", "pt_BR"}
    assert language.preferred(accepted, locales) == locale


async def test_pages_are_in_the_language_of_the_browser(german: None, browser: MakeBrowser) -> None:
    guest = browser()
    guest.always["Accept-Language"] = "de-CH,de;q=0.9,en;q=0.5"
    page = (await guest.fetch("collab/join?share_token=unknown")).body.decode()
    assert "<h1>Dieser Link ist nicht bekannt &lt;so&gt;</h1>" in page
    assert '<html lang="de-DE">' in page
    guest.always["Accept-Language"] = "fr"
    page = (await guest.fetch("collab/join?share_token=unknown")).body.decode()
    assert "<h1>This link is not known</h1>" in page
    assert '<html lang="en">' in page


def test_what_nobody_has_translated_is_in_english(german: None) -> None:
    assert "<h1>This link has expired</h1>" in Pages("de").ended("expired")
