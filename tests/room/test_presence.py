"""How much presence a room keeps, and whose a client stays that has left."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_collab.protocol.codec import encode
from jupyter_collab.protocol.identity import Access, ClientId, ConnectionId
from jupyter_collab.protocol.messages import Awareness, PresenceEntry
from jupyter_collab.room import events as ev
from jupyter_collab.room.effects import Disconnect, Send
from jupyter_collab.room.people.left import KEPT_FOR, MAX_KEPT_FOR_ONE
from jupyter_collab.room.people.lobby import Lobby
from jupyter_collab.room.people.presence import MAX_GUEST_STATE, MAX_GUESTS_STATES, MAX_STATE
from jupyter_collab.room.session import Person

from .world import Client, World, person


def guest(name: str = "guest-1", access: Access = "view") -> Person:
    return Person(name, {"username": name, "name": "Guest"}, access, collab=True, guest=True)


def said(client: int, state: Any, clock: int = 1) -> Awareness:
    return Awareness((PresenceEntry(ClientId(client), clock, state),))


def of_size(size: int) -> dict[str, str]:
    """A state that has ``size`` bytes with the ``user`` that the server puts into it."""
    return {"x": "x" * (size - len('{"x":"","user":{}}'))}


def present(world: World, number: int = 90) -> dict[int, Any]:
    """What somebody is told who comes now."""
    heard = world.open(number).all(Awareness)
    return {entry.client: entry.state for message in heard for entry in message.entries}


def cursors(count: int) -> list[dict[str, object]]:
    place = {"type": {"client": 2**53 - 1, "clock": 10**9}, "item": None, "assoc": -1}
    end = {**place, "item": {"client": 2**53 - 1, "clock": 10**9}, "tname": "source"}
    return [{"anchor": end, "head": end, "primary": False, "empty": False}] * count


FULL = {
    "user": {"username": "a" * 100, "name": "Zoë 😀 " * 20, "display_name": "x" * 200},
    "cursors": cursors(50),
    "cells": {"mode": "edit", "active": "0" * 36, "selected": ["0" * 36] * 200},
    "view": {"at": cursors(1)[0]["anchor"], "share": 0.123456789},
    "current": f"notebook:{'folder/' * 20}nb.ipynb",
    "autosave": True,
}


@pytest.mark.parametrize("who", [guest(), guest(access="edit"), person("bob")])
def test_what_browsers_say_is_far_below_the_bound(who: Person) -> None:
    """O8: with all the cursors and cells that they tell of at most."""
    assert len(json.dumps(FULL)) * 2 < MAX_GUEST_STATE
    world = World()
    world.say(world.open(1, who), said(5, FULL))
    assert present(world)[5]["cursors"] == FULL["cursors"]
    assert not world.closed


def test_the_documents_of_everybody_are_below_the_bound() -> None:
    """O8: a thousand paths in the room of the whole server."""
    lobby = Lobby(0.1, 0.0)
    lobby.handle(ev.Joined(ConnectionId(1), person(), None), 0.0)
    state = {"documents": [f"notebook:{'folder/' * 20}{n}.ipynb" for n in range(1000)]}
    (told,) = lobby.handle(ev.Received(ConnectionId(1), said(5, state)), 0.0)
    assert isinstance(told, Send)


@pytest.mark.parametrize(
    ("who", "most"),
    [(guest(), MAX_GUEST_STATE), (guest(access="edit"), MAX_GUEST_STATE), (person(), MAX_STATE)],
)
def test_a_state_has_a_bounded_size(who: Person, most: int) -> None:
    """O8: whoever says more is out, and it reaches nobody."""
    world = World()
    evil = world.open(2, who)
    world.say(evil, said(5, of_size(most)))
    assert 5 in present(world, 90)
    world.say(evil, said(6, of_size(most + 1)))
    assert 6 not in present(world, 91)
    assert world.closed[evil.id].code == 4400
    assert "presence state" in world.closed[evil.id].reason


def test_a_state_has_a_bounded_size_in_the_lobby() -> None:
    """O8"""
    lobby = Lobby(0.1, 0.0)
    lobby.handle(ev.Joined(ConnectionId(1), person(), None), 0.0)
    (effect,) = lobby.handle(ev.Received(ConnectionId(1), said(5, of_size(MAX_STATE + 1))), 0.0)
    assert isinstance(effect, Disconnect)
    assert effect.code == 4400


def test_echoes_of_what_others_say_are_no_offence() -> None:
    """O1 O8: whatever their size; also where who said it has left meanwhile."""
    world = World()
    ada, old = world.open(1, person("ada")), world.open(2, person("old", collab=False))
    world.say(ada, said(5, of_size(100)))
    echo = said(5, of_size(MAX_STATE * 5))
    world.say(old, echo)
    world.handle(ev.Left(ada.id))
    world.wait(0.1)
    world.say(old, echo)
    assert not world.closed
    assert present(world) == {}


def test_guests_have_a_bounded_presence_together() -> None:
    """O8: whoever comes is sent that much at most; it is free again when they leave."""
    world = World()
    crowd = [world.open(n, guest(f"guest-{n}")) for n in range(2, 12)]
    for client in crowd:
        for n in range(8):
            world.say(client, said(client.id * 100 + n, of_size(MAX_GUEST_STATE)))
    newcomer = world.open(90)
    told = [len(encode(message)) for message in newcomer.all(Awareness)]
    assert MAX_GUESTS_STATES // 2 < sum(told) < MAX_GUESTS_STATES + 10_000
    assert not world.closed
    world.say(world.open(91, person("bob")), said(1, FULL))
    assert 1 in present(world, 92)
    for client in crowd:
        world.handle(ev.Left(client.id))
    world.say(world.open(93, guest("guest-93")), said(2, FULL))
    assert 2 in present(world, 94)


def test_what_is_said_anew_takes_no_more_room() -> None:
    """O8"""
    world = World()
    client = world.open(2, guest())
    for clock in range(1, 100):
        world.say(client, said(5, of_size(MAX_GUEST_STATE), clock))
        world.say(client, said(6, of_size(100), clock))
    for clock in range(100, 200):
        world.say(client, said(6, of_size(MAX_GUEST_STATE), clock))
        world.say(client, said(6, None, clock))
    world.say(client, said(7, FULL))
    assert set(present(world)) == {5, 7}


# --- those who have left


def editor_who_lost_the_connection(world: World) -> Client:
    """A guest who was present as the client 5, and has a copy of the document."""
    client = world.open(1, guest("guest-editor", "edit"))
    world.say(client, said(client.doc.client_id, {}, 3))
    world.handle(ev.Left(client.id))
    world.wait(0.1)
    return client


def test_nobody_takes_the_place_of_who_lost_the_connection() -> None:
    """G5 O1: they come back, are seen, and what they type is taken."""
    world = World()
    client = editor_who_lost_the_connection(world)
    number = client.doc.client_id
    evil = world.open(2, guest("guest-viewer"))
    world.say(evil, said(number, {"x": "evil"}, 99))
    assert number not in present(world, 90)
    world.open(1, guest("guest-editor", "edit"))  # the same browser, with what it had
    world.say(client, said(number, {"x": "mine"}, 4))
    client.text += "typed"
    world.push(client)
    world.wait(0.1)
    assert present(world, 91)[number]["x"] == "mine"
    assert not world.closed
    assert world.text.endswith("typed")


def test_a_place_is_kept_for_some_minutes() -> None:
    """O1: for guests the number is free after that."""
    world = World()
    number = editor_who_lost_the_connection(world).doc.client_id
    other = world.open(2, guest("guest-viewer"))
    world.wait(KEPT_FOR - 1)
    world.say(other, said(number, {}, 99))
    assert number not in present(world, 90)
    world.wait(2)
    world.say(other, said(number, {}, 99))
    assert number in present(world, 91)


def test_people_who_have_another_name_each_time_are_seen_again() -> None:
    """O2: as clients without cookies have, of some identity providers."""
    world = World()
    number = editor_who_lost_the_connection(world).doc.client_id
    again = world.open(3, person("anonymous-2"))
    world.say(again, said(number, {"x": "old"}, 3))
    assert number not in present(world, 90)
    world.say(again, said(number, {"x": "new"}, 4))
    assert present(world, 91)[number]["x"] == "new"


def test_places_are_kept_in_a_bounded_number() -> None:
    """O1: of one person, the last ones."""
    world = World()
    client = world.open(1, guest("guest-1"))
    for number in range(100, 100 + MAX_KEPT_FOR_ONE + 1):
        world.say(client, said(number, {}))
        world.say(client, said(number, None, 2))
    other = world.open(2, guest("guest-2"))
    world.say(other, said(100, {}, 9))
    world.say(other, said(101, {}, 9))
    assert set(present(world)) == {100}
