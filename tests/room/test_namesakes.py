"""Two who write as one Yjs client: what the second of them writes would be lost (M23)."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from pycrdt import Doc, Map, Text

from jupyter_collab.protocol.close import MAX_REASON, CloseCode
from jupyter_collab.protocol.identity import ConnectionId
from jupyter_collab.protocol.messages import EMPTY_UPDATE, SyncStep2
from jupyter_collab.room import intake
from jupyter_collab.room.yjs.namesakes import contradict
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


@pytest.mark.parametrize("update", [b"", b"\x01\x01\x05", b"\x01\x01\x05\x00\x04\x01\x01a\x01\xff"])
def test_what_cannot_be_read_contradicts_nothing(update: bytes) -> None:
    """M23: whoever applies it finds out."""
    assert not contradict(update, update)
