"""Reads what a Yjs v1 update consists of, as far as it takes to part it.

What large structs hold is skipped by its length, so that many megabytes in few of them take no
time. Source of the format: https://github.com/yjs/yjs (``src/utils/updates.js``,
``src/structs``) and https://github.com/dmonad/lib0 (``decoding.js``, ``readAny``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ...errors import ProtocolError
from ...protocol.varint import MAX_BITS, Reader

Id = tuple[int, int]
"""A client and a clock."""

ARRAY, MAP, TEXT = 0, 1, 2

DELETED, STRING, ANY = 1, 4, 8
"""Contents; those of shared types are told by ``Struct.type``."""

_GC, _TYPE = 0, 7
_HAS_ORIGIN, _HAS_RIGHT, _HAS_KEY, _CONTENT = 0x80, 0x40, 0x20, 0x1F
_NAMED_TYPES = (3, 5)
_TYPES = 7

_WORDS, _BYTES, _OBJECT, _LIST, _INTEGER = 119, 116, 118, 117, 125
_FIXED = {120: 0, 121: 0, 126: 0, 127: 0, 124: 4, 122: 8, 123: 8}
"""Of each kind of value that always takes as many bytes, how many."""

_AT_ONCE = 64
_FLAT = re.compile(
    rb"(?:[\x78\x79\x7e\x7f]|[\x7a\x7b].{8}|\x7c.{4}|\x7d(?:[\x80-\xff]{1,6})?[\x00-\x7f]){64}",
    re.DOTALL,
)
"""So many values that hold nothing, as there are in pictures that are drawn from numbers."""

DEEPEST = 100
"""Values within values."""


class Struct(NamedTuple):
    """What begins at the byte ``at``, and takes ``length`` clocks from ``clock`` on.

    ``parent`` is an id, or the name of a root, and ``key`` the place in it. Where it has an
    ``origin`` or a ``right`` origin, it has neither: they are those of its neighbours. ``type``
    says which shared type it holds, if it holds one.
    """

    at: int
    clock: int
    length: int
    origin: Id | None = None
    right: Id | None = None
    parent: Id | bytes | None = None
    key: bytes | None = None
    type: int | None = None

    def content(self, update: bytes) -> int:
        """What kind of content it has in ``update``; 0 for what was deleted with all around it."""
        return update[self.at] & _CONTENT


@dataclass(frozen=True, slots=True)
class Run:
    """What an update has of ``client``: ``structs`` that end at the byte ``end``, before the clock
    ``clock``."""

    client: int
    structs: list[Struct]
    end: int
    clock: int


def read_structs(update: bytes, most: int) -> list[Run]:
    """What is in ``update``; behind the last of it is what is deleted.

    Raises :class:`~jupyter_collab.errors.ProtocolError` where there are more than ``most`` structs
    and values, and where something is not known.
    """
    try:
        return Scan(update, most).runs()
    except UnicodeDecodeError as error:
        raise ProtocolError("an update has text that is none") from error


class Scan(Reader):
    """Goes through ``data`` from front to back, past no more than ``most`` structs and values, of
    which ``deepest`` may be within each other. It takes no more stack for those."""

    def __init__(self, data: bytes, most: int, deepest: int = DEEPEST) -> None:
        super().__init__(data)
        self._left = most
        self._deepest = deepest
        self._last = b"", 0
        self._skips: dict[int, Callable[[], int]] = {
            DELETED: self.read_varuint,
            2: self._skip_strings,
            3: self._skip_one,
            STRING: self._skip_text,
            5: self._skip_one,
            6: self._skip_format,
            ANY: self._skip_values,
        }

    def runs(self) -> list[Run]:
        runs = [self._run() for _ in range(self.read_varuint())]
        if self._at >= len(self._data):
            raise ProtocolError("an update ends too early")
        return runs

    def pieces(self, most: int) -> Iterator[Run]:
        """All runs in the same order, in pieces of ``most`` structs."""
        for _ in range(self.read_varuint()):
            left = self.read_varuint()
            client, clock = self.read_varuint(), self.read_varuint()
            while left:
                structs = []
                for _ in range(min(left, most)):
                    self._spend(1)
                    structs.append(self._struct(clock))
                    clock += structs[-1].length
                left -= len(structs)
                yield Run(client, structs, self._at, clock)

    def _run(self) -> Run:
        count = self.read_varuint()
        client, clock = self.read_varuint(), self.read_varuint()
        self._spend(count)
        structs = []
        for _ in range(count):
            struct = self._struct(clock)
            structs.append(struct)
            clock += struct.length
        return Run(client, structs, self._at, clock)

    def _struct(self, clock: int) -> Struct:
        at = self._at
        info = self.read_byte()
        if info == _GC:
            return Struct(at, clock, self.read_varuint())
        origin = right = parent = key = type = None
        if info & _HAS_ORIGIN:
            origin = self._id()
        if info & _HAS_RIGHT:
            right = self._id()
        if not info & (_HAS_ORIGIN | _HAS_RIGHT):
            parent = self.read_varbytes() if self.read_varuint() else self._id()
            if info & _HAS_KEY:
                key = self.read_varbytes()
        content = info & _CONTENT
        if content == _TYPE:
            type, length = self._type(), 1
        elif (skip := self._skips.get(content)) is not None:
            length = skip()
        else:
            raise ProtocolError(f"{content} is a content that is not known")
        return Struct(at, clock, length, origin, right, parent, key, type)

    # --- ids and types

    def _id(self) -> Id:
        """Clients are long and often the same, so their bytes are compared."""
        known, client = self._last
        if known and self._data.startswith(known, self._at):
            self._at += len(known)
        else:
            at = self._at
            client = self.read_varuint()
            self._last = self._data[at : self._at], client
        return client, self.read_varuint()

    def _type(self) -> int:
        type = self.read_varuint()
        if type >= _TYPES:
            raise ProtocolError(f"{type} is a type that is not known")
        if type in _NAMED_TYPES:
            self.read_varbytes()
        return type

    # --- content: each says how many clocks it takes

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise ProtocolError("an update has too many structs to look at")

    def _skip_one(self) -> int:
        self.skip(self.read_varuint())
        return 1

    def _skip_words(self) -> None:
        """Pass over text; whether it is any is not looked at."""
        data, at = self._data, self._at
        size = data[at] if at < len(data) else 0x80
        if size < 0x80 and at + size < len(data):
            self._at = at + 1 + size
        else:
            self._skip_one()

    def _skip_text(self) -> int:
        """Yjs counts UTF-16 code units."""
        text = self.read_varbytes()
        if text.isascii():
            return len(text)
        return len(text.decode().encode("utf-16-le")) // 2

    def _skip_strings(self) -> int:
        count = self.read_varuint()
        self._spend(count)
        for _ in range(count):
            self._skip_one()
        return count

    def _skip_format(self) -> int:
        self._skip_one()
        return self._skip_one()

    def _skip_values(self) -> int:
        count = self.read_varuint()
        self._skip_all(count)
        return count

    def _skip_all(self, left: int) -> None:
        """Pass over ``left`` values, and what is in them. There may be very many."""
        outer: list[tuple[int, bool]] = []
        keyed = False
        data = self._data
        while left or outer:
            if not left:
                left, keyed = outer.pop()
                continue
            self._spend(1)
            if left >= _AT_ONCE and not keyed and (flat := _FLAT.match(data, self._at)):
                self._at = flat.end()
                left -= _AT_ONCE
                continue
            left -= 1
            if keyed:
                self._skip_words()
            kind = data[self._at] if self._at < len(data) else 0
            self._at += 1
            if kind == _WORDS:
                self._skip_words()
            elif kind in (_OBJECT, _LIST):
                outer.append((left, keyed))
                left, keyed = self.read_varuint(), kind == _OBJECT
                if len(outer) > self._deepest:
                    raise ProtocolError("an update has values that are nested too deep")
            else:
                self._skip_plain(kind)

    def _skip_plain(self, kind: int) -> None:
        """Pass over a value of this ``kind`` that holds no others."""
        if kind == _INTEGER:
            self._skip_integer()
        elif (size := _FIXED.get(kind)) is not None:
            self.skip(size)
        elif kind == _BYTES:
            self._skip_one()
        else:
            raise ProtocolError(f"{kind} is a kind of value that is not known")

    def _skip_integer(self) -> None:
        """It has a sign, but ends as a number without one does."""
        byte = self.read_byte()
        number, bits = byte & 0x3F, 6
        while byte & 0x80:
            byte = self.read_byte()
            number |= (byte & 0x7F) << bits
            bits += 7
            if number >> MAX_BITS or bits > MAX_BITS + 7:
                raise ProtocolError(f"a number has more than {MAX_BITS} bits")


def text_of(struct: bytes) -> str:
    """The text that a ``struct`` holds."""
    return _Text(struct, 1).text()


class _Text(Scan):
    """Keeps the text that a struct holds."""

    _text = ""

    def text(self) -> str:
        self._struct(0)
        return self._text

    def _skip_text(self) -> int:
        self._text = self.read_varbytes().decode()
        return len(self._text)
