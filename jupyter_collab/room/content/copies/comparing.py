"""What texts have in common, as long as there is time to find that out."""

from __future__ import annotations

from ...texts.common import kept, size_of, without
from ...texts.subsequences import Effort
from ...texts.words import says
from ..doubles import RELATED

_STEPS = 1_000_000
"""What may be spent: a third of a second. What is not found then is left twice."""

_COMPARING = 300
"""Steps that it takes to compare two texts, besides those for each character."""


class Comparing:
    """Compares texts because of one update. Where nothing is left to spend, they have nothing in
    common."""

    def __init__(self) -> None:
        self._effort = Effort(_STEPS)

    @property
    def is_over(self) -> bool:
        """Whether so little is left that no two texts should be compared."""
        return not self._effort.affords(_COMPARING)

    def common(self, words: str, text: str) -> str:
        """What of ``words`` is in ``text``."""
        if words == text:
            return words.strip("\n")
        effort = self._effort
        if effort.spend(_COMPARING) and effort.spend(len(words) + len(text)):
            return kept(words, text, effort)
        return ""

    def without(self, text: str, words: str) -> str:
        """``text`` without ``words``, which are in it."""
        return without(text, words, self._effort)

    def much(self, words: str, text: str) -> str:
        """What of ``words`` is in ``text``, if that is much of one, or a line."""
        common = self.common(words, text)
        is_much = size_of(common) > RELATED * min(size_of(words), size_of(text))
        lines = {line.strip() for line in text.split("\n")}
        has_line = any(says(line) and line.strip() in lines for line in words.split("\n"))
        return common if says(common) and (is_much or has_line) else ""
