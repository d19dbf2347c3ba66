"""What a history knows of an update, by the ids in it: as ``src/rebase`` finds it with Yjs."""

from __future__ import annotations

from typing import Any, Protocol

from pycrdt import Doc

from jupyter_collab.protocol.varint import Reader
from jupyter_collab.room.yjs.gaps import clocks

Ends = tuple[tuple[int, int], ...]
"""Up to which clock there is something, by client."""


class Edit(Protocol):
    """An update, and what the document then had of those of whom the update brings something."""

    @property
    def update(self) -> bytes: ...

    @property
    def ends(self) -> Ends: ...


def ends(before: bytes, after: bytes) -> Ends:
    """What an update has brought, by the state vectors around it."""
    known = clocks(before)
    return tuple(end for end in clocks(after).items() if end[1] > known.get(end[0], 0))


def deletions(update: bytes) -> Ends | None:
    """The ends of what ``update`` deletes, by client; ``None`` if it brings something as well."""
    reader = Reader(update)
    if reader.read_varuint() > 0:
        return None
    found: list[tuple[int, int]] = []
    for _ in range(reader.read_varuint()):
        client = reader.read_varuint()
        found += [
            (client, reader.read_varuint() + reader.read_varuint())
            for _ in range(reader.read_varuint())
        ]
    return tuple(found)


class Contents:
    """What the history of ``doc`` has."""

    def __init__(self, doc: Doc[Any]) -> None:
        self._copy: Doc[Any] = Doc()
        self._copy.apply_update(doc.get_update())
        self._clocks = clocks(self._copy.get_state())

    def has(self, edit: Edit) -> bool:
        deleted = deletions(edit.update)
        if any(self._clocks.get(client, 0) < end for client, end in deleted or edit.ends):
            return False
        if deleted is None:
            return True
        before = self._copy.get_update()
        self._copy.apply_update(edit.update)
        return self._copy.get_update() == before
