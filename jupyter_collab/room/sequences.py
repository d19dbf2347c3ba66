"""Finds out how one sequence became another, in a time that is bounded.

``difflib`` takes a time that grows with the square of the input, or worse. Here elements that
occur once on both sides are found first, since they surely belong together (the patience
diff), then what lies between them is compared in full as long as there is effort left. Input
that exhausts it gets a coarser answer, never a wrong one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

_FAR, _NEAR = 300, 20
"""How many differences are looked for between two places that belong together: the first with
effort to spare, the second when it is scarce."""


T = TypeVar("T", bound=Hashable)


class Range(NamedTuple):
    """``old[start:end]`` became ``new[new_start:new_end]``."""

    start: int
    end: int
    new_start: int
    new_end: int


class Effort:
    """How many steps may still be spent; a measure of time that is the same everywhere."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def reach(self, size: int) -> int:
        """How far to look in ``size`` elements, so that there is enough for all of them."""
        return max(_NEAR, min(_FAR, self._left // max(size, 1)))

    def spend(self, steps: int) -> bool:
        """Whether there is enough left for ``steps``, which are gone then."""
        if self._left < steps:
            return False
        self._left -= steps
        return True


def changed_ranges(
    old: Sequence[T],
    new: Sequence[T],
    effort: Effort,
    is_strong: Callable[[T], bool],
    *,
    coarse: bool = False,
) -> list[Range]:
    """What has changed, in order; two ranges are never next to each other.

    Of elements that occur once, those that are ``is_strong`` are believed first. With
    ``coarse``, only they are, and what is next to them.
    """
    ranges: list[Range] = []
    waiting = [Range(0, len(old), 0, len(new))]
    while waiting:
        part = _trim(old, new, waiting.pop())
        if part.start == part.end or part.new_start == part.new_end:
            _append(ranges, part)
        elif pairs := _unique_pairs(old, new, part, effort, is_strong, coarse):
            waiting.extend(reversed(_between(part, pairs)))
        elif coarse:
            _append(ranges, part)
        else:
            for inner in _between(part, _common_pairs(old, new, part, effort)):
                _append(ranges, inner)
    return _slid(old, new, ranges)


def _slid(old: Sequence[T], new: Sequence[T], ranges: list[Range]) -> list[Range]:
    """The same with insertions and deletions as late as they can be.

    Of "a a", either may have been inserted; two sides that say the same have to agree which.
    """
    slid: list[Range] = []
    limit = len(old)
    for part in reversed(ranges):
        start, end, new_start, new_end = part
        if start == end:
            while end < limit and old[end] == new[new_start]:
                start, end, new_start, new_end = start + 1, end + 1, new_start + 1, new_end + 1
        elif new_start == new_end:
            while end < limit and old[end] == old[start]:
                start, end, new_start, new_end = start + 1, end + 1, new_start + 1, new_end + 1
        part = Range(start, end, new_start, new_end)
        if slid and end == slid[-1].start and new_end == slid[-1].new_start:
            part = Range(start, slid[-1].end, new_start, slid.pop().new_end)
        slid.append(part)
        limit = start
    return slid[::-1]


def _between(part: Range, pairs: Iterable[tuple[int, int]]) -> list[Range]:
    """What lies between elements that belong together."""
    start, end, new_start, new_end = part
    parts = []
    for at, new_at in pairs:
        if at > start or new_at > new_start:
            parts.append(Range(start, at, new_start, new_at))
        start, new_start = at + 1, new_at + 1
    parts.append(Range(start, end, new_start, new_end))
    return parts


def _append(ranges: list[Range], part: Range) -> None:
    if part.start == part.end and part.new_start == part.new_end:
        return
    if ranges and ranges[-1].end == part.start and ranges[-1].new_end == part.new_start:
        last = ranges.pop()
        part = Range(last.start, part.end, last.new_start, part.new_end)
    ranges.append(part)


def _trim(old: Sequence[Hashable], new: Sequence[Hashable], part: Range) -> Range:
    """Without what is equal at both ends."""
    start, end, new_start, new_end = part
    while start < end and new_start < new_end and old[start] == new[new_start]:
        start += 1
        new_start += 1
    while start < end and new_start < new_end and old[end - 1] == new[new_end - 1]:
        end -= 1
        new_end -= 1
    return Range(start, end, new_start, new_end)


def _unique_pairs(
    old: Sequence[T],
    new: Sequence[T],
    part: Range,
    effort: Effort,
    is_strong: Callable[[T], bool],
    coarse: bool,
) -> list[tuple[int, int]]:
    """Elements that occur once on both sides, as many as keep their order.

    Where there are none in a long part, the first elements of longer and longer runs that do.
    """
    size = part.end - part.start + part.new_end - part.new_start
    for length in (1, 4, 16, 64):
        if (length > 1 and size < 2 * _FAR) or not effort.spend((2 + length // 2) * size):
            break
        places = _unique_places(old, part.start, part.end, length)
        new_places = _unique_places(new, part.new_start, part.new_end, length)
        shared = [(at, new_places[run]) for run, at in places.items() if run in new_places]
        strong = [pair for pair in shared if is_strong(old[pair[0]])]
        if strong or (shared and not coarse):
            shared = strong or shared
            order = longest_increasing([new_at for _, new_at in shared])
            return [shared[index] for index in order]
    return []


def _unique_places(
    sequence: Sequence[Hashable], start: int, end: int, length: int
) -> dict[Hashable, int]:
    runs: Sequence[Hashable] = sequence[start:end]
    if length > 1:
        runs = list(zip(*(runs[offset:] for offset in range(length)), strict=False))
    counts = Counter(runs)
    return {run: start + at for at, run in enumerate(runs) if counts[run] == 1}


def longest_increasing(
    numbers: Sequence[int], weight: Callable[[int], int] | None = None
) -> list[int]:
    """The indices of the heaviest increasing subsequence of ``numbers``.

    Without ``weight``, which takes an index, it is the longest.
    """
    if weight is not None:
        return _heaviest_increasing(numbers, weight)
    tails: list[int] = []
    values: list[int] = []
    before = [-1] * len(numbers)
    for index, number in enumerate(numbers):
        at = bisect_left(values, number)
        before[index] = tails[at - 1] if at else -1
        tails[at : at + 1] = [index]
        values[at : at + 1] = [number]
    return _chain(before, tails[-1] if tails else -1)


def _heaviest_increasing(numbers: Sequence[int], weight: Callable[[int], int]) -> list[int]:
    """With a tree that knows the best chain among all numbers below a given one."""
    rank = {number: place for place, number in enumerate(sorted(set(numbers)), start=1)}
    tree = [(0, -1)] * (len(rank) + 1)
    before = [-1] * len(numbers)
    best = (0, -1)
    for index, number in enumerate(numbers):
        found = (0, -1)
        at = rank[number] - 1
        while at:
            found = max(found, tree[at], key=_heaviness)
            at &= at - 1
        before[index] = found[1]
        chain = (found[0] + weight(index), index)
        best = max(best, chain, key=_heaviness)
        at = rank[number]
        while at < len(tree):
            tree[at] = max(tree[at], chain, key=_heaviness)
            at += at & -at
    return _chain(before, best[1])


def _heaviness(chain: tuple[int, int]) -> int:
    return chain[0]


def _chain(before: list[int], last: int) -> list[int]:
    chain = []
    while last >= 0:
        chain.append(last)
        last = before[last]
    return chain[::-1]


def _common_pairs(
    old: Sequence[Hashable], new: Sequence[Hashable], part: Range, effort: Effort
) -> Iterator[tuple[int, int]]:
    """A longest common subsequence; where there are many differences, piece by piece."""
    start, end, new_start, new_end = part
    while start < end and new_start < new_end:
        far = effort.reach(end - start + new_end - new_start)
        inner = Range(start, end, new_start, new_end)
        start, new_start, trace = _compare(old, new, inner, far)
        if not effort.spend(len(trace) ** 2):
            return
        yield from reversed(list(_way(trace, inner, start, new_start)))


def _compare(
    old: Sequence[Hashable], new: Sequence[Hashable], part: Range, far: int
) -> tuple[int, int, list[dict[int, int]]]:
    """Go as far as possible with ``far`` differences: where that is, and how to get there.

    After Myers: "An O(ND) Difference Algorithm and Its Variations" (1986).
    """
    start, end, new_start, new_end = part
    size, new_size = end - start, new_end - new_start
    reach = {1: 0}
    trace: list[dict[int, int]] = []
    for distance in range(min(size + new_size, far) + 1):
        trace.append(reach)
        reach = dict(reach)
        for diagonal in range(-distance, distance + 1, 2):
            x = _next(reach, diagonal, distance)
            y = x - diagonal
            while x < size and y < new_size and old[start + x] == new[new_start + y]:
                x += 1
                y += 1
            reach[diagonal] = x
            if x >= size and y >= new_size:
                return end, new_end, trace
    last = range(-distance, distance + 1, 2)
    valid = (d for d in last if reach[d] <= size and reach[d] - d <= new_size)
    best = max(valid, key=lambda diagonal: 2 * reach[diagonal] - diagonal)
    return start + reach[best], new_start + reach[best] - best, trace


def _next(reach: dict[int, int], diagonal: int, distance: int) -> int:
    """How far the way on ``diagonal`` starts with the difference number ``distance``."""
    if diagonal == -distance:
        return reach[diagonal + 1]
    below = reach[diagonal - 1]
    if diagonal != distance and below < reach[diagonal + 1]:
        return reach[diagonal + 1]
    return below + 1


def _way(
    trace: list[dict[int, int]], part: Range, at: int, new_at: int
) -> Iterator[tuple[int, int]]:
    """The pairs of equal elements on the way from the start of ``part``, last one first."""
    x, y = at - part.start, new_at - part.new_start
    for distance in range(len(trace) - 1, -1, -1):
        diagonal = x - y
        begin = _next(trace[distance], diagonal, distance)
        while x > begin:
            x -= 1
            y -= 1
            yield part.start + x, part.new_start + y
        down = begin == trace[distance].get(diagonal + 1)
        x, y = (x, y - 1) if down else (x - 1, y)
