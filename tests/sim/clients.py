"""Clients of a simulated server: those of this project, and those of jupyter-collaboration."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pycrdt import Array, Doc, Map, Text, merge_updates

from jupyter_collab.errors import FileError
from jupyter_collab.protocol.close import CloseCode
from jupyter_collab.protocol.identity import ConnectionId, Lineage
from jupyter_collab.protocol.messages import (
    Ack,
    Adopt,
    ClientMessage,
    Hello,
    ServerMessage,
    Status,
    SyncStep1,
    SyncStep2,
    SyncUpdate,
)
from jupyter_collab.room.content.document import Document
from jupyter_collab.room.session import Person

from .leaving import Applied, Left, is_in_file, note_filed
from .outbox import Outbox
from .server import Closed, Line, Server
from .shelf import Shelf
from .updates import ends
from .words import words_of


class Client(ABC):
    """A copy of the document, and a line to the server while there is one."""

    collab: bool

    def __init__(self, name: str, type: str, server: Server, next_line: Callable[[], int]) -> None:
        self.name = name
        self.line: Line | None = None
        self.wanted = True
        """Whether it has a network."""
        self.retry_at = 0.0
        self._type = type
        self._server = server
        self._next_line = next_line
        self.forget()

    def forget(self) -> None:
        """Begin with a document without content or history."""
        self.doc: Doc[Any] = Doc(client_id=self._server.new_client_id())
        self.document = Document.of(self._type, self.doc)
        self.text: Text = self.doc.get("source", type=Text)
        self.cells: Array[Any] = self.doc.get("cells", type=Array)
        self.doc.get("meta", type=Map)
        self.ready = False
        """Whether a person can type."""
        self._applying = False
        self._early: list[bytes] = []
        self._before = self._after = b"\0"
        self._subscription = self.doc.observe(self._on_change)

    def _on_change(self, event: Any) -> None:
        if not self._applying:
            self._before, self._after = event.before_state, event.after_state
            self._edited(event.update)

    def _apply(self, update: bytes) -> None:
        self._applying = True
        self.doc.apply_update(update)
        self._applying = False

    def _apply_early(self, update: bytes) -> None:
        """An update that came before step 2: what it stands on may be missing. Yjs keeps it until
        then; Yrs, which we have here, takes it in with a gap, and gets confused."""
        self._early.append(update)

    def _apply_step2(self, update: bytes) -> None:
        self._apply(merge_updates(*self._early, update))
        self._early.clear()

    def connect(self) -> None:
        """Try to get a line."""
        if self.line is not None:
            return
        self.retry_at = self._server.now() + 1.0
        try:
            lineage = self._shown()
        except FileError:
            return
        person = Person(self.name, {"username": self.name}, "edit", self.collab)
        self.line = Line(ConnectionId(self._next_line()), person)
        self._opened()
        self._server.connect(self.line, lineage)

    def cut(self, arrive: int) -> None:
        """Lose the line; of what was sent, the first ``arrive`` messages still get there."""
        line, self.line = self.line, None
        if line is not None and not line.over:
            while len(line.up) > arrive:
                line.up.pop()
            line.up.append(Closed(1006))
        self._closed(Closed(1006))

    def hear(self, message: ServerMessage | Closed) -> None:
        if isinstance(message, Closed):
            self.line = None
            self._closed(message)
        else:
            self._hear(message)

    def held(self) -> set[str]:
        """The words that it can bring back."""
        return set(words_of(self.document))

    @abstractmethod
    def holds(self, lineage: Lineage) -> bool:
        """Whether it has the history of this ``lineage``."""

    def say(self, message: ClientMessage) -> None:
        if self.line is not None and not self.line.over:
            self.line.up.append(message)

    @property
    @abstractmethod
    def synced(self) -> bool:
        """Whether nothing is known to be missing."""

    @abstractmethod
    def _shown(self) -> Lineage | None: ...

    @abstractmethod
    def _opened(self) -> None: ...

    @abstractmethod
    def _edited(self, update: bytes) -> None: ...

    @abstractmethod
    def _hear(self, message: ServerMessage) -> None: ...

    @abstractmethod
    def _closed(self, closed: Closed) -> None: ...


class CollabClient(Client):
    """As ``src/session`` and ``src/rebase`` do."""

    collab = True

    def __init__(self, name: str, type: str, server: Server, next_line: Callable[[], int]) -> None:
        self._shelf = Shelf()
        self._outbox = Outbox(self._send)
        super().__init__(name, type, server, next_line)
        self._opened()

    def forget(self) -> None:
        super().forget()
        self.lineage: Lineage | None = None
        self._named: Lineage | None = None
        self._applied: list[Applied] = []
        self.made = self.durable = 0

    def _shown(self) -> Lineage | None:
        if self.lineage is None and self._named is None:
            self._named = self._server.open().room.lineage
            for left in self._shelf.recall(self._named):
                self._restore(left)
        return self.lineage or self._named

    def _restore(self, left: Left) -> None:
        """Go on with what an earlier page had of this history."""
        self.lineage = left.lineage
        self.made += 1
        for applied in left.applied:
            self._apply(applied.update)
            self._applied.append(replace(applied, edit=0 if applied.filed else self.made))

    def reload(self) -> None:
        """The page is closed; the next one finds what the browser has kept of it."""
        self._shelf.close(self._leave() if self.made > self.durable else None)
        self.forget()

    def _opened(self) -> None:
        self._greeted: Lineage | None = None
        self._early.clear()
        self._sent = self._received = False
        self._frames: list[int] = []
        self._acked = 0
        self._status: Mapping[str, Any] | None = None

    def _closed(self, closed: Closed) -> None:
        self._opened()
        if closed.code == CloseCode.NOT_FOUND:
            self._named = None

    @property
    def synced(self) -> bool:
        return self._sent and self._received and self.durable == self.made and self.ready

    def held(self) -> set[str]:
        return super().held().union(*(left.words for left in self._shelf))

    def holds(self, lineage: Lineage) -> bool:
        return lineage in (self.lineage, *(left.lineage for left in self._shelf))

    def holds_unsafe(self, word: str) -> bool:
        """Whether ``word`` will be brought into another history, should this one be lost."""
        return any(left.brings(word) for left in (self._leave(), *self._shelf))

    def _edited(self, update: bytes) -> None:
        self.made += 1
        self._applied.append(Applied(update, True, ends(self._before, self._after), self.made))
        if self._sent:
            self._outbox.put(update)

    def _send(self, update: bytes) -> None:
        self._frames.append(self.made)
        self.say(SyncUpdate(update))

    def _hear(self, message: ServerMessage) -> None:
        match message:
            case Hello(lineage, status=status, adopts=adopts):
                self._greet(lineage, status, adopts=adopts)
            case _ if self._greeted is None:
                raise AssertionError(f"{message} came before hello")
            case SyncStep1(state_vector):
                self._frames.append(self.made)
                self._sent = True
                self.say(SyncStep2(self.doc.get_update(state_vector)))
                self._settle_in()
            case SyncStep2(update):
                self._received = True
                for part in (update, *self._early):
                    self._take(part)
                self._early.clear()
                self._settle_in()
            case SyncUpdate(update) if not self._received:
                self._apply_early(update)
            case SyncUpdate(update):
                self._take(update)
            case Ack(count):
                self.durable = max(self.durable, self._frames[count - self._acked - 1])
                del self._frames[: count - self._acked]
                self._acked = count
                self._tell_filed()
            case Status(status):
                self._status = status
                self._tell_filed()
            case _:
                pass

    def _tell_filed(self) -> None:
        if self._acked and self._status is not None and is_in_file(self._status):
            note_filed(self._applied, self.durable)

    def _greet(self, lineage: Lineage, status: Mapping[str, Any], *, adopts: bool) -> None:
        if self.lineage is not None and self.lineage != lineage and adopts:
            self.say(Adopt(*self._leave().to_adopt(self.doc.get_update())))
        elif self.lineage is not None and self.lineage != lineage:
            self._shelf.carry(self._leave())
            self.cut(0)
            self.forget()
        elif self.lineage is None and self._named != lineage:
            self.cut(0)
            self._named = lineage
        else:
            self._greeted, self._status = lineage, status
            self.say(SyncStep1(self.doc.get_state()))

    def _take(self, update: bytes) -> None:
        self.lineage = self._greeted
        before = self.doc.get_state()
        self._apply(update)
        self._applied.append(Applied(update, False, ends(before, self.doc.get_state())))

    def _settle_in(self) -> None:
        if not (self._sent and self._received):
            return
        self.ready = True
        before = words_of(self.document)
        carried, strays = self._shelf.unpack()
        with self._outbox.in_one_go():
            for left in carried:
                left.carry_into(self.doc, self._greeted, self._applied)
            for left in strays:
                left.carry_into(self.doc, None, self._applied)
        if carried or strays:
            self._server.on_merge(before, before, words_of(self.document))

    def _leave(self) -> Left:
        return Left(self._type, self.lineage, tuple(self._applied), self.document.read())


class OldClient(Client):
    """As jupyter-collaboration's: it shows for ever the ``sessionId`` that it was given."""

    collab = False

    def __init__(
        self,
        name: str,
        type: str,
        server: Server,
        next_line: Callable[[], int],
        on_reload: Callable[[OldClient], None],
    ) -> None:
        self._on_reload = on_reload
        super().__init__(name, type, server, next_line)

    def forget(self) -> None:
        super().forget()
        self._session: Lineage | None = None
        self._received = self._sent = False

    @property
    def synced(self) -> bool:
        return self.ready and self._received and self._sent

    def holds(self, lineage: Lineage) -> bool:
        return self._session == lineage

    def _shown(self) -> Lineage | None:
        if self._session is None:
            self._session = self._server.open().room.lineage
        return self._session

    def _opened(self) -> None:
        self._early.clear()
        self._received = self._sent = False
        self.say(SyncStep1(self.doc.get_state()))

    def _closed(self, closed: Closed) -> None:
        self._received = self._sent = False
        if closed.code == CloseCode.UNKNOWN_HISTORY:
            self._on_reload(self)
            self.forget()

    def _edited(self, update: bytes) -> None:
        # y-websocket sends at once, also what stands on edits that its step 2 will bring.
        self.say(SyncUpdate(update))

    def _hear(self, message: ServerMessage) -> None:
        match message:
            case SyncStep1(state_vector):
                self._sent = True
                self.say(SyncStep2(self.doc.get_update(state_vector)))
            case SyncStep2(update):
                self._apply_step2(update)
                self._received = self.ready = True
            case SyncUpdate(update) if not self._received:
                self._apply_early(update)
            case SyncUpdate(update):
                self._apply(update)
            case Ack() | Hello():
                raise AssertionError(f"an old client got {message}")
            case _:
                pass
