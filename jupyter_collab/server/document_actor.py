"""The actor of a room with a document: it also has the file and the history to look after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from logging import Logger
from threading import get_ident

from jupyter_ydoc.ybasedoc import YBaseDoc

from ..errors import ProtocolError, StoreError
from ..files.port import DocumentFile
from ..protocol.close import CloseCode
from ..protocol.identity import RoomId
from ..protocol.messages import SyncStep2, SyncUpdate
from ..room import events as ev
from ..room.effects import (
    AdoptHistory,
    Append,
    Commit,
    Effect,
    Evict,
    MarkSaved,
    MergeFile,
    MergeHistory,
    ReadFile,
    ReplaceHistory,
    Send,
    TellCode,
    WriteFile,
)
from ..room.replica import Replica
from ..room.room import Room
from ..store.compaction import BY_DEFAULT, CompactionPolicy
from ..store.journal import Journal
from ..store.port import StoredHistory, UpdateLog
from ..workers import in_thread
from .actor import Actor
from .aside import set_aside
from .clock import Clock
from .file_events import FileWork, room_event
from .histories.merging import BringIn, Merge, bring_in
from .histories.replaying import readable
from .histories.starting import Start, adopt, has_what_the_file_has
from .history import History
from .live.model import Live, model_of
from .sockets.connection import Connection
from .telemetry import Telemetry
from .turns import after_others


def _needs_document(replica: Replica, event: ev.RoomEvent) -> bool:
    """Whether ``event`` brings edits."""
    match event:
        case ev.Received(_, SyncUpdate(update) | SyncStep2(update)):
            return replica.brings(update)
        case ev.FileMerged(_, updates) | ev.HistoryMerged(updates):
            return any(map(replica.brings, updates))
        case _:
            return False


class DocumentActor(Actor):
    """Performs what a :class:`Room` decides about its file and its history."""

    def __init__(
        self,
        room: Room,
        file: DocumentFile,
        update_log: UpdateLog,
        journal: Journal,
        stored: StoredHistory,
        *,
        evict: Callable[[DocumentActor], None],
        new_client_id: Callable[[], int],
        clock: Clock,
        telemetry: Telemetry,
        log: Logger,
        compaction: CompactionPolicy = BY_DEFAULT,
    ) -> None:
        super().__init__(room, clock=clock, telemetry=telemetry, log=log)
        self._file = file
        self._work = FileWork(file, log)
        self._update_log = update_log
        self._evict = evict
        self._new_client_id = new_client_id
        self._compaction = compaction
        self._idle = asyncio.Event()
        self._is_leaving = False
        self._awaited: ev.RoomEvent | None = None  # what the room was prepared for last
        self._live = Live(self.post, self._go_on, new_client_id, clock, log)
        self._thread = get_ident()
        self._common: YBaseDoc | None = None
        self._take(room, journal, stored)
        file.watch(lambda event: self.post(room_event(event)))

    def _take(self, room: Room, journal: Journal, stored: StoredHistory) -> None:
        """Look after ``room`` from now on."""
        self.room = self._decider = room
        self._reads_ahead = False
        self._is_parted = room.replica.is_parted
        self.history = History(
            *(self._update_log, room.id, journal, stored),
            post=self.post,
            clock=self._clock,
            log=self._log,
            policy=self._compaction,
        )
        room.replica.on_change(self._on_change)

    @property
    def id(self) -> RoomId:
        return self.room.id

    def report(self, action: str, message: str) -> None:
        """Tell the server's event log what was done with the document."""
        fields = {"level": "INFO", "room": str(self.id), "path": self.room.path}
        self._telemetry.emit("session", {**fields, "action": action, "msg": message})

    def live_model(self) -> YBaseDoc:
        """The document itself in a model, for code on the server: what it changes goes to
        everybody. The room stays open as long as the model is referred to."""
        return self._live.lend(self.room.replica.doc, model_of(self.id.type))

    def common_model(self) -> YBaseDoc:
        """One live model for all who ask for this; it is kept as long as anybody is connected, so
        that code which asks for it again and again stays the same person meanwhile."""
        model = self.live_model() if self._common is None else self._common
        self._common = model if self.connections else None
        return model

    def leave(self, connection: Connection) -> None:
        super().leave(connection)
        if not self.connections:
            self._common = None

    def _on_change(self) -> None:
        """Someone changed the document: the room itself, or other code on the server, which may
        run in another thread."""
        is_elsewhere = get_ident() != self._thread
        if is_elsewhere:
            self._live.tell_of_thread(self._file.path)
        if not self._running or is_elsewhere:
            self._loop.call_soon_threadsafe(self.post, ev.Edited())

    def _run(self) -> None:
        if self._live.is_busy(self._file.path):
            return
        super()._run()
        if not self._reads_ahead and self.room.dirty:
            # The first save has to read it all; that is done until then, little by little.
            self._reads_ahead = True
            after_others(partial(self._read_ahead, self.room.replica.document.read_ahead()))

    def _fail(self, event: ev.RoomEvent) -> None:
        super()._fail(event)
        # None of it may be acknowledged: they bring it again.
        self._let_go_of(self.room.in_hand)
        # What a guest has written may be in the document before it was put right.
        is_torn = self.room.in_hand and self.room.replica.has_changes
        if is_torn or self.room.head != self.history.head:
            self._begin_anew()

    def _let_go(self, effect: Effect) -> None:
        super()._let_go(effect)
        if isinstance(effect, Append):
            self._begin_anew()

    def _begin_anew(self) -> None:
        """What the log and the others were to get is gone: they get it from whoever has it, in a
        room that is opened again with what the log has."""
        self._log.error("The room of %s is opened again", self._file.path)
        self._let_go_of(frozenset(self.connections))
        self._evict(self)
        self.closed = True  # what waits stands on what is gone, and must not reach the log

    def _go_on(self) -> None:
        """What has waited for code on the server need not wait any more."""
        if not self.closed:
            self._run()
            self._idle.set()

    def _read_ahead(self, steps: Iterator[None]) -> None:
        if not self.closed and next(steps, self) is None:
            after_others(partial(self._read_ahead, steps))

    def perform(self, effect: Effect) -> None:
        match effect:
            case Append(position, update):
                self.history.append(position, update)
            case Send():  # as frequent as the first: each keystroke has both
                super().perform(effect)
            case TellCode(entries):
                self._live.tell(entries)
            case MarkSaved(mark):
                self.history.mark(mark)
            case Commit():
                self.history.hurry()
            case WriteFile():
                self.spawn(self._write(effect))
            case ReadFile():
                self.spawn(self._read())
            case MergeFile():
                self.spawn(self._merge(effect))
            case MergeHistory():
                self.spawn(self._bring_in(effect))
            case ReplaceHistory():
                self.history.replace_found()
            case AdoptHistory():
                self.spawn(self._adopt(effect))
            case Evict():
                self._evict(self)
            case _:
                super().perform(effect)

    async def _write(self, effect: WriteFile) -> None:
        # After a crash in the middle of a write the log must tell that it was under way.
        await self.history.written()
        self.post(await self._work.write(effect))

    async def _read(self) -> None:
        self.post(await self._work.read())

    async def _merge(self, effect: MergeFile) -> None:
        is_known = effect.clean and effect.saved.writing is None and not effect.earlier
        wanted = Merge(
            type=self.room.replica.type,
            ours=effect.ours,
            theirs=effect.content.source,
            clean=effect.clean,
            stored=None if is_known else await self._stored(),
            saved=effect.saved,
            client=self._new_client_id(),
            base=effect.base,
            earlier=effect.earlier,
            edited=effect.edited,
        )
        self.post(await self._work.merge(effect.content.version, wanted))

    async def _bring_in(self, effect: MergeHistory) -> None:
        try:
            self.post(ev.HistoryMerged(await self._brought_in(effect)))
        except Exception:  # noqa: BLE001 - logged; what the store has stays as it is
            self._log.exception("Could not merge what the store has of %s", self._file.path)

    async def _brought_in(self, effect: MergeHistory) -> tuple[bytes, ...]:
        usable = await in_thread(readable, effect.history)
        if usable is not effect.history:
            stamp = f"{self._new_client_id():x}"
            aside = await set_aside(self._update_log, self.id, effect.history, stamp)
            self._log.error(
                "The history of %s is damaged; it is kept in the store, as that of %s",
                self._file.path,
                aside,
            )
        wanted = BringIn(
            type=self.room.replica.type,
            began=effect.began,
            ours=effect.ours,
            history=usable,
            client=self._new_client_id(),
        )
        return await in_thread(bring_in, wanted)

    async def _adopt(self, effect: AdoptHistory) -> None:
        room, malformed = self.room, False
        start: Start | None = None
        try:
            start = await self._adopted(effect, room)
        except ProtocolError:
            malformed = True
        except Exception as error:  # noqa: BLE001 - its author carries over what is missing
            self._log.warning("No history was taken over for %s: %s", self._file.path, error)
        if self.room is not room:
            return  # somebody else was faster, and this one has been greeted again
        if start is not None and room.is_fresh:
            self._go_on_with(start)
        else:
            self.post(ev.NotAdopted(effect.connection, malformed))

    async def _adopted(self, effect: AdoptHistory, room: Room) -> Start | None:
        file = await self._file.read()
        if not room.knows(file.version):
            self.post(ev.FileChangedOutside())  # as we have read it, nobody else would tell
            return None
        fits = await in_thread(has_what_the_file_has, room.id.type, effect.state, effect.undo, file)
        return adopt(effect, room, file, self._new_client_id()) if fits else None

    def _go_on_with(self, start: Start) -> None:
        """Put a room with another history in the place of a fresh one."""
        self._log.info("Going on with the history that a client has of %s", self._file.path)
        self.history.cancel()
        self.room.replica.close()
        room, joined = self.room.successor(start.opening, self._clock())
        self._take(room, start.journal, start.stored)
        self.history.begin()
        for event in (*joined, *start.events):
            self.post(event)

    async def _stored(self) -> StoredHistory | None:
        try:
            stored = await self._update_log.load(self.id)
        except StoreError as error:
            self._log.warning("The history of %s cannot be read: %s", self._file.path, error)
            stored = None
        return self.history.complete(stored)

    async def flush(self, timeout: float) -> None:
        """Write all that should be written, for at most ``timeout`` seconds.

        What clients send from now on is not taken in, and so never acknowledged: they bring it
        when they come again. While people type there would always be something left to write.
        """
        self._is_leaving = True
        self.post(ev.Closing())
        self.history.hurry()
        try:
            async with asyncio.timeout(timeout):
                while self._running or self._inbox or not self.room.is_settled:
                    await self._something_happens()
                self.post(ev.Closing())  # what was said since the last save is in the file
                await self.history.written()
        except TimeoutError:
            self._log.error("Could not save %s within %g s", self._file.path, timeout)

    async def bring_up_to_date(self, *, all: bool = False) -> None:
        """Wait until the file has what the document has now, unless that cannot be written; see
        :class:`~jupyter_collab.room.events.Wanted`."""
        self.post(ev.Wanted(all))
        while self._running or self._inbox:
            await self._something_happens()
        wanted = self.room.head
        while not self.closed and self.room.is_saving(wanted):
            await self._something_happens()

    async def _something_happens(self) -> None:
        self._idle.clear()
        await self._idle.wait()

    def post(self, event: ev.RoomEvent) -> None:
        if self._is_leaving and isinstance(event, ev.Received):
            return
        if self._is_parted:
            self._wake_for(event)
        super().post(event)
        self._idle.set()

    def _wake_for(self, event: ev.RoomEvent) -> None:
        """Make a large document that ``event`` needs, in short turns of the loop: whatever comes
        meanwhile waits, as while another event is handled."""
        replica = self.room.replica
        self._is_parted = replica.is_parted
        if self._is_parted and not self._running and _needs_document(replica, event):
            self._running = True
            self._loop.call_soon(self._wake, replica.wake())

    def _has_to_wait(self, event: ev.RoomEvent) -> bool:
        """What edits of guests stand on is looked at in short turns of the loop as well."""
        if event is self._awaited or self.room.is_prepared_for(event):
            self._awaited = None
            return False
        self._awaited = event
        self._loop.call_soon(self._wake, self.room.prepare())
        return True

    def _wake(self, steps: Iterator[None]) -> None:
        is_done = True  # also if it fails: then each event that needs what it makes tells
        try:
            is_done = self.closed or next(steps, self) is self
        finally:
            if is_done:
                self._run()
                self._idle.set()
            else:
                after_others(partial(self._wake, steps))

    async def close(self, code: CloseCode, reason: str) -> None:
        await super().close(code, reason)
        self._common = None
        await self.history.close()
        self._live.close(self._file.path)
        await self._file.close()
        self.room.replica.close()
