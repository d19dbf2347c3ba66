"""A room that has nothing but the file asks clients for their history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pycrdt import Text

from jupyter_collab.protocol.close import CloseCode
from jupyter_collab.protocol.identity import ConnectionId, Lineage
from jupyter_collab.protocol.messages import (
    Adopt,
    Hello,
    Refusal,
    SyncStep1,
)
from jupyter_collab.room import events as ev
from jupyter_collab.room.effects import AdoptHistory
from jupyter_collab.room.session import Person

from .world import Client, World, person


def stranger(world: World, number: int, who: Person | None = None, lineage: str = "mine") -> Client:
    client = Client(ConnectionId(number))
    return world.join(client, who, lineage=lineage)


OFFER = Adopt(b"state", b"undo")


def test_a_fresh_room_asks_strangers_who_may_edit_for_their_history() -> None:
    """L6 W14"""
    world = World(fresh=True)
    asked = stranger(world, 1)
    assert [hello.adopts for hello in asked.all(Hello)] == [True]
    for client in (
        stranger(world, 2, person(access="view")),
        stranger(world, 3, replace(person(), guest=True)),
        stranger(world, 4, lineage="-"),
    ):
        world.say(client, OFFER)
        assert [hello.adopts for hello in client.all(Hello)] == [client.id == 4]
    assert world.adoptions == [AdoptHistory(ConnectionId(4), Lineage("-"), b"state", b"undo")]
    world.say(asked, OFFER)
    assert world.adoptions[-1] == AdoptHistory(asked.id, Lineage("mine"), b"state", b"undo")
    world.handle(ev.NotAdopted(asked.id))
    assert [hello.adopts for hello in asked.all(Hello)] == [True, False]
    world.say(asked, OFFER)
    assert len(world.adoptions) == 2, "nobody asked a second time"


def test_a_viewer_that_offers_its_history_is_refused() -> None:
    """L6"""
    world = World(fresh=True)
    viewer = stranger(world, 1, person(access="view"))
    world.say(viewer, OFFER)
    assert viewer.last(Refusal).reason == "not-allowed"


def member(world: World) -> None:
    world.open(9)


def shown(world: World) -> None:
    world.handle(ev.Shown())


def edited(world: World) -> None:
    text: Text = world.room.replica.doc["source"]
    text += "x"
    world.handle(ev.Edited())


def looking(world: World) -> None:
    world.handle(ev.FileChangedOutside())


@pytest.mark.parametrize("happening", [member, shown, edited, looking])
def test_a_room_is_fresh_until_something_happens(happening: Callable[[World], None]) -> None:
    """L6: who was asked before gets the second hello all the same."""
    world = World(fresh=True)
    early = stranger(world, 1)
    happening(world)
    late = stranger(world, 2)
    assert not late.last(Hello).adopts
    world.say(early, OFFER)
    assert world.adoptions == []
    assert [hello.adopts for hello in early.all(Hello)] == [True, False]


def test_bytes_that_are_no_updates_close_the_connection() -> None:
    """L6 W12"""
    world = World(fresh=True)
    client = stranger(world, 1)
    world.say(client, OFFER)
    world.handle(ev.NotAdopted(client.id, malformed=True))
    assert world.closed[client.id].code is CloseCode.BAD_REQUEST
    assert world.room.is_fresh


def test_strangers_hear_nothing_between_two_hellos() -> None:
    """L6"""
    world = World(fresh=True)
    client = stranger(world, 1)
    world.say(client, SyncStep1(b"\x00"))
    world.handle(ev.HistoryFailed("store-error"))
    assert len(client.heard) == 1


def test_all_who_were_asked_join_the_room_that_comes_instead() -> None:
    """L6"""
    world = World(fresh=True)
    waiting = [stranger(world, 1), stranger(world, 2, lineage="another")]
    stranger(world, 3, person(access="view"))
    room, joined = world.room.successor(world.opening, world.now)
    assert [(event.connection, event.lineage) for event in joined] == [
        (waiting[0].id, "mine"),
        (waiting[1].id, "another"),
    ]
    assert room.id == world.room.id
