"""The pieces of a text that are never taken apart: words, signs, line ends, white space.

A character is never parted from the marks that belong to it.
"""

from __future__ import annotations

import re

_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u109f\u1780-\u17ff\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff"
    "\ufe00-\ufe0f\ufe20-\ufe2f\U0001f3fb-\U0001f3ff\U000e0020-\U000e01ef"
)
"""What belongs to the character before it; whole blocks of scripts without spaces or with many
dependent signs are in it too."""

_SINGLE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
"""Characters that are words of their own."""

_TOKEN = re.compile(
    rf"\n|[^\S\n]+|[{_SINGLE}][{_MARKS}]*|(?:(?![{_SINGLE}])\w|[{_MARKS}])+"
    rf"|[\U0001f1e6-\U0001f1ff]{{2}}|[^\w\s](?:\u200d[^\w\s]|[{_MARKS}])*"
)
_ASCII_TOKEN = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")
_JOINING = re.compile(rf"(?![{_SINGLE}])\w|[{_MARKS}]")
_WORD = re.compile(rf"\w|[{_MARKS}]")

_PLAIN = re.compile(r"[\s!-/:-@\[-^`{-~]*")

_SPACE, _LINE_END, _SIGN, _LETTER = 1, 3, 20, 100
STRONG = 1000
"""From this weight on, an element says where it belongs."""

_SHORT = 3


def tokens(text: str) -> list[str]:
    """``text`` in pieces: words, single signs, single line ends, other white space."""
    return (_ASCII_TOKEN if text.isascii() else _TOKEN).findall(text)


def lines(text: str) -> list[str]:
    """``text`` in lines, each with its line end; only ``\\n`` is one."""
    parts = text.split("\n")
    whole = [part + "\n" for part in parts[:-1]]
    return [*whole, parts[-1]] if parts[-1] else whole


def joins(character: str) -> bool:
    """Whether ``character`` makes one word with others before or after it."""
    return _JOINING.match(character) is not None


def is_word(token: str) -> bool:
    return _WORD.match(token) is not None


def says(text: str) -> bool:
    """Whether there is a word in ``text``."""
    return _WORD.search(text) is not None


def is_plain(text: str) -> bool:
    """Whether ``text`` is white space and signs as languages use them between words."""
    return _PLAIN.fullmatch(text) is not None


def weigh_token(token: str) -> int:
    """How much it says that two texts share ``token``: any word more than all that stands
    between words."""
    if is_word(token):
        return STRONG + _LETTER * min(len(token), 20)
    if token == "\n":
        return _LINE_END
    return _SPACE if token.isspace() else _SIGN


def weigh_line(line: str) -> int:
    """How much it says that two texts share ``line``."""
    size = len(line.strip())
    return STRONG + size if size > _SHORT else size
