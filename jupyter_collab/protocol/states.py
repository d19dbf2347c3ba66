"""The JSON of presence states, which comes from one client and goes to all others.

What is read can be written again, and every reader understands it: Python's ``json`` takes and
makes more than JSON is, and more than UTF-8 can say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from ..errors import ProtocolError
from .nesting import is_deeper

State = Mapping[str, Any] | None

MAX_STATE_DEPTH = 32
"""Objects and lists may lie so deep in each other; those of a cursor lie five deep."""


def read_state(text: str) -> State:
    """The state that ``text`` is; raises :class:`ProtocolError` where it is none."""
    try:
        state = json.loads(text, parse_constant=_refuse, parse_float=_float, parse_int=_int)
        if "\\u" in text:
            write_json(state).encode()  # half a surrogate pair has no UTF-8
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a presence state is not JSON") from error
    if state is not None and not isinstance(state, dict):
        raise ProtocolError("a presence state is neither an object nor null")
    if is_deeper(state, MAX_STATE_DEPTH):
        raise ProtocolError(f"a presence state is nested more than {MAX_STATE_DEPTH} deep")
    return state


def write_json(value: object) -> str:
    """``value`` in the shortest form that JSON has for it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


def _float(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _refuse(digits[:40])


def _int(digits: str) -> int:
    """Whole numbers are those of JavaScript: what is too large for it is infinite there."""
    _float(digits)
    return int(digits)
