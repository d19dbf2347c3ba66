"""Writes one room's history to the log: drives the room's journal, and compacts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from logging import Logger
from typing import assert_never

from ..errors import StoreError
from ..protocol.identity import Position, RoomId
from ..room.events import HistoryFailed, HistoryFound, HistoryKept, Logged, RoomEvent
from ..store.compaction import BY_DEFAULT, Compaction, CompactionPolicy
from ..store.journal import QUIET, SLACK, Journal
from ..store.perform import compact, perform
from ..store.port import SavedMark, StoredHistory, UpdateLog
from ..store.requests import Degraded, Discovered, Durable, News, Recovered, Restarted
from .clock import Clock
from .former import Former


class History:
    """Between a room and the log. What could not be written is kept, and tried again.

    ``stored`` is what the log has at the beginning. One request is under way at a time;
    what comes in meanwhile, and until the journal wants to write again, goes into the next one.
    """

    def __init__(
        self,
        update_log: UpdateLog,
        room: RoomId,
        journal: Journal,
        stored: StoredHistory,
        *,
        post: Callable[[RoomEvent], None],
        clock: Clock,
        log: Logger,
        policy: CompactionPolicy = BY_DEFAULT,
    ) -> None:
        self._update_log = update_log
        self._room = room
        self._lineage = stored.lineage
        self._journal = journal
        self._compaction: Compaction | None = Compaction(stored, policy)
        self._former = Former() if room.type == "notebook" else None
        self._saved = stored.saved
        self._post: Callable[[RoomEvent], None] | None = post
        self._clock = clock
        self._log = log
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._ended = False
        self._news = asyncio.Event()

    def begin(self, *, put_off: bool = False) -> None:
        """Write what the journal was told before; ``put_off`` until the document has been opened,
        where the same can be built again."""
        if put_off:
            self._journal.put_off(self._clock() + QUIET)
        self._wake()

    @property
    def head(self) -> Position:
        """Up to here it was told what to write."""
        return self._journal.head

    def append(self, position: Position, update: bytes) -> None:
        self._journal.append(position, update)
        if self._compaction is not None:
            self._compaction.appended(update)
        self._wake()

    def mark(self, mark: SavedMark) -> None:
        self._journal.mark(mark)
        self._wake()

    def replace_found(self) -> None:
        """The older history that was found is in the document: write ours in its place."""
        self._journal.replace_found()
        self._wake()

    def complete(self, stored: StoredHistory | None) -> StoredHistory | None:
        """What was loaded from the log, with what is not there yet, or not any more."""
        whole = self._journal.complete(stored)
        return whole if whole is None or self._former is None else self._former.before(whole)

    def hurry(self) -> None:
        """Write what was told so far at once."""
        self._journal.hurry()
        self._wake()

    async def written(self) -> None:
        """Wait until all that was told so far is durable, or it is known that it cannot be for
        now."""
        until = self._journal.head
        self.hurry()
        while not self._journal.has(until) and not self._journal.degraded:
            await self._something_happens()

    async def _something_happens(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def close(self) -> None:
        """Try once more to write what is left, tell the log that the room is closed, and stop."""
        self._journal.retry_now()
        await self._try_all()
        self._journal.release()
        await self._try_all()
        size = self._journal.backlog_size
        if size and not self._journal.settled:  # what was only built from the file is built again
            self._log.error("%d bytes of the history of %s could not be kept", size, self._room)
        self.cancel()
        if self._task is not None:
            await asyncio.wait([self._task])
        # The room is freed with its last user, and not when the collector comes by.
        self._post = self._task = None

    async def _try_all(self) -> None:
        """Wait until all is durable, or has been tried."""
        self.hurry()
        while self._task is not None and not self._journal.settled:
            await self._something_happens()

    def cancel(self) -> None:
        """Ask for nothing any more; what was asked for last is done before what others ask."""
        self._ended = True
        self._forget_timer()
        if self._task is not None:
            self._task.cancel()

    def _wake(self) -> None:
        """Ask the log, now or at the time that the journal says, if there is something to ask."""
        if self._task is not None or self._ended:
            return
        deadline = self._journal.deadline
        if deadline is None:
            return
        wait, loop = deadline - self._clock(), asyncio.get_running_loop()
        if wait <= 0:
            self._forget_timer()
            self._task = loop.create_task(self._work())
        elif self._timer is None:
            self._timer = loop.call_later(wait + SLACK, self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        self._wake()

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _work(self) -> None:
        try:
            while True:
                request = self._journal.next_request(self._clock())
                if request is not None:
                    answer = await perform(self._update_log, self._room, self._lineage, request)
                    for news in self._journal.hear(answer, self._clock()):
                        self._tell(news)
                    self._news.set()
                elif self._journal.degraded or not await self._compact():
                    break
        finally:
            self._task = None
            self._news.set()
        self._wake()

    def _tell(self, news: News) -> None:
        match news:
            case Durable(position, saved):
                self._saved = saved
                self._tell_room(Logged(position))
            case Degraded(reason, message):
                self._log.warning("The history of %s is not kept: %s", self._room, message)
                self._tell_room(HistoryFailed(reason))
            case Recovered():
                self._log.warning("The history of %s is kept again", self._room)
                self._tell_room(HistoryKept())
            case Discovered(history, began):
                self._log.warning("The store of %s can be read: merging what it has", self._room)
                self._tell_room(HistoryFound(history, began))
            case Restarted(position, snapshot):
                if self._former is not None:
                    self._former.forget()
                if self._compaction is not None:
                    self._compaction.compacted(position, snapshot)
            case _:
                assert_never(news)

    def _tell_room(self, event: RoomEvent) -> None:
        if self._post is not None:
            self._post(event)

    async def _compact(self) -> bool:
        """Put the beginning of the history together if it is time; whether that was done."""
        if self._compaction is None:
            return False
        until = self._compaction.plan(self._saved)
        if until is None:
            return False
        try:
            keep = None if self._former is None else self._former.keep
            snapshot = await compact(self._update_log, self._room, self._lineage, until, keep)
        except StoreError as error:
            self._log.warning("The history of %s is not compacted: %s", self._room, error)
            snapshot = None
        if snapshot is None:
            self._compaction = None
            return False
        self._compaction.compacted(until, snapshot)
        return True
