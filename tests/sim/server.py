"""A server without a loop: what ``server/`` does in tasks is done here in steps.

Each piece of work that waits for something is a generator. It yields where the real one
awaits, so that anything may happen in between, also the death of the server.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc

from jupyter_collab.errors import CollabError, FileError, FileMissing, StoreError
from jupyter_collab.files.port import ABSENT
from jupyter_collab.protocol.close import CloseCode
from jupyter_collab.protocol.identity import ConnectionId, Lineage, RoomId
from jupyter_collab.protocol.messages import ClientMessage, ServerMessage
from jupyter_collab.room import effects as fx
from jupyter_collab.room import events as ev
from jupyter_collab.room.content.document import Document
from jupyter_collab.room.keeper import DELETED
from jupyter_collab.room.opening import RoomPolicy
from jupyter_collab.room.room import Room
from jupyter_collab.room.saving import SavePolicy
from jupyter_collab.room.session import Person
from jupyter_collab.server.aside import set_aside
from jupyter_collab.server.beginnings import Beginnings
from jupyter_collab.server.file_events import room_event
from jupyter_collab.server.histories.merging import BringIn, Merge, bring_in, find_edits
from jupyter_collab.server.histories.replaying import apply, content, readable, source_of
from jupyter_collab.server.histories.starting import Start, adopt, catch_up, has_what_the_file_has
from jupyter_collab.store.compaction import Compaction, CompactionPolicy
from jupyter_collab.store.journal import QUIET
from jupyter_collab.store.port import SavedMark, StoredHistory
from jupyter_collab.store.requests import (
    Degraded,
    Discovered,
    Durable,
    News,
    Recovered,
    Request,
    Restarted,
)
from tests.files.memory import MemoryFile, MemoryFiles

from .store import SimulatedStore, run_now
from .words import words_in, words_of

POLICY = RoomPolicy(SavePolicy(1.0, 5.0), 60.0, 0.02)
COMPACTION = CompactionPolicy(tail_size=2_000, tail_ratio=1.0, tail_count=12)

LOG = logging.getLogger("tests.sim")

Work = Generator[bool, None, None]
"""Yields whether it got on; ``False`` where it waits for something else."""


@dataclass(frozen=True)
class Closed:
    """The connection is closed, as its other end gets to know."""

    code: int
    reason: str = ""


@dataclass(eq=False)
class Line:
    """A WebSocket: two queues, each in order."""

    id: ConnectionId
    person: Person
    up: deque[ClientMessage | Closed] = field(default_factory=deque)
    down: deque[ServerMessage | Closed] = field(default_factory=deque)
    stalled: bool = False
    over: bool = False
    """The server has closed it."""

    def close(self, code: int, reason: str) -> None:
        if not self.over:
            self.over = True
            self.up.clear()
            self.down.append(Closed(code, reason))


class Life:
    """A room from its opening to its end: what an actor and its history do."""

    def __init__(
        self,
        server: Server,
        start: Start,
        file: MemoryFile,
    ) -> None:
        self.server = server
        self.file = file
        self.lines: dict[ConnectionId, Line] = {}
        self.writing: fx.WriteFile | None = None
        self.jobs: list[Work] = []
        self.marked: SavedMark | None = None
        """What the log was told last of what is in the file."""
        self._inbox: deque[ev.RoomEvent] = deque()
        self._running = False
        self._take(Room(server.id, start.opening, POLICY, server.now()), start)
        file.watch(lambda event: self.post(room_event(event)))

    def _take(self, room: Room, start: Start) -> None:
        """Look after ``room`` from now on."""
        self.room = room
        self.journal = start.journal
        self.under_way: Request | None = None
        self._position = start.opening.position
        self._stored = start.stored
        self._compaction: Compaction | None = Compaction(start.stored, COMPACTION)
        self._saved = start.stored.saved
        self.jobs[:1] = [self._keep_history()]

    # --- the actor

    def post(self, event: ev.RoomEvent) -> None:
        self._inbox.append(event)
        if self._running:
            return
        self._running = True
        try:
            while self._inbox and self.server.life is self:
                for effect in self.room.handle(self._inbox.popleft(), self.server.now()):
                    self._perform(effect)
        finally:
            self._running = False

    def _perform(self, effect: fx.Effect) -> None:
        match effect:
            case fx.Send(connections, message):
                for id in connections:
                    if id in self.lines:
                        self.lines[id].down.append(message)
            case fx.Stream(id, messages):
                if id in self.lines:
                    self.lines[id].down.extend(messages)
            case fx.Disconnect(id, code, reason):
                if id in self.lines:
                    self.lines[id].close(code, reason)
                    self.leave(self.lines[id])
            case fx.Append(position, update):
                assert position == self._position + 1, "positions have no gaps"
                self._position = position
                self.journal.append(position, update)
                if self._compaction is not None:
                    self._compaction.appended(update)
            case fx.MarkSaved(mark):
                self.journal.mark(mark)
                self.marked = mark
            case fx.Commit():
                self.journal.hurry()
            case fx.WriteFile():
                self.jobs.append(self._write(effect))
            case fx.ReadFile():
                self.jobs.append(self._read())
            case fx.MergeFile():
                self.jobs.append(self._merge(effect))
            case fx.MergeHistory():
                self.jobs.append(self._bring_in(effect))
            case fx.ReplaceHistory():
                self.journal.replace_found()
            case fx.AdoptHistory():
                self.jobs.append(self._adopt(effect))
            case fx.Evict():
                if not self.lines:
                    self.server.close_room(CloseCode.GOING_AWAY)
            case fx.Report():
                pass

    def leave(self, line: Line) -> None:
        line.over = True
        if self.lines.pop(line.id, None) is not None:
            self.post(ev.Left(line.id))

    # --- work

    def step(self, job: Work) -> bool:
        """One step of ``job``; whether it got on."""
        try:
            return next(job)
        except StopIteration:
            if job in self.jobs:
                self.jobs.remove(job)
            return True

    def _write(self, effect: fx.WriteFile) -> Work:
        until = self.journal.head
        self.journal.hurry()
        while not self.journal.has(until) and not self.journal.degraded:
            yield False
        self.writing = effect
        yield True
        self.writing = None
        if effect.create:
            self.file.expect(ABSENT)
        try:
            version = run_now(self.file.write(effect.source))
        except FileError as error:
            yield True
            self.post(ev.FileWriteFailed(error.reason, str(error)))
        else:
            yield True
            self.post(ev.FileWritten(version))

    def _read(self) -> Work:
        yield True
        try:
            file = run_now(self.file.read())
        except FileMissing as error:
            yield True
            self.post(ev.FileNotRead(DELETED, str(error)))
        except FileError as error:
            yield True
            self.post(ev.FileNotRead(error.reason, str(error)))
        else:
            yield True
            self.post(ev.FileRead(file))

    def _merge(self, effect: fx.MergeFile) -> Work:
        yield True
        file = effect.content
        needs_base = not effect.clean or effect.saved.writing is not None
        client = self.server.new_client_id()
        wanted = Merge(
            type=self.room.replica.type,
            ours=effect.ours,
            theirs=file.source,
            clean=effect.clean,
            stored=self._load() if needs_base else None,
            saved=effect.saved,
            client=client,
            base=effect.base,
        )
        merged = find_edits(wanted)
        theirs = Document.of(wanted.type, Doc()).content_of(wanted.theirs)
        self._tell_of(wanted.ours, theirs, merged.updates)
        yield True
        self.post(ev.FileMerged(file.version, merged.updates, merged.written, merged.stood_on))

    def _tell_of(self, ours: bytes, theirs: Any, updates: tuple[bytes, ...]) -> None:
        self.server.tell_of_merge(self.room.replica.type, (ours,), theirs, updates)

    def _load(self) -> StoredHistory | None:
        try:
            stored = self.server.store.read()
        except StoreError:
            stored = None
        return self.journal.complete(stored)

    def _bring_in(self, effect: fx.MergeHistory) -> Work:
        yield True
        usable = readable(effect.history)
        if usable is not effect.history:
            try:
                store, stamp = self.server.store, f"{self.server.new_client_id():x}"
                run_now(set_aside(store, self.server.id, effect.history, stamp))  # type: ignore[arg-type]
            except StoreError:
                return
        wanted = BringIn(
            type=self.room.replica.type,
            began=effect.began,
            ours=effect.ours,
            history=usable,
            client=self.server.new_client_id(),
        )
        updates = bring_in(wanted)
        self._tell_of(wanted.ours, content(wanted.type, usable, usable.position), updates)
        yield True
        self.post(ev.HistoryMerged(updates))

    def _adopt(self, effect: fx.AdoptHistory) -> Work:
        room = self.room
        yield True
        answer: Start | None = None
        with suppress(FileError):
            file = run_now(self.file.read())
            yield True
            if not room.knows(file.version):
                self.post(ev.FileChangedOutside())
            elif has_what_the_file_has(room.id.type, effect.state, effect.undo, file):
                answer = adopt(effect, room, file, self.server.new_client_id())
            yield True
        if self.room is not room:
            return
        if answer is not None and room.is_fresh:
            self._go_on_with(answer)
            return
        self.post(ev.NotAdopted(effect.connection))

    def _go_on_with(self, start: Start) -> None:
        if self.under_way is not None:
            # What was asked for last is done, before what others ask.
            self.server.store.perform(self.room.lineage, self.under_way)
        self.room.replica.close()
        room, joined = self.room.successor(start.opening, self.server.now())
        self._take(room, start)
        for event in (*joined, *start.events):
            self.post(event)

    def _keep_history(self) -> Work:
        while True:
            self.under_way = request = self.journal.next_request(self.server.now())
            if request is not None:
                yield True
                answer = self.server.store.perform(self.room.lineage, request)
                self.under_way = None
                yield True
                for news in self.journal.hear(answer, self.server.now()):
                    self._tell(news)
                yield True
            else:
                yield not self.journal.degraded and self._compact()

    def _tell(self, news: News) -> None:
        match news:
            case Durable(position, saved):
                self._saved = saved
                self.post(ev.Logged(position))
            case Degraded(reason):
                self.post(ev.HistoryFailed(reason))
            case Recovered():
                self.post(ev.HistoryKept())
            case Discovered(history, began):
                self.post(ev.HistoryFound(history, began))
            case Restarted(position, snapshot):
                if self._compaction is not None:
                    self._compaction.compacted(position, snapshot)

    def _compact(self) -> bool:
        if self._compaction is None:
            return False
        until = self._compaction.plan(self._saved)
        if until is None:
            return False
        try:
            snapshot = self.server.store.compact(self.room.lineage, until)
        except StoreError:
            snapshot = None
        if snapshot is None:
            self._compaction = None
            return False
        self._compaction.compacted(until, snapshot)
        return True

    def close(self, code: CloseCode) -> None:
        """As ``DocumentActor.close``."""
        for line in list(self.lines.values()):
            line.close(code, "the room was closed")
        self.lines.clear()
        history = self.jobs[0]
        self.jobs[1:] = []
        self.journal.retry_now()
        self.journal.hurry()
        released = False
        for _ in range(1000):
            progress = self.step(history)
            if not progress and (self.journal.settled or self.journal.degraded):
                if released:
                    break
                self.journal.release()
                released = True
        self.give_back()

    def give_back(self) -> None:
        run_now(self.file.close())
        self.room.replica.close()


class Server:
    """One process after the other, with one document."""

    def __init__(
        self,
        id: RoomId,
        files: MemoryFiles,
        store: SimulatedStore,
        now: Callable[[], float],
        new_client_id: Callable[[], int],
    ) -> None:
        self.id = id
        self.files = files
        self.store = store
        self.now = now
        self.new_client_id = new_client_id
        self.beginnings = Beginnings(
            update_log=store,  # type: ignore[arg-type]  # only what a beginning needs
            new_client_id=new_client_id,
            new_lineage=lambda: Lineage(f"lineage-{new_client_id()}"),
            in_thread=self._in_thread,
            log=LOG,
        )
        self.life: Life | None = None
        self.on_merge: Callable[[Counter[str], Counter[str], Counter[str]], None]
        self.on_end: Callable[[Life], None] = lambda _life: None
        self.on_begin: Callable[[Life, bool], None] = lambda _life, _readable: None
        self.on_rename: Callable[[Life], None] = lambda _life: None

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        result = function(*arguments)
        if function is catch_up:
            type, stored, file, _ = arguments
            theirs = Document.of(type, Doc()).content_of(file.source)
            self.tell_of_merge(type, stored.updates, theirs, result.updates)
        return result

    def tell_of_merge(
        self, type: str, ours: tuple[bytes, ...], theirs: Any, updates: tuple[bytes, ...]
    ) -> None:
        """The document that the updates ``ours`` make was merged with the content ``theirs``."""
        if theirs is None:
            return
        doc: Doc[Any] = Doc()
        apply(doc, ours)
        document = Document.of(type, doc)
        before = words_of(document)
        apply(doc, updates)
        self.on_merge(before, before & words_in(source_of(theirs)), words_of(document))

    def open(self) -> Life:
        """The room, opened if it was not; raises :class:`FileError`. As ``RoomOpener.open``."""
        if self.life is not None:
            return self.life
        file = run_now(self.files.open(self.id.file_id, self.id.format, self.id.type))
        stored = run_now(self.beginnings.load(self.id))
        try:
            start = run_now(self.beginnings.open(self.id, stored, file))
        except CollabError:
            run_now(file.close())
            raise
        life = self.life = Life(self, start, file)
        if stored is None:
            life.journal.put_off(self.now() + QUIET)
        for event in start.events:
            life.post(event)
        if not isinstance(stored, StoredHistory):
            self.on_begin(life, stored is None)
        elif life.room.lineage != stored.lineage:
            self.on_rename(life)
        if isinstance(stored, StoreError):
            life.post(ev.HistoryFailed(stored.reason))
        return life

    def connect(self, line: Line, lineage: Lineage | None) -> None:
        try:
            life = self.open()
        except FileMissing as error:
            line.close(CloseCode.NOT_FOUND, str(error))
        except FileError as error:
            line.close(CloseCode.SERVER_ERROR, str(error))
        else:
            life.lines[line.id] = line
            life.post(ev.Joined(line.id, line.person, lineage))

    def hear(self, line: Line, message: ClientMessage | Closed) -> None:
        life = self.life
        if life is None or life.lines.get(line.id) is not line:
            return
        if isinstance(message, Closed):
            life.leave(line)
        else:
            life.post(ev.Received(line.id, message))

    def close_room(self, code: CloseCode) -> None:
        life, self.life = self.life, None
        if life is not None:
            life.close(code)
            self.on_end(life)

    def kill(self, committed: int, written: float) -> None:
        """The end of the process: of what the store is doing the first ``committed`` parts are
        done, of what is being written this share."""
        life, self.life = self.life, None
        if life is None:
            return
        if life.under_way is not None:
            self.store.commit_some(life.room.lineage, life.under_way, committed)
        # Where the log fails as well, nobody can know that the file was being written: see «What is
        # not solved yet» in docs/architecture.md.
        known = not life.journal.degraded
        if life.writing is not None and not life.writing.create and known:
            with suppress(FileError):
                run_now(life.file.write_part(life.writing.source, written))
        for line in life.lines.values():
            line.up.clear()
            line.over = True
        life.lines.clear()
        life.give_back()
        self.on_end(life)
