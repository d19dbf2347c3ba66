"""Notebooks and texts for the tests of this folder, and what it takes to open them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from pycrdt import Doc

from jupyter_collab.room.content.build import build
from jupyter_collab.room.content.document import Document, NotebookDocument

REAL = sorted((Path(__file__).parents[3] / "shared" / "data" / "notebooks").glob("*.ipynb"))

ASTRAL = [
    "a😀b\U0001d4b3",
    "e\u0301",
    "👩\u200d👩\u200d👧",
    "नि",
    "\U0001d7d9",
    "\u2028",
    "日本語",
    "\r\n",
    "\x00",
]

texts = st.lists(
    st.one_of(st.sampled_from(ASTRAL), st.text(max_size=5), st.sampled_from(["\n", " ", "x = 1"])),
    max_size=5,
).map("".join)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(allow_nan=False).filter(lambda x: x != int(x) if abs(x) < 1e21 else False),
        texts,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=6,
)

objects = st.dictionaries(st.text(max_size=5), json_values, max_size=2)

streams = st.fixed_dictionaries(
    {"output_type": st.just("stream"), "name": st.sampled_from(["stdout", "stderr"]), "text": texts}
)
displays = st.fixed_dictionaries(
    {
        "output_type": st.just("display_data"),
        "data": st.dictionaries(
            st.sampled_from(["text/plain", "application/json"]), json_values, max_size=1
        ),
        "metadata": objects,
    }
)
outputs = st.lists(st.one_of(streams, displays), max_size=2)

code_cells = st.fixed_dictionaries(
    {
        "cell_type": st.just("code"),
        "source": texts,
        "metadata": objects,
        "outputs": outputs,
        "execution_count": st.one_of(st.none(), st.integers(1, 99)),
    }
)
text_cells = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["markdown", "raw"]), "source": texts, "metadata": objects},
    optional={"attachments": st.just({"a.png": {"image/png": "AA=="}}), "unknown": json_values},
)
cells = st.one_of(code_cells, text_cells)


def code(id: str, source: str, **other: Any) -> dict[str, Any]:
    cell = {"id": id, "cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    return {**cell, "execution_count": None, **other}


def markdown(id: str, source: str, **other: Any) -> dict[str, Any]:
    return {"id": id, "cell_type": "markdown", "source": source, "metadata": {}, **other}


def notebook(*cells: dict[str, Any], minor: int = 5, **metadata: Any) -> dict[str, Any]:
    if minor < 5:
        cells = tuple({k: v for k, v in cell.items() if k != "id"} for cell in cells)
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}


@st.composite
def notebooks(draw: st.DrawFn, minor: int | None = None) -> dict[str, Any]:
    """Well-formed notebooks, with ids where their format has them."""
    chosen = draw(st.sampled_from([2, 4, 5])) if minor is None else minor
    drawn = draw(st.lists(cells, max_size=4))
    named = [{"id": f"c{index}", **cell} for index, cell in enumerate(drawn)]
    result = notebook(*named, minor=chosen, **draw(objects))
    return {**result, **draw(st.sampled_from([{}, {"unknown": [1, {"a": None}]}]))}


def opened(type: str, source: Any) -> Document:
    """A document that was just built from ``source``."""
    doc: Doc[Any] = Doc(client_id=1)
    doc.apply_update(build("json" if type == "notebook" else "text", type, source).update)
    return Document.of(type, doc)


def opened_notebook(source: dict[str, Any]) -> NotebookDocument:
    document = opened("notebook", source)
    assert isinstance(document, NotebookDocument)
    return document


def copied(document: Document, client: int) -> Document:
    """The same document at another client."""
    doc: Doc[Any] = Doc(client_id=client)
    doc.apply_update(document.doc.get_update())
    return Document.of("notebook" if isinstance(document, NotebookDocument) else "file", doc)


def as_file(source: dict[str, Any]) -> dict[str, Any]:
    """``source`` as it is in a file, where cells have ids from the minor version 5 on."""
    if source["nbformat_minor"] >= 5:
        return source
    cells = [{k: v for k, v in cell.items() if k != "id"} for cell in source["cells"]]
    return {**source, "cells": cells}
