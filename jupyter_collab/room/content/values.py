"""JSON values: the form in which a shared document gives them back, comparing and merging them."""

from __future__ import annotations

from typing import Any, Final, TypeGuard

from ..yjs.updates import Json, utf8

_WHOLE = 1e21
"""JavaScript writes whole numbers below this without an exponent, and so do we."""

_EXACT = 2**53
"""Larger whole numbers are doubles for JavaScript, and take no part in sums of ours."""


class Missing:
    """Stands for a member that is not there."""


MISSING: Final = Missing()


def number(value: float) -> int | float:
    """A number as Yjs gives it, which knows only one kind: whole ones become ``int`` again."""
    return int(value) if -_WHOLE < value < _WHOLE and value == int(value) else value


def normal(value: Json) -> Json:
    """``value`` as a document that holds it will give it back."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if value.isascii() else utf8(value).decode()
    if isinstance(value, int):
        return value if -_EXACT <= value <= _EXACT else number(double(value))
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dict):
        return {normal(key): normal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [normal(item) for item in value]
    return value


def shared(value: Json) -> Json:
    """``value`` as it is put into a document: no whole number that JavaScript cannot hold."""
    if isinstance(value, int) and not -_EXACT <= value <= _EXACT:
        return double(value)
    if isinstance(value, dict):
        return {key: shared(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shared(item) for item in value]
    # What pycrdt gives for bytes it does not take.
    return bytes(value) if isinstance(value, bytearray) else value


def double(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def same(one: Json, other: Json) -> bool:
    """Whether two values are the same JSON: unlike for Python, 1 is not true, NaN is NaN."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other or (one != one and other != other))


def merge_values(base: Json | Missing, ours: Json | Missing, theirs: Json | Missing) -> Any:
    """``ours`` with what leads from ``base`` to ``theirs``; any of them may be missing.

    Objects are merged member by member. Where both sides changed one member, ours stays.
    """
    if same(base, theirs) or same(ours, theirs):
        return ours
    if same(base, ours):
        return theirs
    if isinstance(ours, dict) and isinstance(theirs, dict):
        known = base if isinstance(base, dict) else {}
        return merge_objects(known, ours, theirs)
    if _is_words(base) and _is_words(ours) and _is_words(theirs):
        return _merge_words(base, ours, theirs)
    return ours


def _is_words(value: Json | Missing) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def merge_objects(
    base: dict[str, Json], ours: dict[str, Json], theirs: dict[str, Json]
) -> dict[str, Json]:
    merged = {}
    for key in (*ours, *(key for key in theirs if key not in ours)):
        value = merge_values(
            base.get(key, MISSING), ours.get(key, MISSING), theirs.get(key, MISSING)
        )
        if value is not MISSING:
            merged[key] = value
    return merged


def _merge_words(base: list[str], ours: list[str], theirs: list[str]) -> list[str]:
    """Lists of words, such as tags: each side's additions and removals count."""
    removed = {word for word in base if word not in theirs}
    kept = [word for word in ours if word not in removed]
    return [*kept, *(word for word in theirs if word not in base and word not in ours)]
