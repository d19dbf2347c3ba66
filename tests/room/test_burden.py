"""What a guest sends costs the others little (G7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text

from jupyter_collab.protocol.identity import ConnectionId
from jupyter_collab.protocol.messages import SyncStep2, SyncUpdate
from jupyter_collab.protocol.varint import encode_varbytes, encode_varuint
from jupyter_collab.room.guests import sieve
from jupyter_collab.room.guests.guarded import digest
from jupyter_collab.room.guests.sieve import MAX_CELLS, MAX_CLIENTS, MAX_EFFORT, Sieve
from jupyter_collab.room.publisher import MAX_EARLY, MAX_EARLY_SIZE
from jupyter_collab.room.yjs.vetting import vet_guest

from .test_guests import Room, new_cell, rebuilt, type_a_word
from .world import Client, World, person

GUEST = replace(person("guest-1"), guest=True)


def of_clients(*clients: int) -> bytes:
    """Something that is gone already, in the name of each."""
    runs = (b"\x01" + encode_varuint(client) + b"\x00\x00\x01" for client in clients)
    return encode_varuint(len(clients)) + b"".join(runs) + b"\x00"


def test_a_guest_brings_few_clients_at_once() -> None:
    """G7: everybody has each of them for good, and each of their keys is compared with them."""
    room = Room()
    before = room.replica.state_vector()
    crowd = of_clients(*range(1000, 1000 + MAX_CLIENTS + 1))
    assert room.sieve.examine(crowd, lambda client: False).finding == "crowded"
    assert room.replica.state_vector() == before
    few = of_clients(*range(1000, 1000 + MAX_CLIENTS))
    examined = room.sieve.examine(few, lambda client: False)
    assert (examined.finding, examined.brought) == ("harmless", MAX_CLIENTS)
    type_a_word(room)
    assert room.examine() == "harmless"


def test_nor_many_one_by_one() -> None:
    """G7"""
    world = World("hello\n")
    world.open(1)
    guest = world.open(2, GUEST)
    for count in range(MAX_CLIENTS):
        world.say(guest, SyncUpdate(of_clients(1000 + count)))
        world.wait(0.03)
    for _ in range(3 * MAX_CLIENTS):
        world.say(guest, SyncUpdate(of_clients(1000)))  # which is known
        world.wait(0.03)
    assert not world.closed
    before = world.room.replica.state_vector()
    world.say(guest, SyncUpdate(of_clients(2000)))
    world.wait(0.03)
    assert world.closed[guest.id].code == 4400
    assert world.room.replica.state_vector() == before


def siblings(count: int) -> bytes:
    """A text, and as many words behind the first letter of it, each before another letter."""
    text = b"\x04\x01\x06source" + encode_varbytes(b"x" * (count + 2))
    words = (b"\xc4\x05\x00\x05" + encode_varuint(at + 1) + b"\x01y" for at in range(count))
    structs = (text, *words)
    return b"\x01" + encode_varuint(len(structs)) + b"\x05\x00" + b"".join(structs) + b"\x00"


def test_a_guest_does_not_let_everybody_look_for_the_place_of_words_for_minutes() -> None:
    """G7: each is looked for among all before it, here, in browsers, and again at each opening."""
    world = World("hello\n")
    guest = world.open(2, GUEST)
    before = world.room.replica.state_vector()
    world.say(guest, SyncUpdate(siblings(5_000)))
    world.wait(0.03)
    assert world.closed[guest.id].code == 4400
    assert world.room.replica.state_vector() == before


def test_nor_little_by_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """G7"""
    monkeypatch.setattr(sieve, "MAX_EFFORT", 200_000)
    world = World("hello\n")
    guest = world.open(2, GUEST)
    world.say(guest, SyncUpdate(siblings(300)))
    world.wait(0.03)
    assert not world.closed
    other = siblings(300).replace(b"\x05\x00", b"\x06\x00").replace(b"\x00\x05", b"\x00\x06")
    world.say(guest, SyncUpdate(other))
    world.wait(0.03)
    assert world.closed[guest.id].code == 4400


@pytest.mark.parametrize("text", ["", "x" * 2000])
def test_people_who_type_in_one_place_may_stay(text: str) -> None:
    """G7: for hours, also where nobody has heard of the others for a while."""
    room = Room("file", f"{text}\n")
    people: list[Doc[Any]] = [Doc(client_id=client) for client in (11, 12, 13)]
    efforts = []
    for doc in people:
        doc.apply_update(room.replica.snapshot())
    for _ in range(50):
        told = room.replica.state_vector()
        for doc in people:
            source: Text = doc.get("source", type=Text)
            for letter in "word\n":
                source.insert(len(text) // 2, letter)
            update = doc.get_update(told)
            examined = room.sieve.examine(update, lambda client: False)
            assert examined.finding == "harmless"
            efforts.append(examined.effort)
            room.replica.apply([update])
            for published in room.replica.take()[0]:
                room.sieve.follow(published)
        for doc in people:
            doc.apply_update(room.replica.snapshot())
    assert 0 < max(efforts) < MAX_EFFORT / 1000


def test_who_types_alone_causes_no_effort() -> None:
    """G7: wherever that is, and however often."""
    room = Room("file", "hello\nworld\n")
    efforts = 0
    for at in (0, 6, 6, 10, 3, 0, 6, 7, 8, 10, 11):
        room.text.insert(at, "x")
        del room.text[at + 1 : at + 2]
        for update in room.written:
            examined = room.sieve.examine(update, lambda client: False)
            assert examined.finding == "harmless"
            efforts += examined.effort
            room.replica.apply([update])
        room.take_in_of_others()
        if at == 3:
            room.sieve = Sieve(room.replica)
    assert efforts == 0


@pytest.fixture
def digests(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was put into a digest."""
    seen: list[Any] = []

    def note(part: Any) -> bytes:
        seen.append(part)
        return digest(part)

    monkeypatch.setattr(sieve, "digest", note)
    return seen


def paste(room: Room, name: str, count: int) -> None:
    with room.guest.transaction():
        for number in range(count):
            copy = rebuilt({**room.cells[1].to_py(), "id": f"{name}-{number}"})
            room.cells.append(copy)


def test_cells_are_looked_through_once_for_all_that_are_pasted(digests: list[Any]) -> None:
    """G7: what they show may be megabytes."""
    room = Room()
    there = len(room.cells)
    paste(room, "copy", 50)
    assert room.examine() == "harmless"
    assert len(digests) == 50 + there
    digests.clear()
    type_a_word(room)
    paste(room, "more", 50)
    assert room.examine() == "harmless"
    assert len(digests) == 50


def test_cells_are_gone_through_once_for_all_whose_metadata_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """G7: of a thousand cells each would look at a thousand."""
    looks, find_id = [], sieve._id  # noqa: SLF001 - what takes the time

    def look(cell: Any) -> str:
        looks.append(cell)
        return find_id(cell)

    monkeypatch.setattr(sieve, "_id", look)
    room = Room()
    paste(room, "copy", 50)
    assert room.examine() == "harmless"
    looks.clear()
    with room.guest.transaction():
        for cell in room.cells:
            cell["metadata"] = Map({**cell["metadata"].to_py(), "tags": ["new"]})
    assert room.examine() == "harmless"
    assert len(looks) <= 2 * len(room.cells)


def clear(cells: Array[Any]) -> None:
    cells[1]["outputs"].clear()


def untrust(cells: Array[Any]) -> None:
    del cells[1]["metadata"]["trusted"]


def delete(cells: Array[Any]) -> None:
    del cells[1]


@pytest.mark.parametrize("change", [clear, untrust, delete])
def test_what_was_shown_once_is_not_shown_for_good(change: Callable[[Array[Any]], None]) -> None:
    """G5: a guest cannot bring back what a member has taken away."""
    room = Room()
    old = room.cells[1].to_py()
    paste(room, "copy", 1)
    del room.cells[3]
    assert room.examine() == "harmless"
    cells: Array[Any] = room.replica.doc.get("cells", type=Array)
    change(cells)
    for update in room.replica.take()[0]:
        room.sieve.follow(update)
    room.sieve._deleted.clear()  # noqa: SLF001 - what guests have deleted may come back
    room.cells.append(rebuilt({**old, "id": "again"}))
    assert room.examine() == "harmful"


def test_a_guest_inserts_a_bounded_number_of_cells_at_once() -> None:
    """G7"""
    for count, found in ((MAX_CELLS, "harmless"), (MAX_CELLS + 1, "crowded")):
        room = Room()
        with room.guest.transaction():
            room.cells.extend([new_cell(id=f"new-{number}") for number in range(count)])
        assert room.examine() == found


def test_who_is_sent_away_takes_nobody_along() -> None:
    """G8: what others have sent before, in the same moment, is what their next edits stand on."""
    world = World("hello\n")
    one, other = world.open(1, GUEST), world.open(2, replace(GUEST, username="guest-2"))
    world.say(one, SyncUpdate(b"\x00\x00"))
    for words in ("a", "b", "c"):
        one.text.insert(0, words)
    first, *rest = one.outgoing
    world.say(one, SyncUpdate(first))
    world.say(other, SyncUpdate(behind_a_gap(b"x")))
    for update in rest:
        world.say(one, SyncUpdate(update))
    world.wait(1)
    assert list(world.closed) == [other.id]
    assert world.text == "cbahello\n"


def test_who_is_sent_away_is_looked_at_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """G7: each look at what cannot be taken costs a copy of the document."""
    world = World("hello\n")
    guest = world.open(1, GUEST)
    looks: list[bytes] = []

    def look(update: bytes, type: str) -> Any:
        looks.append(update)
        return vet_guest(update, type)

    monkeypatch.setattr(sieve, "vet_guest", look)
    bad = behind_a_gap(b"x")
    for _ in range(100):
        world.say(guest, SyncUpdate(bad))
    world.wait(1)
    assert world.closed[guest.id].code == 4400
    assert looks.count(bad) == 1


def behind_a_gap(text: bytes) -> bytes:
    head = b"\x01\x01" + encode_varuint(77) + b"\x05\x04\x01" + encode_varbytes(b"source")
    return head + encode_varbytes(text) + b"\x00"


@pytest.mark.parametrize("wait", [0, 3])
def test_what_waits_for_a_step_2_is_bounded(wait: float) -> None:
    """G7, L8: as many small updates as large ones; those of members have no bound."""
    large = behind_a_gap(b"x" * (MAX_EARLY_SIZE // 4))
    for update, most in ((behind_a_gap(b"x"), MAX_EARLY), (large, 3)):
        for is_guest in (True, False):
            world = World("hello\n")
            client = world.join(Client(ConnectionId(2)), GUEST if is_guest else person())
            world.wait(wait)
            for _ in range(most):
                world.say(client, SyncUpdate(update))
            assert not world.closed
            world.say(client, SyncUpdate(update))
            assert bool(world.closed) == is_guest


def test_what_has_waited_comes_with_the_step_2() -> None:
    """G7, L8: also a guest's on a slow line."""
    world = World("hello\n")
    client = world.join(Client(ConnectionId(2)), GUEST)
    client.hear(SyncUpdate(world.log[0]))
    text: Text = client.text
    for _ in range(MAX_EARLY):
        text.insert(0, "x")
    first, *rest = client.outgoing
    for update in rest:
        world.say(client, SyncUpdate(update))
    world.wait(5)
    assert world.text == "hello\n"
    world.say(client, SyncStep2(first))
    world.wait(1)
    assert world.text == "x" * MAX_EARLY + "hello\n"
    assert not world.closed
