"""What guests write: text and cells, and nothing that could run in anybody's browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text, UndoManager

from jupyter_collab.protocol.messages import Adopt, Awareness, Ping, Save, SyncStep1, SyncUpdate
from jupyter_collab.room.content.build import build
from jupyter_collab.room.guests.sieve import MAX_REMEMBERED, Sieve
from jupyter_collab.room.permissions import admits
from jupyter_collab.room.replica import Replica

from .world import World, person

SCRIPT = "<script>EVIL()</script>"
HTML = {"output_type": "display_data", "data": {"text/html": SCRIPT}, "metadata": {}}
STREAM = {"output_type": "stream", "name": "stdout", "text": "1\n"}


def code(id: str, source: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        **more,
    }


NOTEBOOK = {
    "cells": [
        code("plain"),
        code("shown", outputs=[STREAM], metadata={"trusted": True, "mine": 1}, execution_count=3),
        {"id": "words", "cell_type": "markdown", "source": "# Title", "metadata": {}},
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


class Room:
    """A replica with a sieve, and a guest who has a copy of the document."""

    def __init__(self, type: str = "notebook", source: Any = NOTEBOOK) -> None:
        doc: Doc[Any] = Doc(client_id=7)
        doc.apply_update(build("json" if type == "notebook" else "text", type, source).update)
        self.replica = Replica(type, doc)
        self.replica.take()
        self.sieve = Sieve(self.replica)
        self.guest: Doc[Any] = Doc()
        self.guest.apply_update(self.replica.snapshot())
        self.cells: Array[Any] = self.guest.get("cells", type=Array)
        self.meta: Map[Any] = self.guest.get("meta", type=Map)
        self.state: Map[Any] = self.guest.get("state", type=Map)
        self.text: Text = self.guest.get("source", type=Text)
        self.written: list[bytes] = []
        self.guest.observe(lambda event: self.written.append(event.update))
        self.published: list[bytes] = []

    def cell(self, id: str) -> Map[Any]:
        return next(cell for cell in self.cells if cell["id"] == id)

    def examine(self) -> str:
        """What is found in all that the guest has written since the last time; taken in."""
        found = "harmless"
        for update in self.written:
            examined = self.sieve.examine(update, lambda client: False)
            verdict = examined.finding
            if verdict == "harmful":
                self.sieve.admit_mended(update, examined.touched)
                found = verdict
            elif verdict == "harmless":
                self.replica.apply([update])
            else:
                found = verdict
            for published in self.replica.take()[0]:
                self.sieve.follow(published)
                self.published.append(published)
        self.written.clear()
        return found

    def take_in_of_others(self) -> None:
        """Let the guest have what others have written."""
        for published in self.replica.take()[0]:
            self.sieve.follow(published)
            self.guest.apply_update(published)
        self.written.clear()

    @property
    def notebook(self) -> dict[str, Any]:
        source: dict[str, Any] = self.replica.document.source()
        return source


@pytest.fixture
def room() -> Room:
    return Room()


def new_cell(id: str = "new", **more: Any) -> Map[Any]:
    cell = code(id, "print()", **more)
    outputs = [Map(output) for output in cell["outputs"]]
    return Map(
        {
            **cell,
            "source": Text(cell["source"]),
            "metadata": Map(cell["metadata"]),
            "outputs": Array(outputs),
            "execution_state": "idle",
        }
    )


def type_a_word(room: Room) -> None:
    source: Text = room.cell("shown")["source"]
    source += "2"


def insert(room: Room) -> None:
    room.cells.insert(1, new_cell())


def insert_as_jupyterlab_does(room: Room) -> None:
    room.cells.insert(1, new_cell(metadata={"trusted": True}))


def delete(room: Room) -> None:
    del room.cells[1]


def move(room: Room) -> None:
    """As JupyterLab does: a copy, and the original is gone."""
    with room.guest.transaction():
        cell = room.cells[1].to_py()
        del room.cells[1]
        room.cells.insert(0, rebuilt(cell))


def rebuilt(cell: dict[str, Any]) -> Map[Any]:
    """A copy as JupyterLab makes it."""
    cell = {key: value for key, value in cell.items() if key != "execution_state"}
    outputs = [
        Map({**o, "text": Text(o["text"])}) if o["output_type"] == "stream" else Map(o)
        for o in cell["outputs"]
    ]
    typed = {"source": Text(cell["source"]), "metadata": Map(cell["metadata"])}
    return Map({**cell, **typed, "outputs": Array(outputs)})


def paste(room: Room) -> None:
    room.cells.append(rebuilt({**room.cells[1].to_py(), "id": "copy"}))


def delete_and_undo(room: Room) -> None:
    cell = room.cells[1].to_py()
    del room.cells[1]
    room.cells.insert(1, rebuilt(cell))


def paste_under_its_id(room: Room) -> None:
    """As where somebody else has moved it at the same time; the room makes one of them."""
    room.cells.append(rebuilt(room.cells[1].to_py()))


def paste_many(room: Room) -> None:
    cell = room.cells[1].to_py()
    with room.guest.transaction():
        for number in range(50):
            room.cells.append(rebuilt({**cell, "id": f"copy-{number}"}))


def cut_and_paste(room: Room) -> None:
    cell = room.cells[1].to_py()
    del room.cells[1]
    type_into(room, "plain")
    room.cells.append(rebuilt(cell))


def undoing(room: Room) -> UndoManager:
    return UndoManager(scopes=[room.cells], capture_timeout_millis=0)


def undo_a_deletion(room: Room) -> None:
    """As Yjs undoes it: the same cell, once more."""
    manager = undoing(room)
    del room.cells[1]
    assert manager.undo()
    assert manager.redo()
    assert manager.undo()


def undo_an_insertion(room: Room) -> None:
    manager = undoing(room)
    room.cells.insert(1, new_cell(metadata={"trusted": True}))
    assert manager.undo()
    assert manager.redo()


def type_into(room: Room, id: str) -> None:
    source: Text = room.cell(id)["source"]
    source += " more"


def split(room: Room) -> None:
    """As JupyterLab does: what is above goes into a new cell."""
    with room.guest.transaction():
        room.cells.insert(0, new_cell(metadata={"trusted": True}))
        source: Text = room.cell("plain")["source"]
        source.clear()
        source += "rest"


def merge_cells(room: Room) -> None:
    with room.guest.transaction():
        type_into(room, "shown")
        del room.cells[0]


def change_type(room: Room) -> None:
    """As JupyterLab does: another cell, with the same id and without outputs."""
    with room.guest.transaction():
        del room.cells[0]
        words = {"cell_type": "markdown", "id": "plain", "metadata": Map({}), "source": Text("1")}
        room.cells.insert(0, Map(words))
    with room.guest.transaction():
        del room.cells[2]
        room.cells.insert(2, new_cell(id="words", metadata={"trusted": True}))


def replace_metadata(room: Room) -> None:
    """With what of it is not for guests as it was."""
    room.cell("shown")["metadata"] = Map({"trusted": True, "mine": 1, "collapsed": True})
    room.cells.append(new_cell())
    room.cell("new")["metadata"] = Map({"tags": ["a"]})


def collapse(room: Room) -> None:
    room.cell("plain")["metadata"]["collapsed"] = True
    room.cell("plain")["metadata"]["tags"] = ["a"]
    room.cell("plain")["metadata"]["jupyter"] = {"source_hidden": True}


def attach(room: Room) -> None:
    room.cell("words")["attachments"] = {"a.png": {"image/png": "aGVsbG8="}}


def mark_dirty(room: Room) -> None:
    room.state["dirty"] = True


HARMLESS = [
    type_a_word,
    insert,
    insert_as_jupyterlab_does,
    delete,
    move,
    paste,
    paste_under_its_id,
    paste_many,
    cut_and_paste,
    delete_and_undo,
    undo_a_deletion,
    undo_an_insertion,
    split,
    merge_cells,
    change_type,
    replace_metadata,
    collapse,
    attach,
    mark_dirty,
]


@pytest.mark.parametrize("write", HARMLESS, ids=lambda write: write.__name__)
def test_guests_write_text_and_cells(room: Room, write: Callable[[Room], None]) -> None:
    write(room)
    assert room.examine() == "harmless"
    assert room.guest.get_state() == room.replica.state_vector()
    assert room.cells.to_py() == room.replica.doc.get("cells", type=Array).to_py()


def output_html(room: Room) -> None:
    room.cell("plain")["outputs"].append(Map(HTML))


def output_svg(room: Room) -> None:
    svg = {"image/svg+xml": f"<svg onload='EVIL()'>{SCRIPT}</svg>"}
    room.cell("shown")["outputs"].append(Map({**HTML, "data": svg}))


def output_link(room: Room) -> None:
    link = {"text/html": "<a href='javascript:EVIL()'>click</a>"}
    room.cell("shown")["outputs"].append(Map({**HTML, "data": link}))


def output_within(room: Room) -> None:
    room.cell("shown")["outputs"][0]["data"] = {"text/html": SCRIPT}


def output_stream(room: Room) -> None:
    text: Text = room.cell("shown")["outputs"][0]["text"]
    text += SCRIPT


def replace_outputs(room: Room) -> None:
    room.cell("plain")["outputs"] = [HTML]


def insert_with_outputs(room: Room) -> None:
    room.cells.append(new_cell(outputs=[HTML], metadata={"trusted": True}))


def insert_strange_outputs(room: Room) -> None:
    cell = {**code("new"), "source": Text(""), "metadata": Map({}), "outputs": [{"data": SCRIPT}]}
    room.cells.append(Map(cell))


def insert_no_cell(room: Room) -> None:
    room.cells.append(SCRIPT)


def insert_with_other_members(room: Room) -> None:
    room.cells.append(Map({**new_cell_parts(), "widget": SCRIPT}))


def insert_with_words_for_a_count(room: Room) -> None:
    room.cells.append(Map({**new_cell_parts(), "execution_count": SCRIPT}))


def copy_with_words_for_a_count(room: Room) -> None:
    copy = code("copy", outputs=[STREAM], metadata={"trusted": True, "mine": 1})
    room.cells.append(rebuilt({**copy, "execution_count": SCRIPT}))


def new_cell_parts() -> dict[str, Any]:
    return {**code("new"), "source": Text(""), "metadata": Map({}), "outputs": Array([])}


def paste_outputs_as_trusted(room: Room) -> None:
    """Trust belongs to the outputs that it was given to."""
    room.cells.append(rebuilt({**code("copy", outputs=[STREAM]), "metadata": {"trusted": True}}))


def trust(room: Room) -> None:
    room.cell("plain")["metadata"]["trusted"] = True


def trust_by_replacing(room: Room) -> None:
    room.cell("plain")["metadata"] = Map({"trusted": True})


def trust_by_plain_value(room: Room) -> None:
    room.cell("plain")["metadata"] = {"trusted": True}


def obeyed_metadata(room: Room) -> None:
    room.cell("plain")["metadata"]["init_cell"] = True


def lock(room: Room) -> None:
    room.cell("plain")["metadata"]["editable"] = False


def untrust(room: Room) -> None:
    del room.cell("shown")["metadata"]["mine"]


def widget_state(room: Room) -> None:
    room.meta["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": SCRIPT}


def kernel(room: Room) -> None:
    room.meta["metadata"]["kernelspec"] = {"name": "evil", "display_name": SCRIPT}


def notebook_metadata(room: Room) -> None:
    room.meta["metadata"] = {"evil": SCRIPT}


def nbformat(room: Room) -> None:
    room.meta["nbformat"] = 3


def execution_count(room: Room) -> None:
    room.cell("shown")["execution_count"] = 99


def cell_type(room: Room) -> None:
    room.cell("words")["cell_type"] = "code"


def state(room: Room) -> None:
    room.state["path"] = SCRIPT
    room.state["evil"] = SCRIPT


def source_that_is_none(room: Room) -> None:
    room.cell("plain")["source"] = {"evil": SCRIPT}


def in_the_place_of_another(room: Room) -> None:
    """Deleting a cell and inserting another one with its id is changing it."""
    with room.guest.transaction():
        del room.cells[1]
        room.cells.insert(1, rebuilt(code("shown", outputs=[HTML], metadata={"trusted": True})))


def drop_metadata(room: Room) -> None:
    room.cell("shown")["metadata"] = Map({})


def other_metadata(room: Room) -> None:
    room.cell("shown")["metadata"] = Map({"trusted": True, "mine": True})


HARMFUL = [
    drop_metadata,
    other_metadata,
    in_the_place_of_another,
    output_html,
    output_svg,
    output_link,
    output_within,
    output_stream,
    replace_outputs,
    insert_with_outputs,
    insert_strange_outputs,
    insert_no_cell,
    insert_with_other_members,
    insert_with_words_for_a_count,
    copy_with_words_for_a_count,
    paste_outputs_as_trusted,
    trust,
    trust_by_replacing,
    trust_by_plain_value,
    obeyed_metadata,
    lock,
    untrust,
    widget_state,
    kernel,
    notebook_metadata,
    nbformat,
    execution_count,
    cell_type,
    state,
    source_that_is_none,
]


@pytest.mark.parametrize("write", HARMFUL, ids=lambda write: write.__name__)
def test_what_could_run_is_taken_back(room: Room, write: Callable[[Room], None]) -> None:
    """G5: nobody is sent it, the document is as if it had not been written, and it goes on."""
    before = room.replica.doc.get("cells", type=Array).to_py()
    meta = room.replica.doc.get("meta", type=Map).to_py()
    write(room)
    assert room.examine() == "harmful"
    after = room.replica.doc.get("cells", type=Array).to_py()
    for cell in before:
        now = next(c for c in after if c["id"] == cell["id"])
        assert {**now, "source": ""} == {**cell, "source": ""}
    for cell in after[len(before) :]:
        assert not cell["outputs"]
        assert cell["metadata"] == {}
    assert room.replica.doc.get("meta", type=Map).to_py() == meta
    assert "evil" not in (room.replica.doc.get("state", type=Map).to_py() or {})
    assert all(b"EVIL" not in update for update in room.published)
    for update in room.published:
        room.guest.apply_update(update)
    assert room.guest.get("cells", type=Array).to_py() == after
    room.written.clear()
    type_a_word(room)
    assert room.examine() == "harmless"
    assert room.notebook["cells"][1]["source"] == "12"


@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize("metadata", [{"trusted": True}, {}])
def test_a_cell_does_not_vouch_for_what_another_one_shows(
    place: int, metadata: dict[str, Any]
) -> None:
    """G5, M11: nor does it take a lock away, as the room makes one of two cells with one id."""
    metadata_before = {"trusted": False, "nbgrader": {"locked": True}}
    shown = code("shown", "print()", outputs=[HTML], metadata=metadata_before)
    room = Room(source={**NOTEBOOK, "cells": [code("plain"), shown]})
    before = room.replica.doc.get("cells", type=Array).to_py()[1]
    room.cells.insert(place, new_cell(id="shown", metadata=metadata))
    type_into(room, "plain")
    assert room.examine() == "harmful"
    room.replica.document.repair()
    after = room.replica.doc.get("cells", type=Array).to_py()
    (made,) = (cell for cell in after if cell["id"] != "plain")
    assert {**made, "source": ""} == {**before, "source": ""}


def test_two_new_cells_do_not_vouch_for_each_other() -> None:
    """G5, M11: though each of them alone is one that a guest may insert."""
    shown = code("shown", outputs=[HTML], metadata={"trusted": False})
    room = Room(source={**NOTEBOOK, "cells": [shown]})
    with room.guest.transaction():
        room.cells.append(new_cell(id="new", metadata={"trusted": True}))
        room.cells.append(rebuilt({**shown, "id": "new", "source": "print()"}))
    assert room.examine() == "harmful"
    assert room.replica.document.repair()
    after = room.replica.doc.get("cells", type=Array).to_py()
    assert [cell["metadata"] for cell in after] == [{"trusted": False}] * 2


def test_what_others_wrote_comes_along_where_part_of_an_update_is_taken_back(room: Room) -> None:
    """G5, M19"""
    cells: Array[Any] = room.replica.doc.get("cells", type=Array)
    cells[1]["source"].insert(1, " more")
    for published in room.replica.take()[0]:
        room.sieve.follow(published)
    with room.guest.transaction():
        move(room)
        output_html(room)
    assert room.examine() == "harmful"
    assert [cell["source"] for cell in room.notebook["cells"]] == ["1 more", "1", "# Title"]
    assert all(b"EVIL" not in update for update in room.published)


def test_a_cell_with_another_id_shows_what_it_has_shown(room: Room) -> None:
    room.cell("shown")["id"] = "other"
    assert room.examine() == "harmful"
    assert room.notebook["cells"][1]["outputs"] == [STREAM]
    with room.guest.transaction():
        room.cells[1]["id"] = "another"
        room.cells[1]["outputs"].append(Map(HTML))
    assert room.examine() == "harmful"
    assert all(b"EVIL" not in update for update in room.published)


def test_text_is_free_and_the_shared_state_is_not() -> None:
    room = Room("file", "hello\n")
    room.text += SCRIPT
    assert room.examine() == "harmless"
    room.state["path"] = "elsewhere"
    assert room.examine() == "harmful"
    assert room.replica.document.source() == f"hello\n{SCRIPT}"
    assert room.replica.doc.get("state", type=Map).to_py() in ({}, None)


def test_what_stands_on_nothing_is_not_kept(room: Room) -> None:
    """Else it could come true inside of what somebody else writes later."""
    type_a_word(room)
    type_a_word(room)
    later = room.written.pop()
    assert room.sieve.examine(later, lambda client: False).finding == "incomplete"
    assert room.examine() == "harmless"
    assert room.notebook["cells"][1]["source"] == "12", "the one before has not brought it along"


def test_nobody_writes_in_the_name_of_another_client(room: Room) -> None:
    type_a_word(room)
    (update,) = room.written
    assert room.sieve.examine(update, lambda c: c == room.guest.client_id).finding == "borrowed"
    assert room.sieve.examine(update, lambda c: c == 7).finding == "harmless"


@pytest.mark.parametrize("update", [b"", b"\x01", b"\x05\x01\x02\x03\xff\xff"])
def test_what_cannot_be_read_changes_nothing(room: Room, update: bytes) -> None:
    assert room.sieve.examine(update, lambda client: False).finding == "unreadable"
    type_a_word(room)
    assert room.examine() == "harmless"


def test_it_is_bounded_what_is_remembered_of_deleted_cells(room: Room) -> None:
    for count in range(MAX_REMEMBERED + 10):
        room.cells.append(new_cell(id=f"new-{count}"))
    assert room.examine() == "harmless"
    while len(room.cells):
        del room.cells[0]
    assert room.examine() == "harmless"
    assert len(room.sieve._deleted) <= MAX_REMEMBERED  # noqa: SLF001


@pytest.mark.parametrize("id", [[1], {"a": 1}, b"a"])
def test_an_id_that_is_none_is_in_nobodys_way(room: Room, id: Any) -> None:
    """G5, M10: others can delete cells all the same."""
    room.cells.append(new_cell())
    room.cells[-1]["id"] = id
    room.examine()
    del room.cells[0]
    assert room.examine() == "harmless"
    assert len(room.notebook["cells"]) == 3


def test_what_is_given_back_may_be_anything() -> None:
    """G5, M10: bytes in an output, and metadata that is a list, are no reason to let harm in."""
    room = Room()
    meta: Map[Any] = room.replica.doc.get("meta", type=Map)
    cells: Array[Any] = room.replica.doc.get("cells", type=Array)
    meta["metadata"] = [b"bytes"]
    cells[1]["outputs"].append(Map({"output_type": "odd", "data": b"bytes"}))
    room.take_in_of_others()
    before = room.notebook
    room.meta["metadata"] = 1
    del room.cell("shown")["outputs"]
    assert room.examine() == "harmful"
    assert room.notebook == before
    assert meta["metadata"] == [b"bytes"]


def test_what_a_fault_has_kept_out_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """G5: a copy that has it already would find nothing new in it."""
    world = World(NOTEBOOK)
    guest = world.open(1, replace(person("guest-1"), guest=True))
    guest.cells.append(new_cell(outputs=[HTML]))
    world.say(guest, SyncUpdate(guest.outgoing[0]))
    with monkeypatch.context() as patch:
        patch.setattr(world.room.replica, "apply", fail)
        with pytest.raises(RuntimeError):
            world.wait(1)
    world.push(guest)
    world.wait(1)
    assert world.room.replica.document.source()["cells"][-1]["outputs"] == []


def fail(*_: Any) -> Any:
    raise RuntimeError("a fault of ours")


def test_guests_do_not_hand_over_histories() -> None:
    adopt = Adopt(b"", b"")
    assert admits(adopt, "edit")
    assert not admits(adopt, "edit", guest=True)
    for message in (SyncStep1(b""), Awareness(()), Ping(1), Save(1), SyncUpdate(b"x")):
        assert admits(message, "edit", guest=True)
