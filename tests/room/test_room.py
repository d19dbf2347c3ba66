"""The room on values: who gets what, what is acknowledged, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from pycrdt import Doc, Text

from jupyter_collab.protocol.close import CloseCode
from jupyter_collab.protocol.identity import ClientId, ConnectionId, Lineage, Position
from jupyter_collab.protocol.messages import (
    Ack,
    Awareness,
    Hello,
    Ping,
    Pong,
    PresenceEntry,
    Refusal,
    Save,
    SaveReply,
    SyncStep1,
    SyncStep2,
    SyncUpdate,
)
from jupyter_collab.room import events as ev
from jupyter_collab.room.content.editing import new_cell
from jupyter_collab.room.keeper import MERGE_ATTEMPTS as MERGED_ANEW
from jupyter_collab.room.older import MERGE_ATTEMPTS
from jupyter_collab.store.port import SavedMark, StoredHistory

from .notebooks import code, notebook
from .world import Client, World, person


def test_two_people_see_what_the_other_types() -> None:
    world = World("hello\n")
    ada, bob = world.open(1), world.open(2)
    world.type(ada, "A")
    world.type(bob, "B", at=1)
    assert str(ada.text) == str(bob.text) == world.text == "ABhello\n"


def test_hello_comes_first_and_only_to_those_who_know_it() -> None:
    """W7 W13"""
    world = World()
    new, old = world.open(1), world.open(2, person(collab=False))
    assert isinstance(new.heard[0], Hello)
    assert new.heard[0].lineage == world.room.lineage
    assert new.heard[0].access == "edit"
    assert new.heard[0].path == "notes.txt"
    world.type(new, "x")
    world.wait(2)
    kinds = {type(m) for m in old.heard}
    assert kinds <= {SyncStep1, SyncStep2, SyncUpdate, Awareness}


def test_a_writer_gets_no_echo() -> None:
    world = World()
    ada, bob = world.open(1), world.open(2)
    world.type(ada, "x")  # the dirty mark goes to everybody
    before = len(ada.all(SyncUpdate))
    world.wait(0.1)
    world.type(ada, "y")
    assert len(ada.all(SyncUpdate)) == before
    assert str(bob.text) == "yxhello\n"


def test_everybody_has_what_the_mover_of_a_cell_lacked_with_the_move() -> None:
    """M19: nobody sees the one without the other, or would write it once more."""
    world = World(notebook(code("a", "one"), code("b", "two")))
    typist, mover, reader = world.open(1), world.open(2), world.open(3)
    with mover.doc.transaction():
        del mover.cells[0]
        mover.cells.append(new_cell(code("a", "one")))
    typist.cells[0]["source"].insert(3, " and more")
    world.push(typist)
    world.wait(0.1)
    known, late = len(reader.all(SyncUpdate)), Client(ConnectionId(4))
    late.doc.apply_update(reader.doc.get_update())
    world.push(mover)
    world.wait(0.1)
    late.doc.apply_update(reader.all(SyncUpdate)[known].update)
    assert [str(cell["source"]) for cell in late.cells] == ["two", "one and more"]
    for client in (typist, mover, reader):
        assert [str(cell["source"]) for cell in client.cells] == ["two", "one and more"]


@pytest.mark.parametrize("typed_last", [True, False])
def test_what_comes_in_together_with_another_source_comes_along(typed_last: bool) -> None:
    """M19: pages take it that the room has done so, as it names what it deletes."""
    world = World(notebook(code("a", "one"), code("b", "two")))
    typist, agent = world.open(1), world.open(2)
    typist.cells[0]["source"].insert(3, " and more")
    agent.cells[0]["source"] = Text("new code")
    for client in (agent, typist) if typed_last else (typist, agent):
        world.push(client)
    world.wait(0.1)
    for client in (typist, agent):
        assert [str(cell["source"]) for cell in client.cells] == ["new code and more", "two"]


def test_cells_that_two_people_merge_at_once_are_merged_once() -> None:
    """M24: everybody has the same, with one update."""
    world = World(notebook(code("a", "one"), code("b", "two")))
    ada, bob, reader = world.open(1), world.open(2), world.open(3)
    for client in (ada, bob):
        _merge(client, f"merged by {client.id}")
    world.push(ada)
    world.wait(0.1)
    known = len(reader.all(SyncUpdate))
    world.push(bob)
    world.wait(0.1)
    assert len(reader.all(SyncUpdate)) == known + 1
    for client in (ada, bob, reader):
        cells = [(cell["id"], str(cell["source"])) for cell in client.cells]
        assert cells == [(f"merged by {bob.id}", "one\n\ntwo")]
    world.wait(2)
    assert [cell["source"] for cell in world.writes[-1].source["cells"]] == ["one\n\ntwo"]


def test_a_copy_that_was_pasted_without_a_connection_is_no_second_one() -> None:
    """M24: a step 2 names all that was ever deleted."""
    world = World(notebook(code("a", "one"), code("b", "two")))
    ada, bob = world.open(1), world.open(2)
    _merge(ada, "merged")
    world.push(ada)
    world.wait(0.1)
    with bob.doc.transaction():
        bob.cells.append(new_cell(code("pasted", "one")))
    known = ada.doc.get_state()
    again = Client(ConnectionId(3), bob.doc)
    world.join(again)
    world.say(again, SyncStep1(again.doc.get_state()))
    world.say(again, SyncStep2(again.doc.get_update(known)))
    world.wait(0.1)
    assert [str(cell["source"]) for cell in ada.cells] == ["one\n\ntwo", "one"]


def _merge(client: Client, id: str) -> None:
    """As JupyterLab merges the first two cells."""
    with client.doc.transaction():
        del client.cells[0]
        client.cells.insert(0, new_cell(code(id, "one\n\ntwo")))
        del client.cells[1]


@pytest.mark.parametrize("gone", [True, False], ids=["deleted", "moved"])
def test_what_another_program_wrote_into_a_cell_is_not_gone_with_it(gone: bool) -> None:
    """M13 M19: where somebody moves or deletes it while that is merged."""
    world = World(notebook(code("a", "one"), code("b", "two")))
    ada = world.open(1)
    wanted = world.rewritten(notebook(code("a", "one and more"), code("b", "two")), "v2")
    with ada.doc.transaction():
        del ada.cells[0]
        if not gone:
            ada.cells.append(new_cell(code("a", "one")))
    world.push(ada)
    world.wait(0.1)
    world.merge(wanted)
    world.file_is(wanted.content.source, "v2")
    world.merge(replace(world.merges[-1], base=notebook(code("a", "one"), code("b", "two"))))
    cells = {cell["id"]: str(cell["source"]) for cell in ada.cells}
    assert cells == {"a": "one and more", "b": "two"}
    world.wait(2)
    assert len(world.merges) == 2
    assert world.writes[-1].source["cells"][0]["id"] == ("a" if gone else "b")


def test_a_file_is_merged_while_cells_are_moved_again_and_again() -> None:
    world = World(notebook(code("a", "one"), code("b", "two")))
    ada = world.open(1)
    written = notebook(code("a", "one and more"), code("b", "two"))
    wanted = world.rewritten(written, "v2")
    for count in range(MERGED_ANEW + 1):
        assert len(world.merges) == count + 1
        with ada.doc.transaction():
            ada.cells.append(new_cell(code(f"c{count}", "new")))
        world.push(ada)
        world.wait(0.1)
        world.merge(wanted)
        if count < MERGED_ANEW:
            world.file_is(written, "v2")
    assert str(ada.cells[0]["source"]) == "one and more"
    assert len(world.reads) == MERGED_ANEW + 1


def test_edits_of_one_flush_window_go_out_together() -> None:
    world = World()
    ada, bob = world.open(1), world.open(2)
    world.type(ada, "0")
    before = len(bob.all(SyncUpdate))
    for character in "123456789":
        ada.text.insert(0, character)
        world.push(ada)
    world.wait(0.05)
    assert len(bob.all(SyncUpdate)) == before + 1
    assert str(bob.text) == "9876543210hello\n"


def test_acknowledges_only_what_the_log_has() -> None:
    """W8"""
    world = World(log_at_once=False)
    ada = world.open(1)
    world.type(ada, "x")
    world.wait(0.1)
    assert ada.all(Ack) == []
    world.handle(ev.Logged(Position(len(world.log))))
    assert ada.last(Ack) == Ack(2)  # step 2 and one update


def test_an_update_that_brings_nothing_new_is_acknowledged_too() -> None:
    """W8"""
    world = World()
    ada = world.open(1)
    world.say(ada, SyncUpdate(b"\x00\x00"))
    world.wait(0.1)
    assert ada.last(Ack) == Ack(2)


def test_an_old_client_with_another_history_is_closed() -> None:
    """L3 L4"""
    world = World()
    old = world.join(Client(ConnectionId(1)), person(collab=False), lineage="another")
    disconnect = world.closed[old.id]
    assert disconnect.code is CloseCode.UNKNOWN_HISTORY
    assert json.loads(disconnect.reason) == {
        "reason": "unknown_session",
        "sessionId": world.room.lineage,
        "reloadable": True,
    }
    world.type(old, "not mine")
    assert world.text == "hello\n"
    assert old.heard == []


def test_nothing_is_read_of_a_stranger() -> None:
    """L4"""
    world = World()
    stranger = Client(ConnectionId(1))
    stranger.text += "another history"
    world.join(stranger, lineage="another")
    assert stranger.last(Hello).lineage == world.room.lineage
    world.push(stranger)
    world.say(stranger, SyncStep1(stranger.doc.get_state()))
    world.say(stranger, Save(1))
    world.say(stranger, Ping(5))
    assert world.text == "hello\n"
    assert stranger.last(Pong) == Pong(5)
    assert not stranger.all(SyncStep2)


def test_a_client_that_holds_nothing_may_take_the_history() -> None:
    """L4"""
    world = World()
    client = world.join(Client(ConnectionId(1)), lineage="outdated")
    world.say(client, SyncStep1(b"\x00"))
    assert str(client.text) == "hello\n"
    assert len(client.all(Hello)) == 1
    world.type(client, "x")
    assert world.text == "xhello\n"


def test_a_viewer_sees_and_changes_nothing() -> None:
    world = World()
    ada, eve = world.open(1), world.open(2, person("eve", "view"))
    assert eve.last(Hello).access == "view"
    eve.text += "mine"
    for update in eve.outgoing:
        world.say(eve, SyncUpdate(update))
        world.say(eve, SyncStep2(update))
    world.say(eve, Save(9))
    assert world.text == "hello\n"
    assert eve.all(Refusal)[0].reason == "not-allowed"
    assert eve.last(SaveReply).status == "failed"
    world.type(ada, "x")
    assert "xhello" in str(eve.text)


def test_a_broken_update_closes_its_own_connection_only() -> None:
    """W12"""
    world = World()
    ada, eve = world.open(1), world.open(2)
    world.wait(0.1)
    world.type(ada, "x")
    world.say(eve, SyncUpdate(b"\x01\x02nonsense"))
    world.say(eve, SyncStep1(b"\xff\xff\xff"))
    world.wait(1)
    assert world.closed[eve.id].code is CloseCode.BAD_REQUEST
    assert ada.id not in world.closed
    world.type(ada, "y")
    assert world.text == "yxhello\n"


def test_ping_is_answered() -> None:
    """W11"""
    world = World()
    ada = world.open(1)
    world.say(ada, Ping(42))
    assert ada.last(Pong) == Pong(42)


def test_code_on_the_server_may_edit() -> None:
    world = World()
    ada = world.open(1)
    text = world.room.replica.doc.get("source", type=Text)
    text += "from the server"
    world.handle(ev.Edited())
    world.wait(0.1)
    assert str(ada.text) == "hello\nfrom the server"
    world.wait(2)
    assert world.writes[-1].source == "hello\nfrom the server"


def test_the_log_gives_the_document_again() -> None:
    world = World()
    ada, bob = world.open(1), world.open(2)
    for n in range(20):
        world.type((ada, bob)[n % 2], str(n))
        world.wait(0.01)
    world.wait(1)
    doc: Doc[Any] = Doc()
    for update in world.log:
        doc.apply_update(update)
    assert str(doc.get("source", type=Text)) == world.text == str(ada.text)


def type_offline(world: World, old: Client) -> None:
    """The connection breaks, and is back before what was typed meanwhile has been told."""
    world.handle(ev.Left(old.id))
    old.text += "offline "
    old.outgoing.clear()
    old.id = ConnectionId(3)
    world.join(old, person(collab=False))
    world.say(old, SyncStep1(old.doc.get_state()))


def test_edits_before_step_2_wait_for_what_they_stand_on() -> None:
    """L8: an old client types after a reconnect, before it has told what it typed offline."""
    world = World()
    ada, old = world.open(1), world.open(2, person(collab=False))
    type_offline(world, old)
    old.text += "early"
    world.push(old)
    world.wait(0.1)
    assert str(ada.text) == "hello\n"
    world.say(old, SyncStep2(old.doc.get_update(old.last(SyncStep1).state_vector)))
    world.wait(0.1)
    assert str(ada.text) == world.text == "hello\noffline early"


def test_what_lacks_something_waits_for_a_late_step_2_also_behind_what_does_not() -> None:
    """L8: nobody waits long for a deletion; the next edits came after what was typed offline."""
    world = World()
    ada, old = world.open(1), world.open(2, person(collab=False))
    world.type(old, "I ")
    world.wait(0.1)
    type_offline(world, old)
    del old.text[0:2]
    world.push(old)
    world.wait(3)
    assert str(ada.text) == "hello\n"
    for word in ("late ", "early "):
        old.text.insert(0, word)
        world.push(old)
        world.wait(0.1)
    assert str(ada.text) == world.text == "hello\n"
    world.say(old, SyncStep2(old.doc.get_update(old.last(SyncStep1).state_vector)))
    world.wait(0.1)
    assert str(ada.text) == world.text == str(old.text) == "early late hello\noffline "


def test_who_never_answers_is_heard_at_once_after_a_while() -> None:
    """Each edit follows the one before, whether that is in the document yet or not."""
    world = World()
    ada = world.open(1)
    agent = world.join(Client(ConnectionId(2)), person(collab=False))
    for word in ["and", "so", "on"]:
        agent.text += word
        world.push(agent)
    world.wait(3)
    for word in ["for", "ever", "and", "ever"]:
        agent.text += word
        world.push(agent)
    world.wait(0.1)
    assert "".join(sorted(str(ada.text))) == "".join(sorted("hello\n" + str(agent.text)))


def test_a_client_that_never_answers_is_heard_too() -> None:
    world = World()
    ada = world.open(1)
    agent = world.join(Client(ConnectionId(2)), person(collab=False))
    agent.text += "agent"
    world.push(agent)
    world.wait(1)
    assert str(ada.text) == "hello\n"
    world.wait(2)
    assert sorted(str(ada.text)) == sorted("hello\nagent")
    agent.text += "!"
    world.push(agent)
    world.handle(ev.Left(agent.id))
    world.wait(0.1)
    assert "agent!" in str(ada.text)


# --- presence


def state(name: str) -> dict[str, object]:
    return {"user": {"name": name, "username": name}, "cursors": []}


def test_presence_has_the_servers_identity() -> None:
    """O1"""
    world = World()
    ada, eve = world.open(1, person("ada")), world.open(2, person("eve"))
    world.say(eve, Awareness((PresenceEntry(ClientId(5), 1, state("ada")),)))
    world.wait(0.1)
    (entry,) = ada.last(Awareness).entries
    assert entry.state["user"] == {"name": "Eve", "username": "eve"}


def test_nobody_speaks_for_another() -> None:
    """O1"""
    world = World()
    ada, eve = world.open(1), world.open(2)
    world.say(ada, Awareness((PresenceEntry(ClientId(5), 1, state("ada")),)))
    world.wait(0.1)
    world.say(eve, Awareness((PresenceEntry(ClientId(5), 9, None),)))
    world.say(eve, Awareness((PresenceEntry(ClientId(5), 9, state("eve")),)))
    world.wait(0.1)
    newcomer = world.open(3)
    (entry,) = newcomer.last(Awareness).entries
    assert (entry.client, entry.clock) == (5, 1)


def test_a_newcomer_sees_everybody_and_those_who_leave_are_gone() -> None:
    """O2"""
    world = World()
    ada = world.open(1)
    world.say(ada, Awareness((PresenceEntry(ClientId(5), 3, state("ada")),)))
    bob = world.open(2)
    assert bob.last(Awareness).entries[0].client == 5
    world.handle(ev.Left(ada.id))
    world.wait(0.1)
    assert bob.last(Awareness).entries == (PresenceEntry(ClientId(5), 3, None),)


def test_a_person_who_has_another_name_is_asked_to_say_it() -> None:
    """O4: on each of their connections; a late newcomer hears the new name too."""
    world = World()
    ada, tab, bob = world.open(1, person("ada")), world.open(2, person("ada")), world.open(3)
    world.say(ada, Awareness((PresenceEntry(ClientId(5), 3, state("ada")),)))
    world.say(tab, Awareness((PresenceEntry(ClientId(6), 8, state("ada")),)))
    world.wait(0.1)
    told = len(bob.heard)
    world.handle(ev.Identified("ada", {"username": "ada", "name": "Lovelace"}))
    assert ada.last(Awareness).entries == (PresenceEntry(ClientId(5), 3, None),)
    assert tab.last(Awareness).entries == (PresenceEntry(ClientId(6), 8, None),)
    assert len(bob.heard) == told
    world.say(ada, Awareness((PresenceEntry(ClientId(5), 4, state("ada")),)))
    world.wait(0.1)
    (entry,) = bob.last(Awareness).entries
    assert (entry.client, entry.clock) == (5, 4)
    assert entry.state["user"] == {"username": "ada", "name": "Lovelace"}


def test_a_connection_has_a_bounded_number_of_states() -> None:
    """O1"""
    world = World()
    eve = world.open(1)
    many = tuple(PresenceEntry(ClientId(n), 1, state("eve")) for n in range(1000))
    world.say(eve, Awareness(many))
    newcomer = world.open(2)
    assert len(newcomer.last(Awareness).entries) == 8


# --- an older history of the document


def test_what_the_log_turns_out_to_have_is_brought_in_and_then_replaced() -> None:
    """S18"""
    world = World("one\n", log_at_once=False)
    ada = world.open(1)
    world.handle(ev.HistoryFailed("store-error"))
    world.type(ada, "zero\n")
    older = StoredHistory(Lineage("older"), (world.log[0],), Position(1), None)
    world.handle(ev.HistoryFound(older, world.log[0]))
    [merge] = world.history_merges
    assert merge.history is older
    assert merge.began == world.log[0]
    doc: Doc[Any] = Doc(client_id=99)
    doc.apply_update(merge.ours)
    before = doc.get_state()
    text = doc.get("source", type=Text)
    assert str(text) == "zero\none\n"
    text += "two\n"
    world.handle(ev.HistoryMerged((doc.get_update(before),)))
    assert str(ada.text) == world.text == "zero\none\ntwo\n"
    assert world.replaced_at == len(world.log), "with all that was told before"
    world.wait(2)
    assert world.writes[-1].source == world.text


def test_what_comes_in_while_an_older_history_is_merged_is_merged_with_it() -> None:
    """S18: it may be the same, from somebody who held that history; but typing goes on for ever."""
    world = World("one\n", log_at_once=False)
    ada = world.open(1)
    world.handle(ev.HistoryFailed("store-error"))
    older = StoredHistory(Lineage("older"), (world.log[0],), Position(1), None)
    world.handle(ev.HistoryFound(older, world.log[0]))
    for attempt in range(1, MERGE_ATTEMPTS):
        world.type(ada, "typed meanwhile\n")
        world.handle(ev.HistoryMerged(()))
        assert world.replaced_at == 0
        assert len(world.history_merges) == attempt + 1
        copy: Doc[Any] = Doc()
        copy.apply_update(world.history_merges[-1].ours)
        assert str(copy.get("source", type=Text)) == world.text
    world.type(ada, "typed meanwhile\n")
    world.handle(ev.HistoryMerged(()))
    assert world.replaced_at == len(world.log)


def test_a_room_whose_history_is_not_kept_can_be_closed_once_the_file_has_it_all() -> None:
    """S18"""
    world = World(log_at_once=False)
    ada = world.open(1)
    world.handle(ev.HistoryFailed("store-error"))
    world.type(ada, "x")
    world.handle(ev.Left(ada.id))
    world.wait(100)
    assert not world.evicted
    world.finish_write("v2")
    world.wait(100)
    assert world.evicted


# --- end


def test_an_empty_room_is_closed_after_the_delay() -> None:
    world = World(cleanup_delay=60)
    ada = world.open(1)
    world.type(ada, "x")
    world.handle(ev.Left(ada.id))
    world.wait(59)
    assert not world.evicted
    world.finish_write("v2")
    world.wait(62)
    assert world.evicted


def test_a_room_that_is_not_saved_is_not_closed() -> None:
    world = World(cleanup_delay=1)
    ada = world.open(1)
    world.type(ada, "x")
    world.handle(ev.Left(ada.id))
    world.wait(100)
    assert len(world.writes) == 1
    assert not world.evicted


def test_closing_writes_at_once() -> None:
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    world.handle(ev.Closing())
    assert len(world.writes) == 1
    assert not world.room.is_settled
    world.finish_write("v2")
    assert world.room.is_settled


def marked_at_the_end(world: World) -> list[SavedMark]:
    """What is noted of the file as the server stops."""
    before = len(world.marks)
    world.handle(ev.Closing())
    return world.marks[before:]


def test_closing_notes_that_the_file_has_it_all() -> None:
    """S24: the next server has nothing to save then."""
    world = World()
    world.open(1)
    assert len(world.log) > 1, "what people were told of the file"
    assert marked_at_the_end(world) == [SavedMark(Position(len(world.log)), "v1")]
    assert marked_at_the_end(world) == [], "once"
    assert not world.writes


def test_closing_notes_nothing_that_is_not_in_the_file() -> None:
    world = World()
    ada = world.open(1)
    world.type(ada, "x")
    (mark,) = marked_at_the_end(world)
    assert (mark.fingerprint, mark.writing) == ("v1", len(world.log))
    world.finish_write("v2")
    assert marked_at_the_end(world) == [SavedMark(Position(len(world.log)), "v2")]
    world.handle(ev.FileChangedOutside())
    world.type(ada, "y")
    assert marked_at_the_end(world) == [], "the file is being looked at"
