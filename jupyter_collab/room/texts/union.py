"""Makes one text of two of which nobody knows what they came from."""

from __future__ import annotations

from .differences import differences, line_ranges, token_ranges
from .subsequences import Effort
from .weaving import append
from .words import lines, tokens

RELATED = 0.5
"""Lines of which so much is the same are versions of each other."""

_STEPS = 1_000_000
"""What a union may spend on comparing lines that may be versions of each other."""


def union_text(
    ours: str, theirs: str, related: float = RELATED, effort: Effort | None = None
) -> str:
    """All that is in either; where they differ, ``ours`` comes first.

    Lines that differ are versions of each other, and have what is in both once, if ``related`` of
    one is in the other.
    """
    if not ours or ours == theirs:
        return theirs
    old, new = lines(ours), lines(theirs)
    effort = effort or Effort(_STEPS)
    out: list[str] = []
    at = 0
    for start, end, new_start, new_end in line_ranges(old, new, effort):
        out += filter(None, old[at:start])
        mine, other = "".join(old[start:end]), "".join(new[new_start:new_end])
        if are_versions(mine, other, related, effort):
            append(out, _woven(mine, other, effort))
        else:
            if mine and not mine.endswith("\n") and other:
                mine += "\n"
            append(out, mine)
            append(out, other)
        at = end
    return "".join((*out, *old[at:]))


def are_versions(
    one: str, other: str, related: float = RELATED, effort: Effort | None = None
) -> bool:
    """Whether so much of one text is in the other that they come from one."""
    effort = effort or Effort(_STEPS)
    shares = (_share(*pair, effort) for pair in ((one, other), (other, one)))
    return one == other or any(share >= related for share in shares)


def _woven(ours: str, theirs: str, effort: Effort) -> str:
    """``ours`` with the words that only ``theirs`` has, each in its place."""
    out: list[str] = []
    at = 0
    for start, end, text in differences(ours, theirs, effort):
        append(out, ours[at:start])
        append(out, ours[start:end])
        append(out, text)
        at = end
    append(out, ours[at:])
    return "".join(out)


def _share(part: str, whole: str, effort: Effort) -> float:
    """How much of the words of ``part`` is in ``whole``, in the same order."""
    pieces = tokens(part)
    total = sum(map(_weight, pieces))
    if not total:
        return float(part in whole)
    missing = 0
    for start, end, _, _ in token_ranges(pieces, tokens(whole), effort):
        missing += sum(map(_weight, pieces[start:end]))
    return 1 - missing / total


def _weight(token: str) -> int:
    return 0 if token.isspace() else len(token)
