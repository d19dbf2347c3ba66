"""A large update that can be given piece by piece.

Somebody who opens a large notebook wants to see its cells before the last picture has come. What
makes the document is kept as one run of bytes; a part is slices of them, each with a header of
its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...protocol.varint import Reader, encode_varuint
from .gaps import deletions

PIECE = 4_000_000
"""Bytes from which on a part is large enough."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The bytes from ``at`` to ``end`` of an update: ``structs`` structs of ``client``, the first
    of which has the clock ``clock``."""

    client: int
    clock: int
    structs: int
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Made:
    """The Yjs v1 ``update`` that has made a document.

    ``layout`` has the slices of each of its parts, of which the first shows the document without
    its large outputs. Behind the last of them the update says what is deleted. Without a layout it
    is given as a whole.
    """

    update: bytes
    layout: tuple[tuple[Slice, ...], ...] = ()

    @property
    def is_parted(self) -> bool:
        return len(self.layout) > 1

    def parts(self) -> Iterator[bytes]:
        """Updates that each can be applied after those before it, and together make all."""
        begin = max(slice.end for slices in self.layout for slice in slices)
        nothing, deleted = b"\x00", memoryview(self.update)[begin:]
        for slices in self.layout:
            yield self._part(slices, deleted if slices is self.layout[-1] else nothing)

    def _part(self, slices: tuple[Slice, ...], deleted: bytes | memoryview) -> bytes:
        update = memoryview(self.update)
        pieces: list[bytes | memoryview] = [encode_varuint(len(slices))]
        for it in slices:
            pieces += map(encode_varuint, (it.structs, it.client, it.clock))
            pieces.append(update[it.at : it.end])
        return b"".join((*pieces, deleted))


def deletes_from(delete_set: bytes, clocks: Mapping[int, int]) -> bool:
    """Whether a transaction with this Yjs ``delete_set`` has deleted something of a document that
    has as much of each client as ``clocks`` says."""
    deleted = deletions(Reader(delete_set))
    return any(clock < clocks.get(client, 0) for client, clock, _ in deleted)
