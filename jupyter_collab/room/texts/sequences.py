"""Finds out how one sequence became another, in a time that is bounded.

``difflib`` takes a time that grows with the square of the input, or worse. Here elements that
occur once on both sides are found first, since they surely belong together (the patience
diff), then what lies between them is compared in full as long as there is effort left. Input
that exhausts it gets a coarser answer, never a wrong one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from .subsequences import Effort, Range, common_pairs, heaviest_pairs, longest_increasing

_SMALL = 20_000
"""Where no more pairs than this can be made, the best ones are looked for among all."""

_LONG = 600

T = TypeVar("T", bound=Hashable)


def changed_ranges(
    old: Sequence[T],
    new: Sequence[T],
    effort: Effort,
    weigh: Callable[[T], int],
    strong: int,
    *,
    coarse: bool = False,
) -> list[Range]:
    """What has changed, in order; two ranges are never next to each other.

    What is kept is as heavy as can be. Elements from the weight ``strong`` on tell where the
    others belong. With ``coarse``, only they do, and what is next to them.
    """
    ranges: list[Range] = []
    waiting = [Range(0, len(old), 0, len(new))]
    while waiting:
        part = _trim(old, new, waiting.pop())
        if part.start == part.end or part.new_start == part.new_end:
            _append(ranges, part)
        elif not coarse and (pairs := _best_pairs(old, new, part, effort, weigh)) is not None:
            _append_between(ranges, part, pairs)
        elif pairs := _unique_pairs(old, new, part, effort, weigh, strong, coarse):
            waiting.extend(reversed(_between(part, pairs)))
        elif coarse:
            _append(ranges, part)
        else:
            _append_between(ranges, part, common_pairs(old, new, part, effort))
    return _slid(old, new, ranges)


def _best_pairs(
    old: Sequence[T], new: Sequence[T], part: Range, effort: Effort, weigh: Callable[[T], int]
) -> list[tuple[int, int]] | None:
    """The heaviest pairs there are, where it does not take long to find them."""
    steps = (part.end - part.start) * (part.new_end - part.new_start)
    if steps > _SMALL or not effort.spend(steps):
        return None
    return heaviest_pairs(old, new, part, weigh)


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


def _append_between(ranges: list[Range], part: Range, pairs: Iterable[tuple[int, int]]) -> None:
    for inner in _between(part, pairs):
        _append(ranges, inner)


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
    weigh: Callable[[T], int],
    strong: int,
    coarse: bool,
) -> list[tuple[int, int]]:
    """Elements that occur once on both sides, the heaviest that keep their order.

    Where there are none in a long part, the first elements of longer and longer runs that do.
    """
    for length in (1, 4, 16, 64):
        if length > 1 and part.size < _LONG:
            break
        if not effort.spend((2 + length // 2) * part.size):
            break
        places = _unique_places(old, part.start, part.end, length)
        new_places = _unique_places(new, part.new_start, part.new_end, length)
        shared = [(at, new_places[run]) for run, at in places.items() if run in new_places]
        weights = [weigh(old[at]) for at, _ in shared]
        if max(weights, default=0) >= strong or (shared and not coarse):
            return _heaviest(shared, weights, strong)
    return []


def _heaviest(
    shared: list[tuple[int, int]], weights: list[int], strong: int
) -> list[tuple[int, int]]:
    """Of strong pairs, or of all if there are none, the heaviest in one order."""
    if max(weights) >= strong:
        kept = [index for index, weight in enumerate(weights) if weight >= strong]
        shared, weights = [shared[i] for i in kept], [weights[i] for i in kept]
    order = longest_increasing([new_at for _, new_at in shared], weights.__getitem__)
    return [shared[index] for index in order]


def _unique_places(
    sequence: Sequence[Hashable], start: int, end: int, length: int
) -> dict[Hashable, int]:
    runs: Sequence[Hashable] = sequence[start:end]
    if length > 1:
        runs = list(zip(*(runs[offset:] for offset in range(length)), strict=False))
    counts = Counter(runs)
    return {run: start + at for at, run in enumerate(runs) if counts[run] == 1}
