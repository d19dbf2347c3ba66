"""Where in a document the halves of surrogate pairs are.

Yjs counts UTF-16 code units, and lets itself be made to part a character that takes two of them.
Yrs cannot do so: it counts otherwise from there on, and loses what is written later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ...errors import ProtocolError
from .gaps import deletions
from .structs import STRING, Id, Run, Struct, text_of
from .vetting import Broad, read_broadly

_ENCODED = re.compile(rb"[\xf0-\xf4][\x80-\xbf]{3}")
_PAIR = re.compile("[\U00010000-\U0010ffff]")


class Pairs:
    """Knows the characters that take two units, of what it was told."""

    def __init__(self) -> None:
        self._seconds: set[Id] = set()

    def add(self, update: bytes, end: Callable[[int], int]) -> None:
        """Everybody has this update now. ``end`` says up to which clock a client was known before:
        what an update says of that again, which may be anything, is cut off there."""
        if _ENCODED.search(update):
            self._seconds.update(_seconds(read_broadly(update), update, end))

    def add_run(self, run: Run, update: bytes, end: Callable[[int], int]) -> None:
        """The same, of a part of ``update`` alone."""
        self._seconds.update(_seconds((run,), update, end))

    def require_whole(self, update: bytes, end: Callable[[int], int]) -> None:
        """Raise :class:`~jupyter_collab.errors.ProtocolError` where ``update`` parts a pair, one of
        its own or one that was told of."""
        seconds = self._seconds
        if _ENCODED.search(update):
            seconds = seconds.union(_seconds(read_broadly(update), update, end))
        if seconds and any(cut in seconds for cut in _cuts(update, end)):
            raise ProtocolError("an update parts a character in two")


def _seconds(runs: Iterable[Run], update: bytes, end: Callable[[int], int]) -> Iterator[Id]:
    """The ids of the second halves in ``runs`` of ``update``, in what is new of them."""
    for run in runs:
        known = end(run.client)
        stops = [struct.at for struct in run.structs[1:]] + [run.end]
        for struct, stop in zip(run.structs, stops, strict=True):
            data = update[struct.at : stop]
            if struct.content(update) == STRING and _ENCODED.search(data):
                for count, pair in enumerate(_PAIR.finditer(text_of(data))):
                    second = struct.clock + pair.start() + count + 1
                    if second >= known:
                        yield run.client, second


def _cuts(update: bytes, end: Callable[[int], int]) -> Iterator[Id]:
    """What has to begin something of its own where ``update`` is taken in."""
    scan = Broad.of(update)
    for run in scan.runs():
        yield run.client, end(run.client)
        for struct in run.structs:
            yield from _cuts_of(struct, run.client)
    for client, clock, length in deletions(scan):
        yield client, clock
        yield client, clock + length


def _cuts_of(struct: Struct, client: int) -> Iterator[Id]:
    yield client, struct.clock
    if struct.origin is not None:
        yield struct.origin[0], struct.origin[1] + 1
    if struct.right is not None:
        yield struct.right
