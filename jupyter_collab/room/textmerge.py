"""Brings two versions of a text together: nothing that only one of them has is lost.

Where both have changed the same words, both stand there as whole words, those of the room
first. What both have written is there once: the same change comes in on two ways where a room
was saved just before the server died, where a notebook is open as text too, or where people
share their work through version control as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .sequences import Effort
from .textdiff import Change, differences, is_word, line_ranges, lines, token_ranges, tokens

_ALIKE = 0.75
"""Two insertions in the same place of which so much is the same are one insertion."""

_RELATED = 0.5
"""Lines of which so much is the same are versions of each other."""

_STEPS = 1_000_000
"""What a merge may spend on comparing what both sides wrote in the same places."""


def merge_text(base: str, ours: str, theirs: str) -> str:
    """``ours`` with what leads from ``base`` to ``theirs``."""
    if theirs in (base, ours):
        return ours
    if ours == base:
        return theirs
    mine, other = differences(base, ours), differences(base, theirs)
    kept = _Kept(base, mine, other)
    out: list[str] = []
    at = 0
    for place, _, text in _placed(mine, other):
        for piece in kept.between(at, place):
            _append(out, piece)
        _append(out, text)
        at = place
    for piece in kept.between(at, len(base)):
        _append(out, piece)
    return "".join(out)


def union_text(ours: str, theirs: str) -> str:
    """All that is in either; where they differ, ``ours`` comes first."""
    if not ours or ours == theirs:
        return theirs
    old, new = lines(ours), lines(theirs)
    effort = Effort(_STEPS)
    out: list[str] = []
    at = 0
    for start, end, new_start, new_end in line_ranges(old, new, effort):
        out += filter(None, old[at:start])
        mine, other = "".join(old[start:end]), "".join(new[new_start:new_end])
        if are_versions(mine, other, effort):
            _append(out, _woven(mine, other, effort))
        else:
            if mine and not mine.endswith("\n") and other:
                mine += "\n"
            _append(out, mine)
            _append(out, other)
        at = end
    return "".join((*out, *old[at:]))


def are_versions(one: str, other: str, effort: Effort | None = None) -> bool:
    """Whether so much of one text is in the other that they come from one."""
    effort = effort or Effort(_STEPS)
    shares = (_share(*pair, effort) for pair in ((one, other), (other, one)))
    return one == other or any(share >= _RELATED for share in shares)


def _woven(ours: str, theirs: str, effort: Effort) -> str:
    """``ours`` with the words that only ``theirs`` has, each in its place."""
    out: list[str] = []
    at = 0
    for start, end, text in differences(ours, theirs, effort):
        _append(out, ours[at:start])
        _append(out, ours[start:end])
        _append(out, text)
        at = end
    _append(out, ours[at:])
    return "".join(out)


class _Kept:
    """What both versions have kept of ``base``."""

    def __init__(self, base: str, mine: list[Change], other: list[Change]) -> None:
        self._base = base
        self._gaps = sorted((change.start, change.end) for change in (*mine, *other))
        self._next = 0
        self._gone = 0

    def between(self, start: int, end: int) -> Iterator[str]:
        """The pieces from ``start`` to ``end``; asked for from front to back."""
        while self._next < len(self._gaps) and self._gaps[self._next][0] < end:
            gap_start, gap_end = self._gaps[self._next]
            self._next += 1
            yield self._base[max(start, self._gone) : gap_start]
            self._gone = max(self._gone, gap_end)
        yield self._base[max(start, self._gone) : end]
        self._gone = max(self._gone, end)


class _Text(NamedTuple):
    """New text at a place of the base; where several stand at one, ``order`` decides."""

    place: int
    order: int
    text: str


_BEFORE, _MINE, _AFTER = 0, 1, 2


def _placed(mine: list[Change], other: list[Change]) -> list[_Text]:
    """Both versions' new text in the order in which it will stand."""
    texts = [_Text(change.start, _MINE, change.text) for change in mine]
    effort = Effort(_STEPS)
    first = 0
    for change in other:
        while first < len(mine) and mine[first].end < change.start:
            first += 1
        rivals = []
        for index in range(first, len(mine)):
            if mine[index].start > change.end:
                break
            if _is_rival(mine[index], change):
                rivals.append(index)
        if not _absorbed(change.text, rivals, texts, effort):
            texts.append(_place(change, [mine[index] for index in rivals]))
    return sorted(texts, key=lambda text: text[:2])


def _is_rival(mine: Change, other: Change) -> bool:
    """Whether both replace the same piece, or insert in one gap, or one inserts in what the
    other replaces."""
    if mine.start == other.start and mine.end == other.end:
        return True
    return mine.start < other.end and other.start < mine.end


def _absorbed(text: str, rivals: list[int], texts: list[_Text], effort: Effort) -> bool:
    """Whether ``text`` is there already, in its place; what is missing of it is added there."""
    if not text:
        return True
    if not rivals:
        return False
    written = "".join(texts[index].text for index in rivals)
    share = _share(text, written, effort)
    if share == 1:
        return True
    if share < _ALIKE and (not written.strip() or _share(written, text, effort) < _ALIKE):
        return False
    for index in rivals:
        texts[index] = texts[index]._replace(text="")
    texts[rivals[0]] = texts[rivals[0]]._replace(text=_woven(written, text, effort))
    return True


def _place(change: Change, rivals: list[Change]) -> _Text:
    if not rivals:
        is_insertion = change.start == change.end
        return _Text(change.start, _BEFORE if is_insertion else _AFTER, change.text)
    last = rivals[-1]
    is_line = change.text.endswith("\n") and not last.text.endswith("\n")
    if is_line and change.start == change.end == last.start == last.end:
        return _Text(change.start, _BEFORE, change.text)
    return _Text(max(change.start, last.start), _AFTER, change.text)


def _share(part: str, whole: str, effort: Effort) -> float:
    """How much of the words of ``part`` is in ``whole``, in the same order."""
    pieces = tokens(part)
    total = sum(map(_weight, pieces))
    if not total:
        return float(part in whole)
    missing = 0
    for start, end, _, _ in token_ranges(pieces, tokens(whole), effort):
        missing += sum(map(_weight, pieces[start:end]))
    return 1 - missing / total


def _weight(token: str) -> int:
    return 0 if token.isspace() else len(token)


def _append(out: list[str], text: str) -> None:
    """Add ``text``; words that did not stand next to each other do not become one."""
    if not text:
        return
    if out and is_word(out[-1][-1]) and is_word(text[0]):
        out.append(" ")
    out.append(text)
