"""Finds out in which parts a large notebook can be given.

Of each client everything has to come in order, and what stands on something of another client
after that. So the first part has what can be had without a large output: all cells of a notebook
that was built from its file, as its outputs are behind them; and where people ran cells and then
wrote others, what each of them did before.
"""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush

from ...errors import ProtocolError
from . import parts
from .gaps import clocks
from .outline import Outline, What
from .parts import Made, Slice
from .structs import Id, Run, Struct, read_structs

SMALL = 2_000
"""Bytes that something in an output may have to come with the first cells."""


def parted(type: str, update: bytes, state_vector: bytes, most: int) -> Made:
    """``update``, which makes all of a document, with its parts; as a whole where it has none.

    The document, of this ``type``, has as much of each client as ``state_vector`` says. No more
    than ``most`` structs and values are looked at: each takes some microseconds.
    """
    if type != "notebook":
        return Made(update)
    try:
        runs, there = read_structs(update, most), clocks(state_vector)
    except ProtocolError:
        return Made(update)  # it can still be given as a whole
    found = {run.client: run.clock for run in runs}
    is_whole = all(run.structs and run.structs[0].clock == 0 for run in runs)
    if not is_whole or len(found) < len(runs) or found != there:
        return Made(update)
    return Made(update, _Plan(runs).layout())


class _Progress:
    """How much of a run was taken: all before the struct with the index ``next``."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.next = 0

    @property
    def is_done(self) -> bool:
        return self.next == len(self.run.structs)

    @property
    def at(self) -> int:
        """The byte up to which it was taken."""
        return self.run.end if self.is_done else self.run.structs[self.next].at

    @property
    def clock(self) -> int:
        """The clock up to which it was taken."""
        return self.run.clock if self.is_done else self.run.structs[self.next].clock

    def slice_from(self, first: int) -> Slice:
        """What was taken since ``next`` was ``first``."""
        begin = self.run.structs[first]
        return Slice(self.run.client, begin.clock, self.next - first, begin.at, self.at)


class _Plan:
    """Takes structs in an order in which Yjs can integrate them."""

    def __init__(self, runs: list[Run]) -> None:
        self._outline = Outline()
        self._progress = {run.client: _Progress(run) for run in runs}
        self._size = 0

    def layout(self) -> tuple[tuple[Slice, ...], ...]:
        """The slices of each part; nothing where something stands on what is not there."""
        layout = []
        small: int | None = SMALL
        while not all(progress.is_done for progress in self._progress.values()):
            if not (part := self._part(small)):
                return ()
            layout.append(part)
            small = None
        return tuple(layout)

    def _part(self, small: int | None) -> tuple[Slice, ...]:
        """Take as much as makes a part, in the first one without outputs that are not ``small``."""
        first = {client: progress.next for client, progress in self._progress.items()}
        waiting: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._size = 0
        ready = list(self._progress)
        while ready:
            client = ready.pop()
            missing = self._advance(self._progress[client], small)
            if missing is not None:
                heappush(waiting[missing[0]], (missing[1], client))
            behind, clock = waiting[client], self._progress[client].clock
            while behind and behind[0][0] < clock:
                ready.append(heappop(behind)[1])
        taken = ((self._progress[client], begin) for client, begin in first.items())
        return tuple(it.slice_from(begin) for it, begin in taken if it.next > begin)

    def _advance(self, progress: _Progress, small: int | None) -> Id | None:
        """Take what comes next of one client, up to where the part ends; what it waits for."""
        client, structs = progress.run.client, progress.run.structs
        begin, size = progress.at, self._size
        cut = missing = None
        while not progress.is_done:
            struct = structs[progress.next]
            if (missing := self._missing(struct, client)) is not None:
                break
            what = self._outline.note(struct, (client, struct.clock))
            if what is What.OUTPUT or what is What.CELL:
                is_full = size + struct.at - begin >= parts.PIECE
                if is_full and (small is None or what is What.OUTPUT):
                    break
                cut = progress.next
            progress.next += 1
            is_large = small is not None and progress.at - struct.at > small
            if is_large and cut is not None and what in (What.OUTPUT, What.INSIDE):
                progress.next = cut
                break
        self._size = size + progress.at - begin
        return missing

    def _missing(self, struct: Struct, client: int) -> Id | None:
        """What has to be taken before ``struct``, if there is anything."""
        for id in (struct.origin, struct.right, struct.parent):
            if not isinstance(id, tuple):
                continue
            if id[0] == client:
                if id[1] >= struct.clock:
                    return id
            elif (other := self._progress.get(id[0])) is None or id[1] >= other.clock:
                return id
        return None
