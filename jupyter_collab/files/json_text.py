"""A JSON text that is parsed a stretch at a time.

The standard library's parser takes a ``str`` and holds the interpreter lock for as long as one
call takes. To turn the 50 MB of a large file into one ``str`` stops the event loop as well, even
from another thread, and memory that was not used before is slow. Here a file becomes text a
stretch at a time, and each value is parsed by a call of its own.
"""

from __future__ import annotations

import codecs
import json
import re
from json.decoder import JSONDecodeError
from typing import Any, Protocol

STRETCH = 2**20
"""Bytes that are read at once; more where a single value takes more."""

SHORT = 2**18
"""Characters that may be parsed with one call: that takes a millisecond."""

_skip = re.compile(r"[ \t\n\r]*").match
_ESCAPE = len(r"\ud83d")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

_scan = json.JSONDecoder().raw_decode


class Readable(Protocol):
    """A file, as far as it is needed to read it, and once more where something is wrong."""

    def read(self, size: int = -1, /) -> bytes: ...

    def seek(self, offset: int, /) -> int: ...


class JsonText:
    """The JSON text in ``file``, from its beginning on.

    ``has_surrogates`` says whether a half of a character has been escaped in what was read.
    All methods raise ``JSONDecodeError`` for what is no JSON, with the position in the whole
    text, and ``UnicodeDecodeError`` for what is no UTF-8, with that in the file.
    """

    def __init__(self, file: Readable, stretch: int = STRETCH) -> None:
        self.has_surrogates = False
        self._file = file
        self._stretch = stretch
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""  # what is in hand
        self._at = self._let_go = 0

    @property
    def is_short(self) -> bool:
        """Whether all of it is no more than is parsed with one call."""
        self.next()
        return len(self._text) <= self._at + SHORT and not self._take_more()

    def next(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            self._at = _skip(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text) or not self._take_more():
                return self._text[self._at : self._at + 1]

    def accept(self, character: str) -> bool:
        """Go beyond ``character`` if it comes next."""
        is_next = self.next() == character
        self._at += is_next
        return is_next

    def expect(self, character: str) -> None:
        """Go beyond ``character``."""
        if not self.accept(character):
            raise self._error(f"Expecting '{character}' delimiter")

    def value(self) -> Any:
        """Go beyond the next value, and return it."""
        self.next()
        if len(self._text) - self._at < self._stretch // 4:
            self._take_more()  # to find out that a value is not all there costs a count of lines
        while True:
            try:
                value, end = _scan(self._text, self._at)
            except JSONDecodeError as error:
                if not self._take_more():
                    raise self._error(error.msg, self._let_go + error.pos) from None
                continue
            # A number may go on behind what is in hand, also where that ends with "1." or "1e+".
            if end + 2 < len(self._text) or not self._take_more():
                self._at = end
                return value

    def key(self) -> str:
        """Go beyond a member's name and the colon behind it, and return the name."""
        if self.next() != '"':
            raise self._error("Expecting property name enclosed in double quotes")
        name: str = self.value()
        self.expect(":")
        return name

    def goes_on(self, closing: str) -> bool:
        """Go beyond a comma, or beyond the character that ends a list or an object."""
        if self.accept(closing):
            return False
        self.expect(",")
        comma = self._place - 1
        if self.next() == closing:
            raise self._error(f"Illegal trailing comma before '{closing}'", comma)
        return True

    def end(self) -> None:
        """Nothing but white space may follow."""
        if self.next():
            raise self._error("Extra data")

    @property
    def _place(self) -> int:
        """Where we are in the whole text, in characters."""
        return self._let_go + self._at

    def _error(self, message: str, place: int | None = None) -> JSONDecodeError:
        """That there is something wrong at ``place``, or here."""
        place = self._place if place is None else place
        whole = self._again().decode("utf-8-sig", "replace")
        return JSONDecodeError(message, whole, place)

    def _again(self) -> bytes:
        """The whole file, to tell what is wrong with it."""
        self._file.seek(0)
        return self._file.read()

    def _take_more(self) -> bool:
        """Have more text in hand, and no more what was read; ``False`` if there is none."""
        rest = self._text[self._at :]
        piece = self._file.read(max(self._stretch, len(rest)))
        try:
            text = self._decoder.decode(piece, final=not piece)
        except UnicodeDecodeError:
            self._again().decode()
            raise  # the file is another meanwhile
        if not piece:
            return False
        self._let_go += self._at
        self._text, self._at = rest + text, 0
        if not self.has_surrogates:
            seen = max(0, len(rest) - _ESCAPE)
            self.has_surrogates = _SURROGATE.search(self._text, seen) is not None
        return True
