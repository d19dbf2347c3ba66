"""Differences between two texts, and how to bring them into a shared text.

Lines are compared first, then the words of those that differ. A word is never taken apart, so
that words changed on two sides at once stay readable, nor is a character with the marks that
belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pycrdt import Text

from .sequences import Effort, Range, changed_ranges

_STEPS = 3_000_000
"""About one second."""

_SHORT = 3
_MANY_LINES = 50
_MANY_CHANGES = 10_000
"""More edits of one text are made as fewer and larger ones: each takes a time that grows with
how many there are."""

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


class Change(NamedTuple):
    """``old[start:end]`` is replaced by ``text``. Places count code points."""

    start: int
    end: int
    text: str


def tokens(text: str) -> list[str]:
    """``text`` in pieces: words, single signs, single line ends, other white space."""
    return (_ASCII_TOKEN if text.isascii() else _TOKEN).findall(text)


_WORD = re.compile(rf"(?![{_SINGLE}])\w|[{_MARKS}]")


def is_word(character: str) -> bool:
    """Whether ``character`` makes one word with others before or after it."""
    return _WORD.match(character) is not None


def lines(text: str) -> list[str]:
    """``text`` in lines, each with its line end; only ``\\n`` is one."""
    parts = text.split("\n")
    whole = [part + "\n" for part in parts[:-1]]
    return [*whole, parts[-1]] if parts[-1] else whole


def line_ranges(old: Sequence[str], new: Sequence[str], effort: Effort) -> list[Range]:
    """Which lines have changed; those that say something tell where the others belong.

    Only where many lines lie between those, others are compared as well.
    """
    ranges = []
    for part in changed_ranges(old, new, effort, _says_something, coarse=True):
        start, end, new_start, new_end = part
        if end - start + new_end - new_start <= _MANY_LINES:
            ranges.append(part)
            continue
        inner = changed_ranges(old[start:end], new[new_start:new_end], effort, _says_something)
        ranges += (
            Range(start + a, start + b, new_start + c, new_start + d) for a, b, c, d in inner
        )
    return ranges


def _says_something(line: str) -> bool:
    return len(line.strip()) > _SHORT


def token_ranges(old: Sequence[str], new: Sequence[str], effort: Effort) -> list[Range]:
    """Which tokens have changed; words tell where signs and spaces belong."""
    return changed_ranges(old, new, effort, lambda token: is_word(token[0]))


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


def edit_text(text: Text, old: str, new: str) -> bool:
    """Make ``text``, which is ``old``, ``new`` by the smallest edits; whether there were any."""
    changes = [_shrunk(old, change) for change in _few(old, differences(old, new))]
    with text.doc.transaction():
        if changes and len(text) != len(old.encode()):
            # A client has put something into it that is no text but takes up a place.
            text.clear()
            text += new
            return True
        for start, size, inserted in _in_halves(old, changes):
            if inserted:
                text.insert(start, inserted)
            if size:
                start += len(inserted.encode())
                del text[start : start + size]
    return bool(changes)


def _few(old: str, changes: list[Change]) -> list[Change]:
    """At most so many changes: each of them stands for as many that follow each other."""
    size = -(-len(changes) // _MANY_CHANGES)
    if size <= 1:
        return changes
    groups = (changes[at : at + size] for at in range(0, len(changes), size))
    return [_together(old, group) for group in groups]


def _together(old: str, changes: Sequence[Change]) -> Change:
    start, end = changes[0].start, changes[-1].end
    shifted = [Change(change.start - start, change.end - start, change.text) for change in changes]
    return Change(start, end, apply_changes(old[start:end], shifted))


def _shrunk(old: str, change: Change) -> Change:
    """Without the characters that a word keeps at its ends."""
    start, end, text = change
    removed = old[start:end]
    head = _common_prefix(removed, text)
    while _parts(removed, head) or _parts(text, head):
        head -= 1
    removed, text = removed[head:], text[head:]
    tail = _common_suffix(removed, text)
    while _parts(removed, len(removed) - tail) or _parts(text, len(text) - tail):
        tail -= 1
    return Change(start + head, end - tail, text[: len(text) - tail])


_MARK = re.compile(f"[{_MARKS}]")


def _parts(text: str, at: int) -> bool:
    """Whether a cut at ``at`` parts a character from what belongs to it."""
    if not 0 < at < len(text):
        return False
    return text[at - 1] == "\u200d" or _MARK.match(text[at]) is not None


def _in_halves(old: str, changes: Sequence[Change]) -> Iterator[tuple[int, int, str]]:
    """The changes as (place, size, text) in UTF-8 bytes, each place after those before it.

    The one in the middle comes first, then those of the halves. Yjs keeps a text in pieces and
    cuts one in two at each change: from one end to the other, that copies the rest of the
    text each time.
    """
    places = _byte_places(old, changes)
    halves = [(0, len(changes), 0)]
    while halves:
        low, high, shift = halves.pop()
        if low == high:
            continue
        middle = (low + high) // 2
        start, end = places[middle]
        text = changes[middle].text
        yield start + shift, end - start, text
        grown = len(text.encode()) - (end - start)
        halves.append((low, middle, shift))
        halves.append((middle + 1, high, shift + grown))


def _byte_places(old: str, changes: Sequence[Change]) -> list[tuple[int, int]]:
    if old.isascii():
        return [(change.start, change.end) for change in changes]
    places, at, byte = [], 0, 0
    for start, end, _ in changes:
        start_byte = byte + len(old[at:start].encode())
        byte = start_byte + len(old[start:end].encode())
        places.append((start_byte, byte))
        at = end
    return places
