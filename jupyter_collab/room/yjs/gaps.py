"""Edits that stand on others which are missing (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...errors import ProtocolError
from ...protocol.varint import Reader


def clocks(state_vector: bytes) -> dict[int, int]:
    """How much there is of each client, as a state vector says, which has them in any order."""
    reader = Reader(state_vector)
    return {reader.read_varuint(): reader.read_varuint() for _ in range(reader.read_varuint())}


def before_gap(updates: Iterable[bytes], state_vector: bytes) -> int:
    """How many of ``updates``, which are in order, come before one that lacks what its maker has
    written before it.

    Yrs takes in an edit behind a gap, and its document differs from then on from one that is
    made of the same updates again.
    """
    known = clocks(state_vector)
    makers: set[int] = set()  # what comes after an update of its maker follows it
    count = 0
    for update in updates:
        maker = maker_of(update)
        if maker is not None:
            client, clock = maker
            if client not in makers and clock > known.get(client, 0):
                break
            makers.add(client)
        count += 1
    return count


def maker_of(update: bytes) -> tuple[int, int] | None:
    """The client whose edits ``update`` begins with, and its clock; ``None`` if it only deletes."""
    reader = Reader(update)
    try:
        if reader.read_varuint() == 0:
            return None
        reader.read_varuint()
        return reader.read_varuint(), reader.read_varuint()
    except ProtocolError:
        return None  # whoever applies it finds out


def is_of_one(update: bytes) -> bool:
    """Whether ``update`` has edits of a single client."""
    return update[:1] == b"\x01"


def deletions(delete_set: Reader) -> Iterator[tuple[int, int, int]]:
    """What a Yjs delete set says, as client, clock and length; raises
    :class:`~jupyter_collab.errors.ProtocolError`."""
    for _ in range(delete_set.read_varuint()):
        client = delete_set.read_varuint()
        for _ in range(delete_set.read_varuint()):
            yield client, delete_set.read_varuint(), delete_set.read_varuint()


def only_deletes(update: bytes) -> set[tuple[int, int, int]] | None:
    """What ``update`` deletes, as client, clock and length, if it does nothing else."""
    reader = Reader(update)
    try:
        return None if reader.read_varuint() else set(deletions(reader))
    except ProtocolError:
        return None  # whoever applies it finds out


def is_within(update: bytes, state_vector: bytes) -> bool:
    """Whether ``update`` only deletes, and only what is there."""
    deleted, there = only_deletes(update), clocks(state_vector)
    if deleted is None:
        return False
    return all(clock + length <= there.get(client, 0) for client, clock, length in deleted)
