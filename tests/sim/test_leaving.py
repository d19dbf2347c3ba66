"""What clients carry over into cells that others may have carried over before them (L7)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .leaving import united

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "union.json").read_text("utf-8"))
"""Also for the browser, which does the same."""


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_what_others_may_have_brought(case: dict[str, str]) -> None:
    """L7"""
    assert united(case["base"], case["mine"], case["theirs"]) == case["united"]
