"""In which parts notebooks are given that many have written in (W15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from jupyter_collab.errors import ProtocolError
from jupyter_collab.room.content.build import build
from jupyter_collab.room.content.document import Document
from jupyter_collab.room.yjs import layout as module
from jupyter_collab.room.yjs import parts as parts_module
from jupyter_collab.room.yjs.gaps import clocks
from jupyter_collab.room.yjs.layout import parted
from jupyter_collab.room.yjs.outline import NEEDED
from jupyter_collab.room.yjs.parts import Made
from jupyter_collab.room.yjs.structs import read_structs

from .notebooks import code, notebook, notebooks

ALL = 10**6


def lay_out(doc: Doc[Any]) -> Made:
    return parted("notebook", doc.get_update(), doc.get_state(), ALL)


def cells_of(doc: Doc[Any]) -> Array[Any]:
    cells: Array[Any] = doc.get("cells", type=Array)
    return cells


def new_output(size: int, *, stream: bool) -> Map[Any]:
    if stream:
        text = Text("o" * size)
        return Map({"output_type": "stream", "name": "stdout", "text": text})
    return Map({"output_type": "display_data", "metadata": {}, "data": {"image/png": "o" * size}})


def new_cell(source: str, outputs: list[Map[Any]]) -> Map[Any]:
    """In the order in which JupyterLab writes it: outputs are not the last."""
    return Map(
        {
            "source": Text(source),
            "metadata": Map({}),
            "cell_type": "code",
            "id": f"id-{source}",
            "outputs": Array(outputs),
            "execution_count": None,
        }
    )


@dataclass
class Crowd:
    """Some clients who work on one notebook, each with a copy, and hear of each other at times."""

    docs: list[Doc[Any]]
    count: int = 0

    def do(self, who: int, what: str, where: int, size: int) -> None:
        doc = self.docs[who % len(self.docs)]
        cells = cells_of(doc)
        at = where % (len(cells) + 1)
        if what in ("move", "run", "print") and at < len(cells) and "outputs" not in cells[at]:
            what = "type"
        self.count += 1
        with doc.transaction():
            if what == "sync":
                other = self.docs[where % len(self.docs)]
                doc.apply_update(other.get_update(doc.get_state()))
            elif what == "insert" or at == len(cells):
                outputs = [new_output(size, stream=bool(where % 2))] if where % 3 == 0 else []
                cells.insert(at, new_cell(f"{who}-{self.count} ", outputs))
            elif what == "delete":
                del cells[at]
            elif what == "move":
                copy = cells[at].to_py()
                outputs = [Map(output) for output in copy["outputs"]]
                del cells[at]
                cells.insert(where % (len(cells) + 1), new_cell(copy["source"], outputs))
            else:
                self._change(cells[at], what, size, where)

    def _change(self, cell: Map[Any], what: str, size: int, where: int) -> None:
        outputs: Any = cell.get("outputs")
        if what == "run":
            outputs.clear()
            cell["execution_count"] = self.count
            outputs.extend([new_output(size, stream=bool(n % 2)) for n in range(1 + where % 3)])
        elif what == "print" and len(outputs) and isinstance(outputs[0].get("text"), Text):
            outputs[0]["text"].insert(1, "more" * size)
        elif what == "type":
            before = str(cell["source"])[: where % 7].encode()
            cell["source"].insert(len(before), "😀 word"[where % 3 :])
        elif what == "tag":
            cell["metadata"]["tags"] = [str(where)]


actions = st.tuples(
    st.integers(0, 3),
    st.sampled_from(["insert", "delete", "move", "run", "print", "tag", *(3 * ["type", "sync"])]),
    st.integers(0, 50),
    st.sampled_from([1, 30, 300]),
)


CLIENTS = st.permutations([5, 300, 2**31, 2**53 - 1])


@st.composite
def written(draw: st.DrawFn) -> Doc[Any]:
    """A notebook that several people wrote in."""
    source = draw(st.one_of(st.just(notebook(code("a", ""), code("b", ""))), notebooks(minor=5)))
    docs: list[Doc[Any]] = [Doc(client_id=client) for client in draw(CLIENTS)]
    for copy in docs:
        copy.apply_update(build("json", "notebook", source).update)
    crowd = Crowd(docs)
    for action in draw(st.lists(actions, min_size=5, max_size=30)):
        crowd.do(*action)
    doc: Doc[Any] = Doc()
    for other in docs:
        doc.apply_update(other.get_update())
    return doc


def check_that_it_can_be_shown(doc: Doc[Any]) -> None:
    for cell in cells_of(doc):
        assert {key.decode() for key in NEEDED} <= set(cell.keys())
        for output in cell.get("outputs", []):
            assert "output_type" in output


def state_after(made: Made, count: int, all: dict[int, int]) -> dict[int, int]:
    """How much of each client the first ``count`` parts have."""
    first, later = made.layout[:count], made.layout[count:]
    there = {slice.client for slices in first for slice in slices}
    follows = {slice.client: slice.clock for slices in reversed(later) for slice in slices}
    return {client: follows.get(client, all[client]) for client in there}


def with_small(doc: Doc[Any], piece: int, small: int) -> Made:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts_module, "PIECE", piece)
        patch.setattr(module, "SMALL", small)
        return lay_out(doc)


@given(written(), st.sampled_from([1, 100, 1000]), st.sampled_from([0, 50]))
def test_parts_follow_each_other_without_gaps(doc: Doc[Any], piece: int, small: int) -> None:
    """W15: nothing of a part waits for what is in a later one, and no cell is torn."""
    made, all = with_small(doc, piece, small), clocks(doc.get_state())
    copy: Doc[Any] = Doc()
    for count, part in enumerate(made.parts() if all else (), start=1):
        copy.apply_update(part)
        assert clocks(copy.get_state()) == state_after(made, count, all)
        check_that_it_can_be_shown(copy)
    assert clocks(copy.get_state()) == all
    assert cells_of(copy).to_py() == cells_of(doc).to_py()
    assert Document.of("notebook", copy).source() == Document.of("notebook", doc).source()


@given(written())
def test_the_first_part_has_no_large_output(doc: Doc[Any]) -> None:
    """W15"""
    made = with_small(doc, ALL, 50)
    copy: Doc[Any] = Doc()
    if made.is_parted:
        copy.apply_update(next(made.parts()))
    for cell in cells_of(copy):
        for output in cell.get("outputs", []):
            assert len(str(output.to_py())) < 300


@pytest.mark.parametrize("place", ["before", "after"])
def test_what_stands_on_another_clients_later_work_waits_for_it(place: str) -> None:
    """W15"""
    ada: Doc[Any] = Doc(client_id=1)
    bob: Doc[Any] = Doc(client_id=2)
    cells_of(ada).extend([new_cell("", []), new_cell("", [])])
    cells_of(ada)[0]["outputs"].append(new_output(100, stream=False))
    cells_of(ada)[1]["source"].insert(0, "of Ada")
    bob.apply_update(ada.get_update())
    cells_of(bob)[1]["source"].insert(0 if place == "before" else len("of Ada"), "of Bob")
    made = with_small(bob, 1, 50)
    assert [{slice.client for slice in slices} for slices in made.layout] == [{1}, {1, 2}]


def test_a_cell_with_its_outputs_is_not_torn_where_it_could_not_be_shown() -> None:
    """W15"""
    doc: Doc[Any] = Doc(client_id=1)
    outputs = Array([new_output(100, stream=False), new_output(100, stream=False)])
    cell = {
        "cell_type": "code",
        "id": "a",
        "outputs": outputs,
        "source": Text("x"),
        "metadata": Map({}),
    }
    cells_of(doc).extend([new_cell("y", []), Map(cell)])
    first, *others = with_small(doc, 1, 50).parts()
    copy: Doc[Any] = Doc()
    copy.apply_update(first)
    assert len(cells_of(copy)) == 1
    assert len(others) == 1


@given(written(), st.data())
def test_bytes_that_are_not_what_was_expected_are_given_as_a_whole(
    doc: Doc[Any], data: st.DataObject
) -> None:
    """W15: whatever is in the store, people can open it."""
    update = bytearray(doc.get_update())
    at = data.draw(st.integers(0, len(update) - 1))
    broken = data.draw(st.sampled_from(["cut", "changed", "put in"]))
    if broken == "cut":
        del update[at:]
    elif broken == "changed":
        update[at] = data.draw(st.integers(0, 255))
    else:
        update[at:at] = data.draw(st.binary(min_size=1, max_size=9))
    made = parted("notebook", bytes(update), doc.get_state(), ALL)
    assert made.update == update
    assert sum(map(len, made.parts() if made.layout else ())) < 2 * len(update) + 1000


@pytest.mark.parametrize(
    "content",
    [
        b"\x01\x03",
        b"\x02\x02\x011\x04null",
        b"\x03\x02ab",
        b"\x04\x04a\xc3\xa9b",
        b"\x05\x02{}",
        b"\x06\x01b\x04true",
        b"\x07\x03\x01p",
        b"\x08\x02\x76\x01\x01k\x75\x02\x7d\x81\x01\x7b" + bytes(8) + b"\x7c" + bytes(4),
        b"\x08\x05\x78\x79\x7e\x7f\x74\x01a",
    ],
)
def test_every_kind_of_content_is_known(content: bytes) -> None:
    """W15: the next struct and its clock are found behind it."""
    clock = {1: 3, 2: 2, 4: 3, 8: content[1]}.get(content[0], 1)
    item = bytes((content[0], 1)) + b"\x01s" + content[1:]
    (run,) = read_structs(b"\x01\x02\x07\x00" + item + b"\x00\x05" + b"\x00", ALL)
    assert [(it.at, it.clock) for it in run.structs] == [(4, 0), (4 + len(item), clock)]
    assert (run.client, run.clock, run.end) == (7, clock + 5, 6 + len(item))


@pytest.mark.parametrize(
    "update",
    [
        b"\x01\x01\x07\x00\x0a\x02\x00",  # a gap
        b"\x01\x01\x07\x00\x0b\x01\x01s\x01\x00",  # a content that is not known
        b"\x01\x01\x07\x00\x07\x01\x01s\x07\x00",  # a type that is not known
        b"\x01\x01\x07\x00\x08\x01\x01s\x01\x01\x00",  # a value that is not known
        b"\x01\x01\x07\x00\x08\x01\x01s\x01" + 200 * b"\x75\x01" + b"\x7e\x00",
        b"\x01\x01\x07\x00\x04\x01\x01s\x02\xc3\x28\x00",  # text that is none
        b"\x01\x01\x07\x00\x00" + 20 * b"\xff" + b"\x00\x00",  # a number without end
        b"\x01\xff\xff\xff\x0f\x07\x00\x00\x01",  # more than can be looked at
        b"\x01\x01\x07\x00\x04\x01\x01s\x7fa",
        b"",
    ],
)
def test_what_is_not_known_is_told(update: bytes) -> None:
    """W15"""
    with pytest.raises(ProtocolError):
        read_structs(update, ALL)
    assert not parted("notebook", update, b"\x00", ALL).layout


@pytest.mark.parametrize(
    ("runs", "state"),
    [
        (b"\x01\x01\x07\x02\x00\x03", {7: 5}),  # what is before it is not there
        (b"\x01\x01\x07\x00\x00\x03", {7: 4}),  # it is not all of it
        (b"\x02\x01\x07\x00\x00\x03\x01\x07\x00\x00\x03", {7: 3}),  # twice the same
        (b"\x01\x01\x07\x00\x84\x08\x01\x01a", {7: 1}),  # stands on nobody's
        (b"\x01\x01\x07\x00\x84\x07\x01\x01a", {7: 1}),  # stands on what comes later
    ],
)
def test_what_is_not_all_of_a_document_has_no_parts(runs: bytes, state: dict[int, int]) -> None:
    """W15"""
    vector = bytes([len(state), *(number for pair in state.items() for number in pair)])
    assert parted("notebook", runs + b"\x00", vector, ALL) == Made(runs + b"\x00")


def test_no_more_is_looked_at_than_allowed() -> None:
    """W15"""
    doc: Doc[Any] = Doc()
    cells_of(doc).extend([new_cell("a", [new_output(3000, stream=False)]), new_cell("b", [])])
    update, state = doc.get_update(), doc.get_state()
    assert parted("notebook", update, state, 100).is_parted
    assert not parted("notebook", update, state, 10).is_parted
    assert not parted("file", update, state, 100).is_parted
