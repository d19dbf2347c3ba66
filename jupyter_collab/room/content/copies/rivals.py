"""Tells which of the texts that have come are there twice."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from ...texts.common import continues, size_of
from ...yjs.structs import Id
from ..carrying import Deleted, Rebuilding
from .arrivals import Arrival, NewCell
from .memory import Copy
from .tracing import Found, Search

MOST = 0.5
"""So much of a text is elsewhere where that is told by the text alone."""

Had = dict[int, int]
"""How much of each client somebody had."""


class Claim(NamedTuple):
    """That a new cell has ``words`` of a copy, too."""

    copy: Copy
    new: NewCell
    words: str


def may_be_rival(copy: Copy, change: Rebuilding, gone: Container[Id]) -> bool:
    """Whether ``change`` brings again what is elsewhere; ``gone`` are the sources of cells that it
    deletes."""
    if copy.holder in gone or copy.holder in change.sources:
        return False
    return copy.cell in change.copies or copy.is_deleted_again(change.deleted)


def is_rival(copy: Copy, change: Rebuilding, arrival: Arrival, had: Had) -> bool:
    """Whether what ``change`` has deleted was gone already, and its maker, who ``had`` so much, did
    not know where to; or whether it brings a cell back, as undoing does, whose text is
    elsewhere."""
    if copy.holder not in arrival.places or copy.holder in change.sources:
        return False
    if not copy.is_deleted_again(change.deleted):
        is_elsewhere = arrival.ids.get(copy.holder) != copy.cell
        return copy.whole and copy.cell in change.copies and is_elsewhere
    client, clock = copy.first
    return clock >= had.get(client, 0)


def claims_on(copy: Copy, deleted: Deleted, search: Search) -> list[Claim]:
    """What new cells have of a copy, if that is much of it; their maker has ``deleted`` this and
    that."""
    is_again = copy.is_deleted_again(deleted)
    if is_again and not (copy.whole and deleted.has(copy.text)):
        found = search.each(copy.words)
        return [Claim(copy, *it) for it in found if _is_part(copy, it, deleted)]
    taker = search.taker(copy.cell, copy.words)
    if taker is None or not (is_again or _is_back(copy, taker)):
        return []
    return [Claim(copy, *taker)]


def _is_part(copy: Copy, found: Found, deleted: Deleted) -> bool:
    new, words = found
    least = min(size_of(copy.words), size_of(new.source))
    return (
        deleted.has(copy.text)
        or size_of(words) > MOST * least
        or continues(copy.words.strip(), new.source.strip(), words.strip())
    )


def _is_back(copy: Copy, found: Found) -> bool:
    return found.new.id == copy.cell and size_of(found.words) > MOST * size_of(copy.words)
