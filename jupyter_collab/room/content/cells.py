"""Finds out which cell of one notebook is which cell of another."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence

from ..texts.sequences import changed_ranges
from ..texts.subsequences import Effort, longest_increasing
from ..texts.words import STRONG, tokens, weigh_line
from ..yjs.updates import Json
from .build import is_placeholder

Cell = dict[str, Json]

_STEPS = 1_000_000
_ALIKE = 0.5
"""Cells of which so much is the same are versions of each other."""

_MANY = 2_500
"""How many pairs of cells are compared in full between two that belong together."""


def match_cells(
    old: Sequence[Cell], new: Sequence[Cell], likeness: float | None = None
) -> dict[int, int]:
    """Index in ``new`` -> index in ``old``, for the cells that are the same.

    By id, then by content wherever it now is, then by ``likeness``: how much of the source
    is the same. Without it, half is enough where no id is known, as in formats that have none,
    and nothing is where there are some.
    """
    pairs = _by_id(old, new)
    if likeness is None:
        likeness = _ALIKE if not pairs else 2
    pairs |= _by_content(old, new, pairs)
    if likeness <= 1:
        pairs |= _by_likeness(old, new, pairs, likeness)
    return pairs


def _by_id(old: Sequence[Cell], new: Sequence[Cell]) -> dict[int, int]:
    places: dict[str, int] = {}
    for index, cell in enumerate(old):
        if isinstance(id := cell.get("id"), str):
            places.setdefault(id, index)
    pairs = {}
    for index, cell in enumerate(new):
        id = cell.get("id")
        if isinstance(id, str) and id in places:
            pairs[index] = places.pop(id)
    return pairs


def _by_content(old: Sequence[Cell], new: Sequence[Cell], known: dict[int, int]) -> dict[int, int]:
    """First what has kept its order, then what has moved; nobody knows where an empty one went."""
    rest, new_rest = _left(old, known.values()), _left(new, known)
    keys, new_keys = [_key(old[i]) for i in rest], [_key(new[i]) for i in new_rest]
    pairs = {new_rest[new_at]: rest[at] for at, new_at in _equal(keys, new_keys)}
    free: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    for index, key in zip(rest, keys, strict=True):
        free[key].append(index)
    for index in pairs.values():
        free[_key(old[index])].remove(index)
    for index, key in zip(new_rest, new_keys, strict=True):
        if index not in pairs and free[key] and key[1].strip():
            pairs[index] = free[key].popleft()
    return pairs


def _key(cell: Cell) -> tuple[str, str]:
    return cell["cell_type"], cell["source"]


def _equal(
    old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]
) -> Iterator[tuple[int, int]]:
    at = new_at = 0
    ranges = changed_ranges(old, new, Effort(_STEPS), lambda key: weigh_line(key[1]), STRONG)
    for start, end, _, new_end in ranges:
        yield from zip(range(at, start), range(new_at, new_at + start - at), strict=True)
        at, new_at = end, new_end
    yield from zip(range(at, len(old)), range(new_at, len(new)), strict=True)


def _left(cells: Sequence[Cell], known: Iterable[int]) -> list[int]:
    """Those that are not known yet; what an empty notebook shows is no other notebook's cell."""
    taken = set(known)
    return [i for i, cell in enumerate(cells) if i not in taken and not is_placeholder(cell)]


def _by_likeness(
    old: Sequence[Cell], new: Sequence[Cell], known: dict[int, int], enough: float
) -> dict[int, int]:
    """Between two cells that are known and in order, those that are most alike."""
    pairs: dict[int, int] = {}
    free, new_free = set(_left(old, known.values())), set(_left(new, known))
    at = new_at = 0
    ordered = sorted(known.items())
    in_order = longest_increasing([place for _, place in ordered])
    for new_fence, fence in (*(ordered[index] for index in in_order), (len(new), len(old))):
        gap = [index for index in range(at, fence) if index in free]
        new_gap = [index for index in range(new_at, new_fence) if index in new_free]
        pairs |= _most_alike(old, new, gap, new_gap, enough)
        at, new_at = fence + 1, new_fence + 1
    return pairs


def _most_alike(
    old: Sequence[Cell], new: Sequence[Cell], gap: list[int], new_gap: list[int], enough: float
) -> dict[int, int]:
    """Pairs in order, with the greatest likeness in sum."""
    if not gap or not new_gap:
        return {}
    while len(gap) * len(new_gap) > _MANY:
        gap, new_gap = gap[: len(gap) // 2 + 1], new_gap[: len(new_gap) // 2 + 1]
    bags = [Counter(tokens(old[index]["source"])) for index in gap]
    new_bags = [Counter(tokens(new[index]["source"])) for index in new_gap]
    best: dict[tuple[int, int], tuple[float, bool]] = {}
    for i in range(len(gap) - 1, -1, -1):
        for j in range(len(new_gap) - 1, -1, -1):
            skip = max(_sum(best, i + 1, j), _sum(best, i, j + 1))
            take = 0.0
            if old[gap[i]]["cell_type"] == new[new_gap[j]]["cell_type"]:
                take = _likeness(bags[i], new_bags[j])
            taken = take >= enough and take + _sum(best, i + 1, j + 1) >= skip
            best[i, j] = (take + _sum(best, i + 1, j + 1) if taken else skip, taken)
    return {new_gap[j]: gap[i] for i, j in _walk(best, len(gap), len(new_gap))}


def _sum(best: dict[tuple[int, int], tuple[float, bool]], i: int, j: int) -> float:
    return best[i, j][0] if (i, j) in best else 0.0


def _walk(
    best: dict[tuple[int, int], tuple[float, bool]], size: int, new_size: int
) -> Iterator[tuple[int, int]]:
    i = j = 0
    while i < size and j < new_size:
        if best[i, j][1]:
            yield i, j
            i, j = i + 1, j + 1
        elif _sum(best, i + 1, j) >= _sum(best, i, j + 1):
            i += 1
        else:
            j += 1


def _likeness(bag: Counter[str], other: Counter[str]) -> float:
    """How much of two texts is the same: 0 nothing, 1 all."""
    total = sum(len(token) * count for token, count in (bag + other).items() if not token.isspace())
    if not total:
        return 1.0
    common = sum(len(t) * count for t, count in (bag & other).items() if not t.isspace())
    return 2 * common / total
