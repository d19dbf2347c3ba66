"""Differences between two texts.

Short texts are compared word by word, long ones line by line first, and then the words of the
lines that differ. A word is never taken apart, so that words changed on two sides at once stay
readable, nor is a character with the marks that belong to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .sequences import changed_ranges
from .subsequences import Effort, Range
from .words import STRONG, lines, tokens, weigh_line, weigh_token

_STEPS = 3_000_000
"""About one second."""

_MANY_LINES = 50
_SHORT = 1000
"""Up to so many characters, the words are compared at once."""


class Change(NamedTuple):
    """``old[start:end]`` is replaced by ``text``. Places count code points."""

    start: int
    end: int
    text: str


def line_ranges(old: Sequence[str], new: Sequence[str], effort: Effort) -> list[Range]:
    """Which lines have changed; those that say something tell where the others belong.

    Only where many lines lie between those, others are compared as well.
    """
    ranges = []
    for part in changed_ranges(old, new, effort, weigh_line, STRONG, coarse=True):
        if part.size <= _MANY_LINES:
            ranges.append(part)
            continue
        start, end, new_start, new_end = part
        inner = changed_ranges(old[start:end], new[new_start:new_end], effort, weigh_line, STRONG)
        ranges += (
            Range(start + a, start + b, new_start + c, new_start + d) for a, b, c, d in inner
        )
    return ranges


def token_ranges(old: Sequence[str], new: Sequence[str], effort: Effort) -> list[Range]:
    """Which tokens have changed; words tell where signs and spaces belong."""
    return changed_ranges(old, new, effort, weigh_token, STRONG)


def differences(old: str, new: str, effort: Effort | None = None) -> list[Change]:
    """What makes ``new`` of ``old``, in order; no two changes touch."""
    if old == new:
        return []
    start, end, new_end = _differing(old, new)
    effort = effort or Effort(_STEPS)
    changes: list[Change] = []
    at = start
    for old_part, new_part, changed in _line_parts(old[start:end], new[start:new_end], effort):
        if changed:
            changes += _changes_within(old_part, new_part, at, effort)
        at += len(old_part)
    return list(_joined(changes))


def _differing(old: str, new: str) -> tuple[int, int, int]:
    """Where the lines that differ begin and end: (start in both, end in old, end in new)."""
    start = _common_prefix(old, new)
    start = old.rfind("\n", 0, start) + 1
    left = min(len(old), len(new)) - start
    same = min(_common_suffix(old, new), left)
    end = old.find("\n", len(old) - same) + 1 if same else 0
    end = end or len(old)
    return start, end, len(new) - (len(old) - end)


def _common_prefix(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _line_parts(old: str, new: str, effort: Effort) -> Iterator[tuple[str, str, bool]]:
    """What ``old`` and ``new`` have in turn, and whether it differs."""
    if len(old) + len(new) <= _SHORT:
        yield old, new, True
        return
    old_lines, new_lines = lines(old), lines(new)
    ranges = line_ranges(old_lines, new_lines, effort)
    at = 0
    for start, end, new_start, new_end in ranges:
        same = "".join(old_lines[at:start])
        yield same, same, False
        yield "".join(old_lines[start:end]), "".join(new_lines[new_start:new_end]), True
        at = end
    same = "".join(old_lines[at:])
    yield same, same, False


def _changes_within(old: str, new: str, at: int, effort: Effort) -> Iterator[Change]:
    """The words changed in a run of lines that all differ.

    Many lines that became as many are compared one by one, as after indenting them.
    """
    old_lines, new_lines = lines(old), lines(new)
    if len(old_lines) != len(new_lines) or len(old_lines) < _MANY_LINES:
        yield from _token_changes(old, new, at, effort)
        return
    for old_line, new_line in zip(old_lines, new_lines, strict=True):
        yield from _token_changes(old_line, new_line, at, effort)
        at += len(old_line)


def _token_changes(old: str, new: str, at: int, effort: Effort) -> Iterator[Change]:
    if not old or not new:
        yield Change(at, at + len(old), new)
        return
    old_tokens, new_tokens = tokens(old), tokens(new)
    ranges = token_ranges(old_tokens, new_tokens, effort)
    done = 0
    for start, end, new_start, new_end in _without_gaps(ranges, old_tokens):
        at += sum(map(len, old_tokens[done:start]))
        size = sum(map(len, old_tokens[start:end]))
        yield Change(at, at + size, "".join(new_tokens[new_start:new_end]))
        at += size
        done = end


def _without_gaps(ranges: Sequence[Range], old_tokens: Sequence[str]) -> list[Range]:
    """Words replaced one after the other are one change: whoever writes a sentence anew does
    not keep its spaces."""
    merged: list[Range] = []
    for part in ranges:
        last = merged[-1] if merged else None
        if last and _replaces(last) and _replaces(part) and part.start - last.end == 1:
            gap = old_tokens[last.end]
            if gap != "\n" and gap.isspace():
                merged[-1] = Range(last.start, part.end, last.new_start, part.new_end)
                continue
        merged.append(part)
    return merged


def _replaces(part: Range) -> bool:
    return part.start < part.end and part.new_start < part.new_end


def _joined(changes: list[Change]) -> Iterator[Change]:
    """Changes that touch become one."""
    last: Change | None = None
    for change in changes:
        if last and last.end == change.start:
            last = Change(last.start, change.end, last.text + change.text)
        else:
            if last:
                yield last
            last = change
    if last:
        yield last


def apply_changes(old: str, changes: Sequence[Change]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, text in changes:
        parts += (old[at:start], text)
        at = end
    return "".join((*parts, old[at:]))
