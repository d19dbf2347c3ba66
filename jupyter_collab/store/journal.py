"""A room's updates on their way into the log: nothing is lost, nothing claimed too early.

Pure: no I/O, no clock, no tasks. Whoever drives a :class:`Journal` does this::

    journal.append(position, update)            # and mark(): as the room says
    journal.hurry()                             # where somebody waits for what was told
    request = journal.next_request(now)         # None: nothing to do before journal.deadline
    answer = await perform(log, room, lineage, request)        # store/perform.py
    for news in journal.hear(answer, now):      # Durable, Degraded, Recovered, ...
        ...

Times are seconds of one clock, whichever.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from ..errors import StoreConflict, StoreError
from ..protocol.identity import Lineage, Position
from .backlog import BY_DEFAULT, Backlog, Limits
from .knowledge import (
    Anything,
    Begun,
    Knowledge,
    Nothing,
    Older,
    Replaces,
    Unbegun,
    Unknown,
    Unread,
    Written,
)
from .marks import highest_position
from .port import More, SavedMark, StoredHistory
from .requests import (
    Answer,
    Append,
    Discovered,
    Done,
    Durable,
    Failed,
    Found,
    Look,
    Mark,
    News,
    Request,
    Restarted,
    Start,
)
from .trouble import Trouble

PACE = 0.75
"""Seconds from one commit of updates to the next, where nobody is in a hurry: it costs the same
with one keystroke as with many."""

SLACK = 0.15
"""Seconds for which a driver may be late, as the next keystroke wakes it anyway."""

QUIET = 2.0
"""Seconds until a history that was just built from a file is written, if nothing comes: whoever
opened the document is waiting for it meanwhile."""

AT_ONCE = -math.inf
"""A time that has always come."""

ANOTHER_HISTORY = (
    "The store has another history of this document, which another server may be writing;"
    " edits are kept in memory and in the file"
)


class Journal:
    """The updates of one room between the document and the log.

    Invariants:

    1. ``durable`` never runs ahead of what the log has said it has.
    2. What the log does not have is kept here: as it came in, or put together where it is
       much, or as the whole document.
    3. A history of another lineage in the log is never replaced, except where :meth:`start`
       or :meth:`replace_found` was told to; nor one of the same lineage that somebody else has
       written to. The room is degraded instead.
    4. As long as the room is open, the mark in the log is ``live``.

    What comes after a pause is asked for at once, what follows every :data:`PACE` seconds, unless
    it is much or somebody is in a hurry.

    ``position`` and ``saved`` are what the log has. ``snapshot`` gives the document as it is,
    as one update; it is called rarely, and must contain all that was given to
    :meth:`append`. While it ``is_ahead``, with something that was not given yet, no history begins
    with it: a mark says of positions what was in the file. ``head`` is that of the last update
    that was told.
    """

    def __init__(
        self,
        lineage: Lineage,
        position: Position,
        saved: SavedMark | None,
        *,
        snapshot: Callable[[], bytes],
        is_ahead: Callable[[], bool] = bool,
        limits: Limits = BY_DEFAULT,
    ) -> None:
        self._lineage = lineage
        self._snapshot = snapshot
        self._is_ahead = is_ahead
        self._log: Knowledge = Begun()
        self.head = self.durable = position
        self._backlog = Backlog(limits)
        self._mark = self._marked = saved
        self._under_way: Request | None = None
        self._trouble = Trouble()
        self._looked = False
        self._next_at = AT_ONCE
        self._hurried = Position(0)

    # --- what the room tells

    def start(self, history: StoredHistory, over: Replaces) -> None:
        """Begin with ``history``, before anything else is told, ``over`` what the log may have."""
        snapshot, *others = history.updates
        saved = None if history.saved is None else replace(history.saved, live=True)
        start = Start(snapshot, history.first, More(tuple(others), saved))
        self.head, self.durable = history.position, Position(0)
        self._mark, self._marked = saved, None
        match over:
            case Anything():
                self._log = Unbegun(start)
            case Unread():
                self._log = Unknown(start, unread=True)
            case Nothing():
                self._log = Unknown(start)
            case StoredHistory():
                self._log = Unknown(start, known=over)
            case _:
                assert_never(over)

    def put_off(self, until: float) -> None:
        """Begin at the time ``until``, or once there is something to write: a server that dies
        before builds the same history again, of the same file."""
        self._next_at = until

    def append(self, position: Position, update: bytes) -> None:
        """Write ``update`` at ``position``, the one after the last.

        A mark that names this position is told before the next update is.
        """
        if position != self.head + 1:
            raise ValueError(f"update {position} does not follow update {self.head}")
        if self._trouble.retry_at is not None and self._backlog.is_large:
            # Not the update that comes now: the room may yet have a mark to name it.
            self._shrink()
        self.head = position
        self._backlog.add(position, update)

    def mark(self, mark: SavedMark) -> None:
        """Remember ``mark`` with the updates that it names, or at once where they are durable."""
        self._mark = replace(mark, live=True)
        self._hurried = max(self._hurried, highest_position(mark))

    def hurry(self) -> None:
        """Somebody waits until all that was told so far is durable."""
        self._hurried = self.head

    def release(self) -> None:
        """The room is closed: if all is durable, say so with the last mark."""
        if self.settled and self._mark is not None:
            self._mark = replace(self._mark, live=False)

    def replace_found(self) -> None:
        """What was :class:`Discovered` is in the document, and what that took was told: begin
        in its place, with all at once."""
        assert isinstance(self._log, Older), "only what was discovered is replaced"
        start = self._log.start
        rows = tuple(update for _, update in self._backlog.all_rows())
        saved = self._mark if self._mark is not None and self._names_told(self._mark) else None
        more = More((*start.more.updates, *rows), saved)
        self._log = Unbegun(replace(start, more=more))

    def _names_told(self, mark: SavedMark) -> bool:
        return highest_position(mark) <= self.head

    def retry_now(self) -> None:
        """Do not wait any longer after a failure: the server stops, or a person asked."""
        self._trouble.retry_now()

    # --- what the driver asks

    @property
    def degraded(self) -> bool:
        """Whether what was told cannot become durable for now."""
        return self._trouble.retry_at is not None or isinstance(self._log, Older)

    @property
    def settled(self) -> bool:
        """Whether all that was told is durable."""
        return not self._backlog and self._mark == self._marked and self._has_begun

    @property
    def saved(self) -> SavedMark | None:
        """The mark that the log has; ``None`` as well while that is not known."""
        return self._marked

    @property
    def backlog_size(self) -> int:
        """Bytes of the updates that are not durable."""
        return self._backlog.size

    def complete(self, stored: StoredHistory | None) -> StoredHistory | None:
        """``stored``, which was just loaded, with the updates that the log does not have yet."""
        start = None if isinstance(self._log, Begun) else self._log.start
        if start is not None:
            stored = StoredHistory(self._lineage, start.updates, start.last, None)
        if stored is None or stored.lineage != self._lineage:
            return None
        rows = [row for row in self._backlog.all_rows() if row[0] > stored.position]
        if not rows or rows[0][0] != stored.position + 1:
            return stored
        updates = (*stored.updates, *(update for _, update in rows))
        return replace(stored, updates=updates, position=rows[-1][0])

    def has(self, position: Position) -> bool:
        """Whether all up to ``position`` is durable, and the last mark."""
        return self.durable >= position and self._mark == self._marked and self._has_begun

    @property
    def deadline(self) -> float | None:
        """From when on there is something to ask for, which may be long ago; ``None``: nothing,
        until something is told or answered."""
        if self._under_way is not None or self._waits:
            return None
        if self._trouble.retry_at is not None:
            return self._trouble.retry_at
        if isinstance(self._log, Unbegun) and not self._backlog:
            return AT_ONCE if self._is_urgent else self._next_at
        if not isinstance(self._log, Begun):
            return AT_ONCE
        if self._mark is not self._marked and self._next_mark(self.durable) is not None:
            return AT_ONCE
        if not self._backlog:
            return None
        return AT_ONCE if self._is_urgent else self._next_at

    def next_request(self, now: float) -> Request | None:
        """What to ask of the log now; ``None`` as well while an answer is awaited."""
        deadline = self.deadline
        if deadline is None or now < deadline:
            return None
        request = self._under_way = self._choose()
        if isinstance(request, Append | Mark) and request.mark is not None:
            self._marked = None  # if this fails, the log may have it all the same
        match request:
            case Append():
                self._next_at = now + PACE
            case Start():
                self._next_at = AT_ONCE  # it is no commit of keystrokes
        return request

    def hear(self, answer: Answer, now: float) -> list[News]:
        """Take the answer to the last request."""
        request, self._under_way = self._under_way, None
        match answer, request:
            case Failed(error), Start() | Append() | Mark() | Look():
                return self._fail(error, now)
            case Found(history), Look():
                return self._compare(history, now)
            case Done(), Start() | Append() | Mark():
                return self._succeed(request)
            case _:
                raise ValueError(f"{answer} does not answer {request}")

    # --- deciding

    @property
    def _has_begun(self) -> bool:
        return isinstance(self._log, Begun)

    def _next_mark(self, until: Position) -> SavedMark | None:
        """The mark that the log should have and has not, and can have with all ``until`` there."""
        mark = self._mark
        if mark is None or mark == self._marked or highest_position(mark) > until:
            return None
        return mark

    @property
    def _waits(self) -> bool:
        """Whether there is nothing to ask for until something is told."""
        match self._log:
            case Older():
                return True
            case Unbegun(start=None):
                return self._is_ahead()
            case _:
                return False

    @property
    def _is_urgent(self) -> bool:
        """Whether updates wait that somebody waits for, or more than one request takes."""
        return self._backlog.fills_request or self._hurried > self.durable

    def _choose(self) -> Request | None:
        match self._log:
            case Unknown():
                return Look()
            case Older():
                return None
            case Unbegun(start):
                start = start or Start(self._snapshot(), self.head)
                self._log = Unbegun(start)
                return start
            case Begun():
                return self._choose_write()
            case _:
                assert_never(self._log)

    def _choose_write(self) -> Request | None:
        # A mark goes first: whoever is about to write the file waits for it.
        mark = self._next_mark(self.durable)
        if mark is not None:
            return Mark(mark)
        if self._backlog:
            rows = self._backlog.next_rows()
            # With what was merged from the file goes the mark that says so: a server that found
            # the one without the other would take it for what it has written itself.
            return Append(rows, self._next_mark(rows[-1][0]))
        if self._trouble.retry_at is not None:
            # What had failed is not wanted any more; see whether all is well.
            self._log = Unknown(None)
            return Look()
        return None

    def _succeed(self, request: Start | Append | Mark) -> list[News]:
        self._looked = False
        news: list[News] = []
        match request:
            case Append(rows, mark):
                self._marked = mark or self._marked
                news = self._advance(rows[-1][0])
            case Mark(mark):
                self._marked = mark
                news = [Durable(self.durable, mark)]
            case Start():
                if request.position > 1 and not request.more.updates:
                    news.append(Restarted(request.position, request.snapshot))
                self._log = Begun()
                self._marked = request.more.saved
                news += self._advance(request.last)
            case _:
                assert_never(request)
        return self._trouble.end() + news

    def _advance(self, position: Position) -> list[News]:
        """The log has all up to ``position``."""
        self.durable = position
        self._backlog.drop(position)
        return [Durable(position, self._marked)]

    def _fail(self, error: StoreError, now: float) -> list[News]:
        self._next_at = AT_ONCE
        if not isinstance(error, StoreConflict) or isinstance(self._log, Unknown):
            return self._trouble.fail(error.reason, str(error), now)
        # The history is gone, or others have written to it: looking tells which, at once;
        # unless a look has just said that all is well.
        start = self._log.start if isinstance(self._log, Unbegun) else None
        self._log = Unknown(start)
        return self._trouble.fail(error.reason, str(error), now) if self._looked else []

    def _compare(self, history: StoredHistory | None, now: float) -> list[News]:
        """Find out how to go on from what the log has."""
        log = self._log if isinstance(self._log, Unknown) else Unknown(None)
        start = log.start
        written = Written(self._lineage, start, self.durable, self._backlog.tried)
        if history is None or written.has_lost_its_end(history) or log.is_as_known(history):
            self._log = Unbegun(start)
            return []
        if not written.is_in(history):
            if log.unread and start is not None:
                self._log = Older(start, history)
                return [Discovered(history, start.snapshot)]
            return self._trouble.fail(StoreConflict.reason, ANOTHER_HISTORY, now)
        self._log = Begun()
        self._looked = True
        self._marked = history.saved
        news = self._advance(history.position)
        return self._trouble.end() + news if self.settled else news

    def _shrink(self) -> None:
        """Make less of what waits behind what has been asked for already."""
        start = None if isinstance(self._log, Begun) else self._log.start
        after = self.durable if start is None else max(self.durable, start.last)
        self._backlog.shrink(after, self._mark, self._snapshot)
