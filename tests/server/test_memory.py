"""Nothing is left of rooms that were closed, and what they took is given back."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import re
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_collab import workers
from jupyter_collab.protocol.identity import ConnectionId, Lineage, RoomId
from jupyter_collab.protocol.messages import SyncStep2
from jupyter_collab.room import events as ev
from jupyter_collab.room.opening import RoomPolicy
from jupyter_collab.room.saving import SavePolicy
from jupyter_collab.room.session import Person
from jupyter_collab.server import memory
from jupyter_collab.server.beginnings import Beginnings
from jupyter_collab.server.clock import make_clock
from jupyter_collab.server.memory import LONGEST, PAUSE, Trimmer, share_one_heap, system_trim
from jupyter_collab.server.opening import RoomOpener
from jupyter_collab.server.rooms import Rooms
from jupyter_collab.server.sockets.connection import Connection
from jupyter_collab.server.sockets.wire import Packet
from jupyter_collab.server.telemetry import Telemetry
from jupyter_collab.settings import FLUSH_WINDOW
from jupyter_collab.store.compaction import BY_DEFAULT
from jupyter_collab.store.sqlite.log import SQLiteUpdateLog
from jupyter_collab.workers import in_thread
from tests.files.memory import MemoryFiles
from tests.waiting import TIMEOUT, asynchronous

LOG = logging.getLogger("test")


class Wire:
    """A socket that nobody reads."""

    def write(self, packet: Packet) -> None:
        pass

    def pending_bytes(self) -> int:
        return 0

    def when_read(self, go_on: Callable[[], None]) -> None:
        pass

    def close(self, code: int, reason: str) -> None:
        pass


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What is freed is freed because nobody holds it, not because Python looked for cycles."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def make_rooms(folder: Path, files: MemoryFiles) -> tuple[Rooms, SQLiteUpdateLog]:
    update_log = SQLiteUpdateLog(folder / "store.db", log=LOG)
    opener = RoomOpener(
        files=files,
        update_log=update_log,
        policy=RoomPolicy(SavePolicy(None, 5.0), cleanup_delay=0.0, flush_window=FLUSH_WINDOW),
        compaction=BY_DEFAULT,
        clock=make_clock(),
        telemetry=Telemetry(None),
        log=LOG,
        beginnings=Beginnings(
            update_log=update_log,
            new_client_id=iter(range(10**6, 10**7)).__next__,
            new_lineage=lambda: Lineage("another"),
            in_thread=in_thread,
            log=LOG,
        ),
    )
    return Rooms(opener.open, lambda: None, LOG), update_log


async def visit(rooms: Rooms, id: RoomId, number: int, *, wake: bool) -> list[weakref.ref[object]]:
    """Open a room, look at it, leave it, and wait until it is closed."""
    actor = await rooms.open(id)
    connection = Connection(ConnectionId(number), Wire(), 0)
    assert actor.join(connection, Person("ada", {}, "edit", True), actor.room.lineage)
    actor.post(ev.Received(connection.id, SyncStep2(b"\0\0")))
    parts: list[object] = [actor, actor.room, actor.room.replica, actor.history]
    if wake:
        parts.append(actor.room.replica.doc)
    traces = [weakref.ref(part) for part in parts]
    actor.leave(connection)
    del actor, parts
    while len(rooms):
        await asyncio.sleep(0)
    return traces


def threads() -> int:
    """Those that are not workers, whose pool grows to its size when it has much to do."""
    return sum(not thread.name.startswith(workers.NAME) for thread in threading.enumerate())


def handles() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - it is not there on other systems


@asynchronous
async def open_and_close(folder: Path, times: int) -> None:
    files = MemoryFiles({f"{number}.txt": f"document {number}\n" for number in range(10)})
    ids = [await files.file_id(f"{number}.txt") for number in range(10)]
    rooms, update_log = make_rooms(folder, files)
    room_ids = [RoomId.parse(f"text:file:{file_id}") for file_id, _ in ids]
    for number, id in enumerate(room_ids):
        # These are built from their files; later they come from the store.
        traces = await visit(rooms, id, number, wake=number % 2 == 0)
        await asyncio.sleep(0)
        assert [trace() for trace in traces] == [None] * len(traces)
    before = (len(asyncio.all_tasks()), threads(), handles())
    objects = len(gc.get_objects())
    for number in range(times):
        traces = await visit(rooms, room_ids[number % 10], number, wake=True)
        await asyncio.sleep(0)
        assert [trace() for trace in traces] == [None] * len(traces)
    assert (len(asyncio.all_tasks()), threads(), handles()) == before
    # Less than one object for two openings.
    assert len(gc.get_objects()) - objects < times / 2
    await rooms.close(1.0)
    await update_log.close()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="handles are counted on Linux")
@pytest.mark.usefixtures("no_collector")
def test_a_thousand_openings_leave_nothing(tmp_path: Path) -> None:
    open_and_close(tmp_path, 1000)


class Loop:
    """Time, by hand, for what asks the running loop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.due: dict[Callable[[], None], float] = {}
        monkeypatch.setattr(asyncio, "get_running_loop", lambda: self)

    def time(self) -> float:
        return self.now

    def call_at(self, at: float, call: Callable[[], None]) -> Loop:
        self.due[call] = at
        return self

    def cancel(self) -> None:
        self.due.clear()

    def pass_to(self, now: float) -> None:
        self.now = now
        for call, at in list(self.due.items()):
            if at <= now:
                del self.due[call]
                call()


def test_memory_is_given_back_once_things_have_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, trimmed = Loop(monkeypatch), []
    trimmer = Trimmer(lambda: trimmed.append(loop.now))
    trimmer.stirred()
    loop.pass_to(PAUSE / 2)
    trimmer.stirred()
    loop.pass_to(PAUSE)
    assert trimmed == []
    loop.pass_to(PAUSE * 1.5)
    assert trimmed == [PAUSE * 1.5]
    loop.pass_to(100)
    assert len(trimmed) == 1, "nothing has happened since"


def test_memory_is_given_back_while_rooms_come_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, trimmed = Loop(monkeypatch), []
    trimmer = Trimmer(lambda: trimmed.append(loop.now))
    for step in range(40):
        loop.pass_to(step * PAUSE / 2)
        trimmer.stirred()
    assert trimmed[0] == LONGEST
    assert len(trimmed) == pytest.approx(20 * PAUSE / LONGEST, abs=1)


def test_memory_is_given_back_when_the_threads_that_worked_have_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of them keeps some of what was freed for itself."""
    done: list[str] = []
    trimmed = threading.Event()

    class Ending:
        def shutdown(self) -> None:
            done.append("ended")

    class Library:
        @staticmethod
        def malloc_trim(_keep: int) -> None:
            done.append("trimmed")
            trimmed.set()

    monkeypatch.setattr(memory, "let_go", Ending)
    monkeypatch.setattr("ctypes.CDLL", lambda _name: Library)
    give_back = system_trim()
    assert give_back is not None
    give_back()
    assert trimmed.wait(TIMEOUT)
    assert done == ["ended", "trimmed"]


def test_systems_that_give_nothing_back_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda _name: object())
    assert system_trim() is None
    share_one_heap()
    Trimmer(system_trim()).stirred()  # needs no loop, and sets no timer


ARENAS = """
import ctypes, sys, threading
from jupyter_collab.server import memory
from jupyter_collab.server.memory import share_one_heap

libc = ctypes.CDLL(None)
if not hasattr(libc, "mallopt"):
    sys.exit("no glibc")
share_one_heap()
for _ in range(3):
    thread = threading.Thread(target=libc.malloc, args=(1000,))
    thread.start()
    thread.join()
libc.malloc_stats()
"""


def test_threads_share_one_heap() -> None:
    """So that there are not as many with holes as there were threads."""
    done = subprocess.run(
        [sys.executable, "-c", ARENAS], capture_output=True, text=True, check=False
    )
    if "no glibc" in done.stderr:
        pytest.skip("another C library")
    assert re.findall(r"^Arena \d+", done.stderr, re.MULTILINE) == ["Arena 0"], done.stderr
