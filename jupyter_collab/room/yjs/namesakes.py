"""Two who write as one Yjs client (pure)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import islice

from ...errors import ProtocolError
from ...protocol.varint import encode_varuint
from .gaps import clocks
from .structs import DELETED, STRING, Id
from .vetting import SKIP, Broad

MOST = 1_000
"""Structs that are looked at. Who writes as somebody else does not begin with the same."""

LETTERS, MOST_BYTES = 10_000, 30_000
"""UTF-16 code units, and types, that are compared."""

_GC, _TYPE = 0, 7
_DELETED = (_GC, DELETED, SKIP)

_UNCERTAIN = frozenset((*range(0xD800, 0xE000), 0xFFFD))
"""Code units that Yrs and Yjs do not part in the same way."""


def from_clock(state_vector: bytes, client: int, clock: int) -> bytes:
    """``state_vector`` of one who has no more of ``client`` than comes before ``clock``."""
    known = {**clocks(state_vector), client: clock}
    numbers = (number for pair in known.items() for number in pair)
    return b"".join(map(encode_varuint, (len(known), *numbers)))


def contradict(update: bytes, other: bytes) -> bool:
    """Whether both begin with what one client wrote at the same clocks, but not with the same.

    Only what can be told for certain counts: not what was deleted, nor what cannot be read.
    """
    together = Together()
    return together.contradicts(0, "other", other) or together.contradicts(0, "update", update)


def is_exact(known: bytes, end: int) -> bool:
    """Whether what is ``known`` of one client ends before the clock ``end``, as it has to.

    Where a character was parted Yrs may begin one code unit beside the clock that it is asked for.
    """
    try:
        run = next(Broad.of(known).pieces(MOST), None)
    except (ProtocolError, UnicodeDecodeError):
        return False
    return run is not None and run.clock == end


class Together:
    """What is said as the same Yjs clients, while nothing of it is in the document."""

    def __init__(self) -> None:
        self._unread: dict[int, list[tuple[Hashable, bytes]]] = {}
        self._said: dict[int, dict[Id, tuple[int, Hashable]]] = {}

    def contradicts(self, client: int, speaker: Hashable, update: bytes) -> bool:
        """Whether somebody other than ``speaker`` has said something else as ``client``.

        Each update is read once, and none as long as one speaks alone.
        """
        unread = self._unread.setdefault(client, [])
        unread.append((speaker, update))
        if client not in self._said and unread[0][0] == speaker:
            return False
        said = self._said.setdefault(client, {})
        is_other = [not _say(said, *each) for each in unread]
        unread.clear()
        return is_other[-1]


def _say(said: dict[Id, tuple[int, Hashable]], speaker: Hashable, update: bytes) -> bool:
    """Add what ``update`` says, unless others have ``said`` something else."""
    try:
        words = {id: (what, speaker) for id, what in islice(_words(update), LETTERS)}
    except (ProtocolError, UnicodeDecodeError):
        return True
    for id, (what, _) in words.items():
        known, who = said.get(id, (what, speaker))
        if known != what and who != speaker:
            return False
    said.update(words)
    return True


class _Words(Broad):
    """Keeps the texts that it passes."""

    def __init__(self, data: bytes, most: int, deepest: int) -> None:
        self.texts: list[bytes] = []
        super().__init__(data, most, deepest)

    def _skip_text(self) -> int:
        at = self._at
        length = super()._skip_text()
        self._at = at
        self.texts.append(self.read_varbytes())
        return length


def _words(update: bytes) -> Iterator[tuple[Id, int]]:
    """What was written at each clock: a code unit, or that it is a type.

    It ends where a character may have been parted that takes two code units: Yrs puts it into one
    of the halves, and all that comes after them is one clock beside where it was written, also
    where the half that has it was deleted since.
    """
    scan = _Words.of(update)
    client = -1
    is_behind_deleted = False
    for run in islice(scan.pieces(1), MOST):
        if client not in (-1, run.client):
            return
        client, (struct,) = run.client, run.structs
        kind = struct.content(update)
        if kind == STRING:
            text = scan.texts.pop()
            if is_behind_deleted or not text:
                return
            begin = text[:MOST_BYTES].decode(errors="ignore")  # where it is cut, no more
            units = memoryview(begin.encode("utf-16-le")).cast("H")
            for at, unit in enumerate(units, start=struct.clock):
                if unit in _UNCERTAIN:
                    return
                yield (client, at), unit
        elif kind == _TYPE:
            yield (client, struct.clock), -kind
        is_behind_deleted = kind in _DELETED
