"""How a room starts from what the log has and what its file says."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest
from pycrdt import Array, Doc, Text, get_state

from jupyter_collab.errors import StoreError
from jupyter_collab.files.port import DocumentFile, FileContent, FileVersion
from jupyter_collab.protocol.identity import FileId, Lineage, RoomId
from jupyter_collab.protocol.messages import EMPTY_UPDATE
from jupyter_collab.room import events as ev
from jupyter_collab.room.content.build import build
from jupyter_collab.room.replica import LARGE
from jupyter_collab.server.beginnings import Beginnings
from jupyter_collab.server.histories.replaying import content
from jupyter_collab.server.histories.starting import Start
from jupyter_collab.store.perform import perform
from jupyter_collab.store.port import More, SavedMark, StoredHistory
from jupyter_collab.store.requests import Discovered, Look
from jupyter_collab.workers import in_thread
from tests.contracts.update_log import at
from tests.room.notebooks import code, notebook
from tests.store.disturbed import DisturbedLog
from tests.waiting import asynchronous

ROOM = RoomId("text", "file", FileId("f1"))
NOTEBOOK = RoomId("json", "notebook", FileId("f2"))


class Log(DisturbedLog):
    """Refuses the calls in ``broken``."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: set[str] = set()
        self.started: list[RoomId] = []

    @contextmanager
    def around(self, call: str, room: RoomId) -> Iterator[None]:
        if call in self.broken:
            raise StoreError("The store is locked")
        if call == "start":
            self.started.append(room)
        yield


class File:
    """As much of a file as is asked of it here."""

    path = "notes.txt"

    def __init__(self, content: Any, last_modified: float = 0.0) -> None:
        self._content = content
        self._version = FileVersion(f"of {content}", last_modified)
        self.asked: list[str] = []

    async def peek(self) -> FileVersion:
        self.asked.append("peek")
        return self._version

    def expect(self, fingerprint: str) -> None:
        assert fingerprint == self._version.fingerprint
        self.asked.append("expect")

    async def read(self) -> FileContent:
        self.asked.append("read")
        return FileContent(self._content, self._version)


class World:
    """A log, a file, and one server after the other."""

    def __init__(self) -> None:
        self.log = Log()
        self.file = File("")
        numbers = itertools.count(1)
        self._beginnings = Beginnings(
            update_log=self.log,
            new_client_id=lambda: next(numbers),
            new_lineage=lambda: Lineage(f"new-{next(numbers)}"),
            in_thread=in_thread,
            log=logging.getLogger("tests.beginnings"),
        )

    async def open(self, content: Any, room: RoomId = ROOM, last_modified: float = 0.0) -> Start:
        self.file = File(content, last_modified)
        stored = await self._beginnings.load(room)
        return await self._beginnings.open(room, stored, cast(DocumentFile, self.file))

    async def stored(self) -> StoredHistory:
        stored = await self.log.load(ROOM)
        assert stored is not None
        return stored

    async def work(self, start: Start, now: float = 0.0) -> list[Any]:
        """Let the journal write all it can; what it tells."""
        told: list[Any] = []
        start.journal.hurry()
        while (request := start.journal.next_request(now)) is not None:
            answer = await perform(self.log, ROOM, start.opening.lineage, request)
            told += start.journal.hear(answer, now)
        return told

    async def edit(self, start: Start, text: str) -> bytes:
        """Type ``text`` at the end; returns the update, which is logged."""
        doc = start.opening.replica.doc
        before = doc.get_state()
        source: Text = doc.get("source", type=Text)
        source += text
        update = doc.get_update(before)
        start.journal.append(at((await self.stored()).position + 1), update)
        await self.work(start)
        return update

    async def begin(self, text: str = "one\n", *edits: str) -> Start:
        """A room that was built from the file, with some edits that are not in the file."""
        start = await self.open(text)
        await self.work(start)
        for edit in edits:
            await self.edit(start, edit)
        return start

    async def close(self, start: Start) -> None:
        start.journal.release()
        await self.work(start)


def text_of(start: Start) -> Any:
    return start.opening.replica.document.source()


@pytest.fixture
def world() -> World:
    return World()


@asynchronous
async def test_an_open_room_has_a_live_mark(world: World) -> None:
    """S20"""
    start = await world.begin("one\n", "two\n")
    saved = (await world.stored()).saved
    assert saved == SavedMark(at(1), "of one\n", live=True)
    await world.close(start)
    assert (await world.stored()).saved == replace(saved, live=False)
    again = await world.open("one\n")
    assert (await world.stored()).saved == saved, "before anybody is shown the room"
    assert again.opening.lineage == start.opening.lineage
    assert text_of(again) == "one\ntwo\n"


@asynchronous
async def test_after_a_clean_end_the_file_may_be_anything(world: World) -> None:
    """L5: another program has changed it, which is merged into the same history."""
    start = await world.begin("one\n", "two\n")
    await world.close(start)
    again = await world.open("one\nthree\n")
    assert again.opening.lineage == start.opening.lineage
    assert again.events == (ev.Logged(at(2)),)
    assert sorted(text_of(again).split()) == ["one", "three", "two"], "before anybody sees it"
    await world.work(again)
    after = await world.stored()
    assert (after.position, after.lineage) == (at(3), start.opening.lineage)
    assert after.saved == SavedMark(at(1), "of one\nthree\n", (at(3),), live=True)


Change = Callable[[SavedMark], SavedMark]


@pytest.mark.parametrize(
    ("file", "mark"),
    [
        ("one\n", lambda mark: mark),
        ("one\ntwo\n", lambda mark: replace(mark, writing=at(2))),
        ("one\ntwo\nthree\n", lambda mark: mark),
        ("one\n", lambda mark: replace(mark, fingerprint="of the same, laid out otherwise")),
    ],
    ids=["unchanged", "being written", "all of it", "laid out otherwise"],
)
def test_after_a_death_the_history_goes_on_where_it_knows_the_file(file: str, mark: Change) -> None:
    """L5"""

    async def main() -> None:
        world = World()
        start = await world.begin("one\n", "two\n", "three\n")
        saved = (await world.stored()).saved
        assert saved is not None
        await world.log.mark_saved(ROOM, start.opening.lineage, mark(saved))
        again = await world.open(file)
        assert again.opening.lineage == start.opening.lineage
        assert text_of(again) == "one\ntwo\nthree\n"
        await world.work(again)
        after = await world.stored()
        assert after.saved is not None
        assert (after.saved.fingerprint, after.saved.live) == (f"of {file}", True)

    asyncio.run(main())


@asynchronous
async def test_others_go_on_from_what_a_write_has_left_that_was_cut_short(world: World) -> None:
    """L5: until the room has written the file again."""
    start = await world.begin("one\n", "two\n")
    saved = (await world.stored()).saved
    assert saved is not None
    mark = replace(saved, writing=at(2))
    await world.log.mark_saved(ROOM, start.opening.lineage, mark)
    again = await world.open("one\ntw")
    assert text_of(again) == "one\ntwo\n"
    assert again.opening.base == "one\ntw"
    assert again.opening.saved.position < again.opening.position, "it is to be written again"


@pytest.mark.parametrize(
    ("file", "copied", "text"),
    [
        ("one\n", 100.0, "one\ntwo\nthree\n"),
        ("one\ntw", 100.0, "one\ntwo\nthree\n"),
        ("one\ntw", 99.0, "one\ntwo\nthree\n"),
        ("", 100.0, "one\ntwo\nthree\n"),
        ("one\n", None, "one\nthree\n"),
        ("two\n", 100.0, "two\nthree\n"),
        ("one\n", 99.9, "one\nthree\n"),
        ("", 90.0, "three\n"),
    ],
    ids=[
        "older",
        "cut short",
        "cut short, behind the store",
        "emptied",
        "changed by somebody",
        "changed by somebody later",
        "put back to what it was by somebody later",
        "emptied by somebody later",
    ],
)
def test_what_a_file_lacks_that_was_copied_before_its_history(
    file: str, copied: float | None, text: str
) -> None:
    """L5: nobody has deleted it."""

    async def main() -> None:
        world = World()
        start = await world.begin("one\n", "two\n", "three\n")
        mark = SavedMark(at(2), "of one\ntwo\n", live=True, copied=copied)
        await world.log.mark_saved(ROOM, start.opening.lineage, mark)
        again = await world.open(file, last_modified=100.0)
        assert text_of(again) == text
        if copied and text.startswith("one\ntwo"):
            assert again.opening.lineage == start.opening.lineage
            assert again.opening.saved.position < again.opening.position, "it is written again"
        await world.work(again)
        saved = (await world.stored()).saved
        assert saved is not None
        assert saved.copied is None, "what is deleted from now on was deleted by somebody"

    asyncio.run(main())


@asynchronous
async def test_after_a_death_a_file_that_is_ahead_ends_the_lineage(world: World) -> None:
    """L5: with all its updates and its mark, so the file can be merged into it three ways."""
    start = await world.begin("one\n", "two\n")
    before = await world.stored()
    again = await world.open("one\ntwo\nthree\n")
    lineage = again.opening.lineage
    assert lineage != start.opening.lineage
    assert text_of(again) == "one\ntwo\nthree\n", "before anybody sees it"
    assert again.events == ()
    await world.work(again)
    after = await world.stored()
    assert (after.lineage, after.updates[:2]) == (lineage, before.updates)
    assert after.saved == SavedMark(at(3), "of one\ntwo\nthree\n", live=True)


@asynchronous
async def test_what_was_typed_after_a_write_that_the_log_was_not_told_of_stays(
    world: World,
) -> None:
    """L5: the server died as the log could be written again, before it had noted the write."""
    await world.begin("one\n", "two\n", "three\n", "four\n")
    again = await world.open("zero\none\ntwo\nthree\n")
    assert text_of(again) == "zero\none\ntwo\nthree\nfour\n"


@asynchronous
async def test_a_room_whose_mark_cannot_be_made_live_gets_a_lineage_of_its_own(
    world: World,
) -> None:
    """L5 S20: the log could not tell, later, that more was done than it knows."""
    start = await world.begin("one\n", "two\n")
    await world.close(start)
    before = await world.stored()
    world.log.broken = {"mark_saved", "start"}
    again = await world.open("one\n")
    assert again.opening.lineage != start.opening.lineage
    assert text_of(again) == "one\ntwo\n"
    await world.work(again)
    assert again.journal.degraded
    world.log.broken = set()
    await world.work(again, now=60)
    after = await world.stored()
    assert before.saved is not None
    assert after.saved == replace(before.saved, live=True)
    assert (after.lineage, after.updates) == (again.opening.lineage, before.updates)


@asynchronous
async def test_a_history_that_can_be_read_later_is_told_then(world: World) -> None:
    """S18"""
    start = await world.begin("one\n", "two\n")
    await world.close(start)
    before = await world.stored()
    world.log.broken = {"load"}
    again = await world.open("one\n")
    assert text_of(again) == "one\n"
    assert again.opening.lineage != start.opening.lineage, "L5"
    assert again.journal.next_request(0) == Look()
    world.log.broken = set()
    answer = await perform(world.log, ROOM, again.opening.lineage, Look())
    built = build("text", "file", "one\n")
    assert again.journal.hear(answer, 0) == [Discovered(before, built.update)]
    assert await world.stored() == before


@asynchronous
async def test_a_file_is_only_read_for_what_the_log_does_not_have(world: World) -> None:
    """S24"""
    start = await world.begin("one\n", "two\n")
    assert world.file.asked == ["read"], "the log had nothing"
    await world.close(start)
    again = await world.open("one\n")
    assert world.file.asked == ["peek", "expect"], "it has what was saved last"
    assert text_of(again) == "one\ntwo\n"
    assert again.opening.version.fingerprint == "of one\n"
    await world.close(again)
    again = await world.open("one\nthree\n")
    assert world.file.asked == ["peek", "read"]
    assert text_of(again) == "one\ntwo\nthree\n"
    world.log.broken = {"load"}
    await world.open("one\nthree\n")
    assert world.file.asked == ["read"], "nobody knows what was saved"


async def damage(world: World, count: int) -> StoredHistory:
    """A history whose updates from ``count`` on are no updates."""
    await world.begin("one\n", "two\n", "three\n", "four\n")
    stored = await world.stored()
    updates = (*stored.updates[:count], *(b"\xff damaged" for _ in stored.updates[count:]))
    damaged = replace(stored, lineage=Lineage("damaged"), updates=updates)
    more = More(updates[1:], stored.saved)
    await world.log.start(ROOM, damaged.lineage, updates[0], at(1), more)
    return damaged


@pytest.mark.parametrize(("count", "text"), [(3, "one\ntwo\nthree\n"), (1, "one\n"), (0, "one\n")])
def test_what_can_be_read_of_a_damaged_history_goes_on(count: int, text: str) -> None:
    """S19 L5"""

    async def main() -> None:
        world = World()
        bad = await damage(world, count)
        again = await world.open("one\n")
        assert world.file.asked == ["peek", "read"], "which it has not become by that"
        assert text_of(again) == text
        await world.work(again)
        after = await world.stored()
        assert after.updates == (bad.updates[:count] or (build("text", "file", "one\n").update,))
        assert after.lineage != bad.lineage
        aside = world.log.started[-2]
        assert aside.file_id.startswith("f1.damaged-")
        kept = await world.log.load(aside)
        assert kept is not None
        assert kept.updates == bad.updates

    asyncio.run(main())


@asynchronous
async def test_a_damaged_history_that_cannot_be_set_aside_stays(world: World) -> None:
    """S19"""
    bad = await damage(world, 2)
    world.log.broken = {"start"}
    again = await world.open("one\n")
    assert text_of(again) == "one\ntwo\n"
    world.log.broken = set()
    await world.work(again)
    assert again.journal.degraded
    assert await world.stored() == bad


@asynchronous
async def test_a_large_notebook_is_looked_at_before_somebody_waits_for_it(world: World) -> None:
    """W15: how many structs it has does not matter then."""
    output = {"output_type": "stream", "name": "stdout", "text": "x" * LARGE}
    source = notebook(code("a", "1", outputs=[output]), *(code(f"c{n}", "") for n in range(2000)))
    built = build("json", "notebook", source)
    await world.log.start(NOTEBOOK, built.lineage, built.update)
    edited: Doc[Any] = Doc()
    edited.apply_update(built.update)
    del edited.get("cells", type=Array)[2]
    await world.log.append(
        NOTEBOOK, built.lineage, at(2), edited.get_update(get_state(built.update))
    )
    start = await world.open(source, NOTEBOOK)
    made, later = start.opening.replica.everything()
    assert made.is_parted
    assert made.update == edited.get_update()
    assert later == EMPTY_UPDATE


def test_documents_of_readable_histories() -> None:
    """A position that lies before what the store still has cannot be known."""
    doc: Doc[Any] = Doc()
    text: Text = doc.get("source", type=Text)
    text += "x"
    stored = StoredHistory(Lineage("a"), (doc.get_update(),), at(5), None)
    assert content("file", stored, at(4)) is None
    assert content("file", stored, at(5)) == "x"
    assert content("file", stored, at(6)) is None
