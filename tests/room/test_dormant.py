"""A document that nobody has edited is kept in bytes, and nobody can tell."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from jupyter_collab.errors import ProtocolError
from jupyter_collab.protocol.messages import (
    EMPTY_STATE_VECTOR,
    EMPTY_UPDATE,
    SyncStep1,
    SyncStep2,
)
from jupyter_collab.protocol.varint import encode_varuint
from jupyter_collab.room import events as ev
from jupyter_collab.room import replica as module
from jupyter_collab.room.content.build import Built, build
from jupyter_collab.room.content.document import Document
from jupyter_collab.room.replica import Replica
from jupyter_collab.room.yjs.gaps import clocks
from jupyter_collab.server.histories.replaying import dormant

from .notebooks import code, markdown, notebook
from .world import Client, World

HELLO = "hello\nworld\n"
CELLS = notebook(code("a", "x = 1"), markdown("b", "# y"), tags=[1])
ROOM, PEER = 7, 11
BUILT = {
    "text": build("text", "file", HELLO),
    "an empty text": build("text", "file", ""),
    "notebook": build("json", "notebook", CELLS),
}


def edited(built: Built) -> list[bytes]:
    """A history as it comes from the store: two rooms and a person have written, and deleted."""
    updates = [built.update]
    for client, path in ((5, "former"), (9, "a")):
        doc: Doc[Any] = Doc(client_id=client)
        for update in updates:
            doc.apply_update(update)
        doc.observe(lambda event: updates.append(event.update))
        state: Map[Any] = doc.get("state", type=Map)
        state["path"] = path
        text = text_of(doc)
        text += "written by one who has left"
        del text[:2]
    return updates


def opened(type: str, built: Built) -> list[bytes]:
    """A history that a room has begun from a file, and told its readers of; nobody has edited."""
    former = Replica.begin(type, built, 5)
    former.set_state({"path": "a", "dirty": False})
    return [built.update, *former.take()[0]]


def copy_of(*updates: bytes) -> Doc[Any]:
    doc: Doc[Any] = Doc()
    for update in updates:
        doc.apply_update(update)
    return doc


def text_of(doc: Doc[Any]) -> Text:
    cells: Array[Any] = doc.get("cells", type=Array)
    return cast(Text, cells[0]["source"] if len(cells) else doc.get("source", type=Text))


Step = tuple[str, Any]


class Pair:
    """Two replicas to which the same happens: one begins in bytes, and one was never dormant."""

    def __init__(self, what: str) -> None:
        source, _, name = what.partition(": ")
        self.built = BUILT[name]
        self.type = "notebook" if name == "notebook" else "file"
        self.is_exact = source == "file" and self.type == "file"
        updates = {
            "file": lambda: [self.built.update],
            "opened": lambda: opened(self.type, self.built),
            "store": lambda: edited(self.built),
        }[source]()
        doc: Doc[Any] = Doc(client_id=ROOM)
        for update in updates:
            doc.apply_update(update)
        self.both = self._lazy(source, updates), Replica(self.type, doc)
        assert self.both[0].is_dormant
        self.calls = [0, 0]
        for index, replica in enumerate(self.both):
            replica.on_change(partial(self._count, index))
        self.peer: Doc[Any] = Doc(client_id=PEER)
        self.peer.apply_update(doc.get_update())
        self.known = [(EMPTY_STATE_VECTOR, EMPTY_UPDATE), (doc.get_state(), doc.get_update())]

    def _lazy(self, source: str, updates: list[bytes]) -> Replica:
        if source == "file":
            return Replica.begin(self.type, self.built, ROOM)
        stored = dormant(self.type, updates, ROOM)
        assert stored is not None
        return Replica(self.type, stored)

    def _count(self, index: int) -> None:
        self.calls[index] += 1

    def do(self, step: Step) -> None:
        name, value = step
        getattr(self, f"do_{name}")(value)

    # --- steps

    def do_tell(self, values: dict[str, Any]) -> None:
        for replica in self.both:
            replica.set_state(values)

    def do_take(self, _: int) -> None:
        lazy, usual = (replica.take() for replica in self.both)
        assert lazy == usual

    def do_bring_nothing(self, _: int) -> None:
        self._bring(EMPTY_UPDATE)

    def do_bring_what_is_deleted(self, _: int) -> None:
        copy = copy_of(self.both[1].snapshot())
        self._bring(copy.get_update(copy.get_state()))

    def do_bring_no_update(self, _: int) -> None:
        assert [replica.apply([EMPTY_UPDATE, b"\x05"]) for replica in self.both] == [[1], [1]]

    def do_type(self, at: int) -> None:
        self._edit(lambda text: text.insert(at % (len(text) + 1), "abc"))

    def do_delete(self, at: int) -> None:
        self._edit(lambda text: text.clear() if at % 2 else None)

    def _edit(self, edit: Callable[[Text], None]) -> None:
        before = self.peer.get_state()
        edit(text_of(self.peer))
        self._bring(EMPTY_UPDATE, self.peer.get_update(before))

    def _bring(self, *updates: bytes) -> None:
        assert [replica.apply(iter(updates)) for replica in self.both] == [[], []]

    def do_wake_in_steps(self, at: int) -> None:
        """Somebody may need the document before the last of them."""
        for number, _ in enumerate(self.both[0].wake()):
            if number == at:
                assert self.both[0].document is not None

    def do_write_on_the_server(self, _: int) -> None:
        """As another extension does."""
        for replica in self.both:
            state: Map[Any] = replica.doc.get("state", type=Map)
            state["kernel"] = f"{state.get('kernel')}!"

    def do_know(self, _: int) -> None:
        self.known.append((self.both[1].state_vector(), self.both[1].snapshot()))

    def do_know_a_part(self, clock: int) -> None:
        if clock := clock % (self.built.clock or 1):
            numbers = (1, self.built.client, clock)
            self.known.append((b"".join(map(encode_varuint, numbers)), self.built.update))

    def do_look(self, _: int) -> None:
        lazy, usual = self.both
        assert clocks(lazy.state_vector()) == clocks(usual.state_vector())
        assert lazy.has_changes == usual.has_changes
        assert self.calls[0] == self.calls[1]
        self._are_same((lazy.snapshot(),), (usual.snapshot(),))
        for state_vector, update in self.known:
            brought = [replica.difference(state_vector) for replica in self.both]
            if self.is_exact:
                assert brought[0] == brought[1]
            self._are_same((update, brought[0]), (update, brought[1]))
        for replica in self.both:
            made, later = replica.everything()
            self._are_same((made.update, later), (usual.snapshot(),))
        contents = [copy_of(replica.content()) for replica in self.both]
        assert Document.of(self.type, contents[0]).read() == self._read(contents[1])

    def _read(self, doc: Doc[Any]) -> Any:
        return Document.of(self.type, doc).read()

    def _are_same(self, one: tuple[bytes, ...], other: tuple[bytes, ...]) -> None:
        """What the updates make is the document; in the same bytes, but for notebooks, whose
        objects pycrdt writes in any order, and for what several have deleted from."""
        docs = [copy_of(*one), copy_of(*other)]
        if self.is_exact:
            assert docs[0].get_update() == docs[1].get_update()
        whole = self.both[1].doc
        for doc in docs:
            assert clocks(doc.get_state()) == clocks(whole.get_state())
            assert self._read(doc) == self.both[1].document.read()
            states = [d.get("state", type=Map).to_py() for d in (doc, whole)]
            assert (states[0] or {}) == (states[1] or {})


VALUES = st.fixed_dictionaries(
    {"path": st.sampled_from(["a", "b"]), "dirty": st.booleans()},
    optional={"hash": st.sampled_from(["1", "2"])},
)
NAMES = [name.removeprefix("do_") for name in vars(Pair) if name.startswith("do_")]
OTHERS = [name for name in NAMES if name != "tell"]
# Half of all steps leave it dormant, so that it is woken late as well as early.
GENTLE = ["take", "bring_nothing", "bring_what_is_deleted", "know", "look"]
KINDS = [f"{source}: {name}" for source in ("file", "opened", "store") for name in BUILT]
NUMBERS = st.integers(0, 30)
STEPS = st.one_of(
    st.tuples(st.just("tell"), VALUES),
    st.tuples(st.sampled_from(GENTLE), NUMBERS),
    st.tuples(st.sampled_from(OTHERS), NUMBERS),
)


@pytest.mark.parametrize("large", [1, 1_000_000])
@pytest.mark.parametrize("what", KINDS)
def test_nobody_can_tell(what: str, large: int) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(STEPS, max_size=12))
    def check(steps: list[Step]) -> None:
        pair = Pair(what)
        for step in (*steps, ("look", 0), ("take", 0), ("type", 3), ("look", 0), ("take", 0)):
            pair.do(step)
        assert not pair.both[0].is_dormant

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LARGE", large)
        check()


@pytest.fixture
def replica() -> Replica:
    return Replica.begin("file", BUILT["text"], ROOM)


@pytest.mark.parametrize("what", KINDS)
@pytest.mark.parametrize("large", [1, 1_000_000])
def test_to_be_looked_at_does_not_wake_it(
    what: str, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGE", large)
    pair = Pair(what)
    lazy = pair.both[0]
    for _ in range(2):
        pair.do_tell({"path": "a"})
        for name in GENTLE:
            pair.do((name, 0))
    assert lazy.is_dormant
    lazy.close()
    assert lazy.is_dormant


def test_what_is_large_is_given_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after the first edit, with what was told before and what was typed since."""
    monkeypatch.setattr(module, "LARGE", 1)
    text = HELLO + 1000 * "-"
    built = build("text", "file", text)
    replica = Replica.begin("file", built, ROOM)
    assert replica.everything() == (built.made, EMPTY_UPDATE)
    replica.set_state({"path": "a.txt"})
    for more in ("", "more"):
        replica.document.edit(text + more)
        made, later = replica.everything()
        assert made is built.made
        assert copy_of(made.update, later).get_update() == replica.snapshot()


def test_a_state_vector_that_cannot_be_read(replica: Replica) -> None:
    for wrong in (b"", b"\x05", b"\x01\x80"):
        with pytest.raises(ProtocolError):
            replica.difference(wrong)
    assert replica.is_dormant


def test_who_is_told_of_changes_is_told_of_those_after_it_was_woken(replica: Replica) -> None:
    calls = []
    replica.on_change(lambda: calls.append(replica.is_dormant))
    replica.set_state({"path": "a.txt"})
    source: Text = replica.doc.get("source", type=Text)
    assert calls == [True], "to be woken is no change"
    source += "more"
    assert calls == [True, False]
    updates, content_changed = replica.take()
    assert content_changed
    assert copy_of(BUILT["text"].update, *updates).get_update() == replica.snapshot()


def test_what_is_woken_after_it_was_closed_is_not_observed(replica: Replica) -> None:
    replica.close()
    source: Text = replica.doc.get("source", type=Text)
    source += "more"
    assert not replica.has_changes
    replica.close()


def test_what_waits_for_what_is_not_there_is_not_put_into_bytes() -> None:
    """They would not have it."""
    built = BUILT["text"]
    first, *later = [update for update in edited(built) if update != built.update]
    assert dormant("file", [built.update, first, *later], ROOM) is not None
    assert dormant("file", [built.update, *later], ROOM) is None, "the second room's stand on it"
    only_deletes = copy_of(built.update, first, *later).get_update(
        copy_of(built.update, first, *later).get_state()
    )
    assert dormant("file", [built.update, only_deletes], ROOM) is None
    assert dormant("file", [built.update, b"\x05"], ROOM) is None


@pytest.mark.parametrize("name", ["text", "notebook"])
def test_what_nobody_has_edited_is_not_put_into_bytes_again(name: str) -> None:
    type, built = "notebook" if name == "notebook" else "file", BUILT[name]
    history = opened(type, built)
    found = dormant(type, history, ROOM)
    assert found is not None
    assert found.made.update is history[0]
    assert found.told is history[1]
    typed = copy_of(*history)
    before = typed.get_state()
    text_of(typed).insert(0, "x")
    edits = typed.get_update(before)
    blind: Doc[Any] = Doc(client_id=3)
    blind["source"] = Text("written by one who had not seen it")
    both: Doc[Any] = Doc(client_id=3)
    both.apply_update(built.update)
    before = both.get_state()
    with both.transaction():
        both.get("state", type=Map)["path"] = "a"
        text_of(both).insert(0, "x")
    others = (
        edits,
        blind.get_update(),
        both.get_update(before),
        history[1][:-1] + b"\x01\x03\x01\x00\x01",
    )
    for other in ([*history, edits], edited(built), *([built.update, last] for last in others)):
        again = dormant(type, other, ROOM)
        assert again is None or again.told == EMPTY_UPDATE


# --- in a room


def test_people_come_and_go() -> None:
    world = World(HELLO)
    ada, bob = world.open(1), world.open(2)
    world.wait(1)
    world.handle(ev.Left(ada.id))
    again = Client(ada.id)
    again.doc.apply_update(ada.doc.get_update())
    world.join(again)
    world.say(again, SyncStep1(again.doc.get_state()))
    world.say(again, SyncStep2(again.doc.get_update(again.last(SyncStep1).state_vector)))
    world.handle(ev.Left(bob.id))
    world.handle(ev.Left(again.id))
    world.wait(100)
    assert world.evicted
    assert world.room.replica.is_dormant
    assert str(again.text) == HELLO
    assert again.doc.get("state", type=Map).to_py()["path"] == "notes.txt"


def test_the_same_is_written_by_another_program() -> None:
    world = World(CELLS)
    world.open(1)
    world.handle(ev.FileChangedOutside())
    world.file_is(CELLS, "v1")
    world.wait(100)
    assert world.room.replica.is_dormant
    assert not world.merges


def test_the_same_is_written_in_other_bytes() -> None:
    world = World(CELLS)
    ada = world.open(1)
    world.merge(world.rewritten(CELLS, "indented"))
    world.wait(100)
    assert not world.room.dirty
    for doc in (ada.doc, world.room.replica.doc):
        assert doc.get("state", type=Map)["hash"] == "indented"


def test_another_program_writes_something_else() -> None:
    world = World(HELLO)
    ada = world.open(1)
    wanted = world.rewritten(HELLO + "more\n", "v2")
    assert world.room.replica.is_dormant
    world.merge(wanted)
    assert str(ada.text) == str(world.open(2).text) == world.text == HELLO + "more\n"
    assert not world.room.dirty


def test_the_first_edit_finds_everything() -> None:
    world = World(HELLO)
    ada, bob = world.open(1), world.open(2)
    replica = world.room.replica
    assert replica.is_dormant
    world.type(ada, "A")
    assert not world.room.replica.is_dormant
    assert world.text == str(bob.text) == "A" + HELLO
    assert copy_of(*world.log).get_update() == world.room.replica.snapshot()
    world.wait(2)
    assert world.finish_write("v2") == "A" + HELLO
    assert bob.doc.get("state", type=Map).to_py()["dirty"] is False
