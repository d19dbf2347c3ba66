"""A server, its clients, a disk and other programs, on one clock, each doing as a plan says.

Whatever is left open by a step (who, where, which) is drawn from the number of that step, so
a plan gives the same run each time, and steps can be left out of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from jupyter_collab.protocol.close import CloseCode
from jupyter_collab.protocol.identity import FileId, RoomId
from jupyter_collab.protocol.messages import Save
from jupyter_collab.room import events as ev
from tests.files.memory import MemoryFiles

from .clients import Client, CollabClient, OldClient
from .editors import (
    Editor,
    NotebookEditor,
    TextEditor,
    add_cell,
    delete_word,
    file_cell,
    insert_word,
    move_cell,
    with_word,
    without_word,
)
from .excuses import Excuses
from .ledger import Ledger
from .server import Life, Line, Server
from .store import SimulatedStore, run_now
from .words import WORD, document_of, words_in_room, words_of

EDITORS: dict[str, type[Editor]] = {"text": TextEditor, "notebook": NotebookEditor}


class World:
    def __init__(self, mode: str, clients: list[str], seed: int) -> None:
        self.now = 1000.0
        self.editor = EDITORS[mode]()
        self.ledger = Ledger()
        self._random = Random(seed)
        self._numbers = itertools.count(1)
        self.files = MemoryFiles({"doc": self.editor.first})
        id = run_now(self.files.file_id("doc"))[0]
        room = RoomId(self.editor.format, self.editor.type, FileId(id))
        self._file_id = id
        self._last = self.files.content("doc")
        self.store = SimulatedStore(room)
        self.server = Server(room, self.files, self.store, self._clock, self._new_client_id)
        self.excuses = Excuses(self)
        self.lines: list[Line] = []
        self.clients = [self._client(kind, n) for n, kind in enumerate(clients)]
        self.rest()

    def _clock(self) -> float:
        return self.now

    def _new_client_id(self) -> int:
        return self._random.getrandbits(31) * 64 + next(self._numbers) % 64

    def _client(self, kind: str, number: int) -> Client:
        name, type, server = f"{kind}-{number}", self.editor.type, self.server
        if kind == "old":
            return OldClient(name, type, server, self._numbers.__next__, self.excuses.reloaded)
        return CollabClient(name, type, server, self._numbers.__next__)

    # --- time and progress

    def pump(self, *, force: bool = False) -> None:
        """Let all go on until nothing is left to be done at this time."""
        for _ in range(3000):
            if not self._pump_once(force):
                return
        raise AssertionError("it does not come to rest")

    def _pump_once(self, force: bool) -> bool:
        moved = False
        for client in self.clients:
            if client.wanted and client.line is None and client.retry_at <= self.now:
                self._connect(client)
                moved = True
        for line in list(self.lines):
            if force or not line.stalled:
                line.stalled = False
                moved = self._deliver_up(line) or moved
                moved = self._deliver_down(line) or moved
        life = self.server.life
        if life is not None:
            for job in list(life.jobs):
                moved = life.step(job) or moved
            if life.room.deadline is not None and life.room.deadline <= self.now:
                life.post(ev.Ticked())
                moved = True
        return moved

    def _connect(self, client: Client) -> None:
        client.connect()
        if client.line is not None:
            self.lines.append(client.line)

    def _deliver_up(self, line: Line) -> bool:
        if not line.up:
            return False
        self.server.hear(line, line.up.popleft())
        return True

    def _deliver_down(self, line: Line) -> bool:
        if not line.down:
            if line.over and not line.up:
                self.lines.remove(line)
            return False
        message = line.down.popleft()
        for client in self.clients:
            if client.line is line:
                client.hear(message)
        return True

    def advance(self, seconds: float, *, pump: bool = True) -> None:
        end = self.now + seconds
        for _ in range(3000):
            due = self._deadline()
            if due is None or due > end:
                break
            self.now = max(self.now, due)
            life = self.server.life
            if life is not None:
                life.post(ev.Ticked())
                life.step(life.jobs[0])
            if pump:
                self.pump()
        else:
            raise AssertionError("time does not pass")
        self.now = end

    def _deadline(self) -> float | None:
        life = self.server.life
        if life is None:
            return None
        candidates = (life.room.deadline, life.journal.deadline)
        return min((at for at in candidates if at is not None), default=None)

    # --- rest

    def rest(self) -> None:
        """Mend all that is broken, wait until nothing is left to be done, and look."""
        self.store.trouble = None
        self.files.disk_full = False
        self.do_bring_back(Random(0))
        for client in self.clients:
            client.wanted = True
        for attempt in range(3):
            if self._come_to_rest():
                break
            assert attempt < 2, "it does not come to rest: " + self._unrest()
            self.do_restart(Random(0))
        self.check()

    def _come_to_rest(self) -> bool:
        for _ in range(40):
            self.pump(force=True)
            if not self._unrest():
                return True
            self.advance(5.0)
        return False

    def _unrest(self) -> str:
        life = self.server.life
        if life is None:
            return "no room"
        reasons = [f"{c.name} is not in sync" for c in self.clients if not c.synced]
        if life.room.dirty:
            reasons.append("not saved")
        if not life.room.is_settled or not life.journal.settled:
            reasons.append("not settled")
        if life.journal.degraded:
            reasons.append("not logged")
        return ", ".join(reasons)

    def check(self) -> None:
        life = self.server.life
        assert life is not None
        content = document_of(life.room.replica).read()
        for client in self.clients:
            assert client.document.read() == content, f"{client.name} has another document"
        data = self.files.content(self._path)
        assert self.editor.read_file(data) == content, f"the file differs: {data!r} {content!r}"
        if self.editor.type == "notebook":
            ids = [cell["id"] for cell in self.clients[0].cells]
            assert len(ids) == len(set(ids)), f"cells twice: {ids}"
        stored = self.store.look()
        if not self.excuses.lost:  # a store that is gone is noticed with the next write
            assert stored is not None
            assert stored.lineage == life.room.lineage
        self.excuses.before_check()
        counts = words_in_room(life.room.replica)
        wrong = self.ledger.check(counts)
        assert not wrong, "\n".join([*wrong, data.decode()])
        self.ledger.rest(counts)
        self._last = data
        self.excuses.rest()

    # --- steps: people

    def do(self, name: str, number: int) -> None:
        getattr(self, f"do_{name}")(Random(number))

    def _typist(self, rng: Random) -> Client | None:
        ready = [client for client in self.clients if client.ready]
        return rng.choice(ready) if ready else None

    def do_type(self, rng: Random) -> None:
        client = self._typist(rng)
        texts = self.editor.texts(client) if client else {}
        if client is None or not texts:
            return
        cell = rng.choice(sorted(texts))
        insert_word(texts[cell], self.ledger.wrote(client.name, cell), rng)

    def do_delete(self, rng: Random) -> None:
        client = self._typist(rng)
        if client is None:
            return
        words = words_of(client.document)
        mine = sorted(w for w in words if self.ledger.words[w].author == client.name)
        settled = sorted(w for w in words if not self.ledger.words[w].fresh)
        if not (mine or settled):
            return
        word = rng.choice(mine or settled)
        for text in self.editor.texts(client).values():
            while delete_word(text, word):
                pass  # it may be there more than once, where that was excused
        self.ledger.deleted(word, client.name)

    def do_save(self, rng: Random) -> None:
        client = rng.choice(self.clients)
        client.say(Save(rng.randrange(1000)))

    def do_add_cell(self, rng: Random) -> None:
        client = self._typist(rng)
        if client is None or self.editor.type != "notebook":
            return
        id = f"n{rng.getrandbits(40):x}"
        at = rng.randint(0, len(client.cells))
        add_cell(client.cells, at, id, self.ledger.wrote(client.name, id) + "\n")

    def do_delete_cell(self, rng: Random) -> None:
        client = self._typist(rng)
        if client is None or len(client.cells) < 3:
            return
        at = rng.randrange(len(client.cells))
        self.ledger.shook(client.cells[at]["id"], "delete")
        del client.cells[at]

    def do_move_cell(self, rng: Random) -> None:
        client = self._typist(rng)
        if client is None or len(client.cells) < 2:
            return
        start, end = (rng.randrange(len(client.cells)) for _ in range(2))
        if start != end:
            self.ledger.shook(client.cells[start]["id"], "move")
            move_cell(client.cells, start, end)

    # --- steps: the network

    def do_offline(self, rng: Random) -> None:
        client = rng.choice(self.clients)
        client.wanted = False
        if client.line is not None:
            client.cut(rng.randint(0, len(client.line.up)))

    def do_online(self, rng: Random) -> None:
        for client in self.clients:
            if rng.random() < 0.7:
                client.wanted = True
                if client.line is None:
                    self._connect(client)

    def do_blink(self, rng: Random) -> None:
        """A connection breaks, and the client connects again before the server knows."""
        client = rng.choice(self.clients)
        if client.line is not None:
            client.line.stalled = rng.random() < 0.5
            client.cut(rng.randint(0, len(client.line.up)))
            self._connect(client)

    def do_reload(self, rng: Random) -> None:
        """A page is closed, and opened again once there is a network."""
        clients = [client for client in self.clients if isinstance(client, CollabClient)]
        if clients:
            client = rng.choice(clients)
            if client.line is not None:
                client.cut(rng.randint(0, len(client.line.up)))
            self.excuses.reloads(client)

    def do_stall(self, rng: Random) -> None:
        if self.lines:
            rng.choice(self.lines).stalled = True

    def do_some(self, rng: Random) -> None:
        """A few small steps, in any order."""
        for _ in range(rng.randint(1, 12)):
            life = self.server.life
            steps: list[Callable[[], Any]] = []
            for line in self.lines:
                if not line.stalled:
                    steps += [partial(self._deliver_up, line)] if line.up else []
                    steps += [partial(self._deliver_down, line)] if line.down else []
            if life is not None:
                steps += [partial(life.step, job) for job in life.jobs]
            if steps:
                rng.choice(steps)()

    def do_pump(self, rng: Random) -> None:
        self.pump(force=rng.random() < 0.3)

    def do_wait(self, rng: Random) -> None:
        self.advance(rng.choice([0.02, 0.1, 1.0, 1.5, 6.0]), pump=rng.random() < 0.8)

    def do_sleep(self, rng: Random) -> None:
        self.advance(rng.choice([70.0, 4000.0]), pump=rng.random() < 0.8)

    def do_leave_all(self, rng: Random) -> None:
        """Everybody goes away for so long that the room is closed."""
        for client in self.clients:
            client.wanted = False
            client.cut(100)
        self.advance(200.0)

    # --- steps: the server

    def do_restart(self, rng: Random) -> None:
        life = self.server.life
        if life is None:
            return
        life.post(ev.Closing())
        for _ in range(200):
            if life.room.is_settled:
                break
            self.pump()
            self.now += 0.05
        life.post(ev.Closing())
        if self.server.life is life:
            self.server.close_room(CloseCode.GOING_AWAY)

    def do_kill(self, rng: Random) -> None:
        self.server.kill(rng.randint(0, 4), rng.random())
        for client in self.clients:
            line = client.line
            if line is not None and line.over:
                for _ in range(rng.randint(0, len(line.down))):
                    if client.line is line:
                        self._deliver_down(line)
                if client.line is line:
                    client.cut(0)

    def do_lose_store(self, _rng: Random) -> None:
        self.excuses.losing()
        self.store.lose()

    def do_damage_store(self, rng: Random) -> None:
        """The end of the history becomes unreadable, or all of it."""
        self.excuses.losing()
        self.store.damage(rng.randint(1, 6))

    def do_back_up_store(self, _rng: Random) -> None:
        self.store.back_up()

    def do_put_back_store(self, rng: Random) -> None:
        """A server ends, and the next one finds an older state of the store."""
        end = rng.choice([self.do_kill, self.do_restart])
        end(rng)
        if self.server.life is None and self.store.has_copy:
            self.excuses.losing()
            self.store.put_back()
            self.excuses.put_back()

    def do_store_fails(self, rng: Random) -> None:
        self.store.trouble = rng.choice(["full", "locked", "late", "full"])
        self.excuses.troubled()

    def do_store_mends(self, _rng: Random) -> None:
        self.store.trouble = None

    def do_edit_on_server(self, rng: Random) -> None:
        """Code on the server, such as a chat or a kernel's output, writes into the document."""
        life = self.server.life
        if life is None or self.editor.type != "file":
            return
        word = self.ledger.wrote("server", "")
        insert_word(life.room.replica.doc["source"], word, rng)
        if rng.random() < 0.5:
            life.post(ev.Edited())
        else:
            life.jobs.append(_later(life))

    # --- steps: the disk

    @property
    def _path(self) -> str:
        return self.files.path(self._file_id)

    @property
    def data(self) -> bytes | None:
        try:
            return self.files.content(self._path)
        except Exception:  # noqa: BLE001
            return None

    def do_disk_full(self, _rng: Random) -> None:
        self.files.disk_full = True

    def do_disk_free(self, _rng: Random) -> None:
        self.files.disk_full = False

    def do_outside_write(self, rng: Random) -> None:
        data = self.data
        texts = self.editor.in_file(data) if data is not None else {}
        if data is None or not texts:
            return
        cell = rng.choice(sorted(texts))
        word = self.ledger.wrote("outside", cell)
        changed = self.editor.edit_file(data, cell, lambda text: with_word(text, word, rng))
        self.files.outside_write(self._path, changed)

    def do_outside_delete_word(self, rng: Random) -> None:
        data = self.data
        if data is None:
            return
        texts = self.editor.in_file(data)
        known = [
            (cell, name)
            for cell, text in sorted(texts.items())
            for name, word in self.ledger.words.items()
            if name in WORD.findall(text) and not word.fresh
        ]
        if known:
            cell, name = rng.choice(known)
            changed = self.editor.edit_file(data, cell, lambda text: without_word(text, name))
            self.files.outside_write(self._path, changed)
            self.ledger.deleted(name, "outside")
            self.excuses.deleted_outside(name)

    def do_outside_cells(self, rng: Random) -> None:
        """Another program adds, deletes or moves cells."""
        data, editor = self.data, self.editor
        if data is None or not isinstance(editor, NotebookEditor):
            return
        how = rng.choice([self._add_outside, self._delete_outside, self._reorder_outside])
        self.files.outside_write(self._path, editor.edit_cells(data, lambda cells: how(cells, rng)))

    def _add_outside(self, cells: list[Any], rng: Random) -> None:
        id = f"o{rng.getrandbits(40):x}"
        text = self.ledger.wrote("outside", id) + "\n"
        cells.insert(rng.randint(0, len(cells)), file_cell(id, text))

    def _delete_outside(self, cells: list[Any], rng: Random) -> None:
        if len(cells) > 2:
            self.ledger.shook(cells.pop(rng.randrange(len(cells)))["id"], "delete")

    def _reorder_outside(self, cells: list[Any], rng: Random) -> None:
        for cell in cells:
            self.ledger.shook(cell["id"], "move")
        rng.shuffle(cells)

    def do_rename(self, rng: Random) -> None:
        if self.data is not None:
            self.files.outside_rename(self._path, f"doc-{rng.getrandbits(20):x}")

    def do_remove(self, _rng: Random) -> None:
        if self.data is not None:
            self._last = self.files.content(self._path)
            self.excuses.removed(self._last)
            self.files.outside_delete(self._path)

    def do_bring_back(self, _rng: Random) -> None:
        if self.data is None:
            self.files.outside_write(self._path, self._last)

    def do_rest(self, _rng: Random) -> None:
        self.rest()


def _later(life: Life) -> Any:
    yield True
    life.post(ev.Edited())
