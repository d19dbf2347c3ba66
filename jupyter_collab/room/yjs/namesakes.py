"""Two who write as one Yjs client (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ...errors import ProtocolError
from ...protocol.varint import encode_varuint
from .gaps import clocks
from .structs import STRING
from .vetting import Broad

MOST = 1_000
"""Structs that are looked at. Who writes as somebody else does not begin with the same."""

LETTERS = 10_000
"""UTF-16 code units, and types, that are compared."""

_TYPE = 7

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
    try:
        said = dict(islice(_said(other), LETTERS))
        again = list(islice(_said(update), LETTERS))
    except (ProtocolError, UnicodeDecodeError):
        return False
    return any(clock in said and said[clock] != what for clock, what in again)


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


def _said(update: bytes) -> Iterator[tuple[tuple[int, int], int]]:
    """What was written at each clock: a code unit, or that it is a type."""
    words = _Words.of(update)
    run = next(words.pieces(MOST), None)
    if run is None:
        return
    texts = iter(words.texts)
    for struct in run.structs:
        kind = struct.content(update)
        if kind == STRING:
            units = memoryview(next(texts).decode().encode("utf-16-le")).cast("H")
            for at, unit in enumerate(units, start=struct.clock):
                if unit not in _UNCERTAIN:
                    yield (run.client, at), unit
        elif kind == _TYPE:
            yield (run.client, struct.clock), -kind
