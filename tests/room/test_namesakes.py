"""Two who write as one Yjs client: what the second of them writes would be lost (M23)."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from pycrdt import Doc, Map, Text

from jupyter_collab.protocol.close import MAX_REASON, CloseCode
from jupyter_collab.protocol.identity import ConnectionId
from jupyter_collab.protocol.messages import EMPTY_UPDATE, SyncStep1, SyncStep2, SyncUpdate
from jupyter_collab.room import intake
from jupyter_collab.room.yjs import namesakes
from jupyter_collab.room.yjs.namesakes import Together, contradict
from tests.room.notebooks import code, notebook
from tests.room.world import Client, World


def copied(client: Client, number: int) -> Client:
    """Another one with the same document and the same number, as of a process that was forked."""
    doc: Doc[Any] = Doc(client_id=client.doc.client_id)
    doc.apply_update(client.doc.get_update())
    twin = Client(ConnectionId(number), doc)
    twin.outgoing.clear()
    return twin


@pytest.mark.parametrize("pause", [0.1, 0.0])
@pytest.mark.parametrize("words", ["1 + 2", "ä + 2", ""])
def test_who_writes_as_somebody_else_is_told(words: str, pause: float) -> None:
    """M23: what is passed over is not taken for kept."""
    world = World(notebook(code("a", "1")))
    ada = world.open(1)
    twin = world.join(copied(ada, 2))
    world.say(twin, SyncStep2(EMPTY_UPDATE))
    for client, text in ((ada, "ada wrote this"), (twin, words)):
        cell = {"cell_type": "raw", "id": text, "source": Text(text), "metadata": Map()}
        client.cells.append(Map(cell))
    for client in (ada, twin):
        world.push(client)
        world.wait(pause)
    world.wait(0.1)
    closed = world.closed[twin.id]
    assert closed.code == CloseCode.BAD_REQUEST
    assert f"writes as the Yjs client {ada.doc.client_id}" in closed.reason
    assert len(closed.reason.encode()) <= MAX_REASON
    assert ada.id not in world.closed


def test_who_comes_back_may_say_again_what_it_has_said() -> None:
    """M23: with what it has written since, and in other parts."""
    world = World("")
    ada = world.open(1)
    before = ada.doc.get_state()
    for word in ("one ", "twö ", "three "):
        world.type(ada, word, len(ada.text))
    back = world.join(copied(ada, 2))
    back.text.insert(5, "and ")
    world.say(back, SyncStep2(back.doc.get_update(before)))
    back.outgoing.clear()
    world.wait(0.1)
    world.type(back, "four", len(back.text))
    assert world.text == str(back.text) == "one tand wö three four"
    assert not world.closed


def test_an_echo_is_known_again_at_once() -> None:
    """M23: some clients send back all that they receive."""
    world = World("")
    ada, echo = world.open(1), world.open(2)
    world.type(ada, "one")
    with patch.object(intake, "contradict", side_effect=AssertionError):
        echo.outgoing.append(world.log[-1])
        world.push(echo)
        world.wait(0.1)
        world.type(ada, "two")
    assert not world.closed


@pytest.mark.parametrize("has_written", [False, True])
def test_who_has_what_somebody_else_has_written_otherwise_since_is_not_closed(
    has_written: bool,
) -> None:
    """M23: after a crash a page has the last words of an agent that has begun again."""
    world = World("")
    page, agent = world.open(1), world.open(2)
    world.type(agent, "one ")
    lost, again = copied(agent, 3), world.join(copied(agent, 4))
    lost.text.insert(4, "two ")
    page.doc.apply_update(lost.doc.get_update())
    if has_written:
        page.text.insert(0, "zero ")
    back = world.join(Client(ConnectionId(5), page.doc))
    state_vector = back.last(SyncStep1).state_vector
    world.say(again, SyncStep2(EMPTY_UPDATE))
    world.type(again, "other ", 4)
    world.say(back, SyncStep2(page.doc.get_update(state_vector)))
    world.wait(0.1)
    if has_written:  # some clients say all that they have each time
        world.say(back, SyncUpdate(page.doc.get_update()))
        world.wait(0.1)
    assert not world.closed
    assert world.text == ("zero " if has_written else "") + "one other "


@pytest.mark.parametrize("deleted", [(0, 2), (1, 1), (2, 1), (2, 3)])
@pytest.mark.parametrize("clock", [0, 3])
def test_a_character_that_was_parted_makes_nobody_somebody_else(
    deleted: tuple[int, int], clock: int
) -> None:
    """M23: beside half a character Yrs counts otherwise than Yjs."""
    world = World("")
    ada, bob = world.open(1), world.open(2)
    first = bytes((1, 1, 5, 0, 4, 1, 6)) + b"source\x0ax\xf0\x9f\x98\x80hello\0"
    gone = bytes((2, 5, 0, 1, 1, 6)) + b"source" + b"\x03"
    rest = bytes((0x84, 5, 2)) + b"\x05hello"
    again = b"\x01" + (gone if clock == 0 else bytes((1, 5, 3))) + rest
    world.say(ada, SyncUpdate(first))
    world.wait(0.1)
    world.say(ada, SyncUpdate(bytes((0, 1, 5, 1, *deleted))))
    world.wait(0.1)
    world.say(bob, SyncUpdate(again + b"\0"))
    world.wait(0.1)
    assert not world.closed


def test_what_comes_behind_half_a_character_is_not_compared() -> None:
    """M23: as Yrs has it, and as Yjs."""
    begin, end = bytes((1, 2, 5, 0, 1, 1, 6)) + b"source", bytes((0x84, 5, 2)) + b"\x05hello\0"
    assert not contradict(begin + b"\x02" + end, begin + b"\x03" + end)


def test_each_update_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """M23: a client that sends back all that it receives has sent many when the room is late."""
    read: list[bytes] = []
    words = namesakes._words  # noqa: SLF001 - how often it is asked is what takes long

    def noted(update: bytes) -> Any:
        read.append(update)
        return words(update)

    monkeypatch.setattr(namesakes, "_words", noted)
    ada: Doc[Any] = Doc()
    updates: list[bytes] = []
    ada.observe(lambda event: updates.append(event.update))
    text: Text = ada.get("source", type=Text)
    for _ in range(100):
        text += "word "
    together = Together()
    client = ada.client_id
    assert not any(together.contradicts(client, "ada", update) for update in updates)
    assert not read, "nobody else is there"
    assert not any(together.contradicts(client, "echo", update) for update in updates)
    assert len(read) == 200


@pytest.mark.parametrize("update", [b"", b"\x01\x01\x05", b"\x01\x01\x05\x00\x04\x01\x01a\x01\xff"])
def test_what_cannot_be_read_contradicts_nothing(update: bytes) -> None:
    """M23: whoever applies it finds out."""
    assert not contradict(update, update)
