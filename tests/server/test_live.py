"""Code on the server that has the document itself (O9, O13)."""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import indent
from typing import Any

import nbformat
import pytest
from jupyter_server.serverapp import ServerApp
from pycrdt import Text

from jupyter_collab.protocol.close import CloseCode
from jupyter_collab.protocol.identity import RoomId
from jupyter_collab.server.live import model as module
from jupyter_collab.server.live import threads
from tests.waiting import until

from .client import WireClient, presence, states
from .conftest import Connect

NAMED = {"path": "notes.txt", "content_type": "file", "file_format": "text"}


@pytest.fixture
def notes(jp_root_dir: Path) -> Path:
    path = jp_root_dir / "notes.txt"
    path.write_text("one\n")
    return path


@pytest.fixture
def app(notes: Path, app: Any) -> Any:
    return app


async def test_the_example_in_the_docs_gives_a_valid_notebook(
    notes: Path, jp_serverapp: ServerApp
) -> None:
    """M10."""
    page = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")
    example = page.partition("## From Python")[2].split("```")[1].removeprefix("python\n")
    path = notes.with_name("analysis.ipynb")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("0")]), path)
    names: dict[str, Any] = {}
    # It is our own page.
    exec(f"async def run(serverapp):\n{indent(example, '    ')}    return notebook\n", names)  # noqa: S102
    notebook = await names["run"](jp_serverapp)
    await until(lambda: "1 + 1" in path.read_text("utf-8"))
    written = nbformat.read(path, nbformat.NO_CONVERT)
    nbformat.validate(written)
    assert [cell["source"] for cell in written.cells] == ["0", "1 + 1"]
    assert notebook.cell_number == 2


async def test_what_is_typed_while_code_waits_in_a_transaction_is_kept(
    notes: Path,
    app: Any,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LONG", 0.0)
    ada, bob = await connect("notes.txt"), await connect("notes.txt")
    live = await app.get_document(**NAMED, copy=False)
    source = live.ydoc.get("source", type=Text)
    begun = asyncio.Event()

    async def agent() -> None:
        async with live.ydoc.transaction():
            source.insert(0, "agent ")
            begun.set()
            await until(lambda: "has a transaction of notes.txt open" in caplog.text)
            source.insert(0, "an ")

    work = asyncio.create_task(agent())
    await begun.wait()
    for number in range(30):
        ada.text += f"w{number} "
    await work
    ada.text += "end "
    await ada.durable()
    words = "".join(f"w{number} " for number in range(30))
    await until(lambda: str(bob.text) == live.source == f"an agent one\n{words}end ")
    await until(lambda: str(ada.text) == notes.read_text() == live.source)
    assert (ada.closed, bob.closed) == (None, None)


async def test_code_that_fails_as_it_observes_a_document_takes_nothing_with_it(
    notes: Path, app: Any, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    ada, bob = await connect("notes.txt"), await connect("notes.txt")
    live = await app.get_document(**NAMED, copy=False)

    def fail(*_: Any) -> None:
        raise KeyError("a mistake in an agent")

    live.observe(fail)
    live.ydoc.observe(fail)
    for number in range(5):
        ada.text += f"w{number} "
        await ada.durable()
    await until(lambda: str(bob.text) == notes.read_text() == "one\nw0 w1 w2 w3 w4 ")
    assert (ada.closed, bob.closed) == (None, None)
    assert "Code on the server that observes a document has failed" in caplog.text


async def test_code_in_another_thread_is_told_of_once(
    notes: Path, app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    live = await app.get_document(**NAMED, copy=False, create=True)
    live.source += "two\n"
    assert "in another thread" not in caplog.text
    for word in ("three\n", "four\n"):
        await until(lambda: notes.read_text() == live.source)
        await asyncio.to_thread(live.ydoc.get("source", type=Text).insert, 0, word)
    assert caplog.text.count("changes notes.txt in another thread") == 1
    await until(lambda: notes.read_text() == "four\nthree\none\ntwo\n")


async def test_code_in_another_thread_takes_turns_with_those_who_type(
    notes: Path, app: Any, connect: Connect
) -> None:
    ada, bob = await connect("notes.txt"), await connect("notes.txt")
    live = await app.get_document(**NAMED, copy=False)

    def work() -> None:
        for number in range(50):
            live.ydoc.get("source", type=Text).insert(0, f"t{number} ")
            with live.ydoc.transaction():
                live.ydoc.get("source", type=Text).insert(0, "in ")
                live.ydoc.get("source", type=Text).insert(0, "one ")
                assert live.source.startswith("one in ")
            assert f"t{number} " in live.source

    working = asyncio.gather(*(asyncio.to_thread(work) for _ in range(3)))
    typed = 0
    while not working.done():
        ada.text += f"w{typed} "
        typed += 1
        late = await connect("notes.txt")  # is sent the document as it is just then
        await late.close()
    await working
    await ada.durable()
    words = [f"w{number}" for number in range(typed)]
    await until(lambda: str(bob.text) == str(ada.text) == live.source == notes.read_text())
    assert live.source.split("\n")[1].split() == words
    found = live.source.split("one\n")[0].split()
    assert sorted(found) == sorted(["one", "in"] * 150 + [f"t{n}" for n in range(50)] * 3)
    assert (ada.closed, bob.closed) == (None, None)


async def test_a_thread_that_gets_no_turn_is_told_at_the_call(
    notes: Path, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event loop waits for the thread, which waits for the event loop."""
    monkeypatch.setattr(threads, "PATIENCE", 0.05)
    live = await app.get_document(**NAMED, copy=False, create=True)
    source = live.ydoc.get("source", type=Text)
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(TimeoutError, match=r"Change the document in the event loop"):
            pool.submit(source.insert, 0, "never ").result()
        monkeypatch.undo()
        await asyncio.wrap_future(pool.submit(source.insert, 0, "then "))

        async def agent() -> None:
            async with live.ydoc.transaction():
                source.insert(0, "and ")

        await asyncio.wrap_future(pool.submit(asyncio.run, agent()))
    live.source += "there\n"
    await until(lambda: notes.read_text() == "and then one\nthere\n")


async def test_a_thread_that_waits_for_the_event_loop_in_a_transaction_holds_it_up_for_a_while_only(
    notes: Path, app: Any, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "LONGEST", 0.0)
    live = await app.get_document(**NAMED, copy=False, create=True)
    loop = asyncio.get_running_loop()

    def work() -> None:
        with live.ydoc.transaction():
            live.ydoc.get("source", type=Text).insert(0, "zero\n")
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()

    await asyncio.to_thread(work)
    await until(lambda: notes.read_text() == "zero\none\n")
    assert "has a transaction open in another thread" in caplog.text


async def test_a_document_stays_open_for_code_that_has_it(
    notes: Path, app: Any, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    rooms = app.services.rooms
    notes.with_name("other.txt").write_text("")
    live = await app.get_document(**NAMED, copy=False, create=True)
    (actor,) = rooms
    live.source += "two\n"
    for _ in range(2):
        await until(lambda: actor.room.is_settled)  # no room is closed before
        other = await connect("other.txt")
        assert len(rooms) == 2
        await other.close()
        await until(lambda: len(rooms) == 1)
        live.source += "more\n"
        await until(lambda: notes.read_text() == live.source)
    ada = await connect("notes.txt")
    assert str(ada.text) == live.source == "one\ntwo\nmore\nmore\n"
    await ada.close()
    doc = live.ydoc
    live = None
    gc.collect()
    await until(lambda: not len(rooms))
    for word in ("late ", "later "):
        doc.get("source", type=Text).insert(0, word)
    assert caplog.text.count("changed a document of notes.txt that was closed") == 1


ROBOT = {"username": "robot", "name": "Robot", "color": "#334455"}


async def test_code_is_present_as_a_person_until_it_lets_go(
    notes: Path, app: Any, connect: Connect
) -> None:
    ada = await connect("notes.txt")
    await ada.send(presence(7, {"user": {}, "cells": {"active": "c1"}}))
    live = await app.get_document(**NAMED, copy=False)
    other = await app.get_document(**NAMED, copy=False)
    await until(lambda: 7 in live.awareness.states)
    assert live.awareness.states[7]["cells"] == {"active": "c1"}
    assert not states(ada).keys() - {7}, "who only reads is not there"
    robot = live.awareness.client_id
    live.awareness.set_local_state_field("user", ROBOT)
    live.awareness.set_local_state_field("cursors", [{"primary": True}])
    await ada.until(lambda: "cursors" in states(ada).get(robot, {}))
    bob = await connect("notes.txt")
    await bob.until(lambda: robot in states(bob))
    said = {"user": ROBOT, "cursors": [{"primary": True}]}
    assert states(ada)[robot] == states(bob)[robot] == other.awareness.states[robot] == said
    # One that speaks for many has a client for each.
    live.awareness.client_id = 12345
    live.awareness.set_local_state({"user": {"name": "Second"}})
    live.awareness.client_id = robot
    await asyncio.to_thread(live.awareness.set_local_state_field, "where", "in a thread")
    await ada.until(lambda: 12345 in states(ada) and "where" in states(ada)[robot])
    await ada.send(presence(robot, {"user": {}, "mine": True}, clock=99))
    await ada.send(presence(7, {"user": {}, "here": True}, clock=2))
    await until(lambda: "here" in live.awareness.states[7])
    assert "mine" not in states(bob)[robot]
    live = None
    gc.collect()
    await ada.until(lambda: states(ada)[robot] is None and states(ada)[12345] is None)
    await until(lambda: other.awareness.states.keys() == {7, other.awareness.client_id})


async def test_extensions_find_open_documents_where_they_look_for_them(
    notes: Path, app: Any, connect: Connect
) -> None:
    """Jupyter AI's tools look into jupyter-collaboration's server of rooms at each step."""
    server = app.ywebsocket_server
    assert not server.room_exists("JupyterLab:globalAwareness")
    ada = await connect("notes.txt")
    id = str(room_of(ada))
    assert list(server.rooms) == [id]
    assert server.room_exists(id)
    (await server.get_room(id)).awareness.set_local_state_field("user", ROBOT)
    await ada.until(lambda: ROBOT in [state["user"] for state in states(ada).values()])
    (await server.get_room(id)).awareness.set_local_state_field("cells", {"active": "c1"})
    await ada.until(lambda: any("cells" in state for state in states(ada).values()))
    assert len(states(ada)) == 1, "the same person"
    document = (await server.get_room(id))._document  # noqa: SLF001 - as they do
    document.source += "tool\n"
    await ada.until(lambda: str(ada.text) == "one\ntool\n")
    document = None
    await ada.close()
    gc.collect()
    await until(lambda: not len(app.services.rooms))
    assert not server.room_exists(id)
    with pytest.raises(KeyError):
        await server.get_room(id)


async def test_code_that_says_what_nobody_can_read_is_told_at_once(
    notes: Path, app: Any, connect: Connect
) -> None:
    ada = await connect("notes.txt")
    live = await app.get_document(**NAMED, copy=False)
    robot = live.awareness.client_id
    live.awareness.set_local_state({"user": ROBOT})
    for wrong in (float("nan"), "\ud800", Path(), "x" * 2**18):
        with pytest.raises(ValueError, match="Others cannot read this presence state"):
            live.awareness.set_local_state_field("wrong", wrong)
    live.awareness.set_local_state_field("right", 1)
    await ada.until(lambda: "right" in states(ada).get(robot, {}))
    assert states(ada)[robot] == {"user": ROBOT, "right": 1}
    live.awareness.set_local_state(None)
    await ada.until(lambda: states(ada)[robot] is None)


async def test_code_that_stays_says_so_from_time_to_time(
    notes: Path, app: Any, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O13: browsers take for gone who is silent for half a minute."""
    monkeypatch.setattr(module, "RENEW", 0.0)
    ada = await connect("notes.txt")
    live = await app.get_document(**NAMED, copy=False)
    live.awareness.set_local_state({"user": ROBOT})
    heard = len(ada.frames)
    await ada.until(lambda: sum(frame[0] == 1 for frame in ada.frames[heard:]) > 2)
    assert states(ada)[live.awareness.client_id] == {"user": ROBOT}


async def test_code_that_fails_as_it_observes_who_is_there_takes_nobody_with_it(
    notes: Path, app: Any, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    ada, bob = await connect("notes.txt"), await connect("notes.txt")
    live = await app.get_document(**NAMED, copy=False)
    other = await app.get_document(**NAMED, copy=False)

    def fail(*_: Any) -> None:
        raise KeyError("a mistake in an agent")

    live.awareness.observe(fail)
    await ada.send(presence(7, {"user": {}, "here": True}))
    await bob.until(lambda: 7 in states(bob))
    await until(lambda: 7 in other.awareness.states)
    assert "Code on the server that observes an awareness has failed" in caplog.text


@pytest.mark.parametrize("where", ["apply", "admit", "set_state"])
async def test_a_fault_in_the_middle_is_no_acknowledgement(
    notes: Path, app: Any, connect: Connect, where: str
) -> None:
    """Who wrote what was being taken in has it still, and brings it again."""
    ada, bob = await connect("notes.txt"), await connect("notes.txt")
    for client in (ada, bob):
        await client.durable()  # so that the fault meets the word, not what each began with
    room = app.services.rooms.get(room_of(ada)).room
    owner = room._publisher.intake if where == "admit" else room.replica  # noqa: SLF001 - as it is
    work, faults = getattr(owner, where), iter([RuntimeError("a fault of ours")])

    def fail_once(*args: Any) -> Any:
        for fault in faults:
            raise fault
        return work(*args)

    setattr(owner, where, fail_once)
    ada.text += "two "
    assert (await ada.until_closed())[0] == CloseCode.SERVER_ERROR
    assert ada.acked == ada.sent - 1
    if where != "apply":  # then it is in the document, and in nobody's hands
        assert (await bob.until_closed())[0] == CloseCode.SERVER_ERROR
    again = await connect("notes.txt")
    assert str(again.text) == "one\n"
    again.doc.apply_update(ada.doc.get_update())
    await again.durable()
    await until(lambda: notes.read_text() == "one\ntwo ")


def room_of(client: WireClient) -> RoomId:
    return RoomId.parse(f"text:file:{client.session['fileId']}")
