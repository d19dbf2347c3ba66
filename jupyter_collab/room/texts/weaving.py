"""Tells whether two people have written one thing, and makes one of what both have written.

Two texts are *one writing* if one of them goes on where the other ends, or has all of its words
in the same order; or if they share much, and what else they have is in different places. Texts
that differ in the middle of what they share, such as ``import os`` and ``import re``, are two
writings; unless they are long and nearly all of them is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .differences import token_ranges
from .sequences import changed_ranges
from .subsequences import Effort, Range
from .words import STRONG, is_word, joins, lines, tokens, weigh_line

_SOME = 2
"""So many letters at least have to be in what two texts share."""

_QUARTER, _FIFTH = 0.25, 0.2
"""Such a part of the shorter text at least has to be in what two texts share; of the longer one
if all of the shorter is."""

_FEW, _CERTAIN = 2, 8
"""So many words, of so many letters in all, are not in a text by chance."""

_LONG, _NEARLY_ALL = 8, 0.75
"""Texts that share so many words, and so great a part of them, are one in spite of differences."""

_MANY = 400
"""How many pairs of lines are compared in one place."""


def woven(ours: str, theirs: str, effort: Effort) -> str | None:
    """All that is in either, once; ``None`` if they are two writings."""
    if not ours or not theirs or ours == theirs:
        return ours or theirs
    if ours.isspace() or theirs.isspace():
        return _with_space(ours, theirs)
    one = _one_writing(ours, theirs, effort)
    if one is None and _has_lines(ours, theirs):
        one = _woven_lines(lines(ours), lines(theirs), effort)
    return one


def on_lines(texts: Sequence[str]) -> str:
    """All of ``texts``, each on lines of its own."""
    out: list[str] = []
    for text in filter(None, texts):
        if out and not out[-1].endswith("\n"):
            out.append("\n")
        out.append(text)
    return "".join(out)


def append(out: list[str], text: str) -> None:
    """Add ``text``; words that did not stand next to each other do not become one."""
    if not text:
        return
    if out and joins(out[-1][-1]) and joins(text[0]):
        out.append(" ")
    out.append(text)


def _with_space(ours: str, theirs: str) -> str | None:
    """Where one is white space: none that the other has at its ends already."""
    space, text = (ours, theirs) if ours.isspace() else (theirs, ours)
    return text if text.startswith(space) or text.endswith(space) else None


def _has_lines(ours: str, theirs: str) -> bool:
    return any("\n" in text.rstrip("\n") for text in (ours, theirs))


def _one_writing(ours: str, theirs: str, effort: Effort) -> str | None:
    if _goes_on(ours, theirs) or _ends_so(theirs, ours):
        return theirs
    if _goes_on(theirs, ours) or _ends_so(ours, theirs):
        return ours
    mine, other = tokens(ours), tokens(theirs)
    if not any(map(is_word, {*mine} & {*other})):
        return None
    spots = list(_spots(mine, other, token_ranges(mine, other, effort)))
    total, other_total = _letters(mine), _letters(other)
    shared = total - sum(_letters(spot.ours) for spot in spots)
    if shared < _SOME:
        return None
    if shared in (total, other_total):
        # One has all of the other: by chance only if that is little.
        words = min(sum(map(is_word, mine)), sum(map(is_word, other)))
        is_much = words >= _FEW and shared >= _CERTAIN
        is_one = is_much or shared >= _FIFTH * max(total, other_total)
        return _filled(mine, spots) if is_one else None
    if any(spot.differs for spot in spots):
        words = sum(map(is_word, mine)) - sum(is_word(t) for s in spots for t in s.ours)
        is_one = words >= _LONG and shared >= _NEARLY_ALL * max(total, other_total)
    else:
        is_one = shared >= _QUARTER * min(total, other_total)
    return _filled(mine, spots) if is_one else None


def _goes_on(beginning: str, text: str) -> bool:
    """Whether ``text`` begins so, and not in the middle of a word but one of letters."""
    if not _letters(tokens(beginning)):
        # Signs that lay out lines, as those of a call, are not the beginning of one another.
        return text.startswith(beginning) and not _has_space(beginning) and "\n" not in text
    beginning = beginning.rstrip()
    if not text.startswith(beginning):
        return False
    last, following = beginning[-1], text[len(beginning) : len(beginning) + 1]
    if not following or not (joins(last) and joins(following)):
        return True
    return last.isalpha() and following.isalpha()


def _has_space(text: str) -> bool:
    return any(map(str.isspace, text))


def _ends_so(text: str, ending: str) -> bool:
    """Whether ``text`` ends so, after white space: as where both were put after each other."""
    text, ending = text.rstrip(), ending.strip()
    if not text.endswith(ending) or not _letters(tokens(ending)):
        return False
    return text[: len(text) - len(ending)][-1:].isspace()


def _letters(pieces: Sequence[str]) -> int:
    """How much is said by words."""
    return sum(len(piece) for piece in pieces if is_word(piece))


class _Spot(NamedTuple):
    """What has changed between two texts, and where in the first it begins and ends."""

    start: int
    end: int
    ours: list[str]
    theirs: list[str]

    @property
    def differs(self) -> bool:
        """Whether each of them has something else there."""
        return _says(self.ours) and _says(self.theirs)


def _says(pieces: list[str]) -> bool:
    return not all(map(str.isspace, pieces))


def _spots(mine: list[str], other: list[str], ranges: Sequence[Range]) -> Iterator[_Spot]:
    for start, end, new_start, new_end in ranges:
        yield _Spot(start, end, mine[start:end], other[new_start:new_end])


def _filled(mine: list[str], spots: Sequence[_Spot]) -> str:
    out: list[str] = []
    at = 0
    for spot in spots:
        append(out, "".join(mine[at : spot.start]))
        ours, theirs = "".join(spot.ours), "".join(spot.theirs)
        if not _says(spot.ours) and _says(spot.theirs) and "\n" not in ours:
            ours = ""
        elif not _says(spot.theirs) and ours:
            theirs = ""
        append(out, ours)
        append(out, theirs)
        at = spot.end
    append(out, "".join(mine[at:]))
    return "".join(out)


def _woven_lines(mine: list[str], other: list[str], effort: Effort) -> str | None:
    """Lines that both have once, and the others beside them, each whole."""
    out: list[str] = []
    at, paired = 0, False
    for start, end, new_start, new_end in changed_ranges(mine, other, effort, weigh_line, STRONG):
        out += mine[at:start]
        paired = _pair(mine[start:end], other[new_start:new_end], out, effort) or paired
        paired = paired or any(map(str.strip, mine[at:start]))
        at = end
    paired = paired or any(map(str.strip, mine[at:]))
    out += mine[at:]
    return on_lines(out) if paired else None


def _pair(mine: list[str], other: list[str], out: list[str], effort: Effort) -> bool:
    """Append the lines of both to ``out``; whether any two were one writing."""
    at = 0
    waiting: list[str] = []
    count = min(len(mine), _MANY // max(len(other), 1))
    for line in other:
        for place in range(at, count):
            if line.strip() and (one := _one_writing(mine[place], line, effort)) is not None:
                out += [*mine[at:place], *waiting, one]
                waiting.clear()
                at = place + 1
                break
        else:
            waiting.append(line)
    out += [*mine[at:], *waiting]
    return at > 0
