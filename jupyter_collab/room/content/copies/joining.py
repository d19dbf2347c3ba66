"""One text of two that have parts in common."""

from __future__ import annotations

from collections.abc import Sequence

from ...texts.common import size_of, words_of
from ...texts.merge import merge_text
from .comparing import Comparing

_BETWEEN = "\n\n"
"""What JupyterLab writes between cells that it merges."""


def joined(
    text: str,
    other: str,
    parts: Sequence[str],
    elsewhere: Sequence[str],
    comparing: Comparing,
    is_older: bool,
) -> str:
    """``text`` with what ``other`` has besides ``parts``, and besides what is ``elsewhere``. What
    was there before comes first: ``text`` if it ``is_older``."""
    words, more = words_of(text) | words_of(other), other
    for it in elsewhere:
        words -= words_of(it)
        more = comparing.without(more, comparing.common(it, more))
    base = _base(text, more, parts, comparing)
    for part in parts:
        both = _in_both(part, text, more, comparing)
        if not base or size_of(comparing.common(both, base)) < size_of(both):
            more = comparing.without(more, both)
    base = comparing.common(base, more)
    merged = merge_text(base, *((text, more) if is_older else (more, text)))
    if words <= words_of(merged):
        return merged
    return _BETWEEN.join((text, other))  # rather twice than not at all


def _base(text: str, other: str, parts: Sequence[str], comparing: Comparing) -> str:
    """As much of ``parts`` as both texts have in the same order."""
    base = ""
    for part in parts:
        shared = _in_both(f"{base}{_BETWEEN}{part}".strip(), text, other, comparing)
        base = max(base, shared, key=size_of)
    return base


def _in_both(words: str, text: str, other: str, comparing: Comparing) -> str:
    return comparing.common(comparing.common(words, text), other)
