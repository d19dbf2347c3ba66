"""The room's copy of the document: what is kept of it in bytes."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Doc, Map

from jupyter_collab.protocol.messages import EMPTY_UPDATE, SyncStep2, SyncUpdate
from jupyter_collab.room import replica as module
from jupyter_collab.room.content.build import build
from jupyter_collab.room.replica import Replica
from jupyter_collab.room.yjs.parts import Made

from .world import World

HELLO = "hello\n" + 1000 * "-"
BUILT = build("text", "file", HELLO)


@pytest.fixture(autouse=True)
def _all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGE", 1)


@pytest.fixture(params=["dormant", "awake"])
def replica(request: pytest.FixtureRequest) -> Replica:
    if request.param == "dormant":
        return Replica.begin("file", BUILT, 1)
    doc: Doc[Any] = Doc()
    doc.apply_update(BUILT.update)
    return Replica("file", doc, BUILT.made)


def made_of(updates: list[bytes]) -> Replica:
    doc: Doc[Any] = Doc()
    for update in updates:
        doc.apply_update(update)
    return Replica("file", doc)


def test_a_large_document_is_not_put_into_bytes_again(replica: Replica) -> None:
    assert replica.everything() == (BUILT.made, EMPTY_UPDATE)
    replica.set_state({"path": "a.txt"})
    replica.take()
    made, rest = replica.everything()
    assert made is BUILT.made
    assert replica.content() is BUILT.update
    assert made_of([made.update, rest]).snapshot() == replica.snapshot()


@pytest.mark.parametrize("told", [True, False])
def test_what_was_added_comes_after_what_was_made(replica: Replica, told: bool) -> None:
    replica.document.edit(HELLO + "x")
    if told:
        replica.take()
    made, rest = replica.everything()
    assert made is BUILT.made
    assert made_of([made.update, rest]).snapshot() == replica.snapshot() == replica.content()


def test_what_was_deleted_is_in_nothing_that_is_kept(replica: Replica) -> None:
    """Who opens the document later must not receive it."""
    replica.document.edit(HELLO.replace("ll", ""))
    made, rest = replica.everything()
    assert (made, rest) == (Made(replica.snapshot()), EMPTY_UPDATE)
    assert b"ll" not in made.update
    replica.document.edit("lo")
    assert replica.everything()[0].update == replica.snapshot()
    assert b"he" not in replica.everything()[0].update


def test_it_is_made_anew_once(replica: Replica) -> None:
    replica.document.edit(HELLO.replace("ll", ""))
    replica.take()
    made, _ = replica.everything()
    replica.set_state({"dirty": True})
    replica.set_state({"dirty": False})
    assert replica.everything()[0] is made
    assert replica.content() is made.update
    replica.document.edit("more " + HELLO.replace("ll", ""))
    again, rest = replica.everything()
    assert again is made
    assert made_of([made.update, rest]).snapshot() == replica.snapshot()


def test_nobody_hears_of_a_path_that_it_had(replica: Replica) -> None:
    replica.set_state({"path": "former.txt"})
    replica.keep(Made(replica.snapshot()))
    replica.set_state({"path": "a.txt"})
    assert b"former" not in replica.everything()[0].update


def test_what_others_delete_of_their_own_does_not_matter(replica: Replica) -> None:
    replica.document.edit(HELLO + "xyz")
    replica.document.edit(HELLO + "xz")
    assert replica.everything()[0] is BUILT.made


def test_what_has_grown_much_is_made_anew(replica: Replica) -> None:
    replica.document.edit(HELLO + "x" * len(HELLO))
    assert replica.everything() == (Made(replica.snapshot()), EMPTY_UPDATE)
    made, _ = replica.everything()
    replica.document.edit(HELLO + "x" * len(HELLO) + " y")
    assert replica.everything()[0] is made


def test_another_program_writes_before_anybody_does() -> None:
    world = World(HELLO)
    ada = world.open(1)
    wanted = world.rewritten(HELLO + " world", "v2")
    assert wanted.ours == BUILT.update
    world.merge(wanted)
    assert str(ada.text) == str(world.open(2).text) == HELLO + " world"


def test_whoever_comes_has_it_all_at_once() -> None:
    world = World(HELLO)
    ada = world.open(1)
    assert ada.last(SyncStep2).update == BUILT.update
    assert str(ada.text) == HELLO
    assert ada.all(SyncUpdate), "the state, which is no part of the file"
    world.type(ada, "A")
    assert str(world.open(2).text) == "A" + HELLO


def test_what_others_know_of_the_state_is_not_told_again() -> None:
    """M12"""
    replica = Replica("file", Doc())
    replica.set_state({"path": "a.txt", "hash": "1"})
    replica.set_state({"path": "a.txt"})
    replica.take()
    replica.set_state({"path": "a.txt", "hash": "1"})
    assert replica.take() == ([], False)
    # What code on the server has written in the meantime is put right.
    replica.doc.get("state", type=Map)["hash"] = "2"
    replica.take()
    replica.set_state({"path": "a.txt", "hash": "1"})
    assert dict(replica.doc.get("state", type=Map).items()) == {"path": "a.txt", "hash": "1"}
    updates, content_changed = replica.take()
    assert len(updates) == 1
    assert not content_changed
    assert replica.document.source() == ""
