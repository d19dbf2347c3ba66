"""The journal: what it asks, what it claims, and that nothing is lost whatever fails."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Text, TransactionEvent

from jupyter_collab.errors import StoreConflict, StoreError
from jupyter_collab.protocol.identity import Lineage, Position, RoomId
from jupyter_collab.store.backlog import BY_DEFAULT, Limits
from jupyter_collab.store.journal import PACE, Journal
from jupyter_collab.store.knowledge import Anything, Nothing, Unread
from jupyter_collab.store.perform import perform
from jupyter_collab.store.port import More, SavedMark, StoredHistory
from jupyter_collab.store.requests import (
    Append,
    Degraded,
    Discovered,
    Done,
    Durable,
    Failed,
    Found,
    Look,
    Mark,
    News,
    Recovered,
    Restarted,
    Start,
)
from jupyter_collab.store.trouble import FIRST_RETRY
from tests.contracts.update_log import LINEAGE, OTHER_LINEAGE, ROOM, at
from tests.store.disturbed import DisturbedLog
from tests.waiting import asynchronous

SNAPSHOT = b"the whole document"
FULL = StoreError("No space is left")


def journal(position: int = 1, limits: Limits = BY_DEFAULT) -> Journal:
    return Journal(LINEAGE, at(position), None, snapshot=lambda: SNAPSHOT, limits=limits)


def history(last: int, *rows: bytes, lineage: Lineage = LINEAGE) -> StoredHistory:
    return StoredHistory(lineage, rows, at(last), None)


def test_updates_that_wait_go_together() -> None:
    j = journal()
    assert j.next_request(0) is None
    j.append(at(2), b"a")
    assert j.next_request(0) == Append(((at(2), b"a"),))
    j.append(at(3), b"b")
    j.append(at(4), b"c")
    assert j.next_request(0) is None, "one request at a time"
    assert j.hear(Done(), 0) == [Durable(at(2), None)]
    assert j.next_request(PACE) == Append(((at(3), b"b"), (at(4), b"c")))
    assert j.hear(Done(), PACE) == [Durable(at(4), None)]
    assert j.settled
    assert j.backlog_size == 0


def put_off_until(until: float) -> Journal:
    j = journal()
    j.start(history(1, b"snapshot"), Anything())
    j.put_off(until)
    return j


def test_a_history_that_can_be_built_again_is_not_written_while_it_is_opened() -> None:
    """S23"""
    j = put_off_until(10)
    assert j.next_request(9) is None
    assert j.deadline == 10
    assert j.next_request(10) == Start(b"snapshot", at(1))
    j.hear(Done(), 10)
    assert j.settled
    assert j.deadline is None


def test_the_first_change_has_it_written() -> None:
    """S23: and is written itself as soon as that is done."""
    j = put_off_until(10)
    j.append(at(2), b"a")
    assert j.next_request(9) == Start(b"snapshot", at(1))
    j.hear(Done(), 9)
    assert committed(j, 9) == [2]
    j.append(at(3), b"b")
    assert j.deadline == 9 + PACE


def test_who_waits_for_a_history_has_it_written() -> None:
    """S23: as at the end of a room, or before a file is written."""
    marked = put_off_until(10)
    marked.mark(SavedMark(at(1), "sha256:2"))
    hurried = put_off_until(10)
    hurried.hurry()
    for j in (marked, hurried):
        assert not j.has(at(1))
        assert j.next_request(9) == Start(b"snapshot", at(1))


def committed(j: Journal, now: float) -> list[int]:
    """The positions that are written at the time ``now``."""
    request = j.next_request(now)
    if request is None:
        return []
    assert isinstance(request, Append)
    j.hear(Done(), now)
    return [position for position, _ in request.rows]


def test_the_first_update_is_written_at_once_and_others_at_a_pace() -> None:
    """S22: ten keys a second are a commit for every eight, and each is there within PACE."""
    j = journal()
    commits = []
    for tick in range(100):
        now = 10 + tick / 100
        if tick % 10 == 0:
            j.append(at(2 + tick // 10), b"a")
        commits.append((tick, committed(j, now)))
    assert [(tick, rows) for tick, rows in commits if rows] == [
        *[(0, [2]), (75, [3, 4, 5, 6, 7, 8, 9])],
    ]
    assert [j.deadline, committed(j, 10.75 + PACE)] == [10.75 + PACE, [10, 11]]
    assert j.deadline is None, "nobody is woken for nothing"
    j.append(at(12), b"a")
    assert committed(j, 10.75 + 2 * PACE + 0.01) == [12], "after a pause"


def test_nobody_waits_for_the_pace_who_is_in_a_hurry() -> None:
    """S22: a save, a request to save, and the end of a room."""
    j = journal()
    j.append(at(2), b"a")
    assert committed(j, 0) == [2]
    j.append(at(3), b"b")
    j.append(at(4), b"c")
    assert committed(j, 0.01) == []
    j.hurry()
    assert not j.has(at(4))
    assert committed(j, 0.01) == [3, 4]
    assert j.has(at(4))
    j.append(at(5), b"d")
    assert committed(j, 0.02) == [], "that was for what was there"
    mark = SavedMark(at(1), "sha256:1", (), at(5), live=True)
    j.mark(mark)
    assert j.next_request(0.02) == Append(((at(5), b"d"),), mark)
    assert not j.has(at(5)), "the mark belongs to it"
    j.hear(Done(), 0.02)
    assert j.has(at(5))


def test_in_a_hurry_what_is_under_way_is_followed_at_once() -> None:
    """S22"""
    j = journal()
    j.append(at(2), b"a")
    assert j.next_request(0) is not None
    j.append(at(3), b"b")
    j.hurry()
    j.append(at(4), b"c")
    assert j.deadline is None, "the answer comes first"
    j.hear(Done(), 0.01)
    assert committed(j, 0.01) == [3, 4]


def test_what_fills_a_request_does_not_wait() -> None:
    """S22: the pace is no bound on how much can be written."""
    j = journal(limits=Limits(batch_rows=2, batch_size=10))
    for position in range(2, 8):
        j.append(at(position), b"a")
    assert [committed(j, 0) for _ in range(4)] == [[2, 3], [4, 5], [6, 7], []]
    j.append(at(8), b"a")
    assert committed(j, 0) == []
    j.append(at(9), b"a large one")
    assert committed(j, 0) == [8]
    assert committed(j, 0) == [9]


def test_what_failed_is_tried_again_at_its_own_time() -> None:
    """S15 S22: the pace neither delays it nor brings it forward."""
    j = journal()
    j.append(at(2), b"a")
    assert j.next_request(0) is not None
    j.hear(Failed(FULL), 0)
    j.append(at(3), b"b")
    j.hurry()
    assert j.deadline == FIRST_RETRY
    assert committed(j, FIRST_RETRY - 0.01) == []
    assert FIRST_RETRY < PACE
    assert committed(j, FIRST_RETRY) == [2]
    assert committed(j, FIRST_RETRY) == [3]


def test_a_new_history_begins_with_its_snapshot() -> None:
    j = journal()
    j.start(history(1, b"snapshot"), Anything())
    j.append(at(2), b"a")
    assert j.next_request(0) == Start(b"snapshot", at(1))
    assert j.hear(Done(), 0) == [Durable(at(1), None)]
    assert j.next_request(0) == Append(((at(2), b"a"),))


def test_a_mark_comes_with_its_updates_and_goes_before_others() -> None:
    """S6."""
    j = journal()
    mark = SavedMark(at(1), "sha256:1", (), at(2), live=True)
    j.append(at(2), b"a")
    j.mark(mark)
    assert j.next_request(0) == Append(((at(2), b"a"),), mark)
    j.append(at(3), b"b")
    assert j.saved != mark
    assert j.hear(Done(), 0) == [Durable(at(2), mark)]
    assert j.saved == mark
    after = SavedMark(at(2), "sha256:2", live=True)
    j.mark(after)
    assert j.next_request(0) == Mark(after)
    assert j.hear(Done(), 0) == [Durable(at(2), after)]
    assert j.next_request(PACE) == Append(((at(3), b"b"),))


def test_a_mark_waits_until_all_that_it_names_is_written() -> None:
    """S6: what failed is asked again as it was, and what fills a request takes another one."""
    j = journal(limits=Limits(batch_rows=2))
    j.append(at(2), b"2")
    assert j.next_request(0) == Append(((at(2), b"2"),))
    for position in (3, 4, 5):
        j.append(at(position), b"%d" % position)
    mark = SavedMark(at(1), "sha256:1", (at(5),), live=True)
    j.mark(mark)
    j.hear(Failed(FULL), 0)
    assert j.next_request(60) == Append(((at(2), b"2"),))
    j.hear(Done(), 60)
    assert j.next_request(60) == Append(((at(3), b"3"), (at(4), b"4")))
    j.hear(Done(), 60)
    assert j.next_request(60) == Append(((at(5), b"5"),), mark)
    assert j.hear(Failed(FULL), 60) == [Degraded("store-error", "No space is left")]
    assert not j.has(at(4)), "the log may have the mark, or not"
    assert j.next_request(120) == Append(((at(5), b"5"),), mark)
    assert j.hear(Done(), 120) == [Recovered(), Durable(at(5), mark)]


def test_what_failed_is_kept_and_tried_again_ever_later() -> None:
    """S15: degraded is said once, with the reason; nothing counts as durable meanwhile."""
    j = journal()
    j.append(at(2), b"a")
    assert j.next_request(0) is not None
    assert j.hear(Failed(FULL), 10) == [Degraded("store-error", "No space is left")]
    assert j.deadline == 10 + FIRST_RETRY
    assert j.next_request(10) is None
    waits = []
    now = 10.0
    for _ in range(9):
        assert j.deadline is not None
        waits.append(j.deadline - now)
        now = j.deadline
        assert j.next_request(now) == Append(((at(2), b"a"),))
        assert j.hear(Failed(FULL), now) == []
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    j.retry_now()
    assert j.next_request(now) == Append(((at(2), b"a"),))
    assert j.hear(Done(), now) == [Recovered(), Durable(at(2), None)]
    assert j.deadline is None


def test_rows_that_failed_are_asked_again_as_they_were() -> None:
    """Some of them may be there."""
    j = journal()
    for position in (2, 3):
        j.append(at(position), b"%d" % position)
    tried = j.next_request(0)
    assert tried == Append(((at(2), b"2"), (at(3), b"3")))
    assert j.hear(Failed(FULL), 0) == [Degraded("store-error", "No space is left")]
    j.append(at(4), b"4")
    assert j.next_request(60) == tried


def meet_conflict(j: Journal, now: float = 0) -> None:
    assert j.hear(Failed(StoreConflict("no history")), now) == []
    assert j.next_request(now) == Look()


def test_a_lost_history_goes_on_from_the_document() -> None:
    """S16: at the same position, under the same lineage, and the mark is kept again."""
    mark = SavedMark(at(5), "sha256:5", live=True)
    j = Journal(LINEAGE, at(7), mark, snapshot=lambda: SNAPSHOT)
    j.append(at(8), b"a")
    j.next_request(0)
    meet_conflict(j)
    assert j.hear(Found(None), 0) == []
    assert j.next_request(0) == Start(SNAPSHOT, at(8))
    j.append(at(9), b"b")
    assert j.hear(Done(), 0) == [Restarted(at(8), SNAPSHOT), Durable(at(8), None)]
    assert j.next_request(0) == Mark(mark)
    j.hear(Done(), 0)
    assert j.next_request(0) == Append(((at(9), b"b"),))


def test_a_history_that_lost_its_end_goes_on_from_the_document() -> None:
    """S16."""
    j = journal(position=7)
    j.append(at(8), b"a")
    j.next_request(0)
    meet_conflict(j)
    assert j.hear(Found(history(5, b"x")), 0) == []
    assert j.next_request(0) == Start(SNAPSHOT, at(8))


def test_rows_that_had_been_written_after_all_are_found() -> None:
    j = journal()
    for position in (2, 3, 4):
        j.append(at(position), b"%d" % position)
    j.next_request(0)
    j.hear(Failed(FULL), 0)
    j.append(at(5), b"5")
    j.next_request(60)
    meet_conflict(j, 60)
    assert j.hear(Found(history(3, b"1", b"2", b"3")), 60) == [Durable(at(3), None)]
    assert j.next_request(60) == Append(((at(4), b"4"),))
    assert j.hear(Done(), 60) == [Recovered(), Durable(at(4), None)]


def test_what_others_wrote_is_neither_replaced_nor_continued() -> None:
    """S16."""
    for found in (
        history(2, b"x", b"theirs"),
        history(3, b"x", b"mine", b"theirs"),
        history(1, b"x", lineage=OTHER_LINEAGE),
    ):
        j = journal()
        j.append(at(2), b"mine")
        j.next_request(0)
        meet_conflict(j)
        [degraded] = j.hear(Found(found), 0)
        assert isinstance(degraded, Degraded)
        assert degraded.reason == "store-conflict"
        assert j.next_request(0) is None
        assert j.next_request(60) == Look()
        assert j.hear(Found(found), 60) == []


def test_a_conflict_without_a_cause_does_not_spin() -> None:
    j = journal()
    j.append(at(2), b"a")
    j.next_request(0)
    meet_conflict(j)
    assert j.hear(Found(history(1, b"x")), 0) == [Durable(at(1), None)]
    assert j.next_request(0) == Append(((at(2), b"a"),))
    assert j.hear(Failed(StoreConflict("?")), 0) == [Degraded("store-conflict", "?")]
    assert j.next_request(0) is None


def test_a_history_that_could_not_be_read_is_not_replaced() -> None:
    """S16: a room that was opened without its history begins one only if there is none."""
    j = journal()
    j.start(history(1, b"snapshot"), Nothing())
    assert j.next_request(0) == Look()
    assert isinstance(j.hear(Failed(FULL), 0)[0], Degraded)
    assert j.next_request(60) == Look()
    assert isinstance(j.hear(Found(history(9, b"x", lineage=OTHER_LINEAGE)), 60)[0], Degraded)
    assert j.next_request(120) == Look()
    assert j.hear(Found(None), 120) == []
    assert j.next_request(120) == Start(b"snapshot", at(1))
    assert j.hear(Done(), 120) == [Recovered(), Durable(at(1), None)]


def test_the_mark_is_live_as_long_as_the_room_is_open() -> None:
    """S20: and stays so where not all is durable, as if the server had died."""
    mark = SavedMark(at(1), "sha256:1", live=True)
    j = Journal(LINEAGE, at(1), mark, snapshot=lambda: SNAPSHOT)
    assert j.settled
    j.append(at(2), b"a")
    j.release()
    assert j.next_request(0) == Append(((at(2), b"a"),))
    j.hear(Done(), 0)
    assert j.settled
    j.mark(SavedMark(at(2), "sha256:2"))
    assert j.next_request(0) == Mark(SavedMark(at(2), "sha256:2", live=True))
    j.hear(Done(), 0)
    j.release()
    assert j.next_request(0) == Mark(SavedMark(at(2), "sha256:2"))
    j.hear(Done(), 0)
    assert j.saved == SavedMark(at(2), "sha256:2")


def renamed(known: StoredHistory) -> Journal:
    """One that goes on with ``known`` under its own name."""
    j = journal()
    mine = StoredHistory(LINEAGE, (b"a", b"b"), at(6), SavedMark(at(5), "sha256:5"))
    j.start(mine, known)
    return j


def test_a_history_goes_on_under_another_name_with_all_it_has() -> None:
    """L5: at once, and only in the place of the one that was read."""
    known = StoredHistory(OTHER_LINEAGE, (b"a", b"b"), at(6), SavedMark(at(5), "sha256:5"))
    j = renamed(known)
    j.append(at(7), b"c")
    assert j.next_request(0) == Look()
    assert j.hear(Found(known), 0) == []
    more = More((b"b",), SavedMark(at(5), "sha256:5", live=True))
    assert j.next_request(0) == Start(b"a", at(5), more)
    assert j.complete(known) == StoredHistory(LINEAGE, (b"a", b"b", b"c"), at(7), None)
    assert j.hear(Done(), 0) == [Durable(at(6), more.saved)]
    assert j.next_request(0) == Append(((at(7), b"c"),))


def test_a_history_that_went_on_elsewhere_is_not_replaced() -> None:
    """S16"""
    known = StoredHistory(OTHER_LINEAGE, (b"a", b"b"), at(6), None)
    j = renamed(known)
    assert j.next_request(0) == Look()
    grown = replace(known, updates=(b"a", b"b", b"x"), position=at(7))
    assert isinstance(j.hear(Found(grown), 0)[0], Degraded)


def test_an_older_history_is_told_and_replaced_once_it_is_merged() -> None:
    """S18: by all that the room has, at once."""
    j = journal()
    j.start(StoredHistory(LINEAGE, (b"a",), at(1), SavedMark(at(1), "sha256:1")), Unread())
    j.append(at(2), b"b")
    assert j.next_request(0) == Look()
    assert isinstance(j.hear(Failed(FULL), 0)[0], Degraded)
    older = history(9, b"x", lineage=OTHER_LINEAGE)
    assert j.next_request(60) == Look()
    assert j.hear(Found(older), 60) == [Discovered(older, b"a")]
    assert j.next_request(600) is None
    assert j.deadline is None
    assert j.degraded
    j.append(at(3), b"what x has")
    j.replace_found()
    more = More((b"b", b"what x has"), SavedMark(at(1), "sha256:1", live=True))
    assert j.next_request(600) == Start(b"a", at(1), more)
    j.append(at(4), b"d")
    assert j.hear(Done(), 600) == [Recovered(), Durable(at(3), more.saved)]
    assert j.next_request(600) == Append(((at(4), b"d"),))


def test_trouble_with_nothing_left_to_write_ends_with_a_look() -> None:
    j = journal()
    j.mark(SavedMark(at(1), "sha256:1"))
    j.next_request(0)
    j.hear(Failed(FULL), 0)
    found = StoredHistory(LINEAGE, (b"x",), at(1), SavedMark(at(1), "sha256:1", live=True))
    j.next_request(60)
    meet_conflict(j, 60)
    assert j.hear(Found(found), 60) == [Recovered(), Durable(at(1), found.saved)]
    assert j.next_request(60) is None
    assert j.deadline is None


# --- whatever fails


class FlakyLog(DisturbedLog):
    """Does as it is told by ``moods``: ``ok``, ``before`` (fails), ``after`` (does it, and
    fails all the same)."""

    def __init__(self) -> None:
        super().__init__()
        self.moods: Iterator[str] = iter(())

    @contextmanager
    def around(self, call: str, room: RoomId) -> Iterator[None]:
        mood = next(self.moods, "ok")
        if mood == "before":
            raise StoreError("not done")
        yield
        if mood == "after":
            raise StoreError("done, but who knows")


def text_of(updates: tuple[bytes, ...]) -> str:
    doc: Doc[Any] = Doc()
    for update in updates:
        doc.apply_update(update)
    return str(doc.get("text", type=Text))


class World:
    """A document, its journal, and a log that fails."""

    def __init__(self, limits: Limits) -> None:
        self.doc: Doc[Any] = Doc(client_id=1)
        self.text = self.doc.get("text", type=Text)
        self.updates = [self.doc.get_update()]
        self.texts = [""]
        self.doc.observe(self._on_transaction)
        self.log = FlakyLog()
        self.now = 0.0
        self.restarts = 0
        self.lost = False
        self.journal = Journal(
            *(LINEAGE, at(1), None),
            snapshot=self.doc.get_update,
            is_ahead=lambda: self.journal.head < self.head,
            limits=limits,
        )
        self.journal.start(history(1, self.updates[0]), Anything())
        self.saved = SavedMark(at(1), "0")

    def _on_transaction(self, event: TransactionEvent) -> None:
        self.updates.append(event.update)

    @property
    def head(self) -> Position:
        return at(len(self.updates))

    def edit(self, where: int, what: str) -> None:
        """Put ``what`` at ``where``, or remove a character there if it is empty."""
        self.draft(where, what)
        self.tell()

    def tell(self) -> None:
        """Give the journal what it has not been told."""
        for position in range(self.journal.head + 1, self.head + 1):
            self.journal.append(at(position), self.updates[position - 1])

    def draft(self, where: int, what: str) -> None:
        """As :meth:`edit`, without telling the journal: code on the server does so."""
        before = str(self.text)
        where = min(where, len(before) if what else len(before) - 1)
        if where < 0:
            return
        # Indices are those of UTF-8.
        begin = len(before[:where].encode())
        if what:
            self.text.insert(begin, what)
        else:
            del self.text[begin : begin + len(before[where].encode())]
        self.texts.append(str(self.text))

    def begin_save(self) -> None:
        self.tell()
        self.saved = SavedMark(
            self.saved.position, self.saved.fingerprint, self.saved.merged, self.head
        )
        self.journal.mark(self.saved)

    def end_save(self) -> None:
        if self.saved.writing is not None:
            self.saved = SavedMark(self.saved.writing, str(self.saved.writing))
            self.journal.mark(self.saved)

    def merge_file(self, what: str) -> None:
        self.edit(0, what)
        merged = (*self.saved.merged, self.head)
        self.saved = SavedMark(self.saved.position, "merged", merged, self.saved.writing)
        self.journal.mark(self.saved)

    async def lose_end(self, count: int) -> None:
        self.log.moods = iter(())
        found = await self.log.load(ROOM)
        self.log = FlakyLog()
        self.lost = self.lost or found is not None
        if found is not None and len(found.updates) > count:
            base = found.position - len(found.updates) + 1
            await self.log.start(ROOM, LINEAGE, found.updates[0], at(base))
            for position, update in enumerate(found.updates[1:-count], start=base + 1):
                await self.log.append(ROOM, LINEAGE, at(position), update)

    async def step(self, moods: list[str]) -> bool:
        """Make one request; ``False`` if there is none to make."""
        self.log.moods = iter(moods)
        self.now = max(self.now, self.journal.deadline or 0)
        request = self.journal.next_request(self.now)
        if request is None:
            return False
        answer = await perform(self.log, ROOM, LINEAGE, request)
        self.log.moods = iter(())
        for news in self.journal.hear(answer, self.now):
            await self.check(news)
        return True

    async def check(self, news: News) -> None:
        match news:
            case Durable(position, saved) if not self.lost:
                found = await self.log.load(ROOM, position)
                assert found is not None
                # A snapshot may have what comes next already.
                assert text_of(found.updates) in self.texts[position - 1 :]
                latest = await self.log.load(ROOM)
                assert latest is not None
                assert saved in (None, latest.saved)
            case Restarted():
                self.restarts += 1
                self.lost = False

    async def finish(self) -> StoredHistory:
        self.tell()
        requests = 0
        while await self.step([]):
            requests += 1
            assert requests < 1000, "it comes to no end"
        assert self.journal.settled
        assert not self.journal.degraded
        found = await self.log.load(ROOM)
        assert found is not None
        return found


def fuzz(max_examples: int) -> settings:
    """Machines may be slow: only what is wrong counts."""
    slow = [HealthCheck.too_slow]
    return settings(max_examples=max_examples, deadline=None, suppress_health_check=slow)


edits = st.tuples(
    st.sampled_from(["edit", "edit", "draft"]),
    st.integers(0, 20),
    st.sampled_from(["", "a", "bcd", "é😀"]),
)
saves = st.sampled_from([("begin_save",), ("end_save",)])
merges = st.tuples(st.just("merge_file"), st.sampled_from(["x", "yz"]))
steps = st.tuples(st.just("step"), st.lists(st.sampled_from(["ok", "before", "after"]), max_size=4))
losses = st.tuples(st.just("lose_end"), st.sampled_from([1, 2, 1000]))


async def play(world: World, plan: list[Any]) -> None:
    for name, *arguments in plan:
        outcome = getattr(world, name)(*arguments)
        if asyncio.iscoroutine(outcome):
            await outcome


@fuzz(max_examples=200)
@given(st.lists(st.one_of(edits, edits, steps, saves, merges), max_size=60))
def test_whatever_fails_each_update_is_in_the_log_once_and_in_order(plan: list[Any]) -> None:
    """S15, S2: with a store that keeps what it has, and fails at any time."""

    async def main() -> None:
        world = World(Limits(batch_rows=3))
        await play(world, plan)
        found = await world.finish()
        assert found.updates == tuple(world.updates)
        assert world.restarts == 0

    asyncio.run(main())


TRIED_AND_PUT_TOGETHER = [
    *[("edit", 0, "a"), ("edit", 0, "é😀"), ("step", ["before"]), ("edit", 0, "")],
    *[("edit", 0, ""), ("merge_file", "x"), ("step", []), ("begin_save",), ("edit", 0, "")],
    *[("end_save",), ("edit", 0, "a"), ("step", ["before"])],
]
"""Rows that may have been written already must not be put together with others."""


LOST_WHILE_WRITTEN_ON: list[Any] = [
    *[("edit", 0, "a"), ("step", []), ("step", []), ("lose_end", 1000), ("edit", 0, "b")],
    *[("begin_save",), ("end_save",), ("step", []), ("step", []), ("draft", 0, "c"), ("step", [])],
]
"""Code on the server has written what the log was not told of, as the log begins anew."""


@fuzz(max_examples=300)
@example(TRIED_AND_PUT_TOGETHER)
@example(LOST_WHILE_WRITTEN_ON)
@given(st.lists(st.one_of(edits, edits, edits, steps, saves, merges, losses), max_size=80))
def test_whatever_is_lost_the_log_has_the_document(plan: list[Any]) -> None:
    """S15, S16: also where the store vanishes or is put back, and little may wait."""

    async def main() -> None:
        world = World(Limits(batch_rows=3, backlog=40))
        await play(world, plan)
        world.edit(0, "!")  # a loss is noticed with the next write
        found = await world.finish()
        assert found.lineage == LINEAGE
        assert found.position == world.head
        assert text_of(found.updates) == str(world.text)
        saved, base = found.saved, world.head - len(found.updates) + 1
        assert saved in (None, replace(world.saved, live=True))
        if saved is None:
            return
        for bound in (saved.position, saved.writing):
            if bound is not None and bound >= base:
                until = await world.log.load(ROOM, bound)
                assert until is not None
                assert text_of(until.updates) == world.texts[bound - 1]
        for merged in saved.merged:
            if merged > base:
                assert found.updates[merged - base] == world.updates[merged - 1]

    asyncio.run(main())


@asynchronous
async def test_perform_writes_all_rows_or_tells_why_not() -> None:
    log = FlakyLog()
    await log.start(ROOM, LINEAGE, b"1")
    rows = tuple((at(position), b"%d" % position) for position in range(2, 7))
    log.moods = iter(["before"])
    answer = await perform(log, ROOM, LINEAGE, Append(rows))
    assert isinstance(answer, Failed)
    assert str(answer.error) == "not done"
    assert await perform(log, ROOM, LINEAGE, Append(rows)) == Done()
    assert await perform(log, ROOM, LINEAGE, Mark(SavedMark(at(2), ""))) == Done()
    found = await perform(log, ROOM, LINEAGE, Look())
    assert isinstance(found, Found)
    assert found.history is not None
    assert found.history.position == 6


def test_a_long_backlog_becomes_small() -> None:
    """S15: what was overwritten while the store was away does not pile up."""
    doc: Doc[Any] = Doc()
    text = doc.get("text", type=Text)
    waiting: list[bytes] = []
    doc.observe(lambda event: waiting.append(event.update))
    j = Journal(LINEAGE, at(1), None, snapshot=doc.get_update, limits=Limits(backlog=100_000))
    position = 1
    for _ in range(200):
        text.clear()
        text += "x" * 10_000
        for update in waiting:
            position += 1
            j.append(at(position), update)
            if position == 2:
                j.next_request(0)
                j.hear(Failed(FULL), 0)
        waiting.clear()
    assert j.backlog_size < 300_000
