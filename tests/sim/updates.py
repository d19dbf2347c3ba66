"""What a history knows of an update, by the ids in it: as ``src/rebase`` finds it with Yjs."""

from __future__ import annotations

from typing import Any, Protocol

from pycrdt import Doc

from jupyter_collab.protocol.varint import Reader
from jupyter_collab.room.gaps import clocks


class Edit(Protocol):
    """An update, and what its maker's document knew of its maker after it."""

    @property
    def update(self) -> bytes: ...

    @property
    def client(self) -> int: ...

    @property
    def clock(self) -> int: ...


def deletions(update: bytes) -> list[tuple[int, int]] | None:
    """The ends of what ``update`` deletes, by client; ``None`` if it brings something as well."""
    reader = Reader(update)
    if reader.read_varuint() > 0:
        return None
    ends = []
    for _ in range(reader.read_varuint()):
        client = reader.read_varuint()
        ends += [
            (client, reader.read_varuint() + reader.read_varuint())
            for _ in range(reader.read_varuint())
        ]
    return ends


class Contents:
    """What the history of ``doc`` has."""

    def __init__(self, doc: Doc[Any]) -> None:
        self._copy: Doc[Any] = Doc()
        self._copy.apply_update(doc.get_update())
        self._clocks = clocks(self._copy.get_state())

    def has(self, edit: Edit) -> bool:
        ends = deletions(edit.update)
        if ends is None:
            return self._clocks.get(edit.client, 0) >= edit.clock
        if any(self._clocks.get(client, 0) < end for client, end in ends):
            return False
        before = self._copy.get_update()
        self._copy.apply_update(edit.update)
        return self._copy.get_update() == before
