"""Brings two versions of a text together: nothing that only one of them has is lost.

Each version is what its differences from the base say. Where differences touch that both sides
made, they are one *region*; elsewhere they are done as they are. So

- where one side changed nothing in a region, the outcome is there exactly what the other has;
- what is left of the base is what both have kept: in a region, nothing;
- of a region both insertions stay, one of them where they are one writing (see :mod:`.weaving`),
  which comes in on two ways where a room was saved just before the server died, where a notebook
  is open as text too, or where people share their work through version control as well;
- nothing is ever inserted into a word, and two words that did not stand next to each other do
  not become one.

Texts are compared in a bounded time; where that is too short, regions are larger.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from .differences import Change, differences
from .subsequences import Effort
from .weaving import append, on_lines, woven
from .words import is_plain, says

_STEPS = 1_000_000
"""What a merge may spend on comparing what both sides wrote in the same places."""


_OURS, _THEIRS = 1, 2


def merge_text(base: str, ours: str, theirs: str) -> str:
    """``ours`` with what leads from ``base`` to ``theirs``."""
    if theirs in (base, ours):
        return ours
    if ours == base:
        return theirs
    effort = Effort(_STEPS)
    out: list[str] = []
    at = 0
    for near in _regions(base, differences(base, ours), differences(base, theirs), blank=True):
        append(out, base[at : near.start])
        append(out, _merged(base, near, effort))
        at = near.end
    append(out, base[at:])
    return "".join(out)


class _Region(NamedTuple):
    """Changes that touch each other; all that they leave of the base is before and after them."""

    start: int
    end: int
    ours: list[Change]
    theirs: list[Change]


def _regions(
    base: str, ours: list[Change], theirs: list[Change], *, blank: bool = False
) -> Iterator[_Region]:
    """Those that touch; with ``blank``, also those between which there is only white space."""
    both = [(change, True) for change in ours] + [(change, False) for change in theirs]
    both.sort(key=lambda pair: pair[0][:2])
    region: _Region | None = None
    for change, is_ours in both:
        if region is None or change.start > region.end:
            if region is not None and not (blank and base[region.end : change.start].isspace()):
                yield region
                region = None
            region = region or _Region(change.start, change.end, [], [])
        (region.ours if is_ours else region.theirs).append(change)
        region = region._replace(end=max(region.end, change.end))
    if region is not None:
        yield region


def _merged(base: str, near: _Region, effort: Effort) -> str:
    """What stands in the place of ``near``, which may have white space between its changes."""
    if not (near.ours and near.theirs):
        return _applied(base, near, near.ours or near.theirs)
    one = _one_writing(base, near, effort)
    if one is None:
        out: list[str] = []
        at = near.start
        for region in _regions(base, near.ours, near.theirs):
            append(out, base[at : region.start])
            for text in _outcome(base, region, effort):
                append(out, text)
            at = region.end
        one = "".join(out)
    for mine, other in ((near.ours, near.theirs), (near.theirs, near.ours)):
        text = _applied(base, near, mine)
        if text.split() == one.split() and _concerns_words(base, other):
            return text  # white space goes with the words
    return one


def _concerns_words(base: str, changes: list[Change]) -> bool:
    return any(says(base[start:end]) or says(text) for start, end, text in changes)


def _applied(base: str, region: _Region, changes: list[Change]) -> str:
    """What one side has in ``region``."""
    parts: list[str] = []
    at = region.start
    for start, end, text in changes:
        parts += (base[at:start], text)
        at = end
    return "".join((*parts, base[at : region.end]))


def _one_writing(base: str, region: _Region, effort: Effort) -> str | None:
    """What both have written, if that is one writing in spite of different neighbours."""
    ours = _written(base, region, region.ours, region.theirs)
    theirs = _written(base, region, region.theirs, region.ours)
    if not (ours.strip() and theirs.strip()):
        return None
    return woven(ours, theirs, effort)


def _written(base: str, region: _Region, mine: list[Change], other: list[Change]) -> str:
    """What one side has in ``region``, without the words that the other side has deleted."""
    left = _Left(base, other)
    out: list[str] = []
    at = region.start
    for change in mine:
        append(out, left.between(at, change.start))
        if out and not out[-1][-1].isspace() and not change.text[:1].isspace():
            # What stood between may be gone, but not that they were apart.
            gap = [character for character in base[at : change.start] if character.isspace()]
            append(out, "\n" if "\n" in gap else " " * bool(gap))
        append(out, change.text)
        at = change.end
    append(out, left.between(at, region.end))
    return "".join(out)


class _Left:
    """What one side has left of the base; asked for from front to back."""

    def __init__(self, base: str, deleted: list[Change]) -> None:
        self._base = base
        self._deleted = deleted
        self._next = 0

    def between(self, start: int, end: int) -> str:
        parts = []
        while self._next < len(self._deleted) and self._deleted[self._next].start < end:
            change = self._deleted[self._next]
            parts.append(self._base[start : change.start])
            start = max(start, change.end)
            if change.end > end:
                break
            self._next += 1
        return "".join([*parts, self._base[start:end]])


def _outcome(base: str, region: _Region, effort: Effort) -> list[str]:
    """The texts that stand in the place of ``region``, in order."""
    known = set(region.ours)
    ours = _lasting(base, region.ours, region.theirs)
    theirs = [c for c in _lasting(base, region.theirs, region.ours) if c not in known]
    if not any(change.text for change in theirs):
        texts = [_written(base, region, ours, region.theirs)]
    elif not any(change.text for change in ours):
        texts = [_written(base, region, theirs, region.ours)]
    else:
        texts = _in_order(ours, theirs, _place(base, region), effort)
    removed = base[region.start : region.end]
    whole = _at_line(base, region.start) and removed.endswith("\n")
    if whole and region.ours and region.theirs and "".join(texts)[-1:] not in ("", "\n"):
        texts.append("\n")  # what stands on a line that the other side deleted keeps one
    return texts


def _lasting(base: str, changes: list[Change], others: list[Change]) -> list[Change]:
    """Without those that lay out words, or quote them, which the other side has deleted."""
    lasting: list[Change] = []
    first = 0
    for change in changes:
        while first < len(others) and others[first].end < change.end:
            first += 1
        around = others[first] if first < len(others) else change
        if is_plain(change.text) and _is_inside(change, around):
            text = base[around.start : change.start] + base[change.end : around.end]
            change = change._replace(text="") if says(text) else change
        lasting.append(change)
    return lasting


def _is_inside(change: Change, other: Change) -> bool:
    if change.start == change.end:
        return other.start < change.start < other.end
    return other.start <= change.start and change.end <= other.end


def _place(base: str, region: _Region) -> _Place:
    """Whether ``region`` begins a line, and whether it is whole ones."""
    begins = _at_line(base, region.start)
    ends = base[region.end : region.end + 1] in ("", "\n")
    whole = ends or (region.start < region.end and _at_line(base, region.end))
    return _Place(begins, begins and whole)


class _Place(NamedTuple):
    begins_line: bool
    is_lines: bool


def _at_line(base: str, at: int) -> bool:
    return at == 0 or base[at - 1] == "\n"


def _in_order(ours: list[Change], theirs: list[Change], place: _Place, effort: Effort) -> list[str]:
    """Both sides' texts in the order of their places, those of one place ours first."""
    placed = [(_key(change), _OURS, change.text) for change in ours]
    first = 0
    for change in theirs:
        while first < len(ours) and ours[first].end < change.start:
            first += 1
        key = _key(change)
        for index in range(first, len(ours)):
            if ours[index].start > change.end:
                break
            if _are_rivals(ours[index], change):
                key = max(key, _key(ours[index]))
        placed.append((key, _THEIRS, change.text))
    placed.sort(key=lambda text: text[:2])
    texts: list[str] = []
    for _, group in groupby(placed, key=lambda text: text[0]):
        sides = {_OURS: "", _THEIRS: ""}
        for _, side, text in group:
            sides[side] += text
        texts += _beside(sides[_OURS], sides[_THEIRS], place, effort)
    return texts


def _beside(ours: str, theirs: str, place: _Place, effort: Effort) -> list[str]:
    """Two texts of one place; lines come before what is only a part of one."""
    one = woven(ours, theirs, effort)
    if one is not None:
        return [one]
    if place.is_lines:
        return [on_lines([ours, theirs])]
    if place.begins_line and theirs.endswith("\n") and not ours.endswith("\n"):
        return [theirs, ours]
    return [ours, theirs]


def _key(change: Change) -> tuple[int, bool]:
    """What is inserted before a word comes before what replaces it."""
    return change.start, change.start < change.end


def _are_rivals(mine: Change, other: Change) -> bool:
    """Whether both replace the same piece, or insert in one gap, or one inserts in what the
    other replaces."""
    if mine.start == other.start and mine.end == other.end:
        return True
    return mine.start < other.end and other.start < mine.end
