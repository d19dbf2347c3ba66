"""Brings a shared text to another content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pycrdt import Text

from ..texts.differences import Change, apply_changes, differences

_MANY_CHANGES = 10_000
"""More edits of one text are made as fewer and larger ones: each takes a time that grows with
how many there are."""


def edit_text(text: Text, old: str, new: str, whole: bool = True) -> bool:
    """Make ``text``, which is ``old``, ``new`` by the smallest edits; whether there were any.

    A word that changes is replaced as a ``whole``: of one that is only patched, an edit that
    somebody makes at the same time would leave the halves of two words. What was typed somewhere
    else is put into it otherwise: the rest stays that of who wrote it.
    """
    changes = _few(old, differences(old, new))
    if not whole:
        changes = [_put_in(old[change.start : change.end], change) for change in changes]
    with text.doc.transaction():
        if changes and len(text) != len(old.encode()):
            # A client has put something into it that is no text but takes up a place.
            text.clear()
            text += new
            return True
        for start, size, inserted in _in_halves(old, changes):
            if inserted:
                text.insert(start, inserted)
            if size:
                start += len(inserted.encode())
                del text[start : start + size]
    return bool(changes)


def _put_in(word: str, change: Change) -> Change:
    """The same change of ``word``, as one that only puts something in if it is one."""
    start, text = change.start, change.text
    same = (at for at, unit in enumerate(word) if not text.startswith(unit, at))
    head = next(same, len(word))
    tail = len(word) - head
    if len(text) < len(word) or text[len(text) - tail :] != word[head:]:
        return change
    return Change(start + head, start + head, text[head : len(text) - tail])


def _few(old: str, changes: list[Change]) -> list[Change]:
    """At most so many changes: each of them stands for as many that follow each other."""
    size = -(-len(changes) // _MANY_CHANGES)
    if size <= 1:
        return changes
    groups = (changes[at : at + size] for at in range(0, len(changes), size))
    return [_together(old, group) for group in groups]


def _together(old: str, changes: Sequence[Change]) -> Change:
    start, end = changes[0].start, changes[-1].end
    shifted = [Change(change.start - start, change.end - start, change.text) for change in changes]
    return Change(start, end, apply_changes(old[start:end], shifted))


def _in_halves(old: str, changes: Sequence[Change]) -> Iterator[tuple[int, int, str]]:
    """The changes as (place, size, text) in UTF-8 bytes, each place after those before it.

    The one in the middle comes first, then those of the halves. Yjs keeps a text in pieces and
    cuts one in two at each change: from one end to the other, that copies the rest of the
    text each time.
    """
    places = _byte_places(old, changes)
    halves = [(0, len(changes), 0)]
    while halves:
        low, high, shift = halves.pop()
        if low == high:
            continue
        middle = (low + high) // 2
        start, end = places[middle]
        text = changes[middle].text
        yield start + shift, end - start, text
        grown = len(text.encode()) - (end - start)
        halves.append((low, middle, shift))
        halves.append((middle + 1, high, shift + grown))


def _byte_places(old: str, changes: Sequence[Change]) -> list[tuple[int, int]]:
    if old.isascii():
        return [(change.start, change.end) for change in changes]
    places, at, byte = [], 0, 0
    for start, end, _ in changes:
        start_byte = byte + len(old[at:start].encode())
        byte = start_byte + len(old[start:end].encode())
        places.append((start_byte, byte))
        at = end
    return places
