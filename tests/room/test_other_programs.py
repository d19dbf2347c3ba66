"""What a room does when other programs change its file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pycrdt import Doc, Text

from jupyter_collab.protocol.messages import (
    Save,
    SaveReply,
    Status,
)
from jupyter_collab.room import events as ev

from .world import World, version


def test_a_change_by_another_program_is_merged() -> None:
    world = World("one\ntwo\n")
    ada = world.open(1)
    world.handle(ev.FileChangedOutside())
    assert len(world.reads) == 1
    world.file_is("one\ntwo\nthree\n", "v2")
    (merge,) = world.merges
    assert merge.saved.position == 1
    base: Doc[Any] = Doc(client_id=99)
    base.apply_update(world.log[0])
    text = base.get("source", type=Text)
    before = base.get_state()
    text += "three\n"
    world.handle(ev.FileMerged(version("v2"), (base.get_update(before),)))
    assert str(ada.text) == "one\ntwo\nthree\n"
    assert ada.doc["state"]["dirty"] is False
    assert ada.doc["state"]["hash"] == "v2"
    world.wait(10)
    assert world.writes == [], "the file has it all already"


def test_a_change_by_another_program_while_people_type_is_merged_and_written() -> None:
    world = World("one\ntwo\n")
    ada = world.open(1)
    world.type(ada, "zero\n")
    world.wait(1.1)
    world.handle(ev.FileWriteFailed("changed", "The file has changed"))
    world.file_is("one\ntwo\nthree\n", "v2")
    base: Doc[Any] = Doc(client_id=99)
    base.apply_update(world.log[0])
    before = base.get_state()
    text = base.get("source", type=Text)
    text += "three\n"
    world.handle(ev.FileMerged(version("v2"), (base.get_update(before),)))
    world.wait(2)
    assert world.writes[-1].source == "zero\none\ntwo\nthree\n"
    mark = world.marks[-1]
    assert mark.fingerprint == "v2"
    assert mark.merged, "a second merge has to know what the first one brought in"


def test_nothing_is_written_while_a_change_by_another_program_is_not_known() -> None:
    """F2: it would be read afterwards as what the document knows."""
    world = World("one\n")
    ada = world.open(1)
    world.handle(ev.FileChangedOutside())
    world.type(ada, "x")
    world.wait(10)
    assert world.writes == []
    world.file_is("one\n", "v1")
    world.wait(10)
    assert [write.source for write in world.writes] == ["xone\n"]


@pytest.mark.parametrize("unsaved", [True, False])
def test_the_room_is_the_base_of_a_merge_only_where_all_is_saved(unsaved: bool) -> None:
    """M5"""
    world = World("one\n")
    ada = world.open(1)
    if unsaved:
        world.type(ada, "x")
    world.handle(ev.FileChangedOutside())
    world.file_is("two\n", "v2")
    assert [merge.clean for merge in world.merges] == [not unsaved]


def test_a_write_is_noted_before_it_begins() -> None:
    """S6: after a crash the file may have it already."""
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    world.wait(1.1)
    assert world.marks[-1].writing == len(world.log)
    assert world.marks[-1].fingerprint == "v1"
    world.finish_write("v2")
    assert world.marks[-1].writing is None


def test_our_own_write_is_no_outside_change() -> None:
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    world.wait(1.1)
    world.finish_write("v2")
    world.handle(ev.FileChangedOutside())
    world.file_is("xhello\n", "v2")
    assert world.merges == []
    world.type(ada, "y")
    world.wait(1.1)
    assert len(world.writes) == 2


def test_a_deleted_file_is_told_and_not_made_again_unless_asked() -> None:
    world = World()
    ada = world.open(1)
    world.handle(ev.FileGone("deleted", "notes.txt was deleted"))
    assert ada.last(Status).status["file"]["state"] == "gone"
    world.type(ada, "x")
    world.wait(10)
    assert world.writes == []
    world.say(ada, Save(1))
    assert world.writes[-1].source == "xhello\n"
    world.finish_write("v2")
    assert ada.last(Status).status["file"]["state"] == "present"


@pytest.mark.parametrize("is_known", [True, False])
def test_who_saves_over_a_file_that_cannot_be_read_is_told_so_once(is_known: bool) -> None:
    """W4 F2: as with the marks of a conflict in a notebook, known before or found by the save."""
    world = World()
    ada = world.open(1)
    if is_known:
        world.handle(ev.FileGone("unreadable", "It is no notebook"))
    world.type(ada, "x")
    world.say(ada, Save(7))
    world.handle(ev.FileWriteFailed("changed", "Another program has changed it"))
    world.handle(ev.FileNotRead("not-a-notebook", "It is no notebook"))
    assert ada.last(SaveReply) == SaveReply(7, "failed", "not-a-notebook", "It is no notebook")
    world.wait(60)
    assert (len(world.writes), len(world.reads)) == (1, 1)
    world.handle(ev.FileBack())
    world.file_is("hello\n", "v1")
    world.finish_write("v2")
    assert world.writes[-1].source == "xhello\n"
    assert len(ada.all(SaveReply)) == 1


def test_who_saves_while_a_broken_file_is_mended_waits_for_that() -> None:
    """W4"""
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    world.say(ada, Save(7))
    world.handle(ev.FileWriteFailed("changed", "Another program has changed it"))
    world.handle(ev.FileChangedOutside())
    world.handle(ev.FileNotRead("not-a-notebook", "It is no notebook"))
    assert ada.all(SaveReply) == []
    world.file_is("hello\n", "v1")
    world.finish_write("v2")
    assert ada.last(SaveReply) == SaveReply(7, "success")


def test_a_rename_is_followed() -> None:
    world = World()
    ada = world.open(1)
    world.handle(ev.FileRenamed("sub/notes.txt"))
    assert ada.doc["state"]["path"] == "sub/notes.txt"
    assert ada.last(Status).status["file"]["path"] == "sub/notes.txt"


def test_what_a_hook_made_of_the_document_is_the_base_of_the_next_merge() -> None:
    """M20"""
    world = World("hello world\n")
    client = world.open(1)
    world.type(client, "oh ")
    world.wait(2.0)
    world.handle(ev.FileWritten(replace(version("v2"), altered=True)))
    assert len(world.reads) == 1, "the room looks what the hook has made of it"
    world.file_is("hello\n", "v2")
    assert not world.merges
    for number, changed in ((3, "hello you\n"), (4, "hello you two\n")):
        wanted = world.rewritten(changed, f"v{number}")
        assert wanted.base == ("hello\n" if number == 3 else "hello you\n")
        world.merge(wanted)
    assert world.text == "oh hello world you two\n", "what the hook took out stays in the room"


def test_what_a_death_has_left_of_the_file_is_the_base_of_the_next_merge() -> None:
    """L5: until the room has written it, others go on from that, not from what was saved."""
    world = World("one\ntwo\nthree\n", left="one\ntw")
    world.merge(world.rewritten("zero\none\ntw", "v2"))
    assert world.text == "zero\none\ntwo\nthree\n"
    world.wait(2.0)
    assert world.finish_write("v3") == "zero\none\ntwo\nthree\n"


def test_unless_the_file_is_again_what_was_saved() -> None:
    """L5 M5"""
    world = World("one\ntwo\nthree\n", left="one\ntw")
    world.handle(ev.FileChangedOutside())
    world.file_is("one\ntwo\nthree\n", "v1")
    assert not world.merges
    wanted = world.rewritten("one\nthree\n", "v2")
    assert wanted.base == "one\ntwo\nthree\n"
    world.merge(wanted)
    assert world.text == "one\nthree\n"
