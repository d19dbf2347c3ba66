"""Differences of sequences (M18)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_collab.room.texts.sequences import changed_ranges
from jupyter_collab.room.texts.subsequences import Effort, Range, longest_increasing

few = st.lists(st.integers(0, 3), max_size=40)
many = st.lists(st.integers(0, 60), max_size=40)
sequences = st.one_of(st.tuples(few, few), st.tuples(many, many))
efforts = st.sampled_from([0, 50, 300, 10**6])


def ranges_of(old: Sequence[int], new: Sequence[int], effort: int = 10**6) -> list[Range]:
    return changed_ranges(old, new, Effort(effort), lambda number: 1 + number, 4)


@given(sequences, efforts, st.booleans())
def test_the_ranges_lead_from_one_to_the_other(
    pair: tuple[list[int], list[int]], effort: int, coarse: bool
) -> None:
    """M18"""
    old, new = pair
    ranges = changed_ranges(old, new, Effort(effort), lambda number: 1 + number, 4, coarse=coarse)
    at = new_at = 0
    for start, end, new_start, new_end in ranges:
        assert old[at:start] == new[new_at:new_start]
        assert start > at or new_start > new_at or (at == new_at == 0)
        assert end > start or new_end > new_start
        at, new_at = end, new_end
    assert old[at:] == new[new_at:]


@given(few, st.lists(st.tuples(st.integers(0, 40), st.integers(100, 999)), max_size=4))
def test_what_was_only_inserted_is_found(old: list[int], inserted: list[tuple[int, int]]) -> None:
    """M18"""
    new = list(old)
    for place, number in inserted:
        new.insert(min(place, len(new)), number)
    ranges = ranges_of(old, new)
    assert all(start == end for start, end, _, _ in ranges)
    assert sum(part.new_end - part.new_start for part in ranges) == len(inserted)


def test_insertions_and_deletions_are_as_late_as_they_can_be() -> None:
    """M18"""
    assert ranges_of([1, 1], [1, 1, 1]) == [Range(2, 2, 2, 3)]
    assert ranges_of([5, 1, 1, 6], [5, 1, 6]) == [Range(2, 3, 2, 2)]
    assert ranges_of([1, 2, 9], [1, 2, 1, 2, 9]) == [Range(2, 2, 2, 4)]


def test_many_differences_are_found_piece_by_piece() -> None:
    """M18"""
    old = [number % 3 for number in range(6000)]
    new = [9 if number % 10 == 0 else number % 3 for number in range(6000)]
    ranges = ranges_of(old, new, 10**7)
    assert sum(part.end - part.start for part in ranges) < 2000


@pytest.mark.parametrize("effort", [10, 1000, 10**5])
def test_little_effort_gives_a_coarse_answer(effort: int) -> None:
    """M18"""
    old, new = [number % 7 for number in range(5000)], [number % 5 for number in range(5000)]
    ranges = ranges_of(old, new, effort)
    assert ranges[-1].end - ranges[0].start > 4000


@given(st.lists(st.integers(0, 30), max_size=12, unique=True))
def test_the_longest_increasing_subsequence(numbers: list[int]) -> None:
    """M18"""
    best = 0
    for chosen in range(1 << len(numbers)):
        part = [number for index, number in enumerate(numbers) if chosen >> index & 1]
        if part == sorted(part):
            best = max(best, len(part))
    found = [numbers[index] for index in longest_increasing(numbers)]
    assert found == sorted(found)
    assert len(found) == best
    assert len(longest_increasing(numbers, lambda _: 1)) == best


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=10))
def test_the_heaviest_increasing_subsequence(pairs: list[tuple[int, int]]) -> None:
    """M18"""
    numbers = [number for number, _ in pairs]
    best = 0
    for chosen in range(1 << len(pairs)):
        part = [pair for index, pair in enumerate(pairs) if chosen >> index & 1]
        places = [number for number, _ in part]
        if places == sorted(set(places)):
            best = max(best, sum(weight for _, weight in part))
    order = longest_increasing(numbers, lambda index: pairs[index][1])
    found = [numbers[index] for index in order]
    assert found == sorted(set(found))
    assert sum(pairs[index][1] for index in order) == best
