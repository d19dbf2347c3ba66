"""A large update that can be given piece by piece.

Somebody who opens a large notebook wants to see its cells before the last picture has come. What
makes the document is kept as one run of bytes; a part is a slice of them with a header of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ..protocol.varint import Reader, encode_varuint

PIECE = 1_000_000
"""Bytes from which on a part is large enough."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where an update may be parted: the struct with the number ``struct``, which begins at the
    byte ``at``, has the clock ``clock``."""

    at: int
    struct: int
    clock: int


@dataclass(frozen=True, slots=True)
class Made:
    """The Yjs v1 ``update`` that has made a document.

    It has ``structs`` of ``client`` and of nobody else, which begin at the first of ``cuts``. What
    is before the second of them shows the document without its outputs. Without cuts it is given
    as a whole, and nothing is known of what is in it.
    """

    update: bytes
    client: int | None = None
    structs: int = 0
    cuts: tuple[Cut, ...] = ()

    @property
    def is_parted(self) -> bool:
        return len(self.cuts) > 1

    def parts(self) -> Iterator[bytes]:
        """Updates that each can be applied after those before it, and together make all."""
        assert self.client is not None, "nothing is known of it"
        client = encode_varuint(self.client)
        for cut, following in pairwise(self.cuts):
            count, clock = encode_varuint(following.struct - cut.struct), encode_varuint(cut.clock)
            piece = memoryview(self.update)[cut.at : following.at]
            yield b"".join((b"\x01", count, client, clock, piece, b"\x00"))
        last = self.cuts[-1]
        count, clock = encode_varuint(self.structs - last.struct), encode_varuint(last.clock)
        rest = memoryview(self.update)[last.at :]
        yield b"".join((b"\x01", count, client, clock, rest))

    def loses_by(self, delete_set: bytes) -> bool:
        """Whether a transaction with this Yjs ``delete_set`` has deleted something of it.

        Who opens the document later must not receive that any more.
        """
        reader = Reader(delete_set)
        for _ in range(reader.read_varuint()):
            if reader.read_varuint() == self.client or self.client is None:
                return True
            for _ in range(2 * reader.read_varuint()):
                reader.read_varuint()
        return False


def chosen(marks: list[Cut]) -> tuple[Cut, ...]:
    """Of the places where an update may be parted the first two, and those a piece apart."""
    cuts = marks[:2]
    for mark in marks[2:]:
        if mark.at - cuts[-1].at >= PIECE:
            cuts.append(mark)
    return tuple(cuts)
