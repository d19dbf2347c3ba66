"""Looks at the bytes of updates before Yrs does, and before they are sent to browsers.

Yrs calls itself for each value within a value, and for what it deletes: where that goes deep
enough the process ends, with everybody's documents. And it passes on what Yjs cannot read, so that
no browser could open the document any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Self

from ...errors import ProtocolError
from .gaps import deletions
from .structs import ANY, DELETED, STRING, TEXT, Id, Run, Scan, Struct

MOST = 200_000
"""Structs, values and deletions in an update of a guest."""

MAX_CLOCK = 2**31
"""Yrs counts with 32 bits."""

DEEPEST_TYPE = 8
"""Shared types within each other that an update of a guest may bring; a notebook has four."""

DEEPEST_OF_MEMBERS = 1000
"""Values within each other in an update of somebody else. With ten times as many Yrs and Yjs run
out of stack."""

_ROOTS: Mapping[str, Mapping[bytes, bool]] = {
    "notebook": {b"cells": False, b"meta": True, b"state": True},
    "text": {b"source": False, b"state": True},
}
"""What lies in a document, and whether by keys."""

_GUID, SKIP = 9, 10


@dataclass(frozen=True, slots=True)
class Vetted:
    """In the name of which Yjs clients an update is ``written``, and of which it has ``deleted``
    something; both up to which clock."""

    written: dict[int, int]
    deleted: dict[int, int]


def vet_guest(update: bytes, type: str) -> Vetted:
    """What an update of a guest, of a document of this ``type``, is about.

    Raises :class:`~jupyter_collab.errors.ProtocolError` unless it consists of what clients of
    notebooks and texts write.
    """
    scan = _Careful(update, MOST)
    try:
        runs = scan.runs()
    except UnicodeDecodeError as error:
        raise ProtocolError("an update has text that is none") from error
    roots = _ROOTS.get(type, _ROOTS["text"])
    for run in runs:
        for struct in run.structs:
            _check(struct, run.client, roots)
    _check_depth(runs)
    vetted = Vetted({run.client: run.clock for run in runs if run.structs}, scan.deleted())
    if len(vetted.written) < len(runs):
        raise ProtocolError("an update has a client twice, or nothing of one")
    if max(chain(vetted.written.values(), vetted.deleted.values()), default=0) > MAX_CLOCK:
        raise ProtocolError("an update has a clock that is too large")
    return vetted


def vet_member(update: bytes) -> None:
    """Raise :class:`~jupyter_collab.errors.ProtocolError` where ``update`` would end the process.

    Nearly all of them cannot, which costs nothing to know: each value that holds others begins
    with one of two bytes.
    """
    if len(update) < DEEPEST_OF_MEMBERS:
        return
    if update.count(b"\x75") + update.count(b"\x76") > DEEPEST_OF_MEMBERS:
        try:
            Broad.of(update).pass_over()
        except UnicodeDecodeError as error:
            raise ProtocolError("an update has text that is none") from error


def read_broadly(update: bytes) -> list[Run]:
    """All structs of ``update``, whoever has written it."""
    try:
        return Broad.of(update).runs()
    except UnicodeDecodeError as error:
        raise ProtocolError("an update has text that is none") from error


class _Careful(Scan):
    """Knows the contents of which notebooks and texts consist, and no others."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data, most)
        self._skips = {kind: self._skips[kind] for kind in (DELETED, STRING, ANY)}

    def _skip_words(self) -> None:
        self.read_varstring()

    def deleted(self) -> dict[int, int]:
        """Up to which clock something of each client is deleted; to be called after ``runs``."""
        ends: dict[int, int] = {}
        for client, clock, length in deletions(self):
            self._spend(1)
            if length < 1:
                raise ProtocolError("an update deletes nothing")
            ends[client] = max(ends.get(client, 0), clock + length)
        self.expect_end()
        return ends


class Broad(Scan):
    """Knows all that Yjs knows."""

    @classmethod
    def of(cls, update: bytes) -> Self:
        """For what may be of anybody."""
        return cls(update, len(update), DEEPEST_OF_MEMBERS)

    def __init__(self, data: bytes, most: int, deepest: int) -> None:
        super().__init__(data, most, deepest)
        self._skips[_GUID] = self._skip_document

    def pass_over(self) -> None:
        """Go through all structs, and remember none."""
        for _ in range(self.read_varuint()):
            count = self.read_varuint()
            self.read_varuint()
            self.read_varuint()
            for _ in range(count):
                self._struct(0)

    def _struct(self, clock: int) -> Struct:
        at = self._at
        if self._data[at : at + 1] != bytes((SKIP,)):
            return super()._struct(clock)
        self.read_byte()
        return Struct(at, clock, self.read_varuint())

    def _skip_document(self) -> int:
        self._skip_words()
        self._skip_all(1)
        return 1


def _check(struct: Struct, client: int, roots: Mapping[bytes, bool]) -> None:
    """That Yjs can integrate ``struct``, and that it lies where something may lie."""
    if struct.length < 1:
        raise ProtocolError("an update has a struct that is empty")
    if struct.type is not None and struct.type > TEXT:
        raise ProtocolError(f"{struct.type} is a type that no document has")
    for id in (struct.origin, struct.right, struct.parent):
        if isinstance(id, tuple) and id[0] == client and id[1] >= struct.clock:
            raise ProtocolError("an update has a struct that stands on what comes later")
    if struct.key is not None:
        _check_text(struct.key)
    if isinstance(struct.parent, bytes):
        is_keyed = roots.get(struct.parent)
        if is_keyed is None or is_keyed != (struct.key is not None):
            raise ProtocolError("an update has a struct where nothing lies in a document")


def _check_text(key: bytes) -> None:
    try:
        key.decode()
    except UnicodeDecodeError as error:
        raise ProtocolError("an update has text that is none") from error


def _check_depth(runs: list[Run]) -> None:
    """That no shared types are nested deeper than in any document.

    What an update stands on may be in a later run of it; then the depths are found in rounds.
    """
    depths: dict[Id, int] = {}
    begins = {run.client: run.structs[0].clock for run in runs if run.structs}
    deepest = 0
    for _ in range(1 if len(runs) < 2 else DEEPEST_TYPE + 1):
        for run in runs:
            deepest = max(deepest, _note_depths(run, depths, begins, deepest))
        if deepest > DEEPEST_TYPE:
            raise ProtocolError("an update has types that are nested too deep")


def _note_depths(run: Run, depths: dict[Id, int], begins: Mapping[int, int], deepest: int) -> int:
    """Note how deep the structs of ``run`` are, and return how deep the deepest type is.

    What is inserted in the middle of something that the same update brings is as deep as any.
    """
    for struct in run.structs:
        if isinstance(struct.parent, tuple):
            depth = depths.get(struct.parent, 0) + 1
        elif struct.parent is not None:
            depth = 1
        else:
            beside = [id for id in (struct.origin, struct.right) if id is not None]
            new = (id for id in beside if id[1] >= begins.get(id[0], MAX_CLOCK))
            depth = max((depths.get(id, deepest) for id in new), default=0)
        if struct.type is not None:
            deepest = max(deepest, depth)
        depths[run.client, struct.clock] = depth
        depths[run.client, struct.clock + struct.length - 1] = depth
    return deepest
