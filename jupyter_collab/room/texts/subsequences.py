"""What two sequences have in common: the most that keeps its order, or a good part of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

_FAR, _NEAR = 300, 20
"""How many differences are looked for between two places that belong together: the first with
effort to spare, the second when it is scarce."""

_STEP = 50
"""What it takes to begin a comparison."""

T = TypeVar("T", bound=Hashable)


class Range(NamedTuple):
    """``old[start:end]`` became ``new[new_start:new_end]``."""

    start: int
    end: int
    new_start: int
    new_end: int

    @property
    def size(self) -> int:
        """How many elements it has on both sides."""
        return self.end - self.start + self.new_end - self.new_start


class Effort:
    """How many steps may still be spent; a measure of time that is the same everywhere."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def reach(self, size: int) -> int:
        """How far to look in ``size`` elements, so that there is enough for all of them."""
        return max(_NEAR, min(_FAR, self._left // max(size, 1)))

    @property
    def is_spent(self) -> bool:
        """Whether so little is left that nothing should be begun."""
        return self._left < _STEP

    def affords(self, steps: int) -> bool:
        """Whether there is enough left for ``steps``."""
        return self._left >= steps

    def spend(self, steps: int) -> bool:
        """The same; they are gone then."""
        if not self.affords(steps):
            return False
        self._left -= steps
        return True


def longest_increasing(
    numbers: Sequence[int], weight: Callable[[int], int] | None = None
) -> list[int]:
    """The indices of the heaviest increasing subsequence of ``numbers``.

    Without ``weight``, which takes an index, it is the longest.
    """
    if all(number < following for number, following in pairwise(numbers)):
        return list(range(len(numbers)))
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


def heaviest_pairs(
    old: Sequence[T], new: Sequence[T], part: Range, weigh: Callable[[T], int]
) -> list[tuple[int, int]]:
    """The heaviest common subsequence; takes a time that grows with the product of the sizes."""
    start, end, new_start, new_end = part
    width = new_end - new_start
    wanted = new[new_start:new_end]
    below = [0] * (width + 1)
    table = [below]
    for at in range(end - 1, start - 1, -1):
        element, weight = old[at], weigh(old[at])
        row = below[:]
        best = 0
        for column in range(width - 1, -1, -1):
            best = max(best, below[column])
            if wanted[column] == element:
                best = max(best, below[column + 1] + weight)
            row[column] = best
        below = row
        table.append(row)
    table.reverse()
    return list(_walk(old, new, part, table, weigh))


def _walk(
    old: Sequence[T],
    new: Sequence[T],
    part: Range,
    table: list[list[int]],
    weigh: Callable[[T], int],
) -> Iterator[tuple[int, int]]:
    start, end, new_start, new_end = part
    at, column = start, 0
    while at < end and new_start + column < new_end:
        row, below = table[at - start], table[at - start + 1]
        is_equal = old[at] == new[new_start + column]
        if is_equal and row[column] == below[column + 1] + weigh(old[at]):
            yield at, new_start + column
            at, column = at + 1, column + 1
        elif below[column] >= row[column + 1]:
            at += 1
        else:
            column += 1


def common_pairs(
    old: Sequence[Hashable], new: Sequence[Hashable], part: Range, effort: Effort
) -> Iterator[tuple[int, int]]:
    """A longest common subsequence; where there are many differences, piece by piece."""
    start, end, new_start, new_end = part
    while start < end and new_start < new_end and not effort.is_spent:
        far = effort.reach(end - start + new_end - new_start)
        inner = Range(start, end, new_start, new_end)
        start, new_start, trace = _compare(old, new, inner, far)
        if not effort.spend(len(trace) ** 2 + _STEP):
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
