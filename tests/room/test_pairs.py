"""No guest parts a character that takes two UTF-16 code units (G8)."""

from __future__ import annotations

import pytest
from pycrdt import Doc, Text

from jupyter_collab.protocol.varint import encode_varbytes, encode_varuint
from jupyter_collab.room.guests.sieve import Sieve
from jupyter_collab.room.yjs.pairs import Pairs
from jupyter_collab.room.yjs.vetting import read_broadly

from .test_guests import Room

ME = 555
FACE = "\N{GRINNING FACE}"
SPLIT = 2
"""The second half of the face in ``a😀b``."""


def room_of(text: str = f"a{FACE}b") -> tuple[Room, int]:
    """A document with ``text``, and whose it is."""
    room = Room("file", text)
    (run,) = (run for run in read_broadly(room.replica.snapshot()) if run.clock > 1)
    return room, run.client


def deletion(client: int, clock: int, length: int) -> bytes:
    return b"\x01" + b"".join(map(encode_varuint, (client, 1, clock, length)))


def word(client: int, origin: int, right: int | None, text: str, clock: int = 0) -> bytes:
    """An insertion behind ``origin``."""
    here = encode_varuint(client)
    beside = here + encode_varuint(origin)
    if right is not None:
        beside += here + encode_varuint(right)
    info = b"\x84" if right is None else b"\xc4"
    content = info + beside + encode_varbytes(text.encode())
    return b"\x01\x01" + encode_varuint(ME) + encode_varuint(clock) + content


@pytest.mark.parametrize(
    ("clock", "length", "finding"),
    [
        *((SPLIT, 1, "unreadable"), (SPLIT - 1, 1, "unreadable"), (0, 2, "unreadable")),
        *((SPLIT, 2, "unreadable"), (SPLIT - 1, 2, "harmless"), (0, 1, "harmless")),
        *((SPLIT + 1, 1, "harmless"), (0, 4, "harmless")),
    ],
)
def test_half_of_it_is_not_deleted(clock: int, length: int, finding: str) -> None:
    """G8: Yrs would delete the ``b``, or lose count."""
    room, author = room_of()
    update = b"\x00" + deletion(author, clock, length)
    assert room.sieve.examine(update, lambda client: False).finding == finding


@pytest.mark.parametrize(
    ("origin", "right", "finding"),
    [
        (SPLIT - 1, SPLIT, "unreadable"),
        (SPLIT - 1, None, "unreadable"),
        (0, SPLIT, "unreadable"),
        (0, SPLIT - 1, "harmless"),
        (SPLIT, SPLIT + 1, "harmless"),
    ],
)
def test_nothing_is_put_into_it(origin: int, right: int | None, finding: str) -> None:
    """G8"""
    room, author = room_of()
    update = word(author, origin, right, "x") + b"\x00"
    assert room.sieve.examine(update, lambda client: False).finding == finding


def test_those_that_are_new_are_known() -> None:
    """G8: of the same guest, in the same update, and of others."""
    room, author = room_of("no")
    assert (
        room.sieve.examine(
            word(author, 0, 1, FACE) + deletion(ME, 1, 1), lambda client: False
        ).finding
        == "unreadable"
    )
    room.guest = Doc(client_id=ME)
    assert room.sieve.examine(word(author, 0, 1, FACE) + b"\x00", lambda client: False).finding == (
        "harmless"
    )
    half = b"\x00" + deletion(ME, 1, 1)
    assert room.sieve.examine(half, lambda client: False).finding == "unreadable"
    source: Text = room.replica.doc.get("source", type=Text)
    source.insert(0, FACE)
    for published in room.replica.take()[0]:
        room.sieve.follow(published)
    (other,) = (run.client for run in read_broadly(room.replica.snapshot()) if run.client == 7)
    half = b"\x00" + deletion(other, 1, 1)
    assert room.sieve.examine(half, lambda client: False).finding == "unreadable"


def test_what_is_known_of_it_is_no_half() -> None:
    """G8: what is said again of a text goes on where it is known to end."""
    room, author = room_of()
    for text, finding in (("x", "harmless"), (f"x{FACE}", "harmless"), (f"xy{FACE}", "unreadable")):
        update = word(author, 0, 1, text) + b"\x00"
        assert room.sieve.examine(update, lambda client: False).finding == finding


def test_nobody_is_kept_from_a_place_by_what_is_not_there() -> None:
    """G8: who says again what is known, and says that it was a face, sends nobody else away."""
    room, author = room_of("no")
    for text in ("ab", FACE):
        update = word(author, 0, 1, text) + b"\x00"
        assert room.sieve.examine(update, lambda client: False).finding == "harmless"
    between = word(ME, 0, 1, "x").replace(encode_varuint(ME), encode_varuint(ME + 1), 1) + b"\x00"
    assert room.sieve.examine(between, lambda client: False).finding == "harmless"


def test_those_of_many_are_known() -> None:
    """G8"""
    room, author = room_of()
    room.text.insert(0, FACE)
    (update,) = room.written
    assert room.examine() == "harmless"
    (other,) = (run.client for run in read_broadly(update))
    room.sieve = Sieve(room.replica)
    for client, clock in ((author, SPLIT), (other, 1)):
        half = b"\x00" + deletion(client, clock, 1)
        assert room.sieve.examine(half, lambda client: False).finding == "unreadable"


def test_what_looks_like_one_in_other_bytes_is_none() -> None:
    """A client's number, or a length, may have the bytes of one."""
    pairs = Pairs()
    number = 0x1FFFFFF0 | 0x70
    update = b"\x01\x01" + encode_varuint(number) + b"\x00\x04\x01\x06source\x02ab\x00"
    pairs.add(update, lambda client: 0)
    pairs.require_whole(b"\x00" + deletion(number, 1, 1), lambda client: 0)


def test_guests_write_faces() -> None:
    """G8: as people do."""
    room, _ = room_of()
    source = room.text
    source.insert(0, FACE * 2)
    source += f"x{FACE}y"
    del source[0 : len(FACE.encode())]
    assert room.examine() == "harmless"
    assert str(room.replica.doc.get("source", type=Text)) == f"{FACE}a{FACE}bx{FACE}y"
