"""When a room has its document written to the file, and what it says of that."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_collab.protocol.identity import ClientId, Position
from jupyter_collab.protocol.messages import (
    Awareness,
    PresenceEntry,
    Save,
    SaveReply,
    Status,
)
from jupyter_collab.room import events as ev

from .notebooks import code, notebook
from .world import World


def test_saves_one_second_after_the_last_change_and_tells() -> None:
    world = World()
    ada, bob = world.open(1), world.open(2)
    world.type(ada, "x")
    assert bob.doc.get("state", type=type(bob.doc["state"]))["dirty"] is True
    world.wait(0.95)
    assert world.writes == []
    world.wait(0.1)
    assert world.writes[-1].source == "xhello\n"
    assert world.finish_write("v2") == "xhello\n"
    assert bob.doc["state"]["dirty"] is False
    assert bob.doc["state"]["hash"] == "v2"
    assert bob.last(Status).status["save"]["state"] == "saved"
    world.wait(10)
    assert len(world.writes) == 1


def test_steady_typing_is_saved_too() -> None:
    world = World()
    ada = world.open(1)
    for _ in range(12):
        world.type(ada, "x")
        world.wait(0.5)
        if world.writes and len(world.marks) % 2:
            world.finish_write(f"v{len(world.writes) + 1}")
    assert len(world.writes) == 1


def test_a_change_during_a_write_stays_dirty_and_is_written_next() -> None:
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    world.wait(1.1)
    world.type(ada, "y")
    world.finish_write("v2")
    assert ada.doc["state"]["dirty"] is True
    world.wait(1.1)
    assert world.writes[-1].source == "yxhello\n"
    world.finish_write("v3")
    assert ada.doc["state"]["dirty"] is False


def test_a_client_cannot_take_the_dirty_mark_away() -> None:
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    world.wait(0.1)
    ada.doc["state"]["dirty"] = False
    world.push(ada)
    world.wait(0.1)
    assert ada.doc["state"]["dirty"] is True


def test_save_now_is_answered_when_it_is_done() -> None:
    """W4"""
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    world.say(ada, Save(7))
    assert len(world.writes) == 1
    assert ada.all(SaveReply) == []
    world.finish_write("v2")
    assert ada.last(SaveReply) == SaveReply(7, "success")


def test_save_now_during_a_write_waits_for_what_was_typed_since() -> None:
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    world.wait(1.1)
    world.type(ada, "y")
    world.say(ada, Save(7))
    world.finish_write("v2")
    assert ada.all(SaveReply) == []
    assert world.finish_write("v3") == "yxhello\n"
    assert ada.last(SaveReply) == SaveReply(7, "success")


def test_save_now_during_a_write_that_has_it_all_is_answered_with_it() -> None:
    """W4"""
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    world.wait(1.1)
    world.say(ada, Save(7))
    assert ada.all(SaveReply) == []
    world.finish_write("v2")
    assert ada.last(SaveReply) == SaveReply(7, "success")
    assert len(world.writes) == 1


def test_a_failed_save_is_told_kept_and_retried() -> None:
    """W9"""
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    world.say(ada, Save(7))
    world.handle(ev.FileWriteFailed("disk-full", "No space is left"))
    assert ada.last(SaveReply) == SaveReply(7, "failed", "disk-full", "No space is left")
    assert ada.last(Status).status["save"]["state"] == "failed"
    assert ada.doc["state"]["dirty"] is True
    world.wait(1.1)
    assert len(world.writes) == 2
    world.handle(ev.FileWriteFailed("disk-full", "No space is left"))
    world.wait(1.5)
    assert len(world.writes) == 2, "each time twice as late"
    world.wait(1)
    world.finish_write("v2")
    assert ada.last(Status).status["save"]["state"] == "saved"


def test_what_is_new_is_written_although_a_hook_fails_each_time() -> None:
    """W9 F9"""
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    for _ in range(5):
        world.wait(1.1)
        world.handle(ev.FileWriteFailed("unfinished", "A hook failed"))
        world.type(ada, "y")
    assert len(world.writes) == 5, "a second after each change"
    world.wait(1.1)
    world.type(ada, "z")
    world.handle(ev.FileWriteFailed("unfinished", "A hook failed"))
    world.wait(1.1)
    assert len(world.writes) == 7, "also after a change while it was written"
    world.handle(ev.FileWriteFailed("unfinished", "A hook failed"))
    world.wait(20)
    assert len(world.writes) == 7, "and each time twice as late where there is nothing new"
    assert ada.last(Status).status["save"]["reason"] == "unfinished"


def test_what_the_file_cannot_hold_is_told_with_the_save() -> None:
    """M10"""
    world = World(notebook(*(code(name, "1") for name in "abcdefg")))
    ada = world.open(1)

    def change(value: Any) -> dict[str, Any]:
        with ada.doc.transaction():
            for cell in ada.cells:
                cell["metadata"]["x"] = cell["metadata"]["y"] = value
        world.push(ada)
        world.wait(1.1)
        world.finish_write("v2")
        return dict(ada.last(Status).status["save"])

    save = change(b"bytes")
    assert (save["state"], save["reason"]) == ("saved", "incomplete")
    assert save["message"].startswith("Cell 1 holds a value of the type bytearray; Cell 2")
    assert save["message"].endswith("; Cell 5 holds a value of the type bytearray; and 2 more")
    assert "reason" not in change("text")


def test_nothing_is_written_that_is_not_durable() -> None:
    world = World(log_at_once=False)
    ada = world.open(1)
    world.type(ada, "x")
    world.wait(0.9)
    assert world.commits == 0
    world.wait(3)
    assert world.writes == []
    assert world.commits == 1, "the log is asked to be quick, once"
    world.handle(ev.Logged(Position(len(world.log))))
    assert len(world.writes) == 1


def test_what_came_since_has_to_be_durable_as_well() -> None:
    world = World(log_at_once=False)
    ada = world.open(1)
    world.type(ada, "x")
    before = len(world.log)
    world.say(ada, Save(7))
    assert world.commits == 1, "who asks does not wait for the log's pace"
    world.type(ada, "y")
    world.wait(0.1)
    world.handle(ev.Logged(Position(before)))
    assert world.writes == []
    assert world.commits == 2
    world.handle(ev.Logged(Position(len(world.log))))
    assert [write.source for write in world.writes] == [world.text]


def test_without_a_history_the_file_is_written_all_the_same() -> None:
    world = World(log_at_once=False)
    ada = world.open(1)
    world.handle(ev.HistoryFailed("store-error"))
    world.type(ada, "x")
    world.wait(3)
    assert len(world.writes) == 1
    assert ada.last(Status).status["history"]["state"] == "degraded"


def test_no_delay_means_on_request_only() -> None:
    world = World(save_delay=None)
    ada = world.open(1)
    world.type(ada, "x")
    world.wait(100)
    assert world.writes == []
    assert ada.last(Status).status["save"]["state"] == "off"
    world.say(ada, Save(1))
    assert len(world.writes) == 1


def test_autosave_off_is_honoured_until_someone_wants_it() -> None:
    world = World()
    ada, bob = world.open(1), world.open(2)
    world.say(ada, Awareness((PresenceEntry(ClientId(5), 1, {"autosave": False}),)))
    world.wait(0.1)
    world.type(ada, "x")
    world.wait(10)
    assert world.writes == []
    world.handle(ev.Shown())
    world.handle(ev.Spoke((PresenceEntry(ClientId(7), 1, {"user": {"name": "Robot"}}),)))
    world.wait(10)
    assert world.writes == [], "code on the server has no say (O13)"
    world.say(bob, Awareness((PresenceEntry(ClientId(6), 1, {"autosave": True}),)))
    world.wait(10)
    assert len(world.writes) == 1


@pytest.mark.parametrize("event", [ev.Wanted(), ev.Closing()])
def test_what_is_written_at_once_does_not_wait_for_its_time_after_a_merge(
    event: ev.RoomEvent,
) -> None:
    """F11: nor as the server ends, which waits for four seconds."""
    world = World(save_delay=100.0)
    ada = world.open(1)
    world.type(ada, "x")
    world.handle(event)
    world.handle(ev.FileWriteFailed("changed", "Another program has changed it"))
    world.file_is("hello\nthere\n", "v2")
    assert world.room.is_saving(world.room.head)
    assert len(world.writes) == 1
    world.merge(world.merges[-1])
    assert len(world.writes) == 2
    world.finish_write("v3")
    assert not world.room.is_saving(world.room.head)


def test_nobody_waits_for_a_write_that_failed() -> None:
    """F11: it is tried again later, and the time of that is no matter of who reads the file."""
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    world.handle(ev.Wanted())
    assert world.room.is_saving(world.room.head)
    world.handle(ev.FileWriteFailed("disk-full", "No space is left"))
    assert not world.room.is_saving(world.room.head)


def test_what_is_typed_later_is_nothing_to_wait_for() -> None:
    """F11: while people type there is always something left to write."""
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    world.handle(ev.Wanted())
    wanted = world.room.head
    world.type(ada, "y")
    world.finish_write("v2")
    assert world.room.dirty
    assert not world.room.is_saving(wanted)
