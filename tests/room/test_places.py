"""What a guest inserts lies for browsers where it lies for the server (G8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pycrdt import Array, Text

from jupyter_collab.protocol.varint import encode_varbytes, encode_varuint
from jupyter_collab.room.guests.sieve import Sieve
from jupyter_collab.room.yjs.places import GONE, Place, Places
from jupyter_collab.room.yjs.structs import Id
from jupyter_collab.room.yjs.vetting import read_broadly

from .test_guests import Room, new_cell

ME = 555
WORD = b"\x01\x77" + encode_varbytes(b"EVIL")


def id_of(id: Id) -> bytes:
    return encode_varuint(id[0]) + encode_varuint(id[1])


def update(*structs: bytes) -> bytes:
    return b"\x01" + encode_varuint(len(structs)) + encode_varuint(ME) + b"\x00" + b"".join(structs)


def ids(room: Room) -> Iterator[tuple[Id, Place | None]]:
    """Each struct of the document, in the order in which they were made, and where it lies."""
    places, snapshot = Places(), room.replica.snapshot()
    places.add(snapshot)
    for run in read_broadly(snapshot):
        for struct in run.structs:
            yield (run.client, struct.clock), places.place((run.client, struct.clock))


def keyed(room: Room, key: bytes) -> Id:
    """What lies under ``key`` in the second cell, which shows something."""
    return [id for id, place in ids(room) if place is not None and place[1] == key][1]


def within(room: Room, key: bytes) -> Id:
    """The first that lies in that."""
    return next(id for id, place in ids(room) if place == (keyed(room, key), None))


def between_output_and_text(room: Room) -> bytes:
    output, text = (within(room, key) for key in (b"outputs", b"source"))
    return update(b"\xc8" + id_of(output) + id_of(text) + WORD)


def between_text_and_output(room: Room) -> bytes:
    output, text = (within(room, key) for key in (b"outputs", b"source"))
    return update(b"\xc8" + id_of(text) + id_of(output) + WORD)


def between_two_keys(room: Room) -> bytes:
    return update(b"\xc8" + id_of(keyed(room, b"source")) + id_of(keyed(room, b"metadata")) + WORD)


def beside_what_was_never_there(room: Room) -> bytes:
    output = within(room, b"outputs")
    return update(b"\x00\x01", b"\xc8" + id_of((ME, 0)) + id_of(output) + WORD)


def in_a_text_that_is_a_value(room: Room) -> bytes:
    return update(b"\x08\x00" + id_of(keyed(room, b"id")) + WORD)


def two_values_with_one_key(room: Room) -> bytes:
    return update(b"\x88" + id_of(keyed(room, b"id")) + b"\x02\x7e\x7f")


def behind_and_before_the_same(room: Room) -> bytes:
    return update(b"\xc4" + 2 * id_of(within(room, b"source")) + b"\x01x")


def behind_the_end_and_before_the_beginning(room: Room) -> bytes:
    there = b"\x84" + id_of(within(room, b"source")) + b"\x03abc"
    return update(there, b"\xc4" + id_of((ME, 2)) + id_of((ME, 0)) + b"\x01x")


def behind_the_last_and_before_another_one(room: Room) -> bytes:
    """Of three that were written one by one."""
    words = [b"\x84" + id_of(within(room, b"source")) + b"\x01a"]
    words += [b"\x84" + id_of((ME, clock)) + b"\x01b" for clock in (0, 1)]
    return update(*words, b"\xc4" + id_of((ME, 2)) + id_of((ME, 1)) + b"\x01x")


def a_value_in_a_text(room: Room) -> bytes:
    return update(b"\x08\x00" + id_of(keyed(room, b"source")) + WORD)


def a_type_in_a_text(room: Room) -> bytes:
    return update(b"\x47" + id_of(within(room, b"source")) + b"\x01")


def a_key_in_a_text(room: Room) -> bytes:
    return update(b"\x28\x00" + id_of(keyed(room, b"source")) + b"\x01k" + WORD)


def words_in_a_list(room: Room) -> bytes:
    return update(b"\x04\x01\x05cells\x02no")


def words_under_a_key(room: Room) -> bytes:
    return update(b"\xa4" + id_of(keyed(room, b"source")) + b"\x01x")


def a_value_without_a_key(room: Room) -> bytes:
    return update(b"\x08\x00" + id_of(keyed(room, b"metadata")) + WORD)


def a_value_before_another_one(room: Room) -> bytes:
    return update(b"\x48" + id_of(keyed(room, b"source")) + WORD)


@pytest.mark.parametrize(
    "make",
    [
        behind_and_before_the_same,
        behind_the_end_and_before_the_beginning,
        behind_the_last_and_before_another_one,
        a_value_in_a_text,
        a_type_in_a_text,
        a_key_in_a_text,
        words_in_a_list,
        words_under_a_key,
        a_value_without_a_key,
        a_value_before_another_one,
        between_output_and_text,
        between_text_and_output,
        between_two_keys,
        beside_what_was_never_there,
        in_a_text_that_is_a_value,
        two_values_with_one_key,
    ],
)
def test_nothing_lies_where_only_browsers_see_it(make: Callable[[Room], bytes]) -> None:
    """G5, G8: Yjs would show it, among outputs that are trusted, and Yrs not."""
    room = Room()
    before = room.replica.snapshot()
    for _ in range(2):
        found = room.sieve.examine(make(room) + b"\x00", lambda client: False).finding
        assert found == "unreadable"
    assert room.replica.snapshot() == before


def test_nobody_is_moved_by_what_nobody_sees() -> None:
    """G8: a value in a text is not shown, and counts: all behind it would be elsewhere."""
    room = Room("file", "hello\n")
    value = update(b"\x08\x01\x06source" + WORD) + b"\x00"
    assert room.sieve.examine(value, lambda client: False).finding == "unreadable"
    assert len(room.text) == len(str(room.text))


def said_again(room: Room) -> bytes:
    """Its first word lies in a source; here it says that it lies among outputs."""
    outputs, output = keyed(room, b"outputs"), within(room, b"outputs")
    there = b"\x08\x00" + id_of(outputs) + b"\x01\x7e"
    return update(there, b"\xc8" + id_of((ME, 0)) + id_of(output) + WORD)


def gone_on_with_elsewhere(room: Room) -> bytes:
    """The same, and something new in one with it."""
    return update(b"\x08\x00" + id_of(keyed(room, b"metadata")) + b"\x02\x7e\x7f")


def gone_on_with_in_another_text(room: Room) -> bytes:
    other = next(id for id, place in ids(room) if place and place[1] == b"source")
    return update(b"\x04\x00" + id_of(other) + b"\x02xy")


def gone_on_with_before_its_beginning(room: Room) -> bytes:
    return update(b"\xc4" + id_of(within(room, b"source")) + id_of((ME, 0)) + b"\x02xy")


@pytest.mark.parametrize(
    "make",
    [
        said_again,
        gone_on_with_elsewhere,
        gone_on_with_in_another_text,
        gone_on_with_before_its_beginning,
    ],
)
def test_what_is_said_again_is_what_it_was(make: Callable[[Room], bytes]) -> None:
    """G8: Yrs and Yjs pass over what they know; so it lies where it did."""
    room = Room()
    word = update(b"\x84" + id_of(within(room, b"source")) + b"\x01x") + b"\x00"
    assert room.sieve.examine(word, lambda client: False).finding == "harmless"
    room.replica.apply([word])
    room.take_in_of_others()
    forged = make(room) + b"\x00"
    assert room.sieve.examine(forged, lambda client: False).finding == "unreadable"
    whole = update(b"\x84" + id_of(within(room, b"source")) + b"\x02xy") + b"\x00"
    assert room.sieve.examine(whole, lambda client: False).finding == "harmless"


def test_who_says_again_what_lay_in_a_cell_that_is_gone_may_stay() -> None:
    """G8: Yjs sends as one what was typed in a row, also where the server has some of it."""
    room = Room()
    text: Text = room.cell("plain")["source"]
    text.clear()
    text += "a"
    assert room.examine() == "harmless"
    cells: Array[object] = room.replica.doc.get("cells", type=Array)
    del cells[0]
    room.replica.take()
    room.sieve = Sieve(room.replica)  # which knows only what is left of it
    text += "b"
    room.written[:] = [room.guest.get_update()]
    assert room.examine() == "harmless"


def test_what_is_new_is_known() -> None:
    """G8: of the same guest, in the same moment, and of others."""
    room = Room()
    for word in ("a", "b", "c"):
        source: Text = room.cell("shown")["source"]
        source.insert(1, word)
    room.cells.insert(1, new_cell())
    source = room.cells[1]["source"]
    source.insert(3, "x")
    assert room.examine() == "harmless"
    cells: Array[object] = room.replica.doc.get("cells", type=Array)
    cells.insert(2, new_cell("of another"))
    room.take_in_of_others()
    room.cells.insert(2, new_cell("before that"))
    room.cells.insert(4, new_cell("behind it"))
    assert room.examine() == "harmless"


def test_who_types_into_a_cell_that_is_gone_may_stay() -> None:
    """G8: who deletes it and who types need not have heard of each other."""
    room = Room()
    source: Text = room.cell("shown")["source"]
    source += "2"
    assert room.examine() == "harmless"
    cells: Array[object] = room.replica.doc.get("cells", type=Array)
    del cells[1]
    for published in room.replica.take()[0]:
        room.sieve.follow(published)
    source.insert(1, "x")
    source += "3"
    assert room.examine() == "harmless"


def test_a_circle_has_no_place() -> None:
    """G8"""
    one, other = id_of((5, 0)), id_of((6, 0))
    circle = b"\x02\x01" + one + b"\x88" + other + WORD + b"\x01" + other + b"\x88" + one + WORD
    places = Places()
    places.add(circle + b"\x00")
    assert places.place((5, 0)) is None
    places.add(update(b"\x00\x02") + b"\x00")
    assert places.place((ME, 1)) == GONE
    assert places.place((ME, 2)) is None
