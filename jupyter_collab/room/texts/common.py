"""What two texts have in common, and what is left of one without it."""

from __future__ import annotations

from .differences import differences
from .subsequences import Effort
from .words import is_word, says, tokens


def kept(old: str, new: str, effort: Effort | None = None) -> str:
    """What of ``old`` is in ``new``, in the same order; empty lines around it do not count."""
    bare = old.strip("\n")
    if has_words(new, bare):
        return bare
    parts, at = [], 0
    for start, end, _ in differences(old, new, effort):
        parts.append(old[at:start])
        at = end
    return "".join((*parts, old[at:]))


def has_words(text: str, words: str) -> bool:
    """Whether ``words`` is in ``text`` as it is, and not as a part of longer ones."""
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        before, after = text[max(0, at - 1) : at] + words[:1], words[-1:] + text[end : end + 1]
        if not (_is_one_word(before) or _is_one_word(after)):
            return True
        at = text.find(words, at + 1)
    return False


def _is_one_word(pair: str) -> bool:
    return len(pair) == 2 and len(tokens(pair)) == 1 and not pair.isspace()


def without(text: str, words: str, effort: Effort) -> str:
    """``text`` without ``words``, which are in it; what is left stays apart."""
    out, at = [], 0
    for start, end, _ in differences(text, words, effort):
        out += [*filter(str.isspace, tokens(text[at:start])), text[start:end]]
        at = end
    return "".join((*out, *filter(str.isspace, tokens(text[at:]))))


def continues(one: str, other: str, common: str) -> bool:
    """Whether that is the end of one and the beginning of the other."""
    ends = (one.endswith(common), other.endswith(common))
    begins = (other.startswith(common), one.startswith(common))
    return says(common) and any(map(all, zip(ends, begins, strict=True)))


def size_of(words: str) -> int:
    """How many letters and signs they are."""
    return sum(len(token) for token in tokens(words) if not token.isspace())


def words_of(text: str) -> set[str]:
    return set(filter(is_word, tokens(text)))
