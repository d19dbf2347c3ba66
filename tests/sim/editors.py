"""What people and other programs do to a document: words are written and deleted as wholes."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Any, ClassVar

from pycrdt import Array, Map, Text

from jupyter_collab.files.formats import NotebookFormat, TextFormat
from jupyter_collab.protocol.identity import FileFormat
from jupyter_collab.room.content.notebook import Notebook

from .clients import Client


def places(text: str) -> list[int]:
    """Where a word may begin."""
    return [i for i in range(len(text) + 1) if i == 0 or text[i - 1].isspace()]


def with_word(text: str, word: str, rng: Random) -> str:
    at = rng.choice(places(text))
    return text[:at] + word + rng.choice(" \n") + text[at:]


def without_word(text: str, word: str) -> str:
    return re.sub(rf"{word}(?!\d)\s?", "", text)


def insert_word(text: Text, word: str, rng: Random) -> None:
    text.insert(rng.choice(places(str(text))), word + rng.choice(" \n"))


def delete_word(text: Text, word: str) -> bool:
    found = re.search(rf"{word}(?!\d)\s?", str(text))
    if found is not None:
        del text[found.start() : found.end()]
    return found is not None


class Editor(ABC):
    """All texts are ASCII, so that an offset is the same in bytes and in characters."""

    format: ClassVar[FileFormat]
    type: ClassVar[str]
    first: ClassVar[Any]

    @abstractmethod
    def texts(self, client: Client) -> dict[str, Text]:
        """The texts that a person may edit, by the cell they are in."""

    @abstractmethod
    def read_file(self, data: bytes) -> Any:
        """What ``Document.read`` gives of a document that was built from the file."""

    @abstractmethod
    def in_file(self, data: bytes) -> dict[str, str]:
        """The texts in the file."""

    @abstractmethod
    def edit_file(self, data: bytes, cell: str, edit: Callable[[str], str]) -> bytes:
        """What another program makes of the file."""


class TextEditor(Editor):
    format: ClassVar[FileFormat] = "text"
    type: ClassVar[str] = "file"
    first: ClassVar[Any] = "first line\nsecond line\n"

    def texts(self, client: Client) -> dict[str, Text]:
        return {"": client.text}

    def read_file(self, data: bytes) -> Any:
        return TextFormat().decode(BytesIO(data), "")

    def in_file(self, data: bytes) -> dict[str, str]:
        return {"": data.decode()}

    def edit_file(self, data: bytes, cell: str, edit: Callable[[str], str]) -> bytes:
        return edit(data.decode()).encode()


class NotebookEditor(Editor):
    format: ClassVar[FileFormat] = "json"
    type: ClassVar[str] = "notebook"
    first: ClassVar[Any] = {
        "cells": [
            {"cell_type": "markdown", "id": f"c{n}", "metadata": {}, "source": f"cell {n}\n"}
            for n in range(3)
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }

    def texts(self, client: Client) -> dict[str, Text]:
        return {cell["id"]: cell["source"] for cell in client.cells}

    def read_file(self, data: bytes) -> Any:
        return Notebook.of(NotebookFormat().decode(BytesIO(data), ""))

    def in_file(self, data: bytes) -> dict[str, str]:
        return {cell["id"]: "".join(cell["source"]) for cell in json.loads(data)["cells"]}

    def edit_file(self, data: bytes, cell: str, edit: Callable[[str], str]) -> bytes:
        return self.edit_cells(data, lambda cells: _edit_one(cells, cell, edit))

    def edit_cells(self, data: bytes, edit: Callable[[list[Any]], None]) -> bytes:
        notebook = json.loads(data)
        edit(notebook["cells"])
        return (json.dumps(notebook, indent=1, sort_keys=True) + "\n").encode()


def _edit_one(cells: list[Any], id: str, edit: Callable[[str], str]) -> None:
    for cell in cells:
        if cell["id"] == id:
            cell["source"] = edit("".join(cell["source"]))


def file_cell(id: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": id, "metadata": {}, "source": text}


def add_cell(cells: Array[Any], at: int, id: str, text: str) -> None:
    cells.insert(at, new_cell(id, "markdown", text))


def new_cell(id: str, type: str, text: str) -> Map[Any]:
    return Map({"id": id, "cell_type": type, "metadata": Map({}), "source": Text(text)})


def move_cell(cells: Array[Any], start: int, end: int) -> None:
    """As JupyterLab does: the cell is deleted, and a copy of it inserted."""
    cell = cells[start]
    copy = new_cell(cell["id"], cell["cell_type"], str(cell["source"]))
    with cells.doc.transaction():
        del cells[start]
        cells.insert(end, copy)
