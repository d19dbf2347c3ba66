"""The pages of *Settings* in other languages, as Jupyter's server makes them of ``schema/``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from jupyterlab_server.translation_utils import translator

SCHEMAS = sorted((Path(__file__).parent.parent / "schema").glob("*.json"))
LOCALE = "de_DE"
DOMAIN = "jupyter_collab"
"""What the front end loads its own words from: see ``src/translation.ts``."""


def words(schema: Any) -> Iterator[str]:
    """All that is read by people."""
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name in {"title", "description"} and isinstance(value, str):
                yield value
            else:
                yield from words(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from words(item)


def translated(text: str) -> str:
    return f"«{text}»"


def make_language_pack(directory: Path, texts: list[str]) -> ModuleType:
    messages = directory / "locale" / LOCALE / "LC_MESSAGES"
    messages.mkdir(parents=True)
    catalog = Catalog(locale=LOCALE)
    for context in ("schema", "settings"):
        for text in texts:
            catalog.add(text, translated(text), context=context)
    with (messages / f"{DOMAIN}.mo").open("wb") as file:
        write_mo(file, catalog)
    package = ModuleType(f"jupyterlab_language_pack_{LOCALE}")
    package.__file__ = str(directory / "__init__.py")
    return package


def test_there_are_pages() -> None:
    assert [path.stem for path in SCHEMAS] == ["outputs", "presence"]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_a_page_is_translated_by_the_language_pack_of_the_extension(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = json.loads(path.read_text())
    texts = list(words(schema))
    package = make_language_pack(tmp_path, texts)
    monkeypatch.setitem(sys.modules, package.__name__, package)
    monkeypatch.setattr(translator, "_LOCALE", LOCALE)
    monkeypatch.setattr(translator, "_TRANSLATORS", {})
    assert list(words(translator.translate_schema(schema))) == [translated(text) for text in texts]
