"""People at real sockets: they type, also while there is no server, and come back by themselves.

Their clients do on the wire what the browser's does, and those of jupyter-collaboration.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from pycrdt import Array, Doc, Map, Text
from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.websocket import WebSocketClientConnection

from jupyter_collab.protocol.identity import Lineage
from jupyter_collab.room.content.document import Document
from tests.process import ServerProcess
from tests.server.client import read_bytes, read_varuint, varuint
from tests.sim.leaving import Applied, Left, is_in_file, note_filed
from tests.sim.outbox import Outbox
from tests.sim.updates import ends

RETRY = 0.05
"""Seconds between two attempts to connect."""


def words(source: Any) -> Counter[str]:
    """How often each word is in what a file contains, as its document has it."""
    texts = [source] if isinstance(source, str) else [cell["source"] for cell in source["cells"]]
    return Counter(word for text in texts for word in text.split())


@dataclass
class Connection:
    """What a client knows of one connection. ``frames``: for each of its update frames that is
    not acknowledged, up to which of its edits it goes."""

    socket: WebSocketClientConnection
    lineage: Lineage | None = None
    sent: bool = False
    received: bool = False
    early: list[bytes] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    acked: int = 0


class Person(ABC):
    """Holds a document and keeps it in sync, over all connections until :meth:`leave`.

    ``typed`` are the words that were typed here, in order; ``reset`` those that had been typed
    when the server said that the history cannot be gone on with, and a page was loaded again.
    """

    collab = False

    def __init__(self, name: str, lab: ServerProcess, path: str, seed: int) -> None:
        self.name = name
        self.path = path
        self.typed: list[str] = []
        self.reset: set[str] = set()
        self.trace: list[str] = []
        self.connection: Connection | None = None
        self._lab = lab
        self._random = Random(seed)
        self._kind = "notebook" if path.endswith(".ipynb") else "file"
        self._room: str | None = None
        self._session = ""
        self._begin_anew()
        self._task = asyncio.create_task(self._live())

    def _begin_anew(self) -> None:
        self.doc: Doc[Any] = Doc()
        self.document = Document.of(self._kind, self.doc)
        self._text: Text = self.doc.get("source", type=Text)
        self._cells: Array[Any] = self.doc.get("cells", type=Array)
        self.doc.get("meta", type=Map)
        self.ready = False
        self._applying = False
        self._before = self._after = b"\0"
        self._subscription = self.doc.observe(self._on_change)

    # --- typing

    def type_word(self) -> None:
        """Type a word of one's own on a line of its own, somewhere."""
        word = f"{self.name}w{len(self.typed)}"
        self.typed.append(word)
        if self._kind == "file":
            self._insert_line(self._text, word)
        elif self._random.random() < 0.1:
            self._insert_cell(word)
        else:
            cell = self._cells[self._random.randrange(len(self._cells))]
            self._insert_line(cell["source"], word)

    def type_line(self, line: str) -> None:
        """Type something that nobody counts, into the text or the first cell."""
        self._insert_line(self._text if self._kind == "file" else self._cells[0]["source"], line)

    def ask_to_save(self) -> None:
        assert self.connection is not None
        self.connection.socket.write_message(b"\2\4save\1", binary=True)

    def _insert_line(self, text: Text, word: str) -> None:
        lines = str(text).splitlines(keepends=True)
        before = "".join(lines[: self._random.randint(0, len(lines))])
        newline = "\n" if before and not before.endswith("\n") else ""
        text.insert(len(before.encode()), f"{newline}{word}\n")

    def _insert_cell(self, word: str) -> None:
        cell = {"id": word, "cell_type": "markdown", "metadata": Map(), "source": Text(word)}
        at = self._random.randint(0, len(self._cells))
        self._cells.insert(at, Map(cell))

    def _on_change(self, event: Any) -> None:
        if not self._applying:
            self._before, self._after = event.before_state, event.after_state
            self._edited(event.update)

    def _apply(self, update: bytes) -> None:
        self._applying = True
        self.doc.apply_update(update)
        self._applying = False

    # --- connecting

    async def leave(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        if self.connection is not None:
            self.connection.socket.close()
        self.check()

    def check(self) -> None:
        """Raise what has ended this client, if anything has."""
        if self._task.done() and not self._task.cancelled():
            self._task.result()

    async def _live(self) -> None:
        while True:
            with suppress(OSError, HTTPClientError, TimeoutError):
                await self._connect()
                await self._listen()
            self.connection = None
            await asyncio.sleep(RETRY)

    async def _connect(self) -> None:
        if self._room is None:
            await self._ask_for_session()
        assert self._room is not None
        socket = await self._lab.connect(self._room, self._shown(), collab=self.collab)
        self.connection = Connection(socket)
        self._opened(self.connection)

    async def _ask_for_session(self) -> None:
        format = "json" if self._kind == "notebook" else "text"
        response = await AsyncHTTPClient().fetch(
            f"http://127.0.0.1:{self._lab.port}/api/collaboration/session/{self.path}",
            method="PUT",
            body=json.dumps({"format": format, "type": self._kind}),
            headers={"Authorization": f"token {self._lab.token}"},
        )
        session = json.loads(response.body)
        self._session = session["sessionId"]
        self._room = f"{format}:{self._kind}:{session['fileId']}"

    async def _listen(self) -> None:
        connection = self.connection
        assert connection is not None
        while (frame := await connection.socket.read_message()) is not None:
            assert isinstance(frame, bytes)
            self._hear(connection, frame)
        code, reason = connection.socket.close_code, connection.socket.close_reason
        self.trace.append(f"closed with {code} {reason}")
        if code in (1003, 4404):
            self._room = None
        if code == 1003:
            self._refused()

    def _say(self, connection: Connection, step: int, *parts: bytes, kind: int = 0) -> None:
        body = b"".join(varuint(len(part)) + part for part in parts)
        with suppress(Exception):  # the socket may be gone, which the reader notices
            connection.socket.write_message(bytes((kind, step)) + body, binary=True)

    # --- what clients differ in

    @property
    @abstractmethod
    def synced(self) -> bool:
        """Whether the server has all of it, as far as this client can tell."""

    @abstractmethod
    def _shown(self) -> str: ...

    @abstractmethod
    def _opened(self, connection: Connection) -> None: ...

    @abstractmethod
    def _edited(self, update: bytes) -> None: ...

    @abstractmethod
    def _refused(self) -> None: ...

    @abstractmethod
    def _hear(self, connection: Connection, frame: bytes) -> None: ...


class OldPerson(Person):
    """With a client of jupyter-collaboration."""

    @property
    def synced(self) -> bool:
        connection = self.connection
        return connection is not None and connection.received and connection.sent and self.ready

    def _shown(self) -> str:
        return self._session

    def _opened(self, connection: Connection) -> None:
        self._say(connection, 0, self.doc.get_state())

    def _edited(self, update: bytes) -> None:
        # y-websocket sends at once, also what stands on edits that its step 2 will bring.
        if self.connection is not None:
            self._say(self.connection, 2, update)

    def _refused(self) -> None:
        self.reset |= set(self.typed)
        self._begin_anew()

    def _hear(self, connection: Connection, frame: bytes) -> None:
        if frame[:2] == b"\0\0":
            connection.sent = True
            self._say(connection, 1, self.doc.get_update(read_bytes(frame, 2)))
        elif frame[:2] == b"\0\1":
            for update in (read_bytes(frame, 2), *connection.early):
                self._apply(update)
            connection.early.clear()
            connection.received = self.ready = True
        elif frame[:2] == b"\0\2" and not connection.received:
            connection.early.append(read_bytes(frame, 2))
        elif frame[:2] == b"\0\2":
            self._apply(read_bytes(frame, 2))


class CollabPerson(Person):
    """With this project's client: it counts acknowledgements, lends its history to a server that
    has lost it, and carries its edits over into another one."""

    collab = True

    def __init__(self, name: str, lab: ServerProcess, path: str, seed: int) -> None:
        self.status: dict[str, Any] = {}
        self._lineage: Lineage | None = None
        self._carried: Left | None = None
        self._edit_of: dict[str, int] = {}
        self._outbox = Outbox(self._send)
        super().__init__(name, lab, path, seed)

    def _begin_anew(self) -> None:
        super()._begin_anew()
        self._applied: list[Applied] = []
        self._made = self._durable = 0
        self._edit_of = dict.fromkeys(self._edit_of, 0)

    def type_word(self) -> None:
        super().type_word()
        self._edit_of[self.typed[-1]] = self._made

    @property
    def unacknowledged(self) -> set[str]:
        """Those of its words of which the server has not said that they are safe."""
        return set(self._edit_of)

    @property
    def synced(self) -> bool:
        there = self.connection is not None and self.connection.sent and self.connection.received
        return there and self.ready and self._durable == self._made and self._carried is None

    def _shown(self) -> str:
        return self._lineage or self._session

    def _opened(self, connection: Connection) -> None:
        """It says nothing before hello."""

    def _edited(self, update: bytes) -> None:
        self._made += 1
        self._applied.append(Applied(update, True, ends(self._before, self._after), self._made))
        connection = self.connection
        if connection is not None and connection.sent:
            self._outbox.put(update)

    def _send(self, update: bytes) -> None:
        connection = self.connection
        assert connection is not None
        connection.frames.append(self._made)
        self._say(connection, 2, update)

    def _refused(self) -> None:
        raise AssertionError("a client that speaks the subprotocol is never closed with 1003")

    def _hear(self, connection: Connection, frame: bytes) -> None:
        hears: dict[bytes, Callable[[Connection, bytes], None]] = {
            b"\0\0": self._hear_step1,
            b"\0\1": self._hear_step2,
            b"\0\2": self._hear_update,
            b"\x40\1": self._hear_ack,
            b"\x40\0": self._hear_hello,
            b"\x40\2": self._hear_status,
        }
        hear = hears.get(frame[:2])
        if hear is not None:
            hear(connection, frame)

    def _hear_hello(self, connection: Connection, frame: bytes) -> None:
        hello = json.loads(read_bytes(frame, 2))
        self.status = hello["status"]
        self.trace.append(f"hello {hello['lineage']} adopts={hello.get('adopts')}")
        if self._lineage is None:
            self._session = hello["lineage"]
        elif hello.get("adopts"):
            self._say(connection, 5, *self._leave().to_adopt(self.doc.get_update()), kind=64)
            return
        elif hello["lineage"] != self._lineage:
            left = self._leave()
            self._carried = self._carried or (left if left.is_needed else None)
            self._lineage, self._session = None, hello["lineage"]
            self._begin_anew()
            connection.socket.close()
            return
        connection.lineage = hello["lineage"]
        self._say(connection, 0, self.doc.get_state())

    def _hear_step1(self, connection: Connection, frame: bytes) -> None:
        if connection.lineage is None:
            return
        connection.frames.append(self._made)
        connection.sent = True
        self._say(connection, 1, self.doc.get_update(read_bytes(frame, 2)))
        self._settle_in(connection)

    def _hear_step2(self, connection: Connection, frame: bytes) -> None:
        if connection.lineage is None:
            return
        connection.received = True
        for update in (read_bytes(frame, 2), *connection.early):
            self._take(connection, update)
        connection.early.clear()
        self._settle_in(connection)

    def _hear_update(self, connection: Connection, frame: bytes) -> None:
        if not connection.received:
            connection.early.append(read_bytes(frame, 2))
        else:
            self._take(connection, read_bytes(frame, 2))

    def _take(self, connection: Connection, update: bytes) -> None:
        self._lineage = connection.lineage
        before = self.doc.get_state()
        self._apply(update)
        self._applied.append(Applied(update, False, ends(before, self.doc.get_state())))

    def _settle_in(self, connection: Connection) -> None:
        if not (connection.sent and connection.received):
            return
        self.ready = True
        if self._carried is not None:
            left, self._carried = self._carried, None
            with self._outbox.in_one_go():
                left.carry_into(self.doc, connection.lineage, self._applied)
            self._edit_of = dict.fromkeys(self._edit_of, self._made)

    def _hear_ack(self, connection: Connection, frame: bytes) -> None:
        count, _ = read_varuint(frame, 2)
        new = count - connection.acked
        self._durable = max(self._durable, connection.frames[new - 1])
        del connection.frames[:new]
        connection.acked = count
        self._edit_of = {w: edit for w, edit in self._edit_of.items() if edit > self._durable}
        self._tell_filed(connection)

    def _hear_status(self, connection: Connection, frame: bytes) -> None:
        self.status = json.loads(read_bytes(frame, 2))
        self._tell_filed(connection)

    def _tell_filed(self, connection: Connection) -> None:
        if not connection.acked or not is_in_file(self.status):
            return
        note_filed(self._applied, self._durable)
        if all(applied.filed for applied in self._applied):
            self._applied = [Applied(self.doc.get_update(), False, (), filed=True)]

    def _leave(self) -> Left:
        return Left(self._kind, self._lineage, tuple(self._applied), self.document.read())
