"""Writes Yjs v1 updates from nothing, byte for byte the same each time.

Building through pycrdt would not do: it keeps plain JSON objects in hash maps whose order
differs from run to run, so the same content never gives the same bytes twice, and it has to
build a whole document to be asked for its update.

Source of the format: https://github.com/yjs/yjs (``src/utils/UpdateEncoder.js``,
``src/structs``) and https://github.com/dmonad/lib0 (``encoding.js``, ``writeAny``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from itertools import chain, pairwise, repeat
from typing import Any, NamedTuple

from ...protocol.varint import encode_varuint
from . import parts
from .parts import Made, Slice

Json = Any
"""What JSON can hold: ``None``, ``bool``, ``int``, ``float``, ``str``, ``list``, ``dict``."""

_ARRAY, _MAP, _TEXT = b"\x00", b"\x01", b"\x02"
_STRING, _TYPE, _ANY = 4, 7, 8
_HAS_LEFT, _HAS_KEY = 0x80, 0x20

_MAX_VARINT = 2**31 - 1
_SMALL = [encode_varuint(number) for number in range(1 << 14)]


def varuint(number: int) -> bytes:
    return _SMALL[number] if number < len(_SMALL) else encode_varuint(number)


def utf8(text: str) -> bytes:
    """UTF-8 of ``text``; half of a surrogate pair becomes U+FFFD, as Yjs does it."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def varstring(text: str) -> bytes:
    data = utf8(text)
    return varuint(len(data)) + data


Part = bytes | str
"""A part of an update: bytes, or a long text of ASCII, which becomes bytes as it is written."""

LONG = 10_000
"""Characters from which on a text is long."""


def _string_parts(text: str) -> tuple[bytes, Part]:
    """The size of a string, and the string itself.

    The bytes of all pictures in a notebook, beside those of the update, would be as much again of
    memory that was not used before, and that is slow.
    """
    part = text if len(text) >= LONG and text.isascii() else utf8(text)
    return varuint(len(part)), part


def _in_bytes(part: Part) -> bytes:
    return part if isinstance(part, bytes) else part.encode()


def utf16_length(text: str) -> int:
    """How many clock ticks a text takes: Yjs counts UTF-16 code units."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def write_any(value: Json, out: list[Part]) -> None:
    """Append lib0's encoding of ``value``; raises :class:`TypeError` for what is not JSON."""
    match value:
        case str():
            out += (b"\x77", *_string_parts(value))
        case None:
            out.append(b"\x7e")
        case True:
            out.append(b"\x78")
        case False:
            out.append(b"\x79")
        case int():
            out.append(_integer(value))
        case float():
            out.append(struct.pack(">cd", b"\x7b", value))
        case dict():
            out += (b"\x76", varuint(len(value)))
            for key in sorted(value):
                out.append(varstring(key))
                write_any(value[key], out)
        case list():
            out += (b"\x75", varuint(len(value)))
            if len(value) > 8 and set(map(type, value)) <= {int, float}:
                pairs = chain.from_iterable(zip(repeat(b"\x7b"), map(_double, value), strict=False))
                out.append(struct.pack(">" + "cd" * len(value), *pairs))
            else:
                for item in value:
                    write_any(item, out)
        case bytes():
            out += (b"\x74", varuint(len(value)), value)
        case _:
            raise TypeError(f"{type(value).__name__} is not a JSON value")


def _integer(number: int) -> bytes:
    """Small ones as lib0 has them; larger ones as doubles, for JSON in JavaScript has no others."""
    size = abs(number)
    if size > _MAX_VARINT:
        return struct.pack(">cd", b"\x7b", _double(number))
    sign = 0x40 if number < 0 else 0
    first = size & 0x3F | sign | (0x80 if size > 0x3F else 0)
    return b"\x7d" + bytes((first,)) + (varuint(size >> 6) if size > 0x3F else b"")


def _double(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


class _Cut(NamedTuple):
    """Where an update may be parted: at the byte ``at``, before the struct with this number."""

    at: int
    struct: int
    clock: int


def _chosen(marks: list[_Cut]) -> list[_Cut]:
    """Of the places where an update may be parted the first two, and those a piece apart."""
    cuts = marks[:2]
    for mark in marks[2:]:
        if mark.at - cuts[-1].at >= parts.PIECE:
            cuts.append(mark)
    return cuts


class UpdateWriter:
    """Writes the history of one client that makes a document from nothing.

    ``add_*`` return the clock of what they added, to be given as ``parent`` for what lies in
    it and as ``left`` for what comes after it in the same sequence. A parent that is a ``str``
    is the root of that name.
    """

    def __init__(self) -> None:
        self._parts: list[Part | None] = []
        self._structs = 0
        self._clock = 0
        self._marks: list[tuple[int, int, int]] = []

    @property
    def clock(self) -> int:
        """How much was added."""
        return self._clock

    def mark(self) -> None:
        """Here the update may be parted; see :class:`~.parts.Made`."""
        self._marks.append((len(self._parts), self._structs, self._clock))

    def add_map(self, parent: str | int, key: str | None = None, left: int | None = None) -> int:
        return self._add(_TYPE, [_MAP], 1, parent, key, left)

    def add_array(self, parent: str | int, key: str | None = None) -> int:
        return self._add(_TYPE, [_ARRAY], 1, parent, key)

    def add_text(self, text: str, parent: str | int, key: str | None = None) -> int:
        clock = self._add(_TYPE, [_TEXT], 1, parent, key)
        self.add_string(text, clock)
        return clock

    def add_string(self, text: str, parent: str | int) -> None:
        """The content of a text; nothing is added for an empty one."""
        if text:
            self._add(_STRING, _string_parts(text), utf16_length(text), parent)

    def add_value(self, value: Json, parent: str | int, key: str) -> None:
        content: list[Part] = [b"\x01"]
        write_any(value, content)
        self._add(_ANY, content, 1, parent, key)

    def add_values(self, values: Mapping[str, Json], parent: str | int) -> None:
        for key in sorted(values):
            self.add_value(values[key], parent, key)

    def digest(self, *names: str) -> bytes:
        """Identifies what was added, together with ``names``; 32 bytes."""
        digest = sha256(b"".join(map(varstring, names)))
        for part in self._parts:
            digest.update(b"\xff" if part is None else _in_bytes(part))
        return digest.digest()

    def finish(self, client_id: int) -> Made:
        """The update, as made by ``client_id``."""
        if not self._structs:
            return Made(b"\x00\x00")
        client = encode_varuint(client_id)
        body = [client if part is None else part for part in self._parts]
        head = b"".join((b"\x01", varuint(self._structs), client, b"\x00"))
        update = BytesIO()
        update.writelines(map(_in_bytes, (head, *body, b"\x00")))
        return Made(update.getvalue(), self._layout(client_id, body, len(head)))

    def _layout(self, client: int, body: list[Part], begin: int) -> tuple[tuple[Slice], ...]:
        """A part up to the first mark, then one for each piece; ``body`` begins at ``begin``."""
        end = _Cut(begin + sum(map(len, body)), self._structs, self._clock)
        cuts = [*_chosen(self._cuts(body, begin)), end]
        if len(cuts) == 2:
            return ()
        return tuple(
            (Slice(client, cut.clock, following.struct - cut.struct, cut.at, following.at),)
            for cut, following in pairwise(cuts)
        )

    def _cuts(self, body: list[Part], begin: int) -> list[_Cut]:
        """The beginning, and where the marks are."""
        cuts, at, index = [_Cut(begin, 0, 0)], begin, 0
        for marked, structs, clock in self._marks:
            at += sum(map(len, body[index:marked]))
            index = marked
            if structs < self._structs:
                cuts.append(_Cut(at, structs, clock))
        return cuts

    def _add(
        self,
        ref: int,
        content: Sequence[Part],
        size: int,
        parent: str | int,
        key: str | None = None,
        left: int | None = None,
    ) -> int:
        info = ref | (_HAS_KEY if key is not None else 0) | (_HAS_LEFT if left is not None else 0)
        parts: Iterable[Part | None]
        if left is not None:
            parts = (bytes((info,)), None, varuint(left))
        elif isinstance(parent, str):
            parts = (bytes((info, 1)), varstring(parent))
        else:
            parts = (bytes((info, 0)), None, varuint(parent))
        self._parts += parts
        if key is not None:
            self._parts.append(varstring(key))
        self._parts += content
        clock = self._clock
        self._clock += size
        self._structs += 1
        return clock
