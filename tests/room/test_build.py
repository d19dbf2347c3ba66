"""Histories that are built from the content of a file (L2, M1, M2, M3)."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_ydoc import YNotebook
from pycrdt import Array, Doc

from jupyter_collab.errors import NotANotebook
from jupyter_collab.room.content.build import build, lineage
from jupyter_collab.room.content.document import Document
from jupyter_collab.room.yjs import updates
from tests.room.notebooks import (
    ASTRAL,
    REAL,
    code,
    json_values,
    markdown,
    notebook,
    notebooks,
    opened,
    opened_notebook,
    texts,
)

RICH = notebook(
    code(
        "a", "a😀b\U0001d4b3", outputs=[{"output_type": "stream", "name": "stdout", "text": "é\n"}]
    ),
    markdown("b", "# e\u0301", attachments={"x": {"image/png": "AA=="}, "a": {"b": "c", "a": "d"}}),
    kernelspec={"name": "python3", "display_name": "Python", "z": {"b": 1, "a": [1, 2.5, None]}},
)

OTHER_PROCESS = """
import json, sys
from jupyter_collab.room.content.build import build
built = build("json", "notebook", json.load(sys.stdin))
print(built.update.hex(), built.lineage)
"""


@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_the_same_content_gives_the_same_bytes_in_every_process(seed: str) -> None:
    """L2"""
    built = build("json", "notebook", RICH)
    run = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS],
        input=json.dumps(RICH),
        env={"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == [built.update.hex(), built.lineage]


def test_the_bytes_have_not_changed_without_a_new_codec_version() -> None:
    """L2: where this fails on purpose, raise ``CODEC`` and put the new value here."""
    assert lineage("json", "notebook", RICH) == "fa1f7720ad2e157077618435b6ce8b09"
    assert lineage("text", "file", "a😀b") == "6840879608f36b8efb89b11231f55761"


def test_the_order_of_keys_does_not_matter() -> None:
    """L2"""
    assert build("json", "notebook", dict(reversed(RICH.items()))) == build(
        "json", "notebook", RICH
    )


@given(notebooks(), notebooks())
def test_other_content_has_another_lineage(one: Any, other: Any) -> None:
    """L2"""
    assert (lineage("json", "notebook", one) == lineage("json", "notebook", other)) == (
        one == other
    )


def test_the_client_of_a_built_history_is_no_browser_s() -> None:
    """M1: browsers draw theirs from 32 bits, and JavaScript holds 53."""
    for text in ASTRAL:
        assert 2**52 <= build("text", "file", text).client < 2**53


@given(notebooks())
def test_long_texts_give_the_same_bytes(source: dict[str, Any]) -> None:
    """Whether they are kept as they are until they are written, or not."""
    built = []
    with pytest.MonkeyPatch.context() as patch:
        for long in (1, 10**9):
            patch.setattr(updates, "LONG", long)
            built.append(build("json", "notebook", source))
    assert built[0] == built[1]


@given(notebooks())
def test_opening_a_notebook_does_not_change_it(source: dict[str, Any]) -> None:
    """M2"""
    document = opened_notebook(source)
    assert document.problems() == []
    assert document.source() == source
    assert json.dumps(document.source(), sort_keys=True) == json.dumps(source, sort_keys=True)


@given(texts)
def test_opening_a_text_does_not_change_it(source: str) -> None:
    """M2"""
    assert opened("file", source).source() == source


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_opening_a_real_notebook_does_not_change_it(path: Any) -> None:
    """M2"""
    source = json.loads(path.read_text("utf-8"))
    for cell in source["cells"]:
        cell["source"] = "".join(cell["source"])
        for output in cell.get("outputs", []):
            if "text" in output:
                output["text"] = "".join(output["text"])
    assert opened_notebook(source).source() == source


@given(notebooks())
def test_a_built_notebook_is_a_shared_model(source: dict[str, Any]) -> None:
    """M2"""
    document = opened_notebook(source)
    model = YNotebook(document.doc).get(deduplicate=False)
    assert len(document.read().cells) == len(model["cells"])
    for cell, ours in zip(model["cells"], document.read().cells, strict=True):
        assert {"id": ours["id"]} | cell == ours
    assert model["metadata"] == source["metadata"]


@given(json_values)
def test_values_of_every_kind_survive(value: Any) -> None:
    """M2"""
    source = notebook(code("a", ""), value=value)
    assert opened_notebook(source).source() == source


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (2**60, 2**60),
        (10**400, float("inf")),
        (1e300, 1e300),
        (2.0, 2),
        (-0.5, -0.5),
        ([1.5] * 20, [1.5] * 20),
        ([*range(-70, 70)], [*range(-70, 70)]),
        ([-(2**31), 2**31, -64, -63, 63, 64], [-(2**31), 2**31, -64, -63, 63, 64]),
    ],
)
def test_numbers_are_those_of_json_in_javascript(value: Any, read: Any) -> None:
    """M2"""
    metadata = opened_notebook(notebook(code("a", ""), value=value)).source()["metadata"]
    assert repr(metadata["value"]) == repr(read)


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    """M2"""
    assert opened("file", "a\ud83db😀").source() == "a\ufffdb😀"


@pytest.mark.parametrize("minor", [4, 5])
def test_an_empty_notebook_shows_one_cell_that_is_not_in_the_file(minor: int) -> None:
    """M3"""
    document = opened_notebook(notebook(minor=minor))
    assert len(document.read().cells) == 1
    assert document.source() == notebook(minor=minor)
    text = document.doc.get("cells", type=Array)[0]["source"]
    text += "x"
    assert [cell["source"] for cell in document.source()["cells"]] == ["x"]


def test_cells_without_ids_get_ids_from_their_place_and_content() -> None:
    """L2"""
    cells = [markdown("", "x"), markdown("", "x"), markdown("", "y")]
    source = notebook(*cells, minor=4)
    first, second, third = (c["id"] for c in opened_notebook(source).read().cells)
    assert len({first, second, third}) == 3
    changed = notebook(cells[0], cells[1], markdown("", "z"), minor=4)
    assert [c["id"] for c in opened_notebook(changed).read().cells][:2] == [first, second]


def test_double_ids_of_a_file_are_parted() -> None:
    """L2"""
    source = notebook(markdown("a", "x"), markdown("a", "y"), markdown("b", "z"))
    ids = [cell["id"] for cell in opened_notebook(source).source()["cells"]]
    assert ids[0] == "a"
    assert ids[2] == "b"
    assert len(set(ids)) == 3
    assert ids == [cell["id"] for cell in opened_notebook(source).source()["cells"]]


@pytest.mark.parametrize(
    "source",
    [
        None,
        [],
        {},
        {"cells": None},
        {"cells": ["x"]},
        {"cells": [{"cell_type": "heading", "source": ""}]},
        {"cells": [{"cell_type": "raw", "source": 1}]},
        {"cells": [{"cell_type": "code", "source": "", "outputs": ["x"]}]},
        {"cells": [{"cell_type": "code", "source": "", "metadata": None}]},
        {"cells": [], "metadata": []},
    ],
)
def test_what_is_no_notebook_is_refused(source: Any) -> None:
    """M4"""
    with pytest.raises(NotANotebook):
        build("json", "notebook", source)


@given(st.binary())
def test_a_blob(source: bytes) -> None:
    """M2"""
    doc: Doc[Any] = Doc()
    doc.apply_update(build("base64", "blob", source).update)
    assert Document.of("blob", doc).source() == source


def test_an_unknown_type_is_a_text() -> None:
    """M2"""
    assert opened("no-such-type", "x").source() == "x"
