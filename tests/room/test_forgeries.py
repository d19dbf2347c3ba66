"""Whatever the bytes of a guest say, everybody has one document, and people may stay (G5, G8)."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from jupyter_collab.protocol.varint import encode_varbytes, encode_varuint
from jupyter_collab.room.guests.sieve import Sieve
from jupyter_collab.room.yjs.gaps import clocks
from jupyter_collab.room.yjs.structs import Id
from jupyter_collab.room.yjs.vetting import read_broadly

from .test_guests import Room, new_cell

FORGER, PERSON = 555, 556
EVIL = b"\x77" + encode_varbytes(b"EVIL")
TEXTS = ("x", "EVIL", "\N{GRINNING FACE}", "x\N{GRINNING FACE}y", "ab\n")
KEYS = (b"source", b"outputs", b"metadata", b"id", b"tags", b"trusted", b"dirty")
ROOTS = {"notebook": (b"cells", b"meta", b"state"), "file": (b"source", b"state")}
SOURCE = {"notebook": None, "file": "hello \N{GRINNING FACE}\nworld\n"}


def id_of(id: Id) -> bytes:
    return encode_varuint(id[0]) + encode_varuint(id[1])


class Forged:
    """A room in which a guest writes bytes by hand, and another one types."""

    def __init__(self, type: str, random: Random) -> None:
        self.room = Room() if type == "notebook" else Room(type, SOURCE[type])
        self.random = random
        self.history = [self.room.replica.snapshot()]
        self.room.guest = Doc(client_id=PERSON)
        self.room.guest.apply_update(self.history[0])

    def forge(self) -> None:
        update, random = self.room.replica.snapshot(), self.random
        self._structs = [(run.client, it) for run in read_broadly(update) for it in run.structs]
        clock = known = clocks(self.room.replica.state_vector()).get(FORGER, 0)
        if random.random() < 0.3:
            clock = random.randint(0, known)
        structs = [self._struct() for _ in range(random.randint(1, 3))]
        begin = encode_varuint(len(structs)) + id_of((FORGER, clock))
        self._send(b"\x01" + begin + b"".join(structs) + self._deletions())

    def _id(self) -> Id:
        client, struct = self.random.choice(self._structs)
        return client, struct.clock + self.random.randrange(struct.length)

    def _deletions(self) -> bytes:
        if self.random.random() < 0.7:
            return b"\x00"
        client, struct = self.random.choice(self._structs)
        length = self.random.randint(1, struct.length)
        return b"\x01" + b"".join(map(encode_varuint, (client, 1, struct.clock, length)))

    def _struct(self) -> bytes:
        random = self.random
        info, content = random.choice(
            [
                (4, encode_varbytes(random.choice(TEXTS).encode())),
                (8, b"\x01" + EVIL),
                (8, b"\x02\x7e" + EVIL),
                (7, encode_varuint(random.randrange(3))),
                (1, encode_varuint(random.randint(1, 3))),
            ]
        )
        match random.randrange(6):
            case 0:
                info, head = info | 0x80, id_of(self._id())
            case 1:
                info, head = info | 0x40, id_of(self._id())
            case 2 | 3:
                info, client_clock = info | 0xC0, self._id()
                head = id_of(client_clock) + id_of((client_clock[0], client_clock[1] + 1))
            case 4:
                head = b"\x01" + encode_varbytes(random.choice(ROOTS[self.room.replica.type]))
            case _:
                types = [(client, it.clock) for client, it in self._structs if it.type is not None]
                head = b"\x00" + id_of(random.choice(types or [self._id()]))
        if not info & 0xC0 and random.random() < 0.5:
            info, head = info | 0x20, head + encode_varbytes(random.choice(KEYS))
        return bytes((info,)) + head + content

    def type(self) -> None:
        """As people do."""
        written: list[bytes] = []
        room, random = self.room, self.random
        subscription = room.guest.observe(lambda event: written.append(event.update))
        cells: Array[Any] = room.guest.get("cells", type=Array)
        sources = [cell["source"] for cell in cells if isinstance(cell, Map)]
        if room.replica.type != "notebook":
            sources = [room.guest.get("source", type=Text)]
        elif random.random() < 0.3:
            cells.insert(random.randint(0, len(cells)), new_cell(f"n{random.randrange(10**6)}"))
        if sources:
            source = random.choice(sources)
            at = random.randint(0, len(str(source)))
            source.insert(len(str(source)[:at].encode()), random.choice(TEXTS[2:]))
        room.guest.unobserve(subscription)
        for update in written:
            assert self._send(update) in ("harmless", "harmful")

    def _send(self, update: bytes) -> str:
        """Let the room take in what may be taken in, and everybody have it."""
        room = self.room
        examined = room.sieve.examine(update, lambda client: False)
        if examined.finding == "harmless":
            assert not room.replica.apply([update])
        elif examined.finding == "harmful":
            room.sieve.admit_mended(update, examined.touched)
        for published in room.replica.take()[0]:
            room.sieve.follow(published)
            room.guest.apply_update(published)
            self.history.append(published)
        return examined.finding

    def check(self) -> None:
        contents = content(self.room.replica.doc)
        for updates in (self.history, [self.room.replica.snapshot()]):
            doc: Doc[Any] = Doc()
            for update in updates:
                doc.apply_update(update)
            assert content(doc) == contents
        for cell in contents["cells"]:
            assert "EVIL" not in str({**cell, "source": "", "id": "", "metadata": ""})
            assert cell["metadata"].get("trusted") in (None, True)
        assert "EVIL" not in str(contents["meta"])
        assert self.room.replica.document.read() is not None


def content(doc: Doc[Any]) -> dict[str, Any]:
    """All that is in a document; nothing counts in its text that is not seen."""
    cells: Array[Any] = doc.get("cells", type=Array)
    meta: Map[Any] = doc.get("meta", type=Map)
    source: Text = doc.get("source", type=Text)
    sources = (cell["source"] for cell in cells)
    assert all(len(text) == len(str(text).encode()) for text in (source, *sources))
    return {"cells": cells.to_py() or [], "meta": meta.to_py(), "source": str(source)}


@settings(max_examples=60)
@given(st.sampled_from(sorted(ROOTS)), st.integers(0, 2**32))
def test_everybody_has_one_document(type: str, seed: int) -> None:
    """G5, G8"""
    random = Random(seed)
    forged = Forged(type, random)
    for _ in range(20):
        forged.forge()
        if random.random() < 0.4:
            forged.type()
        if random.random() < 0.1:
            forged.room.sieve = Sieve(forged.room.replica)
        forged.check()
