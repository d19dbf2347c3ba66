"""Line ends and byte order marks: what a file has, and how it keeps it.

On our side text has ``\\n`` only, as in an editor. A file may end its lines with ``\\n``,
``\\r\\n``, a lone ``\\r``, or a mix of them, and may begin with a byte order mark. Writing
text back must not turn a one-line edit into a change of every line, so each line that is
still there keeps its own end. This module is pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

BYTE_ORDER_MARK = "\ufeff"

_LINE_END = re.compile("\r\n|\r|\n")

_CAREFUL_PAIRS = 4_000_000
"""Up to so many pairs of lines (old times new) lines are matched without short cuts."""


def to_editor(text: str) -> str:
    """The text as an editor shows it: no byte order mark, and ``\\n`` line ends only."""
    text = text.removeprefix(BYTE_ORDER_MARK)
    if "\r" not in text:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n")


def to_file(text: str, before: str) -> str:
    """The text as it goes into a file that has contained ``before`` (as it was in the file).

    Lines that ``before`` has too keep the end they have there; others get the end of the
    line that they replace or follow. ``to_editor`` of the result is ``to_editor(text)``.
    """
    mark = BYTE_ORDER_MARK if before.startswith(BYTE_ORDER_MARK) else ""
    text = to_editor(text)
    body = before[len(mark) :]
    if "\r" not in body:
        return mark + text
    ends = _LINE_END.findall(body)
    if len(set(ends)) == 1:
        return mark + text.replace("\n", ends[0])
    return mark + "".join(_mixed(text.split("\n"), _LINE_END.split(body), ends))


def _mixed(lines: Sequence[str], old_lines: Sequence[str], ends: Sequence[str]) -> Iterator[str]:
    """``lines`` with the ends that the equal lines of a file with several kinds have there."""
    last = ""
    for line, end in zip(lines, _choose(lines, old_lines, ends), strict=False):
        if not line and last == "\r" and end == "\n":
            # An empty line would vanish: the two ends would be one.
            end = "\r"
        yield line
        yield end
        last = end
    yield lines[-1]


def _choose(lines: Sequence[str], old_lines: Sequence[str], ends: Sequence[str]) -> list[str]:
    """One end for each of ``lines`` but the last, which has none.

    The last of ``old_lines`` has no end either: a line that is matched with it, and is not
    last any more, is treated like a new one.
    """
    chosen: list[str | None] = [None] * (len(lines) - 1)
    for new, old in _matches(lines, old_lines):
        if new < len(chosen) and old < len(ends):
            chosen[new] = ends[old]
    usual = Counter(ends).most_common(1)[0][0]
    return list(_fill(chosen, usual))


def _fill(chosen: Iterable[str | None], usual: str) -> Iterator[str]:
    """Lines without an end take that of the line above; at the top, the file's usual one."""
    above = usual
    for end in chosen:
        above = end or above
        yield above


def _matches(lines: Sequence[str], old_lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of line numbers (new, old): equal lines, and lines that replace one another."""
    start = 0
    shorter = min(len(lines), len(old_lines))
    while start < shorter and lines[start] == old_lines[start]:
        yield start, start
        start += 1
    tail = 0
    while tail < shorter - start and lines[-1 - tail] == old_lines[-1 - tail]:
        tail += 1
        yield len(lines) - tail, len(old_lines) - tail
    new = lines[start : len(lines) - tail]
    old = old_lines[start : len(old_lines) - tail]
    if not new or not old:
        return
    careful = len(new) * len(old) <= _CAREFUL_PAIRS
    matcher = SequenceMatcher(None, old, new, autojunk=not careful)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag in ("equal", "replace"):
            for offset in range(min(old_to - old_from, new_to - new_from)):
                yield start + new_from + offset, start + old_from + offset
