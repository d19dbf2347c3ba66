"""Updates that would end the process, or that no browser could read, reach neither (G8)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text

from jupyter_collab.errors import ProtocolError
from jupyter_collab.protocol.messages import Adopt, SyncUpdate
from jupyter_collab.protocol.varint import encode_varbytes, encode_varuint
from jupyter_collab.room import events as ev
from jupyter_collab.room.yjs.vetting import DEEPEST_OF_MEMBERS, MOST, vet_guest, vet_member

from .test_guests import HTML, Room, code, new_cell, rebuilt
from .world import Client, World, person

ME = b"\x05"
IN_CELLS = b"\x01" + encode_varbytes(b"cells")
IN_SOURCE = b"\x01" + encode_varbytes(b"source")


def update(*structs: bytes, deleted: bytes = b"\x00", clock: bytes = b"\x00") -> bytes:
    return b"\x01" + encode_varuint(len(structs)) + ME + clock + b"".join(structs) + deleted


def value(content: bytes) -> bytes:
    return b"\x08" + IN_CELLS + b"\x01" + content


def nested(depth: int) -> bytes:
    return update(value(b"\x75\x01" * depth + b"\x7e"))


def chain(length: int) -> bytes:
    """Maps, each in the one before."""
    first = b"\x07" + IN_CELLS + b"\x01"
    inner = (b"\x27\x00" + ME + encode_varuint(at) + b"\x01k\x01" for at in range(length - 1))
    return update(first, *inner)


def braid(length: int) -> bytes:
    """Such maps, of two clients in turn; what is read first stands on what comes later."""
    mine = [b"\x27\x00\x06" + encode_varuint(at) + b"\x01k\x01" for at in range(length)]
    others = [b"\x27\x00\x05" + encode_varuint(at) + b"\x01k\x01" for at in range(length - 1)]
    runs = [
        encode_varuint(length) + client + b"\x00" + b"".join(structs)
        for client, structs in (
            (b"\x05", mine),
            (b"\x06", [b"\x07" + IN_CELLS + b"\x01", *others]),
        )
    ]
    return b"\x02" + b"".join(runs) + b"\x00"


DEADLY = {
    "deep lists": nested(100_000),
    "deep objects": update(value(b"\x76\x01\x00" * 100_000 + b"\x7e")),
}

STRANGE = {
    **DEADLY,
    "deeper than browsers can": nested(9_000),
    "deep types": chain(100_000),
    "rather deep types": chain(9),
    "deep types of two": braid(5),
    "a type that is not known": update(b"\x07" + IN_CELLS + b"\x0f"),
    "a type that no document has": update(b"\x07" + IN_CELLS + b"\x06"),
    "an embedded value": update(b"\x05" + IN_CELLS + encode_varbytes(b"{}")),
    "a format": update(b"\x06" + IN_CELLS + b"\x01b" + encode_varbytes(b"true")),
    "json": update(b"\x02" + IN_CELLS + b"\x01" + encode_varbytes(b"{")),
    "bytes": update(b"\x03" + IN_CELLS + b"\x01a"),
    "a document": update(b"\x09" + IN_CELLS + b"\x01a\x76\x00"),
    "a gap": update(b"\x0a\x02"),
    "a content that is not known": update(b"\x0b" + IN_CELLS),
    "another root": update(b"\x08\x01\x01x\x01\x7e"),
    "a key where there are none": update(b"\x28" + IN_CELLS + b"\x01k\x01\x7e"),
    "no key where there are some": update(b"\x08\x01" + encode_varbytes(b"meta") + b"\x01\x7e"),
    "text that is none": update(value(b"\x77\x02\xff\xfe")),
    "a string that is none": update(b"\x04" + IN_CELLS + b"\x02\xff\xfe"),
    "a key that is no text": update(b"\x28\x01" + encode_varbytes(b"meta") + b"\x01\xff\x01\x7e"),
    "a member that is no text": update(value(b"\x76\x01\x01\xff\x7e")),
    "a number without end": update(value(b"\x7d" + b"\xff" * 12 + b"\x01")),
    "zeros without end": update(value(b"\x7d" + b"\x80" * 12 + b"\x01")),
    "a number that is too large": update(value(b"\x7d\xbf" + b"\xff" * 7 + b"\x01")),
    "no values": update(b"\x08" + IN_CELLS + b"\x00"),
    "an empty string": update(b"\x04" + IN_CELLS + b"\x00"),
    "nothing that is gone": update(b"\x00\x00"),
    "itself": update(b"\x84\x05\x00\x01a"),
    "what comes later": update(b"\x44\x05\x01\x01a", b"\x04" + IN_CELLS + b"\x01a"),
    "a clock that is too large": update(value(b"\x7e"), clock=encode_varuint(2**33)),
    "a length that is too large": update(b"\x00" + encode_varuint(2**32), value(b"\x7e")),
    "a deletion that is too long": update(deleted=b"\x01\x05\x01\x00" + encode_varuint(2**33)),
    "a deletion of nothing": update(value(b"\x7e"), deleted=b"\x01\x05\x01\x00\x00"),
    "a client twice": b"\x02" + 2 * (b"\x01\x05\x00" + value(b"\x7e")) + b"\x00",
    "a client without anything": b"\x01\x00\x05\x00\x00",
    "something behind the end": update(value(b"\x7e")) + b"\x00",
    "too many structs": b"\x01" + encode_varuint(MOST + 1) + ME + b"\x00",
    "too many values": update(value(b"\x75" + encode_varuint(MOST) + b"\x77\x00" * MOST)),
    "too many deletions": b"\x00\x01\x05" + encode_varuint(MOST + 1) + b"\x00\x01" * (MOST + 1),
}


@pytest.mark.parametrize("bytes", STRANGE.values(), ids=STRANGE)
def test_guests_write_what_notebooks_and_texts_consist_of(bytes: bytes) -> None:
    """G8: nothing else reaches Yrs, the log or anybody's browser."""
    with pytest.raises(ProtocolError):
        vet_guest(bytes, "notebook")


@pytest.mark.parametrize(
    "bytes",
    [
        b"\x00\x00",
        nested(90),
        chain(8),
        braid(4),
        update(b"\x00\x05", value(b"\x7e")),
        update(value(b"\x7d\xbf" + b"\xff" * 6 + b"\x0f")),
        update(value(b"\x75\x80\x01" + 64 * b"\x7d\x81\x02" + 64 * (b"\x7b" + bytes(8)))),
        update(value(b"\x75\xe8\x07" + 1000 * b"\x7e")),
    ],
)
def test_what_is_usual_is_taken(bytes: bytes) -> None:
    """G8"""
    vet_guest(bytes, "notebook")


def test_it_is_told_who_has_written_and_deleted_how_far() -> None:
    """G8"""
    vetted = vet_guest(update(value(b"\x7e"), deleted=b"\x01\x07\x02\x00\x01\x05\x02"), "notebook")
    assert vetted.written == {5: 1}
    assert vetted.deleted == {7: 7}
    assert vet_guest(update(b"\x04" + IN_SOURCE + b"\x01a"), "file").written == {5: 1}
    with pytest.raises(ProtocolError):
        vet_guest(update(value(b"\x7e")), "file")


def many_cells(room: Room) -> None:
    with room.guest.transaction():
        for count in range(50):
            room.cells.append(rebuilt({**room.cells[1].to_py(), "id": f"copy-{count}"}))


def large_outputs(room: Room) -> None:
    """Numbers of which a picture is drawn."""
    numbers = [0.5 + number for number in range(3 * MOST)]
    big = {**HTML, "data": {"text/html": "x" * 5_000_000, "application/json": {"x": numbers}}}
    room.cells.append(rebuilt(code("big", outputs=[big])))


def any_value(room: Room) -> None:
    values: list[Any] = [
        None,
        True,
        False,
        1,
        -2.5,
        2**53,
        "é😀",
        b"bytes",
        {"": [{}]},
        "long" * 100,
    ]
    room.cells[0]["metadata"]["tags"] = values


def edits_in_one(room: Room) -> None:
    """What was written while the connection was gone."""
    many_cells(room)
    source: Text = room.cell("shown")["source"]
    source += "😀 after"
    source.insert(0, "before ")
    del source[2:5]
    del room.cells[3]
    room.cells.insert(2, new_cell(id="later"))
    room.written[:] = [room.guest.get_update(room.replica.state_vector())]


@pytest.mark.parametrize("write", [many_cells, large_outputs, any_value, edits_in_one])
def test_what_people_write_is_taken(write: Callable[[Room], None]) -> None:
    """G8: also where it is much, or of many kinds."""
    room = Room()
    write(room)
    for bytes in room.written:
        vet_guest(bytes, "notebook")
        vet_member(bytes)


def test_texts_hold_nothing_but_words() -> None:
    """G8: an editor could not show it."""
    room = Room()
    room.cell("plain")["source"].insert_embed(0, {"a": 1})
    assert room.examine() == "unreadable"
    room = Room("file", "hello\n")
    bytes = update(b"\x07" + IN_SOURCE + b"\x01")
    assert room.sieve.examine(bytes, lambda client: False).finding == "unreadable"
    room.text += "more"
    assert room.examine() == "harmless"


def test_types_grow_no_deeper_one_by_one() -> None:
    """G8: what one update may not bring, many may not either."""
    room = Room()
    inner: Map[Any] = Map({})
    room.cell("plain")["metadata"]["tags"] = inner
    found = []
    for _ in range(10):
        deeper: Map[Any] = Map({})
        inner["k"] = deeper
        inner = deeper
        found.append(room.examine())
    assert found[0] == "harmless"
    assert "unreadable" in found


def test_what_is_not_there_cannot_be_deleted() -> None:
    """G8: it would vanish as soon as somebody writes it."""
    room = Room()
    later = b"\x00\x01\x07\x01" + encode_varuint(10_000) + b"\x05"
    assert room.sieve.examine(later, lambda client: False).finding == "incomplete"
    room.cell("plain")["metadata"]["collapsed"] = True
    del room.cells[0]
    assert room.examine() == "harmless"


class Opened:
    """A room with somebody in it, and a guest who may edit."""

    def __init__(self) -> None:
        self.world = World("hello\n")
        self.owner = self.world.open(1)
        self.guest = self.world.open(2, replace(person("guest-1"), guest=True))

    def send(self, client: Client, bytes: bytes) -> None:
        self.world.handle(ev.Received(client.id, SyncUpdate(bytes)))
        self.world.wait(0.1)


@pytest.mark.parametrize("bytes", DEADLY.values(), ids=DEADLY)
@pytest.mark.parametrize("who", ["owner", "guest"])
def test_nobody_ends_the_process(who: str, bytes: bytes) -> None:
    """G8, W12: who tries is sent away, and the others notice nothing."""
    opened = Opened()
    log = len(opened.world.log)
    opened.send(getattr(opened, who), bytes)
    assert opened.world.closed[getattr(opened, who).id].code == 4400
    assert len(opened.world.closed) == 1
    assert len(opened.world.log) == log
    opened.world.type(opened.owner if who == "guest" else opened.guest, "x")
    assert opened.world.text == "xhello\n"


@pytest.mark.parametrize("adopt", [(nested(100_000), b"\x00\x00"), (b"\x00\x00", nested(100_000))])
def test_nor_does_a_history_that_is_handed_over(adopt: tuple[bytes, bytes]) -> None:
    """G8, L6"""
    world = World("hello\n", fresh=True)
    client = world.join(Client(1), lineage="another")  # type: ignore[arg-type]
    world.handle(ev.Received(client.id, Adopt(*adopt)))
    assert world.closed[client.id].code == 4400
    assert not world.adoptions


def test_members_may_write_what_yjs_knows() -> None:
    """G8: other documents hold more than notebooks and texts."""
    much = b"u" * (DEEPEST_OF_MEMBERS + 1)
    others = [
        b"\x09" + IN_CELLS + b"\x01a\x76\x01\x01k\x7e",
        b"\x0a\x02",
        b"\x07" + IN_CELLS + b"\x06",
        b"\x04" + IN_CELLS + encode_varbytes(much),
        value(b"\x75\x01" * 900 + b"\x7e"),
    ]
    vet_member(update(*others))
    for bytes in (nested(DEEPEST_OF_MEMBERS + 2), update(*others, *others[-1:])[:-20]):
        with pytest.raises(ProtocolError):
            vet_member(bytes)
    doc: Doc[Any] = Doc()
    array: Array[Any] = doc.get("anything", type=Array)
    array.extend([{"u": number} for number in range(2 * DEEPEST_OF_MEMBERS)])
    vet_member(doc.get_update())


def test_yrs_would_end_the_process() -> None:
    """Why this is here: once Yrs refuses such updates itself, the check of members' can go."""
    program = "import sys, pycrdt; pycrdt.Doc().apply_update(sys.stdin.buffer.read())"
    run = [sys.executable, "-c", program]
    ended = subprocess.run(run, input=nested(1_000_000), check=False, capture_output=True)
    assert ended.returncode < 0
