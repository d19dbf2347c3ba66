"""A room with clients around it, on plain values: no loop, no sockets, no clock but ``now``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pycrdt import Array, Doc, Map, Text

from jupyter_collab.files.port import FileContent, FileVersion
from jupyter_collab.protocol.identity import Access, ConnectionId, FileId, Position, RoomId
from jupyter_collab.protocol.messages import (
    ClientMessage,
    ServerMessage,
    SyncStep1,
    SyncStep2,
    SyncUpdate,
)
from jupyter_collab.room import effects as fx
from jupyter_collab.room import events as ev
from jupyter_collab.room.content.build import build
from jupyter_collab.room.opening import Opening, RoomPolicy
from jupyter_collab.room.replica import Replica
from jupyter_collab.room.room import Room
from jupyter_collab.room.saving import SavePolicy
from jupyter_collab.room.session import Person
from jupyter_collab.server.histories.merging import Merge, find_edits
from jupyter_collab.store.port import SavedMark

TEXT = RoomId("text", "file", FileId("f1"))
NOTEBOOK = RoomId("json", "notebook", FileId("f1"))


def version(fingerprint: str) -> FileVersion:
    return FileVersion(fingerprint, 0.0, hash=fingerprint)


def person(name: str = "ada", access: Access = "edit", collab: bool = True) -> Person:
    return Person(name, {"username": name, "name": name.title()}, access, collab)


@dataclass
class Client:
    """Holds a copy of the document, as a browser does."""

    id: ConnectionId
    doc: Doc[Any] = field(default_factory=Doc)
    heard: list[ServerMessage] = field(default_factory=list)
    outgoing: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.doc.get("state", type=Map)
        self.text: Text = self.doc.get("source", type=Text)
        self.cells: Array[Any] = self.doc.get("cells", type=Array)
        self._applying = False
        self.doc.observe(self._on_change)

    def _on_change(self, event: Any) -> None:
        if not self._applying:
            self.outgoing.append(event.update)

    def hear(self, message: ServerMessage) -> None:
        self.heard.append(message)
        if isinstance(message, SyncStep2 | SyncUpdate):
            self._applying = True
            self.doc.apply_update(message.update)
            self._applying = False

    def last(self, kind: type[Any]) -> Any:
        return next(m for m in reversed(self.heard) if isinstance(m, kind))

    def all(self, kind: type[Any]) -> list[Any]:
        return [m for m in self.heard if isinstance(m, kind)]


class World:
    """Performs the effects of one room in memory, each when the test says so."""

    def __init__(
        self,
        content: Any = "hello\n",
        *,
        save_delay: float | None = 1.0,
        cleanup_delay: float | None = 60.0,
        log_at_once: bool = True,
        fresh: bool = False,
        left: Any = None,
    ) -> None:
        """With a text, or a notebook, as it was saved; ``left``: what the file has of that, as a
        server died while it wrote it."""
        self.now = 1000.0
        self.clients: dict[ConnectionId, Client] = {}
        self.closed: dict[ConnectionId, fx.Disconnect] = {}
        self.log: list[bytes] = []
        self.marks: list[SavedMark] = []
        self.commits = 0
        self.writes: list[fx.WriteFile] = []
        self.reads: list[fx.ReadFile] = []
        self.merges: list[fx.MergeFile] = []
        self.adoptions: list[fx.AdoptHistory] = []
        self.history_merges: list[fx.MergeHistory] = []
        self.replaced_at = 0
        self.reports: list[fx.Report] = []
        self.evicted = False
        self.log_at_once = log_at_once
        id = TEXT if isinstance(content, str) else NOTEBOOK
        built = build(id.format, id.type, content)
        self.log.append(built.update)
        opening = Opening(
            built.lineage,
            Replica.begin(id.type, built, 7),
            Position(1),
            SavedMark(Position(1 if left is None else 0), "v1"),
            "notes.txt",
            version("v1" if left is None else "left"),
            left,
            fresh,
        )
        self.opening = opening
        policy = RoomPolicy(SavePolicy(save_delay, 5.0), cleanup_delay, 0.02)
        self.room = Room(id, opening, policy, self.now)
        self.handle(ev.Logged(Position(1)))

    @property
    def text(self) -> str:
        return str(self.room.replica.document.source())

    def handle(self, event: ev.RoomEvent) -> None:
        for effect in self.room.handle(event, self.now):
            self._perform(effect)

    def _perform(self, effect: fx.Effect) -> None:
        match effect:
            case fx.Send(connections, message):
                for connection in connections:
                    self.clients[connection].hear(message)
            case fx.Stream(connection, messages):
                for message in messages:
                    self.clients[connection].hear(message)
            case fx.Disconnect(connection):
                self.closed[connection] = effect
            case fx.Append(position, update):
                self.log.append(update)
                assert position == len(self.log), "positions have no gaps"
                if self.log_at_once:
                    self.handle(ev.Logged(position))
            case fx.Commit():
                self.commits += 1
            case fx.MarkSaved(mark):
                self.marks.append(mark)
            case fx.WriteFile():
                self.writes.append(effect)
            case fx.ReadFile():
                self.reads.append(effect)
            case fx.MergeFile():
                self.merges.append(effect)
            case fx.AdoptHistory():
                self.adoptions.append(effect)
            case fx.MergeHistory():
                self.history_merges.append(effect)
            case fx.ReplaceHistory():
                self.replaced_at = len(self.log)
            case fx.Report():
                self.reports.append(effect)
            case fx.Evict():
                self.evicted = True

    def join(self, client: Client, who: Person | None = None, lineage: str | None = None) -> Client:
        self.clients[client.id] = client
        held = self.room.lineage if lineage is None else lineage
        self.handle(ev.Joined(client.id, who or person(), held or None))  # type: ignore[arg-type]
        return client

    def open(self, number: int, who: Person | None = None) -> Client:
        """A client that has joined and is in sync."""
        client = self.join(Client(ConnectionId(number)), who)
        self.say(client, SyncStep1(client.doc.get_state()))
        server_has = client.last(SyncStep1).state_vector
        self.say(client, SyncStep2(client.doc.get_update(server_has)))
        client.outgoing.clear()
        return client

    def say(self, client: Client, message: ClientMessage) -> None:
        self.handle(ev.Received(client.id, message))

    def push(self, client: Client) -> None:
        """Send what the client has typed."""
        for update in client.outgoing:
            self.say(client, SyncUpdate(update))
        client.outgoing.clear()

    def type(self, client: Client, text: str, at: int = 0) -> None:
        """Type, and let it go out."""
        client.text.insert(at, text)
        self.push(client)
        self.wait(0.03)

    def wait(self, seconds: float) -> None:
        """Let time pass; the room is ticked at each of its deadlines."""
        end = self.now + seconds
        while (deadline := self.room.deadline) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.handle(ev.Ticked())
        self.now = end

    def finish_write(self, fingerprint: str) -> str:
        """The file takes what was written last; returns that."""
        self.handle(ev.FileWritten(version(fingerprint)))
        return str(self.writes[-1].source)

    def rewritten(self, content: Any, fingerprint: str) -> fx.MergeFile:
        """Another program writes this, and the room reads it; how it wants to merge that."""
        self.handle(ev.FileChangedOutside())
        self.file_is(content, fingerprint)
        return self.merges[-1]

    def merge(self, wanted: fx.MergeFile) -> None:
        """Merge what another program wrote, as the server does."""
        content = wanted.content
        merge = Merge(
            type=self.room.replica.type,
            ours=wanted.ours,
            theirs=content.source,
            clean=wanted.clean,
            stored=None,
            saved=wanted.saved,
            client=9,
            base=wanted.base,
        )
        self.handle(ev.FileMerged(content.version, find_edits(merge).updates))

    def file_is(self, content: Any, fingerprint: str) -> None:
        """The read that the room asked for gives this."""
        self.handle(ev.FileRead(FileContent(content, version(fingerprint))))
