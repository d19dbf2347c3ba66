"""Has what two people write alike in the same moment there once, as where both format a cell.

Pieces of text that say that they lie between the same two characters were written without knowing
of each other: else one would lie beside the other. What two people type so is theirs, also where it
is the same. What no key writes is meant once: the same in several places, and words that take the
place of the same ones, come back there by undoing, or fill a text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Any

from pycrdt import Doc

from ...errors import ProtocolError
from ...protocol.varint import Reader, encode_varuint
from ..texts.words import says
from ..yjs.gaps import deletions
from ..yjs.namesakes import from_clock
from ..yjs.structs import STRING, Id, Run, read_structs, text_of
from .carrying import Deleted

_BYTES, _STRUCTS = 100_000, 2_000
"""Of an update that is larger nothing is looked at."""

_PIECES, _DELETIONS = 2_000, 50
"""So much is remembered: hardly more is on its way to somebody."""

_KEY = re.compile(
    rb"\x01\x01[\x80-\xff]*[\x00-\x7f][\x80-\xff]*[\x00-\x7f][\x44\x84\xc4].*"
    rb"(?:\x01[\x00-\x7f]|[\x02-\x04][\xc0-\xff][\x80-\xbf]+)\x00",
    re.DOTALL,
)
"""What most updates are: one letter, beside others, and nothing is deleted."""

_TYPED = re.compile(r"\n\W*(?:\d+\W*)?|\d+|\w")
"""What keys write in several places as well: a letter, where there are several cursors; what Enter
does, in a list also as the numbers of the items that follow. Who types it goes on behind that."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text that an update inserts as certain clocks of a client, and a digest of what the update
    ``says`` of it, which is the same whoever does."""

    says: bytes
    client: int
    clock: int
    length: int
    is_place: bool
    """Whether it counts, where pieces are in several places."""
    is_meant_once: bool

    @property
    def end(self) -> int:
        return self.clock + self.length


class Alike:
    """What has been written lately that no key writes."""

    def __init__(self) -> None:
        self._pieces: dict[bytes, _Piece] = {}
        self._deletions: deque[Deleted] = deque(maxlen=_DELETIONS)

    def unite(self, update: bytes, doc: Doc[Any]) -> bool:
        """Take away what is there twice, now that ``update`` is in ``doc``, which somebody has made
        who is connected; whether anything was."""
        if _KEY.fullmatch(update) or len(update) > _BYTES:
            return False
        try:
            pieces = self._look(update)
            if not _are_meant_once(pieces):
                return False
            known = [self._pieces.setdefault(piece.says, piece) for piece in pieces]
            while len(self._pieces) > _PIECES:
                del self._pieces[next(iter(self._pieces))]
            both = zip(pieces, known, strict=True)
            pairs = [pair for pair in both if pair[0].client != pair[1].client]
            gone = self._settle(pairs, doc) if pairs else []
        except ProtocolError:
            return False
        if gone:
            doc.apply_update(_deleting(gone))
        return bool(gone)

    def _look(self, update: bytes) -> list[_Piece]:
        """The pieces of ``update``."""
        runs, deleted = _read(update, _STRUCTS)
        if not deleted.nothing:
            self._deletions.append(deleted)
        if len(runs) > 1:
            return []  # passed on: what each has typed letter by letter is in one piece there
        return [it for run in runs for it in _pieces(update, run, deleted, self._deletions)]

    def _settle(self, pairs: list[tuple[_Piece, _Piece]], doc: Doc[Any]) -> list[_Piece]:
        """The one to go of each of ``pairs``, which are new and known; of some none is."""
        runs, deleted = _read(_since(doc, chain(*pairs)), 10 * _STRUCTS)
        starts = {run.client: [struct.clock for struct in run.structs] for run in runs}
        gone = []
        for new, known in pairs:
            stays = new
            if not any(deleted.has_some(it.client, it.clock, it.length) for it in (new, known)):
                at = starts.get(known.client, [])
                is_parted = bisect_right(at, known.clock) != bisect_left(at, known.end)
                # The one behind goes: what somebody adds at its end is at that of the other then.
                # What somebody has written within the known one stays in its place.
                stays = known if is_parted else min(new, known, key=_by_client)
                gone.append(known if stays is new else new)
            self._pieces[new.says] = stays
        return gone


def _read(update: bytes, most: int) -> tuple[list[Run], Deleted]:
    runs = read_structs(update, most)
    return runs, Deleted(deletions(Reader(update[runs[-1].end if runs else 1 :])))


def _since(doc: Doc[Any], pieces: Iterable[_Piece]) -> bytes:
    """What has become of ``pieces`` in ``doc``, and of what their writers have added since."""
    state_vector = doc.get_state()
    first = {it.client: it.clock for it in sorted(pieces, key=_by_clock, reverse=True)}
    for client, clock in first.items():
        state_vector = from_clock(state_vector, client, clock)
    return doc.get_update(state_vector)


def _pieces(
    update: bytes, run: Run, deleted: Deleted, lately: Iterable[Deleted]
) -> Iterator[_Piece]:
    """The pieces of text that ``update`` inserts, but for those that it deletes again, and for
    those that stand on others of it."""
    client = run.client
    begin = run.structs[0].clock if run.structs else 0
    ends = [*(struct.at for struct in run.structs[1:]), run.end]
    for struct, end in zip(run.structs, ends, strict=True):
        clock, length, right = struct.clock, struct.length, struct.right
        is_text = struct.content(update) == STRING and struct.key is None
        if not is_text or deleted.has_some(client, clock, length):
            continue
        beside = [it for it in (struct.origin, right, struct.parent) if isinstance(it, tuple)]
        is_instead = any(map(deleted.has, beside))
        is_back = right is not None and _is_gone(right, deleted, lately)
        if not is_back and any(by == client and at >= begin for by, at in beside):
            continue
        bytes = update[struct.at : end]
        text = text_of(bytes)
        if is_back:  # before what it was itself, and behind what its writer had in place of that
            bytes = repr((right, text)).encode()
        is_place = _TYPED.fullmatch(text) is None
        is_long = is_place and len(text) > 1 and says(text)
        is_meant_once = is_long and (is_instead or is_back or struct.parent is not None)
        yield _Piece(sha256(bytes).digest(), client, clock, length, is_place, is_meant_once)


def _is_gone(id: Id, deleted: Deleted, lately: Iterable[Deleted]) -> bool:
    """Whether it was deleted before."""
    return not deleted.has(id) and any(it.has(id) for it in lately)


def _are_meant_once(pieces: list[_Piece]) -> bool:
    places = sum(piece.is_place for piece in pieces)
    return places > 1 or any(piece.is_meant_once for piece in pieces)


def _by_client(piece: _Piece) -> int:
    return piece.client


def _by_clock(piece: _Piece) -> int:
    return piece.clock


def _deleting(pieces: Iterable[_Piece]) -> bytes:
    """An update that deletes ``pieces``."""
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for piece in pieces:
        spans[piece.client].append((piece.clock, piece.length))
    numbers = [0, len(spans)]
    for client, ranges in spans.items():
        numbers += [client, len(ranges), *(number for range in sorted(ranges) for number in range)]
    return b"".join(map(encode_varuint, numbers))
