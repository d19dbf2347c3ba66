"""JSON values (M2, M16)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from pycrdt import Doc, Map

from jupyter_collab.room.content.reading import plain_json
from jupyter_collab.room.content.values import MISSING, merge_values, normal, same, shared
from tests.room.notebooks import json_values


@given(json_values)
def test_a_value_comes_back_as_was_expected(value: Any) -> None:
    """M2"""
    doc: Doc[Any] = Doc()
    root = doc.get("root", type=Map)
    root["value"] = shared(value)
    assert same(plain_json(root["value"], []), normal(value))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (1, True, False),
        (0, False, False),
        (1, 1.5, False),
        (float("nan"), float("nan"), True),
        ([1, {"a": None}], [1, {"a": None}], True),
        ([1, {"a": None}], [1, {"a": False}], False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ("1", 1, False),
    ],
)
def test_sameness(one: Any, other: Any, expected: bool) -> None:
    """M16"""
    assert same(one, other) is expected


@given(json_values, json_values)
def test_one_side_alone(base: Any, other: Any) -> None:
    """M16"""
    assert same(merge_values(base, base, other), other)
    assert same(merge_values(base, other, base), other)
    assert same(merge_values(base, other, other), other)
    assert merge_values(base, MISSING, base) is MISSING
    assert merge_values(base, base, MISSING) is MISSING


def test_both_sides() -> None:
    """M16"""
    assert merge_values({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"b": 2}) == {"a": 2, "b": 2}
    assert merge_values({"a": 1, "b": 1}, {"b": 1}, {"a": 1, "b": 2}) == {"b": 2}
    assert merge_values([1], [1, 2], [1, 3]) == [1, 2]
    assert merge_values(["p", "q"], ["q", "r"], ["p", "q", "s"]) == ["q", "r", "s"]
    assert merge_values(1, 2, {"a": 1}) == 2
