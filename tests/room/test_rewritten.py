"""A tool rewrites a notebook while people type in it (M5, M9, M14, M15)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from pycrdt import Array

from jupyter_collab.room.content.document import Document, NotebookDocument
from jupyter_collab.room.content.merge import merge
from tests.room.notebooks import as_file, code, copied, markdown, notebook, opened_notebook

Source = dict[str, Any]

FIRST = [
    markdown("title", "# A title\n\nand what it is about"),
    code("load", "import pandas as pd\ndf = pd.read_csv('a.csv')\n"),
    code("plot", "df.plot(x='a',y='b')"),
    code("empty", ""),
    code("last", "print( df )"),
]


def room_of(cells: list[dict[str, Any]], minor: int = 5) -> NotebookDocument:
    source = {**notebook(*cells), "nbformat_minor": minor}
    return opened_notebook(as_file(source))


def cells_of(document: Document) -> Any:
    return document.doc.get("cells", type=Array)


def sources(document: Document) -> list[str]:
    return [cell["source"] for cell in document.source()["cells"]]


class Rewrite:
    """A room and a file that were the same, and people who type while the file is merged."""

    def __init__(self, cells: list[dict[str, Any]] | None = None, minor: int = 5) -> None:
        self.room = room_of(FIRST if cells is None else cells, minor)
        self.base = self.room.read()
        self.file = deepcopy(self.room.source())
        self.ycells = list(cells_of(self.room))
        self.person = copied(self.room, 5)

    def type(self, index: int, text: str, at: int = 0) -> None:
        """A person types, and the room has it before it merges."""
        cells_of(self.room)[index]["source"].insert(at, text)
        self.person.doc.apply_update(self.room.doc.get_update(self.person.doc.get_state()))

    def merge(self, *, meanwhile: Callable[[Any], None] | None = None) -> list[str]:
        """Merge the file; ``meanwhile`` gets the cells of a person who has not heard of it."""
        before = self.person.doc.get_state()
        content = merge(self.base, self.room.read(), self.room.content_of(self.file))
        self.room.edit(content)
        if meanwhile is not None:
            meanwhile(cells_of(self.person))
        self.person.doc.apply_update(self.room.doc.get_update(before))
        self.room.doc.apply_update(self.person.doc.get_update())
        assert self.person.source() == self.room.source()
        return sources(self.room)

    def is_kept(self, was: int, now: int) -> bool:
        """Whether the same shared types are there still, in another place perhaps."""
        cell = cells_of(self.room)[now]
        mark = f"mark {was}"
        self.ycells[was]["metadata"]["mark"] = mark
        return bool(cell["metadata"].get("mark") == mark)


def test_a_formatter_and_people_who_type_before_and_meanwhile() -> None:
    """M5, M9"""
    rewrite = Rewrite()
    rewrite.type(1, "# first of all\n")
    rewrite.file["cells"][1]["source"] = 'import pandas as pd\n\ndf = pd.read_csv("a.csv")\n'
    rewrite.file["cells"][2]["source"] = 'df.plot(x="a", y="b")'
    rewrite.file["cells"][4]["source"] = "print(df)"

    def meanwhile(cells: Any) -> None:
        cells[0]["source"].insert(2, "Not ")
        cells[2]["source"].insert(0, "ax = ")
        cells[4]["source"].insert(11, "  # all of it")

    assert rewrite.merge(meanwhile=meanwhile) == [
        "# Not A title\n\nand what it is about",
        '# first of all\nimport pandas as pd\n\ndf = pd.read_csv("a.csv")\n',
        'ax = df.plot(x="a", y="b")',
        "",
        "print(df)  # all of it",
    ]
    assert all(rewrite.is_kept(index, index) for index in range(5))


def test_executing_in_place_replaces_outputs_and_keeps_cells() -> None:
    """M9, M15: nbconvert --execute --inplace, while somebody types in a cell and below."""
    rewrite = Rewrite()
    for count, cell in enumerate(rewrite.file["cells"][1:], start=1):
        cell["execution_count"] = count
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": f"out {count}\n"}]
        cell["metadata"] = {"execution": {"iopub.status.busy": "2026-01-01T00:00:00Z"}}
    rewrite.file["metadata"]["language_info"] = {"name": "python", "version": "3.12"}
    rewrite.type(2, "# typed before\n")
    result = rewrite.merge(meanwhile=lambda cells: cells[4]["source"].insert(0, "# typed\n"))
    assert result[2] == "# typed before\ndf.plot(x='a',y='b')"
    assert result[4] == "# typed\nprint( df )"
    texts = [cell["outputs"][0]["text"] for cell in rewrite.room.source()["cells"][1:]]
    assert texts == [f"out {count}\n" for count in range(1, 5)]
    assert rewrite.room.source()["metadata"]["language_info"]["version"] == "3.12"
    assert all(rewrite.is_kept(index, index) for index in range(5))


@pytest.mark.parametrize("minor", [4, 5])
def test_moved_cells_are_found_and_take_what_is_typed(minor: int) -> None:
    """M14: with ids, and in formats that have none."""
    rewrite = Rewrite(minor=minor)
    cells = rewrite.file["cells"]
    cells.insert(0, cells.pop(4))
    rewrite.type(2, "# here\n")
    rewrite.type(4, "# there\n")
    result = rewrite.merge()
    assert sorted(result) == sorted(
        [
            FIRST[0]["source"],
            FIRST[1]["source"],
            "# here\ndf.plot(x='a',y='b')",
            "",
            "# there\nprint( df )",
        ]
    )


@pytest.mark.parametrize("minor", [4, 5])
def test_a_split_cell_keeps_all_words_once(minor: int) -> None:
    """M5"""
    rewrite = Rewrite(minor=minor)
    lines = FIRST[1]["source"].splitlines(keepends=True)
    rewrite.file["cells"][1]["source"] = lines[0]
    new = {**deepcopy(rewrite.file["cells"][1]), "source": lines[1]}
    if minor == 5:
        new["id"] = "split"
    rewrite.file["cells"].insert(2, new)
    rewrite.type(2, "# mine\n")
    text = "\n".join(rewrite.merge())
    for word in ("pandas", "read_csv", "# mine", "df.plot", "print"):
        assert text.count(word) == 1, text


@pytest.mark.parametrize("minor", [4, 5])
def test_cells_that_a_tool_joined_keep_what_was_typed(minor: int) -> None:
    """M5, M13"""
    rewrite = Rewrite(minor=minor)
    cells = rewrite.file["cells"]
    cells[1]["source"] += cells[2]["source"]
    del cells[2]
    rewrite.type(1, "# mine\n")
    text = "\n".join(rewrite.merge())
    for word in ("pandas", "read_csv", "# mine", "df.plot", "print"):
        assert text.count(word) == 1, text


@pytest.mark.parametrize("minor", [4, 5])
def test_equal_cells_stay_as_many_as_there_are(minor: int) -> None:
    """M5"""
    same = [code(f"s{index}", "step()") for index in range(4)]
    rewrite = Rewrite(same, minor)
    rewrite.file["cells"].append(deepcopy(rewrite.file["cells"][3]))
    if minor == 5:
        rewrite.file["cells"][4]["id"] = "more"
    rewrite.type(1, "first\n")
    result = rewrite.merge()
    assert result == ["step()", "first\nstep()", "step()", "step()", "step()"]
    assert all(rewrite.is_kept(index, index) for index in range(4))


def test_the_very_same_words_stay_readable() -> None:
    """M7"""
    rewrite = Rewrite()
    rewrite.room.edit(
        rewrite.room.content_of(
            notebook(*(FIRST[:4]), {**FIRST[4], "source": "print( df.head() )"})
        )
    )
    rewrite.file["cells"][4]["source"] = "print( df.tail() )"
    assert rewrite.merge()[4] == "print( df.head().tail() )"
    assert rewrite.is_kept(4, 4)
